"""vrmon-alarm as a process: what it is asked to tell arrives, whatever happens to it and to whom it tells."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alarm.alarming import PATIENCE, alarming, secret, settings, show
from tests.alarm.receiver import Receiver, receiving
from tests.world.api_server import Server, serving
from tests.world.running import running, toml
from vrmon import simulator
from vrmon.simulator import MovieRecorder, PlayBox

NOBODY = "# nobody\n"
REFUSED = ("start-refused", "PCR 1", "critical")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def vrmond(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        show(server)
        yield server


def told(receiver: Receiver) -> list[tuple[str, str]]:
    return [(one["event"], one["subject"]) for one in receiver.got]


def test_a_problem_is_told_and_its_end(tmp_path: Path, vrmond: Server, receiver: Receiver) -> None:
    with alarming(tmp_path, settings(webhook=f'"{receiver.url}"'), vrmond.unix_socket) as alarm:
        show(vrmond, REFUSED)
        (raised,) = receiver.wait_for(lambda got: got)
        assert raised.pop("host")
        assert raised.pop("lasted") >= 0
        assert raised.pop("since")
        assert raised == {
            "event": "raised", "code": "start-refused", "severity": "critical", "subject": "PCR 1",
            "message": "PCR 1 has start-refused.", "hint": "", "channels": ["PCR 1"],
        }  # fmt: skip
        show(vrmond)
        receiver.wait_for(lambda got: len(got) > 1)
        alarm.wait_for(lambda: len(alarm.told()) == 2)
        assert [(one["event"], one["way"], one["delivered"]) for one in alarm.told()] == [
            ("raised", "webhook", True),
            ("ended", "webhook", True),
        ]
        assert alarm.kill(signal.SIGTERM) == 0
    assert told(receiver) == [("raised", "PCR 1"), ("ended", "PCR 1")]


def test_ways_that_fail_delay_no_other_and_are_tried_again(tmp_path: Path, vrmond: Server) -> None:
    """And the dead-man's switch is not told that all is well meanwhile."""
    with (
        receiving() as hung, receiving() as dripping, receiving() as refusing, receiving() as well,
        receiving() as switch,
    ):  # fmt: skip
        hung.manner, dripping.manner, refusing.manner = "hung", "dripping", "refusing"
        urls = "".join(f"{one.url.replace('http', 'json')}?-X=SECRET\n" for one in (refusing, dripping, well))
        text = settings(
            webhook=f'"{hung.url}?token=SECRET"',
            urls_file=secret(tmp_path / "urls", f"# SECRET\n{urls}critical json://127.0.0.1:1/SECRET\n"),
            heartbeat_url_file=secret(tmp_path / "url", f"{switch.url}/SECRET"),
        )
        with alarming(tmp_path, text, vrmond.unix_socket) as alarm:
            switch.wait_for(lambda _: switch.asked)
            show(vrmond, REFUSED)
            well.wait_for(lambda got: got)
            assert not any(one[1].get("webhook") for one in vrmond.backend.asked), "it is still being tried"
            vrmond.wait(lambda: "json (line 2)" in vrmond.backend.asked[-1][1])
            refusing.manner = "well"
            vrmond.wait(lambda: vrmond.backend.asked[-1][1].keys() >= {"webhook", "json (line 3)"})
            for one in (hung, dripping, refusing):
                one.manner = "well"
                one.gone.set()
                one.wait_for(lambda got: got)
            vrmond.wait(lambda: vrmond.backend.asked[-1][1].keys() == {"json (line 5)"})
            record = {one["way"]: one for one in alarm.told()}
            assert record["webhook"]["tries"] > 1
            assert [one["way"] for one in record.values() if not one["delivered"]] == ["json (line 5)"]
            assert alarm.log().count("Alarms are delivered again") == 3
            everything = alarm.log() + json.dumps(alarm.told()) + json.dumps(vrmond.backend.asked)
            everything += "".join(file.read_text() for file in alarm.state.rglob("*.json"))
            assert "SECRET" not in everything
        assert len(well.got) == 1
        assert len(switch.asked) == 1


