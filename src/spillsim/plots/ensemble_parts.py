"""Axes that the figures of ensembles share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .ensemble_reading import Answers, Place
from .style import (
    BODY,
    CM,
    GREY,
    INK,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SMALL,
    Frame,
    new_figure,
    plain,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TITLES = 2.2
"""Height of title and subtitle as a rule [cm]."""
_SOURCE = 1.0
LEFT_OF_NAMES = 3.4
"""Space for the names of inputs or places, left of axes [cm]."""


class Layout(NamedTuple):
    """Rows and columns of axes and the space around them [cm]."""

    columns: int
    row: float
    """Height of a row, its name above and the gap below it included."""
    left: float = 1.55
    right: float = 0.55
    below: float = 1.1
    above: float = 0.1
    name: float = 0.45
    """Of the height of a row, for the name above it."""
    foot: float = 0.4
    """Of the height of a row, for the numbers below it."""
    gap: float = 0.8
    """Between two columns."""


class Sheet(NamedTuple):
    """A figure with a row of axes for each place."""

    frame: Frame
    rows: list[list[Axes]]
    places: tuple[Place, ...]


def sheet(found: Answers, subtitle: str, layout: Layout, rows: int = 0, most: int = 0) -> Sheet:
    """Return a figure with a row of axes for every place, as many as have room on a page.

    rows : in place of one for every place
    most : places that have room in these rows
    """
    room = PAGE_HEIGHT - _TITLES - _SOURCE - layout.below - layout.above
    most = most or max(1, int(room / layout.row))
    places, left_out = found.places[:most], ""
    if len(places) < len(found.places):
        more = len(found.places) - most
        left_out = f" · {more} more have no room: name some with --station"
    count = rows or len(places)
    height = _TITLES + _SOURCE + layout.below + layout.above + count * layout.row
    frame = new_figure(
        height, found.title, f"{found.substance}: {subtitle}; {found.told}", found.source + left_out
    )
    return Sheet(frame, _axes(frame, height, count, layout), places)


def _axes(frame: Frame, height: float, count: int, layout: Layout) -> list[list[Axes]]:
    top, bottom = frame.top - layout.above, frame.bottom + layout.below
    row = (top - bottom) / count
    wide = PAGE_WIDTH - layout.left - layout.right - (layout.columns - 1) * layout.gap
    wide /= layout.columns
    return [
        [
            frame.figure.add_axes((
                (layout.left + column * (wide + layout.gap)) / PAGE_WIDTH,
                (top - (number + 1) * row + layout.foot) / height,
                wide / PAGE_WIDTH,
                (row - layout.name - layout.foot) / height,
            ))
            for column in range(layout.columns)
        ]
        for number in range(count)
    ]  # fmt: skip


def name_row(
    axes: Axes, place: Place, details: str = "", longest: int = 70, left: float = 0.0
) -> None:
    """Write the name of a place above its axes on the left, and what is told of it on the right.

    left : of the axes, where it begins [cm]
    """
    look: dict[str, Any] = {
        "xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom",
    }  # fmt: skip
    axes.annotate(
        shortened(plain(place.label), longest), (0.0, 1.0), xytext=(1.0 - left * 72.0 * CM, 2.5),
        ha="left", fontsize=SMALL, fontweight="bold", color=INK, **look,
    )  # fmt: skip
    if details:
        axes.annotate(details, (1.0, 1.0), xytext=(0, 2.5), ha="right", fontsize=SMALL,
                      color=GREY, **look)  # fmt: skip


def head_columns(rows: Sequence[Sequence[Axes]], words: Sequence[str]) -> None:
    """Write below the lowest axes of each column what it shows."""
    for axes, text in zip(rows[-1], words, strict=True):
        axes.set_xlabel(text, fontsize=BODY, color=INK)


def name_bars(axes: Axes, names: Sequence[str], details: Sequence[str] = ()) -> None:
    """Put the names of inputs at the places 0, 1, 2 ... from the top of the vertical axis."""
    told = [shortened(plain(name), 20) for name in names]
    if details:
        told = [f"{name}\n{detail}" if detail else name
                for name, detail in zip(told, details, strict=True)]  # fmt: skip
    axes.set_yticks(range(len(names)), told)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
