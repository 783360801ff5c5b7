"""Where each key stands in a TOML text. tomlkit keeps comments but tells no lines; this tells the lines.

A scanner for texts that tomlkit has accepted. Where it no longer understands it stops; what it has found
until then holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import tomlkit
from tomlkit.exceptions import TOMLKitError

KeyPath = tuple[str | int, ...]

_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\[\]{}#\r\n]+")
_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?")


class Layout:
    """Lines count from 1, offsets from 0. Array elements and [[tables]] count from 0 in a path."""

    def __init__(self, text: str) -> None:
        self.values: dict[KeyPath, tuple[int, int]] = {}  # from offset to offset, without blanks or comment
        self.tables: dict[KeyPath, int] = {}  # [headers]: the offset where the last own line ends
        self.repeated: KeyPath | None = None  # the first key that is given twice
        self.repeated_line = 0
        self.stopped_line: int | None = None  # where the scanner no longer understood, None for nowhere
        self._lines: dict[KeyPath, int] = {(): 1}
        scanner = _Scanner(text, self)
        try:
            scanner.document()
        except _NotUnderstood:
            self.stopped_line = scanner.line()

    def line(self, path: KeyPath) -> int:
        """The line of a key; for a key that is not there, that of the nearest table around it."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def note(self, path: KeyPath, line: int) -> None:
        """A key begins here, and with it the tables that it implies, unless they began before."""
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)


class _NotUnderstood(Exception):
    pass


class _Scanner:
    def __init__(self, text: str, layout: Layout) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted_to = 0
        self._layout = layout
        self._counts: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        while self._skip(_GAP) and self._at < len(self._text):
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_REST_OF_LINE)
            if table:
                self._layout.tables[table] = self._at

    def _header(self) -> KeyPath:
        line = self.line()
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        *parents, last = self._key_parts()
        path: KeyPath = ()
        for parent in parents:
            path = self._newest((*path, parent))
        path = (*path, last)
        if is_array:
            self._counts[path] = self._counts.get(path, -1) + 1
            path = self._newest(path)
        elif path in self._layout.tables:
            self._repeat(path, line)
        self._layout.note(path, line)
        self._expect("]]" if is_array else "]")
        return path

    def _newest(self, path: KeyPath) -> KeyPath:
        """[[a]] stands for the newest element of the array wherever it is named afterwards."""
        return (*path, self._counts[path]) if path in self._counts else path

    def _pair(self, table: KeyPath) -> None:
        line = self.line()
        path = (*table, *self._key_parts())
        self._expect("=")
        self._skip(_BLANK)
        if path in self._layout.values:
            self._repeat(path, line)
        self._layout.note(path, line)
        self._value(path)

    def _repeat(self, path: KeyPath, line: int) -> None:
        if self._layout.repeated is None:
            self._layout.repeated, self._layout.repeated_line = path, line

    def _key_parts(self) -> Iterator[str]:
        while True:
            self._skip(_BLANK)
            if self._peek('"') or self._peek("'"):
                yield self._unquoted(self._match(_STRING))
            else:
                yield self._match(_BARE_KEY)
            self._skip(_BLANK)
            if not self._peek("."):
                return
            self._at += 1

    def _unquoted(self, key: str) -> str:
        try:
            return str(next(iter(tomlkit.parse(f"{key} = 0"))))
        except TOMLKitError:
            raise _NotUnderstood from None

    def _value(self, path: KeyPath) -> None:
        start = self._at
        if self._peek("["):
            self._array(path)
        elif self._peek("{"):
            self._inline_table(path)
        elif self._peek('"') or self._peek("'"):
            self._match(_STRING)
        else:
            bare = self._match(_BARE_VALUE)
            self._at -= len(bare) - len(bare.rstrip())
        self._layout.values[path] = (start, self._at)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        index = 0
        while self._skip(_GAP) and not self._peek("]"):
            element = (*path, index)
            self._layout.note(element, self.line())
            self._value(element)
            self._skip(_GAP)
            if self._peek(","):
                self._at += 1
            index += 1
        self._expect("]")

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._skip(_GAP) and not self._peek("}"):
            self._pair(path)
            self._skip(_GAP)
            if self._peek(","):
                self._at += 1
        self._expect("}")

    def line(self) -> int:
        """The line of the present place; it never goes back, so each part of the text is counted once."""
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line

    def _peek(self, token: str) -> bool:
        return self._text.startswith(token, self._at)

    def _expect(self, token: str) -> None:
        self._skip(_BLANK)
        if not self._peek(token):
            raise _NotUnderstood
        self._at += len(token)

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if not match or not match[0]:
            raise _NotUnderstood
        self._at = match.end()
        return match[0]

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Passes over what need not be there. Always true, to stand at the head of a loop."""
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return True
