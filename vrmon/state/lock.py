"""One process per state directory."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from pathlib import Path

from vrmon.errors import StateError


class Lock:
    """Holds `directory` until it is released or the process ends, however it ends.

    Both the folder, whose lock survives that somebody removes the file, and the file in it, which tells who
    it is, and which is all that some network's disks can lock.
    StateError where another process holds it. A disk on which nothing can be locked stops nobody:
    `complaint` tells of it then, and is "" otherwise.
    """

    def __init__(self, directory: Path, program: str = "vrmond") -> None:
        self.complaint = ""
        self._descriptor: int | None = None
        self._folder: int | None = None
        try:
            self._descriptor = _open(directory, program)
            self._folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _lock_folder(self._folder)
        except BlockingIOError:
            holder = self._holder()
            self.release()
            raise StateError(
                f"Cannot use {directory}: {program} with process id {holder} holds it. "
                "Stop that one first, or give this one another STATE_DIRECTORY."
            ) from None
        except OSError as error:
            self.complaint = (
                f"Cannot lock {directory}: {error.strerror}. A second {program} would not be noticed."
            )
            return
        # The lock holds without the number, which only a message needs.
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def proof(self, boot: str) -> str:
        """The same for all who hold this lock, one after the other, while the machine has not booted again;
        "" where nothing is locked. Whoever held it before has ended: also one that was frozen."""
        if self.complaint or self._descriptor is None or not boot:
            return ""
        file = os.fstat(self._descriptor)
        return hashlib.sha256(f"{boot} {file.st_dev} {file.st_ino}".encode()).hexdigest()[:32]

    def release(self) -> None:
        for descriptor in (self._descriptor, self._folder):
            if descriptor is not None:
                os.close(descriptor)
        self._descriptor = self._folder = None

    def _holder(self) -> str:
        content = os.pread(self._descriptor, 32, 0).decode("ascii", "replace") if self._descriptor else ""
        return content.strip() or "unknown"


def _lock_folder(folder: int) -> None:
    """BlockingIOError where another process holds it; the file's lock has to do where a folder has none."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return


def _open(directory: Path, program: str) -> int:
    file = directory / f"{program}.lock"
    try:
        directory.mkdir(mode=0o750, parents=True, exist_ok=True)
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        # On a disk that can no longer be written, the lock file of an earlier start does as well.
        try:
            return os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise error from None
