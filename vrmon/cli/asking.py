"""What a person is asked at the terminal. Answers that are secrets are not shown."""

from __future__ import annotations

import getpass
import sys

from vrmon.devices.keys import CONTROL
from vrmon.errors import ControlError


def is_person() -> bool:
    """Whether somebody sits there who can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(question: str, default: str = "") -> str:
    """The answer; at the end of the input, or where nothing is typed, the default."""
    offered = f" [{default}]" if default else ""
    while True:
        try:
            answer = input(f"{question}{offered}: ").strip() or default
        except EOFError:
            print()
            return default
        if _is_utf_8(answer):
            return answer
        print("That is not UTF-8.")


def yes(question: str, *, default: bool = False) -> bool:
    answer = ask(f"{question} [{'Y/n' if default else 'y/N'}]").casefold()
    return answer in ("y", "yes") or (default and not answer)


def secret(of: str) -> str:
    """A password, typed twice and not shown, or the one line of the input where nobody sits there."""
    if not sys.stdin.isatty():
        return checked(sys.stdin.readline().rstrip("\r\n"), of)
    text = _hidden(f"Password of {of}: ")
    if text != _hidden("Once more: "):
        raise ControlError(
            f"Cannot set the password of {of}: you typed two different ones. Nothing was changed."
        )
    return checked(text, of)


def checked(text: str, of: str) -> str:
    """ControlError where it is no password that a file can hold on its one line."""
    if not text:
        why = "it is empty"
    elif not _is_utf_8(text):
        why = "it is not UTF-8"
    elif CONTROL.search(text) or len(text.encode()) > 4000:
        why = "it is too long, or holds a control character"
    else:
        return text
    raise ControlError(f"Cannot set the password of {of}: {why}. Nothing was changed.")


def _is_utf_8(text: str) -> bool:
    """Whether it came as such: bytes that are none stand in it as halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _hidden(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except EOFError:
        print()
        return ""
