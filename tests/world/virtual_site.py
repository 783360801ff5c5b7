"""Sites for the simulation: how many primaries, recorders and channels, and what may go wrong of itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from vrmon.devices.movierecorder import TRAITS
from vrmon.settings import Channel, DeviceSettings, Settings, Sync

TIMEOUT = 5.0
SPARE = 1  # sources of each recorder of a wide site that no channel names


@dataclass
class Chances:
    """Of each poll or command: to get no answer, to hang first, to be refused, never to come back."""

    bad_poll: float = 0.0
    hung_poll: float = 0.0
    lost: float = 0.0
    refused: float = 0.0
    vanished: float = 0.0


def site(channels: int, sync: Sync, poll_interval: float = 1.0) -> Settings:
    device = DeviceSettings("playbox", "http://127.0.0.1", poll_interval, TIMEOUT)
    return Settings(
        {"playbox": device},
        {"mac": DeviceSettings("mac", "http://127.0.0.1", poll_interval, TIMEOUT, traits=TRAITS)},
        tuple(
            Channel(f"PCR {n + 1}", "playbox", f"{n:032X}", "mac", f"4XT00292 - {n}") for n in range(channels)
        ),
        sync,
    )


def odd_site(random: Random, sync: Sync, poll_interval: float = 1.0) -> Settings:
    """A wide one, some of whose channels name their source by its place in the list, or as people call it."""
    settings = wide_site(random, sync, poll_interval)
    way = random.choice(["place", "place", "name", "any"])
    channels: list[Channel] = []
    for one in settings.channels:
        place = int(str(one.source).rpartition(" ")[2])
        called: dict[str, str | int] = {"place": place, "name": f"Backup {place + 1}", "id": one.source}
        channels.append(replace(one, source=called[random.choice(list(called)) if way == "any" else way]))
    return replace(settings, channels=tuple(channels))


def wide_site(random: Random, sync: Sync, poll_interval: float = 1.0) -> Settings:
    """Two primaries, two recorders and six channels or more; two of them record one ingest twice. Sources of
    both recorders bear the same ids."""
    device = DeviceSettings("", "http://127.0.0.1", poll_interval, TIMEOUT)
    recorder = replace(device, traits=TRAITS)
    places = [
        (primary, f"{10 * (primary == 'playbox') + n:032X}")
        for primary, count in (("playbox", random.randint(3, 4)), ("playbox 2", 2))
        for n in range(count)
    ]
    wanted = [(*places[0], "mac 2"), *((*place, random.choice(["mac", "mac 2"])) for place in places[1:])]
    taken = {"mac": 0, "mac 2": 0}
    channels: list[Channel] = []
    for primary, ingest, dvr in ((*places[0], "mac"), *wanted):
        channels.append(Channel(f"PCR {len(channels) + 1}", primary, ingest, dvr, f"4XT00292 - {taken[dvr]}"))
        taken[dvr] += 1
    return Settings(
        {name: replace(device, name=name, url=_url(name)) for name in ("playbox", "playbox 2")},
        {name: replace(recorder, name=name, url=_url(name)) for name in ("mac", "mac 2")},
        tuple(channels),
        sync,
    )


def _url(name: str) -> str:
    return f"http://{name.replace(' ', '-')}"
