"""vrmon.toml and the environment: what is accepted, and in which words the rest is refused."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world.configuring import CHANNEL, DEVICES, complaints, load, read
from vrmon.config import parse
from vrmon.errors import ConfigError
from vrmon.settings import Api, Channel, DeviceSettings, Log, Settings, Sync

ETC = Path(__file__).parents[2] / "etc"


def test_the_documented_example(tmp_path: Path) -> None:
    password = tmp_path / "movierecorder.password"
    password.write_text("s3cret\n")
    password.chmod(0o600)
    settings = read(
        tmp_path,
        """
[primary.playbox]
url = "https://10.1.83.21:4230/"
poll_interval = 1
timeout = 5.0
tls = "system"
[dvr.movierecorder]
url = "http://10.1.85.53:8080"
poll_interval = 1.0
password_file = "movierecorder.password"
[[channel]]
name = " PCR 1 "
ingest = " 9c64992cff3a4a3fa3c635bb7d9b6071 "
source = 3
[sync]
stop_delay = 4
[api]
listen = ""
unix_socket = "/tmp/vrmon.sock"
names = ["VRMON.example.org.", " board "]
frame_ancestors = ["https://Wall.example.org", "http://10.0.0.9:8080", "https://*.example.org"]
[log]
level = "debug"
file = "/var/log/vrmon.log"
""",
    )
    assert settings == Settings(
        {"playbox": DeviceSettings("playbox", "https://10.1.83.21:4230", 1.0, 5.0, kind="playbox")},
        {
            "movierecorder": DeviceSettings(
                "movierecorder", "http://10.1.85.53:8080", 1.0, 5.0, password="s3cret", kind="movierecorder"
            )
        },
        (Channel("PCR 1", "playbox", "9C64992CFF3A4A3FA3C635BB7D9B6071", "movierecorder", 3),),
        Sync(stop_delay=4.0),
        Api(
            "",
            Path("/tmp/vrmon.sock"),
            ("vrmon.example.org", "board"),
            ("https://wall.example.org", "http://10.0.0.9:8080", "https://*.example.org"),
        ),
        Log("debug", "/var/log/vrmon.log"),
    )
    assert isinstance(settings.primaries["playbox"].poll_interval, float)
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    "spelling",
    [
        "9C64992CFF3A4A3FA3C635BB7D9B6071",
        "9c64992c-ff3a-4a3f-a3c6-35bb7d9b6071",
        "{9C64992C-FF3A-4A3F-A3C6-35BB7D9B6071}",
        " {9c64992cff3a4a3fa3c635bb7d9b6071} ",
        "(9c64992c ff3a 4a3f a3c6 35bb7d9b6071)",
    ],
)
def test_an_ingest_may_be_written_as_any_guid_is(tmp_path: Path, spelling: str) -> None:
    text = DEVICES + CHANNEL.replace("9c64992cff3a4a3fa3c635bb7d9b6071", spelling)
    (channel,) = read(tmp_path, text).channels
    assert channel.ingest == "9C64992CFF3A4A3FA3C635BB7D9B6071"


@pytest.mark.parametrize(
    ("ingest", "read_as"),
    [("Studio_2", "STUDIO_2"), ("PCR:1/a", "PCR:1/A"), ("12-34", "12-34"), ("Süd", "SÜD")],
)
def test_an_ingest_may_have_any_other_name(tmp_path: Path, ingest: str, read_as: str) -> None:
    text = DEVICES + CHANNEL.replace("9c64992cff3a4a3fa3c635bb7d9b6071", ingest)
    assert [channel.ingest for channel in read(tmp_path, text).channels] == [read_as]


@pytest.mark.parametrize("ingest", ["", " ", "{}", "FILL IN", "PCR 1"])
def test_an_ingest_that_is_none_is_refused(tmp_path: Path, ingest: str) -> None:
    (complaint,) = complaints(tmp_path, DEVICES + CHANNEL.replace("9c64992cff3a4a3fa3c635bb7d9b6071", ingest))
    assert '"PCR 1".ingest: ' in complaint


def test_a_file_that_says_nothing_is_a_configuration_without_devices(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing\n") == Settings()


def test_line_ends_of_windows(tmp_path: Path) -> None:
    assert read(tmp_path, (DEVICES + CHANNEL).replace("\n", "\r\n")) == read(tmp_path, DEVICES + CHANNEL)
    assert complaints(tmp_path, "\r\n\r\n[sync]\r\nstop_delay = -1\r\n")[0].startswith("vrmon.toml:4: ")


def test_every_fault_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
[primary.playbox]
url = "10.1.83.21"
poll_intervall = 1

[dvr.movierecorder]
url = "http://10.1.85.53:8080"
timeout = true

[[channel]]
name = "PCR 1"
ingest = "A1"
source = 1
[[channel]]
name = "PCR 2"
ingest = "A2"
source = 1.5

[sync]
stop_delay = nan
[logs]
"""
    assert complaints(tmp_path, text) == [
        "vrmon.toml:2: primary.playbox.url: does not begin with http:// or https://"
        ' (expected a URL such as "https://10.1.83.21:4230", without user, query or fragment)',
        'vrmon.toml:3: primary.playbox.poll_intervall: unknown key (did you mean "poll_interval"?)',
        "vrmon.toml:7: dvr.movierecorder.timeout: is a boolean (expected a number of seconds, 0.1 to 60)",
        'vrmon.toml:16: channel[2] "PCR 2".source: is a number'
        " (expected a unique_id, a display_name, or the index as an integer)",
        "vrmon.toml:19: sync.stop_delay: is out of range (expected a number of seconds, 0 to 3600)",
        'vrmon.toml:20: logs: unknown key (did you mean "log"?)',
    ]


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("ftp://10.0.0.1", "does not begin with"),
        ("", "does not begin with"),
        ("http://", "has no host"),
        ("http://:8080", "has no host"),
        ("http://10.0.0.1:", "cannot be"),
        ("http://10.0.0.1:0", "cannot be"),
        ("http://10.0.0.1:65536", "cannot be"),
        ("http://10.0.0.1:hunter2", "cannot be"),
        ("http://[::1", "cannot be"),
        ("http://admin:hunter2@10.0.0.1", "names a user or a password"),
        ("http://admin:hun/ter2@10.0.0.1", "cannot be"),
        ("http://10.0.0.1/?password=hunter2", "has a query"),
        ("http://10.0.0.1/#hunter2", "has a query or a fragment"),
        ("http://10.0.0.1 /", "holds a blank"),
    ],
)
def test_urls_that_are_refused_are_not_repeated(tmp_path: Path, url: str, wrong: str) -> None:
    (complaint,) = complaints(tmp_path, f'[dvr.mac]\nurl = "{url}"\n')
    assert complaint.startswith("vrmon.toml:2: dvr.mac.url: ")
    assert wrong in complaint
    assert "hunter2" not in complaint


