"""The rows that the rounds come to, over hours of faults and crashes in virtual time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_chaos import Chaos
from tests.world.virtual_run import EPOCH, Run
from tests.world.virtual_site import Chances, site
from vrmon.history import entries
from vrmon.history.database import Connection, open_to_write, rows, transaction
from vrmon.history.fold import Fold
from vrmon.history.rows import Key, Row
from vrmon.history.writing import write
from vrmon.model import Result, Verb
from vrmon.plan.coverage.channel import Show
from vrmon.settings import ChannelKey, Sync
from vrmon.state import snapshot
from vrmon.views.round import Round


class Written:
    """What a book would hold of a run. `random`: which rows the disk does not get."""

    def __init__(self, run: Run, random: Random | None = None) -> None:
        self.rows: dict[Key, Row] = {}
        self.sessions = 0
        self.commands = 0
        self.answers: list[Result] = []
        self.done: dict[Key, Show] = {}
        self._run = run
        self._random = random
        self._fold = Fold(0)
        run.turned, run.starts = self._turned, self._starts

    def table(self, name: str) -> list[Row]:
        return [row for (table, _), row in self.rows.items() if table == name]

    def look_up(self) -> None:
        self.rows.update({row.key: row for row in self._fold.lasting()})

    def _starts(self) -> None:
        self.sessions += 1
        self._fold = Fold(self.sessions)

    def _turned(self, turned: Round) -> None:
        self.commands += sum(action.verb is not Verb.FETCH_NAME for action in turned.sent)
        self.answers += [one for one in turned.results if one.action.verb is not Verb.FETCH_NAME]
        for key, shows in turned.plan.memory.covered.done.items():
            self.done.update({_of(key, show): show for show in shows})
        for row in self._fold.rows(turned, (), EPOCH):
            is_open = row.values.get("ended", 0) is None or row.values.get("ended_latest", 0) is None
            if self._random is None or not is_open or self._random.random() < 0.5:
                self.rows[row.key] = row


def _of(key: ChannelKey, show: Show) -> Key:
    return "jobs", (str(key), show.job.ingest, show.job.id, show.stamp)


def _trouble(seed: int, *, loses: bool = False) -> tuple[Run, Written]:
    random = Random(seed)
    run = Run(site(random.randint(1, 4), Sync(outage_hold=60.0)), Quirks.drawn(random), seed)
    run.chances = random.choice([Chances(), Chances(0.02, 0.02, 0.05, 0.05), Chances(lost=0.3)])
    run.promises.every = 1000
    written = Written(run, random if loses else None)
    chaos = Chaos(run, random)
    run.begin()
    run.until(600.0)
    chaos.cease()
    run.until(800.0)
    return run, written


@pytest.mark.parametrize(("seed", "loses"), [(1, False), (2, True), (5, False), (6, True)])
def test_what_is_written_is_what_was_known(seed: int, loses: bool) -> None:
    run, written = _trouble(seed, loses=loses)
    assert run.planned is not None
    jobs = {row.key: row.values for row in written.table("jobs")}
    assert jobs.keys() >= written.done.keys()
    for name, show in written.done.items():
        row, account = jobs[name], show.account
        assert (row["final"], row["job"], row["basename"]) == (1, show.job.id, show.basename)
        assert (row["least"], row["most"]) == (round(account.least, 3), round(account.most, 3))
        began, ended = row["began_earliest"], row["ended_latest"]
        assert isinstance(began, int)
        assert isinstance(ended, int)
        assert began <= ended <= (run.now + EPOCH) * 1000
        places = range(int(row["gaps"] or 0))
        gaps = [written.rows["gaps", (*name[1], place)].values for place in places]
        assert [one["cause"] for one in gaps] == [gap.cause for gap in account.gaps]
        assert sum(float(one["most"] or 0.0) for one in gaps) == pytest.approx(account.most, abs=0.1)
        stamps = {take.values["stamp"] for take in written.table("takes") if take.values["key"] == row["key"]}
        assert stamps >= set(json.loads(str(row["takes"])))
    known = {
        _of(key, show)
        for key in run.planned.memory.covered.channels
        for show in run.memory.covered.read(key, 0)
    }
    left_open = {
        name for name, row in jobs.items() if not row["final"] and row["session"] == written.sessions
    }
    assert left_open <= known
    if not loses:
        assert written.done
        assert _answered(written) == sorted(one.outcome.value for one in written.answers)
    running = {row.values["source"] for row in _still_open(written.table("takes"), "ended_latest", written)}
    assert running <= {one.unique_id for one in run.mac.sources if one.recording is not None}
    problems = _still_open(written.table("problems"), "ended", written)
    assert {(row.values["code"], row.values["subject"]) for row in problems} == {
        (one.code, one.subject) for one in run.planned.problems
    }


def _still_open(rows: Iterable[Row], column: str, written: Written) -> list[Row]:
    return [row for row in rows if row.values[column] is None and row.values["session"] == written.sessions]


def _answered(written: Written) -> list[str]:
    rows = sorted(written.table("commands"), key=lambda row: row.key)
    assert len(rows) == written.commands
    return sorted(str(row.values["outcome"]) for row in rows if row.values["answered"])


def test_what_a_channel_has_is_told_under_its_new_name_and_left_open_under_none() -> None:
    run = Run(site(1, Sync()), Quirks())
    written = Written(run)
    run.mac.sources[0].is_locked = True
    run.begin()
    run.until(60.0)
    (channel,) = run.settings.channels
    run.reload(replace(run.settings, channels=(replace(channel, name="STUDIO 1"),)))
    run.until(120.0)
    before, after = sorted(written.table("problems"), key=lambda row: row.values["ended"] is None)
    assert (before.values["subject"], after.values["subject"]) == (channel.name, "STUDIO 1")
    assert before.values["ended"] == pytest.approx((60.0 + EPOCH) * 1000, abs=1000)
    assert (after.values["began"], after.values["ended"]) == (before.values["began"], None)


def test_who_asks_is_told_how_what_runs_stands_now() -> None:
    run = Run(site(1, Sync()), Quirks())
    written = Written(run)
    run.begin()
    run.mac.sources[0].is_locked = True
    run.at(10.0, lambda: run.job("NEWS") and None)
    run.until(24.0)
    (told,) = written.table("jobs")
    written.look_up()
    (now,) = written.table("jobs")
    least, was = now.values["least"], told.values["least"]
    assert isinstance(least, float)
    assert isinstance(was, float)
    assert 12.0 < least <= 14.0
    assert was < least
    assert [row.values["cause"] for row in written.table("gaps")] == ["start-refused"]


class Clocked:
    """A run whose rows go into a file, by a clock that is set now and then."""

    def __init__(self, connection: Connection) -> None:
        self.run = Run(site(1, Sync()), Quirks())
        self._connection = connection
        self._fold = Fold(0)
        self.sessions = 0
        self.run.turned, self.run.starts = self._turned, self._starts

    def boot(self, behind: float) -> None:
        """With what was saved before, and a clock that is behind by so many seconds."""
        saved = snapshot.payload(self.run.memory, self.run.epoch, f"boot {self.sessions}")
        self.run.is_alive = False
        self.run.until(self.run.now + 60.0)
        self.run.epoch = EPOCH - behind
        boot = f"boot {self.sessions + 1}"
        self.run.begin(snapshot.restore(saved, self.run.epoch, self.run.now, Sync(), boot))

    def read(self) -> list[dict[str, Any]]:
        """The jobs with their gaps and their takes."""
        questions = ("SELECT * FROM jobs", "SELECT * FROM gaps", "SELECT * FROM takes")
        return [row for question in questions for row in rows(self._connection, question, ())]

    def _starts(self) -> None:
        self.sessions += 1
        self._fold = Fold(self.sessions)

    def _turned(self, turned: Round) -> None:
        with transaction(self._connection):
            write(self._connection, self._fold.rows(turned, (), self.run.epoch))


def test_a_clock_that_is_set_only_after_the_start_changes_nothing_of_what_was_over(tmp_path: Path) -> None:
    with contextlib.closing(open_to_write(tmp_path / "history.db")) as connection:
        here = Clocked(connection)
        run = here.run
        run.begin()
        run.until(100.0)
        run.mac.sources[0].is_locked = True
        job = run.job("NEWS")
        run.until(110.0)
        run.mac.sources[0].is_locked = False
        run.until(600.0)
        run.playbox.jobs.remove(job)
        run.until(700.0)
        before = here.read()
        assert len(before) == 4
        here.boot(behind=7200.0)
        run.until(run.now + 60.0)
        run.epoch = EPOCH  # so that what is saved of the job is two hours off from now on
        run.until(run.now + 60.0)
        here.boot(behind=0.0)
        run.until(run.now + 60.0)
        assert here.sessions == 3
        assert here.read() == before


def test_what_is_over_is_known_by_its_time_even_where_the_clock_is_behind() -> None:
    """The file may have been lost meanwhile."""
    run = Run(site(1, Sync()), Quirks())
    written = Written(run)
    run.begin()
    job = run.job("NEWS")
    run.until(600.0)
    run.playbox.jobs.remove(job)
    run.until(700.0)
    ((key, before),) = [one for one in written.rows.items() if one[0][0] == "jobs"]
    saved = snapshot.payload(run.memory, EPOCH)
    restored = snapshot.restore(saved, EPOCH - 7200.0, run.now, Sync())
    (done,) = restored.covered.done.values()

    def unix(moment: float) -> int:
        return round((moment + EPOCH - 7200.0) * 1000)

    row = entries.job(1, run.settings.channels[0], done[0], unix, is_final=True)
    assert row.key == key
    assert row.values == before.values
