"""Every exception that vrmon raises on purpose: one tree.

The text of each is for people: ``Cannot X: why. Hint.``; that of a device's says what the device did.
"""


class VrmonError(Exception):
    """The root: whatever vrmon can foresee going wrong."""


class ConfigError(VrmonError):
    """The configuration is refused. `complaints` holds one line for each fault in it."""

    def __init__(self, complaints: "list[str] | tuple[str, ...]") -> None:
        super().__init__("\n".join(complaints))
        self.complaints = tuple(complaints)


class StateError(VrmonError):
    """The state directory cannot be used: locked by another vrmond, or of a newer format."""


class DeviceError(VrmonError):
    """A device did not do what it was asked. Which kind tells whether asking again can help."""


class Unreachable(DeviceError):
    """No whole answer came: refused, reset, cut short, too late, TLS. A command may have happened."""


class CertificateRefused(Unreachable):
    """The device's certificate is not one that we trust. Nothing was sent to it."""


class BadAnswer(DeviceError):
    """An answer came that means nothing: wrong status, not JSON, the wrong shape, too long."""


class Refused(DeviceError):
    """The device understood and said no."""


class PasswordRefused(Refused):
    """The device wants a password, or another one."""


class HistoryError(VrmonError):
    """The history cannot be read, now or at all."""


class NoSuchPage(HistoryError):
    """What was asked of the history makes no sense."""


class NoSuchChannel(HistoryError):
    """Neither the configuration nor the history has a channel of that name."""


class EtcdError(VrmonError):
    """No member of etcd gave an answer of use."""


class ControlError(VrmonError):
    """The daemon could not be asked, or refused what it was asked to do."""


class NoDaemon(ControlError):
    """Nobody answers on the socket, or somebody who is not vrmond."""


class Declined(ControlError):
    """The daemon said no. `status` is the HTTP status; `complaints` those of a refused configuration."""

    def __init__(self, text: str, status: int, complaints: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((text, *complaints)))
        self.status = status
