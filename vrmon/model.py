"""The values that cross threads: all frozen, all plain.

Times are seconds of the monotonic clock unless a name says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, NamedTuple, TypeVar

from vrmon.catalog import ROWS, Code, Severity, Situation
from vrmon.settings import ChannelKey
from vrmon.text import Ago, Left, Word

_DRILL = -1


class Job(NamedTuple):
    """One recording job of a primary. `ingest` is as `ingest_id` spells it; `id` is opaque.

    `show` counts the shows for which the primary has used the id one after another without a pause; that of a
    drill, which no primary has told, is below 0.
    """

    ingest: str
    id: str
    show: int = 0

    @classmethod
    def drill(cls, ingest: str, identity: str) -> Job:
        return cls(ingest, identity, _DRILL)

    @property
    def mark(self) -> str:
        """By which it is told from all others of its ingest."""
        return f"{self.show}:{self.id}"

    @property
    def is_drill(self) -> bool:
        return self.show == _DRILL


def ingest_id(text: str) -> str:
    """The one spelling in which ingests are compared: a GUID, with or without dashes, braces and blanks, is
    32 upper-case digits; any other id is in upper case. "" where nothing is left."""
    bare = text.strip().strip("{}()").strip()
    digits = re.sub(r"[\s-]", "", bare)
    return digits.upper() if re.fullmatch("[0-9A-Fa-f]{32}", digits) else bare.upper()


LOCKED = "locked"
SUBJECT = "vrmon"
"""That of what is the matter with vrmon itself, on this host."""


@dataclass(frozen=True)
class Source:
    """One source of a DVR. None stands for "this DVR does not tell" (older builds).

    `end_date`: when the DVR will end the recording by itself, in its words; `starts` and `ends` are the two
    dates in Unix time, where they can be read; or `starts` is by how long it has lasted, so that it may be
    another by a moment from look to look. `video_format` is "" where there is no picture.
    """

    unique_id: str
    display_name: str
    is_enabled: bool = True
    is_recording: bool = False
    is_paused: bool = False
    is_locked: bool | None = None
    recording_name: str | None = None
    start_date: str | None = None
    destinations: tuple[str, ...] | None = None
    end_date: str | None = None
    ends: float | None = None
    video_format: str | None = None
    starts: float | None = field(default=None, compare=False)

    @property
    def leads_nowhere(self) -> bool:
        """Whether what is recorded there is written nowhere, as far as its recorder tells."""
        return self.destinations == ()

    @property
    def hindrances(self) -> frozenset[str]:
        """What there is about it that may have a recorder refuse a command."""
        found = {
            "disabled": not self.is_enabled,
            LOCKED: self.is_locked is True,
            "no destination": self.leads_nowhere,
            "no picture": self.video_format == "",
        }
        return frozenset(one for one, is_so in found.items() if is_so)


@dataclass(frozen=True)
class Schedule:
    """A recording that a DVR will begin and end on `source` by itself: on `days` of each week (0: Sunday), or
    once, on the day in which `day` lies (Unix time). It begins `start` minutes after the local midnight and
    lasts `minutes`. `is_stopped`: a person has ended the one that is under way."""

    unique_id: str
    name: str
    source: str
    start: int
    minutes: int
    days: tuple[int, ...] = ()
    day: float | None = None
    is_stopped: bool = False


@dataclass(frozen=True)
class Destination:
    """A place the DVR records to, with the warnings it gives of itself: of no source, and of one each
    (its unique_id, the warning)."""

    unique_id: str
    name: str
    warnings: tuple[str, ...] = ()
    of_sources: tuple[tuple[str, str], ...] = ()

    def among(self, sources: frozenset[str]) -> Destination:
        """With what stands under no source that there is told of all of them."""
        strange = tuple(f"{topic}: {text}" for topic, text in self.of_sources if topic not in sources)
        known = tuple(one for one in self.of_sources if one[0] in sources)
        return replace(self, warnings=(*self.warnings, *strange), of_sources=known) if strange else self

    def warnings_of(self, source: str) -> tuple[str, ...]:
        """Those that concern a source."""
        return (*self.warnings, *(text for topic, text in self.of_sources if topic == source))


class DeviceState(Word):
    """What the last poll of a device came to."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


