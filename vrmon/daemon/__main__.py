"""vrmond, the program: its options, its configuration, its one place in the state directory."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import gc
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from vrmon import __version__
from vrmon.config import Directories
from vrmon.config.in_force import InForce
from vrmon.daemon import journal
from vrmon.daemon.daemon import Daemon
from vrmon.errors import ConfigError, StateError
from vrmon.state import StateStore


def main() -> int:
    options = _options()
    faulthandler.enable()  # the watchdog's SIGABRT then leaves every thread's stack in the journal
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is something to reload
    directories = Directories.from_environ(os.environ)
    inforce = InForce(options.config or directories.configuration_file, os.environ)
    try:
        settings = inforce.read()
    except ConfigError as error:
        if options.check or not options.last_good:
            print(error, file=sys.stderr)
            return os.EX_CONFIG
        settings = inforce.fall_back()
    if options.check:
        print(f"{inforce.path}: in order.")
        return 0
    journal.setup(settings.log)
    try:
        store = StateStore(directories.state)
    except StateError as error:
        print(error, file=sys.stderr)
        return 1
    gc.collect()
    gc.freeze()  # what is there by now stays: no later collection halts everything to look through it
    asyncio.run(_run(inforce, store, directories.state / "history.db"))
    return 0


async def _run(inforce: InForce, store: StateStore, history: Path) -> None:
    await Daemon(inforce, store, history).run()
    _leave()


def _leave() -> NoReturn:
    """At once: a thread that waits for a disk or a name server for good would hold up the next start."""
    journal.shutdown()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="vrmond", description="Keeps a backup recorder in step with a primary ingest."
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: /etc/vrmon/vrmon.toml")
    parser.add_argument("--check", action="store_true", help="only check the configuration")
    parser.add_argument(
        "--last-good",
        action="store_true",
        help="run on the last accepted configuration, or none, while the file is refused",
    )
    parser.add_argument("--version", action="version", version=f"vrmond {__version__}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
