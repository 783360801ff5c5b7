"""What outlives the process: whatever the memory holds, the next vrmond knows as much as it needs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmon.model import Job, Outcome, Verb
from vrmon.plan.memory import (
    Attempt,
    ChannelMemory,
    DvrMemory,
    Hold,
    Memory,
    PrimaryMemory,
    Take,
    TrackedJob,
)
from vrmon.settings import Sync
from vrmon.state.snapshot import payload, restore

NOW, EPOCH = 5_000.0, 1_795_000_000.0
SYNC = Sync(outage_hold=900.0)
JOB = Job("9C64992CFF3A4A3FA3C635BB7D9B6071", "7")
KEY = f"playbox/{JOB.ingest}/dvr"

texts = st.text(max_size=12)
moments = st.floats(0, NOW).map(lambda moment: round(moment, 3))
jobs = st.builds(Job, texts, texts)
tracked_jobs = st.builds(
    TrackedJob,
    jobs,
    since=moments,
    last_seen=moments,
    present=st.booleans(),
    across_outage=st.booleans(),
    lost=st.none() | moments,
    basename=st.none() | texts,
    absences=st.integers(0, 5),
    name_asked=st.none() | moments,
)
takes = st.builds(
    Take,
    jobs,
    source=texts,
    given=texts,
    name=texts,
    number=st.integers(1, 99),
    stand_in=st.booleans(),
    nameless=texts,
    aliases=st.lists(texts, max_size=2).map(tuple),
    instead=texts,
    sent=st.none() | moments,
    started=st.none() | moments,
    start_date=st.none() | texts,
    latency=st.none() | moments,
)
holds = st.builds(
    Hold, moments, st.none() | st.floats(0, 2 * NOW).map(lambda one: round(one, 3)), texts, texts
)
channels = st.builds(
    ChannelMemory,
    job=st.none() | jobs,
    take=st.none() | takes,
    attempt=st.none() | st.just(Attempt(Verb.STOP, sent=1.0, since=1.0)),
    lent=texts,
    deaths=st.integers(0, 9),
    died=st.none() | moments,
    lost_take=texts,
    hold=st.none() | holds,
    released=st.none() | st.tuples(jobs, moments),
)
memories = st.builds(
    Memory,
    st.dictionaries(
        st.sampled_from(["playbox", "other"]),
        st.builds(
            PrimaryMemory,
            answered=st.booleans(),
            listed=st.frozensets(texts, max_size=3),
            jobs=st.lists(tracked_jobs, max_size=3).map(lambda many: {one.job: one for one in many}),
        ),
    ),
    st.dictionaries(texts, st.builds(DvrMemory, names=st.dictionaries(texts, texts, max_size=4))),
    st.dictionaries(st.sampled_from([KEY, "other/ABC/dvr"]), channels),
)


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
    take = Take(Job("ABC", "1"), "s 1", "SHOW", "SHOW", 1)
    attempt = Attempt(verb, sent=NOW, since=NOW, outcome=outcome)
    memory = Memory(channels={KEY: ChannelMemory(take=take, attempt=attempt)})
    after = restore(saved(memory), EPOCH, NOW, SYNC).channels[KEY].take
    assert after is not None
    assert after.under_way == may_run


def saved(memory: Memory) -> Any:
    """As it comes back from the disk."""
    return json.loads(json.dumps(payload(memory, EPOCH)))


@given(memories)
def test_what_matters_survives(memory: Memory) -> None:
    found = restore(saved(memory), EPOCH, NOW, SYNC)
    assert found.channels.keys() == memory.channels.keys()
    for key, before in memory.channels.items():
        after = found.channels[key]
        assert (after.job, after.lent, after.deaths) == (before.job, before.lent, before.deaths)
        assert after.lost_take == before.lost_take
        assert after.died == pytest.approx(before.died, abs=0.002)
        assert (after.attempt, after.foreign) == (None, False), "what was in flight is looked at anew"
        assert (after.hold is None) == (before.hold is None)
        if before.hold is not None and after.hold is not None:
            assert (after.hold.reason, after.hold.by) == (before.hold.reason, before.hold.by)
            assert after.hold.until == pytest.approx(before.hold.until, abs=0.002)
        assert (after.released or (None,))[0] == (before.released or (None,))[0]
        if before.take is None:
            assert after.take is None
        else:
            assert after.take is not None
            assert after.take.started == pytest.approx(before.take.started, abs=0.002)
            assert after.take.latency == before.take.latency
            may_run = before.take.under_way or before.attempt is not None
            borne = before.take.started is not None and not before.take.nameless
            was = replace(before.take, sent=NOW if may_run else None, started=None, borne=borne)
            assert replace(after.take, started=None) == was
    assert {name: list(one.names.items()) for name, one in found.dvrs.items()} == {
        name: list(one.names.items()) for name, one in memory.dvrs.items()
    }
    for name, primary in memory.primaries.items():
        known = found.primaries[name].jobs
        assert primary.jobs.keys() <= known.keys()
        assert not found.primaries[name].answered, "it has not told this process anything"
        assert found.primaries[name].listed == primary.listed
        for job, tracked in primary.jobs.items():
            assert (known[job].basename, known[job].absences) == (tracked.basename, 0)
            assert known[job].since == pytest.approx(tracked.since, abs=0.002)
            assert known[job].last_seen >= known[job].since


@given(memories, st.floats(-1e9, 1e9))
def test_a_clock_that_was_set_meanwhile_brings_no_time_from_the_future(memory: Memory, jump: float) -> None:
    found = restore(saved(memory), EPOCH + jump, NOW, SYNC)
    for primary in found.primaries.values():
        assert all(max(one.since, one.last_seen, one.lost or 0.0) <= NOW for one in primary.jobs.values())
    for channel in found.channels.values():
        assert channel.died is None or channel.died <= NOW
        assert channel.hold is None or channel.hold.since <= NOW
        assert channel.take is None or channel.take.started is None or channel.take.started <= NOW


@given(memories)
def test_saving_what_was_restored_saves_the_same(memory: Memory) -> None:
    first = saved(restore(saved(memory), EPOCH, NOW, SYNC))
    assert saved(restore(first, EPOCH, NOW, SYNC)) == first


def test_what_a_vrmon_before_ingests_were_saved_has_saved_is_understood() -> None:
    old = saved(Memory({"playbox": PrimaryMemory(jobs={JOB: TrackedJob(JOB, 1.0, 1.0)})}))
    del old["listed"]
    assert restore(old, EPOCH, NOW, SYNC).primaries["playbox"].listed == frozenset()


CHANNEL = saved(Memory(channels={KEY: ChannelMemory()}))["channels"][KEY]
TAKE = saved(Memory(channels={KEY: ChannelMemory(take=Take(JOB, "A", "NEWS", "NEWS", 1))}))["channels"][KEY][
    "take"
]


def one_job(**changes: Any) -> Memory:
    tracked = replace(TrackedJob(JOB, since=100.0, last_seen=4_990.0), **changes)
    return Memory({"playbox": PrimaryMemory(jobs={JOB: tracked})})


def restored_job(memory: Memory, later: float = 0.0) -> TrackedJob:
    return restore(saved(memory), EPOCH, NOW + later, SYNC).primaries["playbox"].jobs[JOB]


def test_a_poll_that_shows_the_same_is_no_reason_to_write() -> None:
    assert saved(one_job(last_seen=4_981.0)) == saved(one_job(last_seen=4_999.0))


def test_a_job_that_was_seen_too_long_ago_is_not_started_on_our_own_word() -> None:
    assert restored_job(one_job()).present
    assert restored_job(one_job(), later=SYNC.outage_hold - 20).present
    assert not restored_job(one_job(), later=SYNC.outage_hold + 120).present


def test_a_name_that_could_not_be_asked_for_meanwhile_is_waited_for_again() -> None:
    tracked = restored_job(one_job())
    assert (tracked.since, tracked.known) == (100.0, NOW)


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"primaries": {}, "dvrs": {}, "channels": [1]},
        {"primaries": {"playbox": [{}]}, "dvrs": {}, "channels": {}},
        {"primaries": {}, "dvrs": {"dvr": [1]}, "channels": {}},
        {"primaries": {}, "dvrs": {}, "channels": {KEY: {"job": [1]}}},
        {"primaries": {}, "dvrs": {}, "channels": {KEY: {**CHANNEL, "job": [[], "7"]}}},
        {"primaries": {}, "dvrs": {}, "channels": {KEY: {**CHANNEL, "released": []}}},
        {"primaries": {}, "dvrs": {}, "channels": {KEY: {**CHANNEL, "take": {**TAKE, "source": []}}}},
        {"primaries": {}, "dvrs": {}, "channels": {KEY: {**CHANNEL, "take": {**TAKE, "latency": "x"}}}},
        {"primaries": {}, "dvrs": {"dvr": [["news", {}]]}, "channels": {}},
        {"primaries": {}, "dvrs": {}, "channels": {KEY: None}},
    ],
)
def test_what_no_memory_made_is_refused(nonsense: dict[str, Any]) -> None:
    with pytest.raises((LookupError, TypeError, ValueError, AttributeError)):
        restore(nonsense, EPOCH, NOW, SYNC)
