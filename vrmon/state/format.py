"""The form of state.json: a format number, a checksum and the payload."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any, NoReturn

from vrmon.errors import StateError
from vrmon.files import read_small

FORMAT = 1
_SIZE_LIMIT = 16 * 1024 * 1024


class Unusable(StateError):
    """The file is damaged, or else of the format `newer`, which a later vrmon wrote."""

    def __init__(self, why: str, newer: int | None = None) -> None:
        super().__init__(why)
        self.newer = newer


def payload_text(payload: object) -> str:
    """One text for equal payloads; TypeError, ValueError or RecursionError for what JSON cannot hold."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"))


def compose(text: str) -> bytes:
    """The content of state.json around a payload's text."""
    return f'{{"format": {FORMAT}, "sha256": "{_checksum(text)}", "payload": {text}}}\n'.encode()


def decoded(content: str | bytes) -> Any:
    """A JSON document, each of whose numbers a float can hold: NaN, infinities and what lies beyond would be
    stumbled over much later. ValueError or RecursionError for everything else."""
    return json.loads(content, parse_constant=_refuse, parse_float=_finite, parse_int=_bounded)


def read(path: Path) -> tuple[dict[str, Any], str]:
    """A payload and its text; FileNotFoundError where there is none, Unusable for everything else."""
    try:
        document = decoded(read_small(path, _SIZE_LIMIT)[0])
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise Unusable(f"{path.name} is damaged: not JSON") from None
    number = document.get("format") if isinstance(document, dict) else None
    if type(number) is not int or number < 1:
        raise Unusable(f"{path.name} is damaged: no format number")
    if number > FORMAT:
        raise Unusable(f"{path.name} is of format {number}, of a newer vrmon than this", newer=number)
    payload = document.get("payload")
    if not isinstance(payload, dict):
        raise Unusable(f"{path.name} is damaged: no payload")
    text = payload_text(payload)
    if document.get("sha256") != _checksum(text):
        raise Unusable(f"{path.name} is damaged: the checksum is another")
    return payload, text


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"{number} is no number that a float can hold")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _bounded(digits: str) -> int:
    _finite(digits)
    return int(digits)


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
