"""Names that are given once, and names of the primary that change (promise 5)."""

from __future__ import annotations

import pytest

from tests.world import incidents as when
from tests.world.observed import TICK, Site
from tests.world.virtual import Quirks, VirtualRecorder
from tests.world.virtual_run import Run
from tests.world.virtual_stories import begun, recording, running
from vrmon.catalog import Code
from vrmon.model import Action, DeviceState, Job, Observation, Outcome, PrimaryObservation, Result, Verb
from vrmon.plan import jobs
from vrmon.plan.memory import FLIGHT, PrimaryMemory
from vrmon.plan.moment import Moment


class Listening(VirtualRecorder):
    """Keeps what it is told to do: the verb and the name."""

    def __init__(self, run: Run) -> None:
        super().__init__(len(run.settings.channels), run.mac.quirks)
        self.told: list[tuple[Verb, str]] = []

    def command(self, verb: Verb, unique_id: str, name: str, now: float, job: Job | None = None) -> str:
        self.told.append((verb, name))
        return super().command(verb, unique_id, name, now, job)


def listened_to(run: Run) -> Listening:
    heard = Listening(run)
    stands_in(run, heard)
    return heard


def stands_in(run: Run, heard: VirtualRecorder) -> None:
    """In the place of the run's recorder, and seen there."""
    name = next(name for name, mac in run.macs.items() if mac is run.mac)
    run.mac = run.macs[name] = heard
    run.until(run.now + 2.0)


def test_a_job_id_that_is_used_for_another_show_is_another_take() -> None:
    at = when.site()
    when.a_job_is_recorded(at)
    first = at.sources["dvr"]["s 1"]
    at.names[when.JOB] = "SPORT"
    at.until(at.now + 35.0)
    second = at.sources["dvr"]["s 1"]
    assert (first.recording_name, second.recording_name) == ("NEWS", "SPORT")
    assert second.is_recording
    assert second.start_date != first.start_date
    assert at.problems == ()
    when.the_job_ends(at)
    at.until(at.now + 10.0)
    assert not at.sources["dvr"]["s 1"].is_recording


@pytest.mark.parametrize("name", ["NEWS_v2", "NEWS (final)", "news"])
def test_a_primary_file_that_is_renamed_is_the_same_show(name: str) -> None:
    run, job, take = recording()
    run.playbox.names[job] = (0.0, name)
    run.until(60.0)
    assert running(run) is take
    assert run.problems() == {"primary-file-renamed"}
    run.crash()
    run.until(100.0)
    assert run.mac.recordings == [take]
    assert run.problems() == {"primary-file-renamed"}
    run.playbox.names[job] = (0.0, "NEWS")
    run.until(140.0)
    assert run.mac.recordings == [take]
    assert run.problems() == set()


def lost_names(at: Site) -> float:
    """The source bears the name of the show before, and answers to names are lost; when the next begins."""
    when.a_job_is_recorded(at)
    when.the_job_ends(at)
    at.until(at.now + 10.0)
    when.replies(Verb.SET_NAME, Outcome.LOST, "no answer")(at)
    when.the_next_job_begins(at)
    return at.now


def is_recording(at: Site) -> bool:
    return at.sources["dvr"]["s 1"].is_recording


def test_lost_answers_to_a_name_keep_a_take_from_another_shows_name_for_three_seconds_at_most() -> None:
    at = when.site()
    began = lost_names(at)
    at.until(began + 3.0)
    assert not is_recording(at)
    at.until(began + 4.5)
    assert is_recording(at)
    at.until(began + 10.0)
    assert at.sources["dvr"]["s 1"].recording_name == "NEXT"
    assert [problem.code for problem in at.problems] == [Code.BACKUP_INCOMPLETE]


def test_a_name_that_was_given_although_its_answers_were_lost_is_recorded_under() -> None:
    at = when.site()
    began = lost_names(at)
    at.until(began + 1.0)
    at.show("dvr", "s 1", recording_name="NEXT")
    at.until(began + 2.5)
    assert at.sources["dvr"]["s 1"].is_recording
    assert at.sources["dvr"]["s 1"].recording_name == "NEXT"


