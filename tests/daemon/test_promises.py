"""The nine promises, each with real processes, real sockets and real faults."""

from __future__ import annotations

import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.world.mirror import codes, is_in, mirror, wait
from tests.world.plain import ask
from tests.world.running import Running, Status, channel, running
from vrmon.simulator import MovieRecorder, PlayBox, serving

OUTAGE_HOLD = 6.0  # seconds
HANGS = 20.0  # seconds that a device that hangs is waited for


def test_promise_1_no_answer_is_not_no_jobs(tmp_path: Path) -> None:
    nonsense = ("error", "html", "null", "truncated", "hang")
    with mirror(tmp_path, timeout=0.2) as here:
        here.record()
        before = here.sent()
        for kind in nonsense:
            here.playbox.fault(kind, "/ingests/*")
            here.daemon.wait_for(lambda status: status["primaries"]["playbox"]["failures"] >= 2)
            assert here.wait_for_phase("keeping")["take"]["name"] == "SHOW", kind
            here.playbox.clear_faults()
            here.wait_for_phase("recording")
        here.playbox.refuse()
        here.daemon.wait_for(lambda status: status["primaries"]["playbox"]["failures"] >= 3)
        assert "primary-unreachable" in codes(here.daemon.status())
        assert here.sent() == before
        assert here.the_take().ended is None


def test_promise_2_hands_off_what_is_not_ours(tmp_path: Path) -> None:
    with mirror(tmp_path, size=4) as here:
        here.recorder.record_by_hand(0, "OPERATOR")
        scheduled = here.recorder.schedule(1, "SCHEDULED", start_in=0.0, duration=3600.0)
        here.recorder.wait_until(lambda: here.recorder.running(1))
        here.wait_for_polls()
        jobs = [here.playbox.start_job(number) for number in (0, 1)]
        status = here.daemon.wait_for(
            lambda status: all("foreign-recording" in codes(status, name) for name in ("PCR 1", "PCR 2"))
        )
        assert is_in(status, "PCR 1", "foreign")
        assert channel(status, "PCR 1")["recording"] == "OPERATOR"
        here.recorder.pause_by_hand(0)
        here.wait_for_polls()
        for job in jobs:
            here.playbox.end_job(job)
        renamed = here.record("OURS.mxf", 3)
        here.recorder.rename_take(2, "BEST SHOW")
        here.daemon.wait_for(lambda status: channel(status, "PCR 3")["take"]["name"] == "BEST SHOW")
        here.recorder.record_by_hand(3, "DURING")
        ask(here.recorder.url, f"/scheduled_recordings/{scheduled}", {"duration": 0})
        here.recorder.wait_until(lambda: here.recorder.running(1) is None)
        here.daemon.wait_for(
            lambda status: not status["active_jobs"].keys() - {f"{here.playbox.ingests[2]}|{renamed}"}
        )
        here.wait_for_polls(6)
        sent = [command for command in here.sent() if "/scheduled_recordings/" not in command]
        assert {command.partition(" - ")[2][0] for command in sent} == {"2"}
        assert [take.ended_by for take in here.recorder.takes] == [None, "schedule", None, None]
        here.playbox.end_job(renamed)
        here.recorder.wait_until(lambda: here.recorder.running(2) is None)
        assert [take.ended_by for take in here.recorder.takes_of(2)] == ["remote"]


def test_promise_2_an_operator_who_is_quicker_by_a_moment_keeps_the_recording(tmp_path: Path) -> None:
    """He records while the source already has the name that we have just given it."""
    with mirror(tmp_path) as here:
        here.recorder.fault("delay", "*/recording_name", seconds=0.4)
        jobs = [here.playbox.start_job(number, f"SHOW {number}.mxf") for number in (0, 1)]
        wait(lambda: len(here.sent("*/recording_name")) == 2, "the names")
        here.recorder.record_by_hand(0)
        here.recorder.record_by_hand(1, "OPERATOR")
        here.recorder.rename_take(1, "SHOW 1")
        here.daemon.wait_for(lambda status: {one["phase"] for one in status["channels"]} == {"foreign"})
        here.wait_for_polls(5)
        here.daemon.restart()
        here.daemon.wait_for(lambda status: {one["phase"] for one in status["channels"]} == {"foreign"})
        for job in jobs:
            here.playbox.end_job(job)
        here.daemon.wait_for(lambda status: not status["active_jobs"])
        here.wait_for_polls(5)
        assert [(take.name, take.ended) for take in here.recorder.takes] == [
            ("SHOW 0", None),
            ("SHOW 1", None),
        ]
        assert here.sent("*/stop") == []


