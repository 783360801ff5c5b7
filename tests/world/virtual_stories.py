"""How the stories of the planner's tests begin, and what they ask of the world."""

from __future__ import annotations

from dataclasses import replace

from tests.world.virtual import Quirks, Recording, VirtualRecorder, VirtualSource
from tests.world.virtual_run import Run
from tests.world.virtual_site import site
from vrmon.model import Job
from vrmon.plan.memory import ChannelMemory, Hold, Sent
from vrmon.settings import Sync

SYNC = Sync(outage_hold=60.0)


def begun(quirks: Quirks = Quirks(), channels: int = 1, sync: Sync = SYNC) -> Run:  # noqa: B008 - frozen
    run = Run(site(channels, sync), quirks)
    run.begin()
    run.until(2.0)
    return run


def recording(name: str = "NEWS", quirks: Quirks = Quirks()) -> tuple[Run, Job, Recording]:  # noqa: B008
    """A run with a job that is being recorded."""
    run = begun(quirks)
    job = run.job(name)
    run.until(20.0)
    take = running(run)
    assert take.by == "vrmon"
    return run, job, take


def just_begun(run: Run) -> Recording:
    """The take that a command of ours has begun, before any look has shown it."""
    while run.mac.sources[0].recording is None:
        run.until(run.now + 0.001)
    return running(run)


def just_commanded(run: Run) -> None:
    """The first channel's record command has gone out."""
    while not isinstance(run.memory.channels[run.settings.channels[0].key].take, Sent):
        run.until(run.now + 0.001)


def running(run: Run, channel: int = 0) -> Recording:
    take = run.mac.sources[channel].recording
    assert take is not None
    return take


def names(run: Run) -> list[str]:
    return [take.asked for take in run.mac.recordings]


def memory_of(run: Run, channel: int = 0) -> ChannelMemory:
    return run.memory.channels[run.settings.channels[channel].key]


def hold(run: Run, channel: int = 0) -> None:
    run.amend(
        run.settings.channels[channel].key, lambda one: replace(one, hold=Hold(run.now, None, "", "jane"))
    )


def auto(run: Run, channel: int = 0) -> None:
    run.amend(run.settings.channels[channel].key, lambda one: replace(one, hold=None))


def by_hand(run: Run, name: str = "BY HAND", channel: int = 0) -> Recording:
    """What an operator begins on the source."""
    return run.mac.begin(run.mac.sources[channel], "operator", run.now, name=name)


def stand_in(run: Run, mac: VirtualRecorder) -> None:
    """Another recorder in place of the first, seen by all from now on."""
    mac.epoch = run.mac.epoch
    run.mac = run.macs["mac"] = mac
    run.promises.every = 0  # it knows the other one
    run.until(run.now + 2.0)


class Deaf(VirtualRecorder):
    """One that says yes and records nothing on one source, `deaf`."""

    deaf = "4XT00292 - 0"

    def _record(self, one: VirtualSource, now: float, job: Job | None) -> str:
        return "" if one.unique_id == self.deaf else super()._record(one, now, job)


class Full(VirtualRecorder):
    """One that refuses to record while its disk is full."""

    is_full = True

    def _record(self, one: VirtualSource, now: float, job: Job | None) -> str:
        return "the disk is full" if self.is_full else super()._record(one, now, job)
