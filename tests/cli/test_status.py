"""`vrmon status` before the real API, with documents of every kind."""

from __future__ import annotations

import datetime
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.world import scenes
from tests.world.api_server import Server, serving
from tests.world.command import on_terminal, vrmon
from tests.world.random_json import random_json
from vrmon.cli import signs
from vrmon.cli.board import board, fitted, lately

KEYS = [
    "health",
    "summary",
    "problems",
    "primaries",
    "dvrs",
    "channels",
    "unmapped",
    "recent",
    "now",
    "uptime",
]
PARTS = ["name", "phase", "mode", "job", "take", "basename", "verified", "recording", "problem", "severity"]
WHOLE = scenes.document("recording")
HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold red]:skull:\u202edlrow\nnext\ud800"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


def show(server: Server, *states: str, **more: Any) -> None:
    server.backend.document = scenes.document(*states, **more)


def printed(document: Any, width: int = 80) -> str:
    out = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    out.print(board(document), lately(document, 5))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


@pytest.mark.parametrize(
    ("states", "code", "word"),
    [
        (("recording", "idle"), 0, "● Safe"),
        (("recording", "preflight"), 1, "▲ At risk"),
        (("recording", "preflight", "blocked"), 2, "✖ Not safe"),
    ],
)
def test_the_exit_status_and_the_first_line_tell_the_health(
    server: Server, states: tuple[str, ...], code: int, word: str
) -> None:
    show(server, *states)
    done = vrmon("status", "--socket", server.unix_socket)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.startswith(f"{word}  1 of ")
    assert vrmon("status", "--json", "--socket", server.unix_socket).returncode == code


def test_json_is_the_document_itself(server: Server) -> None:
    show(server, *scenes.EVERY_STATE)
    done = vrmon("status", "--json", "--socket", server.unix_socket)
    assert json.loads(done.stdout) == {**server.backend.document, "now": json.loads(done.stdout)["now"]}
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize("state", scenes.EVERY_STATE)
def test_every_state_is_told_in_words_within_80_columns(state: str) -> None:
    document = scenes.document("recording", state)
    text = printed(document, width=80)
    assert max(map(len, text.splitlines())) <= 80
    channel = document["channels"][1]
    words = " ".join(text.split())
    for told in (channel["name"], channel["word"], document["word"], "movierecorder"):
        assert told in words
    for problem in document["causes"]:
        assert problem["message"] in words
        assert problem["hint"] in words
    row = next(line for line in text.splitlines() if line.startswith("PCR 2"))
    if channel["take"]:
        assert channel["take"]["name"] in row


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_a_pipe_gets_one_line_a_thing(server: Server, columns: str) -> None:
    show(server, *scenes.EVERY_STATE)
    document = server.backend.document
    long = document["channels"][0]["job"]["basename"] = "A" * 300
    done = vrmon("status", "--socket", server.unix_socket, environ={"COLUMNS": columns})
    told = done.stdout.splitlines()
    assert len(told) == 1 + sum(
        len(document[kind]) for kind in ("causes", "channels", "primaries", "dvrs", "unmapped")
    )
    assert all(line == line.strip() or line.startswith("  ") for line in told)
    assert not [line for line in told if re.search(r"\S {3,}\S", line)], "padded"
    assert sum(long in line for line in told) >= 1
    for cause in document["causes"]:
        (line,) = (line for line in told if cause["message"] in line and cause["hint"] in line)
        assert all(name in line for name in cause["channels"])
    assert vrmon("--socket", server.unix_socket).returncode == 64


def test_without_a_command_it_is_the_status(server: Server, tmp_path: Path) -> None:
    show(server, "recording")
    environ = {"RUNTIME_DIRECTORY": str(server.unix_socket.parent)}
    assert vrmon(environ=environ).stdout == vrmon("status", environ=environ).stdout != ""


