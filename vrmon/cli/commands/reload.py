"""`vrmon reload`: vrmond reads its configuration again."""

from __future__ import annotations

import sys
from argparse import Namespace

from vrmon.cli import credentials, steering


def run(options: Namespace) -> int:
    code = steering.reload(options)
    changed = credentials.stale(options)
    if changed:
        print(changed, file=sys.stderr)
    return code
