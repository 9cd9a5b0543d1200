"""How soon and how strong releases upstream come to a border, on a map or by distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ..errors import SpillsimError
from .map_figure import SIDE, Quantity, Words, draw_maps
from .reading import Array
from .style import (
    BODY,
    CURVES,
    GREY,
    INK,
    PAGE_WIDTH,
    SMALL,
    as_text,
    bare,
    decimal_log_axis,
    figure_number,
    new_figure,
    plain,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PROFILE = 5.6
"""Height of the two axes by distance, each [cm]."""
_HOURS_PER_DAY = 24.0


def reach_map(dataset: xr.Dataset) -> Figure:
    """Draw arrival and peak at the border for releases anywhere upstream.

    On two maps where the cells have coordinates, else against the distance to the border.

    Raises
    ------
    SpillsimError
        The dataset is no reach map.
    """
    if dataset.attrs.get("spillsim_kind") != "reach map":
        raise SpillsimError("this dataset is no reach map; make one with spillsim reach-map.")
    quantities = _quantities(dataset)
    words = Words(
        f"{dataset.attrs['border']}: what comes from upstream",
        f"{dataset.attrs['title']}. {_released(dataset)}",
        _source(dataset),
    )
    draw = draw_maps if "mesh1d_edge_nodes" in dataset else _draw_by_distance
    return draw(dataset, quantities, words)


def _released(dataset: xr.Dataset) -> str:
    """Return what was released and what counts as arrival."""
    attrs = dataset.attrs
    released = "1 t"
    if "mass" in attrs:
        mass = float(attrs["mass"])
        released = f"{figure_number(mass / 1e3)} t" if mass >= 1e3 else f"{figure_number(mass)} kg"
    if "arrival_threshold" in attrs:
        level = f"{figure_number(float(attrs['arrival_threshold']))} mg/L ({attrs['arrival']})"
    else:
        level = f"{figure_number(100.0 * float(attrs['arrival_share']))} % of the peak"
    return (
        f"Release of {released} of {attrs['substance']} at once, at every place of the network; "
        f"arrival: first above {level}"
    )


def _quantities(dataset: xr.Dataset) -> tuple[Quantity, Quantity]:
    hours = np.asarray(dataset["arrival_time"].values, dtype=np.float64)
    finite = hours[np.isfinite(hours)]
    days = finite.size > 0 and float(finite.max()) > 4.0 * _HOURS_PER_DAY
    unit = "d" if days else "h"
    arrival = Quantity(
        hours / (_HOURS_PER_DAY if days else 1.0), f"Time to the arrival [{unit}]", False
    )
    given = "peak_concentration" in dataset
    name = "peak_concentration" if given else "peak_per_tonne"
    peak = np.asarray(dataset[name].values, dtype=np.float64)
    known = peak[np.isfinite(peak) & (peak > 0.0)]
    wide = known.size > 0 and bool(known.max() > 8.0 * known.min())
    unit = "mg/L" if given else "mg/L per tonne"
    words = f"Peak at the {dataset.attrs['border_kind']} [{unit}]"
    return arrival, Quantity(peak, words, wide)


def _source(dataset: xr.Dataset) -> str:
    """Return who computed it, and how near to the border it is meant."""
    attrs = dataset.attrs
    found = f"{attrs['source']}, {attrs['history'].split(' ')[0][:10]}"
    if float(attrs["resolved_from"]) > 0.0:
        found += (
            f"; error {figure_number(100.0 * float(attrs['error']))} % from "
            f"{figure_number(float(attrs['resolved_from']))} km above it on, larger closer by"
        )
    return found


def _draw_by_distance(
    dataset: xr.Dataset, quantities: tuple[Quantity, Quantity], words: Words
) -> Figure:
    """Draw arrival and peak against the distance to the border."""
    total = 2 * _PROFILE + 5.2
    frame = new_figure(total, *words)
    grid = frame.figure.add_gridspec(
        2, 1, hspace=0.12, left=SIDE / PAGE_WIDTH, right=1 - 0.5 / PAGE_WIDTH,
        bottom=(frame.bottom + 1.15) / total, top=(frame.top - 0.2) / total,
    )  # fmt: skip
    upper, lower = (frame.figure.add_subplot(grid[row]) for row in range(2))
    distance = np.asarray(dataset["distance"].values, dtype=np.float64)
    far = float(distance.max()) * 1.01
    for axes, quantity in zip((upper, lower), quantities, strict=True):
        bare(axes)
        _draw_lines(axes, dataset, distance, quantity.values)
        axes.set_xlim(far, 0.0)
        axes.set_ylabel(quantity.label, fontsize=BODY, color=INK)
    upper.set_ylim(bottom=0.0)
    upper.tick_params(labelbottom=False)
    known = quantities[1].values[quantities[1].values > 0.0]
    if quantities[1].logarithmic:
        least, highest = float(known.min()), float(np.quantile(known, 0.98))
        decimal_log_axis(lower, least / 1.5, highest * 2.0)
        if highest < 100.0 * least:
            # a decade may hold no more than one whole power of ten
            lower.yaxis.set_minor_formatter(lambda value, _: figure_number(value))
            lower.tick_params(axis="y", which="minor", labelsize=SMALL)
    else:
        lower.set_ylim(0.0, float(known.max()) * 1.15 if known.size else 1.0)
    lower.set_xlabel("Distance along the river to the border [km]", fontsize=BODY, color=INK)
    handles = upper.get_legend_handles_labels()
    upper.legend(*handles, loc="upper right", fontsize=SMALL, frameon=False, handlelength=2.6)
    as_text(frame.figure)
    return frame.figure


def _draw_lines(axes: Axes, dataset: xr.Dataset, distance: Array, values: Array) -> None:
    """Draw a line per river; grey joins where one flows into the next."""
    rivers = dataset["reach_river"].values[dataset["mesh_edge_reach"].values]
    names = list(dict.fromkeys(str(river) for river in rivers))
    # the rivers nearest to the border have lines of their own, the others share one
    names.sort(key=lambda name: float(distance[rivers == name].min()))
    for number, name in enumerate(names):
        own = np.flatnonzero(rivers == name)
        broken = np.flatnonzero(np.abs(np.diff(own)) > 1) + 1
        look = CURVES[number] if number < len(CURVES) - 1 else None
        label = (name or "river") if look else ("others" if number == len(CURVES) - 1 else None)
        for part, piece in enumerate(np.split(own, broken)):
            axes.plot(
                distance[piece], values[piece], color=look.colour if look else GREY,
                linestyle=look.dashes if look else "solid", linewidth=1.4 if look else 0.8,
                label=plain(label) if label and part == 0 else None, zorder=5 if look else 3,
            )  # fmt: skip
