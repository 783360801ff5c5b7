"""`dataclasses.replace` for what a plan is made of: the same, in a fifth of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["replace"]

if TYPE_CHECKING:  # which knows the fields of each
    from dataclasses import replace
else:
    T = TypeVar("T")

    def replace(value: T, /, **changes: Any) -> T:
        """A frozen dataclass with some of its fields changed; one without slots, and nothing that is worked
        out when it is made."""
        changed = object.__new__(type(value))
        changed.__dict__.update(value.__dict__, **changes)
        return changed
