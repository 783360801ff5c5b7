"""The promises of the planner as invariants, judged by what is, not by what it believes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import pairwise
from math import inf, isfinite
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.world.virtual import Recording, VirtualRecorder, VirtualSource
from tests.world.virtual_clock import Clock
from tests.world.virtual_commands import Commands
from tests.world.virtual_meant import Meant
from vrmon.catalog import Code
from vrmon.devices.movierecorder import TRAITS
from vrmon.model import Action, DvrObservation, Job, Phase, PrimaryObservation, Verb
from vrmon.plan import Plan, Verdict, World, plan
from vrmon.plan.memory import FLIGHT, Memory, Running, Sent
from vrmon.plan.names import would_be
from vrmon.settings import Channel, ChannelKey, Settings, Sync
from vrmon.traits import fold_plainly as fold

if TYPE_CHECKING:
    from tests.world.virtual_run import Run

UNRECORDED = 40.0  # seconds: the longest pauses of a start, a lag and a death, one after another
UNEXPLAINED = 12.0
_UNDER_WAY = (Phase.STARTING, Phase.STOPPING, Phase.KEEPING, Phase.UNVERIFIED)
_CROWD, _CROWD_PROOF = 3, 10.0  # jobs gone in one answer, and the seconds of proof that these want

Place = tuple[str, str]  # a DVR, and the unique_id of a source of it
_AT_FIRST = 61.0  # seconds in which a vrmon that knows nothing of one before it looks for what that began
_AWAY = 30.0  # seconds without an answer that may count as an outage, less the minute


class Shown(NamedTuple):
    """What one answer shows of a source that records: the recording, its name then, and whether it is shown
    at all, and as running."""

    source: VirtualSource
    recording: Recording
    name: str
    is_told: bool
    is_shown: bool
    is_paused: bool


def note(mac: VirtualRecorder, now: float) -> list[Shown]:
    return [
        Shown(one, take, take.name, one.is_there and not one.is_odd, one.shown(now), take.paused)
        for one in mac.sources
        if (take := one.recording or (one.last if one.shown(now) else None)) is not None
    ]


@dataclass
class Promises:
    """`broken` is raised as an AssertionError by whatever breaks a promise."""

    run: Run
    told: dict[str, list[PrimaryObservation]] = field(default_factory=lambda: defaultdict(list))
    given: dict[Place, dict[str, Job]] = field(default_factory=lambda: defaultdict(dict))
    asked: dict[tuple[str, str], Recording] = field(default_factory=dict)
    taken: set[tuple[str, Job]] = field(default_factory=set)  # the jobs that vrmon had takes of
    proven: set[tuple[str, Job]] = field(default_factory=set)  # to have ended, before it forgot
    has_forgotten: bool = False
    has_answered: set[str] = field(default_factory=set)
    watched: dict[Place, float] = field(default_factory=dict)  # when each source was told of last
    is_watching: dict[str, bool] = field(default_factory=dict)
    unsteady: dict[Place, float] = field(default_factory=dict)
    awaiting: dict[ChannelKey, float] = field(default_factory=dict)  # an answer that never comes
    clock: Clock = field(init=False)
    meant: Meant = field(init=False)
    commands: Commands = field(init=False)
    every: int = 1  # of how many plans one is compared with what is decided anew; 0: nothing is judged
    drawn: Random = field(default_factory=lambda: Random(1))

    def __post_init__(self) -> None:
        self.clock = Clock(self.run, self.fail)
        self.meant = Meant(self.run, self.fail)
        self.commands = Commands(self.run)

    def fail(self, what: str) -> None:
        if self.every:
            raise AssertionError(f"at {self.run.now:.3f} s: {what}")

    # What happens to the world.

    def began(self, memory: Memory) -> None:
        self.has_answered.clear()
        self.clock.began()
        self.meant.began(memory)
        self.disturbed()

    def crashed(self, keep: int | None) -> None:
        """With memory lost, or older than the last take, what runs may rightly be somebody else's."""
        behind = keep != 0
        self.meant.crashed(is_kept=not behind)
        self.commands.crashed()
        if behind:
            self.has_forgotten = True
            self.proven |= {place for place in self.taken if not self._lacks(*place)}
            self.told.clear()
        for one in self._recordings():
            if one.ended is None and (behind or one.renamed or not one.seen):
                one.excused = True

    def reloaded(self, settings: Settings) -> None:
        self.disturbed()
        self.clock.reloaded(settings)
        self.meant.reloaded(settings)
        places = {(key.ingest, key.dvr) for key in settings.keys}
        for one in self._recordings():
            is_unseen = one.ended is None and one.job is not None and not (one.seen or one.named)
            if is_unseen and one.job is not None and (one.job.ingest, one.place[0]) not in places:
                one.excused = True  # nobody can know it: its channel is gone, and it bears no name of ours

    def _recordings(self) -> Iterator[Recording]:
        for mac in self.run.macs.values():
            yield from mac.recordings

    def disturbed(self, place: Place | None = None, until: float = 0.0) -> None:
        """Something got, or gets, in the way of recording on a source, or on all."""
        for mac in self.run.macs.values():
            for one in mac.sources:
                if place in (None, one.place):
                    since = max(self.run.now, until, self.unsteady.get(one.place, 0.0))
                    self.unsteady[one.place] = since

    def frozen(self, until: float) -> None:
        self.disturbed(until=until)
        for one in self._recordings():
            if one.ended is None and (one.renamed or not one.seen):
                one.excused = True

    def lost_lane(self, action: Action) -> None:
        """Its channel waits for its answer, also where it means another source by then."""
        until = self.run.now + FLIGHT
        if action.source:
            self.disturbed((action.device, action.source), until)
        if action.channel:
            self.awaiting[action.channel] = until

    def looks(self, dvr: str) -> None:
        self.clock.looks(dvr)

    def primary_told(self, name: str, observation: PrimaryObservation) -> None:
        told = self.told[name]
        told.append(observation)
        if observation.seen is not None:
            self.has_answered.add(name)
            shown = {job._replace(show=0) for job in observation.seen}
            self.proven = {
                one
                for one in self.proven
                if self.run.called(one[0]) != name or one[1]._replace(show=0) not in shown
            }
        del told[:-5000]
        self.clock.primary_told(name, observation)

    def looked(self, dvr: str, began: float, shown: list[Shown], *, is_told: bool) -> None:
        """A look has reached vrmon, or has failed."""
        self.is_watching[dvr] = is_told
        for one in shown:
            running = one.recording
            is_seen = is_told and one.is_told and one.is_shown
            if is_seen and not running.seen:
                running.ours |= self._took_over_unseen(running)
            if running.ended is not None and one.source.recording is not running:
                continue  # it is shown for a while after its end, and so it is where the look took long
            if not is_told or not one.is_told:
                is_left = is_told and not one.source.is_there and not self._is_meant(running.place)
                running.excused |= running.renamed or is_left
            elif one.is_shown:
                running.seen = True
                running.renamed &= running.name != one.name
                running.is_called_anew &= running.name != one.name
        told = (
            [one for one in self.run.macs[dvr].sources if one.is_there and not one.is_odd] if is_told else []
        )
        self.watched.update((one.place, began) for one in told)
        self.commands.looked(dvr, began, {one.unique_id for one in told})
        self.clock.looked(dvr, began, shown if is_told else [])

    def _took_over_unseen(self, running: Recording) -> bool:
        """Whether it came in place of ours, under a name made of its name, between two looks that told of the
        source: nobody could know."""
        mac = self.run.macs[running.place[0]]
        same = [one for one in mac.recordings if one.place == running.place and one is not running]
        before = same[-1] if same else None
        if before is None or before.foreign or before.ended is None:
            return False
        is_unseen = before.ended > self.watched.get(running.place, 0.0)
        known = {name for one in (before.name, before.asked) if one for name in (one, mac.spelled(one))}
        return is_unseen and any(TRAITS.may_show(name, mac.spelled(running.name)) for name in known)

    def _is_meant(self, place: Place) -> bool:
        """Whether a channel means the source: by reload, a take may run where none does."""
        on_dvr = [one for one in self.run.settings.channels if one.dvr == place[0]]
        return any(self.run.source_of(one).place == place for one in on_dvr)

    def renamed_by_operator(self, one: Recording) -> None:
        """Ours if we watch: if the look before knew it by another sign than its name."""
        dvr, source = one.place
        mac = self.run.macs[dvr]
        is_watching = self.run.is_alive and self.is_watching.get(dvr) and self._is_meant(one.place)
        blind = not is_watching or not mac.source(source).is_there
        if not one.seen or (blind and not mac.quirks.dated):
            one.excused = True
        one.renamed = not mac.quirks.dated
        one.is_called_anew = True

    # What vrmon does.

    def acts(self, action: Action, look: DvrObservation | None) -> None:
        """Called at the moment at which a command has its effect; `look` is what it was decided upon."""
        mac = self.run.macs[action.device]
        source = mac.source(action.source)
        running = source.recording
        if running is not None and running.foreign:
            if look is None or running.began < look.began:
                if action.verb is not Verb.RECORD:
                    self.fail(f"{action.verb.value} ({action.reason}) hit an operator's {running}")
            else:
                running.ours = True  # nobody could know; from now on it bears our name
        if action.verb is Verb.SET_NAME and action.job is not None:
            self.given[source.place][fold(action.name)] = action.job
        if action.verb is Verb.RECORD and running is None and source.named:
            self._has_a_name_of_its_own(action, source.next_name)
        if running is not None and action.verb is Verb.STOP:
            self.disturbed(source.place)

    def _has_a_name_of_its_own(self, action: Action, name: str) -> None:
        before = self.asked.get((action.device, fold(name)))
        if before is not None and before.seen and not self.has_forgotten:
            self.fail(f"a second take is called {name!r}, {action.reason}")

    def began_recording(self, one: Recording) -> None:
        dvr = one.place[0]
        if one.by == "vrmon" and (one.named or self.run.macs[dvr].quirks.keys == "all"):
            self.asked[dvr, fold(one.asked)] = one

    def planned(self, world: World, before: Memory, planned: Plan) -> None:
        """`before`: what was known before this plan."""
        run = self.run
        self.meant.planned(world, before, planned)
        self.commands.planned(world, planned)
        if not self.every:
            for channel, verdict in planned.verdicts:
                self._adopts(channel, verdict)
            return
        self._is_no_busy_loop(world, planned)
        if self.every == 1 or self.drawn.random() * self.every < 1:
            self._is_as_if_decided_anew(world, before, planned)
        for action in planned.actions:
            by_hand = action.channel and planned.memory.channels[action.channel].released is not None
            if action.verb is not Verb.STOP or action.job is None or not action.channel or by_hand:
                continue
            is_overrun = planned.memory.channels[action.channel].overrun == action.job
            if not is_overrun and not action.job.is_drill:
                self._is_proven(action.channel.primary, action.job, action)
        for channel, verdict in planned.verdicts:
            if verdict.memory.running is not None:
                self.taken.add((channel.primary, verdict.memory.running.job))
            self._is_explained(channel, verdict)
            self._adopts(channel, verdict)
        for mac in run.macs.values():
            for source in mac.sources:
                if source.recording is not None:
                    self.began_recording(source.recording)
        self._are_recorded(planned)
        self.clock.planned(planned)

    def _is_no_busy_loop(self, world: World, planned: Plan) -> None:
        run = self.run
        if planned.due <= run.now:
            self.fail(f"planning is due at {planned.due}")
        if any(moment < run.now or not isfinite(moment) for moment in planned.looks.values()):
            self.fail(f"a look is due at {planned.looks}")
        if run.plans % (7 * self.every) == 0:
            again = plan(
                run.settings,
                World(world.primaries, world.dvrs, (), world.epoch, schedules=world.schedules),
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
            if _standing(one) != _standing(other):
                self.fail(f"decided anew, {channel.name} is another: {_difference(one, other)}")
        if planned.due < inf:
            middle = (self.run.now + planned.due) / 2
            later = plan(self.run.settings, replace(world, results=()), planned.memory, middle)
            if later.actions or later.memory != planned.memory:
                self.fail(
                    f"due at {planned.due}, it does {later.actions} at {middle}: "
                    f"{_difference(planned.memory, later.memory)}"
                )

    def _is_proven(self, primary: str, job: Job, action: Action) -> None:
        """Promise 4, from the primary's answers alone."""
        if self.run.called(primary) not in self.has_answered:
            self.fail(f"stopped before the primary has answered: {action}")
        lacking = self._lacks(primary, job)
        if lacking and (primary, job) not in self.proven:
            self.fail(f"stopped {lacking}: {action}")

    def _lacks(self, primary: str, job: Job) -> str:
        """What of its end is not proven, "" if it is."""
        raw = job._replace(show=0)
        if job.show < self.run.playbox_of(primary).reused.get(raw, 0):
            return ""  # the id is another show's by now
        told = [_of_ingest(one, raw.ingest) for one in self.told[self.run.called(primary)]]
        last = next((one for one in reversed(told) if one.seen is not None), None)
        if last is None or raw in (last.seen or ()):
            return f"although the primary shows {job}"
        since = _since_last_seen(told, raw)
        before = told[: len(told) - len(since)]
        sync = self.run.settings.sync
        is_proven = not before or _was_followed(before, since, raw) or self._was_proven(before, since, sync)
        return "" if is_proven else "without proof"

    def _was_proven(
        self, before: list[PrimaryObservation], since: list[PrimaryObservation], sync: Sync
    ) -> bool:
        """Whether some row of good answers without the job was long enough, the outage's hold included.

        A vrmon that was away for long may count that as an outage, or not: it remembers to the minute.
        """
        was_away = bool(since) and since[0].began - before[-1].ended > _AWAY
        first = since[0].seen if since else None
        gone = 0 if first is None else len(set(before[-1].seen or ()) - set(first))
        proof = max(sync.stop_delay, _CROWD_PROOF) if gone >= _CROWD else sync.stop_delay
        hold = self.run.now + 0.01 - sync.outage_hold
        return any(_is_long(since, proof, hold, blurred=one) for one in {False, was_away})

    def _adopts(self, channel: Channel, verdict: Verdict) -> None:
        """An operator's recording under the name that we gave to the job that is active is ours (that we
        would give, where we have forgotten what we gave), and so is one that turns up under the name of a
        take that we wait for."""
        source, take = self._source_at(channel, verdict), verdict.memory.take
        running = source.recording or self.clock.shown_last(source.place)
        if running is None or running.by != "operator":
            return
        named = self.given[source.place].get(fold(running.name))
        basename = None if verdict.job is None else verdict.job.basename
        has_forgotten = self.has_forgotten or self.run.now < _AT_FIRST
        if basename and (has_forgotten or (channel.dvr, fold(running.name)) not in self.asked):
            known = would_be(self.run.settings.sync, TRAITS, basename, running.name, variants=has_forgotten)
            running.ours |= known
        awaited = isinstance(take, Sent) or (isinstance(take, Running) and take.started == self.run.now)
        if named is not None:
            running.ours |= verdict.job is not None and named == verdict.job.job
            running.ours |= take is not None and awaited and named == take.job
        if isinstance(take, Sent | Running):
            running.ours |= awaited and self._may_be_asked_for(running, take)
        if running.ours:
            self.clock.became_ours(running)

    def _may_be_asked_for(self, running: Recording, take: Running | Sent) -> bool:
        """Our command, the source idle before it, and the recorder's grace; or a name that may be made of one
        that we gave for the take; or no name is told at all."""
        mac, place = self.run.macs[running.place[0]], running.place
        if self.commands.may_have_begun(place) or mac.quirks.keys == "3.x":
            return True
        names = [take.given, *(name for name, job in self.given[place].items() if job == take.job)]
        return any(TRAITS.may_show(name, mac.spelled(running.name)) for name in names)

    def _is_explained(self, channel: Channel, verdict: Verdict) -> None:
        """Promise 3."""
        memory, now = verdict.memory, self.run.now
        if verdict.job is None or not verdict.job.present or verdict.problems or memory.released:
            return
        since = max(memory.phase_since or 0.0, verdict.job.since)
        if verdict.is_recorded:
            confirmed = memory.running.confirmed if memory.running is not None else None
            if (
                confirmed is None
                or now - confirmed > 5.0 + 3 * self.run.settings.dvrs[channel.dvr].poll_interval
            ):
                self.fail(f"{channel.name} is {verdict.phase} as seen at {confirmed}")
        elif verdict.phase not in _UNDER_WAY or now - since > UNEXPLAINED:
            self.fail(f"{channel.name} is {verdict.phase} since {since} and says nothing of it: {verdict}")

    def _are_recorded(self, planned: Plan) -> None:
        """Promise 5: nothing is in the way, and yet a job goes unrecorded."""
        run = self.run
        for channel, verdict in planned.verdicts:
            mac, playbox = run.macs[channel.dvr], run.playbox_of(channel.primary)
            source = self._source_at(channel, verdict)
            active = any(job.ingest == channel.ingest for job in playbox.jobs)
            well = mac.is_up and playbox.is_up and source.is_there and not mac.does_nothing
            well = well and not source.is_deaf and not source.refusals
            well = well and self.meant.is_looked_up(channel) and not self.meant.is_anothers(channel)
            well = well and not source.is_odd and channel.ingest not in playbox.odd
            well = well and not (source.is_locked and mac.quirks.locked == "refused")
            well = well and (source.has_destination or mac.quirks.without_destination == "records")
            well = well and verdict.memory.released is None and verdict.memory.overrun is None
            well = well and run.now >= self.awaiting.get(channel.key, 0.0)
            running = source.recording
            good = running is not None and (
                not running.paused or running.foreign or running.excused or _is_of_another(running, channel)
            )
            meant = run.source_of(channel)
            unsettled = set() if source is meant else {meant.place}  # where it will be, once that is done
            if not active or not well or good or verdict.memory.hold is not None:
                unsettled.add(source.place)
            elif run.now - self.unsteady.get(source.place, 0.0) > UNRECORDED:
                self.fail(f"{channel.name} goes unrecorded: {verdict}")
            for place in unsettled:
                self.unsteady[place] = max(run.now, self.unsteady.get(place, 0.0))

    def _is_anothers(self, channel: Channel, source: VirtualSource) -> bool:
        """Whether another channel's take still runs there, from before a reload."""
        assert self.run.planned is not None
        verdicts = [(one, verdict) for one, verdict in self.run.planned.verdicts if one is not channel]
        return any(
            verdict.memory.running and self._source_at(one, verdict) is source for one, verdict in verdicts
        )

    def _source_at(self, channel: Channel, verdict: Verdict) -> VirtualSource:
        """That of the take that is under way: the channel may mean another since a reload."""
        take = verdict.memory.take
        if isinstance(take, Sent | Running):
            return self.run.macs[channel.dvr].source(take.source)
        return self.run.source_of(channel)

    def agree(self) -> None:
        """Faults have ceased: what is active is recorded, and nothing of ours besides."""
        run = self.run
        assert run.planned is not None
        for channel, verdict in run.planned.verdicts:
            source = self._source_at(channel, verdict)
            jobs = [job for job in run.playbox_of(channel.primary).jobs if job.ingest == channel.ingest]
            running = source.recording
            if jobs and Code.SOURCE_AMBIGUOUS in {one.code for one in verdict.problems}:
                continue  # another channel's take runs there, and its job goes on
            if jobs and (running is None or running.paused or verdict.phase != "recording"):
                self.fail(f"{channel.name} is not recorded at last: {running}, {verdict}")
            if not jobs and running is not None and not self._is_anothers(channel, source):
                self.fail(f"{channel.name} goes on recording {running}: {verdict}")


def _is_of_another(running: Recording, channel: Channel) -> bool:
    """Whether vrmon began it for another channel, from before a reload."""
    return running.job is not None and running.job.ingest != channel.ingest


def _standing(verdict: Verdict) -> Verdict:
    """What lasts of it."""
    return replace(verdict, action=None, look=None, due=0.0, due_anyhow=0.0, lasts=0.0)


def _of_ingest(told: PrimaryObservation, ingest: str) -> PrimaryObservation:
    """An ingest that is told oddly is not told."""
    return replace(told, seen=None) if any(one.handle == ingest for one in told.odd) else told


def _since_last_seen(told: list[PrimaryObservation], job: Job) -> list[PrimaryObservation]:
    for index in range(len(told) - 1, -1, -1):
        if job in (told[index].seen or ()):
            return told[index + 1 :]
    return list(told)


def _was_followed(before: list[PrimaryObservation], since: list[PrimaryObservation], job: Job) -> bool:
    """Whether a new job has begun on the ingest, or one come back: it ends the old take at once."""
    looks = [one.seen for one in (*before[-1:], *since) if one.seen is not None]
    return any(
        other.ingest == job.ingest and other not in earlier
        for earlier, later in pairwise(looks)
        for other in later
    )


def _is_long(since: list[PrimaryObservation], proof: float, hold: float, *, blurred: bool) -> bool:
    """`hold`: when the job must have been lost for its hold to be over."""
    lost: float | None = None
    row: list[PrimaryObservation] = []
    for one in since:
        if one.seen is None:
            blurred = True
            row = row if lost is not None else []
            continue
        if (blurred or (one.restarted and not row)) and lost is None:
            lost = one.ended
        row.append(one)
        held = lost is None or hold >= lost
        if len(row) >= 2 and row[-1].began - row[0].ended >= proof and held:
            return True
    return False


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
