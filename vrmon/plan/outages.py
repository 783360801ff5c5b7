"""What is the matter with the devices themselves, and what one new observation of a DVR changes."""

from __future__ import annotations

from collections.abc import Iterator
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

_OF_ANSWERS = {
    "odd-answer": (
        "tells a part of its answer badly, of which nothing is known: ",
        "What it tells well goes on. See what it shows at this place itself; restart it while no job runs.",
    ),
}
_SHOWN = 3  # of what is said of one answer


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
    if observation is None:
        return ()
    if memory.bad_since is None:
        return tuple(_of_answer(name, observation))
    state = observation.state.value
    code = observation.code or f"{kind}-{state}"
    hint = _HINTS.get(observation.code or state, "").format(name=name)
    return (Problem(code, Severity.DEGRADED, name, sentence(observation.reason), hint),)


def _of_answer(name: str, observation: Seen[T]) -> Iterator[Problem]:
    """What is to be said of an answer that is good as a whole, a problem for each code."""
    said: dict[str, list[str]] = {}
    for one in observation.odd:
        said.setdefault("odd-answer", []).append(one.why)
    for note in observation.notes:
        said.setdefault(note.code, []).append(note.text)
    for code, texts in said.items():
        beginning, hint = _OF_ANSWERS[code]
        more = f"; and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
        message = f"{name} {beginning}{'; '.join(texts[:_SHOWN])}{more}"
        yield Problem(code, Severity.DEGRADED, name, sentence(message), hint)
