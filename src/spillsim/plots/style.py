"""The look all figures share: the width of a printed A4 page, colours and line patterns.

Colours are those of Okabe and Ito (2008), which colour-blind readers tell apart; every one has a
line pattern of its own, so that the figure survives a black-and-white printer. Nothing global is
changed: every property is given to the thing it belongs to.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CM = 1 / 2.54
PAGE_WIDTH = 16.0
"""Between the margins of a printed A4 page [cm]."""
PAGE_HEIGHT = 24.5
_MARGIN = 0.25
"""Left of title and source line, and right of them at least [cm]."""

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
    titles = wrapped(title, 10.0, "bold", most=2) or [""]
    top = height - 0.15
    for line in titles:
        _write(figure, top, height, line, size=10.0, weight="bold")
        top -= 0.5
    for line in wrapped(subtitle, BODY):
        _write(figure, top, height, line, size=BODY, color=GREY)
        top -= 0.4
    sources = wrapped(source, TINY)
    for number, line in enumerate(reversed(sources)):
        _write(figure, 0.36 + 0.28 * number, height, line, size=TINY, color=GREY)
    return Frame(figure, top - 0.1, 0.2 + 0.28 * len(sources))


def wrapped(text: str, size: float, weight: str = "normal", most: int = 99) -> list[str]:
    """Return a text in lines that fit the page as they will be drawn, broken at words.

    A word that is too long for a line is broken anywhere. The last of ``most`` lines ends with an
    ellipsis where there is more.

    size : of the letters [pt]
    """
    room = 0.97 * (PAGE_WIDTH - 2.0 * _MARGIN)  # few dots per inch widen letters
    lines = [""]
    for word in plain(text).split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(longer, size, weight) <= room:
            lines[-1] = longer
            continue
        lines += [word] if lines[-1] else []
        lines[-1] = word
        while (fits := _letters(lines[-1], size, weight, room)) < len(lines[-1]):
            lines[-1:] = [lines[-1][:fits], lines[-1][fits:]]
    if len(lines) > most:
        last = " ".join(lines[most - 1 :])
        kept = _letters(last, size, weight, room - _width("…", size, weight))
        lines[most - 1 :] = [f"{last[:kept].rstrip()}…"]
    return lines if lines[0] else []


def _letters(line: str, size: float, weight: str, room: float) -> int:
    """How many letters from the left have room, one at least."""
    few, many = 1, len(line)
    while few < many:
        middle = (few + many + 1) // 2
        if _width(line[:middle], size, weight) <= room:
            few = middle
        else:
            many = middle - 1
    return few


def _width(line: str, size: float, weight: str) -> float:
    """Width of a line as it is drawn, without kerning [cm]."""
    return sum(_letter_width(letter, weight) for letter in line) * size / 72.0 / CM


@cache
def _letter_width(letter: str, weight: str) -> float:
    """Width of a letter over the size of the type [-]."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters the font lacks the drawing tells
        look = FontProperties(size=100.0, weight=weight)
        width, _, _ = text_to_path.get_text_width_height_descent(letter, look, ismath=False)
    return float(width) / 100.0


def _write(figure: Figure, centimetres: float, height: float, line: str, **look: Any) -> None:
    place = (_MARGIN / PAGE_WIDTH, centimetres / height)
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
