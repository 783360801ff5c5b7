"""What the environment does to the configuration: existing installations' variables, systemd's folders."""

from __future__ import annotations

from pathlib import Path

from tests.world.configuring import CHANNEL, DEVICES, complaints, read
from vrmon.config import Directories
from vrmon.settings import DeviceSettings


def test_it_goes_before_the_file(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        DEVICES + CHANNEL + '[api]\nlisten = "127.0.0.1:8001"\n',
        {
            "PRIMARY_API_BASE_URL": "http://10.0.0.1:4230/",
            "DVR_API_BASE_URL": "http://10.0.0.2:8080",
            "POLL_INTERVAL": "2.5",
            "FLASK_PORT": "9001",
        },
    )
    assert settings.primaries == {
        "playbox": DeviceSettings("playbox", "http://10.0.0.1:4230", 2.5, kind="playbox")
    }
    assert settings.dvrs == {
        "movierecorder": DeviceSettings("movierecorder", "http://10.0.0.2:8080", 2.5, kind="movierecorder")
    }
    assert settings.api.listen == "127.0.0.1:9001"


def test_it_makes_devices_where_the_file_has_none(tmp_path: Path) -> None:
    environ = {"PRIMARY_API_BASE_URL": "http://10.0.0.1:4230", "DVR_API_BASE_URL": "http://10.0.0.2:8080"}
    settings = read(tmp_path, CHANNEL, environ)
    assert (settings.channels[0].primary, settings.channels[0].dvr) == ("playbox", "movierecorder")
    assert settings.dvrs["movierecorder"].poll_interval == 5.0


def test_it_supplies_the_url_that_a_table_leaves_out(tmp_path: Path) -> None:
    settings = read(
        tmp_path, '[primary.main]\ntls = "insecure"\n', {"PRIMARY_API_BASE_URL": "https://10.0.0.1"}
    )
    assert settings.primaries == {
        "main": DeviceSettings("main", "https://10.0.0.1", tls="insecure", kind="playbox")
    }


def test_complaints_name_the_variable(tmp_path: Path) -> None:
    second = '[dvr.spare]\nurl = "http://10.1.85.54:8080"\n'
    environ = {
        "PRIMARY_API_BASE_URL": "10.0.0.1",
        "DVR_API_BASE_URL": "http://10.0.0.2:8080",
        "POLL_INTERVAL": "soon",
        "FLASK_PORT": "eight",
        "RUNTIME_DIRECTORY": "/run/" + "r" * 100,
    }
    assert [line.partition(" (")[0] for line in complaints(tmp_path, DEVICES + second, environ)] == [
        "DVR_API_BASE_URL: dvr: is ambiguous, for the file names movierecorder, spare",
        "POLL_INTERVAL: poll_interval: is not a number",
        "PRIMARY_API_BASE_URL: primary.playbox.url: does not begin with http:// or https://",
        "FLASK_PORT: api.listen: is not a port",
        "RUNTIME_DIRECTORY: api.unix_socket: has 116 bytes, more than a Unix socket's address can hold",
    ]
    assert complaints(tmp_path, "# nothing\n", {"POLL_INTERVAL": "0"}) == [
        "POLL_INTERVAL: poll_interval: is out of range (expected a number of seconds, 0.1 to 60)"
    ]


def test_empty_variables_and_a_port_without_tcp_change_nothing(tmp_path: Path) -> None:
    text = DEVICES + '[api]\nlisten = ""\n'
    environ = {"PRIMARY_API_BASE_URL": "", "POLL_INTERVAL": "", "FLASK_PORT": "9001"}
    assert read(tmp_path, text, environ) == read(tmp_path, text)


def test_folders_of_systemd() -> None:
    environ = {
        "CONFIGURATION_DIRECTORY": "/a/etc:/b/etc",
        "STATE_DIRECTORY": "/a/state",
        "CREDENTIALS_DIRECTORY": "/run/credentials/vrmon.service",
    }
    assert Directories.from_environ(environ) == Directories(
        Path("/a/etc"), Path("/a/state"), Path("/run/vrmon"), Path("/run/credentials/vrmon.service")
    )
    assert Directories.from_environ({}).configuration_file == Path("/etc/vrmon/vrmon.toml")


def test_the_socket_is_in_the_runtime_folder_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    environ = {"RUNTIME_DIRECTORY": "/tmp/run"}
    assert read(tmp_path, "# nothing\n", environ).api.unix_socket == Path("/tmp/run/vrmon.sock")
    text = '[api]\nunix_socket = "/run/other.sock"\n'
    assert read(tmp_path, text, environ).api.unix_socket == Path("/run/other.sock")
