"""`vrmon drill`: a recording that nobody needs, and what comes of it."""

from __future__ import annotations

import time
from argparse import Namespace

from vrmon.cli.lenient import clean, exact, part, parts, text
from vrmon.cli.steering import steer
from vrmon.cli.vrmond import Vrmond
from vrmon.errors import ControlError
from vrmon.plan.drill import DrillResult

_PACE = 0.5  # seconds between two looks
_LONGEST = 660.0


def run(options: Namespace) -> int:
    steer(options, "drill", seconds=options.seconds)
    client, end = Vrmond.of(options), time.monotonic() + _LONGEST
    while True:
        channels = parts(client.status(), "channels")
        drill = next((part(one, "drill") for one in channels if exact(one, "name") == options.channel), {})
        result, why = text(drill, "result"), clean(text(drill, "why"))
        if result == DrillResult.OK:
            print("The drill went well.")
            return 0
        if result != DrillResult.RUNNING:
            raise ControlError(
                f"The drill {'failed' if result == DrillResult.FAILED else 'was called off'}: {why}."
            )
        if time.monotonic() > end:
            raise ControlError("The drill has not ended yet. See vrmon status.")
        time.sleep(_PACE)
