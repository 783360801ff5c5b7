"""The configuration that was accepted last, kept in the state directory for a start with a refused one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from vrmon.config.complaints import Complaints
from vrmon.config.document import text_of
from vrmon.config.environment import OVERRIDES, Directories, with_port
from vrmon.config.reading import examine
from vrmon.errors import ConfigError, StateError
from vrmon.files import replace
from vrmon.settings import Api, Settings
from vrmon.text import few

_NAME = "last-good.toml"


def remember(state_directory: Path, text: str) -> None:
    """Keeps the text of an accepted configuration, unless it is kept already; StateError where it cannot."""
    if recall(state_directory) == text:
        return
    try:
        replace(state_directory / _NAME, text.encode())
    except OSError as error:
        raise StateError(
            f"Cannot keep the accepted configuration in {state_directory}: {error.strerror}. "
            "Until it can, a start with a refused configuration has an older one to fall back on, or none."
        ) from None


def recall(state_directory: Path) -> str | None:
    """The text that was remembered last; None where there is none that can be read."""
    try:
        return text_of(state_directory / _NAME)
    except ConfigError:
        return None


def fall_back(path: Path, environ: Mapping[str, str]) -> tuple[Settings, str]:
    """What to run on while the file at `path` is refused, and a sentence for people saying what that is.

    A password or a CA that cannot be read now costs its device only, not the others their protection, and
    a variable of the environment that is refused costs nothing but itself.
    """
    text = recall(Directories.from_environ(environ).state)
    if text is None:
        return _nothing(environ), f"No configuration was accepted before {path}: no channel is protected."
    try:
        settings, complaints, left_out = _examine(text, path, environ)
    except ConfigError as error:
        return _nothing(environ), _refused_too(path, error.complaints)
    if complaints.refusing:
        return _nothing(environ), _refused_too(path, complaints.refusing)
    without = f", without {', '.join(left_out)} of the environment" if left_out else ""
    sentence = f"{path} is refused: running on the configuration that was accepted last{without}."
    return settings, f"{sentence} {few(complaints.outside, ' ')}".rstrip()


def _examine(
    text: str, path: Path, environ: Mapping[str, str]
) -> tuple[Settings, Complaints, tuple[str, ...]]:
    """The text judged without those variables that are refused themselves, which are named as well."""
    settings, complaints = examine(text, path, environ)
    left_out = tuple(sorted(complaints.refused_variables & OVERRIDES))
    if left_out:
        kept = {name: value for name, value in environ.items() if name not in left_out}
        settings, complaints = examine(text, path, kept)
    return settings, complaints, left_out


def _nothing(environ: Mapping[str, str]) -> Settings:
    listen = Api.listen
    with suppress(ValueError):
        listen = with_port(listen, environ)
    return Settings(api=Api(listen, Directories.from_environ(environ).unix_socket))


def _refused_too(path: Path, complaints: tuple[str, ...]) -> str:
    why = few(complaints, " ")
    return f"{path} is refused, and so is the one accepted last: no channel is protected. {why}"
