"""A day of shows in little time: what vrmond reports of each is what the devices know, and what struck it.

Four channels play at once, round after round: a strike on each, and one on all. VRMON_DAY=N plays N rounds
(6: the 24 shows of a day), VRMON_SEED=N those of another draw.
"""

from __future__ import annotations

import itertools
import os
import signal
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.world.mirror import Mirror, is_in, mirror, wait
from tests.world.running import Status
from vrmon.simulator.recording.take import Stretch, Take, gaps
from vrmon.text import unix_time

CHANNELS = 4
ROUNDS = int(os.environ.get("VRMON_DAY", "2"))
SEED = int(os.environ.get("VRMON_SEED", "1"))
LASTING = 1.0  # seconds that a strike costs a show at least
TOLERANCE = 0.3
SLOW = {"late-start", "take-died", "start-unseen"}  # what it costs to begin, and to begin again
MINUTE = 60.0  # to which the last look is on the disk
CLOSE = 0.02  # seconds: milliseconds are told, and the clock is read more than once
BUSY = '{"success": false, "error": "the disk is busy"}'

Act = Callable[[Mirror, int], object]


class Strike(NamedTuple):
    """What happens to a channel's source (by its number) before its job begins, or on air; `cause`: how it
    is called."""

    cause: str = ""
    before: Act | None = None
    on_air: Act | None = None
    over: Act | None = None


def steer(way: str, here: Mirror, source: int) -> None:
    code, answer = here.daemon.post(f"/channels/PCR%20{source + 1}/{way}", {})
    assert code == 200, answer


def refuse(here: Mirror, source: int) -> None:
    here.recorder.fault("body", f"*- {source}/record", body=BUSY)


def die_and_be_refused(here: Mirror, source: int) -> None:
    refuse(here, source)
    here.recorder.kill_take(source)


def pause_for_good(here: Mirror, source: int) -> None:
    here.recorder.fault("body", f"*- {source}/resume", body=BUSY)
    here.recorder.pause_by_hand(source)


STRIKES = (
    Strike(),
    Strike(on_air=lambda here, source: here.recorder.kill_take(source)),
    Strike("start-refused", on_air=die_and_be_refused),
    Strike("take-paused", on_air=pause_for_good),
    Strike(
        "no-destination",
        on_air=lambda here, source: here.recorder.set_destinations(source, []),
        over=lambda here, source: here.recorder.set_destinations(source, ["media"]),
    ),
    Strike("start-refused", before=refuse),
    Strike("hold", before=partial(steer, "hold"), over=partial(steer, "auto")),
    Strike(
        "foreign",
        before=lambda here, source: here.recorder.record_by_hand(source, "REHEARSAL"),
        over=lambda here, source: here.recorder.stop_by_hand(source),
    ),
)


def recorder_is_blind(here: Mirror, victim: int) -> None:
    here.recorder.fault("drop", "/sources")
    here.daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["failures"] > 1)
    here.recorder.kill_take(victim)
    here.daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["failures"] > 4)
    here.recorder.clear_faults()


def vrmond_is_away(here: Mirror, victim: int) -> None:
    here.daemon.kill(signal.SIGKILL)
    here.recorder.kill_take(victim)
    here.daemon.start()


def primary_is_away(here: Mirror, _: int) -> None:
    here.playbox.fault("drop")
    here.daemon.wait_for(lambda status: status["primaries"]["playbox"]["failures"] > 3)
    here.playbox.clear_faults()


ON_ALL = ((recorder_is_blind, "dvr-unreachable"), (vrmond_is_away, "vrmon-away"), (primary_is_away, ""))


class Show(NamedTuple):
    """`causes`: of what may be missing of it."""

    job: str
    source: int
    causes: frozenset[str]


def play(here: Mirror, random: Random, number: int, strikes: list[Strike]) -> Iterator[Show]:
    """One round: a show on each channel."""
    struck = list(enumerate(strikes))
    for source, strike in struck:
        if strike.before is not None:
            strike.before(here, source)
    here.wait_for_polls()
    jobs = [here.playbox.start_job(source, f"SHOW {number}-{source}.mxf") for source, _ in struck]
    for source, strike in struck:
        if strike.before is None:
            here.wait_for_phase("recording", source + 1)
    here.wait_for_polls()
    for source, strike in struck:
        if strike.on_air is not None:
            strike.on_air(here, source)
    here.daemon.wait_for(lambda status: all(costs(status, source, strike) for source, strike in struck))
    here.recorder.clear_faults()
    for source, strike in struck:
        if strike.over is not None:
            strike.over(here, source)
    all_record(here)
    happens, cause = ON_ALL[number % len(ON_ALL)]
    victim = random.randrange(CHANNELS)
    for source, _ in struck:
        here.wait_for_state(f'"name":"{running(here, source).name}"')
    happens(here, victim)
    all_record(here)
    for job in jobs:
        here.playbox.end_job(job)
        here.wait_for_polls(1)  # three that are gone in one answer would be kept for ten seconds
    here.daemon.wait_for(lambda status: {one["phase"] for one in status["channels"]} == {"idle"})
    for source, strike in struck:
        causes = {strike.cause, cause if source == victim else ""} - {""}
        yield Show(jobs[source], source, frozenset(causes))


