"""Pictures for the README: `python3 -m tests.world.screenshots FOLDER`, or FILE PAGE for that of one page."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.world import scenes
from tests.world.api_server import Server, serving
from tests.world.board import PHONE, WALL, Board
from tests.world.browser import Browser, browsing
from tests.world.evening_report import at_another_time, evening
from tests.world.virtual_run import EPOCH
from vrmon.model import Thumbnail

CONTROL_ROOM = (
    *("recording", "blocked", "idle", "recording", "keeping", "recording", "foreign", "recording"),
    *("hold", "recording", "starting", "recording", "overlap", "preflight", "stopping", "recording"),
)
_EVENING = 7200.0  # seconds
_SHEET = (1000, 200)
MANY = ("recording",) * 20 + ("blocked", "idle") + ("recording",) * 24 + ("idle",) * 18

# A studio: coloured lights out of focus, somebody at a desk, the title below.
_PAINT = """
const [index, title] = arguments;
const canvas = Object.assign(document.createElement("canvas"), {width: 480, height: 270});
const draw = canvas.getContext("2d");
const hue = index * 67 % 360;
const back = draw.createLinearGradient(0, 0, 480, 270);
back.addColorStop(0, `hsl(${hue} 55% 26%)`);
back.addColorStop(1, `hsl(${hue + 60} 60% 12%)`);
draw.fillStyle = back;
draw.fillRect(0, 0, 480, 270);
for (let light = 0; light < 14; light += 1) {
  draw.fillStyle = `hsl(${hue + light * 23} 80% 65% / 0.22)`;
  draw.beginPath();
  draw.arc(light * 97 % 480, light * 61 % 170, 12 + light * 7 % 30, 0, 7);
  draw.fill();
}
const x = 150 + index * 83 % 180;
draw.fillStyle = "#0d1017";
draw.beginPath(); draw.ellipse(x, 262, 92, 100, 0, 0, 7); draw.fill();
draw.fillStyle = "#c99b7d";
draw.beginPath(); draw.ellipse(x, 118, 36, 46, 0, 0, 7); draw.fill();
draw.fillStyle = "#241a16";
draw.beginPath(); draw.ellipse(x, 92, 40, 30, 0, 0, 7); draw.fill();
draw.fillStyle = `hsl(${hue} 70% 45% / 0.92)`;
draw.fillRect(24, 214, 432, 38);
draw.fillStyle = "#fff";
draw.font = "600 20px Inter, sans-serif";
draw.fillText(title, 38, 240);
return canvas.toDataURL("image/png");
"""


def main(folder: Path) -> None:
    """Writes wall-safe, wall-trouble, wall-64, wall-risk, wall-silent, phone and day, each a PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        serving(Path(scratch)) as server,
        browsing(Path(scratch) / "chromium") as browser,
    ):
        _take_all(server, browser, folder, Path(scratch))


def of_page(file: Path, page: Path) -> None:
    """Writes `file`, a PNG of a page that lies on the disk."""
    with tempfile.TemporaryDirectory() as scratch, browsing(Path(scratch)) as browser:
        browser.size(*_SHEET)
        browser.go(page.absolute().as_uri())
        browser.wait("[...document.images].every((image) => image.complete)")
        browser.size(_SHEET[0], browser.run("return document.documentElement.scrollHeight"))
        file.write_bytes(browser.picture())


def _take_all(server: Server, browser: Browser, folder: Path, scratch: Path) -> None:
    browser.go(f"{server.url}/status")
    for index in range(16):
        url = browser.run(_PAINT, index, scenes.SHOWS[index % len(scenes.SHOWS)].replace("_", " "))
        picture = base64.b64decode(url.partition(",")[2])
        server.backend.thumbnails[f"PCR {index + 1}"] = Thumbnail(picture, time.time())

    _take(server, browser, folder / "wall-safe.png", ("recording",) * 3 + ("idle",))
    _take(server, browser, folder / "wall-trouble.png", CONTROL_ROOM)
    _take(server, browser, folder / "wall-64.png", MANY)
    _take(server, browser, folder / "phone.png", ("recording", "died", "idle", "recording"), size=PHONE)
    report = at_another_time(evening(scratch, 8, _EVENING), time.time() - EPOCH - _EVENING)

    async def answer(query: Mapping[str, str]) -> bytes:
        return json.dumps(report).encode()

    server.backend.report = answer  # type: ignore[method-assign]
    browser.size(*WALL)
    browser.go(f"{server.url}/day?day=last")
    browser.wait("document.querySelectorAll('#rows tr').length > 0")
    (folder / "day.png").write_bytes(browser.picture())
    at_risk = ("stale-primary", "recording", "preflight", "idle")
    board = _take(server, browser, folder / "wall-risk.png", at_risk)
    browser.run("const real = performance.now.bind(performance); performance.now = () => real() + 12000")
    board.wait_live("no")
    (folder / "wall-silent.png").write_bytes(browser.picture())


def _take(
    server: Server,
    browser: Browser,
    file: Path,
    states: tuple[str, ...],
    size: tuple[int, int] = WALL,
) -> Board:
    server.backend.document = scenes.document(*states, pictures=len(states) <= 16)
    server.changed()
    board = Board(browser, server.url, size)
    words = [channel["word"] for channel in server.backend.document["channels"]]
    browser.wait(
        "[...document.querySelectorAll('.tile .word')].map((one) => one.textContent).sort().join()"
        f" === {json.dumps(','.join(sorted(words)))}"
    )
    browser.wait("[...document.images].every((image) => image.complete)")
    file.write_bytes(browser.picture())
    return board


if __name__ == "__main__":
    of_page(*map(Path, sys.argv[1:])) if len(sys.argv) > 2 else main(Path(sys.argv[1]))
