"""OBS Studio, over obs-websocket 5: a recorder of one source, which records what its scene shows."""

from __future__ import annotations

from vrmon.devices.contract import Kind, Role
from vrmon.devices.keys import url
from vrmon.devices.obs import names
from vrmon.traits import Traits

TRAITS = Traits(
    recorder="OBS",
    place="the machine that OBS runs on",
    medium="working disk",
    fit=names.fit,
    longest=names.LONGEST,
    may_show=names.may_show,
    stop_grace=5.0,  # it was seen to record on for 2 s, and to refuse a start meanwhile
    shown_late=2.5,
    unwritten=8.0,  # with the encoder's delay, what its container keeps back until it is whole
    tells_destinations=True,
)

KIND = Kind(
    Role.RECORDER,
    __name__,
    url=url("ws://10.1.85.70:4455", "ws"),
    usual=("ws://{host}:4455",),
    lacks=frozenset({"tls"}),
    traits=TRAITS,
)
