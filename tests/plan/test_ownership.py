"""Whose recording is it? Promise 2, as stories in virtual time."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_site import site
from tests.world.virtual_stories import begun, by_hand, recording, running
from vrmon.catalog import Code
from vrmon.devices.movierecorder import TRAITS
from vrmon.model import Action, DeviceState, DvrObservation, Job, Observation, Outcome, Result, Source, Verb
from vrmon.plan.case import Case
from vrmon.plan.memory import Attempt, ChannelMemory, DvrMemory, Label, Naming, PrimaryMemory, Sent, Whose
from vrmon.plan.moment import Moment
from vrmon.plan.seen import claimed, take_in
from vrmon.plan.starting import learn
from vrmon.settings import Sync


def test_an_operators_recording_under_the_kept_name_is_not_ours_when_no_job_is_active() -> None:
    run, job, _ = recording()
    run.playbox.jobs.remove(job)
    run.until(30.0)
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now)
    assert theirs.asked == "NEWS"
    run.until(60.0)
    other = run.job("SPORT")
    run.until(70.0)
    run.playbox.jobs.remove(other)
    run.until(90.0)
    assert running(run) is theirs


def test_an_operators_recording_in_place_of_ours_is_told_by_its_date() -> None:
    run, job, _ = recording()
    run.playbox.jobs.remove(job)
    run.mac.does_nothing = True
    run.until(26.0)
    assert run.verdict().phase == "stopping"
    run.mac.end(run.mac.sources[0], run.now)
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now)
    run.mac.does_nothing = False
    run.until(60.0)
    assert running(run) is theirs


@pytest.mark.parametrize(
    ("quirks", "watched", "ours"),
    [
        (Quirks(), True, True),
        (Quirks(), False, True),
        (Quirks(dated=False), True, True),
        (Quirks(dated=False), False, False),
    ],
)
def test_a_take_that_an_operator_renames(quirks: Quirks, watched: bool, ours: bool) -> None:
    """It stays ours if we watch, or if its start date tells."""
    run, job, take = recording(quirks=quirks)
    run.mac.is_up = watched
    run.until(25.0)
    take.name = "RENAMED"
    run.promises.renamed_by_operator(take)
    run.until(30.0)
    run.mac.is_up = True
    run.until(40.0)
    assert run.verdict().phase == ("recording" if ours else "foreign")
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert (take.ended is not None) is ours


def test_a_take_that_an_operator_pauses_is_resumed() -> None:
    run, _, take = recording()
    take.paused = True
    run.until(25.0)
    assert not take.paused
    assert run.verdict().phase == "recording"


@pytest.mark.parametrize("naming", ["now", "next", "refused"])
def test_a_short_job_whose_take_is_seen_late_leaves_the_source_to_the_next(
    naming: Literal["now", "next", "refused"],
) -> None:
    """The first take is not seen before the second job begins: it is ours all the same."""
    run = begun(Quirks(start_lag=5.0, name_while_recording=naming))
    first = run.job("A")
    run.until(4.5)
    run.playbox.jobs.remove(first)
    second = run.job("B")
    run.until(25.0)
    assert running(run).asked == "B"
    run.playbox.jobs.remove(second)
    run.until(40.0)
    assert run.mac.sources[0].recording is None


def test_a_recording_that_follows_a_refused_start_is_not_ours_where_no_names_are_told() -> None:
    run = begun(Quirks(keys="3.x"))
    run.mac.sources[0].is_locked = True
    job = run.job("NEWS")
    run.until(10.0)
    assert run.problems() == {"start-refused", "backup-incomplete"}
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now)
    run.mac.sources[0].is_locked = False
    run.until(20.0)
    assert run.verdict().phase == "foreign"
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert running(run) is theirs


KEY = site(1, Sync()).channels[0].key
LABEL = Label("Late News? (HD) part 1")
SENT = Sent(Job(KEY.ingest, "1"), "4XT00292 - 0", 1, LABEL, sent=1.0)
EXPIRED = replace(SENT, looked=-100.0)


def looked(
    memory: ChannelMemory,
    moment: float,
    name: str | None,
    date: str = "",
    previous: float | None = None,
    *,
    recording: bool = True,
) -> ChannelMemory:
    """What is known after a look that shows the source, the one before it at `previous`."""
    source = Source(SENT.source, "SDI 1", True, recording, recording_name=name, start_date=date or None)
    settings = site(1, Sync())
    observation: DvrObservation = Observation(moment, moment, DeviceState.OK, (source,))
    case = Case(
        settings.channels[0],
        settings.sync,
        TRAITS,
        PrimaryMemory(),
        None,
        DvrMemory(folded=moment, previous=previous),
        observation,
        new_look=True,
        poll_interval=1.0,
        longest_poll=1.0,
        claims={},
        moment=Moment(moment),
        sight=Moment(moment),
        epoch=0.0,
    )
    return take_in(case, memory, source)


def shown(memory: ChannelMemory, moment: float, name: str | None, date: str = "") -> ChannelMemory:
    """The same, where the look before was a second ago."""
    return looked(memory, moment, name, date, moment - 1.0)


NAMES = [
    ("Late News? (HD) part 1", True),
    ("late news? (hd) PART 1", True),
    ("Late News? (HD) part 1 002", True),
    ("Late News? (HD) part 1 copy 2.mov", True),
    ("Late News? (HD) part 1 22 Nov 2026, 10.15 PM", True),
    ("Late News? (HD) part 1_20261122T101500Z", True),
    ("Late News? (HD) part 12 rehearsal", False),
    ("Late News? (HD) part 1 by hand", False),
    ("Late News- HD_ part 1", True),
    ("Late News? (H", True),
    ("Io4K - 0 - 1 - Late News? (HD) part 1", True),
    ("Late", False),
    ("OPERATOR", False),
    ("--", False),
]


@pytest.mark.parametrize(("name", "ours"), NAMES)
def test_a_name_that_the_dvr_made_fit_for_its_disk_is_still_ours(name: str, ours: bool) -> None:
    """Where nothing else speaks: the recorder's grace after our command is over."""
    memory = shown(ChannelMemory(SENT.job, EXPIRED), 2.0, name)
    assert (memory.theirs is None) is ours
    assert (memory.running is not None and memory.running.borne) is ours


