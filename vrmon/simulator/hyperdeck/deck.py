"""A HyperDeck: two slots, an input, and the lines of its Ethernet protocol."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vrmon.simulator.hyperdeck.deck_switches import HyperDeckSwitches
from vrmon.simulator.recording.solo_recorder import SoloRecorder
from vrmon.simulator.served.simulated_device import locked
from vrmon.simulator.served.switches import switched

OK = "200 ok"
SYNTAX, PARAMETER, VALUE = "100 syntax error", "101 unsupported parameter", "102 invalid value"
FULL, NO_DISK, NO_INPUT = "104 disk full", "105 no disk", "110 no input"
REMOTE_DISABLED, REJECTED, STATE = (
    "111 remote control disabled",
    "120 connection rejected",
    "150 invalid state",
)
_ODD = re.compile(r'[/\\:*?"<>|]|[^ -~]')
_MODEL = "HyperDeck Studio Mini"


@dataclass
class Slot:
    """`room`: seconds that it can still record; a disk of 0 is full."""

    status: str = "mounted"
    volume: str = "SSD"
    room: int = 4 * 3600

    @property
    def has_room(self) -> bool:
        return self.status == "mounted" and self.room > 0


class HyperDeck(SoloRecorder):
    KIND = "hyperdeck"
    ACTIONS = (*SoloRecorder.ACTIONS, "fill_disk", "take_disk", "set_room", "set_signal", "set_remote")
    switches: HyperDeckSwitches

    def __init__(self) -> None:
        super().__init__()
        self.switches = HyperDeckSwitches()
        self.slots = [Slot(volume="SSD A"), Slot(volume="SSD B")]
        self.signal = "1080i50"
        self.remote = True
        self._last = ""

    @locked
    def switch(self, /, **changes: Any) -> None:
        self.switches = switched(self.switches, changes)

    @locked
    def fill_disk(self, full: bool = True) -> None:
        """Not a frame more gets onto either disk, and the take ends; `full` False: there is room again."""
        for slot in self.slots:
            slot.room = 0 if full else 4 * 3600
        self._end_without_room()

    @locked
    def take_disk(self, slot: int = 1, out: bool = True) -> None:
        """A disk is pulled, or put back."""
        self.slots[slot - 1].status = "empty" if out else "mounted"
        self._end_without_room()

    @locked
    def set_room(self, slot: int, seconds: int) -> None:
        self.slots[slot - 1].room = seconds
        self._end_without_room()

    @locked
    def set_signal(self, video_format: str = "none") -> None:
        """Another signal comes in; "none": no signal."""
        self.signal = video_format

    @locked
    def set_remote(self, enabled: bool = True) -> None:
        """The REM button at its front."""
        self.remote = enabled

    @locked
    def describe(self) -> dict[str, Any]:
        slots = [asdict(slot) for slot in self.slots]
        return {**super().describe(), "slots": slots, "signal": self.signal, "remote": self.remote}

    @locked
    def greet(self, connections: int) -> tuple[str, bool]:
        if self.switches.clients == "one" and connections > 1:
            return REJECTED, False
        return _block("500 connection info", {"protocol version": "1.11", "model": _MODEL}), True

    @locked
    def reply(self, line: str) -> str:
        self.advance()
        unasked = (
            f"{_block('508 transport info', self._transport())}\r\n" if self.switches.says_unasked else ""
        )
        return unasked + self._reply(line)

    def usual_name(self) -> str:
        return "HyperDeck"

    def numbered(self, name: str, number: int) -> str:
        return f"{name}_{number:04d}"

    def _reply(self, line: str) -> str:
        verb, _, rest = line.partition(":")
        parameters = _parameters(rest)
        if parameters is None:
            return SYNTAX
        answers: dict[str, Callable[[dict[str, str]], str]] = {
            "device info": self._device_info,
            "transport info": lambda _: _block("208 transport info", self._transport()),
            "slot info": self._slot_info,
            "remote": lambda _: _block(
                "210 remote info", {"enabled": str(self.remote).lower(), "override": "false"}
            ),
            "record": self._record,
            "stop": self._stop,
            "ping": lambda _: OK,
            "quit": lambda _: OK,
            "watchdog": lambda _: OK,
            "notify": self._notify,
            "clips get": self._clips,
        }
        answer = answers.get(verb.strip().lower())
        return SYNTAX if answer is None else answer(parameters)

    def _device_info(self, _: dict[str, str]) -> str:
        told = {"protocol version": "1.11", "model": _MODEL, "unique id": "7c2e0d021714"}
        if self.switches.slot_count == "told":
            told["slot count"] = str(len(self.slots))
        return _block("204 device info", told)

    def _transport(self) -> dict[str, str]:
        is_recording = self.shows_recording(self.advance())
        return {
            "status": "record" if is_recording else "preview",
            "speed": "0",
            "slot id": self._slot(),
            "clip id": str(len(self._takes)) if self._takes else "none",
            "single clip": "false",
            "display timecode": "00:00:00:00",
            "timecode": "00:00:00:00",
            "video format": "1080i50",
            "loop": "false",
            "input video format": self.signal,
        }

    def _slot(self) -> str:
        """The one that it records to."""
        return next((str(number) for number, slot in enumerate(self.slots, 1) if slot.has_room), "none")

    def _slot_info(self, parameters: dict[str, str]) -> str:
        number = parameters.get("slot id", "1")
        if not number.isdigit() or not 1 <= int(number) <= len(self.slots):
            return VALUE
        slot = self.slots[int(number) - 1]
        told = {"slot id": number, "status": slot.status}
        if slot.status == "mounted":
            told |= {"volume name": slot.volume, "recording time": str(slot.room), "video format": "1080i50"}
        if self.switches.slot_time == "absent":
            told.pop("recording time", None)
        return _block("202 slot info", told)

    def _record(self, parameters: dict[str, str]) -> str:
        now, name = self.advance(), parameters.get("name", "")
        if set(parameters) - {"name"}:
            return PARAMETER
        if self.is_busy(now):
            return OK if self.switches.record_while_recording == "ok" else STATE
        is_taken = name.casefold() in {take.name.casefold() for take in self._takes}
        refusals = {
            REMOTE_DISABLED: not self.remote,
            NO_DISK: not any(slot.status == "mounted" for slot in self.slots),
            FULL: not any(slot.has_room for slot in self.slots),
            NO_INPUT: self.signal == "none" and self.switches.no_signal == "110",
            "112 a clip of that name exists": is_taken and self.switches.duplicate_name == "refused",
        }
        refusal = next((words for words, holds in refusals.items() if holds), "")
        if refusal:
            return refusal
        is_odd = _ODD.search(name) and self.switches.odd_name == "not recorded"
        if not (is_odd or self.switches.record_is_deaf):
            self.begin(self.free_name(name or self.numbered(self.usual_name(), 1)), now, "remote")
        return OK

    def _stop(self, _: dict[str, str]) -> str:
        if not self.remote:
            return REMOTE_DISABLED
        if self.take is None and self.switches.stop_while_idle == "150":
            return STATE
        self.end(self.advance(), "remote")
        return OK

    def _notify(self, parameters: dict[str, str]) -> str:
        if parameters:
            return OK
        return _block("209 notify", dict.fromkeys(("transport", "slot", "remote"), "false"))

    def _clips(self, _: dict[str, str]) -> str:
        over = [take for take in self._takes if take.ended is not None]
        named = {
            str(number): f"{take.name}.mov 00:00:00:00 00:00:10:00" for number, take in enumerate(over, 1)
        }
        return _block("205 clips info", {"clip count": str(len(over)), **named})

    def _end_without_room(self) -> None:
        if not any(slot.has_room for slot in self.slots):
            self.end(self.advance(), "full")


def _block(head: str, values: Mapping[str, str]) -> str:
    return "\r\n".join([f"{head}:", *(f"{key}: {value}" for key, value in values.items()), ""])


def _parameters(text: str) -> dict[str, str] | None:
    """Of "slot id: 1", and of "name: A speed: 100"; None where it is none."""
    found = re.findall(r"(?:^|\s)(slot id|name|clip id|speed|transport|slot|remote|period): ?", text)
    values = re.split(r"(?:^|\s)(?:slot id|name|clip id|speed|transport|slot|remote|period): ?", text)[1:]
    if text.strip() and not found:
        return None
    return {key: value.strip() for key, value in zip(found, values, strict=True)}
