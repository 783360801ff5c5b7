"""The page in a real browser: what it says in each state, when it knows nothing, and to whom."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import tomlkit

from tests.world import scenes
from tests.world.api_server import Server, serving
from tests.world.board import PHONE, WALL, Board
from tests.world.browser import Browser, browsing
from vrmon.model import Thumbnail

PAGE = Path(__file__).parents[2] / "vrmon/page"
# The smallest PNG there is: one grey pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)
EXPECTED = {
    "recording": ("ok", "check", "Recording"),
    "idle": ("idle", "ring", "Idle"),
    "starting": ("busy", "play", "Starting"),
    "stopping": ("busy", "stop", "Stopping"),
    "keeping": ("warn", "shield", "Keeping"),
    "foreign": ("warn", "triangle", "Not ours"),
    "by-hand": ("held", "person", "By hand"),
    "blocked": ("bad", "cross", "No backup"),
    "died": ("bad", "cross", "No backup"),
    "continued": ("warn", "triangle", "Recording"),
    "hold": ("held", "pause", "On hold"),
    "hold-on-air": ("bad", "cross", "On hold"),
    "preflight": ("warn", "triangle", "Not ready"),
    "overlap": ("ok", "check", "Recording"),
    "stale-dvr": ("bad", "cross", "Unverified"),
}


@pytest.fixture
def server(tmp_path: Path, browser: Browser) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running
        browser.go("about:blank")
        # Whatever a test did, the page broke none of its own rules: no error, no refused load.
        said = [line for line in browser.log() if not re.search("/thumbnail/|/report|ERR_", line)]
        assert said == []


def show(server: Server, *states: str, **more: object) -> None:
    server.backend.document = scenes.document(*states, pictures=True, **more)
    server.changed()


def test_each_state_has_its_word_its_shape_and_its_colour(server: Server, browser: Browser) -> None:
    show(server, *scenes.EVERY_STATE)
    tiles = Board(browser, server.url).tiles
    seen = {state: tiles[f"PCR {n}"][1:4] for n, state in enumerate(scenes.EVERY_STATE, 1)}
    assert seen == EXPECTED
    meanings: dict[str, set[str]] = {}
    for tone, shape, _word in EXPECTED.values():
        meanings.setdefault(shape, set()).add(tone)
    assert all(len(tones) == 1 for tones in meanings.values()), "a shape must not need its colour"


def test_a_tile_tells_both_sides_and_why_they_disagree(server: Server, browser: Browser) -> None:
    show(server, "recording", "foreign", "blocked", "hold", "overlap", "keeping")
    tiles = Board(browser, server.url).tiles
    recording = tiles["PCR 1"]
    assert recording.title == "NEWS_AT_TEN_01"
    assert re.fullmatch(r"Active 12:3\d", recording.primary)
    assert re.fullmatch(r"Seen \d s ago complete", recording.backup)
    assert recording.why == ""
    assert re.fullmatch(r"REHEARSAL_MANUAL \d+ s missing", tiles["PCR 2"].backup)
    assert re.fullmatch(r"Not recording \d+ min missing", tiles["PCR 3"].backup)
    assert tiles["PCR 3"].why.startswith("The source is not on movierecorder: ")
    told = r"On hold by alice \(uid 1000\) until (\S+ )?\d\d:\d\d, 49:5\d left: rewiring the router"
    assert re.fullmatch(told, tiles["PCR 4"].why)
    assert tiles["PCR 5"].why.startswith("'WEATHER_05' also records 'LATE_NEWS'")
    assert tiles["PCR 6"].primary == "Job gone"


@pytest.mark.parametrize(
    ("states", "word", "tone"),
    [
        (("recording", "idle"), "Safe", "ok"),
        (("idle", "idle"), "Ready", "idle"),
        (("recording", "preflight"), "At risk", "warn"),
        (("recording", "keeping", "died"), "Not safe", "bad"),
        ((), "Not set up", "warn"),
    ],
)
def test_one_word_says_whether_the_show_is_safe(
    server: Server, browser: Browser, states: tuple[str, ...], word: str, tone: str
) -> None:
    show(server, *states)
    board = Board(browser, server.url)
    board.wait_word(word)
    assert browser.run("return document.body.dataset.tone") == tone
    assert browser.run("return document.title") == f"{word} · vrmon"
    icon = browser.run("return document.getElementById('icon').getAttribute('href')")
    assert icon == f"/page/icon-{tone}.svg"
    assert requests.get(f"{server.url}{icon}", timeout=30).headers["Content-Type"].startswith("image/svg+xml")


def test_a_start_that_takes_long_is_red_although_nobody_says_no(server: Server, browser: Browser) -> None:
    show(server, "hung")
    tile = Board(browser, server.url).tiles["PCR 1"]
    assert (tile.tone, tile.word) == ("bad", "No backup")
    assert re.search(r"has not been seen recording for [^:]+: vrmon waits for \w+ to answer\.", tile.why)


def test_a_device_that_says_nothing_turns_its_half_grey(server: Server, browser: Browser) -> None:
    show(server, "stale-primary")
    board = Board(browser, server.url)
    tile = board.tiles["PCR 1"]
    assert re.fullmatch(r"Seen 3\d s ago", tile.primary)
    assert re.fullmatch(r"Seen \d s ago complete", tile.backup), "the one question then"
    assert browser.run("return document.querySelector('.row.primary').classList.contains('stale')")
    assert "Unreachable: playbox (10.1.83.21:4230) refused the connection" in browser.text("#devices")

    show(server, "stale-dvr")
    tile = board.wait_tile("PCR 1", "Unverified")
    assert tile.tone == "bad"
    assert re.fullmatch(r"Seen 4\d s ago ≤ 5\d s missing", tile.backup)
    assert browser.run("return document.querySelector('.row.backup').classList.contains('stale')")


def test_a_channel_that_is_not_ready_since_a_device_is_silent_says_so(
    server: Server, browser: Browser
) -> None:
    show(server, "idle", "stale-primary")
    board = Board(browser, server.url)
    tile = board.tiles["PCR 1"]
    assert (tile.word, tile.tone) == ("Not ready", "warn")
    assert "refused the connection" in tile.why
    # Where there is little room, once is enough: among the problems.
    assert browser.run("return document.querySelector('.tile').classList.contains('caused')") is True


def test_it_shows_a_change_at_once_and_time_goes_on_without_one(
    server: Server, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vrmon.api.stream.LONGEST_PAUSE", 3600.0)  # no document but for a change
    show(server, "recording")
    board = Board(browser, server.url)
    before, made = board.tiles["PCR 1"].primary, server.backend.documents_made
    browser.wait(f"document.querySelector('.primary .time').textContent !== '{before.split()[-1]}'")
    assert server.backend.documents_made == made
    show(server, "blocked")
    board.wait_word("Not safe")
    assert server.backend.documents_made == made + 1


def test_it_says_when_it_is_not_live_and_comes_back_by_itself(server: Server, browser: Browser) -> None:
    show(server, "recording", "idle")
    board = Board(browser, server.url)
    listen = f"127.0.0.1:{server.port}"
    browser.run("window.sameVisit = true")
    server.call(server.api.stop())
    board.wait_live("no")
    assert re.fullmatch(r"Was safe \d+ s ago", board.word)
    assert re.match(r"No word from vrmon for \d+ s\.", browser.text("#summary"))
    assert browser.run("return document.body.dataset.tone") == "lost"
    assert browser.run("return document.title").startswith("Was safe")
    assert browser.run("return document.getElementById('icon').getAttribute('href')") == "/page/icon-lost.svg"
    assert browser.text("#live").startswith("Not live")
    for name, word in (("PCR 1", "Was recording"), ("PCR 2", "Was idle")):
        tile = board.tiles[name]
        assert (tile.tone, tile.word, tile.picture) == ("stale", word, False)
    server.start(server.settings(listen))
    board.wait_live("yes")
    board.wait_word("Safe")
    assert browser.run("return window.sameVisit === true")


def test_after_an_upgrade_the_page_is_loaded_anew(server: Server, browser: Browser) -> None:
    show(server, "recording")
    Board(browser, server.url)
    browser.run("window.sameVisit = true")
    show(server, "recording", version="99.0.0")
    browser.wait("window.sameVisit === undefined")
    browser.wait("document.getElementById('about').textContent.includes('99.0.0')")


@pytest.mark.parametrize("count", [1, 4, 16, 64])
def test_on_the_wall_every_channel_fits_without_scrolling(
    server: Server, browser: Browser, count: int
) -> None:
    show(server, *(scenes.EVERY_STATE[n % len(scenes.EVERY_STATE)] for n in range(count)))
    board = Board(browser, server.url, WALL)
    assert len(board.tiles) == count
    assert board.scrolls == (False, False)
    assert board.cut_off == []


@pytest.mark.parametrize("count", [1, 64])
def test_a_phone_never_scrolls_sideways(server: Server, browser: Browser, count: int) -> None:
    show(server, *(scenes.EVERY_STATE[n % len(scenes.EVERY_STATE)] for n in range(count)))
    board = Board(browser, server.url, PHONE)
    assert board.scrolls[0] is False
    assert board.cut_off == []


def test_what_happened_on_another_day_has_its_day(server: Server, browser: Browser) -> None:
    old, new = (
        {**scenes.document("recording")["recent"][0], "time": scenes.rfc3339(ago)} for ago in (5 * 86400, 0)
    )
    server.backend.document = scenes.document(recent=[old, new])
    Board(browser, server.url)
    times = browser.run("return [...document.querySelectorAll('#recent time')].map((one) => one.textContent)")
    assert re.fullmatch(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d", times[0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", times[1])
    host = datetime.timezone(datetime.timedelta(hours=1))  # whose clock is shown, wherever the screen is
    assert times[1][:10] == (datetime.datetime.now(host) - datetime.timedelta(days=5)).date().isoformat()


def test_what_a_device_writes_is_text_and_nothing_else(server: Server, browser: Browser) -> None:
    markup = "<img src=x onerror=\"document.title='owned'\"><b>bold</b>"
    whole = scenes.document("foreign")
    hostile = whole["channels"][0]
    hostile["name"] = markup
    hostile["recording"] = hostile["job"]["basename"] = "W" * 300 + "\u202e\ud800"
    hostile["problem"].update(subject=markup, message=markup, hint=markup)
    whole["causes"][0].update(subject=markup, message=markup, hint=markup, channels=[markup] * 9)
    primaries = {markup: scenes.device(markup, error=markup)}
    server.backend.document = {**whole, "summary": markup, "primaries": primaries}
    for size in (WALL, PHONE):
        board = Board(browser, server.url, size)
        assert board.tiles[markup].why == markup
        assert browser.text("#summary") == markup
        assert (
            browser.run("return document.querySelectorAll('#board img[src=x], #side img, b b').length") == 0
        )
        assert board.scrolls[0] is False


class TestPictures:
    def test_one_that_is_fresh_is_shown_with_its_age(self, server: Server, browser: Browser) -> None:
        server.backend.thumbnails["PCR 1"] = Thumbnail(PIXEL, time.time())
        show(server, "recording", "recording")
        board = Board(browser, server.url)
        browser.wait("!document.querySelector('.tile figure').hidden")
        assert re.fullmatch(r"\d+ s ago", browser.text("figcaption"))
        assert board.tiles["PCR 2"].picture is False, "there is none: 404"

    def test_an_old_one_is_not(self, server: Server, browser: Browser) -> None:
        server.backend.thumbnails["PCR 1"] = Thumbnail(PIXEL, time.time())
        show(server, "recording")
        Board(browser, server.url)
        browser.wait("!document.querySelector('.tile figure').hidden")
        server.backend.document["channels"][0]["thumbnail"]["taken"] = scenes.rfc3339(61)
        server.changed()
        browser.wait("document.querySelector('.tile figure').hidden")

    def test_it_asks_for_them_only_where_they_can_be_seen(self, server: Server, browser: Browser) -> None:
        server.backend.document = scenes.document("recording", "idle", "recording")
        Board(browser, server.url)
        asked = server.backend.pictures_asked
        server.wait(lambda: len(asked) >= 2)
        assert sorted(asked) == [("PCR 1", False), ("PCR 3", False)]
        show(server, *["recording"] * 64)
        board = Board(browser, server.url)
        browser.wait("document.querySelectorAll('.tile').length === 64")
        asked.clear()
        before = server.backend.documents_made
        server.wait(lambda: server.backend.documents_made > before + 1)
        assert board.tiles["PCR 64"].picture is False
        assert asked == []


class TestOneCause:
    def test_fifty_channels_of_one_primary_are_one_line(self, server: Server, browser: Browser) -> None:
        show(server, *["stale-primary"] * 50)
        Board(browser, server.url).wait_word("At risk")
        told = "playbox (10.1.83.21:4230) refused the connection: 50 takes kept, all seen within "
        assert browser.text("#worst").startswith(told)
        (line,) = browser.run(
            "return [...document.querySelectorAll('#problems li')].map((one) => one.innerText)"
        )
        assert told in line.replace("\n", " ")
        assert "PCR 1, PCR 2, PCR 3, PCR 4, PCR 5, PCR 6 + 44 more" in line

    def test_a_small_tile_keeps_its_verification(self, server: Server, browser: Browser) -> None:
        show(server, *["stale-primary"] * 50)
        Board(browser, server.url)
        seen = browser.run("return document.querySelector('.tile').innerText")
        assert re.search(r"Seen \d s ago", seen)
        assert "complete" in seen
        assert "keeps recording" not in seen

    def test_a_long_list_ends_in_how_many_more_there_are(self, server: Server, browser: Browser) -> None:
        whole = scenes.document("recording", "died")
        causes = [{**whole["causes"][0], "subject": f"PCR {n}"} for n in range(57)]
        server.backend.document = {**whole, "causes": causes}
        Board(browser, server.url)
        shown = "document.querySelectorAll('#problems li').length"
        assert browser.run(f"return {shown}") == 8
        assert browser.text("#problems-more") == "+ 49 more"
        browser.run("document.getElementById('problems-more').click()")
        browser.wait(f"{shown} === 57")

    def test_a_phone_shows_troubles_first(self, server: Server, browser: Browser) -> None:
        show(server, "recording", "idle", "preflight", "blocked")
        board = Board(browser, server.url, PHONE)
        assert list(board.tiles) == ["PCR 4", "PCR 3", "PCR 1", "PCR 2"]
        first = browser.run("return document.querySelector('#problems').getBoundingClientRect().top")
        assert first < browser.run("return document.querySelector('.tile').getBoundingClientRect().top")
        both = "document.getElementById('problems'), document.getElementById('board')"
        order = f"const [one, other] = [{both}]; return one.compareDocumentPosition(other)"
        assert browser.run(order) & 4, "for the keyboard and the ear as well"
        board.resize(WALL)
        browser.wait("document.querySelector('.tile .name').textContent === 'PCR 1'")
        assert browser.run("return document.querySelector('#side #problems') !== null")


class TestClock:
    def test_it_is_that_of_the_server_in_the_server_s_zone(self, server: Server, browser: Browser) -> None:
        show(server, "recording", zone={"name": "IST", "offset": 19800})
        Board(browser, server.url)
        host = datetime.timezone(datetime.timedelta(seconds=19800))
        shown = browser.text("#time")
        near = [datetime.datetime.now(host) - datetime.timedelta(seconds=n) for n in range(-2, 60)]
        assert shown in {f"{one:%H:%M:%S}" for one in near}
        assert browser.text("#live") == f"Live · {near[2]:%a %Y-%m-%d} IST"
        assert browser.run("return document.getElementById('time').title").endswith("UTC+5:30")
        assert browser.run("return document.getElementById('apart').hidden")

    def test_it_says_by_how_much_the_screen_s_differs(self, server: Server, browser: Browser) -> None:
        show(server, "recording")
        Board(browser, server.url)
        browser.run("const real = Date.now.bind(Date); Date.now = () => real() - 60500")
        browser.wait("!document.getElementById('apart').hidden")
        assert re.fullmatch(r"This screen's clock is 6\d s behind", browser.text("#apart"))


class TestSound:
    COUNT = (
        "window.notes = 0; const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (...when) { notes += 1; return start.apply(this, when); }"
    )

    def test_a_browser_that_stores_nothing_shows_the_board_and_sounds(
        self, server: Server, tmp_path: Path
    ) -> None:
        show(server, "recording")
        with browsing(tmp_path / "profile", storing=False) as browser:
            board = Board(browser, server.url)
            board.wait_word("Safe")
            browser.run(self.COUNT)
            browser.run("document.getElementById('sound').focus()")
            browser.press("Enter")
            browser.wait("notes === 3")
            assert browser.text("#sound") == "Sound is on"

    def test_it_comes_on_critical_where_a_person_has_switched_it_on(
        self, server: Server, browser: Browser
    ) -> None:
        show(server, "recording")
        board = Board(browser, server.url)
        browser.run(self.COUNT)
        show(server, "died")
        board.wait_word("Not safe")
        show(server, "recording")
        board.wait_word("Safe")
        assert browser.run("return [notes, document.getElementById('sound').innerText]") == [
            0,
            "Sound is off",
        ]
        browser.run("document.getElementById('sound').focus(); notes = 0")
        browser.press("Enter")
        browser.wait("notes === 3")
        browser.run("notes = 0")
        assert browser.run("return document.getElementById('sound').getAttribute('aria-pressed')") == "true"
        show(server, "died")
        browser.wait("notes === 3")
        assert browser.run("return localStorage.getItem('vrmon-sound')") == "on"
        browser.run("document.getElementById('sound').click(); localStorage.clear()")
        browser.log()  # a browser without a sound card says so


class TestNewInstallation:
    def test_it_shows_what_the_devices_offer_as_lines_to_paste(
        self, server: Server, browser: Browser
    ) -> None:
        hostile = 'Cam "A"\n[api]'
        sources = [
            {"unique_id": hostile, "display_name": hostile, "is_recording": True, "recording_name": "X"}
        ]
        ingests = [
            {"ingest": "AB12", "listed": True, "jobs": [{"id": "7", "basename": "NEWS"}]},
            {"ingest": "CD34", "listed": True, "jobs": []},
        ]
        server.backend.offers = {
            "primaries": {
                "playbox": {"state": "ok", "ingests": [{**one, "channel": None} for one in ingests]}
            },
            "dvrs": {"mac": {"state": "ok", "sources": [{**one, "channel": None} for one in sources]}},
        }
        show(server)
        board = Board(browser, server.url)
        board.wait_word("Not set up")
        browser.wait("!document.getElementById('setup-lines').hidden")
        lines = browser.run("return document.getElementById('setup-lines').textContent")
        pasted = tomlkit.parse(lines).unwrap()
        assert pasted == {
            "channel": [
                {"name": "CHANNEL 1", "ingest": "AB12", "source": hostile},
                {"name": "CHANNEL 2", "ingest": "CD34", "source": "FILL IN"},
            ]
        }
        assert "ingest runs NEWS" in lines
        assert board.accessibility_violations() == []

    def test_it_begins_with_the_devices_where_there_are_none(self, server: Server, browser: Browser) -> None:
        show(server, primaries={}, dvrs={})
        Board(browser, server.url)
        browser.wait("!document.getElementById('setup-lines').hidden")
        lines = browser.run("return document.getElementById('setup-lines').textContent")
        assert set(tomlkit.parse(lines)) == {"primary", "dvr"}


def test_letters_grow_with_the_wall(server: Server, browser: Browser) -> None:
    show(server, "recording", "died")
    board = Board(browser, server.url)
    size = "return parseFloat(getComputedStyle(document.querySelector(arguments[0])).fontSize)"
    parts = ("#summary", "#problems", "#live", ".name", ".why")
    usual = {one: browser.run(size, one) for one in parts}
    board.resize((3840, 2160))
    browser.wait("document.getElementById('board').style.getPropertyValue('--letters') !== ''")
    for one in parts:
        browser.wait(
            f"parseFloat(getComputedStyle(document.querySelector('{one}')).fontSize) >= {1.9 * usual[one]}"
        )


class TestOtherMedia:
    @pytest.fixture(autouse=True)
    def emulated(self, browser: Browser) -> Iterator[None]:
        yield
        browser.devtools("Emulation.setEmulatedMedia", {"media": "", "features": []})
        browser.devtools("Emulation.setScriptExecutionDisabled", {"value": False})

    def test_on_paper_everything_is_there_black_on_white(self, server: Server, browser: Browser) -> None:
        show(server, *scenes.EVERY_STATE)
        board = Board(browser, server.url)
        browser.devtools("Emulation.setEmulatedMedia", {"media": "print"})
        browser.wait("getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'")
        assert board.scrolls[0] is False
        colour = "return getComputedStyle(document.querySelector(arguments[0])).color"
        for one in (".banner", ".tile[data-tone=bad] .why", ".tile .what", "#problems .message"):
            assert browser.run(colour, one) == "rgb(0, 0, 0)", one
        hidden = (
            "return [...document.querySelectorAll('.tile .row, .trouble:not([hidden]) .why')]"
            ".filter((one) => !one.getClientRects().length).length"
        )
        assert browser.run(hidden) == 0

    def test_with_forced_colours_trouble_has_a_border_of_its_own(
        self, server: Server, browser: Browser
    ) -> None:
        show(server, "recording", "preflight", "died")
        Board(browser, server.url)
        features = [{"name": "forced-colors", "value": "active"}]
        browser.devtools("Emulation.setEmulatedMedia", {"features": features})
        border = (
            "return [...document.querySelectorAll('.tile')].map((one) => getComputedStyle(one).borderStyle)"
        )
        assert browser.run(border) == ["solid", "dashed", "double"]

    def test_without_a_script_it_says_where_the_facts_are(self, server: Server, browser: Browser) -> None:
        browser.devtools("Emulation.setScriptExecutionDisabled", {"value": True})
        browser.go(f"{server.url}/")
        text = browser.text("body")
        assert "vrmon status" in text
        assert "/status" in text
        assert "Connecting" not in text


def test_the_keyboard_reaches_everything(server: Server, browser: Browser) -> None:
    show(server, "recording", "died", "idle", "recording")
    Board(browser, server.url)
    focused = "return document.activeElement.textContent"
    browser.press("Tab")
    assert browser.run(focused) == "Skip to channels"
    browser.press("Tab")
    assert browser.run(focused) == "PCR 1"
    for key, name in (("ArrowRight", "PCR 2"), ("ArrowDown", "PCR 4"), ("Home", "PCR 1"), ("End", "PCR 4")):
        browser.press(key)
        assert browser.run(focused) == name
    browser.press("Enter")
    browser.wait("document.getElementById('details').open")
    assert "source Cam D (4XT00292 - 3)" in browser.text("#details dl")
    browser.press("Escape")
    browser.wait("!document.getElementById('details').open")
    assert browser.run(focused) == "PCR 4"


def test_a_screen_reader_hears_only_what_is_new(server: Server, browser: Browser) -> None:
    show(server, "recording", "died")
    board = Board(browser, server.url)
    board.wait_word("Not safe")
    browser.run(
        "window.spoken = [];"
        "new MutationObserver(() => spoken.push(document.getElementById('spoken').textContent))"
        ".observe(document.getElementById('spoken'), {childList: true, characterData: true, subtree: true})"
    )
    for seconds in (3, 4):
        show(server, "recording", "died")
        server.backend.document["causes"][0]["message"] = f"The take died {seconds} s ago."
        browser.wait(f"document.getElementById('worst').textContent.includes('{seconds} s ago')")
    show(server, "recording", "recording")
    board.wait_word("Safe")
    assert browser.run("return window.spoken") == ["Safe. "]


@pytest.mark.parametrize("size", [WALL, PHONE], ids=["wall", "phone"])
def test_axe_finds_nothing_to_object_to(server: Server, browser: Browser, size: tuple[int, int]) -> None:
    for number in range(1, 20):
        server.backend.thumbnails[f"PCR {number}"] = Thumbnail(PIXEL, time.time())
    show(server, *scenes.EVERY_STATE)
    board = Board(browser, server.url, size)
    browser.wait("document.querySelector('.tile figure:not([hidden])') !== null")
    assert board.accessibility_violations() == []
    browser.run("document.querySelector('button.name').click()")
    assert board.accessibility_violations() == []
    browser.run("document.getElementById('details').close()")
    browser.run("vrmonBoard.source.close(); vrmonBoard.reopen = () => {}")  # no document makes it live again
    browser.run("const real = performance.now.bind(performance); performance.now = () => real() + 60000")
    browser.wait("document.body.dataset.live === 'no'")
    assert board.accessibility_violations() == []


def test_nothing_moves_for_whom_motion_is_too_much(server: Server, browser: Browser) -> None:
    show(server, "died")
    Board(browser, server.url).wait_word("Not safe")
    animation = "return getComputedStyle(document.querySelector('.banner .shape')).animationName"
    assert browser.run(animation) == "beat"
    features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    browser.devtools("Emulation.setEmulatedMedia", {"features": features})
    try:
        assert browser.run(animation) == "none"
    finally:
        browser.devtools("Emulation.setEmulatedMedia", {"features": []})


def test_it_talks_to_nobody_but_vrmon(server: Server, browser: Browser) -> None:
    show(server, "recording")
    Board(browser, server.url)
    loaded = browser.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert loaded
    assert all(name.startswith(f"{server.url}/") for name in loaded)
    for path in PAGE.iterdir():
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(
            r"https?://|//[a-z]+\.|innerHTML|insertAdjacent|document\.write|method:", text
        ), path
