"""An hour of shows and of what goes wrong meanwhile, on a real OBS: drawn from a seed.

Nothing is waited for but what the evening's own hands need: shows follow one another as they are drawn.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL

from tests.obs.site import Site
from tests.obs.studio import until

SHORTEST, LONGEST = 5.0, 60.0  # seconds of a show
ROOM = 3 << 30  # bytes of the disk
_LITTLE = 30 << 20  # bytes that are left on a disk that is full: less than what OBS wants
_ODD = ("N" * 300, "../../etc/{n}", "100% %CCYY %% {n}", "Новости: «{n}?»", " . ", "SHOW\\{n}", "the same")


@dataclass
class Show:
    job: str
    name: str
    began: float  # Unix time
    ended: float = 0.0


@dataclass
class Evening:
    """`by_hand`: the files that the operator began. `stops`, `crashes`: when the operator ended a recording,
    and when OBS was killed (Unix time). `pauses`, and `blind`, in which vrmon saw no jobs: since when and
    until when."""

    site: Site
    chance: random.Random
    shows: list[Show] = field(default_factory=list)
    by_hand: list[Path] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)
    blind: list[tuple[float, float]] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    crashes: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def run(self, seconds: float, pace: float) -> None:
        """`pace`: how much shorter than usual the shows are."""
        due = time.monotonic() + seconds
        is_next_at_once = False
        while time.monotonic() < due:
            if not is_next_at_once:
                time.sleep(self.chance.uniform(0, 6) / pace)
                if self.chance.random() < 0.15:
                    self._operator_records()
            show = self._begin()
            length = min(LONGEST, SHORTEST + self.chance.expovariate(1 / 15)) / pace
            until_ends = time.monotonic() + length
            time.sleep(length * self.chance.random())
            mishap = self.chance.choice(self._mishaps())
            if mishap is not None:
                self._tell(mishap.__name__.strip("_"))
                mishap()
            time.sleep(max(0.0, until_ends - time.monotonic()))
            is_next_at_once = self.chance.random() < 0.35
            self._end(show, is_next_at_once)
        self._end(self.shows[-1], is_next_at_once=False)
        self.site.wait_for_phase("idle")

    def _mishaps(self) -> tuple[Callable[[], None] | None, ...]:
        return (
            *(None, None, None),
            *(self._vrmond_dies, self._vrmond_dies_for_a_while, self._obs_crashes, self._operator_stops),
            *(self._operator_pauses, self._operator_records, self._disk_is_full, self._primary_is_away),
        )

    def _tell(self, what: str) -> None:
        self.told.append(f"{time.time():.2f} {what}")

    def _begin(self) -> Show:
        number = len(self.shows) + 1
        is_odd = self.chance.random() < 0.2
        name = self.chance.choice(_ODD).format(n=number) if is_odd else f"SHOW {number}"
        show = Show(self.site.playbox.start_job(0, f"{name}.mxf"), name, time.time())
        self._tell(f"show {show.job} begins: {name[:40]!r}")
        self.shows.append(show)
        return show

    def _end(self, show: Show, is_next_at_once: bool) -> None:
        if not show.ended:
            self.site.playbox.end_job(show.job)
            show.ended = time.time()
            self._tell(f"show {show.job} ends{', and the next begins' if is_next_at_once else ''}")

    def _vrmond_dies(self) -> None:
        self._vrmond_is_away(0.0)

    def _let_the_disk_catch_up(self) -> None:
        """A start waits for the disk, but not for a slow one: what is not there the next vrmon does not know
        when its job is over."""
        file = self.site.daemon.state / "state.json"

        def is_there() -> bool:
            take = self.site.daemon.channel("PCR 1")["take"]
            return take is None or json.dumps(take["name"])[1:-1] in file.read_text()

        until(is_there, "the take on the disk")

    def _vrmond_dies_for_a_while(self) -> None:
        self._vrmond_is_away(self.chance.uniform(0, 4))

    def _vrmond_is_away(self, seconds: float) -> None:
        self._let_the_disk_catch_up()
        began = time.time()
        self.site.daemon.kill(SIGKILL)
        time.sleep(seconds)
        self.site.daemon.start()
        self.blind.append((began, time.time()))

    def _obs_crashes(self) -> None:
        self.crashes.append(time.time())
        self.site.obs.kill()
        time.sleep(self.chance.uniform(0, 3))
        self.site.obs.start()

    def _operator_stops(self) -> None:
        self._by_hand("StopRecord")

    def _operator_pauses(self) -> None:
        began = time.time()
        if self._by_hand("PauseRecord"):
            until(self._goes_on, "the take goes on")
            self.pauses.append((began, time.time()))

    def _goes_on(self) -> bool:
        """By its length too: a pause that hit the end of a take is told of the next one as well."""
        before = self.site.obs.ask("GetRecordStatus")
        time.sleep(0.3)  # it has grown by then
        after = self.site.obs.ask("GetRecordStatus")
        return not after["outputPaused"] or after["outputDuration"] > before["outputDuration"] > 0

    def _operator_records(self) -> None:
        """For a moment, unless there is a recording, until it is over: OBS would hold one for ever
        that is paused while it winds up."""
        if not self._by_hand("StartRecord"):
            return
        until(lambda: self.site.obs.ask("GetRecordStatus")["outputActive"], "the operator's recording")
        self.by_hand.append(self.site.obs.records_to())
        time.sleep(self.chance.uniform(1, 5))
        self._by_hand("StopRecord")
        until(lambda: not self._goes_on_by_hand(), "the end of the operator's recording")

    def _goes_on_by_hand(self) -> bool:
        obs = self.site.obs
        return bool(obs.ask("GetRecordStatus")["outputActive"]) and obs.records_to() in self.by_hand

    def _disk_is_full(self) -> None:
        used = self.site.obs.folder.parent / "used"
        with used.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(used.parent).free - _LITTLE)
        time.sleep(self.chance.uniform(1, 6))
        used.unlink()

    def _primary_is_away(self) -> None:
        began = time.time()
        self.site.playbox.fault("error", "/ingests/*")
        time.sleep(self.chance.uniform(0.3, 3))
        self.site.playbox.clear_faults()
        self.blind.append((began, time.time()))

    def _by_hand(self, request: str) -> bool:
        """Whether OBS did it."""
        now = time.time()
        try:
            self.site.obs.ask(request)
        except AssertionError:
            return False
        self._tell(f"by hand: {request}")
        if request == "StopRecord":
            self.stops.append(now)
        return True
