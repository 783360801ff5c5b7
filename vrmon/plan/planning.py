"""One plan in the making: what has come is taken in, what it concerns is decided, the rest stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from math import inf

from vrmon.catalog import Code
from vrmon.model import SUBJECT, Action, Problem, Result, Source, Verb
from vrmon.plan import (
    acknowledgement,
    drilling,
    following,
    heirs,
    jobs,
    outages,
    problems,
    sighting,
    starting,
    unconfigured,
)
from vrmon.plan.acknowledgement import Acknowledged
from vrmon.plan.case import Case, Verdict
from vrmon.plan.coverage.covered import Covered, Lack
from vrmon.plan.covering import Folding
from vrmon.plan.memory import NEW_CHANNEL, NEW_DVR, NEW_PRIMARY, DvrMemory, Memory, PrimaryMemory, Take
from vrmon.plan.moment import Moment
from vrmon.plan.renamed import Renamed
from vrmon.plan.replacing import replace
from vrmon.plan.respond import respond
from vrmon.plan.rights import Rights, Role
from vrmon.plan.seen import adopt, look, see
from vrmon.plan.sources import under_way
from vrmon.plan.standing import standing
from vrmon.plan.wanted import wanted
from vrmon.plan.world import Place, Plan, World
from vrmon.settings import Channel, ChannelKey, Settings
from vrmon.traits import Traits

_SOONER = 1e-6  # seconds by which no sum of times is wrong: what is decided too soon is decided the same
Verdicts = tuple[tuple[Channel, Verdict], ...]


class Planning:
    """`touched`: the channels to be decided; `steady`: those of whose take a new look shows only that it goes
    on; `stirred`: the primaries of which something has come, or is due; `new_looks`: the DVRs that have shown
    their sources anew."""

    def __init__(
        self, settings: Settings, world: World, memory: Memory, now: float, before: Plan | None
    ) -> None:
        self.settings = settings
        self.world = world
        self.renamed = Renamed() if before is not None else heirs.found(settings, memory)
        self.memory = memory = heirs.handed_on(memory, self.renamed, now) if self.renamed else memory
        self.now = now
        self.before = before
        self.primaries = {name: memory.primaries.get(name, NEW_PRIMARY) for name in settings.primaries}
        self.dvrs = {name: memory.dvrs.get(name, NEW_DVR) for name in settings.dvrs}
        self.channels = dict(memory.channels)
        self.touched: set[ChannelKey] = set()
        self.steady: set[ChannelKey] = set()
        self.new_looks: set[str] = set()
        self.stirred: set[str] = set()
        self.actions: list[Action] = []
        self.decided: dict[ChannelKey, Verdict] = {}
        self.freed: dict[str, frozenset[str]] = {}

    def planned(self) -> Plan:
        self._touch()
        self._learn()
        self._observe()
        claims = self._claims()
        self._decide(claims)
        dues = {} if self.before is None else dict(self.before.dues)
        for name in sorted(self.stirred & self.primaries.keys()):
            dues["primary", name] = self._ask_and_forget(name)
        covered = self._cover()
        moment = Moment(self.now)
        unconfigured.forget(self.settings, self.channels, self.dvrs, self.world.dvrs, moment)
        of_devices = self._of_devices()
        verdicts, decided = self._verdicts()
        for name in {key.dvr for key in self.decided}:
            mine = (verdicts[self.settings.places[one.key]][1].due for one in self.settings.on_dvr(name))
            dues["dvr", name] = min(mine, default=inf)
        found = self._problems(of_devices, verdicts)
        known = self._acknowledged((*found, *self.world.own), moment)
        return Plan(
            replace(self._memory(found, moment), covered=covered, acknowledged=known),
            tuple(self.actions),
            verdicts,
            found,
            decided,
            self._looks(),
            min((moment.due, *dues.values())),
            of_devices,
            dues,
            claims,
            self.freed,
            self.world.destinations,
            self.world.schedules,
            frozenset(one.key for one in self.world.own),
            self.world.rights,
            self.world.sightings,
            frozenset(self.steady),
            self.renamed,
        )

    def _known(self, channel: Channel) -> Verdict | None:
        """What the plan before decided of it."""
        return None if self.before is None else self.before.verdicts[self.settings.places[channel.key]][1]

    def _touch(self) -> None:
        """Everything, or what has been amended or falls due."""
        before = self.before
        if before is None:
            self._touch_all(self.settings.channels)
            self.stirred.update(self.settings.primaries)
            unconfigured.carry_holds(self.settings, self.channels)
            for channel in self.settings.channels:
                busy = self.channels.get(channel.key, NEW_CHANNEL).job
                known = self.primaries[channel.primary]
                self.primaries[channel.primary] = jobs.recall(known, busy, self.now)
            return
        if before.memory.channels is not self.memory.channels:
            planned = before.memory.channels
            self.touched.update(key for key, one in self.channels.items() if planned.get(key) is not one)
        moment = Moment(self.now)
        if moment.reached(before.due):
            self.touched.update(channel.key for channel, one in before.verdicts if moment.reached(one.due))
            due = {
                name for (kind, name), due in before.dues.items() if kind == "primary" and moment.reached(due)
            }
            self.stirred |= due
        if self._has_other_rights(before.rights):
            self._touch_all(self.settings.channels)
        for name, sources in before.freed.items():
            self._touch_wanting(name, sources)
        pairs = (before.destinations, self.world.destinations), (before.schedules, self.world.schedules)
        for told_last, told in pairs:
            for name in self.dvrs if told_last != told else ():
                if told_last.get(name, ()) != told.get(name, ()):
                    self._touch_all(self.settings.on_dvr(name))
        was, seen = before.sightings, self.world.sightings
        keys = (was.keys() | seen.keys()) & self.settings.places.keys() if was is not seen else ()
        self.touched.update(key for key in keys if was.get(key) != seen.get(key))

    def _has_other_rights(self, before: Rights | None) -> bool:
        """A lease that is extended changes nothing."""
        rights, moment = self.world.rights, Moment(self.now)
        if rights == before:
            return False
        return any(one is None or one.role(moment) is not Role.LEADER for one in (before, rights))

    def _touch_all(self, channels: Iterable[Channel]) -> None:
        self.touched.update(channel.key for channel in channels)

    def _learn(self) -> None:
        names: dict[str, list[Result]] = {}
        for result in self.world.results:
            action = result.action
            if action.verb is Verb.FETCH_NAME:
                names.setdefault(action.device, []).append(result)
            elif action.channel is not None and action.device in self.dvrs:
                self._learn_of_channel(action.channel, result)
        for name in names.keys() & self.primaries.keys():
            self._turn_primary(name, jobs.learn_names(self.primaries[name], names[name]))

    def _learn_of_channel(self, key: ChannelKey, result: Result) -> None:
        memory = self.channels.get(key)
        if memory is None:
            return
        dvr, traits = self.dvrs[key.dvr], self.settings.dvrs[key.dvr].traits
        self.channels[key], self.dvrs[key.dvr] = starting.learn(memory, dvr, result, traits)
        self.touched.add(key)

    def _turn_primary(self, name: str, after: PrimaryMemory) -> None:
        """Take over what is known of a primary now, and touch the channels that it concerns."""
        known = self.primaries[name]
        self.primaries[name] = after
        self.stirred.add(name)
        if (known.state, known.trouble, known.answered) != (after.state, after.trouble, after.answered):
            self._touch_all(self.settings.on_primary(name))
        elif known.jobs is not after.jobs:
            for ingest in after.jobs.changed_since(known.jobs):
                self._touch_all(self.settings.on_ingest(name, ingest))

    def _observe(self) -> None:
        for name, told in self.world.primaries.items():
            if told is not None and name in self.primaries:
                after = jobs.observe(self.primaries[name], told, self.settings.ingests(name))
                if after is not self.primaries[name]:
                    self._turn_primary(name, after)
                    if told.odd:
                        self._touch_drilled(name)
        for name, seen in self.world.dvrs.items():
            known = self.dvrs.get(name)
            if known is None or seen is None or seen.ended == known.folded:
                continue
            self.dvrs[name], is_new_look = outages.observe_dvr(known, seen)
            if is_new_look:
                self.new_looks.add(name)
            self._touch_what_a_look_concerns(name, known)

    def _touch_drilled(self, primary: str) -> None:
        """A drill gives way to a job that may have begun on an ingest that is told oddly."""
        for channel in self.settings.on_primary(primary):
            drill = self.channels.get(channel.key, NEW_CHANNEL).drill
            if drill is not None and drill.is_running:
                self.touched.add(channel.key)

    def _touch_what_a_look_concerns(self, name: str, known: DvrMemory) -> None:
        """All channels of the DVR, but those that rest or record and whose source is as it was."""
        observation = self.world.dvrs[name]
        shown = () if observation is None or observation.seen is None else observation.seen
        sources = {one.unique_id: one for one in shown}
        same_state = observation is not None and known.state is observation.state
        moment = Moment(self.now)
        for channel in self.settings.on_dvr(name):
            verdict = self._known(channel)
            if verdict is None or not same_state or not _is_as_it_was(verdict, sources):
                self.touched.add(channel.key)
            elif verdict.is_steady:
                if observation is not None and name in self.new_looks:
                    is_late = moment.reached(observation.began + verdict.lasts)
                    (self.touched if is_late else self.steady).add(channel.key)
            elif not verdict.rests:
                self.touched.add(channel.key)

    def _touch_wanting(self, dvr: str, sources: Collection[str | None]) -> None:
        """The channels of the DVR that mean one of these sources, or of which nobody knows which one."""
        for channel in self.settings.on_dvr(dvr):
            source = None if (known := self._known(channel)) is None else _source_of(known)
            if source is None or source in sources:
                self.touched.add(channel.key)

    def _claims(self) -> Mapping[str, Mapping[str, ChannelKey]]:
        """Which channel has which source of a DVR by a take that is under way."""
        before = {} if self.before is None else self.before.claims
        claims = dict(before)
        for name in sorted({key.dvr for key in self.touched} & self.dvrs.keys()):
            mine = self._sources_taken(name)
            had = before.get(name, {})
            if had != mine:
                changed = {one for one in had.keys() | mine.keys() if had.get(one) != mine.get(one)}
                self._touch_wanting(name, changed)
            claims[name] = mine
        return claims

    def _sources_taken(self, dvr: str) -> dict[str, ChannelKey]:
        known = ((one.key, self.channels.get(one.key, NEW_CHANNEL)) for one in self.settings.on_dvr(dvr))
        takes = ((key, under_way(memory.take)) for key, memory in known)
        return {take.source: key for key, take in takes if take is not None}

    def _named(self, dvr: str) -> dict[str, ChannelKey]:
        """Whose a source is that is named by its unique_id or, if by none, that an index has meant: another
        channel that means it by what it is called, or by another index, has no right to it."""
        named: dict[str, ChannelKey] = {}
        meant: dict[str, ChannelKey] = {}
        for channel in self.settings.on_dvr(dvr):
            bound = self.channels.get(channel.key, NEW_CHANNEL).bound
            if isinstance(channel.source, str):
                named.setdefault(channel.source, channel.key)
            elif bound is not None and bound[0] == channel.source:
                meant.setdefault(bound[1], channel.key)
        return {**meant, **named}

    def _note_freed(self, channel: Channel, before: Take | None, after: Take | None) -> None:
        """A source that a channel gives up: another may want it."""
        had, has = under_way(before), under_way(after)
        if had is not None and (has is None or has.source != had.source):
            known = self.freed.get(channel.dvr, frozenset())
            self.freed[channel.dvr] = known | {had.source}

    def _decide(self, claims: Mapping[str, Mapping[str, ChannelKey]]) -> None:
        for name in sorted({key.dvr for key in self.touched} & self.dvrs.keys()):
            used = {**self._named(name), **claims[name]}
            for channel in self.settings.on_dvr(name):
                verdict = known = self._known(channel)
                if verdict is None or channel.key in self.touched:
                    verdict = self.decided[channel.key] = self._decide_one(channel, used)
                    was = verdict if known is None else known
                    if _source_of(was) != _source_of(verdict):  # those after it may want it
                        self._touch_wanting(name, {_source_of(was), _source_of(verdict)})
                if verdict.source is not None:
                    used.setdefault(verdict.source.unique_id, channel.key)
        for key in self.steady - self.decided.keys():
            self.decided[key] = self._goes_on(key)
        self.steady -= self.touched

    def _goes_on(self, key: ChannelKey) -> Verdict:
        """What was decided stands, and does so for longer."""
        known = self._verdict(key)
        look, take = self.world.dvrs[key.dvr], known.memory.running
        assert look is not None and take is not None  # noqa: S101 - the one shows that the other goes on
        memory = replace(known.memory, take=following.seen_once_more(take, look))
        self.channels[key] = memory
        return replace(known, memory=memory, due=min(known.due_anyhow, look.began + known.lasts))

    def _decide_one(self, channel: Channel, claims: Mapping[str, ChannelKey]) -> Verdict:
        moment, sight, device = Moment(self.now), Moment(self.now), self.settings.dvrs[channel.dvr]
        case = Case(
            channel,
            self.settings.sync,
            device.traits,
            self.primaries[channel.primary],
            self.world.primaries.get(channel.primary),
            self.dvrs[channel.dvr],
            self.world.dvrs.get(channel.dvr),
            new_look=channel.dvr in self.new_looks,
            poll_interval=device.poll_interval,
            longest_poll=max(device.poll_interval, self.settings.primaries[channel.primary].poll_interval),
            claims=claims,
            moment=moment,
            sight=sight,
            epoch=self.world.epoch,
            destinations=self.world.destinations.get(channel.dvr, ()),
            schedules=self.world.schedules.get(channel.dvr, ()),
            rights=self.world.rights,
            sighting=self.world.sightings.get(channel.key),
            looks_at_pictures=self.settings.eyes.enabled,
        )
        before = self.channels.get(channel.key, NEW_CHANNEL)
        memory, found = look(case, before)
        memory, want = wanted(case, drilling.go_on(case, memory, found))
        if isinstance(found, Source):
            memory = adopt(case, memory, found, want.job)
        memory = sighting.remember(case, memory, found)
        verdict = respond(case, memory, want, see(case, memory, found))
        memory = verdict.memory
        if memory.phase is not verdict.phase or memory.phase_since is None:
            memory = replace(memory, phase=verdict.phase, phase_since=self.now)
        if memory.job != before.job:
            self.stirred.add(channel.primary)  # which may forget the one before
        self.channels[channel.key] = memory
        self._note_freed(channel, before.take, memory.take)
        dvr = self.dvrs[channel.dvr]
        self.dvrs[channel.dvr] = starting.reserve(
            dvr, channel.key, before.take, memory.take, device.traits, memory.theirs
        )
        told = _of_channel(channel, _told(verdict.problems, device.traits))
        verdict = replace(verdict, memory=memory, problems=told, due=min(moment.due, sight.due))
        take = memory.running
        if not verdict.may_last or take is None or take.confirmed is None or sight.is_late:
            return verdict
        return replace(verdict, due_anyhow=moment.due, lasts=sight.due - take.confirmed - _SOONER)

    def _ask_and_forget(self, name: str) -> float:
        """A primary's names asked for, its jobs that are over forgotten; when to do so again."""
        moment, memory = Moment(self.now), self.primaries[name]
        mirrored = self.settings.on_primary(name)
        busy = (self.channels[one.key].job for one in mirrored if one.key in self.channels)
        needed = frozenset(job for job in busy if job is not None)
        kept = jobs.forget(memory, self.settings.sync, moment, needed)
        ingests = self.settings.ingests(name)
        self.primaries[name], questions = jobs.ask_names(kept, name, moment, ingests)
        self.actions += questions
        ended = memory.jobs.keys() - kept.jobs.keys() if kept.jobs is not memory.jobs else ()
        if ended:
            others = self.settings.primaries.keys() - {name}
            self.dvrs = {dvr: starting.disown(one, others, ended) for dvr, one in self.dvrs.items()}
        return moment.due

    def _cover(self) -> Covered:
        """What the new looks showed of the jobs and their recordings. What is missing of one is a problem."""
        before = self.memory.covered
        folding = Folding(before, self.settings, self._verdict, self.world.epoch, self._alone_since())
        if self.before is None:
            folding.reconfigured(self.now)
        for name, primary in self.primaries.items():
            known, told = self.memory.primaries.get(name, NEW_PRIMARY), self.world.primaries.get(name)
            if told is not None and primary.folded != known.folded:
                folding.primary_looked(name, told, primary.jobs)
            if primary.jobs is not known.jobs:
                folding.jobs_ended(name, primary.jobs)
        for name, dvr in self.dvrs.items():
            was, seen = self.memory.dvrs.get(name, NEW_DVR), self.world.dvrs.get(name)
            if seen is not None and dvr.folded != was.folded:
                folding.dvr_looked(name, seen, dvr.first, self.steady)
        covered = folding.folded(self.now)
        for key in (covered.lacking.keys() | before.lacking.keys()) & self.settings.places.keys():
            lack = covered.lacking.get(key)
            is_told = key not in self.decided or key in self.steady
            if not is_told or lack != before.lacking.get(key):
                self.decided[key] = self._with_lack(key, lack)
        return covered

    def _alone_since(self) -> float:
        """Since when nobody but this vrmon has commanded: of a pair, since it leads."""
        rights = self.world.rights
        if rights is None:
            return -inf
        role = rights.role(Moment(self.now))
        return rights.leads_since if role is Role.LEADER else inf

    def _verdict(self, key: ChannelKey) -> Verdict:
        """What is decided of a channel by now."""
        verdict = self.decided.get(key) or self._known(self.settings.channels[self.settings.places[key]])
        assert verdict is not None  # noqa: S101 - the first plan decides them all
        return verdict

    def _with_lack(self, key: ChannelKey, lack: Lack | None) -> Verdict:
        verdict = self._verdict(key)
        if key not in self.decided:  # what it commanded, the plan before has handed out
            verdict = replace(verdict, action=None, look=None)
        shown = tuple(one for one in verdict.problems if one.code is not Code.BACKUP_INCOMPLETE)
        if lack is not None:
            channel = self.settings.channels[self.settings.places[key]]
            lacks = _told((problems.incomplete(channel, lack),), self.settings.dvrs[key.dvr].traits)
            shown = (*shown, *_of_channel(channel, lacks))
        return replace(verdict, problems=shown)

    def _verdicts(self) -> tuple[Verdicts, Verdicts]:
        """All of them in the settings' order, and those that were decided now; their commands as well."""
        if self.before is None:
            every = tuple((channel, self.decided[channel.key]) for channel in self.settings.channels)
            decided = every
        else:
            places = sorted(self.settings.places[key] for key in self.decided)
            shown = list(self.before.verdicts)
            for place in places:
                channel = self.settings.channels[place]
                shown[place] = (channel, self.decided[channel.key])
            every = tuple(shown)
            decided = tuple(every[place] for place in places)
        self.actions[:0] = [one.action for _, one in decided if one.action is not None]
        return every, decided

    def _of_devices(self) -> Mapping[Place, tuple[Problem, ...]]:
        found = {} if self.before is None else dict(self.before.of_devices)
        for name, primary in self.primaries.items():
            if name in self.stirred:
                seen, traits = self.world.primaries.get(name), self.settings.primaries[name].traits
                told = _told(outages.problems("primary", name, primary, seen), traits)
                lost = _told(outages.of_restart(name, primary, self.settings.ingests(name)), traits)
                unmapped = unconfigured.of_jobs(self.settings, name, primary)
                found["primary", name] = (*told, *lost, *unmapped)
        for name, dvr in self.dvrs.items():
            if self.before is None or self.memory.dvrs.get(name) is not dvr:
                observation, device = self.world.dvrs.get(name), self.settings.dvrs[name]
                told = outages.problems("dvr", name, dvr, observation, device.password_hint)
                found["dvr", name] = _told(told, device.traits)
        return found

    def _problems(
        self, of_devices: Mapping[Place, tuple[Problem, ...]], verdicts: Verdicts
    ) -> tuple[Problem, ...]:
        """The same object where nothing has changed."""
        before = self.before
        is_as_before = before is not None and before.of_devices == of_devices and not self._leftovers
        if before is not None and len(before.memory.channels) != len(self.channels):
            is_as_before = False  # a take was left over until now
        for key, verdict in self.decided.items() if is_as_before else ():
            known = self._known(self.settings.channels[self.settings.places[key]])
            if known is None or known.problems != verdict.problems:
                is_as_before = False
                break
        if is_as_before and before is not None:
            return before.problems
        return tuple(self._every_problem(of_devices, verdicts))

    @property
    def _leftovers(self) -> bool:
        return len(self.channels) > len(self.settings.channels)

    def _every_problem(
        self, of_devices: Mapping[Place, tuple[Problem, ...]], verdicts: Verdicts
    ) -> Iterator[Problem]:
        for told in of_devices.values():
            yield from told
        for _, verdict in verdicts:
            yield from verdict.problems
        yield from unconfigured.of_leftovers(self.settings, self.primaries, self.channels, self.world.dvrs)
        if not self.settings.channels:
            yield Problem.of(Code.NO_CHANNELS, SUBJECT)

    def _acknowledged(self, problems: tuple[Problem, ...], moment: Moment) -> Acknowledged:
        known, memory = self.memory.acknowledged, self.memory
        before = {**memory.inherited, **memory.problems} if known else memory.problems
        return acknowledgement.goes_on(known, problems, before, moment)

    def _memory(self, problems: tuple[Problem, ...], moment: Moment) -> Memory:
        there, inherited, before = self.memory.problems, self.memory.inherited, self.before
        resumed = self.now if self.memory.resumed is None else self.memory.resumed
        if inherited and moment.passed(resumed, acknowledgement.FOUND_AGAIN):
            inherited = {}  # what was not found again by now is over, and another when it comes
        if before is None or problems is not before.problems or there is not before.memory.problems:
            known = {**inherited, **there}
            found = {one.key: one for one in problems}
            inherited = {
                key: one
                for key, one in inherited.items()
                if (one.is_worse_than(found[key]) if key in found else key not in there)
            }
            there = {key: standing(one, known.get(key), self.now) for key, one in found.items()}
        left_out = {name: one for name, one in self.memory.dvrs.items() if name not in self.dvrs}
        names_kept = {name: DvrMemory(ledger=one.ledger, inherited=True) for name, one in left_out.items()}
        dvrs = {**names_kept, **self.dvrs}
        addresses = self.memory.addresses
        if before is None:
            kept = {place: one for place, one in addresses.items() if place[0] == "dvr" and place[1] in dvrs}
            addresses = {**kept, **self.settings.addresses}
        return Memory(
            self.primaries,
            dvrs,
            self.channels,
            there,
            inherited,
            addresses=addresses,
            resumed=resumed,
        )

    def _looks(self) -> dict[str, float]:
        looks: dict[str, float] = {}
        for key, verdict in self.decided.items():
            if verdict.look is not None:
                moment = max(verdict.look, self.now)
                looks[key.dvr] = min(moment, looks.get(key.dvr, moment))
        return looks


def _told(problems: tuple[Problem, ...], traits: Traits) -> tuple[Problem, ...]:
    """With what people call the device and what it stands on."""
    return tuple(one.told(**traits.called) for one in problems)


def _of_channel(channel: Channel, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """As those of this channel, whatever it was called when they were found."""
    return tuple(replace(one, subject=channel.name, channel=channel.key) for one in problems)


def _source_of(verdict: Verdict) -> str | None:
    return None if verdict.source is None else verdict.source.unique_id


def _is_as_it_was(verdict: Verdict, sources: Mapping[str, Source]) -> bool:
    """Whether a look shows of the source, or of there being none, what the one before it showed."""
    before = verdict.source
    return not sources if before is None else sources.get(before.unique_id) == before
