"""A device's threads together: what is asked of them, and the promise to come round."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from math import inf

import pytest

from tests.workers.test_lanes import NoThread
from tests.world.stores import until
from vrmon.errors import PasswordRefused, Refused, Unreachable
from vrmon.model import (
    Action,
    Destination,
    DeviceState,
    Expected,
    Job,
    Observation,
    Outcome,
    Result,
    Schedule,
    Sight,
    Source,
    Verb,
)
from vrmon.settings import DeviceSettings
from vrmon.workers.device import Device
from vrmon.workers.lanes import LATEST
from vrmon.workers.worker import Worker, command, latest, question, unsent


class Recorder:
    """A Dvr and a Primary that says of every call what it was, or raises `error`."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.calls: list[tuple[str, ...]] = []
        self.alone: Source | None = None
        self.listed: tuple[Source, ...] = ()

    def _call(self, *call: str) -> None:
        self.calls.append(call)
        if self.error is not None:
            raise self.error

    def jobs(self) -> Sight[tuple[Job, ...]]:
        return Sight(())

    def basename(self, job: Job) -> str | None:
        self._call("basename", job.ingest, job.id)
        return "SHOW"

    def sources(self) -> Sight[tuple[Source, ...]]:
        return Sight(self.listed)

    def source(self, unique_id: str) -> Source | None:
        self._call("source", unique_id)
        return self.alone

    def destinations(self) -> tuple[Destination, ...]:
        return ()

    def schedules(self) -> tuple[Schedule, ...]:
        return ()

    def set_name(self, source: str, name: str) -> None:
        self._call("set_name", source, name)

    def record(self, source: str, name: str) -> None:
        self._call("record", source, name)

    def stop(self, source: str) -> None:
        self._call("stop", source)

    def resume(self, source: str) -> None:
        self._call("resume", source)

    def thumbnail(self, source: str) -> bytes:
        return source.encode()

    def close(self) -> None:
        pass


def action(verb: Verb) -> Action:
    return Action(verb, "dvr", "why", source="s 1", name="SHOW", job=Job("ABC", "7"))


def carried_out(verb: Verb, recorder: Recorder) -> Result:
    results: list[Result] = []
    task: Callable[[Recorder], None] = question(action(verb), results.append)
    if verb is not Verb.FETCH_NAME:
        task = command(action(verb), results.append)
    try:
        task(recorder)
    finally:
        (result,) = results
    assert result.action == action(verb)
    assert result.ended <= time.monotonic()
    return result


@pytest.mark.parametrize(
    ("verb", "call"),
    [
        (Verb.SET_NAME, ("set_name", "s 1", "SHOW")),
        (Verb.RECORD, ("record", "s 1", "SHOW")),
        (Verb.STOP, ("stop", "s 1")),
        (Verb.RESUME, ("resume", "s 1")),
    ],
)
def test_a_command_is_one_call_and_one_result(verb: Verb, call: tuple[str, ...]) -> None:
    recorder = Recorder()
    result = carried_out(verb, recorder)
    assert recorder.calls == [call]
    assert (result.outcome, result.error, result.value) == (Outcome.DONE, "", None)


class Disk(threading.Event):
    """One that never answers; `waited`: for how long a start would have waited for it."""

    waited = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.waited = inf if timeout is None else timeout
        return super().wait(0)


def test_a_start_waits_a_little_for_the_disk_and_longer_where_nothing_else_tells_whose_it_is() -> None:
    waited = []
    for tells_name in (True, False):
        recorder, disk, results = Recorder(), Disk(), list[Result]()
        command(action(Verb.RECORD), results.append, disk, tells_name=tells_name)(recorder)
        assert recorder.calls == [("record", "s 1", "SHOW")]
        assert results[0].outcome is Outcome.DONE
        waited.append(disk.waited)
    told, untold = waited
    assert 0 < told < untold < 2.0


def test_a_question_brings_the_name() -> None:
    recorder = Recorder()
    assert carried_out(Verb.FETCH_NAME, recorder).value == "SHOW"
    assert recorder.calls == [("basename", "ABC", "7")]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Refused("no"), Outcome.REFUSED),
        (PasswordRefused("no"), Outcome.REFUSED),
        (Unreachable("no"), Outcome.LOST),
    ],
)
def test_an_error_says_whether_it_may_have_happened(error: Exception, outcome: Outcome) -> None:
    result = carried_out(Verb.RECORD, Recorder(error))
    assert (result.outcome, result.error) == (outcome, "no")


