"""A PlayBox and a MovieRecorder in virtual time: what they hold, and how they answer at a moment.

No clock and no thread: whoever drives them says what time it is. Positions of `Quirks` are wire-facts.md's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

from vrmon.model import Job, Odd, Outcome, Source, Verb
from vrmon.traits import fold_plainly as fold

By = Literal["vrmon", "operator"]


@dataclass(frozen=True)
class Quirks:
    """Which of the possible ways this MovieRecorder has. Lags are seconds."""

    start_lag: float = 0.0
    stop_lag: float = 0.0
    keys: Literal["all", "3.x"] = "all"
    dated: bool = True
    name_after_stop: Literal["kept", "reset"] = "kept"
    name_while_recording: Literal["now", "next", "refused"] = "now"
    duplicate: Literal["suffix", "suffix, shown", "name refused", "record refused", "overwritten"] = "suffix"
    record_while_recording: Literal["success", "refused"] = "refused"
    stop_while_idle: Literal["success", "refused"] = "success"
    locked: Literal["accepted", "refused"] = "refused"
    naming: Literal["works", "ignored", "refused"] = "works"
    spelling: Literal["as asked", "latin-1", "?", "prefixed"] = "as asked"
    split_name: Literal["kept", "suffixed", "reset"] = "kept"
    split_date: Literal["kept", "new"] = "kept"
    split_idle: bool = False
    without_destination: Literal["records", "refused"] = "records"

    @classmethod
    def drawn(cls, random: Random) -> Quirks:
        """A DVR that can be recorded with: one that keeps a name and then refuses it as used cannot."""
        quirks = cls(
            start_lag=random.choice([0.0, 0.0, 0.3, 2.0, 5.0]),
            stop_lag=random.choice([0.0, 0.0, 0.3, 2.0, 5.0]),
            keys=random.choice(["all", "all", "all", "3.x"]),
            dated=random.random() < 0.7,
            name_after_stop=random.choice(["kept", "reset"]),
            name_while_recording=random.choice(["now", "next", "refused"]),
            duplicate=random.choice(
                ["suffix", "suffix, shown", "name refused", "record refused", "overwritten"]
            ),
            record_while_recording=random.choice(["success", "refused"]),
            stop_while_idle=random.choice(["success", "refused"]),
            locked=random.choice(["accepted", "refused"]),
        )
        ignores = random.random() < 0.1 and not quirks.duplicate.endswith("refused")
        return replace(quirks, naming="ignored") if ignores else quirks

    @classmethod
    def drawn_widely(cls, random: Random) -> Quirks:
        """And how it spells and splits, and whether it shows a recording as late as any was seen to."""
        quirks = cls.drawn(random)
        return replace(
            quirks,
            start_lag=random.choice([quirks.start_lag, quirks.start_lag, 8.0]),
            spelling=random.choice(["as asked", "as asked", "as asked", "latin-1", "?", "prefixed"]),
            split_name=random.choice(["kept", "suffixed", "reset"]),
            split_date=random.choice(["kept", "new"]),
            split_idle=random.random() < 0.3,
            without_destination=random.choice(["records", "refused"]),
        )


@dataclass(eq=False)
class Recording:
    """One take on the Mac. `asked`: the name it was begun under, `named` for it; `name`: the one shown.

    `seen`: a look that reached vrmon has shown it. `renamed`: by an operator or a split, and not seen
    since, so that nothing tells it from another; `is_called_anew`: the same, although its date may tell.
    `ours`: vrmon may rightly take it for its own. `excused`: it may rightly take it for somebody else's.
    `split`: it goes on with the one before it. `job`: vrmon began it for this one.
    """

    place: tuple[str, str]
    asked: str
    name: str
    by: By
    began: float
    date: str
    named: bool = True
    ended: float | None = None
    paused: bool = False
    seen: bool = False
    renamed: bool = False
    is_called_anew: bool = False
    ours: bool = False
    excused: bool = False
    split: bool = False
    job: Job | None = None

    @property
    def foreign(self) -> bool:
        return self.by == "operator" and not self.ours


@dataclass(eq=False)
class VirtualSource:
    """`next_name` is that of the next take, `named` since the last one. `shows` holds what
    `is_recording` will say, and from when. `is_deaf`: it says yes to each command and obeys none;
    `refusals`: the words, in turn, with which it refuses to record; `obeys_after`: seconds that it takes to
    obey a stop."""

    dvr: str
    unique_id: str
    display_name: str
    recording: Recording | None = None
    last: Recording | None = None
    next_name: str = ""
    named: bool = False
    is_enabled: bool = True
    is_locked: bool = False
    is_there: bool = True
    is_odd: bool = False
    has_destination: bool = True
    is_deaf: bool = False
    refusals: tuple[str, ...] = ()
    obeys_after: float = 0.0
    shows: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, str]:
        return self.dvr, self.unique_id

    def show(self, recording: bool, due: float) -> None:
        """Changes are shown in the order in which they happened."""
        self.shows.append((max(due, self.shows[-1][0] if self.shows else due), recording))

    def shown(self, now: float) -> bool:
        while len(self.shows) > 1 and self.shows[1][0] <= now:
            self.shows.pop(0)
        return bool(self.shows) and self.shows[0][1] and self.shows[0][0] <= now


class VirtualRecorder:
    """The Mac. Commands act at the moment they are given; what is shown may lag."""

    def __init__(self, sources: int, quirks: Quirks, name: str = "mac") -> None:
        self.name = name
        self.quirks = quirks
        names = [f"Backup {n + 1}" for n in range(sources)]
        self.sources = [
            VirtualSource(name, f"4XT00292 - {n}", one, next_name=one) for n, one in enumerate(names)
        ]
        self.order = list(self.sources)
        self._called = {one.unique_id: one for one in self.sources}
        self.later: Callable[[float, Callable[[], None]], None]
        self.recordings: list[Recording] = []
        self.is_up = True
        self.does_nothing = False
        self.epoch = 0.0  # plus a time of the run is Unix time

    def source(self, unique_id: str) -> VirtualSource:
        return self._called[unique_id]

    def meant_by(self, called: str) -> VirtualSource:
        """The one of that id or, if there is none, of that name."""
        known = self._called.get(called)
        return known or next(one for one in self.sources if one.display_name == called)

    def list_sources(self, now: float) -> tuple[Source, ...]:
        return tuple(self._describe(one, now) for one in self.order if one.is_there and not one.is_odd)

    def list_odd(self) -> tuple[Odd, ...]:
        there = [one for one in self.order if one.is_there]
        return tuple(
            Odd(place, one.unique_id, f"[{place}].is_paused: null")
            for place, one in enumerate(there)
            if one.is_odd
        )

    def _describe(self, one: VirtualSource, now: float) -> Source:
        newer = self.quirks.keys == "all"
        shown, running = one.shown(now), one.recording
        return Source(
            one.unique_id,
            one.display_name,
            is_enabled=one.is_enabled,
            is_recording=shown,
            is_paused=shown and running is not None and running.paused,
            is_locked=one.is_locked if newer else None,
            recording_name=self.spelled(running.name if running else one.next_name) if newer else None,
            start_date=running.date if newer and self.quirks.dated and running and shown else None,
            destinations=(("disk",) if one.has_destination else ()) if newer else None,
            starts=running.began + self.epoch if newer and self.quirks.dated and running and shown else None,
        )

    def spelled(self, name: str) -> str:
        match self.quirks.spelling:
            case "latin-1":
                return name.encode().decode("latin-1")
            case "?":
                return "".join(char if char.isascii() else "?" for char in name)
            case "prefixed":
                return f"Io4K - 0 - 1 - {name}"
        return name

    def command(self, verb: Verb, unique_id: str, name: str, now: float, job: Job | None = None) -> str:
        """Do it, or say why not ("" when done)."""
        one = self.source(unique_id)
        if not one.is_there:
            return "no such source"
        if one.is_locked and self.quirks.locked == "refused":
            return "the source is locked"
        if verb in (Verb.SET_NAME, Verb.RENAME):
            return self._set_name(one, name)
        if verb is Verb.RECORD:
            return self._record(one, now, job)
        if verb is Verb.STOP:
            if one.recording is None and self.quirks.stop_while_idle == "refused":
                return "not recording"
            if self.does_nothing or one.is_deaf:
                return ""
            if one.obeys_after and one.recording is not None:
                late, running = now + one.obeys_after, one.recording
                self.later(late, lambda: self._end_late(one, running, late))
            else:
                self.end(one, now, self.quirks.stop_lag)
        elif one.recording is not None and not one.is_deaf:
            one.recording.paused = False
        return ""

    def _set_name(self, one: VirtualSource, name: str) -> str:
        if one.recording is not None and self.quirks.name_while_recording == "refused":
            return "cannot rename while recording"
        if self.quirks.duplicate == "name refused" and self._is_file(name):
            return "a file of that name exists"
        if self.quirks.naming == "refused":
            return "busy"
        if self.quirks.naming == "ignored":
            return ""
        if one.recording is not None and self.quirks.name_while_recording == "now":
            one.recording.name = name
        one.next_name, one.named = name, True
        return ""

    def _record(self, one: VirtualSource, now: float, job: Job | None) -> str:
        if one.recording is not None:
            return "already recording" if self.quirks.record_while_recording == "refused" else ""
        if not one.is_enabled:
            return "the source is disabled"
        if one.refusals:
            one.refusals = (*one.refusals[1:], one.refusals[0])
            return one.refusals[-1]
        if not one.has_destination and self.quirks.without_destination == "refused":
            return "no destination"
        if self.quirks.duplicate == "record refused" and self._is_file(one.next_name):
            return "a file of that name exists"
        if not self.does_nothing and not one.is_deaf:
            self.begin(one, "vrmon", now, self.quirks.start_lag).job = job
        return ""

    def _is_file(self, name: str) -> bool:
        return any(fold(one.asked) == fold(name) for one in self.recordings)

    def begin(self, one: VirtualSource, by: By, now: float, lag: float = 0.0, name: str = "") -> Recording:
        asked = name or one.next_name
        shown = f"{asked} 1" if self.quirks.duplicate == "suffix, shown" and self._is_file(asked) else asked
        minutes, seconds = divmod(len(self.recordings), 60)
        date = f"2026-11-22 12:{minutes:02}:{seconds:02}"
        one.recording = Recording(one.place, asked, shown, by, now, date, one.named)
        one.next_name, one.named = shown, False
        self.recordings.append(one.recording)
        one.show(True, now + lag)
        return one.recording

    def split(self, one: VirtualSource, now: float) -> None:
        """The recording goes on in a new file, in this recorder's way; it stays whose it was."""
        before, quirks = one.recording, self.quirks
        if before is None:
            return
        names = {"kept": before.name, "suffixed": f"{before.name}-1", "reset": one.display_name}
        minutes, seconds = divmod(len(self.recordings), 60)
        date = f"2026-11-22 13:{minutes:02}:{seconds:02}" if quirks.split_date == "new" else before.date
        before.ended = now
        one.recording = replace(
            before, name=names[quirks.split_name], began=now, date=date, ended=None, seen=False, split=True
        )
        self.recordings.append(one.recording)
        if quirks.split_idle:
            one.show(False, now)
            one.show(True, now + 0.4)

    def _end_late(self, one: VirtualSource, running: Recording, now: float) -> None:
        if one.recording is running:
            self.end(one, now, self.quirks.stop_lag)

    def end(self, one: VirtualSource, now: float, lag: float = 0.0) -> None:
        if one.recording is None:
            return
        one.last, one.recording = one.recording, None
        one.last.ended = now
        one.show(False, now + lag)
        if self.quirks.name_after_stop == "reset":
            one.next_name, one.named = one.display_name, False


class VirtualPlayBox:
    """`names` has a job's file name and from when it tells it. `odd`: ingests that it tells badly;
    `reused`: the job ids that it has given to another show, and how often."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.names: dict[Job, tuple[float, str]] = {}
        self.reused: dict[Job, int] = {}
        self.odd: set[str] = set()
        self.is_up = True
        self.has_restarted = False

    def begin(self, job: Job, name: str = "", since: float = 0.0) -> Job:
        """A job begins; its file's name is told from `since` on, or never."""
        self.jobs.append(job)
        self.names[job] = (since, name)
        return job

    def basename(self, job: Job, now: float) -> tuple[Outcome, str | None]:
        if not self.is_up:
            return Outcome.LOST, None
        since, name = self.names.get(job._replace(show=0), (0.0, ""))
        return Outcome.DONE, name if name and now >= since else None
