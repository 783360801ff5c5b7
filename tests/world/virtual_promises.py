"""The promises of the planner as invariants, judged by what is, not by what it believes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from math import inf, isfinite
from random import Random
from typing import TYPE_CHECKING

from tests.world.virtual import Recording
from vrmon.devices.movierecorder import TRAITS
from vrmon.model import Action, DvrObservation, Job, PrimaryObservation, Verb
from vrmon.plan import Plan, Verdict, World, plan
from vrmon.plan.memory import Memory, Running, Sent
from vrmon.plan.names import would_be
from vrmon.settings import Channel
from vrmon.traits import fold_plainly as fold

if TYPE_CHECKING:
    from tests.world.virtual_run import Run

UNRECORDED = 40.0  # seconds: the longest pauses of a start, a lag and a death, one after another
UNEXPLAINED = 12.0
_AWAY = 30.0  # seconds without an answer that may count as an outage, less the minute


@dataclass
class Promises:
    """`broken` is raised as an AssertionError by whatever breaks a promise."""

    run: Run
    told: list[PrimaryObservation] = field(default_factory=list)
    given: dict[str, dict[str, Job]] = field(default_factory=dict)
    asked: dict[str, Recording] = field(default_factory=dict)
    has_forgotten: bool = False
    has_answered: bool = False
    is_watching: bool = False
    last_look: float = 0.0
    unsteady: dict[str, float] = field(default_factory=dict)
    every: int = 1  # of how many plans one is compared with what is decided anew
    drawn: Random = field(default_factory=lambda: Random(1))

    def fail(self, what: str) -> None:
        raise AssertionError(f"at {self.run.now:.3f} s: {what}")

    # What happens to the world.

    def began(self) -> None:
        self.has_answered = False
        self.disturbed()

    def crashed(self, keep: int | None) -> None:
        """With memory lost, or older than the last take, what runs may rightly be somebody else's."""
        behind = keep != 0
        if behind:
            self.has_forgotten = True
            self.told.clear()
        for one in self.run.mac.recordings:
            if one.ended is None and (behind or one.renamed or not one.seen):
                one.excused = True

    def disturbed(self, source: str = "") -> None:
        """Something got in the way of recording on `source`, or on all."""
        for one in self.run.mac.sources:
            if source in ("", one.unique_id):
                self.unsteady[one.unique_id] = self.run.now

    def primary_told(self, observation: PrimaryObservation) -> None:
        self.told.append(observation)
        self.has_answered |= observation.seen is not None
        del self.told[:-5000]

    def looked(self, is_told: bool) -> None:
        self.is_watching = is_told
        for one in self.run.mac.sources:
            running = one.recording
            if running is None:
                continue
            if not is_told or not one.is_there:
                running.excused |= running.renamed
            elif one.shown(self.run.now):
                if not running.seen:
                    running.ours |= self._took_over_unseen(running)
                running.seen, running.renamed = True, False
        if is_told:
            self.last_look = self.run.now

    def _took_over_unseen(self, running: Recording) -> bool:
        """Whether it came in place of ours, under its name, between two looks: nobody could know."""
        same = [one for one in self.run.mac.recordings if one.source == running.source and one is not running]
        before = same[-1] if same else None
        if before is None or before.by != "vrmon" or before.ended is None:
            return False
        return before.ended > self.last_look and fold(before.name) == fold(running.name)

    def renamed_by_operator(self, one: Recording) -> None:
        """Ours if we watch: if the look before knew it by another sign than its name."""
        is_there = self.run.mac.source(one.source).is_there
        blind = not self.run.is_alive or not self.is_watching or not is_there
        if not one.seen or (blind and not self.run.mac.quirks.dated):
            one.excused = True
        one.renamed = not self.run.mac.quirks.dated

    # What vrmon does.

    def acts(self, action: Action, look: DvrObservation | None) -> None:
        """Called at the moment at which a command has its effect; `look` is what it was decided upon."""
        source = self.run.mac.source(action.source)
        running = source.recording
        if running is not None and running.foreign:
            if look is None or running.began < look.began:
                if action.verb is not Verb.RECORD:
                    self.fail(f"{action.verb.value} ({action.reason}) hit an operator's {running}")
            else:
                running.ours = True  # nobody could know; from now on it bears our name
        if action.verb is Verb.SET_NAME and action.job is not None:
            self.given.setdefault(action.source, {})[fold(action.name)] = action.job
        if action.verb is Verb.RECORD and running is None and source.named:
            self._has_a_name_of_its_own(action, source.next_name)

    def _has_a_name_of_its_own(self, action: Action, name: str) -> None:
        before = self.asked.get(fold(name))
        if before is not None and before.seen and not self.has_forgotten:
            self.fail(f"a second take is called {name!r}, {action.reason}")

    def began_recording(self, one: Recording) -> None:
        if one.by == "vrmon" and (one.named or self.run.mac.quirks.keys == "all"):
            self.asked[fold(one.asked)] = one

    def planned(self, world: World, before: Memory, planned: Plan) -> None:
        """`before`: what was known before this plan."""
        run = self.run
        self._is_no_busy_loop(world, planned)
        if self.every == 1 or self.drawn.random() * self.every < 1:
            self._is_as_if_decided_anew(world, before, planned)
        for action in planned.actions:
            by_hand = action.channel and planned.memory.channels[action.channel].released is not None
            if action.verb is Verb.STOP and action.job is not None and not by_hand:
                self._is_proven(action.job, action)
        for channel, verdict in planned.verdicts:
            self._is_explained(channel, verdict)
            self._adopts(channel, verdict)
        for source in run.mac.sources:
            if source.recording is not None:
                self.began_recording(source.recording)
        self._are_recorded(planned)

    def _is_no_busy_loop(self, world: World, planned: Plan) -> None:
        run = self.run
        if planned.due <= run.now:
            self.fail(f"planning is due at {planned.due}")
        if any(moment < run.now or not isfinite(moment) for moment in planned.looks.values()):
            self.fail(f"a look is due at {planned.looks}")
        if run.plans % (7 * self.every) == 0:
            again = plan(
                run.settings,
                World(world.primaries, world.dvrs, (), world.epoch),
                planned.memory,
                run.now,
            )
            if again.actions or again.memory != planned.memory:
                self.fail(
                    f"planned again, it does {again.actions}: {_difference(planned.memory, again.memory)}"
                )

    def _is_as_if_decided_anew(self, world: World, before: Memory, planned: Plan) -> None:
        """What nothing has touched stays as it was decided: it would have come to the same."""
        whole = plan(self.run.settings, world, before, self.run.now)
        for name in ("memory", "actions", "problems"):
            one, other = getattr(planned, name), getattr(whole, name)
            if one != other:
                self.fail(f"decided anew, its {name} is another: {_difference(one, other)}")
        if planned.due > whole.due:
            self.fail(f"decided anew, it is due at {whole.due}, before {planned.due}")
        for (channel, one), (_, other) in zip(planned.verdicts, whole.verdicts, strict=True):
            if replace(one, action=None, look=None, due=0) != replace(other, action=None, look=None, due=0):
                self.fail(f"decided anew, {channel.name} is another: {_difference(one, other)}")
        if planned.due < inf:
            middle = (self.run.now + planned.due) / 2
            later = plan(self.run.settings, replace(world, results=()), planned.memory, middle)
            if later.actions or later.memory != planned.memory:
                self.fail(
                    f"due at {planned.due}, it does {later.actions} at {middle}: "
                    f"{_difference(planned.memory, later.memory)}"
                )

    def _is_proven(self, job: Job, action: Action) -> None:
        """Promise 4, from the primary's answers alone."""
        sync = self.run.settings.sync
        if not self.has_answered:
            self.fail(f"stopped before the primary has answered: {action}")
        last = next(one for one in reversed(self.told) if one.seen is not None)
        if job in (last.seen or ()):
            self.fail(f"stopped although the primary shows {job}: {action}")
        is_known = any(job in (one.seen or ()) for one in self.told)
        if is_known and not self._was_followed(job) and not self._was_proven(job, sync.stop_delay):
            self.fail(f"stopped without proof: {action}")

    def _since_last_seen(self, job: Job) -> list[PrimaryObservation]:
        for index in range(len(self.told) - 1, -1, -1):
            if job in (self.told[index].seen or ()):
                return self.told[index + 1 :]
        return list(self.told)

    def _was_followed(self, job: Job) -> bool:
        """Whether a new job has begun on the ingest: it ends the old take at once."""
        since = self._since_last_seen(job)
        before = self.told[: len(self.told) - len(since)]
        beside = before[-1].seen or () if before else ()
        shown = {other for one in since for other in one.seen or () if other.ingest == job.ingest}
        return bool(shown - set(beside))

    def _was_proven(self, job: Job, stop_delay: float) -> bool:
        """Whether some row of good answers without the job was long enough, the outage's hold included.

        A vrmon that was away for long may count that as an outage, or not: it remembers to the minute.
        """
        since = self._since_last_seen(job)
        before = self.told[: len(self.told) - len(since)]
        was_away = bool(before and since) and since[0].began - before[-1].ended > _AWAY
        return any(self._is_long(since, stop_delay, blurred=one) for one in {False, was_away})

    def _is_long(self, since: list[PrimaryObservation], stop_delay: float, *, blurred: bool) -> bool:
        lost: float | None = None
        row: list[PrimaryObservation] = []
        for one in since:
            if one.seen is None:
                blurred = True
                row = row if lost is not None else []
                continue
            if blurred and lost is None:
                lost = one.ended
            row.append(one)
            held = lost is None or self.run.now + 0.01 >= lost + self.run.settings.sync.outage_hold
            if len(row) >= 2 and row[-1].began - row[0].ended >= stop_delay and held:
                return True
        return False

    def _adopts(self, channel: Channel, verdict: Verdict) -> None:
        """An operator's recording under the name that we gave to the job that is active is ours (that we
        would give, where we have forgotten what we gave), and so is one that turns up under the name of a
        take that we wait for."""
        source = self.run.mac.sources[self.run.settings.channels.index(channel)]
        running, take = source.recording, verdict.memory.take
        if running is None or running.by != "operator":
            return
        named = self.given.get(source.unique_id, {}).get(fold(running.name))
        basename = None if verdict.job is None else verdict.job.basename
        if basename and (self.has_forgotten or fold(running.name) not in self.asked):
            known = would_be(
                self.run.settings.sync, TRAITS, basename, running.name, variants=self.has_forgotten
            )
            running.ours |= known
        awaited = isinstance(take, Sent) or (isinstance(take, Running) and take.started == self.run.now)
        if named is not None:
            running.ours |= verdict.job is not None and named == verdict.job.job
            running.ours |= take is not None and awaited and named == take.job
        if take is not None and awaited:
            running.ours = True  # our command, the source idle before it, and the recorder's grace

    def _is_explained(self, channel: Channel, verdict: Verdict) -> None:
        """Promise 3."""
        memory, now = verdict.memory, self.run.now
        if verdict.job is None or not verdict.job.present or verdict.problems or memory.released:
            return
        since = max(memory.phase_since or 0.0, verdict.job.since)
        if verdict.is_recorded:
            confirmed = memory.running.confirmed if memory.running is not None else None
            if confirmed is None or now - confirmed > 5.0 + 3 * self.run.settings.dvrs["mac"].poll_interval:
                self.fail(f"{channel.name} is {verdict.phase} as seen at {confirmed}")
        elif verdict.phase not in ("starting", "stopping", "keeping") or now - since > UNEXPLAINED:
            self.fail(f"{channel.name} is {verdict.phase} since {since} and says nothing of it: {verdict}")

    def _are_recorded(self, planned: Plan) -> None:
        """Promise 5: nothing is in the way, and yet a job goes unrecorded."""
        run = self.run
        for channel, verdict in planned.verdicts:
            source = run.mac.sources[run.settings.channels.index(channel)]
            active = any(job.ingest == channel.ingest for job in run.playbox.jobs)
            well = run.mac.is_up and run.playbox.is_up and source.is_there and not run.mac.does_nothing
            well = well and not (source.is_locked and run.mac.quirks.locked == "refused")
            running = source.recording
            good = running is not None and (not running.paused or running.foreign or running.excused)
            if not active or not well or good or verdict.memory.hold is not None:
                self.unsteady[source.unique_id] = run.now
            elif run.now - self.unsteady.get(source.unique_id, 0.0) > UNRECORDED:
                self.fail(f"{channel.name} goes unrecorded: {verdict}")

    def agree(self) -> None:
        """Faults have ceased: what is active is recorded, and nothing of ours besides."""
        run = self.run
        assert run.planned is not None
        for channel, verdict in run.planned.verdicts:
            source = run.mac.sources[run.settings.channels.index(channel)]
            jobs = [job for job in run.playbox.jobs if job.ingest == channel.ingest]
            running = source.recording
            if jobs and (running is None or running.paused or verdict.phase != "recording"):
                self.fail(f"{channel.name} is not recorded at last: {running}, {verdict}")
            if not jobs and running is not None:
                self.fail(f"{channel.name} goes on recording {running}: {verdict}")


def _difference(before: object, after: object) -> str:
    """Where two values that should be equal are not."""
    if is_dataclass(before) and type(before) is type(after):
        names = [one.name for one in fields(before)]
        pairs = [(name, getattr(before, name), getattr(after, name)) for name in names]
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        pairs = [(str(key), before.get(key), after.get(key)) for key in {**before, **after}]
    else:
        return f"{before} became {after}"
    return "; ".join(f"{name}: {_difference(one, other)}" for name, one, other in pairs if one != other)
