"""A kind of recorder that vrmon has never seen keeps promises 1 to 6: not one line of vrmon knows it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kinds.deck.server import DeckServer, on_the_air
from tests.world.command import ENVIRON, ROOT
from tests.world.mirror import codes, is_in, wait
from tests.world.running import Running, Status, channel, running
from vrmon.simulator import PlayBox, serving

VRMOND = "import sys; from tests.kinds import deck; deck.register(); from vrmon.daemon.__main__ import main"
VRMON = "import sys; from tests.kinds import deck; deck.register(); from vrmon.cli import main"
HOLD = 2.0  # seconds, of outage_hold
STOP_DELAY = 0.4
LATE = 0.4  # seconds until the deck shows that it records


@dataclass
class Studio:
    """A PlayBox of two ingests; channel "PCR 1" mirrors the first onto the deck."""

    playbox: PlayBox
    deck: DeckServer
    daemon: Running

    def wait_for_phase(self, phase: str) -> Status:
        return channel(self.daemon.wait_for(lambda status: is_in(status, "PCR 1", phase)), "PCR 1")

    def wait_for_problem(self, code: str) -> Status:
        status = self.daemon.wait_for(lambda status: code in codes(status, "PCR 1"))
        return dict(next(one for one in status["problems"] if one["code"] == code))

    def record(self, file_name: str = "SHOW.mxf") -> str:
        """A job whose take is verified."""
        job = self.playbox.start_job(0, file_name)
        self.wait_for_phase("recording")
        return job

    def wait_for_looks(self, times: int = 3) -> None:
        """Until both devices have been looked at that often."""
        before = len(self.playbox.arrivals("/ingests/activejobsinfo"))
        self.wait_for_looks_at_the_deck(times)
        wait(lambda: len(self.playbox.arrivals("/ingests/activejobsinfo")) > before + times, "polls")

    def wait_for_looks_at_the_deck(self, times: int = 3) -> None:
        before = self.deck.heard.count("transport info")
        wait(lambda: self.deck.heard.count("transport info") > before + times, "looks")


@contextmanager
def studio(folder: Path, late: float = LATE, stop_delay: float = 0.1) -> Iterator[Studio]:
    deck = DeckServer()
    deck.late = late
    with serving(PlayBox(2)) as playbox, on_the_air(deck):
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
timeout = 1.0
[dvr.deck]
kind = "deck"
slot = "2"
url = "{deck.url}"
poll_interval = 0.1
timeout = 1.0
[[channel]]
name = "PCR 1"
ingest = "{playbox.ingests[0]}"
source = "Deck"
"""
        with running(folder, text=text, program=("-c", f"{VRMOND}; sys.exit(main())")) as daemon:
            yield Studio(playbox, deck, daemon)


def vrmon(*arguments: str | Path, here: Studio) -> subprocess.CompletedProcess[str]:
    program = f"{VRMON}; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT, env={**ENVIRON, **here.daemon.environ}, check=False, capture_output=True, text=True,
    )  # fmt: skip


def test_promise_1_no_answer_is_not_no_jobs(tmp_path: Path) -> None:
    with studio(tmp_path) as here:
        here.record()
        here.playbox.fault("error", "/ingests/*")
        here.daemon.wait_for(lambda status: status["primaries"]["playbox"]["failures"] >= 3)
        assert here.wait_for_phase("keeping")["take"]["name"] == "SHOW"
        here.playbox.clear_faults()
        here.wait_for_phase("recording")
        assert len(here.deck.clips) == 1
        assert here.deck.running is not None


def test_promise_2_hands_off_what_is_not_ours(tmp_path: Path) -> None:
    with studio(tmp_path, late=0.0) as here:
        here.deck.record("OPERATOR")
        here.wait_for_looks()
        job = here.playbox.start_job(0)
        problem = here.wait_for_problem("foreign-recording")
        assert problem["hint"].startswith("End that recording in the deck")
        here.playbox.end_job(job)
        here.wait_for_phase("foreign")
        here.wait_for_looks(6)
        assert here.deck.running is not None
        assert here.deck.commands("record") + here.deck.commands("stop") == []


def test_promise_2_what_is_shown_late_after_our_command_is_ours(tmp_path: Path) -> None:
    with studio(tmp_path) as here:
        job = here.record()
        (clip,) = here.deck.clips
        assert (clip.name, clip.by, clip.slot) == ("SHOW", "remote", "2")
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        assert clip.ended_by == "remote"
        assert len(here.deck.commands("record")) == len(here.deck.commands("stop")) == 1


