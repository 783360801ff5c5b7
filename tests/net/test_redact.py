"""No spelling of a password survives the scrubber, and what is not it survives unharmed."""

from __future__ import annotations

import html
import json
import string
import time
import tracemalloc
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from hypothesis import example, given
from hypothesis import strategies as st

from vrmon.net.redact import Scrubber, one_line

CHARACTERS = st.characters(min_codepoint=32).filter(lambda one: unicodedata.category(one) not in ("Cs", "Cc"))
PASSWORDS = st.text(CHARACTERS, min_size=4, max_size=20)


@given(PASSWORDS)
@example("both '\" \\ quotes")
@example(string.punctuation)
def test_every_spelling_of_a_password_is_replaced(password: str) -> None:
    scrub = Scrubber(password)
    encoded = quote(password, safe="")
    for spelling in (
        password,
        encoded,
        encoded.swapcase(),
        quote(password),
        quote_plus(password),
        quote(encoded),
        json.dumps(password)[1:-1],
        json.dumps(password, ensure_ascii=False)[1:-1],
        repr(password)[1:-1],
        ascii(password)[1:-1],
        html.escape(password),
        "".join(f"&#{ord(char)};" for char in password),
        "".join(f"&#x{ord(char):04x};" for char in password),
        password[:2] + quote(password[2:], safe=""),
    ):
        assert scrub(f"<{spelling}>") == "<***>"


def escaped(text: str) -> str:
    return ascii(text)[1:-1]


@given(PASSWORDS, st.integers(0, 300), st.sampled_from([str, quote, escaped, html.escape]))
def test_of_a_long_text_the_beginning_is_scrubbed(
    password: str, before: int, spell: Callable[[str], str]
) -> None:
    """A password that is cut by the end goes as a whole."""
    most = 200
    shown = Scrubber(password)("\x00" * before + spell(password) + "\x00" * 999, most)
    assert shown.strip("\x00") == ("***" if before < most else "")
    assert len(shown) <= most + 3


def test_scrubbing_takes_as_long_as_the_text_is() -> None:
    """And not for ever, whatever the device sends back."""
    scrub = Scrubber("hün ter/2&%")
    for lump in ("%2525", "&#0", "%25", "h%C3", "***", "\\u00"):
        tracemalloc.start()
        began = time.thread_time()
        scrub(lump * ((8 << 20) // len(lump)), 4096)
        took, peak = time.thread_time() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert took < 1.0
        assert peak < 20 << 20, "the text alone is 8 MiB"


@given(st.text())
def test_without_a_password_nothing_is_replaced(text: str) -> None:
    assert Scrubber("")(text) == text


@given(st.text(max_size=400))
def test_one_line_is_short_printable_and_encodable(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 200
    assert line.isprintable()
    line.encode()


def test_one_line_keeps_what_people_read() -> None:
    assert one_line("  Quelle\tist\r\n gesperrt: \x1b[31m„Ü“\ud800 ") == "Quelle ist gesperrt: [31m„Ü“"
    assert one_line("x" * 300) == "x" * 199 + "…"
