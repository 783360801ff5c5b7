"""A Blackmagic HyperDeck, or whatever speaks its Ethernet protocol: a recorder of one source.

It never tells what the running clip is called, and does not pause. A destination is a slot with a disk.
"""

from __future__ import annotations

from vrmon.devices.contract import Kind, Role
from vrmon.devices.hyperdeck import names
from vrmon.devices.keys import url
from vrmon.traits import Traits

TRAITS = Traits(
    recorder="the HyperDeck",
    place="the deck",
    medium="disk with room",
    fit=names.fit,
    longest=names.LONGEST,
    tells_names=False,
    tells_destinations=True,
)

KIND = Kind(
    Role.RECORDER,
    __name__,
    url=url("tcp://10.1.85.60:9993", "tcp"),
    usual=("tcp://{host}:9993",),
    lacks=frozenset({"tls", "password_file"}),
    traits=TRAITS,
)
