"""The OBS driver: what it asks over the WebSocket, and what it makes of whatever comes back."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world.command import ROOT
from tests.world.hostile import Hostile, once, silent
from tests.world.mirror import wait
from tests.world.running import PATIENCE
from vrmon.devices.contract import Dvr
from vrmon.devices.obs import progress
from vrmon.devices.obs.answers import parse_destination, parse_source
from vrmon.devices.obs.driver import connector
from vrmon.devices.obs.names import LONGEST, fit, may_show, name_of
from vrmon.devices.obs.progress import Progress
from vrmon.devices.obs.session import Reply
from vrmon.errors import BadAnswer, PasswordRefused, Refused, Unreachable
from vrmon.model import Destination, Source
from vrmon.settings import DeviceSettings
from vrmon.simulator import Obs, PlayBox, serving
from vrmon.simulator.served.faults import LATE, REPLACING, SPOILING

TIMEOUT = 1.5
SECRET = "pass % wörd"
FORMAT, KEPT = ("Output", "FilenameFormatting"), ("vrmon", "FilenameFormatting")

_opened: list[Dvr] = []


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def client_of(url: str, password: str = "", timeout: float = 5.0) -> Dvr:
    _opened.append(connector(DeviceSettings("obs", url, timeout=timeout, password=password))())
    return _opened[-1]


@pytest.fixture
def obs() -> Iterator[Obs]:
    with serving(Obs()) as device:
        device.switch(stop_visible_after=0.0)
        yield device


def test_it_tells_when_a_recording_began_by_how_long_it_has_lasted(obs: Obs) -> None:
    client = client_of(obs.url)
    assert client.sources().seen[0].starts is None
    before = time.time()
    client.record("1", "NEWS")
    after = time.time()

    def starts() -> float | None:
        return client.sources().seen[0].starts

    wait(lambda: time.time() > after + 1.5, "a while")
    asked = time.time()
    told = starts()
    assert told is not None
    assert before - 0.01 <= told <= after + (time.time() - asked) + 0.01
    obs.pause_by_hand()
    wait(lambda: client.sources().seen[0].is_paused, "its pause")
    assert starts() is None, "a pause does not count"


@pytest.mark.parametrize("mode", ["simple", "advanced", "custom"])
def test_it_records_under_the_name_that_it_is_given_and_stops(obs: Obs, mode: str) -> None:
    obs.switch(mode=mode)
    client = client_of(obs.url)
    assert client.sources().seen == (Source("1", "OBS", destinations=("recordings",)),)
    client.record("1", "NEWS 100%ss")
    assert client.sources().seen == (
        Source("1", "OBS", is_recording=True, recording_name="NEWS 100%ss", destinations=("recordings",)),
    )
    assert client.source("1") == client.sources().seen[0]
    client.stop("1")
    assert not client.sources().seen[0].is_recording
    assert [take.name for take in obs.takes] == ["NEWS 100%ss"]


@pytest.mark.parametrize("name", ["NEWS  AT SIX", "NEWS\u00a0AT SIX", "\U0001f469\u200d\U0001f680"])
def test_a_name_is_shown_with_every_sign_that_its_file_has(obs: Obs, name: str) -> None:
    client = client_of(obs.url)
    client.record("1", fit(name))
    assert client.sources().seen[0].recording_name == name
    assert [take.name for take in obs.takes] == [name]


def test_the_operators_names_are_his_own_again_at_once(obs: Obs) -> None:
    obs.set_format("%CCYY %hh")
    client = client_of(obs.url)
    client.record("1", "SHOW")
    assert obs.profile[FORMAT] == "%CCYY %hh"
    with pytest.raises(Refused, match=r"refused to record: it records already \(500\)"):
        client.record("1", "OTHER")
    assert obs.profile[FORMAT] == "%CCYY %hh"
    assert [take.name for take in obs.takes] == ["SHOW"]


def test_a_name_that_was_left_in_the_profile_is_the_operators_again_when_nothing_comes_of_it(
    obs: Obs,
) -> None:
    """A vrmon that died in the midst of a start has left it."""
    obs.profile[FORMAT], obs.profile[KEPT] = "SHOW", "%CCYY %hh"
    client = client_of(obs.url)
    wait(lambda: not client.sources().seen[0].is_recording and KEPT not in obs.profile, "the operator's name")
    assert obs.profile == {FORMAT: "%CCYY %hh"}


def test_a_start_that_a_vrmon_died_with_gets_its_name_all_the_same(obs: Obs) -> None:
    obs.switch(started_after=0.5)
    obs.profile[FORMAT], obs.profile[KEPT] = "SHOW", "%CCYY %hh"
    obs.request("StartRecord", {})
    client = client_of(obs.url)
    wait(lambda: client.sources().seen[0].is_recording, "the recording")
    assert [take.name for take in obs.takes] == ["SHOW"]
    wait(lambda: client.sources().seen[0].is_recording and KEPT not in obs.profile, "the operator's name")
    assert obs.profile == {FORMAT: "%CCYY %hh"}


def test_a_name_that_was_left_is_not_taken_for_the_operators_own(obs: Obs) -> None:
    obs.profile[FORMAT], obs.profile[KEPT] = "SHOW", "%CCYY %hh"
    client_of(obs.url).record("1", "NEXT")
    assert obs.profile == {FORMAT: "%CCYY %hh"}
    assert [take.name for take in obs.takes] == ["NEXT"]


def test_the_next_look_puts_back_what_a_start_that_went_wrong_has_left(obs: Obs) -> None:
    connect = connector(DeviceSettings("obs", obs.url, timeout=5.0))
    polls, starts = connect(), connect()
    _opened.extend((polls, starts))
    usual = obs.profile[FORMAT]
    polls.sources()
    obs.fault("drop", "GetRecordStatus", times=1)
    with pytest.raises(Unreachable):
        starts.record("1", "SHOW")
    assert obs.profile[FORMAT] == "SHOW"
    obs.wait_until(lambda: obs.running)
    assert polls.sources().seen[0].recording_name == "SHOW"
    assert obs.profile == {FORMAT: usual}


def test_a_start_that_is_obeyed_late_gets_its_name_all_the_same(obs: Obs) -> None:
    obs.switch(started_after=0.5)
    client_of(obs.url).record("1", "SHOW")
    assert [take.name for take in obs.takes] == ["SHOW"]
    assert obs.profile[FORMAT].startswith("%CCYY")


def test_what_is_not_ready_yet_gives_no_answer(obs: Obs) -> None:
    client = client_of(obs.url)
    obs.switch(ready=False)
    with pytest.raises(Unreachable, match="is not ready"):
        client.sources()
    with pytest.raises(Unreachable, match="is not ready"):
        client.record("1", "SHOW")
    obs.switch(ready=True)
    assert not client.sources().seen[0].is_recording
    assert obs.profile[FORMAT].startswith("%CCYY")


def test_what_does_not_tell_its_names_records_under_its_own(obs: Obs) -> None:
    obs.set_format("MORNING")
    obs.fault("error", "GetProfileParameter")
    client_of(obs.url).record("1", "SHOW")
    obs.wait_until(lambda: obs.running)
    assert [take.name for take in obs.takes] == ["MORNING"]
    assert obs.profile == {FORMAT: "MORNING"}


def test_where_nothing_is_set_obs_has_its_own_names_again(obs: Obs) -> None:
    obs.switch(default_told=False)
    del obs.profile[FORMAT]
    client_of(obs.url).record("1", "SHOW")
    assert [take.name for take in obs.takes] == ["SHOW"]
    assert obs.profile == {FORMAT: "%CCYY-%MM-%DD %hh-%mm-%ss"}


def test_a_password_is_proved_and_never_sent() -> None:
    with serving(Obs(SECRET)) as obs:
        assert client_of(obs.url, SECRET).sources().seen
        for wrong, words in (("", "wants a password."), ("other", "refused the password that it was given.")):
            with pytest.raises(PasswordRefused, match=words.replace(".", r"\.")):
                client_of(obs.url, wrong).sources()


def client_of_a_paused(obs: Obs) -> Dvr:
    """Of one that an operator has paused in the midst of a take."""
    client = client_of(obs.url)
    client.record("1", "SHOW")
    obs.pause_by_hand()
    assert client.sources().seen[0].is_paused
    return client


@pytest.mark.parametrize(
    ("code", "words"),
    [(501, "it does not record"), (502, "it is paused"), (503, "it is not paused"), (999, "no reason given")],
)
def test_what_it_refuses_without_a_word_is_told_in_words(obs: Obs, code: int, words: str) -> None:
    obs.fault("error", "StopRecord", status=code)
    with pytest.raises(Refused, match=rf"refused to stop: {words} \({code}\)"):
        client_of(obs.url).stop("1")


def test_a_paused_take_goes_on(obs: Obs) -> None:
    client = client_of_a_paused(obs)
    client.resume("1")
    source = client.sources().seen[0]
    assert (source.is_recording, source.is_paused) == (True, False)
    with pytest.raises(Refused, match=r"refused to resume: it is not paused \(503\)"):
        client.resume("1")
    client.stop("1")  # it would not, if it had gone on within a picture of its pause
    assert not client.sources().seen[0].is_recording


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_recording_that_is_called_paused_since_another_was_is_not(obs: Obs, is_seen: bool) -> None:
    client = client_of(obs.url)
    client.record("1", "SHOW")
    obs.pause_at_the_end()
    if is_seen:
        assert not client.sources().seen[0].is_recording
    client.record("1", "NEXT")
    source = client.sources().seen[0]
    assert (source.is_recording, source.is_paused) == (True, not is_seen)
    with pytest.raises(Refused, match="not paused"):
        client.resume("1")
    source = client.sources().seen[0]
    assert (source.is_recording, source.is_paused) == (True, False)


def test_a_take_that_is_paused_goes_on_so_that_it_can_end(obs: Obs) -> None:
    client = client_of_a_paused(obs)
    client.stop("1")
    (take,) = obs.takes
    assert take.ended is not None
    ((_, resumed),) = take.pauses
    assert resumed is not None
    assert resumed < take.ended  # an end alone ends the pause with it


def test_a_recording_to_which_nothing_is_added_is_none(obs: Obs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "STILL", 0.3)
    obs.switch(writes=False)
    client = client_of(obs.url)
    client.record("1", "SHOW")
    wait(lambda: client.sources().seen[0].destinations == (), "nothing is written")
    (warning,) = client.destinations()[0].warnings
    assert "writes nothing" in warning
    obs.switch(writes=True)
    wait(lambda: client.sources().seen[0].destinations == ("recordings",), "it goes on")
    assert client.destinations()[0].warnings == ()


def test_what_is_written_is_looked_for_while_it_records_and_is_not_paused() -> None:
    watched = Progress()

    def look(now: float, active: bool = True, paused: bool = False, **written: int | None) -> bool:
        data: dict[str, object] = {"outputActive": active, "outputPaused": paused, **written}
        return watched.look(Reply(True, 100, "", data), now)

    assert not look(0.0, active=False, outputBytes=7, outputDuration=0)
    assert not look(20.0, outputBytes=7, outputDuration=0)
    assert not look(29.9, outputBytes=7, outputDuration=0)
    assert look(30.1, outputBytes=7, outputDuration=0)
    assert not look(30.2, outputBytes=8, outputDuration=100)
    assert not look(90.0, paused=True, outputBytes=8, outputDuration=100)
    assert not look(99.9, outputBytes=8, outputDuration=100)
    assert look(110.0, outputBytes=8, outputDuration=100)
    assert not look(110.1, outputBytes=None, outputDuration=100)
    assert not look(200.0, outputBytes=None, outputDuration=100)


def test_what_keeps_it_from_recording_is_told_beforehand(obs: Obs) -> None:
    client = client_of(obs.url)
    assert client.destinations() == (Destination("recordings", "/home/obs/Videos"),)
    obs.free = 1000.0
    client.record("1", "SHOW")
    obs.drop_pictures(0.07)
    assert client.destinations()[0].warnings == (
        "less than 2 GB of room is left",
        "more than 5 % of the pictures are dropped",
    )
    obs.fill_disk()
    assert client.sources().seen[0].destinations == ()
    assert client.destinations()[0].warnings == (
        "less than 50 MB of room is left, and OBS records nothing then",
    )


@pytest.mark.parametrize("number", [10**400, float("inf"), -(10**400), 1e300])
def test_a_number_that_nothing_can_be_is_none(number: float) -> None:
    told = Reply(True, 100, "", dict.fromkeys(("outputDuration", "availableDiskSpace"), number))
    status = told._replace(data={**told.data, "outputActive": True})
    source = parse_source(status, (), told, 0.0, is_paused=False, is_still=False)
    assert (source.starts, source.destinations) == (None, ("recordings",))
    assert parse_destination(told, told, (told,), is_still=False).warnings == ()


def test_a_start_that_nothing_comes_of_is_a_success_to_obs_and_no_recording(obs: Obs) -> None:
    obs.fill_disk()
    client = client_of(obs.url)
    client.record("1", "SHOW")
    assert not client.sources().seen[0].is_recording


def test_it_shows_its_scene(obs: Obs) -> None:
    assert client_of(obs.url).thumbnail("1").startswith(b"\xff\xd8\xff")
    obs.switch(picture="absent")
    with pytest.raises(Refused, match="refused to show its scene: Failed to render"):
        client_of(obs.url).thumbnail("1")


def test_a_connection_that_it_closed_between_two_looks_is_opened_anew(obs: Obs) -> None:
    client = client_of(obs.url)
    client.sources()
    obs.drop_connections()
    assert client.sources().seen
    obs.refuse()
    with pytest.raises(Unreachable, match="refused the connection"):
        client.sources()
    obs.listen_again()
    assert client.sources().seen


@pytest.mark.parametrize("kind", sorted((REPLACING | SPOILING | LATE) - {"interim", "close", "delay"}))
def test_no_fault_is_taken_for_an_answer(obs: Obs, kind: str) -> None:
    client = client_of(obs.url, timeout=TIMEOUT)
    client.sources()
    obs.fault(kind, "GetRecordStatus", seconds=2 * TIMEOUT)
    began = time.monotonic()
    with pytest.raises((Unreachable, BadAnswer)) as raised:
        client.sources()
    assert time.monotonic() - began < 20 * TIMEOUT
    assert len(str(raised.value)) < 500
    obs.clear_faults()
    assert client.sources().seen


@pytest.mark.parametrize(
    ("said", "told"), [(b"You are kicked.", r"\(4011\): You are kicked\.$"), (b"", r"\(4011\)$")]
)
def test_why_it_closed_the_connection_is_told(obs: Obs, said: bytes, told: str) -> None:
    client = client_of(obs.url)
    client.sources()
    code = (4011).to_bytes(2, "big")  # as when its operator ends the session
    obs.fault("body", "GetRecordStatus", body=bytes([0x88, 2 + len(said)]) + code + said)
    with pytest.raises(Unreachable, match=rf"closed the connection {told}"):
        client.sources()


def test_what_speaks_http_alone_is_not_taken_for_one() -> None:
    with serving(PlayBox()) as other, pytest.raises(BadAnswer, match=r"no WebSocket server of OBS says\. Is"):
        client_of(other.url.replace("http", "ws")).sources()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://obs.example/\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nServer: \xff\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 many\r\n\r\n",
        b"\r\n",
    ],
)
def test_an_odd_answer_to_the_handshake_is_told(answer: bytes) -> None:
    with Hostile(once(answer)) as other, pytest.raises(BadAnswer, match=r"no WebSocket server of OBS says"):
        client_of(other.url.replace("http", "ws")).sources()


def test_a_redirect_is_not_followed() -> None:
    with Hostile(silent) as elsewhere:
        answer = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url.replace('http', 'ws')}/\r\n\r\n".encode()
        asked = threading.Thread(target=_ask_in_vain, args=(answer,), daemon=True)
        asked.start()
        asked.join(PATIENCE)
        assert not asked.is_alive(), "it waits for somebody else, without an end"
        assert elsewhere.connections == 0


def _ask_in_vain(answer: bytes) -> None:
    with Hostile(once(answer)) as redirecting, pytest.raises(BadAnswer):
        client_of(redirecting.url.replace("http", "ws"), timeout=TIMEOUT).sources()


def test_without_its_package_it_says_which_one_it_lacks() -> None:
    program = """
