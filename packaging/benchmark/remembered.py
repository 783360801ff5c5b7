"""What the history costs: control beside none, and while strangers read a year; a day of a million rows."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import requests
from subjects import Vrmond, vrmond
from table import Row
from world import World, world

from vrmon.history.database import Connection, open_to_write, transaction
from vrmon.history.days import Span
from vrmon.history.pages import page
from vrmon.history.report import report
from vrmon.history.rows import Row as Entry
from vrmon.history.rows import Value, statements

Burst = Callable[[World, int, int], float]

_DELAY = 0.020
_ROUNDS = 15
_JOBS = 64
_DAYS, _OF_A_DAY = 400, 250  # jobs; each with a take, two gaps and six events: ten rows
_DAY = 86_400_000


def remembered(burst: Burst, settle: Callable[[World], None]) -> Iterator[Row]:
    """`burst`: from the poll that saw so many jobs to the last record command, the nth time; `settle` waits
    for all to have stopped after that."""

    def took(n: int, *worlds: World) -> tuple[float, ...]:
        found = tuple(burst(each, _JOBS, n) for each in worlds)
        for each in worlds:
            settle(each)
        return found

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "history.db")
        yield from _of_a_million(file)
        with (
            world(_JOBS, delay=_DELAY) as plain,
            vrmond(plain, _JOBS, extra="[history]\ndays = 0\n"),
            world(_JOBS, delay=_DELAY) as one,
            vrmond(one, _JOBS, history=file) as daemon,
        ):
            # By turns, so that whatever else the machine does strikes both.
            pairs = [took(n, plain, one) for n in range(_ROUNDS)]
            without, beside = (statistics.median(each) for each in zip(*pairs, strict=True))
            yield Row(f"{_JOBS} jobs at once, beside no history", beside, "s", 0.40, without)
            over = threading.Event()
            threads = [threading.Thread(target=_read_on, args=(daemon, over)) for _ in range(8)]
            for thread in threads:
                thread.start()
            read = statistics.median(took(n, one)[0] for n in range(_ROUNDS, 2 * _ROUNDS))
            over.set()
            for thread in threads:
                thread.join()
            yield Row(f"{_JOBS} jobs at once, while 8 strangers read a year", read, "s", 0.45, without)


def _read_on(daemon: Vrmond, over: threading.Event) -> None:
    """Every page of a year, and again."""
    after = ""
    while not over.is_set():
        year = f"kind=event&limit=500&from=2020-01-01&channel=PCR&after={after}"
        try:
            answer = requests.get(f"http://127.0.0.1:{daemon.port}/history?{year}", timeout=60)
        except requests.Timeout:
            continue
        after = (answer.json().get("next") or "") if answer.status_code == 200 else after


def _of_a_million(file: Path) -> Iterator[Row]:
    now = int(time.time() * 1000)
    with closing(open_to_write(file)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for day in range(_DAYS):
            with transaction(connection):
                _write(connection, list(_entries(now - (day + 1) * _DAY, now)))
        day = Span((now - 200 * _DAY) / 1000, (now - 199 * _DAY) / 1000)
        found = report(connection, day)
        if found["summary"]["jobs"] < _OF_A_DAY:
            raise SystemExit("The report lacks jobs.")
        yield Row(
            "the report of a day, of a million entries", _took(lambda: report(connection, day)), "s", 1.0
        )
        some = partial(page, connection, "event", channel="PCR 200", limit=500)
        yield Row("a page of the history, of a million entries", _took(some), "s", 0.5)


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _write(connection: Connection, entries: list[Entry]) -> None:
    tables: dict[str, list[Entry]] = {}
    for entry in entries:
        tables.setdefault(entry.table, []).append(entry)
    for table, alike in tables.items():
        (statement,) = statements(table, tuple(alike[0].values))
        connection.executemany(statement, [tuple(entry.values.values()) for entry in alike])


def _entries(began: int, session: int) -> Iterator[Entry]:
    for n in range(_OF_A_DAY):
        start = began + n * (_DAY // _OF_A_DAY)
        end = start + 3_600_000
        known: dict[str, Value] = {"key": f"playbox/{n:032X}/dvr", "ingest": f"{n:032X}"}
        job: dict[str, Value] = {**known, "job": f"job {start}", "stamp": start}
        times: dict[str, Value] = {
            "began_earliest": start,
            "began_latest": start + 1000,
            "ended_earliest": end,
            "ended_latest": end + 1000,
        }
        sums: dict[str, Value] = {"least": 0.0, "most": 2.0, "covered_least": 0.9995, "covered_most": 1.0}
        told: dict[str, Value] = {"channel": f"PCR {n}", "source": "4XT00292 - 0", "session": session - 1}
        show: dict[str, Value] = {"basename": "A SHOW", "takes": f"[{start}]", "until": end}
        yield Entry("jobs", {**job, **told, **times, **sums, **show, "final": 1, "gaps": 2})
        for place in range(2):
            gap: dict[str, Value] = {"place": place, "began": start, "ended": end, "least": 0.0, "most": 1.0}
            yield Entry("gaps", {**job, **gap, "cause": "late-start"})
        take: dict[str, Value] = {"dvr": "dvr", "number": 1, "names": '["A SHOW"]', "end_cause": ""}
        yield Entry("takes", {**job, **told, **times, **take})
        for number in range(6):
            event: dict[str, Value] = {"session": start, "number": number, "time": start + number}
            text = f"'A SHOW' of job {start} is recording, and that is a usual length of a message."
            what: dict[str, Value] = {"code": "take-started", "severity": "info", "subject": f"PCR {n}"}
            yield Entry("events", {**event, **what, "message": text, "fields": "{}"})
