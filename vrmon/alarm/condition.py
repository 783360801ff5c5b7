"""What a status document says of problems, read as if anybody might have written it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from vrmon.catalog import NO_ANSWER, Severity
from vrmon.text import read_rfc3339

_LONGEST = 1000  # characters of one text
_MOST = 10_000  # problems that are looked at


class Cause(NamedTuple):
    """What people are told of once: the problem from which others follow, or one that follows from none."""

    code: str
    subject: str


@dataclass(frozen=True)
class Trouble:
    """One problem of the document. `lasted` in seconds; `is_known`: somebody has acknowledged it. `concerns`:
    the job that has it, or which of several things: one more of them is news."""

    cause: Cause
    root: Cause | None
    severity: Severity
    message: str
    hint: str
    lasted: float
    is_known: bool
    concerns: frozenset[str] = frozenset()

    def badness(self) -> tuple[int, float, Cause]:
        """The worst and longest first."""
        return self.severity.rank, -self.lasted, self.cause


@dataclass(frozen=True)
class Condition:
    """`loaded` changes when vrmond has read its configuration anew. `recorded`: the channels with a take,
    by which vrmond knows them: their names as they are, and not as people are shown them.

    `devices`: the recorder and the primary of each channel that has both.
    """

    troubles: tuple[Trouble, ...]
    channels: frozenset[str]
    devices: Mapping[str, tuple[str, str]]
    recorded: tuple[str, ...]
    loaded: str

    def leaves_in_doubt(self, cause: Cause, told: Severity) -> bool:
        """Whether a cause that is not shown need not be over: its device does not answer, or its channel has
        something else that is as bad as people were told, of which nobody has said that they know it."""
        silent = {one.cause.subject for one in self.troubles if one.cause.code in NO_ANSWER}
        if silent & {cause.subject, *self.devices.get(cause.subject, ())}:
            return True
        others = (one for one in self.troubles if one.cause.subject == cause.subject and not one.is_known)
        return cause.subject in self.channels and any(one.severity.rank <= told.rank for one in others)

    def roots(self) -> Mapping[Cause, tuple[Trouble, ...]]:
        """The problems by what vrmond says that they follow from, the worst and longest of each first."""
        known = {one.cause for one in self.troubles}
        found: dict[Cause, list[Trouble]] = {}
        for one in self.troubles:
            cause = one.cause if one.root is None or one.root not in known else one.root
            found.setdefault(cause, []).append(one)
        return {cause: tuple(sorted(group, key=Trouble.badness)) for cause, group in found.items()}


def read(document: object) -> Condition | None:
    """None for what is no status document: that is no answer, and says nothing of any problem."""
    if not isinstance(document, dict) or not isinstance(document.get("problems"), list):
        return None
    now = moment(document.get("now"))
    if now is None:
        return None
    told = [one for one in document["problems"][:_MOST] if not _is_the_leaders(one, document)]
    troubles = [_trouble(one, now) for one in told]
    channels = document.get("channels")
    told = [one for one in channels if isinstance(one, dict)] if isinstance(channels, list) else []
    devices = {_text(one, "name"): (_text(one, "dvr"), _text(one, "primary")) for one in told}
    configuration = document.get("configuration")
    return Condition(
        tuple(one for one in troubles if one is not None),
        frozenset(devices),
        {name: those for name, those in devices.items() if all(those)},
        tuple(str(one.get("name")) for one in told if isinstance(one.get("take"), dict)),
        _text(configuration, "loaded"),
    )


def _is_the_leaders(one: object, document: Any) -> bool:
    """Whether it is for the host that leads to tell of it: the one that stands by sees it as well. One that
    hears neither etcd nor the other host may be the only one that is left."""
    pair = document.get("pair")
    if _text(pair, "role") != "standby" or _text(one, "subject") == "vrmon":
        return False
    return not all(_text(pair.get(way), "error") for way in ("etcd", "peer"))


def _trouble(one: object, now: float) -> Trouble | None:
    """None for one that cannot be told: of no code, or of a severity that nobody is told of."""
    if not isinstance(one, dict) or not _text(one, "code"):
        return None
    try:
        severity = Severity(_text(one, "severity"))
    except ValueError:
        severity = Severity.CRITICAL  # of a later vrmond: better told than kept back
    since = moment(one.get("since"))
    cause, root = Cause(_text(one, "code"), _text(one, "subject")), one.get("cause")
    return Trouble(
        cause,
        Cause(_text(root, "code"), _text(root, "subject")) if isinstance(root, dict) else None,
        severity,
        _text(one, "message"),
        _text(one, "hint"),
        0.0 if since is None else max(now - since, 0.0),
        isinstance(one.get("acknowledged"), dict),
        _texts(one.get("concerns")),
    )


def _texts(value: object) -> frozenset[str]:
    told = value[:_MOST] if isinstance(value, list) else []
    return frozenset(one[:_LONGEST] for one in told if isinstance(one, str))


def _text(document: Any, key: str) -> str:
    value = document.get(key) if isinstance(document, dict) else None
    text = value if isinstance(value, str) else ""
    return "".join(c if c.isprintable() else " " for c in text[:_LONGEST]).strip()


def moment(text: object) -> float | None:
    """Unix time of an RFC 3339 text."""
    when = read_rfc3339(str(text))
    try:
        return None if when is None else when.timestamp()
    except (ValueError, OverflowError):
        return None