T = TypeVar("T")


class Odd(NamedTuple):
    """An entry of an answer's list that was told badly: it is unknown by itself, the others are good.

    `place` is its index in the list. `handle` is its ingest, or its source's unique_id; None where not even
    that can be read: it may then be any. `why` begins with the place within the answer ("[2].is_paused: …").
    """

    place: int
    handle: str | None
    why: str


class Note(NamedTuple):
    """Something to be said of a device that answers: a problem's code, and what follows the device's name."""

    code: Code
    text: str


@dataclass(frozen=True)
class Sight(Generic[T]):
    """What a device told when it was asked: `seen` holds the entries that were told well, in their order.

    `odd` holds the others.
    `listed`: the ingests that a primary lists, idle ones too, as far as their ids could be read.
    `restarted`: the connection that it had kept for a while was closed by it since it was asked before,
    and that is no habit of its: its service may have been restarted, and have lost its jobs.
    """

    seen: T
    odd: tuple[Odd, ...] = ()
    listed: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    restarted: bool = False


@dataclass(frozen=True)
class Observation(Generic[T]):
    """What one poll saw, from the moment it was sent (`began`) to its last byte (`ended`).

    `seen` is None exactly when `state` is not OK: unknown is a value of its own, never an empty list.
    `code` is that of the problem behind it, where it has one of its own (PASSWORD_REFUSED, …).
    The others are those of its `Sight`.
    """

    began: float
    ended: float
    state: DeviceState
    seen: T | None = None
    reason: str = ""
    code: Code | None = None
    odd: tuple[Odd, ...] = ()
    listed: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    restarted: bool = False

    def is_news_after(self, before: Observation[T] | None) -> bool:
        """Whether it tells anything but that all is as it was."""
        return before is None or replace(before, began=self.began, ended=self.ended) != self

    @classmethod
    def good(cls, began: float, ended: float, sight: Sight[T]) -> Observation[T]:
        return cls(
            began,
            ended,
            DeviceState.OK,
            sight.seen,
            odd=sight.odd,
            listed=sight.listed,
            notes=sight.notes,
            restarted=sight.restarted,
        )

    @classmethod
    def unknown(
        cls,
        began: float,
        ended: float,
        reason: str,
        state: DeviceState = DeviceState.UNKNOWN,
        code: Code | None = None,
    ) -> Observation[T]:
        return cls(began, ended, state, None, reason, code)


PrimaryObservation = Observation[tuple[Job, ...]]
DvrObservation = Observation[tuple[Source, ...]]


class Verb(Word):
    """What a lane can be asked to do. The first asks a primary, the others command a DVR."""

    FETCH_NAME = "fetch-name"
    SET_NAME = "set-name"
    RECORD = "record"
    RENAME = "rename"
    RESUME = "resume"
    STOP = "stop"


class Expected(NamedTuple):
    """What a source is to show for a command to be carried out: what the look before it has shown."""

    is_recording: bool
    name: str | None
    date: str | None


@dataclass(frozen=True)
class Action:
    """One thing to do at one device, and why.

    `channel` is a channel's key, None for FETCH_NAME, which serves every channel of its job.
    `source` is a DVR source's unique_id; `name` the recording name to set, or that of the take meant.
    `expected`: the look is old, and the source itself is to be asked first. `until`: from then on it is no
    longer this host's to send (monotonic); None: it is alone.
    """

    verb: Verb
    device: str
    reason: str
    channel: ChannelKey | None = None
    source: str = ""
    name: str = ""
    job: Job | None = None
    expected: Expected | None = None
    until: float | None = None


class Outcome(Word):
    """DONE: the device said yes. REFUSED: it said no. LOST: no word; it may have happened."""

    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True)
class Result:
    """How one action ended. Every action gets exactly one.

    `value` is the basename that FETCH_NAME brought, None where the primary has none yet.
    """

    action: Action
    ended: float
    outcome: Outcome
    error: str = ""
    value: str | None = None


