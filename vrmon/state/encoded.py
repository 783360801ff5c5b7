"""The text of what is saved, each part of it encoded when it has changed: most rounds change little."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from vrmon.plan.memory import Memory
from vrmon.state.format import payload_text
from vrmon.state.snapshot import Part, Section, sections


class _Made(NamedTuple):
    """The text of a part, with its key, and what it was made of."""

    key: str | None
    of: tuple[object, ...]
    text: str


class _Known(NamedTuple):
    """A section as it was, its parts by their places in it, and the text of it all."""

    section: Section
    parts: Mapping[Any, _Made]
    text: str


class Encoded:
    """`text` is that of the payload that it was asked for last. `boot`: the id of the machine's."""

    def __init__(self, boot: str = "") -> None:
        self.text = ""
        self._boot = boot
        self._epoch = 0.0
        self._known: dict[str, _Known] = {}

    def encode(self, memory: Memory, epoch: float) -> str:
        """The same text as that of the whole payload; the same object where nothing has changed."""
        if epoch != self._epoch:
            self._known.clear()
        self._epoch = epoch
        is_changed = False
        for section in sections(memory, epoch, self._boot):
            before = self._known.get(section.name)
            self._known[section.name] = known = _encoded(section, before)
            is_changed |= before is None or before.text is not known.text
        if is_changed:
            self.text = "{" + ",".join(f'"{name}":{one.text}' for name, one in self._known.items()) + "}"
        return self.text


def _encoded(section: Section, before: _Known | None) -> _Known:
    known: Mapping[Any, _Made] = {} if before is None else before.parts
    unchanged = _unchanged(section, None if before is None else before.section)
    parts, is_changed = {}, before is None
    for place in section.keys:
        was = known.get(place)
        if was is not None and place in unchanged:
            parts[place] = was
            continue
        part = section.part(place)
        if was is None or not _is_same(was.of, part.of):
            made = _Made(part.key, part.of, _text(part))
            is_changed |= was is None or was.text != made.text
        else:
            made = was
        parts[place] = made
    if before is None or is_changed or len(parts) != len(known):
        return _Known(section, parts, _put_together(parts))
    return _Known(section, parts, before.text)


def _unchanged(section: Section, before: Section | None) -> set[Any]:
    """The places whose parts need not even be made to know that they are as they were."""
    if before is None or not section.of or section.at != before.at:
        return set()
    same = [
        {place for place in section.keys if now.get(place) is was.get(place)}
        for now, was in zip(section.of, before.of, strict=True)
    ]
    return set.intersection(*same)


def _put_together(parts: Mapping[Any, _Made]) -> str:
    if None in parts:
        return parts[None].text
    return (
        "{" + ",".join(text for _, text in sorted((one.key or "", one.text) for one in parts.values())) + "}"
    )


def _text(part: Part) -> str:
    text = payload_text(part.make())
    return text if part.key is None else f"{json.dumps(part.key)}:{text}"


def _is_same(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return len(before) == len(now) and all(
        one is other or (isinstance(one, float) and one == other)
        for one, other in zip(before, now, strict=True)
    )