def test_promise_3_every_active_job_has_a_verified_recording_or_a_named_reason(tmp_path: Path) -> None:
    with studio(tmp_path) as here:
        here.deck.refusal = "104 disk full"
        here.playbox.start_job(0)
        problem = here.wait_for_problem("start-refused")
        assert problem["severity"] == "critical"
        assert "104 disk full" in problem["message"]
        assert "in the deck" in problem["hint"]
        here.deck.refusal = ""
        here.wait_for_phase("recording")
        here.deck.is_silent = True
        assert "Look at the rack" in here.wait_for_problem("dvr-blind")["hint"]


def test_promise_4_a_stop_needs_proof(tmp_path: Path) -> None:
    with studio(tmp_path, stop_delay=STOP_DELAY) as here:
        job = here.record("FIRST.mxf")
        here.playbox.fault("body", "/ingests/activejobsinfo", body="[]", times=1)
        here.wait_for_looks(8)
        assert here.deck.commands("stop") == []
        ended = time.monotonic()
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        here.record("SECOND.mxf")
        here.playbox.refuse()
        here.wait_for_phase("keeping")
        here.playbox.lose_jobs()
        back = time.monotonic()
        here.playbox.listen_again()
        wait(lambda: here.deck.running is None, "the end of the hold")
        first, second = here.deck.clips
        assert (first.name, second.name) == ("FIRST", "SECOND")
        assert first.ended is not None
        assert first.ended - ended >= STOP_DELAY
        assert second.ended is not None
        assert second.ended - back >= HOLD


def test_promise_5_sent_is_not_done(tmp_path: Path) -> None:
    with studio(tmp_path) as here:
        here.deck.is_deaf = True
        here.playbox.start_job(0, "SHOW.mxf")
        here.wait_for_problem("start-unseen")
        here.deck.is_deaf = False
        here.wait_for_phase("recording")
        here.deck.loses_answers = True
        here.deck.end("itself")
        wait(lambda: here.deck.running is not None, "a continuation")
        here.deck.loses_answers = False
        here.daemon.wait_for(lambda status: (status["channels"][0]["take"] or {}).get("number") == 3)
        here.wait_for_looks()
        first, second = here.deck.clips
        # There may be a clip of the name that was asked for while it was deaf.
        assert (first.name, first.ended_by, second.name) == ("SHOW_cont1", "itself", "SHOW_cont2")


def test_promise_5_a_name_that_is_there_already_is_followed_by_another(tmp_path: Path) -> None:
    with studio(tmp_path) as here:
        here.deck.record("SHOW")
        here.deck.end()
        here.record()
        assert [clip.name for clip in here.deck.clips] == ["SHOW", "SHOW_2"]


@pytest.mark.parametrize("shown", [True, False])
def test_promise_6_vrmon_may_die_at_any_instant(tmp_path: Path, shown: bool) -> None:
    """Also between the record command and the first look that shows it."""
    with studio(tmp_path, late=0.0 if shown else 2 * LATE) as here:
        job = here.playbox.start_job(0, "SHOW.mxf")
        wait(lambda: here.deck.running is not None, "the take")
        if shown:
            here.wait_for_phase("recording")
        here.daemon.kill(signal.SIGKILL)
        here.playbox.refuse()
        here.daemon.start()
        here.wait_for_looks_at_the_deck()
        assert here.deck.commands("stop") == []
        here.playbox.listen_again()
        here.wait_for_phase("recording")
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        (clip,) = here.deck.clips
        assert (clip.name, clip.ended_by) == ("SHOW", "remote")


def test_check_looks_at_it_as_at_any_other(tmp_path: Path) -> None:
    with studio(tmp_path) as here:
        done = vrmon("check", "--json", here=here)
        found = {one["subject"]: one for one in map(json.loads, done.stdout.splitlines())}
        assert (done.returncode, done.stderr) == (0, "")
        assert found["deck"]["message"].startswith(f"answers at {here.deck.url} in ")
        assert found["PCR 1"]["message"] == "could record on 'Deck' (1) on deck."
        here.deck.is_silent = True
        done = vrmon("check", here=here)
        assert done.returncode == 1
        assert "deck does not answer" in done.stdout


def test_the_other_commands_know_it_as_well(tmp_path: Path) -> None:
    with studio(tmp_path) as here:
        assert '# "1" Deck: enabled, the source of PCR 1' in vrmon("sources", here=here).stdout
        assert (
            f"# {here.playbox.ingests[0]}: no job, the ingest of PCR 1" in vrmon("ingests", here=here).stdout
        )
        done = vrmon("map", "PCR 1", "--ingest", here.playbox.ingests[1], "--reload", here=here)
        assert "The configuration is in force" in done.stdout, done.stderr
        assert here.daemon.channel("PCR 1")["ingest"] == here.playbox.ingests[1]
        done = vrmon("trust", "deck", here=here)
        assert (done.returncode, done.stdout) == (1, "")
        assert "has no certificate" in done.stderr
