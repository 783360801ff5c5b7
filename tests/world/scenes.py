"""Status documents for each state that a channel can be in, as the daemon's own views make them.

Each state is a short story of what the devices showed, up to now; vrmon's plan says what came of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from tests.world.observed import Fault, Site
from vrmon.devices import movierecorder, playbox
from vrmon.model import Job, Source, Verb
from vrmon.plan.memory import Hold
from vrmon.settings import Channel, DeviceSettings, Settings

Document = dict[str, Any]
Act = Callable[[Site, Channel, str], object]
Story = tuple[tuple[float, Act], ...]
"""What happens to a channel and its show, each with how many seconds ago."""

SHOWS = (
    "NEWS_AT_TEN",
    "SPORTS_DESK",
    "MORNING_SHOW",
    "PARLIAMENT_LIVE",
    "WEATHER",
    "CULTURE_NIGHT",
    "QUIZ",
    "ARENA",
)
PLAYBOX, RECORDER, SECOND = "playbox", "movierecorder", "movierecorder-2"
_URLS = {
    PLAYBOX: "https://10.1.83.21:4230",
    RECORDER: "http://10.1.85.53:8080",
    SECOND: "http://10.1.85.54:8080",
}
_SETTLED = 1.25  # seconds after which nothing more comes of what has happened
_LAST = 1.0  # seconds at the end in which everything is looked at closely again
_ON_AIR = 754.0
_STAGGERED = 311.0  # seconds between the beginnings of two shows
_PICTURE = 8.0  # seconds old


def _refusal(device: str) -> Fault:
    """In the words of the devices' HTTP client."""
    return Fault(f"{device} ({_URLS[device].partition('//')[2]}) refused the connection")


def _begin(at: Site, channel: Channel, show: str) -> None:
    job = Job(channel.ingest, f"{4000 + at.settings.channels.index(channel)}")
    at.jobs[channel.primary].append(job)
    at.names[job] = show


def _begin_without_a_name(at: Site, channel: Channel, _: str) -> None:
    at.jobs[channel.primary].append(Job(channel.ingest, "5000"))


def _begin_late_news(at: Site, channel: Channel, _: str) -> None:
    job = Job(channel.ingest, "4711")
    at.jobs[channel.primary].append(job)
    at.names[job] = "LATE_NEWS"


def _lose_job(at: Site, channel: Channel, _: str) -> None:
    jobs = at.jobs[channel.primary]
    jobs[:] = [job for job in jobs if job.ingest != channel.ingest]


def _primary_is_gone(at: Site, channel: Channel, _: str) -> None:
    at.faults[channel.primary] = _refusal(channel.primary)


def _primary_is_back(at: Site, channel: Channel, _: str) -> None:
    at.faults.pop(channel.primary, None)


def _dvr_is_gone(at: Site, channel: Channel, _: str) -> None:
    at.faults[channel.dvr] = _refusal(channel.dvr)


def _rehearse(at: Site, channel: Channel, _: str) -> None:
    at.record(channel.dvr, str(channel.source), "REHEARSAL_MANUAL")


def _remove_source(at: Site, channel: Channel, _: str) -> None:
    del at.sources[channel.dvr][str(channel.source)]


def _disable_source(at: Site, channel: Channel, _: str) -> None:
    at.show(channel.dvr, str(channel.source), is_enabled=False)


def _die(at: Site, channel: Channel, _: str) -> None:
    at.end(channel.dvr, str(channel.source))


def _hold(at: Site, channel: Channel, _: str) -> None:
    hold = Hold(at.now, at.now + 3600, "rewiring the router", "alice (uid 1000)")
    at.amend(at.settings.channels.index(channel), hold=hold)


def _hang(verb: Verb) -> Act:
    return lambda at, channel, _: at.answers.update({(str(channel.source), verb): None})


