"""What a tailings facility releases: outflow over time with its band, parts, masses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .reading import Array
from .style import (
    BODY,
    CURVE,
    CURVES,
    GREY,
    INK,
    PAGE_WIDTH,
    SMALL,
    TINY,
    as_text,
    bare,
    figure_number,
    new_figure,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEFT, _RIGHT = 2.4, 0.5
_CURVE_HEIGHT, _PARTS_HEIGHT = 5.6, 1.0
_GAP = 1.45
_LAST_GAP = 1.9
_ROW = 0.52
_BOUND = "#d55e00"
_PARTS = ("#56b4e9", "#0072b2", "#e5c494", "#b5894f", "#7a5427", "#4d3519")
_LONGEST_NAME = 20
_HOURS_FROM = 3.0 * 3600.0
_DAYS_FROM = 4.0 * 86_400.0


@dataclass(frozen=True)
class Line:
    """One release over time."""

    label: str
    time: Array
    """(P,) [s]"""
    discharge: Array
    """(P,) [m3/s]"""


@dataclass(frozen=True)
class Range:
    """Mass of one substance, 5, 50 and 95 % [t]."""

    name: str
    low: float
    median: float
    high: float
    dissolved: bool


@dataclass(frozen=True)
class ReleasePicture:
    """What the figure of a release shows."""

    time: Array
    """(T,) [s]"""
    band: Array
    """(3, T) 5, 50 and 95 % at every time by itself [m3/s]."""
    lines: tuple[Line, ...]
    parts: Mapping[str, float]
    """Volume of each part of the median release [m3]."""
    ranges: tuple[Range, ...]
    title: str
    subtitle: str
    source: str


def release(picture: ReleasePicture) -> Figure:
    """Draw a release: outflow and its band, what it consists of, how much of each substance."""
    names = list(dict.fromkeys(one.name for one in picture.ranges))
    masses = _ROW * len(names)
    height = (
        2.6 + _CURVE_HEIGHT + _GAP + _PARTS_HEIGHT + (_LAST_GAP + masses if names else 0.0) + 0.7
    )
    frame = new_figure(height, picture.title, picture.subtitle, picture.source)
    width = 1.0 - (_LEFT + _RIGHT) / PAGE_WIDTH

    def axes(bottom: float, tall: float) -> Axes:
        box = (_LEFT / PAGE_WIDTH, bottom / height, width, tall / height)
        found: Axes = frame.figure.add_axes(box)
        bare(found)
        return found

    bottom = frame.top - 0.2 - _CURVE_HEIGHT
    _outflow(axes(bottom, _CURVE_HEIGHT), picture)
    bottom -= _GAP + _PARTS_HEIGHT
    _parts(axes(bottom, _PARTS_HEIGHT), picture.parts)
    if names:
        _masses(axes(frame.bottom + 0.95, bottom - _LAST_GAP - frame.bottom - 0.95), picture, names)
    as_text(frame.figure)
    return frame.figure


def _outflow(axes: Axes, picture: ReleasePicture) -> None:
    longest = float(picture.time[-1])
    unit, size = ("days", 86_400.0) if longest >= _DAYS_FROM else ("h", 3600.0)
    if longest < _HOURS_FROM:
        unit, size = "min", 60.0
    if np.ptp(picture.band[2] - picture.band[0]) > 0.0:
        axes.fill_between(picture.time / size, picture.band[0], picture.band[2], color=CURVE,
                          alpha=0.18, linewidth=0, label="5 to 95 % at every time")  # fmt: skip
    order = {"median": 0, "5 %": 1, "95 %": 2}
    for line in picture.lines:
        look = CURVES[order.get(line.label, 0)]
        axes.plot(line.time / size, line.discharge, color=look.colour, linestyle=look.dashes,
                  linewidth=1.4, label=f"release of {line.label} volume")  # fmt: skip
    highest = max(float(picture.band[2].max()), *(float(one.discharge.max())
                                                  for one in picture.lines))  # fmt: skip
    axes.set_xlim(0.0, longest / size)
    axes.set_ylim(0.0, 1.06 * highest)
    axes.set_xlabel(f"Time since the failure begins [{unit}]", fontsize=BODY, color=INK)
    axes.set_ylabel("Water and solids [m³/s]", fontsize=BODY, color=INK)
    axes.legend(loc="upper right", fontsize=SMALL, frameon=False)


def _parts(axes: Axes, parts: Mapping[str, float]) -> None:
    """One bar, its pieces labelled where there is room."""
    total, left = sum(parts.values()), 0.0
    for number, (name, volume) in enumerate(parts.items()):
        share = 100.0 * volume / total
        colour = _PARTS[min(number, len(_PARTS) - 1)]
        axes.barh([0.0], [share], left=left, height=0.8, color=colour, edgecolor="white",
                  linewidth=0.6, label=f"{name} {figure_number(share, 2)} %")  # fmt: skip
        left += share
    axes.set_xlim(0.0, 100.0)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_xlabel("Volume of the median release [%]", fontsize=BODY, color=INK)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.98), ncols=min(len(parts), 5),
                fontsize=SMALL, frameon=False, handlelength=1.0, columnspacing=1.2)  # fmt: skip


def _masses(axes: Axes, picture: ReleasePicture, names: Sequence[str]) -> None:
    """Ranges of every substance, dissolved above bound."""
    seen = set()
    for one in picture.ranges:
        place = len(names) - 1 - names.index(one.name) + (0.17 if one.dissolved else -0.17)
        colour = CURVE if one.dissolved else _BOUND
        label = "dissolved" if one.dissolved else "bound to solids"
        low = one.low if one.low > 0.0 else one.median
        axes.plot([low, one.high], [place, place], color=colour, linewidth=2.2, alpha=0.45,
                  solid_capstyle="butt")  # fmt: skip
        axes.plot([one.median], [place], linestyle="none", marker="o" if one.dissolved else "s",
                  markersize=4, color=colour, label="" if label in seen else label)  # fmt: skip
        seen.add(label)
    axes.set_xscale("log")
    axes.set_ylim(-0.6, len(names) - 0.4)
    shown = [shortened(name, _LONGEST_NAME) for name in reversed(names)]
    axes.set_yticks(range(len(names)), shown)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Mass that comes to the river: median and 5 to 95 % [t]", fontsize=BODY,
                    color=INK)  # fmt: skip
    _plain_decades(axes)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 0.99), ncols=2, fontsize=SMALL,
                frameon=False, handlelength=1.0)  # fmt: skip
    axes.tick_params(axis="x", labelsize=TINY if len(axes.get_xticks()) > 12 else SMALL)
    axes.spines["left"].set_color(GREY)


def _plain_decades(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.xaxis.set_major_locator(LogLocator(10.0, numticks=9))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
