"""How long vrmond takes to end while something that it waits for never comes."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

import pytest

from tests.daemon.test_threads import MAIN
from tests.world.mirror import codes, mirror, wait

DISK = """
import os, sys, time
from pathlib import Path
fault = Path(sys.argv.pop(1))
real = os.fsync
def fsync(fd):
    while fault.exists():
        time.sleep(0.05)
    return real(fd)
os.fsync = fsync
"""
NAMES = """
import socket, sys, time
from pathlib import Path
fault = Path(sys.argv.pop(1))
real = socket.getaddrinfo
def getaddrinfo(host, *arguments, **options):
    while host == "board.example" and fault.exists():
        time.sleep(0.05)
    return real(host, *arguments, **options)
socket.getaddrinfo = getaddrinfo
"""
FEW_THREADS = """
import concurrent.futures as futures
class Few(futures.ThreadPoolExecutor):
    def __init__(self, *arguments, **options):
        super().__init__(2)
futures.ThreadPoolExecutor = Few
"""
LONGEST = 15.0  # seconds; systemd kills after 20
EDITS = 40  # more than asyncio has threads for what is to wait


@pytest.mark.parametrize("trouble", [DISK, NAMES], ids=["disk", "names"])
def test_nothing_that_never_comes_keeps_it_from_ending(tmp_path: Path, trouble: str) -> None:
    fault = tmp_path / "fault"
    with mirror(tmp_path, program=("-c", trouble + MAIN, str(fault)), size=1) as here:
        here.wait_for_looks()
        fault.write_text("")
        config = here.daemon.config
        text = f"{config.read_text()}\n# changed\n"
        if trouble is NAMES:
            text = re.sub(r'listen = ".*"', 'listen = "board.example:8001"', text)
        config.write_text(text)
        here.daemon.post("/reload")
        here.record("SHOW.mxf")
        began = time.monotonic()
        here.daemon.process.send_signal(signal.SIGTERM)
        try:
            assert here.daemon.process.wait(60) == 0
            assert time.monotonic() - began < LONGEST
        finally:
            fault.unlink()


def test_a_name_that_is_never_resolved_keeps_nobody_from_naming_another(tmp_path: Path) -> None:
    fault = tmp_path / "fault"
    with mirror(tmp_path, program=("-c", FEW_THREADS + NAMES + MAIN, str(fault)), size=1) as here:
        here.wait_for_looks()
        fault.write_text("")
        text = here.daemon.config.read_text()
        here.daemon.config.write_text(re.sub(r'listen = ".*"', 'listen = "board.example:8001"', text))
        for _ in range(3):
            assert here.daemon.post("/reload")[0] == 200
        here.daemon.wait_for(lambda status: "address-taken" in codes(status))
        here.daemon.config.write_text(text)
        assert here.daemon.post("/reload")[0] == 200
        here.daemon.wait_for(lambda status: status["health"] == "ok")
        fault.unlink()


def test_edits_while_the_disk_hangs_are_put_in_force_and_the_last_is_kept(tmp_path: Path) -> None:
    fault = tmp_path / "fault"
    with mirror(tmp_path, program=("-c", DISK + MAIN, str(fault)), size=1) as here:
        here.wait_for_looks()
        fault.write_text("")
        text = here.daemon.config.read_text()
        for number in range(EDITS):
            here.daemon.config.write_text(f"{text}\n# {number}\n")
            assert here.daemon.post("/reload")[0] == 200
        kept = here.daemon.state / "last-good.toml"
        fault.unlink()
        wait(lambda: kept.exists() and kept.read_text().endswith(f"# {EDITS - 1}\n"), "the last edit")
        here.daemon.wait_for(lambda status: status["health"] == "ok")
        assert "Cannot keep" not in here.daemon.log()
