"""What may happen at a site of one channel, each as something that is done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tests.world.observed import NOW, Fault, Site
from vrmon.catalog import Code
from vrmon.devices.movierecorder import TRAITS
from vrmon.model import Destination, DeviceState, Job, Note, Odd, Outcome, Schedule, Sighting, Source, Verb
from vrmon.plan.drill import Drill
from vrmon.plan.memory import Hold
from vrmon.settings import Channel, DeviceSettings, Eyes, Settings, Sync
from vrmon.state import snapshot

Act = Callable[[Site], object]

INGEST, OTHER = "A" * 32, "B" * 32
JOB, NEXT = Job(INGEST, "1"), Job(INGEST, "2")
CHANNEL = Channel("PCR 1", "playbox", INGEST, "dvr", "s 1")
SETTINGS = Settings(
    {"playbox": DeviceSettings("playbox", "http://10.0.0.1", 1.0)},
    {"dvr": DeviceSettings("dvr", "http://10.0.0.2", 1.0, traits=TRAITS)},
    (CHANNEL,),
    Sync(outage_hold=60.0),
    eyes=Eyes(enabled=True),
)
SOURCES = tuple(
    Source(f"s {n}", f"Cam {n}", is_locked=False, recording_name="", destinations=("d 1",)) for n in (1, 2)
)
SILENT = Fault("it does not answer", DeviceState.UNREACHABLE)
ODD = Fault("it answers oddly", DeviceState.UNKNOWN)
PASSWORD = Fault("it wants a password", DeviceState.UNKNOWN, Code.PASSWORD_REFUSED)
CERTIFICATE = Fault("it shows another certificate", DeviceState.UNREACHABLE, Code.CERTIFICATE_REFUSED)


def site() -> Site:
    made = Site(SETTINGS, {"dvr": SOURCES})
    made.until(5.0)
    return made


def wait(seconds: float) -> Act:
    return lambda at: at.until(at.now + seconds)


def hours_go_by(at: Site) -> None:
    """Longer than any show lasts, and everybody answers all the time."""
    while at.now < at.settings.sync.max_take + 10.0:
        at.skip(at.now + 1.0)


def a_job_begins(at: Site) -> None:
    at.jobs["playbox"].append(JOB)
    at.names[JOB] = "NEWS"


def the_next_job_begins(at: Site) -> None:
    at.jobs["playbox"].append(NEXT)
    at.names[NEXT] = "NEXT"


def a_job_begins_elsewhere(at: Site) -> None:
    at.jobs["playbox"].append(Job(OTHER, "1"))


def two_jobs_begin_elsewhere(at: Site) -> None:
    at.jobs["playbox"] += [Job(OTHER, "1"), Job(OTHER, "2")]


def jobs_begin_elsewhere(at: Site) -> None:
    """More than anybody could read."""
    at.jobs["playbox"] += [Job(f"{n:032X}", "1") for n in range(1, 300)]


def the_ingest_is_mistyped(at: Site) -> None:
    has_channels(replace(CHANNEL, ingest="F" * 32))(at)


def long_takes_are_ended(seconds: float) -> Act:
    def change(at: Site) -> None:
        sync = replace(at.settings.sync, max_take=seconds, max_take_stop=True)
        at.settings = replace(at.settings, sync=sync)

    return change


def a_drill_begins(at: Site) -> None:
    at.amend(0, drill=Drill.of(at.settings.channels[0], 10.0, "alice", at.now, NOW, None))


def a_drill_lasts(at: Site) -> None:
    at.amend(0, drill=Drill.of(at.settings.channels[0], 60.0, "alice", at.now, NOW, None))


def the_picture_is_black(at: Site) -> None:
    at.sightings = {CHANNEL.key: Sighting(at.now, black=30.0, frozen=0.0)}


def the_picture_is_frozen(at: Site) -> None:
    at.sightings = {CHANNEL.key: Sighting(at.now, black=0.0, frozen=60.0)}


def the_picture_is_well(at: Site) -> None:
    at.sightings = {CHANNEL.key: Sighting(at.now, black=0.0, frozen=0.0)}


def nobody_says_what_the_picture_is(at: Site) -> None:
    at.sightings = {}


def the_picture_is_black_for_a_moment_at_least(at: Site) -> None:
    """vrmon-alarm was restarted."""
    at.sightings = {CHANNEL.key: Sighting(at.now, black=None, frozen=0.0)}


def the_channel_is_moving(at: Site) -> None:
    has_channels(replace(CHANNEL, moving=True))(at)


def the_channel_is_spare(at: Site) -> None:
    has_channels(replace(CHANNEL, spare=True))(at)


def two_spare_channels_name_the_source(at: Site) -> None:
    other = Channel("PCR 2", "playbox", OTHER, "dvr", "Cam 1", spare=True)
    has_channels(replace(CHANNEL, spare=True), other)(at)


def the_channel_gets_another_ingest(at: Site) -> None:
    at.listed.add(OTHER)
    has_channels(replace(CHANNEL, ingest=OTHER, source="s 2"))(at)


def a_name_is_not_resolved(at: Site) -> None:
    at.notes["dvr"] = (Note(Code.NAME_UNRESOLVED, "dvr.studio has no address"),)


def two_channels_name_the_source(at: Site) -> None:
    has_channels(CHANNEL, Channel("PCR 2", "playbox", OTHER, "dvr", "Cam 1"))(at)


def vrmon_restarts(at: Site) -> None:
    saved = snapshot.payload(at.memory, NOW)
    at.restart(snapshot.restore(saved, NOW, at.now, at.settings.sync))


def the_job_ends(at: Site) -> None:
    at.jobs["playbox"].remove(JOB)


def a_job_is_recorded(at: Site) -> None:
    a_job_begins(at)
    at.until(at.now + 5.0)
    assert at.sources["dvr"]["s 1"].is_recording


def fails(device: str, how: Fault) -> Act:
    return lambda at: at.faults.update({device: how})


def answers_again(device: str) -> Act:
    return lambda at: at.faults.pop(device)


def shows(**changes: object) -> Act:
    return lambda at: at.show("dvr", "s 1", **changes)


def the_take_dies(at: Site) -> None:
    at.end("dvr", "s 1")


def the_take_is_swapped(at: Site) -> None:
    """Between two looks."""
    at.end("dvr", "s 1")
    at.record("dvr", "s 1", "BY HAND")


def our_name_is_recorded(at: Site) -> None:
    at.record("dvr", "s 1", "NEWS")


def the_file_is_renamed(at: Site) -> None:
    at.names[JOB] = "NEWS_1"


def somebody_records(at: Site) -> None:
    at.record("dvr", "s 1", "BY HAND")


def the_channel_means_an_index(at: Site) -> None:
    has_channels(replace(CHANNEL, source=0))(at)
    at.until(at.now + 2.0)


def the_source_vanishes(at: Site) -> None:
    del at.sources["dvr"]["s 1"]


def replies(verb: Verb, outcome: Outcome, error: str = "") -> Act:
    """From here on to that command, which has no effect."""
    return lambda at: at.answers.update({("s 1", verb): (outcome, error)})


def never_answers(verb: Verb) -> Act:
    return lambda at: at.answers.update({("s 1", verb): None})


def hangs(device: str) -> Act:
    return lambda at: at.hung.add(device)


def the_primary_restarts(at: Site) -> None:
    """Between two polls, with its jobs lost."""
    at.restarted.add("playbox")
    at.jobs["playbox"].clear()


def somebody_holds_the_channel(at: Site) -> None:
    at.amend(0, hold=Hold(at.now, None, "rehearsal", "jane"))


def somebody_ends_the_take(at: Site) -> None:
    at.amend(0, released=(JOB, at.now))


def has_channels(*channels: Channel) -> Act:
    def reload(at: Site) -> None:
        at.settings = replace(at.settings, channels=channels)

    return reload


def two_sources_bear_the_name(at: Site) -> None:
    at.show("dvr", "s 1", display_name="Cam")
    at.show("dvr", "s 2", display_name="Cam")
    has_channels(replace(CHANNEL, source="Cam"))(at)


def another_source_is_told_oddly(at: Site) -> None:
    del at.sources["dvr"]["s 2"]
    at.odd["dvr"] = (Odd(1, "s 2", "[1].is_paused: true or false is expected"),)


def the_source_is_told_oddly(at: Site) -> None:
    del at.sources["dvr"]["s 1"]
    at.odd["dvr"] = (Odd(0, "s 1", "[0].is_paused: true or false is expected"),)


def a_destination_is_warned_of(at: Site) -> None:
    at.destinations["dvr"] = (Destination("d 1", "RAID", ("it is full",)),)


def both_destinations_are_warned_of(at: Site) -> None:
    at.show("dvr", "s 1", destinations=("d 1", "d 2"))
    raid, nas = Destination("d 1", "RAID", ("it is full",)), Destination("d 2", "NAS", ("it is slow",))
    at.destinations["dvr"] = (raid, nas)


def a_schedule_is_due(begins: float, minutes: int) -> Act:
    """It begins so many seconds from now, on the minute or less than one after it."""

    def enter(at: Site) -> None:
        day = datetime.fromtimestamp(NOW + at.now + begins)
        entry = Schedule("e 1", "REHEARSAL", "s 1", 60 * day.hour + day.minute, minutes, day=day.timestamp())
        at.schedules["dvr"] = (replace(entry, source="s 2"), entry)

    return enter


def an_end_is_set(seconds: float) -> Act:
    return lambda at: at.show("dvr", "s 1", end_date="tonight", ends=NOW + at.now + seconds)
