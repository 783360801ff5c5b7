"""What the vrmon command does to vrmon.toml: what was asked, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import tomlkit

from tests.world.configuring import DEVICES
from vrmon import config
from vrmon.config import parse, put_channel, rewrite, set_tls, text_of
from vrmon.errors import ConfigError

TEXT = """\
# the site's recorders
[primary.playbox]   # in rack 3
url = "https://10.1.83.21:4230"

# ---- backup
[dvr.movierecorder]
url = "http://10.1.85.53:8080"   # the Mac

# ---- channels
[[channel]]
name = "PCR 1"   # ground floor
ingest = "A1"    # was A0
source = 0

# ---- timing
[sync]
stop_delay = 4.0
"""


def test_a_new_channel_follows_the_last_one() -> None:
    assert put_channel(TEXT, "PCR 2", {"ingest": "A2", "source": '4XT "1"'}) == TEXT.replace(
        "source = 0\n",
        'source = 0\n\n[[channel]]\nname = "PCR 2"\ningest = "A2"\nsource = "4XT \\"1\\""\n',
    )


@pytest.mark.parametrize("text", ["", DEVICES, DEVICES.rstrip("\n"), "# only this"])
def test_the_first_channel_ends_the_file(text: str) -> None:
    after = put_channel(text, "PCR 1", {"ingest": "A1", "source": 1})
    assert after.startswith(text)
    assert after.endswith('\n[[channel]]\nname = "PCR 1"\ningest = "A1"\nsource = 1\n'[0 if text else 1 :])
    assert tomlkit.parse(after).unwrap()["channel"] == [{"name": "PCR 1", "ingest": "A1", "source": 1}]


def test_a_channel_at_the_end_without_a_line_end() -> None:
    once = put_channel("", "PCR 1", {"ingest": "A1", "source": 1}).rstrip("\n")
    twice = tomlkit.parse(put_channel(once, "PCR 2", {"ingest": "A2", "source": 2})).unwrap()
    assert [channel["name"] for channel in twice["channel"]] == ["PCR 1", "PCR 2"]


def test_a_known_channel_changes_in_place() -> None:
    after = put_channel(TEXT, "pcr 1", {"ingest": "B1", "source": "4XT", "dvr": "movierecorder"})
    assert after == TEXT.replace('"A1"  ', '"B1"  ').replace(
        "source = 0\n", 'source = "4XT"\ndvr = "movierecorder"\n'
    )


def test_tls_is_set_and_replaced_and_nothing_else_made() -> None:
    pin = "sha256:" + ":".join(["AB"] * 32)
    after = set_tls(TEXT, "primary", "playbox", pin)
    assert after == TEXT.replace(':4230"\n', f':4230"\ntls = "{pin}"\n')
    assert set_tls(after, "primary", "playbox", "system") == after.replace(pin, "system")
    with pytest.raises(ConfigError, match=r"no \[dvr.playbox\] table"):
        set_tls(TEXT, "dvr", "playbox", pin)


def test_line_ends_of_windows_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    after = put_channel(
        set_tls(text, "dvr", "movierecorder", "insecure"), "PCR 2", {"ingest": "A2", "source": 1}
    )
    assert after.count("\n") == after.count("\r\n") == text.count("\r\n") + 6


def test_forms_that_cannot_be_added_to_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"no \[dvr.mac\] table of its own"):
        set_tls('dvr.mac.url = "http://10.0.0.1"\n', "dvr", "mac", "insecure")
    with pytest.raises(ConfigError, match=r"no \[\[channel\]\] table of its own"):
        put_channel("channel = []\n", "PCR 1", {"ingest": "A1", "source": 1})
    inline = 'channel = [{name = "PCR 1", ingest = "A1", source = 1}]\n'
    assert put_channel(inline, "PCR 1", {"source": 2}) == inline.replace("source = 1", "source = 2")


def test_the_file_keeps_its_mode_its_owner_and_its_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    file = tmp_path / "real" / "site.toml"
    file.write_text(TEXT)
    file.chmod(0o640)
    if os.getuid() == 0:
        os.chown(file, 12345, 23456)
    owner = (file.stat().st_uid, file.stat().st_gid)
    link = tmp_path / "vrmon.toml"
    link.symlink_to(file)
    after = set_tls(TEXT, "dvr", "movierecorder", "insecure")
    rewrite(link, TEXT, after, {})
    assert text_of(file) == after
    assert link.is_symlink()
    assert (file.stat().st_mode & 0o777, file.stat().st_uid, file.stat().st_gid) == (0o640, *owner)
    assert [path.name for path in file.parent.iterdir()] == ["site.toml"]
    assert parse(text_of(link), link, {}).dvrs["movierecorder"].tls == "insecure"


def test_a_result_that_the_reader_refuses_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "vrmon.toml"
    file.write_text(TEXT)
    after = put_channel(TEXT, "PCR 2", {"ingest": "A1", "source": 0})
    with pytest.raises(ConfigError) as caught:
        rewrite(file, TEXT, after, {})
    assert [complaint.partition(": ")[0] for complaint in caught.value.complaints] == [
        f"{file}:17",
        f"{file}:18",
    ]
    assert file.read_text() == TEXT


def test_a_file_that_somebody_else_changed_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "vrmon.toml"
    file.write_text(TEXT + "# mine\n")
    with pytest.raises(ConfigError, match="somebody changed it meanwhile"):
        rewrite(file, TEXT, set_tls(TEXT, "dvr", "movierecorder", "insecure"), {})
    assert file.read_text() == TEXT + "# mine\n"


def test_a_file_that_is_gone_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        rewrite(tmp_path / "vrmon.toml", TEXT, TEXT, {})


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_channel_that_is_removed_leaves_the_rest_as_it_was(place: int, newline: str) -> None:
    blocks = [
        newline.join([f"# before {n}", "[[channel]]", f'name = "PCR {n}" # its name', 'ingest = "A"', ""])
        for n in range(3)
    ]
    text = newline.join(["# the first line", *blocks, f"[sync]{newline}stop_delay = 1{newline}"])
    after = config.remove_channel(text, f"pcr {place}")
    assert config.channel_names(after) == [f"PCR {n}" for n in range(3) if n != place]
    blocks[place] = f"# before {place}"
    kept = "\n".join(["# the first line", *blocks, "[sync]", "stop_delay = 1"])
    assert [line for line in after.splitlines() if line] == [line for line in kept.splitlines() if line]
    assert newline * 3 not in after
    with pytest.raises(ConfigError, match="no channel of that name"):
        config.remove_channel(after, f"PCR {place}")


@pytest.mark.parametrize("character", ["\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}", "\N{NEXT LINE}"])
def test_a_channel_is_removed_alone_whatever_stands_in_comments_and_texts(character: str) -> None:
    first = f'# one{3 * character}two\n[[channel]]\nname = "PCR 1"\nsource = "a{character}b"\n'
    second = '[[channel]]\nname = "PCR 2"\n'
    third = '# three\n[[channel]]\nname = "PCR 3"\n'
    assert config.remove_channel(first + second + third, "PCR 2") == first + third


def test_a_device_is_added_or_changed_and_read_back() -> None:
    text = config.put_device("# ours\n", "dvr", "mac", {"url": "http://10.0.0.1:8080", "poll_interval": 1.0})
    assert text == '# ours\n\n[dvr.mac]\nurl = "http://10.0.0.1:8080"\npoll_interval = 1.0\n'
    changed = config.put_device(text, "dvr", "mac", {"password_file": "/x", "poll_interval": 2.0})
    assert changed == text.replace("1.0\n", '2.0\npassword_file = "/x"\n')
    with pytest.raises(ConfigError, match="Edit the file by hand"):
        config.put_device("dvr = {mac = {}}\n", "dvr", "mac", {"url": "http://10.0.0.1"})
