"""A person knows of a problem: until it ends, gets worse, or the time is over; and over a restart."""

from __future__ import annotations

from dataclasses import replace

from tests.world.incidents import (
    CHANNEL,
    SILENT,
    a_job_begins,
    answers_again,
    fails,
    shows,
    site,
    the_job_ends,
    the_next_job_begins,
    the_source_vanishes,
    vrmon_restarts,
)
from tests.world.observed import Site
from vrmon.catalog import Code, Severity
from vrmon.model import ProblemKey
from vrmon.plan.acknowledgement import Acknowledgement
from vrmon.plan.inheriting import followed, inherited

DISABLED = ProblemKey(Code.SOURCE_DISABLED, CHANNEL.key)
MISSING = ProblemKey(Code.SOURCE_MISSING, CHANNEL.key)
DEAD = ProblemKey(Code.DVR_UNREACHABLE, "dvr")


def acknowledge(at: Site, key: ProblemKey, seconds: float = 3600.0) -> None:
    (problem,) = [one for one in at.problems if one.key == key]
    known = Acknowledgement("alice (uid 1000)", at.now, at.now + seconds, problem.severity, "the spare")
    at.memory = replace(at.memory, acknowledged={**at.memory.acknowledged, key: known})
    at.until(at.now + 0.25)


def shown(at: Site, key: ProblemKey) -> object:
    document = at.document(now=1_795_000_000.0)
    subject = at.settings.channels[0].name if key.has == CHANNEL.key else key.has
    (problem,) = [one for one in document["problems"] if (one["code"], one["subject"]) == (key.code, subject)]
    return problem["acknowledged"]


def told(at: Site) -> list[str]:
    codes = (Code.ACKNOWLEDGED, Code.ACKNOWLEDGEMENT_OVER)
    return [event.message for event, _ in at.events if event.code in codes]


def disabled() -> Site:
    at = site()
    shows(is_enabled=False)(at)
    at.until(at.now + 1.0)
    return at


def test_everybody_sees_who_knows_of_it_and_it_counts_as_before() -> None:
    at = disabled()
    assert shown(at, DISABLED) is None
    acknowledge(at, DISABLED)
    assert shown(at, DISABLED) == {
        "by": "alice (uid 1000)",
        "since": "2026-11-18T11:06:39.750Z",
        "until": "2026-11-18T12:06:39.750Z",
        "note": "the spare",
    }
    assert at.document()["health"] == "degraded"
    assert at.document()["channels"][0]["problem"]["acknowledged"]["note"] == "the spare"
    assert told(at) == ["alice (uid 1000) knows of source-disabled, for 60 min: the spare."]


def test_it_ends_with_the_problem_and_the_next_one_is_told_anew() -> None:
    at = disabled()
    acknowledge(at, DISABLED)
    shows(is_enabled=True)(at)
    at.until(at.now + 1.0)
    assert not at.memory.acknowledged
    shows(is_enabled=False)(at)
    at.until(at.now + 1.0)
    assert shown(at, DISABLED) is None
    assert len(told(at)) == 1, "that the problem is over says it"


def test_it_ends_when_the_problem_gets_worse() -> None:
    at = site()
    the_source_vanishes(at)
    at.until(at.now + 1.0)
    acknowledge(at, MISSING)
    a_job_begins(at)
    at.until(at.now + 1.0)
    assert shown(at, MISSING) is None
    assert told(at)[1:] == ["source-missing is no longer acknowledged, and goes on."]


def test_it_ends_in_time_though_nothing_comes() -> None:
    at = disabled()
    acknowledge(at, DISABLED, 100.0)
    assert at.plan is not None
    assert at.plan.due <= at.now + 100.0
    at.skip(at.now + 99.0)
    assert shown(at, DISABLED) is not None
    at.skip(at.now + 1.0)
    assert shown(at, DISABLED) is None
    assert len(told(at)) == 2


def test_a_vrmon_that_begins_anew_waits_for_a_while_for_what_it_knew_of() -> None:
    at = site()
    fails("dvr", SILENT)(at)
    at.until(at.now + 1.0)
    acknowledge(at, DEAD)
    at.hung.add("dvr")
    vrmon_restarts(at)
    at.until(at.now + 5.0)
    at.hung.clear()
    at.until(at.now + 5.0)
    assert shown(at, DEAD) is not None
    answers_again("dvr")(at)
    at.until(at.now + 1.0)
    assert not at.memory.acknowledged


def test_of_what_ended_meanwhile_nobody_knows_any_more() -> None:
    at = disabled()
    acknowledge(at, DISABLED)
    shows(is_enabled=True)(at)
    vrmon_restarts(at)
    at.until(at.now + 55.0)
    assert at.memory.acknowledged, "it may yet be found"
    at.until(at.now + 10.0)
    assert not at.memory.acknowledged


def test_a_problem_that_was_milder_for_a_while_is_told_anew_when_it_gets_worse() -> None:
    """The next show has no backup either."""
    at = site()
    the_source_vanishes(at)
    at.until(at.now + 1.0)
    a_job_begins(at)
    at.until(at.now + 5.0)
    acknowledge(at, MISSING, 36_000.0)
    the_job_ends(at)
    at.until(at.now + 60.0)
    assert MISSING in at.memory.acknowledged
    the_next_job_begins(at)
    at.until(at.now + 5.0)
    assert MISSING not in at.memory.acknowledged


def test_what_is_known_of_one_host_of_a_pair_is_not_known_of_the_other() -> None:
    leader, standby = site(), site()
    disk = ProblemKey(Code.HISTORY_FAILING, "vrmon")
    known = Acknowledgement("alice", leader.now, leader.now + 3600.0, Severity.DEGRADED)
    of_both = {DEAD: known, disk: known}
    theirs = replace(leader.memory, acknowledged=of_both)
    for taken_over in (followed, inherited):
        assert taken_over(theirs, standby.memory).acknowledged == {DEAD: known}
        mine = replace(standby.memory, acknowledged=of_both)
        assert taken_over(leader.memory, mine).acknowledged == {disk: known}