@pytest.mark.parametrize("name", [name for name, _ in NAMES] + [None])
def test_what_appears_within_the_grace_after_our_command_is_ours(
    name: str | None,
) -> None:
    memory = shown(ChannelMemory(SENT.job, SENT), 2.0, name)
    assert memory.running is not None
    assert memory.running.known_by == "our command"


@pytest.mark.parametrize(
    ("outcome", "ours"), [(Outcome.DONE, True), (Outcome.LOST, True), (Outcome.REFUSED, False)]
)
def test_a_command_that_was_refused_began_nothing(outcome: Outcome, ours: bool) -> None:
    sent = ChannelMemory(SENT.job, SENT, Attempt(Verb.RECORD, sent=1.0, since=1.0))
    action = Action(Verb.RECORD, "mac", "", KEY, SENT.source, SENT.given, SENT.job)
    learnt, _ = learn(sent, DvrMemory(), Result(action, 1.1, outcome, "no"), TRAITS)
    memory = shown(learnt, 2.0, "2026-11-22 14.00")
    assert (memory.running is not None) is ours
    assert (memory.theirs is None) is ours


@pytest.mark.parametrize(("after", "ours"), [(8.9, True), (9.1, False)])
def test_the_grace_counts_from_the_first_good_look_after_the_command(after: float, ours: bool) -> None:
    memory = looked(ChannelMemory(SENT.job, SENT), 12.0, "LINE 1", recording=False)
    late = looked(memory, 12.0 + after, "SOMETHING", previous=12.0)
    assert (late.running is not None) is ours


def test_what_a_vrmon_before_us_may_not_have_begun_is_ours_by_its_name_alone() -> None:
    """It was killed between the name and the record command, as far as the disk tells."""
    uncertain = ChannelMemory(SENT.job, replace(SENT, inherited=True, is_certain=False))
    assert shown(uncertain, 2.0, "BY HAND").theirs is not None
    assert shown(uncertain, 2.0, SENT.given).running is not None
    assert shown(uncertain, 2.0, None).running is not None


def test_the_name_that_a_source_had_before_is_not_ours_once_it_shows_ours() -> None:
    had = ChannelMemory(SENT.job, replace(EXPIRED, standing="LINE 1"))
    assert shown(had, 3.0, "LINE 1").running is not None
    ready = looked(had, 2.0, SENT.given, recording=False)
    assert shown(ready, 3.0, "LINE 1").theirs is not None
    assert shown(ready, 3.0, SENT.given).running is not None


