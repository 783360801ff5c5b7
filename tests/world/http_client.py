"""A client of a made-up DVR with a password, as the tests of the HTTP layer use it."""

from __future__ import annotations

from vrmon.net.body import Answer
from vrmon.net.client import Client
from vrmon.net.endpoint import Endpoint
from vrmon.settings import DeviceSettings

PASSWORD = "hün ter/2&%"
SPELLINGS = (PASSWORD, "hün", "h%C3%BCn", "h%c3%bcn", "ter/2", "ter%2F2", "password=")


def client_of(url: str, tls: str = "insecure", timeout: float = 3.0) -> Client:
    return Client(Endpoint(DeviceSettings("dvr-1", url, timeout=timeout, tls=tls, password=PASSWORD)))


def get(client: Client, *segments: str) -> Answer:
    return client.exchange(client.prepare("GET", *(segments or ("sources",))))