def test_the_row_of_a_channel_is_as_bad_as_the_document_says() -> None:
    text = printed(scenes.document("stale-primary", "idle"), width=100)
    rows = {line[:5]: line for line in text.splitlines() if line.startswith("PCR")}
    assert "▲ Keeping" in rows["PCR 1"]
    assert "▲ Not ready" in rows["PCR 2"], "its primary does not answer"


def test_a_channel_that_is_not_ready_is_shown_with_the_reason(server: Server) -> None:
    show(server, "stale-primary", "idle")
    told = vrmon("show", "PCR 2", "--socket", server.unix_socket).stdout
    assert "Not ready" in told
    silence = server.backend.document["channels"][1]["problem"]
    assert silence["subject"] != "PCR 2"
    assert silence["message"] in told.replace("\n", " ")


def test_a_pipe_gets_no_escapes_and_a_terminal_gets_colour_unless_asked_not_to(server: Server) -> None:
    show(server, *scenes.EVERY_STATE)
    arguments = ("status", "--socket", server.unix_socket)
    assert "\x1b" not in vrmon(*arguments).stdout
    raw = {}
    for name, environ in {"plain": {}, "without": {"NO_COLOR": "1"}}.items():
        with on_terminal(*arguments, environ=environ) as terminal:
            terminal.rest()
            raw[name] = terminal.raw
    assert "\x1b[31m" in raw["plain"] or "\x1b[1;31m" in raw["plain"]
    assert "\x1b[31m" not in raw["without"]
    assert "\x1b[1;31m" not in raw["without"]


def test_what_a_device_says_steers_no_terminal(server: Server) -> None:
    whole = scenes.document("recording", "blocked", dvrs={HOSTILE: scenes.device(HOSTILE, error=HOSTILE)})
    channel, problem = whole["channels"][0], whole["causes"][0]
    channel["job"]["basename"] = channel["take"]["name"] = channel["name"] = whole["summary"] = HOSTILE
    problem.update(code=HOSTILE, subject=HOSTILE, message=HOSTILE, hint=HOSTILE)
    server.backend.document = whole
    for environ in ({"LANG": "C.UTF-8"}, {"PYTHONIOENCODING": "ascii"}):
        done = vrmon("status", "--socket", server.unix_socket, environ=environ)
        assert done.returncode == 2
        assert not set("\x1b\x07\u202e") & set(done.stdout)
        assert done.stdout.count(":skull:") > 4
        assert done.stdout.count("[bold red]") > 4


def test_without_utf_8_every_sign_has_a_stand_in_of_its_own(server: Server) -> None:
    server.backend.document = scenes.document(*scenes.EVERY_STATE)
    server.backend.document["channels"][0]["job"]["basename"] = "Süd"
    posix = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = vrmon("status", "--socket", server.unix_socket, environ=posix)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.isascii()
    assert done.stdout.startswith("x Not safe")
    for told in (
        "* Recording",
        "o Idle",
        "~ Stopping",
        "! Keeping",
        "+ By hand",
        "x No backup",
        "> Connect or",
    ):
        assert told in done.stdout
    with_utf_8 = vrmon("status", "--socket", server.unix_socket).stdout
    assert done.stdout.count("?") == with_utf_8.count("?") + 1, "only the letter that ASCII lacks"
    known = {sign: signs.SIGNS.get(sign, sign) for sign in with_utf_8 if not sign.isascii()}
    assert {sign for sign, shown in known.items() if not shown.isascii()} == {"ü"}


@pytest.mark.parametrize("document", [{}, {"health": "splendid"}, {"health": None, "channels": {"a": 1}}])
def test_a_document_of_another_version_is_shown_as_far_as_it_goes(server: Server, document: Any) -> None:
    server.backend.document = document
    done = vrmon("status", "--socket", server.unix_socket)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("? ")


