"""The two hosts of a pair in a line."""

from __future__ import annotations

from vrmon.cli.lenient import part, text
from vrmon.cli.vrmond import Document

_SAYS = {"leader": "leads", "standby": "stands by", "suspended": "leads without etcd"}


def summary(told: Document) -> str:
    """Both hosts in a line: who leads, who stands by."""
    node, role = text(told, "node"), text(told, "role")
    peer = part(told, "peer")
    other, others = text(peer, "node") or "the other host", text(peer, "role")
    if text(peer, "error") or not others:
        others = "does not answer"
    mine, theirs = f"{node} {_SAYS.get(role, role)}", f"{other} {_SAYS.get(others, others)}"
    return " · ".join((theirs, mine) if role == "standby" else (mine, theirs))
