"""The catalog as systemd's journal reads it (https://systemd.io/CATALOG), for `journalctl -x`.

`python3 -m vrmon.daemon.explained > systemd/vrmon.catalog` makes the file that is installed.
"""

from __future__ import annotations

import textwrap

from vrmon.catalog import ROWS, Code, Row, message_id

_FROM_THE_ENTRY = {"recorder": "@RECORDER@", "place": "@PLACE@"}
"""The journal puts an entry's own fields in place of these."""


def render() -> str:
    return "\n".join(_render(code, row) for code, row in ROWS.items())


def _render(code: Code, row: Row) -> str:
    paragraphs = [row.meaning]
    if row.advice:
        paragraphs.append(f"What to do: {row.advice}")
    body = "\n\n".join(textwrap.fill(one.format(**_FROM_THE_ENTRY), 76) for one in paragraphs)
    return (
        f"-- {message_id(code)}\n"
        f"Subject: {row.title}\n"
        f"Defined-By: vrmon\n"
        f"Documentation: man:vrmond(8)\n"
        f"\n"
        f"{body}\n"
    )


if __name__ == "__main__":
    print(render(), end="")
