"""Hours of jobs, faults and crashes in virtual time, the promises judged at every step.

VRMON_SEEDS=N tries N seeds more than the suite does, VRMON_SEED=N that one alone.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_chaos import Chaos
from tests.world.virtual_run import Chances, Run, site
from vrmon.settings import Sync

USUAL = 24
SAMPLED = 10  # in a long search: of how many plans one is compared with what is decided anew
BUSY = 1500.0  # seconds of trouble
MENDED = {
    42: "an operator's recording was renamed: it had followed a take that never bore its name",
    193: "an operator's recording was stopped: it had come in place of a take that could not be named",
    224: "a stop whose answer was lost was repeated although the job had come back",
    999: "a take begun under the stand-in name that the source still had was left running",
}


def seeds() -> list[int]:
    if "VRMON_SEED" in os.environ:
        return [int(os.environ["VRMON_SEED"])]
    more = int(os.environ.get("VRMON_SEEDS", "0"))
    return sorted({*range(USUAL + more), *MENDED})


@pytest.mark.parametrize("seed", seeds())
def test_the_promises_hold_whatever_happens(seed: int) -> None:
    random = Random(seed)
    sync = Sync(outage_hold=random.choice([20.0, 60.0, 900.0]), name_wait=random.choice([0.0, 3.0]))
    run = Run(site(random.randint(1, 4), sync, random.choice([1.0, 1.0, 5.0])), Quirks.drawn(random), seed)
    run.chances = random.choice(
        [Chances(), Chances(0.02, 0.02, 0.05, 0.05), Chances(0.1, 0.05, 0.2, 0.2), Chances(lost=0.3)]
    )
    run.promises.every = 1 if seed < USUAL or seed in MENDED else SAMPLED
    chaos = Chaos(run, random)
    run.begin()
    run.until(BUSY)
    chaos.cease()
    run.until(BUSY + 120.0 + sync.outage_hold)
    run.promises.agree()
