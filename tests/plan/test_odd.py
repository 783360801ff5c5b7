"""One odd entry costs only itself: what the planner makes of an ingest or a source that is told badly."""

from __future__ import annotations

import pytest

from tests.world.virtual_site import site
from tests.world.virtual_stories import begun
from vrmon.model import DeviceState, Job, Observation, Odd, Sight, Source
from vrmon.plan import World, jobs, plan
from vrmon.plan.memory import Memory, PrimaryMemory
from vrmon.plan.moment import Moment
from vrmon.plan.sources import resolve
from vrmon.settings import Channel, Sync

A, B = Job("A" * 32, "1"), Job("B" * 32, "2")
ODD_A = Odd(0, A.ingest, "[0].activeJobsInfo: an array is expected, not null")
NAMELESS = Odd(1, None, "[1].ingestId: a string that is not empty is expected, not null")
SYNC = Sync(outage_hold=0.0)


def gone_after(sight: Sight[tuple[Job, ...]]) -> set[Job]:
    """Which of A and B have ended when they were there once, and then came ten answers like this."""
    memory = jobs.observe(PrimaryMemory(), Observation.good(0.0, 0.1, Sight((A, B))))
    for second in range(1, 11):
        memory = jobs.observe(memory, Observation.good(float(second), second + 0.1, sight))
    return {job for job, one in memory.jobs.items() if jobs.gone(one, SYNC, Moment(100.0))}


@pytest.mark.parametrize(
    ("sight", "ended"),
    [
        (Sight(()), {A, B}),
        (Sight((), (ODD_A,)), {B}),
        (Sight((), (ODD_A,), listed=(A.ingest,)), {B}),
        (Sight((), (NAMELESS,)), set()),
        (Sight((), (NAMELESS,), listed=(A.ingest,)), {A}),
        (Sight((), (NAMELESS,), listed=(A.ingest, B.ingest)), {A, B}),
        (Sight((), (ODD_A, NAMELESS), listed=(A.ingest, B.ingest)), {B}),
        (Sight((B,), (ODD_A,)), set()),
        (Sight((Job(A.ingest, "3"),), (ODD_A,), listed=(A.ingest, B.ingest)), {B}),
    ],
)
def test_a_job_that_an_odd_entry_may_hold_has_not_ended(
    sight: Sight[tuple[Job, ...]], ended: set[Job]
) -> None:
    assert gone_after(sight) == ended


def test_jobs_that_an_odd_entry_hides_may_have_gone_with_the_others() -> None:
    """Three that no answer shows any more want more proof than one does; those that were hidden before do not
    count again."""
    shown = (A, Job(A.ingest, "3"), B)
    there = jobs.observe(PrimaryMemory(), Observation.good(0.0, 0.1, Sight(shown)))
    at_once = jobs.observe(there, Observation.good(1.0, 1.1, Sight((), (ODD_A,))))
    assert at_once.jobs[B].in_crowd
    hidden = jobs.observe(there, Observation.good(1.0, 1.1, Sight((B,), (ODD_A,))))
    after = jobs.observe(hidden, Observation.good(2.0, 2.1, Sight((), (ODD_A,))))
    assert not after.jobs[B].in_crowd
    two = jobs.observe(PrimaryMemory(), Observation.good(0.0, 0.1, Sight((A, B))))
    assert not jobs.observe(two, Observation.good(1.0, 1.1, Sight((), (ODD_A,)))).jobs[B].in_crowd


def test_an_odd_entry_breaks_the_row_of_absences_and_counts_as_an_outage_of_its_ingest() -> None:
    memory = jobs.observe(PrimaryMemory(), Observation.good(0.0, 0.1, Sight((A, B))))
    memory = jobs.observe(memory, Observation.good(1.0, 1.1, Sight((), (ODD_A,))))
    memory = jobs.observe(memory, Observation.good(9.0, 9.1, Sight(())))
    assert memory.jobs[A].lost == 9.1
    assert memory.jobs[B].lost is None
    assert not jobs.gone(memory.jobs[A], SYNC, Moment(9.1))


def test_a_job_that_is_told_well_beside_an_odd_one_is_there() -> None:
    memory = jobs.observe(PrimaryMemory(), Observation.good(0.0, 0.1, Sight((A,), (ODD_A,))))
    assert memory.jobs[A].present


FIRST, SECOND = Source("s 1", "Backup 1"), Source("s 2", "Backup 2")
ODD_0, ODD_1, UNKNOWN_1 = Odd(0, "s 0", "why"), Odd(1, "s 3", "why"), Odd(1, None, "why")


