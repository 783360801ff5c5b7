"""Sends a message in a child process that does not live long, whatever the way does to it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from vrmon.alarm.message import Message
from vrmon.alarm.places import Places
from vrmon.alarm.sender import Sender
from vrmon.alarm.ways import Way

PATIENCE = 20.0
"""Seconds after which it is killed."""
OURS = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "CREDENTIALS_DIRECTORY")
_PLACES = Places()


@dataclass(frozen=True)
class Delivery:
    """What came of it: `why` it was not delivered, "" where it was; `took` seconds."""

    why: str
    took: float


def send(
    way: Way,
    message: Message | None,
    sender: Sender,
    begins: Callable[[], object] = lambda: None,
    *,
    is_doubtful: bool = False,
) -> Delivery:
    """Waits for its turn, when it calls `begins`, and for the outcome. Never raises, and returns within its
    patience and a moment from then. `is_doubtful`: others have precedence."""
    with _PLACES.place(is_doubtful=is_doubtful):
        begins()
        began = time.monotonic()
        try:
            why = _send(way, message, sender)
        except Exception as error:  # noqa: BLE001  # it is called at the top of threads
            why = f"cannot be tried: {type(error).__name__}, which is a fault of vrmon"
        return Delivery(why, time.monotonic() - began)


def _send(way: Way, message: Message | None, sender: Sender) -> str:
    order = {
        "kind": way.kind.value,
        "known": dict(way.known),
        "sender": {"starts": sender.starts, "seconds": sender.seconds()},
        "document": None if message is None else message.document(sender.host),
        "title": "" if message is None else message.title(sender.host),
        "body": "" if message is None else message.body(sender.host),
    }
    try:
        child = subprocess.Popen(
            [sys.executable, "-m", "vrmon.alarm.messenger"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # libraries may quote an address there
            env={name: value for name, value in os.environ.items() if name not in OURS},
            start_new_session=True,
        )
    except OSError as error:
        return f"cannot be tried: {error.strerror}"
    with child:
        try:
            output, _ = child.communicate(json.dumps(order).encode(), PATIENCE)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            return f"did not answer within {PATIENCE:g} s"
        except OSError as error:
            child.kill()
            return f"cannot be tried: {error.strerror}"
    try:
        return str(json.loads(output.strip().rpartition(b"\n")[2])["why"])
    except (ValueError, LookupError, TypeError):
        return f"cannot be tried: the process that sends it ended with status {child.returncode}"
