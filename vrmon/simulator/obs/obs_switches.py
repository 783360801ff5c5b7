"""What differs from one OBS to the next, a switch each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vrmon.simulator.recording.solo_recorder import SoloSwitches
from vrmon.simulator.served.switches import switch


@dataclass(frozen=True)
class ObsSwitches(SoloSwitches):
    stop_visible_after: float = switch(
        1.9, "how long after a stop, whoever wanted it, it is still active, and a start refused"
    )
    started_after: float = switch(
        0.02, "how long after its success StartRecord is obeyed, and the name read that the file gets"
    )
    mode: Literal["simple", "advanced", "custom"] = switch(
        "simple", "the mode of its output, which its name follows: simple, advanced, advanced with FFmpeg"
    )
    blanks: Literal["kept", "underscores"] = switch("kept", "blanks in the names of its files")
    settings_told: bool = switch(True, "the path that it records to")
    default_told: bool = switch(True, "how it names files where its profile says nothing of that")
    writes: bool = switch(True, "it writes what it records, and not only says that it does")
    ready: bool = switch(True, "it obeys: not while it starts, ends or changes its profile, since OBS 30")
    picture: Literal["jpeg", "absent"] = switch("jpeg", "GetSourceScreenshot")
