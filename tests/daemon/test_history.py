"""The history that a real vrmond writes: what stands in it when it has ended, or was killed."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from tests.world.mirror import mirror, wait
from tests.world.running import Running
from vrmon.history.database import open_to_read


def rows(daemon: Running, table: str) -> list[dict[str, Any]]:
    """Of a vrmond that has ended."""
    with contextlib.closing(open_to_read(daemon.state / "history.db")) as connection:
        found = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - a table of the test's own choice
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]


def takes_on_disk(daemon: Running) -> list[Any]:
    (one,) = json.loads((daemon.state / "state.json").read_text())["payload"]["coverage"].values()
    return list(one["takes"])


def test_a_job_its_take_the_commands_and_the_events_are_written(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.playbox.end_job(here.record())
        here.wait_for_phase("idle")
        here.wait_for_polls()
        here.daemon.post("/channels/PCR%201/hold", {"why": "a rehearsal"})
        here.daemon.kill(15)
        (session,) = rows(here.daemon, "sessions")
        assert session["orderly"] == 1
        (job,) = rows(here.daemon, "jobs")
        assert (job["channel"], job["basename"], job["final"]) == ("PCR 1", "SHOW", 1)
        assert session["began"] <= job["began_latest"] <= job["ended_latest"] <= session["seen"]
        (take,) = rows(here.daemon, "takes")
        assert json.loads(take["names"]) == ["SHOW"]
        assert json.loads(job["takes"]) == [take["stamp"]]
        assert take["ended_latest"] is not None
        commands = [(one["verb"], one["outcome"]) for one in rows(here.daemon, "commands")]
        assert commands == [("set-name", "done"), ("record", "done"), ("stop", "done")]
        codes = [one["code"] for one in rows(here.daemon, "events")]
        assert [one for one in codes if one != "not-verified"][:4] == [
            "job-began",
            "take-started",
            "job-ended",
            "take-ended",
        ]


def test_what_was_open_at_a_kill_is_gone_on_with_and_the_absence_stands_between(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        job = here.record()
        wait(lambda: takes_on_disk(here.daemon), "the take is in state.json")
        here.daemon.restart(9)
        here.wait_for_phase("recording")
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        here.wait_for_polls()
        here.daemon.kill(15)
        first, second = rows(here.daemon, "sessions")
        assert (first["orderly"], second["orderly"]) == (0, 1)
        assert first["seen"] < second["began"]
        (told,) = rows(here.daemon, "jobs")
        assert (told["final"], told["session"]) == (1, second["began"])
        assert told["began_latest"] < second["began"] < told["ended_earliest"]
        (take,) = rows(here.daemon, "takes")
        assert take["began_latest"] < second["began"]


def test_without_days_there_is_no_history_and_a_reload_begins_one(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1, extra="[history]\ndays = 0\n") as here:
        here.record()
        assert not (here.daemon.state / "history.db").exists()
        text = here.daemon.config.read_text()
        here.daemon.config.write_text(text.replace("days = 0", "days = 5"))
        assert here.daemon.post("/reload")[0] == 200
        here.wait_for_polls()
        here.daemon.config.write_text(text)
        assert here.daemon.post("/reload")[0] == 200
        wait(lambda: not (here.daemon.state / "history.db-wal").exists(), "it is closed")
        (job,) = rows(here.daemon, "jobs")
        assert (job["basename"], job["ended_latest"]) == ("SHOW", None)
        assert here.daemon.status()["problems"] == []
