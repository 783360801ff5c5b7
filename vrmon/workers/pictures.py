"""What the sources show: fetched sparingly, only while somebody looks, and never shown old."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from vrmon.devices.contract import Dvr
from vrmon.errors import DeviceError
from vrmon.model import Fetched, Thumbnail
from vrmon.settings import ChannelKey
from vrmon.workers.device import DvrDevice

EVERY = 10.0  # seconds between two pictures of one source
FRESH = 30.0  # seconds after which a picture is shown no more
AT_ONCE = 2  # pictures that one DVR is asked for at a time
WATCHED = 30.0  # seconds for which a request for a picture counts as somebody looking
_AFTER_FAILURE = 60.0  # seconds: older builds have no pictures, and some sources never


@dataclass
class _Shot:
    picture: Thumbnail | None = None
    came: float = 0.0
    due: float = 0.0
    asked: bool = False


class Pictures:
    """Pictures by channel key. `deliver` is called in a device's thread: what it gets, `take_in` wants."""

    def __init__(self, deliver: Callable[[Fetched], None]) -> None:
        self._deliver = deliver
        self._shots: dict[ChannelKey, _Shot] = {}
        self._watched: dict[ChannelKey, float] = {}

    def watch(self, key: ChannelKey, now: float) -> None:
        """Somebody looks at this channel alone, and all the time."""
        self._watched[key] = now

    def watched(self, now: float) -> set[ChannelKey]:
        """The channels that somebody looks at alone."""
        return {key for key, moment in self._watched.items() if now - moment < WATCHED}

    def get(self, key: ChannelKey) -> Thumbnail | None:
        shot = self._shots.get(key)
        # By the monotonic clock: after the other was set back an old picture would pass for a fresh one.
        return shot.picture if shot is not None and time.monotonic() - shot.came < FRESH else None

    def taken(self) -> dict[ChannelKey, float]:
        """When each picture that is still fresh was taken, in Unix time."""
        pictures = ((key, self.get(key)) for key in self._shots)
        return {key: picture.taken_at for key, picture in pictures if picture is not None}

    def keep(self, keys: set[ChannelKey]) -> None:
        """Forget the pictures of every other channel."""
        self._shots = {key: shot for key, shot in self._shots.items() if key in keys}
        self._watched = {key: moment for key, moment in self._watched.items() if key in keys}

    def fetch(
        self, dvr: DvrDevice, sources: dict[ChannelKey, str], now: float, pace: float, *, everyone: bool
    ) -> None:
        """Ask `dvr` for the pictures that are due; `sources` maps channels' keys to unique_ids. Of a channel
        that is watched there is one every `pace` seconds, of others only while `everyone` is looked at."""
        watched = self.watched(now)
        shots = {key: self._shots.setdefault(key, _Shot()) for key in sources if everyone or key in watched}
        free = AT_ONCE - sum(1 for shot in shots.values() if shot.asked)
        due = sorted((shot.due, key) for key, shot in shots.items() if not shot.asked and shot.due <= now)
        for _, key in due[: max(free, 0)]:
            shots[key].asked = True
            shots[key].due = now + min([pace] * (key in watched) + [EVERY] * everyone)
            dvr.worker.lanes.submit(self._task(key, sources[key]))

    def _task(self, key: ChannelKey, source: str) -> Callable[[Dvr], None]:
        def fetch(dvr: Dvr) -> None:
            picture = None
            try:
                picture = Thumbnail(dvr.thumbnail(source), time.time())
            except DeviceError:
                pass  # no picture is no trouble of its own
            finally:
                self._deliver(Fetched(key, picture, time.monotonic()))

        return fetch

    def take_in(self, fetched: Fetched) -> None:
        shot = self._shots.get(fetched.channel)
        if shot is None:
            return
        shot.asked = False
        if fetched.picture is None:
            shot.due = time.monotonic() + _AFTER_FAILURE
        else:
            shot.picture, shot.came = fetched.picture, fetched.ended
