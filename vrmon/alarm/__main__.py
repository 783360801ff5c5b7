"""vrmon-alarm, the program: its options, its configuration, its one place in the state directory."""

from __future__ import annotations

import argparse
import faulthandler
import os
import sys
from dataclasses import replace
from pathlib import Path

from vrmon import __version__
from vrmon.alarm.alarm import Alarm
from vrmon.alarm.configured import Configured, door_of
from vrmon.alarm.notebook import Notebook
from vrmon.alarm.told import PROGRAM, Told
from vrmon.daemon import journal
from vrmon.daemon.clock import Clock
from vrmon.errors import StateError
from vrmon.state import StateStore


def main() -> int:
    options = _options()
    faulthandler.enable()  # the watchdog's SIGABRT then leaves every thread's stack in the journal
    configured = Configured(options.config, os.environ)
    configured.read()
    journal.setup(replace(configured.settings.log, file=""))
    try:
        clock = Clock()
        notebook = Notebook(StateStore(configured.state, PROGRAM), clock.boot, clock.epoch)
        notebook.load()
        told = Told(configured.state / "told")
    except StateError as error:
        print(error, file=sys.stderr)
        return 1
    Alarm(configured, notebook, told, door_of(os.environ), options.socket).run()
    journal.shutdown()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Tells people of problems that last.")
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: /etc/vrmon/vrmon.toml")
    parser.add_argument(
        "--socket",
        type=Path,
        metavar="FILE",
        help="where vrmond listens, if not where the configuration says",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
