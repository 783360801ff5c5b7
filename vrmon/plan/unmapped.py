"""What the configuration leaves out: active jobs on ingests that no channel names, or every channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vrmon.model import Problem, Severity
from vrmon.plan.memory import PrimaryMemory, TrackedJob
from vrmon.settings import Settings


def active(settings: Settings, primaries: Mapping[str, PrimaryMemory]) -> Iterator[tuple[str, TrackedJob]]:
    """The primary and the job, for each active job that no channel mirrors."""
    mapped = {(channel.primary, channel.ingest) for channel in settings.channels}
    for name, primary in primaries.items():
        for tracked in primary.jobs.values():
            if tracked.present and (name, tracked.job.ingest) not in mapped:
                yield name, tracked


def problems(settings: Settings, primaries: Mapping[str, PrimaryMemory]) -> Iterator[Problem]:
    if not settings.channels:
        yield Problem(
            "no-channels",
            Severity.DEGRADED,
            "vrmon",
            "No channel is configured: nothing is mirrored.",
            "Name the devices and channels in vrmon.toml, then `systemctl reload vrmon`.",
        )
    for name, tracked in active(settings, primaries):
        yield Problem(
            "unmapped-job",
            Severity.INFO,
            f"{name} {tracked.job.ingest}",
            f"Job {tracked.basename or tracked.job.id!r} is active on an ingest that no channel names.",
            "If it needs a backup: `vrmon map`.",
        )
