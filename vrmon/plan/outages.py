"""What is the matter with the devices themselves, and what one new observation of a DVR changes."""

from __future__ import annotations

from dataclasses import replace

from vrmon.model import DeviceState, DvrObservation, Problem, Severity, T
from vrmon.model import Observation as Seen
from vrmon.plan.memory import DvrMemory, PrimaryMemory
from vrmon.text import sentence

_HINTS = {
    "unreachable": "Look at its power, its network, and its address in vrmon.toml.",
    "unknown": "It answers, but not as it should: is its address the right one, and its service well?",
    "password-refused": "Put the right password where vrmon reads it, then restart vrmon.",
    "certificate-refused": "If its certificate was changed on purpose: `vrmon trust {name}`.",
}


def observe_dvr(memory: DvrMemory, observation: DvrObservation | None) -> tuple[DvrMemory, bool]:
    """Take in an observation, once; says whether it is a new good look."""
    if observation is None or (memory.folded is not None and observation.ended <= memory.folded):
        return memory, False
    good = observation.seen is not None
    began_badly = observation.ended if memory.bad_since is None else memory.bad_since
    learnt = replace(
        memory,
        folded=observation.ended,
        previous=memory.folded if memory.state is DeviceState.OK else None,
        first=observation.ended if good and memory.first is None else memory.first,
        state=observation.state,
        bad_since=None if good else began_badly,
    )
    return learnt, good


def problems(
    kind: str, name: str, memory: PrimaryMemory | DvrMemory, observation: Seen[T] | None
) -> tuple[Problem, ...]:
    """What is the matter with one device ("primary" or "dvr"), if anything is."""
    if observation is None or memory.bad_since is None:
        return ()
    state = observation.state.value
    code = observation.code or f"{kind}-{state}"
    hint = _HINTS.get(observation.code or state, "").format(name=name)
    return (Problem(code, Severity.DEGRADED, name, sentence(observation.reason), hint),)
