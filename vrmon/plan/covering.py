"""Coverage from plan to plan: what the looks that were taken in showed of each channel's jobs and recordings.

A look that shows no change of a channel costs it nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from vrmon.catalog import Cause, Code
from vrmon.model import Job, Observation, PrimaryObservation, T, Verb
from vrmon.plan import outages
from vrmon.plan.case import Verdict
from vrmon.plan.coverage.account import Account
from vrmon.plan.coverage.channel import Coverage, Show, TakeSpan, Told
from vrmon.plan.coverage.covered import Covered, Lack
from vrmon.plan.coverage.looks import Between, Look, Shown, Tail, Watch
from vrmon.plan.jobs import may_hide
from vrmon.plan.memory import Attempt, Jobs, Naming, Running, Sent, TrackedJob, Whose
from vrmon.plan.replacing import replace
from vrmon.settings import ChannelKey, DeviceSettings, Settings
from vrmon.traits import Traits

_DONE_KEPT = 3
_CALLED = {
    Code.ON_HOLD: Cause.HOLD.value,
    Code.FOREIGN_RECORDING: Cause.FOREIGN.value,
    Code.ENDED_BY_HAND: Cause.RELEASED.value,
    Code.NOT_VERIFIED: "",
    Code.DVR_BLIND: "",
    Code.BACKUP_INCOMPLETE: "",
    Code.DRILL_FAILED: "",
    Code.PICTURE_BLACK: "",
    Code.PICTURE_FROZEN: "",
}
"""How a problem is called as the cause of a gap, where that is not its code; "" where it is none."""


class Folding:
    """Takes the looks of one plan in, once that has decided. `folded` is the coverage after it.

    `alone_since`: nobody but this vrmon has commanded since then.
    """

    def __init__(
        self,
        before: Covered,
        settings: Settings,
        verdict: Callable[[ChannelKey], Verdict],
        epoch: float,
        alone_since: float,
    ) -> None:
        self._before = before
        self._settings = settings
        self._verdict = verdict
        self._epoch = epoch
        self._alone_since = alone_since
        self._alone = f"alone since {alone_since + epoch:.3f}"
        self._primaries = dict(before.primaries)
        self._hidden = dict(before.hidden)
        self._dvrs = dict(before.dvrs)
        self._channels = dict(before.channels)
        self._waiting = set(before.waiting)
        self._lacking = dict(before.lacking)
        self._done = dict(before.done)
        self._looked_at: set[ChannelKey] = set()

    def primary_looked(self, name: str, seen: PrimaryObservation, jobs: Jobs) -> None:
        """Take in a look at a primary, and the jobs that it is known to have by now."""
        device, last = self._settings.primaries[name], self._before.primaries.get(name)
        look = _look("primary", name, seen)
        is_late = _is_late(look, last, device)
        hidden = self._before.hidden.get(name, {})
        for channel in self._settings.on_primary(name):
            key, on_ingest = channel.key, jobs.on(channel.ingest)
            known = self._channels.get(key)
            if known is None and not any(job.present for job in on_ingest):
                continue
            told_last = hidden.get(channel.ingest, last)
            told = {job.job: _told(job, look, _patience(device), told_last) for job in on_ingest}
            is_as_it_was = known is not None and not is_late and _are_as_they_were(known, told)
            if known is not None and is_as_it_was and not known.is_behind(look.began):
                if last is None or not known.is_covered or known.cover.gone > last.earliest:
                    self._looked_at.add(key)
                continue  # what is missing of a recording weighs as much as after the look before
            self._looked_at.add(key)
            coverage = self._caught_up(key)
            again = [job for job, one in told.items() if one.shown is Shown.YES and coverage.is_over(job)]
            self._file(key, (coverage.read(job, seen.ended) for job in again))
            self._channels[key] = coverage.without(again).primary_shown(
                look,
                told,
                seen.began if told_last is None else told_last.earliest,
                self._stamp(seen.ended),
                _patience(device),
                _explained(device, self._settings.dvrs[key.dvr]),
            )
        if look.shown is not Shown.UNKNOWN:
            self._primaries[name] = Between(seen.began, seen.ended)
            self._hide(name, seen, last)

    def _hide(self, name: str, seen: PrimaryObservation, last: Between | None) -> None:
        """Keep, of the ingests that a good look at a primary may hide, the last that told them. `last`: the
        good look before."""
        before = self._before.hidden.get(name, {})
        if not (before or seen.odd):
            return
        ingests = sorted(self._settings.ingests(name))
        after = {one: before.get(one, last) for one in ingests if may_hide(seen, one)}
        if after != before:
            self._hidden[name] = after

    def dvr_looked(
        self, name: str, seen: Observation[T], first: float | None, steady: Collection[ChannelKey]
    ) -> None:
        """Take in a look at a DVR. `first`: the end of the first good one since this process began; `steady`:
        the channels of whose take it shows only that it goes on."""
        device = self._settings.dvrs[name]
        look = _look("dvr", name, seen)
        is_late = _is_late(look, self._before.dvrs.get(name), device)
        for channel in self._settings.on_dvr(name):
            key, verdict = channel.key, self._verdict(channel.key)
            known = self._channels.get(key)
            if known is None and (verdict.rests or verdict.memory.is_at_a_drill):
                continue
            if known is not None and key in steady and known.is_covered and not is_late:
                continue  # what its take was seen to be when it was folded last, it still is
            self._looked_at.add(key)
            shown, take = look, None
            if look.shown is not Shown.UNKNOWN:
                shown, take = self._source_shown(verdict, look, device.traits, first)
            if known is None or is_late or not _is_as_it_was(known, shown, take):
                coverage = self._caught_up(key)
                tail = Tail(device.traits.shown_late, device.traits.unwritten)
                self._channels[key] = after = coverage.source_shown(shown, take, _patience(device), tail)
                self._end_takes(key, after.takes)
        if look.shown is not Shown.UNKNOWN:
            self._dvrs[name] = Between(seen.began, seen.ended)

    def jobs_ended(self, primary: str, jobs: Jobs) -> None:
        """All that the primary is known to have by now are these: the others have ended."""
        for channel in self._settings.on_primary(primary):
            known = self._channels.get(channel.key)
            if known is not None:
                gone = [job for job in known.open if job not in jobs and not known.is_over(job)]
                if gone:
                    self._channels[channel.key] = known.over(gone)
                    self._looked_at.add(channel.key)

    def reconfigured(self, now: float) -> None:
        """Other channels may be configured: what those had that are none any more is done. What is missing on
        the others is weighed anew: more of it may be tolerated, or less."""
        for key in self._channels.keys() - {channel.key for channel in self._settings.channels}:
            coverage = self._caught_up(key)
            self._file(key, (coverage.read(job, now) for job in coverage.open))
            del self._channels[key]
            self._waiting.discard(key)
            self._lacking.pop(key, None)
        for name in self._hidden.keys() - self._settings.primaries.keys():
            del self._hidden[name]
        self._looked_at |= self._channels.keys()

    def folded(self, now: float) -> Covered:
        for key in self._looked_at & self._channels.keys():
            known = self._channels[key]
            if not known.runs:
                self._waiting.add(key)
            self._weigh(key, known)
        for key in sorted(self._waiting):
            self._let_go(key, now)
        waiting = frozenset(self._waiting)
        hidden = {name: ingests for name, ingests in self._hidden.items() if ingests}
        return Covered(
            self._primaries, self._dvrs, self._channels, waiting, self._lacking, self._done, hidden
        )

    def _weigh(self, key: ChannelKey, known: Coverage) -> None:
        """Whether more is missing of a running job than may be."""
        tolerance = self._settings.sync.gap_tolerance
        for job, show in known.open.items():
            account = show.account
            unmatched = self._unmatched(key, known, account)
            if account.is_over or account.least + unmatched <= tolerance:
                continue
            if unmatched > 0.0:
                account = self._latest(key).read(job, account.until).account
            if account.least > tolerance:
                self._lacking[key] = Lack(job, show.basename, int(account.least), _is_first(account))
                return
        self._lacking.pop(key, None)

    def _unmatched(self, key: ChannelKey, known: Coverage, account: Account) -> float:
        """Seconds that may be missing at the most beside what is certain: only of what was before, where a
        recording is seen."""
        cover, told, looked = known.cover, self._primaries.get(key.primary), self._dvrs.get(key.dvr)
        if cover.last is None or told is None or looked is None:
            return 0.0
        is_there = cover.last.shown is Shown.YES
        return max(0.0, min(told.earliest, cover.gone if is_there else looked.earliest) - account.until)

    def _latest(self, key: ChannelKey) -> Coverage:
        """With the looks of this plan taken in."""
        return self._channels[key].went_on(self._primaries.get(key.primary), self._dvrs.get(key.dvr))

    def _let_go(self, key: ChannelKey, now: float) -> None:
        """Of the jobs that nothing will be added to any more, of what no job needs that begins from now on,
        and of all, where the channel rests."""
        latest = self._latest(key)
        settled = latest.settled()
        self._file(key, (latest.read(job, now) for job in settled))
        known = latest.without(settled) if settled else self._channels[key]
        told = self._primaries.get(key.primary)
        if not known.open and told is not None:
            hidden = self._hidden.get(key.primary, {}).get(key.ingest)
            known = known.needed((hidden or told).earliest)
        self._channels[key] = known
        if known.rests and self._verdict(key).rests and told is not None:
            del self._channels[key]
            self._waiting.discard(key)
        elif known.runs:
            self._waiting.discard(key)

    def _caught_up(self, key: ChannelKey) -> Coverage:
        """A channel's coverage with the looks that showed no change. Where nothing was worth keeping, its
        source has shown nothing so far."""
        known, looked = self._channels.get(key), self._before.dvrs.get(key.dvr)
        told = self._before.primaries.get(key.primary)
        if known is not None:
            return known.went_on(told, looked)
        if looked is None:
            return Coverage()
        since = looked.earliest if told is None else min(looked.earliest, told.earliest)
        unbegun = self._unbegun(looked.earliest)
        return Coverage(Watch((), Look(looked.earliest, looked.latest, Shown.NO, proof=unbegun), since))

    def _file(self, key: ChannelKey, shows: Iterable[Show]) -> None:
        """All that this plan files, and a few of those before."""
        before, filed = self._done.get(key, ()), tuple(shows)
        if filed:
            is_old = before is self._before.done.get(key)
            self._done[key] = (*(before[-_DONE_KEPT:] if is_old else before), *filed)

    def _end_takes(self, key: ChannelKey, takes: Iterable[TakeSpan]) -> None:
        """Those of the jobs that are done have run for a moment longer."""
        shows, over = self._done.get(key, ()), {one.stamp: one for one in takes if one.ended is not None}
        if any(one.ended is None and one.stamp in over for show in shows for one in show.takes):
            known = [tuple(over.get(one.stamp, one) for one in show.takes) for show in shows]
            self._done[key] = tuple(replace(show, takes=one) for show, one in zip(shows, known, strict=True))

    def _unbegun(self, began: float) -> str:
        """The proof of a look while nothing was commanded; "" where another host may have done so."""
        return "" if began < self._alone_since else self._alone

    def _stamp(self, moment: float) -> int:
        return int((moment + self._epoch) * 1000)

    def _source_shown(
        self, verdict: Verdict, look: Look, traits: Traits, first: float | None
    ) -> tuple[Look, TakeSpan | None]:
        """What a good look at the DVR showed of a channel's source, as far as the plan makes sense of it."""
        memory, source = verdict.memory, verdict.source
        cause = _cause(verdict)
        # What was not commanded was not there, whoever looked.
        is_begun = memory.take is not None and not isinstance(memory.take, Naming)
        unbegun = "" if is_begun else self._unbegun(look.began)
        if memory.is_at_a_drill:
            return replace(look, shown=Shown.NO, cause=cause), None
        if source is None:
            is_unknown = memory.running is not None or isinstance(memory.take, Sent)
            shown = Shown.UNKNOWN if is_unknown else Shown.NO
            return replace(look, shown=shown, proof=unbegun, cause=cause), None
        if memory.theirs is not None and memory.theirs.whose is Whose.DOUBTFUL:
            return replace(look, shown=Shown.UNKNOWN, cause=Code.DOUBTFUL_RECORDING.value), None
        take = memory.take
        if isinstance(take, Sent) and look.ended >= take.sent:
            is_over = take.looked is not None and look.began >= take.looked + traits.start_grace
            return replace(look, shown=Shown.NO if is_over else Shown.COMING, cause=cause), None
        if not isinstance(take, Running) or source.is_paused or source.leads_nowhere:
            came = isinstance(take, Running) or source.is_recording
            return replace(look, shown=Shown.NO, proof=unbegun, cause=cause, came=came), None
        if _is_ending(memory.attempt, look, traits):
            return replace(look, shown=Shown.UNKNOWN, cause=cause or Cause.LATE_START.value), None
        if _may_have_ended_before(take, look, traits, first):
            return replace(look, shown=Shown.UNKNOWN, cause=cause), None
        span = TakeSpan(
            self._stamp(look.ended), take.job, take.number, take.source, take.files, Between(0.0, 0.0)
        )
        return replace(look, shown=Shown.YES, take=span.key, proof=take.date or "", cause=""), span


