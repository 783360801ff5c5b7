"""A PlayBox ingest: a primary."""

from __future__ import annotations

import re

from vrmon.devices.contract import Kind, Role
from vrmon.traits import Traits


def _odd_ingest(ingest: str) -> str:
    return "" if re.fullmatch("[0-9A-F]{32}", ingest) else "is not 32 hexadecimal digits"


KIND = Kind(
    Role.PRIMARY,
    __name__,
    usual=("https://{host}:4230", "http://{host}:4230"),
    traits=Traits(recorder="PlayBox", place="the PlayBox server"),
    odd_ingest=_odd_ingest,
)
