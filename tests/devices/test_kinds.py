"""What people read of each kind of recorder: its own name, and what its maker calls things."""

from __future__ import annotations

import pytest

from vrmon.catalog import Code
from vrmon.devices.contract import Role
from vrmon.devices.kinds import of
from vrmon.model import Problem

HINTS = {
    "movierecorder": "Give the source a destination in MovieRecorder now.",
    "obs": "Give the source a working disk in OBS now.",
    "hyperdeck": "Give the source a disk with room in the HyperDeck now.",
}
PLACES = {
    "movierecorder": "the Mac",
    "obs": "the machine that OBS runs on",
    "hyperdeck": "the deck",
}


@pytest.mark.parametrize("kind", HINTS)
def test_a_problem_is_told_in_the_words_of_its_recorder(kind: str) -> None:
    called = of(Role.RECORDER)[kind].traits.called
    problem = Problem.of(Code.NO_DESTINATION, "PCR 1", name="NEWS", source="1", dvr="dvr").told(**called)
    assert (problem.hint, called["place"]) == (HINTS[kind], PLACES[kind])


def test_there_is_no_other_kind() -> None:
    assert of(Role.RECORDER).keys() == HINTS.keys()
