"""No text of a tile lies on another, is cut through or leaves its tile, whatever the screen and the names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.world import scenes
from tests.world.api_server import serving
from tests.world.board import Board
from tests.world.browser import Browser, browsing

# CSS pixels and how many device pixels each is: twice the second is a screen that is zoomed to 200 %.
SCREENS = (
    (390, 844, 1),
    (1024, 768, 1),
    (1366, 768, 1),
    (1920, 1080, 1),
    (2560, 1440, 1),
    (3440, 1440, 1),
    (3840, 2160, 1),
    (683, 384, 2),
    (960, 540, 2),
    (1280, 720, 2),
)
COUNTS = (1, 2, 3, 4, 6, 9, 12, 16, 25, 36, 48, 64)
NAMES = (
    "PCR {n}",
    "MASTER CONTROL ROOM NORTH, SATELLITE UPLINK {n}",
    "中央控制室北侧卫星上行链路收录通道第{n}号",
    "غرفة التحكم الرئيسية الشمالية وصلة القمر الصناعي {n}",
    "मुख्य नियंत्रण कक्ष उत्तर उपग्रह अपलिंक {n}",
)

# Shows a document in the page as it is, and measures all tiles. What may be shortened is cut at its end by
# rule; a line that is begun is shown in its full height.
_MEASURE = r"""
const [document_, screen] = arguments;
const live = window.vrmonBoard;
live.document = document_;
live.receivedAt = performance.now();
live.onDocument();
for (const [index, tile] of [...document.querySelectorAll(".tile")].entries()) {
  tile.querySelector("figure").hidden = index % 3 === 1;
}
const found = [];
const PARTS = ".name, .state .shape, .word, .title, .label, .what, .time, .why, .hint, figure";
const within = (a, b) =>
  a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
const lines = (element) => {
  const style = getComputedStyle(element);
  return element.getBoundingClientRect().height / parseFloat(style.lineHeight);
};
for (const tile of document.querySelectorAll(".tile")) {
  const outer = tile.getBoundingClientRect();
  const name = tile.querySelector(".name").textContent.slice(0, 12);
  const say = (text) => found.push(`${screen} ${document_.channels.length} ${name}: ${text}`);
  const boxes = [];
  for (const element of tile.querySelectorAll(PARTS)) {
    const box = element.getBoundingClientRect();
    const isText = !element.matches("figure, .shape");
    if (!box.width || !box.height || (isText && !element.textContent)) continue;
    if (element.matches(".word")) {
      const state = element.parentElement.getBoundingClientRect();
      if (box.top >= state.bottom - 1) continue;
      if (box.left < state.left - 1) say("the word is cut");
    }
    boxes.push([element, box]);
    if (!within(box, outer)) say(`${element.className} leaves the tile`);
    const rest = Math.abs(lines(element) - Math.round(lines(element)));
    if (element.matches(".why, .hint, .title, .what") && rest > 0.12) {
      say(`${element.className} has ${lines(element)} lines`);
    }
    if (element.matches(".time") && element.scrollWidth > element.clientWidth + 1) say("a time is cut");
  }
  boxes.forEach(([one, a], index) => {
    for (const [other, b] of boxes.slice(index + 1)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) say(`${one.className} on ${other.className} by ${Math.round(down)} px`);
    }
  });
  if (!boxes.some(([element]) => element.matches(".name"))) say("no name");
}
const { scrollWidth, scrollHeight } = document.documentElement;
if (scrollWidth > innerWidth) found.push(`${screen}: wider than the screen`);
if (innerWidth >= 960 && scrollHeight > innerHeight + 1) found.push(`${screen}: higher than the screen`);
if (document.querySelectorAll(".tile").length !== document_.channels.length) found.push("not all tiles");
return found;
"""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    folder = tmp_path_factory.mktemp("boxes")
    with serving(folder) as server, browsing(folder / "chromium") as browser:
        made = Board(browser, server.url)
        browser.run("window.vrmonBoard.source.close(); window.vrmonBoard.reopen = () => {}")
        yield made
        browser.go("about:blank")


@pytest.fixture(scope="module")
def channels() -> list[dict[str, Any]]:
    """One of each state, with its picture."""
    whole = scenes.document(*scenes.EVERY_STATE, pictures=True)
    away = scenes.document("stale-primary", pictures=True)
    return [*whole["channels"], *away["channels"]]


def document(channels: list[dict[str, Any]], count: int, first: int, names: str) -> dict[str, Any]:
    """`count` channels, beginning with the state `first`; every fifth has a title that is longer still."""
    whole = scenes.document()
    shown = []
    for number in range(count):
        one = json.loads(json.dumps(channels[(first + number) % len(channels)]))
        one["name"] = names.format(n=number + 1)
        if one["job"] and number % 5 == 0:
            one["job"]["basename"] = f"{one['name']} {one['name']}"
        if one["hold"]:
            one["hold"]["reason"] = f"{one['name']}: the router is rewired, until the new matrix is in"
        shown.append(one)
    return {**whole, "word": "Not safe", "health": "critical", "channels": shown}


def measured(browser: Browser, whole: dict[str, Any], screen: str) -> list[str]:
    found: list[str] = browser.run(_MEASURE, whole, screen)
    return found


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: f"{one[0]}x{one[1]}@{one[2]}")
def test_nothing_lies_on_anything(
    board: Board, channels: list[dict[str, Any]], screen: tuple[int, int, int]
) -> None:
    width, height, ratio = screen
    size: dict[str, object] = {"width": width, "height": height, "deviceScaleFactor": ratio}
    size["mobile"] = width < 600
    board.browser.devtools("Emulation.setDeviceMetricsOverride", size)
    found: list[str] = []
    for count in COUNTS:
        for names in NAMES if count in (1, 9, 64) else NAMES[count % len(NAMES) :][:1]:
            steps = range(0, len(channels), count)
            for first in steps if count > 2 else (0, 4, 7, 11, 12):
                whole = document(channels, count, first, names)
                found += measured(board.browser, whole, f"{width}x{height}@{ratio}")
    assert found[:20] == []
