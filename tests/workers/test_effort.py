"""Whether a thread that is late works or is stuck."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.world.stores import until
from vrmon.workers.effort import Effort


@contextmanager
def thread(at: Callable[[threading.Event], object]) -> Iterator[int]:
    """The native id of a thread that is at it until the block ends."""
    gate = threading.Event()
    one = threading.Thread(target=at, args=(gate,))
    one.start()
    assert one.native_id is not None
    try:
        yield one.native_id
    finally:
        gate.set()
        one.join(20)


def count(gate: threading.Event) -> None:
    while not gate.is_set():
        sum(range(1000))


def wait(gate: threading.Event) -> None:
    gate.wait(20)


@pytest.mark.parametrize(("at", "works"), [(count, True), (wait, False)])
def test_a_thread_works_that_uses_the_processor(
    at: Callable[[threading.Event], None], works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with thread(at) as one:
        effort = Effort()
        assert effort.works(one) is True, "nobody has looked before"
        assert effort.works(one) is True, "too little time has passed to tell"
        monkeypatch.setattr("vrmon.workers.effort._APART", 0.0)
        told: list[bool] = []

        def is_told() -> bool:
            threading.Event().wait(0.1)
            told.append(effort.works(one))
            return told[-3:] == [works] * 3

        until(is_told, "the same three times")
        effort.rest()
        assert effort.works(one) is True


def test_two_measurements_are_a_fifth_of_a_second_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    effort, now = Effort(), 0.0
    monkeypatch.setattr("vrmon.workers.effort._processor_seconds", lambda _: 0.0)
    monkeypatch.setattr("vrmon.workers.effort.time.monotonic", lambda: now)
    assert effort.works(1) is True
    now = 0.19
    assert effort.works(1) is True
    now = 0.2
    assert effort.works(1) is False


def test_a_thread_that_has_ended_does_not_work() -> None:
    with thread(wait) as one:
        pass
    until(lambda: Effort().works(one) is False, "the system to have taken it away")
