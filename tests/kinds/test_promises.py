"""Every kind of recorder keeps promises 1 to 6, and so does one that vrmon has never seen."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kinds.doubles import DOUBLES, Double
from tests.world.command import ENVIRON, ROOT
from tests.world.mirror import codes, is_in, wait
from tests.world.running import Running, Status, channel, running
from vrmon.simulator import PlayBox, serving

VRMOND = "import sys; from tests.kinds import deck; deck.register(); from vrmon.daemon.__main__ import main"
VRMON = "import sys; from tests.kinds import deck; deck.register(); from vrmon.cli import main"
HOLD = 2.0  # seconds, of outage_hold
STOP_DELAY = 0.4
LATE = 0.4  # seconds until the recorder shows that it records

Make = Callable[[], AbstractContextManager[Double]]


@dataclass
class Studio:
    """A PlayBox of two ingests; channel "PCR 1" mirrors the first onto the recorder."""

    playbox: PlayBox
    recorder: Double
    daemon: Running

    def wait_for_phase(self, phase: str) -> Status:
        return channel(self.daemon.wait_for(lambda status: is_in(status, "PCR 1", phase)), "PCR 1")

    def wait_for_problem(self, code: str) -> Status:
        status = self.daemon.wait_for(lambda status: code in codes(status, "PCR 1"))
        return dict(next(one for one in status["problems"] if one["code"] == code))

    def start(self, file_name: str = "SHOW.mxf") -> str:
        """A job whose take is verified."""
        job = self.playbox.start_job(0, file_name)
        self.wait_for_phase("recording")
        return job

    def wait_for_looks(self, times: int = 3) -> None:
        """Until both devices have been looked at that often."""
        before = len(self.playbox.arrivals("/ingests/activejobsinfo"))
        self.wait_for_looks_at_the_recorder(times)
        wait(lambda: len(self.playbox.arrivals("/ingests/activejobsinfo")) > before + times, "polls")

    def wait_for_looks_at_the_recorder(self, times: int = 3) -> None:
        before = self.recorder.looks
        wait(lambda: self.recorder.looks > before + times, "looks")


@contextmanager
def studio(folder: Path, make: Make, late: float = LATE, stop_delay: float = 0.1) -> Iterator[Studio]:
    with serving(PlayBox(2)) as playbox, make() as recorder:
        recorder.be_late(late)
        secret = folder / "secret"
        secret.touch(0o600)
        secret.write_text(recorder.password)
        keys = [*recorder.keys, *([f'password_file = "{secret}"'] if recorder.password else [])]
        lines = "\n".join(keys)
        text = f"""