def test_an_accepted_record_that_is_never_seen_is_repeated_under_another_name() -> None:
    run = begun()
    heard = listened_to(run)
    heard.does_nothing = True
    run.job("NEWS")
    run.until(45.0)
    given = [name for verb, name in heard.told if verb is Verb.RECORD]
    assert len(given) == len(set(given)) >= 3
    assert given[0] == "NEWS"
    heard.does_nothing = False
    run.until(80.0)
    assert running(run).asked not in given[:3]
    assert run.problems() == {"backup-incomplete"}


@pytest.mark.parametrize("duplicate", ["name refused", "record refused"])
def test_a_name_that_is_refused_as_existing_is_never_offered_again(duplicate: str) -> None:
    run = begun(Quirks(duplicate=duplicate))  # type: ignore[arg-type]
    heard = listened_to(run)
    heard.begin(heard.sources[0], "operator", run.now, name="NEWS")
    heard.end(heard.sources[0], run.now)
    run.until(run.now + 2.0)
    for identity in ("1", "2"):
        job = run.job("NEWS", identity=identity)
        run.until(run.now + 20.0)
        assert run.verdict().phase == "recording"
        run.playbox.jobs.remove(job)
        run.until(run.now + 20.0)
    verb = Verb.SET_NAME if duplicate == "name refused" else Verb.RECORD
    assert [name for told, name in heard.told if told is verb].count("NEWS") == 1


def test_a_question_for_a_name_that_never_comes_back_is_put_again() -> None:
    job = Job("A" * 32, "1")
    mapped = frozenset({job.ingest})
    seen: PrimaryObservation = Observation(10.0, 10.0, DeviceState.OK, (job,))
    memory, asked = jobs.ask_names(
        jobs.observe(PrimaryMemory(), seen, mapped), "playbox", Moment(10.0), mapped
    )
    assert [one.verb for one in asked] == [Verb.FETCH_NAME]
    for moment, count in ((10.0 + FLIGHT - TICK, 0), (10.0 + FLIGHT, 1)):
        memory, again = jobs.ask_names(memory, "playbox", Moment(moment), mapped)
        assert len(again) == count
    memory = jobs.learn_names(memory, [Result(again[0], 71.0, Outcome.DONE, value="NEWS")])
    assert memory.jobs[job].basename == "NEWS"
    assert jobs.ask_names(memory, "playbox", Moment(71.0 + 29.0), mapped)[1] == []
    assert len(jobs.ask_names(memory, "playbox", Moment(71.0 + 30.0), mapped)[1]) == 1


def shown(memory: PrimaryMemory, ended: float, *present: Job, is_good: bool = True) -> PrimaryMemory:
    state = DeviceState.OK if is_good else DeviceState.UNREACHABLE
    return jobs.observe(memory, Observation(ended, ended, state, present if is_good else None))


def called(memory: PrimaryMemory, ended: float, job: Job, name: str) -> PrimaryMemory:
    question = Action(Verb.FETCH_NAME, "playbox", "whether the job's file is called so still", job=job)
    return jobs.learn_names(memory, [Result(question, ended, Outcome.DONE, value=name)])


def test_no_other_show_follows_a_job_that_is_out_of_sight() -> None:
    job = Job("A" * 32, "1")
    memory = called(shown(PrimaryMemory(), 10.0, job), 12.0, job, "NEWS")
    memory = shown(shown(memory, 70.0, is_good=False), 71.0)
    memory = called(memory, 72.0, job, "SPORT")
    assert [(one.job, one.lost) for one in memory.jobs.values()] == [(job, 71.0)]
    assert asked(memory, 73.0) == []
    assert asked(shown(memory, 74.0, job), 74.0) == [job]


