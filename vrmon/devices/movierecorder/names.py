"""What becomes of a name on the Mac: what its disk can hold, and how MovieRecorder may show it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from vrmon.text import file_name
from vrmon.traits import fold_plainly as fold

LONGEST = 200  # bytes of UTF-8; the Mac's limit is 255, and MovieRecorder adds an extension or a suffix
_SHOWN = 400  # letters of a shown name that are looked at
_TELLING = 8  # letters and digits of ours that a cut name must still have
_SUFFIX = re.compile(  # a number, a time, an extension: what a program adds to a name, and no person's words
    r"(?:[\W\d_]|copy|[ap]m|[tz](?![a-z])|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)*(?:\.\w{2,4})?"
)
_PREFIX = re.compile(r"(?<= - )\d+ - ")  # the end of one such as "Io4K - 0 - 1 - "
_DUPLICATE = re.compile(r"\bexist|duplicate|\bin use\b|name.{0,20}\b(already|taken|used)", re.IGNORECASE)
_IN_LATIN = {
    "ä": "ae", "å": "aa", "æ": "ae", "ð": "d", "đ": "d", "ł": "l", "ö": "oe", "ø": "oe", "œ": "oe",
    "þ": "th", "ü": "ue",
}  # fmt: skip
_MISREAD = ("latin-1", "cp1252", "mac_roman")  # what UTF-8 is taken for


def fit(text: str) -> str:
    """`text` with what a file name on the Mac cannot hold replaced, cut between characters."""
    return file_name(text, "/:", LONGEST)


def is_duplicate(words: str) -> bool:
    return _DUPLICATE.search(words) is not None


@lru_cache(maxsize=1024)
def may_show(asked: str, shown: str) -> bool:
    """Whether a recording that was to be called `asked` may be shown so: with a number, a time or an
    extension after it, cut, with its source before it, with other signs or other letters."""
    shown = shown[:_SHOWN]
    return any(_is_made_of(asked, one) for one in (shown, *_without_prefix(shown)))


def _without_prefix(shown: str) -> Iterator[str]:
    return (shown[found.end() :] for found in _PREFIX.finditer(shown))


def _is_made_of(asked: str, shown: str) -> bool:
    shown = fold(shown)
    letters = [char for char in unicodedata.normalize("NFC", asked) if char.isalnum()]
    if not letters:
        whole = fold(asked)
        return shown.startswith(whole) and _SUFFIX.fullmatch(shown[len(whole) :]) is not None
    places = {0}  # where in `shown` the letters before may end
    for told, letter in enumerate(letters):
        places = {one for place in places for one in _up_to_a_letter(shown, place)}
        forms = _forms(letter)
        reached = {place + len(form) for place in places for form in forms if shown.startswith(form, place)}
        if not reached:
            return told >= _TELLING and any(
                not rest or any(form.startswith(rest) for form in forms)
                for rest in (shown[place:] for place in places)
            )
        places = reached
    return any(_SUFFIX.fullmatch(shown[place:]) for place in places)


def _up_to_a_letter(shown: str, place: int) -> Iterator[int]:
    """`place` and those behind the signs that follow there: they come and go."""
    yield place
    while place < len(shown) and not shown[place].isalnum():
        place += 1
        yield place


@lru_cache(maxsize=1024)
def _forms(letter: str) -> frozenset[str]:
    """How a letter or digit may be shown, folded: without its accent, as two, as the bytes of its UTF-8 in
    another encoding, or as signs that stand for it."""
    if letter.isascii():
        return frozenset({fold(letter)})
    apart = unicodedata.normalize("NFD", letter)
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    forms = {letter, bare, _IN_LATIN.get(letter.casefold(), bare)}
    for text in (letter, apart):
        raw = text.encode(errors="replace")
        forms |= {raw.decode(encoding, "replace") for encoding in _MISREAD}
        forms |= {
            sign * times for sign in "?_\N{REPLACEMENT CHARACTER}" for times in (1, len(text), len(raw))
        }
    return frozenset(map(fold, forms))