def test_killed_while_a_message_is_on_its_way_it_sends_it_again(
    tmp_path: Path, vrmond: Server, receiver: Receiver
) -> None:
    receiver.manner = "hung"
    with alarming(tmp_path, settings(webhook=f'"{receiver.url}"'), vrmond.unix_socket) as alarm:
        show(vrmond, REFUSED)
        receiver.wait_for(lambda _: receiver.begun)  # or its messenger would outlive it
        alarm.kill()
        receiver.manner = "well"
        alarm.start()
        receiver.wait_for(lambda got: got)
        alarm.kill()
        alarm.start()
        show(vrmond)
        receiver.wait_for(lambda got: got[-1]["event"] == "ended")
    events = [one["event"] for one in receiver.got]
    assert events in (["raised", "ended"], ["raised", "raised", "ended"])


def test_a_memory_that_cannot_be_written_is_called_so_and_tells_people_all_the_same(
    tmp_path: Path, vrmond: Server, receiver: Receiver
) -> None:
    with alarming(tmp_path, settings(webhook=f'"{receiver.url}"'), vrmond.unix_socket) as alarm:
        alarm.wait_for((alarm.state / "state.json").exists)
        shutil.rmtree(alarm.state)
        alarm.state.touch()
        show(vrmond, REFUSED)
        receiver.wait_for(lambda got: got)
        vrmond.wait(lambda: vrmond.backend.asked[-1][1].keys() == {"vrmon-alarm"})
        assert "Alarm not delivered" not in alarm.log()
        alarm.state.unlink()
        alarm.state.mkdir()
        show(vrmond)
        alarm.wait_for(lambda: "What is told is kept again" in alarm.log())
        alarm.wait_for((alarm.state / "state.json").exists)
        assert alarm.log().count("What was told cannot be kept over a restart") == 1


def test_silence_of_vrmond_is_told(tmp_path: Path, receiver: Receiver) -> None:
    with serving(tmp_path) as vrmond:
        show(vrmond)
        with alarming(tmp_path, settings(webhook=f'"{receiver.url}"'), vrmond.unix_socket) as alarm:
            vrmond.wait(lambda: any(one[0] == "alarms" for one in vrmond.backend.asked))
            vrmond.backend.broken = True
            receiver.wait_for(lambda got: got)
            assert told(receiver) == [("raised", "vrmon")]
            vrmond.backend.broken = False
            receiver.wait_for(lambda got: len(got) > 1)
            assert told(receiver)[1:] == [("ended", "vrmon")]
            assert alarm.process.poll() is None


def test_it_rests_where_nobody_is_to_be_told_and_takes_up_work_when_vrmond_has_read_so(
    tmp_path: Path, vrmond: Server, receiver: Receiver
) -> None:
    with alarming(tmp_path, NOBODY, vrmond.unix_socket) as alarm:
        show(vrmond, REFUSED)
        vrmond.wait(lambda: any(one[0] == "alarms" for one in vrmond.backend.asked))
        assert list(alarm.told()) == []
        alarm.config.write_text(settings(webhook=f'"{receiver.url}"'))
        document = vrmond.backend.document
        vrmond.backend.document = {
            **document,
            "configuration": {**document["configuration"], "loaded": "anew"},
        }
        receiver.wait_for(lambda got: got)


def test_a_fault_elsewhere_in_the_configuration_keeps_nobody_from_being_told(
    tmp_path: Path, vrmond: Server, receiver: Receiver
) -> None:
    text = settings(webhook=f'"{receiver.url}"', quiet='"late"') + "[sync]\nstop_delay = -1\n[dvr.a]\n"
    with alarming(tmp_path, text, vrmond.unix_socket) as alarm:
        show(vrmond, REFUSED)
        alarm.wait_for(lambda: [one["delivered"] for one in alarm.told()] == [True])
        alarm.kill(signal.SIGTERM)
        alarm.config.write_text("no TOML at all")
        alarm.start()
        show(vrmond)
        receiver.wait_for(lambda got: len(got) == 2)
    assert told(receiver) == [("raised", "PCR 1"), ("ended", "PCR 1")]


