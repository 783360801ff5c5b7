"""`vrmon claim`: a recording of which nobody knew whose it is, made vrmon's own."""

from __future__ import annotations

from argparse import Namespace

from vrmon.cli.steering import steer


def run(options: Namespace) -> int:
    return steer(options, "claim")
