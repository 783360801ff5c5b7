"""A DVR's password put where vrmond reads it, and taken into use."""

from __future__ import annotations

import os
import pwd
import subprocess
from argparse import Namespace
from contextlib import suppress
from pathlib import Path

from vrmon.cli import site, steering
from vrmon.cli.lenient import moment, number
from vrmon.cli.vrmond import Vrmond
from vrmon.config import Directories, passwords
from vrmon.errors import ControlError
from vrmon.files import replace

_SERVICE_USER = "_vrmon"


def restart() -> str:
    """The command after which vrmond has what systemd hands over."""
    return f"systemctl restart {site.service()}"


def keep(path: Path, text: str) -> None:
    """Writes the password for its owner's eyes only. ControlError."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        replace(path, f"{text}\n".encode(), 0o600, _owner(path))
    except OSError as error:
        hint = "Run this as root." if isinstance(error, PermissionError) else "Nothing was changed."
        raise ControlError(f"Cannot write {path}: {error.strerror}. {hint}") from None


def is_handed_over(path: Path) -> bool:
    """Whether systemd reads the file, and hands it to the service at its start."""
    return path.parent == Directories.from_environ(os.environ).configuration / passwords.FOLDER


def take_in(options: Namespace, path: Path) -> int:
    """Has vrmond read the password: what systemd hands over is read at a start only."""
    if not is_handed_over(path):
        return steering.reload(options)
    try:
        done = subprocess.run(restart().split(), check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise ControlError(f"Cannot restart vrmon: {error.strerror}. Do it yourself: {restart()}") from None
    if done.returncode == 0:
        print("vrmond was restarted and has the password; recordings went on.")
    return min(done.returncode, 1)


def stale(options: Namespace) -> str:
    """Says so where a password has changed since vrmond was started: a reload does not take it in."""
    folder = Directories.from_environ(os.environ).configuration / passwords.FOLDER
    changed = 0.0
    with suppress(OSError):
        changed = folder.stat().st_mtime
        changed = max([changed, *(one.stat().st_mtime for one in folder.iterdir())])
    status = Vrmond.of(options).status()
    now, uptime = moment(status, "now"), number(status, "uptime")
    if now is None or uptime is None or changed <= now.timestamp() - uptime:
        return ""
    return (
        f"Something in {folder} has changed since vrmond was started, and passwords are handed over at a "
        f"start only: {restart()} takes them in; recordings go on."
    )


def _owner(path: Path) -> tuple[int, int] | None:
    """That of the file that is there; the service's of a new one which vrmond reads itself."""
    with suppress(OSError):
        status = path.stat()
        return status.st_uid, status.st_gid
    if os.geteuid() != 0 or is_handed_over(path):
        return None
    try:
        user = pwd.getpwnam(_SERVICE_USER)
    except KeyError:
        return None
    return user.pw_uid, user.pw_gid
