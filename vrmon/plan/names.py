"""What a take is called: a name that the Mac can hold and that nothing else on that DVR has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime

from vrmon.settings import Sync

LONGEST = 200  # bytes of UTF-8; the Mac's limit is 255, and the DVR adds an extension or a suffix
_FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}


def safe(text: str, longest: int = LONGEST) -> str:
    """`text` with what a file name on the Mac cannot hold replaced, cut between characters.

    Dots at the beginning would hide the file.
    """
    kept = "".join("_" if c in "/:" or unicodedata.category(c) in _FORBIDDEN else c for c in text).strip()
    seen = kept.lstrip(".")
    kept = "_" * (len(kept) - len(seen)) + seen
    return kept.encode()[:longest].decode(errors="ignore").strip()


def fold(name: str) -> str:
    """Two names that fold alike are one file on the Mac, which knows no case and one form of an accent."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def base(sync: Sync, channel: str, job_id: str, basename: str | None, began: float) -> tuple[str, bool]:
    """The name of a job's first take, and whether it is a stand-in. `began` is Unix time.

    The stand-in is made of what a restarted vrmon would know as well, so that it knows its own take again.
    """
    when = datetime.fromtimestamp(began).astimezone()
    values = {"channel": channel, "job": job_id, "date": f"{when:%Y-%m-%d}", "time": f"{when:%H-%M-%S}"}
    if basename is not None or not waits(sync):
        name = safe(sync.name_template.format(basename=basename or "", **values))
        if name.strip("_ "):
            return name, False
    return stand_in(channel, job_id), True


def stand_in(channel: str, job_id: str) -> str:
    """The name of a job whose own name is not known in time."""
    return safe(f"{channel}_{job_id}")


def waits(sync: Sync) -> bool:
    """Whether a name cannot be made before the primary has told its own."""
    return "{basename}" in sync.name_template


def continuation(sync: Sync, name: str, n: int) -> str:
    """The name of the take that goes on after `n` takes of the same job have ended early."""
    room = LONGEST - len(sync.continuation.format(name="", n=n).encode())
    continued = sync.continuation.format(name=safe(name, max(room, 1)), n=n)
    return safe(continued) if len(continued.encode()) <= LONGEST else _numbered(name, n)


def pick(
    sync: Sync, name: str, owner: str, used: Mapping[str, str], barred: tuple[str, ...]
) -> tuple[str, int]:
    """A name for `owner`'s next take, neither used on this DVR nor barred, and the take's number.

    `barred`: names that were tried in vain and came to nothing.
    """
    vain = {fold(one) for one in barred}
    taken = sum(1 for folded, other in used.items() if other == owner and folded not in vain)
    candidates = _continuations(sync, name, taken) if taken else _variants(name)
    free = (one for one in candidates if fold(one) not in used and fold(one) not in vain)
    return next(free), taken + 1


def would_be(sync: Sync, name: str, seen: str, *, variants: bool) -> bool:
    """Whether `seen` is a name that vrmon gives to a job whose first take is called `name`, or, with
    `variants`, a numbered one, as where that was in use already."""
    numbers = {int(digits) for digits in re.findall(r"\d{1,9}", seen)}
    names = [name, *(continuation(sync, name, n) for n in numbers)]
    if variants:
        names += [_numbered(name, n) for n in numbers]
    return fold(seen) in map(fold, names)


def _variants(name: str) -> Iterator[str]:
    yield name
    n = 2
    while True:
        yield _numbered(name, n)
        n += 1


def _numbered(name: str, n: int) -> str:
    suffix = f"_{n}"
    return safe(name, LONGEST - len(suffix)) + suffix


def _continuations(sync: Sync, name: str, first: int) -> Iterator[str]:
    n = first
    while True:
        yield continuation(sync, name, n)
        n += 1
