"""What is said of the world at each moment, and how soon: severities, promise 3's clock, holds, looks."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vrmon.catalog import Code, Severity
from vrmon.model import Job, Phase, PrimaryObservation
from vrmon.plan import Plan, Verdict
from vrmon.settings import Channel, ChannelKey, Settings

if TYPE_CHECKING:
    from tests.world.virtual import Recording
    from tests.world.virtual_promises import Shown
    from tests.world.virtual_run import Run

DEGRADED, CRITICAL = 2.0, 5.0  # seconds without a verified recording
MISNAMED = 100.0  # seconds in which the name of a job's file is asked for again, and one question lost
LOOKS, WINDOW = 6.0, 10.0  # looks a second at a recorder at the most, over so many seconds
_MARGIN = 0.1


@dataclass
class Clock:
    """`verified`: of each source, when a look that reached vrmon began which showed a recording of ours run;
    `others`: the same of one that was somebody else's then. `known`: since when this vrmon was told of each
    job without a pause. `misnamed`: since when each channel's job is called otherwise than it knows."""

    run: Run
    fail: Callable[[str], None]
    verified: dict[tuple[str, str], float] = field(default_factory=dict)
    others: dict[tuple[str, str], tuple[Recording, float]] = field(default_factory=dict)
    known: dict[tuple[str, Job], float] = field(default_factory=dict)
    holds: dict[ChannelKey, float] = field(default_factory=dict)
    misnamed: dict[ChannelKey, float] = field(default_factory=dict)
    when: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def began(self) -> None:
        """vrmon begins: what it has been told counts from now on."""
        self.known.clear()
        self.misnamed.clear()
        self.holds.clear()

    def reloaded(self, settings: Settings) -> None:
        """A channel keeps its hold while it is away, and where its primary is called otherwise by now."""
        known = {(key.ingest, key.dvr): key for key in settings.keys}
        self.holds = {known.get((key.ingest, key.dvr), key): until for key, until in self.holds.items()}

    def looks(self, dvr: str) -> None:
        when, now = self.when[dvr], self.run.now
        when.append(now)
        while when[0] < now - WINDOW:
            when.popleft()
        if len(when) > LOOKS * WINDOW:
            self.fail(f"{dvr} was looked at {len(when)} times in {WINDOW} s")

    def looked(self, dvr: str, began: float, shown: list[Shown]) -> None:
        for one in shown:
            if one.is_told and one.is_shown and not one.is_paused:
                if one.recording.foreign:
                    self.others[one.source.place] = one.recording, began
                else:
                    self.verified[one.source.place] = began

    def shown_last(self, place: tuple[str, str]) -> Recording | None:
        """What the last look at a source has shown of somebody else's: it may have ended since."""
        recording, began = self.others.get(place, (None, 0.0))
        look = self.run.dvrs_seen.get(place[0])
        return recording if look is not None and look.began == began else None

    def became_ours(self, recording: Recording) -> None:
        """What a look has shown, vrmon may rightly take for its own since."""
        seen, began = self.others.get(recording.place, (None, 0.0))
        if seen is recording:
            self.verified[recording.place] = max(began, self.verified.get(recording.place, 0.0))

    def primary_told(self, primary: str, told: PrimaryObservation) -> None:
        if told.seen is None:
            return
        active = {(primary, job) for job in told.seen}
        for place in active:
            self.known.setdefault(place, self.run.now)
        for place in self.known.keys() - active:
            if place[0] == primary:
                del self.known[place]

    def planned(self, planned: Plan) -> None:
        for channel, verdict in planned.verdicts:
            self._is_called_in_time(channel, verdict)
            self._is_told_in_time(channel, verdict)
            self._is_told_at_all(channel, verdict)
            self._is_held(channel, verdict)

    def _is_held(self, channel: Channel, verdict: Verdict) -> None:
        """The end of a hold is neither early nor late."""
        until = self.holds.get(channel.key)
        if until is None:
            return
        is_over = self.run.now >= until
        if is_over is (verdict.memory.hold is not None):
            self.fail(f"the hold of {channel.name} until {until} is {verdict.memory.hold}")
        if is_over:
            del self.holds[channel.key]

    def _is_called_in_time(self, channel: Channel, verdict: Verdict) -> None:
        """A job whose file has got another name, that of another show perhaps, is known by it."""
        playbox, tracked = self.run.playbox_of(channel.primary), verdict.job
        raw = None if tracked is None else tracked.job._replace(show=0)
        since, name = playbox.names.get(raw, (0.0, "")) if raw is not None else (0.0, "")
        is_told = (
            playbox.is_up and raw in playbox.jobs and raw.ingest not in playbox.odd and self.run.now >= since
        )
        if (
            tracked is None
            or not tracked.basename
            or not is_told
            or name in (tracked.basename, tracked.renamed)
        ):
            self.misnamed.pop(channel.key, None)
        elif self.run.now - self.misnamed.setdefault(channel.key, self.run.now) > MISNAMED:
            self.fail(f"{channel.name} is at {name!r}, and knows it as {tracked}")

    def _is_told_in_time(self, channel: Channel, verdict: Verdict) -> None:
        """A job that is active and of which no look has shown a recording is told of, whoever is to blame."""
        memory, sync = verdict.memory, self.run.settings.sync
        if verdict.job is None or not verdict.job.present or memory.released is not None:
            return
        known = self.known.get((self.run.called(channel.primary), verdict.job.job._replace(show=0)))
        if known is None or memory.hold is not None:
            return
        known = max(known, verdict.job.since)
        take = memory.running
        place = self.run.source_of(channel).place if take is None else (channel.dvr, take.source)
        poll = self.run.settings.dvrs[channel.dvr].poll_interval
        since = max(self.verified.get(place, 0.0), known + sync.name_wait) + poll + _MARGIN
        lasting = self.run.now - since
        worst = min((one.severity.rank for one in verdict.problems), default=Severity.INFO.rank)
        if lasting > DEGRADED and worst > Severity.DEGRADED.rank:
            self.fail(f"{channel.name} is not recorded since {since}, and all is well: {verdict}")
        is_left_alone = verdict.phase in (Phase.FOREIGN, Phase.DOUBTFUL)
        if lasting > CRITICAL and worst > Severity.CRITICAL.rank and not is_left_alone:
            self.fail(f"{channel.name} has no recording since {since}, which is not critical: {verdict}")

    def _is_told_at_all(self, channel: Channel, verdict: Verdict) -> None:
        """One that is seen to be recorded is not called critical, but for want of a destination. One that a
        person has ended may be called as it will."""
        take, told = verdict.memory.running, self.run.dvrs_seen.get(channel.dvr)
        if take is None or told is None or told.seen is None:
            return
        if verdict.memory.hold is not None or verdict.memory.released is not None:
            return
        if (
            take.confirmed is None
            or self.run.now - take.confirmed > self.run.settings.dvrs[channel.dvr].poll_interval + 1.0
        ):
            return  # vrmon has not looked for a while: it was frozen
        shown = next((one for one in told.seen if one.unique_id == take.source), None)
        if shown is None or not shown.is_recording or verdict.job is None or verdict.job.job != take.job:
            return
        critical = [one.code for one in verdict.problems if one.severity is Severity.CRITICAL]
        if shown.destinations == ():
            if Code.NO_DESTINATION not in critical:
                self.fail(f"{channel.name} records to nothing, which is not critical: {verdict}")
        elif critical and not shown.is_paused and verdict.job.present:
            self.fail(f"{channel.name} is recorded, and critical: {verdict}")
