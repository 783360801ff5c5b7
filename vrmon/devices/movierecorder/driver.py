"""The backup DVR: a Softron MovieRecorder.

Its commands are sent once each, GETs too: they have effects. After any error but Refused one may have
happened.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from http import HTTPStatus

from vrmon.devices.contract import Dvr
from vrmon.devices.movierecorder.answers import (
    names_password,
    parse_destinations,
    parse_schedules,
    parse_source,
    parse_sources,
    parse_verdict,
    wants_password,
    words_of,
)
from vrmon.errors import BadAnswer, PasswordRefused, Refused, Unreachable
from vrmon.model import Destination, Schedule, Sight, Source, media_type
from vrmon.net.body import Answer
from vrmon.net.client import LIMIT, Client, Request
from vrmon.net.endpoint import Endpoint
from vrmon.settings import DeviceSettings

THUMBNAIL_LIMIT = 4 << 20
VERDICT_LIMIT = 64 << 10
_REFUSALS = frozenset({400, 401, 403, 404, 422})  # the documented ones


class MovieRecorder:
    """A `contract.Dvr`. A refusal carries the DVR's own words, where it gives any."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client = Client(endpoint)

    @cached_property
    def _poll(self) -> Request:
        return self._client.prepare("GET", "sources")

    def sources(self) -> Sight[tuple[Source, ...]]:
        return self._client.sight(self._ask("to list its sources", self._poll), parse_sources)

    def source(self, unique_id: str) -> Source | None:
        """None where this build tells of no source alone, or in another shape than its list: it need not know
        the question, and may leave it without an answer."""
        request = self._client.prepare("GET", "sources", unique_id)
        try:
            answer = self._ask(f"to show {self._quoted(unique_id)}", request)
            return self._client.understand(answer, lambda told: parse_source(told, unique_id))
        except PasswordRefused:
            raise
        except (BadAnswer, Refused, Unreachable):
            return None

    def destinations(self) -> tuple[Destination, ...]:
        answer = self._ask("to list its destinations", self._client.prepare("GET", "destinations"))
        return self._client.understand(answer, parse_destinations)

    def schedules(self) -> tuple[Schedule, ...]:
        answer = self._ask("to list its schedule", self._client.prepare("GET", "scheduled_recordings"))
        return self._client.understand(answer, parse_schedules)

    def thumbnail(self, source: str) -> bytes:
        request = self._client.prepare("GET", "sources", source, "thumbnail")
        answer = self._ask(f"to show {self._quoted(source)}", request, THUMBNAIL_LIMIT)
        if answer.status != 200 or media_type(answer.content) is None:
            raise self._endpoint.error(BadAnswer, "answered neither PNG nor JPEG where a picture is expected")
        return answer.content

    def set_name(self, source: str, name: str) -> None:
        body = {"recording_name": name}
        request = self._client.prepare("PUT", "sources", source, "recording_name", body=body)
        self._command(f"the name {self._quoted(name)} for {self._quoted(source)}", request)

    def record(self, source: str, name: str) -> None:  # noqa: ARG002 - the source has it already
        request = self._client.prepare("GET", "sources", source, "record")
        self._command(f"to record {self._quoted(source)}", request)

    def stop(self, source: str) -> None:
        request = self._client.prepare("GET", "sources", source, "stop")
        self._command(f"to stop {self._quoted(source)}", request)

    def resume(self, source: str) -> None:
        request = self._client.prepare("GET", "sources", source, "resume")
        self._command(f"to resume {self._quoted(source)}", request)

    def close(self) -> None:
        self._client.close()

    def _ask(self, wish: str, request: Request, limit: int = LIMIT) -> Answer:
        """The answer to what has no effect."""
        return self._accepted(wish, self._client.exchange(request, limit, harmless=True))

    def _command(self, wish: str, request: Request) -> None:
        """Return once the DVR said yes, or "accepted" (202). A 200 alone proves nothing."""
        answer = self._accepted(wish, self._client.exchange(request, VERDICT_LIMIT))
        verdict = parse_verdict(answer)
        if answer.status in {200, 202} and verdict is False:
            raise self._refusal(wish, answer)
        if answer.status != 202 and not (answer.status == 200 and verdict):
            said = "nothing that makes sense" if answer.status == 200 else self._client.status_of(answer)
            raise self._endpoint.error(BadAnswer, f"was asked {wish} and answered {said}")

    def _accepted(self, wish: str, answer: Answer) -> Answer:
        """The answer, unless it says no by its status, or by its words that a password is wanted."""
        if answer.status in _REFUSALS or wants_password(answer):
            raise self._refusal(wish, answer)
        return answer

    def _refusal(self, wish: str, answer: Answer) -> Refused:
        status = answer.status
        if status == 401 or (status == 403 and names_password(answer)) or wants_password(answer):
            refused = self._endpoint.has_password
            text = "refused the password that it was given" if refused else "wants a password"
            return self._endpoint.error(PasswordRefused, f"{text}.")
        words = self._endpoint.quoted(words_of(answer))
        why = words or f"no reason given ({status} {HTTPStatus(status).phrase})"
        return self._endpoint.error(Refused, f"refused {wish}: {why}")

    def _quoted(self, text: str) -> str:
        return f'"{self._endpoint.quoted(text)}"'


def connector(device: DeviceSettings) -> Callable[[], Dvr]:
    endpoint = Endpoint(device)
    return lambda: MovieRecorder(endpoint)
