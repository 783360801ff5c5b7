"""A PlayBox, MovieRecorders and a vrmond between them, and what the tests of the daemon ask of all three."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.world.running import PATIENCE, Running, Status, channel, running
from vrmon.simulator import MovieRecorder, PlayBox, Take, serving

COMMANDS = ("*/record", "*/stop", "*/pause", "*/resume", "*/recording_name", "PUT /*")
PACE = 0.1  # seconds between two polls of these tests' devices


@dataclass
class Mirror:
    """`recorder` is the first of `recorders`. Channel "PCR n" mirrors ingest n-1 onto its source n-1."""

    playbox: PlayBox
    recorders: list[MovieRecorder]
    daemon: Running

    @property
    def recorder(self) -> MovieRecorder:
        return self.recorders[0]

    def wait_for_phase(self, phase: str, number: int = 1) -> Status:
        """The channel "PCR {number}" once it is in that phase."""
        name = f"PCR {number}"
        return channel(self.daemon.wait_for(lambda status: is_in(status, name, phase)), name)

    def record(self, file_name: str = "SHOW.mxf", number: int = 1) -> str:
        """Starts a job on the ingest of "PCR {number}" and returns its id once its take is verified."""
        job = self.playbox.start_job(number - 1, file_name)
        self.wait_for_phase("recording", number)
        return job

    def the_take(self, number: int = 1) -> Take:
        """The one take there ever was of that channel's source."""
        (take,) = self.recorder.takes_of(number - 1)
        return take

    def sent(self, *routes: str) -> list[str]:
        """What the recorder was asked to do, on `routes` or at all: "METHOD PATH", in order."""
        asked = {
            (one.at, f"{one.method} {one.path}")
            for r in routes or COMMANDS
            for one in self.recorder.arrivals(r)
        }
        return [text for _, text in sorted(asked)]

    def reconfigure(self, *changes: tuple[str, str]) -> None:
        """Replaces texts in vrmon.toml and has it reloaded; fails unless it is accepted."""
        text = self.daemon.config.read_text()
        for old, new in changes:
            assert old in text, f"{old} in vrmon.toml"
            text = text.replace(old, new)
        self.daemon.config.write_text(text)
        code, answer = self.daemon.post("/reload")
        assert code == 200, answer

    def wait_for_state(self, text: str) -> None:
        """Until the state on the disk holds `text`: it is written beside the commands, not before them."""
        file = self.daemon.state / "state.json"
        wait(lambda: file.exists() and text in file.read_text(), f"{text} in {file.name}")

    def wait_for_looks(self) -> None:
        """Until the devices were seen without a job: one that runs at the first look has begun nobody knows
        when."""
        self.daemon.wait_for(
            lambda status: all(
                one["last_ok"] for one in (*status["primaries"].values(), *status["dvrs"].values())
            )
        )

    def wait_for_polls(self, times: int = 3) -> None:
        """Until each device has answered that many polls more: whatever was to come of them has come."""
        polls = [(self.playbox, "/ingests/activejobsinfo"), *((one, "/sources") for one in self.recorders)]
        before = [len(device.arrivals(route)) for device, route in polls]
        for (device, route), count in zip(polls, before, strict=True):
            wait(lambda: len(device.arrivals(route)) > count + times, f"polls of {device.KIND}")  # noqa: B023


class Spot:
    """A channel that no other test has: "PCR {number}" on the source of index `source`."""

    def __init__(self, here: Mirror, number: int) -> None:
        self.here = here
        self.number = number
        self.source = number - 1
        self.name = f"PCR {number}"

    def switch(self, **changes: object) -> None:
        self.here.recorder.switch(self.source, **changes)

    def lose(self, command: str, times: int = 1) -> None:
        """The command is carried out and its answer lost."""
        self.here.recorder.fault("reset", f"*- {self.source}/{command}", times=times, processed=True)

    def sent(self, command: str) -> int:
        return len(self.here.sent(f"*- {self.source}/{command}"))

    def start(self, file_name: str = "") -> str:
        return self.here.playbox.start_job(self.source, file_name or f"SHOW {self.number}.mxf")

    def record(self) -> str:
        job = self.start()
        self.here.wait_for_phase("recording", self.number)
        return job

    def end(self, job: str) -> None:
        """Ends the job and returns once its take has ended by our hand."""
        self.here.playbox.end_job(job)
        self.here.wait_for_phase("idle", self.number)
        assert self.here.the_take(self.number).ended_by == "remote"


def is_in(status: Status, name: str, phase: str) -> bool:
    return bool(channel(status, name)["phase"] == phase)


def wait(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE:g} s: {what}"
        time.sleep(0.01)


def codes(status: Status, subject: str | None = None) -> set[str]:
    """The codes of the problems that are shown, of one subject or of all."""
    return {one["code"] for one in status["problems"] if subject in (None, one["subject"])}


@contextmanager
def mirror(
    folder: Path,
    *,
    size: int = 2,
    recorders: int = 1,
    password: str = "",
    tls: bool = False,
    listening: bool = True,
    sync: Mapping[str, float | str] | None = None,
    **options: Any,
) -> Iterator[Mirror]:
    """`size` ingests mirrored onto as many sources of each recorder. `options` are those of `running`."""
    sync = {"stop_delay": PACE, "outage_hold": 1.0, **(sync or {})}
    with ExitStack() as stack:
        playbox = stack.enter_context(serving(PlayBox(size), tls=tls, listening=listening))
        made = [MovieRecorder(size, password=password) for _ in range(recorders)]
        for one in made:
            stack.enter_context(serving(one, tls=tls))
        daemon = stack.enter_context(running(folder, playbox, *made, sync=sync, **options))
        yield Mirror(playbox, made, daemon)
