"""Prometheus' text format for what there is of every channel and device: the same text as that of its own
library, which takes five times as long for a thousand of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from vrmon.workers.counts import HistogramSnapshot


def labelled(**labels: str) -> str:
    """What stands between the braces, in the order of the names."""
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in sorted(labels.items()))


def family(kind: str, name: str, help_text: str, samples: Iterable[str]) -> str:
    """All series of one name; `help_text` is one line."""
    return "".join([f"# HELP {name} {help_text}\n# TYPE {name} {kind}\n", *samples])


def sample(name: str, labels: str, value: float) -> str:
    """`labels` are as `labelled` makes them."""
    return f"{name}{{{labels}}} {float(value)!r}\n"


def histogram(name: str, labels: str, snapshot: HistogramSnapshot) -> str:
    """No name among the labels comes after "le"."""
    bounds = chain(snapshot.buckets, [("+Inf", snapshot.count)])
    lines = [f'{name}_bucket{{{labels},le="{bound}"}} {count}.0\n' for bound, count in bounds]
    lines += [f"{name}_count{{{labels}}} {snapshot.count}.0\n", sample(f"{name}_sum", labels, snapshot.sum)]
    return "".join(lines)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
