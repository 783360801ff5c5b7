"""What a device does to a kept connection: it drops or closes it, and what that says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.net.test_kept import wait_until_closed_by_peer
from tests.world.hostile import Connection, Hostile, certificate, http_answer, server_context
from tests.world.http_client import client_of
from vrmon.errors import DeviceError, Unreachable
from vrmon.model import Sight
from vrmon.net.client import Client
from vrmon.net.keeping import Keeping


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), "device", "IP:127.0.0.1")


def dropping(after: int, how: Callable[[Connection], None] = lambda _: None) -> Callable[[Connection], None]:
    """Serve so many requests on each connection, hear the next one, and end without a word, or as `how`."""

    def behave(connection: Connection) -> None:
        for _ in range(after):
            connection.hear()
            connection.send(http_answer(b"[1]"))
        connection.hear()
        how(connection)

    return behave


ENDINGS: dict[str, Callable[[Connection], None]] = {
    "closed": lambda _: None,
    "reset": lambda connection: connection.reset(),
}


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def serving(request: pytest.FixtureRequest, pem: Path) -> Iterator[Hostile]:
    with Hostile(dropping(1), server_context(pem) if request.param else None) as server:
        yield server


def poll(client: Client) -> None:
    assert client.exchange(client.prepare("GET", "sources"), harmless=True).content == b"[1]"


@pytest.mark.parametrize("how", ENDINGS.values(), ids=ENDINGS.keys())
def test_a_poll_that_is_dropped_with_a_kept_connection_is_sent_once_more(
    how: Callable[[Connection], None], serving: Hostile
) -> None:
    serving.behave = dropping(2, how)
    client = client_of(serving.url)
    for _ in range(3):
        poll(client)
    assert (len(serving.heard), serving.connections) == (4, 2)
    client.close()


@pytest.mark.parametrize("how", ENDINGS.values(), ids=ENDINGS.keys())
def test_a_command_that_is_dropped_with_a_kept_connection_is_not_sent_again(
    how: Callable[[Connection], None], serving: Hostile
) -> None:
    serving.behave = dropping(1, how)
    client = client_of(serving.url)
    poll(client)
    with pytest.raises(Unreachable):
        client.exchange(client.prepare("GET", "sources", "a", "record"))
    assert [heard.line.split("/")[-2] for heard in serving.heard[1:]] == [
        "record?password=h%C3%BCn%20ter%2F2%26%25 HTTP"
    ]
    client.close()


def answering_first_then(behave: Callable[[Connection], None]) -> Callable[[Connection], None]:
    def both(connection: Connection) -> None:
        connection.hear()
        connection.send(http_answer(b"[1]"))
        behave(connection)

    return both


def a_part(connection: Connection) -> None:
    connection.hear()
    connection.send(b"HTTP/1.1 2")


def silence(connection: Connection) -> None:
    connection.hear()
    connection.hang()


@pytest.mark.parametrize("behave", [a_part, silence], ids=["after one byte", "after the time"])
def test_a_poll_that_failed_otherwise_is_not_sent_again(behave: Callable[[Connection], None]) -> None:
    with Hostile(answering_first_then(behave)) as server:
        client = client_of(server.url, timeout=0.3)
        poll(client)
        with pytest.raises(DeviceError):
            poll(client)
        assert len(server.heard) == 2
        client.close()


def test_a_poll_over_a_new_connection_is_not_sent_again() -> None:
    with Hostile(dropping(0)) as server:
        client = client_of(server.url)
        with pytest.raises(Unreachable, match="closed the connection without an answer"):
            poll(client)
        assert len(server.heard) == 1
        client.close()


def test_a_poll_is_sent_again_but_once() -> None:
    def behave(connection: Connection) -> None:
        dropping(1 if connection.server.connections == 1 else 0)(connection)

    with Hostile(behave) as server:
        client = client_of(server.url)
        poll(client)
        with pytest.raises(Unreachable):
            poll(client)
        assert len(server.heard) == 3
        client.close()


def test_a_device_that_drops_what_is_kept_gets_a_connection_for_each_request() -> None:
    """From the second drop on, and for the commands of other threads as well, one that stands open too."""
    with Hostile(dropping(1)) as server:
        poller = client_of(server.url)
        lane = Client(poller.endpoint)
        poll(lane)
        for _ in range(3):
            poll(poller)
        assert (len(server.heard), server.connections) == (6, 4)
        for _ in range(5):
            lane.exchange(lane.prepare("GET", "sources", "a", "record"))
            poll(poller)
        assert (len(server.heard), server.connections) == (16, 14)
        poller.close()
        lane.close()


def test_a_drop_now_and_then_is_no_reason_to_keep_no_connection() -> None:
    with Hostile(dropping(30)) as server:
        client = client_of(server.url)
        for _ in range(151):
            poll(client)
        assert server.connections == 6
        client.close()


LIVES = {
    "a restart": ([30], [True]),
    "a restart as soon as it tells something": ([4], [True]),
    "a restart soon after the first poll proves nothing": ([3], [False]),
    "nor one soon after another": ([30, 3], [True, False]),
    "one a moment later does": ([30, 4], [True, True]),
    "two restarts": ([40, 25], [True, True]),
    "three restarts": ([60, 25, 90], [True, True, True]),
    "as long as one of those before": ([10, 30, 10], [True, True, True]),
    "the fourth within fifty": ([20, 5, 30, 14], [True, True, True, False]),
    "the fourth in fifty": ([20, 5, 30, 15], [True, True, True, True]),
    "as long as both, almost": ([40, 41, 45], [True, True, True]),
    "as long as both": ([40, 41, 44], [True, True, False]),
    "closed when idle": ([1, 1, 1, 1], [False, False, False, False]),
    "closed every tenth time": ([10, 10, 10, 10], [True, True, False, False]),
    "closed after an hour or so": ([720, 700, 715, 721], [True, True, False, False]),
    "closed at random": ([5, 9, 7, 5, 12], [True, True, True, False, False]),
    "a restart after a long quiet time": ([5, 9, 7, 500], [True, True, True, True]),
}


@pytest.mark.parametrize(("lives", "told"), LIVES.values(), ids=LIVES.keys())
def test_whether_the_end_of_a_kept_connection_tells_of_a_restart(lives: list[int], told: list[bool]) -> None:
    keeping = Keeping()
    found: list[bool] = []
    for life in lives:
        for exchange in range(life):
            keeping.begin()
            if exchange or not found:
                keeping.reuse()
            keeping.serve()
            assert not keeping.restarted
        keeping.begin()
        keeping.renew(ended=True)
        found.append(keeping.restarted)
    assert found == told


def look(client: Client) -> bool:
    """Whether a look tells of a restart since the one before."""
    answer = client.exchange(client.prepare("GET", "sources"), harmless=True)
    return client.sight(answer, Sight).restarted


def closing(after: int, last: bytes = http_answer(b"[1]")) -> Callable[[Connection], None]:
    """Serve so many requests on each connection, the last with `last`, and close it."""

    def behave(connection: Connection) -> None:
        for number in range(after):
            connection.hear()
            connection.send(http_answer(b"[1]") if number < after - 1 else last)

    return behave


def test_a_connection_that_is_closed_between_two_looks_after_it_was_kept_is_told_once(
    serving: Hostile,
) -> None:
    serving.behave = closing(6)
    client = client_of(serving.url)
    assert not any(look(client) for _ in range(6))
    wait_until_closed_by_peer(client)
    assert [look(client) for _ in range(4)] == [True, False, False, False]
    client.close()


def test_a_connection_that_is_dropped_as_the_next_look_comes_is_told_as_well(serving: Hostile) -> None:
    serving.behave = dropping(6)
    client = client_of(serving.url)
    assert [look(client) for _ in range(9)] == [*[False] * 6, True, False, False]
    client.close()


@pytest.mark.parametrize("header", ["Connection: close", "connection: Close"])
def test_an_end_that_is_announced_proves_nothing(header: str) -> None:
    with Hostile(closing(6, http_answer(b"[1]", 200, header))) as server:
        client = client_of(server.url)
        assert not any(look(client) for _ in range(20))
        assert server.connections == 4
        client.close()


def test_an_end_of_our_own_proves_nothing() -> None:
    with Hostile(closing(100)) as server:
        client = client_of(server.url, timeout=0.3)
        for _ in range(6):
            look(client)
        server.behave = closing(100)
        client._pool.drop()
        assert not look(client)
        client.close()
