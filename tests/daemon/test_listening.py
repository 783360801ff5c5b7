"""The listeners as the daemon opens them: two tasks may want them at once."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from tests.world.api_server import FakeBackend
from vrmon import settings
from vrmon.api import Api
from vrmon.daemon.listening import Listening


def test_a_reload_and_a_retry_at_the_same_moment_do_not_stand_in_each_others_way(tmp_path: Path) -> None:
    async def missing() -> list[str]:
        doors = Listening(Api(FakeBackend()))
        found = []
        with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket() as free:
            await doors.open(settings.Api(f"127.0.0.1:{taken.getsockname()[1]}", tmp_path / "old.sock"))
            found.append(doors.missing)
            free.bind(("127.0.0.1", 0))
            wanted = settings.Api(f"127.0.0.1:{free.getsockname()[1]}", tmp_path / "new.sock")
        for _ in range(5):
            await asyncio.gather(doors.open(wanted), doors.open(wanted))
            found.append(doors.missing)
        await doors.close()
        return found

    first, *others = asyncio.run(missing())
    assert "Address already in use" in first
    assert others == [""] * 5
