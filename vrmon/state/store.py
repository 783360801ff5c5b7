"""Loads the state once and saves it for ever after, in a thread of its own.

The disk never stops control: `save` hands over and returns; a disk that fails costs a text in `failing`.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from vrmon.files import sync_folder, write_synced
from vrmon.state.format import Unusable, compose, payload_text, read
from vrmon.state.lock import Lock
from vrmon.state.set_aside import Aside

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_SLOW = 5.0

_HINTS = {
    errno.ENOSPC: "Free some space there.",
    errno.EDQUOT: "Free some space there.",
    errno.EROFS: "Mount it for writing.",
    errno.ENOENT: "Bring the folder back.",
    errno.EACCES: "Let the service's user write there.",
    errno.EPERM: "Let the service's user write there.",
}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}


@dataclass(frozen=True)
class Loaded:
    """`payload` is None where there is nothing to go on; `complaint` says what was wrong, "" for nothing."""

    payload: dict[str, Any] | None
    complaint: str = ""


class StateStore:
    """Keeps a payload (a dict of what JSON knows) in `directory`; StateError while another process does.

    `load`, and `refuse` where it is wanted, come before the first `save`; one thread calls all methods.
    """

    def __init__(self, directory: Path, program: str = "vrmond") -> None:
        self._program = program
        self._directory = directory
        self._current = directory / "state.json"
        self._previous = directory / "state.json.previous"
        self._aside = Aside(self._current)
        self._on_disk: str | None = None  # None: not known
        self._given: Path | None = None  # where what was loaded last came from
        self._failure = ""
        self._writing_since: float | None = None
        # A place for one: a newer payload replaces one that still waits for a slow disk.
        self._handed_over: deque[str] = deque(maxlen=1)
        self._to_be_told: deque[Callable[[], object]] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._lock = Lock(directory, program)
        self._writer = threading.Thread(target=self._write_until_closed, name="state", daemon=True)
        self._writer.start()

    def load(self) -> Loaded:
        """The payload saved last, or the one before where the last is damaged. Never raises.

        What cannot be used is kept under another name: a newer format for ever, the last few damaged ones.
        """
        return self._first_of((self._current, self._previous), [])

    def refuse(self, loaded: Loaded, why: str) -> Loaded:
        """In place of what was loaded last, and whose payload nobody can make use of: that is kept under
        another name, and what was saved before it is tried. Never raises."""
        if self._given is None:
            return Loaded(None, loaded.complaint)
        given, self._on_disk = self._given, None
        complaints = [
            *([loaded.complaint] if loaded.complaint else []),
            f"{given.name} cannot be used: {why}.",
        ]
        complaints.append(self._set_aside(given, None))
        return self._first_of((self._previous,) if given == self._current else (), complaints)

    def _first_of(self, paths: Iterable[Path], complaints: list[str]) -> Loaded:
        """What the first of them holds that can be read."""
        self._given = None
        for path in paths:
            try:
                payload, text = read(path)
            except FileNotFoundError:
                continue
            except Unusable as unusable:
                complaints.append(f"{unusable}.")
                complaints.append(self._set_aside(path, unusable.newer))
                if unusable.newer is not None:
                    # The generation before is as old as the upgrade, or of the newer format as well.
                    break
                continue
            if path == self._current:
                self._on_disk = text
            else:
                complaints.append("The state that was saved before the last one is used.")
            self._given = path
            return Loaded(payload, " ".join(complaints))
        return Loaded(None, " ".join(complaints))

    def save(self, payload: Mapping[str, Any], done: Callable[[], object] = lambda: None) -> None:
        """Hands the payload to the writer and returns at once. Never raises.

        `done` is called in the writer's thread when the payload, or a newer one, is on the disk or cannot be.
        """
        try:
            text = payload_text(payload)
        except (TypeError, ValueError, RecursionError) as error:
            self._failure = f"Cannot save the state: JSON cannot hold it: {error}. This is a fault of vrmon."
            return
        self.save_text(text, done)

    def save_text(self, text: str, done: Callable[[], object] = lambda: None) -> None:
        """The same for a payload's text, as `payload_text` makes it."""
        # In this order: a writer that is awake tells all whom it finds when it has written what it finds.
        self._handed_over.append(text)
        self._to_be_told.append(done)
        self._wake.set()

    def proof(self, boot: str) -> str:
        """That nobody else holds the directory: `Lock.proof`."""
        return self._lock.proof(boot)

    def failing(self) -> str:
        """Why what was handed over last is not on the disk, for people; "" when all is well."""
        since = self._writing_since
        waited = time.monotonic() - since if since is not None else 0.0
        if waited > _SLOW:
            return f"Cannot save the state in {self._directory}: no word from the disk for {waited:.0f} s."
        if not self._closing and not self._writer.is_alive():
            return f"Cannot save the state: the thread that writes it has ended. Restart {self._program}."
        return self._failure or self._lock.complaint

    def close(self, timeout: float) -> bool:
        """Writes what is handed over and lets go of the directory; False where it did not get to the disk."""
        self._closing = True
        self._wake.set()
        self._writer.join(timeout)
        if self._writer.is_alive():
            # It may still write: nobody else may use the directory before this process ends.
            return False
        self._lock.release()
        return not self._failure

    def _write_until_closed(self) -> None:
        wanted: str | None = None
        pause = _FIRST_PAUSE
        while True:
            self._wake.wait(None if wanted is None else pause)
            self._wake.clear()
            # Asked before the place is looked into: what was saved before `close` is written.
            closing = self._closing
            waiting = [self._to_be_told.popleft() for _ in range(len(self._to_be_told))]
            if self._handed_over:
                wanted = self._handed_over.pop()
            if wanted is not None:
                if self._write(wanted):
                    wanted, pause = None, _FIRST_PAUSE
                else:
                    pause = min(2 * pause, _LONGEST_PAUSE)
            for done in waiting:
                done()
            if closing:
                return

    def _write(self, text: str) -> bool:
        if text == self._on_disk:
            self._failure = ""
            return True
        self._on_disk = None
        self._writing_since = time.monotonic()
        try:
            self._aside.move()
            self._replace(compose(text))
        except OSError as error:
            hint = _HINTS.get(error.errno or 0, "Look after the disk.")
            self._failure = f"Cannot save the state in {self._directory}: {error.strerror}. {hint}"
            return False
        finally:
            self._writing_since = None
        self._on_disk = text
        self._failure = ""
        return True

    def _replace(self, content: bytes) -> None:
        temporary = self._directory / "state.json.new"
        write_synced(temporary, content)
        try:
            self._keep_previous()
            temporary.replace(self._current)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(self._directory)

    def _keep_previous(self) -> None:
        """Links the present generation as the previous one; without a present one, the previous stays."""
        try:
            try:
                os.link(self._current, self._previous)
            except FileExistsError:
                self._previous.unlink()
                os.link(self._current, self._previous)
        except FileNotFoundError:
            pass
        except OSError as error:
            # Some file systems know no links: better no previous generation than no state.
            if error.errno not in _NO_LINKS:
                raise

    def _set_aside(self, path: Path, newer: int | None) -> str:
        """Keeps `path`, and with a newer format the generation before it, under another name."""
        now = datetime.now(timezone.utc)
        suffix = f"damaged-{now:%Y%m%dT%H%M%SZ}" if newer is None else f"format-{newer}"
        name = self._aside.add(path, suffix)
        if newer is not None and path == self._current:
            self._aside.add(self._previous, f"{suffix}.previous")
        try:
            self._aside.move()
        except OSError as error:
            return f"It cannot be moved aside: {error.strerror}; nothing is saved until it can."
        return f"It is kept as {name}."