def running(here: Mirror, source: int) -> Take:
    found = here.recorder.wait_until(lambda: here.recorder.running(source))
    assert found is not None
    return found


def costs(status: Status, source: int, strike: Strike) -> bool:
    """Whether it has cost the show a good piece, and that is told with its cause."""
    if not strike.cause:
        return True
    coverage = status["channels"][source]["coverage"] or {"gaps": []}
    return any(gap["cause"] == strike.cause and gap["least"] > LASTING for gap in coverage["gaps"])


def all_record(here: Mirror) -> None:
    """And have been seen to do so by more than one look."""
    for _ in range(2):
        here.wait_for_polls()
        here.daemon.wait_for(
            lambda status: all(is_in(status, f"PCR {n + 1}", "recording") for n in range(CHANNELS))
        )


class Truth:
    """What the devices know, in Unix time."""

    def __init__(self, here: Mirror) -> None:
        self._jobs = {job.id: job for job in here.playbox.jobs}
        self._recorder = here.recorder
        shift = next(iter(self._jobs.values())).began_at - next(iter(self._jobs.values())).started
        self._shift = shift
        self._looks = [
            sorted(one.at + shift for one in device.arrivals(f"GET {route}") if one.answered is not None)
            for device, route in ((here.playbox, "/ingests/activejobsinfo"), (here.recorder, "/sources"))
        ]

    def span(self, show: Show) -> Stretch:
        job = self._jobs[show.job]
        assert job.ended is not None
        return job.started + self._shift, job.ended + self._shift

    def gaps(self, show: Show) -> list[Stretch]:
        """When it ran, and its channel's source did not record it for vrmon."""
        ours = [take for take in self._recorder.takes_of(show.source) if take.by == "remote"]
        began, ended = self.span(show)
        found = gaps(ours, began - self._shift, ended - self._shift)
        return [(begin + self._shift, end + self._shift) for begin, end in found]

    def a_poll_before(self, moment: float) -> float:
        """When the look before the last one came to either device, the earlier of the two."""
        return min(looks[max(bisect_left(looks, moment) - 2, 0)] for looks in self._looks)

    def a_poll_after(self, moment: float) -> float:
        """When the look after the next one came, the later of the two; one was under way."""
        return max(
            looks[place] if (place := bisect_right(looks, moment) + 2) < len(looks) else moment + MINUTE
            for looks in self._looks
        )

    def looks_within(self, gap: Stretch) -> int:
        return min(bisect_left(looks, gap[1]) - bisect_right(looks, gap[0]) for looks in self._looks)


def overlap(gap: Stretch, others: list[Stretch]) -> float:
    return sum(max(0.0, min(gap[1], end) - max(gap[0], begin)) for begin, end in others)


def check(told: dict[str, Any], show: Show, truth: Truth) -> None:
    what = f"{told['channel']}, {told['basename']}, struck by {sorted(show.causes)}: {told}"
    began, ended = truth.span(show)
    true = truth.gaps(show)
    lost = sum(end - begin for begin, end in true)
    assert unix_time(told["began"]["earliest"]) - CLOSE <= began, what
    assert ended <= unix_time(told["ended"]["latest"]) + CLOSE, what
    assert told["missing"]["least"] - CLOSE <= lost <= told["missing"]["most"] + CLOSE, f"{lost} s of {what}"
    reported = [(unix_time(gap["from"]), unix_time(gap["to"]), gap) for gap in told["gaps"]]
    for gap in true:
        earlier = truth.a_poll_before(gap[0]) - (MINUTE if "vrmon-away" in show.causes else CLOSE)
        around = earlier, truth.a_poll_after(gap[1]) + CLOSE
        if truth.looks_within(gap) > 3:
            assert any(around[0] <= since and until <= around[1] for since, until, _ in reported), (gap, what)
    for since, until, gap in reported:
        assert gap["least"] - CLOSE <= overlap((since, until), true) <= gap["most"] + CLOSE, what
        if gap["least"] > TOLERANCE:
            assert gap["cause"] in show.causes | SLOW, what


@contextmanager
def site(folder: Path) -> Iterator[Mirror]:
    with mirror(folder, size=CHANNELS, sync={"gap_tolerance": TOLERANCE}) as here:
        here.wait_for_polls()
        yield here


def test_a_day_is_reported_as_the_devices_know_it(tmp_path: Path) -> None:
    random = Random(SEED)
    drawn = itertools.chain.from_iterable(random.sample(STRIKES, len(STRIKES)) for _ in itertools.count())
    with site(tmp_path) as here:
        shows = [
            show
            for number in range(ROUNDS)
            for show in play(here, random, number, list(itertools.islice(drawn, CHANNELS)))
        ]

        def told() -> dict[str, dict[str, Any]]:
            code, document = here.daemon.get("/report")
            return {job["job"]: job for job in document["jobs"]} if code == 200 else {}

        wait(lambda: {job["status"] for job in told().values()} & {"running"} == set(), "all accounts closed")
        found, truth = told(), Truth(here)
        assert found.keys() == {show.job for show in shows}
        for show in shows:
            check(found[show.job], show, truth)
