"""How each member of etcd does."""

from __future__ import annotations

from vrmon.errors import EtcdError
from vrmon.pair.etcd import Etcd, number
from vrmon.pair.word import MemberWord
from vrmon.settings import Pair


def ask_members(pair: Pair, timeout: float) -> tuple[MemberWord, ...]:
    """Each of them, one after another."""
    return tuple(_ask(pair, url, timeout) for url in pair.etcd)


def _ask(pair: Pair, url: str, timeout: float) -> MemberWord:
    etcd = Etcd(pair, timeout, (url,))
    try:
        told = etcd.call("maintenance/status", {})
        header = told.get("header")
        me = number(header.get("member_id")) if isinstance(header, dict) else 0
        leader, version = number(told.get("leader")), str(told.get("version", ""))[:40]
        took = etcd.took
        if not leader:
            return MemberWord(url, took, version, error="it knows of no leader: the quorum is lost")
        alarms = told.get("errors")
        error = f"it complains: {alarms[0]}"[:200] if isinstance(alarms, list) and alarms else ""
        return MemberWord(url, took, version, leads=me == leader, error=error)
    except EtcdError as error:
        return MemberWord(url, error=str(error))
    finally:
        etcd.close()
