"""What OBS's answers mean."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence

from vrmon.devices.obs.names import name_of
from vrmon.devices.obs.session import Reply
from vrmon.model import Destination, Source
from vrmon.net.redact import one_line
from vrmon.net.shape import ShapeError, flag, text

SOURCE, DESTINATION = "1", "recordings"
"""The unique_ids of an OBS's one source, and of the folder that it records to."""
OUTPUTS = ("simple_file_output", "adv_file_output", "adv_ffmpeg_output")
"""The outputs that record, by the mode that OBS is in: there is only one of them at a time."""
LEAST = 50.0
"""MB of free disk below which OBS says yes to a start and records nothing."""

_LITTLE = 2000.0  # MB
_MOST = 1e15
_SKIPPED = (20, 5, 1)  # per cent of the pictures, in steps, so that a warning is not another one each time
_TELLING = 100  # pictures of a take before which a share of them says nothing


def parse_source(
    status: Reply, settings: Sequence[Reply], stats: Reply, now: float, *, is_paused: bool, is_still: bool
) -> Source:
    """ShapeError where it does not say whether it records. `now`: Unix time. `is_still`: it does, and writes
    nothing."""
    if not status.done:
        raise ShapeError(f"GetRecordStatus: {status.why or status.code}")
    paths = [one.data.get("outputSettings") for one in settings if one.done]
    found = [path for path in map(_path, paths) if path]
    left, lasted = _number(stats.data, "availableDiskSpace"), _number(status.data, "outputDuration")
    is_recording = flag(status.data.get("outputActive"), "outputActive")
    return Source(
        SOURCE,
        "OBS",
        is_recording=is_recording,
        is_paused=is_paused,
        recording_name=text(name_of(found[0]), "path") if found else None,
        destinations=() if is_still or (left is not None and left < LEAST) else (DESTINATION,),
        starts=now - lasted / 1000 if is_recording and lasted is not None and not is_paused else None,
    )


def parse_destination(folder: Reply, stats: Reply, outputs: Sequence[Reply], is_still: bool) -> Destination:
    """The folder that it records to, with what is to be said of its disk, and of the machine's strength."""
    path = folder.data.get("recordDirectory")
    name = one_line(path, 100) if isinstance(path, str) and path else DESTINATION
    left = _number(stats.data, "availableDiskSpace")
    return Destination(DESTINATION, name, (*_of_room(left), *_of_growth(is_still), *_of_pictures(outputs)))


def parse_picture(content: object) -> bytes:
    """Of a data: address; ShapeError where it is none."""
    if not isinstance(content, str) or not content.startswith("data:image/"):
        raise ShapeError("imageData: a picture is expected")
    try:
        return base64.b64decode(content.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise ShapeError("imageData: it is not in base64") from None


def _path(settings: object) -> str:
    if not isinstance(settings, dict):
        return ""
    told = settings.get("path") or settings.get("url")
    return told if isinstance(told, str) else ""


def _of_room(left: float | None) -> Iterator[str]:
    if left is not None and left < LEAST:
        yield f"less than {LEAST:.0f} MB of room is left, and OBS records nothing then"
    elif left is not None and left < _LITTLE:
        yield f"less than {_LITTLE / 1000:.0f} GB of room is left"


def _of_growth(is_still: bool) -> Iterator[str]:
    if is_still:
        yield "OBS says that it records, and writes nothing: if a stop does not end that, restart OBS"


def _of_pictures(outputs: Sequence[Reply]) -> Iterator[str]:
    for one in outputs:
        total, skipped = (_number(one.data, key) for key in ("outputTotalFrames", "outputSkippedFrames"))
        if one.done and one.data.get("outputActive") is True and total and total >= _TELLING:
            share = 100 * (skipped or 0.0) / total
            yield from [
                f"more than {step} % of the pictures are dropped" for step in _SKIPPED if share > step
            ][:1]


def _number(data: Mapping[str, object], key: str) -> float | None:
    """None where it is none, or more than anything here can be."""
    value = data.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > _MOST:
        return None
    return float(value)
