"""The table of every problem: in which situation it is told, and how bad it is, after how many seconds.

A row of the catalog that has no line here fails, and so does a severity that none has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.world import incidents as when
from tests.world.incidents import (
    CERTIFICATE,
    ODD,
    PASSWORD,
    SILENT,
    Act,
    a_job_begins,
    a_job_is_recorded,
    fails,
    replies,
    shows,
    wait,
)
from tests.world.observed import TICK
from vrmon.catalog import ROWS, Code, Severity, Situation, names, needs
from vrmon.daemon.own_problems import OwnProblems
from vrmon.model import Outcome, Problem, Verb

INFO, DEGRADED, CRITICAL = Severity.INFO, Severity.DEGRADED, Severity.CRITICAL
INCOMPLETE = {Code.BACKUP_INCOMPLETE: DEGRADED}
IN_VAIN: dict[str, dict[str, object]] = {
    "paused": {"is_paused": True},
    "written nowhere": {"destinations": ()},
}
NOWHERE = {"paused": {}, "written nowhere": {Code.NO_DESTINATION: DEGRADED}}  # what there is as well
REFUSED, LOST, DEAF = (Outcome.REFUSED, "it is busy"), (Outcome.LOST, "no answer"), (Outcome.DONE, "")


class Line(NamedTuple):
    """`first` comes before it, `then` begins it. `told`: what is told so many seconds later, and no more."""

    words: str
    first: tuple[Act, ...]
    then: tuple[Act, ...]
    told: Mapping[float, Mapping[Code, Severity]]


TABLE = (
    Line("nothing is the matter", (), (), {0: {}, 30: {}}),
    Line("a job begins", (), (a_job_begins,), {0: {}, 2: {}, 5: {}, 30: {}}),
    # What devices say.
    Line("the primary is silent", (), (fails("playbox", SILENT),), {0: {Code.PRIMARY_UNREACHABLE: DEGRADED}}),
    Line("the primary is odd", (), (fails("playbox", ODD),), {0: {Code.PRIMARY_UNKNOWN: DEGRADED}}),
    Line(
        "the primary falls silent on air",
        (a_job_is_recorded,),
        (fails("playbox", SILENT),),
        {0: {Code.PRIMARY_UNREACHABLE: DEGRADED, Code.PRIMARY_GONE_KEEPING: DEGRADED}},
    ),
    Line("the DVR is silent", (), (fails("dvr", SILENT),), {0: {Code.DVR_UNREACHABLE: DEGRADED}}),
    Line("the DVR is odd", (), (fails("dvr", ODD),), {0: {Code.DVR_UNKNOWN: DEGRADED}}),
    Line("the password is wrong", (), (fails("dvr", PASSWORD),), {0: {Code.PASSWORD_REFUSED: DEGRADED}}),
    Line(
        "the certificate is another",
        (),
        (fails("dvr", CERTIFICATE),),
        {0: {Code.CERTIFICATE_REFUSED: DEGRADED}},
    ),
    Line(
        "a job begins while the DVR is silent",
        (fails("dvr", SILENT), wait(1.0)),
        (a_job_begins,),
        {0: {Code.DVR_UNREACHABLE: DEGRADED, Code.DVR_BLIND: CRITICAL}},
    ),
    Line(
        "the DVR falls silent on air",
        (a_job_is_recorded,),
        (fails("dvr", SILENT),),
        {
            0: {Code.DVR_UNREACHABLE: DEGRADED},
            30: {Code.DVR_UNREACHABLE: DEGRADED, Code.DVR_BLIND: CRITICAL},
        },
    ),
    Line(
        "another channel's source is told oddly",
        (a_job_is_recorded,),
        (when.another_source_is_told_oddly,),
        {30: {Code.ODD_ANSWER: DEGRADED}},
    ),
    Line(
        "the source is told oddly on air",
        (a_job_is_recorded,),
        (when.the_source_is_told_oddly,),
        {30: {Code.ODD_ANSWER: DEGRADED, Code.DVR_BLIND: CRITICAL}},
    ),
    Line(
        "a name is not resolved any more",
        (),
        (when.a_name_is_not_resolved,),
        {0: {Code.NAME_UNRESOLVED: DEGRADED}},
    ),
    # The source.
    Line("the source is missing", (), (when.the_source_vanishes,), {0: {Code.SOURCE_MISSING: DEGRADED}}),
    Line(
        "a job begins and the source is missing",
        (when.the_source_vanishes,),
        (a_job_begins,),
        {0: {Code.SOURCE_MISSING: CRITICAL}},
    ),
    Line(
        "the source vanishes on air",
        (a_job_is_recorded,),
        (when.the_source_vanishes,),
        {0: {Code.SOURCE_MISSING: CRITICAL}},
    ),
    Line(
        "the source that an index means is away",
        (when.the_channel_means_an_index,),
        (when.the_source_vanishes,),
        {seconds: {Code.SOURCE_MISSING: DEGRADED} for seconds in (0, 30)},
    ),
    Line(
        "two sources bear the name",
        (),
        (when.two_sources_bear_the_name,),
        {0: {Code.SOURCE_AMBIGUOUS: DEGRADED}},
    ),
    Line(
        "two channels name the source",
        (),
        (when.two_channels_name_the_source,),
        {0: {Code.SOURCE_AMBIGUOUS: DEGRADED}},
    ),
    Line(
        "a job begins and two sources bear the name",
        (when.two_sources_bear_the_name,),
        (a_job_begins,),
        {0: {Code.SOURCE_AMBIGUOUS: CRITICAL}},
    ),
    Line(
        "the source of a spare channel is disabled",
        (when.the_channel_is_spare,),
        (shows(is_enabled=False),),
        {0: {Code.SOURCE_DISABLED: INFO}},
    ),
    Line(
        "the source of a spare channel is locked",
        (when.the_channel_is_spare,),
        (shows(is_locked=True),),
        {0: {Code.SOURCE_LOCKED: INFO}},
    ),
    Line(
        "the source of a spare channel has no destination",
        (when.the_channel_is_spare,),
        (shows(destinations=()),),
        {0: {Code.NO_DESTINATION: INFO}},
    ),
    Line(
        "the source of a spare channel vanishes",
        (when.the_channel_is_spare,),
        (when.the_source_vanishes,),
        {0: {Code.SOURCE_MISSING: INFO}},
    ),
    Line(
        "a job begins on a spare channel without a source",
        (when.the_channel_is_spare, when.the_source_vanishes),
        (a_job_begins,),
        {0: {Code.SOURCE_MISSING: CRITICAL}},
    ),
    Line(
        "a take that lasts for very long is ended",
        (when.long_takes_are_ended(30.0), a_job_is_recorded),
        (wait(25.0),),
        {0: {}, 10: {Code.LONG_TAKE: CRITICAL, **INCOMPLETE}},
    ),
    Line("a drill goes well", (), (when.a_drill_begins,), {0: {}, 5: {}, 30: {}}),
    Line(
        "a drill is refused by the recorder",
        (replies(Verb.RECORD, *REFUSED),),
        (when.a_drill_begins,),
        {0: {}, 20: {}, 30: {Code.DRILL_FAILED: DEGRADED}},
    ),
    Line(
        "a drill of a spare channel is refused by the recorder",
        (when.the_channel_is_spare, replies(Verb.RECORD, *REFUSED)),
        (when.a_drill_begins,),
        {30: {Code.DRILL_FAILED: INFO}},
    ),
    Line(
        "a drill of a disabled source is refused by the recorder",
        (shows(is_enabled=False), replies(Verb.RECORD, *REFUSED)),
        (when.a_drill_begins,),
        {0: {Code.SOURCE_DISABLED: DEGRADED}, 20: {Code.SOURCE_DISABLED: DEGRADED}},
    ),
    Line("the source is disabled", (), (shows(is_enabled=False),), {0: {Code.SOURCE_DISABLED: DEGRADED}}),
    Line("the source is locked", (), (shows(is_locked=True),), {0: {Code.SOURCE_LOCKED: DEGRADED}}),
    Line("no destination", (), (shows(destinations=()),), {0: {Code.NO_DESTINATION: DEGRADED}}),
    Line(
        "a warning of a spare channel's destination",
        (when.the_channel_is_spare,),
        (when.a_destination_is_warned_of,),
        {0: {Code.DESTINATION_WARNING: INFO}},
    ),
    Line(
        "two channels, both spare, name one source",
        (),
        (when.two_spare_channels_name_the_source,),
        {0: {Code.SOURCE_AMBIGUOUS: INFO}},
    ),
    Line(
        "a warning of the destination",
        (a_job_is_recorded,),
        (when.a_destination_is_warned_of,),
        {0: {Code.DESTINATION_WARNING: DEGRADED}},
    ),
    Line(
        "warnings of both destinations",
        (a_job_is_recorded,),
        (when.both_destinations_are_warned_of,),
        {0: {Code.DESTINATION_WARNING: DEGRADED}},
    ),
    Line(
        "a schedule of the recorder's own is due in a quarter of an hour",
        (),
        (when.a_schedule_is_due(900, 30),),
        {0: {}, 360: {Code.SCHEDULE_AHEAD: INFO}, 901: {}},
    ),
    Line(
        "it is due on air",
        (a_job_is_recorded,),
        (when.a_schedule_is_due(300, 30),),
        {0: {Code.SCHEDULE_AHEAD: DEGRADED}, 301: {}},
    ),
    Line(
        "a job begins while the recorder's own schedule is about to end",
        (when.a_schedule_is_due(0, 15),),
        (a_job_is_recorded,),
        {0: {}, 360: {Code.SCHEDULE_AHEAD: DEGRADED}, 900: {}},
    ),
    Line(
        "the take has an end",
        (a_job_is_recorded,),
        (when.an_end_is_set(900),),
        {0: {Code.END_SET: INFO}, 301: {Code.END_SET: DEGRADED}, 950: {Code.END_SET: DEGRADED}, 965: {}},
    ),
    Line(
        "the take has an end that nobody can read",
        (a_job_is_recorded,),
        (shows(end_date="when the moon is full"),),
        {0: {Code.END_SET: DEGRADED}, 30: {Code.END_SET: DEGRADED}},
    ),
    Line(
        "the picture gets another format on air",
        (shows(video_format="1080i50"), wait(1.0), a_job_is_recorded),
        (shows(video_format="720p50"),),
        {0: {Code.FORMAT_CHANGED: DEGRADED}, 30: {Code.FORMAT_CHANGED: DEGRADED}},
    ),
    Line(
        "the picture is lost on air",
        (shows(video_format="1080i50"), wait(1.0), a_job_is_recorded),
        (shows(video_format=""),),
        {0: {Code.FORMAT_CHANGED: DEGRADED}, 30: {Code.FORMAT_CHANGED: DEGRADED}},
    ),
    Line(
        "the picture comes back as it was",
        (shows(video_format="1080i50"), wait(1.0), a_job_is_recorded, shows(video_format=""), wait(1.0)),
        (shows(video_format="1080i50"),),
        {0: {}, 30: {}},
    ),
    Line(
        "the picture comes once the take runs, or the recorder does not tell of it any more",
        (shows(video_format=""), a_job_is_recorded, shows(video_format="1080i50"), wait(1.0)),
        (shows(video_format=None),),
        {0: {}, 30: {}},
    ),
    Line(
        "the picture is black on air",
        (a_job_is_recorded,),
        (when.the_picture_is_black,),
        {0: {Code.PICTURE_BLACK: DEGRADED}, 600: {Code.PICTURE_BLACK: DEGRADED}},
    ),
    Line(
        "the picture is black on air, and nobody looks at it any more",
        (a_job_is_recorded, when.the_picture_is_black, wait(5.0)),
        (when.nobody_says_what_the_picture_is,),
        {0: {Code.PICTURE_BLACK: DEGRADED}, 600: {Code.PICTURE_BLACK: DEGRADED}},
    ),
    Line(
        "the picture is black on air, and vrmon-alarm has just begun to look again",
        (a_job_is_recorded, when.the_picture_is_black, wait(5.0)),
        (when.the_picture_is_black_for_a_moment_at_least,),
        {0: {Code.PICTURE_BLACK: DEGRADED}, 30: {Code.PICTURE_BLACK: DEGRADED}},
    ),
    Line(
        "the picture is black for a moment only, as far as anybody knows",
        (a_job_is_recorded,),
        (when.the_picture_is_black_for_a_moment_at_least,),
        {0: {}, 30: {}},
    ),
    Line(
        "a take whose picture was black dies, and nobody looks at the next one's",
        (a_job_is_recorded, when.the_picture_is_black, wait(5.0)),
        (when.the_take_dies, wait(20.0)),
        {0: {Code.TAKE_DIED: DEGRADED}},
    ),
    Line(
        "the picture was black on air",
        (a_job_is_recorded, when.the_picture_is_black, wait(5.0)),
        (when.the_picture_is_well,),
        {0: {}},
    ),
    Line(
        "the job of a black picture ends",
        (a_job_is_recorded, when.the_picture_is_black, wait(5.0)),
        (when.the_job_ends,),
        {5: {}},
    ),
    Line("the picture is black, and nothing is recorded", (), (when.the_picture_is_black,), {0: {}, 5: {}}),
    Line(
        "a drill records black", (when.a_drill_lasts, wait(5.0)), (when.the_picture_is_black,), {0: {}, 5: {}}
    ),
    Line(
        "the picture is frozen on air",
        (a_job_is_recorded,),
        (when.the_picture_is_frozen,),
        {0: {Code.PICTURE_FROZEN: INFO}},
    ),
    Line(
        "the picture is frozen on air, and nobody looks at it any more",
        (a_job_is_recorded, when.the_picture_is_frozen, wait(5.0)),
        (when.nobody_says_what_the_picture_is,),
        {0: {Code.PICTURE_FROZEN: INFO}, 600: {Code.PICTURE_FROZEN: INFO}},
    ),
    Line(
        "the picture of a channel that moves is frozen on air",
        (when.the_channel_is_moving, a_job_is_recorded),
        (when.the_picture_is_frozen,),
        {0: {Code.PICTURE_FROZEN: DEGRADED}},
    ),
    Line("somebody records", (), (when.somebody_records,), {30: {}}),
    Line(
        "a job begins while somebody records",
        (when.somebody_records, wait(1.0)),
        (a_job_begins,),
        {0: {Code.FOREIGN_RECORDING: DEGRADED}, 30: {Code.FOREIGN_RECORDING: DEGRADED, **INCOMPLETE}},
    ),
    Line(
        "a job begins while a recording without a name runs",
        (when.somebody_records, shows(recording_name=None), wait(1.0)),
        (a_job_begins,),
        {0: {Code.FOREIGN_RECORDING: DEGRADED}},
    ),
    *(
        Line(
            f"a job begins while somebody has a recording, {words}",
            (when.somebody_records, shows(**shown), wait(1.0)),
            (a_job_begins,),
            {0: {Code.FOREIGN_RECORDING: CRITICAL, **NOWHERE[words]}},
        )
        for words, shown in IN_VAIN.items()
    ),
    *(
        Line(
            f"a job begins on hold while somebody has a recording, {words}",
            (when.somebody_holds_the_channel, when.somebody_records, shows(**shown), wait(1.0)),
            (a_job_begins,),
            {0: {Code.ON_HOLD: CRITICAL}},
        )
        for words, shown in IN_VAIN.items()
    ),
    Line(
        "a take on hold is recorded to nothing",
        (a_job_is_recorded, when.somebody_holds_the_channel, wait(1.0)),
        (shows(destinations=()),),
        {seconds: {Code.ON_HOLD: INFO, Code.NO_DESTINATION: CRITICAL} for seconds in (0, 2)},
    ),
    Line(
        "the source is disabled on air",
        (a_job_is_recorded,),
        (shows(is_enabled=False),),
        {seconds: {Code.SOURCE_DISABLED: CRITICAL} for seconds in (0, 30)},
    ),
    Line(
        "the last destination is taken away on air",
        (a_job_is_recorded,),
        (shows(destinations=()),),
        {
            **{seconds: {Code.NO_DESTINATION: CRITICAL} for seconds in (0, 2)},
            **{seconds: {Code.NO_DESTINATION: CRITICAL, **INCOMPLETE} for seconds in (5, 30)},
        },
    ),
    Line(
        "another recording stands in place of the take",
        (a_job_is_recorded,),
        (when.the_take_is_swapped,),
        {seconds: {Code.DOUBTFUL_RECORDING: DEGRADED} for seconds in (0, 2, 5, 30)},
    ),
    *(
        Line(
            f"another recording stands in place of the take, {words}",
            (a_job_is_recorded, when.the_take_is_swapped, wait(5.0)),
            (shows(**shown),),
            {seconds: {Code.DOUBTFUL_RECORDING: CRITICAL, **NOWHERE[words]} for seconds in (0, 30)},
        )
        for words, shown in IN_VAIN.items()
    ),
    Line(
        "the next job begins beside it",
        (a_job_is_recorded, when.the_take_is_swapped, when.the_job_ends, wait(5.0)),
        (when.the_next_job_begins,),
        {seconds: {Code.DOUBTFUL_RECORDING: DEGRADED} for seconds in (0, 5)},
    ),
    Line(
        "it goes on after the job",
        (a_job_is_recorded, when.the_take_is_swapped, wait(5.0)),
        (when.the_job_ends,),
        {30: {Code.DOUBTFUL_RECORDING: DEGRADED}},
    ),
    Line(
        "a name of ours is recorded without a job",
        (a_job_is_recorded, when.the_job_ends, wait(10.0)),
        (when.our_name_is_recorded,),
        {seconds: {Code.RUNAWAY_TAKE: DEGRADED} for seconds in (0, 30)},
    ),
    # Promise 3's clock. It runs from the job's name, which is told a look after the job.
    Line(
        "the record command hangs",
        (when.never_answers(Verb.RECORD),),
        (a_job_begins,),
        {0: {}, 2: {}, 2.5: {Code.NOT_VERIFIED: DEGRADED}, 5: {Code.NOT_VERIFIED: DEGRADED}}
        | {seconds: {Code.NOT_VERIFIED: CRITICAL} for seconds in (5.5, 30)},
    ),
    Line(
        "the look at the DVR hangs while a job begins",
        (when.hangs("dvr"),),
        (a_job_begins,),
        {0: {}, 2: {}, 2.5: {Code.NOT_VERIFIED: DEGRADED}, 5: {Code.NOT_VERIFIED: DEGRADED}}
        | {seconds: {Code.NOT_VERIFIED: CRITICAL} for seconds in (5.5, 30)},
    ),
    Line(
        "the look at the DVR hangs on air",
        (a_job_is_recorded,),
        (when.hangs("dvr"),),
        {0: {}, 2: {}, 3.5: {Code.NOT_VERIFIED: DEGRADED}, 6.5: {Code.NOT_VERIFIED: CRITICAL}},
    ),
    Line(
        "no answer comes to the name",
        (shows(recording_name="YESTERDAY"), when.never_answers(Verb.SET_NAME)),
        (a_job_begins,),
        {0: {}, 2: {Code.MISNAMED: DEGRADED}, 5: {}, 30: {}},
    ),
    # Starts, stops, names.
    Line(
        "every start is refused",
        (replies(Verb.RECORD, *REFUSED),),
        (a_job_begins,),
        {5: {Code.START_REFUSED: CRITICAL, **INCOMPLETE}, 30: {Code.START_REFUSED: CRITICAL, **INCOMPLETE}},
    ),
    Line(
        "no start is answered",
        (replies(Verb.RECORD, *LOST),),
        (a_job_begins,),
        {5: {Code.START_LOST: CRITICAL, **INCOMPLETE}, 30: {Code.START_LOST: CRITICAL, **INCOMPLETE}},
    ),
    Line(
        "every start is accepted and nothing records",
        (replies(Verb.RECORD, *DEAF),),
        (a_job_begins,),
        {5: {Code.START_UNSEEN: CRITICAL}, 30: {Code.START_UNSEEN: CRITICAL, **INCOMPLETE}},
    ),
    *(
        Line(
            f"{words} after the job",
            (a_job_is_recorded, replies(Verb.STOP, *reply)),
            (when.the_job_ends,),
            {0: {}, 30: {code: DEGRADED}},
        )
        for words, reply, code in (
            ("every stop is refused", REFUSED, Code.STOP_REFUSED),
            ("no stop is answered", LOST, Code.STOP_LOST),
            ("every stop is accepted and it goes on", DEAF, Code.STOP_UNSEEN),
        )
    ),
    *(
        Line(
            f"{words} when the next job begins",
            (a_job_is_recorded, replies(Verb.STOP, *reply)),
            (when.the_job_ends, when.the_next_job_begins),
            {30: {code: CRITICAL}},
        )
        for words, reply, code in (
            ("every stop is refused", REFUSED, Code.STOP_REFUSED),
            ("no stop is answered", LOST, Code.STOP_LOST),
            ("every stop is accepted and it goes on", DEAF, Code.STOP_UNSEEN),
        )
    ),
    Line(
        "every name is refused",
        (shows(recording_name="YESTERDAY"), replies(Verb.SET_NAME, *REFUSED), replies(Verb.RENAME, *REFUSED)),
        (a_job_begins,),
        {30: {Code.NAME_REFUSED: DEGRADED}},
    ),
    Line(
        "every name is accepted and another one shown",
        (shows(recording_name="YESTERDAY"), replies(Verb.SET_NAME, *DEAF), replies(Verb.RENAME, *DEAF)),
        (a_job_begins,),
        {30: {Code.MISNAMED: DEGRADED}},
    ),
    Line(
        "the primary tells no name",
        (),
        (a_job_begins, lambda at: at.names.clear()),
        {0: {}, 30: {Code.STAND_IN_NAME: INFO, **INCOMPLETE}},
    ),
    # The take.
    Line(
        "the take dies and no other begins",
        (a_job_is_recorded, replies(Verb.RECORD, *DEAF)),
        (when.the_take_dies,),
        {0: {Code.TAKE_DIED: CRITICAL}, 2: {Code.TAKE_DIED: CRITICAL}},
    ),
    Line(
        "the take dies and another follows",
        (a_job_is_recorded,),
        (when.the_take_dies,),
        {2: {Code.TAKE_DIED: DEGRADED}, 30: {Code.TAKE_DIED: DEGRADED}, 310: {Code.TAKE_DIED: INFO}},
    ),
    Line(
        "the take is paused and not resumed",
        (a_job_is_recorded, replies(Verb.RESUME, *REFUSED)),
        (shows(is_paused=True),),
        {0: {Code.TAKE_PAUSED: CRITICAL}, 30: {Code.TAKE_PAUSED: CRITICAL, **INCOMPLETE}},
    ),
    Line(
        "the take is paused and has no destination",
        (a_job_is_recorded, replies(Verb.RESUME, *REFUSED)),
        (shows(is_paused=True, destinations=()),),
        {1: {Code.TAKE_PAUSED: CRITICAL, Code.NO_DESTINATION: CRITICAL}},
    ),
    Line(
        "a take that could not be stopped is found after a restart while the primary is silent",
        (a_job_is_recorded, replies(Verb.STOP, *DEAF), when.the_job_ends, wait(8.0)),
        (fails("playbox", SILENT), when.vrmon_restarts),
        {30: {Code.PRIMARY_UNREACHABLE: DEGRADED, Code.PRIMARY_GONE_KEEPING: DEGRADED}},
    ),
    # Jobs.
    Line(
        "the primary's service restarts and has lost the job",
        (a_job_is_recorded,),
        (when.the_primary_restarts,),
        {
            0: {Code.PRIMARY_RESTARTED: DEGRADED, Code.JOB_LOST_IN_OUTAGE: DEGRADED},
            30: {Code.PRIMARY_RESTARTED: DEGRADED, Code.JOB_LOST_IN_OUTAGE: DEGRADED},
            62: {},
        },
    ),
    Line(
        "the primary's service restarts and has lost the job, and so does vrmon",
        (a_job_is_recorded,),
        (when.the_primary_restarts, wait(2.0), when.vrmon_restarts),
        {
            5: {Code.PRIMARY_RESTARTED: DEGRADED, Code.JOB_LOST_IN_OUTAGE: DEGRADED},
            30: {Code.PRIMARY_RESTARTED: DEGRADED, Code.JOB_LOST_IN_OUTAGE: DEGRADED},
            62: {},
        },
    ),
    Line(
        "the primary's service restarts and lists the job again",
        (a_job_is_recorded,),
        (when.the_primary_restarts, wait(2.0), a_job_begins),
        {0: {}, 30: {}},
    ),
    Line(
        "the primary's file is renamed",
        (a_job_is_recorded,),
        (when.the_file_is_renamed,),
        {0: {}, 30: {Code.PRIMARY_FILE_RENAMED: INFO}},
    ),
    Line(
        "hundreds of jobs begin elsewhere",
        (),
        (when.jobs_begin_elsewhere,),
        {0: {Code.JOBS_LEFT_OUT: DEGRADED, Code.UNMAPPED_JOB: INFO}},
    ),
    Line(
        "the job is lost in an outage",
        (a_job_is_recorded, fails("playbox", SILENT), wait(1.0)),
        (when.the_job_ends, when.answers_again("playbox")),
        {0: {Code.JOB_LOST_IN_OUTAGE: DEGRADED}, 30: {Code.JOB_LOST_IN_OUTAGE: DEGRADED}},
    ),
    Line(
        "a second job begins",
        (a_job_is_recorded,),
        (when.the_next_job_begins,),
        {0: {Code.SHARED_TAKE: INFO}},
    ),
    Line(
        "a job is forgotten",
        (a_job_is_recorded,),
        (when.hours_go_by,),
        {0: {Code.LONG_TAKE: DEGRADED}, 30: {Code.LONG_TAKE: DEGRADED}},
    ),
    Line("a job begins elsewhere", (), (when.a_job_begins_elsewhere,), {0: {Code.UNMAPPED_JOB: INFO}}),
    Line("two begin on one ingest", (), (when.two_jobs_begin_elsewhere,), {0: {Code.UNMAPPED_JOB: INFO}}),
    Line(
        "the ingest is mistyped and a job begins",
        (when.the_ingest_is_mistyped, wait(1.0)),
        (a_job_begins,),
        {0: {Code.UNMAPPED_JOB: INFO, Code.NO_INGEST_LISTED: DEGRADED}},
    ),
    # What people do.
    Line("on hold", (), (when.somebody_holds_the_channel,), {0: {Code.ON_HOLD: INFO}}),
    Line(
        "on hold with our take",
        (a_job_is_recorded,),
        (when.somebody_holds_the_channel,),
        {30: {Code.ON_HOLD: INFO}},
    ),
    Line(
        "the next job begins on hold, while the take before goes on",
        (a_job_is_recorded, when.somebody_holds_the_channel),
        (when.the_job_ends, when.the_next_job_begins),
        {seconds: {Code.ON_HOLD: DEGRADED} for seconds in (5, 30)},
    ),
    Line(
        "a job begins on hold",
        (when.somebody_holds_the_channel,),
        (a_job_begins,),
        {0: {Code.ON_HOLD: CRITICAL}, 30: {Code.ON_HOLD: CRITICAL, **INCOMPLETE}},
    ),
    Line(
        "a job begins on hold while somebody records",
        (when.somebody_holds_the_channel, when.somebody_records, wait(1.0)),
        (a_job_begins,),
        {0: {Code.ON_HOLD: DEGRADED}},
    ),
    Line(
        "a kept take is ended by hand",
        (a_job_is_recorded, fails("playbox", SILENT), wait(1.0)),
        (when.somebody_ends_the_take,),
        {30: {Code.PRIMARY_UNREACHABLE: DEGRADED, Code.ENDED_BY_HAND: INFO}},
    ),
    Line("no channel is configured", (), (when.has_channels(),), {0: {Code.NO_CHANNELS: DEGRADED}}),
    Line(
        "the channel is taken out on air",
        (a_job_is_recorded,),
        (when.the_channel_gets_another_ingest,),
        {0: {Code.LEFTOVER_TAKE: INFO, Code.UNMAPPED_JOB: INFO}},
    ),
    Line(
        "its job ends",
        (a_job_is_recorded, when.the_channel_gets_another_ingest, wait(1.0)),
        (when.the_job_ends,),
        {0: {Code.LEFTOVER_TAKE: DEGRADED}, 30: {Code.LEFTOVER_TAKE: DEGRADED}},
    ),
)

OF_THE_DAEMON = {
    Code.CONFIGURATION_REFUSED: DEGRADED,
    Code.ADDRESS_TAKEN: DEGRADED,
    Code.STATE_FAILING: DEGRADED,
    Code.HISTORY_FAILING: DEGRADED,
    Code.HISTORY_DAMAGED: DEGRADED,
    Code.HISTORY_NEWER: DEGRADED,
    Code.STATE_DAMAGED: DEGRADED,
    Code.WORKER_STUCK: DEGRADED,
    Code.LOG_FAILING: INFO,
    Code.ALARM_FAILING: DEGRADED,
    Code.ALARM_SILENT: DEGRADED,
    Code.PAIR_ETCD_AWAY: DEGRADED,
    Code.PAIR_MEMBER_AWAY: DEGRADED,
    Code.PAIR_PEER_AWAY: DEGRADED,
    Code.PAIR_NOT_READY: DEGRADED,
    Code.VRMOND_SILENT: CRITICAL,  # told by vrmon-alarm
}
EVENTS = {
    *(Code.JOB_BEGAN, Code.JOB_ENDED, Code.TAKE_STARTED, Code.TAKE_ENDED, Code.TAKE_ADOPTED),
    Code.TAKE_WENT_ON,
    *(Code.HOLD_BEGUN, Code.HOLD_ENDED, Code.DEVICE_BACK, Code.PROBLEM_ENDED, Code.HISTORY_LOST),
    *(Code.ACKNOWLEDGED, Code.ACKNOWLEDGEMENT_OVER, Code.DRILL_BEGUN, Code.DRILL_ENDED),
    *(Code.PAIR_LEADS, Code.PAIR_STANDS_BY),
}
OF_THE_LOG = {Code.STARTED, Code.STOPPED, Code.RELOADED, Code.LOG_BACK, Code.LOG_OVERRUN}


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.words)
def test_what_is_told_in_each_situation(line: Line) -> None:
    for seconds, problems in happened(line).items():
        assert {one.code: one.severity for one in problems} == line.told[seconds]
        keys = {one.key for one in problems}
        assert len(keys) == len(problems)
        for problem in problems:
            assert_it_can_be_told(problem)
            assert problem.cause is None or problem.cause in keys


def happened(line: Line) -> dict[float, tuple[Problem, ...]]:
    """What was told, so many seconds after it began."""
    at, told = when.site(), {}
    for act in (*line.first, *line.then):
        act(at)
    began = at.now
    for seconds in sorted(line.told):
        at.until(began + max(seconds, TICK))
        told[seconds] = at.problems
    return told


def assert_it_can_be_told(problem: Problem) -> None:
    """Its row knows the situation, and it brings the facts that one of the texts needs."""
    row, facts = ROWS[problem.code], {"subject", *problem.facts}
    assert isinstance(row.severity, Severity) or problem.situation in row.severity
    assert any(needs(text) <= facts for text in row.texts), problem
    assert names(row.meaning + row.advice) <= facts, "journalctl -x tells them as well"
    assert problem.message


@pytest.mark.parametrize("code", OF_THE_DAEMON)
def test_what_is_told_of_the_daemon_itself(code: Code) -> None:
    own = OwnProblems()
    own.set(code, "something", 1.0)
    ((problem, _),) = own.now()
    assert problem.severity is OF_THE_DAEMON[code]
    assert_it_can_be_told(problem)


@pytest.mark.parametrize("code", sorted(EVENTS | OF_THE_LOG))
def test_an_event_is_no_problem(code: Code) -> None:
    assert ROWS[code].severities == {Situation.USUAL: INFO}


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        ({}, "vrmon goes on trying"),
        ({"is_enabled": False}, "enable it"),
        ({"is_locked": True}, "unlock it"),
        ({"destinations": ()}, "give it one"),
        ({"destinations": ("1",)}, "vrmon goes on trying"),
    ],
)
def test_a_start_that_nothing_comes_of_tells_what_most_likely_helps(
    source: Mapping[str, object], remedy: str
) -> None:
    (told,) = happened(
        Line("", (shows(**source), replies(Verb.RECORD, *DEAF)), (a_job_begins,), {5: {}})
    ).values()
    (unseen,) = (one for one in told if one.code is Code.START_UNSEEN)
    assert remedy in f"{unseen.message} {unseen.hint}"


def test_every_severity_of_every_row_has_its_line() -> None:
    told: dict[Code, set[Severity]] = {code: {INFO} for code in EVENTS | OF_THE_LOG}
    told |= {code: {severity} for code, severity in OF_THE_DAEMON.items()}
    for line in TABLE:
        for problems in line.told.values():
            for code, severity in problems.items():
                told.setdefault(code, set()).add(severity)
    assert told == {code: set(row.severities.values()) for code, row in ROWS.items()}


def test_every_text_of_every_row_is_told_in_some_line() -> None:
    found = [one for line in TABLE for problems in happened(line).values() for one in problems]
    told = {(one.code, ROWS[one.code].text({"subject": one.subject, **one.facts})) for one in found}
    elsewhere = {*OF_THE_DAEMON, *EVENTS, *OF_THE_LOG}
    every = {(code, text) for code, row in ROWS.items() if code not in elsewhere for text in row.texts}
    assert every - told == set()
