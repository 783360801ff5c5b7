"""The accounts of the running jobs over a restart: nothing is claimed of what nobody watched."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_run import EPOCH, Run
from tests.world.virtual_site import site
from vrmon.plan.coverage.account import Account
from vrmon.settings import Sync
from vrmon.state import snapshot
from vrmon.state.encoded import Encoded
from vrmon.state.format import payload_text


def running(quirks: Quirks, unwritten: float = 0.0) -> Run:
    settings = site(1, Sync())
    mac = settings.dvrs["mac"]
    keeping_back = replace(mac, traits=replace(mac.traits, unwritten=unwritten))
    run = Run(replace(settings, dvrs={"mac": keeping_back}), quirks)
    run.begin()
    run.until(5.0)
    run.job("NEWS")
    run.until(300.0)
    return run


def account(run: Run) -> Account:
    (show,) = run.memory.covered.read(run.settings.channels[0].key, run.now)
    return show.account


def test_a_take_with_a_date_is_whole_over_a_crash() -> None:
    run = running(Quirks())
    before = account(run)
    assert before.least == 0.0
    assert before.most < 3.0
    run.crash(pause=50.0)
    run.until(600.0)
    after = account(run)
    assert after.began.latest == pytest.approx(before.began.latest, abs=0.01)
    assert (after.least, after.most < 4.0) == (0.0, True)


def test_without_a_date_the_time_that_nobody_watched_is_in_doubt() -> None:
    run = running(Quirks(dated=False))
    run.crash(pause=50.0)
    run.until(600.0)
    after = account(run)
    assert after.least == 0.0
    assert 50.0 < after.most < 50.0 + 60.0 + 10.0, "the absence, and the minute to which looks are kept"
    assert "vrmon-away" in [gap.cause for gap in after.gaps]


def test_a_take_that_ends_while_vrmon_is_away_for_a_moment_may_lack_what_was_not_written() -> None:
    """Nobody saw whether the recorder died with it."""
    run = running(Quirks(), unwritten=8.0)
    run.until(341.0)  # the minute to which looks are kept has just begun
    run.crash(pause=1.0)
    run.mac.end(run.mac.sources[0], run.now)
    run.until(360.0)
    assert account(run).least == 0.0
    assert account(run).most > 8.0


def test_a_job_that_begins_while_vrmon_is_away_is_bounded_by_that() -> None:
    run = Run(site(1, Sync()), Quirks())
    run.begin()
    run.until(100.0)
    run.crash(pause=50.0)
    run.until(120.0)
    run.job("NEWS")
    run.until(200.0)
    began = account(run).began
    assert began.earliest < 120.0 < began.latest
    assert 40.0 < account(run).most < 50.0 + 60.0 + 10.0
    assert account(run).least == 0.0


def test_the_same_text_is_saved_for_as_long_as_nothing_changes() -> None:
    run = running(Quirks())
    texts = set()
    for second in range(302, 355):
        run.until(float(second))
        texts.add(json.dumps(snapshot.payload(run.memory, EPOCH)["coverage"]))
    assert len(texts) <= 2, "once a minute at the most"


def test_a_later_minute_is_encoded_although_nothing_else_has_changed() -> None:
    run, encoded = running(Quirks()), Encoded()
    for second in range(302, 365):
        run.until(float(second))
        assert encoded.encode(run.memory, EPOCH) == payload_text(snapshot.payload(run.memory, EPOCH))


def test_an_account_of_a_vrmon_that_saved_less_of_it_is_of_a_show_seen_from_its_beginning() -> None:
    run = running(Quirks())
    key = run.settings.channels[0].key
    saved: Any = json.loads(json.dumps(snapshot.payload(run.memory, EPOCH)))
    for show in saved["coverage"][str(key)]["open"]:
        del show["was_running"], show["explained"]
    (show,) = snapshot.restore(saved, EPOCH, run.now, Sync()).covered.read(key, run.now)
    assert (show.account.was_running, show.account.explained) == (False, 0.0)


def test_an_account_comes_back_as_it_was() -> None:
    run = running(Quirks())
    run.mac.end(run.mac.sources[0], run.now)
    run.until(400.0)
    run.job("NEXT")
    run.until(430.0)
    saved: Any = json.loads(json.dumps(snapshot.payload(run.memory, EPOCH)))
    found = snapshot.restore(saved, EPOCH, run.now, Sync()).covered
    key = run.settings.channels[0].key
    for before, after in zip(run.memory.covered.read(key, 430.0), found.read(key, 430.0), strict=True):
        assert (after.job, after.basename, after.stamp) == (before.job, before.basename, before.stamp)
        assert after.account.least == pytest.approx(before.account.least, abs=0.01)
        assert after.account.began == pytest.approx(before.account.began, abs=0.01)
        assert [(one.number, one.files) for one in after.takes] == [
            (one.number, one.files) for one in before.takes
        ]


def test_what_cannot_be_read_costs_no_more_than_itself() -> None:
    run = running(Quirks())
    saved: Any = json.loads(json.dumps(snapshot.payload(run.memory, EPOCH)))
    saved["coverage"] = {key: {"cover": 7} for key in saved["coverage"]}
    found = snapshot.restore(saved, EPOCH, run.now, Sync())
    assert found.channels[run.settings.channels[0].key].running is not None
    assert found.covered.channels == {}
    del saved["coverage"], saved["told"]
    assert snapshot.restore(saved, EPOCH, run.now, Sync()).covered.channels == {}