@given(st.sampled_from(KEYS), st.sampled_from(PARTS), random_json(*KEYS, *PARTS))
def test_no_document_is_too_odd(key: str, part: str, odd: Any) -> None:
    printed(odd)
    printed({**WHOLE, key: odd})
    printed({**WHOLE, "channels": [{**WHOLE["channels"][0], part: odd}, odd], "unmapped": [odd]})


def test_stale_sights_and_ages_are_told_as_they_are() -> None:
    shown = printed(scenes.document("stale-dvr"))
    assert "48 s ago" in shown
    never = scenes.device("http://10.1.85.53:8080", state="unknown", error="not polled yet")
    never["age"] = None
    assert "never" in printed(scenes.document(dvrs={"movierecorder": never}))


def test_a_time_of_another_day_has_its_day() -> None:
    held = scenes.document("hold")
    for ago in (0.0, 5 * 86400):
        held["channels"][0]["hold"]["until"] = time = scenes.rfc3339(ago)
        event = {"n": 1, "time": time, "severity": "info", "subject": "vrmon", "message": "Is up."}
        local = datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).astimezone()
        day = f"{local.date()} " if ago else ""
        shown = printed({**held, "recent": [event]})
        assert f" until {day}{local:%H:%M} " in " ".join(shown.split())
        assert f"\n{day}{local:%H:%M:%S}  · info" in shown


def test_a_narrow_terminal_breaks_no_name_into_pieces(server: Server) -> None:
    show(server, "recording", "continued", "by-hand", "died")
    with on_terminal("status", "--socket", server.unix_socket, columns=40) as terminal:
        text = terminal.rest().replace("\r", "")
    assert max(map(len, text.splitlines())) <= 40
    assert re.search(r"^PCR 1 +● Recording +NEWS_AT_TEN_01 *\n +0\.0 s ago *\n", text, re.MULTILINE)
    assert re.search(
        r"^PCR 2 +▲ Recording +SPORTS_DESK_02 *\n +0\.0 s ago +SPORTS_DESK_02_\w+ *\n", text, re.MULTILINE
    )
    assert re.search(r"^PCR 3 .*\n +on the DVR: *\n +REHEARSAL_MANUAL *\n", text, re.MULTILINE)
    assert re.search(
        r"^PCR 4 +✖ No backup +PARLIAMENT_LIVE_04 *\n +– *\n +up to \d+ s missing *\n", text, re.MULTILINE
    )
    assert re.search(r"^movierecorder +● ok +http://", text, re.MULTILINE)


@pytest.mark.parametrize("columns", [40, 60, 80, 132, 200])
def test_no_line_is_longer_than_the_terminal(server: Server, columns: int) -> None:
    show(server, *scenes.EVERY_STATE)
    document = server.backend.document
    with on_terminal("status", "--socket", server.unix_socket, columns=columns) as terminal:
        text = terminal.rest().replace("\r", "")
    assert max(map(len, text.splitlines())) <= columns
    words = "".join(text.split())
    for channel in document["channels"]:
        assert channel["name"].replace(" ", "") in words


def test_a_small_screen_leaves_out_what_matters_least() -> None:
    states = ["blocked" if n == 40 else "preflight" if n % 9 == 0 else "idle" for n in range(64)]
    document = scenes.document(*states)
    assert len(document.pop("causes")) == 2, "those that are alike are told once"
    screen = Console(file=io.StringIO(), width=80, height=24)
    lines = screen.render_lines(fitted(document, screen, 24), pad=False)
    text = "\n".join("".join(segment.text for segment in line) for line in lines)
    assert len(lines) <= 24
    assert "PCR 41" in text
    assert "The source is not on movierecorder: " in text
    assert "All 10 problems: vrmon status" in text
    assert "Not shown, for idle and without a problem: 55" in text


def test_it_imports_no_server(server: Server) -> None:
    done = vrmon("status", "--socket", server.unix_socket, environ={"PYTHONPROFILEIMPORTTIME": "1"})
    assert "requests" in done.stderr
    assert "aiohttp" not in done.stderr
    assert "vrmon.demo" not in done.stderr
