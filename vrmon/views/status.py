"""The status document: pure, from one plan and what is known of the devices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vrmon.model import DeviceView, ProblemKey
from vrmon.settings import DeviceSettings
from vrmon.views import causes, shared_parts, words
from vrmon.views.brief import API
from vrmon.views.headline import headline
from vrmon.views.scene import Scene
from vrmon.views.tiles import Parts


def document(scene: Scene, parts: Parts | None = None) -> dict[str, Any]:
    """The whole of /status. `parts` are those of the same site's documents before."""
    settings = scene.settings
    overall = scene.health
    jobs = sum(1 for _, verdict in scene.plan.verdicts if verdict.job is not None and verdict.job.present)
    return {
        "api": API,
        "version": scene.version,
        "now": scene.utc(scene.now),
        "zone": scene.zone._asdict(),
        "uptime": round(scene.now - scene.began, 3),
        "health": overall.value,
        "word": words.of_all(overall, channels=len(settings.channels), jobs=jobs),
        "summary": headline(scene),
        "configuration": dict(scene.configuration),
        "problems": [shared_parts.problem(scene, problem, since) for problem, since in scene.worst_first],
        "causes": [_cause_of_all(scene, one) for one in scene.groups],
        "primaries": {
            name: _device(scene, device, scene.primaries[name]) for name, device in settings.primaries.items()
        },
        "dvrs": {name: _device(scene, device, scene.dvrs[name]) for name, device in settings.dvrs.items()},
        "channels": (parts or Parts()).channels(scene),
        "unmapped": [
            {"primary": primary, **shared_parts.job(scene, tracked)} for primary, tracked in scene.unmapped()
        ],
        "active_jobs": _active_jobs(scene),
        "recent": list(scene.recent),
        "pair": scene.pair,
    }


def _cause_of_all(scene: Scene, group: causes.Group) -> dict[str, Any]:
    document = causes.document(group, scene.ages, scene.utc)
    return {**document, "acknowledged": _acknowledged(scene, group)}


def _acknowledged(scene: Scene, group: causes.Group) -> dict[str, Any] | None:
    """By whom, where somebody knows of all that is as bad as the worst: of what follows from a cause, whoever
    came to know of that while it did so already."""
    known, severity = scene.plan.memory.acknowledged, group.severity
    of_head = known.get(group.head.key)
    every = (group.head, *group.following, *group.alike)
    worst = [one.key for one in every if one.severity is severity]
    unknown = [key for key in worst if key not in known]
    if unknown and (of_head is None or group.alike or not _were_there(scene, unknown, of_head.since)):
        return None
    return shared_parts.acknowledged(scene, worst[0] if of_head is None else group.head.key)


def _were_there(scene: Scene, keys: Iterable[ProblemKey], moment: float) -> bool:
    there = scene.plan.memory.problems
    return all(key not in there or there[key].since <= moment for key in keys)


def _device(scene: Scene, device: DeviceSettings, view: DeviceView) -> dict[str, Any]:
    return {
        "url": device.url,
        "state": view.state.value,
        "last_ok": scene.utc(view.last_ok),
        "age": None if view.last_ok is None else round(scene.now - view.last_ok, 3),
        "error": view.error,
        "failures": view.failures,
        "poll_interval": device.poll_interval,
    }


def _active_jobs(scene: Scene) -> dict[str, Any]:
    """What readers of the Flask program know: every active job, mapped or not."""
    names = {(channel.primary, channel.ingest): channel.name for channel in scene.settings.channels}
    return {
        f"{tracked.job.ingest}|{tracked.job.id}": {
            "basename": tracked.basename,
            "logical_name": names.get((primary, tracked.job.ingest)),
        }
        for primary, memory in scene.plan.memory.primaries.items()
        for tracked in memory.jobs.values()
        if tracked.present
    }