def test_an_outage_of_the_show_before_is_one_of_the_show_that_has_got_its_id() -> None:
    job = Job("A" * 32, "1")
    memory = called(shown(PrimaryMemory(), 10.0, job), 12.0, job, "NEWS")
    memory = called(shown(memory, 70.0, is_good=False), 72.0, job, "SPORT")
    memory = shown(memory, 73.0)
    assert memory.jobs[job._replace(show=1)].lost == 73.0


def asked(memory: PrimaryMemory, now: float) -> list[Job | None]:
    mapped = frozenset(job.ingest for job in memory.jobs)
    return [one.job for one in jobs.ask_names(memory, "playbox", Moment(now), mapped)[1]]


@pytest.mark.parametrize(
    ("age", "outcome", "pause"),
    [
        (9.0, Outcome.DONE, 0.3),
        (9.0, Outcome.LOST, 1.0),
        (11.0, Outcome.DONE, 2.0),
        (11.0, Outcome.LOST, 2.0),
        (61.0, Outcome.DONE, 10.0),
    ],
)
def test_a_name_that_is_not_there_yet_is_asked_for_again(age: float, outcome: Outcome, pause: float) -> None:
    job = Job("A" * 32, "1")
    mapped = frozenset({job.ingest})
    seen: PrimaryObservation = Observation(10.0, 10.0, DeviceState.OK, (job,))
    memory = jobs.observe(PrimaryMemory(), seen, mapped)
    memory, asked = jobs.ask_names(memory, "playbox", Moment(10.0), mapped)
    memory = jobs.learn_names(memory, [Result(asked[0], 10.0 + age, outcome)])
    soon, then = Moment(10.0 + age + pause - 0.01), Moment(10.0 + age + pause)
    assert jobs.ask_names(memory, "playbox", soon, mapped)[1] == []
    assert soon.due == pytest.approx(then.now)
    assert len(jobs.ask_names(memory, "playbox", then, mapped)[1]) == 1


@pytest.mark.parametrize(("back_after", "name"), [(0.5, "NEWS_cont1"), (2.0, "NEWS_cont1"), (5.0, "NEWS_2")])
def test_a_take_that_died_early_and_whose_job_is_told_again_is_followed_by_one_of_another_name(
    back_after: float, name: str
) -> None:
    """Its job was gone from one answer just as it ended: it might have been the end of what ran before it."""
    run = begun()
    job = run.job("NEWS")
    while run.verdict().phase != "recording":
        run.until(run.now + 0.05)
    run.playbox.jobs.remove(job)
    run.until(run.now + 1.2)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(run.now + back_after)
    run.playbox.jobs.append(job)
    run.until(run.now + 30.0)
    assert run.verdict().phase == "recording"
    assert [one.name for one in run.mac.recordings] == ["NEWS", name]


class Busy(Listening):
    """Begins nothing for as long as it is busy."""

    is_busy = True

    def command(self, verb: Verb, unique_id: str, name: str, now: float, job: Job | None = None) -> str:
        if verb is Verb.RECORD and self.is_busy:
            self.told.append((verb, name))
            return "busy"
        return super().command(verb, unique_id, name, now, job)


@pytest.mark.parametrize("name", ["NEWS", "news"])
def test_a_name_that_a_recording_from_another_source_has_got_meanwhile_is_not_given_again(name: str) -> None:
    run = begun(channels=2)
    heard = Busy(run)
    stands_in(run, heard)
    run.job("NEWS")
    run.until(run.now + 2.0)
    assert (Verb.RECORD, "NEWS") in heard.told
    heard.begin(heard.sources[1], "operator", run.now, name=name)
    run.until(run.now + 10.0)
    heard.is_busy = False
    run.until(run.now + 30.0)
    assert running(run).asked == "NEWS_2"
    assert run.problems() == {"backup-incomplete"}


def test_a_name_that_an_operators_recording_bears_is_not_given_to_a_take() -> None:
    run = begun(channels=2)
    heard = listened_to(run)
    heard.begin(heard.sources[1], "operator", run.now, name="NEWS")
    run.until(run.now + 2.0)
    run.job("NEWS")
    run.until(run.now + 20.0)
    assert running(run).asked == "NEWS_2"
    assert run.problems() == set()
