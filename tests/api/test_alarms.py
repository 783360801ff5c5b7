"""POST /alarms: how the ways of vrmon-alarm do, said by it every few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.world.api_server import Server, serving
from tests.world.unix_client import ask
from vrmon.model import Seen


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


def test_the_daemon_hears_why_each_way_fails(server: Server) -> None:
    ways: list[dict[str, Any]] = [
        {"way": "webhook", "failing": None},
        {"way": "mail", "failing": "no\nanswer"},
    ]
    assert ask(server.unix_socket, "POST", "/alarms", {"ways": ways})[0] == 200
    assert server.backend.asked == [("alarms", {"mail": "no answer"})]
    endless = [{"way": f"way {number}", "failing": "x" * 5000} for number in range(12)]
    assert ask(server.unix_socket, "POST", "/alarms", {"ways": endless})[0] == 200
    assert all(len(why) <= 200 for why in server.backend.asked[-1][1].values())


def test_the_daemon_hears_what_pictures_show(server: Server) -> None:
    pictures = [
        {"channel": "PCR 1", "black": 30.5, "frozen": None, "age": 4},
        {"channel": "PCR 2", "black": 0, "frozen": 61, "age": 0},
        {"channel": "PCR 3", "black": None, "frozen": None, "age": None},
    ]
    body = {"ways": [], "pictures": pictures}
    assert ask(server.unix_socket, "POST", "/alarms", body)[0] == 200
    assert server.backend.seen == [
        Seen("PCR 1", 30.5, None, 4.0),
        Seen("PCR 2", 0.0, 61.0, 0.0),
        Seen("PCR 3", None, None, None),
    ]
    assert ask(server.unix_socket, "POST", "/alarms", {"ways": []})[0] == 200
    assert server.backend.seen == []


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"ways": 1}, {"ways": [1]}, {"ways": [{"way": 1}]}, {"ways": [{"way": "a", "failing": 1}]}, []),
        *({"ways": [], "pictures": wrong} for wrong in (1, [1], [{"channel": 1}])),
        *(
            {"ways": [], "pictures": [{"channel": "a", "black": wrong}]}
            for wrong in ("1", True, False, -1, 1e9)
        ),
    ],
)
def test_what_cannot_be_read_is_refused_and_changes_nothing(server: Server, body: object) -> None:
    code, answer = ask(server.unix_socket, "POST", "/alarms", body)
    assert code == 400
    assert answer["error"].startswith("Cannot read the request: ")
    assert server.backend.asked == []


def test_nobody_says_it_over_tcp(server: Server) -> None:
    answer = requests.post(f"{server.url}/alarms", json={"ways": []}, timeout=60)
    assert answer.status_code in (403, 404, 405)
    assert server.backend.asked == []
