"""A Softron MovieRecorder on a Mac: a recorder."""

from __future__ import annotations

from vrmon.devices.contract import Kind, Role
from vrmon.devices.movierecorder import names
from vrmon.traits import Traits

TRAITS = Traits(
    recorder="MovieRecorder",
    place="the Mac",
    fit=names.fit,
    longest=names.LONGEST,
    may_show=names.may_show,
    is_duplicate=names.is_duplicate,
    start_grace=9.0,  # it was seen to show a recording 8 s late
    names_apart=True,
    tells_destinations=True,
    tells_schedules=True,
)

KIND = Kind(Role.RECORDER, __name__, usual=("http://{host}:8080", "https://{host}:8080"), traits=TRAITS)
