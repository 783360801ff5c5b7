"""What OBS makes of a name: a part of the path that it records to, and a format in which "%" means a time."""

from __future__ import annotations

from vrmon.text import file_name
from vrmon.traits import fold_plainly

LONGEST = 200  # bytes of UTF-8; beyond 260 letters it cuts them silently
_FORBIDDEN = '/\\:*?"<>|'


def fit(text: str) -> str:
    """A slash would make a folder, and ".." leave the one that it records to."""
    return file_name(text, _FORBIDDEN, LONGEST)


def formatted(name: str) -> str:
    """The format that gives this very name."""
    return name.replace("%", "%%")


def may_show(asked: str, shown: str) -> bool:
    """With a number after it; and with "_" for blanks, where a profile wants none in its files' names."""
    whole, kept = _blank(asked), _blank(shown)
    return bool(whole) and kept.startswith(whole) and not any(map(str.isalpha, kept[len(whole) :]))


def _blank(name: str) -> str:
    return fold_plainly(name).replace(" ", "_")


def name_of(path: str) -> str:
    """Of a file, on whatever system OBS runs: without its folder and its extension."""
    last = path.replace("\\", "/").rpartition("/")[2]
    return last.rpartition(".")[0] or last
