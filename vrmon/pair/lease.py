"""The lease that decides who leads: whoever has made its key, for as long as that lives."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import replace
from typing import Any

from vrmon.errors import EtcdError
from vrmon.net.shape import moment, text
from vrmon.pair.etcd import Body, Entry, Etcd, NotFound, encoded, entries, number, responses
from vrmon.pair.shared import Shared, packed, unpacked
from vrmon.pair.word import EtcdWord
from vrmon.settings import Pair

MARGIN = 0.2  # of the lease: so much before its end it counts as over
_APART = 1.0  # seconds between two readings of what the leader shares
AFTER_RESIGNING = 3.0  # seconds for which one that has resigned leaves the lease to the other


class Lease:
    """Of one thread. `token`: the revision that made the key, while this host leads as far as is known.
    `proof`: what only one process has at a time, "" for nothing: a lease that bears it is ended and taken
    anew, for it is of a process of this host that has ended, or was not known to be ours.
    """

    def __init__(self, etcd: Etcd, pair: Pair, proof: str = "") -> None:
        self._etcd = etcd
        self._pair = pair
        self._proof = proof
        self.leader_key = f"/vrmon/{pair.site}/leader"
        self.state_key = f"/vrmon/{pair.site}/state"
        self._id = 0
        self.token = 0
        self._since = 0.0
        self._until = 0.0
        self._abstains_until = 0.0
        self._read, self._read_at = 0, 0.0  # of the shared state, while the other host leads

    def tend(self) -> EtcdWord:
        """Keep it, or take it where nobody has it: what etcd says of it. Never raises."""
        began = time.monotonic()
        try:
            if self.token and not self._keep():
                self.token = 0
            word = self._leading(began, None) if self.token else self._look(began)
        except EtcdError as error:
            return EtcdWord(began, time.monotonic(), error=str(error))
        return word

    def resign(self, state: str | None) -> None:
        """Leave it to the other host, with `state` as the last word: both in one, for the other waits for
        it. EtcdError where etcd hears nothing."""
        self._abstains_until = time.monotonic() + AFTER_RESIGNING
        token, self.token = self.token, 0
        if not token:
            return
        leave = {"request_delete_range": {"key": encoded(self.leader_key)}}
        told = [] if state is None else [self._put(state, token)]
        body = {"compare": [self._is_ours(token)], "success": [*told, leave], "failure": []}
        self._etcd.call("kv/txn", body)
        with contextlib.suppress(NotFound):
            self._etcd.call("lease/revoke", {"ID": str(self._id)})

    def write(self, state: str, token: int) -> bool:
        """Share the state, unless another leads by now: whether it was written."""
        body = {"compare": [self._is_ours(token)], "success": [self._put(state, token)], "failure": []}
        return self._etcd.call("kv/txn", body).get("succeeded") is True

    def _put(self, state: str, token: int) -> Body:
        value = packed(state, self._pair.node, token)
        return {"request_put": {"key": encoded(self.state_key), "value": value}}

    def _is_ours(self, token: int) -> dict[str, Any]:
        key = encoded(self.leader_key)
        return {"key": key, "target": "CREATE", "create_revision": str(token), "result": "EQUAL"}

    def _keep(self) -> bool:
        """Whether the lease goes on, and the key is the one that was made."""
        began = time.monotonic()
        result = self._etcd.call("lease/keepalive", {"ID": str(self._id)}).get("result")
        seconds = number(result.get("TTL")) if isinstance(result, dict) else 0
        if seconds <= 0:
            return False
        # The member that leads etcd renews a lease by itself, also while it has lost the others. A quorum
        # has to agree where something is read, and not where nothing but a comparison is asked for.
        read = {"request_range": {"key": encoded(self.leader_key), "count_only": True}}
        body = {"compare": [self._is_ours(self.token)], "success": [read], "failure": [read]}
        if self._etcd.call("kv/txn", body).get("succeeded") is not True:
            return False
        self._until = began + seconds * (1 - MARGIN)
        return True

    def _look(self, began: float) -> EtcdWord:
        leader: Body = {"request_range": {"key": encoded(self.leader_key)}}
        state: Body = {"request_range": {"key": encoded(self.state_key), "keys_only": True}}
        answer = self._etcd.call("kv/txn", {"compare": [], "success": [leader, state], "failure": []})
        known, shared = _two(answer)
        is_free = known is None or self._is_left(known)
        if is_free and time.monotonic() >= self._abstains_until:
            return self._take(began, 0 if known is None else known.lease)
        word = self._led_by(began, known)
        return word if known is None or shared is None else self._with_news(word, shared)

    def _is_left(self, known: Entry) -> bool:
        """Whether the leader's key is what an ended process of this host has left behind."""
        told = _told(known)
        is_ours = told.get("node") == self._pair.node and told.get("proof") == self._proof
        return is_ours and self._proof != "" and known.lease != 0

    def _with_news(self, word: EtcdWord, shared: Entry) -> EtcdWord:
        """With what the leader has written since, at most once a second."""
        if shared.modified == self._read or word.began < self._read_at + _APART:
            return word
        answer = self._etcd.call("kv/range", {"key": encoded(self.state_key)})
        state = next(entries(answer), None)
        if state is None:
            return word
        self._read, self._read_at = state.modified, word.began
        return replace(word, shared=unpacked(state.value), ended=time.monotonic())

    def _take(self, began: float, left: int) -> EtcdWord:
        """With `left`, the lease that an ended process holds, ended first: whoever is faster leads then."""
        asked = time.monotonic()
        granted = self._etcd.call("lease/grant", {"TTL": str(round(self._pair.ttl))})
        self._id, seconds = number(granted.get("ID")), number(granted.get("TTL"))
        if left:
            with contextlib.suppress(NotFound):
                self._etcd.call("lease/revoke", {"ID": str(left)})
        self._since = time.time()
        told = json.dumps({"node": self._pair.node, "since": round(self._since, 3), "proof": self._proof})
        put = {"key": encoded(self.leader_key), "value": encoded(told), "lease": str(self._id)}
        leader, state = (
            {"request_range": {"key": encoded(key)}} for key in (self.leader_key, self.state_key)
        )
        body = {
            "compare": [self._is_ours(0)],
            "success": [{"request_put": put}, leader, state],
            "failure": [leader, state],
        }
        known, shared = _two(self._etcd.call("kv/txn", body))
        if known is None or not self._id or known.lease != self._id:
            return self._led_by(began, known)
        self.token, self._until = known.created, asked + seconds * (1 - MARGIN)
        return self._leading(began, None if shared is None else unpacked(shared.value))

    def _leading(self, began: float, shared: Shared | None) -> EtcdWord:
        return EtcdWord(
            began,
            time.monotonic(),
            lease=self._until,
            token=self.token,
            leader=self._pair.node,
            since=self._since,
            shared=shared,
            member=self._etcd.answered,
            took=self._etcd.took,
        )

    def _led_by(self, began: float, known: Entry | None) -> EtcdWord:
        leader, since = "", None
        if known is not None:
            told = _told(known)
            try:
                leader, since = text(told["node"], "node"), moment(told["since"], "since")
            except (ValueError, LookupError):
                leader = "somebody"
        return EtcdWord(
            began,
            time.monotonic(),
            leader=leader,
            since=since,
            member=self._etcd.answered,
            took=self._etcd.took,
        )


def _told(known: Entry) -> dict[str, Any]:
    """What stands in the leader's key; nothing where that cannot be read."""
    try:
        told = json.loads(known.value)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _two(answer: Body) -> tuple[Entry | None, Entry | None]:
    """The leader's key and the state's, by the last two ranges of a transaction."""
    told = responses(answer)[-2:]
    if len(told) < 2:
        raise EtcdError("etcd answered nonsense: who leads is missing")
    leader, state = (next(entries(one.get("response_range", {})), None) for one in told)
    return leader, state
