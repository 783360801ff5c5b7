"""What MovieRecorder's remote commands ask before they act, and what they do.

A check raises Unwilling; an effect gets the monotonic time at which it takes place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from vrmon.simulator.movierecorder.mac import Mac
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.movierecorder.recorder_switches import MovieRecorderSwitches


class Unwilling(Exception):
    """A command that is understood and not done. `status` None: as the switch `refusal` says."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


def _at_once(_switches: MovieRecorderSwitches) -> float:
    return 0.0


class Command(NamedTuple):
    check: Callable[[Mac, RecorderSource], None]
    effect: Callable[[Mac, RecorderSource, float], None]
    obeyed_after: Callable[[MovieRecorderSwitches], float] = _at_once


def naming(name: str) -> Command:
    """PUT recording_name."""

    def check(mac: Mac, one: RecorderSource) -> None:
        _usable(mac, one)
        switches = mac.switches_of(one)
        if one.take is not None and switches.name_while_recording == "refused":
            raise Unwilling("recording", 422)
        if switches.duplicate_name == "name refused" and mac.is_taken(name):
            raise Unwilling("a file of that name exists", 422)

    def effect(mac: Mac, one: RecorderSource, _now: float) -> None:
        position = mac.switches_of(one).name_while_recording
        if one.take is None or position == "next, shown":
            one.recording_name = name
        elif position == "next":
            one.next_name = name
        else:
            one.recording_name = one.take.name = name

    return Command(check, effect)


def enabling(destinations: list[str]) -> Command:
    """PUT destinations."""

    def check(mac: Mac, one: RecorderSource) -> None:
        _usable(mac, one)
        if not {disk.unique_id for disk in mac.destinations}.issuperset(destinations):
            raise Unwilling("no such destination", 422)

    def effect(mac: Mac, one: RecorderSource, now: float) -> None:
        mac.enable_destinations(one, destinations, now)

    return Command(check, effect)


def _usable(mac: Mac, one: RecorderSource) -> None:
    position = mac.switches_of(one).locked_source
    if one.is_locked and position != "accepted":
        raise Unwilling("the source is locked", int(position))


def _may_record(mac: Mac, one: RecorderSource) -> None:
    _usable(mac, one)
    switches = mac.switches_of(one)
    if not one.is_enabled and switches.disabled_source == "refused":
        raise Unwilling("the source is disabled")
    if one.take is not None and switches.record_while_recording == "refused":
        raise Unwilling("already recording")
    if not one.destinations and switches.without_destination != "records":
        raise Unwilling("no destination is enabled", int(switches.without_destination))
    if mac.is_full(one) and switches.record_on_full_disk == "refused":
        raise Unwilling("the disk is full")
    if switches.duplicate_name == "record refused" and mac.is_taken(one.recording_name):
        raise Unwilling("a file of that name exists")


def _record(mac: Mac, one: RecorderSource, now: float) -> None:
    switches = mac.switches_of(one)
    if one.take is not None or switches.record_effect == "nothing":
        return
    mac.begin(one, now, "remote")
    if switches.take_dies_after is not None:
        mac.end_later(one, now + switches.take_dies_after, "died")
    if switches.take_ends_after is not None:
        mac.limit(one, now + switches.take_ends_after)


def _may_stop(mac: Mac, one: RecorderSource) -> None:
    _usable(mac, one)
    if one.take is None and mac.switches_of(one).stop_while_idle == "refused":
        raise Unwilling("not recording")


def _stop(mac: Mac, one: RecorderSource, now: float) -> None:
    if mac.switches_of(one).stop_effect == "stops":
        mac.end(one, now, "remote")


def _may_pause(mac: Mac, one: RecorderSource) -> None:
    _usable(mac, one)
    if one.take is None or one.take.paused or mac.switches_of(one).pausing == "refused":
        raise Unwilling("cannot pause")


def _pause(_mac: Mac, one: RecorderSource, now: float) -> None:
    if one.take is not None and not one.take.paused:
        one.take.pause(now)


def _may_resume(mac: Mac, one: RecorderSource) -> None:
    _usable(mac, one)
    if one.take is None or not one.take.paused:
        raise Unwilling("not paused")


def _resume(_mac: Mac, one: RecorderSource, now: float) -> None:
    if one.take is not None and one.take.paused:
        one.take.resume(now)


def _may_split(mac: Mac, one: RecorderSource) -> None:
    _usable(mac, one)
    if one.take is None or mac.switches_of(one).splitting == "refused":
        raise Unwilling("cannot split")


def _split(mac: Mac, one: RecorderSource, now: float) -> None:
    mac.split(one, now)


def _always(_mac: Mac, _one: RecorderSource) -> None:
    """Whoever may connect may lock."""


def _lock(_mac: Mac, one: RecorderSource, _now: float) -> None:
    one.is_locked = True


def _unlock(_mac: Mac, one: RecorderSource, _now: float) -> None:
    one.is_locked = False


COMMANDS = {
    "record": Command(_may_record, _record, lambda switches: switches.record_obeyed_after),
    "stop": Command(_may_stop, _stop, lambda switches: switches.stop_obeyed_after),
    "pause": Command(_may_pause, _pause),
    "resume": Command(_may_resume, _resume),
    "manual_split": Command(_may_split, _split),
    "lock": Command(_always, _lock),
    "unlock": Command(_always, _unlock),
}
