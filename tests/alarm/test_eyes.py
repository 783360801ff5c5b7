"""What the eyes make of pictures: real ones, of a day on air; VRMON_HOURS=24 is a whole one of each kind."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from itertools import islice, repeat
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


def told(footage: Footage, seed: int, seconds: float, settings: Eyes = SETTINGS) -> Iterator[Seen | None]:
    """What is told of it after each picture that is looked at."""
    random, sight = Random(seed), Sight()
    quality = random.choice((0, 40, 60, 75, 92))
    for number, (picture, noise) in enumerate(islice(footage(random), 0, int(seconds), PACE)):
        sight = look(sight, small(noisy(picture, noise), quality), number * PACE, settings)
        yield seen("PCR 1", sight, number * PACE, settings)


@pytest.mark.parametrize("footage", ON_AIR)
def test_what_goes_on_air_is_never_black(footage: Footage) -> None:
    for number, one in enumerate(told(footage, 1, HOURS * 3600)):
        assert one is None or one.black is None, f"after {number * PACE} s"


@pytest.mark.parametrize("seed", range(12))
def test_black_is_black_after_half_a_minute(seed: int) -> None:
    found = list(told(black, seed, 60))
    assert [one is not None for one in found] == [number * PACE >= 30 for number in range(12)]
    assert found[-1] == Seen("PCR 1", 55.0, None)


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
        assert [one is not None for one in found] == [number * PACE >= 60 for number in range(18)]
        assert found[-1] == Seen("PCR 1", None, 85.0)
        assert set(told(moving, seed, 90)) == {None}


def watched(*pictures: tuple[float, bytes]) -> Sight:
    sight = Sight()
    for moment, picture in pictures:
        sight = look(sight, picture, moment, SETTINGS)
    return sight


DARK, BRIGHT = (bytes([luma]) * (64 * 36) for luma in (16, 100))


def test_one_picture_ends_it() -> None:
    for after in (DARK, BRIGHT):
        before = BRIGHT if after is DARK else DARK
        sight = watched(*((float(second), before) for second in range(0, 100, 5)))
        assert seen("PCR 1", sight, 95.0, SETTINGS) is not None
        assert seen("PCR 1", look(sight, after, 100.0, SETTINGS), 100.0, SETTINGS) is None


def test_what_nobody_sees_for_a_while_is_unknown() -> None:
    sight = watched(*((float(second), DARK) for second in range(0, 100, 5)))
    gap = patience(SETTINGS)
    assert seen("PCR 1", sight, 95.0 + gap, SETTINGS) == Seen("PCR 1", 95.0 + gap, None)
    assert seen("PCR 1", sight, 96.0 + gap, SETTINGS) is None
    again = look(sight, DARK, 96.0 + gap, SETTINGS)
    assert seen("PCR 1", again, 96.0 + gap, SETTINGS) is None, "what was before the gap proves nothing"


def test_two_pictures_prove_nothing() -> None:
    assert seen("PCR 1", watched((0.0, DARK), (35.0, DARK)), 35.0, SETTINGS) is None
    assert seen("PCR 1", watched((0.0, DARK), (35.0, DARK), (70.0, DARK)), 70.0, SETTINGS) is not None
    assert seen("PCR 1", Sight(), 1000.0, SETTINGS) is None


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
