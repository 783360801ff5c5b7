"""`vrmon demo` as anybody runs it: what it shows, and that it leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.world.command import (
    COMMAND,
    COMMAND_FOR_ALL,
    ENVIRON,
    PATIENCE,
    ROOT,
    on_terminal,
    open_folder,
    tree_for_all,
)
from tests.world.stores import until
from vrmon.cli.vrmond import Vrmond
from vrmon.demo import drama
from vrmon.demo.drama import Drama
from vrmon.demo.stage import Stage
from vrmon.simulator import HyperDeck, MovieRecorder, Obs, PlayBox, serving

Line = dict[str, Any]


class Show:
    """A demo and what it prints (`next` and `until` read its JSON), its temporary files in `folder`."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        assert process.stdout is not None
        self.process = process
        self.folder = folder
        self.lines: list[Line] = []
        self.out = process.stdout

    def next(self) -> Line:
        self.lines.append(json.loads(self.out.readline()))
        return self.lines[-1]

    def until(self, source: str, message: str) -> Line:
        """The next line from `source` whose message holds `message`."""
        while True:
            line = self.next()
            if line["from"] == source and message in line.get("message", ""):
                return line


@contextlib.contextmanager
def demo(
    folder: Path, *arguments: str, form: tuple[str, ...] = ("--json",), user: str | None = None
) -> Iterator[Show]:
    with subprocess.Popen(
        [*(COMMAND if user is None else COMMAND_FOR_ALL), "demo", *form, *arguments],
        cwd=ROOT if user is None else tree_for_all(),
        env={**ENVIRON, "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        user=user,
    ) as process:
        try:
            yield Show(process, folder)
        finally:
            process.terminate()


def daemons(folder: Path) -> list[int]:
    """The processes that have their state in `folder`."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"STATE_DIRECTORY={folder}".encode() in (one / "environ").read_bytes():
                found.append(int(one.name))
    return found


def assert_nothing_is_left(folder: Path) -> None:
    assert list(folder.iterdir()) == []
    assert daemons(folder) == []


def test_a_fault_comes_and_vrmon_deals_with_it(tmp_path: Path) -> None:
    with demo(tmp_path) as show:
        url = show.next()["url"]
        assert len(daemons(tmp_path)) == 1
        with urllib.request.urlopen(f"{url}status") as answer:
            assert len(json.load(answer)["channels"]) == 4
        show.until("vrmon", "is recording")
        show.until("demo", "drops out")
        assert show.until("vrmon", "kept")["severity"] == "degraded"
        show.process.send_signal(signal.SIGINT)
        assert show.process.wait(PATIENCE) == 0
        assert show.process.stderr is not None
        assert show.process.stderr.read() == ""
    assert_nothing_is_left(tmp_path)


def test_it_ends_with_the_report_of_its_own_show(tmp_path: Path) -> None:
    with demo(tmp_path, "--seconds", "8") as show:
        for line in show.out:
            show.lines.append(json.loads(line))
        assert show.process.wait(PATIENCE) == 0
    *before, last = show.lines
    assert last["from"] == "report"
    begun = [line["message"] for line in before if line["from"] == "demo" and "message" in line]
    names = {one.removeprefix("PlayBox begins ") for one in begun if one.startswith("PlayBox begins ")}
    recorded = {line["subject"] for line in before if "is recording" in line.get("message", "")}
    assert all(one["why"] == "vrmon-away" for one in last["report"]["absences"]), "only of its own time"
    jobs = last["report"]["jobs"]
    assert names >= {job["basename"] for job in jobs if job["basename"]}
    assert {job["channel"] for job in jobs} >= recorded
    assert all(job["takes"] for job in jobs if job["channel"] in recorded)
    assert_nothing_is_left(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_every_way_to_end_it_is_clean(tmp_path: Path, number: int) -> None:
    with demo(tmp_path) as show:
        show.until("demo", "begins")
        show.process.send_signal(number)
        assert show.process.wait(PATIENCE) == 0
    assert_nothing_is_left(tmp_path)


def test_a_demo_that_is_killed_takes_its_daemon_along(tmp_path: Path) -> None:
    with demo(tmp_path) as show:
        show.until("demo", "begins")
        show.process.kill()
        until(lambda: not daemons(tmp_path), "vrmond has ended")


def test_ctrl_c_pressed_again_and_again_is_clean_too(tmp_path: Path) -> None:
    with demo(tmp_path) as show:
        show.until("demo", "begins")
        while show.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(show.process.pid, signal.SIGINT)
            time.sleep(0.01)
        assert show.process.returncode == 0
        assert show.process.stderr is not None
        assert show.process.stderr.read() == ""
    assert_nothing_is_left(tmp_path)


def test_ctrl_c_while_it_begins_is_clean(tmp_path: Path) -> None:
    with demo(tmp_path) as show:
        until(lambda: bool(daemons(tmp_path)), "vrmond is started")
        show.process.send_signal(signal.SIGINT)
        assert show.process.wait(PATIENCE) in (0, 130)
        assert show.process.stderr is not None
        assert "Traceback" not in show.process.stderr.read()
    assert_nothing_is_left(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed, and only root can become one")
def test_any_user_can_run_it_for_so_long() -> None:
    with open_folder() as folder:
        folder.chmod(0o777)
        with demo(folder, "--seconds", "3", user="nobody") as show:
            show.until("demo", "begins")
            assert show.process.wait(PATIENCE) == 0
        assert_nothing_is_left(folder)


def test_a_pipe_gets_plain_lines(tmp_path: Path) -> None:
    with demo(tmp_path, form=()) as show:
        lines = []
        for line in show.out:
            lines.append(line)
            if "is recording" in line:
                show.process.send_signal(signal.SIGINT)
    assert lines[0].startswith("The page: http://127.0.0.1:")
    assert [line for line in lines if "* demo" in line and "PlayBox begins" in line]
    assert [line for line in lines if "is recording" in line]
    assert "\x1b" not in "".join(lines)
    assert_nothing_is_left(tmp_path)


def test_a_terminal_shows_both_sides_and_is_given_back(tmp_path: Path) -> None:
    with on_terminal("demo", environ={"TMPDIR": str(tmp_path)}) as terminal:
        shown = terminal.see(r"PCR 1 +● Recording")
        assert "what the demo does" in shown
        assert "PlayBox begins" in shown
        assert "page: http://127.0.0.1:" in shown
        terminal.type("\x03")
        assert "nothing of it is left" in terminal.rest()
        assert terminal.process.wait(PATIENCE) == 0
        assert "\x1b[?1049l" in terminal.raw
        assert "Traceback" not in terminal.raw
    assert_nothing_is_left(tmp_path)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    endings = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in endings}
    try:
        with Stage.set() as whole:
            yield whole
    finally:  # a demo is deaf while it clears away, and then its process is over; this one goes on
        for number, handler in before.items():
            signal.signal(number, handler)


def told(stage: Stage) -> list[str]:
    """The messages of what vrmond has to say now."""
    return [str(one["message"]) for one in Vrmond(stage.socket).status()["problems"]]


def phase(stage: Stage, number: int) -> str:
    return str(Vrmond(stage.socket).status()["channels"][number]["phase"])


def test_a_split_is_shown_and_is_no_trouble(stage: Stage) -> None:
    shows = drama._shows(stage, Random(1), 2)
    assert [next(shows).text[:7] for _ in range(2)] == ["", "PlayBox"]
    until(lambda: phase(stage, 2) == "recording", "the show is recorded")
    beat = next(shows)
    assert (beat.subject, beat.text) == ("PCR 3", "an operator splits the take: it goes on in a new file")
    first, second = stage.recorder.takes_of(2)
    assert (first.ended, second.ended, second.part) == (second.started, None, 1)
    looks = len(stage.recorder.arrivals("/sources"))
    until(lambda: len(stage.recorder.arrivals("/sources")) > looks + 3, "vrmond has looked")
    assert phase(stage, 2) == "recording"
    assert told(stage) == []
    next(shows)
    until(lambda: stage.recorder.running(2) is None, "the show's last file ends with it")
    assert stage.recorder.takes_of(2)[1].ended_by == "remote"


def test_a_full_disk_is_shown_and_told_with_its_name(stage: Stage) -> None:
    job = stage.playbox.start_job(0, "SHOW.mxf")
    until(lambda: phase(stage, 0) == "recording", "the show is recorded")
    disk = drama._disk_full(stage, Random(1))
    assert "no room left on its disk" in next(disk).text
    assert stage.recorder.takes_of(0)[0].ended_by == "full"
    until(
        lambda: any("the disk is full" in one for one in told(stage)), "vrmond tells why nothing is recorded"
    )
    assert "room on its disk again" in next(disk).text
    until(lambda: phase(stage, 0) == "recording", "the show is recorded again")
    stage.playbox.end_job(job)


def test_the_other_kinds_record_the_same_shows(tmp_path: Path) -> None:
    with demo(tmp_path, "--kinds") as show:
        url = show.next()["url"]
        with urllib.request.urlopen(f"{url}status") as answer:
            names = [one["name"] for one in json.load(answer)["channels"]]
        assert names[4:] == ["PCR 1 on OBS", "PCR 2 on HyperDeck"]
        left = set(names[4:])
        while left:
            line = show.until("vrmon", "is recording")
            left -= {line["subject"]}
        show.process.send_signal(signal.SIGINT)
        assert show.process.wait(PATIENCE) == 0
    assert_nothing_is_left(tmp_path)


def test_what_befalls_the_other_kinds_is_told(tmp_path: Path) -> None:
    with contextlib.ExitStack() as served:
        playbox, recorder = (
            served.enter_context(serving(PlayBox())),
            served.enter_context(serving(MovieRecorder())),
        )
        obs, hyperdeck = served.enter_context(serving(Obs())), served.enter_context(serving(HyperDeck()))
        began = time.monotonic()
        whole = Drama(Rehearsal(tmp_path, playbox, recorder, 0, obs, hyperdeck), 7)
        told = {(one.subject, one.text) for second in range(240) for one in whole.due(began + second)}
    assert ("OBS", "is started again") in told
    assert ("HyperDeck", "has a new disk") in told
    assert ("HyperDeck", "its remote control is on again") in told


def report_of(stage: Stage, name: str) -> Line:
    """What the report says of a job."""
    jobs = Vrmond(stage.socket).ask("GET", "/report")["jobs"]
    return next((job for job in jobs if job["basename"] == name), {})


def lacks(stage: Stage, number: int) -> float:
    """Seconds that the running job of a channel surely lacks."""
    channel = Vrmond(stage.socket).status()["channels"][number]
    return float(channel["coverage"]["missing"]["least"]) if channel["coverage"] else 0.0


@pytest.mark.parametrize(
    ("part", "job", "cause"),
    [(drama._by_hand, "LATE_SHOW", "foreign"), (drama._starts_refused, "PILOT", "start-refused")],
)
def test_what_has_struck_is_in_the_report_with_its_cause(
    stage: Stage, part: Callable[[Stage, Random], drama.Part], job: str, cause: str
) -> None:
    beats = part(stage, Random(1))
    while f"PlayBox begins {job}" not in next(beats).text:
        until(lambda: phase(stage, 3) == "foreign", "the operator's recording is seen")
    until(lambda: lacks(stage, 3) > 3.0, "more is missing than may be")
    if job == "PILOT":
        stage.recorder.clear_faults()
    else:
        assert next(beats).text == "the operator stops"
    until(lambda: phase(stage, 3) == "recording", "the rest is recorded")
    assert next(beats).text == f"PlayBox ends {job}"
    until(lambda: report_of(stage, job).get("status") == "partial", "the report has it")
    told = report_of(stage, job)
    assert cause in [gap["cause"] for gap in told["gaps"] if gap["least"] > 3.0]
    take = stage.recorder.takes_of(3)[-1]
    assert [one["name"] for one in told["takes"]] == [take.name]


class Rehearsal(Stage):
    """A stage without a vrmond."""

    def start_daemon(self) -> None:
        pass


def rehearsed(folder: Path, seed: int, minutes: int) -> list[tuple[int, str, str]]:
    """What the demo does in so many minutes of the clock, each with its second."""
    told = []
    with serving(PlayBox()) as playbox, serving(MovieRecorder()) as recorder:
        began = time.monotonic()
        whole = Drama(Rehearsal(folder, playbox, recorder, 0), seed)
        for second in range(60 * minutes):
            told += [(second, one.subject, one.text) for one in whole.due(began + second)]
    return told


def test_the_drama_holds_every_fault_and_is_the_same_for_a_seed(tmp_path: Path) -> None:
    told = rehearsed(tmp_path, 7, 10)
    assert next(second for second, _, text in told if "drops out" in text) < 10
    whole = " ".join(f"{subject} {text}" for _, subject, text in told)
    for fault in (
        "an operator records by hand",
        "has no room left on its disk",
        "hangs",
        "refuses three starts",
        "vrmond is killed",
        "crashes",
    ):
        assert fault in whole
    assert len({subject for _, subject, text in told if text.startswith("PlayBox begins")}) == 4
    assert rehearsed(tmp_path, 7, 3) == [one for one in told if one[0] < 180]
    assert rehearsed(tmp_path, 8, 3) != [one for one in told if one[0] < 180]
