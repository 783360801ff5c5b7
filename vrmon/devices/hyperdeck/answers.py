"""What a HyperDeck's answers mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vrmon.model import Destination, Source
from vrmon.net.redact import one_line
from vrmon.net.shape import ShapeError

SOURCE = "1"
"""The unique_id of a deck's one source."""
MOST_SLOTS = 8

_RECORDS = "record"
_DOES_NOT = frozenset({"preview", "stopped", "play", "forward", "rewind", "jog", "shuttle"})
_OF_SLOTS = frozenset({"empty", "mounting", "error", "mounted"})
_LEFT = ((5, "less than 5 min of room is left"), (30, "less than half an hour of room is left"))
"""In steps, so that a warning is not another one each time."""


@dataclass(frozen=True)
class Slot:
    """`left`: seconds that it can still record; None where that is not told."""

    number: int
    status: str
    volume: str
    left: int | None

    @property
    def is_told(self) -> bool:
        return self.status in _OF_SLOTS

    @property
    def is_usable(self) -> bool:
        return self.status == "mounted" and self.left != 0

    @property
    def unique_id(self) -> str:
        return str(self.number)


def parse_slot_count(values: Mapping[str, str]) -> int:
    """Older decks have two, and do not say so."""
    told = values.get("slot count", "")
    return min(max(int(told), 1), MOST_SLOTS) if _is_number(told) else 2


def parse_slot(number: int, values: Mapping[str, str]) -> Slot:
    left = values.get("recording time", "")
    known = int(left) if _is_number(left) else None
    return Slot(number, values.get("status", "").lower(), one_line(values.get("volume name", ""), 60), known)


def _is_number(told: str) -> bool:
    return told.isascii() and told.isdigit() and len(told) < 12


def parse_source(values: Mapping[str, str], slots: Iterable[Slot] | None = None) -> Source:
    """ShapeError where the transport does not tell whether it records: by a word that no deck is known to
    say, too. `slots`: None where they are not told."""
    status = values.get("status", "").lower()
    if not status:
        raise ShapeError("transport info: no status")
    if status != _RECORDS and status not in _DOES_NOT:
        raise ShapeError("transport info: a status that no HyperDeck tells")
    usable = None if slots is None else tuple(slot.unique_id for slot in slots if slot.is_usable)
    return Source(
        SOURCE,
        "HyperDeck",
        is_recording=status == _RECORDS,
        destinations=usable,
        video_format=_picture(values),
    )


def parse_destinations(
    transport: Mapping[str, str], remote: Mapping[str, str], slots: Iterable[Slot]
) -> tuple[Destination, ...]:
    """The slots, each with what is to be said of it. What keeps the deck as a whole from recording is said
    of the first that it would record to."""
    slots = tuple(slots)
    usable = [slot for slot in slots if slot.is_usable]
    of_all = [*_of_deck(transport, remote), *_of_room(usable)]
    return tuple(
        Destination(
            slot.unique_id,
            f"slot {slot.number}{f' ({slot.volume})' if slot.volume else ''}",
            tuple(of_all) if slot in usable[:1] else (),
        )
        for slot in slots
    )


def _picture(transport: Mapping[str, str]) -> str | None:
    """The format that comes in; "" where there is no signal."""
    told = transport.get("input video format")
    return "" if told is not None and told.lower() == "none" else told


def _of_deck(transport: Mapping[str, str], remote: Mapping[str, str]) -> Iterable[str]:
    if _picture(transport) == "":
        yield "there is no signal at the input"
    if remote.get("enabled", "").lower() == "false":
        yield "remote control is disabled, so it cannot be started; press REM on it"


def _of_room(usable: list[Slot]) -> Iterable[str]:
    left = [slot.left for slot in usable if slot.left is not None]
    if left and len(left) == len(usable):
        yield from [words for minutes, words in _LEFT if sum(left) < minutes * 60][:1]
