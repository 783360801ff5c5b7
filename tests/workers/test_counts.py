"""What is counted about a device and a channel."""

from __future__ import annotations

import pytest

from vrmon.model import DeviceState, DeviceView, Job, Observation
from vrmon.plan.memory import Label, Running
from vrmon.workers.counts import ChannelCounts, DeviceCounts, Histogram


def good(began: float, ended: float) -> Observation[str]:
    return Observation(began, ended, DeviceState.OK, "seen")


def bad(ended: float) -> Observation[str]:
    return Observation.unknown(ended - 1.0, ended, "no answer", DeviceState.UNREACHABLE)


def test_what_takes_as_long_as_a_bound_counts_below_it() -> None:
    histogram = Histogram((1.0, 2.0))
    assert histogram.snapshot().count == 0
    for seconds in (0.5, 1.0, 1.5, 2.5):
        histogram.observe(seconds)
    told = histogram.snapshot()
    assert (told.buckets, told.count, told.sum) == (((1.0, 2), (2.0, 3)), 4, 5.5)


def test_the_bounds_are_those_that_dashboards_were_made_for() -> None:
    """Another bound is another series: what was drawn of the one before ends."""
    answers, starts = DeviceCounts().answer_time.snapshot(), ChannelCounts().start_latency.snapshot()
    assert [bound for bound, _ in answers.buckets] == [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
    assert [bound for bound, _ in starts.buckets] == [0.02, 0.05, 0.1, 0.15, 0.25, 0.4, 0.75, 1.5, 3, 5, 10]


def test_a_device_that_nobody_has_asked_is_unknown() -> None:
    assert DeviceCounts().view() == DeviceView(DeviceState.UNKNOWN, None, "not polled yet", 0)


def test_failures_count_until_an_answer_comes() -> None:
    counts = DeviceCounts()
    for one in (good(1.0, 1.5), bad(3.0), bad(4.0)):
        counts.count(one)
    assert counts.view() == DeviceView(DeviceState.UNREACHABLE, 1.5, "no answer", 2)
    counts.count(good(5.0, 5.5))
    assert counts.view() == DeviceView(DeviceState.OK, 5.5, "", 0)
    assert (counts.polls, counts.failed, counts.answer_time.snapshot().sum) == (4, 2, 1.0)


def test_the_time_without_a_take_adds_up() -> None:
    counts = ChannelCounts()
    for now, mismatch in ((10.0, False), (11.0, True), (12.0, True), (14.0, False), (20.0, True)):
        counts.count(mismatch=mismatch, died=None, now=now)
    assert counts.mismatch_seconds == 3.0


def test_a_death_counts_once() -> None:
    counts = ChannelCounts(lost=5.0)
    for died in (None, 5.0, 6.0, 6.0, 7.0):
        counts.count(mismatch=False, died=died, now=8.0)
    assert counts.takes_lost == 2


@pytest.mark.parametrize(("number", "latency", "told"), [(1, 0.5, 1), (2, 0.5, 0), (1, None, 0)])
def test_how_late_a_job_was_its_first_take_tells(number: int, latency: float | None, told: int) -> None:
    counts = ChannelCounts()
    counts.started(Running(Job("A" * 32, "1"), "s 1", number, Label("NEWS"), latency, name="NEWS"))
    assert (counts.takes, counts.start_latency.snapshot().count) == (1, told)
