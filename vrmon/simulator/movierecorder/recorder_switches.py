"""The switches of the simulated MovieRecorder, for the device or for one source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vrmon.simulator.served.oddities import Odd
from vrmon.simulator.served.switches import Switches, switch


@dataclass(frozen=True)
class MovieRecorderSwitches(Switches):
    """Each is an unknown of wire-facts.md. Times are seconds."""

    refusal: Literal[200, 422] = switch(
        200, "status of a command that is understood and not done; the body says success false"
    )
    record_while_recording: Literal["success", "refused"] = switch(
        "refused", "what a second record is told; nothing comes of it"
    )
    stop_while_idle: Literal["success", "refused"] = switch("success", "what a stop of nothing is told")
    without_destination: Literal["200", "422", "records"] = switch(
        "200", "record without an enabled destination: refused with that status, or recorded to nothing"
    )
    start_visible_after: float = switch(0.0, "how long is_recording stays false after a take began")
    stop_visible_after: float = switch(0.0, "how long is_recording stays true after a remote stop")
    record_effect: Literal["records", "nothing"] = switch(
        "records", "nothing: record is told success, and nothing happens"
    )
    stop_effect: Literal["stops", "nothing"] = switch(
        "stops", "nothing: stop is told success, and the take goes on"
    )
    accepted_after: float | None = switch(
        None, "commands are answered at once and carried out so much later; null: at once"
    )
    accepted_status: Literal[202, 200] = switch(202, "how a command is answered that is carried out later")
    record_obeyed_after: float = switch(0.0, "record is told success at once, and obeyed so much later")
    stop_obeyed_after: float = switch(
        0.0,
        "stop is told success at once, and obeyed so much later; until then it records on",
    )
    take_dies_after: float | None = switch(
        None, "a take that was begun remotely ends by itself after so long"
    )
    take_ends_after: float | None = switch(
        None, "a take that was begun remotely has an end date so much later, and ends then"
    )
    name_after_stop: Literal["kept", "reset"] = switch(
        "kept", "recording_name after a stop: the last one, or the source's display_name"
    )
    name_while_recording: Literal["now", "next", "next, shown", "refused"] = switch(
        "now", "a name given while recording: the running take's, the next take's (shown at once or not), 422"
    )
    duplicate_name: Literal["suffix", "suffix, shown", "name refused", "record refused", "overwritten"] = (
        switch(
            "suffix",
            "a name that a file has: the new one gets a suffix (shown or not), replaces it, or is refused",
        )
    )
    name_shown: Literal[
        "as given", "latin-1", "question marks", "underscores", "transliterated", "decomposed", "prefixed"
    ] = switch(
        "as given",
        "how recording_name spells Zürich: ZÃ¼rich, Z?rich, Z_rich, Zuerich, in NFD, prefixed",
    )
    name_shown_while: Literal["always", "recording"] = switch(
        "always", "when name_shown holds; recording: an idle source shows the name as given"
    )
    split_after: float | None = switch(
        None, "a take goes on in a new file each time so many seconds are in one; null: on manual_split only"
    )
    split_name: Literal["kept", "suffixed", "reset"] = switch(
        "kept", "recording_name after a split: as before, with -1, -2, …, or the source's display_name"
    )
    split_date: Literal["new", "kept"] = switch(
        "new", "recording_start_date after a split: the new file's, or still the first one's"
    )
    split_idle: float = switch(0.0, "how long is_recording is false at a split, although nothing is lost")
    splitting: Literal["possible", "refused"] = switch("possible", "what manual_split is told")
    locked_source: Literal["accepted", "403", "422"] = switch("accepted", "commands on a locked source")
    disabled_source: Literal["accepted", "refused"] = switch("refused", "record on a disabled source")
    pausing: Literal["possible", "refused"] = switch("possible", "what pause is told")
    bulk_failure: Literal["reported", "hidden", "none done"] = switch(
        "reported", "one of several sources fails in one PUT: said, not said, or said and none is done"
    )
    unauthorized: Literal["401 json", "403 json", "200 json", "401 text", "403 text", "200 text"] = switch(
        "401 json", "how a wrong password is refused"
    )
    source_told: Literal[
        Odd,
        "unique_id absent",
        "unique_id null",
        "unique_id number",
        "unique_id empty",
        "display_name absent",
        "display_name null",
        "display_name number",
        "is_enabled absent",
        "is_recording absent",
        "is_recording null",
        "is_recording text",
        "is_paused absent",
        "is_paused null",
        "recording_name null",
        "recording_name number",
        "enabled_destinations text",
    ] = switch("well", "the entry of a source, told oddly")
    source_alone: Literal["told", "404"] = switch("told", "what GET /sources/ID answers")
    destination_told: Literal[
        Odd,
        "unique_id absent",
        "unique_id null",
        "name null",
        "warning_messages text",
        "warning_messages number",
    ] = switch("well", "the entry of the last destination, told oddly")
    scheduled_told: Literal[
        Odd,
        "unique_id null",
        "source_unique_id absent",
        "source_unique_id null",
        "start_time null",
        "duration text",
        "recording_days null",
    ] = switch("well", "the last entry of the schedule, told oddly")
    keys: Literal["all", "3.x"] = switch("all", "the keys of a source: a newer build's, or only those of 3.x")
    start_date: Literal["given", "absent", "empty"] = switch("given", "recording_start_date while recording")
    no_destinations: Literal["empty", "null", "absent"] = switch(
        "empty", "enabled_destinations of a source that has none"
    )
    dates: Literal["cocoa", "iso", "iso, local", "milliseconds"] = switch(
        "cocoa", "how dates are written: 2026-11-22 18:00:00 +0000, 2026-11-22T18:00:00Z, …+01:00, a number"
    )
    no_signal: Literal["empty", "words", "null"] = switch(
        "empty", "video_format of a source without a signal: an empty text, No Signal, null"
    )
    no_warnings: Literal["absent", "empty", "null"] = switch(
        "absent", "warning_messages of a destination that has none"
    )
    destination_list: Literal["given", "empty", "404"] = switch("given", "what /destinations answers")
    full_disk: Literal["take goes on", "take ends"] = switch(
        "take goes on", "a take whose destinations are all full: goes on without a byte, or ends"
    )
    full_disk_told: Literal["to all", "per source", "not at all"] = switch(
        "to all", "warning_messages of a full disk: under NotRelatedToSource, under each source's unique_id"
    )
    record_on_full_disk: Literal["success", "refused"] = switch("success", "what record is told then")
    schedule_end: Literal["any take", "its own"] = switch(
        "any take", "which take of the source ends when an entry of the schedule does"
    )
    schedule_after_end: Literal["gone", "kept"] = switch("gone", "an entry of the schedule that is over")
    restoring: Literal["ends takes", "keeps takes"] = switch(
        "ends takes", "what restoring a configuration does to takes of sources that stay"
    )
    api_page: Literal["served", "absent"] = switch("served", "/api.html, which tells the version")
    thumbnail: Literal["png", "jpeg", "frozen", "black", "cut short", "absent"] = switch(
        "png", "pictures of the sources: live as a PNG, a grey JPEG, always the same, black, or none whole"
    )
