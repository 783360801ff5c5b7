"""How much of what a client sends reaches the parser at a time, and how much is too much."""

from __future__ import annotations

import pytest

from vrmon.api.intake import Intake

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def taken(*pieces: bytes) -> Intake:
    intake = Intake()
    for piece in pieces:
        intake.add(piece)
    return intake


def test_one_head_comes_at_a_time_whatever_its_line_ends_are() -> None:
    loose = HEAD.replace(b"\r", b"")
    mixed = b"GET / HTTP/1.1\nHost: localhost\n\r\n"
    intake = taken(HEAD + loose, mixed + HEAD[:20])
    heads = []
    for _ in range(4):
        heads.append(intake.head())
        intake.begun()
    assert heads == [HEAD, loose, mixed, HEAD[:20]]
    assert len(intake) == 0


def test_a_head_that_comes_in_any_two_parts_ends_where_it_ends() -> None:
    for cut in range(1, len(HEAD)):
        intake = taken(HEAD[:cut])
        assert intake.head() == HEAD[:cut]
        intake.add(HEAD[cut:] + HEAD)
        assert intake.head() == HEAD[cut:]
        intake.begun()
        assert intake.head() == HEAD


@pytest.mark.parametrize(("size", "too_much"), [(16 * 1024, False), (16 * 1024 + 1, True)])
def test_a_head_has_so_many_bytes_at_most(size: int, too_much: bool) -> None:
    intake = taken(b"x" * size)
    while len(intake):
        intake.head()
    assert intake.is_too_much is too_much
    intake.begun()
    assert not intake.is_too_much


@pytest.mark.parametrize(("lines", "too_much"), [(100, False), (101, True)])
def test_a_head_has_so_many_lines_at_most(lines: int, too_much: bool) -> None:
    intake = taken(*[b"a: b\r\n"] * lines)
    intake.head()
    assert intake.is_too_much is too_much


@pytest.mark.parametrize(("size", "too_much"), [(96 * 1024, False), (96 * 1024 + 1, True)])
def test_a_body_comes_in_pieces_and_has_so_many_bytes_at_most(size: int, too_much: bool) -> None:
    intake = taken(HEAD, b"\n" * size)
    assert intake.head() == HEAD
    intake.begun(has_body=True)
    longest = 0
    while len(intake):
        longest = max(longest, len(intake.body()))
    assert longest == 4096
    assert intake.is_too_much is too_much


@pytest.mark.parametrize(("size", "too_much"), [(64 * 1024, False), (64 * 1024 + 1, True)])
def test_of_what_nobody_looks_at_nothing_is_kept(size: int, too_much: bool) -> None:
    intake = taken(HEAD, b"x" * 1024)
    intake.head()
    intake.close()
    intake.add(b"x" * (size - 1024))
    assert (len(intake), intake.head()) == (0, b"")
    assert intake.is_too_much is too_much


@pytest.mark.parametrize(("size", "is_ahead"), [(16 * 1024, False), (16 * 1024 + 1, True)])
def test_no_more_is_read_than_can_be_looked_at(size: int, is_ahead: bool) -> None:
    intake = taken(b"x" * size)
    assert intake.is_ahead is is_ahead
    assert len(intake.head()) == 16 * 1024
    assert not intake.is_ahead
