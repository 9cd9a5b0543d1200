"""Tables that fit the terminal: no row is ever wrapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .console import Console, display_width, fit

_INDENT = 2
_LEAVES_AFTER_GAPS = 2
"""Columns up to this ``leaves`` stay as long as narrower gaps make room."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column with its heading in two lines: what it is, and its unit."""

    title: str
    unit: str
    cells: tuple[str, ...]
    left: bool = False
    least: int = 0
    """Width down to which its text may be cut; 0 when it may not be cut."""
    leaves: int = 0
    """When the terminal is too narrow the columns with the largest number leave first; 0: never."""
    short: Column | None = None
    """What stands in its place when it has left."""
    heads_groups: bool = False
    """When it has left, its text stands on lines of its own above the rows that share it."""

    @property
    def width(self) -> int:
        """Columns on the terminal that nothing need be cut in."""
        return max(display_width(t) for t in (self.title, self.unit, *self.cells))


@dataclass(frozen=True, slots=True)
class _Layout:
    columns: tuple[Column, ...]
    widths: tuple[int, ...]
    gap: int
    groups: tuple[str, ...]


def print_table(console: Console, columns: Sequence[Column]) -> None:
    """Print columns side by side, cut, shortened or left out until they fit the terminal."""
    shown = tuple(_in_known_letters(console, column) for column in columns)
    layout = _lay_out(shown, console.width - 1)
    console.line(_row(console, layout, [c.title for c in layout.columns]), dim=True)
    if any(c.unit for c in layout.columns):
        console.line(_row(console, layout, [c.unit for c in layout.columns]), dim=True)
    group = ""
    for number in range(len(layout.columns[0].cells)):
        if layout.groups and layout.groups[number] != group:
            group = layout.groups[number]
            console.line(" " * _INDENT + group, dim=True)
        console.line(_row(console, layout, [c.cells[number] for c in layout.columns]))


def fits(console: Console, columns: Sequence[Column]) -> bool:
    """Return whether columns stand side by side with nothing cut or left out."""
    shown = [_in_known_letters(console, column) for column in columns]
    return _INDENT + sum(c.width for c in shown) + 2 * (len(shown) - 1) < console.width


def _in_known_letters(console: Console, column: Column) -> Column:
    return replace(
        column,
        title=console.safe(column.title),
        unit=console.safe(column.unit),
        cells=tuple(console.safe(cell) for cell in column.cells),
        short=_in_known_letters(console, column.short) if column.short else None,
    )


def _lay_out(columns: tuple[Column, ...], room: int) -> _Layout:
    """Return what fits: first cut names, then give up columns, then the gaps."""
    gap = 2
    groups: tuple[str, ...] = ()
    while True:
        widths = [column.width for column in columns]
        excess = _INDENT + sum(widths) + gap * (len(columns) - 1) - room
        slack = sum(w - min(w, c.least) for w, c in zip(widths, columns, strict=True) if c.least)
        leaving = max(columns, key=lambda column: column.leaves)
        if excess <= slack or not leaving.leaves:
            break
        if leaving.leaves <= _LEAVES_AFTER_GAPS and gap > 1:
            gap = 1
            continue
        place = columns.index(leaving)
        instead = (leaving.short,) if leaving.short else ()
        columns = (*columns[:place], *instead, *columns[place + 1 :])
        if leaving.heads_groups:
            groups = leaving.cells
    return _Layout(columns, _cut(columns, widths, excess), gap, groups)


def _cut(columns: tuple[Column, ...], widths: list[int], excess: int) -> tuple[int, ...]:
    """Take what is too much from the columns that may be cut, the last of them first."""
    for place in reversed(range(len(columns))):
        if columns[place].least and excess > 0:
            taken = min(excess, max(0, widths[place] - columns[place].least))
            widths[place] -= taken
            excess -= taken
    return tuple(widths)


def _row(console: Console, layout: _Layout, texts: Sequence[str]) -> str:
    cells = (
        fit(text, width, console.ellipsis, right=not column.left)
        for text, width, column in zip(texts, layout.widths, layout.columns, strict=True)
    )
    row = " " * _INDENT + (" " * layout.gap).join(cells)
    return fit(row, console.width - 1, console.ellipsis).rstrip()


def flagged(names: Sequence[str], kinds: Sequence[str]) -> tuple[str, ...]:
    """Return names of stations and borders, led by a flag where any of them is a border."""
    if "border" not in kinds:
        return tuple(names)
    pairs = zip(names, kinds, strict=True)
    return tuple(f"{'⚑' if kind == 'border' else ' '} {name}" for name, kind in pairs)
