"""Reading JSON that may be anything: each function gives a value of the asked shape or raises ShapeError.

`where` is the value's place in the answer, such as "[3].activeJobsInfo[0].id"; it begins the error's text.
"""

from __future__ import annotations

import codecs
import json
from typing import Any, NoReturn

MOST_VALUES = 200_000
"""About so many values a document may have: reading as many takes a tenth of a second and 20 MiB."""
LONGEST = 1000
"""Characters of a string: an id is refused beyond that, a text for people is cut."""
_LAST_MOMENT = 250_000_000_000  # in the year 9892


class _Contradiction:
    """What a key has that was told twice, with values that differ: no shape that anybody asks for."""


_CONTRADICTION = _Contradiction()
_CODECS = ("cp125", "iso8859", "koi8", "mac-")
_KINDS = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    _Contradiction: "two values that differ",
}


class ShapeError(ValueError):
    """The answer is not what it should be. The text says where and how, and quotes none of it."""


def document(content: bytes, charset: str = "") -> object:
    """The JSON document in `content`. NaN and infinities, which are none of JSON's, are refused. A key that
    is told twice, with values that differ, has none of them: which one is meant nobody knows.

    What is not UTF-8 is in `charset`, if that is one of those that servers use; else each byte that is not
    becomes half a surrogate pair, and costs only the string that it is in.
    """
    if not content.strip():
        raise ShapeError("the answer is empty")
    if sum(map(content.count, (b"[", b"{", b","))) > MOST_VALUES:
        raise ShapeError(f"the answer holds more than {MOST_VALUES} values")
    try:
        value: object = json.loads(
            _decoded(content, charset), parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except RecursionError:
        raise ShapeError("the answer is nested too deeply") from None
    except ValueError:
        page = content.lstrip()[:1] == b"<"
        raise ShapeError(f"the answer is {'a web page' if page else 'something'} that is not JSON") from None
    return value


def _decoded(content: bytes, charset: str) -> str:
    """ValueError where it is no text of JSON's."""
    encoding = json.detect_encoding(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        if not encoding.startswith("utf-8"):
            raise
    try:
        codec = codecs.lookup(charset).name
        if codec.startswith(_CODECS):
            return content.decode(codec)
    except LookupError:
        pass
    return content.decode("utf-8", "surrogateescape")


def array(value: object, where: str = "") -> list[object]:
    if not isinstance(value, list):
        _expected("an array", value, where)
    return value


def mapping(value: object, where: str = "") -> dict[str, object]:
    if not isinstance(value, dict):
        _expected("an object", value, where)
    return value


def flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        _expected("true or false", value, where)
    return value


def text(value: object, where: str) -> str:
    """A string for people. Halves of surrogate pairs, which no encoding can carry, become "?"."""
    if not isinstance(value, str):
        _expected("a string", value, where)
    return value[:LONGEST].encode("utf-8", "replace").decode("utf-8")


def moment(value: object, where: str) -> float:
    """Unix time, of a year that a calendar has."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        _expected("a number", value, where)
    if not 0 <= value < _LAST_MOMENT:
        raise ShapeError(f"{where}: a time is expected")
    return float(value)


def handle(value: object, where: str) -> str:
    """A string that names something to the device: not empty, and refused rather than mended."""
    if not isinstance(value, str) or not value:
        _expected("a string that is not empty", value, where)
    if len(value) > LONGEST:
        raise ShapeError(f"{where}: longer than {LONGEST} characters")
    if not value.isascii() and text(value, where) != value:
        raise ShapeError(f"{where}: a surrogate without its other half")
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    whole = dict(pairs)
    if len(whole) < len(pairs):
        whole.update((key, _CONTRADICTION) for key, value in pairs if whole[key] != value)
    return whole


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _expected(what: str, value: Any, where: str) -> NoReturn:
    got = (
        "null"
        if value is None
        else "an empty string"
        if value == ""
        else _KINDS.get(type(value), "an object")
    )
    raise ShapeError(f"{where or 'the answer'}: {what} is expected, not {got}")
