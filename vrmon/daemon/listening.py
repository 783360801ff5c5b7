"""The listeners: opened, moved, and parked with systemd so that a restart refuses nobody."""

from __future__ import annotations

import asyncio
import socket

from vrmon import settings
from vrmon.api import TCP, UNIX, Api, ListenError
from vrmon.daemon import systemd


class Listening:
    """What the API listens on. An address that cannot be had is no reason to stop recording."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._parked: dict[str, socket.socket] = {}
        self._started = False
        self._opening = asyncio.Lock()
        self.missing = ""

    @property
    def is_lacking(self) -> bool:
        """Whether `open` may bring something that is not there now."""
        return bool(self.missing) or self._api.is_unreachable

    async def open(self, wanted: settings.Api) -> None:
        """Listen where `wanted` says; `missing` tells afterwards what could not be had. May be repeated."""
        async with self._opening:
            try:
                if self._started:
                    await self._api.rebind(wanted)
                else:
                    self._started = True
                    await self._api.start(wanted, systemd.adopt((TCP, UNIX)))
                self.missing = ""
            except ListenError as error:
                self.missing = str(error)
            self._park()

    async def close(self) -> None:
        await self._api.stop(keep_socket_file=systemd.present())

    def _park(self) -> None:
        listeners = self._api.listeners
        for name in self._parked.keys() - listeners.keys():
            systemd.unpark(name)
            del self._parked[name]
        for name, listener in listeners.items():
            if self._parked.get(name) is not listener:
                systemd.unpark(name)
                systemd.park(name, listener)
                self._parked[name] = listener
