"""Drills with real processes: recorded and over, refused with the reason, interrupted by a job or a kill."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

from tests.world.command import vrmon
from tests.world.mirror import Mirror, is_in, mirror, wait
from tests.world.running import Status, channel

PCR_1 = "/channels/PCR%201"


def drill(status: Status, name: str = "PCR 1") -> Any:
    return channel(status, name)["drill"] or {}


@contextmanager
def site(folder: Path, size: int = 2) -> Iterator[Mirror]:
    """Whose devices have answered: before that nothing is drilled."""
    with mirror(folder, size=size) as here:
        here.daemon.wait_for(answers)
        yield here


def answers(status: Status) -> bool:
    devices = [*status["primaries"].values(), *status["dvrs"].values()]
    return all(one["state"] == "ok" for one in devices)


def begin(here: Mirror, seconds: float = 600.0) -> None:
    """A drill that is recorded."""
    code, answer = here.daemon.post(f"{PCR_1}/drill", {"seconds": seconds, "by": "anna"})
    assert (code, "being drilled" in answer["message"]) == (202, True)
    here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "recording"))


def wait_until_it_is_gone(here: Mirror) -> None:
    wait(lambda: here.recorder.running(0) is None, "the end of the drill's take")


def test_a_drill_goes_well_and_is_no_job(tmp_path: Path) -> None:
    with site(tmp_path) as here:
        done = vrmon("drill", "PCR 1", "--seconds", "1", environ=here.daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[-1] == "The drill went well."
        assert here.the_take().name.startswith("drill_PCR 1_")
        assert here.the_take().ended_by == "remote"
        shown = here.daemon.channel("PCR 1")
        assert (shown["phase"], shown["job"], shown["drill"]["result"]) == ("idle", None, "ok")
        here.wait_for_state('"result":"ok"')
        here.daemon.restart(signal.SIGKILL)
        kept = drill(here.daemon.status())
        assert (kept["result"], kept["when"][:19]) == ("ok", shown["drill"]["when"][:19])
        assert "✓" in vrmon("status", environ=here.daemon.environ).stdout
        metrics = requests.get(f"{here.daemon.url}/metrics", timeout=60).text
        assert 'vrmon_channel_drilled_time_seconds{channel="PCR 1",result="ok"}' in metrics
        assert 'vrmon_channel_takes_total{channel="PCR 1"} 0.0' in metrics


def test_a_job_ends_it_at_once(tmp_path: Path) -> None:
    with site(tmp_path) as here:
        begin(here)
        assert here.daemon.channel("PCR 1")["word"] == "Drill"
        refused = vrmon("drill", "PCR 2", environ=here.daemon.environ)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr == "Cannot drill PCR 2: a drill of PCR 1 runs on movierecorder.\n"
        here.playbox.start_job(0, "SHOW.mxf")
        status = here.daemon.wait_for(lambda status: channel(status, "PCR 1")["job"])
        here.wait_for_phase("recording")
        rehearsed, take = here.recorder.takes_of(0)
        assert (rehearsed.ended_by, take.name, take.ended_by) == ("remote", "SHOW", None)
        status = here.daemon.status()
        assert drill(status)["result"] == "refused"
        assert drill(status)["why"].startswith("job '")
        code, answer = here.daemon.post(f"{PCR_1}/drill")
        assert (code, answer["error"]) == (409, "Cannot drill PCR 1: job 'SHOW' is on its ingest.")


def test_a_kill_in_the_midst_of_it_leaves_nothing_running_though_the_primary_is_away(tmp_path: Path) -> None:
    with site(tmp_path) as here:
        begin(here)
        here.wait_for_state('"result":"running"')
        here.playbox.refuse()
        here.daemon.restart(signal.SIGKILL)
        wait_until_it_is_gone(here)
        here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "idle"))
        status = here.daemon.status()
        assert drill(status)["result"] == "refused"
        assert "drill-failed" not in {one["code"] for one in status["problems"]}


def test_one_that_was_forgotten_does_not_keep_a_job_from_its_take(tmp_path: Path) -> None:
    """As on another host with the same vrmon.toml."""
    with site(tmp_path) as here:
        begin(here)
        here.daemon.kill()
        for one in here.daemon.state.glob("state.json*"):
            one.unlink()
        here.daemon.start()
        wait_until_it_is_gone(here)
        here.record("SHOW.mxf")
        (rehearsed, take) = here.recorder.takes_of(0)
        assert (rehearsed.ended_by, take.name) == ("remote", "SHOW")
        assert "runaway-take" not in {one["code"] for one in here.daemon.status()["problems"]}


def test_the_end_of_vrmon_is_that_of_a_drill(tmp_path: Path) -> None:
    with site(tmp_path) as here:
        begin(here)
        assert here.daemon.kill(signal.SIGTERM) == 0
        assert here.recorder.running(0) is None
        here.daemon.start()
        here.daemon.wait_for(lambda status: drill(status).get("why") == "vrmon was ended")


def test_a_channel_that_is_taken_out_leaves_no_drill(tmp_path: Path) -> None:
    with site(tmp_path) as here:
        begin(here)
        here.reconfigure((channel_text(here), ""))
        assert [one["name"] for one in here.daemon.status()["channels"]] == ["PCR 2"]
        assert here.recorder.running(0) is None


def channel_text(here: Mirror) -> str:
    """The table of PCR 1 in vrmon.toml."""
    _, *tables = here.daemon.config.read_text().split("[[channel]]")
    return f"[[channel]]{tables[0]}"


def test_one_that_fails_is_a_problem_until_one_goes_well(tmp_path: Path) -> None:
    with site(tmp_path) as here:
        begin(here)
        here.recorder.kill_take(0)
        status = here.daemon.wait_for(lambda status: status["health"] == "degraded")
        assert [one["code"] for one in status["problems"]] == ["drill-failed"]
        here.wait_for_state('"result":"failed"')
        assert vrmon("drill", "PCR 1", "--seconds", "1", environ=here.daemon.environ).returncode == 0
        assert here.daemon.status()["health"] == "ok"


def test_the_channels_take_turns_when_their_time_has_come(tmp_path: Path) -> None:
    with site(tmp_path, 4) as here:
        text = here.daemon.config.read_text()
        now = datetime.now().astimezone()
        here.daemon.post("/channels/PCR%202/hold")
        spare = text.replace('name = "PCR 3"', 'name = "PCR 3"\nspare = true')
        here.daemon.config.write_text(f'{spare}\n[drill]\nat = "{now:%H:%M}"\nseconds = 1\n')
        assert here.daemon.post("/reload")[0] == 200

        def are_over(status: Status) -> bool:
            drills = [one["drill"] for one in status["channels"]]
            return all(one is not None and one["result"] != "running" for one in drills)

        status = here.daemon.wait_for(are_over)
        told = [(one["drill"]["result"], one["drill"]["why"]) for one in status["channels"]]
        assert told == [("ok", ""), ("refused", "it is on hold"), ("refused", "it is a spare"), ("ok", "")]
        codes = [one["code"] for one in status["recent"]]
        assert (codes.count("drill-begun"), codes.count("drill-ended")) == (2, 4)
