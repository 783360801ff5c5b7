"""`vrmon hold`: a channel handed to a person."""

from __future__ import annotations

from argparse import Namespace

from vrmon.cli.steering import steer


def run(options: Namespace) -> int:
    return steer(options, "hold", seconds=options.seconds, reason=options.reason)
