"""What a DVR is asked for beside its sources: seldom, and only where it tells it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

import pytest

from tests.workers.test_worker import Recorder
from vrmon.errors import Refused
from vrmon.model import Destination, DeviceState, Fetched, Observation, Schedule, Source, Thumbnail
from vrmon.settings import ChannelKey, DeviceSettings
from vrmon.traits import PLAIN, Traits
from vrmon.workers import device
from vrmon.workers.device import DvrDevice
from vrmon.workers.pictures import AT_ONCE, EVERY, FRESH, WATCHED, Pictures
from vrmon.workers.worker import Worker

KEYS = [ChannelKey("playbox", str(number) * 32, "dvr") for number in range(4)]
SOURCES = {key: f"s {number}" for number, key in enumerate(KEYS)}
NOW, UNIX, PACE = 1000.0, 1_795_000_000.0, 2.0

Ask = Callable[[DvrDevice, float, Callable[[Any], None]], None]


class Held:
    """In place of a device's lanes: keeps what it is given until it is `done`."""

    def __init__(self) -> None:
        self.tasks: list[Callable[[Recorder], None]] = []

    def submit(self, task: Callable[[Recorder], None]) -> None:
        self.tasks.append(task)

    def done(self, recorder: Recorder | None = None) -> int:
        """How many there were, which the recorder has answered."""
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task(Recorder() if recorder is None else recorder)
        return len(tasks)


def dvr(traits: Traits = PLAIN, state: DeviceState = DeviceState.OK) -> tuple[DvrDevice, Held]:
    settings = DeviceSettings("dvr", "http://127.0.0.1:1", traits=traits)
    one = cast(DvrDevice, device.Device(Worker(settings, Recorder, Recorder.sources, lambda _: None)))
    held = Held()
    one.worker.lanes = cast(Any, held)
    seen: tuple[Source, ...] | None = () if state is DeviceState.OK else None
    one.take_in(Observation(NOW, NOW, state, seen))
    return one, held


@pytest.mark.parametrize(
    ("ask", "take_in", "traits", "pause"),
    [
        (device.ask_destinations, device.take_in_destinations, Traits(tells_destinations=True), 5.0),
        (device.ask_schedules, device.take_in_schedules, Traits(tells_schedules=True), 30.0),
    ],
)
def test_a_dvr_is_asked_for_what_it_tells_once_in_a_while(
    ask: Ask, take_in: Callable[[DvrDevice, Any], None], traits: Traits, pause: float
) -> None:
    one, held = dvr(traits)
    told: list[Any] = []

    def deliver(found: Any) -> None:
        told.append(found)
        take_in(one, found)

    counts = []
    for now in (NOW, NOW + pause - 0.01, NOW + pause, NOW + 2 * pause):
        ask(one, now, deliver)
        counts.append(held.done())
    assert counts == [1, 0, 1, 1]
    assert told == [(), (), ()]
    for now in (NOW + 3 * pause, NOW + 4 * pause, NOW + 10 * pause):
        ask(one, now, deliver)

    class Old(Recorder):
        def destinations(self) -> Any:
            raise Refused("404")

        schedules = destinations

    assert held.done(Old()) == 1, "one question that hangs is enough"
    assert told[3:] == [None], "an older build has none to tell"

    class Faulty(Recorder):
        def destinations(self) -> Any:
            raise ZeroDivisionError

        schedules = destinations

    ask(one, NOW + 11 * pause, deliver)
    with pytest.raises(ZeroDivisionError):
        held.done(Faulty())
    assert told[4:] == [None]
    ask(one, NOW + 12 * pause, deliver)
    assert held.done() == 1


@pytest.mark.parametrize(
    ("take_in", "told", "kept"),
    [
        (device.take_in_destinations, Destination("d", "Disk", ("Full",)), lambda one: one.destinations.told),
        (device.take_in_schedules, Schedule("e", "News", "s", 600, 30), lambda one: one.schedules.told),
    ],
)
def test_what_a_dvr_told_lapses_once_it_has_told_no_more_three_times_in_a_row(
    take_in: Callable[[DvrDevice, Any], None], told: Any, kept: Callable[[DvrDevice], object]
) -> None:
    (one, _), told = dvr(), (told,)
    for _ in range(2):
        take_in(one, told)
        for _ in range(2):
            take_in(one, None)
            assert kept(one) == told, "one lost answer says nothing"
    take_in(one, None)
    assert kept(one) == ()


@pytest.mark.parametrize("ask", [device.ask_destinations, device.ask_schedules])
def test_a_dvr_is_not_asked_for_what_its_kind_does_not_tell_nor_while_it_fails(ask: Ask) -> None:
    every = Traits(tells_destinations=True, tells_schedules=True)
    for one, held in (dvr(), dvr(every, DeviceState.UNKNOWN)):
        ask(one, NOW, lambda _: None)
        assert held.done() == 0


