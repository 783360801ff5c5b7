"""What reaches the service manager's socket, and what is taken back from it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vrmon.api import TCP, UNIX
from vrmon.daemon import systemd


class Manager:
    """systemd's end of $NOTIFY_SOCKET: keeps messages and the descriptors that came with them."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(str(path))

    def received(self) -> tuple[list[str], list[int]]:
        message, descriptors, _, _ = socket.recv_fds(self.socket, 8192, 8)
        return message.decode().split("\n"), descriptors

    def is_silent(self) -> bool:
        try:
            self.received()
        except BlockingIOError:
            return True
        return False


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    path = tmp_path / "notify"
    manager = Manager(path)
    monkeypatch.setenv("NOTIFY_SOCKET", str(path))
    yield manager
    manager.socket.close()


@pytest.fixture
def notifier(manager: Manager) -> Iterator[systemd.Notifier]:
    notifier = systemd.Notifier()
    yield notifier
    notifier.close()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_life_of_a_service(manager: Manager, notifier: systemd.Notifier) -> None:
    notifier.ready("up")
    notifier.watchdog()
    notifier.stopping()
    assert [manager.received()[0] for _ in range(3)] == [
        ["READY=1", "STATUS=up"],
        ["WATCHDOG=1"],
        ["STOPPING=1"],
    ]


def test_status_is_one_line_of_utf8(manager: Manager, notifier: systemd.Notifier) -> None:
    notifier.status("4 of 4 recorded;\nREADY=1\r\n Süd – ok")
    assert manager.received()[0] == ["STATUS=4 of 4 recorded; READY=1 Süd – ok"]


def test_reloading_carries_the_monotonic_clock(manager: Manager, notifier: systemd.Notifier) -> None:
    before = time.monotonic_ns() // 1000
    notifier.reloading()
    state, clock = manager.received()[0]
    assert state == "RELOADING=1"
    assert before <= int(clock.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


def test_a_manager_that_does_not_read_is_not_waited_for(manager: Manager, notifier: systemd.Notifier) -> None:
    began = time.monotonic()
    for _ in range(2000):  # far more than a datagram socket's queue holds
        notifier.watchdog()
    assert time.monotonic() - began < 5
    assert manager.received()[0] == ["WATCHDOG=1"]


def test_silent_without_a_manager(monkeypatch: pytest.MonkeyPatch, listener: socket.socket) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notifier = systemd.Notifier()
    notifier.ready("up")
    notifier.status("text")
    notifier.close()
    systemd.park(TCP, listener)
    systemd.unpark(TCP)
    assert systemd.adopt((TCP, UNIX)) == {}


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("30000000", None, 30.0),
        ("30000000", "ours", 30.0),
        ("30000000", "1", None),
        ("0", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_watchdog_interval(
    monkeypatch: pytest.MonkeyPatch, usec: str | None, pid: str | None, seconds: float | None
) -> None:
    for name, value in (("WATCHDOG_USEC", usec), ("WATCHDOG_PID", pid)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, str(os.getpid()) if value == "ours" else value)
    assert systemd.watchdog_interval() == seconds


def test_a_parked_listener_goes_on_listening(manager: Manager) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        systemd.park(TCP, listener)
    lines, descriptors = manager.received()
    assert lines == ["FDSTORE=1", "FDNAME=vrmon-tcp"]
    with socket.socket(fileno=descriptors[0]) as kept, socket.create_connection(address):
        connection, _ = kept.accept()
        connection.close()
    assert "NOTIFY_SOCKET" in os.environ


def test_unpark(manager: Manager) -> None:
    systemd.unpark(UNIX)
    assert manager.received() == (["FDSTOREREMOVE=1", "FDNAME=vrmon-unix"], [])
    assert manager.is_silent()


ADOPT = """
import json, os
from vrmon.daemon import systemd
from vrmon.api import TCP, UNIX
found = systemd.adopt((TCP, UNIX))
print(json.dumps({
    "listeners": {name: s.getsockname() for name, s in found.items()},
    "blocking": [s.getblocking() for s in found.values()],
    "inheritable": [s.get_inheritable() for s in found.values()],
    "again": list(systemd.adopt((TCP, UNIX))),
    "environment": [name for name in os.environ if name.startswith("LISTEN_")],
}))
"""


def handed_over(sockets: list[socket.socket], names: str) -> dict[str, object]:
    """What a process that was started with these sockets, as systemd starts one, adopts."""
    descriptors = [s.fileno() for s in sockets]
    # High numbers first, so that no descriptor is overwritten before it was copied to 3, 4, …
    moves = " ".join(f"{50 + place}>&{fd}" for place, fd in enumerate(descriptors))
    moves += "".join(f" {3 + place}>&{50 + place}" for place in range(len(descriptors)))
    script = f'exec {moves}; export LISTEN_PID=$$ LISTEN_FDS={len(sockets)} LISTEN_FDNAMES={names}; exec "$@"'
    done = subprocess.run(
        ["bash", "-c", script, "bash", sys.executable, "-W", "error", "-c", ADOPT],
        pass_fds=descriptors,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_adopts_what_was_parked_and_only_once(listener: socket.socket, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "sock"))
        unix.listen()
        assert handed_over([listener, unix], "vrmon-tcp:vrmon-unix") == {
            "listeners": {
                "vrmon-tcp": list(listener.getsockname()),
                "vrmon-unix": str(tmp_path / "sock"),
            },
            "blocking": [False, False],
            "inheritable": [False, False],
            "again": [],
            "environment": [],
        }


def test_strangers_and_doubles_are_taken_out_of_the_store(manager: Manager, listener: socket.socket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as double, socket.create_server(("127.0.0.1", 0)) as stranger:
        answer = handed_over([listener, double, stranger], "vrmon-tcp:vrmon-tcp:old")
    assert answer["listeners"] == {"vrmon-tcp": list(listener.getsockname())}
    messages = [manager.received() for _ in range(3)]
    assert [lines for lines, _ in messages] == [
        ["FDSTOREREMOVE=1", "FDNAME=vrmon-tcp"],
        ["FDSTOREREMOVE=1", "FDNAME=old"],
        ["FDSTORE=1", "FDNAME=vrmon-tcp"],
    ]
    with socket.socket(fileno=messages[2][1][0]) as kept:
        assert kept.getsockname() == listener.getsockname()
