"""Serving a device from a thread of its own: for tests, and for programs that go on meanwhile."""

from __future__ import annotations

import asyncio
import atexit
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from vrmon.simulator.served.certificate import Certificate, make_certificate
from vrmon.simulator.served.http_server import Server
from vrmon.simulator.served.line_server import LineServer, Speaker
from vrmon.simulator.served.message_server import Conversant, MessageServer
from vrmon.simulator.served.port import Port
from vrmon.simulator.served.simulated_device import SimulatedDevice

D = TypeVar("D", bound=SimulatedDevice)


def open_port(
    device: SimulatedDevice,
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: Certificate | None = None,
) -> Port:
    """Where the device is served from now on, in what it speaks, once it is told to listen."""
    if isinstance(device, Speaker):
        return LineServer(device, device, host, port)
    if isinstance(device, Conversant):
        return MessageServer(device, host, port)
    return Server(device, host, port, certificate)


@contextmanager
def serving(
    device: D,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: bool | Certificate = False,
    listening: bool = True,
) -> Iterator[D]:
    """The device, on `host` at `device.url`, until the block ends.

    `tls` True takes one self-signed certificate for the whole process. With `listening` False it refuses
    connections until `device.listen_again()`.
    """
    certificate = _usual_certificate() if tls is True else tls or None
    ready: Future[Callable[[], object]] = Future()
    thread = threading.Thread(
        target=lambda: asyncio.run(_serve(device, host, port, certificate, listening, ready)),
        name=f"simulated {device.KIND}",
        daemon=True,
    )
    thread.start()
    end = ready.result(timeout=10)
    try:
        yield device
    finally:
        end()
        thread.join(timeout=10)


async def _serve(
    device: SimulatedDevice,
    host: str,
    port: int,
    certificate: Certificate | None,
    listening: bool,
    ready: Future[Callable[[], object]],
) -> None:
    over = asyncio.Event()
    try:
        server = open_port(device, host, port, certificate=certificate)
        if listening:
            await server.listen_again()
    except OSError as error:
        ready.set_exception(error)
        return
    ready.set_result(partial(server.loop.call_soon_threadsafe, over.set))
    await over.wait()
    await server.close()


@lru_cache(maxsize=1)
def _usual_certificate() -> Certificate:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return make_certificate(Path(folder.name))
