"""What the devices offer, as TOML to be pasted into vrmon.toml; what is known of each stands in comments."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping

from vrmon.cli.lenient import clean, part, text
from vrmon.cli.terminal import print_json
from vrmon.cli.vrmond import Document, Vrmond

MISSING = "FILL IN"

Lister = Callable[[str, Document, Mapping[str, str]], Iterator[str]]


def tell(options: Namespace, group: str, key: str, lister: Lister) -> int:
    document = Vrmond.of(options).ask("GET", "/devices")
    devices = part(document, group)
    if options.json:
        print_json(devices)
        return 0
    if not devices:
        print(f"# vrmon.toml names no {key}.")
    for name in devices:
        which = {key: name} if len(devices) > 1 else {}
        print("\n".join(lister(clean(name), part(devices, name), which)))
    return 0


def condition(device: Document) -> str:
    """The device's state, and why it is so."""
    error = text(device, "error").rstrip(".")
    return text(device, "state") + (f" ({error})" if error else "")


def block(comment: str, values: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield comment
    yield "[[channel]]"
    for key, value in values.items():
        yield f"{key} = {toml_text(value)}"


def toml_text(value: str) -> str:
    """A TOML string that holds no character that could disturb a terminal."""
    return f'"{"".join(map(_toml_character, value))}"'


def _toml_character(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    # TOML has no word for half a surrogate pair.
    return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= char <= "\udfff" else f"\\U{ord(char):08X}"