def test_promise_3_every_active_job_has_a_verified_recording_or_a_named_reason(tmp_path: Path) -> None:
    with mirror(tmp_path, size=4) as here:
        here.recorder.record_by_hand(1, "OPERATOR")
        here.recorder.switch(2, without_destination="422")
        here.recorder.set_destinations(2)
        here.recorder.remove_source(3)
        here.wait_for_polls()
        for number in range(4):
            here.playbox.start_job(number)
        status = here.daemon.wait_for(
            lambda status: (
                [(one["phase"], _code_of(one)) for one in status["channels"]]
                == [
                    ("recording", ""),
                    ("foreign", "foreign-recording"),
                    ("blocked", "start-refused"),
                    ("blocked", "source-missing"),
                ]
                and status["channels"][0]["verified"] < 1.0
            )
        )
        assert status["health"] == "critical"
        problems = [one["problem"] for one in status["channels"][1:]]
        assert all(one["message"] and one["hint"] and one["since"] for one in problems)
        assert "no destination is enabled" in problems[1]["message"]
        assert problems[1]["hint"] == "The source has no destination: give it one in MovieRecorder."
        here.recorder.refuse()
        blind = here.daemon.wait_for(lambda status: {"dvr-blind"} == {*map(_code_of, status["channels"][1:])})
        assert "does not answer" in blind["channels"][1]["problem"]["message"]


def _code_of(channel: Status) -> str:
    return str(channel["problem"]["code"]) if channel["problem"] else ""


def test_promise_4_a_stop_needs_proof(tmp_path: Path) -> None:
    with mirror(tmp_path, size=3, sync={"stop_delay": 0.4, "outage_hold": OUTAGE_HOLD}) as here:
        jobs = [here.record(f"SHOW {number}.mxf", number) for number in (1, 2, 3)]
        here.playbox.fault("body", "/ingests/activejobsinfo", body="[]", times=2)
        here.wait_for_polls(8)
        assert here.sent("*/stop") == []

        ended = time.monotonic()
        here.playbox.end_job(jobs[0])
        here.recorder.wait_until(lambda: here.recorder.running(0) is None)
        assert 0.4 <= here.the_take(1).ended - ended < OUTAGE_HOLD  # type: ignore[operator]

        here.playbox.refuse()
        here.wait_for_phase("keeping", 2)
        here.playbox.end_job(jobs[1])
        here.playbox.end_job(jobs[2])
        here.playbox.start_job(2, "NEXT.mxf")
        back = time.monotonic()
        here.playbox.listen_again()
        here.daemon.wait_for(lambda status: "job-lost-in-outage" in codes(status, "PCR 2"))
        here.recorder.wait_until(lambda: len(here.recorder.takes_of(2)) == 2)
        next_take = here.recorder.takes_of(2)[1]
        assert next_take.name == "NEXT"
        assert next_take.started - back < OUTAGE_HOLD
        assert here.recorder.running(1) is not None
        here.recorder.wait_until(lambda: here.recorder.running(1) is None)
        assert here.the_take(2).ended - back >= OUTAGE_HOLD  # type: ignore[operator]


