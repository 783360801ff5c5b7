"""The history's own report of a wild evening in virtual time: jobs whole and not, one that goes on, a while
without vrmon."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path
from random import Random
from typing import Any

from tests.history.test_report import evenings
from tests.world.virtual import Quirks
from tests.world.virtual_evening import Evening
from tests.world.virtual_run import EPOCH
from vrmon.history.days import Span

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def evening(folder: Path, channels: int, length: float, seed: str = "day 3") -> dict[str, Any]:
    """From EPOCH to `length` seconds after it."""
    with evenings(folder, channels=channels, quirks=Quirks()) as here:
        run = here.run
        run.begin()
        Evening(run, Random(seed), length - 300.0)
        run.at(length / 2, lambda: run.crash(pause=length / 30))
        run.until(length - 100.0)
        run.job("STILL ON AIR")
        run.until(length)
        return here.read(Span(EPOCH, EPOCH + length))


def at_another_time(report: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The same, that much later."""

    def later(found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[0].replace("Z", "+00:00")).timestamp() + seconds
        return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds")[:-6] + "Z"

    moved: dict[str, Any] = json.loads(_TIME.sub(later, json.dumps(report)))
    return moved
