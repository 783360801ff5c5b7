"""What changes something in vrmond, and the name of who asks."""

from __future__ import annotations

import os
import pwd
import sys
from argparse import Namespace
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from vrmon.cli.lenient import clean, text
from vrmon.cli.naming import names_in, there_are
from vrmon.cli.vrmond import Vrmond
from vrmon.errors import ControlError, Declined

_AT_ONCE = 16
_RELOAD_PATIENCE = 20.0  # seconds; systemd gives up after 30


def reload(options: Namespace) -> int:
    """Has vrmond read its configuration again: in force when this returns."""
    answer = Vrmond.of(options).ask("POST", "/reload", {"by": asker()}, _RELOAD_PATIENCE)
    print(text(answer, "message"))
    return 0


def asker() -> str:
    """The person's name, also behind sudo."""
    if os.geteuid() == 0 and os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def steer(options: Namespace, verb: str, **body: object) -> int:
    """Has vrmond "hold", "auto", "stop", "claim" or "drill" the channel, with the name of who asks; or every
    channel, where the options say so."""
    client = Vrmond.of(options)
    if options.channel is None:
        return _steer_all(client, verb, body)
    try:
        print(clean(client.control(options.channel, verb, by=asker(), **body)))
    except Declined as error:
        if error.status != 404:
            raise
        raise ControlError(f"{error} {there_are(options.channel, names_in(client.status()))}") from None
    return 0


def _steer_all(client: Vrmond, verb: str, body: Mapping[str, object]) -> int:
    """1 where one of them refuses; the others are steered nevertheless."""
    names, by, code = names_in(client.status()), asker(), 0
    if not names:
        print("vrmon.toml names no channel.")

    def control(name: str) -> str | Declined:
        try:
            return Vrmond(client.at).control(name, verb, by=by, **body)
        except Declined as refusal:
            return refusal

    # Each is answered when the disk knows of it: the last channel is not to wait for the disk that often.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for answer in pool.map(control, names):
            if isinstance(answer, Declined):
                print(answer, file=sys.stderr)
                code = 1
            else:
                print(clean(answer))
    return code
