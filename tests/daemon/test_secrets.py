"""Passwords and certificates: what the devices ask for, and what nobody else gets to see."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.world.mirror import Mirror, codes, mirror
from tests.world.running import running, toml
from vrmon.simulator import MovieRecorder, PlayBox, make_certificate, serving

PASSWORD = "p&ss wörd/%=#"


def nothing_told(here: Mirror, secret: str) -> bool:
    """Whether the secret is in nothing that the daemon shows to anybody, in any spelling."""
    process = Path("/proc", str(here.daemon.process.pid))
    shown = [str(here.daemon.get(path)[1]) for path in ("/status", "/devices", "/healthz")]
    shown += [here.daemon.log(), (here.daemon.state / "state.json").read_text()]
    shown += [(process / name).read_bytes().decode(errors="replace") for name in ("cmdline", "environ")]
    spellings = (secret, quote(secret), quote(secret, safe=""), secret.encode("unicode_escape").decode())
    return not any(spelling in text for text in shown for spelling in spellings)


def test_the_right_password_opens_and_is_told_to_nobody(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1, password=PASSWORD, extra='[log]\nlevel = "debug"\n') as here:
        here.recorder.fault("error", "*/record", times=1)
        job = here.record()
        here.playbox.end_job(job)
        here.wait_for_phase("idle")
        here.recorder.refuse()
        here.daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] == "unreachable")
        here.wait_for_state("show")
        assert nothing_told(here, PASSWORD)


@pytest.mark.parametrize("manner", ["401 json", "403 text"])
def test_a_wrong_password_is_told_of_without_being_told(tmp_path: Path, manner: str) -> None:
    with mirror(tmp_path, size=1, password=PASSWORD) as here:
        here.recorder.switch(unauthorized=manner)
        here.record()
        here.wait_for_state("SHOW")
        here.recorder.password = "another"
        status = here.daemon.wait_for(lambda status: "password-refused" in codes(status))
        assert status["dvrs"]["movierecorder"]["state"] == "unknown"
        (problem,) = (one for one in status["problems"] if one["code"] == "password-refused")
        assert "password" in problem["hint"]
        assert nothing_told(here, PASSWORD)
        here.recorder.password = PASSWORD
        here.daemon.wait_for(lambda status: status["health"] == "ok")
        assert here.the_take().ended is None


def test_a_password_comes_as_a_systemd_credential(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "dvr_movierecorder").write_text(PASSWORD)
    with serving(PlayBox(1)) as playbox, serving(MovieRecorder(1, password=PASSWORD)) as recorder:
        text = "\n".join(
            line for line in toml(tmp_path, playbox, recorder).splitlines() if "password" not in line
        )
        environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
        with running(tmp_path, text=text, environ=environ) as daemon:
            Mirror(playbox, [recorder], daemon).record()


@pytest.mark.parametrize("tls", ["pinned", "insecure", "CA file"])
def test_a_self_signed_certificate_is_trusted_as_the_configuration_says(tmp_path: Path, tls: str) -> None:
    certificate = make_certificate(tmp_path, address="127.0.0.1")
    with (
        serving(PlayBox(1), tls=certificate) as playbox,
        serving(MovieRecorder(1, password=PASSWORD), tls=certificate) as recorder,
    ):
        trust = {
            "pinned": f"sha256:{certificate.fingerprint}",
            "insecure": "insecure",
            "CA file": str(certificate.path),
        }
        text = toml(tmp_path, playbox, recorder).replace(f"sha256:{certificate.fingerprint}", trust[tls])
        with running(tmp_path, text=text) as daemon:
            here = Mirror(playbox, [recorder], daemon)
            job = here.record()
            playbox.end_job(job)
            here.wait_for_phase("idle")


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with (
        serving(PlayBox(1), tls=True) as playbox,
        serving(MovieRecorder(1, password=PASSWORD), tls=True) as recorder,
    ):
        text = toml(tmp_path, playbox, recorder).replace(f"sha256:{recorder.fingerprint}", "system")
        with running(tmp_path, text=text) as daemon:
            status = daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["failures"] >= 2)
            assert {one["subject"] for one in status["problems"] if one["code"] == "certificate-refused"} == {
                "playbox",
                "movierecorder",
            }
            assert playbox.arrivals() == recorder.arrivals() == []


def test_a_certificate_that_changes_is_refused_and_recordings_go_on(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old, new = make_certificate(tmp_path / "old"), make_certificate(tmp_path / "new")
    recorder = MovieRecorder(1)
    with ExitStack() as stack, ExitStack() as first:
        playbox = stack.enter_context(serving(PlayBox(1)))
        first.enter_context(serving(recorder, tls=old))
        port = int(recorder.url.rpartition(":")[2])
        here = Mirror(playbox, [recorder], stack.enter_context(running(tmp_path, playbox, recorder)))
        here.record()
        first.close()
        asked = len(recorder.arrivals())
        stack.enter_context(serving(recorder, port=port, tls=new))
        status = here.daemon.wait_for(lambda status: "certificate-refused" in codes(status))
        (problem,) = (one for one in status["problems"] if one["code"] == "certificate-refused")
        assert problem["hint"] == "If its certificate was changed on purpose: `vrmon trust movierecorder`."
        assert len(recorder.arrivals()) == asked
        here.reconfigure((old.fingerprint, new.fingerprint))
        here.daemon.wait_for(lambda status: status["health"] == "ok")
        assert here.the_take().ended is None


def test_a_ca_file_of_the_same_name_is_taken_in_by_a_reload(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old, new = (make_certificate(tmp_path / one, address="127.0.0.1") for one in ("old", "new"))
    file = tmp_path / "ca.pem"
    file.write_bytes(old.path.read_bytes())
    recorder = MovieRecorder(1)
    with ExitStack() as stack, ExitStack() as first:
        playbox = stack.enter_context(serving(PlayBox(1)))
        first.enter_context(serving(recorder, tls=old))
        port = int(recorder.url.rpartition(":")[2])
        text = toml(tmp_path, playbox, recorder).replace(f"sha256:{old.fingerprint}", str(file))
        here = Mirror(playbox, [recorder], stack.enter_context(running(tmp_path, text=text)))
        here.record()
        first.close()
        stack.enter_context(serving(recorder, port=port, tls=new))
        here.daemon.wait_for(lambda status: "certificate-refused" in codes(status))
        file.write_bytes(new.path.read_bytes())
        assert here.daemon.post("/reload")[0] == 200
        here.daemon.wait_for(lambda status: status["health"] == "ok")
        assert here.the_take().ended is None
