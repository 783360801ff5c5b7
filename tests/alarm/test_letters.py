"""Letters on a way that does not take all of them, or none: a day of tries, without a process."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from vrmon.alarm import letters
from vrmon.alarm.addressing import Audience, addressed
from vrmon.alarm.letters import FIRST_PAUSE, LONGEST_PAUSE, Letter, Letters
from vrmon.alarm.message import Message, Occasion
from vrmon.alarm.recollection import Recollection, restore
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


def address(line: int, url: str) -> Way:
    return Way(f"mailto (line {line})", Kind.APPRISE, digest=f"digest of {url}")


A, B = address(1, "a"), address(2, "b")


def known(*ways: Way) -> Recollection:
    """With a letter to each."""
    written = letters.write((), [message("PCR 1")], ways, 0.0)[0]
    return Recollection(letters=written, ways=frozenset(one.key for one in ways))


def changed(before: Recollection, *ways: Way, is_whole: bool = True) -> Recollection:
    return addressed(before, before, (), Audience(ways, is_whole), 5.0)[0]


def recipients(known: Recollection) -> list[tuple[str, str]]:
    return [(one.key, one.way) for one in known.letters]


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_letter_stays_with_its_address_whatever_is_put_above_it(is_restarted: bool) -> None:
    before = known(A, B)
    if is_restarted:
        before = restore(json.loads(json.dumps(before.payload())), 1.0)
    above = [address(1, "new"), address(2, "a"), address(3, "b")]
    assert recipients(changed(before, *above)) == [(one.key, one.name) for one in above[1:]]
    assert recipients(changed(before, address(1, "b"))) == [(B.key, "mailto (line 1)")], "a is gone"


def test_a_letter_goes_to_the_address_as_it_was_corrected() -> None:
    corrected = address(1, "a without its mistake")
    assert recipients(changed(known(A, B), corrected, B))[0] == (corrected.key, corrected.name)
    broken = changed(known(A, B), is_whole=False)
    assert len(broken.letters) == 2
    assert recipients(changed(broken, address(1, "b"))) == [(B.key, "mailto (line 1)")]
    assert recipients(changed(broken, corrected, B))[0] == (corrected.key, corrected.name)


def test_a_letter_that_a_version_wrote_which_knew_no_digests_is_delivered() -> None:
    payload = json.loads(json.dumps(known(A, Way("webhook", Kind.WEBHOOK)).payload()))
    for one in payload["letters"]:
        del one["key"]
    del payload["ways"]
    found = changed(restore(payload, 1.0), A, Way("webhook", Kind.WEBHOOK))
    assert recipients(found) == [(A.key, A.name), ("webhook", "webhook")]


def test_a_letter_is_taken_in_though_its_line_has_moved_while_it_was_on_its_way() -> None:
    before = known(A)
    moved = changed(before, address(7, "a"))
    assert letters.delivered(moved.letters, before.letters[0]) == ()


def test_what_no_longer_finds_room_is_told() -> None:
    said = [message(f"PCR {number}") for number in range(letters.MOST + 3)]
    known, lost = addressed(Recollection(), Recollection(), said, Audience([A, B], is_whole=True), 0.0)
    assert len(known.letters) == 2 * letters.MOST
    assert [(one.letter.way, one.letter.message.subject) for one in lost] == [
        (way.name, f"PCR {number}") for number in range(3) for way in (A, B)
    ]
    assert {one.why for one in lost} == {"did not take them, and 200 newer ones wait"}
    (old, *_) = addressed(known, known, (), Audience([A], is_whole=True), letters.GIVEN_UP)[1]
    assert old.why == "did not take them for 24 h"


def test_a_message_that_is_refused_for_ever_keeps_nobody_from_hearing_of_another() -> None:
    bad = letters.write((), [message("PCR 1"), message("PCR 1", Occasion.ENDED)], [WAY], 0.0)[0]
    left, done = tried(bad, lambda letter, _: letter.message.subject != "PCR 1", 0.0, 3600.0)
    assert {one[2] for one in done} == {"raised"}, "in order"
    waiting = letters.write(left, [message("PCR 9"), message("PCR 9", Occasion.ENDED)], [WAY], 3600.0)[0]
    left, done = tried(waiting, lambda letter, _: letter.message.subject != "PCR 1", 3600.0, 3700.0)
    assert [one[2] for one in done if one[1] == "PCR 9"] == ["raised", "ended"]
    assert max(one[0] for one in done if one[1] == "PCR 9") <= 3600.0 + 2 * FIRST_PAUSE
    assert {one.message.subject for one in left} == {"PCR 1"}


def test_a_way_that_takes_nothing_is_tried_once_a_minute_and_gets_all_of_it_when_it_is_back() -> None:
    waiting = letters.write((), [message(f"PCR {number}") for number in range(16)], [WAY], 0.0)[0]
    waiting, _ = tried(waiting, lambda *_: False, 0.0, 3600.0)
    waiting, done = tried(waiting, lambda *_: False, 3600.0, 7200.0)
    assert len(done) <= 3600.0 / LONGEST_PAUSE + 1
    left, done = tried(waiting, lambda *_: True, 7200.0, 7200.0 + 2 * LONGEST_PAUSE)
    assert left == ()
    assert done[-1][0] == done[0][0], "at once"
