"""openapi.json, and whether an answer is what it describes, with no field besides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from vrmon.text import unix_time

DESCRIPTION: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vrmon/api/openapi.json").read_text(encoding="utf-8")
)
SCHEMAS: dict[str, Any] = DESCRIPTION["components"]["schemas"]

Answer = tuple[str, str, str]
"""Method in lower case, path as described, status."""

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", ValueError)  # type: ignore[untyped-decorator, unused-ignore]
def _is_a_time(value: object) -> bool:
    return not isinstance(value, str) or (value.endswith("Z") and unix_time(value) > 0)


def answers() -> set[Answer]:
    """All that are described."""
    return {
        (method, path, status)
        for path, methods in DESCRIPTION["paths"].items()
        for method, one in methods.items()
        for status in one["responses"]
    }


def check(answer: Answer, body: object) -> None:
    """Fails unless `body` is what the answer is described to hold."""
    method, path, status = answer
    (content,) = DESCRIPTION["paths"][path][method]["responses"][status]["content"].values()
    fits(content["schema"], body)


def fits(schema: dict[str, Any], body: object) -> None:
    known = {name: _closed(one) for name, one in SCHEMAS.items()}
    validator = Draft202012Validator(
        {"components": {"schemas": known}, "allOf": [_closed(schema)]}, format_checker=_FORMATS
    )
    found = [
        f"{'/'.join(map(str, one.absolute_path))}: {one.message}"[:500] for one in _leaves(validator, body)
    ]
    assert not found, "\n".join(found)


def _leaves(validator: Any, body: object) -> Iterator[Any]:
    for error in validator.iter_errors(body):
        yield error
        yield from error.context or ()


def _closed(schema: Any) -> Any:
    """With nothing in any object but what it names: what is served and not described is a fault."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        closed["properties"] = {name: _closed(one) for name, one in schema["properties"].items()}
        closed.setdefault("additionalProperties", False)
    return closed
