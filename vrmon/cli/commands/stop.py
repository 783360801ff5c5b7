"""`vrmon stop`: the end of a take that is kept although its job is gone."""

from __future__ import annotations

from argparse import Namespace

from vrmon.cli.steering import steer


def run(options: Namespace) -> int:
    return steer(options, "stop")
