"""The unknowns of wire-facts.md, one switch each: which of the possible answers a device gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints


@dataclass(frozen=True)
class PlayBoxSwitches:
    """`unnamed_files`: what the file list holds while a job's primary file has no name yet."""

    idle_ingest: Literal["listed", "left out"] = "listed"
    jobs_listed_twice: bool = False
    integer_ids: bool = False
    lower_case_ingests: bool = False
    extra_keys: bool = True
    unnamed_files: Literal["empty", "proxies", "blank"] = "proxies"
    files_of_ended_job: Literal["404", "kept"] = "kept"


@dataclass(frozen=True)
class MovieRecorderSwitches:
    """Times are seconds.

    `refusal`: how a command that is understood and not done is answered: 200 with success false, or 422.
    `start_visible_after`, `stop_visible_after`: how long `is_recording` lags behind the commands.
    `record_effect`, `stop_effect`: "nothing" answers success and does nothing.
    `take_dies_after`: a take started remotely ends by itself after so long.
    `name_while_recording`: the running take is renamed (now), or the next take, with `recording_name`
    showing the running one's (next) or the new name at once (next, shown).
    `duplicate_name`: "suffix" names the file otherwise than `recording_name` says.
    `accepted_after`: commands are answered 202 and done so much later; None does them at once.
    `bulk_failure`: what the PUT for several sources says when one of them fails, and whether the
    others are done ("none done").
    """

    refusal: Literal[200, 422] = 200
    record_while_recording: Literal["success", "refused"] = "refused"
    stop_while_idle: Literal["success", "refused"] = "success"
    without_destination: Literal["200", "422", "records"] = "200"
    start_visible_after: float = 0.0
    stop_visible_after: float = 0.0
    record_effect: Literal["records", "nothing"] = "records"
    stop_effect: Literal["stops", "nothing"] = "stops"
    take_dies_after: float | None = None
    name_after_stop: Literal["kept", "reset"] = "kept"
    name_while_recording: Literal["now", "next", "next, shown", "refused"] = "now"
    duplicate_name: Literal["suffix", "suffix, shown", "name refused", "record refused", "overwritten"] = (
        "suffix"
    )
    locked_source: Literal["accepted", "403", "422"] = "accepted"
    disabled_source: Literal["accepted", "refused"] = "refused"
    pausing: Literal["possible", "refused"] = "possible"
    splitting: Literal["possible", "refused"] = "possible"
    accepted_after: float | None = None
    bulk_failure: Literal["reported", "hidden", "none done"] = "reported"
    unauthorized: Literal["401 json", "403 json", "401 text", "403 text"] = "401 json"
    keys: Literal["all", "3.x"] = "all"
    start_date: Literal["given", "absent", "empty"] = "given"
    no_destinations: Literal["empty", "null", "absent"] = "empty"
    thumbnail: Literal["png", "jpeg", "absent"] = "png"


S = TypeVar("S", PlayBoxSwitches, MovieRecorderSwitches)


def switched(switches: S, changes: Mapping[str, Any]) -> S:
    """`switches` with `changes`; ValueError names what is unknown or not a position of its switch."""
    types = get_type_hints(type(switches))
    for name, position in changes.items():
        if name not in types:
            raise ValueError(f"Cannot switch {name!r}: unknown. Known are {', '.join(types)}.")
        if not _is_position(types[name], position):
            raise ValueError(f"Cannot switch {name} to {position!r}: not one of {_positions(types[name])}.")
    return replace(switches, **changes)


def _is_position(kind: Any, position: object) -> bool:
    if get_origin(kind) is Literal:
        return position in get_args(kind)
    if kind is bool:
        return isinstance(position, bool)
    if position is None:
        return type(None) in get_args(kind)
    return isinstance(position, int | float) and not isinstance(position, bool) and position >= 0


def _positions(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(repr(position) for position in get_args(kind))
    if kind is bool:
        return "true, false"
    return "seconds, null" if type(None) in get_args(kind) else "seconds"
