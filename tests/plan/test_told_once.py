"""What is told of a problem while it lasts: once, in words that are true, and no more when it is over."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from tests.world import incidents as when
from tests.world.incidents import CHANNEL, a_job_begins, a_job_is_recorded, replies, shows, site
from tests.world.observed import NOW, Site
from tests.world.virtual_run import Run
from tests.world.virtual_stories import begun, recording
from vrmon.catalog import Code, Severity
from vrmon.model import Outcome, Problem, ProblemKey, Verb
from vrmon.plan.acknowledgement import FOUND_AGAIN, Acknowledgement
from vrmon.state import snapshot
from vrmon.views import events
from vrmon.views.events import Event
from vrmon.views.round import Round


class Told:
    """The events of a run from now on."""

    def __init__(self, run: Run) -> None:
        self.events: list[Event] = []
        self._run = run
        self._known: tuple[Problem, ...] = () if run.planned is None else run.planned.problems
        run.turned = self._turned

    def crash(self) -> None:
        self._run.crash(pause=1.0)
        self._known = ()

    def _turned(self, turned: Round) -> None:
        self.events += events.between(turned.before, self._known, turned.plan, turned.now)
        self._known = turned.plan.problems

    def of(self, code: Code) -> list[Event]:
        return [one for one in self.events if one.code is code]


def test_a_start_that_is_never_obeyed_is_told_once() -> None:
    run = begun()
    told = Told(run)
    run.mac.does_nothing = True
    run.job("NEWS")
    run.until(180.0)
    assert len(told.of(Code.START_UNSEEN)) == 1


def test_a_stop_that_is_never_obeyed_is_told_once() -> None:
    run, job, _ = recording()
    told = Told(run)
    run.mac.does_nothing = True
    run.playbox.jobs.remove(job)
    run.until(180.0)
    assert len(told.of(Code.STOP_UNSEEN)) == 1


def test_who_knows_of_a_start_that_is_never_obeyed_is_not_told_again() -> None:
    at, key = site(), ProblemKey(Code.START_UNSEEN, CHANNEL.key)
    replies(Verb.RECORD, Outcome.DONE, "")(at)
    a_job_begins(at)
    at.until(at.now + 30.0)
    known = Acknowledgement("alice", at.now, at.now + 3600.0, Severity.CRITICAL)
    at.memory, began = replace(at.memory, acknowledged={key: known}), at.memory.problems[key]
    at.until(at.now + 40.0)
    assert at.memory.acknowledged == {key: known}
    assert at.memory.problems[key] == began


@pytest.mark.parametrize("hindrance", ["is_locked", "is_enabled"])
def test_a_start_that_was_refused_is_not_told_as_unanswered_or_unseen(
    hindrance: Literal["is_locked", "is_enabled"],
) -> None:
    run = begun()
    told = Told(run)
    source = run.mac.sources[0]
    setattr(source, hindrance, hindrance == "is_locked")
    run.job("NEWS")
    run.until(60.0)
    setattr(source, hindrance, hindrance == "is_enabled")
    run.until(90.0)
    assert told.of(Code.START_LOST) == []
    assert told.of(Code.START_UNSEEN) == []


def test_nor_is_a_stop() -> None:
    run, job, _ = recording()
    told = Told(run)
    run.mac.sources[0].is_locked = True
    run.playbox.jobs.remove(job)
    run.until(60.0)
    run.mac.sources[0].is_locked = False
    run.until(90.0)
    assert told.of(Code.STOP_LOST) == []
    assert told.of(Code.STOP_UNSEEN) == []


def test_a_restart_long_after_a_gap_is_nothing_critical() -> None:
    run, _, _ = recording()
    run.mac.end(run.mac.sources[0], run.now)
    run.until(1000.0)
    told = Told(run)
    told.crash()
    run.until(1060.0)
    assert run.verdict().phase == "recording"
    assert [one for one in told.events if one.severity is Severity.CRITICAL] == []


@pytest.mark.parametrize("act", [a_job_begins, when.the_job_ends])
def test_a_warning_of_a_disk_stands_while_a_take_begins_and_ends(act: when.Act) -> None:
    at, key = site(), ProblemKey(Code.DESTINATION_WARNING, CHANNEL.key)
    if act is when.the_job_ends:
        a_job_is_recorded(at)
    when.a_destination_is_warned_of(at)
    at.until(at.now + 10.0)
    began = at.memory.problems[key]
    act(at)
    at.until(at.now + 20.0)
    assert at.memory.problems[key] == began


refused = replies(Verb.RECORD, Outcome.REFUSED, "It is full.")
not_ended = replies(Verb.STOP, Outcome.REFUSED, "It is locked.")
not_resumed = replies(Verb.RESUME, Outcome.REFUSED, "It is locked.")


@pytest.mark.parametrize(
    ("acts", "code"),
    [
        ((refused, a_job_begins), Code.START_REFUSED),
        ((a_job_is_recorded, not_ended, when.the_job_ends), Code.STOP_REFUSED),
        ((a_job_is_recorded, not_resumed, shows(is_paused=True)), Code.TAKE_PAUSED),
        ((a_job_is_recorded, when.an_end_is_set(500.0)), Code.END_SET),
        ((when.a_schedule_is_due(500.0, 10),), Code.SCHEDULE_AHEAD),
        ((when.two_sources_bear_the_name,), Code.SOURCE_AMBIGUOUS),
        ((shows(is_enabled=False),), Code.SOURCE_DISABLED),
        ((shows(is_locked=True),), Code.SOURCE_LOCKED),
        ((shows(destinations=()),), Code.NO_DESTINATION),
        ((a_job_is_recorded, shows(destinations=())), Code.NO_DESTINATION),
        ((when.the_source_vanishes,), Code.SOURCE_MISSING),
        ((a_job_is_recorded, when.the_source_vanishes), Code.SOURCE_MISSING),
        ((when.a_destination_is_warned_of,), Code.DESTINATION_WARNING),
        ((a_job_is_recorded, when.a_destination_is_warned_of), Code.DESTINATION_WARNING),
        ((when.somebody_records, when.wait(1.0), a_job_begins), Code.FOREIGN_RECORDING),
        ((a_job_is_recorded, when.the_take_dies, when.wait(20.0)), Code.TAKE_DIED),
    ],
)
def test_a_look_without_an_answer_puts_nothing_right(acts: tuple[when.Act, ...], code: Code) -> None:
    at, key = site(), ProblemKey(code, CHANNEL.key)
    for act in acts:
        act(at)
    at.until(at.now + 30.0)
    (problem,) = (one for one in at.problems if one.key == key)
    known = Acknowledgement("alice", at.now, at.now + 3600.0, problem.severity)
    at.memory, began = replace(at.memory, acknowledged={key: known}), at.memory.problems[key]
    at.until(at.now + 5.0)
    at.events.clear()
    when.fails("dvr", when.SILENT)(at)
    at.until(at.now + 0.5)
    when.answers_again("dvr")(at)
    at.until(at.now + 30.0)
    assert at.memory.problems[key] == began
    assert key in at.memory.acknowledged
    assert [event for event, _ in at.events if event.subject != "dvr"] == []


@pytest.mark.parametrize(
    "acts", [(when.somebody_records, when.wait(1.0), a_job_begins), (refused, a_job_begins)]
)
def test_that_nobody_can_see_why_there_is_no_recording_is_told_before_long(
    acts: tuple[when.Act, ...],
) -> None:
    at = site()
    for act in acts:
        act(at)
    at.until(at.now + 30.0)
    when.fails("dvr", when.SILENT)(at)
    at.until(at.now + 4.0)
    assert told_of(at, Code.DVR_BLIND) == []
    at.until(at.now + 2.0)
    assert told_of(at, Code.DVR_BLIND) == [Severity.CRITICAL]
    assert Code.PROBLEM_ENDED not in {event.code for event, _ in at.events}


def test_what_a_job_had_is_no_more_once_it_is_over_though_nobody_can_look() -> None:
    at = site()
    refused(at)
    a_job_begins(at)
    at.until(at.now + 30.0)
    when.fails("dvr", when.SILENT)(at)
    at.until(at.now + 10.0)
    assert Code.START_REFUSED in {one.code for one in at.problems}
    when.the_job_ends(at)
    at.until(at.now + 30.0)
    assert [one.code for one in at.problems] == [Code.DVR_UNREACHABLE]


def an_outage(at: Site) -> None:
    when.fails("dvr", when.SILENT)(at)
    at.until(at.now + 8.0)
    when.answers_again("dvr")(at)


def a_pause(at: Site) -> None:
    shows(is_paused=True)(at)
    at.until(at.now + 2.0)


def a_hold(at: Site) -> None:
    when.somebody_holds_the_channel(at)
    at.until(at.now + 2.0)
    at.amend(0, hold=None)


@pytest.mark.parametrize("act", [an_outage, a_pause, a_hold])
def test_a_gap_is_told_once(act: when.Act) -> None:
    at, key = site(), ProblemKey(Code.TAKE_DIED, CHANNEL.key)
    a_job_is_recorded(at)
    when.the_take_dies(at)
    at.until(at.now + 20.0)
    began = at.memory.problems[key]
    at.events.clear()
    act(at)
    at.until(at.now + 10.0)
    assert at.memory.problems[key] == began
    assert Code.TAKE_DIED not in {one.code for one, _ in at.events}


def test_a_job_that_is_seen_no_more_is_not_called_younger_than_it_is() -> None:
    at = site()
    a_job_is_recorded(at)
    at.until(at.now + 600.0)
    when.hangs("dvr")(at)
    at.until(at.now + 4.0)
    (late,) = (one.at(at.now).message for one in at.problems if one.code is Code.NOT_VERIFIED)
    assert "is active and has not been seen recording for 3 s" in late


def told_of(at: Site, code: Code) -> list[Severity]:
    return [event.severity for event, _ in at.events if event.code is code]


def test_a_problem_that_has_got_worse_while_vrmon_was_away_is_told() -> None:
    at = site()
    when.the_source_vanishes(at)
    at.until(at.now + 5.0)
    saved = snapshot.payload(at.memory, NOW)
    a_job_begins(at)
    at.restart(snapshot.restore(saved, NOW, at.now, at.settings.sync))
    at.until(at.now + 60.0)
    assert told_of(at, Code.SOURCE_MISSING) == [Severity.DEGRADED, Severity.CRITICAL]


def test_one_that_is_found_to_be_as_bad_as_it_was_is_not() -> None:
    """The recorder answers before the primary has told its jobs."""
    at, key = site(), ProblemKey(Code.ON_HOLD, CHANNEL.key)
    when.somebody_holds_the_channel(at)
    a_job_begins(at)
    at.until(at.now + 5.0)
    at.memory = replace(at.memory, acknowledged={key: known_to_alice(at, Severity.CRITICAL)})
    at.until(at.now + 1.0)
    saved = snapshot.payload(at.memory, NOW)
    when.fails("playbox", when.SILENT)(at)
    at.now += 300.0  # so that the job does not count as active
    at.restart(snapshot.restore(saved, NOW, at.now, at.settings.sync))
    at.until(at.now + 5.0)
    assert [one.severity for one in at.problems if one.key == key] == [Severity.INFO]
    when.answers_again("playbox")(at)
    at.until(at.now + 5.0)
    assert [one.severity for one in at.problems if one.key == key] == [Severity.CRITICAL]
    assert told_of(at, Code.ON_HOLD) == [Severity.CRITICAL]
    assert key in at.memory.acknowledged


def known_to_alice(at: Site, severity: Severity) -> Acknowledgement:
    return Acknowledgement("alice", at.now, at.now + 3600.0, severity)


def is_called(name: str) -> when.Act:
    return when.has_channels(replace(CHANNEL, name=name))


@pytest.mark.parametrize("meanwhile", [when.wait(1.0), when.vrmon_restarts, when.fails("dvr", when.SILENT)])
def test_a_problem_goes_on_under_the_new_name_of_its_channel(meanwhile: when.Act) -> None:
    at, key = site(), ProblemKey(Code.SOURCE_DISABLED, CHANNEL.key)
    shows(is_enabled=False)(at)
    at.until(at.now + 60.0)
    known, began = known_to_alice(at, Severity.DEGRADED), at.memory.problems[key].since
    at.memory = replace(at.memory, acknowledged={key: known})
    at.until(at.now + 1.0)
    at.events.clear()
    meanwhile(at)
    is_called("STUDIO 1")(at)
    at.until(at.now + 5.0)
    assert [event for event, _ in at.events if event.subject != "dvr"] == []
    (problem,) = (one for one in at.problems if one.key == key)
    assert problem.subject == "STUDIO 1"
    assert at.memory.problems[key].since == pytest.approx(began, abs=0.002)
    assert at.memory.acknowledged.keys() == {key}
    shows(is_enabled=True)(at)
    at.faults.clear()
    at.until(at.now + 5.0)
    (over,) = (event for event, _ in at.events if event.code is Code.PROBLEM_ENDED and event.subject != "dvr")
    assert over.subject == "STUDIO 1"


def knows_of(at: Site, key: ProblemKey) -> None:
    """Alice does, and nothing was told until now."""
    (problem,) = (one for one in at.problems if one.key == key)
    at.memory = replace(at.memory, acknowledged={key: known_to_alice(at, problem.severity)})
    at.until(at.now + 1.0)
    at.events.clear()


def test_one_more_destination_that_is_warned_of_is_told_and_nobody_knows_of_it() -> None:
    at, key = site(), ProblemKey(Code.DESTINATION_WARNING, CHANNEL.key)
    when.a_destination_is_warned_of(at)
    at.until(at.now + 10.0)
    began = at.memory.problems[key].since
    knows_of(at, key)
    when.both_destinations_are_warned_of(at)
    at.until(at.now + 10.0)
    (told,) = (event.message for event, _ in at.events if event.code is Code.DESTINATION_WARNING)
    assert "warns of 2 destinations: 'RAID': it is full; 'NAS': it is slow." in told
    assert at.memory.problems[key].since == began
    assert key not in at.memory.acknowledged
    knows_of(at, key)
    when.a_destination_is_warned_of(at)
    at.until(at.now + 10.0)
    assert at.events == []
    assert key in at.memory.acknowledged


def the_next_job_follows_at_once(at: Site) -> None:
    when.the_job_ends(at)
    when.the_next_job_begins(at)


@pytest.mark.parametrize(
    ("acts", "code"),
    [
        ((refused, a_job_begins), Code.BACKUP_INCOMPLETE),
        ((when.the_source_vanishes, a_job_begins), Code.SOURCE_MISSING),
        ((when.somebody_records, when.wait(1.0), a_job_begins), Code.FOREIGN_RECORDING),
        ((when.somebody_holds_the_channel, a_job_begins), Code.ON_HOLD),
        ((when.fails("dvr", when.SILENT), a_job_begins), Code.DVR_BLIND),
    ],
)
@pytest.mark.parametrize("meanwhile", [when.wait(1.0), when.vrmon_restarts])
def test_that_the_next_job_has_it_as_well_is_told_and_nobody_knows_of_it(
    acts: tuple[when.Act, ...], code: Code, meanwhile: when.Act
) -> None:
    at, key = site(), ProblemKey(code, CHANNEL.key)
    for act in acts:
        act(at)
    at.until(at.now + 30.0)
    knows_of(at, key)
    meanwhile(at)
    at.until(at.now + 5.0)
    assert key in at.memory.acknowledged
    the_next_job_follows_at_once(at)
    began = at.now
    at.until(at.now + 30.0)
    assert len(told_of(at, code)) == 1
    assert code not in {
        event.fields.get("problem") for event, _ in at.events if event.code is Code.PROBLEM_ENDED
    }
    assert at.memory.problems[key].since >= began
    assert key not in at.memory.acknowledged


def test_what_is_missing_of_a_job_is_not_told_to_be_resolved_when_that_is_over() -> None:
    at = site()
    refused(at)
    a_job_begins(at)
    at.until(at.now + 30.0)
    assert Code.BACKUP_INCOMPLETE in {one.code for one in at.problems}
    when.the_job_ends(at)
    at.until(at.now + 30.0)
    ended = [event.fields["problem"] for event, _ in at.events if event.code is Code.PROBLEM_ENDED]
    assert ended == [Code.START_REFUSED]


DISABLED, NOWHERE = shows(is_enabled=False), shows(destinations=())


@pytest.mark.parametrize("acts", [(refused, a_job_begins), (a_job_begins,), (when.somebody_records,)])
@pytest.mark.parametrize(
    ("shown", "code"), [(DISABLED, Code.SOURCE_DISABLED), (NOWHERE, Code.NO_DESTINATION)]
)
def test_what_a_source_shows_stands_until_it_does_not(
    shown: when.Act, code: Code, acts: tuple[when.Act, ...]
) -> None:
    at, key = site(), ProblemKey(code, CHANNEL.key)
    shown(at)
    at.until(at.now + 60.0)
    began = at.memory.problems[key].since
    for act in acts:
        act(at)
    at.until(at.now + 30.0)
    if a_job_begins in acts:
        when.the_job_ends(at)
    at.until(at.now + 30.0)
    assert at.memory.problems[key].since == began
    ended = [event for event, _ in at.events if event.code is Code.PROBLEM_ENDED]
    assert code not in {event.fields["problem"] for event in ended}
    shows(is_enabled=True, destinations=("d 1",))(at)
    at.until(at.now + 5.0)
    assert at.events[-1][0].fields["problem"] == code


@pytest.mark.parametrize("act", [a_job_begins, when.somebody_holds_the_channel])
def test_a_source_that_is_still_locked_is_not_told_as_unlocked(act: when.Act) -> None:
    at = site()
    shows(is_locked=True)(at)
    at.until(at.now + 30.0)
    act(at)
    at.until(at.now + 30.0)
    assert Code.SOURCE_LOCKED not in {one.code for one in at.problems}
    assert Code.PROBLEM_ENDED not in {event.code for event, _ in at.events}


def ended_while_away(at: Site) -> list[tuple[str, str]]:
    when.vrmon_restarts(at)
    at.events.clear()
    at.until(at.now + FOUND_AGAIN + 5.0)
    return [(one.subject, one.message) for one, _ in at.events if one.code is Code.PROBLEM_ENDED]


def test_what_ended_while_vrmon_was_away_is_told_to_be_over() -> None:
    at = site()
    DISABLED(at)
    at.until(at.now + 60.0)
    shows(is_enabled=True)(at)
    (told,) = ended_while_away(at)
    assert told[0] == CHANNEL.name
    assert told[1].startswith("Resolved since vrmon was started, or while it was away: Source disabled.")
    assert told[1].endswith("It began 2 min ago.")
    at.events.clear()
    at.until(at.now + 120.0)
    assert at.events == []


def a_lock_on_air(at: Site) -> None:
    shows(is_locked=True)(at)
    at.until(at.now + 30.0)
    a_job_begins(at)


def a_silent_recorder(at: Site) -> None:
    DISABLED(at)
    at.until(at.now + 30.0)
    when.fails("dvr", when.SILENT)(at)


@pytest.mark.parametrize(
    "meanwhile",
    [DISABLED, a_lock_on_air, a_silent_recorder, when.somebody_holds_the_channel],
)
def test_what_is_still_so_or_cannot_be_seen_is_not_told_to_be_over_after_a_restart(
    meanwhile: when.Act,
) -> None:
    at = site()
    meanwhile(at)
    at.until(at.now + 30.0)
    assert ended_while_away(at) == []
