"""A kind of recorder that vrmon does not know: a deck of one source, spoken to by lines on a TCP connection.

It takes a take's name with the record command, tells no destinations, shows a recording late and knows no
pause. `register` gives it its row, as a folder in vrmon/devices would have one.
"""

from __future__ import annotations

from vrmon.devices import kinds
from vrmon.devices.contract import Kind, Role
from vrmon.devices.keys import Key, one_of, url
from vrmon.traits import Traits

KIND = Kind(
    Role.RECORDER,
    __name__,
    url=url("deck://10.1.85.60:9993", "deck"),
    keys=(Key("slot", one_of("1", "2"), "which of its disks records", "1"),),
    traits=Traits(recorder="the deck", place="the rack", start_grace=4.0),
)


def register() -> None:
    kinds.KINDS["deck"] = KIND
