"""A take as one look after another shows it."""

from __future__ import annotations

from dataclasses import dataclass

from vrmon.model import DvrObservation, Source
from vrmon.plan.memory import Running, Sent
from vrmon.plan.replacing import replace
from vrmon.traits import Traits

_FILES_KEPT = 50
_STEADY = 10.0  # seconds for which a start date stands still, at the least, that is one


@dataclass(frozen=True)
class Shown:
    """The source of a take in a look at a recorder of these traits, which is looked at every `poll_interval`
    seconds."""

    source: Source
    look: DvrObservation
    traits: Traits
    poll_interval: float

    def may_be(self, *names: str) -> bool:
        """Whether its name may be one of these, spelled, numbered or cut by the recorder."""
        return is_made_of(self.traits, self.source.recording_name, *names)


def is_made_of(traits: Traits, shown: str | None, *names: str) -> bool:
    """Whether the name that is shown may be one of these, spelled, numbered or cut by the recorder."""
    return shown is not None and any(traits.may_show(name, shown) for name in names if name)


def has_its_date(take: Running, source: Source) -> bool | None:
    """Whether what the source records began when the take did; None where the recorder does not tell."""
    return None if not take.date or not source.start_date else take.date == source.start_date


def may_be_it(take: Running, source: Source, traits: Traits) -> bool:
    """Whether what stands in the place of a take that was watched may be that take: not where both its name
    and its date are other ones, and the name is not made of ours."""
    shown = source.recording_name
    has_changed = has_its_date(take, source) is False and shown is not None
    return not has_changed or is_made_of(traits, shown, take.name, take.given, *take.files)


def begun(take: Sent, shown: Shown, clue: str) -> Running:
    """A take that is seen for the first time, known as ours by that clue."""
    name = shown.source.recording_name or take.given
    running = Running(
        take.job,
        shown.source.unique_id,
        take.number,
        take.label,
        take.latency,
        name=name,
        started=shown.look.ended,
        date=shown.source.start_date,
        known_by=clue,
        borne=is_made_of(shown.traits, name, take.given, *take.aliases),
    )
    return seen_again(running, shown)


def seen_again(take: Running, shown: Shown) -> Running:
    """Another name than ours is the recorder's or an operator's: we follow it."""
    traits, source, look = shown.traits, shown.source, shown.look
    date, name = source.start_date, source.recording_name or take.name
    is_named = source.recording_name is not None and traits.fold(name) == traits.fold(take.given)
    label = replace(take.label, nameless="") if is_named and take.label.nameless else take.label
    has_other_date = bool(take.date) and date not in (None, take.date)
    is_split = has_other_date and (traits.fold(name) != traits.fold(take.name) or _is_steady(take, shown))
    return replace(
        take,
        label=label,
        confirmed=take.confirmed if source.is_paused else look.began,
        seen=look.ended,
        borne=take.borne or is_named or traits.may_show(take.given, name),
        name=name,
        date=date if is_split or take.date is None else "" if has_other_date else take.date,
        redated=look.ended if has_other_date else take.redated,
        format=take.format or source.video_format or "",
        files=take.files if name in take.files else (*take.files, name)[-_FILES_KEPT:],
    )


def seen_once_more(take: Running, look: DvrObservation) -> Running:
    """A take that the look shows as it was."""
    return replace(take, confirmed=look.began, seen=look.ended)


def _is_steady(take: Running, shown: Shown) -> bool:
    """Whether its date has stood still, so that another one is that of another file."""
    unsteady = max(_STEADY, 3 * shown.poll_interval)
    return take.redated is None or shown.look.ended - take.redated > unsteady
