"""The report of whole evenings in virtual time, read from a real file: what the devices know is in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_evening import Evening
from tests.world.virtual_run import EPOCH, Run
from tests.world.virtual_site import Chances, site
from tests.world.virtual_stories import just_begun
from tests.world.virtual_truth import Truth
from vrmon.cli.reports import sentences
from vrmon.errors import NoSuchPage
from vrmon.history import report as reporting
from vrmon.history.database import Connection, open_to_write, transaction
from vrmon.history.days import Span
from vrmon.history.fold import Fold
from vrmon.history.holes import Hole
from vrmon.history.pages import page
from vrmon.history.report import report
from vrmon.history.rows import Row, Value
from vrmon.history.waiting import Waiting
from vrmon.history.writing import write
from vrmon.model import Job
from vrmon.settings import Sync
from vrmon.views.round import Round

EVER = Span(EPOCH - 86_400.0, EPOCH + 86_400.0)
ROUNDING = 0.002
_CAPACITY = 1_000_000


class Evenings:
    """A run whose rounds go into a file; each start of vrmon is a session of its own."""

    def __init__(self, connection: Connection, run: Run) -> None:
        self.run = run
        self._connection = connection
        self._waiting = Waiting(_CAPACITY)
        self._session = 0
        self.others: list[Row] = []
        self._fold = Fold(0)
        run.turned, run.starts = self._turned, self._starts

    def _starts(self) -> None:
        self._session = self._now()
        self._fold = Fold(self._session)

    def _now(self) -> int:
        return round((self.run.now + EPOCH) * 1000)

    def _turned(self, turned: Round) -> None:
        values: dict[str, Value] = {"began": self._session, "version": "1", "seen": self._now(), "orderly": 0}
        rows = [*self._fold.rows(turned, (), EPOCH), Row("sessions", values)]
        self._waiting.add(rows)

    def lose_file(self) -> None:
        """It is damaged, and another is begun."""
        with transaction(self._connection):
            for table in ("jobs", "gaps", "takes", "problems", "commands", "sessions"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own words
        self._waiting = Waiting(_CAPACITY)
        self._fold.tell_again()

    def read(self, span: Span = EVER, channel: str = "", unwritten: Sequence[Hole] = ()) -> dict[str, Any]:
        self._write()
        now = self._now() / 1000
        return report(self._connection, span, channel, session=self._session, now=now, unwritten=unwritten)

    def copied(self, span: Span = EVER) -> dict[str, Any]:
        """As a copy of the file is read, where nobody runs."""
        self._write()
        return report(self._connection, span, now=self._now() / 1000)

    def listed(self, kind: str, limit: int = 100) -> list[dict[str, Any]]:
        """All pages of the history."""
        self._write()
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            one = page(
                self._connection,
                kind,
                after=after,
                limit=limit,
                session=self._session,
                now=self._now() / 1000,
            )
            found += one["items"]
            after = one["next"]
        return found

    def _write(self) -> None:
        with transaction(self._connection):
            write(self._connection, (*self._waiting.take(_CAPACITY).rows, *self.others))


@contextlib.contextmanager
def evenings(
    folder: Path,
    *,
    channels: int = 1,
    quirks: Quirks = Quirks(),  # noqa: B008
    poll_interval: float = 1.0,
) -> Iterator[Evenings]:
    with contextlib.closing(open_to_write(folder / "history.db")) as connection:
        run = Run(site(channels, Sync(outage_hold=20.0), poll_interval), quirks)
        run.promises.every = 0
        yield Evenings(connection, run)


def with_news(here: Evenings) -> Run:
    """A job begins at 100 s."""
    run = here.run
    run.begin()
    run.until(100.0)
    run.job("NEWS")
    return run


def seconds(text: str) -> float:
    """Of virtual time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() - EPOCH


