"""The state on disk: what is saved is found again, and what cannot be used is kept."""

from __future__ import annotations

import errno
import json
import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.world.stores import child, found, names, saved, until
from vrmon.errors import StateError
from vrmon.state import StateStore
from vrmon.state.format import compose, payload_text


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StateStore]:
    store = StateStore(tmp_path)
    yield store
    store.close(60)


def test_nothing_was_saved_yet(tmp_path: Path) -> None:
    assert found(tmp_path / "new" / "folder") == (None, "")


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    saved(tmp_path / "new" / "folder", {"number": 1})
    assert found(tmp_path / "new" / "folder") == ({"number": 1}, "")
    assert (tmp_path / "new" / "folder").stat().st_mode & 0o007 == 0


def test_what_was_saved_last_is_found_again(tmp_path: Path) -> None:
    payload: dict[str, object] = {
        "takes": [1, 2.5, None, True],
        "name": "ä\ud800\n",
        "nested": {"b": {}, "a": []},
    }
    saved(tmp_path, {"old": 1}, payload)
    assert found(tmp_path) == (payload, "")
    assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == {"state.json", "state.json.previous"}
    assert json.loads((tmp_path / "state.json").read_text())["format"] == 1


def test_the_newest_wins(tmp_path: Path, store: StateStore) -> None:
    for number in range(500):
        store.save({"number": number})
    assert store.close(60)
    assert found(tmp_path) == ({"number": 499}, "")


def test_whoever_waits_is_told_once_it_is_on_the_disk(tmp_path: Path, store: StateStore) -> None:
    read: list[str] = []
    store.save({"number": 1}, lambda: read.append((tmp_path / "state.json").read_text()))
    until(lambda: bool(read), "told")
    assert json.loads(read[0])["payload"] == {"number": 1}


class HandedOverLate(deque[str]):
    """Whoever hands over is held up just before, while the writer comes round."""

    def __init__(self, wake: threading.Event) -> None:
        super().__init__(maxlen=1)
        self._wake = wake

    def append(self, text: str) -> None:
        self._wake.set()
        until(lambda: not self._wake.is_set(), "the writer to be awake")
        time.sleep(0.1)
        super().append(text)


def test_a_writer_that_is_awake_tells_nobody_before_it_has_written(tmp_path: Path, store: StateStore) -> None:
    read: list[dict[str, object]] = []
    store.save({"number": 1})
    until((tmp_path / "state.json").exists, "saved")
    store._handed_over = HandedOverLate(store._wake)
    store.save({"number": 2}, lambda: read.append(json.loads((tmp_path / "state.json").read_text())))
    until(lambda: bool(read), "told")
    assert read[0]["payload"] == {"number": 2}


def test_whoever_waits_is_told_that_it_cannot_be(tmp_path: Path) -> None:
    failures: list[str] = []
    store = StateStore(tmp_path / "state")
    (tmp_path / "state").rename(tmp_path / "away")
    store.save({"number": 1}, lambda: failures.append(store.failing()))
    until(lambda: bool(failures), "told")
    assert "Bring the folder back." in failures[0]
    assert not store.close(60)


def test_what_cannot_take_its_place_is_not_left_behind(tmp_path: Path, store: StateStore) -> None:
    store.save({"number": 1})
    until((tmp_path / "state.json").exists, "saved")
    (tmp_path / "state.json.previous").mkdir()
    store.save({"number": 2})
    assert not store.close(60)
    assert names(tmp_path) == {"state.json", "state.json.previous"}
    assert json.loads((tmp_path / "state.json").read_text())["payload"] == {"number": 1}


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS])
def test_a_file_system_that_knows_no_links_keeps_the_state(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)
    saved(tmp_path, {"number": 1}, {"number": 2})
    assert found(tmp_path) == ({"number": 2}, "")
    assert names(tmp_path) == {"state.json"}


