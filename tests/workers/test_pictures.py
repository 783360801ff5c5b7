"""What the daemon fetches for people alone: pictures, sparingly, and what the devices offer."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.mirror import Mirror, mirror, wait


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with mirror(tmp_path_factory.mktemp("site"), size=3, recorders=2) as made:
        yield made


def picture(here: Mirror, name: str) -> tuple[int, bytes]:
    host, _, port = here.daemon.url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    try:
        connection.request("GET", f"/thumbnail/{name}")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def asked(here: Mirror) -> int:
    return len(here.recorder.arrivals("*/thumbnail"))


def test_nobody_looks_and_nothing_is_fetched(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        here.wait_for_polls(15)
        assert asked(here) == 0
        assert here.daemon.channel("PCR 1")["thumbnail"] is None


def test_somebody_looks_and_each_source_is_asked_once_in_a_while(here: Mirror) -> None:
    here.recorders[1].switch(thumbnail="absent")
    assert picture(here, "PCR%201")[0] == 404, "none yet: asking is what has it fetched"
    wait(lambda: picture(here, "PCR%203")[0] == 200, "a picture of every source")
    status, data = picture(here, "PCR%201")
    assert (status, data[:4]) == (200, b"\x89PNG")
    shown = here.daemon.channel("PCR 1")["thumbnail"]
    assert shown["url"] == "/thumbnail/PCR%201"
    assert shown["taken"] <= here.daemon.status()["now"]
    begun = time.monotonic()
    wait(lambda: time.monotonic() > begun + 1.5, "some rounds of housekeeping")
    assert asked(here) == 3
    assert picture(here, "PCR%201%20on%20movierecorder2")[0] == 404
    assert len(here.recorders[1].arrivals("*/thumbnail")) == 3
    assert here.daemon.status()["health"] == "ok"


def test_what_the_devices_offer_is_shown(here: Mirror) -> None:
    here.recorder.add_source("new", "New camera")
    wait(
        lambda: len(here.daemon.get("/devices")[1]["dvrs"]["movierecorder"]["sources"]) == 4, "the new source"
    )
    _, offers = here.daemon.get("/devices")
    dvr = offers["dvrs"]["movierecorder"]
    assert dvr["state"] == "ok"
    assert {one["unique_id"]: one["channel"] for one in dvr["sources"]} == {
        "4XT00292 - 0": "PCR 1",
        "4XT00292 - 1": "PCR 2",
        "4XT00292 - 2": "PCR 3",
        "new": None,
    }
    assert [(one["name"], one["warnings"]) for one in dvr["destinations"]] == [("Media RAID", [])]
    assert offers["primaries"]["playbox"]["ingests"][0]["channel"].startswith("PCR 1")


def test_the_numbers_of_what_happened(here: Mirror) -> None:
    job = here.record("COUNTED.mxf", 2)
    connection = http.client.HTTPConnection(here.daemon.url.removeprefix("http://"), timeout=60)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    (takes,) = (
        line for line in text.splitlines() if "takes_total" in line and '"PCR 2"' in line and "{" in line
    )
    assert float(takes.rpartition(" ")[2]) == 1.0
    here.playbox.end_job(job)
