"""vrmond whose own threads fail it: it says so, and asks to be restarted: no heartbeat (promise 9)."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.world.mirror import Mirror, codes, mirror, wait

IMPATIENT = """
import sys, threading
from pathlib import Path
from vrmon.workers import lanes, poller, worker
worker._SPARE = 1.5
fault = Path(sys.argv.pop(1))
"""
"""What Python runs, with the file that brings the fault: its threads are missed sooner than after 20 s."""

FAULTS = {
    "a poll thread that dies": """
wait = poller.Poller._wait
poller.Poller._wait = lambda one: wait(one) and not (fault.exists() and one.name == fault.read_text())
""",
    "a lane that dies": """
carry_out = lanes.Lanes._carry_out
def die(one, client):
    if fault.exists() and one.name == fault.read_text():
        raise SystemExit
    carry_out(one, client)
lanes.Lanes._carry_out = die
""",
    "a lane that hangs": """
deliver = worker._deliver
def hang(action, *others):
    if fault.exists() and action.device == fault.read_text():
        threading.Event().wait()
    deliver(action, *others)
worker._deliver = hang
""",
    "no thread to be had": """
starts = lanes.Lanes, "_begin"
""",
    "no thread to be had for its polls": """
starts = poller.Poller, "start"
""",
}
IN_WANT = """
import os, resource
if os.getuid() == 0:  # to whom the kernel refuses none
    bounds = "--bounding-set=-sys_admin,-sys_resource"
    os.execvp("setpriv", ["setpriv", "--ruid=65534", bounds, "--", *sys.orig_argv])
limits, begin = resource.getrlimit(resource.RLIMIT_NPROC), getattr(*starts)
def begin_where_none_is_left(one):
    if fault.exists() and one.name == fault.read_text():
        resource.setrlimit(resource.RLIMIT_NPROC, (1, limits[1]))
    try:
        return begin(one)
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, limits)
setattr(*starts, begin_where_none_is_left)
"""
"""What follows a fault that names, in `starts`, what begins a thread."""
MAIN = """
from vrmon.daemon.__main__ import main
sys.exit(main())
"""


class Watchdog:
    """systemd's end of the socket to which the heartbeat goes."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))

    def beats(self) -> int:
        """How many heartbeats have come since it was asked before."""
        count = 0
        while True:
            try:
                count += self._socket.recv(8192).startswith(b"WATCHDOG=1")
            except BlockingIOError:
                return count

    def close(self) -> None:
        self._socket.close()


@contextmanager
def watched(folder: Path, fault: str) -> Iterator[tuple[Mirror, Watchdog, Path]]:
    """A vrmond with a watchdog, and the file that brings the fault to the device that it names."""
    file, watchdog = folder / "fault", Watchdog(folder / "notify")
    environ = {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "1000000"}
    program = ("-c", f"{IMPATIENT}{FAULTS[fault]}{IN_WANT if 'no thread' in fault else ''}{MAIN}", str(file))
    try:
        with mirror(folder, program=program, environ=environ, timeout=0.5) as here:
            yield here, watchdog, file
    finally:
        watchdog.close()


def break_it(file: Path, device: str) -> None:
    file.with_suffix(".new").write_text(device)
    file.with_suffix(".new").rename(file)


def is_missed(here: Mirror, of: str) -> bool:
    code, health = here.daemon.get("/healthz")
    told = [one["message"] for one in here.daemon.status()["problems"] if one["code"] == "worker-stuck"]
    return code == 503 and of in health["why"] and any(of in message for message in told)


def assert_missed(here: Mirror, watchdog: Watchdog, of: str) -> None:
    """Told, 503, and no heartbeat from then on."""
    wait(lambda: is_missed(here, of), f"{of} to be missed")
    watchdog.beats()
    polls = len(here.playbox.arrivals()) + len(here.recorder.arrivals())
    wait(lambda: len(here.playbox.arrivals()) + len(here.recorder.arrivals()) > polls + 10, "some polls")
    assert is_missed(here, of)
    assert watchdog.beats() == 0


