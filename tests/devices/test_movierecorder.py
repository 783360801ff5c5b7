"""The MovieRecorder driver: what it believes of an answer, and what it asks on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world.hostile import Behaviour, Hostile, always, always_json, http_answer, once
from tests.world.random_json import random_json
from vrmon.devices.contract import Dvr
from vrmon.devices.movierecorder.driver import THUMBNAIL_LIMIT, VERDICT_LIMIT, MovieRecorder
from vrmon.errors import BadAnswer, DeviceError, PasswordRefused, Refused
from vrmon.model import Destination, Sight, Source
from vrmon.net.endpoint import Endpoint
from vrmon.settings import DeviceSettings

SOURCE = "4XT00292 - 0"
OLD: dict[str, Any] = {
    "unique_id": SOURCE,
    "display_name": "PCR 1",
    "description": "",
    "device_name": "Corvid 44",
    "is_enabled": True,
    "is_recording": False,
    "is_paused": False,
}
NEW: dict[str, Any] = {
    **OLD,
    "is_locked": False,
    "recording_name": "News",
    "video_format": "1080i50",
    "recording_start_date": "2026-11-22 18:00:00 +0000",
    "recording_end_date": "",
    "enabled_destinations": [{"destination_unique_id": "D1", "destination_name": "RAID"}],
}
Command = Callable[[MovieRecorder], None]
COMMANDS: dict[str, Command] = {
    "record": lambda dvr: dvr.record(SOURCE, "SHOW"),
    "stop": lambda dvr: dvr.stop(SOURCE),
    "resume": lambda dvr: dvr.resume(SOURCE),
    "set_name": lambda dvr: dvr.set_name(SOURCE, "News Ü"),
}
YES = {"success": True}
every_command = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())


@contextmanager
def recorder(behave: Behaviour, password: str = "") -> Iterator[tuple[MovieRecorder, Hostile]]:
    with Hostile(behave) as server:
        dvr = MovieRecorder(Endpoint(DeviceSettings("dvr-1", server.url, timeout=3, password=password)))
        try:
            yield dvr, server
        finally:
            dvr.close()


def refusal_of(command: Callable[[MovieRecorder], object], behave: Behaviour, password: str = "") -> Refused:
    with recorder(behave, password) as (dvr, server):
        with pytest.raises(Refused) as caught:
            command(dvr)
        assert len(server.heard) == 1
    return caught.value


def test_sources_of_an_old_and_of_a_new_build() -> None:
    with recorder(always_json([OLD, {**NEW, "unique_id": "second"}])) as (dvr, server):
        sources = dvr.sources()
        dvr.sources()
    assert sources.seen == (
        Source(SOURCE, "PCR 1"),
        Source(
            "second",
            "PCR 1",
            is_locked=False,
            recording_name="News",
            start_date="2026-11-22 18:00:00 +0000",
            destinations=("D1",),
            video_format="1080i50",
        ),
    )
    assert (sources.odd, sources.notes) == ((), ())
    assert [heard.line for heard in server.heard] == ["GET /sources HTTP/1.1"] * 2
    assert server.connections == 1


def test_destinations_and_their_warnings() -> None:
    answer = [
        {"unique_id": "D1", "name": "RAID"},
        {"unique_id": "D2", "name": "SAN", "warning_messages": None},
        {
            "unique_id": "D3",
            "name": "USB",
            "warning_messages": {
                "NotRelatedToSource": ["Almost full:\n2 GB left", ""],
                SOURCE: ["Format not supported"],
                "Other": {"Deep": "text", "Count": 3},
            },
        },
    ]
    with recorder(always_json(answer)) as (dvr, server):
        assert dvr.destinations() == (
            Destination("D1", "RAID"),
            Destination("D2", "SAN"),
            Destination(
                "D3",
                "USB",
                ("Almost full: 2 GB left",),
                ((SOURCE, "Format not supported"), ("Other", "Deep: text")),
            ),
        )
    assert server.heard[0].line == "GET /destinations HTTP/1.1"


@every_command
def test_yes_is_done_and_so_is_accepted(command: Command) -> None:
    for behave in (always_json(YES), always_json(YES, 202), always(http_answer(b"", 202))):
        with recorder(behave) as (dvr, server):
            command(dvr)
        assert len(server.heard) == 1


def test_commands_on_the_wire() -> None:
    with recorder(always_json(YES), password="p&w ") as (dvr, server):
        for command in COMMANDS.values():
            command(dvr)
        assert server.connections == 1
    assert [heard.line for heard in server.heard] == [
        "GET /sources/4XT00292%20-%200/record?password=p%26w%20 HTTP/1.1",
        "GET /sources/4XT00292%20-%200/stop?password=p%26w%20 HTTP/1.1",
        "GET /sources/4XT00292%20-%200/resume?password=p%26w%20 HTTP/1.1",
        "PUT /sources/4XT00292%20-%200/recording_name?password=p%26w%20 HTTP/1.1",
    ]
    assert server.heard[3].headers["content-type"] == "application/json"
    assert json.loads(server.heard[3].body) == {"recording_name": "News Ü"}


@pytest.mark.parametrize("status", [200, 202])
def test_no_is_no_whatever_the_status(status: int) -> None:
    error = refusal_of(
        COMMANDS["record"], always_json({"success": False, "error": "Source\x07 is\nlocked"}, status)
    )
    assert str(error).endswith(f') refused to record "{SOURCE}": Source is locked')


@every_command
@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_the_documented_refusals(command: Command, status: int) -> None:
    for body, words in (
        (b'{"success": false, "error": "No destination"}', ": No destination"),
        (b"Not now", ": Not now"),
        (b"<html><h1>Not Found</h1></html>", f": no reason given ({status} "),
        (b'{"success": true}', f": no reason given ({status} "),
        (b"", f": no reason given ({status} "),
    ):
        error = refusal_of(command, always(http_answer(body, status)))
        assert type(error) is Refused
        assert words in str(error)


def test_a_long_reason_is_shortened() -> None:
    error = refusal_of(COMMANDS["stop"], always_json({"success": False, "error": "x" * 5000}))
    assert len(str(error)) < 300


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b""),
        (401, b"<html>no</html>"),
        (403, b"Authentication failed"),
        (403, b"<html>Authentication required</html>"),
        (403, b'{"success": false, "error": "Wrong password: hunter2"}'),
    ],
)
def test_a_refused_password(status: int, body: bytes) -> None:
    asks: tuple[Callable[[MovieRecorder], object], ...] = (
        COMMANDS["record"],
        MovieRecorder.sources,
        MovieRecorder.destinations,
    )
    for ask in asks:
        error = refusal_of(ask, always(http_answer(body, status)), password="hunter2")
        assert type(error) is PasswordRefused
        assert str(error).endswith(") refused the password that it was given.")
        error = refusal_of(ask, always(http_answer(body, status)))
        assert str(error).endswith(") wants a password.")


def test_the_dvr_may_echo_the_password_as_it_likes() -> None:
    for echo in ("hün ter", "h%C3%BCn%20ter", "h%c3%bcn+ter", "h\\u00fcn ter"):
        error = refusal_of(
            COMMANDS["stop"],
            always_json({"success": False, "error": "x" * 195 + f"?password={echo}"}),
            password="hün ter",
        )
        assert "h%" not in str(error)
        assert "ün" not in str(error)
        assert "u00" not in str(error)


@every_command
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"<html>welcome</html>"),
        (200, b"{}"),
        (200, b'{"success": 1}'),
        (200, b'{"success": "true"}'),
        (200, b"true"),
        (200, b'{"success": true'),
        (204, b""),
        (302, b'{"success": true}'),
        (500, b'{"success": true}'),
        (500, b'{"success": false, "error": "x"}'),
        (503, b"busy"),
    ],
)
def test_what_says_neither_yes_nor_no_may_have_happened(command: Command, status: int, body: bytes) -> None:
    with recorder(once(http_answer(body, status))) as (dvr, server):
        with pytest.raises(BadAnswer, match=f'^dvr-1 .* was asked .*"{SOURCE}" and answered '):
            command(dvr)
        assert len(server.heard) == 1


@every_command
def test_a_verdict_is_short(command: Command) -> None:
    """What is longer than any is not read to its end; it may have happened."""
    for length, done in ((VERDICT_LIMIT - 500, True), (VERDICT_LIMIT, False)):
        with recorder(always(http_answer(b" " * length + b'{"success": true}'))) as (dvr, _):
            if done:
                command(dvr)
            else:
                with pytest.raises(BadAnswer, match=f"sent more than {VERDICT_LIMIT} bytes"):
                    command(dvr)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"Authentication required" + b" " * (4 << 20), "wants a password."),
        (b'{"error": "' + b"%2525" * (1 << 20) + b'"}', "refused to list its sources: {"),
        (b"x" * (4 << 20), "refused to list its sources: xxxxxxxxxx"),
    ],
    ids=["password", "percent signs", "text"],
)
def test_of_a_long_refusal_the_beginning_is_told(body: bytes, said: str) -> None:
    error = refusal_of(MovieRecorder.sources, always(http_answer(body, 403)))
    assert said in str(error)
    assert len(str(error)) < 300


@pytest.mark.parametrize("source", [".", "..", ""])
def test_a_source_that_no_address_can_hold_is_not_commanded(source: str) -> None:
    with recorder(always_json(YES)) as (dvr, server):
        with pytest.raises(BadAnswer, match="has an id that no address can hold"):
            dvr.record(source, "SHOW")
        assert server.heard == []


@pytest.mark.parametrize("picture", [b"\x89PNG\r\n\x1a\n" + b"x" * (2 << 20), b"\xff\xd8\xff\xe0jpeg"])
def test_thumbnail(picture: bytes) -> None:
    with recorder(always(http_answer(picture))) as (dvr, server):
        assert dvr.thumbnail(SOURCE) == picture
    assert server.heard[0].line == "GET /sources/4XT00292%20-%200/thumbnail HTTP/1.1"


def test_no_picture() -> None:
    for body in (b"", b"<html>", b"GIF89a", b"\x89PN"):
        with (
            recorder(once(http_answer(body))) as (dvr, _),
            pytest.raises(BadAnswer, match="neither PNG nor JPEG"),
        ):
            dvr.thumbnail(SOURCE)
    with (
        recorder(once(http_answer(b"\xff\xd8\xff" + b"x" * THUMBNAIL_LIMIT))) as (dvr, _),
        pytest.raises(BadAnswer, match="sent more than 4194304 bytes"),
    ):
        dvr.thumbnail(SOURCE)
    error = refusal_of(lambda dvr: dvr.thumbnail(SOURCE), always(http_answer(b"<html>", 404)))
    assert "no reason given (404 " in str(error)


JSON = random_json(*NEW, "destination_unique_id", "name", "warning_messages", "NotRelatedToSource", "success")


@given(
    body=st.binary(max_size=99) | JSON.map(lambda value: json.dumps(value).encode()),
    status=st.sampled_from([200, 202, 401, 403, 422, 500]),
)
def test_random_answers_to_commands_and_polls(body: bytes, status: int) -> None:
    with recorder(always(http_answer(body, status))) as (dvr, server):
        asks: tuple[Callable[[], object], ...] = (
            dvr.sources,
            dvr.destinations,
            lambda: dvr.record(SOURCE, "SHOW"),
        )
        for ask in asks:
            try:
                ask()
            except DeviceError as error:
                assert str(error).startswith("dvr-1 (127.0.0.1:")
        assert len(server.heard) == len(asks)


def test_it_is_a_dvr() -> None:
    with recorder(always_json([])) as (recorder_, _):
        dvr: Dvr = recorder_
        assert dvr.sources() == Sight(())


def test_a_source_alone() -> None:
    with recorder(always_json([NEW])) as (dvr, _):
        (listed,) = dvr.sources().seen
    with recorder(always_json(NEW)) as (dvr, server):
        assert dvr.source(SOURCE) == listed
    assert server.heard[0].line == "GET /sources/4XT00292%20-%200 HTTP/1.1"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>Not found</html>", 404),
        (b"<html>Hello</html>", 200),
        (b"oops", 500),
        (json.dumps([NEW]).encode(), 200),
        (json.dumps({**NEW, "unique_id": "another"}).encode(), 200),
        (json.dumps({**NEW, "is_recording": None}).encode(), 200),
    ],
)
def test_of_a_source_alone_nothing_is_known_where_it_is_not_told(body: bytes, status: int) -> None:
    with recorder(always(http_answer(body, status))) as (dvr, _):
        assert dvr.source(SOURCE) is None


def test_a_source_alone_is_not_told_to_a_stranger() -> None:
    told = {"success": False, "error": "Authentication required"}
    with recorder(always_json(told, 401)) as (dvr, _), pytest.raises(PasswordRefused):
        dvr.source(SOURCE)
