"""`vrmon ack` with real processes: shown, kept over a kill, taken back; vrmond's own problems as well."""

from __future__ import annotations

import os
import pwd
import signal
from pathlib import Path
from typing import Any

from tests.world.command import vrmon
from tests.world.mirror import Mirror, mirror, wait
from tests.world.running import Status

SOURCE = "4XT00292 - 0"
ME = f"{pwd.getpwuid(os.getuid()).pw_name} (uid {os.getuid()})"


def known(status: Status, code: str) -> Any:
    return next((one["acknowledged"] for one in status["problems"] if one["code"] == code), None)


def disable(here: Mirror) -> None:
    here.recorder.enable(SOURCE, False)
    here.daemon.wait_for(lambda status: status["health"] == "degraded")


def test_a_problem_is_known_of_until_it_ends(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        disable(here)
        environ = here.daemon.environ
        done = vrmon("ack", "PCR 1", "--for", "4h", "--note", "spare: until noon", environ=environ)
        assert (done.returncode, done.stderr) == (0, "")
        assert (
            done.stdout
            == "source-disabled of PCR 1 is acknowledged for 4.0 h, unless it ends or gets worse.\n"
        )
        before = known(here.daemon.status(), "source-disabled")
        assert (before["by"], before["note"]) == (ME, "spare: until noon")
        shown = vrmon("status", environ=environ)
        assert shown.returncode == 1, "it counts as before"
        assert f"acknowledged by {ME} until" in " ".join(shown.stdout.split())
        here.wait_for_state('"acknowledged":[[')
        here.daemon.restart(signal.SIGKILL)
        status = here.daemon.wait_for(lambda status: known(status, "source-disabled"))
        assert known(status, "source-disabled")["note"] == "spare: until noon"
        here.recorder.enable(SOURCE)
        here.daemon.wait_for(lambda status: status["health"] == "ok")
        disable(here)
        assert known(here.daemon.status(), "source-disabled") is None
        assert "ACTION=ack" in here.daemon.log()


def test_all_that_waits_for_it_is_acknowledged_at_once_and_taken_back(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        environ = here.daemon.environ
        nothing = vrmon("ack", environ=environ)
        assert (nothing.returncode, nothing.stdout) == (1, "")
        assert nothing.stderr == "Cannot acknowledge anything: there is no problem to acknowledge.\n"
        disable(here)
        here.daemon.config.write_text("nonsense = 1")
        assert here.daemon.post("/reload")[0] == 422
        assert vrmon("ack", environ=environ).stdout.count("is acknowledged for 12.0 h") == 2
        here.wait_for_polls()
        status = here.daemon.status()
        assert known(status, "source-disabled")
        assert known(status, "configuration-refused")
        assert vrmon("ack", "configuration-refused", "--withdraw", environ=environ).returncode == 0
        status = here.daemon.status()
        assert known(status, "source-disabled")
        assert known(status, "configuration-refused") is None
        assert vrmon("ack", "--withdraw", environ=environ).stdout.count("no longer acknowledged") == 1
        other = vrmon("ack", "PCR 2", environ=environ)
        assert (other.returncode, other.stdout) == (1, "")
        assert "There are: " in other.stderr
        assert "source-disabled of PCR 1" in other.stderr
        codes = [one["code"] for one in here.daemon.status()["recent"]]
        assert (codes.count("problem-acknowledged"), codes.count("acknowledgement-over")) == (2, 2)
        wait(lambda: "CODE=problem-acknowledged" in here.daemon.log(), "the log")
