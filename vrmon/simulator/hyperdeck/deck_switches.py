"""What nobody knows of every HyperDeck, a switch each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vrmon.simulator.recording.solo_recorder import SoloSwitches
from vrmon.simulator.served.switches import switch


@dataclass(frozen=True)
class HyperDeckSwitches(SoloSwitches):
    clients: Literal["many", "one"] = switch(
        "many", "how many it takes at a time; of older decks one: the others get 120 connection rejected"
    )
    slot_count: Literal["told", "absent"] = switch("told", "slot count in device info")
    says_unasked: bool = switch(False, "508 transport info, unasked, before each answer")
    duplicate_name: Literal["suffix", "refused"] = switch(
        "suffix", "a name that a clip has: the new one gets a number, or record is refused"
    )
    odd_name: Literal["not recorded", "taken"] = switch(
        "not recorded", "a name that the disk cannot hold: record says ok and nothing is recorded, or it is"
    )
    record_while_recording: Literal["150", "ok"] = switch("150", "what record is told while it records")
    stop_while_idle: Literal["ok", "150"] = switch("ok", "what stop is told while it records nothing")
    no_signal: Literal["110", "records"] = switch("110", "what record is told without a signal")
    slot_time: Literal["told", "absent"] = switch("told", "recording time in slot info")
