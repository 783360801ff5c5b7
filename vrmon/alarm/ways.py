"""The ways on which people are told, each with what its messenger must know, secrets included."""

from __future__ import annotations

import hashlib
import re
import socket
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from vrmon.catalog import Severity
from vrmon.config.alarm_values import web_address
from vrmon.devices.keys import CONTROL
from vrmon.files import read_small
from vrmon.settings import Alarm, Snmp
from vrmon.text import Word

_LIMIT = 64 * 1024
_PREFIXES = (Severity.CRITICAL.value, Severity.DEGRADED.value, "escalate")
_NET_SNMP = "80001f8804"  # the beginning of an engine ID that is a text, of net-snmp's enterprise
_DIGITS = 8  # of a digest: enough for a file of addresses, too few to find out what is secret in one
_LONGEST_TEXT = 27  # bytes of such a text


class Kind(Word):
    """What carries a message."""

    APPRISE = "apprise"
    WEBHOOK = "webhook"
    SNMP = "snmp"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True)
class Way:
    """`name` is for people and holds nothing secret; `known` is what the messenger must know. `digest`: of an
    address that stands among others, whose line says little of whose it is."""

    name: str
    kind: Kind
    only_critical: bool = False
    is_second: bool = False
    known: Mapping[str, Any] = field(default_factory=dict, repr=False)
    digest: str = ""

    @property
    def key(self) -> str:
        """By which it is known again when the configuration has been changed."""
        return self.digest or self.name


class Fault(NamedTuple):
    """A way that cannot even be tried."""

    way: str
    why: str


class Secrets(NamedTuple):
    """Where the files of [alarm] are read: those in `folder` as credentials that systemd handed over."""

    folder: Path
    credentials: Path | None

    def lines(self, file: Path) -> list[tuple[int, str]]:
        """The lines that say something, with their numbers from 1. ValueError, which never quotes them."""
        found = self.read(file)
        for number, line in found:
            check(file, number, line)
        return found

    def read(self, file: Path) -> list[tuple[int, str]]:
        """The same, whatever these lines hold."""
        handed = None if self.credentials is None else self.credentials / file.name
        is_credential = handed is not None and file.parent == self.folder and handed.exists()
        try:
            content, status = read_small(handed if is_credential and handed is not None else file, _LIMIT)
        except OSError as error:
            raise ValueError(f"cannot read {file}: {error.strerror}") from None
        if not is_credential and status.st_mode & 0o077:
            raise ValueError(f"{file} is open to its group or to others; run: chmod 600 {file}")
        text = content.decode(errors="surrogateescape")
        lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
        said = [(number, line) for number, line in lines if line and not line.startswith("#")]
        if not said:
            again = ", as systemd handed it over: restart vrmon-alarm once there is" if is_credential else ""
            raise ValueError(f"there is nothing in {file}{again}")
        return said


def check(file: Path, number: int, line: str) -> None:
    """ValueError for a line that holds what no text does."""
    if any("\udc80" <= character <= "\udcff" for character in line):
        raise ValueError(f"{file} is not UTF-8 in line {number}")
    if CONTROL.search(line):
        raise ValueError(f"{file} holds a control character in line {number}")


def find(settings: Alarm, secrets: Secrets) -> tuple[tuple[Way, ...], tuple[Fault, ...]]:
    """Every way that is configured, and why others cannot be used."""
    ways: list[Way] = []
    faults: list[Fault] = []
    for name, look in (
        ("urls_file", _apprise), ("webhook", _webhook), ("snmp", _snmp), ("heartbeat", _heartbeat)
    ):  # fmt: skip
        try:
            for found in look(settings, secrets):
                if isinstance(found, Way):
                    ways.append(found)
                else:
                    faults.append(found)
        except ValueError as wrong:
            faults.append(Fault(name, f"cannot be used: {wrong}"))
    return tuple(ways), tuple(faults)


def _apprise(settings: Alarm, secrets: Secrets) -> list[Way | Fault]:
    """A mistake in one line costs nobody else."""
    file, found = settings.urls_file, list[Way | Fault]()
    if file is None:
        return found
    digests: Counter[str] = Counter()
    for number, line in secrets.read(file):
        try:
            check(file, number, line)
            way = _address(number, line)
            digests[way.digest] += 1
            again = f"-{digests[way.digest]}" if digests[way.digest] > 1 else ""
            found.append(replace(way, digest=way.digest + again))
        except ValueError as wrong:
            found.append(Fault(f"urls_file (line {number})", f"cannot be used: {wrong}"))
    return found


def _address(number: int, line: str) -> Way:
    *prefixes, url = line.split()
    schema = re.match(r"([A-Za-z0-9]{1,20})://", url)
    if schema is None or not set(prefixes) <= set(_PREFIXES):
        raise ValueError("it is not an address for Apprise, such as mailto://…")
    name = f"{schema[1].lower()} (line {number})"
    only_critical, is_second = Severity.CRITICAL.value in prefixes, "escalate" in prefixes
    digest = hashlib.sha256(url.encode()).hexdigest()[:_DIGITS]
    return Way(name, Kind.APPRISE, only_critical, is_second, {"url": url}, digest)


def _webhook(settings: Alarm, _: Secrets) -> list[Way]:
    return [Way("webhook", Kind.WEBHOOK, known={"url": settings.webhook})] if settings.webhook else []


def _heartbeat(settings: Alarm, secrets: Secrets) -> list[Way]:
    if settings.heartbeat_url_file is None:
        return []
    (_, url), *rest = secrets.lines(settings.heartbeat_url_file)
    if rest:
        raise ValueError(f"{settings.heartbeat_url_file} holds more than one line")
    return [Way("heartbeat", Kind.HEARTBEAT, known={"url": web_address(url)})]


def _snmp(settings: Alarm, secrets: Secrets) -> list[Way]:
    snmp = settings.snmp
    if not snmp.targets:
        return []
    if snmp.secrets_file is None and not (snmp.version == "3" and snmp.auth == "none"):
        raise ValueError("alarm.snmp.secrets_file is missing")
    words: dict[str, str] = {}
    if snmp.secrets_file is not None:
        words = dict(line.partition(" ")[::2] for _, line in secrets.lines(snmp.secrets_file))
    known = _v3(snmp, words) if snmp.version == "3" else {"community": _word(words, "community", 1)}
    known |= {"version": snmp.version, "inform": snmp.inform}
    return [Way(f"snmp {one}", Kind.SNMP, known={**known, "target": one}) for one in snmp.targets]


def _v3(snmp: Snmp, words: Mapping[str, str]) -> dict[str, Any]:
    known: dict[str, Any] = {
        "user": snmp.user,
        "engine_id": snmp.engine_id or engine_id(socket.gethostname()),
    }
    for name, protocol in (("auth", snmp.auth), ("priv", snmp.priv)):
        if protocol != "none":
            known |= {name: protocol, f"{name}_passphrase": _word(words, name, 8)}
    return known


def _word(words: Mapping[str, str], name: str, shortest: int) -> str:
    word = words.get(name, "").strip()
    if len(word) < shortest or not word.isascii() or not word.isprintable():
        raise ValueError(
            f'the secrets_file of SNMP lacks a line "{name} …" of at least {shortest} characters of ASCII'
        )
    return word


def engine_id(host: str) -> str:
    """The one of this host, by which receivers know its version 3 traps: the same for ever."""
    text = f"vrmon {host}".encode("ascii", "replace")[:_LONGEST_TEXT]
    return _NET_SNMP + text.hex()
