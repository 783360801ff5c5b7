"""Whatever vrmond says of a problem can be put into words, and into a child that sends it."""

from __future__ import annotations

from datetime import datetime

import pytest

from vrmon.alarm.child import send
from vrmon.alarm.message import Message, Occasion
from vrmon.alarm.sender import Sender
from vrmon.alarm.ways import Kind, Way
from vrmon.catalog import Severity


@pytest.mark.parametrize("since", [-62135596801.0, -1.0, float("-inf"), float("nan"), 253402300800.0, 1e300])
def test_a_problem_that_began_before_the_calendar_is_told(since: float) -> None:
    said = Message(Occasion.RAISED, "start-refused", Severity.CRITICAL, "PCR 1", "It is so.", since=since)
    assert datetime.fromisoformat(said.document("tv")["since"].replace("Z", "+00:00")).year == 1970
    assert "Since" not in said.body("tv")
    assert "PCR 1: It is so." in said.title("tv")


def test_a_message_that_cannot_be_put_into_words_fails_like_any_other() -> None:
    said = Message(Occasion.RAISED, "start-refused", Severity.CRITICAL, "PCR 1", "It is so.")
    way = Way("webhook", Kind.WEBHOOK, known={"url": object()})
    assert "a fault of vrmon" in send(way, said, Sender("tv")).why
