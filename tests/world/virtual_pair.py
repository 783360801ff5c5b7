"""Two vrmons and an etcd in virtual time, in one world: strokes fall on either, each command is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf
from random import Random
from typing import Any

from tests.world.virtual import Quirks, Recording, VirtualSource
from tests.world.virtual_promises import Promises
from tests.world.virtual_run import Run
from tests.world.virtual_truth import Truth
from vrmon.model import Action, DvrObservation, Job, Verb
from vrmon.plan.inheriting import followed, inherited
from vrmon.plan.moment import Moment
from vrmon.plan.rights import Rights, Role
from vrmon.settings import Channel, Settings
from vrmon.state import snapshot
from vrmon.views.round import Round

TTL, MARGIN, PACE, UNSURE_PACE = 5.0, 1.0, 1.0, 0.25


@dataclass
class VirtualEtcd:
    """`has_quorum`: whether it answers. `late`: seconds after which it notices that a lease is over.
    `payload`: the shared state, as `author` wrote it last, who led."""

    holder: Host | None = None
    expires: float = -inf
    has_quorum: bool = True
    late: float = 0.0
    payload: dict[str, Any] | None = None
    author: Host | None = None

    def held_by(self, now: float) -> Host | None:
        if self.has_quorum and now >= self.expires + self.late:
            self.holder = None
        return self.holder


@dataclass(eq=False)
class Host:
    """One of the two, and what it has heard."""

    run: Run
    is_second: bool
    lease: float | None = None
    etcd: float = 0.0
    peer: Role | None = None
    heard: float = 0.0
    heard_leading: float = 0.0
    reaches_etcd: bool = True
    reaches_peer: bool = True
    leads_since: float = -inf
    freezes: float = 0.0  # seconds, between its next plan with a command and that command
    others: list[Host] = field(default_factory=list)

    def rights(self) -> Rights:
        heard = self.peer, self.heard, self.heard_leading
        return Rights(self.lease, self.etcd, *heard, self.is_second, self.leads_since)

    @property
    def role(self) -> Role:
        return self.rights().role(Moment(self.run.now))


class Judged(Promises):
    """Of one host of a pair: each of its commands is told to the pair, which judges it."""

    pair: VirtualPair
    host: Host

    def acts(self, action: Action, look: DvrObservation | None) -> None:
        self.pair.acts(self.host, action)
        super().acts(action, look)


class VirtualPair:
    """`commands`: those that reached the recorder, in order, by whom and when."""

    def __init__(self, settings: Settings, seed: int = 0, quirks: Quirks = Quirks()) -> None:  # noqa: B008
        self.settings = settings
        self.random = Random(f"pair {seed}")
        self.etcd = VirtualEtcd()
        one, other = (Run(settings, quirks, seed + number) for number in range(2))
        other.playboxes, other.playbox = one.playboxes, one.playbox
        other.macs, other.mac, other.agenda = one.macs, one.mac, one.agenda
        self.hosts = [Host(one, is_second=False), Host(other, is_second=True)]
        self.run = one
        self.commands: list[tuple[float, Host, Action]] = []
        self.deaths: dict[str, int] = {}
        for host in self.hosts:
            promises = Judged(host.run)
            promises.pair, promises.host, promises.every = self, host, 0
            host.run.promises = promises
            host.run.rights = host.rights
            host.run.turned = partial(self._turned, host)
            host.run.starts = partial(self._starts, host)
            host.others = [another for another in self.hosts if another is not host]
        self.truth = Truth(one)

    @property
    def leader(self) -> Host:
        return next(one for one in self.hosts if one.role is Role.LEADER)

    @property
    def standby(self) -> Host:
        return next(one for one in self.hosts if one.role is Role.STANDBY)

    def begin(self) -> None:
        for host in self.hosts:
            host.run.begin()

    def until(self, moment: float) -> None:
        self.run.until(moment)

    def hand_over(self) -> None:
        """The leader gives up its lease, and the other hears of it at once."""
        host = self.leader
        self.etcd.holder, host.lease = None, None
        host.run.turn()
        for other in host.others:
            if other.run.is_alive:
                self._hear(other)

    def source(self, channel: int) -> VirtualSource:
        return self.run.mac.sources[channel]

    def acts(self, host: Host, action: Action) -> None:
        """What no command may be: an old leader's, a start of what runs, a stop of what goes on."""
        now = self.run.now
        self.commands.append((now, host, action))
        source = self.run.mac.source(action.source)
        leads = self.etcd.holder
        who = f"at {now:.3f} s {host.role.value} {'B' if host.is_second else 'A'}"
        if leads is not None and leads is not host and now < self.etcd.expires:
            has_acted = [one for _, one, _ in self.commands if one is leads]
            is_late = host.lease is not None or action.verb is Verb.STOP
            assert not (has_acted and is_late and host.reaches_etcd), f"{who} is no leader: {action}"
        if action.verb is Verb.RECORD:
            assert source.recording is None, f"{who} starts what runs: {action}, {source.recording}"
        if action.verb is Verb.STOP and source.recording is not None:
            active = [job.id for job in self.run.playbox.jobs]
            assert show_of(source.recording) not in active, f"{who} stops what goes on: {action}"

    def _starts(self, host: Host) -> None:
        run = host.run
        host.lease, host.peer = None, None
        host.etcd = host.heard = host.heard_leading = run.now
        run.at(run.now + 0.1, run._living(partial(self._tend, host)))

    def _tend(self, host: Host) -> None:
        self._hear(host)
        is_sure = host.reaches_etcd and self.etcd.has_quorum
        host.run.after(PACE if is_sure else UNSURE_PACE, host.run._living(partial(self._tend, host)))

    def _hear(self, host: Host) -> None:
        now, etcd = host.run.now, self.etcd
        for other in host.others:
            if host.reaches_peer and other.reaches_peer and other.run.is_alive and not self._is_frozen(other):
                host.peer, host.heard = other.role, now
                if host.peer is not Role.STANDBY:
                    host.heard_leading = now
        if host.reaches_etcd and etcd.has_quorum:
            host.etcd = now
            holder = etcd.held_by(now)
            if holder is None:
                self._take_over(host)
            elif holder is not host:
                host.lease = None
                self._follow(host)
            elif host.lease is None:  # it died and began again: the old lease must expire
                pass
            else:
                etcd.expires, host.lease = now + TTL, now + TTL - MARGIN
        host.run.turn()

    def _is_frozen(self, host: Host) -> bool:
        return host.run.now < host.run._frozen_until

    def _follow(self, host: Host) -> None:
        run = host.run
        if self.etcd.payload is not None and self.etcd.author is not host:
            theirs = snapshot.restore(self.etcd.payload, run.epoch, run.now, run.settings.sync)
            run.memory = followed(theirs, run.memory)

    def _take_over(self, host: Host) -> None:
        etcd, run, now = self.etcd, host.run, host.run.now
        has_led = host.lease is not None
        etcd.holder, etcd.expires, host.lease = host, now + TTL, now + TTL - MARGIN
        host.leads_since = now
        if etcd.payload is not None and not has_led:
            theirs = snapshot.restore(etcd.payload, run.epoch, now, run.settings.sync)
            run.memory = inherited(theirs, run.memory)
            run._settled = None

    def _turned(self, host: Host, turned: Round) -> None:
        if self.etcd.holder is host and host.role is Role.LEADER and host.reaches_etcd:
            self.etcd.payload = snapshot.payload(turned.plan.memory, host.run.epoch)
            self.etcd.author = host
        if host.freezes and any(one.verb is not Verb.FETCH_NAME for one in turned.sent):
            host.run.freeze(host.freezes)
            host.freezes = 0.0