def test_promise_5_sent_is_not_done(tmp_path: Path) -> None:
    with mirror(tmp_path, size=4) as here:
        here.recorder.switch(0, record_effect="nothing")
        here.recorder.switch(1, stop_effect="nothing")
        here.playbox.start_job(0, "UNSEEN.mxf")
        unstopped = here.record("UNSTOPPED.mxf", 2)
        here.record("DIES.mxf", 3)
        here.playbox.end_job(unstopped)
        here.recorder.kill_take(2)
        died = time.monotonic()
        here.recorder.wait_until(lambda: len(here.recorder.takes_of(2)) == 2)
        continuation = here.recorder.takes_of(2)[1]
        assert continuation.name == "DIES_cont1"
        looks = [
            one for one in here.recorder.arrivals("GET /sources") if died < one.at < continuation.started
        ]
        assert len(looks) <= 3
        assert (
            channel(here.daemon.wait_for(lambda s: is_in(s, "PCR 3", "recording")), "PCR 3")["take"]["number"]
            == 2
        )

        here.daemon.wait_for(lambda status: {"start-unseen", "stop-unseen"} <= codes(status))
        here.recorder.switch(0, record_effect="records")
        here.recorder.switch(1, stop_effect="stops")
        here.recorder.wait_until(lambda: here.recorder.running(1) is None)
        here.wait_for_phase("recording", 1)
        assert len(here.sent("*- 0/record")) == 2
        assert len(here.sent("*- 1/stop")) >= 2
        here.wait_for_polls()
        assert [take.name for take in here.recorder.takes] == [
            "UNSTOPPED",
            "DIES",
            "DIES_cont1",
            "UNSEEN_cont1",  # there may be a file of the name that was asked for first
        ]


def test_promise_6_vrmon_may_die_at_any_instant(tmp_path: Path) -> None:
    with mirror(tmp_path, size=3) as here:
        here.record("GOES ON.mxf", 1)
        ends = here.record("ENDS.mxf", 2)
        took_over_from = time.monotonic()
        here.wait_for_state("ENDS")
        here.daemon.kill(signal.SIGKILL)
        here.playbox.end_job(ends)
        here.playbox.start_job(2, "BEGAN MEANWHILE.mxf")
        here.playbox.refuse()
        here.daemon.start()
        here.daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] == "ok")
        wait(lambda: here.daemon.status()["primaries"]["playbox"]["failures"] > 3, "polls of the primary")
        assert [take.ended for take in here.recorder.takes] == [None, None]
        assert {one["phase"] for one in here.daemon.status()["channels"][:2]} == {"keeping"}

        here.playbox.listen_again()
        here.wait_for_phase("recording", 1)
        here.wait_for_phase("recording", 3)
        here.recorder.wait_until(lambda: here.recorder.running(1) is None)
        assert here.recorder.gaps(0, took_over_from, time.monotonic()) == []
        assert [take.name for take in here.recorder.takes] == ["GOES ON", "ENDS", "BEGAN MEANWHILE"]
        assert len(here.sent("*/stop")) == 1


def test_promise_7_one_device_never_waits_for_another(tmp_path: Path) -> None:
    with ExitStack() as stack:
        first, hung = (stack.enter_context(serving(PlayBox(1))) for _ in range(2))
        recorder = stack.enter_context(serving(MovieRecorder(2)))
        dead = [stack.enter_context(serving(MovieRecorder(2))) for _ in range(2)]
        hung.fault("hang")
        dead[0].fault("hang")
        dead[1].fault("drip_body", seconds=0.1)
        daemon = stack.enter_context(running(tmp_path, first, hung, recorder, *dead, timeout=HANGS))
        wait(lambda: dead[0].arrivals() and dead[1].arrivals() and hung.arrivals(), "the dead to be asked")
        for number in range(3):
            begun = time.monotonic()
            job = first.start_job(0, f"QUICK {number}.mxf")
            recorder.wait_until(lambda: recorder.running(0))
            assert recorder.takes[-1].started - begun < HANGS / 2
            first.end_job(job)
            recorder.wait_until(lambda: recorder.running(0) is None)
        taken = sorted(_seconds(daemon.status) for _ in range(100))
        assert taken[98] < HANGS / 2
        assert "dvr-blind" not in codes(daemon.status(), "PCR 1")


