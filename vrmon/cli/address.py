"""Where the daemon is: at the address that is given, else where a vrmond of the same environment would be."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from vrmon import config
from vrmon.config import Directories
from vrmon.errors import ConfigError

_NAMES_A_SOCKET = re.compile(r"^[^#\n]*unix_socket", re.MULTILINE)


def where(options: Namespace) -> Path | str:
    """The URL that is given, else `socket_path`."""
    url: str | None = getattr(options, "url", None)
    return socket_path(options) if url is None else url


def socket_path(options: Namespace) -> Path:
    """--socket, else what the configuration says where it can be read, else $RUNTIME_DIRECTORY's.

    That as well where it alone is there: what the file says by now is put in force by way of it.
    """
    given: str | None = getattr(options, "socket", None)
    if given is not None:
        return Path(given)
    directories = Directories.from_environ(os.environ)
    usual, configured = directories.unix_socket, _configured(directories.configuration_file)
    return usual if configured is None or (_is_there(usual) and not _is_there(configured)) else configured


def _is_there(socket: Path) -> bool:
    try:
        return socket.is_socket()
    except OSError:  # a folder that not everybody may look into
        return False


def _configured(file: Path) -> Path | None:
    try:
        text = config.text_of(file)
        # A large file takes longer to parse than everything else that the command does.
        if not _NAMES_A_SOCKET.search(text):
            return None
        named = tomlkit.parse(text).unwrap()["api"]["unix_socket"]
    except (ConfigError, TOMLKitError, LookupError, TypeError):
        return None
    return Path(named) if isinstance(named, str) else None
