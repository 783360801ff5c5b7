"""What vrmon says that OBS has recorded is there: so many files, so called, so long, and they move."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.obs.site import SLACK, Site
from tests.obs.studio import until
from vrmon.devices.obs.names import fit


def test_jobs_become_files_and_one_follows_the_other(site: Site) -> None:
    first = site.start("SHOW A.mxf")
    time.sleep(3)  # it is this long
    site.playbox.end_job(first)
    second = site.playbox.start_job(0, "SHOW B.mxf")
    until(lambda: "SHOW B" in site.names(), "the file of the second")
    site.wait_for_phase("recording")
    time.sleep(2)
    site.end(second)
    assert site.names() == ["SHOW A", "SHOW B"]
    site.assert_files_are_as_told()
    assert min(site.recorded()) > 1


def test_vrmond_is_killed_in_mid_take_and_the_file_has_no_gap(site: Site) -> None:
    job = site.start("SHOW.mxf")
    began = time.monotonic()
    site.daemon.kill(signal.SIGKILL)
    time.sleep(1)
    site.daemon.start()
    site.wait_for_phase("recording")
    time.sleep(2)
    lasted = time.monotonic() - began
    site.end(job)
    assert site.names() == ["SHOW"]
    (seconds,) = site.recorded()
    assert seconds >= lasted - SLACK


def test_obs_is_killed_and_the_next_take_follows(site: Site) -> None:
    job = site.start("SHOW.mxf")
    time.sleep(3)
    site.obs.kill()
    site.wait_for_problem("dvr-unreachable")
    site.obs.start()
    back = time.monotonic()
    until(lambda: "SHOW_cont1" in site.names(), "the next take")
    assert time.monotonic() - back < 5
    site.wait_for_phase("recording")
    time.sleep(2)
    coverage = site.daemon.channel("PCR 1")["coverage"]
    assert coverage["missing"]["most"] > 0
    site.end(job)
    assert site.names() == ["SHOW", "SHOW_cont1"]
    site.assert_files_are_as_told()


def test_an_operator_ends_a_take_and_the_report_knows_how_long_it_was(site: Site) -> None:
    job = site.start("SHOW.mxf")
    time.sleep(3)
    site.obs.ask("StopRecord")
    until(lambda: "SHOW_cont1" in site.names(), "the next take")
    site.wait_for_phase("recording")
    site.end(job)
    assert site.names() == ["SHOW", "SHOW_cont1"]
    site.assert_files_are_as_told()


def test_a_connection_that_breaks_is_a_hole_in_what_is_known_and_none_in_the_file(site: Site) -> None:
    job = site.start("SHOW.mxf")
    time.sleep(1)
    with site.obs.cut_off():
        site.wait_for_problem("dvr-unreachable")
        time.sleep(2)
    site.wait_for_phase("recording")
    site.end(job)
    assert site.names() == ["SHOW"]
    site.assert_files_are_as_told()
    (told,) = site.jobs()
    assert told["missing"]["least"] < SLACK
    assert told["missing"]["most"] > 2
    assert any(gap["cause"] == "dvr-unreachable" for gap in told["gaps"])


def test_what_is_recorded_by_hand_is_not_touched_and_its_name_is_the_operators(site: Site) -> None:
    job = site.start("SHOW.mxf")
    site.end(job)
    site.obs.ask("StartRecord")
    site.wait_for_phase("foreign")
    job = site.playbox.start_job(0, "NEXT.mxf")
    site.wait_for_problem("foreign-recording")
    time.sleep(2)
    assert site.obs.ask("GetRecordStatus")["outputActive"]
    site.obs.ask("StopRecord")
    site.wait_for_phase("recording")
    time.sleep(1)
    site.end(job)
    show, by_hand, following = site.names()
    assert (show, following) == ("SHOW", "NEXT")
    assert by_hand.startswith("20")
    assert by_hand[4] == "-"


def test_a_paused_take_goes_on(site: Site) -> None:
    job = site.start("SHOW.mxf")
    time.sleep(2)
    site.obs.ask("PauseRecord")
    until(lambda: "ACTION=resume" in site.daemon.log(), "the command to go on")
    until(lambda: not site.obs.ask("GetRecordStatus")["outputPaused"], "the take goes on")
    site.wait_for_phase("recording")
    time.sleep(4)
    site.end(job)
    assert site.names() == ["SHOW"]
    (seconds,) = site.recorded()
    assert seconds >= 2 + 4 - 2 * SLACK


def test_a_name_stays_in_its_folder_whatever_it_is(site: Site) -> None:
    text = site.daemon.config.read_text()
    site.daemon.config.write_text(text.replace("[sync]", '[sync]\nname_template = "../../etc/{basename}"'))
    assert site.daemon.post("/reload")[0] == 200
    names = ["x", "N" * 300, "100% %CCYY %% {x}", "Новости: «18?»", " . "]
    for name in names:
        job = site.start(f"{name}.mxf")
        time.sleep(1)
        site.end(job)
    assert {file.parent for file in site.obs.files()} == {site.obs.folder}
    assert site.names()[:4] == [fit(f"../../etc/{name}") for name in names[:4]]
    assert len(site.names()) == len(names)
    assert min(site.recorded()) > 0


class TestDisk:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Iterator[Path]:
        """A disk of its own, of 120 MB, on which all but 30 are used."""
        disk = tmp_path / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120M", "tmpfs", disk], check=True)
        (disk / "used").write_bytes(b"\0" * (90 << 20))
        yield disk / "videos"
        subprocess.run(["umount", "--lazy", disk], check=True)

    def test_a_disk_below_its_limit_is_never_called_recorded(self, site: Site) -> None:
        site.playbox.start_job(0, "SHOW.mxf")
        problem = site.wait_for_problem("no-destination")
        assert "no working disk" in problem["message"]
        site.wait_for_problem("start-unseen")
        assert site.daemon.channel("PCR 1")["phase"] != "recording"
        assert site.names() == []
        (site.obs.folder.parent / "used").unlink()
        site.wait_for_phase("recording")
        until(site.names, "the file")