def test_a_device_is_not_missed_before_it_is() -> None:
    assert not dvr()[0].is_missed


class Album:
    """Pictures that are fetched from a DVR whose lanes are held."""

    def __init__(self) -> None:
        self.fetched: list[Fetched] = []
        self.pictures = Pictures(self.fetched.append)
        self.dvr, self.held = dvr()

    def fetch(self, now: float, *, everyone: bool = False) -> list[ChannelKey]:
        """The channels that a round has pictures fetched of."""
        self.fetched.clear()
        self.pictures.fetch(self.dvr, SOURCES, now, PACE, everyone=everyone)
        self.held.done()
        for one in self.fetched:
            self.pictures.take_in(one)
        return sorted(one.channel for one in self.fetched)


def test_a_dvr_is_asked_for_a_few_pictures_at_a_time() -> None:
    album = Album()
    for _ in range(2):
        album.pictures.fetch(album.dvr, SOURCES, NOW, PACE, everyone=True)
        assert len(album.held.tasks) == AT_ONCE
    album = Album()
    album.pictures.watch(KEYS[3], NOW)
    for everyone, asked in ((False, 1), (True, AT_ONCE)):
        album.pictures.fetch(album.dvr, SOURCES, NOW, PACE, everyone=everyone)
        assert len(album.held.tasks) == asked


def test_those_that_had_to_wait_come_next() -> None:
    album = Album()
    first = album.fetch(NOW, everyone=True)
    assert len(first) == AT_ONCE
    assert album.fetch(NOW, everyone=True) == sorted(set(KEYS) - set(first))
    assert album.fetch(NOW, everyone=True) == []


def test_of_a_channel_that_is_watched_there_is_a_picture_at_its_pace() -> None:
    album = Album()
    assert album.fetch(NOW) == [], "nobody looks"
    album.pictures.watch(KEYS[0], NOW)
    asked = [album.fetch(NOW + after) for after in (0.0, PACE - 0.01, PACE, PACE + 1.0, 2 * PACE)]
    assert asked == [[KEYS[0]], [], [KEYS[0]], [], [KEYS[0]]]
    assert album.pictures.watched(NOW + WATCHED - 0.01) == {KEYS[0]}
    assert album.pictures.watched(NOW + WATCHED) == set()
    assert album.fetch(NOW + WATCHED) == []


def test_of_a_channel_that_everyone_looks_at_there_is_one_now_and_then() -> None:
    album = Album()
    album.pictures.watch(KEYS[3], NOW)
    rounds = [
        album.fetch(NOW + after, everyone=True) for after in (0.0, 0.0, PACE, EVERY - 0.1, EVERY, EVERY)
    ]
    assert rounds == [KEYS[:2], KEYS[2:], [KEYS[3]], [KEYS[3]], KEYS[:2], [KEYS[2]]]


def test_a_picture_that_is_old_is_shown_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    album = Album()
    for key, age in zip(KEYS, (0.0, FRESH - 5.0, FRESH + 5.0), strict=False):
        monkeypatch.setattr(time, "monotonic", lambda: NOW)
        album.pictures.fetch(album.dvr, {key: "s"}, NOW, PACE, everyone=True)
        # Whatever the clock on the wall says, which may have been set back or forth since.
        album.pictures.take_in(Fetched(key, Thumbnail(b"s", UNIX - 1e5 * age), NOW - age))
    assert album.pictures.taken() == {KEYS[0]: UNIX, KEYS[1]: UNIX - 1e5 * (FRESH - 5.0)}
    shown = [album.pictures.get(key) for key in KEYS]
    assert [one is not None for one in shown] == [True, True, False, False]


def test_a_channel_that_is_none_any_more_has_no_picture() -> None:
    album = Album()
    album.fetch(NOW, everyone=True)
    for key in KEYS[:2]:
        album.pictures.watch(key, NOW)
    album.pictures.keep({KEYS[1]})
    assert album.pictures.taken().keys() == {KEYS[1]}
    assert album.pictures.watched(NOW) == {KEYS[1]}


def test_a_source_without_a_picture_is_left_in_peace_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    album = Album()
    monkeypatch.setattr(time, "monotonic", lambda: NOW)
    album.pictures.watch(KEYS[0], NOW)
    album.pictures.fetch(album.dvr, SOURCES, NOW, PACE, everyone=False)
    album.pictures.take_in(Fetched(KEYS[0], None, NOW))
    album.pictures.take_in(Fetched(KEYS[1], None, NOW))  # one that nobody has asked for
    album.held.tasks.clear()
    for now, asked in ((NOW + 59.9, []), (NOW + 60.0, [KEYS[0]])):
        album.pictures.watch(KEYS[0], now)
        assert album.fetch(now) == asked