_RUNNING = (_ON_AIR, _begin)
_STORIES: dict[str, Story] = {
    "recording": (_RUNNING,),
    "idle": (),
    "starting": ((0.6, _begin_without_a_name),),
    "stopping": (_RUNNING, (5.0, _hang(Verb.STOP)), (4.75, _lose_job)),
    "keeping": (_RUNNING, (38.0, _primary_is_gone), (37.5, _lose_job), (37.0, _primary_is_back)),
    "foreign": ((66.0, _rehearse), (65.0, _begin)),
    "by-hand": ((65.0, _rehearse),),
    "blocked": ((125.0, _remove_source), (124.0, _begin)),
    "died": (_RUNNING, (2.2, _hang(Verb.RECORD)), (2.1, _die)),
    "continued": (_RUNNING, (30.0, _die)),
    "hold": ((600.0, _hold),),
    "hold-on-air": ((600.0, _hold), (65.0, _begin)),
    "preflight": ((900.0, _disable_source),),
    "overlap": (_RUNNING, (20.0, _begin_late_news)),
    "stale-dvr": (_RUNNING, (48.0, _dvr_is_gone)),
    "stale-primary": (_RUNNING, (37.0, _primary_is_gone)),
    "hung": ((8.1, _hang(Verb.RECORD)), (8.0, _begin)),
}
EVERY_STATE = (
    "recording",
    "idle",
    "starting",
    "stopping",
    "keeping",
    "foreign",
    "by-hand",
    "blocked",
    "died",
    "continued",
    "hold",
    "hold-on-air",
    "preflight",
    "overlap",
    "stale-dvr",
)
"""All that can be shown beside one another: a primary that is gone is gone for every channel."""


def rfc3339(seconds_ago: float = 0.0) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds_ago)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def document(*states: str, pictures: bool = False, **more: Any) -> Document:
    """/status of a site whose channels are in these states; `more` replaces parts of it.

    `pictures`: each channel has one that is a few seconds old.
    """
    site = _site(states)
    channels = site.settings.channels
    acts = [
        (ago + (_STAGGERED * (number % 8) if act is _begin and ago == _ON_AIR else 0.0), number, act)
        for number, state in enumerate(states)
        for ago, act in _STORIES[state]
    ]
    end = max([_LAST, *(ago for ago, _, _ in acts)]) + _SETTLED
    for ago, number, act in sorted(acts, key=lambda one: -one[0]):
        _pass(site, end - ago)
        act(site, channels[number], show(number))
    _pass(site, end - _LAST)
    site.until(end)
    taken = {channel.key: _PICTURE for channel in channels} if pictures else {}
    return {**site.document(pictures=taken), **more}


def _site(states: tuple[str, ...]) -> Site:
    channels = tuple(
        Channel(
            f"PCR {number + 1}",
            PLAYBOX,
            f"{0x9C64992C + number:08X}FF3A4A3FA3C635BB7D9B6071",
            SECOND if state == "stale-dvr" else RECORDER,
            f"4XT00292 - {number}",
        )
        for number, state in enumerate(states)
    )
    dvrs = [RECORDER, *(name for name in (SECOND,) if any(one.dvr == name for one in channels))]
    settings = Settings(
        {PLAYBOX: DeviceSettings(PLAYBOX, _URLS[PLAYBOX], 1.0, traits=playbox.KIND.traits)},
        {name: DeviceSettings(name, _URLS[name], 1.0, traits=movierecorder.TRAITS) for name in dvrs},
        channels,
    )
    sources = {
        name: tuple(
            Source(
                str(one.source),
                f"Cam {chr(65 + number % 26)}",
                is_locked=False,
                recording_name="",
                destinations=("d 1",),
            )
            for number, one in enumerate(channels)
            if one.dvr == name
        )
        for name in dvrs
    }
    return Site(settings, sources)


def _pass(site: Site, moment: float) -> None:
    if moment > site.now:
        site.until(min(site.now + _SETTLED, moment))
        site.skip(moment)


def show(number: int) -> str:
    """What the show of that channel is called."""
    return f"{SHOWS[number % len(SHOWS)]}_{number + 1:02d}"


def device(url: str, *, state: str = "ok", age: float = 0.4, error: str = "", failures: int = 0) -> Document:
    """One device of a document, to be put in where a whole story would say no more."""
    return {
        "url": url,
        "state": state,
        "last_ok": rfc3339(age),
        "age": age,
        "error": error,
        "failures": failures,
        "poll_interval": 1.0,
    }
