"""A person takes a channel, gives it back, and ends a take that is kept: through the Unix socket alone."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest

from tests.world.mirror import codes, is_in, mirror
from tests.world.running import Status

PCR_1 = "/channels/PCR%201"

DISK = """
import os, sys, time
from vrmon.daemon.__main__ import main
sync = os.fsync
hangs = sys.argv.pop(1)
def slow(descriptor):
    time.sleep(0.3)
    while os.path.exists(hangs):
        time.sleep(0.01)
    sync(descriptor)
os.fsync = slow
sys.exit(main())
"""
"""What Python runs: a vrmond whose disk is slow, and hangs while the file of the first argument is there."""


def seconds_between(earlier: str, later: str) -> float:
    """Both as /status writes them."""
    one, other = (datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (earlier, later))
    return (other - one).total_seconds()


def test_a_channel_on_hold_is_left_alone_until_it_is_given_back(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        code, answer = here.daemon.post(f"{PCR_1}/hold", {"reason": "rehearsal", "by": "anna"})
        assert (code, "on hold" in answer["message"]) == (200, True)
        here.playbox.start_job(0, "SHOW.mxf")
        here.record("OTHER.mxf", 2)
        status = here.daemon.wait_for(lambda status: status["health"] == "critical")
        held = status["channels"][0]
        assert (held["mode"], held["phase"], held["hold"]["reason"], held["hold"]["until"]) == (
            "hold",
            "idle",
            "rehearsal",
            None,
        )
        assert "anna" in held["hold"]["by"]
        assert held["problem"]["code"] == "on-hold"
        here.wait_for_polls()
        assert here.sent("*- 0/*") == []
        assert here.daemon.post(f"{PCR_1}/auto", {"by": "anna"})[0] == 200
        assert here.wait_for_phase("recording")["mode"] == "auto"
        recent = [one["code"] for one in here.daemon.status()["recent"] if one["subject"] == "PCR 1"]
        assert recent.count("hold-begun") == recent.count("hold-ended") == 1


def test_what_a_person_does_to_a_held_channel_stays_done(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        here.daemon.post(f"{PCR_1}/hold")
        here.recorder.stop_by_hand(0)
        here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "idle"))
        here.recorder.record_by_hand(0, "BY HAND")
        here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "foreign"))
        here.wait_for_polls()
        assert len(here.sent()) == 2
        assert [take.ended_by for take in here.recorder.takes] == ["operator", None]


def test_what_a_person_is_told_the_disk_knows(tmp_path: Path) -> None:
    hangs = tmp_path / "hangs"
    with mirror(tmp_path, size=1, program=("-c", DISK, str(hangs))) as here:
        file = here.daemon.state / "state.json"
        for reason in ("one", "two", "three"):
            code, answer = here.daemon.post(f"{PCR_1}/hold", {"reason": reason})
            assert f'"reason":"{reason}"' in file.read_text() or "The disk does not" in answer["message"]
        hangs.touch()
        code, answer = here.daemon.post(f"{PCR_1}/auto")
        assert code == 200
        assert answer["message"].startswith("vrmon controls PCR 1 again. The disk does not have this yet")
        assert here.daemon.channel("PCR 1")["hold"] is None, "in force, whatever the disk does"
        hangs.unlink()


def test_a_hold_survives_a_kill_and_ends_when_its_time_is_over(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.daemon.post(f"{PCR_1}/hold", {"seconds": 3600})
        here.wait_for_state('"hold":{')
        before = here.daemon.channel("PCR 1")["hold"]
        here.daemon.restart(signal.SIGKILL)
        held = here.daemon.channel("PCR 1")
        assert held["mode"] == "hold"
        assert abs(seconds_between(held["hold"]["until"], before["until"])) < 5
        assert "hold-begun" not in {one["code"] for one in here.daemon.status()["recent"] if one["n"] > 0}
        here.playbox.start_job(0, "SHOW.mxf")
        here.wait_for_polls()
        assert here.sent() == []
        here.daemon.post(f"{PCR_1}/hold", {"seconds": 1})
        assert here.wait_for_phase("recording")["hold"] is None


def test_a_take_that_is_kept_is_ended_by_a_person_and_no_other(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        code, answer = here.daemon.post(f"{PCR_1}/stop")
        assert (code, answer["error"].startswith("Cannot stop PCR 1: ")) == (409, True)
        here.record()
        assert here.daemon.post(f"{PCR_1}/stop")[0] == 409
        here.playbox.refuse()
        here.wait_for_phase("keeping")
        assert here.daemon.post(f"{PCR_1}/stop", {"by": "anna"})[0] == 200
        here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "idle"))
        assert here.the_take().ended_by == "remote"
        assert len(here.sent("*/record")) == 1


def test_a_person_stops_a_take_also_when_the_primary_has_been_gone_since_before_a_restart(
    tmp_path: Path,
) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        here.wait_for_state("SHOW")
        here.playbox.refuse()
        here.daemon.restart(signal.SIGKILL)
        here.wait_for_phase("keeping")
        assert here.daemon.post(f"{PCR_1}/stop")[0] == 200
        here.recorder.wait_until(lambda: here.recorder.running(0) is None)


def test_a_doubtful_recording_that_a_person_claims_is_ended_with_its_job(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        code, answer = here.daemon.post(f"{PCR_1}/claim")
        assert (code, answer["error"]) == (
            409,
            "Cannot claim PCR 1: as far as vrmon knows its source records nothing.",
        )
        here.recorder.record_by_hand(1, "REHEARSAL")
        here.daemon.wait_for(lambda status: is_in(status, "PCR 2", "foreign"))
        code, answer = here.daemon.post("/channels/PCR%202/claim")
        assert (code, "no job" in answer["error"]) == (409, True)
        job = here.record()
        code, answer = here.daemon.post(f"{PCR_1}/claim")
        assert (code, "vrmon's own take" in answer["error"]) == (409, True)
        # A date tells to the second, as the recorder writes it.
        time.sleep(1.1)
        here.recorder.swap_take(0, "BEST OF")
        here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "doubtful"))
        assert "doubtful-recording" in codes(here.daemon.status())
        code, answer = here.daemon.post(f"{PCR_1}/claim", {"by": "anna"})
        assert (code, answer["message"].startswith("'BEST OF' is vrmon's own take")) == (200, True)
        status = here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "recording"))
        assert status["channels"][0]["take"]["name"] == "BEST OF"
        here.wait_for_state('"known_by":"a person\'s word"')
        here.wait_for_polls()
        assert here.sent("*/stop", "*- 0/recording_name")[1:] == []
        here.daemon.restart(signal.SIGKILL)
        here.wait_for_phase("recording")
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        assert [take.ended_by for take in here.recorder.takes_of(0)] == ["operator", "remote"]
        assert here.recorder.running(1) is not None


def test_nothing_is_controlled_over_tcp(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        verbs = ("hold", "auto", "stop", "claim")
        for path in ("/reload", *(f"{PCR_1}/{verb}" for verb in verbs)):
            request = urllib.request.Request(f"{here.daemon.url}{path}", data=b"{}", method="POST")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=60)
            with refused.value as answer:
                assert answer.code == 403
                assert "over TCP" in json.load(answer)["error"]
        assert here.daemon.channel("PCR 1")["mode"] == "auto"


def test_an_unknown_channel_is_said_to_be_unknown(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        for verb in ("hold", "auto", "stop", "claim"):
            code, answer = here.daemon.post(f"/channels/nobody/{verb}")
            assert (code, answer["error"].startswith("Cannot find channel 'nobody'")) == (404, True)
        assert "on-hold" not in codes(here.daemon.status())


def test_what_was_commanded_shows_at_once_to_everyone(tmp_path: Path) -> None:
    """And a refusal too: /status is rendered twice a second at most, but not over a command's head."""
    with mirror(tmp_path, size=1) as here:

        def shown() -> Status:
            with urllib.request.urlopen(f"{here.daemon.url}/status", timeout=60) as answer:
                return dict(json.load(answer))

        for command, mode in (("hold", "hold"), ("auto", "auto"), ("hold", "hold")):
            shown()
            assert here.daemon.post(f"{PCR_1}/{command}")[0] == 200
            assert shown()["channels"][0]["mode"] == mode
        good = here.daemon.config.read_text()
        for text, code, refused in (("[primary.playbox", 422, True), (good, 200, False)):
            here.daemon.config.write_text(text)
            shown()
            assert here.daemon.post("/reload")[0] == code
            assert ("configuration-refused" in codes(shown())) is refused
