"""An hour of shows and faults (packaging/obs-tests --hour SEED): every file is held against the report."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.obs.evening import ROOM, Evening, Show
from tests.obs.site import SLACK, STOPPING, Site
from tests.obs.studio import moves, seconds_of
from tests.obs.times import bounds, moment
from vrmon.devices.obs import TRAITS

LOST = TRAITS.unwritten
DARK = 2.0  # seconds without a signal, at the most, once OBS has been started
SEEN = 2.0  # seconds after which vrmon has seen a job that is told
SEED = int(os.environ.get("VRMON_OBS_HOUR", "0"))
PACE = float(os.environ.get("VRMON_OBS_PACE", "1"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", disk], check=True)
    yield disk / "videos"
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_every_file_is_what_the_report_says(site: Site) -> None:
    evening = Evening(site, random.Random(SEED))
    wrong: list[str] = []
    try:
        evening.run(3600 / PACE, PACE)
        wrong += _faults(evening)
        evening.told += ["wrong:", *wrong]
    finally:
        print("\n".join(evening.told), site.daemon.log(), sep="\n")
    assert wrong == []


def _faults(evening: Evening) -> Iterator[str]:
    """What differs between the report and the files."""
    jobs = {job["job"]: job for job in evening.site.jobs()}
    files = {file: seconds_of(file) for file in evening.site.obs.files()}
    for file, seconds in files.items():
        if seconds > DARK and file not in evening.by_hand and not moves(file):
            yield f"{file.name} does not move"
    spans = _spans(jobs.values())
    yield from _of_names(evening, spans, files)
    lengths = {file.stem: seconds for file, seconds in files.items()}
    for name in spans.keys() & lengths.keys():
        yield from _of_length(evening, name, spans[name], lengths[name])
    for show in evening.shows:
        if show.job in jobs:
            yield from _of_job(evening, show, jobs[show.job], lengths)
        elif show.ended - show.began - _blind(evening, show) > SEEN:
            yield f"{show} is not in the report"


def _spans(jobs: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By the name of a file, each once: a take that was paused has several, and one may serve two jobs."""
    spans: dict[str, list[dict[str, Any]]] = {}
    for take in (take for job in jobs for take in job["takes"]):
        known = spans.setdefault(take["name"], [])
        if take["began"] not in (one["began"] for one in known):
            known.append(take)
    return spans


def _blind(evening: Evening, show: Show) -> float:
    """Seconds of it in which vrmon could not see it."""
    shared = (min(show.ended, until) - max(show.began, since) for since, until in evening.blind)
    return sum(max(0.0, one) for one in shared)


def _of_names(
    evening: Evening, told: dict[str, list[dict[str, Any]]], files: dict[Path, float]
) -> Iterator[str]:
    there = {file.stem: file for file in files if file not in evening.by_hand}
    for name in told.keys() - there.keys():
        # OBS opens a file only when it has something to write.
        if sum(bounds(take)[0] for take in told[name]) > SLACK:
            yield f"{name!r} is told and is not there: {told[name]}"
    for name in there.keys() - told.keys():
        file = there[name]
        is_lost = any(0 <= crash - file.stat().st_ctime < LOST for crash in evening.crashes)
        if files[file] > SLACK or not is_lost:  # no look may have shown it
            yield f"{name!r} is there ({files[file]} s) and is not told"


def _of_length(evening: Evening, name: str, spans: list[dict[str, Any]], seconds: float) -> Iterator[str]:
    least, most = (sum(side) for side in zip(*map(bounds, spans), strict=True))
    began, ended = moment(spans[0]["began"]["earliest"]), moment(spans[-1]["ended"]["latest"])
    paused = sum(until - since for since, until in evening.pauses if began <= since <= ended)
    late = _late(evening, began, ended)
    known = f"{least:.1f} to {most:.1f} s, {paused:.1f} s of pauses, {late:.1f} s of stops"
    line = f"{name[:60]!r}: {seconds:.1f} s of {known}: {spans}"
    evening.told.append(line)
    if not least - paused - late - SLACK <= seconds <= most + SLACK * len(spans):
        yield line


def _of_job(evening: Evening, show: Show, job: dict[str, Any], lengths: dict[str, float]) -> Iterator[str]:
    """Nothing more is missing than the report says."""
    names = {take["name"] for take in job["takes"]}
    recorded = sum(lengths.get(name, 0.0) for name in names)
    unsure = job["missing"]["most"] + SLACK * (len(names) + 1)
    if recorded + unsure + _late(evening, show.began, show.ended) < show.ended - show.began:
        yield f"{show}: {recorded:.1f} s recorded, {job['missing']} missing, {job['gaps']}"


def _late(evening: Evening, began: float, ended: float) -> float:
    """What of a recording that an operator ended may not be there: where vrmon's own stop came meanwhile, OBS
    was seen to record until then."""
    return STOPPING * sum(began <= stop <= ended for stop in evening.stops)
