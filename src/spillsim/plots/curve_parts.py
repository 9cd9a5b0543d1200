"""Axes, marks, limits and legends of breakthrough curves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .reading import Array, Curve, Limit
from .style import (
    GREY,
    INK,
    LIMIT,
    LIMIT_DASHES,
    PAGE_WIDTH,
    SMALL,
    TINY,
    Frame,
    LineStyle,
    bare,
    decimal_log_axis,
    figure_number,
    plain,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

_RIGHT = 0.55
"""Margin right of the axes [cm]."""
_LEFT = 1.55
VEIL = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6}
"""Behind text that stands on lines."""
_LEGEND_LINE = 0.42
"""Height of a line of the legend [cm]."""


@dataclass(frozen=True)
class Drawing:
    """What every panel of one figure shares."""

    substance: str
    curves: tuple[Curve, ...]
    limits: tuple[Limit, ...]
    time: Array
    """(T,) days since the release."""
    release: dt.datetime
    logarithmic: bool
    low: float
    """Lower end of a logarithmic axis [mg/L]."""
    high: float
    """Upper end of a logarithmic axis [mg/L]."""


class Grid(NamedTuple):
    """Rows and columns of axes and the space below and above them [cm]."""

    rows: int
    columns: int
    below: float
    above: float


def grid_of_axes(frame: Frame, grid: Grid, number: int) -> list[Axes]:
    """Return so many axes, column by column."""
    figure = frame.figure
    height = figure.get_figheight() * 2.54
    places = figure.add_gridspec(
        grid.rows, grid.columns, left=_LEFT / PAGE_WIDTH, right=1 - _RIGHT / PAGE_WIDTH,
        bottom=(frame.bottom + grid.below) / height, top=(frame.top - grid.above) / height,
        hspace=0.36, wspace=0.17,
    )  # fmt: skip
    return [figure.add_subplot(places[n % grid.rows, n // grid.rows]) for n in range(number)]


def drawable(drawing: Drawing, values: Array) -> Array:
    """Return a curve; on a logarithmic axis without what lies far below it."""
    if not drawing.logarithmic:
        return values
    return np.where(values > 0.01 * drawing.low, values, np.nan)


def draw_dissolved(axes: Axes, drawing: Drawing, one: Curve, look: LineStyle) -> None:
    """Draw a thin line for the dissolved part, where it is told from the rest."""
    if one.dissolved is not None:
        axes.plot(
            drawing.time, drawable(drawing, one.dissolved), color=look.colour,
            linestyle=look.dashes, linewidth=0.6,
        )  # fmt: skip


def dissolved_handles(drawing: Drawing, colour: str) -> list[Line2D]:
    """Return the legend's entry for thin lines; none where there are none."""
    from matplotlib.lines import Line2D

    if all(one.dissolved is None for one in drawing.curves):
        return []
    return [Line2D([], [], color=colour, linewidth=0.6, label="thin: dissolved part of it")]


def set_axes(axes: Axes, drawing: Drawing, peak: float) -> None:
    """Set ranges, scale and look; a linear axis reaches to its own peak."""
    last = _end(drawing)
    axes.set_xlim(max(float(drawing.time[0]), -0.02 * last), last)
    bare(axes)
    if drawing.logarithmic:
        decimal_log_axis(axes, drawing.low, drawing.high)
        return
    near = [limit.value for limit in drawing.limits if limit.value < 1.6 * peak]
    axes.set_ylim(0.0, 1.15 * max([peak, *near]) if peak > 0.0 else 1.0)
    axes.locator_params(axis="y", nbins=4)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")


def _end(drawing: Drawing) -> float:
    """Return where the time axis ends: when no curve rises above what can be seen any more."""
    last = 0.0
    for one in drawing.curves:
        visible = drawing.low if drawing.logarithmic else 0.005 * one.peak
        seen = np.flatnonzero(one.concentration > visible)
        if seen.size:
            last = max(last, float(drawing.time[seen[-1]]))
    whole = float(drawing.time[-1])
    return min(1.03 * last, whole) if last > 0.0 else whole


def mark(axes: Axes, one: Curve, colour: str, marker: str) -> None:
    """Mark the arrival (open triangle at its threshold) and the peak."""
    if np.isfinite(one.arrival):
        axes.plot(
            [one.arrival], [one.arrival_threshold], linestyle="none", marker=">", markersize=4.5,
            markerfacecolor="white", markeredgecolor=colour, markeredgewidth=0.9, zorder=4,
        )  # fmt: skip
    if np.isfinite(one.peak_time) and one.is_reached:
        axes.plot(
            [one.peak_time], [one.peak], linestyle="none", marker=marker, markersize=4.0,
            markerfacecolor=colour, markeredgecolor="white", markeredgewidth=0.4, zorder=4,
        )  # fmt: skip


