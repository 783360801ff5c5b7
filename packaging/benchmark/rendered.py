"""How long the control loop is busy with one /status of a thousand channels."""

from __future__ import annotations

import time

from table import Row

from tests.world.observed import Site
from vrmon.api.answers import encode
from vrmon.model import Job, Source
from vrmon.settings import Channel, DeviceSettings, Settings
from vrmon.views.tiles import Parts

_CHANNELS = 1000
_TIMES = 10


def thousand() -> Row:
    """All of them recording: made and encoded with nothing known; beside that with nothing changed."""
    channels = tuple(Channel(f"PCR {n}", "playbox", f"{n:032X}", "dvr", f"s {n}") for n in range(_CHANNELS))
    devices = [{name: DeviceSettings(name, "http://127.0.0.1", 1.0)} for name in ("playbox", "dvr")]
    sources = tuple(Source(str(one.source), str(one.source), destinations=("d 1",)) for one in channels)
    site = Site(Settings(*devices, channels), {"dvr": sources})
    site.jobs["playbox"] = [Job(one.ingest, str(n)) for n, one in enumerate(channels)]
    site.names = {job: f"SHOW {job.id}" for job in site.jobs["playbox"]}
    site.until(3.0)
    site.events.clear()  # the daemon makes the lines of these when they happen
    kept = Parts()
    fresh = min(_took(site, None) for _ in range(_TIMES))
    again = min(_took(site, kept) for _ in range(_TIMES))
    return Row("/status of 1,000 channels that record", fresh, "s", 0.050, again)


def _took(site: Site, parts: Parts | None) -> float:
    began = time.perf_counter()
    encode(site.document(now=1_795_000_000.0, parts=parts))
    return time.perf_counter() - began
