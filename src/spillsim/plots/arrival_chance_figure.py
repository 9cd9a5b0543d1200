"""Chance that a substance has arrived before a time, place by place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from . import clock
from .ensemble_parts import Layout, sheet
from .ensemble_reading import Answers, Place, answers
from .reading import Array
from .style import (
    BODY,
    CURVES,
    INK,
    SMALL,
    as_text,
    bare,
    figure_number,
    plain,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEGEND_LINE = 0.42
_MOST = 2 * len(CURVES)
"""Places that have room on a page."""
_SHORT = 44
"""Letters of a name of which two stand in a line of the legend."""
_SETTLED = 0.995
"""Share of the last chance from which a curve is not drawn any further."""


def arrival_chance(
    dataset: xr.Dataset,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
    *,
    group: str | None = None,
) -> Figure:
    """Draw the probability of arrival before each time; six places share their axes.

    Parameters
    ----------
    dataset : the answers of an ensemble
    stations, substance, group : see ``ensemble_reading.answers``

    Raises
    ------
    SpillsimError
        there is no such station, substance or group.
    """
    found = answers(dataset, stations, substance, group)
    shown = found.places[:_MOST]
    parts = [shown[n : n + len(CURVES)] for n in range(0, len(shown), len(CURVES))]
    columns = 2 if all(len(_name(found, place)) <= _SHORT for place in shown) else 1
    lines = -(-max(len(part) for part in parts) // columns)
    drawn = sheet(
        found, "probability of arrival before a time",
        Layout(1, 7.4 + _LEGEND_LINE * lines, below=0.1, above=1.0, name=0.1,
               foot=1.4 + _LEGEND_LINE * lines), rows=len(parts), most=_MOST,
    )  # fmt: skip
    days = found.days(np.asarray(dataset["moment"].values, dtype=np.float64))
    first, last = _ends(found, days)
    for (axes,), part in zip(drawn.rows, parts, strict=True):
        bare(axes)
        for place, look in zip(part, CURVES, strict=False):
            axes.plot(days, 100.0 * found.at(place, "chance_of_arrival"), color=look.colour,
                      linestyle=look.dashes, linewidth=1.3, label=_name(found, place))  # fmt: skip
        axes.set_xlim(first, last)
        axes.set_ylim(0.0, 102.0)
        axes.set_ylabel("Probability [%]", fontsize=BODY, color=INK)
        axes.set_xlabel(clock.label(found.release), fontsize=BODY, color=INK)
        clock.set_clock(axes, found.release, 9)
        tall = axes.get_position().height * drawn.frame.figure.get_figheight() * 2.54
        axes.legend(
            loc="upper left", bbox_to_anchor=(0.0, -1.3 / tall), ncols=columns, frameon=False,
            fontsize=SMALL, handlelength=3.2, borderaxespad=0.0,
        )  # fmt: skip
    clock.add_elapsed(drawn.rows[0][0], 10)
    as_text(drawn.frame.figure)
    return drawn.frame.figure


def _ends(found: Answers, days: Array) -> tuple[float, float]:
    """From shortly before the first arrival until all chances have settled [d]."""
    first, last = float(days[-1]), float(days[0])
    for place in found.places:
        chance = found.at(place, "chance_of_arrival")
        if chance[-1] > 0.0:
            first = min(first, float(days[np.flatnonzero(chance > 0.0)[0]]))
            last = max(last, float(days[np.flatnonzero(chance >= _SETTLED * chance[-1])[0]]))
    if not first < last:
        return float(days[0]), float(days[-1])
    margin = 0.04 * (last - first)
    return max(float(days[0]), first - margin), min(float(days[-1]), last + margin)


def _name(found: Answers, place: Place) -> str:
    """Name, time since the release within which half of the members arrive, chance of any."""
    chance = float(found.at(place, "arrival_chance"))
    hours = float(found.days(found.at(place, "arrival_time")[2])) * 24.0
    half = f"50 % within {figure_number(hours)} h" if np.isfinite(hours) else "not in 50 %"
    comes = "" if chance == 1.0 else f", {figure_number(100.0 * chance)} % at all"
    return f"{shortened(plain(place.name), 28)}: {half}{comes}"
