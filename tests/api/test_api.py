"""The HTTP API over real sockets: what each address answers, and who may ask for what."""

from __future__ import annotations

import getpass
import http.client
import logging
import os
import socket
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from tests.world import scenes
from tests.world.api_server import Server, serving
from tests.world.unix_client import ask
from vrmon.api.peer import Peer
from vrmon.model import Thumbnail

PAGE = Path(__file__).parents[2] / "vrmon/page"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def raw_answer(server: Server, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as sock:
        sock.sendall(request)
        answer = b""
        while chunk := sock.recv(65536):
            answer += chunk
    return answer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


def test_status_is_the_same_document_on_both_listeners(server: Server) -> None:
    answer = requests.get(f"{server.url}/status", timeout=60)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    status, local = ask(server.unix_socket, "GET", "/status")
    assert status == 200
    assert {**answer.json(), "now": ""} == {**local, "now": ""} == {**server.backend.document, "now": ""}


@pytest.mark.parametrize("path", ["/status", "/", "/metrics", "/nowhere", "/events"])
def test_every_answer_carries_the_safe_headers_and_no_version(server: Server, path: str) -> None:
    with requests.get(f"{server.url}{path}", timeout=60, stream=True) as answer:
        assert answer.headers["Server"] == "vrmon"
        assert answer.headers["Vrmon-Api"] == "1"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';")


def test_the_site_says_which_pages_may_show_the_board_in_a_frame(server: Server) -> None:
    def policy() -> str:
        with requests.get(f"{server.url}/", timeout=60) as answer:
            return answer.headers["Content-Security-Policy"]

    assert policy().endswith("; frame-ancestors 'self'")
    api = replace(server.settings(), frame_ancestors=("https://wall.example.org", "http://10.0.0.9:8080"))
    server.call(server.api.rebind(api))
    assert policy().endswith("; frame-ancestors 'self' https://wall.example.org http://10.0.0.9:8080")


@pytest.mark.parametrize(
    "path", ["/status", "/channels", "/health", "/", "/metrics", "/healthz", "/devices", "/events"]
)
def test_head_has_the_headers_without_the_body(server: Server, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for _ in range(2):  # the second on the same connection: nothing of the first is left in it
        connection.request("HEAD", path)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
    connection.close()


def test_health_is_503_when_the_loop_is_stuck(server: Server) -> None:
    assert requests.get(f"{server.url}/healthz", timeout=60).json()["healthy"] is True
    assert requests.get(f"{server.url}/health", timeout=60).status_code == 200
    server.backend.healthy = False
    answer = requests.get(f"{server.url}/healthz", timeout=60)
    assert answer.status_code == 503
    assert answer.json() == {"healthy": False, "why": "the loop is stuck"}
    assert requests.get(f"{server.url}/health", timeout=60).status_code == 503


def test_a_button_and_all_the_others_are_served_from_one_document(server: Server) -> None:
    made = server.backend.documents_made
    began = time.monotonic()
    for _ in range(10):
        for path in ("/status", "/channels", "/channels/PCR%201", "/health"):
            assert requests.get(f"{server.url}{path}", timeout=60).status_code == 200
    assert server.backend.documents_made - made <= 1 + (time.monotonic() - began) / 0.5


def test_unknown_addresses_and_methods_are_told_so_in_json(server: Server) -> None:
    missing = requests.get(f"{server.url}/page/../../etc/passwd", timeout=60)
    assert missing.status_code == 404
    assert missing.json()["error"].startswith("Cannot find ")
    wrong = requests.put(f"{server.url}/status", timeout=60)
    assert wrong.status_code == 405
    assert "GET" in wrong.headers["Allow"]
    assert wrong.json()["error"].startswith("Cannot PUT /status")


@pytest.mark.parametrize(
    "path",
    [
        "/reload",
        "/channels/PCR%201/hold",
        "/channels/PCR%201/stop",
        "/problems/take-died/PCR%201/ack",
        "/status",
    ],
)
def test_nothing_can_be_changed_over_tcp(server: Server, path: str) -> None:
    answer = requests.post(f"{server.url}{path}", json={"by": "mallory"}, timeout=60)
    assert answer.status_code == 403
    assert "vrmon command" in answer.json()["error"]
    assert server.backend.asked == []


def test_whatever_a_string_holds_the_document_is_json_in_one_line(server: Server) -> None:
    odd = "\ud800 lone, \u2028 line, \x00 nul, </script>, \n new, \u202e turned, 🎬"
    server.backend.document["summary"] = odd
    answer = requests.get(f"{server.url}/status", timeout=60)
    assert answer.json()["summary"] == odd.replace("\ud800", "?")
    assert b"\n" not in answer.content


def test_a_mistake_inside_is_logged_and_not_shown(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.backend.broken = True
    answer = requests.get(f"{server.url}/status", timeout=60)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text
    server.backend.broken = False
    assert requests.get(f"{server.url}/status", timeout=60).status_code == 200


def test_what_is_not_http_is_refused_politely(server: Server) -> None:
    answer = raw_answer(server, b"\x16\x03\x01 is this TLS?\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert b"aiohttp" not in answer
    assert b"Traceback" not in answer


def test_a_thumbnail_is_served_by_its_bytes_or_is_404(server: Server) -> None:
    name = "Stüdio 1/A {x} 100%?#"
    server.backend.thumbnails[name] = Thumbnail(PNG, 1_790_000_000.0)
    answer = requests.get(f"{server.url}/thumbnail/{quote(name, safe='')}", timeout=60)
    assert answer.content == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Last-Modified"] == "Mon, 21 Sep 2026 14:13:20 GMT"
    server.backend.thumbnails["PCR 1"] = Thumbnail(b"<script>alert(1)</script>", 0.0)
    for missing in ("PCR%201", "PCR%202"):
        assert requests.get(f"{server.url}/thumbnail/{missing}", timeout=60).status_code == 404


def test_who_asks_for_a_picture_over_the_socket_looks_at_that_channel_alone(server: Server) -> None:
    ask(server.unix_socket, "GET", "/thumbnail/PCR%201")
    requests.get(f"{server.url}/thumbnail/PCR%202", timeout=60)
    assert server.backend.pictures_asked == [("PCR 1", True), ("PCR 2", False)]


def test_a_host_of_a_pair_tells_the_other_its_word_and_a_single_one_has_none(server: Server) -> None:
    answer = requests.get(f"{server.url}/pair", timeout=60)
    assert (answer.status_code, answer.json()["error"]) == (404, "Cannot tell of a pair: this host is alone.")
    server.backend.word = {"leads": True}
    answer = requests.get(f"{server.url}/pair", timeout=60)
    assert (answer.status_code, answer.json()) == (200, {"leads": True})


def test_what_is_asked_is_not_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """The board alone asks each second: the journal is for what happens."""
    with caplog.at_level(logging.INFO):
        for path in ("/status", "/nowhere"):
            requests.get(f"{server.url}{path}", timeout=60)
    assert caplog.records == []


def test_the_page_is_asked_for_again_and_sent_only_when_new(server: Server) -> None:
    first = requests.get(f"{server.url}/", timeout=60)
    assert first.headers["Content-Type"] == "text/html; charset=utf-8"
    assert first.headers["Cache-Control"] == "no-cache"
    again = requests.get(f"{server.url}/", headers={"If-None-Match": first.headers["ETag"]}, timeout=60)
    assert again.status_code == 304
    assert again.content == b""


class TestControl:
    def test_hold_auto_and_stop_reach_the_daemon_with_who_asked(self, server: Server) -> None:
        by = {"by": getpass.getuser()}
        hold = {"seconds": 7200, "reason": "rewiring", **by}
        assert ask(server.unix_socket, "POST", "/channels/PCR%201/hold", hold)[0] == 200
        assert ask(server.unix_socket, "POST", "/channels/PCR%201/auto", by)[0] == 200
        status, answer = ask(server.unix_socket, "POST", "/channels/PCR%201/stop", by)
        assert (status, answer) == (200, {"message": "PCR 1 is stopping."})
        who = f"{getpass.getuser()} (uid {os.getuid()})"
        assert server.backend.asked == [
            ("hold", "PCR 1", 7200.0, "rewiring", who),
            ("auto", "PCR 1", who),
            ("stop", "PCR 1", who),
        ]

    def test_a_drill_is_begun_and_its_result_is_for_the_status_to_tell(self, server: Server) -> None:
        path, who = "/channels/PCR%201/drill", f"alice (uid {os.getuid()})"
        assert ask(server.unix_socket, "POST", path, {"by": "alice"})[0] == 202
        assert ask(server.unix_socket, "POST", path, {"seconds": 600, "by": "alice"})[0] == 202
        assert server.backend.asked == [("drill", "PCR 1", None, who), ("drill", "PCR 1", 600.0, who)]
        assert ask(server.unix_socket, "POST", path, {"seconds": 601})[0] == 400
        server.backend.control_error = "Cannot drill PCR 1: it is on hold."
        assert ask(server.unix_socket, "POST", path) == (409, {"error": "Cannot drill PCR 1: it is on hold."})

    def test_a_person_acknowledges_a_problem_and_takes_it_back(self, server: Server) -> None:
        server.backend.document = scenes.document("preflight")
        (problem,) = server.backend.document["problems"]
        path = f"/problems/{problem['code']}/{quote(problem['subject'])}"
        body = {"for": 60, "note": "n" * 201, "by": "alice"}
        assert ask(server.unix_socket, "POST", f"{path}/ack", body)[0] == 200
        assert ask(server.unix_socket, "POST", f"{path}/ack", {"by": "alice"})[0] == 200
        assert ask(server.unix_socket, "POST", f"{path}/unack", {"by": "alice"})[0] == 200
        who, key = f"alice (uid {os.getuid()})", (problem["code"], problem["subject"])
        assert server.backend.asked == [
            ("ack", *key, 60.0, "n" * 200, who),
            ("ack", *key, 12 * 3600.0, "", who),
            ("unack", *key, who),
        ]
        for wrong in ({"for": 0}, {"for": 12 * 3600 + 1}, {"for": "1h"}, {"for": True}, {"note": 5}):
            assert ask(server.unix_socket, "POST", f"{path}/ack", wrong)[0] == 400
        for verb in ("ack", "unack"):
            assert ask(server.unix_socket, "POST", f"/problems/take-died/a/b/{verb}")[0] == 404
        assert len(server.backend.asked) == 3

    def test_who_asked_is_in_the_log(self, server: Server, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        ask(server.unix_socket, "POST", "/channels/PCR%201/auto", {"by": "alice\n\x1b[31m"})
        (record,) = [r for r in caplog.records if hasattr(r, "ACTION")]
        told = vars(record)
        assert told["BY"] == f"alice[31m (uid {os.getuid()})"
        assert told["PEER_PID"] == os.getpid()
        assert (told["ACTION"], told["CHANNEL"]) == ("auto", "PCR 1")

    def test_a_hold_lasts_a_year_at_most_and_has_a_reason_of_two_hundred_characters(
        self, server: Server
    ) -> None:
        path = "/channels/PCR%201/hold"
        body = {"seconds": 366 * 86400, "reason": "r" * 201, "by": "b" * 65}
        assert ask(server.unix_socket, "POST", path, body)[0] == 200
        (told,) = server.backend.asked
        assert told == ("hold", "PCR 1", 366 * 86400.0, "r" * 200, f"{'b' * 64} (uid {os.getuid()})")
        status, answer = ask(server.unix_socket, "POST", path, {"seconds": 366 * 86400 + 1})
        assert (status, answer["error"].partition(":")[0]) == (400, "Cannot hold for that long")

    def test_a_hold_without_an_end(self, server: Server) -> None:
        assert ask(server.unix_socket, "POST", "/channels/PCR%201/hold", {"seconds": None})[0] == 200
        assert server.backend.asked[0][2] is None

    @pytest.mark.parametrize(
        "body",
        [
            b"not json",
            b"[]",
            b'"text"',
            b"[" * 60_000,
            b"\xff\xfe",
            {"seconds": 0},
            {"seconds": -1},
            {"seconds": True},
            {"seconds": "7200"},
            b'{"seconds": NaN}',
            b'{"seconds": Infinity}',
            {"seconds": 10**400},
            {"reason": 5},
            {"by": ["alice"]},
        ],
        ids=lambda body: repr(body)[:30],
    )
    def test_a_body_that_makes_no_sense_is_refused(self, server: Server, body: object) -> None:
        status, answer = ask(server.unix_socket, "POST", "/channels/PCR%201/hold", body)
        assert status == 400
        assert answer["error"].startswith("Cannot ")
        assert server.backend.asked == []

    def test_a_body_that_is_too_long_is_refused(self, server: Server) -> None:
        status, answer = ask(server.unix_socket, "POST", "/channels/PCR%201/hold", {"reason": "x" * 70_000})
        assert (status, answer) == (413, {"error": "Cannot take the request: its body is too long."})

    def test_unknown_channels_are_404_and_refusals_409(self, server: Server) -> None:
        assert ask(server.unix_socket, "POST", "/channels/PCR%209/stop", {})[0] == 404
        server.backend.control_error = "Cannot stop PCR 1: its job is active. Put it on hold first."
        status, answer = ask(server.unix_socket, "POST", "/channels/PCR%201/stop", {})
        assert (status, answer) == (409, {"error": server.backend.control_error})

    def test_reload_says_what_came_of_it(self, server: Server) -> None:
        assert ask(server.unix_socket, "POST", "/reload") == (200, {"message": "Reloaded."})
        server.backend.complaints = ("vrmon.toml:3: dvr.x: unknown key", "vrmon.toml:9: sync: wrong")
        status, answer = ask(server.unix_socket, "POST", "/reload", {})
        assert status == 422
        assert answer["complaints"] == list(server.backend.complaints)
        assert answer["error"].startswith("Cannot reload:")


@pytest.mark.parametrize(
    ("uid", "name", "called"),
    [
        (1000, "alice", "alice (uid 1000)"),
        (0, "", "somebody (uid 0)"),
        (65534, "alice", "alice"),
        (65534, " \x00\n ", "somebody"),
        (65535, "bob", "bob (uid 65535)"),
    ],
)
def test_who_asked_is_called_by_name_and_by_what_the_kernel_knows(uid: int, name: str, called: str) -> None:
    assert Peer(1, uid).called(name) == called


def test_every_file_of_the_page_is_served_as_what_it_is(server: Server) -> None:
    types = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    files = [one for one in PAGE.iterdir() if one.suffix in types]
    assert len(files) > 8
    for file in files:
        answer = requests.get(f"{server.url}/page/{file.name}", timeout=60)
        assert answer.content == file.read_bytes()
        assert answer.headers["Content-Type"] == f"{types[file.suffix]}; charset=utf-8"
    assert requests.get(f"{server.url}/page/__init__.py", timeout=60).status_code == 404


def test_the_socket_is_for_owner_and_group_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for mask in (0, 0o777):
            os.umask(mask)
            folder = tmp_path / f"mask{mask}"
            os.umask(0o022)
            folder.mkdir()
            os.umask(mask)
            with serving(folder) as server:
                assert stat.S_IMODE(server.unix_socket.stat().st_mode) == 0o660
    finally:
        os.umask(before)


def test_what_was_just_caused_is_seen_at_once_over_the_socket(server: Server) -> None:
    first = ask(server.unix_socket, "GET", "/status")[1]
    server.backend.document = scenes.document("blocked")
    server.changed()
    second = ask(server.unix_socket, "GET", "/status")[1]
    assert (first["health"], second["health"]) == ("ok", "critical")


def test_half_a_second_later_it_is_seen_over_tcp(server: Server) -> None:
    def health() -> str:
        return str(requests.get(f"{server.url}/status", timeout=60).json()["health"])

    assert health() == "ok"
    server.backend.document = scenes.document("blocked")
    server.changed()
    time.sleep(0.5)
    assert health() == "critical"


@pytest.mark.parametrize(
    "path", ["/status", "/channels", "/channels/PCR%201", "/health", "/devices", "/metrics"]
)
def test_one_document_is_made_for_all_who_ask_in_half_a_second(server: Server, path: str) -> None:
    began, made = time.monotonic(), server.backend.documents_made
    answers = set()
    for _ in range(40):
        answers.add(requests.get(f"{server.url}{path}", timeout=60).content)
        server.changed()
    intervals = (time.monotonic() - began) / 0.5
    assert 1 <= server.backend.documents_made - made <= 1 + intervals
    assert len(answers) <= 1 + intervals
