"""`vrmon bugreport`: all that whoever looks for a fault asks for, and no secret; each part for itself."""

from __future__ import annotations

import os
import platform
import stat
import subprocess
from argparse import Namespace
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from vrmon import __version__
from vrmon.cli import board, news, settings_shown, site
from vrmon.cli.editing import file_of
from vrmon.cli.lenient import clean, parts
from vrmon.cli.vrmond import Vrmond
from vrmon.config import Directories, passwords
from vrmon.errors import VrmonError

_LIBRARIES = ("requests", "urllib3", "aiohttp", "tomlkit", "rich", "sdnotify", "prometheus-client")
_OF_THE_SERVICE = (
    "ActiveState,SubState,Result,NRestarts,MainPID,MemoryCurrent,TasksCurrent,ActiveEnterTimestamp,StatusText"
)
_PATIENCE = 20.0  # seconds for another program
_LOGS = Path("/var/log/vrmon")

Lines = Iterator[str]


def run(options: Namespace) -> int:
    print("# It holds names of jobs and addresses of devices, and no password.")
    for title, tell in _sections(options).items():
        print(f"\n== {title}")
        try:
            for line in tell():
                print(clean(line))
        except (VrmonError, OSError) as error:
            for line in str(error).splitlines():
                print(f"({clean(line)})")
    return 0


def _sections(options: Namespace) -> dict[str, Callable[[], Lines]]:
    client, directories = Vrmond.of(options), Directories.from_environ(os.environ)
    return {
        "versions": _versions,
        "service": lambda: _said_by("systemctl", "show", site.service(), f"--property={_OF_THE_SERVICE}"),
        "configuration": lambda: settings_shown.lines(file_of(options), os.environ),
        "status": lambda: (line.plain for line in board.lines(client.status())),
        "events": lambda: (news.line(one, padded=False).plain for one in parts(client.status(), "recent")),
        "files": lambda: _files(directories),
        "journal": lambda: _said_by(
            "journalctl", f"--unit={site.service()}", "--lines=200", "--no-pager", "--output=short-iso"
        ),
    }


def _versions() -> Lines:
    yield f"vrmon {__version__}, Python {platform.python_version()}, {platform.platform()}"
    try:
        yield platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        yield "(no /etc/os-release)"
    yield ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    yield from list(_said_by("systemctl", "--version"))[:1]


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "?"


def _said_by(*command: str) -> Lines:
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        yield f"({command[0]} does not end within {_PATIENCE:g} s)"
        return
    yield from (done.stdout or done.stderr).splitlines()


def _files(directories: Directories) -> Lines:
    """Mode, owner and size of what vrmon keeps; of a password, only that it is there."""
    secret = directories.configuration / passwords.FOLDER
    for folder in (directories.configuration, secret, directories.state, directories.runtime, _LOGS):
        try:
            names = sorted(folder.iterdir())
        except OSError as error:
            yield f"{folder}: {error.strerror}"
            continue
        for one in (folder, *names):
            status = one.lstat()
            size = "" if secret in one.parents else f" {status.st_size} bytes"
            yield f"{stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid}{size} {one}"