def _seconds(call: Callable[[], object]) -> float:
    begun = time.monotonic()
    call()
    return time.monotonic() - begun


def test_promise_8_the_disk_never_stops_control(tmp_path: Path) -> None:
    with mirror(tmp_path) as here, full_disk(here.daemon) as make_room:
        job = here.record("ON A FULL DISK.mxf")
        status = here.daemon.wait_for(lambda status: "state-failing" in codes(status))
        assert status["health"] == "degraded"
        assert status["summary"].startswith("1 of 1 jobs recorded; vrmon: Cannot save the state in")
        here.playbox.end_job(job)
        here.recorder.wait_until(lambda: here.recorder.running(0) is None)
        here.record("AFTER IT.mxf", 2)
        make_room()
        here.daemon.wait_for(lambda status: status["health"] == "ok")
        assert "AFTER IT" in (here.daemon.state / "state.json").read_text()
        assert [take.name for take in here.recorder.takes] == ["ON A FULL DISK", "AFTER IT"]


@contextmanager
def full_disk(daemon: Running) -> Iterator[Callable[[], None]]:
    """No room in the state directory until what it gives is called: on a full tmpfs, or, where none can be
    mounted, by a limit on what the process may write."""
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "vrmon", str(daemon.state)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        none, most = 0, resource.RLIM_INFINITY
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (none, most))
        yield lambda: resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (most, most)) and None
        return
    filler = daemon.state / "filler"
    try:
        with pytest.raises(OSError, match="No space"), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        yield filler.unlink
    finally:
        subprocess.run(["umount", "--lazy", daemon.state], check=True)


WEDGED = """
import signal, sys, time
from vrmon.daemon.__main__ import main
signal.signal(signal.SIGUSR1, lambda *_: time.sleep(60))
sys.exit(main())
"""


def test_promise_9_a_wedged_vrmon_is_restarted(tmp_path: Path) -> None:
    """As systemd sees it: heartbeats on evidence, none from a stuck loop, and its stacks at SIGABRT."""
    with (
        service_manager(tmp_path) as (manager, environ),
        mirror(tmp_path, environ=environ, program=("-c", WEDGED), timeout=0.5) as here,
    ):
        job = here.record()
        assert _messages(manager, "READY=1")
        here.recorder.fault("hang")
        here.playbox.fault("hang")
        here.daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["failures"] >= 2)
        _messages(manager, None)
        assert len(_messages(manager, "WATCHDOG=1", 3)) == 3, "dead devices are not our hang"
        here.recorder.clear_faults()
        here.playbox.clear_faults()

        here.daemon.process.send_signal(signal.SIGUSR1)
        manager.settimeout(0.8)
        with pytest.raises(TimeoutError):
            while True:
                manager.recv(4096)
        assert here.daemon.kill(signal.SIGABRT) == -signal.SIGABRT
        assert "most recent call first" in here.daemon.log()
        assert "loop.py" in here.daemon.log() or "base_events.py" in here.daemon.log()

        here.daemon.start()
        here.wait_for_phase("recording")
        assert here.the_take().ended is None
        here.playbox.end_job(job)
        here.recorder.wait_until(lambda: here.recorder.running(0) is None)


@contextmanager
def service_manager(folder: Path) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    """The socket on which systemd would listen, with a watchdog of 0.4 s, and how vrmond is told of it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(folder / "notify"))
        yield manager, {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "400000"}


def _messages(manager: socket.socket, wanted: str | None, count: int = 1) -> list[str]:
    """The next `count` messages that hold the line `wanted`; None: all that wait, without waiting."""
    found: list[str] = []
    manager.settimeout(60.0)
    manager.setblocking(wanted is not None)
    while wanted is None or len(found) < count:
        try:
            text = manager.recv(4096).decode()
        except BlockingIOError:
            break
        if wanted is None or wanted in text.splitlines():
            found.append(text)
    return found
