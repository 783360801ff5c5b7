"""An OBS Studio: its output, its profile, its disk, and the requests of obs-websocket 5."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from vrmon.simulator.obs.obs_switches import ObsSwitches
from vrmon.simulator.recording.picture import JPEG
from vrmon.simulator.recording.solo_recorder import SoloRecorder
from vrmon.simulator.recording.take import Take
from vrmon.simulator.served.simulated_device import locked
from vrmon.simulator.served.switches import switched

OUTPUTS = {"simple": "simple_file_output", "advanced": "adv_file_output", "custom": "adv_ffmpeg_output"}
LEAST = 50.0  # MB
DONE = 100
UNKNOWN_TYPE, NOT_READY, MISSING, NO_RESOURCE, RUNNING, NOT_RUNNING, PAUSED, NOT_PAUSED, FAILED = (
    204, 207, 300, 600, 500, 501, 502, 503, 702,
)  # fmt: skip
_PICTURE = 0.1  # seconds: a recording that goes on so soon after a pause is never written or ended again
_USUAL_FORMAT = "%CCYY-%MM-%DD %hh-%mm-%ss"
_FOLDER = "/home/obs/Videos"

Data = dict[str, Any]


class No(Exception):
    """A request fails, with this code and comment."""

    def __init__(self, code: int, comment: str = "") -> None:
        super().__init__(comment)
        self.code = code


class Obs(SoloRecorder):
    """`password`: "" where it asks for none."""

    KIND = "obs"
    ACTIONS = (
        *SoloRecorder.ACTIONS,
        *("pause_by_hand", "resume_by_hand", "pause_at_the_end", "fill_disk", "drop_pictures", "set_format"),
    )
    switches: ObsSwitches

    def __init__(self, password: str = "") -> None:
        super().__init__()
        self.switches = ObsSwitches()
        self.password = password
        self.free = 200_000.0  # MB
        self.dropped = 0.0
        self._wedged: Take | None = None
        self.calls_paused = False
        self.profile = {("Output", "FilenameFormatting"): _USUAL_FORMAT}
        self._salt, self._challenge = (secrets.token_urlsafe(32) for _ in range(2))
        self._requests: dict[str, Callable[[Data], Data]] = {
            "GetVersion": lambda _: {"obsVersion": "29.0.2", "obsWebSocketVersion": "5.1.0", "rpcVersion": 1},
            "GetRecordStatus": self._status,
            "GetStats": lambda _: {"availableDiskSpace": self.free, "renderSkippedFrames": 0},
            "GetOutputSettings": self._settings,
            "GetOutputStatus": self._output,
            "GetRecordDirectory": lambda _: {"recordDirectory": _FOLDER},
            "GetProfileParameter": self._parameter,
            "SetProfileParameter": self._set_parameter,
            "StartRecord": self._start,
            "StopRecord": self._stop,
            "PauseRecord": self._pause,
            "ResumeRecord": self._resume,
            "GetCurrentProgramScene": lambda _: {"currentProgramSceneName": "Scene"},
            "GetSourceScreenshot": self._picture,
        }

    @locked
    def switch(self, /, **changes: Any) -> None:
        self.switches = switched(self.switches, changes)

    @locked
    def pause_by_hand(self) -> None:
        if self.take is not None and not self.take.paused:
            self.take.pause(self.advance())

    @locked
    def resume_by_hand(self) -> None:
        if self.take is not None and self.take.paused:
            self.take.resume(self.advance())

    @locked
    def pause_at_the_end(self) -> None:
        """The operator pauses in the instant in which the take ends: all that follow are called paused."""
        self.calls_paused = True
        self.end(self.advance(), "operator")

    @locked
    def fill_disk(self, full: bool = True) -> None:
        """Its disk has less than OBS wants, and the take ends; `full` False: there is room again."""
        self.free = 20.0 if full else 200_000.0
        if full:
            self.end(self.advance(), "full")

    @locked
    def drop_pictures(self, share: float = 0.0) -> None:
        """So much of them (0 to 1) is dropped: the machine is too weak."""
        self.dropped = share

    @locked
    def set_format(self, text: str = _USUAL_FORMAT) -> None:
        """How the operator wants files to be called for which nobody gives a name."""
        self.profile["Output", "FilenameFormatting"] = text

    @locked
    def describe(self) -> dict[str, Any]:
        profile = {f"{category}/{name}": value for (category, name), value in self.profile.items()}
        return {**super().describe(), "free": self.free, "dropped": self.dropped, "profile": profile}

    @locked
    def hello(self) -> Data:
        told: Data = {"obsWebSocketVersion": "5.1.0", "rpcVersion": 1}
        if self.password:
            told["authentication"] = {"challenge": self._challenge, "salt": self._salt}
        return told

    @locked
    def welcomes(self, identify: Data) -> bool:
        """Whether the client has proved the password."""
        if not self.password:
            return True
        return identify.get("authentication") == _digest(
            _digest(self.password + self._salt) + self._challenge
        )

    @locked
    def request(self, kind: str, data: Data) -> tuple[int, str, Data]:
        """Code, comment and answer."""
        self.advance()
        if not self.switches.ready:
            return NOT_READY, "OBS is not ready to perform the request.", {}
        handler = self._requests.get(kind)
        if handler is None:
            return UNKNOWN_TYPE, "Your request type is not valid.", {}
        try:
            return DONE, "", handler(data)
        except No as no:
            return no.code, str(no), {}

    def usual_name(self) -> str:
        """As the profile's format gives it, in which "%%" is a percent sign."""
        text = self.profile.get(("Output", "FilenameFormatting"), _USUAL_FORMAT).replace("%%", "\0")
        made = re.sub("%[A-Za-z]+", lambda found: time.strftime(_TOKENS.get(found[0], "")), text)
        made = re.sub(r'[:?*"<>|]', "_", made.replace("\0", "%"))[:259]
        return made.replace(" ", "_") if self.switches.blanks == "underscores" else made

    def numbered(self, name: str, number: int) -> str:
        return f"{name} ({number})"

    def _status(self, _: Data) -> Data:
        now = self.advance()
        is_active = self.shows_recording(now)
        is_written = self.take is not None and self.switches.writes and not self._is_wedged()
        lasted = now - self.take.started if self.take is not None and is_written else 0.0
        return {
            "outputActive": is_active,
            "outputPaused": self.calls_paused or (is_active and self.take is not None and self.take.paused),
            "outputTimecode": "00:00:00.000",
            "outputDuration": int(lasted * 1000),
            "outputBytes": int(lasted * 40_000),
        }

    def _is_this(self, data: Data) -> None:
        name = data.get("outputName")
        if name is None:
            raise No(MISSING, "Your request must contain an `outputName` field.")
        if name != OUTPUTS[self.switches.mode]:
            raise No(NO_RESOURCE, "No output was found by the name of `outputName`.")

    def _settings(self, data: Data) -> Data:
        self._is_this(data)
        if not self._takes or not self.switches.settings_told:
            return {"outputSettings": {}}
        key = "url" if self.switches.mode == "custom" else "path"
        return {"outputSettings": {key: self._path(), "muxer_settings": ""}}

    def _path(self) -> str:
        return f"{_FOLDER}/{self._takes[-1].name}.mkv"

    def _output(self, data: Data) -> Data:
        self._is_this(data)
        total = int((self.advance() - self.take.started) * 25) + 100 if self.take is not None else 0
        return {
            "outputActive": self.shows_recording(self.advance()),
            "outputTotalFrames": total,
            "outputSkippedFrames": int(total * self.dropped),
        }

    def _parameter(self, data: Data) -> Data:
        key = (str(data.get("parameterCategory")), str(data.get("parameterName")))
        is_known = key == ("Output", "FilenameFormatting") and self.switches.default_told
        usual = _USUAL_FORMAT if is_known else None
        return {"parameterValue": self.profile.get(key), "defaultParameterValue": usual}

    def _set_parameter(self, data: Data) -> Data:
        key = (str(data.get("parameterCategory")), str(data.get("parameterName")))
        value = data.get("parameterValue")
        if isinstance(value, str):
            self.profile[key] = value
        elif value is None and "parameterValue" in data:
            self.profile.pop(key, None)
        else:
            raise No(MISSING, "Your request is missing the `parameterValue` field.")
        return {}

    def _start(self, _: Data) -> Data:
        now = self.advance()
        if self.is_busy(now):
            raise No(RUNNING)
        self.agenda.add(now + self.switches.started_after, self._begin_at)
        return {}

    def _begin_at(self, due: float) -> None:
        if self.take is None and self.free >= LEAST and not self.switches.record_is_deaf:
            self.begin(self.free_name(self.usual_name()), due, "remote")

    def _stop(self, _: Data) -> Data:
        if not self.shows_recording(self.advance()):
            raise No(NOT_RUNNING)
        if not self._is_wedged():
            self.end(self.advance(), "remote")
        return {"outputPath": self._path()}

    def _pause(self, _: Data) -> Data:
        if self.take is None:
            raise No(NOT_RUNNING)
        if self.take.paused:
            raise No(PAUSED)
        self.take.pause(self.advance())
        return {}

    def _resume(self, _: Data) -> Data:
        if self.take is None or not self.take.paused:
            raise No(NOT_PAUSED)
        now = self.advance()
        if now - self.take.pauses[-1][0] < _PICTURE:
            self._wedged = self.take
        self.take.resume(now)
        return {}

    def _is_wedged(self) -> bool:
        return self.take is not None and self.take is self._wedged

    def _picture(self, data: Data) -> Data:
        if self.switches.picture == "absent" or data.get("sourceName") != "Scene":
            raise No(FAILED, "Failed to render screenshot.")
        return {"imageData": f"data:image/jpg;base64,{base64.b64encode(JPEG).decode()}"}


_TOKENS = {"%CCYY": "%Y", "%MM": "%m", "%DD": "%d", "%hh": "%H", "%mm": "%M", "%ss": "%S"}


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
