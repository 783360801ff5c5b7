"""The vrmon.toml of a site that ran on 1.0.0 means what it meant."""

from __future__ import annotations

from pathlib import Path

from tests.world.configuring import read
from vrmon import settings as site
from vrmon.settings import Channel

FILE = Path(__file__).with_name("vrmon-1.0.0.toml")
INGEST = "9C64992CFF3A4A3FA3C635BB7D9B000{}"


def test_every_key_is_read_as_before(tmp_path: Path) -> None:
    secret = tmp_path / "movierecorder.password"
    secret.touch(0o600)
    secret.write_text("on-air\n")
    settings = read(tmp_path, FILE.read_text())

    assert list(settings.primaries) == ["playbox"]
    primary = settings.primaries["playbox"]
    assert (primary.name, primary.url) == ("playbox", "https://10.1.83.21:4230")
    assert (primary.poll_interval, primary.timeout, primary.tls) == (0.5, 2.0, "insecure")

    assert list(settings.dvrs) == ["movierecorder"]
    dvr = settings.dvrs["movierecorder"]
    assert (dvr.name, dvr.url, dvr.password) == ("movierecorder", "http://10.1.85.53:8080", "on-air")
    assert (dvr.poll_interval, dvr.timeout, dvr.tls) == (0.5, 2.0, "system")

    sources: dict[str, str | int] = {
        "PCR 1": "4XT00292 - 0",
        "PCR 2": "Backup 2",
        "Regie 3 – Süd": 2,
        **{f"PCR {number}": f"4XT00292 - {number - 1}" for number in range(4, 10)},
    }
    assert settings.channels == tuple(
        Channel(name, "playbox", INGEST.format(number), "movierecorder", source)
        for number, (name, source) in enumerate(sources.items(), 1)
    )
    sync = settings.sync
    assert (sync.stop_delay, sync.outage_hold, sync.name_wait) == (0.5, 600.0, 2.0)
    assert (sync.name_template, sync.continuation) == ("{basename}", "{name}_part{n}")
    assert settings.api == site.Api("127.0.0.1:8001", Path("/run/vrmon/vrmon.sock"))
    assert settings.log == site.Log("debug", "/var/log/vrmon/vrmon.log")
