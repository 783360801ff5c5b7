"""The other host's word: what its vrmon says of itself at /pair."""

from __future__ import annotations

import time

from vrmon.errors import DeviceError
from vrmon.net.client import Client
from vrmon.net.endpoint import Endpoint
from vrmon.net.shape import ShapeError, mapping, moment, text
from vrmon.pair.etcd import TRUST
from vrmon.pair.renewed import Files
from vrmon.pair.word import PeerWord
from vrmon.plan.rights import Role
from vrmon.settings import DeviceSettings, Pair

_LIMIT = 64 << 10
_TIMEOUT = 1.0


class OtherHost:
    """One thread's way to it."""

    def __init__(self, pair: Pair) -> None:
        self._site = pair.site
        self._url = pair.peer
        self._tls = "system" if pair.ca_file is None else str(pair.ca_file)
        self._files = Files(pair.ca_file)
        self._client = self._made()

    def ask(self) -> PeerWord:
        """Its word, or why there is none. Never raises."""
        asked = time.monotonic()
        try:
            answer = self._client.exchange(self._client.prepare("GET", "pair"), _LIMIT, harmless=True)
            if answer.status == 404:
                raise self._client.endpoint.error(DeviceError, "is alone: it has no [pair]")
            word = self._client.understand(answer, lambda told: self._word(told, asked))
        except DeviceError as error:
            if self._files.are_renewed():
                self._client.close()
                self._client = self._made()
            return PeerWord(time.monotonic(), error=str(error))
        return word

    def _made(self) -> Client:
        device = DeviceSettings("the peer", self._url, timeout=_TIMEOUT, tls=self._tls)
        return Client(Endpoint(device, 8001, TRUST))

    def _word(self, told: object, asked: float) -> PeerWord:
        """As old as the question: what was true then is all that it proves."""
        one = mapping(told)
        site, node = text(one.get("site"), "site"), text(one.get("node"), "node")
        if site != self._site:
            raise ShapeError(f"it is of the site {site!r}, not of {self._site!r}")
        clock = moment(one.get("clock"), "clock")
        try:
            role = Role(text(one.get("role"), "role"))
        except ValueError:
            raise ShapeError("role: is not one that vrmon knows") from None
        configuration = text(one.get("configuration"), "configuration")
        unready = text(one.get("unready"), "unready")
        return PeerWord(asked, node, role, clock - time.time(), configuration, unready)

    def close(self) -> None:
        self._client.close()