def _is_first(account: Account) -> bool:
    """Whether all that is missing is so from the job's beginning on, as far as anybody saw that."""
    return (
        not account.was_running and len(account.gaps) == 1 and account.gaps[0].began <= account.began.earliest
    )


def _is_ending(attempt: Attempt | None, look: Look, traits: Traits) -> bool:
    """Whether a stop may have ended what the look still shows: recorders are late with both ends."""
    if attempt is None or attempt.verb is not Verb.STOP or look.ended < attempt.sent:
        return False
    late = max(traits.start_grace, traits.stop_grace)
    return attempt.ended is None or look.began < attempt.ended + late


def _may_have_ended_before(take: Running, look: Look, traits: Traits, first: float | None) -> bool:
    """Whether the vrmon before this one may have stopped the take as it died: what went out last it could not
    save, and the recorder shows for a while what it has ended."""
    return first is not None and take.started < first and look.began < first + traits.shown_late


def _look(kind: str, name: str, seen: Observation[T]) -> Look:
    if seen.seen is not None:
        return Look(seen.began, seen.ended, Shown.YES)
    problem = outages.key(kind, name, seen)
    cause = "" if problem is None else problem.code.value
    return Look(seen.began, seen.ended, Shown.UNKNOWN, cause=cause, torn=True)


