"""The names that were given on one recorder, each once: whose a name is, and which are free."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from vrmon.model import Job
from vrmon.plan.renamed import Renamed
from vrmon.settings import ChannelKey

_KEPT = 1000


class Owner(NamedTuple):
    """Whose a name is: one job of one channel, by its id and the show that this stands for."""

    channel: ChannelKey
    job: str
    show: int = 0

    @classmethod
    def of(cls, channel: ChannelKey, job: Job) -> Owner:
        return cls(channel, job.id, job.show)

    def job_but_of(self, others: Container[str]) -> Job | None:
        """The job, unless it is one of these other primaries."""
        is_others = self.channel.primary in others
        return None if is_others else Job(self.channel.ingest, self.job, self.show)

    def is_same_place(self, other: Owner) -> bool:
        """The same job at the same place, whatever a site calls the primary by now. The id of the job tells
        most of a thousand apart."""
        mine, theirs = self.channel, other.channel
        is_same_job = self.job == other.job and self.show == other.show
        return is_same_job and (mine.ingest, mine.dvr) == (theirs.ingest, theirs.dvr)


@dataclass(frozen=True)
class Ledger:
    """Maps each name, as the recorder folds it, to its owner, the oldest first; None: it is in use, by nobody
    who is known. Each change returns another ledger; the oldest names are forgotten."""

    names: Mapping[str, Owner | None] = field(default_factory=dict)

    def __contains__(self, folded: str) -> bool:
        return folded in self.names

    def owner(self, folded: str) -> Owner | None:
        return self.names.get(folded)

    def given_to(self, owner: Owner) -> list[str]:
        """The names of one owner, folded."""
        return [
            name for name, other in self.names.items() if other is not None and owner.is_same_place(other)
        ]

    def joined(self, others: Ledger) -> Ledger:
        """With the names that only the other one knows, which count as the oldest."""
        strange = {name: owner for name, owner in others.names.items() if name not in self.names}
        return Ledger(_newest({**strange, **self.names})) if strange else self

    def use(self, names: Mapping[str, Owner | None], *, freed: str = "") -> Ledger:
        """With these names in use, those that have an owner left to it, and without `freed`."""
        new = {name: owner for name, owner in names.items() if name not in self.names}
        if not new and freed not in self.names:
            return self
        kept = dict(self.names)
        kept.pop(freed, None)
        return Ledger(_newest({**kept, **new}))

    def bar(self, names: Iterable[str]) -> Ledger:
        """The recorder has something else under these names."""
        barred: dict[str, Owner | None] = dict.fromkeys(names)
        return Ledger({**self.names, **barred}) if barred else self

    def renamed(self, names: Renamed) -> Ledger:
        """With its owners as they are called by now."""
        return Ledger(
            {
                name: None if owner is None else owner._replace(channel=names.key(owner.channel))
                for name, owner in self.names.items()
            }
        )

    def disown(self, others: Container[str], jobs: Set[Job]) -> Ledger:
        """The names of jobs that are over stay in use, by nobody: their ids may come back as others'. None is
        of the primaries `others`; the jobs' own may be called otherwise by now."""
        owned = ((name, owner) for name, owner in self.names.items() if owner is not None)
        over = {name for name, owner in owned if owner.job_but_of(others) in jobs}
        return Ledger({**self.names, **dict.fromkeys(over)}) if over else self


def _newest(names: Mapping[str, Owner | None]) -> Mapping[str, Owner | None]:
    """As many of them as are kept."""
    return dict(islice(names.items(), max(len(names) - _KEPT, 0), None))
