"""`systemctl reload` with good and bad files, and what a restart makes of a bad one."""

from __future__ import annotations

from tests.system.clients import status
from tests.system.machine import eventually
from tests.system.site import Site


def test_a_good_file_is_in_force_when_reload_returns(site: Site) -> None:
    site.configure(site.configuration(channels=1))
    site.machine.run("systemctl", "reload", "vrmon")
    assert [channel["name"] for channel in status()["channels"]] == ["PCR 1"]
    site.record("NEWS")
    daemon = site.machine.daemon
    site.configure(site.configuration(channels=3))
    site.machine.run("systemctl", "reload", "vrmon")
    assert len(status()["channels"]) == 3
    assert site.machine.daemon == daemon
    site.playbox.start_job(2, "TALK.mxf")
    eventually(lambda: site.runs(2), what="TALK's take")
    assert site.takes(0) == ["NEWS"]
    assert site.runs(0)


def test_a_bad_file_fails_the_reload_with_the_reasons_and_changes_nothing(site: Site) -> None:
    site.record("NEWS", "SPORT")
    site.configure(site.configuration() + '[api]\nlistem = "0.0.0.0:1"\n')
    refused = site.machine.run("systemctl", "reload", "vrmon", check=False)
    assert refused.returncode != 0
    assert any("listem" in entry["MESSAGE"] for entry in site.machine.journal())
    assert "configuration-refused" in site.problems()
    eventually(lambda: "vrmon.toml" in site.machine.show("StatusText")["StatusText"])
    assert len(status()["channels"]) == 4
    site.playbox.start_job(2, "TALK.mxf")
    eventually(lambda: site.runs(2), what="TALK's take")
    site.configure(site.configuration())
    site.machine.run("systemctl", "reload", "vrmon")
    eventually(lambda: "configuration-refused" not in site.problems())
    assert [site.takes(number) for number in range(3)] == [["NEWS"], ["SPORT"], ["TALK"]]


def test_a_bad_file_and_a_restart_leave_the_site_protected(site: Site) -> None:
    site.record("NEWS")
    site.configure("[primary.playbox\n")
    site.machine.run("systemctl", "restart", "vrmon")
    assert "configuration-refused" in site.problems()
    site.playbox.start_job(1, "SPORT.mxf")
    eventually(lambda: site.runs(1), what="SPORT's take")
    assert site.takes(0) == ["NEWS"]


def test_a_password_that_others_can_read_is_refused(site: Site) -> None:
    secret = site.machine.path("/etc/vrmon/movierecorder.password")
    secret.write_text("anything")
    secret.chmod(0o644)
    wanted = site.configuration().replace(
        "[dvr.movierecorder]", '[dvr.movierecorder]\npassword_file = "/etc/vrmon/movierecorder.password"'
    )
    site.configure(wanted)
    try:
        refused = site.machine.run("systemctl", "reload", "vrmon", check=False)
        assert refused.returncode != 0
        assert "configuration-refused" in site.problems()
    finally:
        secret.unlink()
