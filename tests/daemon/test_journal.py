"""Where log records end up, each tried in a process of its own with real files, pipes and full disks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.world.stores import until
from vrmon.catalog import ROWS, Code, message_id
from vrmon.daemon import explained, journal

ROOT = Path(__file__).parents[2]


def run(code: str, *arguments: str, stderr: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    program = (
        "import logging, os, sys, time\nfrom vrmon import settings\n"
        "from vrmon.catalog import Code\nfrom vrmon.daemon import journal\n" + textwrap.dedent(code)
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=True,
    )


def test_plain_lines_show_the_fields() -> None:
    line = run("""
        journal.setup(settings.Log())
        journal.report(logging.WARNING, Code.TAKE_DIED, channel="PCR 1", reason='it said "no"', job=None)
        logging.getLogger("vrmon.daemon.loop").debug("Not at this level")
    """).stderr
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING  Take died "
        r'CODE=take-died CHANNEL="PCR 1" REASON="it said \\"no\\""\n',
        line,
    )


def test_a_value_cannot_forge_a_line() -> None:
    lines = run("""
        journal.setup(settings.Log())
        journal.report(logging.INFO, Code.JOB_BEGAN, job="x\\n2026-01-01 ERROR forged")
        journal.report(logging.INFO, Code.JOB_BEGAN, job="\\x1b[2J\\x9b2J\\r", channel="Süd 1")
    """).stderr
    assert len(lines.splitlines()) == 2
    assert "\x1b" not in lines
    assert "\x9b" not in lines
    assert '"Süd 1"' in lines


def test_the_file_gets_every_line_and_so_does_stderr(tmp_path: Path) -> None:
    path = tmp_path / "vrmon.log"
    stderr = run(f"""
        journal.setup(settings.Log(level="debug", file={str(path)!r}))
        for number in range(1000):
            journal.report(logging.DEBUG, Code.JOB_BEGAN, job=number)
    """).stderr
    assert len(stderr.splitlines()) == 1000
    assert path.read_text() == stderr


ON_COMMAND = """
import logging, sys
from vrmon import settings
from vrmon.catalog import Code
from vrmon.daemon import journal
journal.setup(settings.Log(file=sys.argv[1]))
for line in sys.stdin:
    journal.report(logging.INFO, Code.JOB_BEGAN, job=line.strip())
"""


def test_a_full_disk_is_reported_once_and_its_end_too(tmp_path: Path) -> None:
    path = tmp_path / "vrmon.log"
    path.symlink_to("/dev/full")
    program = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", ON_COMMAND, str(path)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    with program:
        assert program.stdin is not None
        assert program.stderr is not None
        program.stdin.write("1\n2\n3\n")
        program.stdin.flush()
        seen = ""
        while "JOB=3" not in seen or "log-failing" not in seen:
            line = program.stderr.readline()
            assert line, seen
            seen += line
        path.unlink()
        program.stdin.write("after\n")
        program.stdin.flush()
        until(lambda: path.exists() and "JOB=after" in path.read_text(), "it is in the file")
        program.stdin.close()
        seen += program.stderr.read()
    assert seen.count("CODE=log-failing") == 1
    assert 'REASON="No space left on device"' in seen
    assert seen.count("CODE=job-began") == 4
    assert seen.count("CODE=log-back") == 1


def test_a_reader_that_is_stuck_holds_nobody_up() -> None:
    read, write = os.pipe()
    try:
        done = run(
            """
            journal.setup(settings.Log())
            for number in range(20_000):
                journal.report(logging.INFO, Code.JOB_BEGAN, job="x" * 100)
            print("not held up", flush=True)
            os._exit(0)
            """,
            stderr=write,
        )
    finally:
        os.close(read)
        os.close(write)
    assert done.stdout == "not held up\n"


def test_the_journal_is_recognised_by_its_stream() -> None:
    code = """
        stderr = os.fstat(2)
        os.environ["JOURNAL_STREAM"] = f"{stderr.st_dev}:{stderr.st_ino + int(sys.argv[1])}"
        print(journal.on_journal())
    """
    assert run(code, "0").stdout == "True\n"
    assert run(code, "1").stdout == "False\n"


def test_fields() -> None:
    assert journal.fields(Code.TAKE_DIED, channel="PCR 1", take=None, job="", count=0) == {
        "CODE": "take-died",
        "MESSAGE_ID": message_id("take-died"),
        "CHANNEL": "PCR 1",
        "COUNT": "0",
    }
    assert journal.fields("no-such-code") == {"CODE": "no-such-code"}


def test_nothing_that_is_told_wants_systemd_where_vrmon_runs_in_a_container() -> None:
    assert "vrmon reload" in explained.render()
    assert "systemctl" not in (ROOT / "vrmon/catalog.py").read_text()


def test_the_installed_catalog_is_the_tables() -> None:
    assert (ROOT / "systemd/vrmon.catalog").read_text() == explained.render()


def test_message_ids_are_those_of_every_release() -> None:
    assert message_id("take-died") == "fa4270381d7356e693b59ac4db01c672"
    ids = {message_id(code) for code in ROWS}
    assert len(ids) == len(ROWS)


def test_every_trouble_says_what_to_do() -> None:
    events = {Code.DEVICE_BACK, Code.JOB_BEGAN, Code.JOB_ENDED, Code.HOLD_BEGUN, Code.HOLD_ENDED}
    events |= {Code.TAKE_STARTED, Code.TAKE_ENDED, Code.TAKE_ADOPTED, Code.PROBLEM_ENDED}
    events |= {Code.ACKNOWLEDGED, Code.ACKNOWLEDGEMENT_OVER, Code.DRILL_BEGUN, Code.DRILL_ENDED}
    events |= {Code.PAIR_LEADS, Code.PAIR_STANDS_BY}
    events |= {Code.STARTED, Code.STOPPED, Code.RELOADED, Code.LOG_BACK, Code.LOG_OVERRUN}
    assert {code for code, row in ROWS.items() if not row.advice} == events
