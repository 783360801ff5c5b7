"""The account of a show on a primary or a DVR that is called otherwise by now: it is one show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history.test_report import Evenings, evenings, seconds, with_news
from tests.plan.test_renamed import Rename, both_renamed, renamed_dvr, renamed_primary, while_away
from vrmon.history.rows import Row

WAYS = [renamed_primary, renamed_dvr, both_renamed]
every_way = pytest.mark.parametrize("rename", [*WAYS, *map(while_away, WAYS)])
by_reload = pytest.mark.parametrize("rename", WAYS)


def over(here: Evenings) -> None:
    here.run.playbox.jobs.clear()
    here.run.until(here.run.now + 100.0)


@every_way
@pytest.mark.parametrize("is_read_before", [False, True])
def test_it_is_one_show_with_one_take(tmp_path: Path, rename: Rename, is_read_before: bool) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        run.until(200.0)
        if is_read_before:
            here.read()
        rename(run)
        run.until(300.0)
        (job,) = here.read()["jobs"]
        assert job["status"] == "running"
        over(here)
        (job,) = here.read()["jobs"]
        assert job["status"] == "complete"
        assert job["primary"] == run.settings.channels[0].primary
        assert seconds(job["began"]["latest"]) < 102.0
        assert seconds(job["ended"]["earliest"]) > 298.0
        assert [one["files"] for one in job["takes"]] == [["NEWS"]]
        assert len(here.listed("job")) == len(here.listed("take")) == 1


@every_way
def test_what_was_missing_before_is_told_after(tmp_path: Path, rename: Rename) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        run.until(150.0)
        run.mac.sources[0].is_locked = True
        run.mac.end(run.mac.sources[0], run.now)
        run.until(170.0)
        run.mac.sources[0].is_locked = False
        run.until(200.0)
        rename(run)
        run.until(300.0)
        over(here)
        (job,) = here.read()["jobs"]
        assert job["status"] == "partial"
        assert 18.0 < job["missing"]["least"] < job["missing"]["most"] < 30.0
        assert [one["files"] for one in job["takes"]] == [["NEWS"], ["NEWS_cont1"]]


@every_way
def test_the_shows_before_it_keep_their_takes(tmp_path: Path, rename: Rename) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        run.until(150.0)
        over(here)
        run.job("WEATHER")
        run.until(300.0)
        before = here.read()["jobs"]
        rename(run)
        run.until(400.0)
        news, weather = here.read()["jobs"]
        assert news == {**before[0], "primary": run.settings.channels[0].primary}
        assert [one["files"] for one in weather["takes"]] == [["WEATHER"]]


@every_way
def test_the_next_show_is_told_under_the_new_name(tmp_path: Path, rename: Rename) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        run.until(200.0)
        over(here)
        rename(run)
        run.job("WEATHER")
        run.until(500.0)
        over(here)
        news, weather = here.read()["jobs"]
        assert weather["primary"] == news["primary"] == run.settings.channels[0].primary
        assert [one["status"] for one in (news, weather)] == ["complete", "complete"]


@by_reload
def test_a_name_that_is_given_back(tmp_path: Path, rename: Rename) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        run.until(200.0)
        before = run.settings
        rename(run)
        run.until(250.0)
        after = run.settings
        for name, other in zip(after.primaries, before.primaries, strict=True):
            if name != other:
                run.rename_primary(name, other)
        for name, other in zip(after.dvrs, before.dvrs, strict=True):
            if name != other:
                run.rename_recorder(name, other)
        run.until(300.0)
        over(here)
        (job,) = here.read()["jobs"]
        assert job["status"] == "complete"


def test_a_rename_that_is_told_twice_changes_nothing(tmp_path: Path) -> None:
    with evenings(tmp_path) as here:
        run = with_news(here)
        run.until(200.0)
        (before,) = run.settings.channels
        renamed_primary(run)
        run.until(300.0)
        over(here)
        known = here.read()["jobs"]
        here.others = [Row("renames", {"before": str(before.key), "key": str(run.settings.channels[0].key)})]
        assert here.read()["jobs"] == known