def _patience(device: DeviceSettings) -> float:
    """Seconds without a look after which nobody knows what happened meanwhile."""
    return max(5.0, 3 * device.poll_interval)


def _explained(primary: DeviceSettings, dvr: DeviceSettings) -> float:
    """Seconds of a job that may be in doubt although nothing was the matter: the looks around its beginning
    and its end are as far apart as their pace and a slow answer have it, and a recorder shows what it has
    begun as late as it may."""
    apart = sum(one.poll_interval + min(one.poll_interval, one.timeout) for one in (primary, dvr))
    return 2 * apart + dvr.traits.start_grace


def _is_late(look: Look, last: Between | None, device: DeviceSettings) -> bool:
    is_good = look.shown is not Shown.UNKNOWN
    return is_good and last is not None and look.began - last.latest > _patience(device)


def _told(tracked: TrackedJob, look: Look, patience: float, last: Between | None) -> Told:
    """What the look showed of a job: nothing where its entry was odd, or it was not asked for since.

    One that a vrmon before this one knew had begun by the answer that showed it then, or shortly before. One
    that was there at the first look of all, or before its channel was, has begun nobody knows when. Of two
    shows under one id, the one ended and the other began after the name of the former was told last. `last`:
    the good look before that told its ingest.
    """
    if look.shown is Shown.UNKNOWN:
        shown = Shown.UNKNOWN
    elif tracked.present:
        if tracked.across_outage:
            return Told(Shown.UNKNOWN, tracked.basename, Code.ODD_ANSWER.value)
        if tracked.turned is not None:
            return Told(Shown.YES, tracked.basename, since=tracked.turned)
        if tracked.resumed is not None:
            return Told(Shown.YES, tracked.basename, since=tracked.since - patience)
        is_new = last is not None and tracked.since > last.latest
        return Told(Shown.YES, tracked.basename, was_running=not is_new)
    elif tracked.turned is not None and tracked.absences:
        return Told(Shown.NO, tracked.basename, until=tracked.turned)
    else:
        shown = Shown.NO if tracked.absences else Shown.UNKNOWN
    return Told(shown, tracked.basename)


