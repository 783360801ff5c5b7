"""The page before the real daemon and the simulated devices: what happens there is what is seen here."""

from __future__ import annotations

import re
from pathlib import Path

from tests.world.board import WALL, Board
from tests.world.browser import Browser
from tests.world.mirror import codes, mirror


def test_a_job_from_its_beginning_to_its_end(tmp_path: Path, browser: Browser) -> None:
    with mirror(tmp_path) as here:
        board = Board(browser, here.daemon.url)
        board.wait_word("Ready")
        job = here.playbox.start_job(0, "EVENING NEWS.mxf")
        tile = board.wait_tile("PCR 1", "Recording")
        assert (tile.tone, tile.title, board.tiles["PCR 2"].word) == ("ok", "EVENING NEWS", "Idle")
        assert re.fullmatch(r"Active 0:\d\d", tile.primary)
        assert re.fullmatch(r"Seen \d+ s ago complete", tile.backup)
        board.wait_word("Safe")
        browser.wait("!document.querySelector('.tile figure').hidden")
        assert board.accessibility_violations() == []
        here.playbox.end_job(job)
        board.wait_tile("PCR 1", "Idle")
        board.wait_word("Ready")


def test_takes_that_die_and_recordings_by_hand(tmp_path: Path, browser: Browser) -> None:
    with mirror(tmp_path) as here:
        here.record()
        board = Board(browser, here.daemon.url)
        here.recorder.kill_take(0)
        board.wait_word("At risk")
        browser.wait("document.querySelector('.tile').dataset.tone === 'warn'")
        tile = board.tiles["PCR 1"]
        assert "SHOW_cont1" in tile.why
        assert tile.shape == "triangle"

        here.recorder.record_by_hand(1, "REHEARSAL")
        assert board.wait_tile("PCR 2", "By hand").backup == "REHEARSAL"
        here.playbox.start_job(1, "SECOND.mxf")
        tile = board.wait_tile("PCR 2", "Not ours")
        assert (tile.tone, tile.title, tile.backup.split()[0]) == ("warn", "SECOND", "REHEARSAL")
        assert "REHEARSAL" in tile.why
        here.recorder.stop_by_hand(1)
        assert board.wait_tile("PCR 2", "Recording").tone == "ok"


def test_devices_that_fall_silent_and_come_back(tmp_path: Path, browser: Browser) -> None:
    with mirror(tmp_path, size=1, timeout=0.3) as here:
        here.record()
        board = Board(browser, here.daemon.url)
        here.playbox.refuse()
        here.recorder.refuse()
        for row in ("primary", "backup"):
            browser.wait(f"document.querySelector('.row.{row}').classList.contains('stale')")
        tile = board.wait_tile("PCR 1", "Unverified")
        assert re.fullmatch(r"Seen \d+ s ago", tile.primary)
        assert re.match(r"Seen \d+ s ago", tile.backup)
        board.wait_word("Not safe")
        assert {"playbox", "movierecorder"} <= set(browser.text("#problems").split())
        here.playbox.listen_again()
        here.recorder.listen_again()
        board.wait_tile("PCR 1", "Recording")
        board.wait_word("Safe")


def test_a_hold_says_whose_it_is_and_why(tmp_path: Path, browser: Browser) -> None:
    with mirror(tmp_path) as here:
        board = Board(browser, here.daemon.url)
        asked = {"seconds": 600, "reason": "rewiring", "by": "alice"}
        assert here.daemon.post("/channels/PCR%202/hold", asked)[0] == 200
        tile = board.wait_tile("PCR 2", "On hold")
        assert re.match(r"On hold by alice .* left: rewiring", tile.why)
        assert here.daemon.post("/channels/PCR%202/auto", {"by": "alice"})[0] == 200
        board.wait_tile("PCR 2", "Idle")


def test_a_daemon_that_is_killed_is_noticed_and_so_is_its_successor(tmp_path: Path, browser: Browser) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        board = Board(browser, here.daemon.url)
        here.daemon.kill()
        board.wait_live("no")
        assert re.fullmatch(r"Was safe \d+ s ago", board.word)
        assert board.tiles["PCR 1"].word == "Was recording"
        here.daemon.start()
        board.wait_live()
        board.wait_tile("PCR 1", "Recording")
        board.wait_word("Safe")
        assert here.the_take().ended is None


def test_the_day_holds_what_was_recorded_and_what_was_not(tmp_path: Path, browser: Browser) -> None:
    with mirror(tmp_path, sync={"gap_tolerance": 6.0}) as here:
        here.wait_for_looks()
        here.recorder.switch(1, without_destination="422")
        here.recorder.set_destinations(1)
        here.playbox.start_job(1, "LOST.mxf")
        job = here.record("WHOLE.mxf")
        here.daemon.wait_for(lambda status: "backup-incomplete" in codes(status, "PCR 2"))
        here.playbox.end_job(job)
        here.wait_for_phase("idle", 1)
        board = Board(browser, here.daemon.url)
        browser.wait("document.querySelectorAll('#strips .bar').length === 2")
        assert board.tiles["PCR 2"].backup.endswith("missing")
        browser.run("document.querySelector('#timeline a').click()")
        browser.wait(
            "[...document.querySelectorAll('#rows tr')].some((row) => /PCR 2/.test(row.textContent))"
        )
        told = browser.run(
            "return [...document.querySelectorAll('#rows tr')].map((row) =>"
            " [...row.children].map((cell) => cell.textContent))"
        )
        rows = {row[0]: row for row in told}
        assert [row[1] for row in told if row[0] == "all"] == ["no history was kept"]
        assert sorted(row[0] for row in told if row[0] != "all") == ["PCR 1", "PCR 2"]
        assert rows["PCR 1"][1:2] + rows["PCR 1"][4:6] == ["WHOLE", "✓ complete", "nothing"]
        assert rows["PCR 2"][1:2] + rows["PCR 2"][4:5] == ["LOST", "● running"]
        causes = ("the recorder refused to start at ", "the recording began late at ")
        assert rows["PCR 2"][6].startswith(causes)


def test_sixty_four_channels_on_one_screen(tmp_path: Path, browser: Browser) -> None:
    with mirror(tmp_path, size=64, poll_interval=0.5) as here:
        board = Board(browser, here.daemon.url, WALL)
        for ingest in range(64):
            here.playbox.start_job(ingest, f"SHOW {ingest}.mxf")
        browser.wait("document.querySelectorAll('.tile[data-tone=ok]').length === 64")
        assert board.scrolls == (False, False)
        assert board.cut_off == []
        board.wait_word("Safe")
