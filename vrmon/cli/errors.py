"""What can go wrong between the command and the daemon."""

from __future__ import annotations

from vrmon.errors import ControlError


class NoDaemon(ControlError):
    """Nobody answers on the socket, or somebody who is not vrmond."""


class Declined(ControlError):
    """The daemon said no. `status` is the HTTP status; `complaints` those of a refused configuration."""

    def __init__(self, text: str, status: int, complaints: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((text, *complaints)))
        self.status = status
