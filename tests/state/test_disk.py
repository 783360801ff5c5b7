"""The state on a disk that is full, gone, failing or hung, and after a kill in mid-write."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.stores import child, fill, found, names, until
from vrmon.errors import StateError
from vrmon.state import StateStore
from vrmon.state.format import compose, payload_text


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StateStore]:
    store = StateStore(tmp_path)
    yield store
    store.close(60)


def test_killed_in_the_middle_of_writing_nothing_is_lost(tmp_path: Path) -> None:
    program = """
store, file = StateStore(folder), folder / "state.json"
number = (store.load().payload or {"number": 0})["number"]
while True:
    number += 1
    store.save({"number": number, "ballast": "x" * (number * 7919 % 300_000)})
    while not file.exists() or not file.read_bytes().endswith(b'"number":%d}}\\n' % number):
        pass
    print(number, flush=True)
"""
    chance = random.Random(7)
    for _ in range(15):
        with child(program, tmp_path) as writer:
            assert writer.stdout is not None
            last = int(writer.stdout.readline())
            time.sleep(chance.uniform(0, 0.02))
            writer.send_signal(signal.SIGKILL)
            last = max([last, *(int(line) for line in writer.stdout.read().splitlines()[:-1])])
        payload, complaint = found(tmp_path)
        assert complaint == ""
        assert payload is not None
        assert isinstance(payload["number"], int)
        assert payload["number"] >= last


def test_a_full_disk_keeps_the_old_state_and_is_told_until_there_is_room(tmp_path: Path) -> None:
    """On a full tmpfs; where none can be mounted, in a process that may write small files only."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "vrmon", tmp_path], check=False).returncode:
        _full_for_one_process(tmp_path)
        return
    try:
        store = StateStore(tmp_path)
        store.save({"number": 1})
        until((tmp_path / "state.json").exists, "saved")
        fill(tmp_path / "filler")
        store.save({"number": 2, "ballast": "x" * 20_000})
        until(lambda: store.failing() != "", "failing")
        assert store.failing() == (
            f"Cannot save the state in {tmp_path}: No space left on device. Free some space there."
        )
        assert not store.close(60)
        assert found(tmp_path) == ({"number": 1}, "")
        assert names(tmp_path) == {"filler", "state.json"}

        store = StateStore(tmp_path)
        store.load()
        store.save({"number": 3, "ballast": "x" * 20_000})
        until(lambda: store.failing() != "", "failing")
        (tmp_path / "filler").unlink()
        until(lambda: store.failing() == "", "well again")
        assert store.close(60)
        assert found(tmp_path) == ({"number": 3, "ballast": "x" * 20_000}, "")

        _read_only(tmp_path)
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def _read_only(mounted: Path) -> None:
    """A daemon that starts on a disk that can no longer be written knows its state and runs."""
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    store = StateStore(mounted)
    loaded = store.load()
    assert loaded.payload is not None
    assert loaded.payload["number"] == 3
    with pytest.raises(StateError):
        StateStore(mounted)
    store.save({"number": 4})
    until(lambda: "Read-only file system. Mount it for writing." in store.failing(), "failing")
    subprocess.run(["mount", "-o", "remount,rw", mounted], check=True)
    until(lambda: store.failing() == "", "well again")
    assert store.close(60)
    assert found(mounted) == ({"number": 4}, "")


def test_a_process_that_may_not_write_more(tmp_path: Path) -> None:
    _full_for_one_process(tmp_path)


def _full_for_one_process(folder: Path) -> None:
    program = """
import resource, time
def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
store = StateStore(folder)
store.save({"number": 1})
until(lambda: (folder / "state.json").exists())
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
store.save({"number": 2, "ballast": "x" * 20_000})
until(lambda: "File too large" in store.failing())
print((folder / "state.json").read_text(), sorted(path.name for path in folder.iterdir()), flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
until(lambda: store.failing() == "")
assert store.close(60)
"""
    with child(program, folder) as process:
        output, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    assert output == compose(payload_text({"number": 1})).decode() + " ['state.json', 'vrmond.lock']\n"
    assert found(folder) == ({"number": 2, "ballast": "x" * 20_000}, "")