def test_what_was_over_before_the_file_was_damaged_is_told_again_with_its_take(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        run.until(200.0)
        run.playbox.jobs.clear()
        run.until(300.0)
        before = here.read()["jobs"]
        assert [len(job["takes"]) for job in before] == [1]
        assert before[0]["takes"][0]["ended"] is not None
        here.lose_file()
        assert here.read()["jobs"] == []
        run.until(310.0)
        assert here.read()["jobs"] == before


def test_a_job_whose_channel_is_removed_while_it_runs_has_no_known_end(tmp_path: Path) -> None:
    with evenings(tmp_path, channels=2) as here:
        run = with_news(here)
        run.until(200.0)
        whole = run.settings
        run.reload(replace(whole, channels=whole.channels[1:]))
        run.until(300.0)
        (job,) = here.read()["jobs"]
        (take,) = job["takes"]
        for one in (job, take, *here.listed("job"), *here.listed("take")):
            assert one["ended"]["latest"] is None
            assert 197.0 < seconds(one["ended"]["earliest"]) <= 200.0
        assert job["status"] == "partial"
        assert job["missing"]["most"] <= 5.0
        assert (take["end_cause"], take["end_reason"]) == (
            "unconfigured",
            "its channel was taken out of vrmon.toml",
        )
        assert [gap["cause"] for gap in job["gaps"]] in ([], ["late-start"])

        run.reload(whole)  # it was removed by mistake
        run.until(400.0)
        run.playbox.jobs.clear()
        run.until(500.0)
        first, second = here.read()["jobs"]
        assert first["ended"] == job["ended"]
        assert second["began"]["earliest"] is None
        assert 300.0 <= seconds(second["began"]["latest"]) < 303.0
        assert 400.0 <= seconds(second["ended"]["latest"]) < 410.0
        assert [one["status"] for one in (first, second)] == ["partial", "partial"]


def test_a_job_that_was_over_as_its_channel_was_removed_is_whole(tmp_path: Path) -> None:
    with evenings(tmp_path, channels=2) as here:
        run = with_news(here)
        run.until(200.0)
        run.playbox.jobs.clear()
        run.until(220.0)
        run.reload(replace(run.settings, channels=run.settings.channels[1:]))
        run.until(300.0)
        (job,) = here.read()["jobs"]
        assert (job["status"], job["takes"][0]["end_cause"]) == ("complete", "")
        assert 200.0 <= seconds(job["ended"]["latest"]) < 203.0


def test_a_job_that_was_recorded_is_complete_with_its_take(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.at(100.0, lambda: run.job("NEWS") and None)
        run.until(200.0)
        (running,) = here.read()["jobs"]
        assert (running["status"], running["ended"]) == ("running", None)
        run.playbox.jobs.clear()
        run.until(300.0)
        document = here.read()
        (job,) = document["jobs"]
        assert document["summary"] == {"jobs": 1, "complete": 1, "partial": 0, "missed": 0, "running": 0}
        assert (job["channel"], job["primary"], job["basename"]) == ("PCR 1", "playbox", "NEWS")
        assert seconds(job["began"]["earliest"]) <= 100.0 <= seconds(job["began"]["latest"])
        assert seconds(job["ended"]["earliest"]) <= 200.0 <= seconds(job["ended"]["latest"])
        (take,), (recording,) = job["takes"], run.mac.recordings
        assert (take["name"], take["dvr"], take["source"], take["number"]) == (
            recording.name,
            "mac",
            "4XT00292 - 0",
            1,
        )
        assert seconds(take["began"]["earliest"]) <= recording.began <= seconds(take["began"]["latest"])
        assert job["gaps"] == []
        assert job["coverage"]["least"] > 0.95


@pytest.mark.parametrize("keep", [0, 8])
def test_a_job_that_a_killed_vrmon_did_not_save_is_reported_once(tmp_path: Path, keep: int) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.at(100.0, lambda: run.job("NEWS") and None)
        run.at(100.6, lambda: run.crash(keep=keep))
        run.until(200.0)
        assert [job["status"] for job in here.read()["jobs"]] == ["running"]
        run.playbox.jobs.clear()
        run.until(300.0)
        (job,) = here.read()["jobs"]
        (listed,) = here.listed("job")
        assert listed["ended"] == job["ended"]
        assert seconds(job["began"]["earliest"]) <= 100.0
        assert seconds(job["ended"]["latest"]) >= 200.0


def test_a_job_that_is_met_again_after_its_state_was_lost_is_one(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.at(100.0, lambda: run.job("NEWS") and None)
        for moment in (200.0, 300.0):
            run.at(moment, lambda: run.crash(keep=None, pause=5.0))
        run.until(400.0)
        (job,) = here.read()["jobs"]
        assert (job["status"], job["basename"], len(job["takes"])) == ("running", "NEWS", 1)
        run.playbox.jobs.clear()
        run.until(500.0)
        for since, until in ((0.0, 1000.0), (0.0, 150.0), (350.0, 1000.0)):
            (job,) = here.read(Span(EPOCH + since, EPOCH + until))["jobs"]
            assert seconds(job["began"]["earliest"]) <= 100.0 <= seconds(job["began"]["latest"])
            assert seconds(job["ended"]["earliest"]) <= 400.0 <= seconds(job["ended"]["latest"])
            (take,) = job["takes"]
            assert seconds(take["began"]["latest"]) < 110.0
            assert seconds(take["ended"]["latest"]) >= 400.0
            assert [gap["cause"] for gap in job["gaps"] if gap["most"] > 3.0] == ["vrmon-away"] * 2
            assert job["missing"]["least"] < 1.0
            assert 10.0 < job["missing"]["most"] < 60.0
            assert 0.8 < job["coverage"]["least"] < 0.97
            assert job["coverage"]["most"] > 0.99
        whole = here.read()["jobs"][0]
        for limit in (1, 2, 100):
            (listed,) = here.listed("job", limit)
            assert {name: whole[name] for name in ("began", "ended", "missing", "coverage")}.items() <= (
                listed.items()
            )
            (take,) = here.listed("take", limit)
            assert (take["began"], take["ended"]) == (whole["takes"][0]["began"], whole["takes"][0]["ended"])
            assert take["names"] == whole["takes"][0]["files"]


def test_what_ran_as_vrmon_looked_at_first_has_no_beginning_and_is_never_whole(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.job("NEWS")
        run.until(50.0)
        run.begin()
        run.at(200.0, lambda: run.job("SPORTS") and None)
        run.at(300.0, run.playbox.jobs.clear)
        for moment, keep in ((100.0, 0), (150.0, None), (250.0, 0)):
            run.until(moment)
            news = here.read()["jobs"][0]
            assert (news["began"]["earliest"], news["status"]) == (None, "running")
            assert 50.0 <= seconds(news["began"]["latest"]) < 53.0
            run.crash(keep=keep, pause=0.5)
        run.until(400.0)
        news, sports = here.read()["jobs"]
        assert (news["began"]["earliest"], news["status"]) == (None, "partial")
        assert news["missing"]["least"] < 3.0, "what was before is no part of it"
        assert seconds(sports["began"]["earliest"]) <= 200.0
        (listed,) = [one for one in here.listed("job", 1) if one["basename"] == "NEWS"]
        assert listed["began"] == news["began"]


def test_a_job_on_a_channel_that_is_new_has_no_beginning(tmp_path: Path) -> None:
    with evenings(tmp_path, channels=2) as here:
        run, both = here.run, here.run.settings
        run.settings = replace(both, channels=both.channels[:1])
        run.begin()
        run.until(20.0)
        run.playbox.begin(Job(both.channels[1].ingest, "NEWS"), "NEWS")
        run.until(60.0)
        run.settings = both
        run.until(100.0)
        (news,) = here.read()["jobs"]
        assert news["began"]["earliest"] is None
        assert 60.0 <= seconds(news["began"]["latest"]) < 63.0


@pytest.mark.parametrize("poll_interval", [0.5, 1.0, 5.0, 20.0])
def test_what_the_pace_of_the_looks_explains_costs_no_job_its_being_whole(
    tmp_path: Path, poll_interval: float
) -> None:
    with evenings(tmp_path, poll_interval=poll_interval) as here:
        run = here.run
        run.begin()
        for number in range(5):
            begins = 100.0 + 1000.0 * number + 0.37 * poll_interval * number

            def begin(name: str = f"SHOW {number}") -> None:
                run.job(name)

            run.at(begins, begin)
            run.at(begins + 800.0, run.playbox.jobs.clear)
        run.until(6000.0)
        jobs = here.read()["jobs"]
        doubts = [job["missing"]["most"] - job["missing"]["least"] for job in jobs]
        assert [job["status"] for job in jobs] == ["complete"] * 5, doubts
        assert max(doubts) > poll_interval


def test_what_runs_runs_although_a_session_before_went_by_a_clock_that_was_ahead(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        ahead = round(EPOCH + 40_000.0) * 1000
        here.others = [Row("sessions", {"began": ahead, "version": "1", "seen": ahead, "orderly": 1})]
        run.begin()
        run.at(100.0, lambda: run.job("NEWS") and None)
        run.until(200.0)
        document = here.read()
        assert [job["status"] for job in document["jobs"]] == ["running"]
        assert [one["why"] for one in document["absences"]] == ["no-history"]


def test_another_show_under_the_same_id_is_another_job(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.job("NEWS", identity="7")
        run.at(100.0, lambda: run.crash(keep=None, pause=5.0))
        run.at(101.0, run.playbox.jobs.clear)
        run.at(200.0, lambda: run.job("WEATHER", identity="7") and None)
        run.until(300.0)
        assert [job["basename"] for job in here.read()["jobs"]] == ["NEWS", "WEATHER"]


def test_what_was_lost_has_its_place_and_its_cause(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.at(100.0, lambda: run.job("NEWS") and None)
        run.at(150.0, lambda: setattr(run.mac, "is_up", False))
        run.at(150.5, lambda: run.mac.end(run.mac.sources[0], run.now))
        run.at(190.0, lambda: setattr(run.mac, "is_up", True))
        run.at(220.0, lambda: setattr(run.mac.sources[0], "is_locked", True))
        run.at(220.0, lambda: run.mac.end(run.mac.sources[0], run.now))
        run.at(240.0, lambda: setattr(run.mac.sources[0], "is_locked", False))
        run.at(300.0, run.playbox.jobs.clear)
        run.until(400.0)
        (job,) = here.read()["jobs"]
        assert job["status"] == "partial"
        assert [gap["cause"] for gap in job["gaps"]] == ["dvr-unreachable", "start-refused"]
        dark, locked = job["gaps"]
        assert seconds(dark["from"]) <= 150.5
        assert 190.0 <= seconds(dark["to"]) <= 193.0
        assert (dark["least"], 40.0 < dark["most"] < 44.0) == (0.0, True)
        assert seconds(locked["from"]) <= 220.0
        _, before, after = run.mac.recordings
        assert before.ended is not None
        assert 18.0 < locked["least"] <= after.began - before.ended <= locked["most"]
        assert len(job["takes"]) == 3


def test_however_many_takes_died_each_is_named_and_the_first_is_the_first(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        for number in range(350):
            run.at(1000.0 + 6.0 * number, lambda: run.mac.end(run.mac.sources[0], run.now))
        run.until(3200.0)
        (show,) = run.memory.covered.read(run.settings.channels[0].key, run.now)
        assert show.takes[0].files == ("NEWS",)
        assert len(show.takes) == 100
        run.playbox.jobs.clear()
        run.until(3300.0)
        (job,) = here.read()["jobs"]
        assert [take["name"] for take in job["takes"]] == [one.name for one in run.mac.recordings]
        assert sentences.lag(job) is not None
        assert max(sentences.lag(job) or ()) < 5.0


def test_a_job_of_which_nothing_was_recorded_is_missed_and_in_doubt_it_is_not_whole(tmp_path: Path) -> None:
    with evenings(tmp_path, channels=2, quirks=Quirks(dated=False)) as here:
        run = here.run
        run.mac.sources[0].is_locked = True
        run.begin()
        run.until(100.0)
        run.job("NEWS")
        run.job("SPORT", channel=1)
        run.until(200.0)
        run.mac.is_up = False
        run.until(260.0)
        run.mac.is_up = True
        run.until(300.0)
        run.playbox.jobs.clear()
        run.until(400.0)
        document = here.read()
        told = {
            job["channel"]: (job["status"], [gap["cause"] for gap in job["gaps"]]) for job in document["jobs"]
        }
        assert told == {"PCR 1": ("missed", ["start-refused"]), "PCR 2": ("partial", ["dvr-unreachable"])}
        assert document["summary"]["complete"] == 0
        assert [job["channel"] for job in here.read(channel="PCR 2")["jobs"]] == ["PCR 2"]


def test_a_job_that_may_have_been_recorded_while_nobody_saw_it_is_not_missed(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.until(100.0)
        run.mac.sources[0].is_locked = True
        run.job("NEWS")
        run.until(107.0)
        run.mac.sources[0].is_locked = False
        just_begun(run)
        run.mac.is_up = False
        run.until(1000.0)
        run.playbox.jobs.clear()
        run.mac.end(run.mac.sources[0], run.now)
        run.until(1020.0)
        run.mac.is_up = True
        run.until(1100.0)
        document = here.read()
        (job,) = document["jobs"]
        assert job["missing"]["least"] > 3.0
        assert job["coverage"]["most"] > 0.9
        assert job["status"] == "partial"
        assert "NEWS may not have been recorded at all" in sentences.whole(document, "Today")


def test_a_moment_in_which_nobody_saw_a_recorder_that_refuses_makes_no_doubt(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.mac.sources[0].is_locked = True
        run = with_news(here)
        run.until(500.0)
        run.mac.is_up = False
        run.until(502.0)
        run.mac.is_up = True
        run.until(600.0)
        run.playbox.jobs.clear()
        run.until(700.0)
        (job,) = here.read()["jobs"]
        assert job["status"] == "missed"


@pytest.mark.parametrize("restarts", [False, True])
def test_a_job_that_begins_while_its_ingest_is_told_badly_may_have_begun_at_once(
    tmp_path: Path, restarts: bool
) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.until(100.0)
        run.playbox.odd.add(run.settings.channels[0].ingest)
        run.until(130.0)
        run.job("NEWS")
        run.until(190.0)
        if restarts:
            run.crash(pause=5.0)
        run.until(200.0)
        run.playbox.odd.clear()
        run.until(400.0)
        run.playbox.jobs.clear()
        run.until(500.0)
        (job,) = here.read()["jobs"]
        assert seconds(job["began"]["earliest"]) <= 100.0
        assert job["missing"]["most"] >= run.mac.recordings[0].began - 130.0
        assert job["status"] == "partial"


def test_a_job_that_was_told_badly_from_the_first_look_on_ran_before(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.job("NEWS")
        run.playbox.odd.add(run.settings.channels[0].ingest)
        run.until(50.0)
        run.begin()
        run.until(100.0)
        run.playbox.odd.clear()
        run.until(200.0)
        run.playbox.jobs.clear()
        run.until(300.0)
        (job,) = here.read()["jobs"]
        assert job["began"]["earliest"] is None
        assert job["status"] == "partial"


def test_a_job_that_begins_after_its_ingest_was_told_badly_is_whole(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.playbox.odd.add(run.settings.channels[0].ingest)
        run.until(50.0)
        run.playbox.odd.clear()
        run.until(60.0)
        run.job("NEWS")
        run.until(200.0)
        run.playbox.jobs.clear()
        run.until(300.0)
        (job,) = here.read()["jobs"]
        assert job["status"] == "complete"
        assert not run.memory.covered.hidden


def test_a_job_is_in_the_report_of_every_time_in_which_it_ran(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.at(1000.0, lambda: run.job("NEWS") and None)
        run.at(2000.0, run.playbox.jobs.clear)
        run.at(3000.0, lambda: run.job("SPORT") and None)
        run.until(4000.0)

        def names(began: float, ended: float) -> list[str]:
            return [job["basename"] for job in here.read(Span(EPOCH + began, EPOCH + ended))["jobs"]]

        assert names(0.0, 900.0) == []
        assert names(0.0, 1500.0) == names(1200.0, 1300.0) == names(1500.0, 2500.0) == ["NEWS"]
        assert names(2100.0, 2900.0) == []
        assert names(2900.0, 3100.0) == names(3500.0, 3600.0) == ["SPORT"]
        assert names(0.0, 4000.0) == ["NEWS", "SPORT"]


def test_what_was_open_when_vrmon_forgot_it_goes_no_further_than_somebody_looked_again(
    tmp_path: Path,
) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        run.until(500.0)
        run.crash(keep=None, pause=60.0)
        run.playbox.jobs.clear()
        run.until(1000.0)
        (job,) = here.read()["jobs"]
        assert 400.0 < seconds(job["ended"]["earliest"]) <= 500.5
        assert 560.0 <= seconds(job["ended"]["latest"]) <= 570.0
        absence = here.read()["absences"][-1]
        assert seconds(absence["from"]) <= 500.0
        assert 559.0 < seconds(absence["to"]) < 562.0
        assert here.read(Span(EPOCH + 700.0, EPOCH + 800.0))["jobs"] == []


def test_a_short_show_of_which_most_is_in_doubt_is_not_whole(tmp_path: Path) -> None:
    with evenings(tmp_path, quirks=Quirks(dated=False)) as here:
        run = with_news(here)
        run.until(105.0)
        run.mac.is_up = False
        run.until(113.0)
        run.mac.is_up = True
        run.until(118.0)
        run.playbox.jobs.clear()
        run.until(200.0)
        (job,) = here.read()["jobs"]
        assert 8.0 < max(gap["most"] for gap in job["gaps"]) < 15.0
        assert (job["status"], job["missing"]["least"]) == ("partial", 0.0)


def test_a_show_that_is_too_short_for_the_pace_of_the_looks_is_in_doubt(tmp_path: Path) -> None:
    with evenings(tmp_path, poll_interval=20.0) as here:
        run = with_news(here)
        run.until(122.0)
        run.playbox.jobs.clear()
        run.until(400.0)
        (job,) = here.read()["jobs"]
        assert job["status"] == "partial"
        assert job["missing"]["most"] > 15.0


def test_shows_that_go_on_through_short_outages_many_times_are_in_doubt(tmp_path: Path) -> None:
    with evenings(tmp_path, quirks=Quirks(dated=False)) as here:
        run = with_news(here)
        for moment in range(150, 1050, 100):
            run.until(float(moment))
            run.mac.is_up = False
            run.until(moment + 6.0)
            run.mac.is_up = True
        run.until(1100.0)
        run.playbox.jobs.clear()
        run.until(1200.0)
        (job,) = here.read()["jobs"]
        doubts = [gap["most"] for gap in job["gaps"] if gap["cause"] == "dvr-unreachable"]
        assert max(doubts) < 15.0 < sum(doubts)
        assert (job["status"], job["missing"]["least"]) == ("partial", 0.0)


@pytest.mark.parametrize("silence", [0.0, 90.0])
def test_a_job_whose_end_nobody_saw_is_never_whole_and_its_truth_lies_within(
    tmp_path: Path, silence: float
) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        run.until(110.0)
        run.crash(keep=None, pause=40.0)
        run.mac.end(run.mac.sources[0], run.now)
        run.playbox.is_up = not silence
        run.at(112.0 + 20.0 + silence, run.playbox.jobs.clear)
        run.at(115.0 + 20.0 + silence, lambda: setattr(run.playbox, "is_up", True))
        run.until(400.0)
        ran, lost = 32.0 + silence, 22.0 + silence
        (job,) = here.read()["jobs"]
        (listed,) = here.listed("job")
        assert job["status"] == "partial"
        assert seconds(job["ended"]["earliest"]) <= 132.0 + silence <= seconds(job["ended"]["latest"])
        assert job["missing"]["least"] <= lost <= job["missing"]["most"]
        assert job["coverage"]["least"] <= 1.0 - lost / ran <= job["coverage"]["most"]
        assert job["gaps"][-1]["cause"] == "vrmon-away"
        assert job["gaps"][-1]["most"] > 3.0
        assert (listed["ended"], listed["missing"]) == (job["ended"], job["missing"])
        for taken in (*job["takes"], *here.listed("take")):
            assert seconds(taken["ended"]["earliest"]) <= 110.0 <= seconds(taken["ended"]["latest"]) <= 160.0


def test_a_report_that_would_be_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "MOST", 1)
    with evenings(tmp_path, channels=2) as here:
        here.run.begin()
        here.run.job("NEWS")
        here.run.job("SPORT", channel=1)
        here.run.until(60.0)
        with pytest.raises(NoSuchPage, match="more than 1 jobs at once"):
            here.read()
        assert len(here.read(channel="PCR 1")["jobs"]) == 1


@pytest.mark.parametrize("seed", range(3))
def test_the_report_of_an_evening_holds_the_truth(tmp_path: Path, seed: int) -> None:
    random = Random(f"report {seed}")
    with evenings(tmp_path, channels=2, quirks=Quirks(start_lag=0.3, stop_lag=0.3)) as here:
        run = here.run
        run.chances = Chances(0.02, 0.01)
        run.begin()
        truth = Truth(run)
        Evening(run, random, 900.0)
        run.until(900.0)
        while run.playbox.jobs or any(one.open for one in run.memory.covered.channels.values()):
            run.until(run.now + 60.0)
        run.until(run.now + 120.0)
        channels = {one.name: one for one in run.settings.channels}
        jobs = here.read()["jobs"]
        assert len(jobs) == len(truth.shows)
        shows = {(channel.name, show.job.id): show for channel, show in truth.shows}
        for job in jobs:
            show = shows[job["channel"], job["job"]]
            really = truth.missing(channels[job["channel"]], show.job, 0.0, run.now)
            assert job["missing"]["least"] - ROUNDING <= really <= job["missing"]["most"] + ROUNDING
            if job["status"] == "complete":
                assert really < 18.1, "what is tolerated, and what the pace of the looks leaves in doubt"
            if job["missing"]["least"] > 3.0:
                assert job["status"] in ("partial", "missed")
