"""What changes something in vrmond, and the name of who asks."""

from __future__ import annotations

import os
import pwd
from argparse import Namespace

from vrmon.cli.address import socket_path
from vrmon.cli.lenient import clean, parts, text
from vrmon.cli.vrmond import Vrmond
from vrmon.errors import ControlError, Declined

_RELOAD_PATIENCE = 20.0  # seconds; systemd gives up after 30


def reload(options: Namespace) -> int:
    """Has vrmond read its configuration again: in force when this returns."""
    answer = Vrmond(socket_path(options)).ask("POST", "/reload", {"by": asker()}, _RELOAD_PATIENCE)
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
    """Has vrmond "hold", "auto", "stop" or "claim" the channel, with the name of who asks."""
    client = Vrmond(socket_path(options))
    try:
        print(clean(client.control(options.channel, verb, by=asker(), **body)))
    except Declined as error:
        if error.status != 404:
            raise
        names = ", ".join(text(one, "name") for one in parts(client.status(), "channels"))
        raise ControlError(f"{error} There are: {names or 'none'}.") from None
    return 0