import sys
sys.modules["websocket"] = None
from vrmon.devices.obs.driver import connector
from vrmon.settings import DeviceSettings
try:
    connector(DeviceSettings("obs", "ws://127.0.0.1:9"))().sources()
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.startswith("Unreachable obs (127.0.0.1:9) cannot be asked: python3-websocket is not")


@pytest.mark.parametrize(
    ("name", "fitted"),
    [
        ("../../etc/x", "___.._etc_x"),
        ("A:B?C*D", "A_B_C_D"),
        ("100%", "100%"),
        ("Новости", "Новости"),
    ],
)
def test_a_name_stays_in_the_folder_that_obs_records_to(name: str, fitted: str) -> None:
    assert fit(name) == fitted


@given(st.text())
def test_every_name_fits_and_stays_so(name: str) -> None:
    fitted = fit(name)
    assert not set(fitted) & set("/\\")
    assert len(fitted.encode()) <= LONGEST
    assert fit(fitted) == fitted


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/obs/SHOW A (2).mkv", "SHOW A (2)"),
        ("C:\\Users\\obs\\Videos\\A.B.mp4", "A.B"),
        ("/x/none", "none"),
    ],
)
def test_a_recording_is_called_as_its_file(path: str, name: str) -> None:
    assert name_of(path) == name


def test_a_name_is_known_with_a_number_and_without_blanks() -> None:
    assert may_show("SHOW A", "SHOW A (2)")
    assert may_show("SHOW A", "SHOW_A")
    assert not may_show("SHOW A", "SHOW B")
    assert not may_show("SHOW A", "SHOW A REHEARSAL")
