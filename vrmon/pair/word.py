"""What comes from outside of who leads: etcd's word, and the other host's. Times are monotonic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from vrmon.pair.shared import Shared
from vrmon.plan.rights import Role


class Leadership(NamedTuple):
    """One time for which a host leads, and no other. An etcd that was set up anew counts its revisions from 1
    again, so that `token` alone may be that of an earlier one; `since` is Unix time."""

    token: int
    since: float | None


@dataclass(frozen=True)
class EtcdWord:
    """What asking etcd from `began` to `ended` came to; `error`: why there is no word.

    `lease`: until when this host leads, None where it does not; `token`: which leadership that is.
    `leader`: the node that does, "" where none does, `since` Unix time. `shared`: what the leader has written
    anew; what the one before it had written last, where this host has just begun to lead. `member`: the URL
    of the one that answered, `took` seconds.
    """

    began: float
    ended: float
    lease: float | None = None
    token: int = 0
    leader: str = ""
    since: float | None = None
    shared: Shared | None = None
    member: str = ""
    took: float = 0.0
    error: str = ""

    @property
    def leadership(self) -> Leadership:
        """That of this host, where it leads."""
        return Leadership(self.token, self.since)


@dataclass(frozen=True)
class PeerWord:
    """What the other host said at `heard`; `error`: why it said nothing.

    `clock`: how far its clock is ahead of ours, seconds. `configuration`: of which that counts which has to
    be the same on both. `unready`: why it could not take over, "" where it could.
    """

    heard: float
    node: str = ""
    role: Role | None = None
    clock: float = 0.0
    configuration: str = ""
    unready: str = ""
    error: str = ""


@dataclass(frozen=True)
class MemberWord:
    """How one member of etcd does: `took` seconds to answer, or why it did not."""

    url: str
    took: float = 0.0
    version: str = ""
    leads: bool = False
    error: str = ""
