"""What a host of a pair has heard of who leads."""

from __future__ import annotations

import time
from dataclasses import replace

from vrmon.pair.word import EtcdWord, Leadership, MemberWord, PeerWord
from vrmon.plan.moment import Moment
from vrmon.plan.rights import FRESH_WORD, Rights, Role
from vrmon.settings import Pair

ETCD_PATIENCE = 5.0  # seconds of silence that are told as a problem
_APART = 1.0  # seconds between two times of etcd's word that are worth a new plan


class Hearing:
    """Of one `Pair`; all times are monotonic but `since`, which is Unix time.

    `lease`, `leads_since`: as in EtcdWord and Rights; `leadership`: the last that this host had, or has.
    `leader`: who leads, "" where that is not known or nobody does, `since` when; `before`: who did before
    this host. `peer` is the other host's last word, and why it has said nothing since; `peer_role` and
    `peer_node` what it said then, at `peer_heard`.
    """

    def __init__(self, pair: Pair) -> None:
        now = time.monotonic()
        self.node = pair.node
        self.lease: float | None = None
        self.leadership: Leadership | None = None
        self.leads_since = float("-inf")
        self.leader = self.before = ""
        self.since: float | None = None
        self.etcd = EtcdWord(now, now, error="etcd was not asked yet")
        self.etcd_heard = self._etcd_planned = now
        self.peer = PeerWord(now, error="the other host was not asked yet")
        self.peer_role: Role | None = None
        self.peer_node = ""
        self.peer_heard = self._peer_led = now
        self.members: tuple[MemberWord, ...] = ()

    @property
    def rights(self) -> Rights:
        return Rights(
            self.lease,
            self._etcd_planned,
            self.peer_role,
            self.peer_heard,
            self._peer_led,
            bool(self.peer_node) and self.peer_node < self.node,
            self.leads_since,
            not self.peer.unready,
        )

    @property
    def role(self) -> Role:
        return self.rights.role(Moment(time.monotonic()))

    def take_in(self, word: EtcdWord) -> bool:
        """That etcd has answered: whether this is news for a plan. Who leads by it is the caller's to say."""
        self.etcd = word
        if word.error:
            return False
        self.etcd_heard = word.began
        is_news = word.began > self._etcd_planned + _APART
        if is_news:
            self._etcd_planned = word.began
        return is_news

    def take_in_peer(self, word: PeerWord) -> None:
        if word.error:
            self.peer = replace(self.peer, heard=word.heard, error=word.error)
            return
        self.peer = word
        self.peer_node, self.peer_role, self.peer_heard = word.node, word.role, word.heard
        if word.role is not Role.STANDBY:
            self._peer_led = word.heard

    def lead(self, word: EtcdWord) -> None:
        """With the lease that `word` tells of, and that is new; what it shares is of who led before."""
        self.leadership, self.leads_since = word.leadership, time.monotonic()
        shared = word.shared
        self.before = "" if shared is None or shared.node == self.node else shared.node

    def refusal(self) -> str:
        """Why nobody commands here, "" where this host does."""
        role = self.role
        if role is Role.STANDBY:
            return f"this host ({self.node}) stands by. {self.who_leads()}"
        if role is Role.SUSPENDED and self.rights.is_relieved(Moment(time.monotonic())):
            return f"this host ({self.node}) leads no longer. {self.who_leads()}"
        return ""

    def who_leads(self) -> str:
        """By the fresh word of the other host, else by etcd's."""
        now = time.monotonic()
        if now < self.peer_heard + FRESH_WORD and self.peer_role in (Role.LEADER, Role.SUSPENDED):
            return f"{self.peer_node} leads: ask its vrmon."
        if now > self.etcd_heard + ETCD_PATIENCE:
            return "Who leads is not known: neither etcd nor the other host says so. See vrmon pair."
        if not self.leader:
            return "No host leads at the moment. See vrmon pair."
        return f"{self.leader} leads: ask its vrmon."
