"""Which jobs a primary has, what they are called, and the proof that one has ended (promises 1 and 4)."""

from __future__ import annotations

from collections.abc import Iterable

from vrmon.model import Action, DeviceState, Job, Outcome, PrimaryObservation, Result, Verb
from vrmon.plan.memory import FLIGHT, Jobs, PrimaryMemory, Question, TrackedJob
from vrmon.plan.moment import Moment
from vrmon.plan.replacing import replace
from vrmon.settings import Sync

_EAGER, _PATIENT, _LAZY = 0.3, 2.0, 10.0  # seconds between two questions for a name
_AGAIN = 30.0  # seconds after which a name that is known is asked for again
_ASIDE = 8  # questions under way for the names of jobs that no channel mirrors
_MOST_ASIDE = 200  # jobs that no channel mirrors and that are told of nevertheless
_MOST_UNSEEN = 500  # jobs of which an odd answer leaves open whether they are there
_OUT_OF_SIGHT = 90.0  # seconds without an answer, for whatever reason, that count as an outage
_CROWD, _CROWD_PROOF = 3, 10.0  # jobs gone in one answer, and the seconds of proof that these want


def observe(
    memory: PrimaryMemory, observation: PrimaryObservation, mapped: frozenset[str] = frozenset()
) -> PrimaryMemory:
    """Take in an observation, once. An unknown one breaks every row of absences and proves nothing, and so
    does an ingest that was told oddly for its own jobs. `mapped`: the channels' ingests."""
    if memory.folded is not None and observation.ended <= memory.folded:
        return memory
    began, ended = observation.began, observation.ended
    if observation.seen is None:
        bad_since = ended if memory.bad_since is None else memory.bad_since
        blurred = _changed(memory.jobs, {job: _blurred(one) for job, one in memory.jobs.tracked.items()})
        return replace(
            memory,
            folded=ended,
            state=observation.state,
            trouble=observation.code,
            bad_since=bad_since,
            jobs=blurred,
        )
    present = {_as_shown_now(memory, job): None for job in observation.seen}
    unseen = [one for job, one in memory.jobs.tracked.items() if job not in present]
    missing = [one for one in unseen if not may_hide(observation, one.job.ingest)]
    hidden = [one for one in unseen if may_hide(observation, one.job.ingest)]
    in_crowd = sum(map(_was_there, missing)) + sum(map(_has_hidden, hidden)) >= _CROWD
    good = memory.good
    jobs = {job: _seen(one) if job in present else _blurred(one) for job, one in memory.jobs.tracked.items()}
    for one in missing:
        last_seen = good if one.present and good is not None else one.last_seen
        out_of_sight = (
            one.absences == 0 and began - last_seen > _OUT_OF_SIGHT
        )  # nor did anybody see an outage
        was_there = _was_there(one)
        lacking = replace(
            one,
            present=False,
            last_seen=last_seen,
            absences=one.absences + 1,
            absent_since=ended if one.absences == 0 else one.absent_since,
            absent_until=began,
            across_outage=one.across_outage or out_of_sight or (was_there and observation.restarted),
            in_crowd=one.in_crowd or in_crowd,
        )
        if lacking.across_outage and lacking.lost is None:
            lacking = replace(lacking, lost=ended)
        jobs[one.job] = lacking
    new = [job for job in present if job not in jobs]
    aside = [job for job in new if job.ingest not in mapped]
    room = max(_MOST_ASIDE - sum(1 for job in jobs if job.ingest not in mapped), 0) if aside else 0
    for job in (*(job for job in new if job.ingest in mapped), *aside[:room]):
        jobs[job] = TrackedJob(job, since=ended, last_seen=ended)
    return replace(
        memory,
        folded=ended,
        good=ended,
        state=DeviceState.OK,
        trouble=None,
        bad_since=None,
        answered=True,
        restarted=ended if observation.restarted else memory.restarted,
        left_out=max(len(aside) - room, 0),
        listed=(memory.listed & mapped) | {*observation.listed, *(job.ingest for job in present)},
        jobs=_changed(memory.jobs, jobs),
    )


def _was_there(one: TrackedJob) -> bool:
    """Whether it was there so far, as far as anybody knows: where it is awaited, when the process before this
    one ended."""
    return one.present or (one.resumed is not None and one.absences == 0)


def _has_hidden(one: TrackedJob) -> bool:
    """Whether a job that this answer hides was shown until then: it may have gone with the others."""
    return one.present and not one.across_outage