@pytest.mark.parametrize(
    ("source", "odd", "found"),
    [
        ("s 1", (UNKNOWN_1,), FIRST),
        ("Backup 2", (ODD_1,), SECOND),
        ("s 3", (ODD_0, ODD_1), ODD_1),
        ("s 4", (UNKNOWN_1,), UNKNOWN_1),
        ("Backup 4", (ODD_1,), ODD_1),
        (0, (), FIRST),
        (1, (), SECOND),
        (0, (UNKNOWN_1,), FIRST),
        (1, (UNKNOWN_1,), UNKNOWN_1),
        (2, (UNKNOWN_1,), SECOND),
        (0, (ODD_0, ODD_1), ODD_0),
        (2, (ODD_0, ODD_1), FIRST),
        (3, (ODD_0, ODD_1), SECOND),
        (4, (ODD_0, ODD_1), None),
        (2, (), None),
        ("Backup 4", (), None),
    ],
)
def test_which_source_a_channel_means_where_some_are_odd(
    source: str | int, odd: tuple[Odd, ...], found: Source | Odd | None
) -> None:
    meant = resolve((FIRST, SECOND), Channel("PCR 1", "playbox", "A", "mac", source), odd)
    if found is None:
        assert not isinstance(meant, Source | Odd)
    else:
        assert meant == found


def test_a_source_that_is_told_badly_blocks_its_channel_and_no_other() -> None:
    settings = site(2, SYNC, 1.0)
    first, second = settings.channels
    seen = (Source("4XT00292 - 1", "Backup 2"),)
    odd = Odd(0, "4XT00292 - 0", "[0].is_paused: true or false is expected, not null")
    active = tuple(Job(channel.ingest, "1") for channel in (first, second))
    world = World(
        {first.primary: Observation(1.0, 1.1, DeviceState.OK, active)},
        {"mac": Observation(1.0, 1.1, DeviceState.OK, seen, odd=(odd,))},
    )
    planned = plan(settings, world, Memory(), 1.2)
    assert [verdict.phase for _, verdict in planned.verdicts] == ["blocked", "starting"]
    (blind,) = [one for one in planned.problems if one.subject == first.name]
    assert blind.code == "dvr-blind"
    assert "[0].is_paused: true or false is expected" in blind.message
    (said,) = [one for one in planned.problems if one.subject == "mac"]
    assert said.code == "odd-answer"
    assert blind.cause == said.key
    assert said.message.endswith(": [0].is_paused: true or false is expected, not null.")


def told(*sights: Sight[tuple[Job, ...]]) -> set[str]:
    """What is said of the primary after these answers."""
    settings = site(2, SYNC, 1.0)
    memory = Memory()
    planned = None
    for number, sight in enumerate(sights):
        world = World({"playbox": Observation.good(number, number + 0.1, sight)}, {"mac": None})
        planned = plan(settings, world, memory, number + 0.2)
        memory = planned.memory
    assert planned is not None
    return {one.code.value for one in planned.problems if one.subject == "playbox"}


STRANGE = Job("F" * 32, "1")
MAPPED = site(2, SYNC, 1.0).channels[1].ingest


@pytest.mark.parametrize(
    ("sights", "said"),
    [
        ([Sight(())], set()),
        ([Sight((), listed=(STRANGE.ingest,))], set()),
        ([Sight((STRANGE,), listed=(STRANGE.ingest,))], {"no-ingest-listed"}),
        ([Sight((STRANGE,), listed=(STRANGE.ingest, MAPPED))], set()),
        ([Sight((STRANGE, Job(MAPPED, "2")))], set()),
        ([Sight((), listed=(MAPPED,)), Sight((STRANGE,), listed=(STRANGE.ingest,))], set()),
    ],
)
def test_a_job_where_no_ingest_of_the_configuration_was_ever_listed(
    sights: list[Sight[tuple[Job, ...]]], said: set[str]
) -> None:
    assert told(*sights) == said


def flood(number: int, ingest: str = "") -> Sight[tuple[Job, ...]]:
    """Jobs that were never there before, as many as are read of an answer, in an answer that goes on."""
    seen = tuple(Job(ingest or f"{number}-{one}", f"{number}-{one}") for one in range(50 if ingest else 2000))
    return Sight(seen, (NAMELESS,), listed=tuple({job.ingest for job in seen}))


@pytest.mark.parametrize("ingest", ["", A.ingest])
def test_a_primary_that_invents_jobs_without_end_fills_no_memory(ingest: str) -> None:
    memory, mapped = PrimaryMemory(), frozenset({A.ingest, B.ingest})
    memory = jobs.observe(memory, Observation.good(0.0, 0.1, Sight((A, B))), mapped)
    for second in range(1, 40):
        began = float(second)
        memory = jobs.observe(memory, Observation.good(began, began + 0.1, flood(second, ingest)), mapped)
        memory = jobs.forget(memory, Sync(), Moment(began + 0.2), frozenset({A}))
        assert len(memory.jobs) <= 700
    assert A in memory.jobs, "a channel is busy with it"
    assert memory.left_out == (0 if ingest else 2000)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_take_whose_source_is_told_badly_is_not_seen(channels: int) -> None:
    """What was seen before counts for a moment, though it be the only source that the recorder has."""
    run = begun(channels=channels)
    run.job("NEWS")
    run.until(20.0)
    assert run.problems() == set()
    for source in run.mac.sources:
        source.is_odd = True
    run.until(22.0)
    assert run.verdict().phase == "recording"
    run.until(30.0)
    assert run.verdict().phase == "unverified"
    assert run.problems() == {"dvr-blind"}
