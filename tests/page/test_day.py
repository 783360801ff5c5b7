"""The last hours on the board and a whole day, from the report of a wild evening in virtual time."""

from __future__ import annotations

import io
import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.world import evening_report, scenes
from tests.world.api_server import Server, serving
from tests.world.board import PHONE, WALL, Board
from tests.world.browser import Browser
from tests.world.evening_report import at_another_time
from tests.world.virtual_run import EPOCH
from vrmon.errors import HistoryError
from vrmon.history.holes import Hole, Why
from vrmon.history.silences import Silence

CHANNELS, LENGTH = 4, 1800.0
_BARS = """
const box = (one) => {
  const {left, right, width} = one.getBoundingClientRect();
  return [left, right, width];
};
return [...document.querySelectorAll("#lanes li:not(.axis)")].map((row) => ({
  name: row.querySelector(".name").textContent,
  lane: box(row.querySelector(".lane")),
  bars: [...row.querySelectorAll("button.bar")].map((bar) => ({
    box: box(bar), label: bar.getAttribute("aria-label"), mark: bar.dataset.mark,
    holes: bar.querySelectorAll(".hole").length, dark: bar.querySelectorAll(".dark").length,
    takes: bar.querySelectorAll(".take").length,
  })),
}));
"""
_ABSENCES = """
const box = (one) => {
  const {left, top, width, height} = one.getBoundingClientRect();
  return [left, top, width, height];
};
return [...document.querySelectorAll(`${arguments[0]} li:not(.axis) .lane`)].map((lane) => ({
  lane: box(lane), absences: [...lane.children].filter((one) => one.matches(".dark"))
    .map((one) => ({box: box(one), isVisible: one.checkVisibility({visibilityProperty: true})})),
}));
"""
_TOLD = """
const bar = document.querySelector(`button.bar[data-key="${CSS.escape(arguments[0])}"]`);
bar.click();
const dialog = document.getElementById("job");
const facts = [...dialog.querySelectorAll("dt")].map((one) => [one.textContent, one.nextSibling.textContent]);
dialog.close();
return [bar.getAttribute("aria-label"), bar.title, Object.fromEntries(facts)];
"""
# Of what is shown: each hour's left and right edge, and the right edge of its lane.
_HOURS = """
const edges = (hour) => {
  const range = document.createRange();
  range.selectNodeContents(hour);
  const {left, right} = range.getBoundingClientRect();
  return [left, right, hour.closest(".lane").getBoundingClientRect().right];
};
const hours = [...document.querySelectorAll(`${arguments[0]} .hour`)];
return hours.map(edges).filter(([left, right]) => right > left);
"""
# Of each bar that shows its mark: how much room that lacks, and what there is for its name, in letters.
_NAMES = """
const room = (bar) => {
  const [mark, name] = [bar.querySelector("b"), bar.querySelector("b span")];
  const range = document.createRange();
  range.setStart(mark, 0);
  range.setEnd(mark, 1);
  const sign = range.getBoundingClientRect();
  const {right} = bar.getBoundingClientRect();
  const letters = parseFloat(getComputedStyle(mark).fontSize);
  return [sign.right - right, name.getClientRects().length ? (right - sign.right) / letters : null];
};
const bars = [...document.querySelectorAll("button.bar")];
return bars.filter((bar) => bar.querySelector("b").getClientRects().length).map(room);
"""
_MIDDLES = """
return Object.fromEntries([...document.querySelectorAll("button.bar")].map((bar) => {
  const {left, width} = bar.getBoundingClientRect();
  return [bar.dataset.key, left + width / 2];
}));
"""
_ROWS = """
return [...document.querySelectorAll("#rows tr")].map((row) => [...row.cells].map((one) => one.textContent));
"""


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return evening_report.evening(tmp_path_factory.mktemp("evening"), CHANNELS, LENGTH)


@pytest.fixture
def server(tmp_path: Path, browser: Browser) -> Iterator[Server]:
    with serving(tmp_path) as running:
        running.backend.document = scenes.document(*["recording"] * CHANNELS)
        yield running
        browser.go("about:blank")
        said = [line for line in browser.log() if "/thumbnail/" not in line and "ERR_" not in line]
        assert [line for line in said if "/report" not in line] == []


def serve(server: Server, report: dict[str, Any]) -> list[dict[str, str]]:
    """The report to whoever asks; what was asked."""
    asked: list[dict[str, str]] = []

    async def answer(query: Mapping[str, str]) -> bytes:
        asked.append(dict(query))
        return json.dumps(report).encode()

    server.backend.report = answer  # type: ignore[method-assign]
    return asked


def day(
    server: Server, browser: Browser, size: tuple[int, int] = WALL, query: str = "?day=2026-11-17"
) -> None:
    browser.size(*size, mobile=size[0] < 600)
    browser.go(f"{server.url}/day{query}")
    browser.wait("document.querySelectorAll('#lanes li').length > 1")


def key(job: dict[str, Any]) -> str:
    """By which the page knows it."""
    return "|".join((job["channel"], job["job"], job["began"]["earliest"]))


def seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() - EPOCH


def rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return red, green, blue


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """As WCAG reckons it."""

    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [part / 255 for part in colour]
        red, green, blue = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def assert_absences_are_seen(
    browser: Browser, lanes: str, report: dict[str, Any], begins: float, length: float
) -> None:
    """Each is where it belongs, as high as its lane, which begins then and is so many seconds long."""
    every = browser.run(_ABSENCES, lanes)
    assert len(every) == CHANNELS
    for lane in every:
        left, top, width, height = lane["lane"]
        assert len(lane["absences"]) == len(report["absences"]) > 0
        for seen, one in zip(lane["absences"], report["absences"], strict=True):
            assert seen["isVisible"]
            began, ended = (seconds(one[edge]) + EPOCH - begins for edge in ("from", "to"))
            expected = [left + began / length * width, top, max(3, (ended - began) / length * width), height]
            assert seen["box"] == pytest.approx(expected, abs=2)