def _changed(before: Jobs, after: dict[Job, TrackedJob]) -> Jobs:
    """The same object where nothing has changed: most polls bring nothing new."""
    known = before.tracked
    same = len(known) == len(after) and all(known.get(job) is one for job, one in after.items())
    return before if same else Jobs(after)


def may_hide(observation: PrimaryObservation, ingest: str) -> bool:
    """Whether an odd entry may be that of the ingest: one of which not even the ingest can be read may be
    that of any ingest that is missing from the answer."""
    handles = [one.handle for one in observation.odd]
    return bool(handles) and (ingest in handles or (None in handles and ingest not in observation.listed))


def _seen(one: TrackedJob) -> TrackedJob:
    if one.present and not one.across_outage:
        return one
    return replace(one, present=True, absences=0, across_outage=False, lost=None, in_crowd=False)


def _blurred(one: TrackedJob) -> TrackedJob:
    return one if one.across_outage and not one.absences else replace(one, absences=0, across_outage=True)


def recall(memory: PrimaryMemory, job: Job | None, now: float) -> PrimaryMemory:
    """A job that a channel is busy with ends by proof only, even if its primary was forgotten meanwhile."""
    if job is None or job.is_drill or job in memory.jobs:
        return memory
    tracked = TrackedJob(job, since=now, last_seen=now, present=False, resumed=now)
    return replace(memory, jobs=Jobs({**memory.jobs.tracked, job: tracked}))


def last_seen(memory: PrimaryMemory, tracked: TrackedJob) -> float:
    """When a good answer held the job last."""
    return memory.good if tracked.present and memory.good is not None else tracked.last_seen


def follows(one: TrackedJob, before: TrackedJob) -> bool:
    """Whether a job has begun since the other was last seen, and puts an end to it. A show under an id that
    was another's may have begun long before its file's new name was told: of others it says nothing."""
    is_of_its_id = one.job._replace(show=0) == before.job._replace(show=0)
    since = one.since if one.listed is None or is_of_its_id else one.listed
    return since > before.last_seen


def gone(tracked: TrackedJob, sync: Sync, moment: Moment) -> bool:
    """Whether it is proven that the job has ended: by an unbroken row of answers without it, or, where its
    primary comes and goes, by not one with it while the hold lasted."""
    if tracked.present or tracked.absences == 0:
        return False
    proof = max(sync.stop_delay, _CROWD_PROOF) if tracked.in_crowd else sync.stop_delay
    if tracked.lost is not None:
        is_over = moment.passed(tracked.lost, sync.outage_hold)
        return is_over and tracked.absent_until - tracked.lost >= proof
    return tracked.absences > 1 and tracked.absent_until - tracked.absent_since >= proof


def forget(memory: PrimaryMemory, sync: Sync, moment: Moment, needed: frozenset[Job]) -> PrimaryMemory:
    """Drop the jobs that have ended and that no channel is busy with, and of those that are out of sight
    without an end to it no more than anybody has, the oldest first."""
    known = memory.jobs.tracked
    over = {job for job, one in known.items() if job not in needed and gone(one, sync, moment)}
    if len(known) - len(over) > _MOST_UNSEEN:
        unseen = [one for job, one in known.items() if job not in needed | over and not one.present]
        unseen.sort(key=lambda one: one.last_seen)
        over |= {one.job for one in unseen[: max(len(unseen) - _MOST_UNSEEN, 0)]}
    if not over:
        return memory
    kept = Jobs({job: one for job, one in memory.jobs.tracked.items() if job not in over})
    shows = {raw: show for raw, show in memory.shows.items() if any(raw[:2] == job[:2] for job in kept)}
    questions = {job: one for job, one in memory.questions.items() if job in kept}
    return replace(memory, jobs=kept, questions=questions, shows=shows)


