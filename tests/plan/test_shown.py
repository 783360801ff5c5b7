"""Our take, shown in other letters, in other files or late: promise 2 from our side, as stories."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest

from tests.world.virtual import Quirks, Recording
from tests.world.virtual_run import Run
from tests.world.virtual_stories import begun, just_begun, names, recording, running
from vrmon.model import Job

GERMAN, RUSSIAN = "Nachrichten für Zürich", "Вечер"
SPELLINGS = [
    (GERMAN, "Nachrichten fÃ¼r ZÃ¼rich"),
    (GERMAN, "Nachrichten f?r Z?rich"),
    (GERMAN, "Nachrichten f_r Z_rich"),
    (GERMAN, "Nachrichten fur Zurich"),
    (GERMAN, "Nachrichten fuer Zuerich"),
    (GERMAN, "NACHRICHTEN FÜR ZÜRICH"),
    (GERMAN, unicodedata.normalize("NFD", GERMAN)),
    (GERMAN, f"Io4K - 0 - 1 - {GERMAN}"),
    (RUSSIAN, "_____"),
    (RUSSIAN, "?????"),
    (RUSSIAN, "Vecher"),
    ("NEWS", "Io4K - 0 - 1 - NEWS"),
]


def assert_it_is_ours(run: Run, job: Job, take: Recording) -> None:
    """Recorded, ended after its job, and the next show gets a take of its own."""
    assert run.verdict().phase == "recording"
    assert running(run) is take
    run.playbox.jobs.remove(job)
    run.until(run.now + 20.0)
    assert take.ended is not None
    run.job("NEXT")
    run.until(run.now + 20.0)
    assert running(run).asked == "NEXT"
    assert run.problems() == set()


@pytest.mark.parametrize("hang", [0.0, 12.0])
@pytest.mark.parametrize(("asked", "shown"), SPELLINGS)
def test_a_name_in_other_letters_is_ours(asked: str, shown: str, hang: float) -> None:
    run = begun()
    job = run.job(asked)
    take = just_begun(run)
    take.name = shown
    run.mac.is_up = not hang
    run.until(run.now + hang)
    run.mac.is_up = True
    run.until(run.now + 5.0)
    assert run.problems() == set()
    assert_it_is_ours(run, job, take)


@pytest.mark.parametrize(("asked", "shown"), SPELLINGS)
def test_a_name_in_other_letters_is_ours_to_a_vrmon_that_has_forgotten_all(asked: str, shown: str) -> None:
    run, job, take = recording(asked)
    run.crash(keep=None, pause=15.0)
    take.name = shown
    run.until(60.0)
    assert_it_is_ours(run, job, take)


def test_a_start_that_has_been_seen_is_over_and_what_is_shown_as_it_was_is_no_matter_to_decide() -> None:
    run, _, _ = recording()
    verdict = run.verdict()
    assert verdict.memory.attempt is None
    assert verdict.is_steady


@pytest.mark.parametrize("keys", ["all", "3.x"])
@pytest.mark.parametrize("lag", [6.5, 8.0])
def test_a_take_that_is_shown_late_is_ours(lag: float, keys: Literal["all", "3.x"]) -> None:
    run = begun(Quirks(start_lag=lag, keys=keys))
    job = run.job("NEWS")
    take = just_begun(run)
    run.until(40.0)
    assert run.mac.recordings == [take]
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert take.ended is not None


@pytest.mark.parametrize("after", [0.05, 1.0, 3.9])
@pytest.mark.parametrize("keys", ["all", "3.x"])
def test_a_restart_soon_after_the_record_command_changes_nothing_of_that(
    keys: Literal["all", "3.x"], after: float
) -> None:
    run = begun(Quirks(start_lag=8.0, keys=keys))
    job = run.job("NEWS")
    take = just_begun(run)
    run.until(run.now + after)
    run.crash(pause=0.5)
    run.until(60.0)
    assert run.mac.recordings == [take]
    assert run.verdict().phase == "recording"
    run.playbox.jobs.remove(job)
    run.until(80.0)
    assert take.ended is not None


def after_a_drill(after: float) -> tuple[Run, Recording]:
    """A drill that is shown late gives way to a short job, and is shown once as if it were its take."""
    run = begun(Quirks(start_lag=5.0, stop_lag=0.3))
    assert run.drill(seconds=30.0) == ""
    run.until(run.now + after)
    job = run.job("SHORT")
    while "SHORT" not in names(run):
        run.until(run.now + 0.001)
    take = running(run)
    run.until(run.now + 0.5)
    run.playbox.jobs.remove(job)
    return run, take


@pytest.mark.parametrize("after", [4.7, 4.8, 4.9, 5.0, 5.1])
def test_a_take_that_was_glimpsed_is_awaited_after_its_job(after: float) -> None:
    run, take = after_a_drill(after)
    run.until(run.now + 30.0)
    assert take.ended is not None
    run.job("NEXT")
    run.until(run.now + 20.0)
    assert running(run).asked == "NEXT"


@pytest.mark.parametrize("after", [4.7, 4.8, 4.9, 5.0])
def test_a_recording_in_place_of_a_glimpsed_one_is_known_by_its_name_only(after: float) -> None:
    run, _ = after_a_drill(after)
    run.until(run.now + 1.0)
    source = run.mac.sources[0]
    run.mac.end(source, run.now)
    run.until(run.now + 1.5)
    by_hand = run.mac.begin(source, "operator", run.now, name="OWN")
    run.until(run.now + 30.0)
    assert by_hand.ended is None


def split(run: Run, name: str, *, seen_idle: bool) -> Recording:
    """The recorder goes on in another file: with a date of its own, idle between the two or not."""
    source = run.mac.sources[0]
    run.mac.end(source, run.now)
    if seen_idle:
        while run.verdict().phase == "recording":
            run.until(run.now + 0.001)
    return run.mac.begin(source, "vrmon", run.now, name=name)


@pytest.mark.parametrize(
    ("quirks", "name", "seen_idle"),
    [
        (Quirks(), "NEWS-1", False),
        (Quirks(), "NEWS", False),
        (Quirks(keys="3.x"), "NEWS-1", False),
        (Quirks(keys="3.x"), "NEWS-1", True),
        (Quirks(keys="3.x", record_while_recording="success"), "NEWS-1", True),
    ],
)
def test_a_split_is_the_same_take(quirks: Quirks, name: str, seen_idle: bool) -> None:
    run, job, _ = recording(quirks=quirks)
    after = split(run, name, seen_idle=seen_idle)
    run.until(40.0)
    assert run.verdict().phase == "recording"
    assert running(run) is after
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert after.ended is not None
    run.job("NEXT")
    run.until(80.0)
    assert running(run).asked == "NEXT"


def test_a_split_that_gets_the_name_meant_for_the_next_take_is_ours() -> None:
    """The look between the two files shows the source idle; it is named, and records already."""
    run, job, _ = recording()
    after = split(run, "NEWS-1", seen_idle=True)
    run.until(40.0)
    assert (run.verdict().phase, running(run)) == ("recording", after)
    take = run.memory.channels[run.settings.channels[0].key].running
    assert take is not None
    assert take.known_by == "the take before it"
    run.playbox.jobs.remove(job)
    run.until(60.0)
    assert after.ended is not None


@pytest.mark.parametrize("keep", [0, 2])
def test_an_operators_recording_is_not_ours_after_a_restart_and_refused_starts(keep: int) -> None:
    """The grace of the command of a vrmon before this one is not prolonged by those that are refused."""
    run = begun()
    run.mac.does_nothing = True
    job = run.job("NEWS")
    run.until(4.0)
    run.crash(keep=keep, pause=0.5)
    run.mac.sources[0].is_locked = True
    run.until(40.0)
    assert run.problems() == {"start-refused", "backup-incomplete", "source-locked"}
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now, name="BY HAND")
    run.until(50.0)
    assert run.verdict().phase == "foreign"
    run.playbox.jobs.remove(job)
    run.until(70.0)
    assert running(run) is theirs


def test_an_operators_name_that_is_made_like_ours_is_not_adopted() -> None:
    run, job, _ = recording()
    run.playbox.jobs.remove(job)
    run.until(90.0)
    theirs = run.mac.begin(run.mac.sources[0], "operator", run.now, name="NEWS_2")
    again = run.job("NEWS", identity="another")
    run.until(120.0)
    assert run.verdict().phase == "foreign"
    run.playbox.jobs.remove(again)
    run.until(160.0)
    assert running(run) is theirs


@pytest.mark.parametrize("pause", [4.0, 15.0])
def test_what_an_operator_puts_in_place_of_a_split_take_is_the_operators(pause: float) -> None:
    """The second file has our name and a date of its own."""
    run, job, _ = recording()
    split(run, "NEWS", seen_idle=False)
    run.until(run.now + pause)
    source = run.mac.sources[0]
    run.mac.end(source, run.now)
    by_hand = run.mac.begin(source, "operator", run.now, name="OPERATORS OWN")
    run.until(run.now + 5.0)
    assert "doubtful-recording" in run.problems()
    run.playbox.jobs.remove(job)
    run.until(run.now + 30.0)
    assert by_hand.ended is None


def test_a_split_take_is_known_by_its_second_date_after_an_absence() -> None:
    run, _, _ = recording()
    after = split(run, "NEWS", seen_idle=False)
    run.until(run.now + 4.0)
    run.crash(pause=15.0)
    after.name = "RENAMED"
    run.until(run.now + 30.0)
    assert run.verdict().phase == "recording"
    assert run.mac.recordings[-1] is after
