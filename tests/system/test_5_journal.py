"""What an engineer finds with journalctl."""

from __future__ import annotations

from urllib.parse import quote

from tests.system.machine import eventually
from tests.system.site import PASSWORD, Site
from vrmon import catalog


def test_fields_priorities_and_explanations(site: Site) -> None:
    (job,) = site.record("NEWS")
    site.recorder.kill_take(0)
    eventually(lambda: len(site.takes(0)) == 2, what="a continuation take")
    died = site.machine.journal(f"MESSAGE_ID={catalog.message_id('take-died')}")[-1]
    assert died["MESSAGE"].startswith("Take died")
    assert died["CHANNEL"] == "PCR 1"
    assert "'NEWS'" in died["REASON"]
    assert died["SYSLOG_IDENTIFIER"] == "vrmond"
    assert int(died["PRIORITY"]) <= 4
    started = site.machine.journal("CODE=take-started", "CHANNEL=PCR 1", f"JOB={job}", "TAKE=NEWS")[-1]
    assert started["MESSAGE"].startswith("Take started [PCR 1]")
    assert started["DEVICE"] == "movierecorder"
    assert int(started["PRIORITY"]) in (5, 6)
    recorded = site.machine.journal("ACTION=record", "DEVICE=movierecorder", f"JOB={job}")
    assert {entry["REASON"] for entry in recorded} > {"the job is active"}
    explained = site.machine.run("journalctl", "--unit=vrmon", "--catalog", "--priority=warning").stdout
    assert "Defined-By: vrmon" in explained
    assert "What to do: Look for the reason in MovieRecorder" in explained


def test_the_installed_catalog_knows_every_code(site: Site) -> None:
    listed = site.machine.run("journalctl", "--list-catalog").stdout
    missing = [code for code in catalog.ROWS if str(catalog.message_id(code)) not in listed]
    assert missing == []


def test_no_password_anywhere(site: Site) -> None:
    """Wrong and right passwords are sent, refused and printed about; none shows."""
    site.record("NEWS")
    site.recorder.password = "another"
    eventually(lambda: "password-refused" in site.problems(), what="the problem in /status")
    everywhere = site.machine.run("journalctl", "--output=json", "--all").stdout
    everywhere += site.machine.run("ps", "-eww", "-o", "args", check=False).stdout
    everywhere += site.machine.run("vrmon", "status", "--json", check=False).stdout
    everywhere += site.machine.run("systemctl", "show", "vrmon").stdout
    for spelling in (PASSWORD, quote(PASSWORD), quote(PASSWORD, safe=""), "schnalle"):
        assert spelling not in everywhere


def test_whatever_was_logged_so_far_is_in_the_catalog(site: Site) -> None:
    """All the trouble of the tests before this one, and a message identity for each."""
    site.record("NEWS")
    codes = {entry["CODE"] for entry in site.machine.journal() if "CODE" in entry}
    assert len(codes) > 10
    assert codes - catalog.ROWS.keys() == set()
