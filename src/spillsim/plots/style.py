"""The look all figures share: the width of a printed A4 page, colours and line patterns.

Colours are those of Okabe and Ito (2008), which colour-blind readers tell apart; every one has a
line pattern of its own, so that the figure survives a black-and-white printer. Nothing global is
changed: every property is given to the thing it belongs to.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CM = 1 / 2.54
PAGE_WIDTH = 16.0
"""Between the margins of a printed A4 page [cm]."""
PAGE_HEIGHT = 24.5

INK = "#1a1a1a"
GREY = "#666666"
FAINT = "#d9d9d9"
CURVE = "#0072b2"

BODY = 8.0
"""Size of text that must be read [pt]."""
SMALL = 7.0
TINY = 6.0


class LineStyle(NamedTuple):
    """Colour and dashes of a line, marker of its peak."""

    colour: str
    dashes: Any
    marker: str


CURVES = (
    LineStyle("#0072b2", "solid", "o"),
    LineStyle("#d55e00", (0, (6, 1.5)), "s"),
    LineStyle("#009e73", (0, (3, 1.2)), "D"),
    LineStyle("#1a1a1a", (0, (6, 1.5, 1, 1.5)), "^"),
    LineStyle("#cc79a7", (0, (1.2, 1)), "P"),
    LineStyle("#56b4e9", (0, (9, 2, 1, 2, 1, 2)), "X"),
)
LIMIT = "#a3123a"
LIMIT_DASHES: tuple[Any, ...] = (
    (0, (5, 2)),
    (0, (1, 1.4)),
    (0, (7, 2, 1, 2)),
    (0, (3, 1.5, 1, 1.5, 1, 1.5)),
)
"""Limits share a colour that no curve has; the patterns begin anew when there are more."""


class Frame(NamedTuple):
    """A figure and the space that its title and source line leave [cm from the bottom]."""

    figure: Figure
    top: float
    bottom: float


def new_figure(height: float, title: str, subtitle: str, source: str) -> Frame:
    """Return an empty figure of page width with title, subtitle and source line.

    height : total height [cm]
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(PAGE_WIDTH * CM, height * CM), facecolor="white")
    titles = textwrap.wrap(title, 84) or [""]
    top = height - 0.15
    for line in titles[:2]:
        _write(figure, top, height, line, size=10.0, weight="bold")
        top -= 0.5
    for line in textwrap.wrap(subtitle, 104):
        _write(figure, top, height, line, size=BODY, color=GREY)
        top -= 0.4
    sources = textwrap.wrap(source, 150)
    for number, line in enumerate(reversed(sources)):
        _write(figure, 0.36 + 0.28 * number, height, line, size=TINY, color=GREY)
    return Frame(figure, top - 0.1, 0.2 + 0.28 * len(sources))


def _write(figure: Figure, centimetres: float, height: float, line: str, **look: Any) -> None:
    place = (0.25 / PAGE_WIDTH, centimetres / height)
    figure.text(*place, plain(line), ha="left", va="top", **look)


def bare(axes: Axes) -> None:
    """Give axes thin lines, small ticks and no box."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_linewidth(0.6)
        axes.spines[side].set_color(INK)
    axes.tick_params(labelsize=SMALL, width=0.6, length=2.5, colors=INK, which="major")
    axes.tick_params(width=0.4, length=1.5, colors=INK, which="minor")
    axes.set_axisbelow(True)
    axes.grid(visible=True, which="major", color=FAINT, linewidth=0.4)
    axes.minorticks_off()


def plain(text: str) -> str:
    """Return a name as it must be drawn: no control characters, no line breaks."""
    return "".join(c if c.isprintable() else " " for c in text)


def as_text(figure: Figure) -> None:
    """Have every text drawn as it stands: ``$``, ``_`` and ``%`` in names are no mathematics."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_parse_math(False)
        text.set_usetex(False)


def shortened(text: str, longest: int) -> str:
    """Return a text of at most so many letters, cut with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def figure_number(value: float, digits: int = 3) -> str:
    """Return a value with at most so many significant digits and no needless zeros."""
    return f"{float(f'{value:.{digits - 1}e}'):,.10g}" if abs(value) >= 1e-4 else f"{value:.2g}"


def decimal_log_axis(axes: Axes, low: float, high: float) -> None:
    """Make the vertical axis logarithmic with plain decimals at whole powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(10.0, numticks=6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.yaxis.set_minor_locator(LogLocator(10.0, subs=(2.0, 5.0), numticks=6))
    axes.yaxis.set_minor_formatter(NullFormatter())
