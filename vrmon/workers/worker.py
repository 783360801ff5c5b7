"""One device's threads: a poller and lanes. A device's trouble stays in them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import inf
from typing import Generic, TypeVar

from vrmon.devices.contract import Dvr, Primary
from vrmon.errors import BadAnswer, DeviceError, Refused
from vrmon.model import Action, Expected, Observation, Outcome, Result, Sight, Verb
from vrmon.settings import DeviceSettings
from vrmon.workers.effort import Effort
from vrmon.workers.lanes import LATEST, Closable, Lanes
from vrmon.workers.poller import Poller

MOST_LANES = 64
_DISK_PATIENCE = 0.15  # seconds
_UNTOLD_PATIENCE = 1.0  # the same where the recorder tells no name, and nothing else tells whose a take is
_SLACK = 5.0  # seconds beyond a device's timeout after which what it showed last is not what it is
_LOOK = 2  # exchanges that a look before a command may take
_SPARE = 20.0  # seconds beyond a device's timeout, for a machine that is short of everything

C = TypeVar("C", bound=Closable)
T = TypeVar("T")


class Worker(Generic[C, T]):
    """Polls one device and carries out what is asked of it; delivers from its own threads."""

    def __init__(
        self,
        device: DeviceSettings,
        connect: Callable[[], C],
        look: Callable[[C], Sight[T]],
        observed: Callable[[Observation[T]], None],
    ) -> None:
        self.device = device
        self.poller = Poller(device.name, device.poll_interval, connect, look, observed)
        self.lanes = Lanes(device.name, connect, MOST_LANES)
        self._effort = Effort()
        self._patience = device.poll_interval + device.timeout + _SLACK
        self._budget = device.poll_interval + device.timeout + _SPARE
        self._budget_of_lane = self._budget + _LOOK * device.timeout

    def start(self) -> None:
        """As far as there are threads; `tend` sees to the rest."""
        self.poller.start()

    def tend(self) -> None:
        """Begin the threads that could not be had before. To be called again and again."""
        if self.poller.is_refused:
            self.poller.start()
        self.lanes.tend()

    def close(self) -> None:
        self.poller.close()
        self.lanes.close()

    def due_back(self) -> float:
        """When all of its threads will have come round, if they are well: whatever the device does.

        One that is late but works, with whatever the device has sent, is the device's affair. A task for
        which there is no thread is late like one that hangs.
        """
        now = time.monotonic()
        due = {thread: began + self._budget_of_lane for thread, began in self.lanes.under_way().items()}
        due[self.poller.thread] = self.poller.came_round + self._budget
        late = {thread for thread, moment in due.items() if moment < now}
        if not late:
            self._effort.rest()
        stuck = {thread for thread in late if not self._effort.works(thread)}
        counted = [moment for thread, moment in due.items() if thread in stuck or thread not in late]
        waits = self.lanes.waits_since()
        return min((*counted, (now if waits is None else waits) + self._budget))

    def is_overdue(self) -> bool:
        """Whether the next look's outcome should have been there for long, whatever the device does, or no
        thread looks."""
        return self.poller.is_refused or time.monotonic() > self.poller.came_round + self._patience


def latest(device: DeviceSettings) -> float:
    """Until when a command that is handed out now may be sent: what it was decided on is not what is then."""
    return time.monotonic() + LATEST + _LOOK * device.timeout


def question(action: Action, deliver: Callable[[Result], None]) -> Callable[[Primary], None]:
    """The task that asks a primary what `action` wants to know."""

    def ask(primary: Primary) -> None:
        job = action.job
        _deliver(action, deliver, lambda: None if job is None else primary.basename(job))

    return ask


def command(
    action: Action,
    deliver: Callable[[Result], None],
    kept: threading.Event | None = None,
    *,
    tells_name: bool = True,
    revoked: threading.Event | None = None,
    latest: float = inf,
) -> Callable[[Dvr], None]:
    """The task that carries out `action` at a DVR, once `kept` says that the disk knows of it: what it
    begins is then ours, whatever becomes of this process. A slow disk is not waited for, though for a little
    longer where the source tells no name (`tells_name`). `revoked`: once set, it is no longer for this host
    to send, and so it is when `action.until` has passed. Nothing is sent after `latest`."""

    def carry_out(dvr: Dvr) -> None:
        if kept is not None:
            kept.wait(_DISK_PATIENCE if tells_name else _UNTOLD_PATIENCE)
        _deliver(action, deliver, lambda: _send(dvr, action, revoked, latest))

    return carry_out


def unsent(action: Action, deliver: Callable[[Result], None]) -> Callable[[], None]:
    """What is done in place of a command's task for which there was no thread in time."""
    error = "vrmon had no thread for it in time; nothing was sent"
    return lambda: deliver(Result(action, time.monotonic(), Outcome.REFUSED, error))


def _send(dvr: Dvr, action: Action, revoked: threading.Event | None, latest: float) -> None:
    if action.expected is not None:
        _look_first(dvr, action, action.expected)
    if action.until is not None and (time.monotonic() >= action.until or (revoked and revoked.is_set())):
        raise BadAnswer(f"it is no longer for this host to command {action.device}; nothing was sent")
    if time.monotonic() > latest:
        raise Refused(f"vrmon was held up before it could command {action.device}; nothing was sent")
    if action.verb in (Verb.SET_NAME, Verb.RENAME):
        dvr.set_name(action.source, action.name)
    elif action.verb is Verb.RECORD:
        dvr.record(action.source, action.name)
    elif action.verb is Verb.STOP:
        dvr.stop(action.source)
    else:
        dvr.resume(action.source)


def _look_first(dvr: Dvr, action: Action, expected: Expected) -> None:
    """DeviceError unless the source shows just now what the command was decided on: it might hit somebody
    else's recording. The name of a source that does not record is nobody's."""
    source = dvr.source(action.source)
    if source is None:
        source = next((one for one in dvr.sources().seen if one.unique_id == action.source), None)
    if source is None:
        raise BadAnswer(f"{action.device} no longer lists the source; nothing was sent")
    pairs = (
        ((expected.name, source.recording_name), (expected.date, source.start_date))
        if expected.is_recording
        else ()
    )
    is_same = all(told == now for told, now in pairs if told is not None and now is not None)
    if source.is_recording is not expected.is_recording or not is_same:
        shown = f"records {source.recording_name!r}" if source.is_recording else "records nothing"
        before = f"{expected.name!r}" if expected.is_recording else "nothing"
        raise BadAnswer(f"{action.device} now {shown} there, and recorded {before} before; nothing was sent")


def _deliver(action: Action, deliver: Callable[[Result], None], call: Callable[[], str | None]) -> None:
    """Exactly one result for an action, whatever happens to it."""
    outcome, error, value = Outcome.LOST, "a fault of vrmon itself", None
    try:
        value = call()
        outcome, error = Outcome.DONE, ""
    except Refused as refusal:
        outcome, error = Outcome.REFUSED, str(refusal)
    except DeviceError as trouble:
        error = str(trouble)
    finally:
        deliver(Result(action, time.monotonic(), outcome, error, value))
