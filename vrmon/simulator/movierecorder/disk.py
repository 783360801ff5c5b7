"""A destination of the simulated MovieRecorder."""

from __future__ import annotations

from dataclasses import dataclass, field

TO_ALL = "NotRelatedToSource"


@dataclass
class Disk:
    """`warnings` stand under the unique_id of the source that they concern, or under TO_ALL."""

    unique_id: str
    name: str
    warnings: dict[str, list[str]] = field(default_factory=dict)
    full: bool = False