def ask_names(
    memory: PrimaryMemory, primary: str, moment: Moment, mapped: frozenset[str]
) -> tuple[PrimaryMemory, list[Action]]:
    """Ask for the names still wanted, the mapped ingests' first, while the primary answers; and now and then
    whether a mapped one is called so still.

    The others' are asked for a few at a time, lest a primary that hangs over them keeps those waiting.
    """
    if memory.state is not DeviceState.OK:
        return memory, []
    wanted = [one for one in memory.jobs.tracked.values() if _wants_name(memory, one, moment, mapped)]
    if not wanted:
        return memory, []
    asked = {job for job, one in memory.questions.items() if one.asked is not None}
    room = _ASIDE - sum(1 for job in asked if job.ingest not in mapped)
    aside = [one for one in wanted if one.job.ingest not in mapped][: max(room, 0)]
    wanted = [one for one in wanted if one.job.ingest in mapped] + aside
    put = {one.job: replace(_question(memory, one.job), asked=moment.now) for one in wanted}
    questions = {**memory.questions, **put}
    moment.passed(moment.now, FLIGHT)  # an answer that is lost is asked for again then
    actions = [Action(Verb.FETCH_NAME, primary, _why(one), job=one.job) for one in wanted]
    return replace(memory, questions=questions), actions


def _question(memory: PrimaryMemory, job: Job) -> Question:
    return memory.questions.get(job, Question())


def _why(tracked: TrackedJob) -> str:
    return (
        "the job has no name yet" if tracked.basename is None else "whether the job's file is called so still"
    )


def _wants_name(memory: PrimaryMemory, tracked: TrackedJob, moment: Moment, mapped: frozenset[str]) -> bool:
    if not tracked.present or (tracked.basename is not None and tracked.job.ingest not in mapped):
        return False
    question = _question(memory, tracked.job)
    if question.asked is not None:
        return moment.passed(question.asked, FLIGHT)
    return moment.reached(question.due)


def learn_names(memory: PrimaryMemory, results: Iterable[Result]) -> PrimaryMemory:
    """Take in what questions for names brought. Another file name is that of the same show, renamed, or,
    where the two have nothing in common, of another show under the same id: that is another job."""
    tracked, questions, shows = dict(memory.jobs.tracked), dict(memory.questions), dict(memory.shows)
    for result in results:
        one = None if result.action.job is None else tracked.get(result.action.job)
        if one is None:
            continue
        known, question = one, _question(memory, one.job)
        for learnt in _learnt(one, result, question.told):
            tracked[learnt.job] = known = learnt
            if learnt.job != one.job:
                shows[learnt.job._replace(show=0)] = learnt.job.show
        is_known_by = result.value is not None and result.value == (known.renamed or known.basename)
        told = question.asked if is_known_by else question.told
        questions[known.job] = Question(result.ended + _pause(one, result), told=told)
    return replace(memory, jobs=_changed(memory.jobs, tracked), questions=questions, shows=shows)


def _pause(tracked: TrackedJob, result: Result) -> float:
    """Until the next question for the job's name."""
    if not tracked.present:
        return 0.0  # it is asked for again once the job is there
    if tracked.basename or result.value:
        return _AGAIN
    age = result.ended - tracked.since
    pause = _EAGER if age < 10 else _PATIENT if age < 60 else _LAZY
    return pause if result.outcome is Outcome.DONE else max(pause, 1.0)


def _learnt(tracked: TrackedJob, result: Result, told: float | None) -> tuple[TrackedJob, ...]:
    """The job with the name that was told, or the one before that has ended with it and the next. Of a job
    that is out of sight no other show follows: whether that one is there only an answer can tell. `told`:
    when its name was told last.
    """
    name, when = result.value, result.ended
    if name is None or name == (tracked.renamed or tracked.basename):
        return ()
    if name == tracked.basename:
        return (replace(tracked, renamed=""),)
    if tracked.basename is None:
        return (replace(tracked, basename=name, named=when),)
    if _is_same_show(tracked.basename, name):
        return (replace(tracked, renamed=name),)
    if not tracked.present:
        return ()
    job = tracked.job._replace(show=tracked.job.show + 1)
    turned = tracked.since if told is None else told
    ended = replace(tracked, present=False, last_seen=when - 1.0, turned=turned)
    listed = tracked.since if tracked.listed is None else tracked.listed
    following = TrackedJob(
        job,
        since=when,
        last_seen=when,
        across_outage=tracked.across_outage,
        basename=name,
        named=when,
        listed=listed,
        turned=turned,
    )
    return ended, following


def _is_same_show(before: str, after: str) -> bool:
    """Whether one of two file names begins like the other, their letters and digits alone compared."""
    one, other = ("".join(filter(str.isalnum, name.casefold())) for name in (before, after))
    return one.startswith(other) or other.startswith(one)


def _as_shown_now(memory: PrimaryMemory, job: Job) -> Job:
    show = memory.shows.get(job, 0)
    return job._replace(show=show) if show else job
