"""OBS as a recorder. Its commands are sent once each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from vrmon.devices.contract import Dvr
from vrmon.devices.obs.answers import (
    OUTPUTS,
    SOURCE,
    parse_destination,
    parse_picture,
    parse_source,
)
from vrmon.devices.obs.names import formatted
from vrmon.devices.obs.session import PORT, Ask, Reply, Session
from vrmon.errors import BadAnswer, Refused
from vrmon.model import Destination, Schedule, Sight, Source, media_type
from vrmon.net.endpoint import Endpoint
from vrmon.net.shape import ShapeError
from vrmon.settings import DeviceSettings

_REASONS = {
    500: "it records already",
    501: "it does not record",
    502: "it is paused",
    503: "it is not paused",
}
_FORMAT = {"parameterCategory": "Output", "parameterName": "FilenameFormatting"}
_PICTURE = {"imageFormat": "jpg", "imageWidth": 320}

T = TypeVar("T")


class Obs:
    """A `contract.Dvr`."""

    def __init__(self, endpoint: Endpoint, password: str) -> None:
        self._endpoint = endpoint
        self._session = Session(endpoint, password)

    def sources(self) -> Sight[tuple[Source, ...]]:
        status, stats, *settings = self._session.ask(
            Ask("GetRecordStatus"),
            Ask("GetStats"),
            *(Ask("GetOutputSettings", {"outputName": name}) for name in OUTPUTS),
        )
        return Sight((self._understood(lambda: parse_source(status, settings, stats)),))

    def source(self, unique_id: str) -> Source | None:
        return self.sources().seen[0] if unique_id == SOURCE else None

    def destinations(self) -> tuple[Destination, ...]:
        folder, stats, *outputs = self._session.ask(
            Ask("GetRecordDirectory"),
            Ask("GetStats"),
            *(Ask("GetOutputStatus", {"outputName": name}) for name in OUTPUTS),
        )
        return (parse_destination(folder, stats, outputs),)

    def schedules(self) -> tuple[Schedule, ...]:
        self._cannot("tell schedules")

    def record(self, source: str, name: str) -> None:
        """The format of names is the operator's again before anybody else can record under it."""
        self._check(source)
        (before,) = self._session.ask(Ask("GetProfileParameter", _FORMAT))
        usual = before.data.get("parameterValue") or before.data.get("defaultParameterValue")
        if not before.done or not isinstance(usual, str):
            raise self._endpoint.error(BadAnswer, "does not tell how it names its files; nothing was sent")
        named, started, restored = self._session.ask(
            Ask("SetProfileParameter", {**_FORMAT, "parameterValue": formatted(name)}),
            Ask("StartRecord"),
            Ask("SetProfileParameter", {**_FORMAT, "parameterValue": usual}),
        )
        self._expect(started, "to record")
        self._expect(named, f'the name "{self._endpoint.quoted(name)}"')
        self._expect(restored, "its own names back")

    def stop(self, source: str) -> None:
        self._command(source, "StopRecord", "to stop")

    def resume(self, source: str) -> None:
        self._command(source, "ResumeRecord", "to resume")

    def set_name(self, source: str, name: str) -> None:  # noqa: ARG002
        self._cannot("name a file that it records")

    def thumbnail(self, source: str) -> bytes:
        self._check(source)
        (scene,) = self._session.ask(Ask("GetCurrentProgramScene"))
        name = scene.data.get("currentProgramSceneName") or scene.data.get("sceneName")
        (shot,) = self._session.ask(Ask("GetSourceScreenshot", {**_PICTURE, "sourceName": name}))
        self._expect(shot, "to show its scene")
        picture = self._understood(lambda: parse_picture(shot.data.get("imageData")))
        if media_type(picture) is None:
            raise self._endpoint.error(BadAnswer, "answered neither PNG nor JPEG where a picture is expected")
        return picture

    def close(self) -> None:
        self._session.close()

    def _command(self, source: str, request: str, wish: str) -> None:
        self._check(source)
        (reply,) = self._session.ask(Ask(request))
        self._expect(reply, wish)

    def _check(self, source: str) -> None:
        if source != SOURCE:
            raise self._endpoint.error(Refused, f"has no source {self._endpoint.quoted(source)!r}")

    def _expect(self, reply: Reply, wish: str) -> None:
        if not reply.done:
            words = self._endpoint.quoted(reply.why) or _REASONS.get(reply.code, "no reason given")
            raise self._endpoint.error(Refused, f"refused {wish}: {words} ({reply.code})")

    def _understood(self, parse: Callable[[], T]) -> T:
        try:
            return parse()
        except ShapeError as error:
            raise self._endpoint.error(BadAnswer, f"answered nonsense: {error}") from None

    def _cannot(self, what: str) -> NoReturn:
        raise self._endpoint.error(Refused, f"cannot {what}")


def connector(device: DeviceSettings) -> Callable[[], Dvr]:
    endpoint = Endpoint(device, PORT)
    return lambda: Obs(endpoint, device.password)