@pytest.mark.parametrize(
    ("date", "ours"), [("2026-11-22", False), ("22.11.26 10:15", False), ("2026-11-22 10:15:30 +0000", True)]
)
def test_a_date_tells_a_renamed_take_from_another_only_with_its_seconds(date: str, ours: bool) -> None:
    memory = shown(ChannelMemory(SENT.job, SENT), 2.0, SENT.given, date)
    assert (looked(memory, 60.0, "OPERATOR", date).theirs is None) is ours


def test_dates_that_change_from_look_to_look_prove_nothing() -> None:
    memory = ChannelMemory(SENT.job, SENT)
    for moment in range(2, 6):
        memory = shown(memory, float(moment), SENT.given, f"{moment} o'clock")
    assert memory.running is not None
    assert memory.running.started == 2.0
    stopping = replace(memory, attempt=Attempt(Verb.STOP, sent=6.0, since=6.0))
    assert shown(stopping, 6.0, SENT.given, "6 o'clock").take is not None


def test_another_date_while_we_stop_is_another_recording() -> None:
    memory = shown(ChannelMemory(SENT.job, SENT), 2.0, SENT.given, "2 o'clock")
    stopping = replace(memory, attempt=Attempt(Verb.STOP, sent=2.5, since=2.5))
    after = shown(stopping, 3.0, SENT.given, "3 o'clock")
    assert after.theirs is not None
    assert after.theirs.whose is Whose.SOMEBODYS


@pytest.mark.parametrize(
    ("name", "date", "whose"),
    [
        ("Late News? (HD) part 1-1", "3 o'clock", Whose.OURS),
        ("Late News? (HD) part 1", "3 o'clock", Whose.OURS),
        ("RENAMED BY HAND", "2 o'clock", Whose.OURS),
        ("RENAMED BY HAND", "", Whose.OURS),
        ("SOMETHING ELSE", "3 o'clock", Whose.DOUBTFUL),
    ],
)
def test_what_changes_under_our_eyes(name: str, date: str, whose: Whose) -> None:
    memory = shown(ChannelMemory(SENT.job, SENT), 2.0, SENT.given, "2 o'clock")
    after = shown(memory, 3.0, name, date)
    assert (after.running is not None) == (whose is Whose.OURS)
    assert after.theirs is None or after.theirs.whose is whose
    again = shown(after, 4.0, name, date)
    assert (again.running is None, again.theirs) == (after.running is None, after.theirs)


def test_a_split_is_one_take_of_several_files() -> None:
    memory = ChannelMemory(SENT.job, SENT)
    for moment, suffix in ((2.0, ""), (3.0, "-1"), (4.0, "-2")):
        memory = shown(memory, moment, f"{SENT.given}{suffix}", f"{moment} o'clock")
    assert memory.running is not None
    assert memory.running.files == tuple(f"{SENT.given}{suffix}" for suffix in ("", "-1", "-2"))
    assert memory.losses is None


@pytest.mark.parametrize(
    ("name", "ours"), [(None, True), ("Late News? (HD) part 1-1", True), ("BY HAND", False)]
)
def test_a_recorder_that_is_idle_between_two_files_goes_on_with_our_take(
    name: str | None, ours: bool
) -> None:
    first = SENT.given if name is not None else None
    memory = shown(ChannelMemory(SENT.job, SENT), 2.0, first)
    between = looked(memory, 3.0, first, previous=2.0, recording=False)
    assert between.losses is not None
    assert (looked(between, 4.0, name, previous=3.0).running is not None) is ours
    assert looked(between, 30.0, name, previous=29.0).running is None, "too late to be the same"


@pytest.mark.parametrize(
    ("after", "whose"), [(0.9, None), (1.1, Whose.DOUBTFUL), (8.9, Whose.DOUBTFUL), (9.1, Whose.SOMEBODYS)]
)
def test_what_bears_the_name_given_for_the_next_take_is_the_one_before_for_a_moment_only(
    after: float, whose: Whose | None
) -> None:
    memory = shown(ChannelMemory(SENT.job, SENT), 2.0, SENT.given, "12:00:02")
    between = looked(memory, 3.0, SENT.given, previous=2.0, recording=False)
    named = replace(between, take=Naming(SENT.job, SENT.source, 2, Label("CONTINUED")))
    later = looked(named, 3.0 + after, "CONTINUED", "12:00:03", 3.0)
    assert (None if later.theirs is None else later.theirs.whose) is whose
    assert (later.running is not None) is (whose is None)


