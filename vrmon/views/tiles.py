"""The channels of the status document: what a tile of the board shows of each."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from vrmon.catalog import Severity
from vrmon.plan import Verdict
from vrmon.plan.drill import Drill
from vrmon.plan.memory import Hold, Running
from vrmon.settings import Channel, ChannelKey
from vrmon.text import rfc3339
from vrmon.views import coverage, shared_parts, words
from vrmon.views.scene import Scene


class Parts:
    """The channels of the document before: a channel of which nothing was decided since is not told anew.

    What is told of it at this moment (`_just_now`) is.
    """

    def __init__(self) -> None:
        self._told: dict[ChannelKey, tuple[Channel, Verdict, dict[str, Any]]] = {}
        self._epoch = 0.0

    def channels(self, scene: Scene) -> list[dict[str, Any]]:
        before = self._told if scene.epoch == self._epoch else {}
        self._told, self._epoch = {}, scene.epoch
        for channel, verdict in scene.plan.verdicts:
            known = before.get(channel.key)
            if known is None or known[0] is not channel or known[1] is not verdict:
                known = (channel, verdict, _decided(scene, channel, verdict))
            self._told[channel.key] = known
        return [
            {**part, **_just_now(scene, channel, verdict)} for channel, verdict, part in self._told.values()
        ]


def _decided(scene: Scene, channel: Channel, verdict: Verdict) -> dict[str, Any]:
    """What of a channel is the same for as long as its verdict is; `_just_now` fills in the rest."""
    memory, source = verdict.memory, verdict.source
    take = memory.running
    return {
        "name": channel.name,
        "primary": channel.primary,
        "ingest": channel.ingest,
        "dvr": channel.dvr,
        "source": None if source is None else source.unique_id,
        "source_name": None if source is None else source.display_name,
        "mode": "auto" if memory.hold is None else "hold",
        "hold": None if memory.hold is None else _hold(scene, memory.hold),
        "phase": verdict.phase.value,
        "severity": None,
        "word": None,
        "job": None if verdict.job is None else shared_parts.job(scene, verdict.job),
        "jobs_waiting": [shared_parts.job(scene, tracked) for tracked in verdict.waiting],
        "take": None if take is None else _take(scene, take),
        "verified": None,
        "since": scene.utc(memory.phase_since),
        "recording": source.recording_name if source is not None and source.is_recording else None,
        "drill": None if memory.drill is None else _drill(scene, memory.drill),
        "coverage": None,
        "thumbnail": None,
        "problem": None,
    }


def _just_now(scene: Scene, channel: Channel, verdict: Verdict) -> dict[str, Any]:
    every = (*verdict.problems, *scene.silent(channel))
    problem = min(every, key=lambda one: one.severity.rank, default=None)
    take = verdict.memory.running
    confirmed = None if take is None else take.confirmed
    severity = Severity.INFO if problem is None else problem.severity
    return {
        "severity": severity.value,
        "word": words.of_channel(
            verdict.phase,
            severity,
            held=verdict.memory.hold is not None,
            drilled=verdict.memory.drill is not None and verdict.memory.drill.is_running,
        ),
        "verified": None if confirmed is None else round(scene.now - confirmed, 3),
        "coverage": _coverage(scene, channel, verdict),
        "thumbnail": _picture(scene, channel),
        "problem": None if problem is None else shared_parts.problem(scene, problem, scene.since(problem)),
    }


def _coverage(scene: Scene, channel: Channel, verdict: Verdict) -> dict[str, Any] | None:
    show = scene.show(channel, verdict)
    if show is None:
        return None
    tolerance = scene.settings.sync.gap_tolerance
    return coverage.document(show, tolerance, scene.utc, is_recorded=verdict.is_recorded)


def _drill(scene: Scene, drill: Drill) -> dict[str, Any]:
    when, result, why = drill.told
    return {"when": scene.utc(when), "result": result.value, "why": why}


def _hold(scene: Scene, hold: Hold) -> dict[str, Any]:
    return {
        "since": scene.utc(hold.since),
        "until": scene.utc(hold.until),
        "reason": hold.reason,
        "by": hold.by,
    }


def _take(scene: Scene, take: Running) -> dict[str, Any]:
    return {
        "name": take.name,
        "number": take.number,
        "started": scene.utc(take.started),
        "confirmed": scene.utc(take.confirmed),
        "start_latency": None if take.latency is None else round(take.latency, 3),
        "files": list(take.files),
    }


def _picture(scene: Scene, channel: Channel) -> dict[str, Any] | None:
    taken = (scene.pictures or {}).get(channel.key)
    if taken is None:
        return None
    return {"url": f"/thumbnail/{quote(channel.name, safe='')}", "taken": rfc3339(taken)}
