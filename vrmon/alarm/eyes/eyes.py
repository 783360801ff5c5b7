"""The thread that looks: gets pictures from vrmond, a few now and then, and knows what they have shown."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from vrmon.alarm.eyes.decoding import CannotDecode, DecoderLost, Decoding, NoPicture
from vrmon.alarm.eyes.sight import Sight, look, seen
from vrmon.alarm.inquiry import Inquiry
from vrmon.daemon.journal import fields
from vrmon.model import Seen
from vrmon.settings import Eyes as Settings

log = logging.getLogger(__name__)

_REST = 0.25  # seconds between two looks whether a picture is due
_AFTER_LOSS = 6  # paces for which a channel is left alone whose picture was too much for the decoder
_AGAIN = 60.0  # seconds until it is tried again whether pictures can be decoded at all
_LATE = 60.0  # seconds after which the thread counts as stuck


class _Watched:
    """What is known of one channel."""

    def __init__(self) -> None:
        self.sight = Sight()
        self.due = 0.0
        self.taken = ""
        self.odd = ""  # why its last picture could not be looked at


class Eyes:
    """Its methods are called by one thread; another one looks, from the first channel that is watched on.
    `inquire` makes what asks vrmond, for that thread alone."""

    def __init__(self, inquire: Callable[[], Inquiry]) -> None:
        self._inquire = inquire
        self._settings = Settings()
        self._watched: dict[str, _Watched] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._turned = 0.0
        self._decoding = Decoding()
        self._cannot = ""
        self._again = 0.0

    def watch(self, channels: Iterable[str], settings: Settings) -> None:
        """From now on look at these, by name, and at no other; what was seen of them before still counts."""
        names = list(channels) if settings.enabled else []
        with self._lock:
            self._settings = settings
            self._watched = {name: self._watched.get(name) or _Watched() for name in names}
            if not settings.enabled:
                self._cannot = ""
        if names and self._thread is None:
            self._turned = time.monotonic()
            self._thread = threading.Thread(target=self._run, name="eyes", daemon=True)
            self._thread.start()

    def seen(self) -> list[Seen]:
        """Of each channel that is watched."""
        now = time.monotonic()
        with self._lock:
            return [seen(name, one.sight, now, self._settings) for name, one in self._watched.items()]

    def failing(self) -> str:
        """Why no picture can be looked at, "" where they can, as far as is known."""
        return self._cannot

    def late(self) -> bool:
        """Whether the thread does not come round."""
        return self._thread is not None and time.monotonic() - self._turned > _LATE

    def close(self, seconds: float) -> None:
        self._ending.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        inquiry = self._inquire()
        while not self._ending.is_set():
            self._turned = time.monotonic()
            due = self._next(self._turned)
            if due is None:
                if not self._watched:
                    self._decoding.close()
                self._ending.wait(_REST)
            else:
                self._look(*due, inquiry)
        self._decoding.close()

    def _next(self, now: float) -> tuple[str, _Watched] | None:
        """The channel whose picture has been due for longest."""
        if now < self._again:
            return None
        with self._lock:
            due = [(one.due, name) for name, one in self._watched.items() if one.due <= now]
            if not due:
                return None
            _, name = min(due)
            one = self._watched[name]
            one.due = now + self._settings.every
            return name, one

    def _look(self, name: str, one: _Watched, inquiry: Inquiry) -> None:
        found = inquiry.picture(name)
        if found is None or found[0] == one.taken:
            return  # there is none, or no other than before: nothing is known
        taken, data = found
        try:
            grey = self._decoding.grey(data)
        except CannotDecode as error:
            self._cannot, self._again = str(error), time.monotonic() + _AGAIN
            return
        except NoPicture as error:
            if isinstance(error, DecoderLost):
                one.due = time.monotonic() + _AFTER_LOSS * self._settings.every
            if not one.odd:
                log.warning("Picture cannot be looked at", extra=fields(channel=name, reason=str(error)))
            one.odd, one.taken = str(error), taken
            return
        if one.odd:
            log.info("Pictures can be looked at again", extra=fields(channel=name))
        self._cannot = ""
        with self._lock:
            one.odd, one.taken = "", taken
            one.sight = look(one.sight, grey, time.monotonic(), self._settings)
