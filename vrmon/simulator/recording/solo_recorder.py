"""A recorder that has one input: what all simulated kinds of it have in common."""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any

from vrmon.simulator.recording.agenda import Agenda
from vrmon.simulator.recording.take import Take, Who, gaps
from vrmon.simulator.served.simulated_device import SimulatedDevice, locked
from vrmon.simulator.served.switches import Switches, switch


@dataclass(frozen=True)
class SoloSwitches(Switches):
    start_visible_after: float = switch(0.0, "how late a recording is shown that was begun remotely")
    stop_visible_after: float = switch(
        0.0, "how long after a remote stop a recording is still shown, and a start refused"
    )
    record_is_deaf: bool = switch(False, "record answers success and nothing is ever recorded")
    take_dies_after: float | None = switch(
        None, "a take that was begun remotely ends by itself after so long"
    )


class SoloRecorder(SimulatedDevice):
    """What is there. Texts of a take's `source` are always "1"."""

    PART = ""
    ACTIONS = (
        *SimulatedDevice.ACTIONS,
        *("record_by_hand", "stop_by_hand", "kill_take", "swap_take", "crash"),
    )
    switches: SoloSwitches

    def __init__(self) -> None:
        super().__init__()
        self.agenda = Agenda()
        self.take: Take | None = None
        self._takes: list[Take] = []
        self._ending = 0.0  # until when the last take is shown although it is over

    @property
    def takes(self) -> list[Take]:
        """Every take there ever was, copied, in the order they began."""
        with self.changed:
            self.advance()
            return deepcopy(self._takes)

    @property
    def running(self) -> Take | None:
        """The take that is being recorded, copied."""
        with self.changed:
            self.advance()
            return deepcopy(self.take)

    def gaps(self, since: float, until: float) -> list[tuple[float, float]]:
        """When, between two monotonic moments, nothing was recorded."""
        return gaps(self.takes, since, until)

    @locked
    def record_by_hand(self, name: str = "") -> None:
        """The operator records; nothing happens where it records already."""
        now = self.advance()
        if self.take is None:
            self.begin(self.free_name(name or self.usual_name()), now, "operator")

    @locked
    def stop_by_hand(self) -> None:
        self.end(self.advance(), "operator")

    @locked
    def kill_take(self) -> None:
        """The take dies by itself."""
        self.end(self.advance(), "died")

    @locked
    def swap_take(self, name: str) -> None:
        """The operator ends what runs and records anew, and nobody can look in between."""
        self.stop_by_hand()
        self.record_by_hand(name)

    @locked
    def crash(self) -> None:
        """It crashes and is started again: what it recorded is at its end."""
        self.end(self.advance(), "crash")

    @locked
    def describe(self) -> dict[str, Any]:
        self.advance()
        return {
            **super().describe(),
            "switches": asdict(self.switches),
            "takes": [asdict(take) for take in self._takes],
        }

    def advance(self) -> float:
        """Lets happen what is due, and returns the time."""
        now = time.monotonic()
        self.agenda.advance(now)
        return now

    def usual_name(self) -> str:
        """What a take is called for which nobody gave a name."""
        return "Untitled"

    def free_name(self, name: str) -> str:
        """A name that no file has."""
        taken, number, free = {take.name.casefold() for take in self._takes}, 1, name
        while free.casefold() in taken:
            number += 1
            free = self.numbered(name, number)
        return free

    def numbered(self, name: str, number: int) -> str:
        return f"{name}_{number}"

    def is_busy(self, now: float) -> bool:
        """Whether it records, or has not come to the end of it yet."""
        return self.take is not None or now < self._ending

    def shows_recording(self, now: float) -> bool:
        if self.take is None:
            return now < self._ending
        late = self.switches.start_visible_after if self.take.by == "remote" else 0.0
        return now >= self.take.started + late

    def begin(self, name: str, now: float, by: Who) -> None:
        self.take = take = Take("1", name, now, by=by, whole=len(self._takes))
        self._takes.append(take)
        if by == "remote" and self.switches.take_dies_after is not None:

            def die(due: float) -> None:
                if self.take is take:
                    self.end(due, "died")

            self.agenda.add(now + self.switches.take_dies_after, die)

    def end(self, now: float, by: Who) -> None:
        if self.take is not None:
            self.take.end(now, by)
            self.take = None
            self._ending = now + (self.switches.stop_visible_after if by == "remote" else 0.0)
