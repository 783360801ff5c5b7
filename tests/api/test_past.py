"""What is read from the history over real sockets: who waits for whom, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.world.api_server import Server, serving
from tests.world.unix_client import ask
from vrmon.api.backend import Page


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


def test_a_page_is_asked_for_on_both_listeners(server: Server) -> None:
    query = (
        "kind=job&from=2026-11-26T06:00:00%2B01:00&to=2026-11-27T05:00:00Z&channel=PCR%201&after=x&limit=7"
    )
    answer = requests.get(f"{server.url}/history?{query}", timeout=60)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json() == {"items": [], "next": None, "holes": []}
    assert ask(server.unix_socket, "GET", f"/history?{query.replace('%2B', '+')}")[0] == 200
    assert requests.get(f"{server.url}/history", timeout=60).status_code == 200
    page = Page("job", 1795669200.0, 1795755600.0, "PCR 1", "x", 7)
    assert server.backend.pages == [page, page, Page("event")]


def test_a_report_is_asked_for_on_both_listeners(server: Server) -> None:
    answer = requests.get(f"{server.url}/report?from=2026-11-26&channel=PCR%201&other=x", timeout=60)
    assert answer.json() == {"jobs": []}
    assert ask(server.unix_socket, "GET", "/report?day=last")[0] == 200
    assert server.backend.reports == [{"from": "2026-11-26", "channel": "PCR 1"}, {"day": "last"}]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("from=yesterday", "from is not a time such as"),
        ("to=0001-01-01T00:00:00", "to is not a time such as"),
        ("limit=0", "limit is a whole number, 1 to 500"),
        ("limit=501", "limit is a whole number, 1 to 500"),
        ("limit=x", "limit is a whole number, 1 to 500"),
        ("kind=nonsense", "a kind is one of"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused(server: Server, query: str, why: str) -> None:
    answer = requests.get(f"{server.url}/history?{query}", timeout=60)
    assert answer.status_code == 400
    assert why in answer.json()["error"]


def test_without_a_history_the_reason_is_told(server: Server) -> None:
    server.backend.healthy = False
    answer = requests.get(f"{server.url}/history", timeout=60)
    assert (answer.status_code, answer.json()) == (503, {"error": "Cannot read the history: there is none."})


def test_strangers_wait_for_one_another_and_nobody_here_waits_for_them(server: Server) -> None:
    server.backend.is_reading = True
    codes: list[int] = []

    def stranger() -> None:
        codes.append(requests.get(f"{server.url}/history", timeout=60).status_code)

    threads = [threading.Thread(target=stranger) for _ in range(12)]
    for one in threads:
        one.start()
    server.wait(lambda: len(codes) == 4)
    assert codes == [503] * 4, "too many wait"
    assert len(server.backend.pages) == 1, "one is answered at a time"
    local = threading.Thread(target=lambda: ask(server.unix_socket, "GET", "/history"))
    local.start()
    server.wait(lambda: len(server.backend.pages) == 2)
    assert requests.get(f"{server.url}/status", timeout=60).status_code == 200
    server.backend.is_reading = False
    for one in (*threads, local):
        one.join(60)
    assert sorted(codes) == [200] * 8 + [503] * 4


def test_a_stranger_who_goes_away_makes_no_room(server: Server) -> None:
    server.backend.is_reading = True
    for _ in range(2):
        with pytest.raises(requests.Timeout):
            requests.get(f"{server.url}/history", timeout=0.3)
    assert len(server.backend.pages) == 1, "the first is still being answered"
    server.backend.is_reading = False
    assert requests.get(f"{server.url}/history", timeout=60).status_code == 200
