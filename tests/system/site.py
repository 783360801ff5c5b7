"""A PlayBox and a MovieRecorder beside the machine, and a vrmon.toml that names them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.system.clients import Address, status
from tests.system.machine import Machine, eventually
from vrmon.simulator import MovieRecorder, PlayBox, serving

CONFIGURATION = "/etc/vrmon/vrmon.toml"
PASSWORD = "gürtel & schnalle?"
CHANNELS = 4


class Site:
    """Channel "PCR n" (from 1) mirrors the PlayBox's ingest n-1 onto the MovieRecorder's source n-1."""

    def __init__(self, machine: Machine, playbox: PlayBox, recorder: MovieRecorder) -> None:
        self.machine = machine
        self.playbox = playbox
        self.recorder = recorder
        self.socket: Address = machine.path("/run/vrmon/vrmon.sock")

    def configuration(self, channels: int = CHANNELS) -> str:
        lines = [
            "[primary.playbox]",
            f'url = "{self.playbox.url}"',
            f'tls = "sha256:{self.playbox.fingerprint}"',
            "poll_interval = 0.2",
            "timeout = 2.0",
            "[dvr.movierecorder]",
            f'url = "{self.recorder.url}"',
            "poll_interval = 0.2",
            "timeout = 2.0",
        ]
        for number in range(channels):
            lines += [
                "[[channel]]",
                f'name = "PCR {number + 1}"',
                f'ingest = "{self.playbox.ingests[number]}"',
                f'source = "4XT00292 - {number}"',
            ]
        lines += ["[sync]", "stop_delay = 0.5"]
        return "\n".join(lines) + "\n"

    def configure(self, text: str) -> None:
        Path(self.machine.path(CONFIGURATION)).write_text(text)

    def channel(self, name: str) -> dict[str, Any]:
        (channel,) = [channel for channel in status()["channels"] if channel["name"] == name]
        assert isinstance(channel, dict)
        return channel

    def problems(self) -> set[str]:
        return {problem["code"] for problem in status()["problems"]}

    def record(self, *names: str) -> list[str]:
        """Starts a job of each name, one a channel; their ids, once vrmon has seen all recorded."""
        jobs = [self.playbox.start_job(number, f"{name}.mxf") for number, name in enumerate(names)]
        for number, name in enumerate(names):
            eventually(lambda n=number: self.channel(f"PCR {n + 1}")["phase"] == "recording", what=name)  # type: ignore[misc]
        return jobs

    def takes(self, number: int = 0) -> list[str]:
        """The names of the takes that the source of channel `number` ever had."""
        return [take.name for take in self.recorder.takes_of(f"4XT00292 - {number}")]

    def runs(self, number: int = 0) -> bool:
        return self.recorder.running(f"4XT00292 - {number}") is not None


@contextmanager
def make_site(machine: Machine) -> Iterator[Site]:
    """vrmon newly started with nothing in its memory and every device answering."""
    with (
        serving(PlayBox(CHANNELS), tls=True) as playbox,
        serving(MovieRecorder(CHANNELS, password=PASSWORD)) as recorder,
    ):
        site = Site(machine, playbox, recorder)
        machine.run("systemctl", "stop", "vrmon")
        for leftover in machine.path("/var/lib/vrmon").glob("*"):
            leftover.unlink()
        # Handed over by systemd as the credential dvr_movierecorder.
        machine.path("/etc/vrmon/credentials/movierecorder").write_text(PASSWORD + "\n")
        site.configure(site.configuration())
        machine.run("systemctl", "start", "vrmon")
        eventually(
            lambda: {d["state"] for kind in ("primaries", "dvrs") for d in status()[kind].values()} == {"ok"},
            what="both devices answering",
        )
        yield site
