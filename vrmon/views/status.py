"""The status document: pure, from one plan and what is known of the devices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from vrmon.catalog import Code, Severity
from vrmon.model import DeviceState, DeviceView, Health, Phase, Problem, ProblemKey
from vrmon.plan import Plan, Verdict
from vrmon.plan.coverage.channel import Show
from vrmon.plan.coverage.readings import Readings
from vrmon.plan.drill import Drill
from vrmon.plan.memory import Hold, Running, TrackedJob
from vrmon.plan.unconfigured import active
from vrmon.settings import Channel, ChannelKey, DeviceSettings, Settings
from vrmon.text import rfc3339
from vrmon.views import causes, coverage, words
from vrmon.views.brief import API

_HEALTH = {
    Severity.CRITICAL: Health.CRITICAL,
    Severity.DEGRADED: Health.DEGRADED,
    Severity.INFO: Health.OK,
}
_SILENT = {
    Code.PRIMARY_UNREACHABLE,
    Code.PRIMARY_UNKNOWN,
    Code.DVR_UNREACHABLE,
    Code.DVR_UNKNOWN,
    Code.PASSWORD_REFUSED,
    Code.CERTIFICATE_REFUSED,
}
"""What a device may have that does not answer as it should: its channels are not ready for the next job."""


class Zone(NamedTuple):
    """That of the host's clock: its name, and the seconds by which it is ahead of UTC."""

    name: str = "UTC"
    offset: int = 0


UTC = Zone()


@dataclass(frozen=True)
class Scene:
    """Everything a status document is made of. `epoch` plus a monotonic time is Unix time.

    `own` are the daemon's problems beside the plan's, with when they began. `pictures`: when the picture
    of each channel (by key) was taken, in Unix time, where there is a fresh one. `readings`: those of the
    same site's scenes before. `pair`: its part of the document, of a host that is one of two.
    """

    version: str
    settings: Settings
    plan: Plan
    primaries: Mapping[str, DeviceView]
    dvrs: Mapping[str, DeviceView]
    now: float
    epoch: float
    began: float
    configuration: Mapping[str, Any]
    own: Sequence[tuple[Problem, float]] = ()
    recent: Sequence[Mapping[str, Any]] = ()
    pictures: Mapping[ChannelKey, float] | None = None
    zone: Zone = UTC
    readings: Readings = field(default_factory=Readings)
    pair: Mapping[str, Any] | None = None

    @cached_property
    def silent(self) -> Mapping[str, Severity]:
        """How bad it is that a device does not answer as it should, by its name."""
        return {one.subject: one.severity for one in self.plan.problems if one.code in _SILENT}

    @cached_property
    def groups(self) -> list[causes.Group]:
        """The problems by what they follow from."""
        return causes.grouped(worst_first(self), self.roots, self.now)

    @cached_property
    def roots(self) -> Mapping[ProblemKey, ProblemKey]:
        """The problem that each one follows from at last."""
        return causes.roots(problem for problem, _ in worst_first(self))

    @cached_property
    def ages(self) -> dict[str, float]:
        """Seconds since each channel's take was last seen, by the channel's name."""
        takes = ((channel.name, verdict.memory.running) for channel, verdict in self.plan.verdicts)
        return {
            name: self.now - take.confirmed
            for name, take in takes
            if take is not None and take.confirmed is not None
        }

    def show(self, channel: Channel, verdict: Verdict) -> Show | None:
        """How the channel's job stands now, as far as it was watched."""
        if verdict.job is None:
            return None
        return self.readings.read(self.plan.memory.covered, channel.key, verdict.job.job, self.now)

    def utc(self, moment: float | None) -> str | None:
        return None if moment is None else rfc3339(moment + self.epoch)


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
            told = before.get(channel.key)
            if told is None or told[0] is not channel or told[1] is not verdict:
                told = (channel, verdict, _decided(scene, channel, verdict))
            self._told[channel.key] = told
        return [
            {**part, **_just_now(scene, channel, verdict)} for channel, verdict, part in self._told.values()
        ]


def document(scene: Scene, parts: Parts | None = None) -> dict[str, Any]:
    """The whole of /status. `parts` are those of the same site's documents before."""
    settings = scene.settings
    problems = worst_first(scene)
    overall = health(problem for problem, _ in problems)
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
        "problems": [_problem(scene, problem, since) for problem, since in problems],
        "causes": [_cause_of_all(scene, one) for one in scene.groups],
        "primaries": {
            name: _device(scene, device, scene.primaries[name]) for name, device in settings.primaries.items()
        },
        "dvrs": {name: _device(scene, device, scene.dvrs[name]) for name, device in settings.dvrs.items()},
        "channels": (parts or Parts()).channels(scene),
        "unmapped": [{"primary": primary, **_job(scene, tracked)} for primary, tracked in _unmapped(scene)],
        "active_jobs": _active_jobs(scene),
        "recent": list(scene.recent),
        "pair": scene.pair,
    }


