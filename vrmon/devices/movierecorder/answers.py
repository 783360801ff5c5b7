"""What MovieRecorder's answers look like. Whatever only newer builds tell is optional."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from vrmon.catalog import Code
from vrmon.devices.movierecorder.dates import unix_time
from vrmon.model import Destination, Note, Odd, Schedule, Sight, Source
from vrmon.net.body import Answer
from vrmon.net.redact import one_line
from vrmon.net.shape import ShapeError, array, document, flag, handle, mapping, text

MOST = 1000
"""Sources that are read of an answer."""

_OF_NO_SOURCE = "NotRelatedToSource"
_WEEK = 7 * 24 * 60  # minutes
_WORDS = 64 << 10  # bytes of a refusal that are read
_OF_PASSWORDS = re.compile(rb"authentic|unauthori[sz]ed|password", re.IGNORECASE)

_OF_NO_PICTURE = re.compile(r"\s*(?:no\W*(?:signal|video|input|format)|none|unknown)\b", re.IGNORECASE)

T = TypeVar("T")


def parse_sources(answer: object) -> Sight[tuple[Source, ...]]:
    """The sources in their order. ShapeError where it is no list, or where nothing in it is told well.

    A source that is listed twice is odd the second time, and the first as well where the two differ.
    """
    reading = _Reading()
    for place, item in enumerate(array(answer)):
        if place == MOST:
            reading.leave(place, None, f"[{place}]: this entry and those behind it are not read")
            break
        reading.take(place, item)
    if reading.odd and not reading.found:
        raise ShapeError(next(iter(reading.odd.values())).why)
    odd = tuple(reading.odd[place] for place in sorted(reading.odd))
    return Sight(tuple(reading.found.values()), odd, notes=tuple(reading.notes))


def parse_source(answer: object, unique_id: str) -> Source:
    """The source that was asked for; ShapeError where it is another, or does not say whether it records."""
    entry = mapping(answer)
    if entry.get("unique_id") != unique_id:
        raise ShapeError("another source than the one that was asked for")
    return _source(entry, unique_id, "")


@dataclass
class _Reading:
    """`found` and `odd` are by place; `first`: the place at which each unique_id came first."""

    found: dict[int, Source] = field(default_factory=dict)
    odd: dict[int, Odd] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def take(self, place: int, item: object) -> None:
        where = f"[{place}]"
        try:
            entry = mapping(item, where)
            unique_id = handle(entry.get("unique_id"), f"{where}.unique_id")
        except ShapeError as error:
            self.leave(place, None, str(error))
            return
        first = self.first.setdefault(unique_id, place)
        try:
            source = _source(entry, unique_id, where)
        except ShapeError as error:
            source = None
            self.leave(place, unique_id, str(error))
        if first != place:
            self.leave(place, unique_id, f"{where}: the same unique_id as [{first}]")
            if source is None or source != self.found.get(first):
                self.leave(first, unique_id, f"[{first}]: the same unique_id as {where}, and another state")
        elif source is not None:
            self.found[place] = source
            self.notes += (Note(Code.ODD_ANSWER, why) for why in _not_needed(entry, where))

    def leave(self, place: int, unique_id: str | None, why: str) -> None:
        self.found.pop(place, None)
        self.odd[place] = Odd(place, unique_id, why)


def parse_destinations(answer: object) -> tuple[Destination, ...]:
    """The destinations that are told well enough to be known again, in their order, each with its warnings
    flattened to lines for people."""
    found = [_told(_destination, item) for item in array(answer)[:MOST]]
    return tuple(one for one in found if one is not None)


def _destination(value: object, where: str) -> Destination:
    """One without a name is called by its unique_id."""
    entry = mapping(value, where)
    unique_id = handle(entry.get("unique_id"), where)
    name = _told(text, entry.get("name")) or unique_id
    return Destination(unique_id, name, *_warnings(entry.get("warning_messages")))


def parse_schedules(answer: object) -> tuple[Schedule, ...]:
    """The entries of the schedule that are enabled and told well, in their order."""
    found = [_told(_schedule, item) for item in array(answer)[:MOST]]
    return tuple(one for one in found if one is not None)


def _schedule(value: object, where: str) -> Schedule | None:
    """None where it is disabled."""
    entry = mapping(value, where)
    if entry.get("is_enabled") is False:
        return None
    days = entry.get("recording_days")
    is_weekly = entry.get("weekly_repeated") is True
    return Schedule(
        handle(entry.get("unique_id"), where),
        _told(text, entry.get("name")) or "",
        handle(entry.get("source_unique_id"), where),
        _minutes(entry.get("start_time"), where),
        _minutes(entry.get("duration"), where),
        tuple(day for day in range(7) if isinstance(days, list) and day in days) if is_weekly else (),
        None if is_weekly else unix_time(entry.get("date")),
        is_stopped=entry.get("stopped_by_user") is True,
    )


def _minutes(value: object, where: str) -> int:
    if not isinstance(value, int | float) or not 0 <= value <= _WEEK:
        raise ShapeError(f"{where}: a number of minutes is expected")
    return int(value)


def parse_verdict(answer: Answer) -> bool | None:
    """The `success` of a command's answer; None when it holds no such thing."""
    try:
        return flag(mapping(document(answer.content, answer.charset)).get("success"), "success")
    except ShapeError:
        return None


