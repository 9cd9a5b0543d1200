"""Text between marks in the pages of this folder, written by scripts and checked by tests.

A page holds ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->`` on lines of their own; what
stands between them is replaced.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent
_NUMBER = re.compile(r"(?<![\w.])[−-]?\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?")


def with_blocks(text: str, blocks: Mapping[str, str]) -> str:
    """Return a page with the text between the marks of every block replaced."""
    for name, content in blocks.items():
        begin, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"the page needs the marks of {name!r} exactly once")
        head, rest = text.split(begin)
        tail = rest.split(end)[1]
        text = f"{head}{begin}\n\n{content.strip()}\n\n{end}{tail}"
    return text


def block_names(text: str) -> list[str]:
    """Return the names of all blocks of a page."""
    return re.findall(r"^<!-- generated: (.+) -->$", text, re.MULTILINE)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""

    def line(cells: Sequence[object]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *map(line, rows)])


def differences(
    old: str, new: str, relative: float = 0.0, absolute: float = 0.0
) -> list[tuple[str, str]]:
    """Return lines that differ; numbers may differ by the tolerances."""
    left, right = old.splitlines(), new.splitlines()
    if len(left) != len(right):
        return [(f"{len(left)} lines", f"{len(right)} lines")]
    return [
        (a, b)
        for a, b in zip(left, right, strict=True)
        if a != b and not _near(a, b, relative, absolute)
    ]


def _near(left: str, right: str, relative: float, absolute: float) -> bool:
    if _NUMBER.sub("#", left) != _NUMBER.sub("#", right):
        return False
    pairs = zip(_NUMBER.findall(left), _NUMBER.findall(right), strict=True)
    return all(
        math.isclose(_value(a), _value(b), rel_tol=relative, abs_tol=absolute) for a, b in pairs
    )


def _value(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))
