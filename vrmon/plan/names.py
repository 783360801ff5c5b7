"""What a take is called: a name that its recorder can take and that nothing else there has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from vrmon.plan.ledger import Ledger, Owner
from vrmon.settings import Sync
from vrmon.text import cut
from vrmon.traits import Traits


def base(
    sync: Sync, traits: Traits, channel: str, job_id: str, basename: str | None, began: float
) -> tuple[str, bool]:
    """The name of a job's first take, and whether it is a stand-in. `began` is Unix time.

    The stand-in is made of what a restarted vrmon would know as well, so that it knows its own take again.
    """
    when = datetime.fromtimestamp(began).astimezone()
    values = {"channel": channel, "job": job_id, "date": f"{when:%Y-%m-%d}", "time": f"{when:%H-%M-%S}"}
    if basename is not None or not waits(sync):
        name = traits.fit(sync.name_template.format(basename=basename or "", **values))
        if name.strip("_ "):
            return name, False
    return stand_in(traits, channel, job_id), True


def stand_in(traits: Traits, channel: str, job_id: str) -> str:
    """The name of a job whose own name is not known in time."""
    return traits.fit(f"{channel}_{job_id}")


def waits(sync: Sync) -> bool:
    """Whether a name cannot be made before the primary has told its own."""
    return "{basename}" in sync.name_template


def continuation(sync: Sync, traits: Traits, name: str, n: int) -> str:
    """The name of the take that goes on after `n` takes of the same job have ended early."""
    room = traits.longest - len(sync.continuation.format(name="", n=n).encode())
    continued = sync.continuation.format(name=cut(traits.fit(name), max(room, 1)), n=n)
    is_short = len(continued.encode()) <= traits.longest
    return traits.fit(continued) if is_short else _numbered(traits, name, n)


def pick(
    sync: Sync, traits: Traits, name: str, owner: Owner, ledger: Ledger, barred: tuple[str, ...]
) -> tuple[str, int]:
    """A name for `owner`'s next take, neither used on this recorder nor barred, and the take's number.

    `barred`: names that were tried in vain and came to nothing.
    """
    fold = traits.fold
    vain = {fold(one) for one in barred}
    taken = sum(1 for folded in ledger.given_to(owner) if folded not in vain)
    candidates = _continuations(sync, traits, name, taken) if taken else _variants(traits, name)
    free = (one for one in candidates if fold(one) not in ledger and fold(one) not in vain)
    return next(free), taken + 1


def would_be(sync: Sync, traits: Traits, name: str, seen: str, *, variants: bool) -> bool:
    """Whether `seen` is a name that vrmon gives to a job whose first take is called `name`, or, with
    `variants`, a numbered one, as where that was in use already."""
    numbers = {int(digits) for digits in re.findall(r"\d{1,9}", seen)}
    names = [continuation(sync, traits, name, n) for n in numbers]
    if variants:
        names += [_numbered(traits, name, n) for n in numbers]
    return is_spelled(traits, name, seen) or traits.fold(seen) in map(traits.fold, names)


def is_spelled(traits: Traits, asked: str, shown: str) -> bool:
    """Whether `shown` is `asked` itself, if in other letters, and not one that only begins like it."""
    asked_folded, shown_folded = traits.fold(asked), traits.fold(shown)
    if asked_folded == shown_folded:
        return True
    is_another = shown_folded.startswith(asked_folded) or asked_folded.startswith(shown_folded)
    return not is_another and _number(asked) == _number(shown) and traits.may_show(asked, shown)


def _number(name: str) -> str:
    """The digits that it ends with."""
    return name[len(name.rstrip("0123456789")) :]


def _variants(traits: Traits, name: str) -> Iterator[str]:
    yield name
    n = 2
    while True:
        yield _numbered(traits, name, n)
        n += 1


def _numbered(traits: Traits, name: str, n: int) -> str:
    suffix = f"_{n}"
    return cut(traits.fit(name), traits.longest - len(suffix)) + suffix


def _continuations(sync: Sync, traits: Traits, name: str, first: int) -> Iterator[str]:
    n = first
    while True:
        yield continuation(sync, traits, name, n)
        n += 1
