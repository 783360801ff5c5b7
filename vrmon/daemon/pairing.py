"""Of a pair of hosts: who leads, as the loop is told it, and what is handed from one to the other."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from vrmon.catalog import Code
from vrmon.daemon.clock import Clock
from vrmon.daemon.loop import Loop
from vrmon.daemon.own_problems import SUBJECT
from vrmon.daemon.saving import Saving
from vrmon.errors import ControlError
from vrmon.pair.configuration import fingerprint
from vrmon.pair.shared import Shared
from vrmon.pair.tending import Tending
from vrmon.pair.word import EtcdWord, MemberWord, PeerWord
from vrmon.plan.inheriting import followed, inherited
from vrmon.plan.memory import Memory
from vrmon.plan.moment import Moment
from vrmon.plan.rights import Rights, Role
from vrmon.settings import Pair
from vrmon.state import snapshot
from vrmon.state.format import FORMAT
from vrmon.text import rfc3339
from vrmon.views.events import Event

log = logging.getLogger(__name__)

_ETCD_PATIENCE, _PEER_PATIENCE = 5.0, 10.0  # seconds of silence that are told as a problem
_SKEW = 1.5  # seconds by which the hosts' clocks may differ unnoticed
_APART = 1.0  # seconds between two times of etcd's word that are worth a new plan
_CLOSING = 2.0
_NO_WORD = "vrmon's own thread does not come back"
_FAILURES = 2  # polls in a row after which a device is out of reach


class Pairing:
    """Without [pair] nothing of it runs. All methods are called in the loop's thread."""

    def __init__(
        self, loop: Loop, clock: Clock, saving: Saving, tell: Callable[[Event], None], *, is_new: bool
    ) -> None:
        """`is_new`: no state of an earlier vrmond was found on this host."""
        self._loop = loop
        self._clock = clock
        self._saving = saving
        self._tell = tell
        self._is_new = is_new
        self._pair: Pair | None = None
        self._tending: Tending | None = None
        self._generation = 0
        self._state = ""  # what is shared, as of the last save
        self._forget()

    def _forget(self) -> None:
        now = time.monotonic()
        self._lease: float | None = None
        self._token = self._resigned = 0
        self._leads_since = float("-inf")
        self._leader = self._before = ""
        self._since: float | None = None
        self._etcd = EtcdWord(now, now, error="etcd was not asked yet")
        self._etcd_heard = self._etcd_planned = now
        self._peer = PeerWord(now, error="the other host was not asked yet")
        self._peer_role: Role | None = None
        self._peer_node = ""
        self._peer_heard = self._peer_led = now
        self._members: tuple[MemberWord, ...] = ()
        self._role: Role | None = None

    @property
    def pair(self) -> Pair | None:
        return self._pair

    def apply(self, pair: Pair | None) -> None:
        """Go on with these settings. A host that is one of a pair no longer gives up the lead."""
        if pair == self._pair:
            return
        if self._tending is not None:
            self._part()
            self._tending.end()
        self._pair, self._tending = pair, None
        self._generation += 1
        self._forget()
        self._loop.rights = None
        if pair is None:
            self._saving.share = lambda _: None
            return
        self._saving.share = self._share
        call, generation = self._loop.call, self._generation
        self._tending = Tending(
            pair,
            partial(call, partial(self._in_time, generation, self._heard)),
            partial(call, partial(self._in_time, generation, self._heard_peer)),
            partial(call, partial(self._in_time, generation, self._heard_members)),
        )
        self._loop.rights = self._rights()
        self._tending.start()

    def hand_over(self) -> str:
        """Leave the lead to the other host. ControlError where it has none, or nobody would take it."""
        if self._pair is None:
            raise ControlError(
                "Cannot hand over: this host is alone. [pair] in vrmon.toml makes it one of two."
            )
        if self.role is not Role.LEADER:
            raise ControlError(f"Cannot hand over: {self._pair.node} does not lead. {self._who_leads()}")
        if self._peer_role is not Role.STANDBY or time.monotonic() > self._peer_heard + _ETCD_PATIENCE:
            raise ControlError(
                "Cannot hand over: the other host does not say that it stands by"
                f"{f': {self._peer.error}' if self._peer.error else ''}. See vrmon pair."
            )
        if self._peer.unready:
            raise ControlError(f"Cannot hand over: the other host could not lead: {self._peer.unready}.")
        self._part()
        return f"{self._peer_node or 'The other host'} takes over."

    def close(self) -> Callable[[], None]:
        """Hand over what is known and the lead; what is returned waits for it."""
        tending = self._tending
        if tending is None:
            return lambda: None
        self._part()
        return partial(tending.close, _CLOSING)

    def refusal(self) -> str:
        """Why nobody commands here, "" where this host does, or is alone."""
        if self._pair is None or self.role is not Role.STANDBY:
            return ""
        return f"this host ({self._pair.node}) stands by. {self._who_leads()}"

    @property
    def role(self) -> Role:
        return self._rights().role(Moment(time.monotonic()))

    def look_around(self) -> None:
        """Notice a lease that is over."""
        if self._pair is not None and self._role is not None and self.role is not self._role:
            self._turn()

    def problems(self, now: float) -> Iterator[tuple[Code, str]]:
        """Each of its codes with what is wrong, "" where nothing is."""
        pair = self._pair
        away = [] if pair is None else [one for one in self._members if one.error]
        is_etcd_away = now > self._etcd_heard + _ETCD_PATIENCE
        is_peer_away = now > self._peer_heard + _PEER_PATIENCE
        etcd = (
            f"No member of etcd gives an answer of use: {self._etcd.error or _NO_WORD}."
            if pair and is_etcd_away
            else ""
        )
        yield Code.PAIR_ETCD_AWAY, etcd
        some = f"{len(away)} of {len(self._members)} members of etcd: {away[0].error}." if away else ""
        yield Code.PAIR_MEMBER_AWAY, "" if etcd else some
        peer = (
            f"The other host does not answer: {self._peer.error or _NO_WORD}."
            if pair and is_peer_away
            else ""
        )
        yield Code.PAIR_PEER_AWAY, peer
        yield Code.PAIR_NOT_READY, "" if pair is None else self._not_ready()

    def word(self) -> dict[str, Any] | None:
        """What the other host asks for; None where this one is alone."""
        if self._pair is None:
            return None
        return {
            "site": self._pair.site,
            "node": self._pair.node,
            "role": self.role.value,
            "clock": time.time(),
            "configuration": fingerprint(self._loop.settings),
            "unready": self.unready(),
        }

    def document(self) -> dict[str, Any] | None:
        """/status.pair."""
        pair, now = self._pair, time.monotonic()
        if pair is None:
            return None
        error = self._etcd.error if now > self._etcd_heard + 1.0 else ""
        return {
            "site": pair.site,
            "node": pair.node,
            "role": self.role.value,
            "leader": self._leader or None,
            "since": None if self._since is None else rfc3339(self._since),
            "etcd": {
                "state": "unreachable" if error else "ok",
                "error": error,
                "age": round(now - self._etcd_heard, 3),
                "latency": round(self._etcd.took, 4),
                "members": [
                    {
                        "url": one.url,
                        "latency": None if one.error and not one.version else round(one.took, 4),
                        "version": one.version,
                        "leads": one.leads,
                        "error": one.error,
                    }
                    for one in self._members
                ],
            },
            "peer": {
                "url": pair.peer,
                "node": self._peer_node or None,
                "role": None if self._peer_role is None else self._peer_role.value,
                "age": round(now - self._peer_heard, 3) if self._peer_role is not None else None,
                "error": self._peer.error,
                "unready": self._peer.unready,
            },
        }

    def unready(self) -> str:
        """Why this host could not take over, "" where it could."""
        loop = self._loop
        failures = {name: one.counts.failures for name, one in loop.primaries.items()}
        failures |= {name: one.counts.failures for name, one in loop.dvrs.items()}
        silent = [name for name, count in failures.items() if count >= _FAILURES]
        if silent:
            return f"it hears nothing of {', '.join(silent)}"
        if self._etcd.error and time.monotonic() > self._etcd_heard + _ETCD_PATIENCE:
            return "it does not reach etcd"
        return ""

    def _not_ready(self) -> str:
        assert self._pair is not None  # noqa: S101 - asked only of a pair
        if self._peer.node == self._pair.node:
            return f"Both hosts are called {self._pair.node}: node in [pair] has to be another on each."
        if self._peer.configuration and self._peer.configuration != fingerprint(self._loop.settings):
            other = self._peer_node or "the other host"
            return f"{other} has another configuration than {self._pair.node}: channels, devices or [sync]."
        if self.role is Role.STANDBY:
            mine = self.unready()
            return f"{self._pair.node} could not take over: {mine}." if mine else ""
        if self._peer_role is Role.STANDBY and self._peer.unready:
            return f"{self._peer_node} could not take over: {self._peer.unready}."
        return ""

    def _who_leads(self) -> str:
        if not self._leader:
            return "No host leads at the moment. See vrmon pair."
        return f"{self._leader} leads: ask its vrmon."

    def _rights(self) -> Rights:
        node = "" if self._pair is None else self._pair.node
        return Rights(
            self._lease,
            self._etcd_planned,
            self._peer_role,
            self._peer_heard,
            self._peer_led,
            bool(self._peer_node) and self._peer_node < node,
            self._leads_since,
        )

    def _turn(self) -> None:
        """Have the loop plan with the rights of now."""
        self._loop.rights = self._rights()
        self._note_role()
        self._loop.turn()

    def _note_role(self) -> None:
        role, before = self.role, self._role
        if role is before or self._pair is None or (before is None and not self._leader):
            return
        self._role = role
        node = self._pair.node
        if role is Role.LEADER and before is not Role.SUSPENDED:
            self._tell(Event.of(Code.PAIR_LEADS, SUBJECT, {}, node=node, before=self._before))
        elif role is Role.STANDBY:
            self._tell(Event.of(Code.PAIR_STANDS_BY, SUBJECT, {}, node=node, leader=self._leader))

    def _in_time(self, generation: int, take_in: Callable[[Any], None], word: Any) -> None:
        """Words of threads that were ended since are too late."""
        if generation == self._generation:
            take_in(word)

    def _heard(self, word: EtcdWord) -> None:
        self._etcd = word
        if word.error:
            return
        self._etcd_heard = word.began
        is_news = word.began > self._etcd_planned + _APART
        if is_news:
            self._etcd_planned = word.began
        if word.lease is not None and word.token == self._resigned:
            return  # it was on its way
        self._leader, self._since = word.leader, word.since
        if word.lease is None:
            if word.shared is not None and self._lease is None:
                self._follow(word.shared)
            was, self._lease = self._lease, None
            if was is not None:
                self._loop.revoke()
            if was is not None or self._role is None:
                self._turn()
            elif is_news:
                self._loop.rights = self._rights()
            return
        self._lease = word.lease
        if word.token != self._token:
            self._take_over(word)
        else:
            self._loop.rights = self._rights()
            if self._role is not Role.LEADER:
                self._turn()

    def _follow(self, shared: Shared) -> None:
        """What the leader's people and names are, also while this host stands by."""
        theirs = self._understood(shared)
        if theirs is not None:
            self._loop.change(lambda own: followed(theirs, own))

    def _take_over(self, word: EtcdWord) -> None:
        now = time.monotonic()
        has_led = self._token
        self._token, self._leads_since = word.token, now
        shared = word.shared
        is_of_other = shared is not None and self._pair is not None and shared.node != self._pair.node
        self._before = shared.node if shared is not None and is_of_other else ""
        memory = None if shared is None else self._inherited(shared, has_led)
        self._loop.rights = self._rights()
        self._note_role()
        if memory is None:
            self._loop.turn()
        else:
            self._loop.take_over(memory)
        if self._state:
            self._share(self._state)

    def _inherited(self, shared: Shared, has_led: int) -> Memory | None:
        """What the leader before knew, with what this host has heard since; None where it is our own, and
        what we have is newer."""
        assert self._pair is not None  # noqa: S101 - words come of a pair only
        if shared.node == self._pair.node and (has_led or not self._is_new):
            return None
        theirs = self._understood(shared)
        return None if theirs is None else inherited(theirs, self._loop.memory)

    def _understood(self, shared: Shared) -> Memory | None:
        """None where it cannot be used."""
        ahead = self._peer.clock if shared.node == self._peer_node and abs(self._peer.clock) > _SKEW else 0.0
        try:
            told = json.loads(shared.state)
            if told["format"] > FORMAT:
                raise ValueError("it is of a newer vrmon than this")
            return snapshot.restore(
                told["payload"],
                self._clock.epoch + ahead,
                time.monotonic(),
                self._loop.settings.sync,
                self._clock.boot,
            )
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            log.error("Shared state unusable", extra={"REASON": repr(error)})
            return None

    def _heard_peer(self, word: PeerWord) -> None:
        if word.error:
            self._peer = PeerWord(word.heard, self._peer.node, clock=self._peer.clock, error=word.error)
            return
        self._peer = word
        self._peer_node, self._peer_role, self._peer_heard = word.node, word.role, word.heard
        if word.role is not Role.STANDBY:
            self._peer_led = word.heard
        if self.role is Role.LEADER:
            self._loop.rights = self._rights()
        else:
            self._turn()

    def _heard_members(self, members: tuple[MemberWord, ...]) -> None:
        self._members = members

    def _share(self, state: str) -> None:
        self._state = state
        if self._tending is not None and self._token and self._lease is not None:
            self._tending.share(_wrapped(state), self._token)

    def _part(self) -> None:
        """Nothing more is sent from here, and the other host may lead."""
        if self._tending is None or self._lease is None:
            return
        self._loop.revoke()
        self._lease, self._resigned = None, self._token
        self._turn()
        self._saving.save_now()
        self._tending.resign(_wrapped(self._state) if self._state else None)


def _wrapped(state: str) -> str:
    return f'{{"format": {FORMAT}, "payload": {state}}}'
