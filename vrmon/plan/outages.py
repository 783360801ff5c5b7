"""What is the matter with the devices themselves, and what one new observation of a DVR changes."""

from __future__ import annotations

from collections.abc import Iterator

from vrmon.catalog import Code
from vrmon.model import DeviceState, DvrObservation, Problem, ProblemKey, T
from vrmon.model import Observation as Seen
from vrmon.plan.memory import DvrMemory, PrimaryMemory
from vrmon.plan.replacing import replace
from vrmon.text import sentence

_CODES = {
    ("primary", DeviceState.UNREACHABLE): Code.PRIMARY_UNREACHABLE,
    ("primary", DeviceState.UNKNOWN): Code.PRIMARY_UNKNOWN,
    ("dvr", DeviceState.UNREACHABLE): Code.DVR_UNREACHABLE,
    ("dvr", DeviceState.UNKNOWN): Code.DVR_UNKNOWN,
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


def key(kind: str, name: str, observation: Seen[T] | None) -> ProblemKey | None:
    """That of what is the matter with a device ("primary" or "dvr") that does not answer as it should."""
    return None if observation is None else _key(kind, name, observation.state, observation.code)


def key_of(name: str, memory: PrimaryMemory) -> ProblemKey | None:
    """The same of a primary, as it was when it was known last."""
    return _key("primary", name, memory.state, memory.trouble)


def _key(kind: str, name: str, state: DeviceState | None, trouble: Code | None) -> ProblemKey | None:
    if state in (None, DeviceState.OK):
        return None
    return ProblemKey(trouble or _CODES[kind, state], name)


def problems(
    kind: str,
    name: str,
    memory: PrimaryMemory | DvrMemory,
    observation: Seen[T] | None,
    where: str = "",
) -> tuple[Problem, ...]:
    """What is the matter with one device, if anything is. `where` its password belongs, as a hint."""
    if observation is None:
        return ()
    found = key(kind, name, observation)
    if found is None or memory.bad_since is None:
        return tuple(_of_answer(name, observation))
    reason = sentence(observation.reason)
    if found.code is Code.PASSWORD_REFUSED:
        return (Problem.of(found.code, name, reason=reason, where=where),)
    return (Problem.of(found.code, name, reason=reason),)


def of_restart(name: str, memory: PrimaryMemory, mapped: frozenset[str]) -> tuple[Problem, ...]:
    """A primary that was probably restarted, while the take of a job that it has lost by that is kept.
    `mapped`: the channels' ingests."""
    when = memory.restarted
    if when is None or all(one.lost != when for one in memory.jobs.values() if one.job.ingest in mapped):
        return ()
    return (Problem.of(Code.PRIMARY_RESTARTED, name),)


def _of_answer(name: str, observation: Seen[T]) -> Iterator[Problem]:
    """What is to be said of an answer that is good as a whole, a problem for each code."""
    said: dict[Code, list[str]] = {}
    for one in observation.odd:
        said.setdefault(Code.ODD_ANSWER, []).append(one.why)
    for note in observation.notes:
        said.setdefault(note.code, []).append(note.text)
    for code, texts in said.items():
        more = len(texts) - _SHOWN
        what = "; ".join(texts[:_SHOWN]).rstrip(".")
        yield Problem.of(code, name, what=what, more=more if more > 0 else "")
