"""Several runs at one border: their breakthrough curves over each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ..errors import SpillsimError
from ..variables import VARIABLES
from . import clock
from .curve_parts import (
    Drawing,
    Grid,
    draw_limits,
    drawable,
    grid_of_axes,
    legend,
    legend_height,
    mark,
    mark_handles,
    set_axes,
)
from .reading import (
    Array,
    Curve,
    curve,
    limits,
    release,
    since_release,
    station_indices,
    substance_name,
)
from .style import BODY, CURVES, INK, Frame, as_text, figure_number, new_figure, plain, shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

MOST_RUNS = len(CURVES)
"""Runs that can be told apart in one figure."""
_WIDE_RANGE = 30.0
"""Highest over lowest of peaks and limits from which a linear axis would hide some."""
_CLOCK, _ELAPSED = 1.2, 1.0
"""Space for ticks and labels below and above the axes [cm]."""


def comparison(
    datasets: Sequence[xr.Dataset],
    labels: Sequence[str],
    station: str | None = None,
    substance: str | None = None,
    *,
    log: bool | None = None,
) -> Figure:
    """Draw concentration over time at one place in several runs, with limits, arrivals and peaks.

    Time counts from the first release of each run; where that is the same in all, the local clock
    stands below.

    Parameters
    ----------
    datasets : results; at most ``MOST_RUNS``
    labels : what each is called in the legend
    station : name of a border or station; default: the first border, else the last station
    substance : default: the first of the first dataset
    log : logarithmic concentration; default: where a linear axis would hide a peak or limit

    Raises
    ------
    SpillsimError
        A place or substance that one of the runs does not hold, or too many runs.
    """
    if not 1 <= len(datasets) <= MOST_RUNS:
        raise SpillsimError(f"one figure shows up to {MOST_RUNS} runs, not {len(datasets)}.")
    name = substance_name(datasets[0], substance)
    place = station if station is not None else _usual_place(datasets[0])
    found = []
    for dataset, label in zip(datasets, labels, strict=True):
        try:
            (index,) = station_indices(dataset, [place])
            found.append(curve(dataset, index, substance_name(dataset, name)))
        except SpillsimError as error:
            raise SpillsimError(f"{label}: {error}") from None
    drawing = _drawing(datasets, found, name, log)
    scale = "logarithmic" if drawing.logarithmic else "linear"
    subtitle = f"{name} at {found[0].label}: concentration over time in each run ({scale} axis)"
    titles = dict.fromkeys(str(dataset.attrs.get("title", "")) for dataset in datasets)
    frame = _frame(drawing, (" / ".join(titles), subtitle, _sources(datasets)))
    told = [
        _words(dataset, label, one)
        for dataset, label, one in zip(datasets, labels, drawing.curves, strict=True)
    ]
    _draw(frame, drawing, told, len({release(dataset) for dataset in datasets}) == 1)
    as_text(frame.figure)
    return frame.figure


def _usual_place(dataset: xr.Dataset) -> str:
    """The first border that lies below a release, else the last station."""
    order = station_indices(dataset, None)
    kinds = dataset["station_kind"].values
    borders = [s for s in order if kinds[s] == "border"]
    return str(dataset["station"].values[(borders or order[-1:])[0]])


def _drawing(
    datasets: Sequence[xr.Dataset], found: Sequence[Curve], substance: str, log: bool | None
) -> Drawing:
    """Curves on the times of all runs together, NaN where a run does not reach."""
    times = [since_release(dataset, dataset["time"].values) for dataset in datasets]
    every = np.unique(np.concatenate(times))
    curves = tuple(
        replace(one, concentration=_on(every, time, one.concentration))
        for one, time in zip(found, times, strict=True)
    )
    own = {limit: None for dataset in datasets for limit in limits(dataset, substance)}
    peaks = [one.peak for one in found if one.peak > 0.0] or [1.0]
    highest = max(peaks)
    levels = [*peaks, *(limit.value for limit in own)]
    levels += [one.arrival_threshold for one in found if np.isfinite(one.arrival)]
    lowest = min([level for level in levels if 0.0 < level <= highest], default=highest)
    wide = highest > _WIDE_RANGE * lowest
    return Drawing(
        substance=substance,
        curves=curves,
        limits=tuple(sorted(own, key=lambda limit: -limit.value)),
        time=every,
        release=release(datasets[0]),
        logarithmic=wide if log is None else log,
        low=max(lowest, highest * 1e-6) / 5.0,
        high=max([highest, *(v for v in levels if v < 10.0 * highest)]) * 3.0,
    )


def _on(every: Array, time: Array, values: Array) -> Array:
    return np.interp(every, time, values, left=np.nan, right=np.nan)


def _sources(datasets: Sequence[xr.Dataset]) -> str:
    programs = dict.fromkeys(str(dataset.attrs.get("source", "spillsim")) for dataset in datasets)
    return f"{', '.join(programs)} · {len(datasets)} runs"


def _words(dataset: xr.Dataset, label: str, one: Curve) -> str:
    """What a run is called in the legend, with the discharge at the place."""
    index = [str(name) for name in dataset["station"].values].index(one.name)
    discharge = float(dataset["discharge"].values[index])
    flow = f", {figure_number(discharge)} m³/s" if np.isfinite(discharge) else ""
    dry = "" if one.is_reached else " (not reached)"
    return f"{shortened(plain(label), 40)}{flow}{dry}"


def _frame(drawing: Drawing, words: tuple[str, str, str]) -> Frame:
    below = _CLOCK + legend_height(len(mark_handles(drawing, INK)) + len(drawing.curves))
    return new_figure(10.9 + below, *words)


def _draw(frame: Frame, drawing: Drawing, told: Sequence[str], same_clock: bool) -> None:
    handles = mark_handles(drawing, INK)
    below = _CLOCK + legend_height(len(handles) + len(drawing.curves))
    axes = grid_of_axes(frame, Grid(1, 1, below, _ELAPSED), 1)[0]
    lines: list[Line2D] = []
    for one, words, look in zip(drawing.curves, told, CURVES, strict=False):
        lines += axes.plot(
            drawing.time, drawable(drawing, one.concentration), color=look.colour,
            linestyle=look.dashes, linewidth=1.3, label=words,
        )  # fmt: skip
        mark(axes, one, look.colour, look.marker)
    set_axes(axes, drawing, max(one.peak for one in drawing.curves))
    draw_limits(axes, drawing, named=True)
    axes.set_ylabel(VARIABLES["concentration"].axis_label, fontsize=BODY, color=INK)
    ticks = clock.add_elapsed(axes, 10)
    if same_clock:
        axes.set_xlabel(clock.label(drawing.release), fontsize=BODY, color=INK)
        clock.set_clock(axes, drawing.release, 9)
    else:
        axes.set_xticks(ticks, [""] * len(ticks))
        counted = "Each run counts from its own first release"
        axes.set_xlabel(counted, fontsize=BODY, color=INK)
    legend(frame, lines + handles)
