"""On which line of a TOML text each value stands. tomllib says what a file holds, but not where."""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Where a value is: names of tables and keys, and places in lists counted from 0."""

_TOKEN = re.compile(
    r'''
    (?P<blank>[ \t\r]+|\#[^\n]*)
    | (?P<newline>\n)
    | (?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    | (?P<mark>[\[\]{},=.])
    | (?P<word>[^\s\[\]{},=.\#"']+)
    ''',
    re.VERBOSE | re.DOTALL,
)
_NEWLINE = "\n"


class Places:
    """The lines of a text that tomllib has accepted.

    >>> places = Places('[[courses]]\\ncode = "A"\\n[[courses]]\\nprerequisites = [\\n  "A",\\n]')
    >>> places.line(("courses", 1)), places.line(("courses", 1, "prerequisites", 0))
    (3, 5)
    """

    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text), (_NEWLINE, 0)]
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._last: dict[Path, int] = {}
        self._document()

    def line(self, path: Path) -> int:
        """The line of a value, or of what holds it where it is missing; 0 where nothing is known."""
        for length in range(len(path), 0, -1):
            found = self._lines.get(path[:length])
            if found is not None:
                return found
        return 0

    def _document(self) -> None:
        table: Path = ()
        while self._at < len(self._tokens):
            part, line = self._tokens[self._at]
            if part == _NEWLINE:
                self._at += 1
            elif part == "[":
                self._at += 1
                in_list = self._skip("[")
                table = self._table(self._key("]"), in_list)
                self._skip("]")
                for place in (table, table[:-1]):
                    self._lines.setdefault(place, line)
            else:
                self._pair(table)

    def _table(self, key: Path, in_list: bool) -> Path:
        """The path of a table by its header: each `[[name]]` opens the next one of its list."""
        path: Path = ()
        for index, part in enumerate(key):
            path += (part,)
            if in_list and index == len(key) - 1:
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path += (self._last[path],)
        return path

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._at][1]
        path = table + self._key("=")
        self._lines.setdefault(path, line)
        self._value(path)

    def _key(self, end: str) -> Path:
        """A key, perhaps of several parts with dots between them, and the mark that ends it."""
        parts: list[str] = []
        while self._at < len(self._tokens):
            part = self._tokens[self._at][0]
            self._at += 1
            if part in (end, _NEWLINE):
                break
            if part != ".":
                parts.append(part[1:-1] if part[0] in "\"'" else part)
        return tuple(parts)

    def _value(self, path: Path) -> None:
        part, line = self._tokens[self._at]
        self._lines.setdefault(path, line)
        if part == "[":
            self._at += 1
            index = 0
            while self._next_in("]"):
                self._value((*path, index))
                index += 1
        elif part == "{":
            self._at += 1
            while self._next_in("}"):
                self._pair(path)
        else:
            while self._tokens[self._at][0] not in (_NEWLINE, ",", "]", "}"):
                self._at += 1

    def _next_in(self, end: str) -> bool:
        """Go to the next value of a list or inline table; False, and past its end, when there is none."""
        while self._at < len(self._tokens) and self._tokens[self._at][0] in (_NEWLINE, ","):
            self._at += 1
        return self._at < len(self._tokens) and not self._skip(end)

    def _skip(self, part: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at][0] == part:
            self._at += 1
            return True
        return False


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "blank":
            yield match.group(), line
        line += match.group().count("\n")
