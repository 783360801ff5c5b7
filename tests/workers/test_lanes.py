"""Lanes: parallel, bounded, each with a client of its own, outliving whatever a task does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.world.stores import until
from vrmon.workers import lanes
from vrmon.workers.lanes import Lanes, Places

Task = Callable[["Client"], None]


class Client:
    """Belongs to one thread."""

    def __init__(self, clients: Clients) -> None:
        self.thread = threading.get_ident()
        self._clients = clients

    def close(self) -> None:
        assert self.thread == threading.get_ident()
        self._clients.closed.append(self)


class Clients:
    """Makes them, and knows every one there was."""

    def __init__(self) -> None:
        self.made: list[Client] = []
        self.closed: list[Client] = []

    def connect(self) -> Client:
        self.made.append(Client(self))
        return self.made[-1]


@pytest.fixture
def clients() -> Clients:
    return Clients()


def waiting_for(gate: threading.Event) -> Task:
    def work(_: Client) -> None:
        gate.wait(60)

    return work


def test_tasks_run_at_the_same_time_up_to_the_limit(clients: Clients) -> None:
    three = Lanes("dvr", clients.connect, 3)
    gate, together = threading.Event(), threading.Barrier(4)
    done: list[int] = []

    def task(number: int) -> Task:
        def work(client: Client) -> None:
            assert client.thread == threading.get_ident()
            if number < 3:
                together.wait(60)
                gate.wait(60)
            done.append(number)

        return work

    for number in range(10):
        three.submit(task(number))
    together.wait(60)  # three of them and this thread: they run at once
    assert done == []
    gate.set()
    until(lambda: len(done) == 10, "all tasks")
    assert sorted(done) == list(range(10))
    assert len(clients.made) == 3
    three.close()
    until(lambda: len(clients.closed) == 3, "the lanes to end")


def test_one_after_another_they_share_one_lane(clients: Clients) -> None:
    lane = Lanes("dvr", clients.connect, 8)
    done: list[int] = []
    for number in range(5):
        before = threading.active_count()
        lane.submit(lambda _, number=number: done.append(number))  # type: ignore[misc]
        until(lambda: len(done) == number + 1 and lane.stuck_since() is None, "the task")  # noqa: B023
        assert threading.active_count() <= before + 1
    until(lambda: len(clients.made) <= 2, "no lane more than that")
    assert done == list(range(5))
    lane.close()


def test_a_task_for_which_a_lane_waits_begins_none(clients: Clients) -> None:
    lane = Lanes("dvr", clients.connect, 8)
    for count in range(5):
        lane.submit(lambda _: None)
        until(lambda: lane._free == 1, "the lane to wait again")
        assert (lane._alive, len(clients.made)) == (1, 1), count
    lane.close()


def test_every_device_may_have_four_lanes_whatever_the_others_have(clients: Clients) -> None:
    lane, gate = Lanes("dvr", clients.connect, 8, shared=Places(0)), threading.Event()
    for _ in range(8):
        lane.submit(waiting_for(gate))
    assert lane._alive == 4
    gate.set()
    until(lambda: lane.waits_since() is None, "all tasks")
    lane.close()


def test_a_lane_outlives_a_task_that_fails(clients: Clients, caplog: pytest.LogCaptureFixture) -> None:
    one = Lanes("dvr", clients.connect, 1)
    done = threading.Event()

    def fail(_: Client) -> None:
        raise ValueError("a fault of ours")

    with caplog.at_level(logging.ERROR):
        one.submit(fail)
        one.submit(lambda _: done.set())
        assert done.wait(60)
    assert [record.getMessage() for record in caplog.records] == ["Task failed"]
    assert len(clients.made) == 1
    one.close()


def test_the_task_that_is_under_way_the_longest_is_told_of(clients: Clients) -> None:
    two = Lanes("dvr", clients.connect, 2)
    assert two.stuck_since() is None
    gate = threading.Event()
    begun = time.monotonic()
    two.submit(waiting_for(gate))
    until(lambda: two.stuck_since() is not None, "the first task")
    first = two.stuck_since()
    two.submit(waiting_for(gate))
    assert first is not None
    assert begun <= first <= time.monotonic()
    assert two.stuck_since() == first
    gate.set()
    until(lambda: two.stuck_since() is None, "both tasks")
    two.close()


def test_what_waits_when_they_are_closed_is_carried_out(clients: Clients) -> None:
    one = Lanes("dvr", clients.connect, 1)
    gate, done = threading.Event(), threading.Event()
    one.submit(waiting_for(gate))
    one.submit(lambda _: done.set())
    one.close()
    gate.set()
    assert done.wait(60)
    until(lambda: len(clients.closed) == 1, "the lane to end")


def test_idle_lanes_end_and_new_ones_take_their_place(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "IDLE", 0.01)
    few = Lanes("dvr", clients.connect, 2)
    done: list[int] = []
    for number in range(60):  # some of them while a lane is just about to end
        few.submit(lambda _, number=number: done.append(number))  # type: ignore[misc]
        time.sleep(0.001 * (number % 20))
    until(lambda: len(done) == 60, "all tasks")
    until(lambda: len(clients.closed) == len(clients.made), "every lane to end")
    few.submit(lambda _: done.append(60))
    until(lambda: len(done) == 61, "one more")
    few.close()


class NoThread:
    """In place of `threading.Thread` on a machine that gives no more of them."""

    def __init__(self, **_: object) -> None: ...

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.getMessage(), getattr(record, "DEVICE", "")) for record in caplog.records]


def test_a_task_without_a_thread_waits_and_gets_the_first_that_is_to_be_had(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    few, begun, gate = Lanes("dvr", clients.connect, 2), time.monotonic(), threading.Event()
    with monkeypatch.context() as patched:
        patched.setattr(threading, "Thread", NoThread)
        for _ in range(3):
            few.submit(waiting_for(gate))
            few.tend()
        since = few.waits_since()
        assert since is not None
        assert begun <= since <= time.monotonic()
        assert few.stuck_since() is None
    assert told(caplog) == [("Lane refused", "dvr")]
    few.tend()
    assert few._alive == 2, "a lane for each that waits, as far as there may be"
    assert told(caplog) == [("Lane refused", "dvr"), ("Lane granted again", "dvr")]
    gate.set()
    until(lambda: few.waits_since() is None and few.stuck_since() is None, "all three")
    few.close()


def never(_: Client) -> None:
    raise AssertionError("it was to be given up")


def test_a_task_for_which_no_thread_is_had_in_time_is_given_up_and_the_lack_is_told_on(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "LATEST", 0.05)
    few, given_up, begun = Lanes("dvr", clients.connect, 2), list[int](), time.monotonic()

    def are_given_up() -> bool:
        few.tend()
        return sorted(given_up) == [0, 1]

    with monkeypatch.context() as patched:
        patched.setattr(threading, "Thread", NoThread)
        for number in range(2):
            few.submit(never, partial(given_up.append, number))
        few.tend()
        assert given_up == []
        until(are_given_up, "both to be given up")
        since = few.waits_since()
        assert since is not None
        assert begun <= since < begun + 0.05
    few.tend()
    until(lambda: few.waits_since() is None, "a lane, though nothing waits for it any more")
    done = threading.Event()
    few.submit(lambda _: done.set(), partial(given_up.append, 2))
    assert done.wait(60)
    until(lambda: few._free == few._alive > 0, "the lanes to wait again")
    assert sorted(given_up) == [0, 1]
    few.close()


def test_what_has_no_lane_when_they_are_closed_is_given_up(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, given_up = Lanes("dvr", clients.connect, 2), list[int]()
    monkeypatch.setattr(threading, "Thread", NoThread)
    for number in range(2):
        few.submit(never, partial(given_up.append, number))
    few.close()
    assert given_up == [0, 1]


def test_a_lane_gives_up_what_it_comes_to_too_late(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "LATEST", 0.05)
    one, gate, given_up, done = Lanes("dvr", clients.connect, 1), *(threading.Event() for _ in range(3))
    one.submit(waiting_for(gate))
    one.submit(never, given_up.set)
    one.submit(lambda _: done.set())
    time.sleep(0.1)
    gate.set()
    assert given_up.wait(60)
    assert done.wait(60), "one that cannot be given up is carried out"
    one.close()


def test_a_task_is_either_carried_out_or_given_up(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "LATEST", 0.0005)
    few, answers = Lanes("dvr", clients.connect, 3), list[int]()
    for number in range(2000):
        few.submit(lambda _, number=number: answers.append(number), partial(answers.append, number))  # type: ignore[misc]
        if number % 5 == 0:
            time.sleep(0.0005)
            few.tend()
    until(lambda: len(answers) >= 2000 and few._free == few._alive, "every answer")
    assert sorted(answers) == list(range(2000))
    few.close()


def test_a_lane_that_dies_is_replaced(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    faults = [OSError("no descriptors"), OSError("no descriptors")]

    def connect() -> Client:
        if faults:
            raise faults.pop()
        return clients.connect()

    one, done = Lanes("dvr", connect, 1), threading.Event()
    one.submit(lambda _: done.set())
    until(lambda: len(faults) == 1 and one._alive == 0, "it to die")
    assert one.waits_since() is not None

    def is_done() -> bool:
        one.tend()
        return done.is_set()

    until(is_done, "another")
    until(lambda: one.waits_since() is None, "nothing to wait")
    assert (one._alive, len(clients.made)) == (1, 1)
    one.close()


def test_tasks_that_wait_for_lanes_that_go_on_do_not_wait_for_a_thread(clients: Clients) -> None:
    one = Lanes("dvr", clients.connect, 1)
    gates = [threading.Event() for _ in range(3)]
    for gate in gates:
        one.submit(waiting_for(gate))
    until(lambda: one.stuck_since() is not None, "the first")
    first = one.waits_since()
    gates[0].set()
    until(lambda: (one.waits_since() or 0.0) > (first or 0.0), "the second")
    gates[1].set()
    gates[2].set()
    until(lambda: one.waits_since() is None, "the last")
    one.close()


def test_lanes_are_bounded_for_all_devices_together_and_each_has_some_of_its_own(clients: Clients) -> None:
    places, gate = Places(3), threading.Event()
    devices = [Lanes(name, clients.connect, 4, own=1, shared=places) for name in "abc"]
    for device in devices:
        for _ in range(6):
            device.submit(waiting_for(gate))
    until(lambda: sum(len(one.under_way()) for one in devices) == 6, "all that there may be")
    for device in devices:
        device.tend()
    assert [len(one.under_way()) for one in devices] == [4, 1, 1]
    assert len(clients.made) == 6
    gate.set()
    until(lambda: all(one.waits_since() is None for one in devices), "the rest")
    for device in devices:
        device.close()
    until(lambda: len(clients.closed) == 6, "the lanes to end")
    assert [places.take() for _ in range(4)] == [True, True, True, False]