class Phase(Word):
    """What a channel is at. BLOCKED: it can do nothing for its job. KEEPING: it records, and nobody knows
    whether the job goes on. UNVERIFIED: a take is believed to run and is not seen. FOREIGN, DOUBTFUL:
    somebody else's recording runs, or one of which nobody knows whose it is."""

    IDLE = "idle"
    STARTING = "starting"
    RECORDING = "recording"
    STOPPING = "stopping"
    KEEPING = "keeping"
    UNVERIFIED = "unverified"
    BLOCKED = "blocked"
    FOREIGN = "foreign"
    DOUBTFUL = "doubtful"


class Health(Word):
    """The worst severity of all problems in one word."""

    OK = "ok"
    DEGRADED = "degraded"
    CRITICAL = "critical"


class ProblemKey(NamedTuple):
    """Which problem: there is one of a code at a time on each channel, device, or whatever else `has` it by
    its name. A channel is known by its key, for people may call it otherwise."""

    code: Code
    has: ChannelKey | str


Fact = str | int | Ago | Left


@dataclass(frozen=True)
class Problem:
    """A trouble that lasts. How bad it is and what is said of it stands in the row of its code.

    `subject`: what people call that which has it; `channel`: which channel that is. `cause`: the problem that
    it follows from. `concerns`: what it is about, where there may be several or one after another: a job,
    destinations; who knows of it does not know of the next. `facts` fill in the row's texts; those that are
    times are told by `at` alone, so that a problem that lasts is the same one for as long as nothing changes.
    """

    code: Code
    subject: str
    situation: Situation = Situation.USUAL
    cause: ProblemKey | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)
    channel: ChannelKey | None = None
    concerns: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        code: Code,
        subject: str,
        situation: Situation = Situation.USUAL,
        cause: ProblemKey | None = None,
        /,
        **facts: Fact,
    ) -> Problem:
        return cls(code, subject, situation, cause, facts)

    def at(self, now: float) -> Problem:
        """As it is told at `now` (monotonic)."""
        if not any(isinstance(fact, Ago | Left) for fact in self.facts.values()):
            return self
        told = {
            name: fact.at(now) if isinstance(fact, Ago | Left) else fact for name, fact in self.facts.items()
        }
        return replace(self, facts=told)

    def told(self, **facts: Fact) -> Problem:
        """With these facts as well."""
        return replace(self, facts={**self.facts, **facts})

    @property
    def key(self) -> ProblemKey:
        return ProblemKey(self.code, self.channel or self.subject)

    @property
    def severity(self) -> Severity:
        return ROWS[self.code].severity_in(self.situation)

    @property
    def message(self) -> str:
        return ROWS[self.code].message({"subject": self.subject, **self.facts})

    @property
    def hint(self) -> str:
        return ROWS[self.code].hint({"subject": self.subject, **self.facts})


_BEGINNINGS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def media_type(data: bytes) -> str | None:
    """Of a PNG or a JPEG; None for anything else."""
    return next((kind for beginning, kind in _BEGINNINGS.items() if data.startswith(beginning)), None)


@dataclass(frozen=True)
class DeviceView:
    """How one device's polls go. `last_ok` is monotonic; `failures` counts those in a row."""

    state: DeviceState
    last_ok: float | None
    error: str
    failures: int


@dataclass(frozen=True)
class Thumbnail:
    """A PNG or JPEG of what a source showed at `taken_at` (unix seconds)."""

    data: bytes
    taken_at: float


@dataclass(frozen=True)
class Fetched:
    """What came of asking for the picture of a channel (by key): None where there is none to be had.

    `ended`: when it came.
    """

    channel: ChannelKey
    picture: Thumbnail | None
    ended: float


class Seen(NamedTuple):
    """What vrmon-alarm says of the pictures of a channel, by its name, of which it saw the last `age` seconds
    ago: for how many seconds, until then, they had been black, or the same one. 0: they had not, or not for
    long enough to tell. None: nobody knows."""

    channel: str
    black: float | None
    frozen: float | None
    age: float | None = 0.0


class Sighting(NamedTuple):
    """The same, of a picture that was seen at `seen`."""

    seen: float
    black: float | None = None
    frozen: float | None = None

    @property
    def is_well(self) -> bool:
        """Whether it is known to be neither black nor frozen."""
        return self.black == 0 and self.frozen == 0
