"""The names under which vrmon may be asked over TCP, so that no page from elsewhere can.

A page of evil.example can have its own name lead to this server (DNS rebinding): what it then asks counts as
its own, and it may read the answer. But it cannot change the name in its question.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from pathlib import Path

from aiohttp import web

from vrmon.api.answers import Handler, error_answer
from vrmon.api.peer import over_unix

_RESOLVER = Path("/etc/resolv.conf")
_HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(:[0-9]*)?")
_UNKNOWN = (
    "Cannot answer for {host!r}: vrmon does not know this name of the server. "
    "Use the server's address, or add the name to api.names in vrmon.toml."
)


class OwnNames:
    """Any IP address, localhost, the machine's own name, also with its domain, and the site's `more`."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def learn(self, more: Iterable[str]) -> None:
        """Look again what the machine is called."""
        machine = socket.gethostname()
        self._names = {
            "localhost",
            *(one.lower() for one in names_of(machine, _read(_RESOLVER))),
            *(one.lower().rstrip(".") for one in more),
        }

    def __contains__(self, host: str) -> bool:
        """Whether a Host header's value, perhaps with a port, names this server."""
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match[1].lower().rstrip(".")
        return name in self._names or _is_address(name)

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answers over TCP only who asks for us. Every browser says whom it asks; an old client need not."""
        for host in request.headers.getall("Host", []):
            if host and host not in self and not over_unix(request):
                return error_answer(403, _UNKNOWN.format(host=host[:100]))
        return await handler(request)


def names_of(machine: str, resolver: str) -> set[str]:
    """What a machine of that name is called in the domains of its resolv.conf, and by mDNS."""
    short = machine.partition(".")[0]
    domains = re.findall(r"^(?:domain|search)[ \t]+(.*)$", resolver, re.MULTILINE)
    found = {f"{short}.{one.strip('.')}" for line in domains for one in line.split() if one.strip(".")}
    return {machine, short, f"{short}.local", *found}


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
