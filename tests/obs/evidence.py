"""A page of the files that an OBS has recorded, below what the report says of them: for the README.

`packaging/obs-tests --evidence FILE` runs this, with an evening of three shows, in which OBS crashes.
"""

from __future__ import annotations

import base64
import html
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.obs.site import Site, standing
from tests.obs.studio import screen, seconds_of, until
from vrmon.cli.reports.web import page
from vrmon.text import rfc3339

_STYLE = "display: flex; flex-wrap: wrap; gap: 1.2rem"
_WIDTH = 208  # of a picture


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch, screen():
        folder = Path(scratch) / "videos"
        with standing(Path(scratch), folder) as site:
            _evening(site)
            site.takes()
            report = site.daemon.get(f"/report?from={rfc3339(site.began)}")[1]
            figures = "".join(map(_figure, site.obs.files()))
    target.parent.mkdir(parents=True, exist_ok=True)
    section = f"<section><h2>Files</h2><div style='{_STYLE}'>{figures}</div></section>"
    shown = page(report, "In all").replace("default-src 'none';", "default-src 'none'; img-src data:;")
    target.write_text(shown.replace("</main>", f"{section}</main>"))


def _evening(site: Site) -> None:
    site.start("NEWS 1800.mxf")
    time.sleep(18)
    site.playbox.lose_jobs()
    site.playbox.start_job(0, "WEATHER.mxf")
    until(lambda: "WEATHER" in site.names(), "the file of the second")
    site.wait_for_phase("recording")
    time.sleep(12)
    site.playbox.lose_jobs()
    site.wait_for_phase("idle")
    show = site.start("LATE SHOW.mxf")
    time.sleep(15)
    site.obs.kill()
    time.sleep(16)
    site.obs.start()
    site.wait_for_phase("recording")
    time.sleep(14)
    site.end(show)


def _figure(file: Path) -> str:
    seconds = seconds_of(file)
    picture = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-ss", f"{seconds / 2:.1f}", "-i", file, "-frames:v", "1"),
            *("-vf", f"median=5,scale={_WIDTH}:-1:flags=area", "-f", "image2", "-c:v", "mjpeg", "-"),
        ],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    told = f"{seconds:.1f} s, {file.stat().st_size / 1e6:.1f} MB"
    return (
        f"<figure style='margin: 0'><img src='data:image/jpeg;base64,{base64.b64encode(picture).decode()}'>"
        f"<figcaption><b>{html.escape(file.name)}</b><br>{told}</figcaption></figure>"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