IDLE = Source("s 1", "Cam", recording_name="BEFORE")
OURS = Source("s 1", "Cam", is_recording=True, recording_name="SHOW", start_date="20:00")


@pytest.mark.parametrize("is_listed", [False, True])
@pytest.mark.parametrize(
    ("expected", "shown", "is_sent"),
    [
        (Expected(True, "SHOW", "20:00"), OURS, True),
        (Expected(True, "SHOW", None), OURS, True),
        (Expected(True, None, None), OURS, True),
        (Expected(True, "SHOW", "20:00"), replace(OURS, recording_name=None, start_date=None), True),
        (Expected(True, "SHOW", "20:00"), replace(OURS, start_date="20:01"), False),
        (Expected(True, "SHOW", "20:00"), replace(OURS, recording_name="OPERATOR"), False),
        (Expected(True, "SHOW", "20:00"), IDLE, False),
        (Expected(False, "BEFORE", None), OURS, False),
        (Expected(False, "BEFORE", None), replace(IDLE, recording_name="SHOW"), True),
        (Expected(True, "SHOW", "20:00"), None, False),
    ],
)
def test_what_was_decided_on_an_old_look_is_done_only_where_the_source_is_as_it_was(
    expected: Expected, shown: Source | None, is_sent: bool, is_listed: bool
) -> None:
    recorder = Recorder()
    if is_listed or shown is None:
        recorder.listed = (replace(OURS, unique_id="s 2"), *((shown,) if shown else ()))
    else:
        recorder.alone = shown
    results: list[Result] = []
    command(replace(action(Verb.STOP), expected=expected), results.append)(recorder)
    assert (("stop", "s 1") in recorder.calls) == is_sent
    (result,) = results
    assert result.outcome is (Outcome.DONE if is_sent else Outcome.LOST)
    assert ("nothing was sent" in result.error) != is_sent


def test_what_a_slow_look_or_a_stalled_machine_has_made_too_late_is_not_sent() -> None:
    recorder, results = Recorder(), list[Result]()
    recorder.alone = OURS
    stop = replace(action(Verb.STOP), expected=Expected(True, "SHOW", "20:00"))
    command(stop, results.append, latest=time.monotonic() - 0.001)(recorder)
    assert recorder.calls == [("source", "s 1")]
    (result,) = results
    assert (result.action, result.outcome) == (stop, Outcome.REFUSED)
    assert result.error == "vrmon was held up before it could command dvr; nothing was sent"


def test_a_command_may_take_a_moment_and_both_exchanges_of_the_look_before_it() -> None:
    left = latest(DeviceSettings("dvr", "http://127.0.0.1:1", timeout=30.0)) - time.monotonic()
    assert LATEST + 59.5 < left <= LATEST + 60.0


def test_a_command_without_a_thread_is_surely_not_obeyed() -> None:
    results: list[Result] = []
    unsent(action(Verb.RECORD), results.append)()
    (result,) = results
    assert (result.action, result.outcome) == (action(Verb.RECORD), Outcome.REFUSED)
    assert result.error == "vrmon had no thread for it in time; nothing was sent"


def test_a_fault_of_our_own_has_its_result_as_well() -> None:
    results: list[Result] = []
    with pytest.raises(ZeroDivisionError):
        command(action(Verb.STOP), results.append)(Recorder(ZeroDivisionError()))
    assert [(one.outcome, one.error) for one in results] == [(Outcome.LOST, "a fault of vrmon itself")]


def test_a_task_that_does_not_end_breaks_the_promise_to_come_round() -> None:
    seen: queue.Queue[Observation[tuple[Source, ...]]] = queue.Queue()
    device = DeviceSettings("dvr", "http://127.0.0.1:1", poll_interval=0.01, timeout=0.05)
    worker = Worker(device, Recorder, lambda recorder: recorder.sources(), seen.put)
    worker.start()
    seen.get(timeout=60)
    until(lambda: worker.due_back() > time.monotonic() + 20, "its threads to be on time")
    gate = threading.Event()

    def waiting(_: Recorder) -> None:
        gate.wait(60)

    begun = time.monotonic()
    worker.lanes.submit(waiting)
    until(lambda: worker.lanes.stuck_since() is not None, "the task")
    since = worker.lanes.stuck_since()
    assert since is not None
    assert since >= begun
    until(lambda: worker.poller.came_round > since + 0.2, "more polls")
    late = since + 0.01 + 3 * 0.05 + 20.0  # a task looks twice before its command
    assert worker.due_back() == pytest.approx(late, abs=0.001), "held up by the lane, though it polls"
    gate.set()
    until(lambda: worker.due_back() > late and worker.lanes.stuck_since() is None, "the lane")
    worker.close()


