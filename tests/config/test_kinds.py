"""What a device is, and the keys that only its kind has: checked as strictly as all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kinds.deck import KIND
from tests.world.configuring import CHANNEL, DEVICES, complaints, read
from vrmon.config import parse
from vrmon.devices import kinds
from vrmon.devices.movierecorder import TRAITS
from vrmon.settings import DeviceSettings
from vrmon.traits import PLAIN

HYPERDECK = '[dvr.deck]\nkind = "hyperdeck"\nurl = "tcp://10.1.85.60:9993"\n'
DECK = '[dvr.deck]\nkind = "deck"\nurl = "deck://10.1.85.60"\n'


@pytest.fixture(autouse=True)
def _a_third_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "deck", KIND)


def test_a_device_that_does_not_say_is_what_it_always_was(tmp_path: Path) -> None:
    settings = read(tmp_path, DEVICES + CHANNEL)
    assert settings.primaries["playbox"].kind == "playbox"
    recorder = settings.dvrs["movierecorder"]
    assert (recorder.kind, recorder.traits, recorder.options) == ("movierecorder", TRAITS, ())
    said = DEVICES.replace("[dvr.movierecorder]\n", '[dvr.movierecorder]\nkind = "movierecorder"\n')
    assert read(tmp_path, said + CHANNEL) == settings


def test_a_kind_brings_its_traits_its_address_and_its_own_keys(tmp_path: Path) -> None:
    deck = read(tmp_path, f'{DECK}slot = "2"\n').dvrs["deck"]
    assert deck.traits is KIND.traits
    assert (deck.url, deck.options) == ("deck://10.1.85.60", (("slot", "2"),))
    assert read(tmp_path, DECK).dvrs["deck"].options == (("slot", "1"),)


def test_settings_with_a_kind_are_values_like_any_other(tmp_path: Path) -> None:
    one, same = (read(tmp_path, f'{DECK}slot = "2"\n').dvrs["deck"] for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)
    assert one != read(tmp_path, DECK).dvrs["deck"]
    assert DeviceSettings("deck", one.url).traits is PLAIN


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            '[dvr.mac]\nurl = "http://10.0.0.2"\nkind = "MovieRecoder"\n',
            'vrmon.toml:3: dvr.mac.kind: is not known: did you mean "movierecorder"? (expected "movie',
        ),
        ('[dvr.mac]\nurl = "http://10.0.0.2"\nkind = "vcr"\n', "vrmon.toml:3: dvr.mac.kind: is not known ("),
        ('[dvr.mac]\nurl = "http://10.0.0.2"\nkind = 1\n', "vrmon.toml:3: dvr.mac.kind: is a number ("),
        (
            '[primary.deck]\nurl = "http://10.0.0.2"\nkind = "deck"\n',
            'vrmon.toml:3: primary.deck.kind: is not known (expected "playbox")',
        ),
        (f'{DECK}slot = "3"\n', 'vrmon.toml:4: dvr.deck.slot: is not known (expected "1" or "2")'),
        (f"{DECK}slot = 1\n", 'vrmon.toml:4: dvr.deck.slot: is a number (expected "1" or "2")'),
        (f'{DECK}slots = "1"\n', 'vrmon.toml:4: dvr.deck.slots: unknown key (did you mean "slot"?)'),
        (f'{DECK}knd = "deck"\n', 'vrmon.toml:4: dvr.deck.knd: unknown key (did you mean "kind"?)'),
        (
            DECK.replace("deck://", "http://"),
            "vrmon.toml:3: dvr.deck.url: does not begin with deck:// (expected a URL such as",
        ),
        (
            '[dvr.mac]\nurl = "http://10.0.0.2"\nslot = "1"\n',
            'vrmon.toml:3: dvr.mac.slot: means nothing to a device of kind "movierecorder" (expected one ',
        ),
        (
            f'{HYPERDECK}tls = "insecure"\n',
            'vrmon.toml:4: dvr.deck.tls: means nothing to a device of kind "hyperdeck" (expected one '
            "of kind, url, poll_interval, timeout)",
        ),
        (
            f'{HYPERDECK}password_file = "/nowhere"\n',
            'vrmon.toml:4: dvr.deck.password_file: means nothing to a device of kind "hyperdeck" (expected ',
        ),
        (
            '[dvr.obs]\nkind = "obs"\nurl = "ws://10.1.85.70:4455"\ntls = false\n',
            'vrmon.toml:4: dvr.obs.tls: means nothing to a device of kind "obs" (expected one of kind, url, '
            "poll_interval, timeout, password_file)",
        ),
    ],
)
def test_what_a_kind_does_not_allow_is_refused_by_its_place(
    tmp_path: Path, text: str, complaint: str
) -> None:
    (found,) = complaints(tmp_path, text)
    assert found.startswith(complaint)


def test_of_a_device_whose_kind_is_not_known_no_own_key_is_complained_of(tmp_path: Path) -> None:
    text = DECK.replace('"deck"', '"dekc"').replace("deck://", "http://") + 'slot = "1"\n'
    (found,) = complaints(tmp_path, text)
    assert found.startswith('vrmon.toml:2: dvr.deck.kind: is not known: did you mean "deck"? (expected ')


def test_what_a_kind_lacks_is_as_if_it_were_not_said(tmp_path: Path) -> None:
    deck = read(tmp_path, HYPERDECK).dvrs["deck"]
    assert (deck.tls, deck.password, deck.kind) == ("system", "", "hyperdeck")


def test_the_environment_speaks_of_a_device_of_any_kind(tmp_path: Path) -> None:
    environ = {"DVR_API_BASE_URL": "deck://10.0.0.9", "POLL_INTERVAL": "2"}
    deck = parse(DECK, tmp_path / "vrmon.toml", environ).dvrs["deck"]
    assert (deck.kind, deck.url, deck.poll_interval) == ("deck", "deck://10.0.0.9", 2.0)
