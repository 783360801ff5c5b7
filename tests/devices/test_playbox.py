"""The PlayBox driver: only a well-formed array is an observation, and every id is one path segment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.world.hostile import Hostile, always, always_json, http_answer, once
from tests.world.random_json import assert_encodable, random_json
from vrmon.devices.contract import Primary
from vrmon.devices.playbox.answers import MOST, MOST_ON_ONE, parse_basename, parse_listing
from vrmon.devices.playbox.driver import FILES_LIMIT, PlayBox
from vrmon.errors import BadAnswer, DeviceError
from vrmon.model import Job, Odd, Sight
from vrmon.net.endpoint import Endpoint
from vrmon.net.shape import ShapeError, document
from vrmon.settings import DeviceSettings
from vrmon.simulator import PlayBox as SimulatedPlayBox
from vrmon.simulator import serving

INGEST = "9C64992CFF3A4A3FA3C635BB7D9B6071"
RECORDED = [
    {
        "ingestId": INGEST,
        "name": "PCR 1",
        "activeJobsInfo": [{"id": "5b0f7f3e-0001", "state": "Capturing", "progress": None}],
    },
    {"ingestId": "00000000000000000000000000000002", "activeJobsInfo": []},
]

JSON = random_json("ingestId", "activeJobsInfo", "id", "data", "presetTag", "fileName")


@contextmanager
def playbox(server: Hostile) -> Iterator[PlayBox]:
    box = PlayBox(Endpoint(DeviceSettings("playbox", server.url, timeout=3)))
    try:
        yield box
    finally:
        box.close()


def test_it_is_a_primary_that_can_only_observe() -> None:
    with Hostile(always_json([])) as server, playbox(server) as box:
        primary: Primary = box
        assert primary.jobs() == Sight(())
    public = {name for name in dir(box) if not name.startswith("_")}
    assert public == {"jobs", "basename", "close"}


def test_jobs_as_recorded() -> None:
    with Hostile(always_json(RECORDED)) as server, playbox(server) as box:
        assert box.jobs() == Sight((Job(INGEST, "5b0f7f3e-0001"),), listed=(INGEST, f"{2:032}"))
        box.jobs()
    assert [heard.line for heard in server.heard] == ["GET /ingests/activejobsinfo HTTP/1.1"] * 2
    assert server.connections == 1


def test_jobs_are_normalised_and_each_is_there_once_in_order() -> None:
    answer = [
        {"ingestId": "ab", "activeJobsInfo": [{"id": 7}, {"id": "x"}, {"id": "7"}]},
        {"ingestId": "AB", "activeJobsInfo": [{"id": "x"}, {"id": "y"}]},
    ]
    sight, spellings = parse_listing(answer)
    assert sight == Sight((Job("AB", "7"), Job("AB", "x"), Job("AB", "y")), listed=("AB",))
    assert spellings == {"AB": "ab"}


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (None, "the answer: an array is expected, not null"),
        ({"error": "busy"}, "the answer: an array is expected, not an object"),
        ("[]", "the answer: an array is expected, not a string"),
        ([None], "[0]: an object is expected, not null"),
        ([{}], "[0].ingestId: a string that is not empty is expected, not null"),
        ([{"ingestId": ""}], "[0].ingestId: a string that is not empty is expected, not an empty string"),
        ([{"ingestId": "A"}], "[0].activeJobsInfo: an array is expected, not null"),
        ([{"ingestId": "A", "activeJobsInfo": None}], "[0].activeJobsInfo: an array is expected, not null"),
        (
            [{"ingestId": "A", "activeJobsInfo": {}}],
            "[0].activeJobsInfo: an array is expected, not an object",
        ),
        (
            [{"ingestId": "A", "activeJobsInfo": [1]}, {}],
            "[0].activeJobsInfo[0]: an object is expected",
        ),
    ],
)
def test_anything_else_is_no_observation(answer: object, text: str) -> None:
    with Hostile(always_json(answer)) as server, playbox(server) as box:
        with pytest.raises(BadAnswer) as caught:
            box.jobs()
        assert f"playbox (127.0.0.1:{server.port}) answered nonsense: {text}" in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "ingest", "why"),
    [
        (None, None, "[1]: an object is expected, not null"),
        ({}, None, "[1].ingestId: a string that is not empty is expected, not null"),
        ({"ingestId": 7, "activeJobsInfo": []}, None, "[1].ingestId: a string that is not empty is expected"),
        ({"ingestId": 1.5, "activeJobsInfo": []}, None, "[1].ingestId: a string that is not empty is"),
        ({"ingestId": "\ud800", "activeJobsInfo": []}, None, "[1].ingestId: a surrogate without its other"),
        ({"ingestId": " {} ", "activeJobsInfo": []}, None, "[1].ingestId: nothing but blanks and brackets"),
        ({"ingestId": "a"}, "A", "[1].activeJobsInfo: an array is expected, not null"),
        (
            {"ingestId": "a", "activeJobsInfo": None},
            "A",
            "[1].activeJobsInfo: an array is expected, not null",
        ),
        ({"ingestId": "a", "activeJobsInfo": {}}, "A", "[1].activeJobsInfo: an array is expected, not an ob"),
        ({"ingestId": "a", "activeJobsInfo": [1]}, "A", "[1].activeJobsInfo[0]: an object is expected, not"),
    ],
)
def test_one_odd_entry_costs_only_itself(entry: object, ingest: str | None, why: str) -> None:
    with Hostile(always_json([RECORDED[0], entry, RECORDED[1]])) as server, playbox(server) as box:
        sight = box.jobs()
    assert sight.seen == (Job(INGEST, "5b0f7f3e-0001"),)
    assert sight.listed == (INGEST, *([] if ingest is None else [ingest]), f"{2:032}")
    (odd,) = sight.odd
    assert (odd.place, odd.handle) == (1, ingest)
    assert odd.why.startswith(why)


@pytest.mark.parametrize("job_id", [None, True, 1.5, "", [], {}, "\ud800"])
def test_a_job_without_a_usable_id_costs_only_itself(job_id: object) -> None:
    answer = [{"ingestId": "A", "activeJobsInfo": [{"id": job_id}, {"id": "ok"}, {"id": job_id}]}]
    sight, _ = parse_listing(answer)
    assert sight.seen == (Job("A", "ok"),)
    (odd,) = sight.odd
    assert (odd.place, odd.handle, odd.why.partition(": ")[0]) == (0, "A", "[0].activeJobsInfo[0].id")


def test_an_ingest_with_more_jobs_than_are_read_is_odd() -> None:
    jobs = [{"id": number} for number in range(60_000)]
    answer = [{"ingestId": "A", "activeJobsInfo": jobs}, {"ingestId": "B", "activeJobsInfo": [{"id": "b"}]}]
    sight, _ = parse_listing(answer)
    assert sight.seen == (*(Job("A", str(number)) for number in range(MOST_ON_ONE)), Job("B", "b"))
    assert sight.odd == (Odd(0, "A", "[0].activeJobsInfo: 60000 jobs, of which 50 are read"),)


@pytest.mark.parametrize("jobs", [[], [{"id": "1"}], None], ids=["idle", "busy", "odd"])
def test_more_entries_than_are_read_may_be_those_of_any_ingest(jobs: object) -> None:
    good = {"ingestId": "first", "activeJobsInfo": []}
    more = [{"ingestId": f"{number}", "activeJobsInfo": jobs} for number in range(60_000)]
    sight, _ = parse_listing([good, *more])
    assert len(sight.listed) == MOST
    assert sight.odd[-1] == Odd(MOST, None, f"[{MOST}]: this entry and those behind it are not read")


@pytest.mark.parametrize("jobs_lost", [False, True])
def test_a_service_that_is_restarted_between_two_looks_is_told(jobs_lost: bool) -> None:
    with serving(SimulatedPlayBox(1)) as simulated:
        box = PlayBox(Endpoint(DeviceSettings("playbox", simulated.url)))
        job = simulated.start_job(0)
        looks = [box.jobs() for _ in range(8)]
        simulated.restart(jobs_lost=jobs_lost)
        looks += [box.jobs() for _ in range(3)]
        box.close()
    assert [one.restarted for one in looks] == [*[False] * 8, True, False, False]
    lost = (Job(simulated.ingests[0], job),) if not jobs_lost else ()
    assert looks[8].seen == lost


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "the answer is empty"),
        (b"<html>busy</html>", "the answer is a web page that is not JSON"),
        (b'[{"ingestId": "A", "activeJobsInfo": [', "not JSON"),
        (b"[NaN]", "not JSON"),
        (b"[-Infinity]", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 150_000, "nested too deeply"),
        (b"[" + b"9" * 10_000 + b"]", "not JSON"),
    ],
)
def test_a_body_that_is_not_json_is_no_observation(body: bytes, text: str) -> None:
    with (
        Hostile(once(http_answer(body))) as server,
        playbox(server) as box,
        pytest.raises(BadAnswer, match=text),
    ):
        box.jobs()


@pytest.mark.parametrize("status", [201, 202, 204, 206, 301, 401, 404, 500, 503])
def test_only_a_200_is_an_observation(status: int) -> None:
    with (
        Hostile(once(http_answer(b"[]", status))) as server,
        playbox(server) as box,
        pytest.raises(BadAnswer, match=f"answered with status {status}$"),
    ):
        box.jobs()


def test_what_is_told_twice_alike_is_told() -> None:
    answer = document(b'[{"ingestId": "A", "activeJobsInfo": [], "ingestId": "A", "activeJobsInfo": []}]')
    assert parse_listing(answer).sight == Sight((), listed=("A",))


@pytest.mark.parametrize("told", [("[]", '[{"id": "1"}]'), ('[{"id": "1"}]', "[]")])
def test_an_ingest_that_is_told_to_have_a_job_and_none_is_odd(told: tuple[str, str]) -> None:
    jobs = ", ".join(f'"activeJobsInfo": {one}' for one in told)
    entries = f'[{{"ingestId": "A", {jobs}}}, {{"ingestId": "B", "activeJobsInfo": []}}]'
    sight = parse_listing(document(entries.encode())).sight
    why = "[0].activeJobsInfo: an array is expected, not two values that differ"
    assert (sight.seen, sight.odd) == ((), (Odd(0, "A", why),))


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ([{"presetTag": "Primary", "fileName": "News 18.00.mxf", "size": 1}], "News 18.00"),
        ([{"presetTag": "Proxy", "fileName": "p.mp4"}, {"presetTag": "Primary", "fileName": "a.mov"}], "a"),
        ([{"presetTag": "Primary", "fileName": ""}, {"presetTag": "Primary", "fileName": "b.mov"}], "b"),
        ([{"presetTag": "Primary", "fileName": "a.mov"}, {"presetTag": "Primary", "fileName": "b.mov"}], "a"),
        ([{"presetTag": "Primary", "fileName": "without"}], "without"),
        ([{"presetTag": "Primary", "fileName": ".mov"}], ".mov"),
        ([{"presetTag": "Primary", "fileName": "Ü\ud800.mov"}], "Ü?"),
        ([{"presetTag": "Primary", "fileName": None}], None),
        ([{"presetTag": "primary", "fileName": "a.mov"}, {}], "a"),
        ([{"presetTag": " PRIMARY", "fileName": "a.mov"}], "a"),
        ([{"presetTag": "Primary proxy", "fileName": "a.mov"}], None),
        ([{"presetTag": "Primary", "fileName": "D:\\Media\\News 18.00.mxf"}], "News 18.00"),
        ([{"presetTag": "Primary", "fileName": "\\\\nas\\media.x\\News.mxf"}], "News"),
        ([{"presetTag": "Primary", "fileName": "/mnt/media.x/News"}], "News"),
        (
            [{"presetTag": "Primary", "fileName": "/mnt/media/"}, {"presetTag": "Primary", "fileName": "b"}],
            "b",
        ),
        ([{"presetTag": "Primary", "fileName": "D:/Media/.mov"}], ".mov"),
        ([None, {"presetTag": None}, {"presetTag": "Primary", "fileName": "a.mov"}], "a"),
        ([{"presetTag": "Primary", "fileName": 5}, {"presetTag": "Primary", "fileName": "b.mov"}], "b"),
        ([], None),
    ],
)
def test_basename(files: object, name: str | None) -> None:
    with Hostile(always_json({"data": files})) as server, playbox(server) as box:
        assert box.basename(Job(INGEST, "j 1")) == name
    assert server.heard[0].line == f"GET /ingests/{INGEST}/jobs/j%201/files HTTP/1.1"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ([], "the answer: an object is expected, not an array"),
        ({}, "data: an array is expected, not null"),
        ({"data": [None]}, "data[0]: an object is expected, not null"),
        (
            {"data": [{"presetTag": "Primary", "fileName": 5}]},
            "data[0].fileName: a string is expected, not a number",
        ),
    ],
)
def test_a_malformed_file_list_is_not_an_empty_one(answer: object, text: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse_basename(answer)
    assert str(caught.value) == text


def test_a_file_list_is_short() -> None:
    answer = {"data": [{"presetTag": "Primary", "fileName": "a.mov"}], "more": "x" * FILES_LIMIT}
    with (
        Hostile(always_json(answer)) as server,
        playbox(server) as box,
        pytest.raises(BadAnswer, match=f"sent more than {FILES_LIMIT} bytes"),
    ):
        box.basename(Job(INGEST, "1"))


def test_files_are_asked_for_in_the_primarys_own_spelling() -> None:
    own = "{9c64992c-ff3a-4a3f-a3c6-35bb7d9b6071}"
    jobs = http_answer(json.dumps([{"ingestId": own, "activeJobsInfo": [{"id": "1"}]}]).encode())
    with Hostile(always(jobs)) as server, playbox(server) as box:
        assert box.jobs().seen == (Job(INGEST, "1"),)
        lane = PlayBox(box._endpoint)
        for asking in (box, lane):
            with pytest.raises(BadAnswer):  # it answers with jobs
                asking.basename(Job(INGEST, "1"))
            assert server.heard[-1].line.split()[1] == f"/ingests/{quote(own, safe='')}/jobs/1/files"
        lane.close()


def assert_one_segment(job_id: str) -> None:
    with Hostile(always_json({"data": []})) as server, playbox(server) as box:
        assert box.basename(Job(INGEST, job_id)) is None
    target = server.heard[0].line.removeprefix("GET ").removesuffix(" HTTP/1.1")
    segments = [unquote(segment) for segment in target.split("/")]
    assert segments == ["", "ingests", INGEST, "jobs", job_id, "files"]


@pytest.mark.parametrize("job_id", ["../x", "a/b?c", "%2e%2e", "a#b", "..%2f", "\\..", "x\r\nHost: y", "ü %"])
def test_a_hostile_id_reaches_the_wire_as_one_segment(job_id: str) -> None:
    assert_one_segment(job_id)


@given(job_id=st.text(min_size=1))
def test_any_id_reaches_the_wire_as_one_segment(job_id: str) -> None:
    assume(job_id not in {".", ".."})
    assert_one_segment(job_id)


@pytest.mark.parametrize("job_id", [".", "..", ""])
def test_an_id_that_no_address_can_hold_is_not_asked_for(job_id: str) -> None:
    with Hostile(always_json({"data": []})) as server, playbox(server) as box:
        with pytest.raises(BadAnswer, match="has an id that no address can hold"):
            box.basename(Job(INGEST, job_id))
        assert server.heard == []


@given(JSON)
def test_random_json_has_a_shape_or_an_error_of_shape(value: object) -> None:
    parsers: tuple[Callable[[object], object], ...] = (parse_listing, parse_basename)
    for parse in parsers:
        try:
            assert_encodable(parse(document(json.dumps(value).encode())))
        except ShapeError as error:
            str(error).encode("utf-8")


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_random_bodies_over_the_wire(body: bytes) -> None:
    with Hostile(once(http_answer(body))) as server, playbox(server) as box:
        try:
            assert all(isinstance(job, Job) for job in box.jobs().seen)
        except DeviceError as error:
            assert str(error).startswith("playbox (127.0.0.1:")