@pytest.mark.parametrize(
    "url",
    [
        "http://mac.example",
        "https://[fe80::1]:8080",
        "http://[fe80::1%25enP2p1s0]:8080",
        "http://10.0.0.1:8080/api",
    ],
)
def test_urls_that_are_accepted(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, f'[dvr.mac]\nurl = "{url}/"\n').dvrs["mac"].url == url


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("poll_interval = 0.05", "is out of range"),
        ("poll_interval = 61", "is out of range"),
        ("poll_interval = inf", "is out of range"),
        (f"poll_interval = {'9' * 400}", "is out of range"),
        ('poll_interval = "1"', "is a text"),
        ("poll_interval = [1]", "is an array"),
        ("poll_interval = 2026-11-22", "is a date or time"),
        ("tls = false", "is a boolean"),
        ('tls = ""', "is empty"),
        ('tls = "sha256:AB:CD"', "is not a SHA-256 fingerprint"),
        ('tls = "insecur"', "cannot read"),
        ('password_file = "none"', "cannot read none: No such file"),
        ('password = "hunter2"', 'unknown key (did you mean "password_file"?)'),
    ],
)
def test_values_of_a_device_that_are_refused(tmp_path: Path, line: str, wrong: str) -> None:
    (complaint,) = complaints(tmp_path, f'[dvr.mac]\nurl = "http://10.0.0.1"\n{line}\n')
    assert complaint.startswith(f"vrmon.toml:3: dvr.mac.{line.partition(' ')[0]}: ")
    assert wrong in complaint
    assert "hunter2" not in complaint


