"""What MovieRecorder may make of a name, and what only somebody else can have called so."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmon.devices.movierecorder import TRAITS
from vrmon.simulator.movierecorder.spelling import SPELLINGS
from vrmon.traits import PLAIN

FUER = "Nachrichten für Zürich"
CYRILLIC = "Новости дня"
NAMES = st.text(max_size=60).map(TRAITS.fit).filter(bool)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("NEWS", "news"),
        ("NEWS", "NEWS 2"),
        ("NEWS", "NEWS-1.mov"),
        ("NEWS", "NEWS copy 3"),
        ("NEWS", "NEWS 22 Nov 2026, 10.15 PM"),
        ("Late News: HD", "Late News- HD 002.mxf"),
        ("Late News: HD", "Late News_ H"),
        (FUER, unicodedata.normalize("NFD", FUER)),
        (FUER, "Nachrichten fÃ¼r ZÃ¼rich"),
        (FUER, "Nachrichten f√ºr Z√ºrich"),
        (FUER, "Nachrichten fuÌ\x88r ZuÌ\x88rich"),
        (FUER, "Nachrichten f?r Z?rich"),
        (FUER, "Nachrichten f??r Z??rich"),
        (FUER, "Nachrichten f_r Z_rich"),
        (FUER, "Nachrichten f\N{REPLACEMENT CHARACTER}r Z\N{REPLACEMENT CHARACTER}rich"),
        (FUER, "Nachrichten fuer Zuerich"),
        (FUER, "Nachrichten fur Zurich"),
        (FUER, "NACHRICHTEN FUER ZUERICH-1"),
        (FUER, "Nachrichten fÃ¼r ZÃ"),
        ("ÜBERBLICK", "Ãœberblick"),
        ("Show – Teil 2", "Show â€“ Teil 2"),
        ("Show – Teil 2", "Show - Teil 2"),
        ("Straße", "STRASSE"),
        (CYRILLIC, "_______ ___"),
        (CYRILLIC, "??????? ??? 2"),
        (CYRILLIC, "______________ ______"),
        (CYRILLIC, "Novosti dnya"),
        ("Подъезд", "Pod?ezd"),
        ("Щука и ёж", "Shchuka i yozh"),
        ("SHOW", "Io4K - 0 - 1 - SHOW"),
        ("SHOW", "4XT00292 - 0 - SHOW 2"),
        (FUER, "Io4K - 0 - 1 - Nachrichten f_r Z_rich"),
        ("...", "..."),
    ],
)
def test_a_recording_of_ours_may_be_shown_so(asked: str, shown: str) -> None:
    assert TRAITS.may_show(asked, shown)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("NEWS", "OLD NEWS"),
        ("NEWS", "NEWS by hand"),
        ("NEWS", "SPORT - NEWS"),
        ("NEWS 1", "NEWS 2"),
        ("NEWS", "NEW"),
        ("NEWS", ""),
        ("NEWS", "____"),
        (FUER, "Nachrichten f_r Genf"),
        (FUER, "Nachr"),
        (FUER, "Nachrichten in Zürich"),
        (CYRILLIC, "___ ___"),
        (CYRILLIC, "BREAKING NOW"),
        (CYRILLIC, "1"),
        ("f_r", "für"),
        ("...", "OPERATOR"),
        ("", "OPERATOR"),
    ],
)
def test_a_recording_that_is_shown_so_is_somebody_elses(asked: str, shown: str) -> None:
    assert not TRAITS.may_show(asked, shown)


@given(NAMES)
def test_any_name_may_be_shown_as_it_is_and_as_any_disk_folds_it(name: str) -> None:
    for traits in (TRAITS, PLAIN):
        asked = traits.fit(name)
        for shown in (asked, traits.fold(asked), unicodedata.normalize("NFD", asked)):
            assert traits.may_show(asked, shown)


@given(NAMES, st.sampled_from(["latin-1", "cp1252", "mac_roman"]))
def test_any_name_may_be_shown_as_the_bytes_of_its_utf_8(name: str, encoding: str) -> None:
    asked = f"NEWS {name}"
    assert TRAITS.may_show(asked, unicodedata.normalize("NFC", asked).encode().decode(encoding, "replace"))


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("asked", ["NEWS", FUER, CYRILLIC, "Съёмка «Öl & Gas» – Teil 2", "NEWS_cont1"])
def test_every_spelling_of_the_simulator_is_known(asked: str, spelling: str) -> None:
    for shown in (SPELLINGS[spelling](asked), f"{SPELLINGS[spelling](asked)}-1"):
        assert TRAITS.may_show(asked, shown)
    assert not TRAITS.may_show(asked, SPELLINGS[spelling]("Nachrichten für Genf"))


@given(NAMES)
def test_a_name_that_a_recorder_takes_is_taken_as_it_is(name: str) -> None:
    for traits in (TRAITS, PLAIN):
        fit = traits.fit(name)
        assert traits.fit(fit) == fit
        assert len(fit.encode()) <= traits.longest


@pytest.mark.parametrize("sign", ["_", "?", "a", "ü", " ", "1"])
def test_an_endless_name_is_judged_at_once(sign: str) -> None:
    """A hostile recorder costs a thread nothing: the work is bounded, whatever it shows."""
    began = time.thread_time()
    for asked in ("ü" * 100, "a_" * 100, sign * 200):
        TRAITS.may_show(asked, sign * 1_000_000)
    assert time.thread_time() - began < 10


@pytest.mark.parametrize(
    ("words", "is_duplicate"),
    [
        ("a file of that name exists", True),
        ("name already taken", True),
        ("duplicate", True),
        ("the source is locked", False),
        ("no such destination is there", False),
        ("", False),
    ],
)
def test_a_refusal_says_that_the_name_exists(words: str, is_duplicate: bool) -> None:
    assert TRAITS.is_duplicate(words) is is_duplicate


@pytest.mark.parametrize(
    ("asked", "shown", "may"),
    [("SHOW", "SHOW", True), ("SHOW", "show_0002", True), ("SHOW", "SHOWS", False), ("SHOW", "", False)],
)
def test_a_kind_that_says_nothing_special_adds_at_most_a_number(asked: str, shown: str, may: bool) -> None:
    assert PLAIN.may_show(asked, shown) is may
