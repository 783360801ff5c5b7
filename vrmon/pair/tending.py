"""The threads of a pair: one keeps or seeks the lease, one shares the state, two listen to peer and members.

Nothing of it runs on the loop; what they hear they deliver.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from vrmon.errors import EtcdError
from vrmon.pair.etcd import Etcd
from vrmon.pair.lease import Lease
from vrmon.pair.members import ask_members
from vrmon.pair.other_host import OtherHost
from vrmon.pair.word import EtcdWord, MemberWord, PeerWord
from vrmon.settings import Pair

log = logging.getLogger(__name__)

_STANDBY_PACE = 0.05  # seconds between two looks at who leads
_PEER_PACE = 1.0
_UNSURE_PACE = 0.25  # the same while etcd does not say who leads: the peer may know
_MEMBERS_PACE = 5.0
_AGAIN = 0.5  # seconds after a state that could not be shared


def timeout_of(pair: Pair) -> float:
    """Of one member's answer: three that hang in turn must not cost the lease."""
    return min(1.0, pair.ttl / 5)


class Tending:
    """From `start` to `close`; the callables are called in its threads. `led`: while this host leads, what to
    check in one's own thread; set when the lease is resigned."""

    def __init__(
        self,
        pair: Pair,
        heard: Callable[[EtcdWord], None],
        heard_peer: Callable[[PeerWord], None],
        heard_members: Callable[[tuple[MemberWord, ...]], None],
        proof: str = "",
    ) -> None:
        self._pair = pair
        self._heard = heard
        self._heard_peer = heard_peer
        self._heard_members = heard_members
        self._lease = Lease(Etcd(pair, timeout_of(pair)), pair, proof)
        self._writer = Lease(Etcd(pair, timeout_of(pair)), pair)
        self._closing = threading.Event()
        self._wake = threading.Event()  # of the thread that tends the lease
        self._to_share = threading.Event()
        self._token = 0
        self._state: str | None = None  # what is to be shared, newest wins
        self._parting: str | None = None  # with the lease
        self._is_parting = False
        self._parted = threading.Event()
        self._is_unsure = False
        self._failing: tuple[float, str] | None = None  # since when no state could be shared, and why
        threads = (self._tend, self._share, self._listen, self._look_around)
        self._threads = [
            threading.Thread(target=self._guarded, args=(one,), name=f"pair {one.__name__[1:]}", daemon=True)
            for one in threads
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def share(self, state: str, token: int) -> None:
        """Have the state written for whoever takes over, if this is still leadership `token`."""
        self._state, self._token = state, token
        self._to_share.set()

    def unshared(self, patience: float) -> str:
        """Why the state could not be shared for so many seconds, "" where it could."""
        failing = self._failing
        return failing[1] if failing is not None and time.monotonic() > failing[0] + patience else ""

    def resign(self, state: str | None) -> None:
        """Leave the lease to the other host; soon, in its thread."""
        self._parted.clear()
        self._parting, self._is_parting = state, True
        self._wake.set()

    def close(self, timeout: float) -> None:
        """After what is under way; a lease that was not resigned is left to expire."""
        if self._is_parting:
            self._parted.wait(timeout)
        self._closing.set()
        self._wake.set()
        self._to_share.set()

    def end(self) -> None:
        """Soon, and not waited for; after the lease was resigned, where it was to be."""
        threading.Thread(target=self.close, args=(5.0,), name="pair end", daemon=True).start()

    def _guarded(self, work: Callable[[], None]) -> None:
        while not self._closing.is_set():
            try:
                work()
            except Exception:  # the top of a thread
                log.exception("Pair failed")
                self._closing.wait(1.0)

    def _tend(self) -> None:
        while not self._closing.is_set():
            if self._is_parting:
                self._part()
            word = self._lease.tend()
            self._is_unsure = bool(word.error)
            self._heard(word)
            leads = word.lease is not None
            pause = self._pair.ttl / 5 if leads or word.error else _STANDBY_PACE
            self._wake.wait(max(0.0, word.began + pause - time.monotonic()))
            self._wake.clear()

    def _part(self) -> None:
        try:
            self._lease.resign(self._parting)
        except EtcdError as error:
            log.warning("Lease not resigned", extra={"REASON": str(error)})
        self._is_parting = False
        self._parted.set()

    def _share(self) -> None:
        while not self._closing.is_set():
            self._to_share.wait()
            self._to_share.clear()
            state, token = self._state, self._token
            if state is None or not token:
                continue
            try:
                self._writer.write(state, token)
                self._failing = None
            except EtcdError as error:
                since = time.monotonic() if self._failing is None else self._failing[0]
                self._failing = since, str(error)
                self._closing.wait(_AGAIN)
                self._to_share.set()

    def _listen(self) -> None:
        peer = OtherHost(self._pair)
        while not self._closing.is_set():
            began = time.monotonic()
            self._heard_peer(peer.ask())
            pause = _UNSURE_PACE if self._is_unsure else _PEER_PACE
            self._closing.wait(max(0.0, began + pause - time.monotonic()))
        peer.close()

    def _look_around(self) -> None:
        while not self._closing.is_set():
            self._heard_members(ask_members(self._pair, timeout_of(self._pair)))
            self._closing.wait(_MEMBERS_PACE)
