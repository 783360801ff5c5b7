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
_SPELT = (
    "ä=ae å=aa æ=ae ð=d/dh đ=d/dj ł=l ö=oe ø=o/oe œ=oe þ=th ü=ue "
    "а=a б=b в=v/w г=g/h ґ=g д=d е=e/ye/je ё=e/yo/jo є=ye/ie ж=zh/j з=z и=i/y і=i ї=yi/i й=y/i/j/ "
    "к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh/h/x ц=ts/c ч=ch ш=sh щ=shch/sch ъ=/' ы=y/i ь=/' "
    "э=e ю=yu/iu/ju я=ya/ia/ja"
)
_IN_LATIN = {char: ways.split("/") for char, ways in (pair.split("=") for pair in _SPELT.split())}
_STAND_INS = "?_\N{REPLACEMENT CHARACTER}"
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
    chars = [char for char in unicodedata.normalize("NFC", asked) if char.isalnum() or not char.isascii()]
    if not any(map(str.isalnum, chars)):
        whole = fold(asked)
        return bool(whole) and shown.startswith(whole) and _is_suffix(shown[len(whole) :])
    ends = [0]  # where in `shown` the characters before may end
    told = 0  # how many of those are letters or digits
    for char in chars:
        begins = {begin for end in ends for begin in _behind_signs(shown, end)}
        forms = _forms(char)
        reached = {begin + len(form) for begin in begins for form in forms if shown.startswith(form, begin)}
        if not reached:
            is_cut = any(all(not one.isalnum() for one in shown[begin:]) for begin in begins)
            return told >= _TELLING and (is_cut or _is_half(shown, begins, forms))
        ends = _earliest(shown, reached)
        told += char.isalnum()
    return any(_is_suffix(shown[end:]) for end in ends)


def _is_suffix(rest: str) -> bool:
    return _SUFFIX.fullmatch(rest) is not None


def _is_half(shown: str, begins: set[int], forms: frozenset[str]) -> bool:
    """Whether it is cut within a character."""
    return any(form.startswith(shown[begin:]) for begin in begins for form in forms)


def _behind_signs(shown: str, place: int) -> Iterator[int]:
    """`place` and those behind the signs that follow there: they come and go."""
    yield place
    while place < len(shown) and not shown[place].isalnum():
        place += 1
        yield place


def _earliest(shown: str, places: set[int]) -> list[int]:
    """Without those that only signs part from one before: from that one they are reached as well."""
    kept: list[int] = []
    for place in sorted(places):
        if not kept or any(map(str.isalnum, shown[kept[-1] : place])):
            kept.append(place)
    return kept


@lru_cache(maxsize=1024)
def _forms(char: str) -> frozenset[str]:
    """How a character may be shown, folded: without its accent, as two, as the bytes of its UTF-8 in another
    encoding, or as a sign that stands for it. A sign may be left out."""
    if char.isascii():
        return frozenset({fold(char)})
    apart = unicodedata.normalize("NFD", char)
    bare = "".join(one for one in apart if not unicodedata.combining(one))
    forms = {char, bare, *_STAND_INS}
    forms.update(_IN_LATIN.get(char.casefold(), ()))
    if not char.isalnum():
        forms.add("")
    for text in (char, apart):
        raw = text.encode(errors="replace")
        forms |= {raw.decode(encoding, "replace") for encoding in _MISREAD}
    return frozenset(map(fold, forms))
