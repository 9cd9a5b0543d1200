"""Where each key of a valid TOML text stands: key path -> line."""

from __future__ import annotations

from contextlib import suppress

_DEEPEST = 20


def locate_lines(text: str) -> dict[str, int]:
    """Give the line of every table, key and list item of a TOML text.

    Parameters
    ----------
    text : TOML that ``tomllib`` accepts; of anything else only the part before the oddity is
        located, nothing is raised

    Returns
    -------
    key path such as ``"release[0].mass"`` -> line counted from one
    """
    scanner = _Scanner(text)
    with suppress(IndexError):  # the text ended within a value
        scanner.scan()
    return scanner.lines


class _Scanner:
    """Walks over the text once; knows strings, comments and brackets, no values."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.line = 1
        self.lines: dict[str, int] = {}
        self.counts: dict[str, int] = {}

    def scan(self) -> None:
        """Read the text expression by expression."""
        table = ""
        while True:
            self._skip_blank()
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table, 0)
            self._skip_line()

    def _header(self) -> str:
        """``[a.b]`` or ``[[a.b]]``."""
        listed = self.text.startswith("[[", self.at)
        self._advance(2 if listed else 1)
        keys = self._dotted_key()
        path = ""
        for depth, key in enumerate(keys):
            path = _join(path, key)
            last = depth == len(keys) - 1
            if last and listed:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = f"{path}[{self.counts[path]}]"
            self.lines.setdefault(path, self.line)
        if listed:
            self.lines.setdefault(path.rsplit("[", 1)[0], self.line)
        return path

    def _pair(self, table: str, depth: int) -> None:
        """``key = value``."""
        path, line = table, self.line
        for key in self._dotted_key():
            path = _join(path, key)
            self.lines.setdefault(path, line)
        self._skip_blank()
        if self.text[self.at] != "=":
            raise IndexError
        self._advance(1)
        self._value(path, depth)

    def _dotted_key(self) -> list[str]:
        keys = []
        while True:
            self._skip_blank()
            if self.text[self.at] in "\"'":
                keys.append(self._string())
            else:
                start = self.at
                while self.text[self.at] not in " \t\n.=]#{}[,":
                    self._advance(1)
                keys.append(self.text[start : self.at])
            self._skip_blank()
            if self.text[self.at] != ".":
                return keys
            self._advance(1)

    def _value(self, path: str, depth: int) -> None:
        self._skip_blank()
        sign = self.text[self.at]
        if depth > _DEEPEST:
            raise IndexError
        if sign in "\"'":
            self._string()
        elif sign == "[":
            self._list(path, depth)
        elif sign == "{":
            self._inline_table(path, depth)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self._advance(1)

    def _list(self, path: str, depth: int) -> None:
        self._advance(1)
        number = 0
        while True:
            self._skip_blank()
            if self.text[self.at] == "]":
                self._advance(1)
                return
            if self.text[self.at] == ",":
                self._advance(1)
                continue
            item = f"{path}[{number}]"
            self.lines.setdefault(item, self.line)
            before = self.at
            self._value(item, depth + 1)
            if self.at == before:
                raise IndexError
            number += 1

    def _inline_table(self, path: str, depth: int) -> None:
        self._advance(1)
        while True:
            self._skip_blank()
            if self.text[self.at] == "}":
                self._advance(1)
                return
            if self.text[self.at] == ",":
                self._advance(1)
                continue
            self._pair(path, depth + 1)

    def _string(self) -> str:
        """Skip a string of any of the four kinds; return what stands between the quotes."""
        sign = self.text[self.at]
        mark = sign * 3 if self.text.startswith(sign * 3, self.at) else sign
        self._advance(len(mark))
        start = self.at
        while not self.text.startswith(mark, self.at):
            self._advance(2 if sign == '"' and self.text[self.at] == "\\" else 1)
        inside = self.text[start : self.at]
        self._advance(len(mark))
        while len(mark) == 3 and self.text.startswith(sign, self.at):
            self._advance(1)  # up to two quotes may precede the closing three
        return inside

    def _skip_blank(self) -> None:
        """Skip spaces, line ends and comments."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                while self.at < len(self.text) and self.text[self.at] != "\n":
                    self.at += 1
            elif self.text[self.at] in " \t\n":
                self._advance(1)
            else:
                return

    def _skip_line(self) -> None:
        while self.at < len(self.text) and self.text[self.at] != "\n":
            self.at += 1

    def _advance(self, count: int) -> None:
        step = self.text[self.at : self.at + count]
        if len(step) < count:
            raise IndexError
        self.line += step.count("\n")
        self.at += count


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
