"""What else can happen to a wide site: reloads, persons, freezes, splits, odd entries, ids used again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

from tests.world.virtual import Recording, VirtualRecorder, VirtualSource
from tests.world.virtual_run import Run
from vrmon.model import Phase, Verb
from vrmon.plan.memory import ChannelMemory
from vrmon.settings import Channel

SHOWS = ["News", "Sport", "Wetter", "Nachrichten für Zürich", "Новости"]


class Incidents:
    """Each is one method; `events` says how often it happens, in seconds between two."""

    def __init__(self, run: Run, random: Random) -> None:
        self._run = run
        self._random = random
        self._settings = run.settings  # those it ends with

    def events(self) -> list[tuple[float, Callable[[], None]]]:
        return [
            (300.0, self._reload),
            (100.0, self._person_stops),
            (500.0, self._freeze),
            (150.0, self._destination_taken),
            (80.0, self._split),
            (400.0, self._hang),
            (300.0, self._restart_unseen),
            (300.0, self._all_gone),
            (200.0, self._odd_ingest),
            (200.0, self._odd_source),
            (200.0, self._id_used_again),
            (150.0, self._swap),
        ]

    def cease(self) -> None:
        self._run.reload(self._settings)

    def _later(self, longest: float, what: Callable[[], None]) -> None:
        self._run.after(self._random.uniform(0.0, longest), what)

    def _reload(self) -> None:
        """Channels come and go, and mean another source."""
        kept = [one for one in self._settings.channels if self._random.random() < 0.8]
        used = {self._run.source_of(one).place for one in kept}
        channels: list[Channel] = []
        for one in kept:
            spare = next(
                (source.unique_id for source in self._run.macs[one.dvr].sources if source.place not in used),
                None,
            )
            moves = spare is not None and self._random.random() < 0.2
            channels.append(replace(one, source=spare) if moves and spare is not None else one)
            used.add(self._run.source_of(channels[-1]).place)
        self._run.reload(replace(self._settings, channels=tuple(channels)))

    def _person_stops(self) -> None:
        """`vrmon stop` of a take whose job is gone."""
        run = self._run
        for channel in run.settings.channels:
            memory = run.memory.channels.get(channel.key, ChannelMemory())
            if memory.running is not None and memory.hold is None and memory.phase is Phase.KEEPING:
                released = memory.running.job, run.now
                run.amend(channel.key, partial(replace, released=released))
                return

    def _freeze(self) -> None:
        if self._run.is_alive:
            self._run.freeze(self._random.choice([2.0, 8.0, 30.0, 120.0, 600.0]))

    def _source(self) -> tuple[VirtualRecorder, VirtualSource]:
        mac = self._random.choice(list(self._run.macs.values()))
        return mac, self._random.choice(mac.sources)

    def _destination_taken(self) -> None:
        _, source = self._source()
        source.has_destination = False

        def give_back() -> None:
            source.has_destination = True
            self._run.promises.disturbed(source.place)

        self._later(60.0, give_back)

    def _split(self) -> None:
        mac, source = self._source()
        before = source.recording
        if before is None or before.by == "operator":
            return
        mac.split(source, self._run.now)
        self._run.promises.disturbed(source.place)
        after = source.recording
        if after is None:
            return
        after.excused |= not self._is_known(mac, source, before)
        after.renamed |= mac.quirks.split_name == "reset" and not mac.quirks.dated

    def _is_known(self, mac: VirtualRecorder, source: VirtualSource, before: Recording) -> bool:
        """Whether vrmon must know what the recorder's split has made of its take."""
        quirks, run = mac.quirks, self._run
        attempts = [
            one.attempt
            for key, one in run.memory.channels.items()
            if key.dvr == mac.name and one.take is not None and one.take.source == source.unique_id
        ]
        is_stopping = any(one is not None and one.verb is Verb.STOP for one in attempts)
        is_new = quirks.split_date == "new"
        has_other_name = quirks.split_name == "reset" or before.is_called_anew
        has_date = quirks.dated and quirks.keys == "all" and not is_new
        is_idle = quirks.split_idle and not has_date
        return before.seen and not is_stopping and not (is_idle or (is_new and has_other_name))

    def _hang(self) -> None:
        mac, _ = self._source()
        self._run.hang(mac.name)
        self._run.promises.disturbed(until=self._run.now + 12.0)

    def _restart_unseen(self) -> None:
        """The primary's service is restarted between two polls, and may have lost its jobs."""
        playbox = self._random.choice(list(self._run.playboxes.values()))
        playbox.has_restarted = True
        if self._random.random() < 0.7:
            playbox.jobs.clear()

    def _all_gone(self) -> None:
        self._random.choice(list(self._run.playboxes.values())).jobs.clear()

    def _odd_ingest(self) -> None:
        playbox = self._random.choice(list(self._run.playboxes.values()))
        if playbox.jobs:
            ingest = self._random.choice(playbox.jobs).ingest
            playbox.odd.add(ingest)
            self._later(20.0, lambda: playbox.odd.discard(ingest))

    def _odd_source(self) -> None:
        _, source = self._source()
        source.is_odd = True

        def tell_again() -> None:
            source.is_odd = False
            self._run.promises.disturbed(source.place)

        self._later(20.0, tell_again)

    def _id_used_again(self) -> None:
        """A job's id becomes that of another show, without a pause."""
        playbox = self._random.choice(list(self._run.playboxes.values()))
        if playbox.jobs:
            job = self._random.choice(playbox.jobs)
            playbox.names[job] = self._run.now, f"{self._random.choice(SHOWS)} {self._random.randint(1, 9)}"
            playbox.reused[job] = playbox.reused.get(job, 0) + 1

    def _swap(self) -> None:
        """An operator puts another recording in the place of ours between two looks."""
        mac, source = self._source()
        one = source.recording
        dated = mac.quirks.dated and mac.quirks.keys == "all"
        if one is None or one.by == "operator" or not dated:
            return
        mac.end(source, self._run.now)
        name = self._random.choice([f"by hand {self._random.randint(1, 99)}", f"{one.asked}_2", one.asked])
        theirs = mac.begin(source, "operator", self._run.now, name=name)
        source.shows[:] = [(self._run.now, True)]

        def finish() -> None:
            if source.recording is theirs:
                mac.end(source, self._run.now)
                self._run.promises.disturbed(source.place)

        self._later(60.0, finish)
