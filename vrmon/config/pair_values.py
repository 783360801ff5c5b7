"""What a value in [pair] may be."""

from __future__ import annotations

import re

from vrmon.devices.keys import Value, as_line, as_text, url, wrong_type

_MOST = 9
_MEMBER = url("https://10.1.1.1:2379", "http", "https")


def _read_label(value: object) -> str:
    text = as_text(value).strip()
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]{0,62}", text):
        raise ValueError("is not a valid name")
    return text


def _read_members(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        wrong_type(value)
    members = tuple(_MEMBER.read(one) for one in value)
    if not members:
        raise ValueError("is empty")
    if len(members) > _MOST:
        raise ValueError(f"lists more than {_MOST} members")
    if len(set(members)) < len(members):
        raise ValueError("lists a member twice")
    return members


def _read_user(value: object) -> str:
    return "" if value == "" else as_line(value).strip()


LABEL = Value('a name of letters, digits, ".", "_" and "-", at most 63', _read_label)
MEMBERS = Value('an array of URLs, such as ["https://10.1.1.1:2379", …], three of them', _read_members)
PEER = url("http://10.1.1.2:8001", "http", "https")
PATH = Value("the path of a file", as_line)
USER = Value('a user of etcd, or "" for none', _read_user)
