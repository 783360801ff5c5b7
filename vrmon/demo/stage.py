"""Where the demo is played: a PlayBox, its recorders and a vrmond, on loopback, in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import vrmon
from vrmon.cli.terminal import be_deaf, undisturbed
from vrmon.cli.vrmond import Vrmond
from vrmon.errors import ControlError
from vrmon.simulator import HyperDeck, MovieRecorder, Obs, PlayBox, serving

CHANNELS = 4
_PATIENCE = 10.0  # seconds
_LOG_SHOWN = 4000  # characters
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")  # even if the demo is killed


class Stage:
    """`url` is the page's address, `socket` that of the commands.

    `obs` and `hyperdeck`, where they are there, record the first and the second channel's ingest as well.
    """

    def __init__(
        self,
        folder: Path,
        playbox: PlayBox,
        recorder: MovieRecorder,
        port: int,
        obs: Obs | None = None,
        hyperdeck: HyperDeck | None = None,
    ) -> None:
        self.playbox = playbox
        self.recorder = recorder
        self.obs = obs
        self.hyperdeck = hyperdeck
        self.url = f"http://127.0.0.1:{port}/"
        self.socket = folder / "vrmon.sock"
        self._folder = folder
        self._daemon: subprocess.Popen[bytes] | None = None
        (folder / "vrmon.toml").write_text(_configuration(self, port))

    @classmethod
    @contextlib.contextmanager
    def set(cls, *, kinds: bool = False) -> Iterator[Stage]:
        """The stage, with everything running; nothing of it is left when the block ends.

        `kinds`: with a recorder of each kind.
        """
        with contextlib.ExitStack() as whole:
            with undisturbed():
                folder = Path(whole.enter_context(tempfile.TemporaryDirectory(prefix="vrmon-demo-")))
                playbox = whole.enter_context(serving(PlayBox(CHANNELS)))
                recorder = whole.enter_context(serving(MovieRecorder(CHANNELS)))
                port = _reserve_port(whole)
                obs = whole.enter_context(serving(Obs())) if kinds else None
                hyperdeck = whole.enter_context(serving(HyperDeck())) if kinds else None
                stage = cls(folder, playbox, recorder, port, obs, hyperdeck)
                whole.callback(stage.end_daemon)
                whole.callback(be_deaf)
                stage.start_daemon()
            yield stage

    def start_daemon(self) -> None:
        """Starts vrmond; returns when it answers. ControlError when it does not."""
        with (self._folder / "log").open("ab") as log:
            self._daemon = subprocess.Popen(
                [*_ENDS_WITH_US, sys.executable, "-m", "vrmon.daemon"],
                env=_environment(self._folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the demo, which ends it in its turn
            )
        deadline = time.monotonic() + _PATIENCE
        client = Vrmond(self.socket)
        while True:
            try:
                client.status()
            except ControlError as error:
                if self.daemon_ended() or time.monotonic() > deadline:
                    raise ControlError(f"Cannot start vrmond for the demo: {error}\n{self.log()}") from None
                time.sleep(0.02)
            else:
                return

    def kill_daemon(self) -> None:
        """As a crash or a power cut would."""
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGKILL)
            self._daemon.wait()
            self._daemon = None

    def end_daemon(self) -> None:
        if self._daemon is None:
            return
        self._daemon.terminate()
        try:
            self._daemon.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill_daemon()

    def daemon_ended(self) -> bool:
        """Whether it ended without being killed by us."""
        return self._daemon is not None and self._daemon.poll() is not None

    def log(self) -> str:
        """The end of what vrmond has said."""
        return (self._folder / "log").read_text(errors="replace")[-_LOG_SHOWN:]


def _reserve_port(whole: contextlib.ExitStack) -> int:
    """A port that the system gives to nobody else while `whole` lasts; vrmond may listen on it."""
    reserved = whole.enter_context(socket.socket())
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    port: int = reserved.getsockname()[1]
    return port


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of a real installation, but the way to this very vrmon."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    source = str(Path(vrmon.__file__).parents[1])
    path = os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH"))))
    folders = ("STATE_DIRECTORY", "RUNTIME_DIRECTORY", "CONFIGURATION_DIRECTORY")
    return {**kept, "PYTHONPATH": path, **dict.fromkeys(folders, str(folder))}


def _configuration(stage: Stage, port: int) -> str:
    timing = "poll_interval = 0.5\ntimeout = 2.0\n"
    channel = '[[channel]]\nname = "{}"\ningest = "{}"\ndvr = "{}"\nsource = "{}"\n'
    parts = [
        f'[api]\nlisten = "127.0.0.1:{port}"\n',
        "[sync]\nstop_delay = 1.0\noutage_hold = 20.0\n",
        f"[primary.playbox]\nurl = {json.dumps(stage.playbox.url)}\n{timing}",
        f"[dvr.movierecorder]\nurl = {json.dumps(stage.recorder.url)}\n{timing}",
    ]
    others = {"OBS": stage.obs, "HyperDeck": stage.hyperdeck}
    for device in others.values():
        if device is not None:
            parts.append(
                f'[dvr.{device.KIND}]\nkind = "{device.KIND}"\nurl = {json.dumps(device.url)}\n{timing}'
            )
    for number, (ingest, source) in enumerate(
        zip(stage.playbox.ingests, stage.recorder.sources, strict=True), 1
    ):
        parts.append(channel.format(f"PCR {number}", ingest, "movierecorder", source.unique_id))
    for number, (called, device) in enumerate(others.items()):
        if device is not None:
            name = f"PCR {number + 1} on {called}"
            parts.append(channel.format(name, stage.playbox.ingests[number], device.KIND, called))
    return "\n".join(parts)
