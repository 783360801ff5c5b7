"""`vrmon reload`, `hold`, `auto` and `stop`: what changes something, and the name of who asks."""

from __future__ import annotations

import os
import pwd
from argparse import Namespace

from vrmon.cli.client import Client
from vrmon.cli.document import clean, parts, text
from vrmon.cli.errors import Declined
from vrmon.cli.where import socket_path
from vrmon.errors import ControlError

_RELOAD_PATIENCE = 20.0  # seconds; systemd gives up after 30


def reload(options: Namespace) -> int:
    answer = Client(socket_path(options)).ask("POST", "/reload", {"by": asker()}, _RELOAD_PATIENCE)
    print(text(answer, "message"))
    return 0


def hold(options: Namespace) -> int:
    return _steer(options, "hold", seconds=options.seconds, reason=options.reason)


def auto(options: Namespace) -> int:
    return _steer(options, "auto")


def stop(options: Namespace) -> int:
    return _steer(options, "stop")


def asker() -> str:
    """The person's name, also behind sudo."""
    if os.geteuid() == 0 and os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _steer(options: Namespace, verb: str, **body: object) -> int:
    client = Client(socket_path(options))
    try:
        print(clean(client.control(options.channel, verb, by=asker(), **body)))
    except Declined as error:
        if error.status != 404:
            raise
        names = ", ".join(text(one, "name") for one in parts(client.status(), "channels"))
        raise ControlError(f"{error} There are: {names or 'none'}.") from None
    return 0