@pytest.mark.parametrize(
    ("section", "line", "wrong"),
    [
        ("sync", "stop_delay = 3601", "out of range"),
        ("sync", "outage_hold = 604801", "out of range"),
        ("sync", "name_wait = -0.1", "out of range"),
        ("sync", 'name_template = ""', "is empty"),
        ("sync", 'name_template = "{base"', "unpaired brace"),
        ("sync", 'name_template = "{basename}}"', "unpaired brace"),
        ("sync", 'name_template = "{file}"', "unknown field {file}"),
        ("sync", 'name_template = "{}"', "unknown field {}"),
        ("sync", 'name_template = "{job.__class__}"', "unknown field {job.__class__}"),
        ("sync", 'name_template = "{job[0]}"', "unknown field {job[0]}"),
        ("sync", 'name_template = "{job!r}"', "formats {job}"),
        ("sync", 'name_template = "{job:>999999999}"', "formats {job}"),
        ("sync", 'name_template = "a\\nb"', "control character"),
        ("sync", 'continuation = "{name}"', "lacks {n}"),
        ("sync", 'continuation = "{{name}}_{n}"', "lacks {name}"),
        ("api", 'listen = "8001"', "is not HOST:PORT"),
        ("api", 'listen = ":8001"', "is not HOST:PORT"),
        ("api", 'listen = "0.0.0.0:65536"', "above 65535"),
        ("api", 'unix_socket = ""', "is not an absolute path"),
        ("api", 'unix_socket = "vrmon.sock"', "is not an absolute path"),
        ("api", f'unix_socket = "/{"é" * 54}"', "has 109 bytes"),
        ("api", 'names = "vrmon.example.org"', "is a text"),
        ("api", 'names = ["vrmon.example.org:8001"]', "is not a host name"),
        ("api", 'names = ["board", ""]', "is not a host name"),
        ("api", 'names = ["board", 5]', "is not a host name"),
        ("api", 'frame_ancestors = ["wall.example.org"]', "is not an origin"),
        ("api", 'frame_ancestors = ["https://wall.example.org/page"]', "is not an origin"),
        ("api", "frame_ancestors = [\"https://a; script-src 'unsafe-inline'\"]", "is not an origin"),
        ("api", f'names = ["{"a." * 126}ab"]', "is not a host name"),
        ("log", 'level = "loud"', "is not known"),
        ("log", 'file = "vrmon.log"', "is not an absolute path"),
    ],
)
def test_values_of_the_other_tables_that_are_refused(
    tmp_path: Path, section: str, line: str, wrong: str
) -> None:
    (complaint,) = complaints(tmp_path, f"# first\n[{section}]\n{line}\n")
    assert complaint.startswith(f"vrmon.toml:3: {section}.{line.partition(' ')[0]}: ")
    assert wrong in complaint


