"""openapi.json agrees with the program: its routes, its words, its documents in every state."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from tests.world import scenes
from tests.world.api_server import FakeBackend, Server, serving
from tests.world.described import DESCRIPTION, SCHEMAS, check, fits
from vrmon.api.answers import Headers
from vrmon.api.own_names import OwnNames
from vrmon.api.routes import Documents, application
from vrmon.api.stream import Hub
from vrmon.catalog import Severity
from vrmon.history.pages import KINDS
from vrmon.history.report import Verdict
from vrmon.model import DeviceState, Health, Outcome, Phase, Seen
from vrmon.plan.drill import DrillResult
from vrmon.views import brief


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


def routes() -> set[tuple[str, str]]:
    async def made() -> set[tuple[str, str]]:
        documents = Documents(FakeBackend())
        app = application(FakeBackend(), documents, Hub(documents.status, 1.0), OwnNames(), Headers())
        return {(one.method.lower(), one.resource.canonical) for one in app.router.routes() if one.resource}

    return asyncio.run(made())


def parts(of: Any) -> Iterator[dict[str, Any]]:
    if isinstance(of, dict):
        yield of
    for one in of.values() if isinstance(of, dict) else of if isinstance(of, list) else ():
        yield from parts(one)


def test_every_route_is_described_and_none_besides() -> None:
    described = {(method, path) for path, methods in DESCRIPTION["paths"].items() for method in methods}
    assert described == {(method, path) for method, path in routes() if method != "head"}


def test_the_description_is_served_as_it_is_and_says_its_version(server: Server) -> None:
    answer = requests.get(f"{server.url}/openapi.json", timeout=60)
    assert answer.json() == DESCRIPTION
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Vrmon-Api"] == DESCRIPTION["info"]["version"] == str(brief.API)
    assert SCHEMAS["Api"]["const"] == brief.API


def test_what_it_refers_to_is_there_and_what_is_there_is_referred_to() -> None:
    named = {one["$ref"] for one in parts(DESCRIPTION) if "$ref" in one}
    assert named == {f"#/components/schemas/{name}" for name in SCHEMAS}


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one_and_wants_every_field_that_it_names(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    optional = {"complaints"} if name == "Error" else set()
    for one in parts(SCHEMAS[name]):
        if isinstance(one.get("properties"), dict) and "type" in one:
            assert set(one["required"]) | optional == set(one["properties"])


@pytest.mark.parametrize("path", DESCRIPTION["paths"])
def test_each_variable_of_a_path_is_described(path: str) -> None:
    for one in DESCRIPTION["paths"][path].values():
        described = {p["name"] for p in one.get("parameters", ()) if p["in"] == "path"}
        assert described == set(re.findall(r"\{(\w+)\}", path))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (SCHEMAS["Severity"], Severity),
        (SCHEMAS["Health"], Health),
        (SCHEMAS["Phase"], Phase),
        (SCHEMAS["Device"]["properties"]["state"], DeviceState),
        (SCHEMAS["Drill"]["properties"]["result"], DrillResult),
        (SCHEMAS["ReportedJob"]["properties"]["status"], Verdict),
    ],
    ids=lambda of: of.__name__ if isinstance(of, type) else "",
)
def test_the_words_are_the_programs_own(told: dict[str, Any], words: type[Enum]) -> None:
    assert set(told["enum"]) == {one.value for one in words}


def test_the_words_of_the_history_are_the_programs_own() -> None:
    (kind, *_) = DESCRIPTION["paths"]["/history"]["get"]["parameters"]
    assert kind["schema"]["enum"] == list(KINDS)
    outcomes = SCHEMAS["CommandEntry"]["properties"]["outcome"]["enum"]
    assert set(outcomes) == {"", *(one.value for one in Outcome)}


def test_what_vrmon_alarm_says_of_pictures_is_described() -> None:
    body = DESCRIPTION["paths"]["/alarms"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert tuple(body["properties"]["pictures"]["items"]["properties"]) == Seen._fields


@pytest.mark.parametrize("state", (*scenes.EVERY_STATE, "stale-primary", "hung"))
def test_the_documents_are_as_described_in_every_state(state: str) -> None:
    whole = scenes.document(state, pictures=True)
    fits(SCHEMAS["Status"], whole)
    fits(SCHEMAS["Channels"], brief.channels(whole))
    fits(SCHEMAS["Overall"], brief.of_all(whole))
    for one in whole["channels"]:
        fits(SCHEMAS["OneChannel"], brief.channel(whole, one))


def test_what_is_not_described_is_found() -> None:
    """So that the tests here can fail."""
    whole = scenes.document("recording")
    for changed in (
        {**whole, "more": 1},
        {**whole, "health": "fine"},
        {**whole, "now": "now"},
        {**whole, "channels": [{**whole["channels"][0], "more": 1}]},
    ):
        with pytest.raises(AssertionError):
            fits(SCHEMAS["Status"], changed)


@pytest.mark.parametrize("path", ["/healthz", "/history", "/report"])
def test_what_only_a_stuck_vrmond_answers_is_as_described(server: Server, path: str) -> None:
    server.backend.healthy = False
    answer = requests.get(f"{server.url}{path}", timeout=60)
    assert answer.status_code == 503
    check(("get", path, "503"), answer.json())
