"""What a HyperDeck can be asked to call a clip: one of a name that its disk cannot hold is never recorded,
although the deck has said yes."""

from __future__ import annotations

import unicodedata

from vrmon.text import file_name

LONGEST = 120  # letters: its menus and its FTP server show no more
_FORBIDDEN = '/\\:*?"<>|'
_SPELT = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "–": "-", "—": "-", "’": "'",
    }
)  # fmt: skip


def fit(text: str) -> str:
    """In ASCII, without accents; what has no letter there becomes "_"."""
    apart = unicodedata.normalize("NFKD", text.translate(_SPELT))
    bare = "".join(one for one in apart if not unicodedata.combining(one))
    return file_name("".join(one if one.isascii() else "_" for one in bare), _FORBIDDEN, LONGEST).rstrip(". ")
