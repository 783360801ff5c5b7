"""What all threads share that talk to one device: address, trust, password, and its name in errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote, urlsplit

from vrmon.errors import BadAnswer, DeviceError, Unreachable
from vrmon.net.failures import FOREIGN, explain, why
from vrmon.net.keeping import Crowding
from vrmon.net.redact import Scrubber, one_line
from vrmon.net.tls import context_for, peer_fingerprint
from vrmon.settings import DeviceSettings

_READ = 4096  # characters of a device's own words

E = TypeVar("E", bound=DeviceError)


class Endpoint:
    """One device's address and how to speak of it. Made once per device, then only read, save for what its
    clients find out: which of their connections stand idle, whether it `keeps_none` open for long, or has
    reason to (`crowding`), and how it spells its ids itself, by our spelling (`spellings`, which are replaced
    and never changed).

    `host` is its name in HTTP and TLS; `dial` has an IPv6 address's zone as well. `base`: the address that
    all its resources have before them.
    `port`: the usual one of its kind, which its url need not name.
    `trust`: what to do where its certificate is not trusted, for one that is no device of vrmon.toml.
    Making one never fails: a CA file that cannot be read, say, is told by every exchange.
    """

    def __init__(self, device: DeviceSettings, port: int = 0, trust: str | None = None) -> None:
        parts = urlsplit(device.url)
        self.name = device.name
        self.timeout = device.timeout
        self.tls = device.tls
        self._trust = f"If it is the right device: vrmon trust {device.name}" if trust is None else trust
        self.secure = parts.scheme == "https"
        self.port = parts.port or port or (443 if self.secure else 80)
        self.has_password = bool(device.password)
        self.standing: set[object] = set()
        self.keeps_none = False
        self.crowding = Crowding()
        self.spellings: Mapping[str, str] = {}
        self._fault = ""
        self._query = f"?password={quote(device.password, safe='')}" if device.password else ""
        self._scrub = Scrubber(device.password)
        name, zone = _host(parts.netloc)
        try:
            self.host = name.encode("idna").decode("ascii")
        except UnicodeError:
            self.host = "invalid"
            self._fault = "has no valid name in its url"
        self.dial = f"{self.host}%{zone}" if zone else self.host
        bracketed = f"[{self.host}]" if ":" in self.host else self.host
        self.base = f"{parts.scheme}://{bracketed}:{self.port}{parts.path}".rstrip("/")
        try:
            self.context = context_for(device.tls if self.secure else "insecure")
        except OSError as error:
            self.context = context_for("insecure")
            self._fault = f"cannot be verified: {device.tls} is not a usable CA file: {why(error)}"

    def conceal(self, password: str) -> None:
        """Keep this one out of every text from now on, as that of the device: it is sent in a body."""
        self._scrub = Scrubber(password)

    def check(self) -> None:
        """Raise the error that every exchange would end with, if there is one."""
        if self._fault:
            raise self.error(Unreachable, self._fault)

    def resource(self, *segments: str) -> str:
        """What follows `base` in the address of a resource, password included; each segment becomes exactly
        one of the path."""
        self.check()
        for segment in segments:
            if segment in {"", ".", ".."}:
                # Encoding does not help: servers decode dots before they resolve them.
                raise self.error(BadAnswer, f"has an id that no address can hold: {json.dumps(segment)}")
        path = "/".join(quote(segment, safe="", errors="replace") for segment in segments)
        return f"{path}{self._query}"

    def error(self, kind: Callable[[str], E], text: str) -> E:
        """An error of `kind` that names the device and then says `text`."""
        address = f"[{self.dial}]" if ":" in self.dial else self.dial
        return kind(self._scrub(f"{self.name} ({address}:{self.port}) {text}"))

    def explain(self, error: Exception, limit: int) -> DeviceError:
        """Our error for one of FOREIGN that rose in an exchange of at most `limit` bytes."""
        kind, text = explain(error, self._trust, self.timeout, limit)
        return self.error(kind, text)

    def quoted(self, text: str) -> str:
        """The device's own words, fit to stand in an error: so much of them as anybody reads, scrubbed."""
        return one_line(self._scrub(text, _READ))


def _host(netloc: str) -> tuple[str, str]:
    """A URL's host in lower case, and its zone as it is: an interface's name may have capitals, and browsers
    write its "%" as "%25"."""
    host = netloc.rpartition("@")[2]
    if not host.startswith("["):
        return host.partition(":")[0].lower(), ""
    address, _, zone = host[1:].partition("]")[0].partition("%")
    return address.lower(), zone.removeprefix("25") if zone != "25" else zone


def fingerprint(url: str, timeout: float) -> str:
    """The SHA-256 of the certificate that an https address shows, "AB:CD:…", trusted or not. DeviceError."""
    endpoint = Endpoint(DeviceSettings(name="the device", url=url, timeout=timeout, tls="insecure"))
    if not endpoint.secure:
        raise endpoint.error(BadAnswer, "has no certificate: its url does not begin with https://")
    try:
        return peer_fingerprint(endpoint.dial, endpoint.host, endpoint.port, timeout)
    except FOREIGN as error:
        raise endpoint.explain(error, 0) from None
