"""What vrmon says of itself in one sentence."""

from __future__ import annotations

from vrmon.catalog import Severity
from vrmon.model import DeviceState, Phase
from vrmon.plan.case import Verdict
from vrmon.settings import ChannelKey
from vrmon.views.scene import Scene


def headline(scene: Scene) -> str:
    """One sentence for `systemctl status`: how many jobs are safe, and the worst that is not well."""
    with_a_job = [one for one in scene.plan.verdicts if one[1].job is not None]
    busy = [verdict for _, verdict in with_a_job]
    safe = [channel.key for channel, verdict in with_a_job if _is_safe(verdict)]
    text = f"{len(safe)} of {len(busy)} jobs recorded" if busy else _without_a_job(scene)
    lacking = scene.plan.memory.covered.lacking
    if any(channel.key in lacking for channel, _ in with_a_job):
        whole = sum(key not in lacking and not _was_running(scene, key) for key in safe)
        text = f"{text}, {whole} whole"
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


def _is_safe(verdict: Verdict) -> bool:
    """Whether its job is recorded, and that to something."""
    return verdict.is_recorded and (verdict.source is None or not verdict.source.leads_nowhere)


def _was_running(scene: Scene, key: ChannelKey) -> bool:
    """Whether a channel has a job that ran already when somebody looked at first."""
    known = scene.plan.memory.covered.channels.get(key)
    return known is not None and any(show.account.was_running for show in known.open.values())


def _without_a_job(scene: Scene) -> str:
    """What is true where no channel has a job: that none is active, only if every primary says so."""
    channels, primaries = scene.settings.channels, scene.plan.memory.primaries
    if not channels:
        return "No job can be recorded"
    watched = dict.fromkeys(channel.primary for channel in channels)
    silent = [name for name in watched if primaries[name].state is not DeviceState.OK]
    if silent:
        return f"Jobs unknown: {', '.join(silent)} {'does' if len(silent) == 1 else 'do'} not answer"
    if any(scene.unmapped()):
        return "No channel has a job"
    return "No job is active"
