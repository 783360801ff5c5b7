"""`vrmon report` as the morning shift and its spreadsheets get it, of what simulated devices recorded."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.world.board import violations
from tests.world.browser import browsing
from tests.world.command import vrmon
from tests.world.mirror import Mirror, mirror, wait
from tests.world.running import Status
from vrmon.cli.commands import history
from vrmon.cli.news import clock
from vrmon.history.database import APPLICATION, FORMAT
from vrmon.settings import Sync
from vrmon.text import rfc3339

TOLERANCE = 1.0
FORMULA = "=<script>x()"
NOON = 1_764_331_200.0


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """A whole show, one that lacks a part, one of which nothing was recorded, and one that still runs."""
    folder = tmp_path_factory.mktemp("report")
    with mirror(folder, size=4, sync={"gap_tolerance": TOLERANCE}) as site:
        site.wait_for_looks()
        whole, lacking = site.record(f"{FORMULA}.mxf"), site.record("SPORTS_DESK.mxf", 2)
        body = '{"success": false, "error": "the disk is busy"}'
        site.recorder.fault("body", "/sources/*/record", body=body)
        site.recorder.kill_take(1)
        missed = site.playbox.start_job(2, "QUIZ.mxf")
        site.daemon.wait_for(lambda status: all(is_lacking(status, number) for number in (1, 2)))
        site.playbox.end_job(missed)
        site.wait_for_phase("idle", 3)
        site.recorder.clear_faults()
        site.wait_for_phase("recording", 2)
        for job in (whole, lacking):
            site.playbox.end_job(job)
        site.record("NIGHT.mxf", 4)
        wait(lambda: summary(site)["running"] == 1, "the others are over, and their accounts closed")
        yield site


def is_lacking(status: Status, number: int) -> bool:
    return bool(status["channels"][number]["coverage"]["missing"]["least"] > TOLERANCE)


def summary(site: Mirror) -> dict[str, int]:
    document = site.daemon.get("/report")[1]
    return {} if len(document["jobs"]) < 4 else document["summary"]


def report(site: Mirror, *arguments: str | Path, code: int = 1) -> str:
    answer = vrmon("report", *arguments, "--socket", site.daemon.socket)
    assert (answer.returncode, answer.stderr) == (code, "")
    return answer.stdout


def today(site: Mirror) -> tuple[str, str]:
    return "--from", str(site.daemon.get("/report")[1]["from"])


def test_each_job_has_a_line_and_the_last_one_is_about_all(here: Mirror) -> None:
    lines = report(here, *today(here)).splitlines()
    jobs = {line.split("  ")[1].strip(): line for line in lines if line[0] in "●▲✖◌"}
    assert set(jobs) == {FORMULA, "SPORTS_DESK", "QUIZ", "NIGHT"}
    assert jobs[FORMULA].startswith("● PCR 1  ")
    assert "  whole  " in jobs[FORMULA]
    lost, other = here.recorder.takes_of(1)
    assert jobs["SPORTS_DESK"].startswith("▲ PCR 2  ")
    assert jobs["SPORTS_DESK"].endswith(f"{lost.name}, {other.name}")
    assert "≥ " in jobs["SPORTS_DESK"]
    assert jobs["QUIZ"].startswith("✖ PCR 3  ")
    assert " ".join(jobs["QUIZ"].split()).endswith("lag – nothing no file")
    assert jobs["NIGHT"].startswith("◌ PCR 4  ")
    below = lines[lines.index(jobs["SPORTS_DESK"]) + 1]
    assert below.startswith("    missing: ")
    assert below.endswith("the recorder refused to start")
    assert lines[-1].startswith("In all: 1 of 3 whole; 1 still running; ")
    assert "QUIZ was not recorded" in lines[-1]
    assert "SPORTS_DESK lacks " in lines[-1]


def test_a_channel_that_is_whole_alone_is_well(here: Mirror) -> None:
    lines = report(here, *today(here), "--channel", "PCR 1", code=0).splitlines()
    assert lines[-1].partition("; there is no history of")[0].rstrip(".") == "In all: 1 of 1 whole"
    assert (
        report(here, code=0).splitlines()[-1]
        == "Last night: no job is known of; there is no history of 24.0 h."
    )


def test_a_spreadsheet_gets_columns_and_no_formula(here: Mirror) -> None:
    text = report(here, *today(here), "--csv")
    assert text.startswith("\ufeffchannel,name,status,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    by_channel = {row["channel"]: row for row in rows}
    assert by_channel["PCR 1"]["name"] == f"'{FORMULA}"
    assert by_channel["PCR 2"]["files"] == "; ".join(take.name for take in here.recorder.takes_of(1))
    document = here.daemon.get("/report")[1]
    for job in document["jobs"]:
        row = by_channel[job["channel"]]
        assert float(row["missing_least"]) == job["missing"]["least"]
        began = datetime.fromisoformat(row["began_latest"])
        assert began.tzinfo is not None
        assert began == datetime.fromisoformat(job["began"]["latest"].replace("Z", "+00:00"))
        assert (row["ended_latest"] == "") == (job["ended"] is None)


def test_a_browser_gets_one_file_whose_picture_says_what_its_table_says(here: Mirror, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert report(here, *today(here), "--html", file) == f"The report is in {file}.\n"
    with browsing(tmp_path / "chromium") as browser:
        for scheme in ("light", "dark"):
            preference = {"name": "prefers-color-scheme", "value": scheme}
            browser.devtools("Emulation.setEmulatedMedia", {"features": [preference]})
            browser.go(file.as_uri())
            assert violations(browser) == []
        assert [line for line in browser.log() if "axe" not in line] == []
        assert browser.text(".verdict").startswith("In all: 1 of 3 whole; ")
        rows = browser.run("return [...document.querySelectorAll('tbody tr')].map((one) => one.innerText)")
        assert [row.split("\t")[1] for row in rows] == ["SPORTS_DESK", FORMULA, "QUIZ", "NIGHT"] or len(
            rows
        ) == 4
        assert any(FORMULA in row for row in rows), "a name is a text, whatever it holds"
        drawn = browser.run(
            "return [...document.querySelectorAll('svg[role] rect[class]')]"
            ".map((one) => [one.className.baseVal, one.querySelector('title').textContent])"
        )
        assert [kind for kind, _ in drawn].count("job") == 4
        assert [kind for kind, _ in drawn].count("take") == sum(
            len(here.recorder.takes_of(n)) for n in range(4)
        )
        lost = [told for kind, told in drawn if kind == "lost"]
        assert any(told.startswith("SPORTS_DESK: missing: ") for told in lost)
        assert any(told.startswith("QUIZ: missing: ") for told in lost)


def test_programs_get_the_document(here: Mirror) -> None:
    document = json.loads(report(here, *today(here), "--json"))
    assert {job["channel"]: job["status"] for job in document["jobs"]} == {
        "PCR 1": "complete",
        "PCR 2": "partial",
        "PCR 3": "missed",
        "PCR 4": "running",
    }


def test_what_vrmond_refuses_is_said(here: Mirror) -> None:
    answer = vrmon("report", "--from", "yesterday", "--socket", here.daemon.socket)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Cannot read the request: from is not a time such as")


@pytest.mark.parametrize("command", ["report", "history"])
def test_a_channel_that_there_is_not_is_said(here: Mirror, command: str) -> None:
    answer = vrmon(command, "--channel", "PCR1", "--socket", here.daemon.socket)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(
        "Cannot find channel 'PCR1': neither vrmon.toml nor the history has one of that name. Did you mean"
    )


def test_a_copy_is_read_where_no_vrmond_runs(here: Mirror, tmp_path: Path) -> None:
    expected = json.loads(report(here, *today(here), "--json"))["jobs"]
    for end in ("", "-wal"):
        shutil.copy(here.daemon.state / f"history.db{end}", tmp_path / f"copy.db{end}")
    wrong = vrmon("report", "--channel", "PCR1", "--file", tmp_path / "copy.db")
    assert (wrong.returncode, "Did you mean 'PCR 1'?" in wrong.stderr) == (1, True)
    copy = (*today(here), "--tolerance", str(TOLERANCE), "--file", tmp_path / "copy.db")
    answer = vrmon("report", "--json", *copy)
    assert answer.stderr == ""
    document = json.loads(answer.stdout)
    *over, night = document["jobs"]
    assert over == expected[:-1]
    assert (night["basename"], night["status"]) == ("NIGHT", "partial")
    assert all(one["ended"] is not None for one in (night, *night["takes"]))
    assert document["absences"][-1]["why"] == "no-history"
    assert "still running" not in vrmon("report", *copy).stdout


def test_a_copy_is_read_by_the_site_s_own_day_and_tolerance(here: Mirror, tmp_path: Path) -> None:
    for end in ("", "-wal"):
        shutil.copy(here.daemon.state / f"history.db{end}", tmp_path / f"copy.db{end}")
    copy = ("--json", "--file", tmp_path / "copy.db")

    def read(*arguments: str, environ: dict[str, str] | None = None) -> Status:
        answer = vrmon("report", "--day-begins", "00:00", *copy, *arguments, environ=environ)
        assert answer.stderr == ""
        return dict(json.loads(answer.stdout))

    since = today(here)
    assert read(*since)["tolerance"] == Sync.gap_tolerance
    assert read(*since, "--tolerance", "3600")["summary"]["missed"] == 0
    (tmp_path / "vrmon.toml").write_text('[sync]\ngap_tolerance = 3600\n[history]\nday_begins = "02:30"\n')
    configured = {"CONFIGURATION_DIRECTORY": str(tmp_path)}
    assert read(*since, environ=configured)["summary"]["missed"] == 0
    answer = vrmon("report", *copy, environ=configured)
    began = datetime.fromisoformat(json.loads(answer.stdout)["from"].replace("Z", "+00:00")).astimezone()
    assert (began.hour, began.minute) == (2, 30)
    began = datetime.fromisoformat(read(environ=configured)["from"].replace("Z", "+00:00")).astimezone()
    assert (began.hour, began.minute) == (0, 0)


def test_a_day_or_a_tolerance_of_one_s_own_wants_a_file(here: Mirror) -> None:
    for arguments in (("--day-begins", "05:00"), ("--tolerance", "2")):
        answer = vrmon("report", *arguments, "--socket", here.daemon.socket)
        assert (answer.returncode, "without --file" in answer.stderr) == (1, True)


def test_a_file_that_is_no_history_or_a_newer_one_is_refused(here: Mirror, tmp_path: Path) -> None:
    strange = tmp_path / "strange.db"
    strange.write_text("no database at all")
    answer = vrmon("report", "--file", strange)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"Cannot read {strange}: ")
    missing = tmp_path / "missing.db"
    assert vrmon("report", "--file", missing).stderr == f"Cannot read {missing}: there is no such file.\n"
    assert not missing.exists()
    newer = tmp_path / "newer.db"
    with contextlib.closing(sqlite3.connect(newer)) as connection:
        connection.execute(f"PRAGMA application_id={APPLICATION}")
        connection.execute(f"PRAGMA user_version={FORMAT + 1}")
    told = vrmon("report", "--file", newer).stderr
    assert told.endswith("which a later vrmon has written. Read it with that vrmon.\n")


def test_a_channel_is_shown_as_it_is_and_with_its_last_jobs(here: Mirror) -> None:
    answer = vrmon("show", "PCR 2", "--socket", here.daemon.socket)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "○ Idle" in answer.stdout
    assert "Its last jobs: 1" in answer.stdout
    assert "the recorder refused to start" in answer.stdout.splitlines()[-1]
    document = json.loads(vrmon("show", "PCR 4", "--json", "--socket", here.daemon.socket).stdout)
    assert (document["channel"]["name"], [job["basename"] for job in document["jobs"]]) == (
        "PCR 4",
        ["NIGHT"],
    )
    wrong = vrmon("show", "PCR4", "--socket", here.daemon.socket)
    assert (wrong.returncode, "Did you mean 'PCR 4'?" in wrong.stderr) == (1, True)


def test_the_history_is_listed_kind_by_kind_the_newest_first(here: Mirror) -> None:
    def listed(*arguments: str) -> list[str]:
        answer = vrmon("history", *arguments, "--socket", here.daemon.socket)
        assert (answer.returncode, answer.stderr) == (0, "")
        return answer.stdout.splitlines()

    assert "NIGHT" in listed("--kind", "job")[0]
    assert len(listed("--kind", "job")) == 4
    assert len(listed("--kind", "command", "-n", "2")) == 2
    (first, second) = listed("--kind", "take", "--channel", "PCR 2")
    lost, other = here.recorder.takes_of(1)
    assert (first.split("  ")[2], second.split("  ")[2]) == (other.name, lost.name)
    assert any(
        "refuses to start" in one or "refused" in one for one in listed("--kind", "problem", "-n", "99")
    )
    assert any("SPORTS_DESK" in one for one in listed("-n", "500"))
    commands = [json.loads(one) for one in listed("--kind", "command", "--json", "--channel", "PCR 3")]
    outcomes = {one["outcome"] for one in commands if one["verb"] == "record"}
    assert "refused" in outcomes
    assert "done" not in outcomes  # on a loaded machine an answer may be lost
    wrong = vrmon("history", "--from", "yesterday", "--socket", here.daemon.socket)
    assert (wrong.returncode, "from is not a time such as" in wrong.stderr) == (1, True)


def test_what_a_vrmond_that_was_killed_left_open_is_not_told_as_going_on() -> None:
    def told(until: float) -> str:
        item = {"began": rfc3339(NOON), "ended": None, "until": rfc3339(until), "message": "It is dark."}
        return str(history._problem(item))

    now = time.time()
    assert " to … " in told(now)
    assert f" to {clock(datetime.fromtimestamp(NOON + 60.0, timezone.utc))} or later " in told(NOON + 60.0)
