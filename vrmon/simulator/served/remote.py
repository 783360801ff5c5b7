"""The control address of a simulated device: everything that Python can do to it, as JSON over HTTP.

    GET   /simulator/            the whole state: jobs or sources and takes, switches, faults
    GET   /simulator/log         the requests so far: at, method, path, body, answered (monotonic seconds)
    PATCH /simulator/switches    {"switch": position, …}; for one source: {"source": …, "switch": …}
    PATCH /simulator/            {"delay_ms": 20}: how late every answer is
    POST  /simulator/ACTION      {"argument": value, …}: one of the device's ACTIONS

Answers are 200 with {"result": …}, or 400 with {"error": "Cannot …"}. Neither password nor fault nor delay
touches them. A device that refuses or drops connections does so at its own control address as well, the
answer to that very request included; `python3 -m vrmon.simulator` has one more control address, which always
answers, with the device's name in the path: /simulator/playbox/log.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from vrmon.simulator.served.exchange import Answer
from vrmon.simulator.served.simulated_device import SimulatedDevice
from vrmon.simulator.served.wire import response

PREFIX = "/simulator/"


def control_of_all(
    devices: Mapping[str, SimulatedDevice],
) -> Callable[[web.BaseRequest], Awaitable[web.Response]]:
    """The handler of the address that steers several devices, by name."""

    async def handler(request: web.BaseRequest) -> web.Response:
        name, _, what = unquote(request.path).removeprefix(PREFIX).partition("/")
        if name not in devices:
            return response(Answer({"error": f"Cannot find {name!r}: here are {', '.join(devices)}."}, 404))
        body = await request.read()
        return response(await control(devices[name], request.method, PREFIX + what, body))

    return handler


async def control(device: SimulatedDevice, method: str, path: str, body: bytes) -> Answer:
    """Answers one control request; `path` begins with PREFIX."""
    what = path.removeprefix(PREFIX)
    try:
        arguments = json.loads(body or b"{}")
        if not isinstance(arguments, dict):
            raise ValueError("Cannot read the request: it is not a JSON object.")
        return Answer({"result": await _result(device, method, what, arguments)})
    except (TypeError, ValueError) as error:
        return Answer({"error": str(error)}, 400)


async def _result(device: SimulatedDevice, method: str, what: str, arguments: dict[str, Any]) -> Any:
    if (method, what) == ("GET", ""):
        return device.describe()
    if (method, what) == ("GET", "log"):
        return [asdict(arrival) for arrival in device.arrivals()]
    if (method, what) == ("PATCH", ""):
        device.delay = _seconds(arguments)
        return None
    if (method, what) == ("PATCH", "switches"):
        return await _act(device, "switch", arguments)
    if method == "POST" and what in device.ACTIONS:
        return await _act(device, what, arguments)
    known = ", ".join(device.ACTIONS)
    raise ValueError(f"Cannot {method} {PREFIX}{what}: unknown. Actions to POST are {known}.")


async def _act(device: SimulatedDevice, action: str, arguments: dict[str, Any]) -> Any:
    method = getattr(device, action)
    try:
        inspect.signature(method).bind(**arguments)
    except TypeError as error:
        raise ValueError(f"Cannot {action}: {error}. It takes {inspect.signature(method)}.") from None
    result = method(**arguments)
    if isinstance(result, asyncio.Task):
        await result
    return result if isinstance(result, str) else None


def _seconds(arguments: dict[str, Any]) -> float:
    late = arguments.get("delay_ms")
    if set(arguments) != {"delay_ms"} or not isinstance(late, int | float) or late < 0:
        raise ValueError('Cannot change this: PATCH takes {"delay_ms": milliseconds}.')
    return late / 1000
