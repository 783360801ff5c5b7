"""[alarm] and [alarm.snmp]: what is accepted, and in which words the rest is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world.configuring import complaints, read
from vrmon.settings import Alarm, BySeverity, Quiet, Settings, Snmp, Weekly


def test_every_key(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """
[alarm]
urls_file = "credentials/alarm"
webhook = "https://10.1.1.1/hook?token=x"
after = { critical = 5 }
repeat = { critical = 60, degraded = 3600 }
escalate_after = 0
quiet = "22:00-06:30"
silent_after = 60
heartbeat_url_file = "/etc/heartbeat"
hello = "Mon 09:00"
[alarm.snmp]
targets = ["nms.example.org", "10.1.1.1:1162", "[fe80::1%eth0]:162"]
version = "3"
inform = false
secrets_file = "credentials/alarm-snmp"
user = "vrmon"
auth = "SHA-256"
priv = "AES"
engine_id = "0x80001F880401020304"
""",
    )
    assert settings.alarm == Alarm(
        urls_file=tmp_path / "credentials/alarm",
        webhook="https://10.1.1.1/hook?token=x",
        after=BySeverity(5, 300),
        repeat=BySeverity(60, 3600),
        escalate_after=0,
        quiet=Quiet(22 * 60, 6 * 60 + 30),
        silent_after=60,
        heartbeat_url_file=Path("/etc/heartbeat"),
        hello=Weekly(0, 9 * 60),
        snmp=Snmp(
            targets=("nms.example.org", "10.1.1.1:1162", "[fe80::1%eth0]:162"),
            version="3",
            inform=False,
            secrets_file=tmp_path / "credentials/alarm-snmp",
            user="vrmon",
            auth="SHA-256",
            engine_id="80001f880401020304",
        ),
    )
    assert "token" not in repr(settings)


def test_without_a_way_nobody_is_told(tmp_path: Path) -> None:
    settings = read(tmp_path, '[alarm]\nquiet = ""\nhello = ""\nwebhook = ""\n[alarm.snmp]\ntargets = []\n')
    assert settings == Settings()
    assert not settings.alarm.tells_anybody


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("alarm = 1", "vrmon.toml:1: alarm: is not a table"),
        ("[alarm]\nsnmp = 1", "vrmon.toml:2: alarm.snmp: is not a table"),
        ("[alarm]\nwebhok = 1", 'vrmon.toml:2: alarm.webhok: unknown key (did you mean "webhook"?)'),
        ("[alarm]\nwebhook = 'http://SECRET@x'", "vrmon.toml:2: alarm.webhook: names a user or a password"),
        ("[alarm]\nwebhook = 'SECRET'", "vrmon.toml:2: alarm.webhook: is not an http or https URL"),
        ("[alarm]\nwebhook = 'http://x/SECRET SECRET'", "vrmon.toml:2: alarm.webhook: holds a blank"),
        ("[alarm]\nafter = 5", "vrmon.toml:2: alarm.after: is a number"),
        ("[alarm]\nafter = { info = 5 }", "vrmon.toml:2: alarm.after: has the unknown key 'info'"),
        ("[alarm]\nafter = { critical = -1 }", "vrmon.toml:2: alarm.after: is out of range"),
        ("[alarm]\nafter = { critical = nan }", "vrmon.toml:2: alarm.after: is out of range"),
        ("[alarm]\nquiet = 'night'", "vrmon.toml:2: alarm.quiet: is not a time of day, a dash and another"),
        (
            "[alarm]\nquiet = '24:00-06:00'",
            "vrmon.toml:2: alarm.quiet: is not a time of day, a dash and another",
        ),
        ("[alarm]\nquiet = '06:00-06:00'", "vrmon.toml:2: alarm.quiet: begins when it ends"),
        ("[alarm]\nhello = 'Montag'", "vrmon.toml:2: alarm.hello: is not a day and a time"),
        ("[alarm]\nsilent_after = 1", "vrmon.toml:2: alarm.silent_after: is out of range"),
        ("[alarm.snmp]\ntargets = 'x'", "vrmon.toml:2: alarm.snmp.targets: is a text"),
        (
            "[alarm.snmp]\ntargets = ['a b']",
            "vrmon.toml:2: alarm.snmp.targets: holds something that is not HOST",
        ),
        (
            "[alarm.snmp]\ntargets = ['a:99999']",
            "vrmon.toml:2: alarm.snmp.targets: holds something that is not",
        ),
        ("[alarm.snmp]\ntargets = ['-Cx']\ninform = 1", "vrmon.toml:3: alarm.snmp.inform: is a number"),
        ("[alarm.snmp]\nuser = 'a b'", "vrmon.toml:2: alarm.snmp.user: holds more than"),
        ("[alarm.snmp]\nengine_id = '80'", "vrmon.toml:2: alarm.snmp.engine_id: is not an engine ID"),
        ("[alarm.snmp]\ntargets = ['a']\nversion = '3'", "vrmon.toml:1: alarm.snmp.user: is missing"),
        ("[alarm.snmp]\nauth = 'none'", 'vrmon.toml:1: alarm.snmp.priv: is not "none"'),
        ("[alarm.snmp]\nversion = '1'", "vrmon.toml:2: alarm.snmp.version: is not known"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    said = complaints(tmp_path, text)
    assert any(one.startswith(complaint) for one in said), said
    assert not any("SECRET" in one for one in said)
