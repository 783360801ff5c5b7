"""MovieRecorder's remote control: every route of wire-facts.md, answered as the switches want it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from vrmon.simulator.movierecorder.listing import destination_entry, scheduled_entry, source_entry
from vrmon.simulator.movierecorder.operator import HandledMac
from vrmon.simulator.movierecorder.orders import COMMANDS, Command, Unwilling, enabling, naming
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.recording.picture import JPEG, black, colour_bars
from vrmon.simulator.served.exchange import NOT_FOUND, Answer, Request, Route
from vrmon.simulator.served.oddities import told
from vrmon.simulator.served.simulated_device import locked

BULK = ("record", "stop", "pause", "resume")
SUCCESS = Answer({"success": True})
API_PAGE = """<!DOCTYPE html>
<html><head><title>MovieRecorder API</title></head>
<body><h1>MovieRecorder {version}</h1><p>sources, destinations, scheduled_recordings</p></body></html>
"""


class MovieRecorder(HandledMac):
    """`password` "" asks for none."""

    def __init__(self, sources: int | Iterable[RecorderSource] = 4, *, password: str = "") -> None:
        super().__init__(sources)
        self.password = password
        self.routes = (
            Route("GET", "/sources", self._list_sources, is_list=True),
            Route("GET", "/sources/{}", self._show_source),
            *(Route("GET", f"/sources/{{}}/{name}", self._single(COMMANDS[name])) for name in COMMANDS),
            *(Route("PUT", f"/sources/{name}", self._bulk(COMMANDS[name])) for name in BULK),
            Route("PUT", "/sources/{}/recording_name", self._name),
            Route("PUT", "/sources/{}/destinations", self._enable_destinations),
            Route("GET", "/sources/{}/thumbnail", self._thumbnail),
            Route("GET", "/destinations", self._list_destinations, is_list=True),
            Route("GET", "/scheduled_recordings", self._list_schedule, is_list=True),
            Route("PUT", "/scheduled_recordings/{}", self._reschedule),
            Route("GET", "/configurations", self._list_configurations, is_list=True),
            Route("PUT", "/restore_configuration", self._restore),
            Route("GET", "/api.html", self._api_page),
        )

    @locked
    def answer(self, request: Request) -> Answer:
        if self.password and request.query.get("password") != self.password:
            return self._unauthorized()
        if request.method in ("POST", "PUT") and request.content_type != "application/json":
            return _refused("Content-Type must be application/json", 400)
        self.advance()
        return super().answer(request)

    def _unauthorized(self) -> Answer:
        status, form = self.switches.unauthorized.split()
        if form == "text":
            return Answer(b"Authentication required", int(status), "text/plain")
        return _refused("Authentication required", int(status))

    def _list_sources(self, _request: Request) -> Answer:
        return Answer([entry for one in self.sources for entry in self._told(one)])

    def _show_source(self, request: Request) -> Answer:
        one = self._known(request.params[0])
        if one is None or self.switches.source_alone == "404":
            return NOT_FOUND
        return Answer(self._told(one)[0])

    def _told(self, one: RecorderSource) -> list[Any]:
        switches = self.switches_of(one)
        return told(source_entry(one, self.destinations, switches), switches.source_told, "display_name")

    def _list_destinations(self, _request: Request) -> Answer:
        position = self.switches.destination_list
        if position == "404":
            return NOT_FOUND
        disks = self.destinations if position == "given" else []
        listed = [destination_entry(disk, self.sources, self.switches) for disk in disks]
        return Answer(_last_told(listed, self.switches.destination_told))

    def _list_schedule(self, _request: Request) -> Answer:
        listed = [scheduled_entry(entry, self.switches) for entry in self.scheduled]
        return Answer(_last_told(listed, self.switches.scheduled_told))

    def _reschedule(self, request: Request) -> Answer:
        entry = next((one for one in self.scheduled if one.unique_id == request.params[0]), None)
        if entry is None:
            return _refused("no such scheduled recording", 404)
        asked = _json(request)
        wanted = asked if isinstance(asked, dict) else {}
        minutes = {key: wanted[key] for key in ("start_time", "duration") if isinstance(wanted.get(key), int)}
        if not minutes or len(minutes) < len(wanted):
            return _refused("expected a start_time or a duration", 422)
        self.reschedule(entry, minutes.get("start_time"), minutes.get("duration"))
        return SUCCESS

    def _list_configurations(self, _request: Request) -> Answer:
        return Answer(list(self.configurations))

    def _restore(self, request: Request) -> Answer:
        asked = _json(request)
        if not isinstance(asked, dict) or asked.get("name") not in self.configurations:
            return _refused("no such configuration", 404)
        self.restore_configuration(
            asked["name"],
            bool(asked.get("restore_sources")),
            bool(asked.get("restore_destinations")),
            bool(asked.get("restore_schedule")),
        )
        return SUCCESS

    def _api_page(self, _request: Request) -> Answer:
        if self.switches.api_page == "absent":
            return NOT_FOUND
        version = "3.6.2" if self.switches.keys == "3.x" else "4.5.1"
        return Answer(API_PAGE.format(version=version).encode(), 200, "text/html")

    def _thumbnail(self, request: Request) -> Answer:
        one = self._known(request.params[0])
        position = self.switches.thumbnail
        if one is None or position == "absent":
            return _refused("no such source or picture", 404)
        if position == "jpeg":
            return Answer(JPEG, 200, "image/jpeg")
        live = colour_bars(self.advance(), one.take is not None)
        shown = {"frozen": colour_bars(0.0, False), "black": black(), "cut short": live[:-40]}
        return Answer(shown.get(position, live), 200, "image/png")

    def _known(self, source: object) -> RecorderSource | None:
        """The source of that unique_id, or else of that index in decimal."""
        for one in self.sources:
            if one.unique_id == source:
                return one
        if isinstance(source, str) and source.isdecimal() and int(source) < len(self.sources):
            return self.sources[int(source)]
        return None

    def _single(self, command: Command) -> Callable[[Request], Answer]:
        def handler(request: Request) -> Answer:
            return self._command(self._known(request.params[0]), command)

        return handler

    def _name(self, request: Request) -> Answer:
        asked = _json(request)
        name = asked.get("recording_name") if isinstance(asked, dict) else None
        if not isinstance(name, str) or not name:
            return _refused("expected a recording_name", 400)
        return self._command(self._known(request.params[0]), naming(name))

    def _enable_destinations(self, request: Request) -> Answer:
        asked = _json(request)
        if not isinstance(asked, list):
            return _refused("expected an array of unique_ids", 400)
        return self._command(self._known(request.params[0]), enabling(asked))

    def _command(self, one: RecorderSource | None, command: Command) -> Answer:
        if one is None:
            return _refused("no such source", 404)
        switches = self.switches_of(one)
        try:
            command.check(self, one)
        except Unwilling as unwilling:
            return _refused(str(unwilling), unwilling.status or switches.refusal)
        now = self.advance()
        if switches.accepted_after is None:
            late = command.obeyed_after(switches)
            if late:
                self.agenda.add(now + late, lambda due: command.effect(self, one, due))
            else:
                command.effect(self, one, now)
            return SUCCESS
        self.agenda.add(now + switches.accepted_after, lambda due: command.effect(self, one, due))
        return Answer({"success": True}, switches.accepted_status)

    def _bulk(self, command: Command) -> Callable[[Request], Answer]:
        def handler(request: Request) -> Answer:
            named = _json(request)
            if not isinstance(named, list):
                return _refused("expected an array of unique_ids", 400)
            willing = [one for one in map(self._known, named) if self._is_willing(one, command)]
            failed = len(willing) < len(named)
            position = self.switches.bulk_failure
            if not (failed and position == "none done"):
                for one in willing:
                    self._command(one, command)
            if failed and position != "hidden":
                return _refused("some of the sources refused", self.switches.refusal)
            return SUCCESS

        return handler

    def _is_willing(self, one: RecorderSource | None, command: Command) -> bool:
        if one is None:
            return False
        try:
            command.check(self, one)
        except Unwilling:
            return False
        return True


def _last_told(listed: list[dict[str, Any]], how: str) -> list[Any]:
    """The list, its last entry told as the switch wants it."""
    return [*listed[:-1], *(entry for last in listed[-1:] for entry in told(last, how, "name"))]


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        return None


def _refused(error: str, status: int) -> Answer:
    return Answer({"success": False, "error": error}, status)
