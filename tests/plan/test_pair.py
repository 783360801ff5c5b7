"""Two planners with rights in one world: no take doubled, no early stop, no job lost, whoever falls out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_pair import TTL, Strokes, VirtualPair, show_of
from tests.world.virtual_site import site
from vrmon.model import Verb
from vrmon.plan.inheriting import followed, inherited
from vrmon.plan.ledger import Ledger, Owner
from vrmon.plan.memory import DvrMemory, Hold, Memory
from vrmon.plan.moment import Moment
from vrmon.plan.rights import Rights, Role
from vrmon.settings import Sync

SYNC = Sync()
LONGEST_MISSING = 2 * TTL + 3.0 + 3.0  # seconds: a lease in full, one that is less sure, and polls


def begun(channels: int = 1, seed: int = 0, quirks: Quirks = Quirks()) -> VirtualPair:  # noqa: B008 - frozen
    pair = VirtualPair(site(channels, SYNC), seed, quirks)
    pair.begin()
    pair.until(3.0)
    assert sorted(host.role for host in pair.hosts) == [Role.LEADER, Role.STANDBY]
    return pair


def test_only_the_leader_commands_and_the_standby_knows_what_it_records() -> None:
    pair = begun()
    job = pair.run.job("NEWS")
    pair.until(20.0)
    verdict = pair.standby.run.verdict()
    assert (verdict.phase, verdict.problems, verdict.action) == ("recording", (), None)
    pair.run.playbox.jobs.remove(job)
    pair.until(40.0)
    assert {host for _, host, _ in pair.commands} == {pair.leader}
    assert [take.asked for take in pair.run.mac.recordings] == ["NEWS"]
    assert pair.source(0).recording is None


def test_what_a_dead_leader_began_is_ended_by_the_next() -> None:
    pair = begun()
    job, first = pair.run.job("NEWS"), pair.leader
    pair.until(20.0)
    first.run.crash(pause=1000.0)
    pair.until(30.0)
    assert pair.leader is not first
    second = pair.run.job("SPORT")
    pair.run.playbox.jobs.remove(job)
    pair.until(40.0)
    pair.run.playbox.jobs.remove(second)
    pair.until(60.0)
    assert [take.asked for take in pair.run.mac.recordings] == ["NEWS", "SPORT"]
    assert pair.source(0).recording is None


def test_a_job_that_begins_under_a_dead_leader_is_recorded_within_two_ttl() -> None:
    pair = begun()
    pair.leader.run.crash(pause=1000.0)
    job = pair.run.job("NEWS")
    pair.until(30.0)
    channel = pair.settings.channels[0]
    assert pair.truth.missing(channel, job, 3.0, 30.0) < 2 * TTL


def test_a_leader_that_hears_no_etcd_goes_on_and_starts_a_little_later() -> None:
    pair = begun()
    leader = pair.leader
    pair.etcd.has_quorum = False
    pair.until(20.0)
    assert leader.role is Role.SUSPENDED
    job = pair.run.job("NEWS")
    pair.until(30.0)
    (began,) = [take.began for take in pair.run.mac.recordings]
    assert 23.0 <= began <= 24.5
    pair.run.playbox.jobs.remove(job)
    pair.until(45.0)  # the peer tells that it is the standby
    assert pair.source(0).recording is None


@pytest.mark.parametrize("seed", range(40))
def test_a_job_that_two_see_as_the_lead_changes_has_one_take(seed: int) -> None:
    """The one that is cut off starts it a little later, just as the other one takes the lead."""
    random = Random(f"as the lead changes {seed}")
    pair = begun(seed=seed, quirks=Quirks(start_lag=random.choice([0.0, 0.3])))
    pair.etcd.late = 3.0
    first, cut = pair.leader, random.uniform(10.0, 11.0)
    pair.until(cut)
    first.reaches_etcd = False
    pair.until(cut + TTL + random.uniform(-1.0, 1.5))
    pair.run.job("NEWS")
    pair.until(40.0)
    assert pair.leader is not first
    assert [take.asked for take in pair.run.mac.recordings] == ["NEWS"]


def test_what_a_host_remembers_from_when_it_led_last_ends_no_take_of_the_next_leader() -> None:
    """It died with a take begun that nobody has seen or heard of, and is back before that is over."""
    pair = begun(quirks=Quirks(start_lag=2.0))
    first = pair.leader
    second = first.others[0]
    first.reaches_etcd = False
    news = pair.run.job("NEWS")
    while first.run.now < 5.0 and not pair.run.mac.recordings:
        pair.until(pair.run.now + 0.01)
    pair.until(pair.run.now + 0.5)
    first.run.crash(pause=15.0)
    first.reaches_etcd = True
    pair.until(11.0)
    assert pair.leader is second
    pair.run.playbox.jobs.remove(news)
    pair.until(19.5)
    assert first.run.is_alive
    assert pair.source(0).recording is None
    second.reaches_etcd = False
    pair.run.job("SPORT")
    pair.until(45.0)
    assert pair.leader is first
    takes = [(take.asked, take.ended is None) for take in pair.run.mac.recordings]
    assert takes == [("NEWS", False), ("SPORT", True)]


def test_one_that_hears_nobody_ends_nothing() -> None:
    pair = begun()
    job, leader = pair.run.job("NEWS"), pair.leader
    pair.until(15.0)
    pair.etcd.has_quorum = leader.reaches_peer = False
    pair.until(30.0)
    pair.run.playbox.jobs.remove(job)
    pair.until(60.0)
    assert pair.source(0).recording is not None
    pair.etcd.has_quorum = True
    pair.until(80.0)
    assert pair.source(0).recording is None


def test_a_standby_that_is_left_alone_starts_and_ends_nothing() -> None:
    pair = begun()
    pair.etcd.has_quorum = False
    pair.leader.run.crash(pause=1000.0)
    standby = pair.standby
    pair.until(10.0)
    job = pair.run.job("NEWS")
    pair.until(17.0)
    assert pair.run.mac.recordings == []
    pair.until(25.0)
    assert [take.asked for take in pair.run.mac.recordings] == ["NEWS"]
    assert standby.role is Role.STANDBY
    pair.run.playbox.jobs.remove(job)
    pair.until(60.0)
    assert pair.source(0).recording is not None
    assert {action.verb for _, _, action in pair.commands} == {Verb.SET_NAME, Verb.RECORD}
    pair.etcd.has_quorum = True
    pair.until(90.0)
    assert pair.leader is standby
    assert pair.source(0).recording is None


def test_of_two_left_alone_one_starts() -> None:
    pair = begun()
    pair.etcd.has_quorum = False
    pair.leader.run.crash(pause=1.0)
    pair.until(10.0)
    assert [host.role for host in pair.hosts] == [Role.STANDBY, Role.STANDBY]
    pair.run.job("NEWS")
    pair.until(60.0)
    assert [take.asked for take in pair.run.mac.recordings] == ["NEWS"]
    assert [host.is_second for _, host, action in pair.commands if action.verb is Verb.RECORD] == [False]


def test_one_that_was_frozen_between_plan_and_command_sends_nothing() -> None:
    pair = begun()
    old = pair.leader
    old.freezes = 20.0
    pair.run.job("NEWS")
    pair.until(50.0)
    assert pair.leader is not old
    assert {host for _, host, _ in pair.commands} == {pair.leader}
    assert [take.asked for take in pair.run.mac.recordings] == ["NEWS"]


@pytest.mark.parametrize("hears", [inherited, followed])
def test_a_name_that_a_host_gave_in_need_stays_in_use(hears: Callable[[Memory, Memory], Memory]) -> None:
    key = site(1, SYNC).channels[0].key
    first, second = (Owner(key, job) for job in "12")
    theirs = Memory(dvrs={"mac": DvrMemory(ledger=Ledger({"sport": second, "old": None}), inherited=True)})
    own = Memory(dvrs={"mac": DvrMemory(ledger=Ledger({"news": first, "old": first}))})
    known = hears(theirs, own).dvrs["mac"].ledger
    assert dict(known.names) == {"news": first, "sport": second, "old": None}


def test_holds_survive_a_take_over() -> None:
    pair = begun()
    key = pair.settings.channels[0].key
    pair.leader.run.amend(
        key, lambda memory: replace(memory, hold=Hold(3.0, 500.0, "maintenance", "somebody"))
    )
    pair.hand_over()
    pair.run.job("NEWS")
    pair.until(30.0)
    hold = pair.leader.run.memory.channels[key].hold
    assert hold is not None
    assert (hold.reason, round(hold.until or 0.0)) == ("maintenance", 500)
    assert pair.commands == []


@pytest.mark.parametrize("verb", Verb)
def test_what_each_may_send(verb: Verb) -> None:
    now = Moment(100.0)
    starts = verb in (Verb.SET_NAME, Verb.RECORD, Verb.RESUME)
    leader = Rights(lease=101.0)
    assert leader.allows(verb, None, 1.0, now)
    new = replace(leader, leads_since=99.0)
    for idle in (98.8, 95.2):
        assert new.allows(verb, idle, 1.0, now)
    for idle in (98.6, 97.0, 95.4):
        assert new.allows(verb, idle, 1.0, now) is not starts
    assert new.allows(verb, 95.4, 0.3, now)
    suspended = replace(leader, lease=99.0)
    assert suspended.allows(verb, 97.0, 1.0, now) is starts
    assert suspended.allows(verb, 97.1, 1.0, now) is (verb is Verb.RESUME)
    sure = replace(suspended, peer=Role.STANDBY, heard=98.0)
    assert sure.allows(verb, 97.0, 1.0, now)
    assert replace(sure, heard=96.9).allows(verb, 97.0, 1.0, now) is starts
    relieved = replace(sure, peer=Role.LEADER)
    assert not relieved.allows(verb, 97.0, 1.0, now)
    assert replace(relieved, heard=96.9).allows(verb, 97.0, 1.0, now) is starts
    assert replace(relieved, is_peer_able=False).allows(verb, 97.0, 1.0, now) is starts
    standby = Rights(etcd=99.0, heard_leading=99.0)
    assert not standby.allows(verb, 0.0, 1.0, now)
    alone = replace(standby, etcd=80.0, heard_leading=80.0)
    assert alone.allows(verb, 94.0, 1.0, now) is starts
    assert replace(alone, is_second=True).allows(verb, 91.0, 1.0, now) is starts
    assert not replace(alone, etcd=86.0).allows(verb, 0.0, 1.0, now)
    assert not replace(alone, heard_leading=86.0).allows(verb, 0.0, 1.0, now)


def seeds() -> list[int]:
    if "VRMON_SEED" in os.environ:
        return [int(os.environ["VRMON_SEED"])]
    return list(range(8 + int(os.environ.get("VRMON_SEEDS", "0"))))


@pytest.mark.parametrize("seed", seeds())
def test_no_stroke_costs_a_job(seed: int) -> None:
    random = Random(f"strokes {seed}")
    quirks = Quirks(
        start_lag=random.choice([0.0, 0.0, 0.3]),
        stop_lag=random.choice([0.0, 0.3]),
        name_after_stop=random.choice(["kept", "reset"]),
        duplicate=random.choice(["suffix", "suffix, shown"]),
    )
    pair = VirtualPair(site(2, SYNC, random.choice([1.0, 1.0, 2.0])), seed, quirks)
    pair.etcd.late = random.uniform(0.0, 3.0)
    pair.begin()
    strokes = Strokes(pair, random)
    pair.until(500.0)
    strokes.is_over = True
    pair.until(640.0)
    for channel, job in strokes.jobs:
        began, ended = pair.truth.began(channel, job), pair.truth.ended(channel, job)
        assert ended is not None
        missing = pair.truth.missing(channel, job, began, ended)
        assert missing <= LONGEST_MISSING, f"{missing:.1f} s of {job.id} are missing, {strokes.done}"
        mine = [one for one in pair.run.mac.recordings if show_of(one) == job.id]
        assert len(mine) <= 1 + pair.deaths.get(job.id, 0), f"{job.id}: {mine}, {strokes.done}"
    assert [source.recording for source in pair.run.mac.sources] == [None, None]
