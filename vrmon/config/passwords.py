"""A DVR's password: where it belongs, and what stands there."""

from __future__ import annotations

import os
from pathlib import Path

from vrmon.config.environment import Directories
from vrmon.devices.keys import CONTROL
from vrmon.files import read_small

FOLDER = "credentials"  # beside vrmon.toml; systemd reads it as root, when it starts the service
_LIMIT = 4096


def password(name: str, file: Path | None, credentials: Path | None) -> str:
    """The password of DVR `name`: from `file`, else from systemd's credential `dvr_NAME`, else "".

    Raises ValueError saying why there is none; the text never holds any of the file's content.
    """
    if file is not None:
        # Only here: systemd shows a credential's access list as the group's permissions.
        return secret(file, private=True)
    if credentials is None:
        return ""
    credential = credentials / f"dvr_{name}"
    return secret(credential, private=False) if os.path.lexists(credential) else ""


def place(name: str, file: Path | None, directories: Directories) -> Path | None:
    """Where the password of DVR `name` belongs: `file`, else the file that systemd hands over; None where
    there is no such folder."""
    if file is not None:
        return file
    folder = directories.configuration / FOLDER
    return folder / name if folder.is_dir() else None


def hint(name: str, at: Path | None) -> str:
    """What to do where the password is missing or wrong."""
    if at is None:
        return f"Name a file for it: password_file in [dvr.{name}]. Then: vrmon password {name}"
    return f"Put it into {at} with: vrmon password {name}"


def secret(file: Path, *, private: bool) -> str:
    """The password that `file` holds; `private`: no other user may read it. ValueError as above."""
    try:
        content, status = read_small(file, _LIMIT)
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror}") from None
    if private and status.st_mode & 0o077:
        raise ValueError(f"{file} is open to its group or to others; run: chmod 600 {file}")
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8") from None
    if not text:
        raise ValueError(f"{file} holds no password")
    if CONTROL.search(text):
        raise ValueError(f"{file} holds more than one line, or a control character")
    return text
