"""One ingest mirrored onto three recorders of three kinds at once: what befalls one is that one's alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kinds.doubles import DOUBLES, Double
from tests.world.mirror import is_in
from tests.world.running import Running, Status, channel, running
from vrmon.simulator import PlayBox, serving

KINDS = ("movierecorder", "obs", "hyperdeck")


@dataclass
class House:
    playbox: PlayBox
    recorders: dict[str, Double]
    daemon: Running

    def wait_for(self, kind: str, phase: str) -> Status:
        return channel(self.daemon.wait_for(lambda status: is_in(status, kind, phase)), kind)

    def missing(self, kind: str) -> float:
        """At least, in seconds."""
        return float(self.daemon.channel(kind)["coverage"]["missing"]["least"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as whole:
        playbox = whole.enter_context(serving(PlayBox(1)))
        recorders = {kind: whole.enter_context(DOUBLES[kind]()) for kind in KINDS}
        secret = tmp_path / "secret"
        secret.touch(0o600)
        secret.write_text(recorders["obs"].password)
        parts = [f'[api]\nlisten = ""\n[primary.playbox]\nurl = "{playbox.url}"\npoll_interval = 0.1\n']
        parts += ["[sync]\nstop_delay = 0.3\nname_wait = 0.5\ngap_tolerance = 1.0\n"]
        for kind, recorder in recorders.items():
            keys = f'kind = "{kind}"\nurl = "{recorder.url}"\npoll_interval = 0.1\n'
            password = f'password_file = "{secret}"\n' if recorder.password else ""
            parts.append(f"[dvr.{kind}]\n{keys}{password}")
            parts.append(
                f'[[channel]]\nname = "{kind}"\ningest = "{playbox.ingests[0]}"\ndvr = "{kind}"\nsource = 0\n'
            )
        daemon = whole.enter_context(running(tmp_path, text="\n".join(parts)))
        yield House(playbox, recorders, daemon)


def test_a_job_is_recorded_by_all_of_them_each_with_its_own_coverage(house: House) -> None:
    job = house.playbox.start_job(0, "SHOW 1:2.mxf")
    for kind in KINDS:
        house.wait_for(kind, "recording")
    names = {kind: [one.name for one in recorder.made] for kind, recorder in house.recorders.items()}
    assert names == {kind: ["SHOW 1_2"] for kind in KINDS}
    assert [house.daemon.channel(kind)["coverage"]["files"] for kind in KINDS] == [["SHOW 1_2"]] * 3

    before = {kind: house.missing(kind) for kind in KINDS}
    house.recorders["obs"].refuse_starts()
    house.recorders["obs"].kill()
    house.daemon.wait_for(
        lambda status: channel(status, "obs")["coverage"]["missing"]["least"] > before["obs"] + 3
    )
    for kind in ("movierecorder", "hyperdeck"):
        assert house.missing(kind) < before[kind] + 1  # the bounds of its beginning may still have narrowed
    assert ("backup-incomplete", "obs") in {
        (one["code"], one["subject"]) for one in house.daemon.status()["problems"]
    }
    house.recorders["obs"].be_well()
    house.wait_for("obs", "recording")
    assert house.daemon.channel("obs")["coverage"]["files"] == ["SHOW 1_2", "SHOW 1_2_cont1"]

    house.playbox.end_job(job)
    for kind, recorder in house.recorders.items():
        house.wait_for(kind, "idle")
        assert recorder.made[-1].ended_by == "remote"


def test_one_that_hangs_keeps_none_of_the_others_waiting(house: House) -> None:
    for kind in KINDS:
        house.wait_for(kind, "idle")
    house.recorders["hyperdeck"].be_silent()
    house.playbox.start_job(0, "SHOW.mxf")
    for kind in ("movierecorder", "obs"):
        house.wait_for(kind, "recording")
    assert house.recorders["hyperdeck"].made == []
    house.recorders["hyperdeck"].be_well()
    house.wait_for("hyperdeck", "recording")