@pytest.mark.parametrize(
    ("date", "ours"), [("2026-11-22 12:00:02", True), ("2026-11-22 12:00:03", False), ("2026-11-22", False)]
)
@pytest.mark.parametrize("lasted", [3.0, 0.5])
def test_what_follows_with_the_date_of_our_take_is_our_take(date: str, ours: bool, lasted: float) -> None:
    """If that took longer than a second, in which another may begin."""
    first = "2026-11-22" if date == "2026-11-22" else "2026-11-22 12:00:02"
    memory = shown(ChannelMemory(SENT.job, SENT), 2.0, SENT.given, first)
    memory = shown(memory, 2.0 + lasted, SENT.given, first)
    between = looked(memory, 6.0, SENT.given, previous=2.0 + lasted, recording=False)
    after = looked(between, 30.0, "LINE 1", date, 29.0)
    assert (after.running is not None) is (ours and lasted > 1.0)


@pytest.mark.parametrize(("is_stopping", "ours"), [(True, False), (False, True)])
def test_what_follows_a_take_that_we_have_stopped_is_not_ours(is_stopping: bool, ours: bool) -> None:
    memory = shown(ChannelMemory(SENT.job, SENT), 2.0, SENT.given, "2026-11-22 12:00:02")
    memory = shown(memory, 5.0, SENT.given, "2026-11-22 12:00:02")
    if is_stopping:
        memory = replace(memory, attempt=Attempt(Verb.STOP, sent=5.5, since=5.5, ended=5.6))
    between = looked(memory, 6.0, SENT.given, previous=5.0, recording=False)
    after = looked(between, 7.0, "LINE 1", "2026-11-22 12:00:02", 6.0)
    assert (after.running is not None) is ours


def test_a_doubtful_recording_is_ours_when_a_person_says_so() -> None:
    memory = shown(ChannelMemory(SENT.job, SENT), 2.0, SENT.given, "2 o'clock")
    doubtful = shown(memory, 3.0, "SOMETHING ELSE", "3 o'clock")
    mine = claimed(doubtful)
    assert mine.running is not None
    assert mine.running.job == SENT.job
    after = shown(mine, 4.0, "SOMETHING ELSE", "3 o'clock")
    assert after.running is not None
    with pytest.raises(ValueError, match="nothing to claim"):
        claimed(ChannelMemory())


def test_a_doubtful_recording_that_goes_on_in_another_file_is_doubtful_still() -> None:
    run, _, _ = recording(quirks=Quirks(split_name="reset", split_date="new"))
    source = run.mac.sources[0]
    for name in ("Clip 1", "Clip 2"):
        run.mac.split(source, run.now)
        running(run).name = name
        run.until(run.now + 5.0)
        assert run.verdict().phase == "doubtful"
        assert "doubtful-recording" in run.problems()


def test_a_job_beside_a_doubtful_recording_is_said_to_have_no_take() -> None:
    run, job, _ = recording("A")
    source = run.mac.sources[0]
    run.mac.end(source, run.now)
    source.shows.clear()
    by_hand(run)
    run.until(25.0)
    run.playbox.jobs.remove(job)
    run.job("B")
    run.until(60.0)
    (told,) = [one for one in run.verdict().problems if one.code is Code.DOUBTFUL_RECORDING]
    assert "so job 'B' has no take of its own" in told.message


def test_what_bears_a_name_that_we_give_elsewhere_afterwards_is_no_runaway_of_ours() -> None:
    run = begun(channels=2)
    run.mac.begin(run.mac.sources[1], "operator", run.now, name="NEWS")
    run.until(10.0)
    run.mac.sources[1].is_odd = True
    run.job("NEWS")
    run.until(15.0)
    run.mac.sources[1].is_odd = False
    for second in range(18, 40):
        run.until(float(second))
        assert run.problems(1) == set()
    assert running(run).name == "NEWS"
