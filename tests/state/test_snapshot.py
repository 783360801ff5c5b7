"""What outlives the process: whatever the memory holds, the next vrmond knows as much as it needs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmon.catalog import Code, Severity
from vrmon.model import Job, Outcome, ProblemKey, Source, Verb
from vrmon.plan.acknowledgement import Acknowledgement
from vrmon.plan.drill import Drill, DrillResult, Told
from vrmon.plan.ledger import Ledger, Owner
from vrmon.plan.memory import (
    Attempt,
    ChannelMemory,
    DvrMemory,
    Gone,
    Hold,
    Jobs,
    Label,
    Losses,
    Memory,
    Naming,
    Picture,
    PrimaryMemory,
    Running,
    Sent,
    Take,
    Theirs,
    TrackedJob,
    Whose,
)
from vrmon.plan.standing import Standing
from vrmon.settings import ChannelKey, Sync
from vrmon.state.encoded import Encoded
from vrmon.state.format import payload_text
from vrmon.state.snapshot import payload, restore

NOW, EPOCH = 5_000.0, 1_795_000_000.0
SYNC = Sync(outage_hold=900.0)
JOB = Job("9C64992CFF3A4A3FA3C635BB7D9B6071", "7")
KEY = ChannelKey("playbox", JOB.ingest, "dvr")
OTHER = ChannelKey("other", "A/B|C", "dvr")

texts = st.text(max_size=12)
moments = st.floats(0, NOW).map(lambda moment: round(moment, 3))
jobs = st.builds(Job, texts, texts, st.integers(0, 3))
tracked_jobs = st.builds(
    TrackedJob,
    jobs,
    since=moments,
    last_seen=moments,
    present=st.booleans(),
    across_outage=st.booleans(),
    lost=st.none() | moments,
    in_crowd=st.booleans(),
    basename=st.none() | texts,
    renamed=texts,
    listed=st.none() | moments,
    absences=st.integers(0, 5),
)
labels = st.builds(Label, texts, st.booleans(), nameless=texts)
of_takes = {"job": jobs, "source": texts, "number": st.integers(1, 99), "label": labels}
of_takes["latency"] = st.none() | moments
names = st.lists(texts, max_size=2).map(tuple)
takes: st.SearchStrategy[Take] = st.one_of(
    st.builds(Naming, **of_takes),
    st.builds(
        Sent,
        **of_takes,
        sent=moments,
        standing=texts,
        aliases=names,
        is_certain=st.booleans(),
        glimpsed=st.booleans(),
        overdue=st.booleans(),
    ),
    st.builds(
        Running,
        **of_takes,
        name=texts,
        started=moments,
        confirmed=st.none() | moments,
        seen=st.none() | moments,
        borne=st.booleans(),
        date=st.none() | texts,
        files=names,
        known_by=texts,
        format=texts,
        redated=st.none() | moments,
    ),
)
told = st.none() | texts
theirs = st.one_of(
    st.builds(Theirs, st.just(Whose.SOMEBODYS), moments, texts, lent=st.booleans()),
    st.builds(Theirs, st.just(Whose.DOUBTFUL), moments, texts, told, told, st.none() | jobs, texts),
)
losses = st.builds(Losses, st.integers(0, 9), moments, texts, moments)
gone = st.builds(Gone, jobs, texts, texts, moments, texts)
keys = st.sampled_from([KEY, OTHER])
owners = st.builds(Owner, st.just(KEY), texts, st.integers(0, 3))
holds = st.builds(
    Hold, moments, st.none() | st.floats(0, 2 * NOW).map(lambda one: round(one, 3)), texts, texts
)
results = st.sampled_from(DrillResult)
drills = st.builds(
    Drill,
    moments,
    st.integers(1, 600).map(float),
    texts,
    jobs,
    texts,
    results,
    texts,
    failed=st.none() | st.tuples(moments, texts),
    last=st.none() | st.builds(Told, moments, results, texts),
)
channels = st.builds(
    ChannelMemory,
    job=st.none() | jobs,
    take=st.none() | takes,
    attempt=st.none() | st.builds(Attempt, st.sampled_from(Verb), st.just(1.0), st.just(1.0)),
    theirs=st.none() | theirs,
    losses=st.none() | losses,
    gone=st.none() | gone,
    bound=st.none() | st.tuples(st.integers(0, 9), texts),
    hold=st.none() | holds,
    released=st.none() | st.tuples(jobs, moments),
    job_ended=st.none() | moments,
    overrun=st.none() | jobs,
    picture=st.none() | st.builds(Picture, moments, st.none() | moments, st.none() | moments, texts),
    drill=st.none() | drills,
)
memories = st.builds(
    Memory,
    st.dictionaries(
        st.sampled_from(["playbox", "other"]),
        st.builds(
            PrimaryMemory,
            answered=st.booleans(),
            listed=st.frozensets(texts, max_size=3),
            restarted=st.none() | moments,
            jobs=st.lists(tracked_jobs, max_size=3).map(lambda many: Jobs({one.job: one for one in many})),
        ),
    ),
    st.dictionaries(
        texts,
        st.builds(
            DvrMemory, ledger=st.builds(Ledger, st.dictionaries(texts, st.none() | owners, max_size=4))
        ),
    ),
    st.dictionaries(keys, channels),
    st.dictionaries(
        st.builds(ProblemKey, st.sampled_from(Code), texts | keys),
        st.builds(Standing, moments, st.sampled_from(Severity), st.frozensets(texts, max_size=2)),
        max_size=3,
    ),
)


def test_a_problem_of_which_nobody_wrote_how_bad_it_was_counts_as_told() -> None:
    key = ProblemKey(Code.SOURCE_DISABLED, "PCR 1")
    payload = saved(Memory(problems={key: Standing(NOW - 60.0, Severity.DEGRADED)}))
    for more in (["of a later vrmon", []], []):
        payload["problems"][0][3:] = more
        assert restore(payload, EPOCH, NOW, SYNC).inherited == {key: Standing(NOW - 60.0, Severity.CRITICAL)}


def test_what_was_saved_of_a_channel_by_its_name_is_that_channels() -> None:
    """As it was done at first."""
    keys = [ProblemKey(Code.SOURCE_DISABLED, has) for has in ("PCR 1", "dvr")]
    known = Acknowledgement("alice", NOW - 60.0, NOW + 3600.0, Severity.DEGRADED)
    memory = Memory(
        problems={key: Standing(NOW, Severity.DEGRADED) for key in keys},
        acknowledged=dict.fromkeys(keys, known),
    )
    found = restore(saved(memory), EPOCH, NOW, SYNC, called={"PCR 1": KEY})
    expected = {ProblemKey(Code.SOURCE_DISABLED, KEY), ProblemKey(Code.SOURCE_DISABLED, "dvr")}
    assert found.inherited.keys() == found.acknowledged.keys() == expected


def test_what_a_person_knows_of_survives_and_what_cannot_be_read_of_it_costs_nothing_else() -> None:
    key, gone = ProblemKey(Code.SOURCE_DISABLED, "PCR 1"), ProblemKey(Code.DVR_BLIND, "PCR 2")
    known = Acknowledgement("alice", NOW - 60.0, NOW + 3600.0, Severity.DEGRADED, "spare")
    payload = saved(Memory(acknowledged={key: known, gone: replace(known, note="")}))
    payload["acknowledged"][1][0] = "of a later vrmon"
    payload["acknowledged"] += [5, [], None]
    found = restore(payload, EPOCH, NOW + 10.0, SYNC).acknowledged
    assert found == {key: replace(known, resumed=NOW + 10.0)}


def test_what_a_person_knows_of_is_told_again_after_twelve_hours_whatever_the_clock_did() -> None:
    """The clock was years ahead when it was saved, and has been put right."""
    key = ProblemKey(Code.SOURCE_DISABLED, "PCR 1")
    known = Acknowledgement("alice", NOW + 1e8, NOW + 1e8 + 3600.0, Severity.DEGRADED)
    found = restore(saved(Memory(acknowledged={key: known})), EPOCH, NOW, SYNC).acknowledged
    assert (found[key].since, found[key].until) == (NOW, NOW + 12 * 3600.0)


@pytest.mark.parametrize(
    ("verb", "outcome", "may_run"),
    [
        (Verb.SET_NAME, None, True),
        (Verb.SET_NAME, Outcome.DONE, True),
        (Verb.RECORD, None, True),
        (Verb.RECORD, Outcome.LOST, True),
        (Verb.RECORD, Outcome.REFUSED, False),
    ],
)
def test_a_take_that_may_have_been_begun_after_the_last_save_may_be_running(
    verb: Verb, outcome: Outcome | None, may_run: bool
) -> None:
    take = Naming(Job("ABC", "1"), "s 1", 1, Label("SHOW"))
    attempt = Attempt(verb, sent=NOW, since=NOW, outcome=outcome)
    memory = Memory(channels={KEY: ChannelMemory(take=take, attempt=attempt)})
    after = restore(saved(memory), EPOCH, NOW, SYNC).channels[KEY].take
    assert isinstance(after, Sent) == may_run
    assert not isinstance(after, Sent) or not after.is_certain


def saved(memory: Memory) -> Any:
    """As it comes back from the disk."""
    return json.loads(json.dumps(payload(memory, EPOCH)))


@given(memories)
def test_what_matters_survives(memory: Memory) -> None:
    found = restore(saved(memory), EPOCH, NOW, SYNC)
    assert found.channels.keys() == memory.channels.keys()
    for key, before in memory.channels.items():
        after = found.channels[key]
        assert (after.job, after.bound, after.overrun) == (before.job, before.bound, before.overrun)
        assert after.job_ended == pytest.approx(before.job_ended, abs=0.002)
        assert (after.picture is None) == (before.picture is None)
        if before.picture is not None and after.picture is not None:
            assert after.picture[:3] == pytest.approx(before.picture[:3], abs=0.002)
            assert after.picture.source == before.picture.source
        assert_drill_is_restored(before.drill, after.drill)
        assert (after.gone is None) == (before.gone is None)
        if before.gone is not None and after.gone is not None:
            assert replace(after.gone, when=0) == replace(before.gone, when=0)
            assert after.gone.when == pytest.approx(before.gone.when, abs=0.002)
        assert (after.losses is None) == (before.losses is None)
        if before.losses is not None and after.losses is not None:
            assert replace(after.losses, died=0, seen=0) == replace(before.losses, died=0, seen=0)
            assert after.losses.died == pytest.approx(before.losses.died, abs=0.002)
            assert after.losses.seen == pytest.approx(before.losses.seen, abs=0.002)
        was_stopping = before.attempt is not None and before.attempt.verb is Verb.STOP
        assert (after.attempt is not None) == was_stopping, "what else was in flight is looked at anew"
        assert (after.hold is None) == (before.hold is None)
        if before.hold is not None and after.hold is not None:
            assert (after.hold.reason, after.hold.by) == (before.hold.reason, before.hold.by)
            assert after.hold.since == pytest.approx(before.hold.since, abs=0.002)
            assert after.hold.until == pytest.approx(before.hold.until, abs=0.002)
        assert (after.released or (None,))[0] == (before.released or (None,))[0]
        matters = before.theirs is not None and (before.theirs.lent or before.theirs.whose is Whose.DOUBTFUL)
        assert (after.theirs is not None) == matters, "somebody else's is judged anew"
        if matters and before.theirs is not None and after.theirs is not None:
            assert replace(after.theirs, since=0) == replace(before.theirs, since=0)
        assert_is_restored(before, after.take)
    assert {name: list(one.ledger.names.items()) for name, one in found.dvrs.items()} == {
        name: list(one.ledger.names.items()) for name, one in memory.dvrs.items()
    }
    assert found.inherited.keys() == memory.problems.keys()
    for problem, stood in memory.problems.items():
        again = found.inherited[problem]
        assert replace(again, since=0) == replace(stood, since=0)
        assert again.since == pytest.approx(stood.since, abs=0.002)
    for name, primary in memory.primaries.items():
        known = found.primaries[name].jobs
        assert primary.jobs.keys() <= known.keys()
        assert not found.primaries[name].answered, "it has not told this process anything"
        assert found.primaries[name].listed == primary.listed
        assert found.primaries[name].restarted == pytest.approx(primary.restarted, abs=0.002)
        for job, tracked in primary.jobs.items():
            kept = ("basename", "renamed", "across_outage", "in_crowd")
            assert [getattr(known[job], one) for one in kept] == [getattr(tracked, one) for one in kept]
            assert known[job].absences == 0
            assert known[job].lost == pytest.approx(tracked.lost, abs=0.002)
            assert known[job].listed == pytest.approx(tracked.listed, abs=0.002)
            assert known[job].since == pytest.approx(tracked.since, abs=0.002)
            assert known[job].last_seen >= known[job].since


def assert_is_restored(before: ChannelMemory, after: Take | None) -> None:
    """The take, field by field; a time is kept to the millisecond."""
    match before.take:
        case None:
            assert after is None
        case Naming() as take if before.attempt is None:
            assert after == take
        case Naming() as take:
            assert isinstance(after, Sent)
            assert (after.inherited, after.is_certain) == (True, False)
            assert (after.job, after.source, after.number, after.label) == (
                take.job,
                take.source,
                take.number,
                take.label,
            )
        case Sent() as take:
            assert after == replace(take, sent=NOW, inherited=True)
        case Running() as take:
            assert isinstance(after, Running)
            assert after.started == pytest.approx(take.started, abs=0.002)
            assert after.redated == pytest.approx(take.redated, abs=0.002)
            told = replace(take, started=0, redated=None, confirmed=None, seen=None)
            assert replace(after, started=0, redated=None) == told


def assert_drill_is_restored(before: Drill | None, after: Drill | None) -> None:
    assert (after is None) == (before is None)
    if before is None or after is None:
        return
    assert (after.seconds, after.by, after.job, after.name) == (
        before.seconds,
        before.by,
        before.job,
        before.name,
    )
    assert after.when == pytest.approx(before.when, abs=0.002)
    for was, kept in ((before.failed, after.failed), (before.last, after.last)):
        assert (kept is None) == (was is None)
        if was is not None and kept is not None:
            assert kept[0] == pytest.approx(was[0], abs=0.002)
            assert kept[1:] == was[1:]
    if before.is_running:
        assert (after.result, "restarted" in after.why) == (DrillResult.REFUSED, True)
    else:
        assert (after.result, after.why) == (before.result, before.why)


@given(memories, st.floats(-1e9, 1e9))
def test_a_clock_that_was_set_meanwhile_brings_no_time_from_the_future(memory: Memory, jump: float) -> None:
    found = restore(saved(memory), EPOCH + jump, NOW, SYNC)
    for primary in found.primaries.values():
        assert all(max(one.since, one.last_seen, one.lost or 0.0) <= NOW for one in primary.jobs.values())
    for channel in found.channels.values():
        assert channel.losses is None or channel.losses.died <= NOW
        assert channel.hold is None or channel.hold.since <= NOW
        assert channel.running is None or channel.running.started <= NOW
        assert channel.job_ended is None or channel.job_ended <= NOW
        drill = channel.drill
        told = () if drill is None else (drill.when, *(one[0] for one in (drill.failed, drill.last) if one))
        assert all(when <= NOW for when in told)


@given(memories, st.floats(-1e9, 1e9))
def test_within_one_boot_a_clock_that_was_set_meanwhile_changes_nothing(memory: Memory, jump: float) -> None:
    kept = json.loads(json.dumps(payload(memory, EPOCH, "a boot")))
    found = restore(kept, EPOCH, NOW, SYNC, "a boot")
    assert restore(kept, EPOCH + jump, NOW, SYNC, "a boot") == found
    assert restore(kept, EPOCH, NOW, SYNC, "another") == found


@pytest.mark.parametrize(
    "clock",
    [
        None,
        {},
        [],
        {"boot": "another", "epoch": EPOCH},
        {"boot": "", "epoch": EPOCH},
        {"boot": "a boot", "epoch": "then"},
        {"boot": 1, "epoch": EPOCH},
    ],
)
@pytest.mark.parametrize("boot", ["a boot", ""])
def test_across_boots_there_is_only_the_clock(clock: object, boot: str) -> None:
    memory = Memory(channels={KEY: ChannelMemory(job_ended=1_000.0)})
    kept = {**payload(memory, EPOCH), "clock": clock}
    ended = restore(kept, EPOCH + 60.0, NOW, SYNC, boot).channels[KEY].job_ended
    assert ended == pytest.approx(940.0)


@given(memories)
def test_saving_what_was_restored_saves_the_same(memory: Memory) -> None:
    first = saved(restore(saved(memory), EPOCH, NOW, SYNC))
    assert saved(restore(first, EPOCH, NOW, SYNC)) == first


@given(st.lists(memories, min_size=1, max_size=4))
def test_what_is_encoded_part_by_part_is_the_text_of_the_whole(many: list[Memory]) -> None:
    encoded = Encoded()
    for memory in many:
        text = encoded.encode(memory, EPOCH)
        assert text == payload_text(payload(memory, EPOCH))
        assert encoded.encode(replace(memory), EPOCH) is text
    assert encoded.encode(many[-1], EPOCH + 1.0) == payload_text(payload(many[-1], EPOCH + 1.0))


@given(memories, st.sampled_from([KEY, OTHER]), channels)
def test_a_part_that_has_changed_is_encoded_anew(
    memory: Memory, key: ChannelKey, after: ChannelMemory
) -> None:
    encoded = Encoded()
    encoded.encode(memory, EPOCH)
    changed = replace(memory, channels={**memory.channels, key: after})
    assert encoded.encode(changed, EPOCH) == payload_text(payload(changed, EPOCH))
    gone = replace(memory, channels={})
    assert encoded.encode(gone, EPOCH) == payload_text(payload(gone, EPOCH))


RUNNING = Running(
    JOB, "A", 1, Label("NEWS"), 0.25, name="NEWS", started=100.0, confirmed=200.0, date="d", files=("NEWS",)
)
BUSY = ChannelMemory(JOB, RUNNING, job_ended=50.0)


CHANGES = [
    replace(BUSY, job=JOB._replace(show=1)),
    replace(BUSY, take=None),
    replace(BUSY, attempt=Attempt(Verb.STOP, sent=NOW, since=NOW)),
    replace(BUSY, theirs=Theirs(Whose.DOUBTFUL, NOW, "A", "NEWS", None)),
    replace(BUSY, losses=Losses(1, NOW, "NEWS", NOW)),
    replace(BUSY, gone=Gone(JOB, "NEWS", "2 o'clock", NOW, "A")),
    replace(BUSY, hold=Hold(NOW, None, "why", "who")),
    replace(BUSY, released=(JOB, NOW)),
    replace(BUSY, bound=(0, "A")),
    replace(BUSY, job_ended=51.0),
    replace(BUSY, overrun=JOB),
    replace(BUSY, picture=Picture(NOW, black=NOW)),
    replace(BUSY, drill=Drill(NOW, 10.0, "who", JOB, "drill_PCR")),
    replace(BUSY, take=replace(RUNNING, job=JOB._replace(show=1))),
    replace(BUSY, take=replace(RUNNING, source="B")),
    replace(BUSY, take=replace(RUNNING, number=2)),
    replace(BUSY, take=replace(RUNNING, label=Label("NEWS", stand_in=True))),
    replace(BUSY, take=replace(RUNNING, latency=0.5)),
    replace(BUSY, take=replace(RUNNING, name="NEWS-1")),
    replace(BUSY, take=replace(RUNNING, started=101.0)),
    replace(BUSY, take=replace(RUNNING, borne=True)),
    replace(BUSY, take=replace(RUNNING, date=None)),
    replace(BUSY, take=replace(RUNNING, files=("NEWS", "NEWS-1"))),
    replace(BUSY, take=replace(RUNNING, known_by="its date")),
    replace(BUSY, take=replace(RUNNING, format="1080i50")),
    replace(BUSY, take=replace(RUNNING, redated=150.0)),
]
UNSAVED = {"phase", "phase_since", "idle_since", "amiss"}  # of a channel
UNSAVED_OF_TAKE = {"confirmed", "seen"}


@pytest.mark.parametrize("after", CHANGES)
def test_whatever_changes_of_a_channel_is_encoded_anew(after: ChannelMemory) -> None:
    encoded = Encoded()
    before = encoded.encode(Memory(channels={KEY: BUSY}), EPOCH)
    changed = Memory(channels={KEY: after})
    assert encoded.encode(changed, EPOCH) == payload_text(payload(changed, EPOCH)) != before


def test_each_field_of_a_channel_is_among_what_changes_or_is_not_saved() -> None:
    takes = [one.take for one in CHANGES if isinstance(one.take, Running)]
    assert _changed(CHANGES, BUSY) | UNSAVED == {one.name for one in fields(ChannelMemory)}
    assert _changed(takes, RUNNING) | UNSAVED_OF_TAKE == {one.name for one in fields(Running)}


def _changed(after: Sequence[ChannelMemory | Running], before: ChannelMemory | Running) -> set[str]:
    names = {one.name for one in fields(before)}
    return {name for name in names if any(getattr(one, name) != getattr(before, name) for one in after)}


def test_a_look_that_shows_a_take_as_it_was_is_no_reason_to_save() -> None:
    encoded = Encoded()
    before = encoded.encode(Memory(channels={KEY: BUSY}), EPOCH)
    seen_again = replace(BUSY, take=replace(RUNNING, confirmed=201.0, seen=201.0))
    assert encoded.encode(Memory(channels={KEY: seen_again}), EPOCH) is before


def test_what_is_as_it_was_is_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def note(one: Any) -> str:
        made.append(one)
        return payload_text(one)

    encoded, memory = Encoded(), Memory(channels={KEY: BUSY})
    encoded.encode(memory, EPOCH)
    monkeypatch.setattr("vrmon.state.encoded.payload_text", note)
    changed = replace(memory, channels={KEY: replace(BUSY), OTHER: ChannelMemory()})
    encoded.encode(changed, EPOCH)
    assert made == [payload(changed, EPOCH)["channels"][str(OTHER)]]


def test_what_a_vrmon_before_ingests_were_saved_has_saved_is_understood() -> None:
    old = saved(Memory({"playbox": PrimaryMemory(jobs=Jobs({JOB: TrackedJob(JOB, 1.0, 1.0)}))}))
    del old["listed"]
    assert restore(old, EPOCH, NOW, SYNC).primaries["playbox"].listed == frozenset()


def test_a_take_that_a_vrmon_before_has_saved_in_fewer_words_is_understood() -> None:
    take = Sent(JOB, "A", 1, Label("NEWS"), sent=NOW)
    old = saved(Memory(channels={KEY: ChannelMemory(take=take)}))
    for name in ("sent", "certain", "glimpsed", "overdue", "aliases", "instead"):
        del old["channels"][str(KEY)]["take"][name]
    assert restore(old, EPOCH, NOW, SYNC).channels[KEY].take == replace(take, inherited=True)


CHANNEL = saved(Memory(channels={KEY: ChannelMemory()}))["channels"][str(KEY)]
TAKE = saved(Memory(channels={KEY: ChannelMemory(take=Naming(JOB, "A", 1, Label("NEWS")))}))["channels"][
    str(KEY)
]["take"]


def one_job(**changes: Any) -> Memory:
    tracked = replace(TrackedJob(JOB, since=100.0, last_seen=4_990.0), **changes)
    return Memory({"playbox": PrimaryMemory(jobs=Jobs({JOB: tracked}))})


HOLD = saved(Memory(channels={KEY: ChannelMemory(hold=Hold(1.0, None, "a check", "me"))}))["channels"][
    str(KEY)
]["hold"]
(ONE_JOB,) = saved(one_job())["primaries"]["playbox"]
HUGE = 10**400


def restored_job(memory: Memory, later: float = 0.0) -> TrackedJob:
    return restore(saved(memory), EPOCH, NOW + later, SYNC).primaries["playbox"].jobs[JOB]


def test_a_poll_that_shows_the_same_is_no_reason_to_write() -> None:
    """Within a minute of the clock: one begins at `NOW`."""
    assert saved(one_job(last_seen=NOW - 60.0)) == saved(one_job(last_seen=NOW - 0.1))
    assert saved(one_job(last_seen=NOW - 0.1)) != saved(one_job(last_seen=NOW))


def test_a_job_that_was_seen_too_long_ago_is_not_started_on_our_own_word() -> None:
    assert restored_job(one_job()).present
    assert restored_job(one_job(), later=SYNC.outage_hold - 20).present
    assert not restored_job(one_job(), later=SYNC.outage_hold + 120).present
    longest = SYNC.outage_hold + 60.0  # the time of its last sight is saved to the minute
    assert restored_job(one_job(last_seen=NOW), later=longest).present
    assert not restored_job(one_job(last_seen=NOW), later=longest + 0.1).present


def test_a_job_that_was_there_when_another_began_was_seen_then_and_one_that_was_gone_was_not() -> None:
    other, gone, next_job = (JOB._replace(id=one) for one in ("8", "9", "10"))
    jobs = {
        JOB: TrackedJob(JOB, since=100.0, last_seen=4_990.0),
        other: TrackedJob(other, since=4_985.0, last_seen=4_990.0),
        gone: TrackedJob(gone, since=100.0, last_seen=4_000.5, present=False, lost=4_002.25),
        next_job: TrackedJob(next_job, since=4_985.0, last_seen=4_990.0),
    }
    memory = Memory({"playbox": PrimaryMemory(good=4_990.0, jobs=Jobs(jobs))})
    found = restore(saved(memory), EPOCH, NOW, SYNC).primaries["playbox"].jobs
    assert 4_985.0 <= found[JOB].last_seen <= 4_990.0, "what began since puts no end to it"
    assert (found[gone].last_seen, found[gone].lost) == pytest.approx((4_000.5, 4_002.25), abs=0.002)
    assert [one.present for one in found.values()] == [True, True, False, True]


def test_a_job_id_that_was_used_again_stays_that_of_the_later_show() -> None:
    again = JOB._replace(show=2)
    memory = Memory({"playbox": PrimaryMemory(jobs=Jobs({again: TrackedJob(again, 100.0, 4_990.0)}))})
    assert restore(saved(memory), EPOCH, NOW, SYNC).primaries["playbox"].shows == {JOB: 2}


def test_a_stop_that_was_under_way_may_have_come_or_not() -> None:
    memory = Memory(channels={KEY: ChannelMemory(attempt=Attempt(Verb.STOP, sent=NOW, since=NOW))})
    after = restore(saved(memory), EPOCH, NOW, SYNC).channels[KEY].attempt
    assert after is not None
    assert after.ended == NOW, "its answer is not waited for"
    assert after.must_look(NOW - 1.0), "only a look can tell"
    assert not after.must_look(NOW)
    assert not after.has_stopped(Source("A", "A"), NOW), "nobody knows that it was obeyed"
    assert (after.refusals, after.error) == (0, "")


def test_a_name_that_could_not_be_asked_for_meanwhile_is_waited_for_again() -> None:
    tracked = restored_job(one_job())
    assert (tracked.since, tracked.known) == (100.0, NOW)


def test_a_name_that_is_known_is_not_waited_for_again() -> None:
    tracked = restored_job(one_job(basename="NEWS", named=101.0))
    assert tracked.named is not None
    assert tracked.named <= tracked.known, "the clock of a job without a recording runs from the start"


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"primaries": {}, "dvrs": {}, "channels": [1]},
        {"primaries": {"playbox": [{}]}, "dvrs": {}, "channels": {}},
        {"primaries": {}, "dvrs": {"dvr": [1]}, "channels": {}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): {"job": [1]}}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): {**CHANNEL, "job": [[], "7"]}}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): {**CHANNEL, "released": []}}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): {**CHANNEL, "take": {**TAKE, "source": []}}}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): {**CHANNEL, "take": {**TAKE, "latency": "x"}}}},
        {"primaries": {}, "dvrs": {"dvr": [["news", {}]]}, "channels": {}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): None}},
        {"primaries": {}, "dvrs": {}, "channels": {"no key": CHANNEL}},
        {"primaries": {}, "dvrs": {"dvr": [["news", "no key|7"]]}, "channels": {}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): {**CHANNEL, "hold": {**HOLD, "reason": None}}}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): {**CHANNEL, "hold": {**HOLD, "by": 7}}}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): {**CHANNEL, "hold": {**HOLD, "since": HUGE}}}},
        {"primaries": {}, "dvrs": {}, "channels": {str(KEY): {**CHANNEL, "take": {**TAKE, "number": inf}}}},
        {"primaries": {"playbox": [{**ONE_JOB, "basename": 7}]}, "dvrs": {}, "channels": {}},
        {"primaries": {"playbox": [{**ONE_JOB, "since": HUGE}]}, "dvrs": {}, "channels": {}},
        {"primaries": {}, "dvrs": {}, "channels": {}, "problems": [["started", "vrmon", HUGE]]},
    ],
)
def test_what_no_memory_made_is_refused(nonsense: dict[str, Any]) -> None:
    with pytest.raises((LookupError, TypeError, ValueError, ArithmeticError, AttributeError)):
        restore(nonsense, EPOCH, NOW, SYNC)
