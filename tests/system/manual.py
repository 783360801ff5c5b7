"""The README's commands, to be typed as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.system.repository import URL

README = Path(__file__).parents[2] / "README.md"


def commands_of(chapter: str) -> list[list[str]]:
    """The blocks of commands in a chapter, one line a command; the tests' repository is the example's."""
    text = README.read_text().replace("https://packages.example.org/vrmon", URL)
    (body,) = re.findall(rf"^## {chapter}\n(.*?)^## ", text, flags=re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"(?:^    .+\n)+", body, flags=re.MULTILINE)
    return [[line.strip() for line in block.splitlines()] for block in blocks]