def test_the_evening_has_what_a_day_may_have(evening: dict[str, Any]) -> None:
    assert {job["status"] for job in evening["jobs"]} >= {"complete", "partial", "running"}
    assert evening["absences"]


def test_each_job_has_its_bar_at_its_time_with_its_takes_and_gaps(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    serve(server, evening)
    day(server, browser)
    rows = {row["name"]: row for row in browser.run(_BARS)}
    assert set(rows) == {f"PCR {n + 1}" for n in range(CHANNELS)}
    for job in evening["jobs"]:
        row = rows[job["channel"]]
        left, _, width = row["lane"]
        bar = row["bars"].pop(0)
        began = max(0.0, seconds(job["began"]["earliest"]))
        assert abs(bar["box"][0] - left - began / LENGTH * width) < 2
        if job["ended"]:
            ended = min(LENGTH, seconds(job["ended"]["latest"]))
            assert abs(bar["box"][1] - left - ended / LENGTH * width) < 7, "the shortest is seen as well"
        assert bar["takes"] == len(job["takes"])
        if job["status"] != "complete":
            assert bar["holes"] + bar["dark"] == len(job["gaps"])
        else:
            assert bar["holes"] == 0, "what is tolerated is too short to be seen"
        assert bar["label"].startswith(f"{job['channel']}, {job['basename']}, ")
        assert job["status"] in bar["label"]
    assert all(row["bars"] == [] for row in rows.values())
    summary, counted = browser.text("#summary"), evening["summary"]
    assert summary.startswith(f"{counted['jobs']} jobs: {counted['complete']} complete, ")


def test_the_table_says_the_same(server: Server, browser: Browser, evening: dict[str, Any]) -> None:
    paused = [{**job, "takes": [take for take in job["takes"] for _ in range(2)]} for job in evening["jobs"]]
    serve(server, {**evening, "jobs": paused})
    day(server, browser)
    cells = browser.run(_ROWS)
    of_jobs = [row for row in cells if row[1] != "vrmon was away"]
    assert [[row[0], row[1]] for row in of_jobs] == [
        [job["channel"], job["basename"]] for job in evening["jobs"]
    ]
    for row, job in zip(of_jobs, evening["jobs"], strict=True):
        assert row[4].endswith(job["status"])
        assert all(gap["reason"] in row[6] for gap in job["gaps"]) or job["status"] == "complete"
        assert row[7].split(", ") == list(
            dict.fromkeys(one for take in job["takes"] for one in take["files"])
        )


def test_many_gaps_of_one_cause_are_told_in_short_and_each_where_the_job_is_opened(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    job = next(job for job in evening["jobs"] if job["status"] == "partial")
    began = seconds(job["began"]["latest"])
    gaps = [
        {**holes((begins, begins + 20, Why.AWAY, None))["absences"][0], "least": 20, "most": 20.5}
        for begins in range(round(began) + 60, round(began) + 660, 60)
    ]
    gaps = [{**gap, "cause": "dvr-unreachable", "reason": "the recorder did not answer"} for gap in gaps]
    whole = {"least": 200.0, "most": 205.0}
    serve(server, {**evening, "jobs": [{**job, "gaps": gaps, "missing": whole}], **holes()})
    day(server, browser)
    times = [f"{datetime.fromisoformat(gap['from'].replace('Z', '+00:00')):%H:%M:%S}" for gap in gaps]
    ((*_, why, _),) = browser.run(_ROWS)
    assert why == f"the recorder did not answer at {', '.join(times[:3])} + 7 more"
    browser.run("document.querySelector('button.opener').click()")
    told = browser.run(
        "return [...document.querySelectorAll('#job dt')].filter((one) => one.textContent === 'Gap')"
        ".map((one) => one.nextSibling.textContent)"
    )
    assert [one[:8] for one in told] == times
    assert all(one.endswith(": the recorder did not answer, missing: 20 s") for one in told)


def test_what_is_missing_is_no_span_where_both_ends_read_the_same(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    first, second = ({**job, "job": str(n)} for n, job in enumerate(evening["jobs"][:2]))
    first["missing"], second["missing"] = {"least": 118.0, "most": 124.0}, {"least": 80.0, "most": 124.0}
    serve(server, {**evening, "jobs": [first, second], **holes()})
    day(server, browser)
    assert [row[5] for row in browser.run(_ROWS)] == ["2 min", "80 s to 2 min"]


def test_a_name_of_any_length_leaves_the_other_columns_in_sight(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    long = {"channel": "MASTER_CONTROL_ROOM_NORTH" * 3, "basename": "A_VERY_LONG_NAME_" * 10}
    serve(server, {**evening, "jobs": [*evening["jobs"], {**evening["jobs"][0], **long}]})
    day(server, browser, size=(1280, 800))
    wide = "const one = document.querySelector('.scrolled'); return one.scrollWidth - one.clientWidth"
    assert browser.run(wide) == 0
    high = "return [...document.querySelectorAll('td[data-term=Began]')].map((one) => one.clientWidth)"
    assert min(browser.run(high)) >= 90


def test_what_is_in_doubt_is_never_told_as_nothing(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    """The same in the bar, in its title, in the table and on the job's page."""
    serve(server, evening)
    day(server, browser)
    doubtful = [job for job in evening["jobs"] if job["missing"]["most"] - job["missing"]["least"] > 2]
    assert {"complete", "partial"} <= {job["status"] for job in doubtful}
    assert any(job["missing"]["least"] < 1 for job in doubtful)
    for job in doubtful:
        label, title, opened = browser.run(_TOLD, key(job))
        assert label == title
        least, most = job["missing"]["least"], math.ceil(job["missing"]["most"])
        amount = f"{most} s" if most < 90 else f"{math.floor(most / 60 + 0.5)} min"
        missing = label.rpartition(", missing: ")[2]
        assert missing == f"up to {amount} in doubt" if least < 1 else missing.endswith(f" s to {amount}")
        assert opened["Missing"] == missing
        assert opened["Why"] != "–"
        rows = browser.run(_ROWS)
        assert [job["channel"], job["basename"], missing] in [[row[0], row[1], row[5]] for row in rows]


def test_the_times_in_which_vrmon_was_away_are_seen_in_every_lane_and_stand_in_the_table(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    serve(server, evening)
    day(server, browser)
    assert_absences_are_seen(browser, "#lanes", evening, EPOCH, LENGTH)
    rows = browser.run(_ROWS)
    away = [row for row in rows if row[1] == "vrmon was away"]
    (zone,) = evening["zones"]
    moments = [
        [EPOCH + zone["offset"] + seconds(one[edge]) for edge in ("from", "to")]
        for one in evening["absences"]
    ]
    assert [row[:5] for row in away] == [
        [
            "all",
            "vrmon was away",
            *(time.strftime("%H:%M:%S", time.gmtime(one)) for one in times),
            "? not watched",
        ]
        for times in moments
    ]
    began = [row[2] for row in rows]
    assert began.index(away[0][2]) > 0, "it stands between the jobs that began before it and after it"


def holes(*times: tuple[int, int, Why, int | None]) -> dict[str, list[dict[str, Any]]]:
    """As a report tells of times of which not all is known, from one second of the evening to another."""
    every = [
        Hole(round((EPOCH + began) * 1000), round((EPOCH + ended) * 1000), why, rows)
        for began, ended, why, rows in times
    ]
    return {
        "absences": [one.told() for one in every if one.why not in (Why.LOST, Why.WAITING)],
        "losses": [one.told() for one in every if one.why in (Why.LOST, Why.WAITING)],
    }


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([(0, 1800, Why.AWAY, None)], "Nobody knows what ran on this day: vrmon was away for 30 min."),
        (
            [(-900, 900, Why.AWAY, None), (900, 3600, Why.AWAY, None)],
            "Nobody knows what ran on this day: vrmon was away 2 times, for 30 min",
        ),
        (
            [(600, 1200, Why.AWAY, None)],
            "No job was seen on this day, but vrmon was away for 10 min: nobody knows what ran",
        ),
        (
            [(-900, 3600, Why.NO_HISTORY, None)],
            "Nobody knows what ran on this day: no history was kept for 30 min.",
        ),
        (
            [(-900, 600, Why.NO_HISTORY, None), (600, 660, Why.AWAY, None)],
            "No job was seen on this day, but vrmon was away for 60 s; no history was kept for 10 min",
        ),
        (
            [(600, 1200, Why.LOST, 30)],
            "No job was seen on this day, but a part of the history was lost: nobody knows what ran then.",
        ),
        ([(600, 1200, Why.WAITING, 30)], "No job ran on this day."),
        ([], "No job ran on this day."),
    ],
)
def test_a_day_is_not_called_empty_where_not_all_of_it_is_known(
    server: Server,
    browser: Browser,
    evening: dict[str, Any],
    times: list[tuple[int, int, Why, int | None]],
    expected: str,
) -> None:
    serve(server, {**evening, "jobs": [], "summary": {"jobs": 0}, **holes(*times)})
    day(server, browser)
    assert browser.text("#summary").startswith(expected)


def test_a_day_is_not_called_empty_where_the_primary_was_silent(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    silence = Silence(round((EPOCH + 600) * 1000), round((EPOCH + 1200) * 1000), "playbox").told()
    empty = {**evening, "jobs": [], "summary": {"jobs": 0}, **holes(), "silences": [silence]}
    serve(server, empty)
    day(server, browser)
    assert browser.text("#summary") == (
        "No job was seen on this day, but the primary did not answer as it should for 10 min: "
        "nobody knows what ran then."
    )
    assert "playbox did not answer as it should" in browser.text("#rows")


def test_what_the_history_lost_and_the_time_before_it_are_told_as_what_they_are(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    times = ((-900, 60, Why.NO_HISTORY, None), (600, 660, Why.LOST, 30), (900, 960, Why.LOST, 0))
    serve(server, {**evening, **holes(*times)})
    day(server, browser)
    told = "; no history was kept for 60 s; a part of the history was lost"
    assert browser.text("#summary").endswith(told)
    browser.size(360, 740, mobile=True)
    cut = "const {scrollHeight, clientHeight} = document.getElementById('summary');"
    assert browser.run(f"{cut} return scrollHeight - clientHeight") == 0, "the last word is seen as well"
    rows = browser.run(_ROWS)
    why = "the disk did not keep all: jobs and gaps may be missing here"
    assert [[row[1], *row[4:7]] for row in rows if row[0] == "all"] == [
        ["no history was kept", "? not known", "", ""],
        ["30 entries of the history were lost", "? not all known", "", why],
        ["a part of the history was lost", "? not all known", "", why],
    ]
    parts = browser.run(
        "return [...document.querySelectorAll('#lanes .lane')].slice(1).map((lane) =>"
        " [...lane.children].filter((one) => one.matches('.dark')).map((one) => parseFloat(one.style.left)))"
    )
    assert parts == [[0, 33.3333, 50]] * CHANNELS
    hovered = browser.run(
        "return [...document.querySelector('#lanes .lane .dark').parentNode.children].map((one) => one.title)"
    )
    assert hovered[0] == "no history was kept for 60 s, from 14:13:20 to 14:14:20"


def test_the_strips_tell_it_as_well(server: Server, browser: Browser, evening: dict[str, Any]) -> None:
    lost = holes((0, 60, Why.NO_HISTORY, None), (600, 660, Why.LOST, 30))
    serve(server, at_another_time({**evening, **lost}, time.time() - EPOCH - LENGTH))
    Board(browser, server.url)
    browser.wait("!document.getElementById('timeline').hidden")
    told = browser.run("return document.querySelectorAll('#strips li')[1].querySelector('.unseen').innerText")
    assert told.endswith("; no history was kept for 60 s; a part of the history was lost")


def test_a_bar_opens_its_job_by_the_keyboard_too(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    serve(server, evening)
    day(server, browser)
    browser.run("document.querySelector('button.bar').focus()")
    first = browser.run("return document.activeElement.getAttribute('aria-label')")
    browser.press("ArrowDown")
    second = browser.run("return document.activeElement.getAttribute('aria-label')")
    assert (first.split(",")[0], second.split(",")[0]) == ("PCR 1", "PCR 2")
    browser.press("Enter")
    browser.wait("document.getElementById('job').open")
    text = browser.text("#job")
    assert text.startswith("PCR 2: ")
    assert "Files" in text
    browser.press("Escape")
    browser.wait("!document.getElementById('job').open")


def test_the_keyboard_has_one_stop_for_all_bars_and_moves_among_them_by_time(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    serve(server, evening)
    day(server, browser)
    stops = "return [...document.querySelectorAll('button.bar')].filter((one) => one.tabIndex === 0).length"
    focused = "const {dataset} = document.activeElement; return [dataset.of, dataset.key];"
    assert browser.run(stops) == 1
    browser.run("document.querySelector('nav a:last-of-type').focus()")
    browser.press("Tab")
    rows = [
        [key(job) for job in evening["jobs"] if job["channel"] == f"PCR {n + 1}"] for n in range(CHANNELS)
    ]
    assert browser.run(focused) == ["lanes", rows[0][0]]
    for pressed, expected in (("End", rows[0][-1]), ("Home", rows[0][0]), ("ArrowRight", rows[0][1])):
        browser.press(pressed)
        assert browser.run(focused) == ["lanes", expected]
    browser.press("End")
    browser.press("ArrowDown")
    middles = browser.run(_MIDDLES)
    nearest = min(rows[1], key=lambda one: abs(middles[one] - middles[rows[0][-1]]))
    assert browser.run(focused) == ["lanes", nearest]
    browser.press("ArrowLeft")
    assert browser.run(stops) == 1
    browser.press("Tab")
    assert browser.run("return document.activeElement.classList.contains('scrolled')")
    browser.press("Tab")
    assert browser.run(focused)[0] == "rows"


@pytest.mark.parametrize("place", ["lanes", "rows"])
def test_the_focus_comes_back_to_the_job_that_was_opened_although_all_was_drawn_anew(
    server: Server, browser: Browser, evening: dict[str, Any], place: str
) -> None:
    serve(server, evening)
    day(server, browser)
    browser.run(f"document.querySelectorAll('button[data-of={place}]')[2].focus()")
    before = browser.run("window.before = document.activeElement; return before.dataset.key")
    browser.press("Enter")
    browser.wait("document.getElementById('job').open")
    changed = [{**job, "basename": f"{job['basename']} (again)"} for job in evening["jobs"]]
    serve(server, {**evening, "jobs": changed})
    browser.run("dispatchEvent(new PopStateEvent('popstate'))")
    browser.wait("!window.before.isConnected")
    assert "(again)" in browser.text("#job dl"), "what is open tells what is known now"
    browser.press("Escape")
    browser.wait("!document.getElementById('job').open")
    browser.wait("document.activeElement !== document.body")  # it is told of its end a moment later
    after = browser.run("const {dataset} = document.activeElement; return [dataset.of, dataset.key]")
    assert after == [place, before]


def test_it_is_paged_by_the_keyboard_without_losing_the_focus(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    asked: list[str] = []

    async def answer(query: Mapping[str, str]) -> bytes:
        asked.append(query["day"])
        began = datetime.fromisoformat(query["day"]).replace(hour=5, tzinfo=timezone.utc).timestamp()
        whole = at_another_time(evening, began - EPOCH)
        return json.dumps({**whole, "to": scenes.rfc3339(time.time() - began - 86_400.0)}).encode()

    server.backend.report = answer  # type: ignore[method-assign]
    day(server, browser)
    browser.run("document.querySelector('button.bar').focus()")
    titles = [("PageUp", "Mon 2026-11-16"), ("PageUp", "Sun 2026-11-15"), ("PageDown", "Mon 2026-11-16")]
    for pressed, title in titles:
        browser.press(pressed)
        browser.wait(f"document.getElementById('day').textContent === 'Broadcast day {title}'")
        assert browser.run("return document.activeElement.matches('button.bar[tabindex=\"0\"]')")
    browser.run("history.back()")
    browser.wait("document.getElementById('day').textContent === 'Broadcast day Sun 2026-11-15'")
    browser.run("document.getElementById('before').focus()")
    browser.press("Enter")
    browser.wait("document.getElementById('day').textContent === 'Broadcast day Sat 2026-11-14'")
    assert browser.run("return document.activeElement.id") == "before"
    assert browser.run("return location.search") == "?day=2026-11-14"
    assert asked == [f"2026-11-{n}" for n in (17, 16, 15, 16, 15, 14)]


def test_it_is_paged_by_the_broadcast_day(server: Server, browser: Browser, evening: dict[str, Any]) -> None:
    begins = datetime(2026, 11, 17, 5, tzinfo=timezone.utc).timestamp()  # 06:00 by the server's clock
    whole = at_another_time(evening, begins - EPOCH)
    whole["to"] = scenes.rfc3339(time.time() - begins - 86_400.0)
    asked = serve(server, whole)
    day(server, browser)
    assert asked[-1] == {"day": "2026-11-17"}
    assert browser.text("#day") == "Broadcast day Tue 2026-11-17"
    links = browser.run("return ['before', 'after'].map((id) => document.getElementById(id).search)")
    assert links == ["?day=2026-11-16", "?day=2026-11-18"]
    assert browser.run("return [...document.querySelectorAll('.hour')].map((one) => one.textContent)")[
        :3
    ] == [
        "06:00",
        "08:00",
        "10:00",
    ]


@pytest.mark.parametrize("begins", ["00:00", "11:59", "12:00", "18:00", "23:30"])
@pytest.mark.parametrize(
    ("day_asked", "before", "after"),
    [("2026-03-01", "2026-02-28", "2026-03-02"), ("2026-12-31", "2026-12-30", "2027-01-01")],
)
def test_the_day_before_and_the_day_after_are_those_of_the_calendar(
    server: Server,
    browser: Browser,
    evening: dict[str, Any],
    begins: str,
    day_asked: str,
    before: str,
    after: str,
) -> None:
    zurich = ZoneInfo("Europe/Zurich")
    began = datetime.fromisoformat(f"{day_asked}T{begins}").replace(tzinfo=zurich).timestamp()
    whole = at_another_time(evening, began - EPOCH)
    whole["to"] = scenes.rfc3339(time.time() - began - 86_400.0)
    whole["zones"] = [{"from": whole["from"], "name": "CET", "offset": 3600}]
    serve(server, whole)
    day(server, browser, query=f"?day={day_asked}")
    assert browser.text("#day").endswith(day_asked)
    links = browser.run("return ['before', 'after'].map((id) => document.getElementById(id).search)")
    assert links == [f"?day={before}", f"?day={after}"]


def test_across_a_change_of_the_clock_every_time_is_that_of_its_own_hour(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    """The night to 2026-10-25 has 02:00 twice in Zurich. The host is in winter time when it is asked."""
    changes = datetime(2026, 10, 25, 1, tzinfo=timezone.utc).timestamp()
    night = at_another_time(evening, changes - LENGTH / 2 - EPOCH)
    night["from"], night["to"] = "2026-10-24T04:00:00.000Z", "2026-10-25T05:00:00.000Z"
    night["zones"] = [
        {"from": night["from"], "name": "CEST", "offset": 7200},
        {"from": "2026-10-25T01:00:00.000Z", "name": "CET", "offset": 3600},
    ]
    serve(server, night)
    day(server, browser, query="?day=2026-10-24")
    assert browser.text("#day") == "Broadcast day Sat 2026-10-24"
    hours = browser.run(
        "return [...document.querySelectorAll('.hour')].map((one) => [one.textContent, one.style.left])"
    )
    told = [hour for hour, _ in hours]
    assert told == [*(f"{n:02}:00" for n in range(6, 24, 2)), "00:00", "02:00", "02:00", "04:00", "06:00"]
    places = [float(left.rstrip("%")) for _, left in hours]
    assert places == pytest.approx([4 * n for n in (0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 21, 23, 25)])
    began = browser.run(
        "return [...document.querySelectorAll('#rows tr')]"
        ".filter((row) => row.cells[0].textContent !== 'all').map((row) => row.cells[2].textContent)"
    )
    moments = [datetime.fromisoformat(job["began"]["latest"].replace("Z", "+00:00")) for job in night["jobs"]]
    assert {moment.timestamp() < changes for moment in moments} == {True, False}
    zurich = ZoneInfo("Europe/Zurich")
    assert began == [f"{moment.astimezone(zurich):%Y-%m-%d %H:%M:%S %Z}" for moment in moments], "each once"
    assert browser.text("#began") == "Began, CEST, later CET"
    assert browser.text("#lanes .axis .name") == "CEST, later CET"


def test_on_the_day_of_23_hours_none_is_told_that_did_not_come(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    """In the night to 2026-03-29 the clock of Zurich goes from 02:00 to 03:00."""
    changes = datetime(2026, 3, 29, 1, tzinfo=timezone.utc).timestamp()
    night = at_another_time(evening, changes - LENGTH / 2 - EPOCH)
    night["from"], night["to"] = "2026-03-28T05:00:00.000Z", "2026-03-29T04:00:00.000Z"
    night["zones"] = [
        {"from": night["from"], "name": "CET", "offset": 3600},
        {"from": "2026-03-29T01:00:00.000Z", "name": "CEST", "offset": 7200},
    ]
    serve(server, night)
    day(server, browser, query="?day=2026-03-28")
    assert browser.text("#day") == "Broadcast day Sat 2026-03-28"
    hours = browser.run(
        "return [...document.querySelectorAll('.hour')].map((one) => [one.textContent, one.style.left])"
    )
    assert [hour for hour, _ in hours[-4:]] == ["22:00", "00:00", "04:00", "06:00"]
    places = [float(left.rstrip("%")) for _, left in hours[-4:]]
    assert places == pytest.approx([100 * n / 23 for n in (16, 18, 21, 23)], abs=1e-3)
    began = [row[2] for row in browser.run(_ROWS) if row[0] != "all"]
    assert {one[:16] for one in began} <= {f"2026-03-29 {h}:{m:02}" for h in ("01", "03") for m in range(60)}
    assert {one[11:13] for one in began} == {"01", "03"}
    assert not [one for one in began if "C" in one], "no hour comes twice"


@pytest.mark.parametrize("size", [(360, 740), (768, 1024), (1280, 800), WALL])
def test_no_hour_stands_on_another_nor_is_cut(
    server: Server, browser: Browser, evening: dict[str, Any], size: tuple[int, int]
) -> None:
    """On the day on which 02:00 comes twice."""
    night = {**evening, "from": "2026-10-24T04:00:00.000Z", "to": "2026-10-25T05:00:00.000Z"}
    night["zones"] = [
        {"from": night["from"], "name": "CEST", "offset": 7200},
        {"from": "2026-10-25T01:00:00.000Z", "name": "CET", "offset": 3600},
    ]
    serve(server, night)
    day(server, browser, size, query="?day=2026-10-24")
    hours = browser.run(_HOURS, "#lanes")
    assert len(hours) >= 4
    assert all(one[1] < other[0] for one, other in pairwise(hours)), hours
    assert all(right <= end for _, right, end in hours), hours


@pytest.mark.parametrize("size", [(360, 740), (1280, 800), WALL])
def test_a_bar_shows_no_more_of_its_name_than_it_has_room_for(
    server: Server, browser: Browser, evening: dict[str, Any], size: tuple[int, int]
) -> None:
    serve(server, {**evening, "to": scenes.rfc3339(time.time() - EPOCH - 5 * LENGTH)})
    day(server, browser, size)
    shown = browser.run(_NAMES)
    assert all(lacks <= 0 for lacks, _ in shown), shown
    assert all(room is None or room >= 3 for _, room in shown), shown
    assert len(shown) < len(evening["jobs"]), "the narrowest show nothing"
    assert [room for _, room in shown if room is not None] or size != WALL


def test_a_name_that_reads_from_the_right_is_cut_at_its_end(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    job = {**evening["jobs"][0], "basename": "أخبار العاشرة مساءً من غرفة التحكم الرئيسية الشمالية " * 20}
    serve(server, {**evening, "jobs": [job], "to": job["ended"]["latest"]})
    day(server, browser)
    first, bar = browser.run(
        "const name = document.querySelector('button.bar b span');"
        "const range = document.createRange();"
        "range.setStart(name.firstChild, 0);"
        "range.setEnd(name.firstChild, 1);"
        "return [range, name.closest('.bar')].map((one) => one.getBoundingClientRect().right)"
    )
    assert first <= bar, "it begins where it is seen"


def test_today_goes_on_to_its_end_and_has_a_line_for_now(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    asked = serve(server, at_another_time(evening, time.time() - EPOCH - LENGTH))
    day(server, browser, query="")
    assert asked == [{}]
    assert browser.run("return document.querySelectorAll('.now').length") == CHANNELS
    assert browser.run("return document.getElementById('after').hidden")


@pytest.mark.parametrize("size", [WALL, PHONE], ids=["wall", "phone"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    server: Server, browser: Browser, evening: dict[str, Any], size: tuple[int, int]
) -> None:
    serve(server, evening)
    day(server, browser, size)
    board = Board.__new__(Board)
    board.browser = browser
    assert board.accessibility_violations() == []
    wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert browser.run(wide) is False
    browser.run("document.querySelector('button.bar').click()")
    assert board.accessibility_violations() == []


def test_a_day_that_is_yet_to_come_has_no_line_for_now(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    to_come = at_another_time(evening, time.time() - EPOCH + 86_400.0)
    serve(server, {**to_come, "jobs": [], "absences": [], "summary": {"jobs": 0}})
    day(server, browser, query="?day=2099-01-01")
    assert browser.text("#summary") == "This day is yet to come."
    assert browser.run("return document.querySelectorAll('.now, .dark:not(.legend *)').length") == 0
    assert browser.run("return document.getElementById('after').hidden")


def test_a_job_over_the_end_of_a_day_is_seen_on_both(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    over = next(job for job in evening["jobs"] if job["status"] == "complete")
    middle = (seconds(over["began"]["latest"]) + seconds(over["ended"]["earliest"])) / 2
    days = ((middle - LENGTH, middle), (middle, middle + LENGTH))
    for first, last in days:
        ends = {key: scenes.rfc3339(time.time() - EPOCH - at) for key, at in (("from", first), ("to", last))}
        serve(server, {**evening, **ends, "jobs": [over]})
        day(server, browser)
        (bar,), lane = next((row["bars"], row["lane"]) for row in browser.run(_BARS) if row["bars"])
        began, ended = seconds(over["began"]["earliest"]), seconds(over["ended"]["latest"])
        shown = [(max(began, first) - first) / LENGTH, (min(ended, last) - first) / LENGTH]
        assert bar["box"][:2] == pytest.approx([lane[0] + part * lane[2] for part in shown], abs=2)


def test_the_hours_stay_in_sight_however_many_channels_there_are(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    many = [{**job, "channel": f"CAMERA {n}"} for n in range(100) for job in evening["jobs"][:3]]
    serve(server, {**evening, "jobs": many})
    day(server, browser, size=(1280, 800))
    browser.run("document.querySelector('#lanes li:last-child').scrollIntoView({block: 'end'})")
    top, bottom = browser.run(
        "const {top, bottom} = document.querySelector('#lanes .axis').getBoundingClientRect();"
        "return [top, bottom];"
    )
    assert 0 <= top < bottom < 100
    assert browser.text("#lanes li:last-child .name") == "CAMERA 99"
    browser.run("document.querySelector('#lanes li:last-child button').focus()")
    hidden = (
        "return document.querySelector('#lanes .axis').getBoundingClientRect().bottom"
        " - document.activeElement.getBoundingClientRect().top"
    )
    for _ in range(40):
        browser.press("ArrowUp")
        assert browser.run(hidden) <= 0, "nor do they hide where the focus is"


@pytest.fixture
def hastened(browser: Browser) -> Iterator[None]:
    """In the pages that are opened now, what is to happen in a minute happens in a second."""
    script = "const real = setTimeout; window.setTimeout = (call, pause) => real(call, pause / 60);"
    made = browser.devtools("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    yield
    browser.devtools("Page.removeScriptToEvaluateOnNewDocument", made)


@pytest.mark.usefixtures("hastened")
def test_it_is_asked_again_after_a_failure(server: Server, browser: Browser, evening: dict[str, Any]) -> None:
    healthy = False

    async def answer(query: Mapping[str, str]) -> bytes:
        if not healthy:
            raise HistoryError("Cannot read the history: too many ask. Ask again.")
        return json.dumps(evening).encode()

    server.backend.report = answer  # type: ignore[method-assign]
    browser.go(f"{server.url}/day?day=2026-11-17")
    browser.wait("document.getElementById('summary').textContent.includes('too many ask')")
    healthy = True
    browser.wait("document.querySelectorAll('button.bar').length > 0")


@pytest.mark.usefixtures("hastened")
def test_it_goes_on_with_the_clock_to_the_next_day_and_to_the_next_version(
    server: Server, browser: Browser, evening: dict[str, Any]
) -> None:
    report = at_another_time(evening, time.time() - EPOCH - LENGTH)

    async def answer(query: Mapping[str, str]) -> bytes:
        return json.dumps(report).encode()

    server.backend.report = answer  # type: ignore[method-assign]
    day(server, browser, query="")
    first = browser.text("#day")
    report = {**report, "from": scenes.rfc3339(-86_400.0), "jobs": [], "absences": [], "summary": {"jobs": 0}}
    browser.wait(f"document.getElementById('day').textContent !== {json.dumps(first)}")
    browser.run("window.isTheSame = true")
    server.backend.document = {**server.backend.document, "version": "99.0.0"}
    browser.wait("!window.isTheSame")


def test_without_a_history_it_says_why(server: Server, browser: Browser) -> None:
    browser.go(f"{server.url}/day?day=nonsense")

    async def answer(query: Mapping[str, str]) -> bytes:
        raise HistoryError("Cannot read the history: there is none.")

    server.backend.report = answer  # type: ignore[method-assign]
    browser.go(f"{server.url}/day")
    browser.wait("document.getElementById('summary').textContent.startsWith('Cannot read the history')")


class TestLooks:
    """What means something is seen and heard by everybody."""

    @pytest.fixture(autouse=True)
    def emulated(self, browser: Browser) -> Iterator[None]:
        yield
        browser.devtools("Emulation.setEmulatedMedia", {"media": "", "features": []})

    @pytest.fixture
    def legend(self, server: Server, browser: Browser, evening: dict[str, Any]) -> Callable[[str, str], str]:
        """How the sign of the legend looks that stands for it, which is as in the lanes."""
        serve(server, evening)
        day(server, browser)
        look = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
        places = {"job": "#lanes .bar .job", "take": "#lanes .bar[data-tone=ok] .take"}

        def style(sign: str, name: str) -> str:
            seen: list[str] = [
                browser.run(look, place, name)
                for place in (f".legend .{sign}", places.get(sign, f"#lanes .{sign}"))
            ]
            assert seen[0] == seen[1], sign
            return seen[0]

        return style

    def test_each_sign_stands_out_and_missing_is_no_shade_of_recorded(
        self, legend: Callable[[str, str], str]
    ) -> None:
        lane = (16, 20, 27)  # the panel, darkened
        for sign in ("job", "take"):
            assert contrast(rgb(legend(sign, "backgroundColor")), lane) >= 3
        border, inside = (rgb(legend("hole", one)) for one in ("borderTopColor", "backgroundColor"))
        assert contrast(border, lane) >= 3
        assert contrast(border, inside) >= 3, "hollow: told by its form where colours are not"
        assert contrast(inside, rgb(legend("take", "backgroundColor"))) >= 3
        assert contrast((255, 255, 255), inside) >= 4.5
        assert contrast((255, 255, 255), rgb(legend("job", "backgroundColor"))) >= 4.5
        assert "repeating-linear-gradient" in legend("dark", "backgroundImage")

    @pytest.mark.parametrize(
        "media",
        [{"media": "print"}, {"features": [{"name": "forced-colors", "value": "active"}]}],
        ids=["paper", "forced colours"],
    )
    def test_they_differ_on_paper_and_in_forced_colours_as_well(
        self, browser: Browser, legend: Callable[[str, str], str], media: dict[str, object]
    ) -> None:
        browser.devtools("Emulation.setEmulatedMedia", media)
        white, black = (255, 255, 255), (0, 0, 0)
        assert rgb(legend("take", "backgroundColor")) == black
        assert rgb(legend("hole", "backgroundColor")) == white
        assert contrast(rgb(legend("hole", "borderTopColor")), white) >= 3
        assert legend("hole", "borderTopWidth") == "2px"
        assert rgb(legend("job", "backgroundColor")) not in (black,)
        assert "repeating-linear-gradient" in legend("dark", "backgroundImage")
        name = browser.run("return getComputedStyle(document.querySelector('button.bar b')).color")
        assert rgb(name) == black

    def test_the_focus_is_seen_on_each_side_of_a_bar_whatever_it_shows(
        self, server: Server, browser: Browser, evening: dict[str, Any]
    ) -> None:
        job = next(job for job in evening["jobs"] if job["status"] == "complete")
        gap = {"from": job["began"]["earliest"], "to": job["ended"]["latest"], "least": 1e4, "most": 1e4}
        missed = {"gaps": [{**gap, "cause": "foreign"}], "status": "missed"}
        serve(server, {**evening, "jobs": [job | missed]})
        day(server, browser)
        browser.run("document.getElementById('after').focus()")
        for _ in range(3):
            browser.press("Tab")
        assert browser.run("return document.activeElement.matches('button.bar')")
        left, right, top, bottom = browser.run(
            "const {left, right, top, bottom} = document.activeElement.getBoundingClientRect();"
            "return [left, right, top, bottom];"
        )
        seen = Image.open(io.BytesIO(browser.picture())).convert("RGB")
        across, down = (left + right) / 2, (top + bottom) / 2
        sides = [(left + 1.5, down), (right - 1.5, down), (across, top + 1.5), (across, bottom - 1.5)]
        assert [seen.getpixel((int(x), int(y))) for x, y in sides] == [(255, 255, 255)] * 4

    @pytest.mark.parametrize("size", [WALL, (360, 740)], ids=["wall", "phone"])
    def test_a_screen_reader_finds_channels_with_their_jobs_and_a_table(
        self, server: Server, browser: Browser, evening: dict[str, Any], size: tuple[int, int]
    ) -> None:
        serve(server, evening)
        day(server, browser, size)
        nodes = browser.devtools("Accessibility.getFullAXTree", {})["nodes"]
        heard = [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"]
        ]
        names = [name for role, name in heard if role == "columnheader"]
        assert names == ["Channel", "Job", "Began, UTC", "Ended", "Backup", "Missing", "Why", "Files"]
        assert [name for role, name in heard if role == "rowheader"] == [row[0] for row in browser.run(_ROWS)]
        count = len(evening["jobs"]) + len(evening["absences"])
        assert len([role for role, _ in heard if role == "row"]) == 1 + count
        assert ("status", "") in heard
        bars = [name for role, name in heard if role == "button" and ", missing: " in name]
        assert sorted(name.split(", ")[0] for name in bars) == sorted(
            job["channel"] for job in evening["jobs"]
        )

    def test_on_a_phone_nothing_lies_beside_the_screen_and_each_job_can_be_touched(
        self, server: Server, browser: Browser, evening: dict[str, Any]
    ) -> None:
        long = {"channel": "MASTER_CONTROL_ROOM_NORTH" * 3, "basename": "A_VERY_LONG_NAME" * 9}
        serve(server, {**evening, "jobs": [*evening["jobs"], {**evening["jobs"][0], **long}]})
        day(server, browser, (360, 740))
        wide = (
            "return [document.documentElement, document.querySelector('.scrolled')]"
            ".map((one) => one.scrollWidth - one.clientWidth)"
        )
        assert browser.run(wide) == [0, 0]
        least = (
            "return Math.min(...[...document.querySelectorAll('button.opener, nav a:not([hidden])')]"
            ".map((one) => one.getBoundingClientRect().height))"
        )
        assert browser.run(least) >= 24
        browser.run("document.querySelector('button.opener').click()")
        assert browser.run("return document.getElementById('job').open")


class TestStrips:
    def test_the_last_hours_stand_where_events_would(
        self, server: Server, browser: Browser, evening: dict[str, Any]
    ) -> None:
        report = at_another_time(evening, time.time() - EPOCH - LENGTH)
        asked = serve(server, report)
        board = Board(browser, server.url)
        browser.wait("!document.getElementById('timeline').hidden")
        assert browser.run("return document.querySelector('.recent').hidden")
        rows = browser.run(
            "return [...document.querySelectorAll('#strips li:not(.axis)')].map((row) => ["
            "row.querySelector('.name').textContent, row.querySelectorAll('.bar').length])"
        )
        expected = {f"PCR {n + 1}": 0 for n in range(CHANNELS)}
        for job in evening["jobs"]:
            expected[job["channel"]] += 1
        assert dict(rows) == expected
        assert set(asked[0]) == {"from", "to"}
        told = browser.run(
            "return document.querySelectorAll('#strips li')[1].querySelector('.unseen').innerText"
        )
        assert re.match(r"\d+ (complete|partial|running).*; vrmon was away", told)
        to = datetime.fromisoformat(asked[0]["to"].replace("Z", "+00:00")).timestamp()
        assert_absences_are_seen(browser, "#strips", report, to - 4 * 3600, 4 * 3600)
        assert board.accessibility_violations() == []
        assert board.scrolls == (False, False)

    @pytest.mark.parametrize("size", [(360, 740), (1280, 800), WALL])
    def test_no_hour_stands_on_another_nor_is_cut(
        self, server: Server, browser: Browser, evening: dict[str, Any], size: tuple[int, int]
    ) -> None:
        serve(server, at_another_time(evening, time.time() - EPOCH - LENGTH))
        Board(browser, server.url, size)
        browser.wait("!document.getElementById('timeline').hidden")
        hours = browser.run(_HOURS, "#strips")
        assert hours
        assert all(one[1] < other[0] for one, other in pairwise(hours)), hours
        assert all(right <= end for _, right, end in hours), hours

    def test_a_new_take_is_asked_for_and_an_unchanged_board_is_not(
        self, server: Server, browser: Browser, evening: dict[str, Any]
    ) -> None:
        asked = serve(server, at_another_time(evening, time.time() - EPOCH - LENGTH))
        Board(browser, server.url)
        browser.wait("!document.getElementById('timeline').hidden")
        before = server.backend.documents_made
        server.wait(lambda: server.backend.documents_made > before + 1)
        assert len(asked) == 1

    def test_they_outlast_a_failure_but_not_for_long(
        self, server: Server, browser: Browser, evening: dict[str, Any]
    ) -> None:
        asked, is_read = 0, True

        async def answer(query: Mapping[str, str]) -> bytes:
            nonlocal asked
            asked += 1
            if not is_read:
                raise HistoryError("Cannot read the history: too many ask. Ask again.")
            return json.dumps(at_another_time(evening, time.time() - EPOCH - LENGTH)).encode()

        def later(minutes: int) -> None:
            """The next question is another, and what came of the one before has been shown."""
            before = asked
            browser.run("window.later += 60000 * arguments[0]", minutes)
            server.changed()
            server.wait(lambda: asked > before)

        server.backend.report = answer  # type: ignore[method-assign]
        Board(browser, server.url)
        browser.wait("!document.getElementById('timeline').hidden")
        browser.run(
            "window.later = 0; const real = performance.now.bind(performance);"
            "performance.now = () => real() + window.later"
        )
        is_read = False
        later(2)
        later(2)
        assert browser.run("return document.querySelectorAll('#strips .bar').length") > 0
        assert browser.run("return document.querySelector('.recent').hidden")
        later(10)
        browser.wait("document.getElementById('timeline').hidden")
        assert browser.run("return document.querySelector('.recent').hidden") is False
        is_read = True
        later(2)
        browser.wait("!document.getElementById('timeline').hidden")

    def test_where_there_is_no_history_events_stand_there(self, server: Server, browser: Browser) -> None:
        async def answer(query: Mapping[str, str]) -> bytes:
            raise HistoryError("Cannot read the history: there is none.")

        server.backend.report = answer  # type: ignore[method-assign]
        Board(browser, server.url)
        browser.wait("document.querySelectorAll('#recent li').length > 0")
        assert browser.run("return document.getElementById('timeline').hidden")
