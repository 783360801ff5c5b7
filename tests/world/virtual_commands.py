"""The record commands that have gone to each source, by what vrmon has heard of them: what it may take for
its own because it has asked for it."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vrmon.devices.movierecorder import TRAITS
from vrmon.model import Action, Outcome, Verb
from vrmon.plan import Plan, World
from vrmon.plan.memory import FLIGHT

if TYPE_CHECKING:
    from tests.world.virtual_run import Run

_KEPT = 20


@dataclass
class _Command:
    """`answered`: when its answer came, or nobody waits for it any more; `looked`: when the first look ended
    that began after that and showed the source."""

    action: Action
    sent: float
    answered: float | None = None
    is_refused: bool = False
    looked: float | None = None


@dataclass
class Commands:
    run: Run
    sent: dict[tuple[str, str], deque[_Command]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=_KEPT))
    )

    def crashed(self) -> None:
        """The answers go to nobody, and the next vrmon does not know since when the recorder has had time."""
        now = self.run.now
        for one in (one for commands in self.sent.values() for one in commands):
            one.answered = now if one.answered is None else one.answered
            if one.looked is not None and now < one.looked + TRAITS.start_grace:
                one.looked = None

    def planned(self, world: World, planned: Plan) -> None:
        for result in world.results:
            for one in self._pending() if result.action.verb is Verb.RECORD else ():
                if one.action is result.action:
                    one.answered, one.is_refused = self.run.now, result.outcome is Outcome.REFUSED
        for action in planned.actions:
            if action.verb is Verb.RECORD:
                self.sent[action.device, action.source].append(_Command(action, self.run.now))

    def looked(self, dvr: str, began: float, told: set[str]) -> None:
        for place, commands in self.sent.items():
            for one in commands if place[0] == dvr and place[1] in told else ():
                answered = one.sent + FLIGHT if one.answered is None else one.answered
                if one.looked is None and began >= answered:
                    one.looked = self.run.now

    def may_have_begun(self, place: tuple[str, str]) -> bool:
        """Whether what the last look shows on the source may be what one of them has begun: one that was not
        refused, within the recorder's grace."""
        look, grace = self.run.dvrs_seen.get(place[0]), TRAITS.start_grace
        began = self.run.now if look is None else look.began
        allowed = [one for one in self.sent[place] if not one.is_refused]
        return any(one.looked is None or began < one.looked + grace for one in allowed)

    def _pending(self) -> list[_Command]:
        return [one for commands in self.sent.values() for one in commands if one.answered is None]