def test_a_mistake_in_what_says_whom_to_tell_keeps_nobody_from_being_told(
    tmp_path: Path, vrmond: Server, receiver: Receiver
) -> None:
    """Nor does a restart, after which there is nothing to go by but what was kept."""
    with receiving() as switch:
        beats = secret(tmp_path / "url", switch.url)
        good = settings(webhook=f'"{receiver.url}"', heartbeat_url_file=beats)
        with alarming(tmp_path, good, vrmond.unix_socket) as alarm:
            switch.wait_for(lambda _: switch.asked)
            alarm.kill(signal.SIGTERM)
            alarm.config.write_text(good.replace("webhook =", "webhok ="))
            alarm.start()
            show(vrmond, REFUSED)
            receiver.wait_for(lambda got: got)
            vrmond.wait(lambda: vrmond.backend.asked[-1][1].keys() == {"vrmon.toml"})
            assert len(switch.asked) == 1, "not all is well"
            tried = alarm.test()
            assert (tried["webhook"], tried["heartbeat"]) == ("", "")
            assert "alarm.webhok" in tried["vrmon.toml"]


def test_what_begins_while_no_way_can_be_used_is_told_once_one_can(
    tmp_path: Path, vrmond: Server, receiver: Receiver
) -> None:
    urls = tmp_path / "urls"
    text = settings(urls_file=secret(urls, receiver.url.replace("http", "json")))
    urls.chmod(0o644)
    with alarming(tmp_path, text, vrmond.unix_socket) as alarm:
        show(vrmond, REFUSED)
        saved = alarm.state / "state.json"
        alarm.wait_for(lambda: saved.exists() and "start-refused" in saved.read_text())
        urls.chmod(0o600)
        alarm.process.send_signal(signal.SIGHUP)
        receiver.wait_for(lambda got: got)
        alarm.wait_for(lambda: [one["event"] for one in alarm.told()] == ["raised"])


def test_what_only_the_second_line_hears_waits_until_it_can_be_told(
    tmp_path: Path, vrmond: Server, receiver: Receiver
) -> None:
    urls = tmp_path / "urls"
    with receiving() as second:
        text = settings(
            webhook=f'"{receiver.url}"',
            urls_file=secret(urls, f"escalate {second.url.replace('http', 'json')}"),
            escalate_after="1.0",
            repeat="{ critical = 2.0 }",
        )
        urls.chmod(0o644)
        with alarming(tmp_path, text, vrmond.unix_socket) as alarm:
            show(vrmond, REFUSED)
            receiver.wait_for(lambda got: [one["event"] for one in got[1:3]] == ["repeated"] * 2)
            urls.chmod(0o600)
            alarm.process.send_signal(signal.SIGHUP)
            second.wait_for(lambda got: got)
            alarm.wait_for(lambda: "escalated" in {one["event"] for one in alarm.told()})
    assert "escalated" not in {one["event"] for one in receiver.got}


def test_what_waits_for_an_address_goes_there_and_nowhere_else_when_a_line_is_put_above_it(
    tmp_path: Path, vrmond: Server, receiver: Receiver
) -> None:
    urls = tmp_path / "urls"
    receiver.manner = "refusing"
    with receiving() as other:
        old, new = (one.url.replace("http", "json") for one in (receiver, other))
        text = settings(urls_file=secret(urls, old))
        with alarming(tmp_path, text, vrmond.unix_socket) as alarm:
            show(vrmond, REFUSED)
            alarm.wait_for(lambda: [one["delivered"] for one in alarm.told()] == [False])
            urls.write_text(f"{new}\n{old}\n")
            alarm.process.send_signal(signal.SIGHUP)
            vrmond.wait(lambda: [one[1].keys() for one in vrmond.backend.asked[-1:]] == [{"json (line 2)"}])
            receiver.manner = "well"
            receiver.wait_for(lambda got: got)
            vrmond.wait(lambda: not vrmond.backend.asked[-1][1])
            saved = (alarm.state / "state.json").read_text()
    assert other.got == []
    assert "127.0.0.1" not in saved


