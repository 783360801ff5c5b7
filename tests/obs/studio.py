"""An OBS Studio of one's own: its folders, its screen, its port; and the files that it records."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

from tests.world.running import PATIENCE

DISPLAY = ":97"
_OF_VRMOND = "127.0.0.2"
PASSWORD = "a long pass%20word é"
SIGNAL = "testsrc2=size=320x180:rate=10,noise=alls=80:allf=t"

GLOBAL = """\
[General]
FirstRun=true
LastVersion=503316480
InfoIncrement=99

[OBSWebSocket]
FirstLoad=false
ServerEnabled=true
ServerPort={port}
AlertsEnabled=false
AuthRequired=true
ServerPassword={password}

[Basic]
Profile=Untitled
ProfileDir=Untitled
SceneCollection=Untitled
SceneCollectionFile=Untitled
"""
PROFILE = """\
[General]
Name=Untitled

[Video]
BaseCX=320
BaseCY=180
OutputCX=320
OutputCY=180
FPSType=1
FPSInt=10

[Output]
Mode=Simple
FilenameFormatting=%CCYY-%MM-%DD %hh-%mm-%ss

[SimpleOutput]
FilePath={folder}
RecFormat=mkv
VBitrate=300
RecQuality=Small
RecEncoder=x264
"""


class Studio:
    """`folder` is where it records to."""

    def __init__(self, home: Path, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"ws://127.0.0.1:{port}"
        self.url_of_vrmond = f"ws://{_OF_VRMOND}:{port}"  # another way to it, which `cut_off` closes
        self._home = home
        self._port = port
        config = home / ".config/obs-studio"
        profile = config / "basic/profiles/Untitled"
        profile.mkdir(parents=True)
        folder.mkdir(parents=True, exist_ok=True)
        (config / "global.ini").write_text(GLOBAL.format(port=port, password=PASSWORD))
        (profile / "basic.ini").write_text(PROFILE.format(folder=folder))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers, with a signal that moves."""
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "XDG_RUNTIME_DIR": str(self._home),
            "DISPLAY": DISPLAY,
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "QT_QPA_PLATFORM": "xcb",
        }
        with (self._home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    "obs", "--multi", "--disable-updater", "--minimize-to-tray",
                    "--profile", "Untitled", "--collection", "Untitled", "--disable-shutdown-check",
                ],
                env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, self.log()
            try:
                if self.ask("GetVersion"):
                    break
            except (OSError, websocket.WebSocketException, KeyError, AssertionError):  # it may not be ready
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.1)
        self.show_signal()

    def kill(self) -> None:
        """As a crash would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def show_signal(self) -> None:
        scenes = self.ask("GetSceneList")["scenes"]
        scene = scenes[0]["sceneName"]
        if self.ask("GetInputList")["inputs"]:
            return
        settings = {"is_local_file": False, "input_format": "lavfi", "input": SIGNAL}
        self.ask(
            "CreateInput",
            sceneName=scene, inputName="signal", inputKind="ffmpeg_source", inputSettings=settings,
        )  # fmt: skip

    def ask(self, request: str, **data: Any) -> dict[str, Any]:
        """Over a connection of its own; AssertionError where OBS says no."""
        # The library does not close what it could not connect.
        with socket.create_connection(("127.0.0.1", self._port), timeout=10) as sock:
            connection = websocket.create_connection(self.url, socket=sock, timeout=10)
            hello = json.loads(connection.recv())["d"]
            identify: dict[str, Any] = {"rpcVersion": 1, "eventSubscriptions": 0}
            if "authentication" in hello:
                identify["authentication"] = _answer(hello["authentication"])
            connection.send(json.dumps({"op": 1, "d": identify}))
            json.loads(connection.recv())
            asked = {"requestType": request, "requestId": "1", "requestData": data}
            connection.send(json.dumps({"op": 6, "d": asked}))
            answer = json.loads(connection.recv())["d"]
        assert answer["requestStatus"]["result"], answer
        return dict(answer.get("responseData") or {})

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Whatever vrmond sends to it is lost."""
        hole = ("blackhole", f"{_OF_VRMOND}/32", "table", "local")
        subprocess.run(["ip", "route", "add", *hole], check=True)
        try:
            yield
        finally:
            subprocess.run(["ip", "route", "del", *hole], check=True)

    def records_to(self) -> Path:
        """The file that it writes, or wrote last."""
        settings = self.ask("GetOutputSettings", outputName="simple_file_output")
        return Path(settings["outputSettings"]["path"])

    def log(self) -> str:
        return (self._home / "log").read_text(errors="replace")[-8000:]

    def files(self) -> list[Path]:
        """In the order in which they were begun."""
        found = [file for file in self.folder.rglob("*") if file.is_file()]
        return sorted(found, key=lambda file: file.stat().st_ctime)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()


def _answer(challenge: dict[str, str]) -> str:
    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    return digest(digest(PASSWORD + challenge["salt"]) + challenge["challenge"])


@contextmanager
def screen() -> Iterator[None]:
    with subprocess.Popen(
        ["Xvfb", DISPLAY, "-screen", "0", "640x480x24", "-nolisten", "tcp"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def studio(home: Path, folder: Path | None = None) -> Iterator[Studio]:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    made = Studio(home, folder or home / "videos", port)
    try:
        made.start()
        yield made
    finally:
        made.close()


def seconds_of(file: Path) -> float:
    """How long what it holds is: nothing, where OBS was killed before it wrote."""
    done = subprocess.run(
        [
            "ffprobe", "-v", "error", "-count_packets", "-select_streams", "v:0",
            "-show_entries", "stream=nb_read_packets,r_frame_rate", "-of", "json", str(file),
        ],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    (stream,) = json.loads(done.stdout or "{}").get("streams") or [{}]
    if not stream.get("nb_read_packets", "").isdigit():
        return 0.0
    frames, (whole, parts) = int(stream["nb_read_packets"]), stream["r_frame_rate"].split("/")
    return frames * int(parts) / int(whole)


def moves(file: Path) -> bool:
    """Whether its pictures differ; a busy machine repeats some."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(file), "-frames:v", "40", "-f", "framemd5", "-"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    sums = [line.rsplit(",", 1)[1].strip() for line in done.stdout.splitlines() if line[:2] == "0,"]
    return len(set(sums)) > min(len(sums), 8) / 2


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience:g} s: {what}"
        time.sleep(0.05)
