"""The poll thread: at a fixed rate, sooner when asked, and every outcome told."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.world.hostile import Connection, Hostile
from tests.world.stores import until
from vrmon.catalog import Code
from vrmon.devices import kinds
from vrmon.errors import BadAnswer, CertificateRefused, DeviceError, PasswordRefused, Refused, Unreachable
from vrmon.model import DeviceState, Job, Note, Observation, Odd, Sight
from vrmon.settings import DeviceSettings
from vrmon.workers.poller import Poller


class Client:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Watch:
    """A poller of something that `look` tells; `seen` gets its observations."""

    def __init__(self, look: Callable[[Client], Sight[str]], interval: float = 0.05) -> None:
        self.seen: queue.Queue[Observation[str]] = queue.Queue()
        self.client = Client()
        self.poller = Poller("dvr", interval, lambda: self.client, look, self.seen.put)
        self.poller.start()

    def next(self) -> Observation[str]:
        return self.seen.get(timeout=60)

    def close(self) -> None:
        self.poller.close()
        until(lambda: self.client.closed, "the thread to end")


def test_looks_come_at_a_fixed_rate_however_long_one_takes() -> None:
    def look(_: Client) -> Sight[str]:
        time.sleep(0.03)
        return Sight("seen")

    watch = Watch(look, interval=0.06)
    first, *rest = (watch.next() for _ in range(20))
    watch.close()
    assert (first.state, first.seen) == (DeviceState.OK, "seen")
    assert first.ended - first.began >= 0.03
    begins = [one.began for one in (first, *rest)]
    # As many pauses as there may be on a busy machine are longer: never all.
    assert min(later - earlier for earlier, later in pairwise(begins)) < 0.085, "from end to beginning"
    assert begins[-1] - begins[0] > 18 * 0.06


def test_an_observation_holds_all_that_the_look_told() -> None:
    sight = Sight("seen", (Odd(1, None, "why"),), ("A",), (Note(Code.ODD_ANSWER, "text"),), restarted=True)
    watch = Watch(lambda _: sight)
    one = watch.next()
    watch.close()
    assert Sight(one.seen, one.odd, one.listed, one.notes, one.restarted) == sight
    assert one.began <= one.ended <= time.monotonic()


def test_a_look_that_is_wanted_sooner_comes_sooner() -> None:
    watch = Watch(lambda _: Sight("seen"), interval=3600.0)
    watch.next()
    asked = time.monotonic()
    watch.poller.look_at(asked + 0.05)
    watch.poller.look_at(asked + 1800.0)  # later than what is due: changes nothing
    second = watch.next()
    watch.close()
    assert second.began >= asked + 0.05


def test_a_look_that_is_wanted_during_one_is_another_one() -> None:
    gate, looking = threading.Event(), threading.Event()

    def look(_: Client) -> Sight[str]:
        looking.set()
        gate.wait(60)
        return Sight("seen")

    watch = Watch(look, interval=30.0)
    looking.wait(60)
    watch.poller.look_at(time.monotonic())
    gate.set()
    first, second = watch.next(), watch.next()
    watch.close()
    assert second.began >= first.ended


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (Unreachable("gone"), DeviceState.UNREACHABLE, None),
        (CertificateRefused("gone"), DeviceState.UNREACHABLE, Code.CERTIFICATE_REFUSED),
        (BadAnswer("gone"), DeviceState.UNKNOWN, None),
        (Refused("gone"), DeviceState.UNKNOWN, None),
        (PasswordRefused("gone"), DeviceState.UNKNOWN, Code.PASSWORD_REFUSED),
    ],
)
def test_no_answer_is_an_observation_of_its_own(
    error: DeviceError, state: DeviceState, code: Code | None
) -> None:
    def look(_: Client) -> Sight[str]:
        raise error

    watch = Watch(look)
    seen = watch.next()
    watch.close()
    assert (seen.state, seen.seen, seen.reason, seen.code) == (state, None, "gone", code)


def test_a_fault_of_our_own_is_unknown_and_logged_and_not_the_end(caplog: pytest.LogCaptureFixture) -> None:
    def look(_: Client) -> Sight[str]:
        raise KeyError("a fault of ours")

    with caplog.at_level(logging.ERROR):
        watch = Watch(look)
        first, second = watch.next(), watch.next()
        watch.close()
    assert (first.state, first.seen) == (DeviceState.UNKNOWN, None)
    assert first.reason == "dvr could not be polled: KeyError in vrmon itself"
    assert second.began > first.ended
    assert caplog.records[0].getMessage() == "Poll failed"


def test_a_fault_of_our_own_is_logged_once_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    looks = iter("FF.F")

    def look(_: Client) -> Sight[str]:
        if next(looks, ".") == "F":
            raise KeyError("a fault of ours")
        return Sight("seen")

    with caplog.at_level(logging.ERROR):
        watch = Watch(look, interval=0.01)
        states = [watch.next().state for _ in range(6)]
        watch.close()
    good, bad = DeviceState.OK, DeviceState.UNKNOWN
    assert states == [bad, bad, good, bad, good, good]
    assert [record.getMessage() for record in caplog.records] == ["Poll failed"] * 2


def test_what_is_under_way_when_it_is_closed_is_told_to_nobody() -> None:
    gate, looking = threading.Event(), threading.Event()

    def look(_: Client) -> Sight[str]:
        looking.set()
        gate.wait(60)
        return Sight("seen")

    watch = Watch(look)
    looking.wait(60)
    watch.poller.close()
    gate.set()
    until(lambda: watch.client.closed, "the thread to end")
    assert watch.seen.empty()


def test_it_has_not_come_round_while_a_look_does_not_end() -> None:
    gate = threading.Event()

    def look(_: Client) -> Sight[str]:
        gate.wait(60)
        return Sight("seen")

    watch = Watch(look, interval=0.01)
    came_round = watch.poller.came_round
    time.sleep(0.05)  # nothing happens: there is nothing to wait for
    assert watch.poller.came_round == came_round
    gate.set()
    watch.next()
    until(lambda: watch.poller.came_round > came_round, "it to come round")
    watch.close()


def test_a_look_is_as_old_as_its_beginning() -> None:
    """It begins before the device hears of it, however long the answer takes, also if it is sent twice."""
    heard: list[float] = []

    def behave(connection: Connection) -> None:
        for number in range(2):
            connection.hear()
            heard.append(time.monotonic())
            if connection.server.connections == 1 and number:
                return  # the second one is dropped with the kept connection, and comes again over another
            for piece in (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", b"\r\n[", b"]"):
                time.sleep(0.1)
                connection.send(piece)

    with Hostile(behave) as server:
        device = DeviceSettings("playbox", server.url, kind="playbox")
        seen: queue.Queue[Observation[tuple[Job, ...]]] = queue.Queue()
        poller = Poller("playbox", 0.5, kinds.primary(device), lambda primary: primary.jobs(), seen.put)
        poller.start()
        first, second = seen.get(timeout=60), seen.get(timeout=20)
        poller.close()
        assert poller._thread is not None
        poller._thread.join(20)
    assert (first.state, second.state) == (DeviceState.OK, DeviceState.OK)
    assert len(heard) >= 3, "the second one twice"
    assert first.began <= heard[0] <= first.ended - 0.3
    assert second.began <= heard[1] <= heard[2] <= second.ended - 0.3
