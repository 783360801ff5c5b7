"""`vrmon alarms`, `vrmon test-alarm`, and what `vrmon check` says of [alarm]."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.alarm.alarming import alarming, secret, settings, show
from tests.alarm.receiver import receiving
from tests.world.api_server import serving
from tests.world.command import vrmon

REFUSED = ("start-refused", "PCR 1", "critical")


def test_what_was_told_is_shown_and_each_way_can_be_tried(tmp_path: Path) -> None:
    with serving(tmp_path) as vrmond, receiving() as receiver:
        show(vrmond)
        with alarming(tmp_path, settings(webhook=f'"{receiver.url}"'), vrmond.unix_socket) as alarm:
            assert vrmon("alarms", "--socket", alarm.door).stdout == "Nobody has been told of anything yet.\n"
            show(vrmond, REFUSED)
            receiver.wait_for(lambda got: got)
            alarm.wait_for(alarm.told)
            done = vrmon("test-alarm", "--socket", alarm.door)
            assert done.returncode == 0
            assert done.stdout.startswith("● webhook delivered in ")
            receiver.manner = "refusing"
            done = vrmon("test-alarm", "--socket", alarm.door)
            assert (done.returncode, done.stdout) == (1, "✖ webhook answered with status 500.\n")
            alarm.wait_for(lambda: len(alarm.told()) == 3)
            raised, tested, failed = vrmon("alarms", "--socket", alarm.door).stdout.splitlines()
            assert raised.endswith("✖ raised  PCR 1  PCR 1 has start-refused.  → webhook")
            assert tested.endswith("→ webhook")
            assert failed.endswith("not delivered: webhook answered with status 500")
            (last,) = vrmon("alarms", "-n", "1", "--json", "--socket", alarm.door).stdout.splitlines()
            assert json.loads(last)["why"] == "answered with status 500"
        done = vrmon("test-alarm", "--socket", alarm.door)
        assert done.returncode == 3
        assert done.stderr.startswith("Cannot reach vrmon-alarm: nobody listens on ")


def test_what_was_told_of_many_channels_is_acknowledged_by_the_name_under_which_it_was(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as vrmond, receiving() as receiver:
        channel = vrmond.backend.document["channels"][0]
        names = [f"PCR {number}" for number in range(1, 6)]
        vrmond.backend.document["channels"] = [{**channel, "name": name} for name in names]
        show(vrmond, *(("picture-black", name, "critical") for name in names), REFUSED)
        with alarming(tmp_path, settings(webhook=f'"{receiver.url}"'), vrmond.unix_socket) as alarm:
            got = receiver.wait_for(lambda got: len(got) == 2)
            (told,) = [one for one in got if one["code"] == "picture-black"]
            assert told["subject"] == channel["dvr"]
            done = vrmon(
                "ack", told["subject"], "--socket", vrmond.unix_socket,
                environ={"VRMON_ALARM_SOCKET": str(alarm.door)},
            )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    acknowledged = [one[1:3] for one in vrmond.backend.asked if one[0] == "ack"]
    assert acknowledged == [("picture-black", name) for name in names]


def test_with_no_way_there_is_nothing_to_try(tmp_path: Path) -> None:
    with serving(tmp_path) as vrmond, alarming(tmp_path, "# nobody\n", vrmond.unix_socket) as alarm:
        done = vrmon("test-alarm", "--socket", alarm.door)
        assert done.returncode == 1
        assert "names no way" in done.stdout


def check(folder: Path, text: str, **environ: str) -> tuple[int, str]:
    (folder / "vrmon.toml").write_text(text)
    done = vrmon("check", "--here", environ={"CONFIGURATION_DIRECTORY": str(folder), **environ})
    assert "Traceback" not in done.stderr
    assert "SECRET" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def test_check_says_which_ways_can_be_tried(tmp_path: Path) -> None:
    urls = secret(
        tmp_path / "urls", "# mail\nmailto://SECRET:SECRET@example.org\ncritical json://nms/SECRET\n"
    )
    snmp = secret(tmp_path / "snmp", "auth SECRET-AUTH\npriv SECRET-PRIV\n")
    text = settings(urls_file=urls, webhook='"https://example.org/SECRET"')
    text += f'[alarm.snmp]\ntargets = ["10.1.80.5"]\nversion = "3"\nuser = "vrmon"\nsecrets_file = {snmp}\n'
    code, said = check(tmp_path, text)
    assert code == 0
    for told in (
        "alarm mailto (line 2)", "alarm json (line 3)", "of what is critical only", "alarm webhook",
        "alarm snmp 10.1.80.5", "this host's engine ID is 0x80001f8804", "Try it: vrmon test-alarm",
    ):  # fmt: skip
        assert told in said


def test_check_tells_whether_pictures_can_be_looked_at(tmp_path: Path) -> None:
    assert "eyes" not in check(tmp_path, "# nobody\n")[1]
    code, said = check(tmp_path, "[eyes]\nenabled = true\n")
    assert (code, "can look at the pictures" in said) == (0, True), said
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text("import sys\nsys.modules['PIL'] = None\n")
    code, said = check(tmp_path, "[eyes]\nenabled = true\n", PYTHONPATH=str(tmp_path / "site"))
    assert code == 1
    assert "Pillow is not installed, which [eyes] needs" in said
    assert "apt install python3-pil" in said


def test_check_refuses_what_cannot_be_tried(tmp_path: Path) -> None:
    """Neither is installed, as far as this process can see."""
    (tmp_path / "site").mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/env").symlink_to("/usr/bin/env")
    (tmp_path / "site" / "sitecustomize.py").write_text("import sys\nsys.modules['apprise'] = None\n")
    urls = secret(tmp_path / "urls", "mailto://SECRET:SECRET@example.org\n")
    snmp = secret(tmp_path / "snmp", "community SECRET\n")
    text = settings(urls_file=urls) + f'[alarm.snmp]\ntargets = ["10.1.80.5"]\nsecrets_file = {snmp}\n'
    code, said = check(tmp_path, text, PATH=str(tmp_path / "bin"), PYTHONPATH=str(tmp_path / "site"))
    assert code == 1
    assert "Apprise is not installed" in said
    assert "apt install apprise" in said
    assert "snmptrap is not installed" in said


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("SECRET", "line 1"),
        ("critcal mailto://SECRET@example.org", "line 1"),
        ("nosuchthing://SECRET", "not an address that Apprise understands"),
        ("json://SECRET:SEC[RET@localhost", "not an address that Apprise understands"),
        ("mailto://SECRET\x07@example.org", "control character"),
    ],
)
def test_check_refuses_an_address_that_is_none(tmp_path: Path, line: str, why: str) -> None:
    code, said = check(tmp_path, settings(urls_file=secret(tmp_path / "urls", f"{line}\n")))
    assert code == 1
    assert why in said


def test_check_refuses_a_file_that_others_can_read(tmp_path: Path) -> None:
    urls = tmp_path / "urls"
    text = settings(urls_file=secret(urls, "mailto://SECRET@example.org\n"))
    urls.chmod(0o640)
    code, said = check(tmp_path, text)
    assert code == 1
    assert "chmod 600" in said