def draw_limits(axes: Axes, drawing: Drawing, *, named: bool) -> None:
    """Draw a line for every limit that lies within the axes, with its name at the left end."""
    low, high = axes.get_ylim()
    for number, limit in enumerate(drawing.limits):
        if not low <= limit.value <= high:
            continue
        dashes = LIMIT_DASHES[number % len(LIMIT_DASHES)]
        axes.axhline(limit.value, color=LIMIT, linestyle=dashes, linewidth=0.9, zorder=1.5)
        if named:
            axes.annotate(
                limit_words(limit), (0.0, limit.value), xycoords=("axes fraction", "data"),
                xytext=(3, 1.5), textcoords="offset points", fontsize=TINY, color=LIMIT,
                va="bottom", zorder=5, bbox=VEIL,
            )  # fmt: skip


def limit_words(limit: Limit) -> str:
    """Return value and name of a limit."""
    part = " dissolved" if limit.of == "dissolved" else ""
    return f"{figure_number(limit.value)} mg/L{part}: {shortened(plain(limit.name), 80)}"


def limit_handles(drawing: Drawing) -> list[Line2D]:
    """Return the legend's entries for the limits."""
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=LIMIT, linestyle=LIMIT_DASHES[number % len(LIMIT_DASHES)],
               linewidth=1.1, label=limit_words(limit))
        for number, limit in enumerate(drawing.limits)
    ]  # fmt: skip


def mark_handles(drawing: Drawing, colour: str) -> list[Line2D]:
    """Return the legend's entries for arrival and peak; only for what is drawn."""
    from matplotlib.lines import Line2D

    found = []
    thresholds = {c.arrival_threshold for c in drawing.curves if np.isfinite(c.arrival)}
    if thresholds:
        level = f"{figure_number(min(thresholds))} mg/L"
        words = f"arrival: first above {level if len(thresholds) == 1 else '1 % of each peak'}"
        found.append(
            Line2D([], [], linestyle="none", marker=">", markersize=4.5, markerfacecolor="white",
                   markeredgecolor=colour, label=words)
        )  # fmt: skip
    if any(np.isfinite(c.peak_time) and c.is_reached for c in drawing.curves):
        found.append(
            Line2D([], [], linestyle="none", marker="o", markersize=4.0, color=colour, label="peak")
        )
    return found


def legend(frame: Frame, pairs: Sequence[Line2D], single: Sequence[Line2D] = ()) -> None:
    """Put a legend between axes and source line: short entries in pairs, long ones one a line."""
    height = frame.figure.get_figheight() * 2.54
    bottom = frame.bottom + 0.1
    for handles, columns in ((single, 1), (pairs, 2)):
        if not handles:
            continue
        found = frame.figure.legend(
            handles=list(handles), ncols=columns, loc="lower left", frameon=False,
            fontsize=SMALL, bbox_to_anchor=(0.2 / PAGE_WIDTH, bottom / height), borderaxespad=0.0,
            handlelength=3.2, columnspacing=1.5, labelspacing=0.45, borderpad=0.2,
        )  # fmt: skip
        for text in found.get_texts():
            text.set_color(INK)
        bottom += _LEGEND_LINE * -(-len(handles) // columns)


def legend_height(pairs: int, single: int = 0) -> float:
    """Return the height of a legend [cm]."""
    return 0.2 + _LEGEND_LINE * ((pairs + 1) // 2 + single)


def name_panel(axes: Axes, one: Curve, *, wide: bool) -> None:
    """Write the name above a panel on the left; distance, arrival and peak on the right."""
    details = []
    if np.isfinite(one.distance):
        details.append(f"{one.distance:,.0f} km")
    if np.isfinite(one.arrival):
        details.append(f"+{_elapsed(one.arrival)}")
    details.append(f"{figure_number(one.peak, 2)} mg/L" if one.is_reached else "not reached")
    name, river = plain(f"◆ {one.label}" if one.is_border else one.label), plain(one.river)
    if wide and river:
        name = f"{name}, {river}"
    look: dict[str, Any] = {
        "xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom",
    }  # fmt: skip
    axes.annotate(
        shortened(name, 80 if wide else 30), (0.0, 1.0), xytext=(1, 2), ha="left",
        fontsize=SMALL, fontweight="bold", color=INK, **look,
    )  # fmt: skip
    axes.annotate(
        " · ".join(details), (1.0, 1.0), xytext=(0, 2), ha="right", fontsize=TINY + 0.5,
        color=GREY, **look,
    )  # fmt: skip


PANEL_DETAILS = "above each panel: ◆ border; distance below the release, arrival, peak"


def _elapsed(days: float) -> str:
    """Return a span as hours below four days, else as days."""
    return f"{figure_number(24.0 * days, 2)} h" if days < 4.0 else f"{figure_number(days, 2)} d"
