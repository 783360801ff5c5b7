"""`vrmon sources`: what the DVRs offer."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping

from vrmon.cli.lenient import exact, parts, text
from vrmon.cli.pasting import MISSING, block, condition, tell, toml_text
from vrmon.cli.vrmond import Document


def run(options: Namespace) -> int:
    return tell(options, "dvrs", "dvr", _sources)


def _sources(name: str, dvr: Document, which: Mapping[str, str]) -> Iterator[str]:
    listed = parts(dvr, "sources")
    yield f"# {name}: {condition(dvr)}, {len(listed)} sources"
    for one in listed:
        shown = f"{toml_text(text(one, 'unique_id'))} {text(one, 'display_name')}: {_condition(one)}"
        if text(one, "channel"):
            yield f"# {shown}, the source of {text(one, 'channel')}"
        else:
            channel = {
                "name": text(one, "display_name"),
                "ingest": MISSING,
                "source": exact(one, "unique_id"),
            }
            yield from block(f"# {shown}, free", {**channel, **which})


def _condition(source: Document) -> str:
    """What there is to know of a source before one maps it."""
    found = ["enabled" if source.get("is_enabled") else "disabled"]
    found += ["locked"] if source.get("is_locked") else []
    found += ["no destination"] if source.get("destinations") == [] else []
    found += [f"recording {toml_text(text(source, 'recording_name'))}"] if source.get("is_recording") else []
    return ", ".join(found)
