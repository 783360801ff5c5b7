"""A HyperDeck as a recorder. Its commands are sent once each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from vrmon.devices.contract import Dvr
from vrmon.devices.hyperdeck.answers import (
    SOURCE,
    Slot,
    parse_destinations,
    parse_slot,
    parse_slot_count,
    parse_source,
)
from vrmon.devices.hyperdeck.ethernet import Ethernet, Said
from vrmon.errors import BadAnswer, Refused
from vrmon.model import Destination, Schedule, Sight, Source
from vrmon.net.shape import ShapeError
from vrmon.settings import DeviceSettings

Ask = Callable[[str], Said]

_REFUSALS, _SUCCESS = range(100, 200), range(200, 300)
_NOT_FOR_IT = frozenset({100, 101, 102, 103})  # a question, a value or a slot that this deck does not have


class HyperDeck:
    """A `contract.Dvr`. The connection is that of all clients of the deck."""

    def __init__(self, ethernet: Ethernet) -> None:
        self._ethernet = ethernet
        self._endpoint = ethernet.endpoint
        ethernet.join()

    def sources(self) -> Sight[tuple[Source, ...]]:
        def look(ask: Ask) -> Source:
            transport = self._told(ask, "transport info")
            slots = self._slots(ask)
            return self._understood(lambda: parse_source(transport.values, slots))

        return Sight((self._ethernet.converse(look),))

    def source(self, unique_id: str) -> Source | None:
        def look(ask: Ask) -> Source:
            transport = self._told(ask, "transport info")
            return self._understood(lambda: parse_source(transport.values))

        return self._ethernet.converse(look) if unique_id == SOURCE else None

    def destinations(self) -> tuple[Destination, ...]:
        def look(ask: Ask) -> tuple[Destination, ...]:
            transport, remote = self._told(ask, "transport info"), ask("remote")
            return parse_destinations(transport.values, remote.values, self._slots(ask) or ())

        return self._ethernet.converse(look)

    def schedules(self) -> tuple[Schedule, ...]:
        self._cannot("tell schedules")

    def record(self, source: str, name: str) -> None:
        """Under a name of its own where the deck takes none."""

        def begin(ask: Ask) -> None:
            said = ask(f"record: name: {name}" if name else "record")
            if name and said.code in _NOT_FOR_IT:
                said = ask("record")
            self._expect(said, "to record")

        self._check(source)
        self._ethernet.converse(begin)

    def stop(self, source: str) -> None:
        self._check(source)
        self._ethernet.converse(lambda ask: self._expect(ask("stop"), "to stop"))

    def set_name(self, source: str, name: str) -> None:  # noqa: ARG002
        self._cannot("name a clip that it records")

    def resume(self, source: str) -> None:  # noqa: ARG002
        self._cannot("resume")

    def thumbnail(self, source: str) -> bytes:  # noqa: ARG002
        self._cannot("show a picture")

    def close(self) -> None:
        self._ethernet.leave()

    def _slots(self, ask: Ask) -> tuple[Slot, ...] | None:
        """None where the deck does not tell of them, or not of one that may be the only one with room."""
        count = self._slot_count(ask)
        told = [(number, ask(f"slot info: slot id: {number}")) for number in range(1, count + 1)]
        slots = [parse_slot(number, one.values) for number, one in told if one.code not in _NOT_FOR_IT]
        known = tuple(slot for slot in slots if slot.is_told)
        is_certain = len(known) == len(slots) or any(slot.is_usable for slot in known)
        return known if known and is_certain else None

    def _slot_count(self, ask: Ask) -> int:
        """Kept once it is known: a deck that refuses to tell it now may do so at the next look."""
        if self._ethernet.slots is not None:
            return self._ethernet.slots
        said = ask("device info")
        count = parse_slot_count(said.values)
        if said.code in _SUCCESS or said.code in _NOT_FOR_IT:
            self._ethernet.slots = count
        return count

    def _check(self, source: str) -> None:
        if source != SOURCE:
            raise self._endpoint.error(Refused, f"has no source {self._endpoint.quoted(source)!r}")

    def _told(self, ask: Ask, line: str) -> Said:
        return self._expect(ask(line), f"to give its {line}")

    def _expect(self, said: Said, wish: str) -> Said:
        if said.code in _SUCCESS:
            return said
        if said.code in _REFUSALS:
            raise self._endpoint.error(Refused, f"refused {wish}: {said.code} {said.text}")
        raise self._endpoint.error(BadAnswer, f"was asked {wish} and answered {said.code} {said.text}")

    def _understood(self, parse: Callable[[], Source]) -> Source:
        try:
            return parse()
        except ShapeError as error:
            raise self._endpoint.error(BadAnswer, f"answered nonsense: {error}") from None

    def _cannot(self, what: str) -> NoReturn:
        raise self._endpoint.error(Refused, f"cannot {what}")


def connector(device: DeviceSettings) -> Callable[[], Dvr]:
    ethernet = Ethernet(device)
    return lambda: HyperDeck(ethernet)