def health(problems: Iterable[Problem]) -> Health:
    return _HEALTH[min((one.severity for one in problems), key=lambda one: one.rank, default=Severity.INFO)]


def headline(scene: Scene) -> str:
    """One sentence for `systemctl status`: how many jobs are safe, and the worst that is not well."""
    busy = [verdict for _, verdict in scene.plan.verdicts if verdict.job is not None]
    safe = [verdict for verdict in busy if verdict.is_recorded]
    text = f"{len(safe)} of {len(busy)} jobs recorded" if busy else _without_a_job(scene)
    lacking = scene.plan.memory.covered.lacking
    whole = [
        one for channel, one in scene.plan.verdicts if one.job is not None and channel.key not in lacking
    ]
    if busy and len(whole) < len(busy):
        text = f"{text}, {len(whole)} whole"
    unverified = sum(1 for verdict in busy if verdict.phase is Phase.UNVERIFIED)
    if unverified:
        text = f"{text}, {unverified} unverified"
    groups = [one for one in scene.groups if one.severity is not Severity.INFO]
    if not groups:
        return text
    more = f" (and {len(groups) - 1} more)" if len(groups) > 1 else ""
    worst = groups[0]
    message = worst.message(scene.ages)
    about = "" if message.startswith(worst.subject) else f"{worst.subject}: "
    return f"{text}; {about}{message.rstrip('.')}{more}"


def _without_a_job(scene: Scene) -> str:
    """What is true where no channel has a job: that none is active, only if every primary says so."""
    channels, primaries = scene.settings.channels, scene.plan.memory.primaries
    if not channels:
        return "No job can be recorded"
    watched = dict.fromkeys(channel.primary for channel in channels)
    silent = [name for name in watched if primaries[name].state is not DeviceState.OK]
    if silent:
        return f"Jobs unknown: {', '.join(silent)} {'does' if len(silent) == 1 else 'do'} not answer"
    if any(_unmapped(scene)):
        return "No channel has a job"
    return "No job is active"


def _unmapped(scene: Scene) -> Iterator[tuple[str, TrackedJob]]:
    """The primary and the job, for each active job that no channel mirrors."""
    for name, memory in scene.plan.memory.primaries.items():
        yield from ((name, tracked) for tracked in active(scene.settings, name, memory))


def worst_first(scene: Scene) -> list[tuple[Problem, float]]:
    """Every problem and when it began (monotonic), the oldest first among equals."""
    every = [*scene.own, *((problem, _since(scene, problem)) for problem in scene.plan.problems)]
    return sorted(every, key=lambda one: (one[0].severity.rank, one[1]))


def _since(scene: Scene, problem: Problem) -> float:
    return scene.plan.memory.problems[problem.key]


def _problem(scene: Scene, problem: Problem, since: float) -> dict[str, Any]:
    problem, root = problem.at(scene.now), scene.roots[problem.key]
    return {
        "code": problem.code.value,
        "severity": problem.severity.value,
        "subject": problem.subject,
        "message": problem.message,
        "hint": problem.hint,
        "since": scene.utc(since),
        "cause": None if root == problem.key else _cause(root),
        "acknowledged": _acknowledged(scene, problem.key),
    }


def _acknowledged(scene: Scene, key: ProblemKey) -> dict[str, Any] | None:
    one = scene.plan.memory.acknowledged.get(key)
    if one is None:
        return None
    return {"by": one.by, "since": scene.utc(one.since), "until": scene.utc(one.until), "note": one.note}


def _cause_of_all(scene: Scene, group: causes.Group) -> dict[str, Any]:
    told = causes.document(group, scene.ages, scene.utc)
    return {**told, "acknowledged": _acknowledged(scene, group.head.key)}


def _cause(key: ProblemKey) -> dict[str, Any]:
    """The problem that it follows from at last, which stands among /status' problems as well."""
    return {"code": key.code.value, "subject": key.subject}


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
        "job": None if verdict.job is None else _job(scene, verdict.job),
        "jobs_waiting": [_job(scene, tracked) for tracked in verdict.waiting],
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
    problem = min(verdict.problems, key=lambda one: one.severity.rank, default=None)
    take = verdict.memory.running
    confirmed = None if take is None else take.confirmed
    severity = min(
        Severity.INFO if problem is None else problem.severity,
        scene.silent.get(channel.primary, Severity.INFO),
        scene.silent.get(channel.dvr, Severity.INFO),
        key=lambda one: one.rank,
    )
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
        "problem": None if problem is None else _problem(scene, problem, _since(scene, problem)),
    }


def _coverage(scene: Scene, channel: Channel, verdict: Verdict) -> dict[str, Any] | None:
    show = scene.show(channel, verdict)
    if show is None:
        return None
    return coverage.document(show, scene.settings.sync.gap_tolerance, scene.utc)


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


def _job(scene: Scene, tracked: TrackedJob) -> dict[str, Any]:
    return {
        "ingest": tracked.job.ingest,
        "id": tracked.job.id,
        "basename": tracked.basename,
        "since": scene.utc(tracked.since),
        "present": tracked.present,
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
