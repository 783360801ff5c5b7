"""`vrmon promote`: has the vrmond and the vrmon-alarm of a cold standby take over.

Not while the vrmond of the other host answers.
"""

from __future__ import annotations

import os
import subprocess
import time
from argparse import Namespace
from contextlib import suppress

from vrmon.cli import asking, site
from vrmon.cli.editing import file_of
from vrmon.cli.vrmond import Vrmond
from vrmon.config import text_of
from vrmon.config.reading import examine
from vrmon.errors import ConfigError, ControlError, Declined, NoDaemon

_TRIES = 3  # one answer that is lost says nothing
_PATIENCE = 3.0  # seconds for an answer
_START = 60.0  # seconds for vrmond to answer here


def run(options: Namespace) -> int:
    service, alarm, peer = site.service(), site.alarm_service(), options.peer or _configured(options)
    if _silence(Vrmond.of(options), 1) is None:
        print("vrmond runs on this host already. What it does: vrmon status")
        return 0
    why = _silence(Vrmond(peer), _TRIES)
    if why is None:
        raise ControlError(
            f"Cannot promote this host: vrmond at {peer} answers, and two would both command the recorders. "
            f"Stop that one first, on its host: systemctl disable --now {service} {alarm}"
        )
    if not options.yes:
        _ask(peer, why)
    if why := _start(service):
        raise ControlError(why)
    unheard = _start(alarm)
    deadline = time.monotonic() + _START
    while (why := _silence(Vrmond.of(options), 1)) is not None:
        if time.monotonic() > deadline:
            raise ControlError(f"{service} was started, and its vrmond does not answer. {why}")
        time.sleep(0.2)
    print(
        "vrmond runs on this host now, and after every boot. It takes over the takes that run.\n"
        f"Before the other host comes back to the network, on it: systemctl disable --now {service} {alarm}"
    )
    if unheard:
        raise ControlError(f"vrmond runs, but nobody is told of problems. {unheard}")
    return 0


def _configured(options: Namespace) -> str:
    """peer of [pair], where it can be read."""
    path, pair = file_of(options), None
    with suppress(ConfigError):
        pair = examine(text_of(path), path, os.environ)[0].pair
    if pair is None:
        raise ControlError(
            "Cannot promote this host: nobody says where the other one's vrmond answers. "
            "Give --peer, such as --peer http://10.1.85.10:8001"
        )
    return pair.peer


def _silence(vrmond: Vrmond, tries: int) -> str | None:
    """Why it does not answer; None where it does, whatever it says."""
    why = ""
    for number in range(tries):
        if number:
            time.sleep(1)
        try:
            vrmond.ask("GET", "/healthz", seconds=_PATIENCE)
        except Declined:
            return None
        except NoDaemon as error:
            why = str(error)
        else:
            return None
    return why


def _ask(peer: str, why: str) -> None:
    """ControlError unless a person says that the other host does not command."""
    doubt = (
        f"{why}\nWhere it runs all the same, and only the network between the two is broken, both hosts "
        "would command the recorders."
    )
    if not asking.is_person():
        raise ControlError(
            f"Cannot promote this host: {doubt}\nWhere you know that it does not run: vrmon promote --yes"
        )
    print(doubt)
    if not asking.yes(f"Is the host of {peer} switched off, or vrmon stopped on it?"):
        raise ControlError(
            "Nothing was changed. Switch it off, or stop vrmon on it, and promote this host then."
        )


def _start(service: str) -> str:
    """Now and after every boot; why it cannot be, "" where it was."""
    command = ["systemctl", "enable", "--now", service]
    try:
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError as error:
        return f"Cannot start {service}: {error.strerror}."
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["systemctl does not say why"])[-1]
        return f"Cannot start {service}: {said.rstrip('.')}. Is this root? See journalctl -u {service}"
    return ""
