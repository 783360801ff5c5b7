"""OBS as a recorder. Its commands are sent once each."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn

from vrmon.devices.contract import Dvr
from vrmon.devices.obs.answers import (
    OUTPUTS,
    SOURCE,
    parse_destination,
    parse_picture,
    parse_source,
)
from vrmon.devices.obs.profile import Asker, Profile
from vrmon.devices.obs.progress import Progress
from vrmon.devices.obs.session import PORT, Ask, Reply, Session
from vrmon.errors import BadAnswer, Refused
from vrmon.model import Destination, Schedule, Sight, Source, media_type
from vrmon.net.endpoint import Endpoint
from vrmon.settings import DeviceSettings

_NOT_PAUSED = 503
_REASONS = {
    500: "it records already",
    501: "it does not record",
    502: "it is paused",
    _NOT_PAUSED: "it is not paused",
}
_PATIENCE = 2.0  # seconds for a recording to begin; on a busy machine it takes a while
_PICTURE = {"imageFormat": "jpg", "imageWidth": 320}


class Obs:
    """A `contract.Dvr`."""

    def __init__(self, endpoint: Endpoint, password: str, profile: Profile, progress: Progress) -> None:
        self._endpoint = endpoint
        self._profile = profile
        self._progress = progress
        self._session = Session(endpoint, password)

    def sources(self) -> Sight[tuple[Source, ...]]:
        def look(ask: Asker) -> Source:
            if self._session.is_new or self._profile.is_untidy:
                self._profile.tidy(ask)
            status, stats, *settings = ask(
                Ask("GetRecordStatus"),
                Ask("GetStats"),
                *(Ask("GetOutputSettings", {"outputName": name}) for name in OUTPUTS),
            )
            is_still = self._progress.look(status, time.monotonic())
            is_paused = self._progress.is_paused
            now = time.time()
            return parse_source(status, settings, stats, now, is_paused=is_paused, is_still=is_still)

        return Sight((self._session.converse(look),))

    def source(self, unique_id: str) -> Source | None:
        return self.sources().seen[0] if unique_id == SOURCE else None

    def destinations(self) -> tuple[Destination, ...]:
        folder, stats, *outputs = self._session.ask(
            Ask("GetRecordDirectory"),
            Ask("GetStats"),
            *(Ask("GetOutputStatus", {"outputName": name}) for name in OUTPUTS),
        )
        return (parse_destination(folder, stats, outputs, self._progress.is_still),)

    def schedules(self) -> tuple[Schedule, ...]:
        self._cannot("tell schedules")

    def record(self, source: str, name: str) -> None:
        self._check(source)
        started = self._session.converse(lambda ask: self._profile.record(ask, name))
        self._expect(started, "to record")

    def stop(self, source: str) -> None:
        """One that was paused while it stopped never ends, unless it goes on first."""
        self._check(source)

        def end(ask: Asker) -> Reply:
            (status,) = ask(Ask("GetRecordStatus"))
            if status.data.get("outputPaused") is True:
                self._wait_to_resume()
                ask(Ask("ResumeRecord"))
            return ask(Ask("StopRecord"))[0]

        self._expect(self._session.converse(end), "to stop")

    def resume(self, source: str) -> None:
        self._check(source)
        self._wait_to_resume()
        reply, status = self._session.ask(Ask("ResumeRecord"), Ask("GetRecordStatus"))
        if reply.code == _NOT_PAUSED and status.data.get("outputPaused") is True:
            self._progress.goes_on()
        self._expect(reply, "to resume")

    def _wait_to_resume(self) -> None:
        time.sleep(min(self._progress.until_resumed(time.monotonic()), self._endpoint.timeout / 2))

    def set_name(self, source: str, name: str) -> None:  # noqa: ARG002
        self._cannot("name a file that it records")

    def thumbnail(self, source: str) -> bytes:
        self._check(source)

        def look(ask: Asker) -> bytes:
            (scene,) = ask(Ask("GetCurrentProgramScene"))
            name = scene.data.get("currentProgramSceneName") or scene.data.get("sceneName")
            (shot,) = ask(Ask("GetSourceScreenshot", {**_PICTURE, "sourceName": name}))
            self._expect(shot, "to show its scene")
            return parse_picture(shot.data.get("imageData"))

        picture = self._session.converse(look)
        if media_type(picture) is None:
            raise self._endpoint.error(BadAnswer, "answered neither PNG nor JPEG where a picture is expected")
        return picture

    def close(self) -> None:
        self._session.close()

    def _check(self, source: str) -> None:
        if source != SOURCE:
            raise self._endpoint.error(Refused, f"has no source {self._endpoint.quoted(source)!r}")

    def _expect(self, reply: Reply, wish: str) -> None:
        if not reply.done:
            words = self._endpoint.quoted(reply.why) or _REASONS.get(reply.code, "no reason given")
            raise self._endpoint.error(Refused, f"refused {wish}: {words} ({reply.code})")

    def _cannot(self, what: str) -> NoReturn:
        raise self._endpoint.error(Refused, f"cannot {what}")


def connector(device: DeviceSettings) -> Callable[[], Dvr]:
    endpoint, profile = Endpoint(device, PORT), Profile(min(_PATIENCE, device.timeout / 2))
    progress = Progress()
    return lambda: Obs(endpoint, device.password, profile, progress)
