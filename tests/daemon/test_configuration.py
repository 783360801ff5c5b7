"""The configuration as the running daemon takes it: at the start, in mid-recording, and refused."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.world.mirror import Mirror, codes, is_in, mirror, wait
from tests.world.running import PATIENCE, ROOT, channel, running, toml
from vrmon.simulator import MovieRecorder, PlayBox, serving

BAD = """\
[primary.playbox]
url = "ftp://10.0.0.1"
poll_interval = "often"
[dvr.movierecorder]
[[channel]]
name = "PCR 1"
ingest = ""
colour = "red"
"""
FAULTS = (
    "vrmon.toml:2: primary.playbox.url: ",
    "vrmon.toml:3: primary.playbox.poll_interval: ",
    "vrmon.toml:4: dvr.movierecorder.url: ",
    'vrmon.toml:5: channel[1] "PCR 1".source: ',
    'vrmon.toml:7: channel[1] "PCR 1".ingest: ',
    'vrmon.toml:8: channel[1] "PCR 1".colour: ',
)


def vrmond(
    *arguments: str | Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vrmon.daemon", *map(str, arguments)],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def test_without_any_device_it_runs_and_says_what_it_lacks(tmp_path: Path) -> None:
    with running(tmp_path, text="# nothing\n") as daemon:
        status = daemon.status()
        assert (status["health"], codes(status)) == ("degraded", {"no-channels"})
        assert status["summary"].startswith("No job can be recorded; vrmon: ")
        assert (status["channels"], status["primaries"], status["dvrs"]) == ([], {}, {})
        assert daemon.get("/healthz")[0] == 200
        assert daemon.kill(signal.SIGTERM) == 0


def test_check_judges_and_touches_nothing(tmp_path: Path) -> None:
    file = tmp_path / "vrmon.toml"
    environ = {"STATE_DIRECTORY": str(tmp_path / "state"), "PATH": os.environ["PATH"]}
    file.write_text("# nothing\n")
    good = vrmond("--check", "--config", file, environ=environ)
    assert (good.returncode, good.stdout, good.stderr) == (0, f"{file}: in order.\n", "")
    file.write_text(BAD)
    bad = vrmond("--check", "--last-good", "--config", file, environ=environ)
    assert (bad.returncode, bad.stdout) == (78, "")
    assert [path.name for path in tmp_path.iterdir()] == ["vrmon.toml"]


def test_a_refused_file_ends_it_with_every_complaint(tmp_path: Path) -> None:
    file = tmp_path / "vrmon.toml"
    file.write_text(BAD)
    ended = vrmond("--config", file)
    assert ended.returncode == 78
    lines = ended.stderr.splitlines()
    assert [line.partition(": ")[0].rpartition(":")[2] for line in lines] == list("234578")
    assert all(fault in line for fault, line in zip(FAULTS, lines, strict=True))
    assert all(line.endswith(")") and "(expected " in line for line in lines)


def test_with_last_good_it_runs_on_what_was_accepted_last(tmp_path: Path) -> None:
    with mirror(tmp_path, arguments=("--last-good",)) as here:
        job = here.record()
        wait((here.daemon.state / "last-good.toml").exists, "last-good.toml")
        good = here.daemon.config.read_text()
        here.daemon.config.write_text(BAD)
        here.daemon.restart()
        status = here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "recording"))
        assert status["configuration"]["in_force"] == "last-good"
        assert len(status["configuration"]["complaints"]) == len(FAULTS)
        assert (codes(status), status["health"]) == ({"configuration-refused"}, "degraded")
        here.record("ANOTHER.mxf", 2)
        here.daemon.config.write_text(good)
        assert here.daemon.post("/reload")[0] == 200
        status = here.daemon.wait_for(lambda status: status["health"] == "ok")
        assert status["configuration"]["in_force"] == "file"
        assert [take.ended for take in here.recorder.takes] == [None, None]
        here.playbox.end_job(job)
        here.wait_for_phase("idle")


def test_with_last_good_a_refused_variable_costs_no_channel(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1, arguments=("--last-good",)) as here:
        here.record()
        wait((here.daemon.state / "last-good.toml").exists, "last-good.toml")
        here.daemon.environ["POLL_INTERVAL"] = "often"
        here.daemon.restart()
        status = here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "recording"))
        (problem,) = status["problems"]
        assert problem["code"] == "configuration-refused"
        assert "accepted last, without POLL_INTERVAL of the environment." in problem["message"]
        assert "a variable of the environment needs a restart" in problem["hint"]
        assert here.the_take().ended is None


def test_with_last_good_and_none_it_runs_with_no_channel(tmp_path: Path) -> None:
    with running(tmp_path, text=BAD, arguments=("--last-good",)) as daemon:
        status = daemon.status()
        assert status["configuration"]["in_force"] == "none"
        assert codes(status) == {"configuration-refused", "no-channels"}
        assert status["channels"] == []


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    with serving(PlayBox(1)) as playbox, serving(MovieRecorder(1)) as recorder, socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        port = str(reserved.getsockname()[1])
        text = toml(tmp_path, playbox, recorder, listen="127.0.0.1:1", poll_interval=7.0)
        text = text.replace(playbox.url, "http://127.0.0.1:1").replace(recorder.url, "http://127.0.0.1:2")
        environ = {
            "PRIMARY_API_BASE_URL": playbox.url,
            "DVR_API_BASE_URL": recorder.url,
            "POLL_INTERVAL": "0.1",
            "FLASK_PORT": port,
        }
        with running(tmp_path, text=text, environ=environ) as daemon:
            playbox.start_job(0, "SHOW.mxf")
            daemon.wait_for(lambda status: is_in(status, "PCR 1", "recording"))
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=60) as answer:
                status = json.load(answer)
            assert status["primaries"]["playbox"]["url"] == playbox.url
            assert status["dvrs"]["movierecorder"]["poll_interval"] == 0.1


def test_a_refused_reload_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        here.record()
        good = here.daemon.config.read_text()
        here.daemon.config.write_text(BAD)
        here.daemon.process.send_signal(signal.SIGHUP)
        status = here.daemon.wait_for(lambda status: status["configuration"]["complaints"])
        code, answer = here.daemon.post("/reload")
        assert (code, answer["complaints"]) == (422, status["configuration"]["complaints"])
        assert len(answer["complaints"]) == len(FAULTS)
        assert codes(status) == {"configuration-refused"}
        assert status["configuration"]["in_force"] == "file"
        here.wait_for_polls()
        assert here.wait_for_phase("recording")["take"]["name"] == "SHOW"
        here.record("STILL MIRRORED.mxf", 2)
        here.daemon.config.write_text(good.replace('"PCR 2"', '"Studio B"'))
        here.daemon.process.send_signal(signal.SIGHUP)
        status = here.daemon.wait_for(lambda status: status["channels"][1]["name"] == "Studio B")
        assert status["problems"] == []
        here.wait_for_polls()
        assert here.sent("*/stop") == []
        assert len(here.sent("*/record")) == 2


def test_however_often_it_is_signalled_meanwhile_it_reads_the_file_once_more(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        good, signals = here.daemon.config.read_text(), 20
        slow = good + "".join(f"# {number}\n" for number in range(8_000))  # it takes a while to be read
        here.daemon.config.write_text(slow)
        for _ in range(signals):
            here.daemon.process.send_signal(signal.SIGHUP)
            time.sleep(0.02)  # else the kernel makes one of them
        here.daemon.config.write_text(slow.replace('"PCR 2"', '"Studio B"'))
        here.daemon.process.send_signal(signal.SIGHUP)
        here.daemon.wait_for(lambda status: status["channels"][1]["name"] == "Studio B")
        assert here.daemon.post("/reload")[0] == 200
        assert here.daemon.log().count("Configuration reloaded") < signals / 2


def test_a_reload_renames_a_channel_in_mid_recording(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        job = here.record()
        before = here.sent()
        here.reconfigure(('"PCR 1"', '"Studio A"'))
        status = here.daemon.status()
        assert (channel(status, "Studio A")["phase"], status["channels"][0]["take"]["name"]) == (
            "recording",
            "SHOW",
        )
        here.wait_for_polls()
        assert here.sent() == before
        here.playbox.end_job(job)
        here.recorder.wait_until(lambda: here.recorder.running(0) is None)


def test_a_reload_renames_the_devices_in_mid_recording(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.wait_for_looks()
        job = here.record()
        before = here.sent()
        here.reconfigure(
            ("primary.playbox", "primary.ingest"),
            ('primary = "playbox"', 'primary = "ingest"'),
            ("dvr.movierecorder", "dvr.mac"),
            ('dvr = "movierecorder"', 'dvr = "mac"'),
        )
        here.wait_for_phase("recording")
        here.wait_for_polls()
        assert here.daemon.status()["problems"] == []
        assert here.sent() == before
        here.playbox.end_job(job)
        here.recorder.wait_until(lambda: here.recorder.running(0) is None)

        def statuses() -> list[tuple[str, str]]:
            code, document = here.daemon.get("/report")
            return [(job["primary"], job["status"]) for job in document["jobs"]] if code == 200 else []

        wait(lambda: statuses() == [("ingest", "complete")], "one whole show")


def test_a_reload_gives_a_channel_another_source_after_its_take(tmp_path: Path) -> None:
    with mirror(tmp_path, channels=1) as here:
        job = here.record()
        here.reconfigure(('"4XT00292 - 0"', '"4XT00292 - 1"'))
        here.wait_for_polls()
        assert here.recorder.running(0) is not None
        assert here.recorder.running(1) is None
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        here.playbox.start_job(0, "NEXT.mxf")
        here.recorder.wait_until(lambda: here.recorder.running(1))
        assert here.the_take(1).ended_by == "remote"


def test_a_reload_moves_to_another_mac_and_touches_the_old_one_no_more(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here, serving(MovieRecorder(1)) as other:
        here.record()
        before = here.sent()
        here.reconfigure((here.recorder.url, other.url))
        other.wait_until(lambda: other.running(0))
        here.wait_for_phase("recording")
        asked = len(here.recorder.arrivals())
        wait(lambda: len(other.arrivals("/sources")) > 5, "polls of the other")
        assert len(here.recorder.arrivals()) <= asked + 1
        assert here.sent() == before
        assert here.the_take().ended is None


def test_a_channel_that_is_removed_in_mid_recording_leaves_its_take_and_may_come_back(tmp_path: Path) -> None:
    with mirror(tmp_path) as here:
        job = here.record()
        before = here.sent()
        whole = here.daemon.config.read_text()
        here.daemon.config.write_text(_without_channel(whole, "PCR 1"))
        assert here.daemon.post("/reload")[0] == 200
        status = here.daemon.wait_for(lambda status: "leftover-take" in codes(status))
        assert {"leftover-take", "unmapped-job"} == codes(status)
        here.wait_for_polls()
        assert here.sent() == before
        here.daemon.config.write_text(whole)
        here.daemon.process.send_signal(signal.SIGHUP)
        here.daemon.wait_for(
            lambda status: len(status["channels"]) == 2 and is_in(status, "PCR 1", "recording")
        )
        assert here.sent() == before
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        assert here.the_take().ended_by == "remote"


def _without_channel(text: str, name: str) -> str:
    header = "[[channel]]"
    return header.join(part for part in text.split(header) if f'"{name}"' not in part)


def test_a_reload_moves_the_tcp_address(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        before = here.daemon.url
        here.reconfigure((before.removeprefix("http://"), ""))
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(f"{before}/status", timeout=60)
        here.reconfigure(('listen = ""', f'listen = "{before.removeprefix("http://")}"'))
        with urllib.request.urlopen(f"{before}/status", timeout=60) as answer:
            assert json.load(answer)["version"]


def test_an_address_that_is_taken_costs_the_address_only(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with serving(PlayBox(1)) as playbox, serving(MovieRecorder(1)) as recorder:
            text = toml(tmp_path, playbox, recorder, listen=address)
            with running(tmp_path, playbox, recorder, text=text) as daemon:
                here = Mirror(playbox, [recorder], daemon)
                here.record()
                assert "address-taken" in codes(daemon.status())
                assert address in daemon.status()["problems"][0]["message"]
                taken.close()
                daemon.wait_for(lambda status: status["health"] == "ok")
                with urllib.request.urlopen(f"http://{address}/healthz", timeout=60) as answer:
                    assert answer.status == 200


def test_a_log_file_that_cannot_be_written_is_a_problem_until_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "missing"
    with running(tmp_path, extra=f'[log]\nfile = "{folder}/vrmon.log"') as daemon:
        status = daemon.wait_for(lambda status: "log-failing" in {one["code"] for one in status["problems"]})
        [problem] = [one for one in status["problems"] if one["code"] == "log-failing"]
        assert (
            problem["message"]
            == f"The log file cannot be written: {folder}/vrmon.log: No such file or directory."
        )
        assert problem["severity"] == "info"
        folder.mkdir()
        daemon.post("/reload")
        daemon.wait_for(lambda status: "log-failing" not in {one["code"] for one in status["problems"]})
