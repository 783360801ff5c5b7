"""No spelling of a password survives the scrubber, and what is not it survives unharmed."""

from __future__ import annotations

import html
import json
import string
from urllib.parse import quote, quote_plus

from hypothesis import example, given
from hypothesis import strategies as st

from vrmon.net.redact import Scrubber, one_line

PASSWORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=4, max_size=20)


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
