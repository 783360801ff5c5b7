"""What happens in the demo, and when: jobs that come and go, and a fault now and then. The same for a seed.

Each part of the drama is a generator: it does something, says what, and for how long it then rests.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from typing import NamedTuple

from vrmon.cli.terminal import undisturbed
from vrmon.demo.stage import CHANNELS, Stage
from vrmon.simulator import MovieRecorder, Obs

_SHOWS = ("NEWS", "SPORTS", "WEATHER", "ARENA", "QUIZ", "CULTURE", "MORNING", "PARLIAMENT")
_FIRST_FAULT = 5.0  # seconds after the beginning
_SPLITS_EVERY = 3  # shows of a channel
_OPERATORS = CHANNELS - 1  # the channel on which only the operator's part plays


class Beat(NamedTuple):
    """`text` happened to `subject` (nothing did where it is empty); the part rests for `rest` seconds."""

    subject: str
    text: str
    rest: float


class Stroke(NamedTuple):
    """Something that the demo did, at a Unix time."""

    at: float
    subject: str
    text: str


Part = Iterator[Beat]


class Drama:
    """Begins when made."""

    def __init__(self, stage: Stage, seed: int) -> None:
        # Its own randomness for each part, so that none depends on when the others are due.
        parts = [_shows(stage, _dice(seed, number), number) for number in range(CHANNELS - 1)]
        parts.append(_faults(stage, _dice(seed, CHANNELS)))
        self._order = count()
        self._due = [(time.monotonic(), next(self._order), part) for part in parts]

    def due(self, now: float) -> Iterator[Stroke]:
        """Does what is due, and tells it."""
        while self._due and self._due[0][0] <= now:
            due, _, part = heapq.heappop(self._due)
            beat = next(part)
            heapq.heappush(self._due, (max(due, now) + beat.rest, next(self._order), part))
            if beat.text:
                yield Stroke(time.time(), beat.subject, beat.text)


def _dice(seed: int, part: int) -> Random:
    return Random(f"{seed}/{part}")  # noqa: S311 - no secret is made of it


def _shows(stage: Stage, random: Random, number: int) -> Part:
    """Jobs on one channel, one after the other."""
    name = f"PCR {number + 1}"
    yield Beat(name, "", 0.5 + number * 1.5)
    for episode in count(1):
        show = f"{random.choice(_SHOWS)}_{number + 1}{episode:02d}"
        job = stage.playbox.start_job(number, f"{show}.mxf", name_after=random.choice((0.0, 0.0, 1.5)))
        length = random.uniform(20, 40)
        if (episode + number) % _SPLITS_EVERY:
            yield Beat(name, f"PlayBox begins {show}", length)
        else:
            yield Beat(name, f"PlayBox begins {show}", length / 2)
            yield Beat(name, _split(stage, number), length / 2)
        stage.playbox.end_job(job)
        yield Beat(name, f"PlayBox ends {show}", random.choice((0.0, random.uniform(3, 8))))


def _split(stage: Stage, number: int) -> str:
    if not stage.recorder.running(number):
        return ""
    stage.recorder.split_by_hand(number)
    return "an operator splits the take: it goes on in a new file"


def _faults(stage: Stage, random: Random) -> Part:
    """One fault at a time, each over before the next; a different order in each round."""
    yield Beat("", "", _FIRST_FAULT)
    faults: list[Callable[[Stage, Random], Part]] = [
        _outage, _take_dies, _by_hand, _disk_full,
        _hang, _starts_refused, _killed, _nonsense, _recorder_crash,
    ]  # fmt: skip
    opening = faults[:4]
    if stage.obs is not None and stage.hyperdeck is not None:
        others: list[Callable[[Stage, Random], Part]] = [_obs_crashes, _deck_full, _deck_by_hand]
        opening, faults = [*opening, *others], [*faults, *others]
    while True:
        for fault in opening or random.sample(faults, len(faults)):
            yield from fault(stage, random)
        opening = []


def _outage(stage: Stage, random: Random) -> Part:
    stage.playbox.refuse()
    yield Beat("PlayBox", "drops out", random.uniform(5, 8))
    stage.playbox.listen_again()
    yield Beat("PlayBox", "is back", 5)


def _take_dies(stage: Stage, random: Random) -> Part:
    running = [number for number in range(CHANNELS) if stage.recorder.running(number)]
    if not running:
        yield Beat("", "", 1)
        return
    number = random.choice(running)
    stage.recorder.kill_take(number)
    yield Beat(f"PCR {number + 1}", "its take on the MovieRecorder dies", 6)


def _by_hand(stage: Stage, random: Random) -> Part:
    name = f"PCR {_OPERATORS + 1}"
    stage.recorder.record_by_hand(_OPERATORS, f"REHEARSAL_{random.randrange(100):02d}")
    yield Beat(name, "an operator records by hand", 3)
    job = stage.playbox.start_job(_OPERATORS, "LATE_SHOW.mxf")
    yield Beat(name, "PlayBox begins LATE_SHOW on the very same channel", 5)
    stage.recorder.stop_by_hand(_OPERATORS)
    yield Beat(name, "the operator stops", 5)
    stage.playbox.end_job(job)
    yield Beat(name, "PlayBox ends LATE_SHOW", 3)


def _disk_full(stage: Stage, _random: Random) -> Part:
    stage.recorder.switch(full_disk="take ends", record_on_full_disk="refused")
    stage.recorder.fill_disk()
    yield Beat("MovieRecorder", "has no room left on its disk: every take ends, every start is refused", 6)
    stage.recorder.fill_disk(full=False)
    yield Beat("MovieRecorder", "has room on its disk again", 5)


def _hang(stage: Stage, random: Random) -> Part:
    stage.recorder.fault("hang")
    yield Beat("MovieRecorder", "hangs", random.uniform(5, 8))
    stage.recorder.clear_faults()
    yield Beat("MovieRecorder", "answers again", 5)


def _starts_refused(stage: Stage, _random: Random) -> Part:
    body = '{"success": false, "error": "the disk is busy"}'
    stage.recorder.fault("body", "/sources/*/record", times=3, body=body)
    job = stage.playbox.start_job(_OPERATORS, "PILOT.mxf")
    yield Beat(f"PCR {_OPERATORS + 1}", "PlayBox begins PILOT, and MovieRecorder refuses three starts", 9)
    stage.recorder.clear_faults()
    stage.playbox.end_job(job)
    yield Beat(f"PCR {_OPERATORS + 1}", "PlayBox ends PILOT", 4)


def _killed(stage: Stage, _random: Random) -> Part:
    stage.kill_daemon()
    yield Beat("vrmond", "is killed (kill -9)", 2)
    with undisturbed():
        stage.start_daemon()
    yield Beat("vrmond", "is started again", 5)


def _nonsense(stage: Stage, random: Random) -> Part:
    kind, text = random.choice((("error", "answers with status 500"), ("html", "answers with a web page")))
    stage.playbox.fault(kind)
    yield Beat("PlayBox", text, 5)
    stage.playbox.clear_faults()
    yield Beat("PlayBox", "answers sense again", 3)


def _recorder_crash(stage: Stage, _random: Random) -> Part:
    yield from _crash("MovieRecorder", stage.recorder, "every take")


def _obs_crashes(stage: Stage, _random: Random) -> Part:
    if stage.obs is not None:
        yield from _crash("OBS", stage.obs, "what it recorded")


def _crash(name: str, recorder: MovieRecorder | Obs, what: str) -> Part:
    recorder.crash()
    recorder.refuse()
    yield Beat(name, f"crashes: {what} is at its end", 3)
    recorder.listen_again()
    yield Beat(name, "is started again", 6)


def _deck_full(stage: Stage, _random: Random) -> Part:
    if stage.hyperdeck is not None:
        stage.hyperdeck.fill_disk()
        yield Beat("HyperDeck", "has no room left on either of its disks", 6)
        stage.hyperdeck.fill_disk(full=False)
        yield Beat("HyperDeck", "has a new disk", 5)


def _deck_by_hand(stage: Stage, _random: Random) -> Part:
    if stage.hyperdeck is not None:
        stage.hyperdeck.stop_by_hand()
        stage.hyperdeck.set_remote(enabled=False)
        yield Beat("HyperDeck", "somebody stops it and switches its remote control off", 6)
        stage.hyperdeck.set_remote(enabled=True)
        yield Beat("HyperDeck", "its remote control is on again", 5)
