"""Pictures as recorders show them of what goes on air: generated, the same for a seed but for their noise."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = WIDTH, HEIGHT = 320, 180
BLACK = 16
"""The luma of video black."""

Footage = Callable[[Random], Iterator[tuple[Image.Image, float]]]
"""A picture for each second, and the noise that comes upon it."""


def encoded(picture: Image.Image, quality: int) -> bytes:
    """As a JPEG; of quality 0, as a PNG."""
    file = io.BytesIO()
    if quality:
        picture.convert("RGB").save(file, "JPEG", quality=quality)
    else:
        picture.convert("RGB").save(file, "PNG", compress_level=1)
    return file.getvalue()


def noisy(picture: Image.Image, sigma: float) -> Image.Image:
    """With the noise of a camera, another in every picture."""
    noise = Image.effect_noise(picture.size, max(sigma, 0.01))  # around 128
    return ImageChops.add(picture, noise, scale=1, offset=-128)


def empty(luma: int = BLACK) -> Image.Image:
    return Image.new("L", SIZE, luma)


def scene(random: Random, low: int = 30, high: int = 235) -> Image.Image:
    """Some shapes before a background."""
    picture = empty(random.randint(low, high))
    draw = ImageDraw.Draw(picture)
    for _ in range(random.randint(3, 9)):
        x, y, r = random.randint(0, WIDTH), random.randint(0, HEIGHT), random.randint(8, 80)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=random.randint(low, high))
    return picture.filter(ImageFilter.GaussianBlur(random.uniform(0, 4)))


def faded(picture: Image.Image, share: float) -> Image.Image:
    """`share` of black: 0 for none, 1 for nothing else."""
    return Image.blend(picture, empty(), share)


def show(random: Random) -> Iterator[tuple[Image.Image, float]]:
    """Cuts, and fades to black that stays for up to twenty seconds."""
    while True:
        for _ in range(random.randint(1, 6)):
            shot = scene(random)
            for _ in range(random.randint(3, 30)):
                yield shot, 3
        fade = random.randint(1, 4)
        for step in range(fade):
            yield faded(shot, (step + 1) / fade), 3
        for _ in range(random.randint(0, 20)):
            yield empty(random.choice((0, BLACK))), random.uniform(0, 3)


def cards(random: Random) -> Iterator[tuple[Image.Image, float]]:
    """A line or two of small letters on black, for minutes: eleven lines of 720 high."""
    while True:
        large = Image.new("L", (1280, 720), random.choice((0, BLACK)))
        draw = ImageDraw.Draw(large)
        for _ in range(random.randint(1, 2)):
            text = "".join(random.choice("abcdeghnorstu ") for _ in range(random.randint(12, 40)))
            draw.text((random.randint(40, 900), random.randint(40, 660)), f"M{text}", fill=235)
        card = large.resize(SIZE, Image.Resampling.BOX)
        for _ in range(random.randint(30, 300)):
            yield card, 0.0


def candlelight(random: Random) -> Iterator[tuple[Image.Image, float]]:
    """One small flame that flickers in the dark."""
    sigma = random.uniform(0, 5)
    while True:
        x, y, r = random.randint(20, 300), random.randint(20, 160), random.uniform(2, 4)
        for second in range(random.randint(30, 300)):
            picture = empty()
            draw = ImageDraw.Draw(picture)
            reach = r * (1 + 0.3 * math.sin(second))
            draw.ellipse((x - reach, y - 2 * reach, x + reach, y + 2 * reach), fill=random.randint(150, 235))
            yield picture.filter(ImageFilter.GaussianBlur(1)), sigma


def letterbox(random: Random) -> Iterator[tuple[Image.Image, float]]:
    """A dark film between wide black bars."""
    while True:
        shot = scene(random, 18, 70)
        draw = ImageDraw.Draw(shot)
        draw.rectangle((0, 0, WIDTH, 46), fill=BLACK)
        draw.rectangle((0, HEIGHT - 46, WIDTH, HEIGHT), fill=BLACK)
        x = random.randint(0, WIDTH - 20)
        draw.rectangle((x, 80, x + 20, 100), fill=90)
        for _ in range(random.randint(3, 40)):
            yield shot, 2


def night(random: Random) -> Iterator[tuple[Image.Image, float]]:
    """Windows far away, the rest in the dark."""
    while True:
        shot = scene(random, 16, 26)
        draw = ImageDraw.Draw(shot)
        for _ in range(random.randint(2, 12)):
            x, y = random.randint(0, WIDTH - 5), random.randint(60, HEIGHT - 5)
            draw.rectangle((x, y, x + 3, y + 3), fill=random.randint(90, 200))
        for _ in range(random.randint(20, 200)):
            yield shot, random.uniform(1, 5)


def rolling(random: Random) -> Iterator[tuple[Image.Image, float]]:
    """Names that roll."""
    lines = ["".join(random.choice("ABCDEFG hijklm") for _ in range(22)) for _ in range(60)]
    while True:
        for second in range(0, 240, 5):
            large = Image.new("L", (960, 540), 0)
            draw = ImageDraw.Draw(large)
            for number, line in enumerate(lines):
                y = 540 + number * 40 - (second * 30) % 2600
                if -20 < y < 540:
                    draw.text((380, y), line, fill=220)
            rolled = large.resize(SIZE, Image.Resampling.BOX)
            for _ in range(5):
                yield rolled, 0.0


def black(random: Random) -> Iterator[tuple[Image.Image, float]]:
    """No signal, a camera with its cap on: one luma, with more or less noise."""
    luma, sigma = random.randint(0, 28), random.uniform(0, 8)
    while True:
        yield empty(luma), sigma


ON_AIR: tuple[Footage, ...] = (show, cards, candlelight, letterbox, night, rolling)
