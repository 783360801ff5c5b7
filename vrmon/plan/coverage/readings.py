"""How the channels' jobs stand, read once for all who tell of it.

Most looks show no change: the recording goes on and so does its job. Then only what came since is added.
"""

from __future__ import annotations

from typing import NamedTuple

from vrmon.model import Job
from vrmon.plan.coverage.account import LATE, MOST_GAPS, Account, Gap
from vrmon.plan.coverage.channel import Coverage, Show
from vrmon.plan.coverage.covered import Covered
from vrmon.plan.coverage.looks import Between, Shown, Watch
from vrmon.plan.replacing import replace
from vrmon.settings import ChannelKey


class _Steady(NamedTuple):
    """A job that runs and is recorded, both without a doubt for as long as `known` is the channel's coverage.

    `show` has what was certain of it when that was found, and its takes.
    """

    known: Coverage
    show: Show


class Readings:
    """Reads open jobs as `Covered.channel(key).read(job, now)` does, the looks at the job excepted."""

    def __init__(self) -> None:
        self._steady: dict[ChannelKey, _Steady] = {}

    def read(self, covered: Covered, key: ChannelKey, job: Job, now: float) -> Show | None:
        """None where the job is none of the channel's open ones."""
        known = covered.channels.get(key)
        if known is None or job not in known.open:
            self._steady.pop(key, None)
            return None
        told, looked = covered.primaries.get(key.primary), covered.dvrs.get(key.dvr)
        steady = self._steady.get(key)
        if steady is not None and steady.known is known and steady.show.job == job:
            ran = _last_began(known.open[job].account.job, told)
            recorded = _last_began(known.cover, looked)
            return replace(steady.show, account=_up_to(steady.show.account, ran, recorded, now))
        return self._anew(key, known, known.went_on(told, looked), job, now)

    def _anew(self, key: ChannelKey, known: Coverage, latest: Coverage, job: Job, now: float) -> Show:
        show = latest.read(job, now)
        account = latest.open[job].account.certain(latest.cover)
        if _is_steady(account, job, latest):
            self._steady[key] = _Steady(known, replace(show, account=account))
        else:
            self._steady.pop(key, None)
        return show


def _is_steady(certain: Account, job: Job, latest: Coverage) -> bool:
    """Whether both runs have gone on since before the last moment of which all is known."""
    ran, recorded = certain.job, latest.cover
    if certain.ended is not None or certain.is_over or not (_is_sure(ran) and _is_sure(recorded)):
        return False
    has_a_gap = bool(certain.gaps) and certain.gaps[-1].goes_on
    is_its_own = bool(latest.takes) and latest.takes[-1].job == job
    began = max(ran.since, recorded.since)
    return is_its_own and began <= certain.until and not has_a_gap and len(certain.gaps) < MOST_GAPS


def _is_sure(watch: Watch) -> bool:
    return watch.last is not None and watch.last.shown is Shown.YES and not watch.dark


def _last_began(watch: Watch, went_on: Between | None) -> float:
    """When the last look did, as `Watch.went_on` would have it."""
    assert watch.last is not None  # noqa: S101 - it is a run
    is_newer = went_on is not None and went_on.latest > watch.last.ended
    return went_on.earliest if is_newer and went_on is not None else watch.last.began


def _up_to(certain: Account, ran: float, recorded: float, now: float) -> Account:
    """The job surely ran until `ran` and was recorded until `recorded`; nobody knows what came after."""
    unknown = now - max(ran, recorded)
    lacking = now - recorded
    gaps = certain.gaps
    if lacking > 0.0:
        gaps = (*gaps, Gap(recorded, now, 0.0, lacking, {LATE: lacking}))
    return replace(
        certain,
        until=now,
        sure=certain.sure + ran - certain.until,
        maybe=certain.maybe + now - ran,
        most=certain.most + lacking,
        unsure=certain.unsure + unknown,
        gaps=gaps,
    )
