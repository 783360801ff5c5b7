"""The files that a configuration names: a DVR's password, a CA."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from vrmon.config.kinds import CONTROL
from vrmon.disk import read_small

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


def check_ca(file: Path) -> None:
    """Raises ValueError where `file` is no CA file that TLS can use."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        raise ValueError(f"{file} holds no certificate in PEM form") from None
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror}") from None
