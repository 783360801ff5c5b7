"""The HyperDeck driver: what it says on the wire, and what it makes of whatever comes back."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmon.devices.contract import Dvr
from vrmon.devices.hyperdeck.answers import Slot, parse_destinations, parse_slot_count
from vrmon.devices.hyperdeck.driver import connector
from vrmon.devices.hyperdeck.ethernet import LIMIT
from vrmon.devices.hyperdeck.names import LONGEST, fit
from vrmon.errors import BadAnswer, DeviceError, Refused, Unreachable
from vrmon.model import Destination, Source
from vrmon.settings import DeviceSettings
from vrmon.simulator import HyperDeck, serving
from vrmon.simulator.served.faults import LATE, REPLACING, SPOILING

TIMEOUT = 0.5


_opened: list[Dvr] = []


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def clients_of(url: str, number: int, timeout: float = 5.0) -> list[Dvr]:
    """Of one deck, as its threads have them."""
    connect = connector(DeviceSettings("deck", url, timeout=timeout))
    clients = [connect() for _ in range(number)]
    _opened.extend(clients)
    return clients


def client_of(url: str, timeout: float = 5.0) -> Dvr:
    return clients_of(url, 1, timeout)[0]


@pytest.fixture
def deck() -> Iterator[HyperDeck]:
    with serving(HyperDeck()) as device:
        yield device


@contextmanager
def saying(*answers: bytes) -> Iterator[str]:
    """The url of whatever says this, one answer to each line, and the first before any."""

    def converse() -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            reader = connection.makefile("rb")
            for answer in answers:
                connection.sendall(answer)
                if not reader.readline():
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=converse, daemon=True).start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


GREETING = b"500 connection info:\r\nprotocol version: 1.11\r\nmodel: X\r\n\r\n"
TRANSPORT = b"208 transport info:\r\nstatus: stopped\r\n\r\n"


def test_it_records_under_the_name_that_it_is_given_and_stops(deck: HyperDeck) -> None:
    client = client_of(deck.url)
    assert client.sources().seen == (
        Source("1", "HyperDeck", destinations=("1", "2"), video_format="1080i50"),
    )
    client.record("1", "NEWS at 6")
    assert client.sources().seen[0].is_recording
    assert client.source("1") == Source("1", "HyperDeck", is_recording=True, video_format="1080i50")
    assert [take.name for take in deck.takes] == ["NEWS at 6"]
    client.stop("1")
    assert not client.sources().seen[0].is_recording
    assert deck.running is None


@pytest.mark.parametrize("words", ["100 syntax error", "101 unsupported parameter", "102 invalid value"])
def test_a_deck_that_takes_no_name_records_under_its_own(deck: HyperDeck, words: str) -> None:
    deck.fault("body", "record: name*", body=f"{words}\r\n")
    client = client_of(deck.url)
    client.record("1", "NEWS")
    assert client.sources().seen[0].is_recording
    assert [take.name for take in deck.takes] == ["HyperDeck_0001"]


def test_all_clients_of_a_deck_share_one_connection(deck: HyperDeck) -> None:
    deck.switch(clients="one")
    clients = clients_of(deck.url, 8)
    threads = [threading.Thread(target=client.sources) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {arrival.connection for arrival in deck.arrivals()} == {1}
    for client in (_opened.pop() for _ in range(7)):
        client.close()
    assert clients[0].sources().seen
    assert {arrival.connection for arrival in deck.arrivals()} == {1}


def test_a_refusal_gives_the_place_of_its_one_client_to_nobody_else(deck: HyperDeck) -> None:
    deck.switch(clients="one")
    deck.set_remote(False)
    client = client_of(deck.url)
    client.sources()
    with pytest.raises(Refused, match="111 remote control disabled"):
        client.record("1", "SHOW")
    with pytest.raises(Refused, match="111 remote control disabled"):
        client.stop("1")
    client.sources()
    assert {arrival.connection for arrival in deck.arrivals()} == {1}


def test_a_deck_that_another_program_holds_says_so(deck: HyperDeck) -> None:
    deck.switch(clients="one")
    first, second = client_of(deck.url), client_of(deck.url)
    first.sources()
    with pytest.raises(
        Unreachable, match=r"^deck \(127.0.0.1:\d+\) rejected the connection. Older decks take one"
    ):
        second.sources()


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"remote": False}, "refused to record: 111 remote control disabled"),
        ({"signal": "none"}, "refused to record: 110 no input"),
        ({"full": True}, "refused to record: 104 disk full"),
    ],
)
def test_a_refusal_is_told_in_its_own_words(deck: HyperDeck, trouble: dict[str, object], words: str) -> None:
    if "full" in trouble:
        deck.fill_disk()
    deck.remote = trouble.get("remote", True) is True
    deck.signal = str(trouble.get("signal", "1080i50"))
    with pytest.raises(Refused, match=words):
        client_of(deck.url).record("1", "SHOW")
    assert deck.takes == []


def test_what_keeps_it_from_recording_is_told_beforehand(deck: HyperDeck) -> None:
    client = client_of(deck.url)
    assert client.destinations() == (Destination("1", "slot 1 (SSD A)"), Destination("2", "slot 2 (SSD B)"))
    deck.set_signal("none")
    deck.set_remote(False)
    deck.take_disk(1)
    deck.set_room(2, 120)
    source = client.sources().seen[0]
    assert (source.destinations, source.video_format) == (("2",), "")
    assert client.destinations() == (
        Destination("1", "slot 1"),
        Destination(
            "2",
            "slot 2 (SSD B)",
            (
                "there is no signal at the input",
                "remote control is disabled, so it cannot be started; press REM on it",
                "less than 5 min of room is left",
            ),
        ),
    )
    deck.fill_disk()
    assert client.sources().seen[0].destinations == ()


@pytest.mark.parametrize("status", ["recording", "spilling", "mounted", "?"])
def test_a_word_that_no_deck_says_does_not_tell_that_it_is_idle(deck: HyperDeck, status: str) -> None:
    client = client_of(deck.url)
    client.record("1", "SHOW")
    deck.fault("body", "transport info", body=f"208 transport info:\r\nstatus: {status}\r\n\r\n")
    with pytest.raises(BadAnswer, match="transport info: a status that no HyperDeck tells"):
        client.sources()


@pytest.mark.parametrize("status", ["preview", "stopped", "Play", "forward", "rewind", "jog", "shuttle"])
def test_what_a_deck_may_do_beside_recording(deck: HyperDeck, status: str) -> None:
    deck.fault("body", "transport info", body=f"208 transport info:\r\nstatus: {status}\r\n\r\n")
    assert not client_of(deck.url).sources().seen[0].is_recording


def test_a_deck_that_tells_of_no_slot_is_not_one_without_disks(deck: HyperDeck) -> None:
    deck.fault("body", "slot info*", body="103 unsupported\r\n")
    assert client_of(deck.url).sources().seen[0].destinations is None


@pytest.mark.parametrize("body", ["150 invalid state", "202 slot info:\r\nslot id: 1\r\n", "200 ok"])
def test_a_slot_that_is_not_told_may_have_a_disk_with_room(deck: HyperDeck, body: str) -> None:
    deck.take_disk(2)
    deck.fault("body", "slot info: slot id: 1", body=f"{body}\r\n")
    client = client_of(deck.url)
    assert client.sources().seen[0].destinations is None
    deck.take_disk(2, out=False)
    assert client.sources().seen[0].destinations == ("2",)
    assert client.destinations() == (Destination("2", "slot 2 (SSD B)"),)


@pytest.mark.parametrize("code", [100, 101, 102, 103])
def test_a_slot_that_a_deck_does_not_have_says_nothing(deck: HyperDeck, code: int) -> None:
    deck.take_disk(1)
    deck.fault("body", "slot info: slot id: 2", body=f"{code} whatever\r\n")
    assert client_of(deck.url).sources().seen[0].destinations == ()


def test_a_deck_that_tells_nothing_of_itself_is_one_with_two_slots(deck: HyperDeck) -> None:
    deck.fault("body", "device info", body="103 unsupported\r\n")
    assert client_of(deck.url).sources().seen[0].destinations == ("1", "2")


def test_a_deck_that_does_not_tell_its_slots_now_is_asked_again(deck: HyperDeck) -> None:
    deck.fault("body", "device info", body="150 invalid state\r\n")
    client = client_of(deck.url)
    assert client.sources().seen[0].destinations == ("1", "2")
    deck.clear_faults()
    deck.fault("body", "device info", body="204 device info:\r\nslot count: 1\r\n\r\n")
    assert client.sources().seen[0].destinations == ("1",)
    deck.clear_faults()
    assert client.sources().seen[0].destinations == ("1",)


def test_a_deck_that_tells_no_time_left_is_not_full(deck: HyperDeck) -> None:
    deck.switch(slot_time="absent", slot_count="absent")
    assert client_of(deck.url).sources().seen[0].destinations == ("1", "2")
    assert client_of(deck.url).destinations()[0].warnings == ()


def test_what_it_says_unasked_is_no_answer(deck: HyperDeck) -> None:
    deck.switch(says_unasked=True)
    client = client_of(deck.url)
    client.record("1", "SHOW")
    assert client.sources().seen[0].is_recording


def test_what_it_has_begun_to_say_unasked_may_end_with_the_next_answer() -> None:
    """Over the one connection that it takes, wherever its packets begin."""
    unasked = b"508 transport info:\r\nslot id: 1\r\nstatus: record\r\n\r\n"
    for end in range(len(unasked) + 1):
        with saying(GREETING, TRANSPORT + unasked[:end], unasked[end:] + TRANSPORT) as url:
            client = client_of(url)
            looks = [client.source("1") for _ in range(2)]
        assert [look is not None and look.is_recording for look in looks] == [False, False], end


def test_the_case_of_what_it_tells_is_of_no_account() -> None:
    with saying(GREETING, b"208 Transport Info:\r\nStatus:RECORD\r\nInput Video Format: NONE\r\n\r\n") as url:
        look = client_of(url).source("1")
    assert look is not None
    assert (look.is_recording, look.video_format) == (True, "")


def test_a_connection_that_it_closed_between_two_looks_is_opened_anew(deck: HyperDeck) -> None:
    client = client_of(deck.url)
    client.sources()
    deck.drop_connections()
    assert client.sources().seen
    deck.refuse()
    with pytest.raises(Unreachable, match="refused the connection"):
        client.sources()
    deck.listen_again()
    assert client.sources().seen


def test_an_answer_that_comes_too_late_is_none_to_the_next_question(deck: HyperDeck) -> None:
    client = client_of(deck.url, TIMEOUT)
    deck.fault("delay", "transport info", seconds=2 * TIMEOUT, times=1)
    with pytest.raises(Unreachable, match=r"did not answer within 0.5 s"):
        client.sources()
    assert client.source("1") == Source("1", "HyperDeck", video_format="1080i50")


def test_whoever_waits_for_another_does_so_within_his_own_time(deck: HyperDeck) -> None:
    polls, stops = clients_of(deck.url, 2, TIMEOUT)
    deck.fault("hang", "transport info")

    def polls_in_vain() -> None:
        with pytest.raises(Unreachable):
            polls.sources()

    first = threading.Thread(target=polls_in_vain)
    first.start()
    deck.wait_until(lambda: deck.arrivals("transport info"))
    began = time.monotonic()
    with contextlib.suppress(Unreachable):  # unless its turn comes just in time
        stops.stop("1")
    assert time.monotonic() - began < 20 * TIMEOUT
    first.join()


@pytest.mark.parametrize("kind", sorted((REPLACING | SPOILING | LATE) - {"interim", "close", "delay"}))
def test_no_fault_is_taken_for_an_answer(deck: HyperDeck, kind: str) -> None:
    client = client_of(deck.url, TIMEOUT)
    client.sources()
    deck.fault(kind, "transport info", seconds=2 * TIMEOUT)
    began = time.monotonic()
    with pytest.raises((Unreachable, BadAnswer)) as raised:
        client.sources()
    assert time.monotonic() - began < 20 * TIMEOUT
    assert len(str(raised.value)) < 500
    deck.clear_faults()
    assert client.sources().seen


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"220 ftp ready\r\n",
        b"\xff" * 50 + b"\r\n",
        b"500\r\n",
        b"208 x:\r\n\r\n",
    ],
)
def test_what_is_no_hyperdeck_is_not_taken_for_one(first: bytes) -> None:
    with saying(first) as url, pytest.raises(BadAnswer, match=r"no HyperDeck says\. Is its url right"):
        client_of(url).sources()


def test_what_closes_the_connection_at_once_may_have_another_client() -> None:
    with saying() as url, pytest.raises(Unreachable, match=r"closed the connection at once\. Older decks"):
        client_of(url).sources()


def test_an_endless_answer_is_bounded() -> None:
    answer = b"208 transport info:\r\n" + b"a: b\r\n" * LIMIT
    with saying(GREETING + answer) as url, pytest.raises(BadAnswer, match=f"sent more than {LIMIT} bytes"):
        client_of(url).sources()


@given(st.binary(max_size=200))
def test_whatever_comes_back_is_told_or_understood(content: bytes) -> None:
    with saying(GREETING, content, b"", b"") as url:
        try:
            sight = client_of(url, 0.05).source("1")
        except DeviceError as error:
            assert str(error).isprintable()
        else:
            assert sight is not None


@pytest.mark.parametrize(
    ("name", "fitted"),
    [
        ("NEWS 18:00", "NEWS 18_00"),
        ("Zürich – Straße", "Zurich - Strasse"),
        ("Новости", "_______"),
        ("../../etc/x", "___.._etc_x"),
        ("A\r\nstop", "A__stop"),
        ('what? *who* <"x">|y', "what_ _who_ __x___y"),
        ("trailing. . ", "trailing"),
    ],
)
def test_a_name_is_one_that_any_disk_can_hold(name: str, fitted: str) -> None:
    assert fit(name) == fitted


@given(st.text())
def test_every_name_fits_on_one_line_and_stays_so(name: str) -> None:
    fitted = fit(name)
    assert fitted.isascii()
    assert len(fitted) <= LONGEST
    assert fitted == "" or fitted.isprintable()
    assert fit(fitted) == fitted


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ({}, 2),
        ({"slot count": "three"}, 2),
        ({"slot count": "3"}, 3),
        ({"slot count": "0"}, 1),
        ({"slot count": "99999"}, 8),
        ({"slot count": "9" * 5000}, 2),
    ],
)
def test_an_older_deck_has_two_slots_and_none_has_more_than_are_asked_about(
    told: dict[str, str], count: int
) -> None:
    assert parse_slot_count(told) == count


@pytest.mark.parametrize(
    ("left", "warnings"),
    [
        ((1800,), ()),
        ((1799,), ("less than half an hour of room is left",)),
        ((300,), ("less than half an hour of room is left",)),
        ((299,), ("less than 5 min of room is left",)),
        ((200, 1600), ()),
        ((200, None), ()),
    ],
)
def test_the_room_of_all_disks_together_is_told_in_steps(
    left: tuple[int | None, ...], warnings: tuple[str, ...]
) -> None:
    slots = [Slot(number, "mounted", "", one) for number, one in enumerate(left, 1)]
    assert parse_destinations({}, {}, slots)[0].warnings == warnings
