"""Messages on their way to people: each to one way, tried until it is delivered, in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from vrmon.alarm import kept as kept_entry
from vrmon.alarm.message import Line, Message, Occasion
from vrmon.catalog import Severity

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 60.0
GIVEN_UP = 24 * 3600.0
"""Seconds after which nobody wants to hear it any more."""
MOST = 200
"""Letters that wait for one way."""


class Recipient(Protocol):
    """What must be known of a way to tell whether a message is for it."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def only_critical(self) -> bool: ...
    @property
    def is_second(self) -> bool: ...


@dataclass(frozen=True)
class Letter:
    """To the way of that `key`, which people know as `way`, for now. `written` and `due` are seconds by the
    alarm's own clock; `why`: "" before a try."""

    way: str = field(compare=False)
    message: Message
    written: float
    tries: int = 0
    due: float = 0.0
    why: str = ""
    key: str = ""


class Loss(NamedTuple):
    """A letter that is given up, and why."""

    letter: Letter
    why: str


Letters = tuple[Letter, ...]
Losses = tuple[Loss, ...]

_OLD = f"did not take them for {GIVEN_UP / 3600:g} h"
_GONE = "is no longer configured"
_CROWDED = f"did not take them, and {MOST} newer ones wait"


def wants(way: Recipient, message: Message) -> bool:
    if message.occasion in (Occasion.HELLO, Occasion.TEST):
        return True
    if way.only_critical and message.severity is not Severity.CRITICAL:
        return False
    return message.line is Line.BOTH or (message.line is Line.SECOND) == way.is_second


def write(
    letters: Letters, messages: Iterable[Message], ways: Iterable[Recipient], now: float
) -> tuple[Letters, Losses]:
    """With a letter of each message to each way that wants it, and those that had to make room for them.

    That a problem still lasts replaces what waits to say so: nobody wants it five times when a way is back.
    """
    lost: list[Loss] = []
    for message in messages:
        for way in ways:
            if wants(way, message):
                letters = _put(letters, Letter(way.name, message, now, key=way.key), lost)
    return letters, tuple(lost)


def _put(letters: Letters, letter: Letter, lost: list[Loss]) -> Letters:
    said = letter.message
    if said.occasion is Occasion.REPEATED:
        letters = tuple(
            one
            for one in letters
            if one.key != letter.key
            or one.tries
            or one.message.occasion is not Occasion.REPEATED
            or (one.message.code, one.message.subject) != (said.code, said.subject)
        )
    waiting = [one for one in letters if one.key == letter.key]
    if len(waiting) >= MOST:
        lost.append(Loss(waiting[0], _CROWDED))
        letters = tuple(one for one in letters if one is not waiting[0])
    return (*letters, letter)


def kept(
    letters: Letters, ways: Iterable[Recipient], now: float, *, is_faulty: bool = False
) -> tuple[Letters, Losses]:
    """Those that are still to be delivered, and those that are not: too old, or to a way that is gone.

    `is_faulty`: a way that is missing may come back, once what is wrong with the configuration is corrected.
    """
    keys = {one.key for one in ways}
    stay, lost = list[Letter](), list[Loss]()
    for one in letters:
        if now - one.written >= GIVEN_UP:
            lost.append(Loss(one, _OLD))
        elif not is_faulty and one.key not in keys:
            lost.append(Loss(one, _GONE))
        else:
            stay.append(one)
    return tuple(stay), tuple(lost)


def readdressed(letters: Letters, ways: Iterable[Recipient], earlier: Collection[str]) -> Letters:
    """With letters to ways that are gone addressed to what stands in their place: an address that was
    corrected, and no other of those whose keys were there `earlier`."""
    by_key = {one.key: one for one in ways}
    by_name = {one.name: one for one in by_key.values() if one.key not in earlier}
    found = []
    for letter in letters:
        way = by_key.get(letter.key) or by_name.get(letter.way)
        found.append(letter if way is None else replace(letter, key=way.key, way=way.name))
    return tuple(found)


def next_to(letters: Letters, way: str, now: float) -> Letter | None:
    """The letter whose turn it is, if it is due: in order of each subject, for one that is refused for ever
    must not keep people from hearing of another; and of several the one that was tried least. `way`: its
    key."""
    due = [one for one in _first_of_each_subject(letters, way) if one.due <= now]
    return min(due, key=lambda one: one.tries, default=None)


def _first_of_each_subject(letters: Letters, way: str) -> Iterable[Letter]:
    first: dict[str, Letter] = {}
    for one in letters:
        if one.key == way:
            first.setdefault(one.message.subject, one)
    return first.values()


def delivered(letters: Letters, letter: Letter) -> Letters:
    """The way works, so what waits for it need not wait any longer."""
    return tuple(replace(one, due=0.0) if one.key == letter.key else one for one in letters if one != letter)


def failed(letters: Letters, letter: Letter, why: str, now: float) -> Letters:
    """The letter is tried again, after a pause that grows. Others of its way wait as well, the longer the
    more they were tried, so that a way that does not work at all is not tried without end."""
    again = replace(letter, tries=letter.tries + 1, due=now + _pause(letter.tries), why=why)
    others = [one.tries for one in _first_of_each_subject(letters, letter.key) if one != letter]
    rest = now + _pause(min(others, default=0))
    return tuple(
        again if one == letter else replace(one, due=max(one.due, rest)) if one.key == letter.key else one
        for one in letters
    )


def _pause(tries: int) -> float:
    """Seconds after one more than so many tries."""
    return min(FIRST_PAUSE * 2.0 ** min(tries, 10), LONGEST_PAUSE)


def to_json(letter: Letter) -> dict[str, Any]:
    said = letter.message
    message = {**vars(said), "occasion": said.occasion.value, "severity": said.severity.value}
    return {**vars(letter), "message": {**message, "line": said.line.value, "channels": list(said.channels)}}


def from_json(saved: Mapping[str, Any], now: float) -> Letter:
    """LookupError, TypeError or ValueError where it is none. No time in it is later than `now`."""
    found = kept_entry.of_fields(Letter, saved)
    found["message"] = _message(found["message"])
    for name in found.keys() & {"due", "written"}:
        found[name] = kept_entry.moment(found[name], now)
    found["tries"] = int(found.get("tries", 0))
    return Letter(**{"written": now, **found})


def _message(saved: Mapping[str, Any]) -> Message:
    """To all, and critical, where it says this in words of another version."""
    found = kept_entry.of_fields(Message, saved)
    found["occasion"] = Occasion(found["occasion"])
    found["severity"] = kept_entry.severity(found.get("severity"), Severity.CRITICAL)
    line = found.get("line")
    found["line"] = Line(line) if line in set(Line) else Line.BOTH
    found["channels"] = tuple(str(one) for one in found.get("channels", ()))
    return Message(**{"code": "", "subject": "", **found})
