"""Hours of jobs, faults and crashes in virtual time, the promises judged at every step.

VRMON_SEEDS=N tries N seeds more than the suite does, VRMON_SEED=N that one alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from random import Random

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_chaos import Chaos
from tests.world.virtual_incidents import Incidents
from tests.world.virtual_run import Run
from tests.world.virtual_site import Chances, odd_site, site, wide_site
from tests.world.virtual_troubles import Troubles
from vrmon.settings import Settings, Sync

USUAL, USUAL_WIDE, USUAL_ODD = 24, 6, 6
SAMPLED = 10  # in a long search: of how many plans one is compared with what is decided anew
BUSY, BUSY_WIDE = 1500.0, 600.0  # seconds of trouble
LONGEST_FREEZE = 600.0
MENDED = {
    42: "an operator's recording was renamed: it had followed a take that never bore its name",
    193: "an operator's recording was stopped: it had come in place of a take that could not be named",
    224: "a stop whose answer was lost was repeated although the job had come back",
    999: "a take begun under the stand-in name that the source still had was left running",
}
MENDED_WIDE = {
    466: "a primary that was restarted while vrmon was away had its job's take stopped without the hold",
}
MENDED_ODD = {
    7: "what was said of a recording on a source that a channel had just got changed without anything new",
    63: "a channel that gave up a source went on with it, for another channel was at the same",
    126: "the cause of a kept take was told by the next answer of a renamed primary, of some channels only",
}


def seeds(usual: int, mended: Mapping[int, str]) -> list[int]:
    if "VRMON_SEED" in os.environ:
        return [int(os.environ["VRMON_SEED"])]
    more = int(os.environ.get("VRMON_SEEDS", "0"))
    return sorted({*range(usual + more), *mended})


def _run(
    seed: int,
    random: Random,
    settings: Settings,
    *quirks: Quirks,
    vanished: float = 0.0,
    with_troubles: bool = False,
) -> None:
    run = Run(settings, quirks[0], seed, *quirks[1:])
    run.chances = random.choice(
        [Chances(), Chances(0.02, 0.02, 0.05, 0.05), Chances(0.1, 0.05, 0.2, 0.2), Chances(lost=0.3)]
    )
    run.chances.vanished = vanished
    if incidents_happen := len(quirks) > 1:
        run.promises.every = SAMPLED
    else:
        run.promises.every = 1 if seed < USUAL or seed in MENDED else SAMPLED
    others = [Incidents(run, random)] if incidents_happen else []
    troubles = [Troubles(run, random)] if with_troubles else []
    chaos = Chaos(run, random, *others, *troubles)
    run.begin()
    busy = BUSY_WIDE if incidents_happen else BUSY
    run.until(busy)
    chaos.cease()
    run.until(busy + (LONGEST_FREEZE if incidents_happen else 0.0) + 120.0 + settings.sync.outage_hold)
    run.promises.agree()


@pytest.mark.parametrize("seed", seeds(USUAL, MENDED))
def test_the_promises_hold_whatever_happens(seed: int) -> None:
    random = Random(seed)
    sync = Sync(outage_hold=random.choice([20.0, 60.0, 900.0]), name_wait=random.choice([0.0, 3.0]))
    settings = site(random.randint(1, 4), sync, random.choice([1.0, 1.0, 5.0]))
    _run(seed, random, settings, Quirks.drawn(random))


@pytest.mark.parametrize("seed", seeds(USUAL_WIDE, MENDED_WIDE))
def test_the_promises_hold_at_a_wide_site(seed: int) -> None:
    """Two primaries and two recorders, persons, reloads, freezes, splits, and all that is odd."""
    random = Random(f"wide {seed}")
    sync = Sync(outage_hold=random.choice([20.0, 60.0, 900.0]), name_wait=random.choice([0.0, 3.0]))
    settings = wide_site(random, sync, random.choice([1.0, 1.0, 5.0]))
    ways = Quirks.drawn_widely(random), Quirks.drawn_widely(random)
    _run(seed, random, settings, *ways, vanished=random.choice([0.0, 0.0, 0.01]))


@pytest.mark.parametrize("seed", seeds(USUAL_ODD, MENDED_ODD))
def test_the_promises_hold_at_an_odd_site(seed: int) -> None:
    """The same, with sources that are named by their place in a list, that are deaf, late, or refuse for
    long; with other names of primaries and channels, and persons who record by hand."""
    random = Random(f"odd {seed}")
    sync = Sync(outage_hold=random.choice([20.0, 60.0, 900.0]), name_wait=random.choice([0.0, 3.0]))
    settings = odd_site(random, sync, random.choice([1.0, 1.0, 5.0]))
    ways = Quirks.drawn_widely(random), Quirks.drawn_widely(random)
    _run(seed, random, settings, *ways, with_troubles=True)
