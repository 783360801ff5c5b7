"""The small documents, made of the whole one: for the button of a stream deck, a lamp, a monitor. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

API = 1
"""The version of what is served: it grows when something that programs may rely on goes or changes its
meaning, and not for what is added."""

_AS_THEY_ARE = ("name", "phase", "severity", "word")
_OF_ALL = ("health", "word", "summary")


def channels(whole: Mapping[str, Any]) -> dict[str, Any]:
    """GET /channels: each channel in a line."""
    return {**of_all(whole), "channels": [_line(one) for one in whole["channels"]]}


def channel(whole: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """GET /channels/NAME: one of the channels of the whole document."""
    return {"api": API, "now": whole["now"], **_line(told)}


def of_all(whole: Mapping[str, Any]) -> dict[str, Any]:
    """GET /health."""
    return {"api": API, "now": whole["now"], **{name: whole[name] for name in _OF_ALL}}


def _line(told: Mapping[str, Any]) -> dict[str, Any]:
    """`job` and `take` are names; `missing`: seconds of the job that are not on the backup, with bounds."""
    job, take, coverage, problem = told["job"], told["take"], told["coverage"], told["problem"]
    return {
        **{name: told[name] for name in _AS_THEY_ARE},
        "job": None if job is None else job["basename"] or f"job {job['id']}",
        "take": None if take is None else take["name"],
        "verified": told["verified"],
        "missing": None if coverage is None else coverage["missing"],
        "hold": told["hold"],
        "message": None if problem is None else problem["message"],
        "hint": None if problem is None else problem["hint"],
    }
