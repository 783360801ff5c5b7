"""`vrmon password`: a DVR's password, asked without an echo and put where vrmond reads it."""

from __future__ import annotations

import os
from argparse import Namespace

from vrmon import config
from vrmon.cli import asking, credentials
from vrmon.cli.editing import file_of
from vrmon.config import Directories, passwords
from vrmon.config.reading import examine, password_file
from vrmon.devices import kinds
from vrmon.errors import ControlError
from vrmon.text import known


def run(options: Namespace) -> int:
    path = file_of(options)
    text = config.text_of(path)
    settings, _ = examine(text, path, os.environ)
    name = options.name
    if name not in settings.dvrs:
        raise ControlError(f"Cannot set the password of {name}: no such DVR. {known(name, settings.dvrs)}")
    kind = settings.dvrs[name].kind
    if "password_file" in kinds.KINDS[kind].lacks:
        raise ControlError(f"Cannot set the password of {name}: a {kind} wants none.")
    named = password_file(text, path, name)
    place = passwords.place(name, named, Directories.from_environ(os.environ))
    if place is None:
        raise ControlError(
            f"Cannot set the password of {name}: there is no place for it. {passwords.hint(name, None)}"
        )
    credentials.keep(place, asking.secret(name))
    print(f"The password of {name} is in {place}.")
    if options.reload:
        return credentials.take_in(options, place)
    command = credentials.restart() if credentials.is_handed_over(place) else "vrmon reload"
    print(f"It takes effect with: {command}")
    return 0
