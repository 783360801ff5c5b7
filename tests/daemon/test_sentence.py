"""The sentence for `systemctl status`: never late with what is new, and cheap where there is much to say."""

from __future__ import annotations

import time

from vrmon.daemon.sentence import Sentence


def _busily(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_one_that_is_soon_made_is_made_each_time() -> None:
    made = iter(range(10))
    sentence = Sentence(lambda: str(next(made)))
    assert [sentence.text((), moment) for moment in (0.0, 60.0, 120.0)] == ["0", "1", "2"]


def test_one_that_takes_long_is_kept_for_a_while_unless_there_is_news() -> None:
    made = iter(range(10))

    def make() -> str:
        _busily(0.02)
        return str(next(made))

    sentence = Sentence(make)
    assert [sentence.text("calm", 0.0), sentence.text("calm", 1.0)] == ["0", "0"]
    assert sentence.text("a take died", 1.0) == "1"
    assert sentence.text("a take died", 2.0) == "1"
    assert sentence.text("a take died", 3600.0) == "2"
