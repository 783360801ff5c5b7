"""No job lost, no take doubled, no early stop, no command of an old leader, whatever befalls the pair.

VRMON_PAIR_RUNS=N plays N drawn strokes, one after the other on the same pair, in place of each once;
VRMON_PAIR_SEED draws the first of them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest

from tests.two_hosts.cluster import cluster
from tests.two_hosts.network import hosts
from tests.two_hosts.playing import Outcome, Play
from tests.two_hosts.site import Site, site
from tests.two_hosts.strokes import STROKES, Stroke

RUNS = int(os.environ.get("VRMON_PAIR_RUNS", "0"))
FIRST = int(os.environ.get("VRMON_PAIR_SEED", "1"))
PLAYED = [(seed, random.Random(seed).choice(STROKES)) for seed in range(FIRST, FIRST + RUNS)] or [
    (0, one) for one in STROKES if not one.is_extra
]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("pair")
    with hosts("a", "b", "witness") as made, cluster(folder, made) as etcd, site(folder, made, etcd) as pair:
        yield pair


@pytest.mark.parametrize(
    ("seed", "stroke"), PLAYED, ids=[f"{stroke.name} {seed}".replace(" ", "-") for seed, stroke in PLAYED]
)
def test_the_show_goes_on(seed: int, stroke: Stroke, pair: Site, told: Callable[[Outcome], None]) -> None:
    play = Play(pair, stroke, seed)
    try:
        outcome = play.run()
    finally:
        play.end()
        pair.settle()
    told(outcome)
    logs = "\n".join(f"{node.name}:\n{node.daemon.log()[-4000:]}" for node in pair.nodes)
    assert outcome.faults == [], logs
