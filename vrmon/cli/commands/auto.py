"""`vrmon auto`: a channel given back to vrmon."""

from __future__ import annotations

from argparse import Namespace

from vrmon.cli.steering import steer


def run(options: Namespace) -> int:
    return steer(options, "auto")
