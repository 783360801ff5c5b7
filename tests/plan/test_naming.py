"""The names of takes: whatever comes in, a file name that the Mac can hold and that nothing else has."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrmon.devices.movierecorder import TRAITS
from vrmon.plan import names
from vrmon.plan.ledger import Ledger, Owner
from vrmon.settings import ChannelKey, Sync

ANYTHING = st.text(st.characters(), max_size=300)  # lone surrogates included
LONG = st.integers(1, 400).flatmap(lambda n: st.sampled_from("aé漢😀 ./_").map(lambda c: c * n))
TEXTS = (
    ANYTHING | LONG | st.sampled_from(["", ".", "..", "...", " ", "/", ":", "\0", "\u2028", "a/b:c", "._"])
)


def owner(job: str) -> Owner:
    return Owner(ChannelKey("playbox", "A" * 32, "mac"), job)


def is_file_name(name: str) -> bool:
    raw = name.encode()
    clean = all(c not in "/:" and unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in name)
    return 0 < len(raw) <= TRAITS.longest and clean and name == name.strip() and name.strip(".") != ""


@given(TEXTS, TEXTS, TEXTS)
def test_every_base_is_a_file_name(channel: str, job_id: str, basename: str) -> None:
    name, stand_in = names.base(Sync(), TRAITS, channel, job_id, basename, 1_790_000_000.0)
    assert is_file_name(name)
    assert stand_in or name == TRAITS.fit(basename)


@given(TEXTS, TEXTS, st.sampled_from(["{channel}", "{date} {time} {job}", "{basename}-{channel}", "a/{job}"]))
def test_every_template_makes_file_names(channel: str, job_id: str, template: str) -> None:
    for basename in (None, "NEWS"):
        name, _ = names.base(Sync(name_template=template), TRAITS, channel, job_id, basename, 1_790_000_000.0)
        assert is_file_name(name)


@given(
    TEXTS,
    st.integers(1, 100_000),
    st.sampled_from(["{name}_cont{n}", "{n}{name}", "{name}" + "é" * 150 + "{n}"]),
)
def test_every_continuation_is_a_file_name_of_its_own(text: str, n: int, template: str) -> None:
    sync = Sync(continuation=template)
    name, _ = names.base(sync, TRAITS, "PCR 1", "4711", text, 0.0)
    first, second = names.continuation(sync, TRAITS, name, n), names.continuation(sync, TRAITS, name, n + 1)
    assert is_file_name(first)
    assert TRAITS.fold(first) != TRAITS.fold(second)


@given(st.lists(st.tuples(st.sampled_from("abc"), TEXTS), max_size=12))
def test_no_two_takes_get_names_that_are_one_file_on_the_mac(wanted: list[tuple[str, str]]) -> None:
    ledger = Ledger()
    for job, text in wanted:
        name, _ = names.base(Sync(), TRAITS, "PCR 1", job, text, 0.0)
        picked, number = names.pick(Sync(), TRAITS, name, owner(job), ledger, ())
        assert is_file_name(picked)
        assert TRAITS.fold(picked) not in ledger
        assert number == 1 + len(ledger.given_to(owner(job)))
        ledger = ledger.use({TRAITS.fold(picked): owner(job)})


@given(TEXTS, st.integers(1, 50))
def test_a_restarted_vrmon_knows_its_own_names_again(text: str, n: int) -> None:
    name, _ = names.base(Sync(), TRAITS, "PCR 1", "4711", text, 0.0)
    assert names.would_be(Sync(), TRAITS, name, name, variants=False)
    assert names.would_be(Sync(), TRAITS, name, names.continuation(Sync(), TRAITS, name, n), variants=False)
    assert names.would_be(Sync(), TRAITS, name, unicodedata.normalize("NFD", name), variants=False)


@given(TEXTS)
def test_folding_knows_no_case_and_one_form_of_an_accent(text: str) -> None:
    name = TRAITS.fit(text)
    assert TRAITS.fold(name) == TRAITS.fold(unicodedata.normalize("NFD", name))
    assert TRAITS.fold(name) == TRAITS.fold(TRAITS.fold(name))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Été: la/nuit", "Été_ la_nuit"),
        ("tab\there", "tab_here"),
        ("  NEWS  ", "NEWS"),
        ("..", "__"),
        ("é" * 150, "é" * 100),
        ("\ud800x", "_x"),
    ],
)
def test_what_the_mac_cannot_hold_is_replaced(text: str, name: str) -> None:
    assert TRAITS.fit(text) == name


@pytest.mark.parametrize("basename", ["", " ", "///", ".", "\0"])
def test_a_name_of_nothing_is_replaced_by_the_stand_in(basename: str) -> None:
    assert names.base(Sync(), TRAITS, "PCR 1", "4711", basename, 0.0) == ("PCR 1_4711", True)


def test_the_second_job_of_one_basename_gets_a_number_and_a_continuation_the_template() -> None:
    used = Ledger({TRAITS.fold("NEWS"): owner("first")})
    assert names.pick(Sync(), TRAITS, "News", owner("second"), used, ()) == ("News_2", 1)
    assert names.pick(Sync(), TRAITS, "NEWS", owner("first"), used, ()) == ("NEWS_cont1", 2)
    assert names.pick(Sync(), TRAITS, "NEWS", owner("first"), used, ("NEWS",)) == ("NEWS_2", 1)


def test_a_name_is_not_taken_for_that_of_another_job() -> None:
    assert not names.would_be(Sync(), TRAITS, "NEWS", "NEWS 2", variants=True)
    assert not names.would_be(Sync(), TRAITS, "NEWS", "NEWS_2", variants=False)
    assert names.would_be(Sync(), TRAITS, "NEWS", "NEWS_2", variants=True)
    assert not names.would_be(Sync(), TRAITS, "NEWS", "OLD NEWS", variants=True)
