"""The files that a configuration names: passwords and authorities."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.world.configuring import complaints, read


def dvr(folder: Path, content: bytes, mode: int = 0o600) -> str:
    file = folder / "password"
    file.write_bytes(content)
    file.chmod(mode)
    return f'[dvr.mac]\nurl = "http://10.0.0.1"\npassword_file = "{file}"\n'


@pytest.mark.parametrize("content", [b" p\xc3\xa4ss ", b" p\xc3\xa4ss \n", b" p\xc3\xa4ss \r\n"])
def test_a_password_is_the_text_less_one_line_end(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, dvr(tmp_path, content)).dvrs["mac"].password == " päss "


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_password_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    (complaint,) = complaints(tmp_path, dvr(tmp_path, b"hunter2\n", mode))
    assert complaint.startswith("vrmon.toml:3: dvr.mac.password_file: password is open to its group or to")


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "no password"),
        (b"\n", "no password"),
        (b"hunter2\n\n", "more than one line"),
        (b"hunter2\xff", "is not UTF-8"),
        (b"hunter2" * 1000, "larger than"),
    ],
)
def test_a_password_that_is_none_is_refused_and_not_shown(tmp_path: Path, content: bytes, wrong: str) -> None:
    (complaint,) = complaints(tmp_path, dvr(tmp_path, content))
    assert wrong in complaint
    assert "hunter2" not in complaint


def test_a_password_comes_from_a_credential_unless_a_file_is_named(tmp_path: Path) -> None:
    credential = tmp_path / "dvr_mac"
    credential.write_text("from systemd\n")
    # As systemd hands it over: its access list shows as the group's permission.
    credential.chmod(0o440)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    bare = '[dvr.mac]\nurl = "http://10.0.0.1"\n[dvr.other]\nurl = "http://10.0.0.2"\n'
    settings = read(tmp_path, bare, environ)
    assert (settings.dvrs["mac"].password, settings.dvrs["other"].password) == ("from systemd", "")
    named = dvr(tmp_path, b"from the file")
    assert read(tmp_path, named, environ).dvrs["mac"].password == "from the file"


def test_a_pin_has_one_form(tmp_path: Path) -> None:
    pin = "sha256:" + ":".join(["AB"] * 32)
    for written in (pin, pin.lower(), "SHA256:" + "ab" * 32):
        assert (
            read(tmp_path, f'[dvr.mac]\nurl = "https://10.0.0.1"\ntls = "{written}"\n').dvrs["mac"].tls == pin
        )


def test_a_ca_file_must_hold_one(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate\n")
    (complaint,) = complaints(tmp_path, '[dvr.mac]\nurl = "https://10.0.0.1"\ntls = "ca.pem"\n')
    assert complaint.startswith("vrmon.toml:3: dvr.mac.tls: ca.pem holds no certificate in PEM form")


def test_a_ca_file_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ca.pem")
    (complaint,) = complaints(tmp_path, '[dvr.mac]\nurl = "https://10.0.0.1"\ntls = "ca.pem"\n')
    assert complaint.startswith("vrmon.toml:3: dvr.mac.tls: cannot read ca.pem: not a regular file")