[api]
listen = ""
[sync]
stop_delay = {stop_delay}
outage_hold = {HOLD}
name_wait = 0.5
[primary.playbox]
url = "{playbox.url}"
poll_interval = 0.1
timeout = 3.0
[dvr.recorder]
kind = "{recorder.kind}"
url = "{recorder.url}"
poll_interval = 0.1
timeout = 3.0
{lines}
[[channel]]
name = "PCR 1"
ingest = "{playbox.ingests[0]}"
source = 0
"""
        with running(folder, text=text, program=("-c", f"{VRMOND}; sys.exit(main())")) as daemon:
            yield Studio(playbox, recorder, daemon)


def vrmon(*arguments: str | Path, here: Studio) -> subprocess.CompletedProcess[str]:
    program = f"{VRMON}; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT, env={**ENVIRON, **here.daemon.environ}, check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture(params=DOUBLES)
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = DOUBLES[request.param]
    return made


def test_promise_1_no_answer_is_not_no_jobs(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make) as here:
        here.start()
        here.playbox.fault("error", "/ingests/*")
        here.daemon.wait_for(lambda status: status["primaries"]["playbox"]["failures"] >= 3)
        assert here.wait_for_phase("keeping")["take"]["name"] == "SHOW"
        here.playbox.clear_faults()
        here.wait_for_phase("recording")
        assert len(here.recorder.made) == 1
        assert here.recorder.running is not None


def test_promise_2_hands_off_what_is_not_ours(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make, late=0.0) as here:
        here.recorder.record("OPERATOR")
        here.wait_for_looks()
        job = here.playbox.start_job(0)
        problem = here.wait_for_problem("foreign-recording")
        assert problem["hint"].startswith(f"End that recording in {here.recorder.traits.recorder}")
        here.playbox.end_job(job)
        here.wait_for_phase("foreign")
        here.wait_for_looks(6)
        assert here.recorder.running is not None
        assert here.recorder.starts + here.recorder.stops == 0


def test_promise_2_what_is_recorded_by_hand_after_our_take_is_not_ours(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make, late=0.0) as here:
        job = here.start()
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        stops = here.recorder.stops
        here.recorder.record("")
        here.wait_for_phase("foreign")
        here.wait_for_looks(6)
        assert here.recorder.running is not None
        assert here.recorder.stops == stops


def test_promise_2_what_is_shown_late_after_our_command_is_ours(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make) as here:
        job = here.start()
        (made,) = here.recorder.made
        assert (made.name, made.by) == ("SHOW", "remote")
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        (made,) = here.recorder.made
        assert made.ended_by == "remote"
        assert here.recorder.starts == here.recorder.stops == 1


def test_promise_3_every_active_job_has_a_verified_recording_or_a_named_reason(
    tmp_path: Path, make: Make
) -> None:
    with studio(tmp_path, make) as here:
        words = here.recorder.refuse_starts()
        here.playbox.start_job(0)
        problem = here.wait_for_problem("start-refused")
        assert problem["severity"] == "critical"
        assert words in problem["message"]
        assert f"in {here.recorder.traits.recorder}" in problem["hint"]
        here.recorder.be_well()
        here.wait_for_phase("recording")
        here.recorder.be_silent()
        assert here.recorder.traits.place in here.wait_for_problem("dvr-blind")["hint"]


def test_promise_4_a_stop_needs_proof(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make, stop_delay=STOP_DELAY) as here:
        job = here.start("FIRST.mxf")
        here.playbox.fault("body", "/ingests/activejobsinfo", body="[]", times=1)
        here.wait_for_looks(8)
        assert here.recorder.stops == 0
        ended = time.monotonic()
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        here.start("SECOND.mxf")
        here.playbox.refuse()
        here.wait_for_phase("keeping")
        here.playbox.lose_jobs()
        back = time.monotonic()
        here.playbox.listen_again()
        wait(lambda: here.recorder.running is None, "the end of the hold")
        first, second = here.recorder.made
        assert (first.name, second.name) == ("FIRST", "SECOND")
        assert first.ended is not None
        assert first.ended - ended >= STOP_DELAY
        assert second.ended is not None
        assert second.ended - back >= HOLD


def test_promise_4_the_next_job_ends_the_take_at_once(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make, stop_delay=60.0) as here:
        job = here.start("FIRST.mxf")
        here.playbox.end_job(job)
        here.playbox.start_job(0, "SECOND.mxf")
        wait(lambda: len(here.recorder.made) == 2 and here.recorder.running is not None, "the second take")
        first, second = here.recorder.made
        assert (first.name, first.ended_by, second.name) == ("FIRST", "remote", "SECOND")


def test_promise_5_sent_is_not_done(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make) as here:
        here.recorder.be_deaf()
        here.playbox.start_job(0, "SHOW.mxf")
        here.wait_for_problem("start-unseen")
        here.recorder.be_well()
        here.wait_for_phase("recording")
        here.recorder.lose_answers()
        here.recorder.kill()
        wait(lambda: here.recorder.running is not None, "a continuation")
        here.recorder.be_well()
        here.daemon.wait_for(lambda status: (status["channels"][0]["take"] or {}).get("number") == 3)
        here.wait_for_phase("recording")
        first, second = here.recorder.made
        # There may be a clip of the name that was asked for while it was deaf.
        assert (first.name, first.by, second.name) == ("SHOW_cont1", "remote", "SHOW_cont2")


def test_promise_5_a_name_that_is_there_already_is_followed_by_another(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make) as here:
        here.recorder.refuse_duplicates()
        here.recorder.record("SHOW")
        here.recorder.stop()
        here.start()
        first, second = here.recorder.made
        assert first.name == "SHOW"
        assert second.name.startswith("SHOW")
        assert second.name != "SHOW"


@pytest.mark.parametrize("shown", [True, False])
def test_promise_6_vrmon_may_die_at_any_instant(tmp_path: Path, make: Make, shown: bool) -> None:
    """Also between the record command and the first look that shows it."""
    with studio(tmp_path, make, late=0.0 if shown else 2 * LATE) as here:
        job = here.playbox.start_job(0, "SHOW.mxf")
        wait(lambda: here.recorder.running is not None, "the take")
        if shown:
            here.wait_for_phase("recording")
        # A start waits for the disk, but not for a slow one.
        wait(lambda: "SHOW" in (here.daemon.state / "state.json").read_text(), "SHOW on the disk")
        here.daemon.kill(signal.SIGKILL)
        here.playbox.refuse()
        here.daemon.start()
        here.wait_for_looks_at_the_recorder()
        assert here.recorder.stops == 0
        here.playbox.listen_again()
        here.wait_for_phase("recording")
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        (made,) = here.recorder.made
        assert (made.name, made.ended_by) == ("SHOW", "remote")


def test_promise_6_a_start_that_nothing_knows_of_any_more_is_known_by_its_name(
    tmp_path: Path, make: Make
) -> None:
    """Its answer was lost, and vrmon died before the disk had taken what it had sent."""
    with studio(tmp_path, make, late=0.0) as here:
        here.recorder.lose_answers()
        job = here.playbox.start_job(0, "SHOW.mxf")
        wait(lambda: here.recorder.running is not None, "the take")
        here.daemon.kill(signal.SIGKILL)
        for file in here.daemon.state.glob("state.json*"):
            file.unlink()
        here.recorder.be_well()
        here.daemon.start()
        if here.recorder.traits.tells_names:
            here.wait_for_phase("recording")
            here.playbox.end_job(job)
            here.wait_for_phase("idle")
        else:
            here.wait_for_problem("foreign-recording")
            here.recorder.stop()
        assert [made.name for made in here.recorder.made][:1] == ["SHOW"]
        assert here.recorder.made[0].ended_by == (
            "remote" if here.recorder.traits.tells_names else "operator"
        )


def test_check_looks_at_it_as_at_any_other(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make) as here:
        done = vrmon("check", "--here", "--json", here=here)
        found = {one["subject"]: one for one in map(json.loads, done.stdout.splitlines())}
        assert (done.returncode, done.stderr) == (0, "")
        assert found["PCR 1"]["message"].startswith("could record on ")
        assert f"answers at {here.recorder.url} in " in done.stdout
        here.recorder.be_silent()
        done = vrmon("check", "--here", here=here)
        assert done.returncode == 1
        assert "answer within" in done.stdout or "does not answer" in done.stdout


def test_the_other_commands_know_it_as_well(tmp_path: Path, make: Make) -> None:
    with studio(tmp_path, make) as here:
        shown = vrmon("sources", here=here).stdout
        assert "enabled, the source of PCR 1" in shown
        assert (
            f"# {here.playbox.ingests[0]}: no job, the ingest of PCR 1" in vrmon("ingests", here=here).stdout
        )
        done = vrmon("map", "PCR 1", "--ingest", here.playbox.ingests[1], "--reload", here=here)
        assert "The configuration is in force" in done.stdout, done.stderr
        assert here.daemon.channel("PCR 1")["ingest"] == here.playbox.ingests[1]
        done = vrmon("trust", "recorder", here=here)
        assert (done.returncode, done.stdout) == (1, "")
        assert "has no certificate" in done.stderr
