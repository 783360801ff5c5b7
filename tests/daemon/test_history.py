"""The history that a real vrmond writes: what stands in it when it has ended, or was killed."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from tests.world.mirror import mirror, wait
from tests.world.running import Running, Status
from vrmon.history.database import open_to_read


def rows(daemon: Running, table: str) -> list[dict[str, Any]]:
    """Of a vrmond that has ended."""
    with contextlib.closing(open_to_read(daemon.state / "history.db")) as connection:
        found = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - a table of the test's own choice
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]


def read(daemon: Running, query: str) -> list[dict[str, Any]]:
    code, page = daemon.get(f"/history?{query}")
    assert code == 200, page
    return list(page["items"])


def takes_on_disk(daemon: Running) -> list[Any]:
    (one,) = json.loads((daemon.state / "state.json").read_text())["payload"]["coverage"].values()
    return list(one["takes"])


def test_a_job_its_take_the_commands_and_the_events_are_written(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.playbox.end_job(here.record())
        here.wait_for_phase("idle")
        here.wait_for_polls()
        here.daemon.post("/channels/PCR%201/hold", {"reason": "a rehearsal", "by": "anna"})
        assert here.daemon.post("/channels/PCR%201/stop", {"by": "bert"})[0] == 409
        assert [one["basename"] for one in read(here.daemon, "kind=job&channel=PCR%201")] == ["SHOW"]
        assert [one["names"] for one in read(here.daemon, "kind=take")] == [["SHOW"]]
        assert read(here.daemon, "kind=job&to=2026-01-01") == []
        stop, hold, *_ = read(here.daemon, "kind=command")
        assert (stop["verb"], stop["by"].split()[0], stop["outcome"]) == ("stop", "bert", "refused")
        assert stop["error"].startswith("Cannot stop PCR 1: it is on hold.")
        assert (hold["verb"], hold["reason"], hold["outcome"]) == ("hold", "a rehearsal", "done")
        assert read(here.daemon, "kind=event")[0]["code"] == "hold-begun"
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
        assert commands == [
            *(("set-name", "done"), ("record", "done"), ("stop", "done")),
            *(("hold", "done"), ("stop", "refused")),
        ]
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
        assert here.daemon.get("/history")[0] == 503
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
        here.daemon.config.write_text(text.replace("days = 0", "days = 5"))
        assert here.daemon.post("/reload")[0] == 200
        (hole,) = here.daemon.get("/history")[1]["holes"]
        assert hole["why"] == "no-history", "vrmond was not away"


def test_what_happened_lately_survives_a_restart(tmp_path: Path) -> None:
    with mirror(tmp_path, size=3) as here:
        for number in (1, 2, 3):
            here.record(f"SHOW {number}.mxf", number)
        here.recorder.fault("reset")
        here.daemon.wait_for(lambda status: [one["count"] for one in of(status, "dvr-blind")] == [3])
        wait(lambda: len([1 for one in read(here.daemon, "") if one["code"] == "dvr-blind"]) == 3, "written")
        here.daemon.restart(9)
        status = here.daemon.wait_for(lambda status: any(one["n"] <= 0 for one in status["recent"]))
        (blind,) = [one for one in of(status, "dvr-blind") if one["n"] <= 0]
        assert (blind["subject"], blind["count"]) == ("movierecorder", 3)
        assert sorted(blind["subjects"]) == ["PCR 1", "PCR 2", "PCR 3"]
        numbers = [one["n"] for one in status["recent"]]
        assert numbers == sorted(set(numbers))
        assert numbers[0] <= 0


def of(status: Status, code: str) -> list[dict[str, Any]]:
    return [one for one in status["recent"] if one["code"] == code]
