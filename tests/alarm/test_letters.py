"""Letters on a way that does not take all of them, or none: a day of tries, without a process."""

from __future__ import annotations

from collections.abc import Callable

from vrmon.alarm import letters
from vrmon.alarm.letters import FIRST_PAUSE, LONGEST_PAUSE, Letter, Letters
from vrmon.alarm.message import Message, Occasion
from vrmon.alarm.ways import Kind, Way
from vrmon.catalog import Severity

WAY = Way("webhook", Kind.WEBHOOK)


def message(subject: str, occasion: Occasion = Occasion.RAISED) -> Message:
    return Message(occasion, "start-refused", Severity.CRITICAL, subject, "It is so.")


def tried(
    waiting: Letters, takes: Callable[[Letter, float], bool], now: float, until: float
) -> tuple[Letters, list[tuple[float, str, str]]]:
    """What still waits at last, and what was tried when."""
    done = []
    while now < until:
        letter = letters.next_to(waiting, WAY.name, now)
        if letter is None:
            now += 1.0
            continue
        done.append((now, letter.message.subject, letter.message.occasion.value))
        if takes(letter, now):
            waiting = letters.delivered(waiting, letter)
        else:
            waiting = letters.failed(waiting, letter, "answered with status 400", now)
    return waiting, done


def test_a_message_that_is_refused_for_ever_keeps_nobody_from_hearing_of_another() -> None:
    bad = letters.write((), [message("PCR 1"), message("PCR 1", Occasion.ENDED)], [WAY], 0.0)
    left, done = tried(bad, lambda letter, _: letter.message.subject != "PCR 1", 0.0, 3600.0)
    assert {one[2] for one in done} == {"raised"}, "in order"
    waiting = letters.write(left, [message("PCR 9"), message("PCR 9", Occasion.ENDED)], [WAY], 3600.0)
    left, done = tried(waiting, lambda letter, _: letter.message.subject != "PCR 1", 3600.0, 3700.0)
    assert [one[2] for one in done if one[1] == "PCR 9"] == ["raised", "ended"]
    assert max(one[0] for one in done if one[1] == "PCR 9") <= 3600.0 + 2 * FIRST_PAUSE
    assert {one.message.subject for one in left} == {"PCR 1"}


def test_a_way_that_takes_nothing_is_tried_once_a_minute_and_gets_all_of_it_when_it_is_back() -> None:
    waiting = letters.write((), [message(f"PCR {number}") for number in range(16)], [WAY], 0.0)
    waiting, _ = tried(waiting, lambda *_: False, 0.0, 3600.0)
    waiting, done = tried(waiting, lambda *_: False, 3600.0, 7200.0)
    assert len(done) <= 3600.0 / LONGEST_PAUSE + 1
    left, done = tried(waiting, lambda *_: True, 7200.0, 7200.0 + 2 * LONGEST_PAUSE)
    assert left == ()
    assert done[-1][0] == done[0][0], "at once"
