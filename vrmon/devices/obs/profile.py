"""The name of a take: OBS reads it in its profile when a recording begins, shortly after it was told to.

So the profile has our name for a moment. What it had for an operator's recordings is kept beside it the
while, in the profile too: whoever finds it there, since who put it there has died, puts it back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from vrmon.devices.obs.names import formatted
from vrmon.devices.obs.session import Ask, Reply

Asker = Callable[..., tuple[Reply, ...]]

_FORMAT = {"parameterCategory": "Output", "parameterName": "FilenameFormatting"}
_KEPT = {"parameterCategory": "vrmon", "parameterName": "FilenameFormatting"}
_OF_OBS = "%CCYY-%MM-%DD %hh-%mm-%ss"  # its own, where none is set
_LOOK_EVERY = 0.02  # seconds


class Profile:
    """What the clients of one OBS share. `patience`: for so long (seconds) a recording may be in coming.

    `is_untidy`: it may have our name still, since a start went wrong.
    """

    def __init__(self, patience: float) -> None:
        self.is_untidy = False
        self._patience = patience
        # By a start that may be in coming, for its answer was lost, or a vrmon before this one died with it.
        self._needed_until: float | None = None
        self._turn = threading.Lock()

    def record(self, ask: Asker, name: str) -> Reply:
        """OBS's word on a start under this name: under its own where it does not tell how it names its files,
        for then that could not be put back."""
        if not self._turn.acquire(timeout=self._patience):
            raise TimeoutError("another start is under way")
        try:
            usual = _usual(*ask(Ask("GetProfileParameter", _FORMAT), Ask("GetProfileParameter", _KEPT)))
            if usual is None:
                return ask(Ask("StartRecord"))[0]
            self.is_untidy = True
            self._needed_until = time.monotonic() + self._patience
            *_, started = ask(
                Ask("SetProfileParameter", {**_KEPT, "parameterValue": usual}),
                Ask("SetProfileParameter", {**_FORMAT, "parameterValue": formatted(name)}),
                Ask("StartRecord"),
            )
            if started.done:
                self._wait(ask)
            _put_back(ask, usual)
            self.is_untidy = False
            return started
        finally:
            self._turn.release()

    def tidy(self, ask: Asker) -> None:
        """Put back what another has left, unless it is needed just now."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            kept, status = ask(Ask("GetProfileParameter", _KEPT), Ask("GetRecordStatus"))
            usual, now = kept.data.get("parameterValue"), time.monotonic()
            is_left = isinstance(usual, str) and bool(usual)
            if is_left and self._needed_until is None:
                self._needed_until = now + self._patience
            if not _is_active(status) and self._needed_until is not None and now < self._needed_until:
                self.is_untidy = True
                return
            if is_left:
                _put_back(ask, str(usual))
            self.is_untidy = False
        finally:
            self._turn.release()

    def _wait(self, ask: Asker) -> None:
        """Until it has begun, or will not."""
        due = time.monotonic() + self._patience
        while time.monotonic() < due:
            (status,) = ask(Ask("GetRecordStatus"))
            if _is_active(status):
                return
            time.sleep(_LOOK_EVERY)


def _is_active(status: Reply) -> bool:
    return status.data.get("outputActive") is True


def _usual(now: Reply, kept: Reply) -> str | None:
    """None where it does not say. A profile in which nobody has ever set it may hold none."""
    told = (kept.data, "parameterValue"), (now.data, "parameterValue"), (now.data, "defaultParameterValue")
    found = (data.get(key) for data, key in told)
    named = next((one for one in found if isinstance(one, str) and one), _OF_OBS)
    return named if now.done else None


def _put_back(ask: Asker, usual: str) -> None:
    ask(
        Ask("SetProfileParameter", {**_FORMAT, "parameterValue": usual}),
        Ask("SetProfileParameter", {**_KEPT, "parameterValue": None}),
    )
