"""The text of what is saved, each part of it encoded when it has changed: most rounds change little."""

from __future__ import annotations

import json

from vrmon.plan.memory import Memory
from vrmon.state.format import payload_text
from vrmon.state.snapshot import SECTIONS, Part, parts


class Encoded:
    """`text` is that of the payload that it was asked for last. `boot`: the id of the machine's."""

    def __init__(self, boot: str = "") -> None:
        self.text = ""
        self._boot = boot
        self._epoch = 0.0
        self._known: dict[tuple[str, str | None], tuple[tuple[object, ...], str]] = {}

    def encode(self, memory: Memory, epoch: float) -> str:
        """The same text as that of the whole payload; the same object where nothing has changed."""
        if epoch != self._epoch:
            self._known.clear()
        self._epoch = epoch
        known = self._known
        self._known = {}
        is_changed = False
        for part in parts(memory, epoch, self._boot):
            place = part.section, part.key
            before = known.get(place)
            if before is not None and _is_same(before[0], part.of):
                self._known[place] = before
                continue
            text = _encoded(part)
            is_changed |= before is None or before[1] != text
            self._known[place] = part.of, text
        if is_changed or len(self._known) != len(known):
            self.text = self._put_together()
        return self.text

    def _put_together(self) -> str:
        sections: dict[str, dict[str | None, str]] = {section: {} for section in SECTIONS}
        for (section, key), (_, text) in self._known.items():
            sections[section][key] = text
        return "{" + ",".join(f'"{name}":{_section(parts)}' for name, parts in sections.items()) + "}"


def _section(known: dict[str | None, str]) -> str:
    if None in known:
        return known[None]
    return "{" + ",".join(text for _, text in sorted((key or "", text) for key, text in known.items())) + "}"


def _encoded(part: Part) -> str:
    text = payload_text(part.make())
    return text if part.key is None else f"{json.dumps(part.key)}:{text}"


def _is_same(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return all(
        one is other or (isinstance(one, float) and one == other)
        for one, other in zip(before, now, strict=True)
    )
