"""`vrmon ingests`: what the primaries offer."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping

from vrmon.cli.lenient import exact, parts, text
from vrmon.cli.pasting import MISSING, block, condition, tell
from vrmon.cli.vrmond import Document
from vrmon.model import DeviceState


def run(options: Namespace) -> int:
    return tell(options, "primaries", "primary", _ingests)


def _ingests(name: str, primary: Document, which: Mapping[str, str]) -> Iterator[str]:
    ingests, answers = parts(primary, "ingests"), text(primary, "state") == DeviceState.OK
    yield f"# {name}: {condition(primary)}, {len(ingests)} ingests; some show up only with a job"
    for one in ingests:
        shown = f"{text(one, 'ingest')}: {_jobs(one, answers=answers)}"
        if text(one, "channel"):
            yield f"# {shown}, the ingest of {text(one, 'channel')}"
        else:
            channel = {"name": MISSING, "ingest": exact(one, "ingest"), "source": MISSING}
            yield from block(f"# {shown}, no channel", {**channel, **which})


def _jobs(ingest: Document, *, answers: bool) -> str:
    """What is known of an ingest's jobs; `answers`: its primary did so just now."""
    jobs = ", ".join(text(job, "basename") or text(job, "id") for job in parts(ingest, "jobs"))
    if jobs:
        return f"has {jobs}"
    if not answers:
        return "jobs unknown"
    return "not listed by it now" if ingest.get("listed") is False else "no job"
