"""Which source a channel means, in the DVR's list of this moment. Never another one in its place."""

from __future__ import annotations

from vrmon.model import Problem, Severity, Source
from vrmon.settings import Channel


def resolve(sources: tuple[Source, ...], channel: Channel) -> Source | Problem:
    """The source by unique_id, else by display name, else (an integer) by index; or why there is none."""
    wanted = channel.source
    if isinstance(wanted, int):
        if 0 <= wanted < len(sources):
            return sources[wanted]
        return _missing(channel, f"it has {len(sources)} sources, and index {wanted} is not among them")
    for source in sources:
        if source.unique_id == wanted:
            return source
    named = [source for source in sources if source.display_name == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        return Problem(
            "source-ambiguous",
            Severity.CRITICAL,
            channel.name,
            f"{len(named)} sources of {channel.dvr} are called {wanted!r}.",
            "Name the channel's source by its unique_id; `vrmon sources` lists them.",
        )
    return _missing(channel, f"none of its {len(sources)} sources is called {wanted!r}")


def _missing(channel: Channel, why: str) -> Problem:
    return Problem(
        "source-missing",
        Severity.CRITICAL,
        channel.name,
        f"The source is not on {channel.dvr}: {why}.",
        "Connect or enable it in MovieRecorder, or correct the channel's source; `vrmon sources` lists them.",
    )


def find(sources: tuple[Source, ...], unique_id: str) -> Source | None:
    return next((source for source in sources if source.unique_id == unique_id), None)
