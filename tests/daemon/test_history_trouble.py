"""A history that cannot be written, or used: said while it lasts, and no job goes without its backup."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.daemon.test_history import read, rows
from tests.world.mirror import codes, mirror, wait
from tests.world.running import Running
from vrmon.history.database import FORMAT


def test_what_the_disk_does_not_take_waits_and_nothing_is_lost(tmp_path: Path) -> None:
    with mirror(tmp_path, size=2) as here:
        here.record()
        wait(lambda: read(here.daemon, "kind=take"), "the take is written")
        here.daemon.kill(signal.SIGTERM)
        with contextlib.closing(sqlite3.connect(here.daemon.state / "history.db")) as other:
            other.execute("PRAGMA locking_mode=EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            here.daemon.start()
            status = here.daemon.wait_for(lambda status: "history-failing" in codes(status, "vrmon"))
            (told,) = [one for one in status["problems"] if one["code"] == "history-failing"]
            assert told["message"].endswith("history.db: database is locked.")
            assert (told["severity"], status["health"]) == ("degraded", "degraded")
            here.record("OTHER.mxf", 2)
            assert here.daemon.get("/history")[0] == 503
        here.daemon.wait_for(lambda status: "history-failing" not in codes(status))
        names = [name for take in read(here.daemon, "kind=take") for name in take["names"]]
        assert sorted(names) == ["OTHER", "SHOW"]
        wait(lambda: [one["ended"] for one in problems(here.daemon, "history-failing")] != [None], "it ends")
        log = here.daemon.log()
        assert log.count("CODE=history-failing") == 1
        assert log.count("PROBLEM=history-failing") == 1
        here.daemon.kill(signal.SIGTERM)
        assert rows(here.daemon, "losses") == []


def problems(daemon: Running, code: str) -> list[dict[str, Any]]:
    return [one for one in read(daemon, "kind=problem") if one["code"] == code]


def damage(file: Path) -> None:
    file.write_bytes(b"x" * 4096 + file.read_bytes()[4096:])


def make_newer(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version={FORMAT + 1}")


@pytest.mark.parametrize(
    ("what", "aside", "code"),
    [
        (damage, "history.db.damaged-", "history-damaged"),
        (make_newer, "history.db.newer", "history-newer"),
    ],
)
def test_a_history_that_is_of_no_use_is_kept_aside_and_said(
    tmp_path: Path, what: Any, aside: str, code: str
) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        wait(lambda: read(here.daemon, "kind=take"), "the take is written")
        here.daemon.kill(signal.SIGTERM)
        what(here.daemon.state / "history.db")
        here.daemon.start()
        status = here.daemon.wait_for(lambda status: code in codes(status, "vrmon"))
        (told,) = [one["message"] for one in status["problems"] if one["code"].startswith("history-")]
        assert aside in told
        assert len(list(here.daemon.state.glob(f"{aside}*"))) == 1
        here.wait_for_phase("recording")
        (job,) = read(here.daemon, "kind=job")
        assert (job["basename"], job["ended"]) == ("SHOW", None)
        assert here.daemon.post("/reload")[0] == 200
        here.daemon.wait_for(lambda status: codes(status) == set())
