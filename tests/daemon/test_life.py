"""The life of the process: killed, stopped, started again, on a state it cannot use, beside another one."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.world.clock import WRONG, set_booted, set_wrong
from tests.world.mirror import PACE, codes, is_in, mirror, wait
from tests.world.running import PATIENCE, ROOT
from vrmon.state.format import compose, payload_text
from vrmon.text import unix_time

SLOW_DISK = """
import os, sys, time
from vrmon.daemon.__main__ import main
sync = os.fsync
os.fsync = lambda descriptor: (time.sleep(0.15), sync(descriptor))
sys.exit(main())
"""
"""What Python runs: a vrmond whose disk takes 0.3 s to know of something."""


def test_a_socket_that_somebody_has_removed_is_there_again(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        here.daemon.socket.unlink()
        wait(here.daemon.answers, "an answer on the socket")
        assert here.the_take().ended is None


def test_killed_in_mid_start_the_next_one_finishes_it(tmp_path: Path) -> None:
    commands = [(command, done) for command in ("recording_name", "record") for done in (True, False)]
    with mirror(tmp_path, size=4, timeout=30.0, sync={"name_wait": 3.0}) as here:
        for source, (command, done) in enumerate(commands):
            here.recorder.fault("hang", f"*- {source}/{command}", times=1, processed=done)
            here.playbox.start_job(source, f"SHOW {source}.mxf")
        wait(
            lambda: len(here.sent("*/record")) == len(here.sent("*/recording_name")) - 2 == 2, "all that hang"
        )
        here.wait_for_state("SHOW 3")
        here.daemon.restart(signal.SIGKILL)
        here.recorder.clear_faults()
        for source in range(4):
            here.wait_for_phase("recording", source + 1)
        here.wait_for_polls()
        takes = [here.the_take(number) for number in (1, 2, 3, 4)]
        assert [(take.name, take.ended) for take in takes] == [(f"SHOW {n}", None) for n in range(4)]


@pytest.mark.parametrize("switches", [{"keys": "3.x"}, {"duplicate_name": "suffix, shown"}])
def test_killed_the_moment_a_take_begins_the_next_one_knows_it(
    tmp_path: Path, switches: dict[str, Any]
) -> None:
    """Neither a DVR that tells no names nor one that makes them its own leaves anything else to go by."""
    with mirror(tmp_path, size=1) as here:
        here.recorder.record_by_hand(0, "SHOW")
        here.recorder.stop_by_hand(0)
        here.wait_for_polls()
        here.recorder.switch(**switches)
        job = here.playbox.start_job(0, "SHOW.mxf")
        here.recorder.wait_until(lambda: len(here.recorder.takes) == 2)
        here.wait_for_state('"given":"SHOW"')  # a start waits for the disk, but not for a slow one
        here.daemon.restart(signal.SIGKILL)
        assert here.wait_for_phase("recording")["take"]["number"] == 1
        here.playbox.end_job(job)
        here.recorder.wait_until(lambda: here.recorder.running(0) is None)
        assert len(here.recorder.takes) == 2


def test_killed_the_moment_a_take_begins_on_a_slow_disk_the_next_one_knows_it(tmp_path: Path) -> None:
    """A build that tells no names is not recorded with before the disk has had a second to know of it."""
    with mirror(tmp_path, size=1, program=("-c", SLOW_DISK)) as here:
        here.recorder.switch(keys="3.x")
        here.wait_for_polls(10)  # what it had to save at first is saved
        job = here.playbox.start_job(0, "SHOW.mxf")
        here.recorder.wait_until(lambda: len(here.recorder.takes) == 1)
        here.daemon.restart(signal.SIGKILL)
        assert here.wait_for_phase("recording")["take"]["number"] == 1
        here.playbox.end_job(job)
        here.recorder.wait_until(lambda: here.recorder.running(0) is None)


def test_killed_in_mid_stop_the_next_one_finishes_it(tmp_path: Path) -> None:
    with mirror(tmp_path, timeout=30.0) as here:
        jobs = [here.record(f"SHOW {number}.mxf", number) for number in (1, 2)]
        here.wait_for_state("SHOW 2")
        here.recorder.fault("hang", "*- 0/stop", times=1, processed=True)
        here.recorder.fault("hang", "*- 1/stop", times=1)
        for job in jobs:
            here.playbox.end_job(job)
        wait(lambda: len(here.sent("*/stop")) == 2, "the stops that hang")
        here.daemon.restart(signal.SIGKILL)
        here.recorder.clear_faults()
        wait(lambda: {take.ended_by for take in here.recorder.takes} == {"remote"}, "the takes to end")
        here.daemon.wait_for(lambda status: {one["phase"] for one in status["channels"]} == {"idle"})
        here.wait_for_polls()
        assert len(here.sent("*- 0/stop")) == 1
        assert len(here.recorder.takes) == 2


def test_killed_at_many_moments_of_a_start_there_is_one_take_without_a_gap(tmp_path: Path) -> None:
    with mirror(tmp_path, size=4, sync={"name_wait": 3.0}) as here:
        here.recorder.delay = here.playbox.delay = 0.02
        for number in range(4):
            here.playbox.start_job(number, f"SHOW {number}.mxf")
            time.sleep(0.03 * number)  # a moment of its own for each kill
            here.daemon.restart(signal.SIGKILL)
        for number in range(4):
            here.wait_for_phase("recording", number + 1)
        here.wait_for_polls()
        assert sorted(here.recorder.files) == [f"SHOW {number}" for number in range(4)]
        assert {take.ended for take in here.recorder.takes} == {None}


def test_an_upgrade_in_mid_recording_leaves_the_take_alone(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        job = here.record()
        before = here.sent()
        assert here.daemon.kill(signal.SIGTERM) == 0
        assert not here.daemon.socket.exists()
        here.daemon.start()
        status = here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "recording"))
        assert status["channels"][0]["take"]["number"] == 1
        since = [one["code"] for one in status["recent"] if one["n"] > 0]
        assert since == ["take-adopted"], "no alarm"
        here.wait_for_polls()
        assert here.sent() == before
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        assert here.the_take().ended_by == "remote"


def test_stopped_and_continued_it_stops_nothing_and_catches_up(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        here.record()
        here.daemon.process.send_signal(signal.SIGSTOP)
        polls = len(here.playbox.arrivals())
        here.playbox.start_job(1, "MEANWHILE.mxf")
        time.sleep(10 * PACE)  # nobody polls: there is nothing to wait for
        assert len(here.playbox.arrivals()) <= polls + 1
        here.daemon.process.send_signal(signal.SIGCONT)
        here.wait_for_phase("recording", 2)
        here.wait_for_polls()
        assert [take.ended for take in here.recorder.takes] == [None, None]
        assert here.sent("*/stop") == []


def test_a_state_that_cannot_be_used_is_set_aside_and_told_of(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        job = here.record()
        for content, kept_as in (
            ("garbage", "state.json.damaged-*"),
            ('{"format": 1, "sha256": "0", "payload": {}}', "state.json.damaged-*"),
            (compose(payload_text({"channels": [1, 2]})).decode(), "state.json.damaged-*"),
            ('{"format": 999, "sha256": "0", "payload": {}}', "state.json.format-999"),
        ):
            here.daemon.kill(signal.SIGKILL)
            (here.daemon.state / "state.json").write_text(content)
            (here.daemon.state / "state.json.previous").unlink(missing_ok=True)
            here.daemon.start()
            status = here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "recording"))
            assert codes(status) == {"state-damaged"}, content
            assert status["health"] == "degraded"
            assert content in [file.read_text() for file in here.daemon.state.glob(kept_as)]
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        assert (here.the_take().ended_by, len(here.sent())) == ("remote", 3)


DAMAGES = ["", compose(payload_text({"channels": [1, 2]})).decode()]


@pytest.mark.parametrize("damaged", DAMAGES, ids=["no state", "no memory"])
def test_a_damaged_state_gives_way_to_the_one_before(tmp_path: Path, damaged: str) -> None:
    with mirror(tmp_path, size=1) as here:
        here.daemon.post("/channels/PCR%201/hold", {"reason": "one"})
        here.wait_for_state('"one"')
        here.daemon.post("/channels/PCR%201/hold", {"reason": "two"})
        here.wait_for_state('"two"')
        here.daemon.kill(signal.SIGKILL)
        (here.daemon.state / "state.json").write_text(damaged)
        here.daemon.start()
        assert here.daemon.channel("PCR 1")["hold"]["reason"] == "one"


def test_a_second_vrmond_on_one_state_directory_says_who_holds_it_and_exits(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        last_good = here.daemon.state / "last-good.toml"
        wait(last_good.exists, "last-good.toml")
        kept = last_good.read_text()
        other = tmp_path / "other.toml"
        other.write_text("# nothing is set up\n")
        second = subprocess.run(
            [*here.daemon.command, "--config", other],
            env=here.daemon.environ, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert second.returncode == 1
        assert f"vrmond with process id {here.daemon.process.pid} holds it." in second.stderr
        assert last_good.read_text() == kept
        assert here.daemon.status()["channels"][0]["phase"] == "recording"


def test_the_clock_is_of_no_account(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    set_wrong(clock, 0)
    with mirror(tmp_path, size=1, program=("-c", WRONG, str(clock))) as here:
        job = here.record()
        for wrong in (400 * 86400.0, -400 * 86400.0):
            here.daemon.kill(signal.SIGKILL)
            set_wrong(clock, wrong)
            here.daemon.start()
            here.wait_for_phase("recording")
            set_wrong(clock, 0)
            here.wait_for_polls()
            assert here.wait_for_phase("recording")["verified"] < 5
        assert here.the_take().ended is None
        assert len(here.sent()) == 2
        here.playbox.end_job(job)
        ended = time.monotonic()
        here.recorder.wait_until(lambda: here.recorder.running(0) is None)
        assert time.monotonic() - ended < 8


@pytest.mark.parametrize("wrong", [7200.0, -7200.0])
def test_a_clock_that_was_set_while_it_was_away_moves_no_time(tmp_path: Path, wrong: float) -> None:
    clock = tmp_path / "clock"
    set_wrong(clock, 0)
    with mirror(tmp_path, program=("-c", WRONG, str(clock))) as here:
        here.record()
        here.daemon.post("/channels/PCR%202/hold", {"reason": "rewiring", "seconds": 3600})
        here.wait_for_state('"rewiring"')
        here.wait_for_state("SHOW")
        before = here.daemon.status()
        here.daemon.kill(signal.SIGKILL)
        set_wrong(clock, wrong)
        here.daemon.start()
        recording, held = here.wait_for_phase("recording"), here.daemon.channel("PCR 2")
        now = unix_time(here.daemon.status()["now"])
        assert now - unix_time(before["now"]) == pytest.approx(wrong, abs=2 * PATIENCE)
        assert 0 < now - unix_time(recording["job"]["since"]) < 2 * PATIENCE
        assert 0 < now - unix_time(recording["take"]["started"]) < 2 * PATIENCE
        assert recording["coverage"]["missing"]["most"] < 2 * PATIENCE
        assert held["mode"] == "hold"
        assert 3600 - 2 * PATIENCE < unix_time(held["hold"]["until"]) - now <= 3600


def test_after_another_boot_there_is_only_the_clock_to_go_by(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    set_wrong(clock, 0)
    with mirror(tmp_path, size=1, program=("-c", WRONG, str(clock))) as here:
        here.daemon.post("/channels/PCR%201/hold", {"reason": "rewiring", "seconds": 3600})
        here.wait_for_state('"rewiring"')
        for boot, hours, mode in (("another", 0.5, "hold"), ("the third", 2.0, "auto")):
            here.daemon.kill(signal.SIGKILL)
            set_booted(clock, boot)
            set_wrong(clock, hours * 3600)
            here.daemon.start()
            here.wait_for_polls()
            assert here.daemon.channel("PCR 1")["mode"] == mode
            here.wait_for_state(f'"boot":"{boot}"')


def test_nothing_of_what_it_writes_is_for_others_to_read(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        here.wait_for_state("SHOW")
        wait((here.daemon.state / "last-good.toml").exists, "last-good.toml")
        wait((here.daemon.state / "history.db-wal").exists, "history.db")
        modes = {file.name: file.stat().st_mode & 0o777 for file in here.daemon.state.glob("*")}
        assert modes.keys() >= {"state.json", "last-good.toml", "history.db", "history.db-wal"}
        assert {mode for name, mode in modes.items() if name != "vrmond.lock"} == {0o600}
        assert here.daemon.socket.stat().st_mode & 0o777 == 0o660
        assert json.loads((here.daemon.state / "state.json").read_text())["format"] == 1
