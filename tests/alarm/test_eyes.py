"""What the eyes make of pictures: real ones, of a day on air; VRMON_HOURS=24 is a whole one of each kind."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Iterator
from itertools import repeat
from random import Random

import pytest
from PIL import Image

from tests.alarm.footage import ON_AIR, Footage, black, empty, encoded, noisy, scene
from vrmon.alarm.eyes.decoder import grey
from vrmon.alarm.eyes.grey import is_black, is_same
from vrmon.alarm.eyes.sight import Sight, look, patience, seen
from vrmon.model import Seen
from vrmon.settings import Eyes

HOURS = float(os.environ.get("VRMON_HOURS", "0.2"))
SETTINGS = Eyes(enabled=True)
PACE = round(SETTINGS.every)


def small(picture: Image.Image, quality: int = 0) -> bytes:
    """As the eyes get it: encoded, and decoded again."""
    return grey(Image, encoded(picture, quality))


Look = tuple[float, int, float]
"""When a picture is looked at, the second of the footage that it shows, and for how many seconds before
vrmon-alarm has looked: fewer than since the look before, where it was restarted."""

Looks = Callable[[Random, float], Iterator[Look]]


def steady(random: Random, seconds: float) -> Iterator[Look]:
    return ((float(second), second, math.inf) for second in range(0, int(seconds), PACE))


def bumpy(random: Random, seconds: float) -> Iterator[Look]:
    """The recorder loses single pictures and rows of them, is asked again after a minute where it had none,
    and vrmon-alarm is restarted every half an hour or so."""
    moment, began = 0.0, 0.0
    while moment < seconds:
        yield moment, int(moment), moment - began
        moment += PACE * random.choice((1,) * 12 + (2, 3, 6))
        if random.random() < 0.02:
            moment += random.choice((60.0, 120.0, 900.0))
        if random.random() < 0.003:
            began = moment


def told(
    footage: Footage, seed: int, seconds: float, settings: Eyes = SETTINGS, looks: Looks = steady
) -> Iterator[Seen]:
    """What is told of it after each picture that is looked at."""
    random, sight = Random(seed), Sight()
    quality = random.choice((0, 40, 60, 75, 92))
    shown, last = enumerate(footage(random)), -1.0
    for moment, second, known in looks(Random(seed), seconds):
        if moment - last > known:
            sight = Sight()
        picture, noise = next(one for number, one in shown if number == second)
        sight, last = look(sight, small(noisy(picture, noise), quality), moment, settings), moment
        yield seen("PCR 1", sight, moment, settings)


@pytest.mark.parametrize("looks", [steady, bumpy])
@pytest.mark.parametrize("footage", ON_AIR)
def test_what_goes_on_air_is_never_black(footage: Footage, looks: Looks) -> None:
    for number, one in enumerate(told(footage, 1, HOURS * 3600, looks=looks)):
        assert not one.black, f"picture {number}"


@pytest.mark.parametrize("seed", range(12))
def test_black_is_black_after_half_a_minute(seed: int) -> None:
    found = list(told(black, seed, 60))
    assert [bool(one.black) for one in found] == [number * PACE >= 30 for number in range(12)]
    assert found[-1] == Seen("PCR 1", 55.0, 0.0)
    assert found[0] == Seen("PCR 1", None, 0.0), "nobody knows what was before"


def test_neither_lost_pictures_nor_a_restart_end_what_is_black() -> None:
    found = list(told(black, 1, max(HOURS, 0.5) * 3600, looks=bumpy))
    assert any(one.black for one in found)
    assert all(one.black != 0 for one in found), "nothing that was seen contradicts it"
    assert any(one.black is None for one in found[10:]), "something was bumpy"


@pytest.mark.parametrize("pace", [1.0, 5.0, 9.0, 20.0, 59.0, 61.0, 125.0, 300.0])
@pytest.mark.parametrize(
    ("every", "after"), [(1.0, 1.0), (1.0, 30.0), (5.0, 30.0), (20.0, 1.0), (20.0, 3600.0)]
)
def test_no_pace_keeps_black_from_being_told(every: float, after: float, pace: float) -> None:
    settings, sight, moment = Eyes(enabled=True, every=every, black_after=after), Sight(), 0.0
    while not seen("PCR 1", sight, moment, settings).black:
        moment += pace
        sight = look(sight, DARK, moment, settings)
        assert moment < after + 9 * pace, "it is never told"
    for _ in range(5):
        moment += pace
        sight = look(sight, DARK, moment, settings)
        assert seen("PCR 1", sight, moment, settings).black
    assert seen("PCR 1", look(sight, BRIGHT, moment + pace, settings), moment + pace, settings).black == 0


def test_the_same_picture_is_frozen_after_a_minute_and_one_that_moves_is_not() -> None:
    def still(random: Random) -> Iterator[tuple[Image.Image, float]]:
        return repeat((scene(random), random.uniform(0, 5)))

    def moving(random: Random) -> Iterator[tuple[Image.Image, float]]:
        shot = scene(random)
        for second in range(1000):
            picture, x = shot.copy(), second * 4 % 300
            picture.paste(second * 40 % 200 + 30, (x, 80, x + 12, 92))
            yield picture, 4.0

    for seed in range(6):
        found = list(told(still, seed, 90))
        assert [bool(one.frozen) for one in found] == [number * PACE >= 60 for number in range(18)]
        assert found[-1] == Seen("PCR 1", 0.0, 85.0)
        assert [one.frozen for one in told(moving, seed, 90)] == [None, *[0.0] * 17]


def watched(*pictures: tuple[float, bytes]) -> Sight:
    sight = Sight()
    for moment, picture in pictures:
        sight = look(sight, picture, moment, SETTINGS)
    return sight


DARK, BRIGHT = (bytes([luma]) * (64 * 36) for luma in (16, 100))


def test_one_picture_ends_it() -> None:
    sight = watched(*((float(second), DARK) for second in range(0, 100, 5)))
    assert seen("PCR 1", sight, 95.0, SETTINGS) == Seen("PCR 1", 95.0, 0.0)
    sight = look(sight, BRIGHT, 100.0, SETTINGS)
    assert seen("PCR 1", sight, 100.0, SETTINGS) == Seen("PCR 1", 0.0, 0.0)
    sight = look(sight, DARK, 105.0, SETTINGS)
    assert seen("PCR 1", sight, 105.0, SETTINGS) == Seen("PCR 1", 0.0, 0.0), "that was not black"
    sight = watched(*((float(second), BRIGHT) for second in range(0, 100, 5)))
    assert seen("PCR 1", sight, 95.0, SETTINGS) == Seen("PCR 1", 0.0, 95.0)
    assert seen("PCR 1", look(sight, DARK, 100.0, SETTINGS), 100.0, SETTINGS) == Seen("PCR 1", 0.0, 0.0)


def test_what_nobody_sees_for_a_while_is_unknown() -> None:
    sight = watched(*((float(second), DARK) for second in range(0, 100, 5)))
    gap = patience(SETTINGS)
    assert seen("PCR 1", sight, 95.0 + gap, SETTINGS) == Seen("PCR 1", 95.0, 0.0, gap), (
        "when it was last seen"
    )
    again = look(sight, DARK, 96.0 + gap, SETTINGS)
    assert seen("PCR 1", again, 96.0 + gap, SETTINGS) == Seen("PCR 1", None, 0.0), (
        "what was before proves nothing"
    )


def test_two_pictures_prove_nothing() -> None:
    assert not seen("PCR 1", watched((0.0, DARK), (35.0, DARK)), 35.0, SETTINGS).black
    assert not seen("PCR 1", watched((0.0, DARK), (35.0, DARK), (70.0, DARK)), 70.0, SETTINGS).black
    assert seen("PCR 1", watched(*((12.0 * n, DARK) for n in range(4))), 36.0, SETTINGS).black == 36.0
    assert seen("PCR 1", watched(*((35.0 * n, DARK) for n in range(8))), 245.0, SETTINGS).black == 245.0
    assert seen("PCR 1", Sight(), 1000.0, SETTINGS) == Seen("PCR 1", None, None, None)


@pytest.mark.parametrize(("luma", "expected"), [(0, True), (16, True), (32, True), (33, False), (235, False)])
def test_how_dark_black_is(luma: int, expected: bool) -> None:
    assert is_black(small(empty(luma))) is expected


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_every_mode_is_understood(mode: str) -> None:
    shot = scene(Random(1))
    picture = shot.convert("RGB").convert(mode) if mode == "CMYK" else shot.convert(mode)
    file = io.BytesIO()
    picture.save(file, "JPEG" if mode == "CMYK" else "PNG")
    assert not is_black(grey(Image, file.getvalue()))


@pytest.mark.parametrize("quality", [0, 40, 75, 92])
def test_the_same_scene_is_the_same_but_for_its_noise(quality: int) -> None:
    shot = scene(Random(2))
    first = small(shot, quality)
    assert all(is_same(first, small(noisy(shot, 5), quality)) for _ in range(20))
    assert not is_same(first, small(scene(Random(3)), quality))
