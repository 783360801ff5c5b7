"""What vrmon-alarm saw in the pictures of a take's source: it counts until another picture says otherwise, or
the take is over."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from vrmon.catalog import Code, Situation
from vrmon.model import Fact, Problem, Sighting, Source
from vrmon.plan.case import Case
from vrmon.plan.memory import ChannelMemory, Picture
from vrmon.plan.replacing import replace
from vrmon.plan.sources import Found
from vrmon.text import Ago

UNSEEN = 120.0
"""Seconds without a picture after which it is told that there has been none: a source that has failed to show
one is asked again after sixty."""


def remember(case: Case, memory: ChannelMemory, found: Found | None) -> ChannelMemory:
    """With what the picture is known to be. A drill may well record black: nobody needs it."""
    picture, take = memory.picture, memory.running
    if not case.looks_at_pictures or take is None or take.job.is_drill:
        picture = None
    elif case.sighting is not None and case.sighting.seen >= take.started:
        picture = after(picture, case.sighting)
    if picture is not None and isinstance(found, Source):
        picture = picture._replace(source=found.display_name)
    return memory if picture == memory.picture else replace(memory, picture=picture)


def after(known: Picture | None, told: Sighting) -> Picture | None:
    before = Picture(-inf) if known is None else known
    if told.seen <= before.seen:
        return known
    black = _since(before.black, told.black, told.seen)
    frozen = _since(before.frozen, told.frozen, told.seen)
    return None if black is None and frozen is None else Picture(told.seen, black, frozen, before.source)


def _since(known: float | None, seconds: float | None, seen: float) -> float | None:
    """Nothing contradicts what is known but a picture that is otherwise."""
    if seconds is None:
        return known
    if seconds == 0:
        return None
    return seen - seconds if known is None else known


def of_pictures(case: Case, memory: ChannelMemory) -> Iterator[Problem]:
    """Also while nobody can look at the source itself."""
    picture, take, channel = memory.picture, memory.running, case.channel
    if picture is None or take is None:
        return
    facts: dict[str, Fact] = {"name": take.name, "source": picture.source or channel.name}
    if case.moment.passed(picture.seen, UNSEEN):
        facts["unseen"] = Ago(picture.seen)
    if picture.black is not None:
        yield Problem.of(Code.PICTURE_BLACK, channel.name, lasted=Ago(picture.black), **facts)
    elif picture.frozen is not None:
        situation = Situation.MOVING if channel.moving else Situation.USUAL
        yield Problem.of(Code.PICTURE_FROZEN, channel.name, situation, lasted=Ago(picture.frozen), **facts)
