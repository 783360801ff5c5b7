"""vrmon dies and comes back, or gets other settings: promise 6, as stories in virtual time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from tests.world.virtual import By, Quirks, Recording
from tests.world.virtual_run import Run
from tests.world.virtual_site import site
from tests.world.virtual_stories import begun, just_begun, just_commanded, recording, running
from vrmon.model import DeviceState, DvrObservation, Job, Observation
from vrmon.plan import Plan, World, plan
from vrmon.plan.coverage.covered import Covered
from vrmon.plan.memory import Jobs
from vrmon.settings import Settings, Sync


def test_a_take_whose_channel_is_gone_is_left_running_and_told_of() -> None:
    run, job, take = recording()
    channels = run.settings.channels
    run.settings = replace(run.settings, channels=())
    run.until(25.0)
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert running(run) is take
    assert run.planned is not None
    assert "leftover-take" in {one.code for one in run.planned.problems}
    run.settings = replace(run.settings, channels=channels)
    run.until(60.0)
    assert take.ended is not None


def test_a_take_whose_channel_is_gone_is_no_problem_once_it_has_ended() -> None:
    run = begun(channels=2)
    job = run.job("NEWS")
    run.until(20.0)
    run.reload(replace(run.settings, channels=run.settings.channels[1:]))
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert run.planned is not None
    assert [one.code for one in run.planned.problems] == ["leftover-take"]
    run.mac.end(run.mac.sources[0], run.now)
    run.until(45.0)
    assert run.planned.problems == ()


@pytest.mark.parametrize("lag", [0.0, 8.0])
def test_a_take_whose_channel_is_gone_before_anybody_has_seen_it_is_known_again(lag: float) -> None:
    run = begun(Quirks(start_lag=lag), channels=2)
    job = run.job("NEWS")
    settings, take = run.settings, just_begun(run)
    run.reload(replace(settings, channels=settings.channels[1:]))
    run.until(run.now + lag + 3.0)
    assert run.planned is not None
    assert "leftover-take" in {one.code for one in run.planned.problems}
    run.until(100.0)
    take.name = "RENAMED"
    assert_is_known_again(run, settings, job, take)


def assert_is_known_again(run: Run, settings: Settings, job: Job, take: Recording) -> None:
    """Once its channel is there again, the take goes on, and ends with its job."""
    run.reload(settings)
    run.until(run.now + 10.0)
    assert (run.verdict().phase, run.mac.recordings) == ("recording", [take])
    run.playbox.jobs.remove(job)
    run.until(run.now + 20.0)
    assert take.ended is not None


@pytest.mark.parametrize("is_renamed", [True, False])
def test_a_take_that_turns_up_while_its_channel_is_gone_is_followed(is_renamed: bool) -> None:
    run = begun(Quirks(start_lag=8.0, dated=False), channels=2)
    job = run.job("NEWS")
    run.until(15.0)  # a look has not shown it: the recorder's grace has begun
    settings, take = run.settings, running(run)
    run.reload(replace(settings, channels=settings.channels[1:]))
    run.until(30.0)
    if is_renamed:
        take.name = "RENAMED"
    run.until(100.0)
    assert run.planned is not None
    assert [str(one.facts["name"]) for one in run.planned.problems if one.code == "leftover-take"] == [
        take.name
    ]
    assert_is_known_again(run, settings, job, take)


def test_a_take_that_ended_while_its_channel_was_gone_is_followed_by_another() -> None:
    """Its source stands idle for a moment, as where a recorder splits it, and the channel is there again."""
    run = begun(channels=2)
    run.job("NEWS")
    run.until(20.0)
    take, settings = running(run), run.settings
    run.reload(replace(settings, channels=settings.channels[1:]))
    run.until(25.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(25.5)
    run.reload(settings)
    run.until(30.0)
    assert run.verdict().phase == "recording"
    assert running(run) is not take
    assert running(run).asked == "NEWS_cont1"


def test_a_take_whose_channel_is_gone_is_known_by_the_name_that_its_source_was_given_meanwhile() -> None:
    """Another channel has got the source, which nothing has shown recording yet."""
    run = begun(Quirks(start_lag=8.0, name_while_recording="now", record_while_recording="refused"), 2)
    run.job("NEWS")
    take, (gone, other) = just_begun(run), run.settings.channels
    run.reload(replace(run.settings, channels=(replace(other, source=gone.source),)))
    job = run.playbox.begin(Job(other.ingest, "2"), "SPORT")
    run.until(run.now + 4.0)
    assert take.name == "SPORT"
    run.hang("mac", 10.0)
    run.until(run.now + 30.0)
    run.playbox.jobs.remove(job)
    run.until(run.now + 30.0)
    assert running(run) is take
    assert run.planned is not None
    assert [one.facts["name"] for one in run.planned.problems if one.code == "leftover-take"] == ["SPORT"]


def test_a_leftover_take_that_is_split_over_a_restart_is_followed() -> None:
    run, job, _ = recording(quirks=Quirks(dated=False, split_name="reset"))
    settings, source = run.settings, run.mac.sources[0]
    run.reload(replace(settings, channels=()))
    run.until(25.0)
    run.crash(pause=3.0)
    run.until(30.0)
    run.mac.split(source, run.now)
    run.until(60.0)
    run.reload(settings)
    run.until(65.0)
    assert run.verdict().phase == "recording"
    run.playbox.jobs.remove(job)
    run.until(85.0)
    assert source.recording is None


def test_a_record_command_without_effect_is_forgotten_with_its_channel() -> None:
    run = begun(channels=2)
    run.mac.does_nothing = True
    job = run.job("NEWS")
    key = run.settings.channels[0].key
    just_commanded(run)
    run.playbox.jobs.remove(job)
    run.reload(replace(run.settings, channels=run.settings.channels[1:]))
    run.until(60.0)
    assert key not in run.memory.channels
    assert run.planned is not None
    print([(one.code, one.facts) for one in run.planned.problems])
    assert run.planned.problems == ()


def test_a_leftover_take_is_told_of_until_it_ends() -> None:
    run = begun(channels=2)
    job = run.job("NEWS")
    run.until(20.0)
    run.settings = replace(run.settings, channels=run.settings.channels[1:])
    run.until(25.0)
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert run.planned is not None
    assert {one.code for one in run.planned.problems} == {"leftover-take"}
    run.mac.end(run.mac.sources[0], run.now)
    run.until(45.0)
    print([(one.code, one.facts) for one in run.planned.problems])
    assert run.planned.problems == ()


def test_a_take_that_was_left_over_may_go_on_for_half_a_minute() -> None:
    """As where a recorder splits it, and shows its source idle meanwhile."""
    run = begun(channels=2)
    run.job("NEWS")
    run.until(20.0)
    key = run.settings.channels[0].key
    run.reload(replace(run.settings, channels=run.settings.channels[1:]))
    run.mac.end(run.mac.sources[0], run.now)
    run.until(25.0)
    idle = run.memory.channels[key].phase_since
    assert idle is not None
    run.until(idle + 29.9)
    assert key in run.memory.channels
    run.until(idle + 30.5)
    assert key not in run.memory.channels


@pytest.mark.parametrize("by", ["vrmon", "operator"])
def test_a_leftover_take_goes_on_after_a_split_and_what_a_person_records_there_is_not_it(by: By) -> None:
    run, job, _ = recording()
    source, settings = run.mac.sources[0], run.settings
    run.settings = replace(settings, channels=())
    run.until(25.0)
    source.show(False, run.now)  # some builds show it idle for a moment
    run.until(28.0)
    if by == "vrmon":
        source.show(True, run.now)
    else:
        run.mac.end(source, run.now)
        run.mac.begin(source, "operator", run.now, name="INTERVIEW")
    run.until(32.0)
    assert run.planned is not None
    told = {one.code for one in run.planned.problems}
    assert ("leftover-take" in told) is (by == "vrmon")
    run.playbox.jobs.remove(job)
    run.settings = settings
    run.until(60.0)
    assert (source.recording is None) is (by == "vrmon")


def test_a_take_whose_dvr_is_gone_is_told_of_for_a_day() -> None:
    run, _, take = recording()
    settings = run.settings
    run.settings = replace(settings, channels=(), dvrs={})
    run.memory = replanned(run, 25.0).memory
    assert "leftover-take" in {one.code for one in replanned(run, 80_000.0).problems}
    assert "leftover-take" not in {one.code for one in replanned(run, 100_000.0).problems}
    run.settings = settings
    run.until(40.0)
    assert run.mac.recordings == [take]
    assert run.verdict().phase == "recording"


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_take_whose_dvr_is_silent_is_told_of_for_as_long_as_that_lasts(is_asked: bool) -> None:
    run, _, _ = recording()
    run.settings = replace(run.settings, channels=())
    run.memory = replanned(run, 25.0).memory
    for day in (1.0, 5.0):
        now = day * 86_400.0
        silent: DvrObservation = Observation.unknown(now, now, "no answer", DeviceState.UNREACHABLE)
        after = replanned(run, now, {"mac": silent} if is_asked else {})
        run.memory = after.memory
        assert "leftover-take" in {one.code for one in after.problems}


def replanned(run: Run, now: float, dvrs: Mapping[str, DvrObservation] = MappingProxyType({})) -> Plan:
    """What the planner says at `now` without a word from any device, but for these."""
    return plan(run.settings, World({}, dict(dvrs)), run.memory, now)


@pytest.mark.parametrize("keep", [0, 1, None])
@pytest.mark.parametrize("pause", [0.1, 30.0])
def test_a_new_vrmon_takes_over_the_running_take(keep: int | None, pause: float) -> None:
    run, job, take = recording()
    run.crash(keep=keep, pause=pause)
    run.until(40.0 + pause)
    assert run.mac.recordings == [take]
    assert run.verdict().phase == "recording"
    run.playbox.jobs.remove(job)
    run.until(60.0 + pause)
    assert take.ended is not None


def test_a_job_of_before_began_when_it_was_seen_first_and_nothing_is_claimed_of_what_nobody_kept() -> None:
    """As after an update of a vrmon that kept no account of what it recorded."""
    run, _, take = recording()
    before, began = run.memory, run.now
    run.crash(pause=10.0)
    run.until(began + 5.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(began + 10.0)
    run.is_alive = False
    jobs = {
        name: replace(one, jobs=Jobs({job: replace(each, resumed=run.now) for job, each in one.jobs.items()}))
        for name, one in before.primaries.items()
    }
    run.begin(replace(before, primaries=jobs, covered=Covered()))
    run.until(began + 20.0)
    (show,) = run.memory.covered.read(run.settings.channels[0].key, run.now)
    assert show.account.began.earliest <= take.began - 1.0
    assert show.account.most > 5.0
    assert take.ended is not None


@pytest.mark.parametrize("pause", [0.1, 0.4, 0.8, 1.2])
def test_what_a_recorder_shows_to_a_new_vrmon_is_at_first_no_proof_that_it_records(pause: float) -> None:
    """The stop that went out last was not saved, and the recorder shows for a while what it has ended."""
    settings = site(1, Sync(stop_delay=0.5), 0.25)
    mac = settings.dvrs["mac"]
    late = replace(mac, traits=replace(mac.traits, shown_late=2.5))
    run = Run(replace(settings, dvrs={"mac": late}), Quirks(stop_lag=2.4))
    run.begin()
    run.until(2.0)
    job, key = run.job("NEWS"), run.settings.channels[0].key
    run.until(20.0)
    take = running(run)
    run.playbox.jobs.remove(job)
    while take.ended is None:
        run.until(run.now + 0.001)
    behind = next(back for back, one in enumerate(reversed(run.kept)) if one.channels[key].attempt is None)
    run.crash(keep=behind, pause=pause)
    run.until(40.0)
    (show,) = run.memory.covered.done[key]
    (span,) = show.takes
    assert span.ended is not None
    assert span.ended.earliest <= take.ended <= span.ended.latest


def test_a_new_vrmon_starts_what_is_missing() -> None:
    run, _, _ = recording()
    run.crash(pause=10.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(32.0)
    assert running(run).name == "NEWS_cont1"


@pytest.mark.parametrize("stopping", [False, True])
def test_a_new_vrmon_stops_nothing_before_the_primary_has_answered(stopping: bool) -> None:
    run, job, take = recording()
    run.playbox.jobs.remove(job)
    if stopping:
        run.mac.does_nothing = True
        run.until(30.0)
        assert run.verdict().phase == "stopping"
    run.playbox.is_up = False
    run.crash(pause=1.0)
    run.mac.does_nothing = False
    run.until(50.0)
    assert running(run) is take
    assert run.verdict().phase == "keeping"
    run.playbox.is_up = True
    run.until(130.0)
    assert take.ended is not None


def test_a_new_vrmon_does_not_take_a_job_that_it_knows_for_a_new_one() -> None:
    """The first answer lacks one of two overlapping jobs; the other was there before, and proves nothing."""
    run, first, take = recording("A")
    run.until(85.0)
    run.job("B")
    run.until(90.0)
    run.crash(pause=10.0)
    run.playbox.jobs.remove(first)
    run.until(100.5)
    run.playbox.jobs.append(first)
    run.until(120.0)
    assert run.mac.recordings == [take]


@pytest.mark.parametrize("keep", [0, None])
def test_only_a_vrmon_that_has_forgotten_all_knows_its_take_by_a_numbered_name(keep: int | None) -> None:
    """What it has begun under such a name is in the ledger of one that has not."""
    run = begun()
    run.until(20.0)
    run.crash(keep=keep, pause=10.0)
    run.mac.begin(run.mac.sources[0], "operator", run.now, name="NEWS_2")
    run.job("NEWS")
    run.until(50.0)
    assert run.verdict().phase == ("recording" if keep is None else "foreign")


def test_a_primary_that_left_the_configuration_and_came_back_stops_nothing_before_it_has_answered() -> None:
    run, _, take = recording()
    channels, primaries = run.settings.channels, run.settings.primaries
    run.settings = replace(run.settings, channels=(), primaries={})
    run.until(25.0)
    run.playbox.jobs.clear()
    run.playbox.is_up = False
    run.settings = replace(run.settings, channels=channels, primaries=primaries)
    run.until(60.0)
    assert running(run) is take
    run.playbox.is_up = True
    run.until(1000.0)
    assert take.ended is not None


def test_a_primary_that_gets_another_name_does_not_lose_its_take() -> None:
    run, job, take = recording()
    run.settings = replace(
        run.settings,
        primaries={"second": run.settings.primaries["playbox"]},
        channels=tuple(replace(one, primary="second") for one in run.settings.channels),
    )
    run.until(40.0)
    assert run.verdict().phase == "recording"
    assert run.planned is not None
    print([(one.code, one.facts) for one in run.planned.problems])
    assert run.planned.problems == ()
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert take.ended is not None
    assert run.mac.recordings == [take]


@pytest.mark.parametrize("lag", [0.0, 2.0, 5.0])
def test_a_take_begun_just_before_a_crash_and_shown_late_is_taken_over(lag: float) -> None:
    """Nothing of it is on the disk, and our own record command is refused, for the source is busy."""
    run = begun(Quirks(start_lag=lag))
    job = run.job("NEWS")
    just_begun(run)
    run.crash(keep=None, pause=0.2)
    run.until(20.0)
    assert run.verdict().phase == "recording"
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert [take.ended is not None for take in run.mac.recordings] == [True]
