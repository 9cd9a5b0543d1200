"""Quantities along rivers as colours on a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from .reading import Array
from .style import (
    BODY,
    CM,
    FAINT,
    INK,
    LIMIT,
    PAGE_WIDTH,
    SMALL,
    TINY,
    as_text,
    bare,
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

SIDE = 1.55
"""Left of the axes [cm]."""
_TALLEST, _LOWEST = 9.0, 3.2
"""Height of one map [cm]."""
_STRIP = 1.35
"""Above each map, for its title and its colours [cm]."""
_BETWEEN = 0.6
_BELOW = 0.75
"""Under the maps, for the degrees [cm]."""
_COLOURS = "viridis"
"""Rises evenly in lightness: read by colour-blind readers, and on paper without colour."""
_KM_PER_DEGREE = 111.195


@dataclass(frozen=True)
class Quantity:
    """What a picture shows, one value per cell; NaN where nothing comes."""

    values: Array
    label: str
    logarithmic: bool


class Words(NamedTuple):
    """Title, what it shows, and who computed it."""

    title: str
    subtitle: str
    source: str


class _Frame(NamedTuple):
    """How two maps of the same ground stand on the page; lengths in cm."""

    east: Array
    """Longitudes of the left and the right side."""
    north: Array
    squeeze: float
    """Length of a degree of longitude over that of latitude."""
    width: float
    height: float
    beside: bool
    """Whether the second map stands to the right of the first, not below it."""

    @property
    def rows(self) -> int:
        return 1 if self.beside else 2


def _lay_out(east: Array, north: Array) -> _Frame:
    """Return the frame for rivers between these longitudes and latitudes."""
    squeeze = float(np.cos(np.radians(0.5 * (north.min() + north.max()))))
    wide, high = max(float(np.ptp(east)) * squeeze, 1e-3), max(float(np.ptp(north)), 1e-3)
    wide, high = wide * 1.12, high * 1.16
    width = PAGE_WIDTH - SIDE - 0.5
    beside = wide * _TALLEST / high < 0.45 * width
    if beside:
        width = 0.5 * (width - _BETWEEN)
    wide = max(wide, high * width / _TALLEST)
    tall = min(max(width * high / wide, _LOWEST), _TALLEST)
    high = tall * wide / width
    half = np.array([-0.5, 0.5])
    return _Frame(
        0.5 * (east.min() + east.max()) + wide / squeeze * half,
        0.5 * (north.min() + north.max()) + high * half,
        squeeze, width, tall, beside,
    )  # fmt: skip


def draw_maps(dataset: xr.Dataset, quantities: tuple[Quantity, Quantity], words: Words) -> Figure:
    """Draw one map per quantity, beside each other where the rivers run north to south."""
    points = np.stack([dataset["mesh1d_node_x"].values, dataset["mesh1d_node_y"].values], axis=1)
    place = _border_place(dataset)
    shown = np.vstack([points, place]) if place else points
    frame = _lay_out(shown[:, 0], shown[:, 1])
    total = frame.rows * (frame.height + _STRIP) + _BELOW + 2.5
    page = new_figure(total, *words)
    figure = page.figure
    segments = points[dataset["mesh1d_edge_nodes"].values]
    for number, quantity in enumerate(quantities):
        across, down = (number, 0) if frame.beside else (0, number)
        left = SIDE + across * (frame.width + _BETWEEN)
        top = page.top - down * (frame.height + _STRIP)
        box = np.array([left, top - _STRIP - frame.height, frame.width, frame.height])
        page_size = np.array([PAGE_WIDTH, figure.get_figheight() / CM] * 2)
        axes = figure.add_axes(tuple(box / page_size))
        axes.set_xlim(*frame.east)
        axes.set_ylim(*frame.north)
        axes.set_aspect(1.0 / frame.squeeze)
        mapped = _draw_rivers(axes, segments, quantity)
        _draw_ground(axes, frame.squeeze, shown)
        axes.tick_params(labelbottom=frame.beside or down == 1, labelleft=across == 0)
        if place:
            _draw_border(axes, place, str(dataset.attrs["border"]), points)
        _name_rivers(axes, dataset, segments)
        strip = np.array([left, top - _STRIP, frame.width, _STRIP]) / page_size
        _draw_colours(figure, strip, mapped, quantity, beside=frame.beside)
    as_text(figure)
    return figure


def _border_place(dataset: xr.Dataset) -> tuple[float, float] | None:
    attrs = dataset.attrs
    if "border_longitude" not in attrs:
        return None
    return float(attrs["border_longitude"]), float(attrs["border_latitude"])


def _norm(quantity: Quantity) -> Normalize:
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


def _draw_rivers(axes: Axes, segments: Array, quantity: Quantity) -> ScalarMappable:
    from matplotlib.collections import LineCollection

    known = np.isfinite(quantity.values)
    look: dict[str, Any] = {"capstyle": "round", "zorder": 4}
    # a dark rim keeps the bright end of the colours apart from the paper
    axes.add_collection(LineCollection(list(segments), colors=INK, linewidths=3.6, **look))
    axes.add_collection(
        LineCollection(list(segments[~known]), colors=FAINT, linewidths=2.4, **look)
    )
    drawn = LineCollection(
        list(segments[known]), array=quantity.values[known], cmap=_COLOURS, norm=_norm(quantity),
        linewidths=2.6, **look,
    )  # fmt: skip
    axes.add_collection(drawn)
    return drawn


def _draw_ground(axes: Axes, squeeze: float, points: Array) -> None:
    """Draw degrees, a thin net and a scale of distance in the emptiest corner."""
    bare(axes)
    axes.locator_params(axis="both", nbins=5)
    axes.xaxis.set_major_formatter(
        lambda value, _: f"{abs(value):.6g}°{'E' if value >= 0 else 'W'}"
    )
    axes.yaxis.set_major_formatter(
        lambda value, _: f"{abs(value):.6g}°{'N' if value >= 0 else 'S'}"
    )
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    whole = (right - left) * squeeze * _KM_PER_DEGREE
    length = _round_below(0.2 * whole)
    share = length / whole
    inside = (points - [left, low]) / [right - left, high - low]
    corners = [(x, y) for y in (0.05, 0.9) for x in (0.985 - 0.5 * share, 0.025 + 0.5 * share)]
    x, y = max(corners, key=lambda at: float(np.abs(inside - at).max(axis=1).min()))
    axes.plot([x - 0.5 * share, x + 0.5 * share], [y, y], transform=axes.transAxes, color=INK,
              linewidth=1.2, zorder=9, solid_capstyle="butt")  # fmt: skip
    axes.annotate(
        f"{figure_number(length)} km", (x, y), xycoords="axes fraction",
        xytext=(0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=TINY,
        color=INK, zorder=9,
    )  # fmt: skip


def _round_below(value: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above a value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= value))


def _draw_border(axes: Axes, place: tuple[float, float], name: str, points: Array) -> None:
    """Mark the border; its name goes to the side on which there is least of the rivers."""
    axes.plot(*place, marker="D", markersize=6.5, markerfacecolor="white", markeredgecolor=LIMIT,
              markeredgewidth=1.6, zorder=8)  # fmt: skip
    text = shortened(plain(name), 36)
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    size = np.array([right - left, high - low])
    inside = (points - [left, low]) / size
    at = (np.array(place) - [left, low]) / size
    long, tall = 0.012 * len(text) + 0.02, 0.05

    def crossed(side: tuple[int, int]) -> tuple[bool, int]:
        """Whether a name on a side leaves the map, and how many points it covers."""
        ends = np.sort([at[0], at[0] + side[0] * long]), np.sort([at[1], at[1] + side[1] * tall])
        held = (inside[:, 0] > ends[0][0]) & (inside[:, 0] < ends[0][1])
        held &= (inside[:, 1] > ends[1][0]) & (inside[:, 1] < ends[1][1])
        return bool(ends[0][0] < 0.0 or ends[0][1] > 1.0), int(held.sum())

    side = min(((1, 1), (1, -1), (-1, 1), (-1, -1)), key=crossed)
    axes.annotate(
        text, place, xytext=(7 * side[0], 6 * side[1]), textcoords="offset points",
        ha="left" if side[0] > 0 else "right", va="bottom" if side[1] > 0 else "top",
        fontsize=SMALL, fontweight="bold", color=LIMIT, zorder=9,
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
            shortened(plain(name), 22), at, xytext=(5, -5 if rising else 5),
            textcoords="offset points", ha="left", va="top" if rising else "bottom",
            fontsize=SMALL, fontstyle="italic", color=INK, zorder=7,
        )  # fmt: skip


def _draw_colours(
    figure: Figure, strip: Array, mapped: ScalarMappable, quantity: Quantity, *, beside: bool
) -> None:
    """Write what a map shows above it, with the colours and their values beside or below that."""
    left, bottom, width, height = (float(value) for value in strip)
    text = quantity.label
    if not np.isfinite(quantity.values).all():
        text += "; grey: never"
    at = bottom + (0.82 if beside else 0.5) * height
    figure.text(left, at, text, ha="left", va="center", fontsize=BODY, fontweight="bold", color=INK)
    place = (left + 0.5 * width, bottom + 0.42 * height, 0.47 * width, 0.16 * height)
    if beside:
        place = (left, bottom + 0.42 * height, 0.9 * width, 0.16 * height)
    above = bool(np.nanmax(quantity.values, initial=0.0) > (mapped.get_clim()[1] or 0.0))
    bar = figure.colorbar(
        mapped, cax=figure.add_axes(place), orientation="horizontal",
        extend="max" if above else "neither",
    )  # fmt: skip
    _plain_values(bar.ax, quantity, mapped.get_clim())
    bar.ax.tick_params(labelsize=SMALL, width=0.5, length=2, which="major", pad=1.5)
    bar.ax.tick_params(which="minor", length=0)
    bar.outline.set_linewidth(0.5)


def _plain_values(axes: Axes, quantity: Quantity, ends: tuple[float | None, float | None]) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter

    if quantity.logarithmic:
        axes.xaxis.set_major_locator(FixedLocator(_log_ticks(ends[0] or 1.0, ends[1] or 1.0)))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: figure_number(value)))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _log_ticks(low: float, high: float) -> list[float]:
    """Return round values between two others, as many as can be read side by side."""
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1.0)
    found: list[float] = []
    for steps in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)):
        every = [float(step * power) for power in powers for step in steps]
        found = [value for value in every if low <= value <= high]
        if len(found) >= 4:
            break
    return found
