"""The table of the planner, cell by cell: what is done, for each thing wanted and each thing seen.

A cell that has no row here fails, and so does a row whose cell comes to something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple, get_args

import pytest

from vrmon.catalog import Code, Severity
from vrmon.devices.movierecorder import TRAITS
from vrmon.model import DeviceState, DvrObservation, Job, Observation, Outcome, Phase, Source, Verb
from vrmon.plan import problems
from vrmon.plan.case import Case, Site, Verdict
from vrmon.plan.ledger import Ledger, Owner
from vrmon.plan.memory import (
    Attempt,
    ChannelMemory,
    DvrMemory,
    Hold,
    Label,
    Losses,
    Naming,
    PrimaryMemory,
    Running,
    Sent,
    Take,
    Theirs,
    TrackedJob,
    Whose,
)
from vrmon.plan.moment import Moment
from vrmon.plan.respond import respond
from vrmon.plan.seen import Blind, Idle, NotOurs, Ours, Seen, Unfit
from vrmon.plan.wanted import Want, Wanted
from vrmon.settings import Channel, Sync

INFO, DEGRADED, CRITICAL = Severity.INFO, Severity.DEGRADED, Severity.CRITICAL
NOW = 100.0
JOB, BEFORE = Job("A" * 32, "2"), Job("A" * 32, "1")
CHANNEL = Channel("PCR 1", "playbox", JOB.ingest, "dvr", "s 1")
TRACKED = TrackedJob(JOB, since=NOW - 0.1, last_seen=NOW - 0.1, basename="NEWS", named=NOW - 0.1)
SOURCE = Source("s 1", "Cam 1", recording_name="NEWS", destinations=("d 1",))
ON_AIR = replace(SOURCE, is_recording=True, start_date="2026-11-26 12:00:00")
TAKE = Running(
    JOB, "s 1", 1, Label("NEWS"), name="NEWS", started=90.0, confirmed=NOW - 0.1, seen=NOW, borne=True
)
THEIRS = Theirs(Whose.SOMEBODYS, 90.0, "s 1", "BY HAND")
DOUBTFUL = replace(THEIRS, whose=Whose.DOUBTFUL, job=JOB, in_place_of="NEWS")
REFUSED = Attempt(
    Verb.RECORD, 95.0, 95.0, ended=96.0, outcome=Outcome.REFUSED, error="no", refusals=1, due=NOW + 1
)


NO_SOURCE = problems.source_missing(CHANNEL, count=0, wanted="s 1")


@dataclass(frozen=True)
class Scene:
    """What a cell looks at beside what is wanted and seen. `age` is that of the last look."""

    take: Take | None = None
    attempt: Attempt | None = None
    losses: Losses | None = None
    released: bool = False
    source: Source = SOURCE
    theirs: Theirs | None = None
    primary: DeviceState | None = DeviceState.OK
    answered: bool = True
    tracked: TrackedJob = TRACKED
    waiting: tuple[TrackedJob, ...] = ()
    is_silent: bool = False
    is_unasked: bool = False
    age: float = 0.1


LOCKED = replace(SOURCE, is_locked=True)
UNSEEN = replace(TAKE, confirmed=NOW - 5.0)
TAKE_BEFORE = replace(TAKE, job=BEFORE)
NAMED = Naming(JOB, "s 1", 1, Label("NEWS", accepted=True))
SENT_BEFORE = Sent(BEFORE, "s 1", 1, Label("OLD"), sent=99.0)
LOSSES = Losses(1, 99.0, "NEWS", 98.5)
OURS = Scene(TAKE, source=ON_AIR)
OTHERS = Scene(source=replace(ON_AIR, recording_name="BY HAND"), theirs=THEIRS)
IN_DOUBT = replace(OTHERS, theirs=DOUBTFUL)
ONCE_OURS = replace(OTHERS, source=ON_AIR, theirs=replace(THEIRS, name="NEWS", bears_ours=True))
OTHERS_PAUSED = replace(OTHERS, source=replace(ON_AIR, is_paused=True))
MISNAMED = replace(OURS, take=replace(TAKE, borne=False, name="OLD"))
TO_NOTHING = replace(OURS, source=replace(ON_AIR, destinations=()))
PAUSED = replace(OURS, source=replace(ON_AIR, is_paused=True))
NOT_SEEN_SINCE = replace(OURS, take=UNSEEN, age=5.0)
UNSURE = replace(OURS, primary=DeviceState.UNREACHABLE)
NOT_HEARD = replace(UNSURE, answered=False)
BLIND = Scene(is_silent=True)
LOST = replace(TRACKED, present=False, absences=1, lost=98.7)
KEPT = replace(OURS, tracked=LOST)


class Row(NamedTuple):
    want: Want
    seen: type[Any]
    phase: Phase
    verb: Verb | None = None
    told: Mapping[Code, Severity] = {}
    scene: Scene = Scene()
    held: bool = False


_DIED = {Code.TAKE_DIED: CRITICAL}
_ENDED, _HELD = {Code.ENDED_BY_HAND: INFO}, {Code.ON_HOLD: INFO}
_MISSING, _NOT_YET = {Code.SOURCE_MISSING: CRITICAL}, {Code.SOURCE_MISSING: DEGRADED}
NOTHING, ACTIVE, UNPROVEN, RELEASED = Want

TABLE = (
    Row(NOTHING, Unfit, Phase.BLOCKED, None, _NOT_YET),
    Row(NOTHING, Blind, Phase.IDLE, scene=BLIND),
    Row(NOTHING, Blind, Phase.STOPPING, scene=replace(BLIND, take=TAKE)),
    Row(NOTHING, Idle, Phase.IDLE),
    Row(NOTHING, Idle, Phase.IDLE, None, {Code.SOURCE_LOCKED: DEGRADED}, Scene(source=LOCKED)),
    Row(NOTHING, Ours, Phase.STOPPING, Verb.STOP, scene=OURS),
    Row(NOTHING, Ours, Phase.STOPPING, None, scene=replace(OURS, age=0.6)),
    Row(NOTHING, Ours, Phase.KEEPING, None, {Code.PRIMARY_GONE_KEEPING: DEGRADED}, NOT_HEARD),
    Row(NOTHING, Ours, Phase.KEEPING, scene=replace(NOT_HEARD, primary=None)),
    Row(NOTHING, NotOurs, Phase.FOREIGN, scene=OTHERS),
    Row(NOTHING, NotOurs, Phase.DOUBTFUL, None, {Code.DOUBTFUL_RECORDING: DEGRADED}, IN_DOUBT),
    Row(NOTHING, NotOurs, Phase.FOREIGN, None, {Code.RUNAWAY_TAKE: DEGRADED}, ONCE_OURS),
    # A job is to be recorded.
    Row(ACTIVE, Unfit, Phase.BLOCKED, None, _MISSING),
    Row(ACTIVE, Blind, Phase.BLOCKED, None, {Code.DVR_BLIND: CRITICAL}, BLIND),
    Row(ACTIVE, Blind, Phase.RECORDING, scene=replace(BLIND, take=TAKE)),
    Row(ACTIVE, Blind, Phase.UNVERIFIED, None, {Code.DVR_BLIND: CRITICAL}, replace(BLIND, take=UNSEEN)),
    Row(ACTIVE, Blind, Phase.STARTING, scene=replace(BLIND, is_unasked=True)),
    Row(ACTIVE, Blind, Phase.BLOCKED, None, {Code.DVR_BLIND: CRITICAL}, replace(BLIND, take=TAKE_BEFORE)),
    Row(ACTIVE, Idle, Phase.STARTING, Verb.SET_NAME),
    Row(ACTIVE, Idle, Phase.STARTING, None, scene=Scene(age=0.6)),
    Row(ACTIVE, Idle, Phase.STARTING, Verb.RECORD, scene=Scene(NAMED)),
    Row(ACTIVE, Idle, Phase.STARTING, None, scene=Scene(SENT_BEFORE)),
    Row(ACTIVE, Idle, Phase.BLOCKED, None, {Code.START_REFUSED: CRITICAL}, Scene(NAMED, REFUSED)),
    Row(ACTIVE, Idle, Phase.BLOCKED, Verb.SET_NAME, {Code.TAKE_DIED: CRITICAL}, Scene(losses=LOSSES)),
    Row(ACTIVE, Ours, Phase.RECORDING, scene=OURS),
    Row(ACTIVE, Ours, Phase.RECORDING, None, {Code.SHARED_TAKE: INFO}, replace(OURS, waiting=(TRACKED,))),
    Row(ACTIVE, Ours, Phase.RECORDING, Verb.RENAME, {Code.MISNAMED: DEGRADED}, MISNAMED),
    Row(ACTIVE, Ours, Phase.RECORDING, None, {Code.TAKE_DIED: DEGRADED}, replace(OURS, losses=LOSSES)),
    Row(ACTIVE, Ours, Phase.RECORDING, None, {Code.NO_DESTINATION: CRITICAL}, TO_NOTHING),
    Row(ACTIVE, Ours, Phase.STARTING, Verb.RESUME, {Code.TAKE_PAUSED: CRITICAL}, PAUSED),
    Row(ACTIVE, Ours, Phase.STOPPING, Verb.STOP, scene=replace(OURS, take=TAKE_BEFORE)),
    Row(ACTIVE, Ours, Phase.KEEPING, None, {Code.PRIMARY_GONE_KEEPING: DEGRADED}, UNSURE),
    Row(ACTIVE, Ours, Phase.UNVERIFIED, None, {Code.NOT_VERIFIED: CRITICAL}, NOT_SEEN_SINCE),
    Row(ACTIVE, NotOurs, Phase.FOREIGN, None, {Code.FOREIGN_RECORDING: DEGRADED}, OTHERS),
    Row(ACTIVE, NotOurs, Phase.FOREIGN, None, {Code.FOREIGN_RECORDING: CRITICAL}, OTHERS_PAUSED),
    Row(ACTIVE, NotOurs, Phase.DOUBTFUL, None, {Code.DOUBTFUL_RECORDING: DEGRADED}, IN_DOUBT),
    # It is gone, and nobody knows whether it has ended.
    Row(UNPROVEN, Unfit, Phase.BLOCKED, None, _MISSING),
    Row(UNPROVEN, Blind, Phase.BLOCKED, None, {Code.DVR_BLIND: CRITICAL}, BLIND),
    Row(UNPROVEN, Blind, Phase.RECORDING, scene=replace(BLIND, take=TAKE)),
    Row(UNPROVEN, Blind, Phase.UNVERIFIED, None, {Code.DVR_BLIND: CRITICAL}, replace(BLIND, take=UNSEEN)),
    Row(UNPROVEN, Idle, Phase.IDLE),
    Row(UNPROVEN, Idle, Phase.IDLE, scene=Scene(tracked=LOST)),
    Row(UNPROVEN, Idle, Phase.IDLE, scene=Scene(losses=LOSSES)),
    Row(UNPROVEN, Idle, Phase.BLOCKED, Verb.SET_NAME, _DIED, Scene(losses=LOSSES, tracked=LOST)),
    Row(UNPROVEN, Idle, Phase.IDLE, scene=Scene(losses=LOSSES, tracked=replace(LOST, resumed=99.0))),
    Row(
        UNPROVEN,
        Idle,
        Phase.BLOCKED,
        Verb.SET_NAME,
        _DIED,
        Scene(losses=LOSSES, tracked=replace(LOST, resumed=99.0, lost=98.0)),
    ),
    Row(UNPROVEN, Ours, Phase.RECORDING, scene=OURS),
    Row(UNPROVEN, Ours, Phase.KEEPING, None, {Code.JOB_LOST_IN_OUTAGE: DEGRADED}, KEPT),
    Row(UNPROVEN, Ours, Phase.STOPPING, Verb.STOP, scene=replace(OURS, take=TAKE_BEFORE)),
    Row(UNPROVEN, NotOurs, Phase.FOREIGN, None, {Code.FOREIGN_RECORDING: DEGRADED}, OTHERS),
    # A person has ended its take.
    Row(RELEASED, Unfit, Phase.BLOCKED, None, _NOT_YET),
    Row(RELEASED, Blind, Phase.IDLE, scene=BLIND),
    Row(RELEASED, Blind, Phase.STOPPING, scene=replace(BLIND, take=TAKE)),
    Row(RELEASED, Idle, Phase.IDLE, None, _ENDED),
    Row(RELEASED, Ours, Phase.STOPPING, Verb.STOP, _ENDED, OURS),
    Row(RELEASED, Ours, Phase.STOPPING, Verb.STOP, _ENDED, replace(OURS, answered=False, released=True)),
    Row(RELEASED, NotOurs, Phase.FOREIGN, None, _ENDED, OTHERS),
    # A person has the channel: nothing is sent.
    *(Row(want, Unfit, Phase.BLOCKED, None, _NOT_YET, held=True) for want in (NOTHING, RELEASED)),
    *(Row(want, Unfit, Phase.BLOCKED, None, _MISSING, held=True) for want in (ACTIVE, UNPROVEN)),
    *(
        Row(want, seen, phase, None, {Code.ON_HOLD: severity}, scene, held=True)
        for want, unsafe, foreign in (
            (NOTHING, INFO, INFO),
            (ACTIVE, CRITICAL, DEGRADED),
            (UNPROVEN, INFO, INFO),
            (RELEASED, INFO, INFO),
        )
        for seen, phase, severity, scene in (
            (Blind, Phase.IDLE, unsafe, BLIND),
            (Blind, Phase.RECORDING, INFO, replace(BLIND, take=TAKE)),
            (Blind, Phase.UNVERIFIED, unsafe, replace(BLIND, take=UNSEEN)),
            (Ours, Phase.UNVERIFIED, unsafe, NOT_SEEN_SINCE),
            (Ours, Phase.RECORDING, INFO, replace(PAUSED, take=UNSEEN)),
            (Idle, Phase.IDLE, unsafe, Scene()),
            (Ours, Phase.RECORDING, INFO, OURS),
            (Ours, Phase.RECORDING, foreign, replace(OURS, take=TAKE_BEFORE)),
            (NotOurs, Phase.FOREIGN, foreign, OTHERS),
        )
    ),
    Row(NOTHING, NotOurs, Phase.DOUBTFUL, None, _HELD | {Code.DOUBTFUL_RECORDING: DEGRADED}, IN_DOUBT, True),
    Row(NOTHING, NotOurs, Phase.FOREIGN, None, _HELD | {Code.RUNAWAY_TAKE: DEGRADED}, ONCE_OURS, True),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.want.value}-{row.seen.__name__}")
def test_each_cell_of_the_table(row: Row) -> None:
    verdict = decided(row)
    assert verdict.phase is row.phase
    assert (verdict.action.verb if verdict.action is not None else None) is row.verb
    assert {one.code: one.severity for one in verdict.problems} == row.told


def test_no_cell_is_left_out() -> None:
    cells = {(row.want, row.seen, row.held) for row in TABLE}
    assert cells == set(product(Want, get_args(Seen), (False, True)))


STOPPED = Attempt(Verb.STOP, 99.5, 99.5, ended=99.8, outcome=Outcome.DONE, due=103.0)
RESUMED = Attempt(Verb.RESUME, 99.0, 99.0, ended=99.2, outcome=Outcome.REFUSED, error="no", due=103.0)
STOPPING = replace(OURS, attempt=STOPPED)
LOOKS = (
    (Row(NOTHING, Idle, Phase.IDLE), None),
    (Row(ACTIVE, Ours, Phase.RECORDING, scene=OURS), None),
    # Only a look is lacking.
    (Row(ACTIVE, Idle, Phase.STARTING, scene=Scene(age=0.6)), 0.0),
    (Row(NOTHING, Ours, Phase.STOPPING, scene=replace(OURS, age=0.6)), 0.0),
    (Row(ACTIVE, Ours, Phase.STARTING, scene=replace(PAUSED, age=0.6)), 0.0),
    (Row(ACTIVE, Ours, Phase.STARTING, scene=replace(PAUSED, age=0.6, attempt=RESUMED)), NOW - 0.6 + 0.25),
    # A command waits to be seen: a look that began before its end proves nothing.
    (Row(NOTHING, Ours, Phase.STOPPING, scene=STOPPING), NOW - 0.1 + 0.25),
    (Row(NOTHING, Ours, Phase.STOPPING, scene=replace(OURS, attempt=replace(STOPPED, ended=99.95))), 0.0),
    (Row(NOTHING, Ours, Phase.STOPPING, scene=replace(OURS, attempt=replace(STOPPED, ended=None))), None),
    (Row(NOTHING, Ours, Phase.RECORDING, scene=STOPPING, held=True), None),
)


@pytest.mark.parametrize(("row", "look"), LOOKS)
def test_when_the_recorder_is_looked_at_again(row: Row, look: float | None) -> None:
    verdict = decided(row)
    assert verdict.phase is row.phase
    assert verdict.look == (None if look is None else pytest.approx(look))


def decided(row: Row) -> Verdict:
    scene, job = row.scene, None if row.want is NOTHING else row.scene.tracked
    began = NOW - scene.age
    if job is not None and row.want in (UNPROVEN, RELEASED):
        job = replace(job, present=False, absences=max(job.absences, 1))
    state = DeviceState.UNREACHABLE if scene.is_silent else DeviceState.OK
    sources = None if scene.is_silent else (scene.source,)
    shown: DvrObservation | None = Observation(began, began, state, sources)
    case = Case(
        CHANNEL,
        Sync(),
        TRAITS,
        PrimaryMemory(state=scene.primary, answered=scene.answered),
        None,
        DvrMemory(state=state, ledger=Ledger({"news": Owner(CHANNEL.key, JOB.id)})),
        None if scene.is_unasked else shown,
        new_look=True,
        poll_interval=1.0,
        longest_poll=1.0,
        claims={},
        moment=Moment(NOW),
        sight=Moment(NOW),
        epoch=0.0,
    )
    memory = ChannelMemory(
        None if job is None else job.job,
        scene.take,
        scene.attempt,
        scene.theirs,
        scene.losses,
        Hold(90.0) if row.held else None,
        (JOB, NOW) if scene.released else None,
    )
    return respond(
        case, memory, Wanted(row.want, job, scene.waiting), seen(row, Site(case, scene.source, began, began))
    )


def seen(row: Row, site: Site) -> Seen:
    take, theirs = row.scene.take, row.scene.theirs
    if row.seen is Blind:
        return Blind()
    if row.seen is Unfit:
        return Unfit(NO_SOURCE)
    if row.seen is Idle:
        return Idle(site)
    if row.seen is Ours:
        assert isinstance(take, Running)
        return Ours(site, take)
    assert theirs is not None
    return NotOurs(site, theirs)
