"""Speaks to the deck: a connection for each request, within one deadline."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlsplit

from vrmon.devices.contract import Dvr
from vrmon.errors import BadAnswer, Refused, Unreachable
from vrmon.model import Destination, Schedule, Sight, Source
from vrmon.settings import DeviceSettings

_RESET_WHEN_CLOSED = struct.pack("ii", 1, 0)


class Deck:
    """A `contract.Dvr`."""

    def __init__(self, device: DeviceSettings) -> None:
        parts = urlsplit(device.url)
        self._address = (str(parts.hostname), parts.port or 9993)
        self._device = device
        self._slot = dict(device.options)["slot"]

    def sources(self) -> Sight[tuple[Source, ...]]:
        told = self._ask("transport info")
        if not {"status", "clip"} <= told.keys():
            raise BadAnswer(f"{self._device.name} answered nonsense: no status and clip")
        is_recording = told["status"] == "record"
        return Sight((Source("1", "Deck", is_recording=is_recording, recording_name=told["clip"]),))

    def source(self, unique_id: str) -> Source | None:
        return None

    def destinations(self) -> tuple[Destination, ...]:
        self._cannot("tell destinations")

    def schedules(self) -> tuple[Schedule, ...]:
        self._cannot("tell schedules")

    def set_name(self, source: str, name: str) -> None:
        self._cannot(f"name source {source} {name!r} by itself")

    def record(self, source: str, name: str) -> None:
        self._ask(f"record: slot: {self._slot} source: {source} name: {name}")

    def stop(self, source: str) -> None:
        self._ask(f"stop: source: {source}")

    def resume(self, source: str) -> None:
        self._cannot(f"resume source {source}")

    def thumbnail(self, source: str) -> bytes:
        self._cannot(f"show source {source}")

    def close(self) -> None:
        pass

    def _cannot(self, what: str) -> NoReturn:
        raise Refused(f"{self._device.name} cannot {what}")

    def _ask(self, line: str) -> dict[str, str]:
        deadline = time.monotonic() + self._device.timeout
        try:
            with socket.create_connection(self._address, self._device.timeout) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_WHEN_CLOSED)
                connection.sendall(f"{line}\r\n".encode())
                answer = b""
                while not answer.endswith(b"\r\n\r\n"):
                    connection.settimeout(max(deadline - time.monotonic(), 0.001))
                    piece = connection.recv(4096)
                    if not piece:
                        raise Unreachable(f"{self._device.name} closed the connection")
                    answer += piece
        except OSError as error:
            raise Unreachable(f"{self._device.name} does not answer: {error}") from None
        return self._understood(answer.decode(errors="replace").removesuffix("\r\n\r\n").split("\r\n"))

    def _understood(self, lines: list[str]) -> dict[str, str]:
        if lines[0].startswith("1"):
            raise Refused(f"{self._device.name} refused: {lines[0]}")
        if not lines[0].startswith("2"):
            raise BadAnswer(f"{self._device.name} answered nonsense: {lines[0]!r}")
        return {key: value for key, _, value in (line.partition(": ") for line in lines[1:])}


def connector(device: DeviceSettings) -> Callable[[], Dvr]:
    return lambda: Deck(device)
