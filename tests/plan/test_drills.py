"""A drill is recorded as a job would be, gives way to everything, and leaves nothing running."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_run import EPOCH, Run
from tests.world.virtual_site import site
from tests.world.virtual_stories import SYNC, begun, running
from vrmon.catalog import Code
from vrmon.model import Schedule
from vrmon.plan import drilling
from vrmon.plan.drill import Drill, DrillResult
from vrmon.plan.memory import ChannelMemory, Hold
from vrmon.settings import DrillSettings
from vrmon.state import snapshot

OK, FAILED, REFUSED = DrillResult.OK, DrillResult.FAILED, DrillResult.REFUSED
DATED = Quirks(dated=True)


def drill(run: Run, channel: int = 0) -> Drill:
    found = run.memory.channels[run.settings.channels[channel].key].drill
    assert found is not None
    return found


def in_midst(quirks: Quirks = DATED, channels: int = 1) -> Run:
    """Of a drill, whose take has been seen."""
    run = begun(quirks, channels)
    assert run.drill() == ""
    run.until(run.now + 5.0)
    assert running(run).asked.startswith("drill_PCR 1_2026-")
    assert drill(run).is_running
    return run


def assert_nothing_is_left(run: Run) -> None:
    assert not drill(run).is_running
    assert all(one.ended is not None for one in run.mac.recordings if one.asked.startswith("drill"))
    memory = run.memory.channels[run.settings.channels[0].key]
    assert memory.take is None or not memory.is_at_a_drill


def test_a_drill_records_for_as_long_as_it_is_asked_to_and_is_no_job() -> None:
    run = in_midst()
    verdict = run.verdict()
    assert (verdict.phase, verdict.job, verdict.problems) == ("recording", None, ())
    run.until(20.0)
    (take,) = run.mac.recordings
    assert take.ended is not None
    assert 10.0 <= take.ended - take.began <= 12.0
    assert (drill(run).result, drill(run).why) == (OK, "")
    assert_nothing_is_left(run)
    assert not run.memory.covered.channels
    assert not run.memory.covered.done
    assert run.verdict().rests


def test_a_job_ends_it_at_once_and_is_recorded_under_its_own_name() -> None:
    run = in_midst()
    began = run.now
    run.job("NEWS")
    run.until(began + 3.0)
    (rehearsed, take) = run.mac.recordings
    assert take.asked == "NEWS"
    assert take.began - began < 2.0
    assert rehearsed.ended is not None
    assert (drill(run).result, drill(run).why) == (REFUSED, "job 'NEWS' has begun")
    run.until(began + 20.0)
    (show,) = run.memory.covered.read(run.settings.channels[0].key, run.now)
    assert [one.files for one in show.takes] == [("NEWS",)]


def test_a_job_does_not_wait_for_what_a_drill_was_refused() -> None:
    run = begun(Quirks(locked="refused"))
    run.mac.sources[0].is_locked = True
    assert run.drill() == ""
    run.until(run.now + 12.0)
    run.mac.sources[0].is_locked = False
    began = run.now
    run.job("NEWS")
    run.until(began + 3.0)
    assert running(run).asked == "NEWS"
    assert running(run).began - began < 2.0


@pytest.mark.parametrize("unlocked", [0.3, 2.0, 4.0, 7.0, 15.0])
@pytest.mark.parametrize("locked", [-0.5, -0.001, 0.0])
@pytest.mark.parametrize("idle", ["refused", "success"])
def test_what_is_locked_before_it_is_shown_is_ended_once_it_can_be(
    idle: Literal["refused", "success"], locked: float, unlocked: float
) -> None:
    """A stop that the lock had refused was taken for one of which nothing ran: the drill ran on for ever."""
    run = begun(Quirks(start_lag=5.0, stop_lag=5.0, locked="refused", stop_while_idle=idle, dated=True))
    source = run.mac.sources[0]
    assert run.drill() == ""
    run.until(run.now + 3.0 + locked)
    source.is_locked = True
    run.until(run.now - locked)
    began = run.now
    run.job("NEWS")
    run.until(began + unlocked)
    source.is_locked = False
    run.until(began + unlocked + 20.0)
    assert running(run).asked == "NEWS"
    assert_nothing_is_left(run)


def test_a_hold_is_told_at_once_where_a_drill_was_refused() -> None:
    run = begun(Quirks(locked="refused"))
    run.mac.sources[0].is_locked = True
    assert run.drill() == ""
    run.until(run.now + 12.0)
    run.amend(run.settings.channels[0].key, lambda memory: replace(memory, hold=Hold(run.now, None)))
    assert Code.ON_HOLD in {one.code for one in run.verdict().problems}
    run.until(run.now + 60.0)


def test_a_drill_whose_take_does_not_end_has_failed() -> None:
    """At a moment that each plan since its end has named: all of them are made anew."""
    run = in_midst()
    run.mac.does_nothing = True
    run.until(run.now + 60.0)
    assert (drill(run).result, drill(run).why) == (FAILED, "its take does not end")


@pytest.mark.parametrize("seconds", [0.02, 0.2, 0.4, 0.7, 1.0, 2.0, 5.0, 9.9, 10.4, 11.0])
@pytest.mark.parametrize("primary", [True, False])
def test_a_vrmon_that_dies_in_the_midst_of_it_leaves_nothing_running(seconds: float, primary: bool) -> None:
    """Nor need the primary have answered to the next one."""
    run = begun()
    assert run.drill() == ""
    run.until(run.now + seconds)
    run.crash()
    run.playbox.is_up = primary
    run.until(run.now + 30.0)
    assert_nothing_is_left(run)


@pytest.mark.parametrize("quirks", [DATED, Quirks(keys="3.x")])
def test_it_is_ended_when_the_recorder_is_back(quirks: Quirks) -> None:
    run = in_midst(quirks)
    run.mac.is_up = False
    run.until(run.now + 60.0)
    assert drill(run).result is FAILED
    run.mac.is_up = True
    run.until(run.now + 5.0)
    assert_nothing_is_left(run)


def puts_on_hold(run: Run) -> None:
    key = run.settings.channels[0].key
    run.amend(key, lambda memory: replace(memory, hold=Hold(run.now)))


def falls_silent(run: Run) -> None:
    run.playbox.is_up = False


def is_told_oddly(run: Run) -> None:
    run.playbox.odd.add(run.settings.channels[0].ingest)


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (puts_on_hold, "the channel was put on hold"),
        (falls_silent, "playbox does not answer as it should"),
        (is_told_oddly, "playbox sent nonsense about its ingest"),
    ],
)
def test_it_gives_way(what: Callable[[Run], None], why: str) -> None:
    run = in_midst()
    what(run)
    run.until(run.now + 5.0)
    assert (drill(run).result, drill(run).why) == (REFUSED, why)
    assert_nothing_is_left(run)


def test_an_operators_recording_is_not_touched() -> None:
    run = in_midst()
    run.mac.end(run.mac.sources[0], run.now)
    run.mac.begin(run.mac.sources[0], "operator", run.now, name="BY HAND")
    run.until(run.now + 60.0)
    assert running(run).asked == "BY HAND"
    assert drill(run).result is REFUSED


@pytest.mark.parametrize("is_lost", [False, True])
def test_nor_one_that_bears_the_name_which_the_drill_has_left(is_lost: bool) -> None:
    """Neither later on, nor by a vrmon that has just begun, whatever it remembers."""
    run = in_midst()
    run.until(run.now + 20.0)
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now)
    assert theirs.asked == drill(run).name
    run.until(run.now + 30.0)
    assert run.problems() == {Code.RUNAWAY_TAKE}
    run.crash(keep=None if is_lost else 0)
    run.until(run.now + 60.0)
    assert theirs.ended is None
    assert run.problems() == {Code.RUNAWAY_TAKE}


def test_nor_one_that_was_begun_in_its_place_while_vrmon_was_away() -> None:
    run = in_midst()
    run.crash(pause=5.0)
    run.mac.end(run.mac.sources[0], run.now)
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now)
    run.until(run.now + 30.0)
    assert theirs.ended is None


@pytest.mark.parametrize("with_job", [False, True])
@pytest.mark.parametrize("seconds", [1.0, 5.0, 90.0])
def test_its_take_is_ended_by_a_vrmon_that_has_forgotten_it(with_job: bool, seconds: float) -> None:
    run = begun(DATED)
    assert run.drill(seconds=600.0) == ""
    run.until(run.now + seconds)
    run.crash(keep=None)
    job = run.job("NEWS") if with_job else None
    run.until(run.now + 20.0)
    rehearsed = run.mac.recordings[0]
    assert rehearsed.asked.startswith("drill_PCR 1_")
    assert rehearsed.ended is not None
    assert run.problems() == set()
    if job is None:
        assert run.mac.sources[0].recording is None
        assert run.verdict().rests
    else:
        assert running(run).asked == "NEWS"


def test_a_recording_under_such_a_name_that_cannot_be_its_take_is_not_touched() -> None:
    """Nor one of which nobody knows when it began."""
    for quirks in (DATED, Quirks(dated=False)):
        run = begun(quirks)
        theirs = run.mac.begin(
            run.mac.sources[0], "operator", run.now, name="drill_PCR 1_2026-09-21_04-00-00"
        )
        run.crash(keep=None)
        run.until(run.now + 60.0)
        assert theirs.ended is None
        assert run.problems() == {Code.RUNAWAY_TAKE}


def refuses(run: Run) -> None:
    run.mac.quirks = replace(run.mac.quirks, locked="refused")
    run.mac.sources[0].is_locked = True


def does_nothing(run: Run) -> None:
    run.mac.does_nothing = True


def has_no_destination(run: Run) -> None:
    run.mac.sources[0].has_destination = False


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (refuses, "the source is locked"),
        (does_nothing, "mac was not seen to record"),
        (has_no_destination, "it is recorded to nothing: its source has no destination"),
    ],
)
def test_it_fails_and_that_is_a_problem_until_one_goes_well(what: Callable[[Run], None], why: str) -> None:
    run = begun()
    before = run.mac.quirks
    what(run)
    run.until(run.now + 2.0)
    known = run.problems()
    assert run.drill() == ""
    run.until(run.now + 2.0)
    assert run.problems() - {Code.DRILL_FAILED} == known, "a drill is no job that goes unrecorded"
    run.until(run.now + 60.0)
    assert (drill(run).result, drill(run).why) == (FAILED, why)
    assert run.problems() == {*known, Code.DRILL_FAILED}
    assert_nothing_is_left(run)
    run.mac.quirks, run.mac.does_nothing = before, False
    run.mac.sources[0].is_locked, run.mac.sources[0].has_destination = False, True
    run.until(run.now + 2.0)
    assert run.problems() == {Code.DRILL_FAILED}
    run.crash()
    run.until(run.now + 5.0)
    assert run.problems() == {Code.DRILL_FAILED}, "kept over a restart"
    assert run.drill() == ""
    run.until(run.now + 20.0)
    assert drill(run).result is OK
    assert run.problems() == set()


def test_a_take_that_ends_by_itself_fails_it_until_a_job_was_recorded() -> None:
    run = in_midst()
    run.mac.end(run.mac.sources[0], run.now)
    run.until(run.now + 10.0)
    assert drill(run).result is FAILED
    assert len(run.mac.recordings) == 1, "none goes on in its place"
    assert run.problems() == {Code.DRILL_FAILED}
    run.job("NEWS")
    run.until(run.now + 5.0)
    assert run.problems() == set()


def a_job_is_active(run: Run) -> None:
    run.job("NEWS")


def a_job_has_ended(run: Run) -> None:
    job = run.job("NEWS")
    run.until(run.now + 10.0)
    run.playbox.jobs.remove(job)
    run.until(run.now + 60.0)


def somebody_records(run: Run) -> None:
    run.mac.begin(run.mac.sources[0], "operator", run.now, name="BY HAND")


def another_is_drilled(run: Run) -> None:
    assert run.drill(1) == ""


def the_recorder_is_gone(run: Run) -> None:
    run.mac.is_up = False


def the_source_is_gone(run: Run) -> None:
    run.mac.sources[0].is_there = False


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (a_job_is_active, "job 'NEWS' is on its ingest"),
        (a_job_has_ended, "its last job ended 5"),
        (somebody_records, "its source is not idle: 'BY HAND'"),
        (puts_on_hold, "it is on hold"),
        (falls_silent, "playbox does not answer as it should"),
        (the_recorder_is_gone, "mac does not answer as it should"),
        (the_source_is_gone, "The source is not on mac"),
        (another_is_drilled, "a drill of PCR 2 runs on mac"),
    ],
)
def test_it_is_refused_with_the_reason(what: Callable[[Run], None], why: str) -> None:
    run = begun(channels=2)
    what(run)
    run.until(run.now + 2.0)
    takes = len(run.mac.recordings)
    assert run.drill().startswith(why)
    run.until(run.now + 30.0)
    assert len([one for one in run.mac.recordings[takes:] if one.asked.startswith("drill_PCR 1")]) == 0


def test_a_while_after_a_job_it_may_begin_though_vrmon_was_restarted() -> None:
    run = begun()
    a_job_has_ended(run)
    run.crash()
    run.until(run.now + 100.0)
    assert run.drill().startswith("its last job ended 3 min ago")
    run.until(run.now + 200.0)
    assert run.drill() == ""


def schedules(run: Run, begins: float, source: int = 0, *, is_stopped: bool = False) -> None:
    """The recorder is told to record for two minutes from the minute on in which `begins` lies."""
    day = datetime.fromtimestamp(EPOCH + begins)
    place, start = run.mac.sources[source].unique_id, 60 * day.hour + day.minute
    entry = Schedule("e", "NIGHT NEWS", place, start, 2, day=day.timestamp(), is_stopped=is_stopped)
    run.schedules = {"mac": (entry,)}


MINUTE = 60.0 - EPOCH % 60.0  # one begins at this moment of a run


@pytest.mark.parametrize(
    ("begins", "seconds", "why"),
    [
        (MINUTE, 10.0, "the schedule 'NIGHT NEWS' of mac begins on its source in 38 s"),
        (MINUTE + 60.0, 70.0, "the schedule 'NIGHT NEWS' of mac begins on its source in 98 s"),
        (MINUTE + 60.0, 120.0, "the schedule 'NIGHT NEWS' of mac begins on its source in 98 s"),
        (MINUTE + 60.0, 10.0, ""),
        (MINUTE + 180.0, 60.0, ""),
        (MINUTE - 60.0, 10.0, "the schedule 'NIGHT NEWS' of mac has its source now"),
        (MINUTE - 120.0, 10.0, "the schedule 'NIGHT NEWS' of mac has its source now"),
        (MINUTE - 180.0, 10.0, ""),
    ],
)
def test_it_is_refused_while_the_recorders_schedule_would_meet_it(
    begins: float, seconds: float, why: str
) -> None:
    run = begun()
    schedules(run, begins)
    run.turn()
    assert run.drill(seconds=seconds) == why


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_schedule_of_another_source_or_one_that_was_stopped_does_not_refuse_it(is_stopped: bool) -> None:
    run = begun(channels=2)
    schedules(run, MINUTE - 60.0 if is_stopped else MINUTE, 0 if is_stopped else 1, is_stopped=is_stopped)
    run.turn()
    assert run.drill() == ""


def test_it_gives_way_to_a_schedule_that_turns_up_in_its_midst() -> None:
    run = begun()
    assert run.drill(seconds=600.0) == ""
    run.until(10.0)
    schedules(run, MINUTE + 900.0)
    run.until(12.0)
    assert drill(run).is_running, "that one comes after it"
    schedules(run, MINUTE + 300.0)
    run.until(20.0)
    why = "the schedule 'NIGHT NEWS' of mac begins on its source in 5 min"
    assert (drill(run).result, drill(run).why[: len(why)]) == (REFUSED, why)
    assert_nothing_is_left(run)


def test_the_channels_take_turns_at_their_time_of_day() -> None:
    settings = replace(site(3, SYNC), drill=DrillSettings(at="04:00"))
    run = Run(settings, DATED)
    run.begin()
    run.until(2.0)
    assert run.planned is not None
    four = datetime.fromtimestamp(EPOCH).replace(hour=4, minute=0, second=0)
    morning = four.timestamp() - EPOCH + 86_400.0
    turns: list[str] = []
    planned = run.planned
    for moment in (morning - 1.0, morning, morning + 60.0, morning + 61.0, morning + 3600.0):
        channel = drilling.turn(settings, planned, moment, EPOCH)
        turns.append("" if channel is None else channel.name)
        if channel is not None:
            done = Drill.of(channel, 10.0, "", moment, EPOCH, None).went_well()
            channels = {**planned.memory.channels, channel.key: ChannelMemory(drill=done)}
            planned = replace(planned, memory=replace(planned.memory, channels=channels))
    assert turns == ["", "PCR 1", "PCR 2", "PCR 3", ""]
    assert drilling.turn(settings, planned, morning + 62.0, EPOCH) is None, "each once"
    again = drilling.turn(settings, planned, morning + 86_400.0, EPOCH)
    assert again is settings.channels[0]
    assert drilling.turn(replace(settings, drill=DrillSettings()), planned, morning + 86_400.0, EPOCH) is None


def turns_at(
    at: str, *moments: datetime, results: tuple[DrillResult, ...] = (OK,), zone: str = "Europe/Zurich"
) -> list[str]:
    """Whose turn it is at each of these moments: two channels are drilled at once, with `results` in turn."""
    settings = replace(site(2, SYNC), drill=DrillSettings(at=at))
    run = Run(settings, DATED)
    run.begin()
    run.until(2.0)
    assert run.planned is not None
    planned, turns = run.planned, list[str]()
    for moment in moments:
        now = moment.replace(tzinfo=ZoneInfo(zone)).timestamp() - EPOCH
        channel = drilling.turn(settings, planned, now, EPOCH)
        turns.append("" if channel is None else channel.name)
        if channel is not None:
            done = Drill.of(channel, 10.0, "", now, EPOCH, None)
            done = replace(done, result=results[sum(map(bool, turns[:-1])) % len(results)])
            memory = replace(planned.memory.channels[channel.key], drill=done)
            channels = {**planned.memory.channels, channel.key: memory}
            planned = replace(planned, memory=replace(planned.memory, channels=channels))
    return turns


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def enter(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield enter
    monkeypatch.undo()
    time.tzset()


Zone = Callable[[str], None]


def day(month: int, number: int, hour: int, minute: int, second: int = 0, fold: int = 0) -> datetime:
    return datetime(2026, month, number, hour, minute, second, fold=fold)


def test_a_round_goes_on_beyond_midnight(in_zone: Zone) -> None:
    in_zone("Europe/Zurich")
    moments = day(11, 27, 23, 29), day(11, 27, 23, 59), day(11, 28, 0, 0, 10), day(11, 28, 0, 0, 30)
    assert turns_at("23:30", *moments) == ["", "PCR 1", "PCR 2", ""]


@pytest.mark.parametrize(
    ("zone", "at", "moments"),
    [
        # the clock goes back from 3:00 to 2:00
        ("Europe/Zurich", "02:30", (day(10, 25, 2, 30), day(10, 25, 2, 31), day(10, 25, 2, 31, fold=1))),
        # from 2:00 on to 3:00: 2:30 is half an hour later
        ("Europe/Zurich", "02:30", (day(3, 29, 3, 31), day(3, 29, 3, 32), day(3, 29, 4, 0))),
        # back from 2:00 to 1:30, and on from 2:00 to 2:30
        ("Australia/Lord_Howe", "01:45", (day(4, 5, 1, 46), day(4, 5, 1, 50), day(4, 5, 1, 46, fold=1))),
        ("Australia/Lord_Howe", "02:15", (day(10, 4, 2, 46), day(10, 4, 2, 50), day(10, 4, 3, 15))),
        ("Asia/Kolkata", "04:00", (day(6, 1, 4, 0), day(6, 1, 4, 1), day(6, 1, 4, 2))),
    ],
)
def test_each_once_in_a_night_whatever_the_clock_does(
    in_zone: Zone, zone: str, at: str, moments: tuple[datetime, ...]
) -> None:
    in_zone(zone)
    assert turns_at(at, *moments, zone=zone) == ["PCR 1", "PCR 2", ""]


def test_a_round_lasts_until_all_had_their_turn_and_none_begins_late(in_zone: Zone) -> None:
    in_zone("Europe/Zurich")
    assert turns_at("04:00", day(6, 1, 4, 59), day(6, 1, 9, 59), day(6, 2, 4, 0)) == [
        "PCR 1",
        "PCR 2",
        "PCR 1",
    ]
    assert turns_at("04:00", day(6, 1, 4, 59), day(6, 1, 10, 1)) == ["PCR 1", ""]
    assert turns_at("04:00", day(6, 1, 5, 1), day(6, 2, 3, 59)) == ["", ""]


def test_one_that_was_busy_has_another_turn_when_it_can_be_drilled(in_zone: Zone) -> None:
    in_zone("Europe/Zurich")
    four = tuple(day(6, 1, 4, minute) for minute in (0, 1, 4, 6, 7, 12))
    turns = turns_at("04:00", *four, results=(REFUSED, OK, OK))
    assert turns == ["PCR 1", "PCR 2", "", "PCR 1", "", ""]
    assert turns_at("04:00", *four, results=(FAILED,)) == ["PCR 1", "PCR 2", "", "", "", ""], (
        "it had its turn"
    )


def test_nor_is_one_tried_again_that_is_busy_still() -> None:
    settings = replace(site(1, SYNC), drill=DrillSettings(at=f"{datetime.fromtimestamp(EPOCH):%H:%M}"))
    run = Run(settings, DATED)
    run.begin()
    run.until(2.0)
    job, channel = run.job("NEWS"), settings.channels[0]
    run.until(400.0)
    refused = Drill.of(channel, 10.0, "[drill] at", 1.0, EPOCH, None).passed_over("it is busy", None)
    run.amend(channel.key, lambda memory: replace(memory, drill=refused))
    run.until(402.0)
    assert run.planned is not None
    assert drilling.turn(settings, run.planned, run.now, EPOCH) is None
    run.playbox.jobs.remove(job)
    run.until(410.0)
    assert drilling.turn(settings, run.planned, run.now, EPOCH) is None, "[drill] clear"
    run.until(420.0 + settings.drill.clear)
    assert drilling.turn(settings, run.planned, run.now, EPOCH) is channel


def test_one_that_was_passed_over_proves_nothing_and_the_last_result_stays() -> None:
    run = in_midst()
    run.until(run.now + 60.0)
    well, channel = drill(run), run.settings.channels[0]
    assert well.result is OK

    def passed_over(before: Drill | None) -> Drill:
        one = Drill.of(channel, 10.0, "[drill] at", run.now, EPOCH, before)
        return one.passed_over("it is on hold", before)

    again = passed_over(well)
    assert (again.when, again.result, again.why) == (run.now, REFUSED, "it is on hold")
    assert again.told == passed_over(again).told == (well.when, OK, "")
    for nothing in (None, passed_over(None), well.refused("the channel was put on hold")):
        assert passed_over(nothing).told == (run.now, REFUSED, "it is on hold")
    known = {channel.key: replace(run.memory.channels[channel.key], drill=again)}
    saved = snapshot.payload(replace(run.memory, channels=known), EPOCH)
    restored = snapshot.restore(saved, EPOCH, run.now, SYNC).channels[channel.key].drill
    assert restored is not None
    assert restored.told[1:] == (OK, "")
    assert restored.told.when == pytest.approx(well.when, abs=0.01)
