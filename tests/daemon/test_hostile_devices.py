"""What a hostile device sends costs its own channels only: the others start in time, and vrmond lives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.world.hostile import Behaviour, Connection, Hostile, http_answer
from tests.world.mirror import wait
from tests.world.running import Running, running, toml
from vrmon.simulator import MovieRecorder, PlayBox, serving

_MOST_MEMORY = 100 << 20  # bytes; 50 to 70 is what it takes

_JOBS = b",".join(b'{"id":"%d #"}' % number for number in range(60_000))
_INGESTS = b",".join(b'{"ingestId":"%d #","activeJobsInfo":[{"id":1}]}' % one for one in range(30_000))
_times = count()


def never_seen(template: bytes) -> bytes:
    return template.replace(b"#", b"%d" % next(_times))


def jobs_by_the_thousand() -> bytes:
    """60,000 jobs on one ingest, others each time."""
    return b'[{"ingestId":"A","activeJobsInfo":[' + never_seen(_JOBS) + b"]}]"


def ingests_by_the_thousand() -> bytes:
    """30,000 ingests with a job each, others each time."""
    return b"[" + never_seen(_INGESTS) + b"]"


def names_without_end() -> bytes:
    return json.dumps([{"ingestId": "A", "activeJobsInfo": [{"id": "x" * (4 << 20)}]}]).encode()


def brackets() -> bytes:
    return b"[" + b"[]," * (2 << 20) + b"[]]"


def with_body(body: Callable[[], bytes], status: int = 200) -> Behaviour:
    def behave(connection: Connection) -> None:
        while True:
            connection.hear()
            connection.send(http_answer(body(), status))

    return behave


@contextmanager
def beside(folder: Path, hostile: Hostile, kind: str) -> Iterator[tuple[PlayBox, MovieRecorder, Running]]:
    """A PlayBox and a MovieRecorder that are well, and the hostile one beside them."""
    with serving(PlayBox(2)) as playbox, serving(MovieRecorder(2)) as recorder:
        text = toml(folder, playbox, recorder, channels=1)
        (folder / "secret").touch(0o600)
        (folder / "secret").write_text("hün ter/2&%")
        extra = f'password_file = "{folder}/secret"\n' if kind == "dvr" else ""
        text += f'\n[{kind}.hostile]\nurl = "{hostile.url}"\npoll_interval = 0.1\ntimeout = 2.0\n{extra}'
        with running(folder, playbox, recorder, text=text) as daemon:
            yield playbox, recorder, daemon


def memory_of(daemon: Running) -> int:
    """The most that it ever had, in bytes."""
    status = Path(f"/proc/{daemon.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


HOSTILE: dict[str, tuple[str, Behaviour]] = {
    "60,000 jobs": ("primary", with_body(jobs_by_the_thousand)),
    "30,000 ingests": ("primary", with_body(ingests_by_the_thousand)),
    "an endless id": ("primary", with_body(names_without_end)),
    "brackets": ("primary", with_body(brackets)),
    "a refusal of percent signs": ("dvr", with_body(lambda: b"%2525" * (8 << 18), 403)),
    "sources of brackets": ("dvr", with_body(brackets)),
}


@pytest.mark.parametrize(("kind", "behave"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_device_costs_the_others_nothing(tmp_path: Path, kind: str, behave: Behaviour) -> None:
    with Hostile(behave) as hostile, beside(tmp_path, hostile, kind) as (playbox, recorder, daemon):
        wait(lambda: len(hostile.heard) > 5, "polls of the hostile one")
        for number in range(2):
            heard = len(hostile.heard)
            job = playbox.start_job(0, f"SHOW {number}.mxf")
            recorder.wait_until(lambda: recorder.running(0))
            playbox.end_job(job)
            recorder.wait_until(lambda: not recorder.running(0))
            wait(lambda: len(hostile.heard) > heard, "polls of the hostile one")  # noqa: B023
        assert daemon.get("/healthz")[0] == 200
        status = daemon.status()
        assert "hostile" in {one["subject"].partition(" ")[0] for one in status["problems"]}
        assert memory_of(daemon) < _MOST_MEMORY
        assert "Traceback" not in daemon.log()
