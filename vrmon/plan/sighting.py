"""What vrmon-alarm saw in the pictures of a take's source, for as long as that is news."""

from __future__ import annotations

from collections.abc import Iterator

from vrmon.catalog import Code, Situation
from vrmon.model import Fact, Problem
from vrmon.plan.case import Site
from vrmon.plan.memory import Running
from vrmon.text import Ago

STALE = 30.0
"""Seconds after which what it said counts no more: it says it again every ten."""


def of_pictures(site: Site, take: Running) -> Iterator[Problem]:
    """A drill may well record black: nobody needs it."""
    sighting, channel = site.case.sighting, site.case.channel
    if sighting is None or take.job.is_drill or site.moment.passed(sighting.heard, STALE):
        return
    facts: dict[str, Fact] = {"name": take.name, "source": site.source.display_name}
    if sighting.black is not None:
        yield Problem.of(Code.PICTURE_BLACK, channel.name, lasted=Ago(sighting.black), **facts)
    elif sighting.frozen is not None:
        situation = Situation.MOVING if channel.moving else Situation.USUAL
        yield Problem.of(Code.PICTURE_FROZEN, channel.name, situation, lasted=Ago(sighting.frozen), **facts)
