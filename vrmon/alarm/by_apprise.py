"""A message through Apprise, which knows mail, chats, telephones and a hundred more."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from vrmon.alarm.undelivered import Undelivered

MISSING = "cannot be used: Apprise is not installed. Run: apt install apprise"


def is_installed() -> bool:
    return find_spec("apprise") is not None


def carry(order: dict[str, Any]) -> None:
    """What Apprise says of a failure is not repeated: it may hold the address, and that a password."""
    if not is_installed():
        raise Undelivered(MISSING)
    apprise = _library()
    told = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
    if not _takes(told, order["known"]["url"]):
        raise Undelivered("has an address that Apprise does not understand")
    if not told.notify(title=order["title"], body=order["body"], body_format=apprise.NotifyFormat.TEXT):
        raise Undelivered("was not delivered: its server refused it, or does not answer")


def understands(url: str) -> bool:
    """Whether an address is one. Nothing is sent."""
    return _takes(_library().Apprise(), url)


def _takes(told: Any, url: str) -> bool:
    """Whether it knows what to do with an address. It slips on some, such as one with a single bracket."""
    try:
        return bool(told.add(url))
    except (AttributeError, LookupError, TypeError, ValueError):
        return False


def _library() -> Any:
    import apprise  # noqa: PLC0415 - it takes long, and need not be there

    return apprise