def test_the_greatest_and_the_least_that_is_accepted(tmp_path: Path) -> None:
    least = read(tmp_path, "[sync]\nstop_delay = 0\noutage_hold = 0\nname_wait = 0\n").sync
    most = read(tmp_path, "[sync]\nstop_delay = 3600\noutage_hold = 604800\nname_wait = 60\n").sync
    assert (least.stop_delay, least.outage_hold, least.name_wait) == (0, 0, 0)
    assert (most.stop_delay, most.outage_hold, most.name_wait) == (3600, 604800, 60)
    socket = "/" + "s" * 106
    assert read(tmp_path, f'[api]\nunix_socket = "{socket}"\n').api.unix_socket == Path(socket)
    name = "a." * 126 + "a"
    assert read(tmp_path, f'[api]\nnames = ["{name}"]\n').api.names == (name,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sync = 3\n", "vrmon.toml:1: sync: is not a table"),
        ("[channel]\n", "vrmon.toml:1: channel: is not an array of tables"),
        ("channel = [1]\n", "vrmon.toml:1: channel[1]: is not a table"),
        ("dvr = []\n", "vrmon.toml:1: dvr: is not a table"),
        ('\n[dvr]\nurl = "http://10.0.0.1"\n', "vrmon.toml:3: dvr.url: is not a table"),
        ("[dvr.mac]\n", "vrmon.toml:1: dvr.mac.url: is missing"),
        (
            '[dvr."a b"]\nurl = "http://10.0.0.1"\n',
            'vrmon.toml:1: dvr."a b": is not a name that a device can have',
        ),
        ('"a\\u0007" = 1\n', 'vrmon.toml:1: "a\\u0007": unknown key'),
    ],
)
def test_tables_of_the_wrong_shape(tmp_path: Path, text: str, expected: str) -> None:
    (complaint,) = complaints(tmp_path, text)
    assert complaint.startswith(expected)


def test_channels_that_name_no_device(tmp_path: Path) -> None:
    assert [line.partition(" (")[0] for line in complaints(tmp_path, CHANNEL)] == [
        'vrmon.toml:1: channel[1] "PCR 1".primary: is missing, and no primary is configured',
        'vrmon.toml:1: channel[1] "PCR 1".dvr: is missing, and no dvr is configured',
    ]
    second = '[dvr.spare]\nurl = "http://10.1.85.54:8080"\n'
    assert complaints(tmp_path, DEVICES + second + CHANNEL) == [
        'vrmon.toml:7: channel[1] "PCR 1".dvr: is missing, and there are several'
        " (expected one of movierecorder, spare)"
    ]
    assert complaints(tmp_path, DEVICES + second + CHANNEL + 'dvr = "space"\n') == [
        'vrmon.toml:11: channel[1] "PCR 1".dvr: there is no dvr "space"'
        " (expected one of movierecorder, spare)"
    ]
    assert read(tmp_path, DEVICES + second + CHANNEL + 'dvr = "spare"\n').channels[0].dvr == "spare"


def test_what_two_channels_must_not_share(tmp_path: Path) -> None:
    twin = CHANNEL.replace("PCR 1", "pcr 1").replace("9c64", "9C64")
    assert [line.partition(" (")[0] for line in complaints(tmp_path, DEVICES + CHANNEL + twin)] == [
        'vrmon.toml:10: channel[2] "pcr 1".name: is also that of channel[1] "PCR 1"',
        'vrmon.toml:11: channel[2] "pcr 1".ingest: is also that of channel[1] "PCR 1"',
        'vrmon.toml:12: channel[2] "pcr 1".source: is also that of channel[1] "PCR 1"',
    ]


def test_one_ingest_on_two_dvrs(tmp_path: Path) -> None:
    second = '[dvr.spare]\nurl = "http://10.1.85.54:8080"\n'
    twin = CHANNEL.replace("PCR 1", "PCR 1 spare") + 'dvr = "spare"\n'
    channels = read(tmp_path, DEVICES + second + CHANNEL + 'dvr = "movierecorder"\n' + twin).channels
    assert [(channel.dvr, channel.source) for channel in channels] == [
        ("movierecorder", "4XT00292 - 0"),
        ("spare", "4XT00292 - 0"),
    ]


