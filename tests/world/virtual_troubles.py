"""What lasts: a source that is deaf, late or refuses for long, another configuration for a while; and persons
who are at work meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

from tests.world.virtual import Recording, VirtualPlayBox, VirtualRecorder, VirtualSource
from tests.world.virtual_run import Run
from vrmon.model import Job
from vrmon.plan.memory import ChannelMemory, Hold
from vrmon.settings import Channel, Settings

SHOWS = ["News", "Sport", "Wetter", "Nachrichten für Zürich"]
WORDS = [
    "busy",
    "the disk is full",
    "cannot record",
    "a file of that name exists",
    "the name is in use",
    "no signal",
    "",
]


class Troubles:
    """Each is one method; `events` says how often it happens, in seconds between two."""

    def __init__(self, run: Run, random: Random) -> None:
        self._run = run
        self._random = random
        self._first = run.settings
        self._names = 0
        self._is_over = False

    def events(self) -> list[tuple[float, Callable[[], None]]]:
        return [
            (120.0, self._deaf),
            (150.0, self._obeys_late),
            (80.0, self._refuses),
            (200.0, self._other_primary),
            (150.0, self._channel_goes),
            (150.0, self._sources_exchanged),
            (300.0, self._channel_renamed),
            (60.0, self._taken_over),
            (100.0, self._id_used_again),
            (200.0, self._recorder_restarts),
            (150.0, self._source_goes),
        ]

    def cease(self) -> None:
        self._is_over = True
        for mac in self._run.macs.values():
            for source in mac.sources:
                source.is_deaf, source.refusals, source.obeys_after = False, (), 0.0
        self._run.reload(self._first)

    def _after(self, least: float, most: float, what: Callable[[], None]) -> None:
        self._run.after(self._random.uniform(least, most), lambda: None if self._is_over else what())

    def _source(self) -> tuple[VirtualRecorder, VirtualSource]:
        """Most often one that is busy."""
        mac = self._random.choice(list(self._run.macs.values()))
        busy = [one for one in mac.sources if one.recording is not None]
        return mac, self._random.choice(busy if busy and self._random.random() < 0.7 else mac.sources)

    # Of one source.

    def _deaf(self) -> None:
        _, source = self._source()
        source.is_deaf = True
        self._after(10.0, self._random.choice([20.0, 60.0, 300.0]), lambda: setattr(source, "is_deaf", False))

    def _obeys_late(self) -> None:
        _, source = self._source()
        source.obeys_after = self._random.choice([1.0, 4.0, 10.0, 30.0])
        self._after(30.0, 120.0, lambda: setattr(source, "obeys_after", 0.0))

    def _refuses(self) -> None:
        """For long, in other words each time, and a person tries it by hand meanwhile."""
        mac, source = self._source()
        source.refusals = tuple(self._random.choices(WORDS, k=self._random.randint(1, 3)))
        lasts = self._random.choice([5.0, 20.0, 60.0, 120.0])
        self._run.after(lasts, lambda: setattr(source, "refusals", ()))
        if self._random.random() < 0.3:
            self._take_ends(mac, source)
        if self._random.random() < 0.7:
            self._after(0.0, lasts, lambda: self._by_hand(mac, source, 40.0))

    def _source_goes(self) -> None:
        _, source = self._source()
        source.is_there = False
        self._after(1.0, self._random.choice([5.0, 120.0]), lambda: setattr(source, "is_there", True))

    def _recorder_restarts(self) -> None:
        """Its sources come back in another order, one of them later than the others."""
        mac, late = self._source()
        mac.is_up = False
        for source in mac.sources:
            if self._random.random() < 0.7:
                self._take_ends(mac, source)
        self._random.shuffle(mac.order)
        late.is_there = False

        def back() -> None:
            mac.is_up = True
            self._run.promises.disturbed()
            self._after(0.0, 60.0, lambda: setattr(late, "is_there", True))

        self._after(1.0, 20.0, back)

    # Persons.

    def _take_ends(self, mac: VirtualRecorder, source: VirtualSource) -> None:
        one = source.recording
        if one is not None and one.by == "vrmon":
            mac.end(source, self._run.now)
            self._run.promises.disturbed(source.place)

    def _by_hand(self, mac: VirtualRecorder, source: VirtualSource, longest: float, ours: str = "") -> None:
        """A person begins a recording where none is, and ends it."""
        run, random = self._run, self._random
        if source.recording is not None or not self._is_told_apart(mac, source):
            return
        own = f"by hand {random.randint(1, 99)}"
        name = random.choice([own, own, "", f"{random.choice(SHOWS)}{random.choice(['', ' 2', '_cont1'])}"])
        if ours and random.random() < 0.3:
            name = random.choice([ours, f"{ours}_2"])
        theirs = mac.begin(source, "operator", run.now, name=name)
        self._after(0.5, longest, lambda: self._ends(mac, source, theirs))

    def _is_told_apart(self, mac: VirtualRecorder, source: VirtualSource) -> bool:
        """Whether vrmon can know by a look before that this is not its take, where no dates are told."""
        if mac.quirks.dated and mac.quirks.keys == "all":
            return True
        look = self._run.dvrs_seen.get(mac.name)
        idle = [one.unique_id for one in (look and look.seen) or () if not one.is_recording]
        return self._run.is_at_work and source.unique_id in idle

    def _ends(self, mac: VirtualRecorder, source: VirtualSource, theirs: Recording) -> None:
        if source.recording is theirs:
            mac.end(source, self._run.now)
            self._run.promises.disturbed(source.place)

    def _taken_over(self) -> None:
        """A person ends our take and soon begins one by hand, the channel on hold or not."""
        mac, source = self._source()
        one = source.recording
        if one is None or one.by == "operator":
            return
        if self._random.random() < 0.5:
            self._hold(source)
        self._after(0.0, 3.0, lambda: self._take_ends(mac, source))
        self._after(3.0, 12.0, lambda: self._by_hand(mac, source, 60.0, one.asked))

    def _hold(self, source: VirtualSource) -> None:
        run, now = self._run, self._run.now
        for channel in run.settings.channels:
            if run.source_of(channel) is source:
                hold = Hold(now, now + self._random.uniform(5.0, 60.0))
                run.amend(channel.key, partial(replace, hold=hold))
                known = run.memory.channels.get(channel.key, ChannelMemory())
                if run.is_alive and known.hold is hold and hold.until is not None:
                    run.promises.clock.holds[channel.key] = hold.until

    # The configuration.

    def _reload(self, settings: Settings) -> None:
        if len({(one.dvr, one.source) for one in settings.channels}) == len(settings.channels):
            self._run.reload(settings)

    def _changed(self, one: Channel, channel: Channel) -> None:
        settings = self._run.settings
        channels = tuple(channel if known is one else known for known in settings.channels)
        self._reload(replace(settings, channels=channels))

    def _other_primary(self) -> None:
        """One gets another name."""
        self._names += 1
        old = self._random.choice(list(self._run.settings.primaries))
        self._run.rename_primary(old, f"playbox {10 + self._names}")

    def _channel_goes(self) -> None:
        """And comes back, as it was."""
        settings = self._run.settings
        if len(settings.channels) < 2:
            return
        one = self._random.choice(settings.channels)
        others = tuple(known for known in settings.channels if known is not one)
        self._reload(replace(settings, channels=others))

        def back() -> None:
            settings = self._run.settings
            if one.primary in settings.primaries and one.key not in settings.keys:
                self._reload(replace(settings, channels=(*settings.channels, one)))

        self._after(0.5, self._random.choice([3.0, 20.0, 120.0]), back)

    def _sources_exchanged(self) -> None:
        """Two channels of a recorder mean each other's source from now on."""
        settings = self._run.settings
        one = self._random.choice(settings.channels)
        other = self._random.choice(settings.on_dvr(one.dvr))
        means = {one.key: other.source, other.key: one.source}
        channels = [replace(known, source=means.get(known.key, known.source)) for known in settings.channels]
        self._reload(replace(settings, channels=tuple(channels)))

    def _channel_renamed(self) -> None:
        one = self._random.choice(self._run.settings.channels)
        self._changed(one, replace(one, name=f"Studio {self._random.randint(1, 99)}"))

    # The primary.

    def _id_used_again(self) -> None:
        """A job ends, and its id is the next show's, after a pause."""
        run, random = self._run, self._random
        playbox = random.choice(list(run.playboxes.values()))
        if not playbox.jobs:
            return
        job = random.choice(playbox.jobs)
        playbox.jobs.remove(job)
        name = f"{random.choice(SHOWS)} {random.randint(1, 9)}"
        self._after(0.0, random.choice([2.0, 10.0, 60.0]), lambda: self._begins_again(playbox, job, name))

    def _begins_again(self, playbox: VirtualPlayBox, job: Job, name: str) -> None:
        run, random = self._run, self._random
        if job in playbox.jobs:
            return
        playbox.begin(job, name, run.now + random.choice([0.0, 0.0, 2.0, 10.0]))
        known = {one._replace(show=0) for memory in run.memory.primaries.values() for one in memory.jobs}
        playbox.reused[job] = playbox.reused.get(job, 0) + 1 if job in known else 0

        def ends() -> None:
            if job in playbox.jobs:
                playbox.jobs.remove(job)

        self._after(5.0, 100.0, ends)
