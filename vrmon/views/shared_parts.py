"""What several parts of the status document tell alike: a problem, a job."""

from __future__ import annotations

from typing import Any

from vrmon.model import Problem, ProblemKey
from vrmon.plan.memory import TrackedJob
from vrmon.views.scene import Scene


def problem(scene: Scene, problem: Problem, since: float) -> dict[str, Any]:
    problem, root = problem.at(scene.now), scene.roots[problem.key]
    return {
        "code": problem.code.value,
        "severity": problem.severity.value,
        "subject": problem.subject,
        "message": problem.message,
        "hint": problem.hint,
        "since": scene.utc(since),
        "cause": None if root.key == problem.key else _cause(root),
        "acknowledged": acknowledged(scene, problem.key),
        "concerns": sorted(problem.concerns),
    }


def acknowledged(scene: Scene, key: ProblemKey) -> dict[str, Any] | None:
    one = scene.plan.memory.acknowledged.get(key)
    if one is None:
        return None
    return {"by": one.by, "since": scene.utc(one.since), "until": scene.utc(one.until), "note": one.note}


def _cause(root: Problem) -> dict[str, Any]:
    """The problem that it follows from at last, which stands among /status' problems as well."""
    return {"code": root.code.value, "subject": root.subject}


def job(scene: Scene, tracked: TrackedJob) -> dict[str, Any]:
    return {
        "ingest": tracked.job.ingest,
        "id": tracked.job.id,
        "basename": tracked.basename,
        "since": scene.utc(tracked.since),
        "present": tracked.present,
    }
