"""The times that the report tells of a take."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def moment(told: str) -> float:
    """Unix time."""
    return datetime.fromisoformat(told.replace("Z", "+00:00")).timestamp()


def bounds(take: dict[str, Any]) -> tuple[float, float]:
    """How many seconds it is long at least, and at most."""
    began, ended = take["began"], take["ended"]
    least = moment(ended["earliest"]) - moment(began["latest"])
    return least, moment(ended["latest"]) - moment(began["earliest"])
