"""Recorders of every kind, as the promises' tests want them: what they recorded, and what can go wrong."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial

from tests.kinds import deck
from tests.kinds.deck.server import DeckServer, on_the_air
from vrmon.devices import kinds
from vrmon.simulator import HyperDeck, MovieRecorder, Obs, serving
from vrmon.simulator.recording.solo_recorder import SoloRecorder
from vrmon.simulator.recording.take import Take
from vrmon.traits import Traits


@dataclass
class Made:
    """Something that was recorded; times are monotonic. `by` and `ended_by`: "remote" is vrmon."""

    name: str
    by: str
    ended: float | None = None
    ended_by: str = ""


class Double(ABC):
    """`keys`: what its table in vrmon.toml has beside kind and url."""

    kind: str
    keys: tuple[str, ...] = ()
    password = ""

    @property
    def traits(self) -> Traits:
        return kinds.KINDS[self.kind].traits

    @property
    def running(self) -> Made | None:
        made = self.made
        return made[-1] if made and made[-1].ended is None else None

    @property
    @abstractmethod
    def url(self) -> str: ...

    @property
    @abstractmethod
    def made(self) -> list[Made]: ...

    @property
    @abstractmethod
    def looks(self) -> int: ...

    @property
    @abstractmethod
    def starts(self) -> int:
        """How often it was told to record."""

    @property
    @abstractmethod
    def stops(self) -> int: ...

    @abstractmethod
    def record(self, name: str) -> None:
        """By hand; "": as it calls a recording by itself."""

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def kill(self) -> None:
        """The take ends by itself."""

    @abstractmethod
    def be_late(self, seconds: float) -> None:
        """A recording that was begun remotely is shown so late."""

    @abstractmethod
    def refuse_starts(self) -> str:
        """Until `be_well`; in these words."""

    @abstractmethod
    def refuse_duplicates(self) -> None:
        """A name that a file has is not given to another; else the other gets a suffix."""

    @abstractmethod
    def be_deaf(self) -> None:
        """It says yes to a start, and does nothing, until `be_well`."""

    @abstractmethod
    def lose_answers(self) -> None:
        """It starts, and says nothing of it, until `be_well`."""

    @abstractmethod
    def be_silent(self) -> None: ...

    @abstractmethod
    def be_well(self) -> None: ...


@dataclass
class Template(Double):
    """The kind that vrmon does not know."""

    deck: DeckServer = field(default_factory=DeckServer)
    kind = "deck"
    keys = ('slot = "2"',)

    @property
    def traits(self) -> Traits:
        return deck.KIND.traits

    @property
    def url(self) -> str:
        return self.deck.url

    @property
    def made(self) -> list[Made]:
        return [Made(one.name, one.by, one.ended, one.ended_by) for one in self.deck.clips]

    @property
    def looks(self) -> int:
        return self.deck.heard.count("transport info")

    @property
    def starts(self) -> int:
        return len(self.deck.commands("record"))

    @property
    def stops(self) -> int:
        return len(self.deck.commands("stop"))

    def record(self, name: str) -> None:
        self.deck.record(name or "OPERATOR")

    def stop(self) -> None:
        self.deck.end()

    def kill(self) -> None:
        self.deck.end("itself")

    def be_late(self, seconds: float) -> None:
        self.deck.late = seconds

    def refuse_starts(self) -> str:
        self.deck.refusal = "104 disk full"
        return self.deck.refusal

    def refuse_duplicates(self) -> None:
        """It always does."""

    def be_deaf(self) -> None:
        self.deck.is_deaf = True

    def lose_answers(self) -> None:
        self.deck.loses_answers = True

    def be_silent(self) -> None:
        self.deck.is_silent = True

    def be_well(self) -> None:
        self.deck.refusal = ""
        self.deck.is_deaf = self.deck.loses_answers = self.deck.is_silent = False


class Simulated(Double):
    """A double of the simulator's. `LOOK`, `START` and `STOP`: how its requests are told apart."""

    LOOK: str
    START: str
    STOP: str
    device: SoloRecorder | MovieRecorder

    @property
    def url(self) -> str:
        return self.device.url

    @property
    def made(self) -> list[Made]:
        return [_made(take) for take in self.device.takes]

    @property
    def looks(self) -> int:
        return len(self.device.arrivals(self.LOOK))

    @property
    def starts(self) -> int:
        return len(self.device.arrivals(self.START))

    @property
    def stops(self) -> int:
        return len(self.device.arrivals(self.STOP))

    def stop(self) -> None:
        self.device.stop_by_hand()

    def kill(self) -> None:
        self.device.kill_take()

    def be_late(self, seconds: float) -> None:
        self.device.switch(start_visible_after=seconds)

    def lose_answers(self) -> None:
        self.device.fault("lost_answer", self.START)

    def be_silent(self) -> None:
        self.device.fault("hang")

    def be_well(self) -> None:
        self.device.clear_faults()


class Solo(Simulated):
    """One that records one source."""

    device: SoloRecorder

    def be_deaf(self) -> None:
        self.device.switch(record_is_deaf=True)

    def be_well(self) -> None:
        super().be_well()
        self.device.switch(record_is_deaf=False)


@dataclass
class OfHyperDeck(Solo):
    device: HyperDeck = field(default_factory=HyperDeck)
    kind = "hyperdeck"
    LOOK, START, STOP = "transport info", "record*", "stop*"

    def record(self, name: str) -> None:
        self.device.record_by_hand(name)

    def refuse_starts(self) -> str:
        self.device.fault("body", self.START, body="104 disk full\r\n")
        return "104 disk full"

    def refuse_duplicates(self) -> None:
        self.device.switch(duplicate_name="refused")


@dataclass
class OfObs(Solo):
    """It is as slow to stop as the real one."""

    device: Obs = field(default_factory=lambda: Obs("secret % é"))
    kind = "obs"
    password = "secret % é"
    LOOK, START, STOP = "GetRecordStatus", "StartRecord", "StopRecord"

    def record(self, name: str) -> None:
        self.device.record_by_hand(name)

    def refuse_starts(self) -> str:
        self.device.fault("error", self.START, status=205, body="Encoders are busy.")
        return "Encoders are busy."

    def refuse_duplicates(self) -> None:
        """It never does."""


@dataclass
class OfMovieRecorder(Simulated):
    device: MovieRecorder = field(default_factory=lambda: MovieRecorder(1))
    kind = "movierecorder"
    LOOK, START, STOP = "/sources", "/sources/*/record", "/sources/*/stop"

    def record(self, name: str) -> None:
        self.device.record_by_hand(0, name or "OPERATOR")  # else under the name that we gave

    def refuse_starts(self) -> str:
        self.device.fault("body", self.START, body='{"success": false, "error": "the disk is full"}')
        return "the disk is full"

    def refuse_duplicates(self) -> None:
        self.device.switch(duplicate_name="record refused")

    def be_deaf(self) -> None:
        self.device.fault("body", self.START, body='{"success": true}')


def _made(take: Take) -> Made:
    return Made(take.name, take.by, take.ended, take.ended_by or "")


@contextmanager
def _template() -> Iterator[Double]:
    double = Template()
    with on_the_air(double.deck):
        yield double


@contextmanager
def _simulated(make: Callable[[], Simulated]) -> Iterator[Double]:
    double = make()
    with serving(double.device):
        yield double


DOUBLES: dict[str, Callable[[], AbstractContextManager[Double]]] = {
    "template": _template,
    "movierecorder": partial(_simulated, OfMovieRecorder),
    "obs": partial(_simulated, OfObs),
    "hyperdeck": partial(_simulated, OfHyperDeck),
}
