"""How soon and how strong a release anywhere upstream comes to a border, on a map or by distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from ..errors import SpillsimError
from .reading import Array
from .style import (
    BODY,
    FAINT,
    GREY,
    INK,
    LIMIT,
    PAGE_WIDTH,
    SMALL,
    TINY,
    as_text,
    bare,
    decimal_log_axis,
    figure_number,
    new_figure,
    plain,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

_SIDE = 1.55
"""Left of the axes [cm]."""
_TALLEST, _LOWEST = 9.0, 3.2
"""Height of one map [cm]."""
_PROFILE = 5.6
"""Height of the two axes by distance, each [cm]."""
_GAP = 1.5
_HOURS_PER_DAY = 24.0
_COLOURS = "viridis"
"""Rises evenly in lightness: read by colour-blind readers, and on paper without colour."""
_KM_PER_DEGREE = 111.195


@dataclass(frozen=True)
class _Quantity:
    """What a picture shows, one value per cell; NaN where nothing comes."""

    values: Array
    label: str
    logarithmic: bool


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
    title = f"{dataset.attrs['border']}: what comes from upstream"
    subtitle = f"{dataset.attrs['title']}. {_words(dataset)}"
    if "mesh1d_edge_nodes" in dataset:
        return _draw_maps(dataset, quantities, title, subtitle)
    return _draw_by_distance(dataset, quantities, title, subtitle)


def _words(dataset: xr.Dataset) -> str:
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
        f"arrival: first above {level}; peak: highest concentration at the border"
    )


def _quantities(dataset: xr.Dataset) -> tuple[_Quantity, _Quantity]:
    hours = np.asarray(dataset["arrival_time"].values, dtype=np.float64)
    finite = hours[np.isfinite(hours)]
    days = finite.size > 0 and float(finite.max()) > 4.0 * _HOURS_PER_DAY
    unit = "d" if days else "h"
    arrival = _Quantity(
        hours / (_HOURS_PER_DAY if days else 1.0), f"Time to the arrival [{unit}]", False
    )
    given = "peak_concentration" in dataset
    name = "peak_concentration" if given else "peak_per_tonne"
    peak = np.asarray(dataset[name].values, dtype=np.float64)
    known = peak[np.isfinite(peak) & (peak > 0.0)]
    wide = known.size > 0 and bool(known.max() > 8.0 * known.min())
    words = "Peak at the border [mg/L]" if given else "Peak at the border [mg/L per tonne]"
    return arrival, _Quantity(peak, words, wide)


def _source(dataset: xr.Dataset) -> str:
    """Return who computed it, and how near to the border it is meant."""
    attrs = dataset.attrs
    found = f"{attrs['source']}, {attrs['history'].split(' ')[0][:10]}"
    if float(attrs["resolved_from"]) > 0.0:
        found += (
            f"; error {figure_number(100.0 * float(attrs['error']))} % from "
            f"{figure_number(float(attrs['resolved_from']))} km above the border on, "
            "larger closer by"
        )
    return found


# --- maps ----------------------------------------------------------------------------------------


def _draw_maps(
    dataset: xr.Dataset, quantities: tuple[_Quantity, _Quantity], title: str, subtitle: str
) -> Figure:
    """Draw one map per quantity, one below the other."""
    longitude = np.asarray(dataset["mesh1d_node_x"].values, dtype=np.float64)
    latitude = np.asarray(dataset["mesh1d_node_y"].values, dtype=np.float64)
    place = _border_place(dataset)
    east = np.append(longitude, place[0] if place else longitude[0])
    north = np.append(latitude, place[1] if place else latitude[0])
    squeeze = float(np.cos(np.radians(0.5 * (north.min() + north.max()))))
    width = PAGE_WIDTH - _SIDE - 0.5
    wide, high = max(float(np.ptp(east)) * squeeze, 1e-3), max(float(np.ptp(north)), 1e-3)
    wide, high = wide * 1.08, high * 1.14
    wide = max(wide, high * width / _TALLEST)
    tall = min(max(width * high / wide, _LOWEST), _TALLEST)
    high = tall * wide / width
    total = 2 * tall + 2 * _GAP + 3.6
    frame = new_figure(total, title, subtitle, _source(dataset))
    figure = frame.figure
    limits = (
        0.5 * (east.min() + east.max()) + 0.5 * wide / squeeze * np.array([-1.0, 1.0]),
        0.5 * (north.min() + north.max()) + 0.5 * high * np.array([-1.0, 1.0]),
    )
    points = np.stack([longitude, latitude], axis=1)
    segments = points[dataset["mesh1d_edge_nodes"].values]
    top = frame.top - 0.15
    for number, quantity in enumerate(quantities):
        bottom = top - tall
        axes = figure.add_axes(
            (_SIDE / PAGE_WIDTH, bottom / total, width / PAGE_WIDTH, tall / total)
        )
        axes.set_xlim(*limits[0])
        axes.set_ylim(*limits[1])
        axes.set_aspect(1.0 / squeeze)
        mapped = _draw_rivers(axes, segments, quantity)
        _draw_ground(axes, squeeze, last=number == 1)
        if place:
            _draw_border(axes, place, str(dataset.attrs["border"]))
        _name_rivers(axes, dataset, segments)
        _draw_scale(figure, axes, mapped, quantity)
        top = bottom - _GAP
    as_text(figure)
    return figure


def _border_place(dataset: xr.Dataset) -> tuple[float, float] | None:
    attrs = dataset.attrs
    if "border_longitude" not in attrs:
        return None
    return float(attrs["border_longitude"]), float(attrs["border_latitude"])


def _norm(quantity: _Quantity) -> Normalize:
    from matplotlib.colors import LogNorm, Normalize

    known = quantity.values[np.isfinite(quantity.values)]
    if quantity.logarithmic:
        known = known[known > 0.0]
        highest = float(known.max())
        # places beside the border would leave no colours for the rest
        return LogNorm(float(known.min()), min(highest, float(np.quantile(known, 0.98))))
    if not known.size:
        return Normalize(0.0, 1.0)
    return Normalize(0.0 if known.min() < 0.5 * known.max() else known.min(), known.max())


def _draw_rivers(axes: Axes, segments: Array, quantity: _Quantity) -> ScalarMappable:
    from matplotlib.collections import LineCollection

    known = np.isfinite(quantity.values)
    look: dict[str, Any] = {"capstyle": "round", "zorder": 4}
    # a dark rim keeps the bright end of the colours apart from the paper
    axes.add_collection(LineCollection(segments, colors=INK, linewidths=3.6, **look))
    axes.add_collection(LineCollection(segments[~known], colors=FAINT, linewidths=2.4, **look))
    drawn = LineCollection(
        segments[known], array=quantity.values[known], cmap=_COLOURS, norm=_norm(quantity),
        linewidths=2.6, **look,
    )  # fmt: skip
    axes.add_collection(drawn)
    return drawn


def _draw_ground(axes: Axes, squeeze: float, *, last: bool) -> None:
    """Draw degrees, a thin net and a scale of distance."""
    bare(axes)
    axes.locator_params(axis="both", nbins=6)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.6g}°{'E' if value >= 0 else 'W'}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.6g}°{'N' if value >= 0 else 'S'}")
    axes.tick_params(labelbottom=last)
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    whole = (right - left) * squeeze * _KM_PER_DEGREE
    length = _round_below(0.2 * whole)
    share = length / whole
    axes.plot([0.985 - share, 0.985], [0.05, 0.05], transform=axes.transAxes, color=INK,
              linewidth=1.2, zorder=9, solid_capstyle="butt")  # fmt: skip
    axes.annotate(
        f"{figure_number(length)} km", (0.985 - 0.5 * share, 0.05), xycoords="axes fraction",
        xytext=(0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=TINY,
        color=INK, zorder=9,
    )  # fmt: skip


def _round_below(value: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above a value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= value))


def _draw_border(axes: Axes, place: tuple[float, float], name: str) -> None:
    axes.plot(*place, marker="D", markersize=6.5, markerfacecolor="white", markeredgecolor=LIMIT,
              markeredgewidth=1.6, zorder=8)  # fmt: skip
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    on_right = place[0] < 0.5 * (left + right)
    below = place[1] > 0.5 * (low + high)
    axes.annotate(
        shortened(plain(name), 36), place, xytext=(7 if on_right else -7, -7 if below else 7),
        textcoords="offset points", ha="left" if on_right else "right",
        va="top" if below else "bottom", fontsize=SMALL, fontweight="bold", color=LIMIT, zorder=9,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none",
              "alpha": 0.8},
    )  # fmt: skip


def _name_rivers(axes: Axes, dataset: xr.Dataset, segments: Array) -> None:
    """Write the names of rivers that are long enough beside their middle."""
    rivers = dataset["reach_river"].values[dataset["mesh_edge_reach"].values]
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    taken: list[tuple[float, float]] = []
    for name in dict.fromkeys(str(river) for river in rivers):
        own = np.flatnonzero(rivers == name)
        x, y = segments[own].mean(axis=1).T
        long = np.hypot(np.ptp(x) / (right - left), np.ptp(y) / (high - low))
        middle = int(own[own.size // 2])
        at = segments[middle].mean(axis=0)
        share = ((at[0] - left) / (right - left), (at[1] - low) / (high - low))
        crowded = any(abs(share[0] - a) < 0.14 and abs(share[1] - b) < 0.09 for a, b in taken)
        if not name or long < 0.06 or crowded:
            continue
        taken.append(share)
        way = segments[own[-1], 1] - segments[own[0], 0]
        rising = way[0] * way[1] > 0.0
        axes.annotate(
            shortened(plain(name), 22), at, xytext=(5 if rising else 5, -5 if rising else 5),
            textcoords="offset points", ha="left", va="top" if rising else "bottom",
            fontsize=SMALL, fontstyle="italic", color=INK, zorder=7,
        )  # fmt: skip


def _draw_scale(figure: Figure, axes: Axes, mapped: ScalarMappable, quantity: _Quantity) -> None:
    """Draw the colours with their values in the upper left corner of a map."""
    inner = axes.inset_axes((0.02, 0.9, 0.3, 0.035), zorder=9)
    bar = figure.colorbar(mapped, cax=inner, orientation="horizontal")
    _plain_values(bar.ax, quantity)
    bar.ax.tick_params(labelsize=TINY, width=0.5, length=2, which="major")
    bar.ax.tick_params(which="minor", length=0)
    bar.outline.set_linewidth(0.5)  # type: ignore[operator]
    bar.ax.set_title(quantity.label, fontsize=SMALL, color=INK, pad=2.5, loc="left")


def _plain_values(axes: Axes, quantity: _Quantity) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    if quantity.logarithmic:
        axes.xaxis.set_major_locator(LogLocator(10.0, subs=(1.0, 2.0, 5.0), numticks=9))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: figure_number(value)))
    axes.xaxis.set_minor_formatter(NullFormatter())


# --- by distance ---------------------------------------------------------------------------------


def _draw_by_distance(
    dataset: xr.Dataset, quantities: tuple[_Quantity, _Quantity], title: str, subtitle: str
) -> Figure:
    """Draw arrival, coloured by peak, and peak against the distance to the border."""
    total = 2 * _PROFILE + 5.2
    frame = new_figure(total, title, subtitle, _source(dataset))
    grid = frame.figure.add_gridspec(
        2, 1, hspace=0.12, left=_SIDE / PAGE_WIDTH, right=1 - 0.5 / PAGE_WIDTH,
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
        highest = float(np.quantile(known, 0.98))
        decimal_log_axis(lower, float(known.min()) / 1.5, highest * 2.0)
    else:
        lower.set_ylim(0.0, float(known.max()) * 1.15 if known.size else 1.0)
    lower.set_xlabel("Distance along the river to the border [km]", fontsize=BODY, color=INK)
    handles = upper.get_legend_handles_labels()
    upper.legend(*handles, loc="upper right", fontsize=SMALL, frameon=False, handlelength=2.6)
    as_text(frame.figure)
    return frame.figure


def _draw_lines(axes: Axes, dataset: xr.Dataset, distance: Array, values: Array) -> None:
    """Draw a line per river; grey joins where one flows into the next."""
    from .style import CURVES

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
