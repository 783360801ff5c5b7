"""Problems by what people hear of once: a cause, or what began on many of a device's channels. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from vrmon.alarm.condition import Cause, Condition, Trouble
from vrmon.alarm.incident import Incident
from vrmon.catalog import Severity

MANY = 4
"""Channels from which on the same problem counts as one: what they share is likely to be behind it."""
AT_ONCE = 10.0
"""Seconds within which it began on them."""

_RECORDER, _PRIMARY = range(2)

Groups = Mapping[Cause, tuple[Trouble, ...]]


class _Root(NamedTuple):
    """The problem of a channel that follows from no other, and all that follow from it. `devices`: the
    recorder and the primary of the channel."""

    head: Trouble
    group: tuple[Trouble, ...]
    devices: tuple[str, str]


def grouped(condition: Condition, known: Mapping[Cause, Incident], now: float) -> Groups:
    """Each group has its worst problem first. What began on many channels of a device at once goes by the
    device's name; whatever people were told of keeps the name under which they were."""
    found = dict(condition.roots())
    loose: list[_Root] = []
    joined: dict[Cause, list[_Root]] = {}
    for cause, group in list(found.items()):
        devices = condition.devices.get(cause.subject)
        head = next((one for one in group if one.cause == cause), None)
        if head is None or devices is None or _is_told(known.get(cause)):
            continue
        root = _Root(head, group, devices)
        told = _told_with(root, found, known, now)
        if told is None:
            loose.append(root)
        else:
            joined.setdefault(told, []).append(root)
    for name, roots in _at_once(loose):
        if name not in found and name.subject not in condition.channels and not _is_told(known.get(name)):
            joined.setdefault(name, []).extend(roots)
    for name, roots in joined.items():
        for one in roots:
            del found[one.head.cause]
        found[name] = tuple(sorted((one for root in roots for one in root.group), key=Trouble.badness))
    return found


def _is_told(incident: Incident | None) -> bool:
    return incident is not None and incident.told is not None


def _told_with(root: _Root, found: Groups, known: Mapping[Cause, Incident], now: float) -> Cause | None:
    """The device's under which people were told of it already. One that is worse than they were told is
    told by itself."""
    for device in root.devices:
        name = Cause(root.head.cause.code, device)
        incident = None if name in found else known.get(name)
        if incident is None or incident.told is None or root.group[0].severity.rank < incident.told.rank:
            continue
        began = now - root.head.lasted
        if root.head.cause.subject in incident.channels or abs(began - incident.since) <= AT_ONCE:
            return name
    return None


def _at_once(roots: Sequence[_Root]) -> Iterator[tuple[Cause, list[_Root]]]:
    """Those that are many, equally bad and of one recorder, or of one primary where that is all that they
    have in common; and the name of that."""
    alike: dict[tuple[str, Severity], list[_Root]] = {}
    for one in sorted(roots, key=lambda one: (one.group[0].severity.rank, -one.head.lasted)):
        alike.setdefault((one.head.cause.code, one.group[0].severity), []).append(one)
    taken: dict[Cause, Severity] = {}
    for (code, severity), those in alike.items():
        for wave in _waves(those):
            left = wave
            for which in (_RECORDER, _PRIMARY):
                for device, here in _by_device(left, which).items():
                    name = Cause(code, device)
                    if len(here) >= MANY and taken.setdefault(name, severity) is severity:
                        yield name, here
                        left = [one for one in left if one not in here]


def _waves(roots: Sequence[_Root]) -> Iterator[list[_Root]]:
    """Of those that are in the order in which they began."""
    wave: list[_Root] = []
    for one in roots:
        if wave and wave[0].head.lasted - one.head.lasted > AT_ONCE:
            yield wave
            wave = []
        wave.append(one)
    if wave:
        yield wave


def _by_device(roots: Sequence[_Root], which: int) -> Mapping[str, list[_Root]]:
    found: dict[str, list[_Root]] = {}
    for one in roots:
        found.setdefault(one.devices[which], []).append(one)
    return found
