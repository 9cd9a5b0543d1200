"""Bands of curves: between which concentrations the members of an ensemble lie at each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ..errors import SpillsimError
from ..variables import VARIABLES
from . import clock
from .curve_parts import limit_words
from .ensemble_parts import Layout, Sheet, name_row, sheet
from .ensemble_reading import Answers, Place, answers
from .reading import Array, since_release
from .style import (
    BODY,
    CURVE,
    INK,
    LIMIT,
    LIMIT_DASHES,
    PAGE_WIDTH,
    SMALL,
    as_text,
    bare,
    decimal_log_axis,
    figure_number,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDE_RANGE = 30.0
_LEGEND_LINE = 0.42


def bands(
    dataset: xr.Dataset,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
    *,
    group: str | None = None,
    log: bool | None = None,
) -> Figure:
    """Draw between which concentrations 50 and 90 % of the members lie, with median and limits.

    Parameters
    ----------
    dataset : the answers of an ensemble that kept its curves
    stations, substance, group : see ``ensemble_reading.answers``
    log : logarithmic concentration; default: where a linear axis would hide the lowest limit

    Raises
    ------
    SpillsimError
        no curves were kept, or there is no such station, substance or group.
    """
    if "concentration" not in dataset:
        raise SpillsimError("the ensemble kept no curves: run it with --curves.")
    found = answers(dataset, stations, substance, group)
    marks = [limit.value for _, limit in found.limits]
    highest = max(float(np.nanmax(found.at(place, "concentration"))) for place in found.places)
    wide = bool(marks) and highest > _WIDE_RANGE * min(marks)
    logarithmic = (wide if log is None else log) and highest > 0.0
    low = min([m for m in marks if m < highest], default=1e-3 * highest) / 5.0
    legend = _LEGEND_LINE * (1 + len(marks))
    drawn = sheet(
        found, "concentration at each time, with what 50 and 90 % of the members lie between",
        Layout(1, 4.6 if len(found.places) < 4 else 3.4, below=1.2 + legend, above=1.0),
    )  # fmt: skip
    time = since_release(dataset, dataset["time"].values)
    shown = [found.at(place, "concentration") for place in drawn.places]
    last = _end(time, shown, low if logarithmic else 0.0)
    for (axes,), place, band in zip(drawn.rows, drawn.places, shown, strict=True):
        bare(axes)
        _draw(axes, time, band, low if logarithmic else 0.0)
        axes.set_xlim(max(float(time[0]), -0.02 * last), last)
        top = float(np.nanmax(band))
        if logarithmic:
            decimal_log_axis(axes, low, 3.0 * max([highest, *marks]))
        else:
            near = [mark for mark in marks if mark < 1.6 * top]
            axes.set_ylim(0.0, 1.15 * max([top, *near]) or 1.0)
            axes.locator_params(axis="y", nbins=4)
        _draw_limits(axes, marks)
        name_row(axes, place, _details(found, place))
        clock.set_clock(axes, found.release, 9)
        axes.tick_params(labelbottom=axes is drawn.rows[-1][0])
    _label(drawn, found)
    _legend(drawn, found)
    as_text(drawn.frame.figure)
    return drawn.frame.figure


def _draw(axes: Axes, time: Array, band: Array, low: float) -> None:
    """5, 25, 50, 75 and 95 % of the members at every time."""
    level = np.where(band > 0.01 * low, band, 0.01 * low) if low > 0.0 else band
    axes.fill_between(time, level[0], level[4], color=CURVE, alpha=0.16, linewidth=0)
    axes.fill_between(time, level[1], level[3], color=CURVE, alpha=0.32, linewidth=0)
    axes.plot(time, level[2], color=CURVE, linewidth=1.2)
    for edge in (level[0], level[4]):
        axes.plot(time, edge, color=CURVE, linewidth=0.4)


def _draw_limits(axes: Axes, marks: Sequence[float]) -> None:
    low, high = axes.get_ylim()
    for number, mark in enumerate(marks):
        if low <= mark <= high:
            axes.axhline(mark, color=LIMIT, linestyle=LIMIT_DASHES[number % len(LIMIT_DASHES)],
                         linewidth=0.9, zorder=1.5)  # fmt: skip


def _end(time: Array, shown: Sequence[Array], low: float) -> float:
    """When nothing of the widest band is seen any more [d]."""
    last = 0.0
    for band in shown:
        top = float(np.nanmax(band))
        seen = np.flatnonzero(band[4] > (low if low > 0.0 else 0.005 * top))
        last = max(last, float(time[seen[-1]])) if seen.size and top > 0.0 else last
    whole = float(time[-1])
    return min(1.03 * last, whole) if last > 0.0 else whole


def _details(found: Answers, place: Place) -> str:
    """Distance, and median and 90 % of the peaks."""
    low, middle, high = found.at(place, "peak_concentration")[[0, 2, 4]]
    span = f"{figure_number(low, 2)} to {figure_number(high, 2)}"
    told = f"peak {figure_number(middle, 2)} mg/L, {span}"
    return f"{place.distance:,.0f} km · {told}" if np.isfinite(place.distance) else told


def _label(drawn: Sheet, found: Answers) -> None:
    lowest = drawn.rows[-1][0]
    lowest.set_xlabel(clock.label(found.release), fontsize=BODY, color=INK)
    figure = drawn.frame.figure
    first = drawn.rows[0][0].get_position()
    tall = first.height * figure.get_figheight() * 2.54
    clock.add_elapsed(drawn.rows[0][0], 10, lifted=0.42 / tall)
    unit = "h" if np.ptp(lowest.get_xlim()) < 3.0 else "d"
    top = first.y1 + 1.02 / (figure.get_figheight() * 2.54)
    figure.text(0.54, top, f"Time since the release [{unit}]", ha="center", va="bottom",
                fontsize=BODY, color=INK)  # fmt: skip
    middle = 0.5 * (lowest.get_position().y0 + first.y1)
    figure.text(0.28 / PAGE_WIDTH, middle, VARIABLES["concentration"].axis_label, rotation=90,
                ha="center", va="center", fontsize=BODY, color=INK)  # fmt: skip


def _legend(drawn: Sheet, found: Answers) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    height = drawn.frame.figure.get_figheight() * 2.54
    bands_of = [
        Line2D([], [], color=CURVE, linewidth=1.2, label="median"),
        Patch(color=CURVE, alpha=0.45, linewidth=0, label="25 to 75 % of the members"),
        Patch(color=CURVE, alpha=0.16, linewidth=0, label="5 to 95 %"),
    ]
    limits = [
        Line2D([], [], color=LIMIT, linestyle=LIMIT_DASHES[number % len(LIMIT_DASHES)],
               linewidth=1.1, label=limit_words(limit))
        for number, (_, limit) in enumerate(found.limits)
    ]  # fmt: skip
    bottom = drawn.frame.bottom + 0.1
    for handles, columns in ((limits, 1), (bands_of, 3)):
        if handles:
            drawn.frame.figure.legend(
                handles=handles, ncols=columns, loc="lower left", frameon=False, fontsize=SMALL,
                bbox_to_anchor=(0.2 / PAGE_WIDTH, bottom / height), borderaxespad=0.0,
                handlelength=3.2, columnspacing=1.5, labelspacing=0.45, borderpad=0.2,
            )  # fmt: skip
            bottom += _LEGEND_LINE * -(-len(handles) // columns)
