"""The first start after an upgrade from 1.0.0: on its vrmon.toml and its state, in mid-show."""

from __future__ import annotations

import shutil
import time
from datetime import datetime
from pathlib import Path

from tests.world.clock import WRONG, set_wrong
from tests.world.mirror import Mirror, codes
from tests.world.running import channel, running
from vrmon.simulator import MovieRecorder, PlayBox, serving

TESTS = Path(__file__).parents[1]
CONFIGURATION = TESTS / "config/vrmon-1.0.0.toml"
STATE = TESTS / "state/state-1.0.0.json"
KILLED = 1_795_709_290.0
PASSWORD = "on-air"
JOBS = {
    0: "NEWS 2026-11.mxf",
    1: "SPORT.mxf",
    6: "LATE.mxf",
    3: "WEATHER.mxf",
    5: "NEVER TOLD.mxf",
    7: "Grüße & 100%.mxf",
    8: "QUIZ.mxf",
    4: "TALK.mxf",
    2: "REGIE.mxf",
}
"""The ingests in the order in which their jobs began, and what the primary's files are called."""
TAKES = {
    0: ("NEWS 2026-11", "16:07:59"),
    1: ("SPORT", "16:07:59"),
    2: ("REGIE", "16:08:05"),
    3: ("WEATHER_part1", "16:08:01"),
    4: ("TALK", "16:08:05"),
    5: ("PCR 6_7005", "16:08:03"),
    7: ("Backup 8", "16:08:04"),
    8: ("QUIZ_2", "16:08:05"),
}
"""What the recorder shows on each source: the name, and when it began."""


def test_it_goes_on_where_1_0_0_was_killed(tmp_path: Path) -> None:
    with serving(PlayBox(9), tls=True) as playbox, serving(MovieRecorder(9, password=PASSWORD)) as recorder:
        jobs = {
            number: playbox.start_job(number, name, name_after=None if number == 5 else 0.0)
            for number, name in JOBS.items()
        }
        for lost in (1, 6):
            playbox.end_job(jobs[lost])
        recorder.fault("error", "*- 7/recording_name", status=422)
        for source, (name, began) in TAKES.items():
            recorder.record_by_hand(source, name)
            take = recorder.source(source).take
            assert take is not None
            take.shown_at = datetime.fromisoformat(f"2026-11-26T{began}+00:00").timestamp()

        text = CONFIGURATION.read_text()
        for old, new in (
            ("https://10.1.83.21:4230", playbox.url),
            ("http://10.1.85.53:8080", recorder.url),
            ("127.0.0.1:8001", ""),
            ("/run/vrmon", f"{tmp_path}/run"),
            ("/var/log/vrmon", str(tmp_path)),
        ):
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "etc").mkdir()
        secret = tmp_path / "etc/movierecorder.password"
        secret.touch(0o600)
        secret.write_text(PASSWORD)
        (tmp_path / "state").mkdir()
        shutil.copy(STATE, tmp_path / "state/state.json")
        set_wrong(tmp_path / "clock", KILLED - time.time())

        with running(tmp_path, text=text, program=("-c", WRONG, str(tmp_path / "clock"))) as daemon:
            here = Mirror(playbox, [recorder], daemon)
            for number in (1, 4, 6, 8):
                here.wait_for_phase("recording", number)
            here.wait_for_phase("keeping", 2)
            here.wait_for_phase("foreign", 5)
            here.wait_for_phase("idle", 7)
            here.wait_for_polls()
            status = daemon.status()
            assert status["configuration"]["complaints"] == []
            assert "state-damaged" not in codes(status)
            assert [
                (one["name"], one["take"]["name"], one["take"]["number"])
                for one in status["channels"]
                if one["take"] is not None
            ] == [
                ("PCR 1", "NEWS 2026-11", 1),
                ("PCR 2", "SPORT", 1),
                ("Regie 3 – Süd", "REGIE", 1),
                ("PCR 4", "WEATHER_part1", 2),
                ("PCR 6", "PCR 6_7005", 1),
                ("PCR 8", "Backup 8", 1),
                ("PCR 9", "QUIZ_2", 1),
            ]
            held = channel(status, "Regie 3 – Süd")
            assert (held["mode"], held["hold"]["by"]) == ("hold", "anna (uid 0)")
            assert held["hold"]["until"] == "2026-11-26T18:08:05.915Z"
            assert channel(status, "PCR 9")["hold"]["until"] is None
            assert "job-lost-in-outage" in codes(status, "PCR 2")
            assert here.sent("*/record", "*/stop", "*/resume") == []
            assert {one.ended for one in recorder.takes} == {None}

            _, shown = daemon.get("/history?kind=job")
            for job in shown["items"]:
                earliest = datetime.fromisoformat(job["began"]["earliest"].replace("Z", "+00:00"))
                before = KILLED - earliest.timestamp()
                assert job["missing"]["most"] >= before, "nothing is claimed of the time before"
            assert shown["holes"] == []

            playbox.end_job(jobs[0])
            playbox.end_job(jobs[4])
            recorder.wait_until(lambda: recorder.running(0) is None)
            here.wait_for_polls()
            assert [one.ended_by for one in recorder.takes_of(0)] == ["remote"]
            assert recorder.running(4) is not None
            assert here.sent("*/record", "*/stop", "*/resume") == ["GET /sources/4XT00292 - 0/stop"]
