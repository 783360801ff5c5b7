"""Runs a PlayBox and one or more recorders by hand: `python3 -m vrmon.simulator --help`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from vrmon.simulator.hyperdeck.deck import HyperDeck
from vrmon.simulator.hyperdeck.deck_switches import HyperDeckSwitches
from vrmon.simulator.movierecorder.recorder import MovieRecorder
from vrmon.simulator.movierecorder.recorder_switches import MovieRecorderSwitches
from vrmon.simulator.obs.obs_switches import ObsSwitches
from vrmon.simulator.obs.studio import Obs
from vrmon.simulator.playbox.ingest_server import PlayBox
from vrmon.simulator.playbox.ingest_switches import PlayBoxSwitches
from vrmon.simulator.served.certificate import Certificate, make_certificate
from vrmon.simulator.served.listening_socket import ListeningSocket
from vrmon.simulator.served.port import Port
from vrmon.simulator.served.remote import control_of_all
from vrmon.simulator.served.serving import open_port
from vrmon.simulator.served.simulated_device import SimulatedDevice
from vrmon.simulator.served.switches import Switches
from vrmon.simulator.usage import usage

KINDS: dict[type[SimulatedDevice], type[Switches]] = {
    PlayBox: PlayBoxSwitches,
    MovieRecorder: MovieRecorderSwitches,
    HyperDeck: HyperDeckSwitches,
    Obs: ObsSwitches,
}

CHANNELS = 4
_LAST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    for kind, number in _numbers(options).items():
        if _first_port(options, kind) + number - 1 > _LAST_PORT:
            parser.error(f"the ports of each {kind} would go beyond 65535")
    try:
        devices = _devices(options)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    try:
        asyncio.run(_run(devices, options))
    except OSError as error:
        print(f"Cannot run the simulators: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m vrmon.simulator",
        description="A PlayBox and recorders that are not there, until Ctrl-C.",
        epilog=usage(KINDS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="IPv4 address to listen on (default %(default)s)")
    add("--playbox-port", type=tcp_port, default=4230, help="0: any (default %(default)s)")
    add(
        "--movierecorder-port", type=tcp_port, default=8080, help="of the first; 0: any (default %(default)s)"
    )
    add("--hyperdeck-port", type=tcp_port, default=9993, help="of the first; 0: any (default %(default)s)")
    add("--obs-port", type=tcp_port, default=4455, help="of the first; 0: any (default %(default)s)")
    add("--control-port", type=tcp_port, default=4200, help="0: any (default %(default)s)")
    add(
        "--channels",
        type=count,
        help="ingests, and sources of each recorder (default: as many as --ingest names, or 4)",
    )
    add(
        "--ingest",
        action="append",
        metavar="ID",
        help="the id of an ingest, in place of made ones; repeat it",
    )
    add("--recorders", type=count, default=1, help="how many MovieRecorders (default %(default)s)")
    add("--hyperdecks", type=int, default=0, help="how many HyperDecks (default %(default)s)")
    add("--obs", type=int, default=0, help="how many OBS (default %(default)s)")
    add("--password-file", type=Path, help="the MovieRecorders and OBS ask for the password in this file")
    add("--tls", action="store_true", help="HTTPS, with a self-signed certificate made for this run")
    add("--delay-ms", type=float, default=0.0, help="how late every answer is (default %(default)s)")
    add(
        "--switch",
        action="append",
        default=[],
        metavar="KIND.SWITCH=POSITION",
        help="as in playbox.ingest_ids=braces or movierecorder.start_visible_after=8; repeat it",
    )
    add("--json", action="store_true", help="print the addresses as one line of JSON")
    return parser


def tcp_port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to {_LAST_PORT}")
    return port


def count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is fewer than one")
    return number


@contextmanager
def _listening(name: str, options: argparse.Namespace, port: int) -> Iterator[None]:
    """An address that cannot be had is told with whose it was to be."""
    try:
        yield
    except OSError as error:
        where = f"{name} cannot listen on {options.host}:{port}"
        raise OSError(f"{where}: {error.strerror or error}.") from None


async def _run(devices: dict[str, SimulatedDevice], options: argparse.Namespace) -> None:
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder)) if options.tls else None
        servers = await _serve(devices, options, certificate)
        with _listening("control", options, options.control_port):
            control = await asyncio.get_running_loop().create_server(
                web.Server(control_of_all(devices), access_log=None),
                sock=ListeningSocket(options.host, options.control_port),
            )
        _tell(devices, control.sockets[0].getsockname(), options)
        await over.wait()
        control.close()
        for server in servers:
            await server.close()


def _numbers(options: argparse.Namespace) -> dict[str, int]:
    """How many recorders of each kind."""
    return {MovieRecorder.KIND: options.recorders, HyperDeck.KIND: options.hyperdecks, Obs.KIND: options.obs}


def _first_port(options: argparse.Namespace, kind: str) -> int:
    return int(getattr(options, f"{kind}_port"))


def _devices(options: argparse.Namespace) -> dict[str, SimulatedDevice]:
    password = options.password_file.read_text().strip() if options.password_file else ""
    ingests = options.ingest or options.channels or CHANNELS
    channels = options.channels or len(options.ingest or range(CHANNELS))
    devices: dict[str, SimulatedDevice] = {"playbox": PlayBox(ingests)}
    makers: dict[str, Callable[[], SimulatedDevice]] = {
        MovieRecorder.KIND: lambda: MovieRecorder(channels, password=password),
        HyperDeck.KIND: HyperDeck,
        Obs.KIND: lambda: Obs(password),
    }
    for kind, how_many in _numbers(options).items():
        for number in range(1, how_many + 1):
            devices[kind if number == 1 else f"{kind}{number}"] = makers[kind]()
    for device in devices.values():
        device.delay = options.delay_ms / 1000
    for wish in options.switch:
        _switch(devices.values(), wish)
    return devices


def _switch(devices: Iterable[SimulatedDevice], wish: str) -> None:
    """Sets a switch of every device of a kind; `wish` is KIND.SWITCH=POSITION, the latter as JSON or bare."""
    name, _, text = wish.partition("=")
    kind, _, switch = name.partition(".")
    meant = [device for device in devices if kind == device.KIND]
    if not meant or not switch or not text:
        kinds = " or ".join(one.KIND for one in KINDS)
        raise ValueError(f"Cannot switch {wish!r}: KIND.SWITCH=POSITION is expected, KIND is {kinds}.")
    try:
        position = json.loads(text)
    except ValueError:
        position = text
    for device in meant:
        device.switch(**{switch: position})


async def _serve(
    devices: dict[str, SimulatedDevice], options: argparse.Namespace, certificate: Certificate | None
) -> list[Port]:
    servers = []
    seen: Counter[str] = Counter()
    for name, device in devices.items():
        first = _first_port(options, device.KIND)
        port = first and first + seen[device.KIND]
        seen[device.KIND] += 1
        with _listening(name, options, port):
            server = open_port(device, options.host, port, certificate)
            await server.listen_again()
        servers.append(server)
    return servers


def _tell(devices: dict[str, SimulatedDevice], control: tuple[str, int], options: argparse.Namespace) -> None:
    addresses = {name: device.url for name, device in devices.items()}
    addresses["control"] = f"http://{control[0]}:{control[1]}"
    fingerprint = devices["playbox"].fingerprint
    if options.json:
        print(json.dumps({**addresses, "fingerprint": fingerprint}), flush=True)
        return
    for name, url in addresses.items():
        print(f"{name:16} {url}")
    if fingerprint:
        print(f"{'SHA-256':16} {fingerprint}")
    print("Ctrl-C ends it.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