def _are_as_they_were(known: Coverage, told: Mapping[Job, Told]) -> bool:
    """Whether the jobs are what the coverage has them to be, so that the time of the look is all there is to
    be learnt."""
    for job, one in told.items():
        show = known.open.get(job)
        if show is None or show.account.is_over:
            if one.shown is Shown.YES:
                return False
            continue
        watch = show.account.job
        if one.shown is Shown.UNKNOWN:
            if not watch.dark:
                return False
        elif watch.dark or watch.last is None or watch.last.shown is not one.shown:
            return False
        if one.basename and one.basename != show.basename:
            return False
    return True


def _is_as_it_was(known: Coverage, shown: Look, take: TakeSpan | None) -> bool:
    """The same of the recording."""
    watch, last = known.cover, known.cover.last
    if shown.shown is Shown.UNKNOWN:
        return bool(watch.dark) and watch.torn >= shown.torn
    if last is None or watch.dark:
        return False
    same = (last.shown, last.take, last.proof, last.cause)
    if same != (shown.shown, shown.take, shown.proof, shown.cause):
        return False
    return take is None or (bool(known.takes) and known.takes[-1].files == take.files)


def _cause(verdict: Verdict) -> str:
    """Why a channel records nothing: its worst problem that is a reason for it."""
    called = [(one.severity.rank, _CALLED.get(one.code, one.code.value)) for one in verdict.problems]
    causes = [(rank, cause) for rank, cause in called if cause]
    if causes:
        return min(causes, key=lambda one: one[0])[1]
    if verdict.memory.losses is not None:
        return Code.TAKE_DIED.value
    return Cause.HOLD.value if verdict.memory.hold is not None else ""
