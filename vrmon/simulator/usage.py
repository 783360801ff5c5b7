"""What `python3 -m vrmon.simulator --help` says of switches, faults and actions."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping

from vrmon.simulator.served import faults
from vrmon.simulator.served.simulated_device import SimulatedDevice
from vrmon.simulator.served.switches import COMMON, Described, Switches, described

_EXAMPLES = """\
Steer a device with curl at its own address, or at the control address with its name in the path:
  curl -X POST  http://127.0.0.1:4230/simulator/start_job -d '{"ingest": 0, "file_name": "SHOW.mxf"}'
  curl          http://127.0.0.1:8080/simulator/
  curl -X PATCH http://127.0.0.1:8080/simulator/switches -d '{"start_visible_after": 3}'
  curl -X PATCH http://127.0.0.1:8080/simulator/switches -d '{"source": 1, "source_told": "null"}'
  curl -X POST  http://127.0.0.1:8080/simulator/fault -d '{"kind": "hang", "route": "/sources", "times": 2}'
  curl -X POST  http://127.0.0.1:8080/simulator/record_by_hand -d '{"source": 1, "name": "MINE"}'
  curl -X POST  http://127.0.0.1:4200/simulator/playbox/refuse
A wrong action, switch or fault is answered with the right ones. "pydoc3 vrmon.simulator.served.remote" has
the whole of it. What a device did is in its state: the truth about takes, with both clocks, is "takes".
"""


def usage(kinds: Mapping[type[SimulatedDevice], type[Switches]]) -> str:
    """Of these kinds of devices, each with its switches."""
    return "\n".join(_lines(kinds))


def _lines(kinds: Mapping[type[SimulatedDevice], type[Switches]]) -> Iterator[str]:
    yield _EXAMPLES
    yield "switches of every device (NAME (usual position): positions):"
    for one in described(Switches):
        yield from _switch(one)
    for kind, switches in kinds.items():
        part = f", for the whole of it or for one {kind.PART}" if kind.PART else ""
        yield f"\nswitches of {kind.KIND}{part}:"
        for one in described(switches):
            if one.name not in COMMON:
                yield from _switch(one)
    yield "\nfaults:"
    yield from (f"  {line}".rstrip() for line in (faults.__doc__ or "").splitlines()[2:])
    for kind in kinds:
        yield f"\nactions of {kind.KIND}:"
        for action in kind.ACTIONS:
            method = getattr(kind, action)
            parameters = inspect.signature(method).parameters
            arguments = [name for name in parameters if name not in ("self", "device")]
            about = (inspect.getdoc(method) or "").partition("\n\n")[0].replace("\n", " ")
            yield f"  {action}({', '.join(arguments)})"
            if about:
                yield f"      {about}"


def _switch(one: Described) -> Iterator[str]:
    yield f"  {one.name} ({json.dumps(one.usual)}): {one.positions}"
    yield f"      {one.meaning}"
