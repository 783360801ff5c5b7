"""The simulators as a program of their own, steered over HTTP as a person with curl does it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.world import plain
from tests.world.command import INTERRUPTIBLE, PATIENCE
from tests.world.device_client import FIRST, Client
from vrmon.devices.hyperdeck.driver import connector
from vrmon.settings import DeviceSettings
from vrmon.simulator import MovieRecorder, PlayBox, serving
from vrmon.simulator.__main__ import KINDS
from vrmon.simulator.served.faults import LATE, REPLACING, SPOILING
from vrmon.simulator.served.switches import COMMON, described

ANY_PORTS = tuple(
    word
    for name in ("playbox", "movierecorder", "hyperdeck", "obs", "control")
    for word in (f"--{name}-port", "0")
)


class Control:
    """Sends control requests; an answer that is an error is a ValueError."""

    def __init__(self, address: str) -> None:
        self.address = address

    def __call__(self, method: str, what: str, **arguments: object) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, self.address + what, json=arguments, timeout=60)
        if not answer.ok:
            raise ValueError(answer.json()["error"])
        return answer.json()["result"]


@contextmanager
def program(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    command = [*INTERRUPTIBLE, sys.executable, "-W", "error", "-m", "vrmon.simulator", "--json", *ANY_PORTS]
    command += options
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()


def test_a_playbox_is_steered_at_its_own_address() -> None:
    with serving(PlayBox(2)) as playbox:
        control = Control(f"{playbox.url}/simulator/")
        job = control("POST", "start_job", ingest=1, file_name="SHOW.mxf", name_after=None)
        control("POST", "name_job", job=job, file_name="OTHER.mxf")
        control("PATCH", "switches", idle_ingest="left out")
        control("PATCH", "", delay_ms=1)
        control("POST", "fault", kind="reset", route="/ingests/*", times=1)
        state = control("GET", "")
        assert [(known["id"], known["file_name"]) for known in state["jobs"]] == [(job, "OTHER.mxf")]
        assert state["switches"]["idle_ingest"] == "left out"
        assert state["delay_ms"] == 1
        assert state["faults"][0]["kind"] == "reset"
        control("POST", "clear_faults")
        client = Client(playbox.url)
        with client.session:
            assert list(client.jobs()) == [playbox.ingests[1]]
        control("POST", "end_job", job=job)
        assert playbox.jobs[0].ended
        [entry] = control("GET", "log")
        assert (entry["method"], entry["path"]) == ("GET", "/ingests/activejobsinfo")
        assert entry["answered"] >= entry["at"] + 0.001


def test_control_needs_no_password_and_minds_no_fault() -> None:
    with serving(MovieRecorder(2, password="secret")) as recorder:
        recorder.fault("hang")
        control = Control(f"{recorder.url}/simulator/")
        control("POST", "record_by_hand", source=1, name="MINE")
        control("PATCH", "switches", source=FIRST, take_dies_after=2)
        [take] = control("GET", "")["takes"]
        assert (take["name"], take["by"], take["ended"]) == ("MINE", "operator", None)
        assert recorder.sources[0].switches
        assert "secret" not in json.dumps([control("GET", ""), control("GET", "log")])


@pytest.mark.parametrize(
    ("method", "what", "arguments", "complaint"),
    [
        ("POST", "explode", {}, "Actions to POST are fault"),
        ("POST", "wait_until", {}, "unknown"),
        ("DELETE", "", {}, "unknown"),
        ("POST", "start_job", {"nonsense": 1}, "It takes"),
        ("POST", "start_job", {"ingest": 7}, "Cannot find the ingest"),
        ("POST", "end_job", {"job": "1"}, "Cannot find the job"),
        ("POST", "fault", {"kind": "gremlins"}, "Known are"),
        ("POST", "fault", {"kind": "hang", "times": "2"}, "whole number"),
        ("PATCH", "switches", {"idle_ingest": 5}, "not one of"),
        ("PATCH", "", {"delay_ms": -1}, "milliseconds"),
    ],
)
def test_a_wrong_request_is_told_the_right_ones(
    method: str, what: str, arguments: dict[str, Any], complaint: str
) -> None:
    with serving(PlayBox(1)) as playbox, pytest.raises(ValueError, match=complaint):
        Control(f"{playbox.url}/simulator/")(method, what, **arguments)


def test_the_program_runs_several_devices(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s&c\n")
    options = ("--channels", "3", "--recorders", "2", "--password-file", str(secret), "--delay-ms", "5")
    with program(*options) as (process, addresses):
        assert set(addresses) == {"playbox", "movierecorder", "movierecorder2", "control", "fingerprint"}
        client = Client(addresses["movierecorder2"])
        with client.session:
            assert client.get("/sources")[0] == 401
            assert len(client.get("/sources", params={"password": "s&c"})[1]) == 3
        control = Control(f"{addresses['control']}/simulator/")
        assert len(control("GET", "movierecorder2/log")) == 2
        assert control("GET", "movierecorder/log") == []
        with pytest.raises(ValueError, match="here are playbox, movierecorder, movierecorder2"):
            control("GET", "toaster/")
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=PATIENCE)
        assert (process.returncode, complaints) == (0, "")


def test_the_control_address_brings_a_deaf_device_back() -> None:
    with program("--tls") as (process, addresses):
        assert addresses["playbox"].startswith("https://")
        assert len(addresses["fingerprint"].split(":")) == 32
        control = Control(f"{addresses['control']}/simulator/playbox/")
        client = Client(addresses["playbox"])
        client.session.verify = False
        with client.session, pytest.warns(Warning, match="Unverified HTTPS"):
            assert len(client.jobs()) == 4
            control("POST", "refuse")
            with pytest.raises(requests.ConnectionError):
                client.jobs()
            control("POST", "listen_again")
            assert len(client.jobs()) == 4
        process.terminate()
        _, complaints = process.communicate(timeout=PATIENCE)
        assert (process.returncode, complaints) == (0, "")


def test_switches_and_ids_can_be_given_at_the_start() -> None:
    options = ("--ingest", "A-1", "--ingest", "B-2", "--switch", "playbox.lower_case_ingests=true")
    late = ("--recorders", "2", "--switch", "movierecorder.start_visible_after=8", "--switch")
    with program(*options, *late, "movierecorder.name_shown=question marks") as (_, addresses):
        listed = plain.get(addresses["playbox"], "/ingests/activejobsinfo")
        assert [entry["ingestId"] for entry in listed] == ["a-1", "b-2"]
        for name in ("movierecorder", "movierecorder2"):
            plain.name(addresses[name], "Zürich")
            plain.command(addresses[name], "record")
            source = plain.source(addresses[name])
            assert (source["recording_name"], source["is_recording"]) == ("Z?rich", False)
            assert len(plain.get(addresses[name], "/sources")) == 2


def test_recorders_of_every_kind_are_steered_at_the_address_for_all() -> None:
    with program("--hyperdecks", "2", "--obs", "1", "--switch", "hyperdeck.clients=one") as (_, addresses):
        assert set(addresses) >= {"playbox", "movierecorder", "hyperdeck", "hyperdeck2", "obs"}
        control = Control(f"{addresses['control']}/simulator/hyperdeck2/")
        control("POST", "record_by_hand", name="MINE")
        state = control("GET", "")
        assert [take["name"] for take in state["takes"]] == ["MINE"]
        assert state["switches"]["clients"] == "one"
        connect = connector(DeviceSettings("deck", addresses["hyperdeck2"]))
        with closing(connect()) as client:
            assert client.sources().seen[0].is_recording
        own = Control(f"{addresses['obs'].replace('ws:', 'http:')}/simulator/")
        own("POST", "record_by_hand", name="MINE")
        assert own("GET", "")["takes"][0]["by"] == "operator"


def test_help_names_each_switch_fault_and_action() -> None:
    command = [sys.executable, "-m", "vrmon.simulator", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    lines = told.splitlines()
    for device, kind in KINDS.items():
        header = next(at for at, line in enumerate(lines) if line.startswith(f"switches of {device.KIND}"))
        for one in described(kind):
            begins = 0 if one.name in COMMON else header
            place = lines.index(f"  {one.name} ({json.dumps(one.usual)}): {one.positions}", begins)
            assert lines[place + 1] == f"      {one.meaning}"
            assert len(one.meaning) <= 104
            assert one.meaning.isprintable()
    for fault in REPLACING | SPOILING | LATE:
        assert re.search(rf"^  .*\b{fault}\b", told, re.MULTILINE), fault
    for device in KINDS:
        _, _, actions = told.partition(f"\nactions of {device.KIND}:\n")
        assert [name for name in device.ACTIONS if f"\n  {name}(" not in f"\n{actions}"] == []


def refused(*options: str) -> tuple[int, str]:
    """How the program ends that never comes to serve, and the last line that it says."""
    command = [sys.executable, "-m", "vrmon.simulator", *ANY_PORTS, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--playbox-port",), "playbox"),
        (("--recorders", "2", "--movierecorder-port"), "movierecorder"),
        (("--control-port",), "control"),
    ],
)
def test_a_port_that_is_taken_is_told_with_whose_it_was_to_be(options: tuple[str, ...], name: str) -> None:
    with serving(PlayBox()) as playbox:
        port = playbox.url.rpartition(":")[2]
        code, said = refused(*options, port)
    assert code == 1
    assert said == (
        f"Cannot run the simulators: {name} cannot listen on 127.0.0.1:{port}: Address already in use."
    )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--playbox-port", "-1"), "--playbox-port: -1 is no port"),
        (("--control-port", "65536"), "--control-port: 65536 is no port"),
        (("--movierecorder-port", "http"), "--movierecorder-port: invalid"),
        (("--movierecorder-port", "65535", "--recorders", "2"), "would go beyond 65535"),
        (("--channels", "0"), "--channels: 0 is fewer than one"),
        (("--recorders", "-2"), "--recorders: -2 is fewer than one"),
        (("--switch", "toaster.keys=3.x"), "KIND is playbox or movierecorder"),
        (("--switch", "movierecorder.keys"), "KIND.SWITCH=POSITION is expected"),
        (("--switch", "movierecorder.colour=red"), "Cannot switch 'colour'"),
        (("--switch", "movierecorder.keys=4.x"), "Cannot switch keys to '4.x'"),
        (("--password-file", "/nowhere"), "/nowhere"),
    ],
)
def test_what_cannot_be_is_an_error_of_usage(options: tuple[str, ...], why: str) -> None:
    code, said = refused(*options)
    assert code == 2
    assert why in said
