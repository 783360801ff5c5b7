"""From [alarm] and the files that it names to ways: what systemd hands over, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from vrmon.alarm.ways import Kind, Secrets, engine_id, find
from vrmon.settings import Alarm


def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The credentials as they lie on the disk, and as systemd hands them over."""
    folder, handed = tmp_path / "credentials", tmp_path / "handed"
    folder.mkdir()
    handed.mkdir()
    return folder, handed


def test_addresses_are_those_that_systemd_handed_over(tmp_path: Path) -> None:
    folder, handed = folders(tmp_path)
    (handed / "alarm").write_text("# people\nmailto://a\n\ncritical escalate sms://b\nescalate slack://c/\n")
    ways, faults = find(Alarm(urls_file=folder / "alarm"), Secrets(folder, handed))
    assert faults == ()
    assert [(one.name, one.only_critical, one.is_second, one.known["url"]) for one in ways] == [
        ("mailto (line 2)", False, False, "mailto://a"),
        ("sms (line 4)", True, True, "sms://b"),
        ("slack (line 5)", False, True, "slack://c/"),
    ]
    assert "mailto://a" not in repr(ways)


def test_an_address_is_known_again_wherever_it_stands(tmp_path: Path) -> None:
    def keys(text: str) -> list[str]:
        file = tmp_path / "alarm"
        file.touch(0o600)
        file.write_text(text)
        ways, faults = find(Alarm(urls_file=file), Secrets(tmp_path, None))
        assert faults == ()
        assert all(one.key not in repr(one.known) for one in ways)
        return [one.key for one in ways]

    mail, text = keys("mailto://a\nsms://b\n")
    assert keys("# people\nslack://c/\ncritical sms://b\nmailto://a\n")[1:] == [text, mail]
    twice = keys("critical mailto://a\nescalate mailto://a\n")
    assert twice[0] == mail
    assert len({*twice, text}) == 3


def test_a_mistake_in_a_line_costs_no_other_address(tmp_path: Path) -> None:
    file = tmp_path / "alarm"
    file.touch(0o600)
    lines = [
        "# süd",
        "mailto://a",
        "mailto:/SECRET",
        "critcal sms://SECRET",
        "sms://\x07SECRET",
        "sms://ö",
        "sms://b",
    ]
    file.write_bytes("\n".join(lines).encode("latin-1"))
    ways, faults = find(Alarm(urls_file=file), Secrets(tmp_path, None))
    assert [one.name for one in ways] == ["mailto (line 2)", "sms (line 7)"]
    assert [one.way for one in faults] == [f"urls_file (line {number})" for number in (3, 4, 5, 6)]
    assert "SECRET" not in str(faults)


def test_a_file_that_was_missing_when_the_service_started_is_told(tmp_path: Path) -> None:
    """systemd hands over an empty line then."""
    folder, handed = folders(tmp_path)
    (handed / "alarm").write_text("\n")
    (folder / "alarm").write_text("mailto://a\n")
    ways, (fault,) = find(Alarm(urls_file=folder / "alarm"), Secrets(folder, handed))
    assert ways == ()
    assert fault.way == "urls_file"
    assert "restart vrmon-alarm" in fault.why


def test_a_file_elsewhere_is_read_itself(tmp_path: Path) -> None:
    folder, handed = folders(tmp_path)
    (handed / "alarm").write_text("mailto://handed\n")
    file = tmp_path / "alarm"
    file.touch(0o600)
    file.write_text("mailto://mine\n")
    (way,), _ = find(Alarm(urls_file=file), Secrets(folder, handed))
    assert way.known["url"] == "mailto://mine"


@pytest.mark.parametrize("line", ["http://10.1.1.1/ping", "https://hc.example.org/token?x=1"])
def test_a_dead_mans_switch(tmp_path: Path, line: str) -> None:
    file = tmp_path / "url"
    file.touch(0o600)
    file.write_text(f"{line}\n")
    (way,), faults = find(Alarm(heartbeat_url_file=file), Secrets(tmp_path / "none", None))
    assert (way.kind, way.known["url"], faults) == (Kind.HEARTBEAT, line, ())
    file.write_text(f"{line}\n{line}\n")
    assert find(Alarm(heartbeat_url_file=file), Secrets(tmp_path / "none", None))[0] == ()


@pytest.mark.parametrize("host", ["tv", "a.very.long.name.of.a.host.example.org", "süd"])
def test_an_engine_id_is_one_and_always_the_same(host: str) -> None:
    found = bytes.fromhex(engine_id(host))
    assert 5 < len(found) <= 32
    assert found == bytes.fromhex(engine_id(host))
