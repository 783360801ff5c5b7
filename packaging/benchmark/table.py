"""What the benchmark prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """`bar` is what vrmon must stay below; `baseline` what it is compared with, None where there is none."""

    what: str
    measured: float
    unit: str
    bar: float
    baseline: float | None = None


def show(rows: Iterable[Row]) -> None:
    print(f"{'':<62}{'vrmon':>12}{'bar':>12}{'baseline':>12}{'ratio':>9}")
    for row in rows:
        figures = [f"{row.measured:.3g} {row.unit}", f"< {row.bar:g} {row.unit}"]
        if row.baseline is not None:
            figures += [f"{row.baseline:.3g} {row.unit}", f"{row.baseline / row.measured:.1f}"]
        print(
            f"{row.what:<62}"
            + "".join(f"{one:>12}" for one in figures[:3])
            + "".join(f"{one:>9}" for one in figures[3:])
        )
