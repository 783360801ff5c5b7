"""From what is to be told to letters for each way, and what it means that a way cannot be used. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from vrmon.alarm import letters
from vrmon.alarm.letters import Losses, Recipient
from vrmon.alarm.message import Message
from vrmon.alarm.recollection import Recollection, untold


class Audience(NamedTuple):
    """Who can be told. `is_whole`: whether that is everybody whom the site names."""

    ways: Sequence[Recipient]
    is_whole: bool


def addressed(
    before: Recollection, after: Recollection, messages: Iterable[Message], audience: Audience, now: float
) -> tuple[Recollection, Losses]:
    """What is known after these messages, with letters of them; and the letters that are given up.

    What nobody hears, because the ways that it is for cannot be used, does not count as told.
    """
    said = tuple(messages)
    unheard = () if audience.ways and audience.is_whole else _unheard(said, audience.ways)
    known = untold(before, after, unheard, now)
    waiting = letters.readdressed(known.letters, audience.ways, before.ways)
    written, crowded_out = letters.write(waiting, said, audience.ways, now)
    stay, given_up = letters.kept(written, audience.ways, now, is_faulty=not audience.is_whole)
    there = {one.key for one in audience.ways}
    ways = frozenset(there if audience.is_whole else there | before.ways)
    return replace(known, letters=stay, ways=ways), (*crowded_out, *given_up)


def _unheard(messages: Iterable[Message], ways: Iterable[Recipient]) -> tuple[Message, ...]:
    return tuple(one for one in messages if not any(letters.wants(way, one) for way in ways))