def test_what_is_on_the_disk_is_not_written_again(tmp_path: Path) -> None:
    saved(tmp_path, {"a": 1, "b": 2})
    before = (tmp_path / "state.json").stat()
    saved(tmp_path, {"b": 2, "a": 1})
    after = (tmp_path / "state.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_payload_that_json_cannot_hold_is_told_and_costs_nothing(tmp_path: Path, store: StateStore) -> None:
    store.save({"number": 1})
    until((tmp_path / "state.json").exists, "saved")
    store.save({"number": object()})
    assert "JSON cannot hold it" in store.failing()
    store.save({"number": 1})
    until(lambda: not store.failing(), "well again")
    store.close(60)
    assert found(tmp_path) == ({"number": 1}, "")


def _with_number(content: bytes, number: bytes) -> bytes:
    """With a checksum that is right."""
    document = json.loads(content.replace(b'"number":2', b'"number":' + number))
    return compose(payload_text(document["payload"]))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "flipped": lambda content: content.replace(b'"number":2', b'"number":3'),
    "zeros": lambda content: bytes(len(content)),
    "no table": lambda content: b"[]",
    "no format": lambda content: content.replace(b'"format": 1', b'"format": true'),
    "no payload": lambda content: b'{"format": 1, "sha256": "", "payload": []}',
    "deep": lambda content: b"[" * 100_000,
    "no number": lambda content: _with_number(content, b"NaN"),
    "an infinite number": lambda content: _with_number(content, b"-Infinity"),
    "a number beyond all measure": lambda content: _with_number(content, b"1" + b"0" * 400),
    "random": lambda content: random.Random(1).randbytes(1000),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_kept_and_the_generation_before_is_used(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    saved(tmp_path, {"number": 1}, {"number": 2})
    current = tmp_path / "state.json"
    damaged = damage(current.read_bytes())
    current.write_bytes(damaged)
    payload, complaint = found(tmp_path)
    assert payload == {"number": 1}
    (kept,) = tmp_path.glob("state.json.damaged-*")
    assert kept.read_bytes() == damaged
    assert "state.json is damaged: " in complaint
    assert f"It is kept as {kept.name}." in complaint
    assert complaint.endswith("The state that was saved before the last one is used.")
    # Until something is saved, the good generation must survive another start.
    assert found(tmp_path)[0] == {"number": 1}
    saved(tmp_path, {"number": 4})
    assert found(tmp_path) == ({"number": 4}, "")


def test_with_both_generations_damaged_both_are_kept(tmp_path: Path) -> None:
    saved(tmp_path, {"number": 1}, {"number": 2})
    (tmp_path / "state.json").write_bytes(b"one")
    (tmp_path / "state.json.previous").unlink()
    (tmp_path / "state.json.previous").write_bytes(b"two")
    payload, complaint = found(tmp_path)
    assert payload is None
    assert complaint.count("is damaged") == 2
    assert {path.read_bytes() for path in tmp_path.glob("state.json.damaged-*")} == {b"one", b"two"}


def test_what_nobody_can_use_is_kept_as_well_and_the_generation_before_is_tried(tmp_path: Path) -> None:
    saved(tmp_path, {"number": 1}, {"number": 2})
    store = StateStore(tmp_path)
    before = store.refuse(store.load(), "no number")
    assert before.payload == {"number": 1}
    (kept,) = tmp_path.glob("state.json.damaged-*")
    assert b'"number":2' in kept.read_bytes()
    assert before.complaint == (
        f"state.json cannot be used: no number. It is kept as {kept.name}. "
        "The state that was saved before the last one is used."
    )
    none = store.refuse(before, "nor that")
    assert none.payload is None
    assert none.complaint.startswith(before.complaint)
    assert "state.json.previous cannot be used: nor that. It is kept as state.json.damaged-" in none.complaint
    assert store.refuse(none, "there is none") == none
    for number in (2, 3):
        store.save({"number": number})
    assert store.close(60)
    assert found(tmp_path) == ({"number": 3}, "")
    assert len(list(tmp_path.glob("state.json.damaged-*"))) == 2


def test_at_most_five_damaged_files_are_kept(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"state.json.damaged-2026010{number}T000000Z").touch()
    (tmp_path / "state.json").write_bytes(b"the newest")
    found(tmp_path)
    kept = sorted(tmp_path.glob("state.json.damaged-*"))
    assert len(kept) == 5
    assert kept[-1].read_bytes() == b"the newest"


def test_what_is_no_file_is_moved_aside(tmp_path: Path) -> None:
    (tmp_path / "state.json").mkdir()
    os.mkfifo(tmp_path / "state.json.previous")
    payload, complaint = found(tmp_path)
    assert payload is None
    assert complaint.count("cannot be read: not a regular file") == 2
    saved(tmp_path, {"number": 1})
    assert found(tmp_path) == ({"number": 1}, "")


def test_a_newer_format_is_kept_for_ever(tmp_path: Path) -> None:
    saved(tmp_path, {"number": 1}, {"number": 2})
    for newer in (b'{"format": 2, "other": "way"}', b'{"format": 2, "once": "more"}'):
        (tmp_path / "state.json").unlink()
        (tmp_path / "state.json").write_bytes(newer)
        payload, complaint = found(tmp_path)
        assert payload is None
        assert (
            "state.json is of format 2, of a newer vrmon than this. It is kept as state.json.format-2"
            in complaint
        )
        saved(tmp_path, *({"number": number} for number in range(3)))
    assert (tmp_path / "state.json.format-2").read_bytes() == b'{"format": 2, "other": "way"}'
    assert (tmp_path / "state.json.format-2-2").read_bytes() == b'{"format": 2, "once": "more"}'
    assert found(tmp_path) == ({"number": 2}, "")


class TestLock:
    def test_a_second_store_is_told_who_holds_it(self, tmp_path: Path, store: StateStore) -> None:
        with pytest.raises(StateError, match=f"vrmond with process id {os.getpid()} holds it"):
            StateStore(tmp_path)
        store.close(60)
        StateStore(tmp_path).close(60)

    def test_it_ends_with_its_process_however_that_ends(self, tmp_path: Path) -> None:
        holder = child("store = StateStore(folder); print(flush=True); sys.stdin.read()", tmp_path)
        with holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            with pytest.raises(StateError, match=f"process id {holder.pid} holds it"):
                StateStore(tmp_path)
            holder.kill()
        assert (tmp_path / "vrmond.lock").read_text() == f"{holder.pid}\n"
        StateStore(tmp_path).close(60)
        assert (tmp_path / "vrmond.lock").read_text() == f"{os.getpid()}\n"

    @pytest.mark.parametrize("change", [Path.unlink, lambda file: file.rename(file.with_suffix(".old"))])
    def test_it_survives_that_somebody_removes_its_file(
        self, tmp_path: Path, store: StateStore, change: Callable[[Path], object]
    ) -> None:
        change(tmp_path / "vrmond.lock")
        for _ in range(2):  # the second finds the file that the first made
            with pytest.raises(StateError, match="Stop that one first"):
                StateStore(tmp_path)
        second = child("StateStore(folder)", tmp_path)
        with second:
            assert second.wait(60) != 0
        store.close(60)
        StateStore(tmp_path).close(60)

    def test_its_proof_is_the_same_for_who_holds_it_next_until_the_machine_boots(
        self, tmp_path: Path, store: StateStore
    ) -> None:
        proof = store.proof("a boot")
        assert proof not in {"", store.proof("another")}
        assert store.proof("") == "", "nobody knows which boot it is"
        store.close(60)
        after = StateStore(tmp_path)
        assert after.proof("a boot") == proof
        after.close(60)
        assert after.proof("a boot") == "", "it is held no more"

    def test_a_folder_that_cannot_be_locked_stops_nobody(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        store = StateStore(tmp_path / "file")
        assert store.load().payload is None
        assert "A second vrmond would not be noticed." in store.failing()
        assert store.proof("a boot") == ""
        store.close(60)
