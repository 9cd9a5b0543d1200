"""Floods against their return period: the record, the fitted distribution and its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .reading import Array
from .style import (
    BODY,
    CURVE,
    INK,
    PAGE_WIDTH,
    SMALL,
    as_text,
    bare,
    figure_number,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEIGHT = 9.5
_SIDE = 1.6
_TICKS = (1.01, 1.1, 1.5, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_GUMBEL_PAPER_FROM = 1.01
"""Least return period drawn [years]."""


@dataclass(frozen=True)
class ReturnLevels:
    """What a return level plot shows: T points of the fit and a record of n years."""

    return_period: Array
    """(T,) rising [years]."""
    best: Array
    lower: Array
    upper: Array
    """(T,) [m3/s]"""
    maxima: Array
    """(n,) rising [m3/s]."""
    position: Array
    """(n,) their probability of not being exceeded [-]."""
    asked: tuple[tuple[float, float], ...]
    """Return period [years] and discharge [m3/s] of what was asked for."""
    title: str
    subtitle: str
    source: str


def return_levels(levels: ReturnLevels) -> Figure:
    """Draw floods on Gumbel paper: the reduced variate -ln(-ln(1 - 1/T)) along, discharge up."""
    frame = new_figure(_HEIGHT, levels.title, levels.subtitle, levels.source)
    axes = frame.figure.add_axes(
        (
            _SIDE / PAGE_WIDTH, (frame.bottom + 1.1) / _HEIGHT,
            1 - (_SIDE + 0.5) / PAGE_WIDTH, (frame.top - frame.bottom - 1.4) / _HEIGHT,
        )
    )  # fmt: skip
    bare(axes)
    along = _reduced(levels.return_period)
    axes.fill_between(along, levels.lower, levels.upper, color=CURVE, alpha=0.18, linewidth=0,
                      label="90 % range")  # fmt: skip
    axes.plot(along, levels.best, color=CURVE, linewidth=1.5, label="best estimate")
    axes.plot(
        _reduced(1.0 / (1.0 - levels.position)), levels.maxima, linestyle="none", marker="o",
        markersize=3.2, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=0.7,
        label="annual maxima",
    )  # fmt: skip
    highest = float(max(levels.upper.max(), levels.maxima[-1]))
    for period, discharge in levels.asked:
        place = float(_reduced(np.array(period)))
        axes.plot([place], [discharge], marker="s", markersize=4, color=CURVE, zorder=5)
        axes.annotate(
            figure_number(discharge), (place, discharge), xytext=(-3, 4),
            textcoords="offset points", ha="right", fontsize=SMALL, color=CURVE,
        )  # fmt: skip
    shown = [tick for tick in _TICKS if tick <= levels.return_period[-1] * 1.001]
    axes.set_xticks(_reduced(np.array(shown, dtype=np.float64)), [f"{t:,g}" for t in shown])
    axes.set_xlim(float(along[0]), float(along[-1]))
    axes.set_ylim(0.0 if float(levels.lower.min()) >= 0.0 else None, highest * 1.06)
    axes.set_xlabel("Return period [years]", fontsize=BODY, color=INK)
    axes.set_ylabel("Discharge [m³/s]", fontsize=BODY, color=INK)
    axes.legend(loc="upper left", fontsize=SMALL, frameon=False)
    as_text(frame.figure)
    return frame.figure


def drawn_periods(longest: float) -> Array:
    """Return periods at which the curves are drawn, evenly on Gumbel paper [years]."""
    ends = _reduced(np.array([_GUMBEL_PAPER_FROM, longest]))
    variate = np.linspace(float(ends[0]), float(ends[1]), 120)
    return np.asarray(1.0 / -np.expm1(-np.exp(-variate)))


def _reduced(return_period: Array) -> Array:
    return np.asarray(-np.log(-np.log1p(-1.0 / return_period)))
