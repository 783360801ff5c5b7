"""A name in the letters in which a recorder shows it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

PREFIX = "Io4K - 0 - 1 - "

_PAIRS = (
    "ä=ae ö=oe ü=ue ß=ss а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t "
    "у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya"
)
_SMALL = dict(pair.split("=") for pair in _PAIRS.split())
_LARGE = {one.upper(): other.capitalize() for one, other in _SMALL.items() if one != "ß"}
_LETTERS = str.maketrans({**_SMALL, **_LARGE})


def _only_ascii(name: str, other: str) -> str:
    return "".join(letter if letter.isascii() else other for letter in name)


def _transliterated(name: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).translate(_LETTERS))
    return _only_ascii("".join(letter for letter in plain if not unicodedata.combining(letter)), "?")


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as given": lambda name: name,
    "latin-1": lambda name: name.encode("utf-8", "replace").decode("latin-1"),
    "question marks": lambda name: _only_ascii(name, "?"),
    "underscores": lambda name: _only_ascii(name, "_"),
    "transliterated": _transliterated,
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "prefixed": lambda name: PREFIX + name,
}
