"""The simulators in a process of their own, so that what they cost is not counted as ours."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from vrmon.simulator import MovieRecorder, PlayBox, serving


class World:
    """One PlayBox and some MovieRecorders, steered over a pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._pipe = threading.Lock()
        self.playbox, self.recorders = self._answer()

    def ask(self, what: str, *arguments: Any) -> Any:
        with self._pipe:
            print(json.dumps([what, *arguments]), file=self._process.stdin, flush=True)
            return self._answer()

    def _answer(self) -> Any:
        line = "" if self._process.stdout is None else self._process.stdout.readline()
        if not line:
            raise SystemExit("The simulators have ended.")
        return json.loads(line)


@contextmanager
def world(channels: int, recorders: int = 1, delay: float = 0.0) -> Iterator[World]:
    """`delay`: seconds by which every answer is late."""
    command = [sys.executable, __file__, str(channels), str(recorders), str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield World(process)
        finally:
            process.terminate()


def _main(channels: int, recorders: int, delay: float) -> None:
    with ExitStack() as stack:
        playbox = stack.enter_context(serving(PlayBox(channels)))
        dvrs = [stack.enter_context(serving(MovieRecorder(channels))) for _ in range(recorders)]
        for device in (playbox, *dvrs):
            device.delay = delay
        _say([playbox.url, [dvr.url for dvr in dvrs]])
        for line in sys.stdin:
            _say(_do(playbox, dvrs, *json.loads(line)))


def _do(playbox: PlayBox, dvrs: list[MovieRecorder], what: str, *arguments: Any) -> Any:
    if what == "start":
        for n in range(arguments[0]):
            playbox.start_job(n, f"SHOW {arguments[1]} {n}.mxf")
        return len(playbox.jobs)
    if what == "begin":
        playbox.start_job(arguments[0], f"SHOW {len(playbox.jobs)}.mxf")
    if what == "end":
        playbox.lose_jobs()
    if what == "fault":
        device = playbox if arguments[0] == "playbox" else dvrs[int(arguments[0])]
        device.fault(*arguments[1:])
    if what == "ingests":
        return list(playbox.ingests)
    if what == "running":
        return sum(len([take for take in dvr.takes if take.ended is None]) for dvr in dvrs)
    if what == "arrivals":
        return {
            "polls": [one.at for one in playbox.arrivals("/ingests/activejobsinfo")],
            "records": [one.at for dvr in dvrs for one in dvr.arrivals("/sources/*/record")],
        }
    return None


def _say(what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