def test_a_folder_that_goes_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    store = StateStore(folder)
    store.save({"number": 1})
    until((folder / "state.json").exists, "saved")
    folder.rename(tmp_path / "away")
    store.save({"number": 2})
    until(lambda: "No such file or directory. Bring the folder back." in store.failing(), "failing")
    (tmp_path / "away").rename(folder)
    until(lambda: store.failing() == "", "well again")
    assert store.close(60)
    assert found(folder) == ({"number": 2}, "")


def fail_to_sync(descriptor: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_after_a_failed_fsync_the_whole_file_is_written_again(
    tmp_path: Path, store: StateStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file system at hand fails an fsync, so this one call is replaced."""
    files: list[int] = []

    def fail(descriptor: int) -> None:
        files.append(os.fstat(descriptor).st_size)
        fail_to_sync(descriptor)

    store.save({"number": 1})
    until((tmp_path / "state.json").exists, "saved")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        store.save({"number": 2})
        until(lambda: len(files) >= 3, "tried again")
        assert set(files) == {len(compose(payload_text({"number": 2})))}
        assert "Input/output error. Look after the disk." in store.failing()
        assert json.loads((tmp_path / "state.json").read_text())["payload"] == {"number": 1}
    until(lambda: store.failing() == "", "well again")
    assert store.close(60)
    assert found(tmp_path) == ({"number": 2}, "")


def test_what_is_saved_is_on_the_disk_under_its_name_before_anybody_is_told(
    tmp_path: Path, store: StateStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that has been synced may be lost by its folder, which has to be synced once it has the name."""
    synced: list[tuple[Path, bool]] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((place, (tmp_path / "state.json").exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    told: list[int] = []
    store.save({"number": 1}, lambda: told.append(len(synced)))
    until(lambda: bool(told), "told")
    assert synced[: told[0]] == [(tmp_path / "state.json.new", False), (tmp_path, True)]


def test_a_newer_payload_does_not_wait_for_the_pause_to_end(
    tmp_path: Path, store: StateStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vrmon.state.store._FIRST_PAUSE", 3600.0)
    monkeypatch.setattr("vrmon.state.store._LONGEST_PAUSE", 3600.0)
    # One save goes through first, after which the writer has taken over the long pause.
    store.save({"number": 1})
    until((tmp_path / "state.json").exists, "saved")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail_to_sync)
        store.save({"number": 2})
        until(lambda: store.failing() != "", "failing")
    store.save({"number": 3})
    until(lambda: store.failing() == "", "well again")
    assert store.close(60)
    assert found(tmp_path) == ({"number": 3}, "")


def test_a_disk_that_hangs_holds_up_nobody_and_is_told(
    tmp_path: Path, store: StateStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above: the fsync waits for a pipe that the test ends."""
    reading, writing = os.pipe()
    monkeypatch.setattr("vrmon.state.store._SLOW", 0.05)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda descriptor: os.read(reading, 1))
        began = time.monotonic()
        for number in range(1000):
            store.save({"number": number})
        assert time.monotonic() - began < 5
        until(lambda: "no word from the disk" in store.failing(), "told")
        assert not store.close(0.01)
        with pytest.raises(StateError):
            StateStore(tmp_path)
    os.close(writing)
    assert store.close(60)
    os.close(reading)
    assert store.failing() == ""
    assert found(tmp_path) == ({"number": 999}, "")


def test_a_process_whose_disk_hangs_can_end(tmp_path: Path) -> None:
    program = """
import os, threading
os.fsync = lambda descriptor: threading.Event().wait()
store = StateStore(folder)
store.save({"number": 1})
print(store.close(0.1))
"""
    process = child(program, tmp_path)
    try:
        told, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, told) == (0, "False\n")
