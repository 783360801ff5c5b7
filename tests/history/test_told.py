"""What the report says of whole evenings, in words and as a page."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.history.test_report import Evenings, evenings, seconds, with_news
from tests.world.virtual_run import EPOCH
from vrmon.cli.news import clock
from vrmon.cli.reports.printed import lines
from vrmon.cli.reports.spreadsheet import table
from vrmon.cli.reports.times import Times
from vrmon.cli.reports.web import page
from vrmon.history.days import Span
from vrmon.history.holes import Hole, Why
from vrmon.history.rows import Row, Value
from vrmon.text import rfc3339


def evening(here: Evenings, *, until: float = 400.0) -> None:
    """From 100 s after EPOCH a job of 200 s."""
    run = here.run
    run.begin()
    run.at(100.0, lambda: run.job("NEWS") and None)
    run.at(300.0, run.playbox.jobs.clear)
    run.until(until)


def told(document: dict[str, Any]) -> list[str]:
    return [line.plain for line in lines(document, "Last night")]


def test_a_night_before_the_history_began_is_not_told_as_empty(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        evening(here)
        document = here.read(Span(EPOCH - 7_200.0, EPOCH - 3_600.0))
        assert [one["why"] for one in document["absences"]] == ["no-history"]
        assert told(document)[-1] == "Last night: no job is known of; there is no history of 60 min."
        assert "no job ran" not in page(document, "Last night").lower()
        both = here.read(Span(EPOCH - 7_200.0, EPOCH + 400.0))
        assert told(both)[-1] == "Last night: 1 of 1 whole; there is no history of 2.0 h."
        assert told(here.read(Span(EPOCH + 10.0, EPOCH + 90.0)))[-1] == "Last night: no job ran."


def test_a_night_without_vrmon_is_not_told_as_empty(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        evening(here)
        here.run.crash(pause=8 * 3600.0)
        here.run.until(8 * 3600.0 + 500.0)
        document = here.read(Span(EPOCH + 1_000.0, EPOCH + 8_200.0))
        assert told(document)[-1] == "Last night: no job is known of; vrmon was away for 2.0 h."
        assert told(here.read(Span(EPOCH, EPOCH + 3_700.0)))[-1].endswith("whole; vrmon was away for 55 min.")


@pytest.mark.parametrize("is_over", [True, False])
def test_a_night_in_which_the_primary_was_silent_is_not_told_as_empty(tmp_path: Path, is_over: bool) -> None:
    with evenings(tmp_path) as here:
        run = here.run
        run.begin()
        run.until(100.0)
        run.playbox.is_up = False
        run.at(500.0, lambda: run.job("NEWS") and None)
        run.at(3_000.0, run.playbox.jobs.clear)
        run.until(3_700.0)
        run.playbox.is_up = is_over
        run.until(3_800.0)
        night = Span(EPOCH + 50.0, EPOCH + 3_750.0)
        for channel in ("", "PCR 1"):
            document = here.read(night, channel)
            (silence,) = document["silences"]
            assert abs(seconds(silence["from"]) - 100.0) < 3.0
            assert abs(seconds(silence["to"]) - (3_700.0 if is_over else 3_750.0)) < 3.0
            *_, line, last = told(document)
            assert line.strip().startswith("playbox did not answer as it should from 14:15:0")
            assert last == (
                "Last night: no job is known of; playbox did not answer as it should for "
                f"{'60' if is_over else '61'} min."
            )
        assert "no job ran" not in page(document, "Last night").lower()
        assert here.read(Span(EPOCH + 10.0, EPOCH + 90.0))["silences"] == []


def test_a_primary_whose_certificate_is_refused_is_silent_and_a_recorder_is_not(tmp_path: Path) -> None:
    def refused(device: str) -> Row:
        began, ended = (round((EPOCH + second) * 1000) for second in (150.0, 350.0))
        values: dict[str, Value] = {"code": "certificate-refused", "subject": device, "began": began}
        told: dict[str, Value] = {"ended": ended, "severity": "degraded", "message": "It is another."}
        return Row("problems", {**values, **told, "cause": "", "facts": "{}", "session": 1})

    with evenings(tmp_path, channels=2) as here:
        evening(here)
        here.others += [refused("playbox"), refused("mac")]
        night = Span(EPOCH + 200.0, EPOCH + 300.0)
        for channel in ("", "PCR 1", "PCR 2"):
            assert [one["primary"] for one in here.read(night, channel)["silences"]] == ["playbox"]


def test_a_copy_says_where_it_ends_and_nothing_runs_in_it(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        evening(here, until=200.0)
        here.run.crash(pause=1_000.0)
        document = here.copied(Span(EPOCH, EPOCH + 4_000.0))
        (job,) = document["jobs"]
        assert (job["status"], document["summary"]["running"]) == ("partial", 0)
        assert job["takes"][0]["ended"]["earliest"] <= document["absences"][-1]["from"]
        end = document["absences"][-1]
        assert (end["why"], end["to"]) == ("no-history", job["ended"]["latest"])
        assert told(document)[-1].startswith("Last night: 0 of 1 whole; 1 in doubt; NEWS may lack up to ")
        assert "still running" not in told(document)[-1]


def test_what_the_disk_did_not_keep_is_told(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        lost = {"began": round((EPOCH + 20.0) * 1000), "ended": round((EPOCH + 50.0) * 1000), "rows": 30}
        here.others = [Row("losses", {**lost})]
        here.run.begin()
        here.run.until(100.0)
        document = here.read(Span(EPOCH + 10.0, EPOCH + 90.0))
        assert told(document)[-1] == "Last night: no job is known of; a part of the history is lost."
        assert "the disk did not keep 30 entries of the history from " in told(document)[-2]
        assert "the disk did not keep 30 entries of the history from " in page(document, "Last night")
        assert here.read(Span(EPOCH + 60.0, EPOCH + 90.0))["losses"] == []


def test_a_take_that_died_is_told_although_the_next_one_followed_at_once(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        here.run.at(200.0, lambda: here.run.mac.end(here.run.mac.sources[0], here.run.now))
        evening(here)
        document = here.read()
        (job,) = document["jobs"]
        assert (job["status"], len(job["takes"])) == ("complete", 2)
        died = [line for line in told(document) if line.startswith("    ")]
        assert len(died) == 1, "the show is whole, and yet something has happened to it"
        assert died[0].endswith("the take died")
        assert page(document, "Last night").count("the take died") >= 1


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The zone of this process."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_a_time_has_its_date_where_that_is_not_the_reports_day(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        evening(here)
        here.run.crash(pause=40 * 86_400.0)
        here.run.until(40 * 86_400.0 + 500.0)
        document = here.read(Span(EPOCH, EPOCH + 3_600.0))
        assert re.fullmatch(r"  vrmon was away from 16:19:5\d to 10-31 15:20:0\d", told(document)[-2])


@pytest.mark.usefixtures("berlin")
def test_a_time_has_its_zone_where_the_clocks_are_changed(tmp_path: Path) -> None:
    change = datetime(2026, 10, 25, 1, tzinfo=timezone.utc).timestamp()
    with evenings(tmp_path) as here:
        run, moment = here.run, change - EPOCH
        run.until(moment - 100.0)
        run.begin()
        run.at(moment - 41.0, lambda: run.job("NEWS") and None)
        run.at(moment + 30.0, run.playbox.jobs.clear)
        run.until(moment + 100.0)
        document = here.read(Span(change - 3_600.0, change + 3_600.0))
        assert told(document)[0] == "2026-10-25 02:00 CEST to 2026-10-25 03:00 CET"
        (line,) = [line for line in told(document) if "NEWS" in line][:1]
        assert re.search(r"  02:59:\d\d CEST–02:00:\d\d CET  ", line)
        html = page(document, "Last night")
        assert "Times in CEST, later CET." in html
        assert re.search(r">02:59:\d\d CEST–02:00:\d\d CET<", html)
        assert re.findall(r">(\d\d:\d\d(?: \w+)?)</text>", html) == ["02:00", "02:00 CET", "03:00"]
        (_, row) = csv.reader(io.StringIO(table(document)))
        assert (row[4][11:16], row[4][-6:]) == ("02:59", "+02:00")
        assert (row[5][11:16], row[5][-6:]) == ("02:00", "+01:00")
        winter = datetime(2026, 1, 10, tzinfo=timezone.utc).timestamp()
        year = {**document, "from": rfc3339(winter), "to": rfc3339(winter + 350 * 86_400.0)}
        (line,) = [line for line in told(year) if "NEWS" in line][:1]
        assert re.search(r"10-25 02:59:\d\d CEST–10-25 02:00:\d\d CET  ", line), "both ends are in winter"
        assert Times(year).zone == "CET, later CEST"


@pytest.mark.usefixtures("berlin")
def test_the_hour_that_the_clocks_show_twice_has_its_zone_in_a_list() -> None:
    change = datetime(2026, 10, 25, 1, tzinfo=timezone.utc)
    minutes = [change + timedelta(minutes=one) for one in (-61, -30, 30, 61)]
    assert [clock(when) for when in minutes] == [
        "2026-10-25 01:59:00",
        "2026-10-25 02:30:00 CEST",
        "2026-10-25 02:30:00 CET",
        "2026-10-25 03:01:00",
    ]
    assert clock(datetime(2026, 3, 29, 1, 30, tzinfo=timezone.utc)) == "2026-03-29 03:30:00"


def test_text_and_page_agree_about_when_a_job_ran(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        evening(here)
        document = here.read(Span(EPOCH, EPOCH + 400.0))
        (job,) = document["jobs"]
        assert job["ended"]["earliest"][:19] != job["ended"]["latest"][:19]
        (cell,) = re.findall(r"(\d\d:\d\d:\d\d–\d\d:\d\d:\d\d)<", page(document, "Last night"))
        assert f"  {cell}  " in told(document)[1]


def test_what_ran_as_vrmon_looked_at_first_is_told_so(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        here.run.job("NEWS")
        here.run.until(50.0)
        here.run.begin()
        here.run.at(300.0, here.run.playbox.jobs.clear)
        here.run.until(400.0)
        document = here.read()
        _, news, why, *_, last = told(document)
        assert re.search(r"  before [-\d: ]+–[-\d: ]+  lag –  ≥ [\d.]+ % since vrmon looked  NEWS", news)
        assert re.match("    running since before vrmon looked at .*: what was before, nobody knows", why)
        assert "0 of 1 whole; 1 in doubt; NEWS ran before vrmon looked; " in last
        assert "running since before vrmon looked at" in page(document, "Last night")
        (_, row) = csv.reader(io.StringIO(table(document)))
        assert (row[2], row[3]) == ("partial", "")


def test_what_ran_on_when_its_channel_was_removed_is_told_so(tmp_path: Path) -> None:
    with evenings(tmp_path, channels=2) as here:
        run = with_news(here)
        run.until(200.0)
        run.reload(replace(run.settings, channels=run.settings.channels[1:]))
        run.until(300.0)
        document = here.read()
        _, news, *whys, last = told(document)
        assert re.search(r"\d or later  lag [\d.]+ ±[\d.]+ s  ≥ [\d.]+ % while vrmon looked  NEWS", news)
        assert any(re.match("    running still at .*, when its channel was taken out", one) for one in whys)
        assert "0 of 1 whole; 1 in doubt; NEWS ran on without its channel" in last
        assert "when its channel was taken out of vrmon.toml" in page(document, "Last night")
        (_, row) = csv.reader(io.StringIO(table(document)))
        assert (row[2], row[6], bool(row[5])) == ("partial", "", True)


def test_what_waits_for_the_disk_is_told_as_waiting_and_not_as_lost(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        evening(here)
        waiting = Hole(round((EPOCH + 40.0) * 1000), round((EPOCH + 90.0) * 1000), Why.WAITING, 1)
        *_, line, last = told(here.read(Span(EPOCH, EPOCH + 100.0), unwritten=[waiting]))
        assert "the disk has taken nothing of the history since " in line
        assert line.endswith(": 1 entry waits in vrmond's memory, and would be lost with it")
        assert last.endswith("the disk does not take the history.")
