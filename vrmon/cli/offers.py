"""`vrmon sources` and `vrmon ingests`: what the devices offer, as TOML to be pasted into vrmon.toml.

What is mapped already, and what is known of each, stands in comments.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping

from vrmon.cli.client import Client, Document
from vrmon.cli.document import clean, part, parts, text
from vrmon.cli.terminal import print_json
from vrmon.cli.where import socket_path

_MISSING = "FILL IN"

Lister = Callable[[str, Document, Mapping[str, str]], Iterator[str]]


def sources(options: Namespace) -> int:
    return _tell(options, "dvrs", "dvr", _sources)


def ingests(options: Namespace) -> int:
    return _tell(options, "primaries", "primary", _ingests)


def _tell(options: Namespace, group: str, key: str, lister: Lister) -> int:
    document = Client(socket_path(options)).ask("GET", "/devices")
    devices = part(document, group)
    if options.json:
        print_json(devices)
        return 0
    if not devices:
        print(f"# vrmon.toml names no {key}.")
    for name in devices:
        which = {key: name} if len(devices) > 1 else {}
        print("\n".join(lister(clean(name), part(devices, name), which)))
    return 0


def _sources(name: str, dvr: Document, which: Mapping[str, str]) -> Iterator[str]:
    listed = parts(dvr, "sources")
    yield f"# {name}: {text(dvr, 'state')}, {len(listed)} sources"
    for one in listed:
        shown = f"{toml_text(text(one, 'unique_id'))} {text(one, 'display_name')}: {_condition(one)}"
        if text(one, "channel"):
            yield f"# {shown}, the source of {text(one, 'channel')}"
        else:
            channel = {
                "name": text(one, "display_name"),
                "ingest": _MISSING,
                "source": _exact(one, "unique_id"),
            }
            yield from _block(f"# {shown}, free", {**channel, **which})


def _condition(source: Document) -> str:
    """What there is to know of a source before one maps it."""
    found = ["enabled" if source.get("is_enabled") else "disabled"]
    found += ["locked"] if source.get("is_locked") else []
    found += ["no destination"] if source.get("destinations") == [] else []
    found += [f"recording {toml_text(text(source, 'recording_name'))}"] if source.get("is_recording") else []
    return ", ".join(found)


def _ingests(name: str, primary: Document, which: Mapping[str, str]) -> Iterator[str]:
    ingests, answers = parts(primary, "ingests"), text(primary, "state") == "ok"
    yield f"# {name}: {text(primary, 'state')}, {len(ingests)} ingests; some show up only with a job"
    for one in ingests:
        shown = f"{text(one, 'ingest')}: {_jobs(one, answers=answers)}"
        if text(one, "channel"):
            yield f"# {shown}, the ingest of {text(one, 'channel')}"
        else:
            channel = {"name": _MISSING, "ingest": _exact(one, "ingest"), "source": _MISSING}
            yield from _block(f"# {shown}, no channel", {**channel, **which})


def _jobs(ingest: Document, *, answers: bool) -> str:
    """What is known of an ingest's jobs; `answers`: its primary did so just now."""
    jobs = ", ".join(text(job, "basename") or text(job, "id") for job in parts(ingest, "jobs"))
    if jobs:
        return f"has {jobs}"
    if not answers:
        return "jobs unknown"
    return "not listed by it now" if ingest.get("listed") is False else "no job"


def _block(comment: str, values: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield comment
    yield "[[channel]]"
    for key, value in values.items():
        yield f"{key} = {toml_text(value)}"


def _exact(document: Document, key: str) -> str:
    """A handle as it is: it goes into a file, where replacing a character would change its meaning."""
    return str(document.get(key, ""))


def toml_text(value: str) -> str:
    """A TOML string that holds no character that could disturb a terminal."""
    return f'"{"".join(map(_toml_character, value))}"'


def _toml_character(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    # TOML has no word for half a surrogate pair.
    return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= char <= "\udfff" else f"\\U{ord(char):08X}"
