"""Of a pair of hosts: who leads, as the loop is told it, and what is handed from one to the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from vrmon.catalog import Code
from vrmon.daemon import pair_status
from vrmon.daemon.clock import Clock
from vrmon.daemon.handed_over import unwrapped, wrapped
from vrmon.daemon.hearing import ETCD_PATIENCE, Hearing
from vrmon.daemon.loop import Loop
from vrmon.daemon.saving import Saving
from vrmon.errors import ControlError
from vrmon.model import SUBJECT
from vrmon.pair.shared import Shared
from vrmon.pair.tending import Tending
from vrmon.pair.word import EtcdWord, Leadership, MemberWord, PeerWord
from vrmon.plan.inheriting import followed, inherited
from vrmon.plan.memory import Memory
from vrmon.plan.rights import Role
from vrmon.settings import Pair
from vrmon.views.events import Event

_FRESH = 5.0  # seconds for which the other host's word is enough to hand over to it
_CLOSING = 2.0


class Pairing:
    """Without [pair] nothing of it runs. All methods are called in the loop's thread."""

    def __init__(
        self,
        loop: Loop,
        clock: Clock,
        saving: Saving,
        tell: Callable[[Event], None],
        *,
        is_new: bool,
        proof: str = "",
    ) -> None:
        """`is_new`: no state of an earlier vrmond was found on this host. `proof`: as in Lease."""
        self._loop = loop
        self._clock = clock
        self._saving = saving
        self._tell = tell
        self._is_new = is_new
        self._proof = proof
        self._pair: Pair | None = None
        self._heard: Hearing | None = None  # while this host is one of a pair, as is what tends the lease
        self._tending: Tending | None = None
        self._state = ""  # as of the last save
        # That state as it was shared last, and by which leadership.
        self._shared: tuple[str, Leadership | None] = ("", None)
        self._resigned: Leadership | None = None  # what was given up
        self._is_begun = False  # whether there were settings before
        self._commanded_until = 0.0  # Unix time: by the settings before, alone or as the leader
        self._role: Role | None = None  # as of the last plan
        self._told: Role | None = None  # as people were told last

    def apply(self, pair: Pair | None) -> None:
        """Go on with these settings. A host that is one of a pair no longer gives up the lead."""
        was_begun, self._is_begun = self._is_begun, True
        if pair == self._pair:
            return
        if was_begun and (self._heard is None or self._heard.lease is not None):
            self._commanded_until = time.time()
        if self._tending is not None:
            self._part()
            self._tending.end()
        self._pair, self._tending, self._heard = pair, None, None
        self._role = self._told = None
        self._resigned, self._shared = None, ("", None)
        self._loop.rights = None
        if pair is None:
            self._saving.share = lambda _: None
            return
        self._saving.share = self._share
        self._heard = heard = Hearing(pair)

        def of(take_in: Callable[[Hearing, Any], None]) -> Callable[[Any], None]:
            return partial(self._loop.call, partial(self._in_time, heard, take_in))

        self._tending = Tending(
            pair, of(self._hear), of(self._hear_peer), of(self._hear_members), self._proof
        )
        self._loop.rights = heard.rights
        self._tending.start()

    def hand_over(self) -> str:
        """Leave the lead to the other host. ControlError where it has none, or nobody would take it."""
        heard = self._heard
        if heard is None:
            raise ControlError(
                "Cannot hand over: this host is alone. [pair] in vrmon.toml makes it one of two."
            )
        if heard.role is not Role.LEADER:
            raise ControlError(f"Cannot hand over: {heard.node} does not lead. {heard.who_leads()}")
        if heard.etcd.error:
            raise ControlError(
                f"Cannot hand over: etcd does not hear of it, and no host would lead: {heard.etcd.error}. "
                "See vrmon pair."
            )
        if heard.peer_role is not Role.STANDBY or time.monotonic() > heard.peer_heard + _FRESH:
            raise ControlError(
                "Cannot hand over: the other host does not say that it stands by"
                f"{f': {heard.peer.error}' if heard.peer.error else ''}. See vrmon pair."
            )
        if heard.peer.unready:
            raise ControlError(f"Cannot hand over: the other host could not lead: {heard.peer.unready}.")
        self._part()
        return f"{heard.peer_node or 'The other host'} takes over."

    def close(self) -> Callable[[], None]:
        """Hand over what is known and the lead; what is returned waits for it."""
        tending = self._tending
        if tending is None:
            return lambda: None
        self._part()
        return partial(tending.close, _CLOSING)

    def refusal(self) -> str:
        """Why nobody commands here, "" where this host does, or is alone."""
        return "" if self._heard is None else self._heard.refusal()

    def look_around(self) -> None:
        """Notice a lease that is over."""
        heard = self._heard
        if heard is not None and self._role is not None and heard.role is not self._role:
            self._turn(heard)

    def problems(self, now: float) -> Iterator[tuple[Code, str]]:
        """Each of its codes with what is wrong, "" where nothing is."""
        unshared = "" if self._tending is None else self._tending.unshared(ETCD_PATIENCE)
        return pair_status.problems(self._heard, self._loop, unshared, now)

    def word(self) -> dict[str, Any] | None:
        """What the other host asks for; None where this one is alone."""
        if self._pair is None or self._heard is None:
            return None
        return pair_status.word(self._pair, self._heard, self._loop)

    def document(self) -> dict[str, Any] | None:
        """/status.pair."""
        if self._pair is None or self._heard is None:
            return None
        return pair_status.document(self._pair, self._heard)

    def _turn(self, heard: Hearing) -> None:
        """Have the loop plan with the rights of now."""
        self._loop.rights = heard.rights
        self._note_role(heard)
        self._loop.turn()

    def _note_role(self, heard: Hearing) -> None:
        """And tell people: that this host stands by as soon as it is known for whom."""
        role, told = heard.role, self._told
        if self._role is None and not heard.leader:
            return
        self._role = role
        if role is told or role is Role.SUSPENDED or (role is Role.STANDBY and not heard.leader):
            return
        self._told = role
        if role is Role.LEADER:
            self._tell(Event.of(Code.PAIR_LEADS, SUBJECT, {}, node=heard.node, before=heard.before))
        else:
            self._tell(Event.of(Code.PAIR_STANDS_BY, SUBJECT, {}, node=heard.node, leader=heard.leader))

    def _in_time(self, heard: Hearing, take_in: Callable[[Hearing, Any], None], word: Any) -> None:
        """Words of threads that were ended since are too late."""
        if heard is self._heard:
            take_in(heard, word)

    def _hear(self, heard: Hearing, word: EtcdWord) -> None:
        is_news = heard.take_in(word)
        if word.error or (word.lease is not None and word.leadership == self._resigned):
            return  # the lease of this word was given up while it was on its way
        heard.leader, heard.since = word.leader, word.since
        was, heard.lease = heard.lease, word.lease
        if word.lease is not None:
            if word.leadership != heard.leadership:
                self._take_over(heard, word)
            else:
                self._loop.rights = heard.rights
                if self._role is not Role.LEADER:
                    self._turn(heard)
            return
        if was is not None:
            self._loop.revoke()
        if was is not None or self._role is None:
            self._turn(heard)
        else:
            self._note_role(heard)
            if is_news:
                self._loop.rights = heard.rights
        if word.shared is not None:
            self._follow(heard, word.shared)

    def _hear_peer(self, heard: Hearing, word: PeerWord) -> None:
        heard.take_in_peer(word)
        if word.error:
            return
        if heard.role is Role.LEADER:
            self._loop.rights = heard.rights
        else:
            self._turn(heard)

    def _hear_members(self, heard: Hearing, members: tuple[MemberWord, ...]) -> None:
        heard.members = members

    def _follow(self, heard: Hearing, shared: Shared) -> None:
        """What the leader's people and names are, also while this host stands by."""
        theirs = self._understood(heard, shared) if shared.node != heard.node else None
        if theirs is not None:
            self._loop.change(lambda own: followed(theirs, own))

    def _take_over(self, heard: Hearing, word: EtcdWord) -> None:
        has_led = heard.leadership is not None
        heard.lead(word)
        memory = None if word.shared is None else self._inherited(heard, word.shared, has_led)
        self._loop.rights = heard.rights
        self._note_role(heard)
        if memory is None:
            self._loop.turn()
        else:
            self._loop.take_over(memory)
        if self._state:
            self._share(self._state)

    def _inherited(self, heard: Hearing, shared: Shared, has_led: bool) -> Memory | None:
        """What the leader before knew, with what this host has heard since; None where it is our own, and
        what we have is newer."""
        if shared.node == heard.node and (has_led or not self._is_new):
            return None
        theirs = self._understood(heard, shared)
        return None if theirs is None else inherited(theirs, self._loop.memory)

    def _understood(self, heard: Hearing, shared: Shared) -> Memory | None:
        """None also for what is older than what this host knows from when it commanded by other settings."""
        ahead = heard.peer.clock if shared.node == heard.peer_node else 0.0
        if shared.written - ahead < self._commanded_until:
            return None
        return unwrapped(shared, self._clock, ahead, self._loop.settings.sync)

    def _share(self, state: str) -> None:
        """Where it has changed: each writing costs etcd's disks."""
        heard = self._heard
        self._state = state
        if self._tending is None or heard is None or heard.leadership is None or heard.lease is None:
            return
        if self._shared != (state, heard.leadership):
            self._shared = (state, heard.leadership)
            self._tending.share(wrapped(state), heard.leadership.token)

    def _part(self) -> None:
        """Nothing more is sent from here, and the other host may lead."""
        heard = self._heard
        if self._tending is None or heard is None or heard.lease is None:
            return
        self._loop.revoke()
        heard.lease, self._resigned = None, heard.leadership
        heard.leader, heard.since = "", None
        self._turn(heard)
        self._saving.save_now()
        self._tending.resign(wrapped(self._state) if self._state else None)
