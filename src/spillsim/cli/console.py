"""What goes to the terminal: plain lines that fit it, in letters it knows.

Nothing that comes from a file is interpreted: control characters are shown as ``\\xNN``, and
there is no markup. Colour is used on terminals only, never when ``NO_COLOR`` is set.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import unicodedata
from pathlib import Path
from typing import TextIO

from ..errors import OutputError

WIDTH_OF_FILES = 120
"""Width where there is no terminal to ask: pipes and files."""
NARROWEST = 40

_BOLD, _DIM, _RED, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m"

# What stands for signs that a terminal cannot show; letters lose their accents instead.
_STAND_IN = {
    "⚑": "*", "·": "-", "–": "-", "—": "-", "−": "-", "≤": "<=", "≥": ">=", "█": "#", "░": ".",
    "…": "~", "→": "->", "×": "x", "°": "deg ", "³": "3", "²": "2", "µ": "u", "ß": "ss",
    "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "AE",
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'",
}  # fmt: skip


class Console:
    """Both output streams, their letters, their width, and what has been written so far."""

    def __init__(self, out: TextIO | None = None, error: TextIO | None = None) -> None:
        self.out = out if out is not None else sys.stdout
        self.error = error if error is not None else sys.stderr
        self.quiet = False
        self.written: list[Path] = []
        """Files that are complete, for the words after an interrupt."""
        self.kept = ""
        """What is left of work that broke off, where there are no complete files."""
        self.is_terminal = _is_terminal(self.out)
        self.colour = self.is_terminal and not os.environ.get("NO_COLOR")
        self.colour = self.colour and os.environ.get("TERM") != "dumb"
        self.width = _width(self.is_terminal)
        self._muted = False

    @property
    def ellipsis(self) -> str:
        """The sign that something was cut."""
        return self.safe("…")

    def safe(self, text: object) -> str:
        """Return text without control characters, in letters the terminal knows."""
        return "".join(_letter(c, self.out.encoding or "ascii") for c in str(text))

    def line(self, text: str = "", *, bold: bool = False, dim: bool = False) -> None:
        """Print one line to the standard output; nothing when quiet."""
        if self.quiet or self._muted:
            return
        text = self.safe(text)
        if self.colour and (bold or dim) and text:
            text = f"{_BOLD if bold else _DIM}{text}{_PLAIN}"
        self._write(text.rstrip(" ") + "\n")

    def labelled(self, label: str, text: str, *, label_width: int = 10, bold: bool = False) -> None:
        """Print ``label     text``, wrapped at words under the text."""
        indent = " " * label_width
        lines = self.wrapped(text, self.width - 1 - label_width) or [""]
        for number, part in enumerate(lines):
            head = label.ljust(label_width) if number == 0 else indent
            self.line(head + part, bold=bold)

    def wrapped(self, text: str, width: int) -> list[str]:
        """Return text in lines of at most ``width`` columns, broken at words where possible."""
        return textwrap.wrap(self.safe(text), max(width, 20), break_on_hyphens=False)

    def raw(self, text: str) -> None:
        """Print text as it is (a progress bar, a schema)."""
        if not self._muted:
            self._write(text)

    def wrote(self, path: Path) -> None:
        """Remember a complete file."""
        self.written.append(path)

    def complain(self, text: str, *, bold: bool = False) -> None:
        """Print one line to the standard error, also when quiet."""
        encoding = getattr(self.error, "encoding", None) or "ascii"
        text = "".join(_letter(c, encoding) for c in text)
        if bold and _is_terminal(self.error) and self.colour:
            text = f"{_BOLD}{_RED}{text}{_PLAIN}"
        try:
            self.error.write(text.rstrip(" ") + "\n")
            self.error.flush()
        except OSError:  # nobody is left to be told
            self._muted = True

    def flush(self) -> None:
        """Hand over what is still held back, so that a full disk shows before the end."""
        self._write("")

    def _write(self, text: str) -> None:
        try:
            self.out.write(text)
            self.out.flush()
        except BrokenPipeError:
            # whoever read has seen enough (``| head``); the work itself goes on
            self._muted = True
            _close_quietly(self.out)
        except OSError as failure:
            self._muted = True
            _close_quietly(self.out)
            reason = failure.strerror or failure
            raise OutputError(f"cannot write to the standard output: {reason}.") from failure


def display_width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def fit(text: str, width: int, ellipsis: str = "…", *, right: bool = False) -> str:
    """Return text in exactly ``width`` columns: padded, or cut with an ellipsis at its end."""
    if display_width(text) > width:
        kept = ""
        for c in text:
            if display_width(kept + c) > width - len(ellipsis):
                break
            kept += c
        text = kept + ellipsis
    padding = " " * max(0, width - display_width(text))
    return padding + text if right else text + padding


def _letter(c: str, encoding: str) -> str:
    if not c.isprintable():
        code = ord(c)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    if _knows(encoding, c):
        return c
    if c in _STAND_IN:
        return _STAND_IN[c]
    base = "".join(part for part in unicodedata.normalize("NFKD", c) if _knows(encoding, part))
    return base or ("" if unicodedata.combining(c) else "?")


def _knows(encoding: str, c: str) -> bool:
    try:
        c.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def _width(terminal: bool) -> int:
    fallback = 80 if terminal else WIDTH_OF_FILES
    if not terminal and "COLUMNS" not in os.environ:
        return fallback  # the terminal of another stream says nothing about this one
    return max(NARROWEST, shutil.get_terminal_size((fallback, 24)).columns)


def _close_quietly(stream: TextIO) -> None:
    """Send what the stream still holds to nowhere, so that the end of the program is silent."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        return
