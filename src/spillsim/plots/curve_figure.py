"""Breakthrough curves: concentration over time at stations and borders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ..variables import VARIABLES
from . import clock
from .curve_parts import (
    PANEL_DETAILS,
    Drawing,
    Grid,
    dissolved_handles,
    draw_dissolved,
    draw_limits,
    drawable,
    grid_of_axes,
    legend,
    legend_height,
    limit_handles,
    mark,
    mark_handles,
    name_panel,
    set_axes,
)
from .reading import (
    Curve,
    curve,
    limits,
    release,
    since_release,
    source_line,
    station_indices,
    substance_name,
    title,
)
from .style import (
    BODY,
    CURVE,
    CURVES,
    INK,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Frame,
    as_text,
    new_figure,
    plain,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_OVERLAID = 6
"""Up to so many curves share one pair of axes."""
_ONE_COLUMN = 9
"""Up to so many panels stand below each other; more stand in two columns."""
_WIDE_RANGE = 30.0
"""Peak over lowest limit from which a linear axis would hide the limits."""
_CLOCK = 1.2
"""Space for ticks and label of the clock [cm]."""
_ELAPSED = 1.0
"""Space for ticks and label above the axes [cm]."""
_NAME = 0.42
"""Space for the name above a panel [cm]."""


def curves(
    dataset: xr.Dataset,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
    *,
    log: bool | None = None,
) -> Figure:
    """Draw concentration over time at stations and borders, with limits, arrivals and peaks.

    Up to six curves share their axes; more become panels in the order of the flow. Arrival and
    peak are those that the dataset holds (``analysis.add_metrics``); none are computed here.

    Parameters
    ----------
    dataset : a result
    stations : names of stations and borders; default: all that the substance reaches
    substance : default: the first of the dataset
    log : logarithmic concentration; default: where a linear axis would hide the lowest limit

    Raises
    ------
    SpillsimError
        a station or substance that the dataset does not hold.
    """
    name = substance_name(dataset, substance)
    found = [curve(dataset, s, name) for s in station_indices(dataset, stations)]
    shown = [c for c in found if c.is_reached or stations is not None] or found
    dry = [c.name for c in found if c not in shown]
    drawing = _drawing(dataset, name, shown, log)
    source = source_line(dataset)
    if dry:
        source += f" · no {name} within the run at: {', '.join(dry)}"
    scale = "logarithmic" if drawing.logarithmic else "linear"
    subtitle = f"{name}: concentration over time at stations and borders ({scale} axis)"
    overlaid = len(shown) <= _OVERLAID
    if not overlaid:
        subtitle += f"; {PANEL_DETAILS}"
    words = (title(dataset), subtitle, source)
    figure = (_overlay if overlaid else _panels)(drawing, words)
    as_text(figure)
    return figure


def _drawing(dataset: xr.Dataset, name: str, shown: Sequence[Curve], log: bool | None) -> Drawing:
    own = limits(dataset, name)
    highest = max(c.peak for c in shown)
    marks = [limit.value for limit in own]
    levels = [*marks, *(c.arrival_threshold for c in shown if np.isfinite(c.arrival))]
    lowest = min([m for m in levels if 0.0 < m < highest], default=highest * 1e-3)
    wide = bool(own) and highest > _WIDE_RANGE * lowest
    return Drawing(
        substance=name,
        curves=tuple(shown),
        limits=tuple(own),
        time=since_release(dataset, dataset["time"].values),
        release=release(dataset),
        logarithmic=(wide if log is None else log) and highest > 0.0,
        low=max(lowest, highest * 1e-6) / 5.0,
        high=max([highest, *(m for m in marks if m < 10.0 * highest)]) * 3.0,
    )


def _overlay(drawing: Drawing, words: tuple[str, str, str]) -> Figure:
    handles = [*dissolved_handles(drawing, INK), *mark_handles(drawing, INK)]
    below = _CLOCK + legend_height(len(handles) + len(drawing.curves))
    frame = new_figure(10.9 + below, *words)
    axes = grid_of_axes(frame, Grid(1, 1, below, _ELAPSED), 1)[0]
    lines: list[Line2D] = []
    for one, look in zip(drawing.curves, CURVES, strict=False):
        lines += axes.plot(
            drawing.time, drawable(drawing, one.concentration), color=look.colour,
            linestyle=look.dashes, linewidth=1.3, label=_legend_name(one),
        )  # fmt: skip
        draw_dissolved(axes, drawing, one, look)
        mark(axes, one, look.colour, look.marker)
    set_axes(axes, drawing, max(c.peak for c in drawing.curves))
    draw_limits(axes, drawing, named=True)
    axes.set_ylabel(VARIABLES["concentration"].axis_label, fontsize=BODY, color=INK)
    axes.set_xlabel(clock.label(drawing.release), fontsize=BODY, color=INK)
    clock.set_clock(axes, drawing.release, 9)
    clock.add_elapsed(axes, 10)
    legend(frame, lines + handles)
    return frame.figure


def _legend_name(one: Curve) -> str:
    place = f", {one.distance:,.0f} km" if np.isfinite(one.distance) else ""
    return f"{shortened(plain(one.label), 46)}{place}"


def _panels(drawing: Drawing, words: tuple[str, str, str]) -> Figure:
    number = len(drawing.curves)
    columns = 1 if number <= _ONE_COLUMN else 2
    rows = -(-number // columns)
    marks = [*dissolved_handles(drawing, CURVE), *mark_handles(drawing, CURVE)]
    own = limit_handles(drawing)
    below = _CLOCK + legend_height(len(marks), len(own))
    height = min(PAGE_HEIGHT, 3.2 + below + rows * (2.4 if columns == 1 else 2.1))
    frame = new_figure(height, *words)
    every = grid_of_axes(frame, Grid(rows, columns, below, _ELAPSED + _NAME), number)
    for place, (axes, one) in enumerate(zip(every, drawing.curves, strict=True)):
        values = drawable(drawing, one.concentration)
        axes.plot(drawing.time, values, color=CURVE, linewidth=1.1)
        base = drawing.low if drawing.logarithmic else 0.0
        axes.fill_between(drawing.time, base, values, color=CURVE, alpha=0.15, linewidth=0)
        draw_dissolved(axes, drawing, one, CURVES[0])
        mark(axes, one, CURVE, "o")
        set_axes(axes, drawing, one.peak)
        draw_limits(axes, drawing, named=False)
        name_panel(axes, one, wide=columns == 1)
        clock.set_clock(axes, drawing.release, 9 if columns == 1 else 5)
        axes.tick_params(labelbottom=place % rows == rows - 1 or place == number - 1)
        if place % rows == 0:
            tall = axes.get_position().height * frame.figure.get_figheight() * 2.54
            clock.add_elapsed(axes, 10 if columns == 1 else 6, lifted=_NAME / tall)
    _label(frame, drawing, below)
    legend(frame, marks, own)
    return frame.figure


def _label(frame: Frame, drawing: Drawing, below: float) -> None:
    """Label the axes once for all panels."""
    height = frame.figure.get_figheight() * 2.54
    bottom, top = frame.bottom + below, frame.top - _ELAPSED - _NAME
    look: dict[str, Any] = {"fontsize": BODY, "color": INK, "ha": "center"}
    unit = "h" if drawing.time[-1] < 3.0 else "d"
    frame.figure.text(
        0.28 / PAGE_WIDTH, (bottom + top) / 2 / height, VARIABLES["concentration"].axis_label,
        rotation=90, va="center", **look,
    )  # fmt: skip
    frame.figure.text(
        0.54, (bottom - 0.98) / height, clock.label(drawing.release), va="bottom", **look
    )
    frame.figure.text(
        0.54, (top + 0.98) / height, f"Time since the release [{unit}]", va="bottom", **look
    )
