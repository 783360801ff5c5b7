"""`vrmon setup`: the first installation, asked step by step: two devices, their password, the channels."""

from __future__ import annotations

import os
import socket
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from vrmon import config
from vrmon.catalog import Code
from vrmon.cli import asking, credentials, editing, mapping, steering
from vrmon.cli.commands import status
from vrmon.cli.lenient import part, parts, text
from vrmon.cli.probing import find
from vrmon.cli.vrmond import Document, Vrmond
from vrmon.config import Directories, passwords
from vrmon.config.reading import examine, password_file
from vrmon.devices import kinds
from vrmon.devices.contract import Role
from vrmon.errors import ControlError
from vrmon.model import DeviceState, Health
from vrmon.settings import DeviceSettings, Settings

_POLL_INTERVAL = 1.0  # seconds
_PATIENCE = 15.0  # seconds for vrmond to have seen the devices, or to be well
_CALLED = {Role.PRIMARY: "primary", Role.RECORDER: "backup recorder"}
_TRIES = 3  # for a password


def run(options: Namespace) -> int:
    """Writes what it has learnt after each step, so that nothing is asked twice."""
    path, client = editing.file_of(options), Vrmond.of(options)
    client.status()  # NoDaemon before anything is asked
    editing.insist_on_its_file(options, path)
    for role in (Role.PRIMARY, Role.RECORDER):
        _set_up(role, path)
    steering.reload(options)
    _wait(client, _all_seen)
    _give_passwords(options, path, client)
    _tell_what_fails(client)
    print()
    mapping.add_channels(options, path)
    _wait(client, lambda document: text(document, "health") == Health.OK)
    print()
    status.show(client.status())
    board = _board(_settings(path))
    print(
        f"\nThe board for the control room: {board}" if board else "\nThere is no board: api.listen is empty."
    )
    return 0


def _settings(path: Path) -> Settings:
    return examine(config.text_of(path), path, os.environ)[0]


def _set_up(role: Role, path: Path) -> None:
    """Asks for a device in this role, unless the file names one."""
    settings = _settings(path)
    there = settings.primaries if role is Role.PRIMARY else settings.dvrs
    for one in there.values():
        print(f"{one.name} is set up already: {one.url}")
    if there:
        return
    kind_name = _kind(role)
    called = kinds.KINDS[kind_name].traits.recorder.removeprefix("the ")
    while True:
        address = asking.ask(f"Address of the {called}")
        if not address:
            raise ControlError(
                f"Cannot set up: there is no {_CALLED[role]} without an address. Start again: vrmon setup"
            )
        try:
            found = find(kind_name, address)
            break
        except ControlError as error:
            print(error)
    values: dict[str, str | float] = {"url": found.url, "poll_interval": _POLL_INTERVAL}
    if found.pin:
        values["tls"] = _trust(found.url, found.pin)
    before = config.text_of(path)
    if kind_name != next(iter(kinds.of(role))):
        values = {"kind": kind_name, **values}
    config.rewrite(path, before, config.put_device(before, role.value, kind_name, values), os.environ)
    print(f"{called} at {found.url} is in {path}.\n")


def _kind(role: Role) -> str:
    names = list(kinds.of(role))
    while len(names) > 1:
        answer = asking.ask(f"Kind of the {_CALLED[role]}: {' or '.join(names)}", names[0])
        if answer in names:
            return answer
    return names[0]


def _trust(url: str, pin: str) -> str:
    """What is to be trusted. ControlError where the person trusts nothing."""
    print(f"{url} shows a certificate that no authority of this machine has signed. Its SHA-256 fingerprint:")
    print(f"  {pin.removeprefix('sha256:')}")
    print("Compare it with what the device itself shows.")
    if asking.yes("Is it the same? It, and no other, is trusted from now on", default=True):
        return pin
    if asking.yes("Accept any certificate that it shows, then"):
        return "insecure"
    raise ControlError("Cannot set up: the device is not trusted. Nothing was sent to it.")


def _wait(client: Vrmond, condition: Callable[[Document], bool]) -> None:
    """For a moment; what is not so by then is told."""
    deadline = time.monotonic() + _PATIENCE
    while not condition(client.status()) and time.monotonic() < deadline:
        time.sleep(0.2)


def _all_seen(document: Document) -> bool:
    """Whether every device has answered, or has a problem that says why it does not."""
    names = {text(one, "subject") for one in parts(document, "problems")}
    return all(
        text(device, "state") == DeviceState.OK or name in names
        for group in ("primaries", "dvrs")
        for name, device in part(document, group).items()
    )


def _refusing(client: Vrmond) -> list[str]:
    problems = parts(client.status(), "problems")
    return [text(one, "subject") for one in problems if text(one, "code") == Code.PASSWORD_REFUSED]


def _give_passwords(options: Namespace, path: Path, client: Vrmond) -> None:
    for _ in range(_TRIES):
        names = _refusing(client)
        for name in names:
            print(f"{name} wants a password.")
            place = _place(path, name)
            credentials.keep(place, asking.secret(name))
            credentials.take_in(options, place)
        if not names:
            return
        _wait(client, lambda document: _all_seen(document) and text(document, "health") != "")


def _place(path: Path, name: str) -> Path:
    """Where the password belongs, which is named in the file where systemd hands none over."""
    before = config.text_of(path)
    place = passwords.place(name, password_file(before, path, name), Directories.from_environ(os.environ))
    if place is None:
        place = path.absolute().parent / f"{name}.password"
        credentials.keep(place, "to be replaced")
        after = config.put_device(before, Role.RECORDER.value, name, {"password_file": str(place)})
        config.rewrite(path, before, after, os.environ)
    return place


def _tell_what_fails(client: Vrmond) -> None:
    document = client.status()
    for one in parts(document, "problems"):
        if text(one, "subject") in {*part(document, "primaries"), *part(document, "dvrs")}:
            print(f"{text(one, 'message')} {text(one, 'hint')}")


def _board(settings: Settings) -> str:
    """Its address as others reach it, "" where there is none."""
    host, _, port = settings.api.listen.rpartition(":")
    if not port:
        return ""
    if host in ("0.0.0.0", "[::]"):  # noqa: S104 - compared, not bound
        host = next(map(_way_to, settings.primaries.values()), "") or socket.gethostname()
    return f"http://{host}:{port}/"


def _way_to(device: DeviceSettings) -> str:
    """The address of this machine that is nearest to a device."""
    address = urlsplit(device.url)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address.hostname, address.port or 9))  # sends nothing
        except OSError:
            return ""
        return str(probe.getsockname()[0])
