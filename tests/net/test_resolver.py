"""Names are resolved in time, whatever the name servers do. No loopback server can stand for those here."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import pytest

from tests.world.hostile import Hostile, always, http_answer
from tests.world.http_client import client_of, get
from tests.world.stores import until
from vrmon.catalog import Code
from vrmon.errors import Unreachable
from vrmon.model import Note, Sight
from vrmon.net.client import Client
from vrmon.net.resolver import addresses

SYSTEMS = socket.getaddrinfo


@contextmanager
def mute_name_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Until the end no name is resolved; gives the names that are asked for."""
    asked: list[str] = []
    answering = threading.Event()

    def resolve(host: str, port: int, **options: Any) -> Any:
        if not options.get("flags"):
            asked.append(host)
            answering.wait(60)
        return SYSTEMS(host, port, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield asked
    answering.set()


def test_an_address_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with mute_name_servers(monkeypatch) as asked:
        assert addresses("127.0.0.1", 80, 5.0)[0][4] == ("127.0.0.1", 80)
        assert addresses("::1", 80, 5.0)[0][4][:2] == ("::1", 80)
        assert asked == []


def test_mute_name_servers_cost_no_more_than_the_timeout_and_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Hostile(always(http_answer(b"[1]"))) as server:
        client = client_of(server.url.replace("127.0.0.1", "localhost"), timeout=0.2)
        with mute_name_servers(monkeypatch) as asked:
            for _ in range(3):
                began = time.monotonic()
                with pytest.raises(Unreachable, match="cannot be resolved: no word from the name servers"):
                    get(client)
                assert time.monotonic() - began < 5
            assert asked == ["localhost"]
        # What was asked then is known now.
        assert get(client).content == b"[1]"
        assert asked == ["localhost"]
        client.close()


@contextmanager
def broken_name_servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Until the end every question for a name fails at once; gives the names that are asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, **options: Any) -> Any:
        if not options.get("flags"):
            asked.append(host)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return SYSTEMS(host, port, **options)

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        yield asked


def sight_of(client: Client) -> Sight[object]:
    """One look over a new connection."""
    client._pool.drop()
    return client.sight(client.exchange(client.prepare("GET", "sources"), harmless=True), Sight)


@pytest.mark.parametrize(
    ("servers", "why"),
    [
        (broken_name_servers, "Name or service not known"),
        (mute_name_servers, "no word from the name servers yet"),
    ],
    ids=["broken", "mute"],
)
def test_a_name_that_was_known_goes_by_its_last_good_address_and_that_is_said(
    servers: Callable[[pytest.MonkeyPatch], AbstractContextManager[list[str]]],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Hostile(always(http_answer(b"[1]"))) as server:
        client = client_of(server.url.replace("127.0.0.1", "localhost"), timeout=2.0)
        assert sight_of(client) == Sight([1])
        with servers(monkeypatch) as asked:
            for _ in range(2):
                assert sight_of(client) == Sight([1], notes=(Note(Code.NAME_UNRESOLVED, why),))
            assert asked == ["localhost"] * len(asked) != []
        until(lambda: not sight_of(client).notes, "the name to be resolved again")
        client.close()


def test_a_name_that_goes_by_its_last_good_address_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also while its connection is kept, over which nobody needs to know."""
    monkeypatch.setattr("vrmon.net.resolver._AGAIN", 0.0)
    with Hostile(always(http_answer(b"[1]"))) as server:
        client = client_of(server.url.replace("127.0.0.1", "localhost"))
        sight_of(client)
        with broken_name_servers(monkeypatch):
            assert sight_of(client).notes

        def is_well() -> bool:
            answer = client.exchange(client.prepare("GET", "sources"), harmless=True)
            return not client.sight(answer, Sight).notes

        until(is_well, "the name to be resolved again")
        assert server.connections == 2
        client.close()


def test_a_thread_that_cannot_be_had_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Hostile(always(http_answer(b"[1]"))) as server:
        client = client_of(server.url.replace("127.0.0.1", "localhost"))
        started = threading.Thread.start
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            with pytest.raises(Unreachable, match="cannot be resolved: can't start new thread"):
                get(client)
            patch.setattr(threading.Thread, "start", started)
            assert get(client).content == b"[1]"
        client.close()


def test_a_name_that_is_nobodys() -> None:
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            addresses("no-such-name.invalid", 80, 10.0)


def test_an_address_that_swallows_everything_leaves_the_next_one_its_share_of_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(Hostile(always(http_answer(b"[1]"))))
        port = int(server.url.rpartition(":")[2])
        swallowing = stack.enter_context(socket.socket())
        swallowing.bind(("127.0.0.2", port))
        swallowing.listen(0)
        for _ in range(2):  # its queue is full: whoever comes next hears nothing
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.2", port))
        found = [SYSTEMS(host, port, type=socket.SOCK_STREAM)[0] for host in ("127.0.0.2", "127.0.0.1")]
        monkeypatch.setattr("vrmon.net.sockets.addresses", lambda *_: found)
        client = client_of(server.url, timeout=4.0)
        assert get(client).content == b"[1]"
        client.close()


def test_an_address_of_a_family_that_the_kernel_lacks_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    no_family = 12  # DECnet's, which Linux gave up in 6.1; as IPv6 where it is disabled
    with Hostile(always(http_answer(b"[1]"))) as server:
        port = int(server.url.rpartition(":")[2])
        known = SYSTEMS("127.0.0.1", port, type=socket.SOCK_STREAM)[0]
        lacking = (no_family, socket.SOCK_STREAM, 6, "", ("", port))
        for found in ([lacking, known], [known, lacking]):
            monkeypatch.setattr("vrmon.net.sockets.addresses", lambda *_, found=found: found)
            client = client_of(server.url, timeout=4.0)
            assert get(client).content == b"[1]"
            client.close()