def test_one_device_under_two_names(tmp_path: Path) -> None:
    (complaint,) = complaints(tmp_path, DEVICES + '[dvr.spare]\nurl = "HTTP://10.1.85.53:8080/"\n')
    assert complaint.startswith("vrmon.toml:6: dvr.spare.url: is the same as that of dvr.movierecorder")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[sync\n", "vrmon.toml:1: not TOML: "),
        (b"a = 1\n\nb = \n", "vrmon.toml:3: not TOML: "),
        (b'a = "x\n', "vrmon.toml:1: not TOML: "),
        (
            b"[sync]\n\nstop_delay = 1\nstop_delay = 2\n",
            "vrmon.toml:4: not TOML: sync.stop_delay is given twice",
        ),
        (b"[sync]\n[log]\n[sync]\n", "vrmon.toml:3: not TOML: "),
        (
            b"[alarm]\nwebhook = 'http://a'\n[log]\n[alarm.snmp]\n[alarm]\nquiet = ''\n",
            "vrmon.toml:5: not TOML: alarm is given twice",
        ),
        (b"a = " + b"[" * 20000, "vrmon.toml"),
        (b"[[channel]\n\nname = 'PCR 1'\n", "vrmon.toml:1: not TOML: "),
        ("[sync]\nstop_delay = 1\u2028\nname_wait = 2\n".encode(), "vrmon.toml:2: not TOML: "),
        (b"", "vrmon.toml: is empty"),
        (b"# \xe9t\xe9\n", "vrmon.toml:1: not UTF-8"),
        (b"a = 1\nb = '\xff'\n", "vrmon.toml:2: not UTF-8"),
        (b"\n# \x00\n", "vrmon.toml:2: the control character U+0000"),
        (b"\xef\xbb\xbfa = 1\n", "vrmon.toml:1: a byte order mark"),
        (b"a = 1\rb = 2\n", "vrmon.toml:1: the control character U+000D"),
        (b"#" * (256 * 1024 + 1), "vrmon.toml: cannot be read: larger than 262144 bytes"),
    ],
)
def test_what_is_no_toml_file(tmp_path: Path, content: bytes, expected: str) -> None:
    (complaint,) = complaints(tmp_path, content)
    assert complaint.startswith(expected)


def test_no_device_is_lost_whose_table_stands_far_from_the_others(tmp_path: Path) -> None:
    """Some releases of tomlkit lose it, and the file is refused."""
    text = '[dvr.a]\nurl = "http://a"\n[dvr]\n[log]\n[dvr.b]\nurl = "http://b"\n'
    try:
        known = list(read(tmp_path, text).dvrs)
    except ConfigError as error:
        assert "vrmon.toml:1: dvr.a would be lost where it stands" in error.complaints[0]
    else:
        assert known == ["a", "b"]


@given(st.data())
def test_no_text_brings_anything_but_settings_or_complaints(data: st.DataObject) -> None:
    text = (ETC / "vrmon.example.toml").read_text()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 30))
        text = text[:start] + data.draw(st.text("[]{}=.,\"'\\#\n 1a-:\x00é", max_size=5)) + text[end:]
    try:
        parse(text, Path("vrmon.toml"), {})
    except ConfigError as error:
        assert all(
            re.match(r"vrmon\.toml(:[0-9]+)?: .+ \((expected .+|did you mean .+\?)\)$", line)
            for line in error.complaints
        )


def test_what_is_no_file(tmp_path: Path) -> None:
    """A pipe that nobody writes into would be waited for without end."""
    os.mkfifo(tmp_path / "fifo")
    for name, why in (("none", "No such file"), ("", "not a regular file"), ("fifo", "not a regular file")):
        with pytest.raises(ConfigError, match=f"cannot be read: {why}"):
            load(tmp_path / name, {})


def test_an_unreadable_file_is_told_as_such(tmp_path: Path) -> None:
    link = tmp_path / "vrmon.toml"
    link.symlink_to(link)
    with pytest.raises(ConfigError, match="cannot be read: Too many levels of symbolic links"):
        load(link, {})