def words_of(answer: Answer) -> str:
    """A refusal in the DVR's own words: its `error`, or a body of plain text; "" when it gives none."""
    content = answer.content[:_WORDS]
    try:
        said = mapping(document(content, answer.charset)).get("error")
    except ShapeError:
        page = content.lstrip().startswith(b"<")
        return "" if page else content.decode("utf-8", "replace")
    return said if isinstance(said, str) else ""


def names_password(answer: Answer) -> bool:
    """Whether a refusal is about a password."""
    return _OF_PASSWORDS.search(answer.content[:_WORDS]) is not None


def wants_password(answer: Answer) -> bool:
    """Whether it is a refused password although the status is that of success."""
    head = answer.content[:_WORDS].lstrip()
    if answer.status != 200 or not head.startswith((b"{", b'"', b"A", b"a")):
        return False
    return words_of(answer).lstrip(' "').lower().startswith("authentic")


def _source(entry: dict[str, object], unique_id: str, where: str) -> Source:
    """ShapeError where it does not say whether it records: without the rest a channel can do."""
    is_recording = entry.get("is_recording") is True
    start_date = entry.get("recording_start_date") if is_recording else None
    end_date = entry.get("recording_end_date") if is_recording else None
    return Source(
        unique_id=unique_id,
        display_name=_told(text, entry.get("display_name")) or "",
        is_enabled=_told(flag, entry.get("is_enabled")) is not False,
        is_recording=flag(entry.get("is_recording"), f"{where}.is_recording"),
        is_paused=flag(entry.get("is_paused"), f"{where}.is_paused"),
        is_locked=_told(flag, entry.get("is_locked")),
        recording_name=_told(text, entry.get("recording_name")),
        start_date=_date(entry.get("recording_start_date")),
        destinations=_told(_enabled_destinations, entry.get("enabled_destinations")),
        end_date=_date(end_date),
        ends=unix_time(end_date) if end_date else None,
        video_format=_picture(entry),
        starts=unix_time(start_date) if start_date else None,
    )


def _not_needed(entry: dict[str, object], where: str) -> Iterator[str]:
    """What is told badly of what every build tells, although a channel may do without it."""
    reads: dict[str, Callable[[object, str], object]] = {"display_name": text, "is_enabled": flag}
    for key, read in reads.items():
        try:
            read(entry.get(key), f"{where}.{key}")
        except ShapeError as error:
            yield str(error)


def _told(read: Callable[[object, str], T], value: object) -> T | None:
    """What only newer builds tell, None where this one does not: in another shape it tells us nothing,
    and nothing that it tells is needed to record."""
    try:
        return read(value, "")
    except ShapeError:
        return None


def _picture(entry: dict[str, object]) -> str | None:
    """The format; "" where the source has no picture."""
    if "video_format" not in entry:
        return None
    told = entry["video_format"]
    shown = "" if told is None else _told(text, told)
    return "" if shown and _OF_NO_PICTURE.match(shown) else shown


def _date(value: object) -> str | None:
    """In the device's words; None where it tells none."""
    return str(value) if _is_number(value) else _told(text, value) or None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _enabled_destinations(value: object, where: str) -> tuple[str, ...]:
    """The unique_ids of a source's destinations."""
    return tuple(handle(mapping(item).get("destination_unique_id"), where) for item in array(value)[:MOST])


def _warnings(value: object) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """What concerns no source, and what stands under a key, which is a source's unique_id."""
    topics = {"": value} if not isinstance(value, dict) else value
    told = [(topic, line) for topic, within in topics.items() for line in _lines(within)]
    of_none = tuple(line for topic, line in told if topic in ("", _OF_NO_SOURCE))
    return of_none, tuple(one for one in told if one[0] not in ("", _OF_NO_SOURCE))


def _lines(value: object, topic: str = "") -> Iterator[str]:
    """Every string within, with the key it stands under."""
    if isinstance(value, str) and value.strip():
        yield one_line(f"{topic}: {value}" if topic else value)
    elif isinstance(value, list):
        for item in value:
            yield from _lines(item, topic)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _lines(item, key)
