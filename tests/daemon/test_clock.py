"""Unix time from monotonic time, and both in words."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from vrmon.daemon import clock as clock_module
from vrmon.daemon.clock import Clock
from vrmon.text import rfc3339, span


def test_the_epoch_is_the_same_until_the_clock_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, true_time = Clock(), time.time
    epoch = clock.epoch
    before, now, after = time.time(), epoch + time.monotonic(), time.time()
    assert before - 1 <= now <= after + 1, "the clock and what vrmon makes of it are not read at one moment"
    monkeypatch.setattr(time, "time", lambda: true_time() + 0.3)
    assert clock.epoch == epoch
    monkeypatch.setattr(time, "time", lambda: true_time() - 3600)
    assert clock.epoch == pytest.approx(epoch - 3600, abs=1)


def test_the_boot_is_known_by_the_unit_where_proc_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown = Clock().boot
    assert re.fullmatch("[0-9a-f]{32}", shown)
    monkeypatch.setattr(clock_module, "_BOOT", tmp_path / "none")
    assert Clock().boot == ""
    monkeypatch.setenv(clock_module.BOOT_VARIABLE, shown)
    assert Clock().boot == shown


def test_moments_are_utc_with_milliseconds() -> None:
    assert rfc3339(0.0) == "1970-01-01T00:00:00.000Z"
    assert rfc3339(1_795_000_000.9999) == "2026-11-18T11:06:40.999Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (9000, "2.5 h")],
)
def test_spans_are_as_a_person_says_them(seconds: float, text: str) -> None:
    assert span(seconds) == text