def show_of(take: Recording) -> str:
    """The show that it was begun for, under its name or a stand-in for that."""
    return take.asked.split("_cont")[0].rpartition("_")[2]


class Strokes:
    """Jobs that begin and end, and one stroke after another, each healed before the next."""

    def __init__(self, pair: VirtualPair, random: Random) -> None:
        self.pair = pair
        self.random = random
        self.jobs: list[tuple[Channel, Job]] = []
        for channel in range(len(pair.settings.channels)):
            pair.run.after(random.uniform(3.0, 15.0), partial(self._begin, channel))
        pair.run.after(20.0, self._strike)
        self.is_over = False
        self.done: list[str] = []

    def _begin(self, channel: int) -> None:
        pair, random = self.pair, self.random
        if self.is_over:
            return
        job = pair.run.job(f"SHOW {channel}-{len(self.jobs)}", channel)
        self.jobs.append((pair.settings.channels[channel], job))

        def end() -> None:
            pair.run.playbox.jobs.remove(job)
            pair.run.after(random.choice([0.0, 5.0, 12.0]), partial(self._begin, channel))

        pair.run.after(random.uniform(20.0, 60.0), end)

    def _strike(self) -> None:
        if self.is_over:
            return
        pair, random = self.pair, self.random
        host = random.choice(pair.hosts)
        strokes: dict[str, Callable[[], None]] = {
            "killed": lambda: host.run.crash(pause=random.choice([1.0, 8.0, 25.0])),
            "frozen": lambda: host.run.freeze(random.choice([0.5, 3.0, 7.0, 25.0])),
            "frozen in mid-command": lambda: setattr(host, "freezes", random.choice([0.5, 3.0, 7.0, 25.0])),
            "cut from etcd": lambda: self._for(host, reaches_etcd=False),
            "cut from the peer": lambda: self._for(host, reaches_peer=False),
            "cut from both": lambda: self._for(host, reaches_etcd=False, reaches_peer=False),
            "no quorum": lambda: self._for(pair.etcd, has_quorum=False),
            "handed over": self._hand_over,
            "a take dies": self._kill_take,
        }
        name = random.choice(list(strokes))
        self.done.append(name)
        strokes[name]()
        pair.run.after(60.0, self._strike)

    def _for(self, what: object, **changes: bool) -> None:
        for name, value in changes.items():
            setattr(what, name, value)
            self.pair.run.after(self.random.uniform(1.0, 30.0), partial(setattr, what, name, not value))

    def _hand_over(self) -> None:
        if any(one.role is Role.LEADER for one in self.pair.hosts):
            self.pair.hand_over()

    def _kill_take(self) -> None:
        source = self.random.choice(self.pair.run.mac.sources)
        if source.recording is not None:
            name = show_of(source.recording)
            self.pair.deaths[name] = self.pair.deaths.get(name, 0) + 1
            self.pair.run.mac.end(source, self.pair.run.now)
