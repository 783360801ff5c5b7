"""One action at a time: apply it, look, plan again, and expect the rest; and lose a device at every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.world.virtual import Quirks, VirtualPlayBox, VirtualRecorder
from tests.world.virtual_run import EPOCH
from tests.world.virtual_site import site
from vrmon.model import Action, DeviceState, Job, Observation, Outcome, Result, Source, Verb
from vrmon.plan import Plan, World, plan
from vrmon.plan.memory import Memory
from vrmon.settings import Sync

INGEST = f"{0:032X}"


class Replay:
    """The world between two plans. `step` is one round; it does what the plan before asked for first."""

    def __init__(self) -> None:
        self.settings = site(1, Sync(outage_hold=60.0))
        self.playbox = VirtualPlayBox()
        self.mac = VirtualRecorder(1, Quirks())
        self.memory = Memory()
        self.now = 100.0
        self.todo: list[Action] = []
        self.done: list[Action] = []
        self.planned: Plan | None = None

    def look(self) -> World:
        if self.playbox.is_up:
            jobs = Observation(self.now, self.now, DeviceState.OK, tuple(self.playbox.jobs))
        else:
            jobs = Observation.unknown(self.now, self.now, "no answer", DeviceState.UNREACHABLE)
        sources: Observation[tuple[Source, ...]]
        if self.mac.is_up:
            sources = Observation(self.now, self.now, DeviceState.OK, self.mac.list_sources(self.now))
        else:
            sources = Observation.unknown(self.now, self.now, "no answer", DeviceState.UNREACHABLE)
        return World({"playbox": jobs}, {"mac": sources}, (), EPOCH)

    def step(self, *, lost: bool = False, happens: bool = True) -> None:
        results = tuple(self._do(action, lost, happens) for action in self.todo[:1])
        self.now += 0.1
        self.planned = plan(self.settings, replace(self.look(), results=results), self.memory, self.now)
        self.memory = self.planned.memory
        self.todo = [*self.todo[1:], *self.planned.actions]

    def _do(self, action: Action, lost: bool, happens: bool) -> Result:
        self.done.append(action)
        error, value = "", None
        if action.verb is Verb.FETCH_NAME:
            assert action.job is not None
            value = None if lost else self.playbox.basename(action.job, self.now)[1]
        elif happens or not lost:
            error = self.mac.command(action.verb, action.source, action.name, self.now)
        outcome = Outcome.LOST if lost else Outcome.REFUSED if error else Outcome.DONE
        return Result(action, self.now, outcome, "no answer" if lost else error, value)

    def until(self, is_so: Callable[[], bool], seconds: float = 60.0) -> None:
        end = self.now + seconds
        while not is_so():
            assert self.now < end, self.planned
            self.step()

    def phase(self) -> str:
        assert self.planned is not None
        return self.planned.verdicts[0][1].phase

    def settle(self) -> list[Verb]:
        """Go on until nothing is left to do for 5 seconds; what was done, in order."""
        since, self.done = self.now, []
        while self.now - since < 5.0:
            self.step()
            if self.todo:
                since = self.now
        return [action.verb for action in self.done]


def idle() -> Replay:
    replay = Replay()
    replay.step()
    return replay


def wanted() -> Replay:
    replay = idle()
    replay.playbox.begin(Job(INGEST, "1"), "NEWS")
    return replay


def recording() -> Replay:
    replay = wanted()
    replay.until(lambda: replay.phase() == "recording")
    return replay


def ended() -> Replay:
    replay = recording()
    replay.playbox.jobs.clear()
    return replay


def followed() -> Replay:
    replay = ended()
    replay.playbox.begin(Job(INGEST, "2"), "SPORT")
    return replay


def dead() -> Replay:
    replay = recording()
    replay.mac.end(replay.mac.sources[0], replay.now)
    return replay


def paused() -> Replay:
    replay = recording()
    running = replay.mac.sources[0].recording
    assert running is not None
    running.paused = True
    return replay


START = [Verb.SET_NAME, Verb.RECORD]
CASES: list[tuple[Callable[[], Replay], list[Verb], str | None]] = [
    (idle, [], None),
    (wanted, [Verb.FETCH_NAME, *START], "NEWS"),
    (recording, [], "NEWS"),
    (ended, [Verb.STOP], None),
    (followed, [Verb.STOP, Verb.FETCH_NAME, *START], "SPORT"),
    (dead, START, "NEWS_cont1"),
    (paused, [Verb.RESUME], "NEWS"),
]


def named(case: object) -> str | None:
    return getattr(case, "__name__", None)


@pytest.mark.parametrize(("make", "verbs", "name"), CASES, ids=named)
def test_each_action_is_followed_by_the_rest(
    make: Callable[[], Replay], verbs: list[Verb], name: str | None
) -> None:
    replay = make()
    assert replay.settle() == verbs
    assert is_recorded(replay, name)


def is_recorded(replay: Replay, name: str | None) -> bool:
    running = replay.mac.sources[0].recording
    if name is None or running is None:
        return running is None and name is None
    stand_in = f"PCR 1_{replay.playbox.jobs[-1].id}"  # where the primary was lost before it told a name
    next_one = f"{name.removesuffix('_cont1')}_cont{2 if name.endswith('_cont1') else 1}"  # no file has it
    return running.name in (name, stand_in, next_one) and not running.paused and replay.phase() == "recording"


@pytest.mark.parametrize("device", ["playbox", "mac"])
@pytest.mark.parametrize("happens", [False, True])
@pytest.mark.parametrize("step", range(8))
@pytest.mark.parametrize(("make", "verbs", "name"), CASES, ids=named)
def test_a_device_that_is_lost_at_any_step_delays_the_rest_and_changes_nothing_else(
    make: Callable[[], Replay], verbs: list[Verb], name: str | None, step: int, happens: bool, device: str
) -> None:
    replay = make()
    for _ in range(step):
        replay.step()
    lost = replay.playbox if device == "playbox" else replay.mac
    lost.is_up = False
    replay.step(lost=bool(replay.todo) and replay.todo[0].device == device, happens=happens)
    for _ in range(30):
        replay.step(lost=bool(replay.todo) and replay.todo[0].device == device, happens=False)
    lost.is_up = True
    replay.until(lambda: is_recorded(replay, name), seconds=90.0)
    assert set(replay.settle()) <= {Verb.FETCH_NAME}


def test_a_plan_that_is_repeated_asks_for_nothing_twice() -> None:
    replay = followed()
    for _ in range(10):
        replay.step()
        again = plan(replay.settings, replay.look(), replay.memory, replay.now)
        assert (again.actions, again.memory) == ((), replay.memory)


def test_a_stale_look_starts_nothing_but_asks_for_a_fresh_one() -> None:
    replay = idle()
    old = replay.look()
    replay.now += 0.8
    replay.playbox.begin(Job(INGEST, "1"), "NEWS")
    world = World(replay.look().primaries, old.dvrs, (), EPOCH)
    job = plan(replay.settings, world, replay.memory, replay.now)
    known = plan(
        replay.settings,
        replace(world, results=tuple(replay._do(one, False, True) for one in job.actions)),
        job.memory,
        replay.now,
    )
    assert known.actions == ()
    assert known.looks == {"mac": replay.now}


def test_a_source_that_a_reload_has_just_given_to_a_channel_is_looked_at_before_it_is_used() -> None:
    """What the look before a reload saw was another source."""
    replay = wanted()
    replay.mac = VirtualRecorder(2, Quirks())
    theirs = replay.mac.begin(replay.mac.sources[1], "operator", replay.now, name="BY HAND")
    replay.until(lambda: replay.todo != [] and replay.todo[0].verb is Verb.FETCH_NAME)
    world = replace(replay.look(), results=(replay._do(replay.todo[0], False, True),))
    channel = replace(replay.settings.channels[0], source="Backup 2")
    settings = replace(replay.settings, channels=(channel,))
    seen = replace(world, dvrs={"mac": replay.look().dvrs["mac"]})
    first = plan(replay.settings, seen, replay.memory, replay.now)
    reloaded = plan(settings, replace(seen, results=()), replace(first.memory, channels={}), replay.now)
    assert reloaded.actions == ()
    assert reloaded.verdicts[0][1].phase == "foreign"
    assert theirs.ended is None


def test_a_job_that_comes_back_before_the_stop_goes_out_keeps_its_take() -> None:
    replay = recording()
    stale = replay.look().dvrs
    replay.now += 1.0
    first = replay.playbox.jobs.pop()
    replay.playbox.begin(Job(INGEST, "2"), "SPORT")
    gone = plan(replay.settings, World(replay.look().primaries, stale, (), EPOCH), replay.memory, replay.now)
    assert (gone.verdicts[0][1].phase, gone.looks) == ("stopping", {"mac": replay.now})
    assert [action.verb for action in gone.actions] == [Verb.FETCH_NAME]
    replay.memory = gone.memory
    replay.playbox.jobs.insert(0, first)
    assert Verb.STOP not in replay.settle()
    assert is_recorded(replay, "NEWS")


def test_a_take_that_no_look_has_had_the_time_to_show_is_still_waited_for() -> None:
    """A look that hangs for longer than a start takes to be seen says nothing about it."""
    replay = wanted()
    replay.mac.quirks = Quirks(start_lag=5.0)
    replay.until(lambda: replay.mac.sources[0].recording is not None)
    replay.step()
    stale = replay.look().dvrs
    replay.playbox.jobs.clear()
    for _ in range(12):
        replay.now += 1.0
        world = World(replay.look().primaries, stale, (), EPOCH)
        replay.memory = plan(replay.settings, world, replay.memory, replay.now).memory
    assert replay.settle() == [Verb.STOP]
    assert replay.mac.sources[0].recording is None
