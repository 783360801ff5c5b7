"""vrmond followed for as long as one likes: connected again whenever it is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from vrmon.cli.vrmond import Document, Vrmond
from vrmon.errors import ControlError

_PAUSE = 1.0  # seconds before the next try
LIVE = 5.0  # seconds for which a document counts as live; they come at least every two


def follow(at: Path | str) -> Iterator[Document | ControlError]:
    """Status documents as they come, and an error whenever there are none any more. Never ends."""
    while True:
        try:
            yield from Vrmond(at).events()
        except ControlError as error:
            yield error
        time.sleep(_PAUSE)


class Feed:
    """The newest document, kept by a thread that ends with the program.

    `trouble`: why there are no newer ones, "" while there are.
    """

    def __init__(self, at: Path | str) -> None:
        self.document: Document | None = None
        self.trouble = ""
        self._received = time.monotonic()
        self._at = at
        threading.Thread(target=self._run, name="feed", daemon=True).start()

    @property
    def silence(self) -> float:
        """Seconds since the last document, or since the beginning."""
        return time.monotonic() - self._received

    @property
    def is_live(self) -> bool:
        return self.document is not None and not self.trouble and self.silence < LIVE

    def _run(self) -> None:
        for one in follow(self._at):
            if isinstance(one, ControlError):
                self.trouble = str(one)
            else:
                self.document, self.trouble, self._received = one, "", time.monotonic()