@pytest.mark.parametrize(
    ("device", "of"), [("playbox", "primary playbox"), ("movierecorder", "DVR movierecorder")]
)
def test_a_poll_thread_that_dies(tmp_path: Path, device: str, of: str) -> None:
    with watched(tmp_path, "a poll thread that dies") as (here, watchdog, file):
        wait(watchdog.beats, "a heartbeat")
        break_it(file, device)
        assert_missed(here, watchdog, f"the threads of {of}")


@pytest.mark.parametrize("fault", ["a lane that dies", "a lane that hangs", "no thread to be had"])
@pytest.mark.parametrize(
    ("device", "of"), [("playbox", "primary playbox"), ("movierecorder", "DVR movierecorder")]
)
def test_a_task_that_nobody_carries_out(tmp_path: Path, fault: str, device: str, of: str) -> None:
    break_it(tmp_path / "fault", device)
    with watched(tmp_path, fault) as (here, watchdog, file):
        wait(watchdog.beats, "a heartbeat")
        here.playbox.start_job(0, "SHOW.mxf")
        if device == "movierecorder":
            here.daemon.wait_for(lambda status: "not-verified" in codes(status, "PCR 1"))
            here.daemon.wait_for(lambda status: status["health"] == "critical")
        assert_missed(here, watchdog, f"the threads of {of}")
        is_refused = "Lane refused" in here.daemon.log()
        assert is_refused is (fault == "no thread to be had")
        file.unlink()
        if fault != "a lane that hangs":
            here.daemon.wait_for(lambda status: "worker-stuck" not in codes(status))
            wait(watchdog.beats, "a heartbeat")
            assert here.wait_for_phase("recording")["job"]["basename"] == "SHOW"


def test_a_command_for_which_there_was_no_thread_in_time_is_never_sent(tmp_path: Path) -> None:
    break_it(tmp_path / "fault", "movierecorder")
    with watched(tmp_path, "no thread to be had") as (here, _, file):
        job = here.playbox.start_job(0, "SHOW.mxf")
        why = "vrmon had no thread for it in time; nothing was sent"
        here.daemon.wait_for(lambda status: any(why in one["message"] for one in status["problems"]))
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        here.recorder.record_by_hand(0, "OPERATOR")
        file.unlink()
        here.daemon.wait_for(lambda status: "worker-stuck" not in codes(status))
        here.wait_for_polls(10)
        assert here.sent() == []
        assert here.recorder.running(0)


def test_a_reload_for_which_there_is_no_thread_is_made_up_for(tmp_path: Path) -> None:
    with watched(tmp_path, "no thread to be had for its polls") as (here, _, file):
        here.wait_for_looks()
        break_it(file, "movierecorder")
        here.reconfigure(("timeout = 0.5", "timeout = 0.6"))
        why = "movierecorder cannot be asked: the system gives vrmon no more threads"
        here.daemon.wait_for(lambda status: any(why in one["message"] for one in status["problems"]))
        job = here.playbox.start_job(0, "SHOW.mxf")
        here.daemon.wait_for(lambda status: codes(status, "PCR 1"))
        file.unlink()
        here.wait_for_phase("recording")
        here.playbox.end_job(job)
        here.wait_for_phase("idle")


def test_a_vrmond_that_the_watchdog_has_restarted_records_what_it_could_not(tmp_path: Path) -> None:
    with watched(tmp_path, "a lane that hangs") as (here, watchdog, file):
        break_it(file, "movierecorder")
        here.playbox.start_job(0, "SHOW.mxf")
        assert_missed(here, watchdog, "the threads of DVR movierecorder")
        file.unlink()
        here.daemon.restart(signal.SIGKILL)
        assert here.wait_for_phase("recording")["take"]["name"] == "SHOW"
