"""Of a pair of hosts: which commands this one may send. The one place that says so."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from vrmon.model import Verb
from vrmon.plan.moment import Moment
from vrmon.text import Word

LESS_SURE = 3.0  # seconds of nothing running after which one that may no longer lead starts a take
IN_NEED = 6.0  # seconds of the same for the standby that hears of nobody
_MORE_IN_NEED = 3.0  # seconds more for the second of two standbys
SILENCE = 15.0  # seconds without a word after which nobody leads any more, as far as the standby can know
_APART = 0.7  # seconds by which two hosts that may both start a take keep apart: a look, and a command
FRESH_WORD = 3.0  # seconds for which the peer's word is what it is
_LONGEST_FLIGHT = 2.0  # seconds in which a command must be on its way that no lease stands for

_STARTS = (Verb.SET_NAME, Verb.RECORD, Verb.RESUME)


class Role(Word):
    """SUSPENDED: it has led, and etcd says neither that it still does nor that another does."""

    LEADER = "leader"
    STANDBY = "standby"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class Rights:
    """What this host knows of who leads, all times monotonic.

    `lease`: until when etcd's word holds that it does; None: etcd has said that it does not. `etcd`: when
    that answered last. `peer`: what the other host said that it is, last at `heard`; `heard_leading`: when it
    said last that it leads, or has led. `is_second`: the other host is to act first where both stand by.
    `leads_since`: when it took the lease. `is_peer_able`: whether the other host said that it reaches what it
    is to command.
    """

    lease: float | None = None
    etcd: float = -inf
    peer: Role | None = None
    heard: float = -inf
    heard_leading: float = -inf
    is_second: bool = False
    leads_since: float = -inf
    is_peer_able: bool = True

    def role(self, moment: Moment) -> Role:
        if self.lease is None:
            return Role.STANDBY
        return Role.SUSPENDED if moment.reached(self.lease) else Role.LEADER

    def allows(self, goal: Verb, idle_since: float | None, longest_poll: float, moment: Moment) -> bool:
        """Whether a command towards `goal` may be sent. `idle_since`: since when nothing runs for the job
        that is to be recorded, where that is so, as seen from here: the other host has seen it up to
        `longest_poll` sooner, or later.

        The leader sends everything, but keeps out of the way of the one before it for as long as that may
        not know that it no longer leads. Suspended, it goes on until it hears that the peer leads: what it
        starts waits for one that is surer, and what it ends wants the peer's fresh word that it has not taken
        over. The standby sends nothing, but starts what nobody else does where it has heard neither of etcd
        nor of a leader for long.
        """
        role = self.role(moment)
        if role is Role.LEADER:
            return goal not in _STARTS or not self._may_meet_another(idle_since, longest_poll, moment)
        if goal not in _STARTS:
            return role is Role.SUSPENDED and self.is_other_idle(moment)
        since = idle_since
        if role is Role.STANDBY:
            if not self.is_left_alone(moment):
                return False
            since = None if since is None else max(since + IN_NEED, self._left_alone)
            waits = _MORE_IN_NEED if self.is_second else 0.0
        elif self.is_relieved(moment):
            return False
        else:
            waits = LESS_SURE
        return goal is Verb.RESUME or (since is not None and moment.passed(since, waits))

    def _may_meet_another(self, idle_since: float | None, longest_poll: float, moment: Moment) -> bool:
        """Whether one that is suspended since we lead would start just now what we want to start."""
        is_alone = self.peer is not Role.SUSPENDED and moment.passed(self.leads_since, SILENCE)
        if idle_since is None or is_alone:
            return False
        theirs, apart = idle_since + LESS_SURE, longest_poll + _APART
        return moment.passed(theirs, -apart) and not moment.passed(theirs, apart)

    def is_relieved(self, moment: Moment) -> bool:
        """Whether the other host has said just now that it leads, and can."""
        return self.is_peer_able and self._is_peer(Role.LEADER, moment)

    def is_other_idle(self, moment: Moment) -> bool:
        """Whether the other host has said just now that it stands by."""
        return self._is_peer(Role.STANDBY, moment)

    def _is_peer(self, role: Role, moment: Moment) -> bool:
        return self.peer is role and not moment.passed(self.heard, FRESH_WORD)

    def is_left_alone(self, moment: Moment) -> bool:
        """Whether nobody leads as far as the standby can know."""
        return moment.reached(self._left_alone)

    @property
    def _left_alone(self) -> float:
        """Since when that is so, unless a word comes before."""
        return max(self.etcd, self.heard_leading) + SILENCE

    def until(self, moment: Moment) -> float:
        """Until when a command that is sent now may reach its device."""
        leads = self.lease is not None and not moment.reached(self.lease)
        return self.lease if leads and self.lease is not None else moment.now + _LONGEST_FLIGHT
