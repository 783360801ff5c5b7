"""Requests and answers as the simulated devices see them, whatever carries them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Arrival:
    """One request as it came in: monotonic seconds, the path decoded and without its query.

    `answered` is when the answer was handed to the network; None while there is none, and for a spoilt one.
    `connection` counts connections, `place` the requests on this one, both from 1; `client` is an address.
    """

    at: float
    method: str
    path: str
    body: str = ""
    answered: float | None = None
    connection: int = 0
    place: int = 0
    client: str = ""


@dataclass(frozen=True)
class Request:
    """What a route is given: `params` are the decoded path segments that its pattern left open."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    params: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """`body` is bytes to send as they are, or anything that json can encode.

    `is_list`: it tells what there is, and nothing is done by asking for it.
    """

    body: Any
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_list: bool = False


NOT_FOUND = Answer(
    b"<html><head><title>404</title></head><body><h1>Not found</h1></body></html>", 404, "text/html"
)


@dataclass(frozen=True)
class Route:
    """`pattern` is a path whose open segments are written {}; `is_list` is said of its answers."""

    method: str
    pattern: str
    handler: Callable[[Request], Answer]
    is_list: bool = False
    segments: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", tuple(self.pattern.split("/")[1:]))

    def params(self, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        """The open segments, or None where the path is another."""
        if len(segments) != len(self.segments):
            return None
        pairs = tuple(zip(self.segments, segments, strict=True))
        if any(wanted not in ("{}", given) for wanted, given in pairs):
            return None
        return tuple(given for wanted, given in pairs if wanted == "{}")
