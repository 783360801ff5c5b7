"""What MovieRecorder's answers look like. Whatever only newer builds tell is optional."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from vrmon.model import Destination, Source
from vrmon.net.redact import one_line
from vrmon.net.shape import ShapeError, array, document, flag, handle, mapping, text

T = TypeVar("T")


def parse_sources(answer: object) -> tuple[Source, ...]:
    """The sources in their order; ShapeError when any one of them is malformed or listed twice."""
    sources = tuple(_source(mapping(item, f"[{i}]"), f"[{i}]") for i, item in enumerate(array(answer)))
    if len({source.unique_id for source in sources}) < len(sources):
        raise ShapeError("two sources have the same unique_id")
    return sources


def parse_destinations(answer: object) -> tuple[Destination, ...]:
    """The destinations in their order, each with its warnings flattened to lines for people."""
    found = []
    for i, item in enumerate(array(answer)):
        entry = mapping(item, f"[{i}]")
        unique_id = handle(entry.get("unique_id"), f"[{i}].unique_id")
        name = text(entry.get("name"), f"[{i}].name")
        found.append(Destination(unique_id, name, tuple(_warnings(entry.get("warning_messages")))))
    return tuple(found)


def parse_verdict(content: bytes) -> bool | None:
    """The `success` of a command's answer; None when it holds no such thing."""
    try:
        return flag(mapping(document(content)).get("success"), "success")
    except ShapeError:
        return None


def words_of(content: bytes) -> str:
    """A refusal in the DVR's own words: its `error`, or a body of plain text; "" when it gives none."""
    try:
        said = mapping(document(content)).get("error")
    except ShapeError:
        page = content.lstrip().startswith(b"<")
        return "" if page else content.decode("utf-8", "replace")
    return said if isinstance(said, str) else ""


def _source(entry: dict[str, object], where: str) -> Source:
    start_date = entry.get("recording_start_date")
    return Source(
        unique_id=handle(entry.get("unique_id"), f"{where}.unique_id"),
        display_name=text(entry.get("display_name"), f"{where}.display_name"),
        is_enabled=flag(entry.get("is_enabled"), f"{where}.is_enabled"),
        is_recording=flag(entry.get("is_recording"), f"{where}.is_recording"),
        is_paused=flag(entry.get("is_paused"), f"{where}.is_paused"),
        is_locked=_told(flag, entry.get("is_locked")),
        recording_name=_told(text, entry.get("recording_name")),
        start_date=str(start_date) if _is_number(start_date) else _told(text, start_date) or None,
        destinations=_told(_enabled_destinations, entry.get("enabled_destinations")),
    )


def _told(read: Callable[[object, str], T], value: object) -> T | None:
    """What only newer builds tell, None where this one does not: in another shape it tells us nothing,
    and nothing that it tells is needed to record."""
    try:
        return read(value, "")
    except ShapeError:
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _enabled_destinations(value: object, where: str) -> tuple[str, ...]:
    """The unique_ids of a source's destinations."""
    return tuple(handle(mapping(item).get("destination_unique_id"), where) for item in array(value))


def _warnings(value: object, topic: str = "") -> Iterator[str]:
    """Every string within, with the key it stands under, save the one that says it concerns no source."""
    if isinstance(value, str) and value.strip():
        yield one_line(f"{topic}: {value}" if topic else value)
    elif isinstance(value, list):
        for item in value:
            yield from _warnings(item, topic)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _warnings(item, "" if key == "NotRelatedToSource" else key)
