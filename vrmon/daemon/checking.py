"""`vrmon check` as vrmond's child: what it says is what vrmond itself can read and reach."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Any

from vrmon.errors import ControlError

_PATIENCE = 70.0  # seconds: a device may have 60 for its answer
_ENDINGS = (0, 1, os.EX_CONFIG)


class Checking:
    """A process of its own, so that it costs control nothing; one at a time."""

    def __init__(self, configuration: Path) -> None:
        self._command = ("-m", "vrmon", "check", "--here", "--json", "--config", str(configuration))
        self._running = asyncio.Lock()

    async def check(self) -> dict[str, Any]:
        """The findings, and what the command's exit status is by them. ControlError where there are none."""
        if self._running.locked():
            raise ControlError("Cannot check: another check is still running. Try again.")
        async with self._running:
            try:
                output, code = await asyncio.wait_for(self._run(), _PATIENCE)
                findings = [json.loads(line) for line in output.splitlines()]
            except (OSError, ValueError) as error:
                raise ControlError(f"Cannot check: {error}.") from None
            except asyncio.TimeoutError:
                raise ControlError(f"Cannot check: it takes longer than {_PATIENCE:g} s.") from None
        if code not in _ENDINGS:
            raise ControlError(f"Cannot check: the check ended with exit status {code}.")
        return {"findings": findings, "exit_status": code}

    async def _run(self) -> tuple[bytes, int | None]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *self._command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
        )
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        return output, process.returncode
