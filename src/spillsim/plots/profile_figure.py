"""Maxima along the river: how high, when, and in how much water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ..analysis import main_path
from ..errors import SpillsimError
from ..variables import VARIABLES
from .curve_parts import VEIL, limit_words
from .ledger_figure import FILLS
from .reading import (
    Array,
    Curve,
    Limit,
    curve,
    limits,
    since_release,
    source_line,
    station_indices,
    substance_name,
    title,
)
from .style import (
    BODY,
    CURVE,
    FAINT,
    GREY,
    INK,
    LIMIT,
    LIMIT_DASHES,
    PAGE_WIDTH,
    SMALL,
    TINY,
    as_text,
    bare,
    decimal_log_axis,
    new_figure,
    plain,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BED = FILLS["on_bed"].colour
_AXES_HEIGHT = 13.6
"""Of all three axes together [cm]."""
_DEPOSIT_HEIGHT = 3.0
_FAINTEST = 1e-4
"""Share of the largest deposit at which its axis ends."""
_LETTER = 0.128
"""Mean width of a letter of the names above the axes [cm]."""
_NAME_ROOM = 0.36
"""Least distance between two names [cm]."""


@dataclass(frozen=True)
class _Path:
    """The main path from the first release to the outlet, one value per cell."""

    distance: Array
    """Middle of the cell below the release [km]."""
    peak: Array
    """[mg/L]"""
    peak_time: Array
    """Days since the release; NaN where nothing came."""
    discharge: Array
    """[m3/s]"""
    rivers: tuple[tuple[str, float, float], ...]
    """Name, beginning and end [km]."""
    deposit: Array | None
    """On the bed at the end [kg/m2, or kg/m]; None where nothing of it can lie there."""
    deposit_unit: str


def profile(dataset: xr.Dataset, substance: str | None = None) -> Figure:
    """Draw the highest concentration along the river, its time, and the discharge below.

    With what lies on the bed at the end, where the dataset tells of any. Along the path that the
    water takes from the first release to the outlet, against the distance below the release, with
    stations, borders, limits and the rivers it passes.

    Parameters
    ----------
    dataset : a result
    substance : default: the first of the dataset

    Raises
    ------
    SpillsimError
        the dataset does not hold the substance, or no cells below its first release.
    """
    name = substance_name(dataset, substance)
    path = _path(dataset, name)
    places = [curve(dataset, s, name) for s in station_indices(dataset, None)]
    places = [p for p in places if np.isfinite(p.distance)]
    own = limits(dataset, name)
    headline = title(dataset)
    subtitle = (
        f"{name}: highest concentration along the river, its time, and the discharge. "
        "○ station, ◆ and dashed: border, grey line: confluence with another river"
    )
    if path.deposit is not None:
        subtitle = subtitle.replace("its time,", "its time, what lies on the bed at the end,")
    names = 0.55 + _LETTER * max((len(_name(p)) for p in places), default=0)
    height = _AXES_HEIGHT + names + 3.3 + (_DEPOSIT_HEIGHT if path.deposit is not None else 0.0)
    frame = new_figure(height, headline, subtitle, source_line(dataset))
    rows = (3.0, 1.35, 1.0) if path.deposit is None else (3.0, 1.35, 1.35, 1.0)
    grid = frame.figure.add_gridspec(
        len(rows), 1, height_ratios=rows, hspace=0.12,
        left=1.75 / PAGE_WIDTH, right=1 - 0.35 / PAGE_WIDTH,
        bottom=(frame.bottom + 1.15) / height, top=(frame.top - names) / height,
    )  # fmt: skip
    every = [frame.figure.add_subplot(grid[row]) for row in range(len(rows))]
    high, when, water = every[0], every[1], every[-1]
    _draw_maxima(high, path, places, own)
    _draw_times(when, path, places)
    if path.deposit is not None:
        _draw_deposit(every[2], path, path.deposit)
    _draw_discharge(water, path)
    for axes in every:
        axes.set_xlim(0.0, float(path.distance[-1]) * 1.005)
        _draw_changes(axes, path, places)
        axes.tick_params(labelbottom=axes is water)
    _name_places(high, places)
    water.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    water.set_xlabel(VARIABLES["distance"].axis_label, fontsize=BODY, color=INK)
    as_text(frame.figure)
    return frame.figure


def _path(dataset: xr.Dataset, substance: str) -> _Path:
    along = main_path(dataset)
    if "peak_concentration_profile" not in along or not along.sizes.get("distance"):
        raise SpillsimError("the result holds no cells below the first release: no profile.")
    here = along.sel(substance=substance)
    reach = along["mesh_edge_reach"].values
    distance = np.asarray(along["distance"].values, dtype=np.float64)
    rivers = dataset["reach_river"].values[reach]
    changes = np.flatnonzero(rivers[1:] != rivers[:-1]) + 1
    starts, ends = [0, *changes], [*changes, distance.size]
    deposit = unit = None
    if "bed_mass_profile" in here:
        deposit = np.asarray(here["bed_mass_profile"].values, dtype=np.float64)
        unit = str(here["bed_mass_profile"].attrs["units"])
    return _Path(
        distance=distance,
        peak=np.asarray(here["peak_concentration_profile"].values, dtype=np.float64),
        peak_time=since_release(dataset, here["peak_time_profile"].values),
        discharge=np.asarray(dataset["reach_discharge_foot"].values[reach], dtype=np.float64),
        rivers=tuple(
            (str(rivers[a]), float(distance[a]), float(distance[min(b, distance.size - 1)]))
            for a, b in zip(starts, ends, strict=True)
        ),
        deposit=deposit if deposit is not None and deposit.max(initial=0.0) > 0.0 else None,
        deposit_unit=unit or "",
    )


def _draw_maxima(axes: Axes, path: _Path, places: list[Curve], own: list[Limit]) -> None:
    seen = path.peak > 0.0
    axes.plot(
        path.distance, np.where(seen, path.peak, np.nan), color=CURVE, linewidth=1.5, zorder=6
    )
    bare(axes)
    if seen.any():
        highest = float(path.peak.max())
        low = min([limit.value for limit in own] + [float(path.peak[seen].min())])
        decimal_log_axis(axes, max(low, highest * 1e-6) / 2.0, highest * 2.0)
    for number, limit in enumerate(own):
        dashes = LIMIT_DASHES[number % len(LIMIT_DASHES)]
        if not axes.get_ylim()[0] <= limit.value <= axes.get_ylim()[1]:
            continue
        axes.axhline(limit.value, color=LIMIT, linestyle=dashes, linewidth=0.9)
        left = _is_free_on_the_left(path, limit.value)
        axes.annotate(
            limit_words(limit), (0.0 if left else 1.0, limit.value),
            xycoords=("axes fraction", "data"), xytext=(3 if left else -3, 1.5),
            textcoords="offset points", ha="left" if left else "right", va="bottom",
            fontsize=TINY, color=LIMIT, bbox=VEIL,
        )  # fmt: skip
    _draw_points(axes, [(p.distance, p.peak, p.is_border) for p in places if p.is_reached])
    axes.set_ylabel(VARIABLES["peak_concentration"].axis_label, fontsize=BODY, color=INK)


def _is_free_on_the_left(path: _Path, value: float) -> bool:
    """Return whether words at this value are farther from the curve on the left than the right."""
    middle = 0.5 * path.distance[-1]
    factor = np.abs(np.log(np.maximum(path.peak, 1e-3 * value) / value))
    left, right = path.distance <= middle, path.distance >= middle
    return bool(factor[left].min() >= factor[right].min())


def _draw_times(axes: Axes, path: _Path, places: list[Curve]) -> None:
    axes.plot(path.distance, path.peak_time, color=CURVE, linewidth=1.2, label="peak")
    _draw_points(axes, [(p.distance, p.peak_time, p.is_border) for p in places if p.is_reached])
    arrived = [(p.distance, p.arrival) for p in places if np.isfinite(p.arrival)]
    if arrived:
        axes.plot(
            *zip(*arrived, strict=True), linestyle="none", marker=">", markersize=4,
            markerfacecolor="white", markeredgecolor=INK, markeredgewidth=0.8, label="arrival",
        )  # fmt: skip
    bare(axes)
    axes.set_ylim(bottom=0.0)
    axes.locator_params(axis="y", nbins=5)
    axes.legend(
        loc="upper left",
        fontsize=TINY,
        frameon=True,
        framealpha=0.9,
        edgecolor="none",
        ncols=2,
        handlelength=1.8,
    )
    axes.set_ylabel("Time since\nthe release [d]", fontsize=BODY, color=INK)


def _draw_deposit(axes: Axes, path: _Path, deposit: Array) -> None:
    """Draw what lies on the bed, in the unit that suits the most of it."""
    most = float(deposit.max())
    prefix, scale = next(
        (name, factor) for name, factor, least in (("kg", 1.0, 1.0), ("g", 1e3, 1e-3),
                                                   ("mg", 1e6, 0.0)) if most >= least
    )  # fmt: skip
    low = most * scale * _FAINTEST
    seen = deposit * scale > low
    low = max(low, float((deposit[seen] * scale).min()) / 2.0)
    shown = np.where(seen, deposit * scale, low)
    axes.fill_between(path.distance, low, shown, step="mid", color=_BED, alpha=0.35, linewidth=0)
    axes.step(path.distance, np.where(seen, shown, np.nan), where="mid", color=_BED, linewidth=1.1)
    bare(axes)
    decimal_log_axis(axes, low, most * scale * 2.0)
    per = "m²" if path.deposit_unit == "kg m-2" else "m"
    axes.set_ylabel(f"On the bed [{prefix}/{per}]", fontsize=BODY, color=INK)


def _draw_discharge(axes: Axes, path: _Path) -> None:
    axes.step(path.distance, path.discharge, where="mid", color=INK, linewidth=1.1)
    bare(axes)
    low, high = float(path.discharge.min()), float(path.discharge.max())
    if high > 20.0 * low:
        decimal_log_axis(axes, low / 2.0, high * 5.0)
    else:
        axes.set_ylim(0.0, high * 1.35)
        axes.locator_params(axis="y", nbins=4)
    axes.set_ylabel(VARIABLES["discharge"].axis_label, fontsize=BODY, color=INK)
    for name, start, end in path.rivers:
        share = (end - start) / float(path.distance[-1])
        room = int(share * PAGE_WIDTH / 0.13)
        if room >= 3:
            axes.annotate(
                shortened(plain(name), room), ((start + end) / 2, 1.0),
                xycoords=("data", "axes fraction"), xytext=(0, -3), textcoords="offset points",
                ha="center", va="top", fontsize=SMALL, fontstyle="italic", color=INK, bbox=VEIL,
            )  # fmt: skip


def _draw_points(axes: Axes, points: list[tuple[float, float, bool]]) -> None:
    for border, marker, size in ((False, "o", 3.6), (True, "D", 4.2)):
        chosen = [(x, y) for x, y, kind in points if kind == border]
        if chosen:
            axes.plot(
                *zip(*chosen, strict=True), linestyle="none", marker=marker, markersize=size,
                markerfacecolor=INK if border else "white", markeredgecolor=INK,
                markeredgewidth=0.8, zorder=7,
            )  # fmt: skip


def _draw_changes(axes: Axes, path: _Path, places: list[Curve]) -> None:
    """Draw borders (dashed) and changes of the river (grey)."""
    for _, start, _ in path.rivers[1:]:
        axes.axvline(start, color=FAINT, linewidth=1.6, zorder=0.5)
    for place in places:
        if place.is_border:
            axes.axvline(
                place.distance, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, zorder=0.8
            )


def _name_places(axes: Axes, places: list[Curve]) -> None:
    """Write the names upright above the axes, moved apart where they would overlap."""
    if not places:
        return
    width = (PAGE_WIDTH - 2.1) / axes.get_xlim()[1]
    wanted = np.array([place.distance * width for place in places])
    for place, x in zip(places, _apart(wanted, _NAME_ROOM, PAGE_WIDTH - 2.1), strict=True):
        axes.annotate(
            _name(place), (place.distance, 1.0),
            xycoords=("data", "axes fraction"), xytext=(x / (PAGE_WIDTH - 2.1), 1.045),
            textcoords="axes fraction", rotation=90, ha="center", va="bottom", fontsize=TINY + 0.5,
            fontweight="bold" if place.is_border else "normal", color=INK,
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "shrinkA": 0,
                        "shrinkB": 0},
        )  # fmt: skip


def _name(place: Curve) -> str:
    """Return the name to write, led by its marker when it is a border."""
    return shortened(plain(f"◆ {place.label}" if place.is_border else place.name), 34)


def _apart(wanted: Array, gap: float, length: float) -> Array:
    """Return rising places at least ``gap`` apart, each as near as possible to where it should be.

    Neighbours that would overlap form a block that is centred on the mean of its members.
    """
    blocks: list[tuple[float, int]] = []  # centre, members
    for place in wanted:
        centre, members = float(place), 1
        while blocks and centre - blocks[-1][0] < gap * (members + blocks[-1][1]) / 2:
            before, number = blocks.pop()
            centre = (before * number + centre * members) / (number + members)
            members += number
        blocks.append((centre, members))
    found = [
        centre + gap * (number - (members - 1) / 2)
        for centre, members in blocks
        for number in range(members)
    ]
    last = length - gap * np.arange(len(found) - 1, -1, -1)
    return np.asarray(np.minimum(found, last), dtype=np.float64)
