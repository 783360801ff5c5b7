"""The page as its user knows it. Works on whatever serves the page: a stand-in or the daemon itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from tests.world.browser import Browser

AXE = Path(__file__).parents[2] / ".tools/node_modules/axe-core/axe.min.js"
WALL = (1920, 1080)
PHONE = (390, 844)

_TILES = """
return [...document.querySelectorAll(".tile")].map((tile) => {
  const text = (selector) => tile.querySelector(selector).textContent.toWellFormed();
  const row = (name) => [text(`.${name} .what`), text(`.${name} .time`)].filter(Boolean).join(" ");
  return [text(".name"), tile.dataset.tone, tile.querySelector(".state use").getAttribute("href").slice(1),
    text(".state .word"), text(".title"), row("primary"), row("backup"), text(".trouble .why"),
    !tile.querySelector("figure").hidden];
});
"""
_CUT_OFF = """
const visible = (element) => element.getClientRects().length > 0;
return [...document.querySelectorAll(".tile .time, .tile .card")]
  .filter((element) => visible(element) && (element.scrollWidth > element.clientWidth + 1
    || element.scrollHeight > element.clientHeight + 2))
  .map((element) => `${element.className}: ${element.textContent.trim().slice(0, 60)}`);
"""


class SeenTile(NamedTuple):
    name: str
    tone: str
    shape: str
    word: str
    title: str
    primary: str
    backup: str
    why: str
    picture: bool


class Board:
    """One look at the page in a browser."""

    def __init__(self, browser: Browser, url: str, size: tuple[int, int] = WALL) -> None:
        self.browser = browser
        self.resize(size)
        browser.go(f"{url}/")
        self.wait_live()

    def resize(self, size: tuple[int, int]) -> None:
        self.browser.size(*size, mobile=size[0] < 600)

    def wait_live(self, live: str = "yes") -> None:
        self.browser.wait(f"document.body.dataset.live === '{live}'")

    def wait_word(self, word: str) -> None:
        self.browser.wait(f"document.getElementById('word').textContent === {json.dumps(word)}")

    def wait_tile(self, name: str, word: str) -> SeenTile:
        """The tile of that channel once it shows that word."""
        self.browser.wait(
            "[...document.querySelectorAll('.tile')].some((tile) =>"
            f" tile.querySelector('.name').textContent === {json.dumps(name)}"
            f" && tile.querySelector('.word').textContent === {json.dumps(word)})"
        )
        return self.tiles[name]

    @property
    def word(self) -> str:
        return self.browser.text("#word")

    @property
    def tiles(self) -> dict[str, SeenTile]:
        return {row[0]: SeenTile(*row) for row in self.browser.run(_TILES)}

    @property
    def scrolls(self) -> tuple[bool, bool]:
        """Whether the board is wider, and whether it is higher, than what is seen of it."""
        wide, high = self.browser.run(
            "const all = [document.documentElement, document.querySelector('main')];"
            "return [all.some((e) => e.scrollWidth > e.clientWidth),"
            " all.some((e) => e.scrollHeight > e.clientHeight)]"
        )
        return wide, high

    @property
    def cut_off(self) -> list[str]:
        """What a tile should show whole and does not."""
        found: list[str] = self.browser.run(_CUT_OFF)
        return found

    def accessibility_violations(self) -> list[str]:
        return violations(self.browser)


def violations(browser: Browser) -> list[str]:
    """What axe-core finds. Its file comes from the npm registry, into .tools."""
    assert AXE.exists(), f"{AXE} is missing: npm install --prefix .tools axe-core"
    browser.run(AXE.read_text())
    result: dict[str, Any] = browser.run("return axe.run({resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
