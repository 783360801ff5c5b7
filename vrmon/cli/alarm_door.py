"""vrmon-alarm as the command sees it: asked through its own socket, for vrmond may be down."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vrmon.alarm.configured import door_of
from vrmon.alarm.door import ask
from vrmon.cli import site
from vrmon.errors import NoDaemon

_PATIENCE = 5.0


def told_of(subject: str) -> list[dict[str, Any]]:
    """The causes that last of which people were told under this name; none where vrmon-alarm does not say."""
    try:
        found = list(ask(door_of(os.environ), "causes", _PATIENCE))
    except (OSError, ValueError, RecursionError):
        return []
    return [one for one in found if one.get("subject") == subject]


def asked(options: Namespace, question: str, seconds: float) -> Iterator[dict[str, Any]]:
    """The answers as they come, each within `seconds`. NoDaemon where vrmon-alarm does not answer."""
    path = Path(options.socket) if options.socket else door_of(os.environ)
    try:
        yield from ask(path, question, seconds)
    except PermissionError:
        text = f"you may not use {path}. Add yourself to the group vrmon, then log in again."
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        text = f"nobody listens on {path}. Start it: systemctl start {site.alarm_service()}"
    except TimeoutError:
        text = (
            f"it does not answer within {seconds:g} s. See what it does: journalctl -u {site.alarm_service()}"
        )
    except (OSError, ValueError, RecursionError):
        text = f"{path} broke off, or somebody else answers there. Try again."
    else:
        return
    raise NoDaemon(f"Cannot reach vrmon-alarm: {text}")
