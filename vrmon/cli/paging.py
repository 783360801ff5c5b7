"""The history's items page after page, as far as whoever asks goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from vrmon.cli.lenient import parts, text
from vrmon.cli.vrmond import Document, Vrmond

_PATIENCE = 60.0  # seconds
_PAGE = 200  # items


def items(client: Vrmond, most: int | None = None, **asked: str | None) -> Iterator[Document]:
    """The newest first, `most` or all. `asked`: what of /history; None does not matter. ControlError."""
    query = {key.rstrip("_"): value for key, value in asked.items() if value is not None}
    query["limit"] = str(_PAGE if most is None else min(most, _PAGE))
    for number, item in enumerate(_pages(client, query), 1):
        yield item
        if number == most:
            return


def _pages(client: Vrmond, query: Mapping[str, str]) -> Iterator[Document]:
    after: dict[str, str] = {}
    while True:
        page = client.ask("GET", f"/history?{urlencode({**query, **after})}", seconds=_PATIENCE)
        yield from parts(page, "items")
        after = {"after": text(page, "next")}
        if not after["after"]:
            return