def working(gate: threading.Event) -> None:
    """Use the processor until the gate opens."""
    while not gate.is_set():
        sum(range(1000))


@pytest.mark.parametrize("where", ["poller", "lane"])
@pytest.mark.parametrize(("at", "is_stuck"), [(working, False), (threading.Event.wait, True)])
def test_a_thread_that_is_busy_with_what_a_device_sent_is_not_stuck(
    where: str, at: Callable[[threading.Event], object], is_stuck: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vrmon.workers.worker._SPARE", 0.0)
    gate, began = threading.Event(), threading.Event()

    def hold(_: Recorder) -> Sight[tuple[Source, ...]]:
        began.set()
        at(gate)
        return Sight(())

    def task(recorder: Recorder) -> None:
        hold(recorder)

    look = hold if where == "poller" else Recorder.sources
    device = DeviceSettings("dvr", "http://127.0.0.1:1", poll_interval=0.01, timeout=0.1)
    worker = Worker(device, Recorder, look, lambda _: None)
    worker.start()
    if where == "lane":
        worker.lanes.submit(task)
    began.wait(60)
    if is_stuck:
        until(lambda: worker.due_back() < time.monotonic(), "it to be late")
    late = time.monotonic() + 0.5
    until(
        lambda: time.monotonic() > late and (worker.due_back() > time.monotonic()) != is_stuck, "the verdict"
    )
    gate.set()
    until(lambda: worker.due_back() > time.monotonic(), "it to come round")
    worker.close()


def test_a_device_for_which_there_is_no_thread_is_unknown_until_one_is_to_be_had(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: queue.Queue[Observation[tuple[Source, ...]]] = queue.Queue()
    device = DeviceSettings("dvr", "http://127.0.0.1:1", poll_interval=0.01, timeout=0.5)
    worker = Worker(device, Recorder, lambda recorder: recorder.sources(), seen.put)
    one: Device[Recorder, tuple[Source, ...]] = Device(worker)
    with monkeypatch.context() as patched:
        patched.setattr(threading, "Thread", NoThread)
        worker.start()
        told = one.missed(time.monotonic())
        assert told is not None
        assert (told.state, told.seen) == (DeviceState.UNKNOWN, None)
        assert told.reason == "dvr cannot be asked: the system gives vrmon no more threads"
        worker.tend()
        assert one.missed(time.monotonic()) is None
        assert worker.due_back() < time.monotonic() + 20.6, "it will be missed like one that hangs"
    worker.tend()
    worker.tend()
    assert seen.get(timeout=60).state is DeviceState.OK
    assert one.missed(time.monotonic()) is None
    assert not one.is_missed
    worker.close()
    logged = [record.getMessage() for record in caplog.records]
    assert logged == ["Poll thread refused", "Poll thread granted again"]


def test_a_device_whose_look_does_not_come_back_is_unknown_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vrmon.workers.worker._SLACK", 0.0)
    gate, seen = threading.Event(), queue.Queue[Observation[tuple[Source, ...]]]()

    def hold(_: Recorder) -> Sight[tuple[Source, ...]]:
        gate.wait(60)
        return Sight(())

    device = DeviceSettings("dvr", "http://127.0.0.1:1", poll_interval=0.01, timeout=0.1)
    one: Device[Recorder, tuple[Source, ...]] = Device(Worker(device, Recorder, hold, seen.put))
    one.worker.start()
    found: list[Observation[tuple[Source, ...]] | None] = []

    def is_missed() -> bool:
        found.append(one.missed(time.monotonic()))
        return found[-1] is not None

    until(is_missed, "it to be missed")
    told = found[-1]
    assert told is not None
    assert (told.state, told.seen) == (DeviceState.UNKNOWN, None)
    assert told.reason == "dvr was asked and vrmon's own thread has not come back since"
    assert one.missed(time.monotonic()) is None
    gate.set()
    one.take_in(seen.get(timeout=60))
    until(lambda: one.missed(time.monotonic()) is None and not one.is_missed, "it to be back")
    one.worker.close()
