"""A device found by what a person says of its address: where it answers, and whom it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

from vrmon.devices import kinds
from vrmon.devices.contract import Kind, Role
from vrmon.errors import CertificateRefused, ControlError, DeviceError, PasswordRefused, Unreachable
from vrmon.net.endpoint import fingerprint
from vrmon.settings import DeviceSettings
from vrmon.text import sentence

_PATIENCE = 5.0  # seconds for one address


class Found:
    """Where it answers. `pin` is "" where its certificate is trusted as it is, or where it shows none."""

    def __init__(self, url: str, pin: str = "") -> None:
        self.url = url
        self.pin = pin


def find(kind_name: str, address: str) -> Found:
    """The first of the addresses that may be meant at which such a device answers as one of its kind, else
    the first that answers at all. ControlError, with what became of each, where none does.
    """
    kind = kinds.KINDS[kind_name]
    failures, odd = [], []
    for url in addresses(kind, address):
        device = DeviceSettings(kind_name, url, timeout=_PATIENCE, kind=kind_name)
        try:
            look(kind.role, device)
        except CertificateRefused:
            return Found(url, f"sha256:{fingerprint(url, _PATIENCE)}")
        except PasswordRefused:
            return Found(url)
        except Unreachable as error:
            failures.append(f"{url}: {sentence(str(error))}")
        except DeviceError:
            odd.append(Found(url))
        else:
            return Found(url)
    if not odd:
        raise ControlError(
            "\n".join([f"Cannot find a {kind.traits.recorder.removeprefix('the ')} there.", *failures])
        )
    return odd[0]


def addresses(kind: Kind, address: str) -> Iterator[str]:
    """What may be meant by a URL, a host, or a host with its port. ControlError where it is none of these."""
    if "://" in address:
        candidates = [address]
    elif re.fullmatch(r"[^:]+:[0-9]+|\[.*\]:[0-9]+", address):
        candidates = [re.sub(r"\{host\}(:[0-9]+)?", lambda _: address, one) for one in kind.usual]
    else:
        host = f"[{address}]" if ":" in address and not address.startswith("[") else address
        candidates = [one.format(host=host) for one in kind.usual]
    for one in dict.fromkeys(candidates):
        try:
            yield kind.url.read(one)
        except ValueError as wrong:
            raise ControlError(f"{address!r} cannot be an address: {one} {wrong}.") from None


def look(role: Role, device: DeviceSettings) -> None:
    """DeviceError where it does not answer as it should."""
    if role is Role.PRIMARY:
        with closing(kinds.primary(device)()) as primary:
            primary.jobs()
    else:
        with closing(kinds.recorder(device)()) as recorder:
            recorder.sources()
