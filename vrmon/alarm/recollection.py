"""What the alarm must still know after a crash: what people were told, and what is on its way to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vrmon.alarm import incident, kept, letters
from vrmon.alarm.condition import Cause
from vrmon.alarm.incident import Incident
from vrmon.alarm.letters import Letter
from vrmon.alarm.message import Message, Occasion
from vrmon.alarm.silence import Silence


@dataclass(frozen=True)
class Recollection:
    """`silence`: that of vrmond. `greeted`: the last appointment at which people were told that alarms work,
    "" before the first. `letters`: what nobody has been seen to get yet. `ways`: the keys of those that there
    were when all could be used, and of any since. `starts`: the number of vrmon-alarm's last start."""

    incidents: Mapping[Cause, Incident] = field(default_factory=dict)
    silence: Silence = field(default_factory=Silence)
    greeted: str = ""
    letters: tuple[Letter, ...] = ()
    ways: frozenset[str] = frozenset()
    starts: int = 0

    def payload(self) -> dict[str, Any]:
        """What JSON knows. How long vrmond is silent is not kept: a machine that was off proves nothing."""
        return {
            "incidents": [incident.to_json(one) for one in self.incidents.values()],
            "greeted": self.greeted,
            "letters": [letters.to_json(one) for one in self.letters],
            "ways": sorted(self.ways),
            "starts": self.starts,
        }

    def gist(self) -> object:
        """What is worth a write to the disk when it changes: not each second's words for the same thing."""
        return (
            tuple(replace(one, message="", hint="") for one in self.incidents.values()),
            self.greeted,
            self.letters,
            self.ways,
            self.starts,
        )


def untold(before: Recollection, after: Recollection, unheard: Iterable[Message], now: float) -> Recollection:
    """What is known after a moment in which nobody heard these messages: of them nobody knows more than
    `before`.

    What is over meanwhile is kept, for people to hear of it, for as long as they want to.
    """
    incidents, greeted = dict(after.incidents), after.greeted
    for message in unheard:
        cause = Cause(message.code, message.subject)
        was, one = before.incidents.get(cause), incidents.get(cause)
        if message.occasion is Occasion.HELLO:
            greeted = before.greeted
        elif one is not None:
            incidents[cause] = _taken_back(message.occasion, one, was)
        elif was is not None:
            over = now if was.gone_since is None else was.gone_since
            if now - over < letters.GIVEN_UP:
                incidents[cause] = replace(was, gone_since=over)
    return replace(after, incidents=incidents, greeted=greeted)


def _taken_back(occasion: Occasion, one: Incident, was: Incident | None) -> Incident:
    was = was or replace(one, told=None, told_at=0.0, critical_told=None)
    if occasion is Occasion.ESCALATED:
        return replace(one, escalated=False)
    if occasion is Occasion.REPEATED:
        return replace(one, told_at=was.told_at)
    return replace(one, told=was.told, told_at=was.told_at, critical_told=was.critical_told)


def restore(payload: Mapping[str, Any], now: float) -> Recollection:
    """What can be read of it, entry by entry: another version may have written it.

    No time in it is later than `now`, whatever the clock was then.
    """
    ways, starts = payload.get("ways"), payload.get("starts")
    return Recollection(
        incidents={one.cause: one for one in kept.each(payload.get("incidents"), incident.from_json, now)},
        greeted=str(payload.get("greeted") or ""),
        letters=tuple(kept.each(payload.get("letters"), letters.from_json, now)),
        starts=starts if isinstance(starts, int) else 0,
        ways=frozenset(map(str, ways if isinstance(ways, list) else ())),
    )
