"""What the planner must know of a kind of recorder: how it spells names, how late it shows things.

A kind says it in its own folder; whatever it does not say is as here. All functions are pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from vrmon.text import file_name


def fold_plainly(name: str) -> str:
    """Knows no case and one form of an accent, as most disks."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def fit_plainly(text: str) -> str:
    """What every disk can hold."""
    return file_name(text, '/\\:*?"<>|', Traits.longest)


def may_show_plainly(asked: str, shown: str) -> bool:
    """With a number after it, at most."""
    whole, kept = fold_plainly(asked), fold_plainly(shown)
    return bool(whole) and kept.startswith(whole) and not any(map(str.isalpha, kept[len(whole) :]))


def is_duplicate_plainly(words: str) -> bool:
    return "exist" in words.casefold()


@dataclass(frozen=True)
class Traits:
    """`recorder` and `place` stand in the midst of a sentence: "Unlock it in …", "Look at …"."""

    recorder: str = "the recorder"  # how people call it
    place: str = "its machine"  # what it stands on
    medium: str = "destination"  # without one it records nothing: "has no …"
    fit: Callable[[str], str] = fit_plainly  # a name as this kind can take it, of `longest` at most
    longest: int = 200  # bytes of UTF-8; an extension or a suffix may follow them
    fold: Callable[[str], str] = fold_plainly  # two names that it takes for one fold to the same
    may_show: Callable[[str, str], bool] = may_show_plainly  # whether it may show what was asked so as that
    is_duplicate: Callable[[str], bool] = is_duplicate_plainly  # whether a refusal says that the name exists
    start_grace: float = 6.0  # seconds within which a recording that it said yes to is shown
    stop_grace: float = 3.0
    shown_late: float = 0.0  # seconds for which it may show a recording that writes nothing any more
    unwritten: float = 0.0  # seconds at the end of a recording that are lost where it dies itself
    names_apart: bool = False  # wants a name first, with a command of its own; else the record command has it
    tells_names: bool = True  # else what it calls a recording is nothing to know it by
    tells_destinations: bool = False
    tells_schedules: bool = False

    @property
    def called(self) -> dict[str, str]:
        """What a text that speaks of the recorder wants to know."""
        return {"recorder": self.recorder, "place": self.place, "medium": self.medium}


PLAIN = Traits()