def test_each_way_can_be_tried(tmp_path: Path, vrmond: Server, receiver: Receiver) -> None:
    urls = tmp_path / "urls"
    text = settings(webhook=f'"{receiver.url}"', urls_file=secret(urls, "x"))
    urls.chmod(0o644)
    with alarming(tmp_path, text, vrmond.unix_socket) as alarm:
        tried = alarm.test()
        assert tried.pop("webhook") == ""
        assert "chmod 600" in tried.pop("urls_file")
        assert tried == {}
        assert [one["event"] for one in receiver.got] == ["test"]
        receiver.manner = "refusing"
        assert alarm.test()["webhook"] == "answered with status 500"


def test_a_second_one_on_the_same_state_is_refused(tmp_path: Path, vrmond: Server) -> None:
    with alarming(tmp_path, NOBODY, vrmond.unix_socket) as alarm:
        command = [*map(str, alarm.process.args)]  # type: ignore[arg-type]
        done = subprocess.run(
            command, env=alarm.environ, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode == 1
        assert "vrmon-alarm with process id" in done.stderr


class TestBeforeARealVrmond:
    def test_a_dvr_with_sixteen_busy_channels_dies_and_vrmond_is_killed(
        self, tmp_path: Path, receiver: Receiver
    ) -> None:
        """One message and one end of the DVR's death; and the silence within `silent_after` and 10 s."""
        with (
            simulator.serving(PlayBox(16)) as playbox,
            simulator.serving(MovieRecorder(16)) as recorder,
            running(tmp_path, playbox, recorder) as daemon,
            alarming(
                tmp_path,
                settings(webhook=f'"{receiver.url}"', after="{ critical = 8.0, degraded = 60.0 }"),
                daemon.socket,
            ) as alarm,
        ):
            for number in range(16):
                playbox.start_job(number, f"SHOW {number}.mxf")
            daemon.wait_for(lambda status: all(one["phase"] == "recording" for one in status["channels"]))
            recorder.refuse()
            (raised,) = receiver.wait_for(lambda got: got)
            assert (raised["event"], raised["subject"], raised["severity"]) == (
                "raised", "movierecorder", "critical",
            )  # fmt: skip
            assert len(raised["channels"]) == 16
            recorder.listen_again()
            receiver.wait_for(lambda got: len(got) > 1)
            assert told(receiver)[1:] == [("ended", "movierecorder")]
            receiver.got.clear()
            daemon.kill()
            died = time.monotonic()
            receiver.wait_for(lambda got: got)
            assert told(receiver) == [("raised", "vrmon")]
            assert time.monotonic() - died < 5.0 + 10.0
            daemon.start()
            receiver.wait_for(lambda got: len(got) > 1)
            assert told(receiver)[1:] == [("ended", "vrmon")]
            assert alarm.process.poll() is None

    def test_vrmond_is_killed_as_soon_as_it_answers_and_people_hear_of_it(
        self, tmp_path: Path, receiver: Receiver
    ) -> None:
        def heard() -> list[str]:
            return [one["event"] for one in receiver.got if one["code"] == "vrmond-silent"]

        text = settings(webhook=f'"{receiver.url}"')
        with running(tmp_path) as daemon, alarming(tmp_path, text, daemon.socket):
            deadline = time.monotonic() + PATIENCE
            while not heard():
                assert time.monotonic() < deadline
                daemon.restart(signal.SIGKILL)
            assert heard() == ["raised"]

    def test_vrmond_tells_of_a_way_that_fails(self, tmp_path: Path, receiver: Receiver) -> None:
        receiver.manner = "refusing"
        text = settings(webhook=f'"{receiver.url}"')
        with running(tmp_path, text=toml(tmp_path, extra=text)) as daemon:
            assert "alarm-failing" not in {one["code"] for one in daemon.status()["problems"]}
            with alarming(tmp_path, text, daemon.socket) as alarm:
                alarm.test()
                found = daemon.wait_for(
                    lambda status: [one for one in status["problems"] if one["code"] == "alarm-failing"]
                )
                (problem,) = [one for one in found["problems"] if one["code"] == "alarm-failing"]
                assert problem["message"] == "webhook answered with status 500."
                receiver.manner = "well"
                alarm.test()
                daemon.wait_for(
                    lambda status: "alarm-failing" not in {one["code"] for one in status["problems"]}
                )
