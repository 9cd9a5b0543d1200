"""Sobol indices: which share of the variance of an answer each uncertain input has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ..errors import SpillsimError
from .ensemble_parts import LEFT_OF_NAMES, Layout, head_columns, name_bars, name_row, sheet
from .ensemble_reading import Answers, Place, answers
from .style import GREY, INK, PAGE_WIDTH, SMALL, Frame, as_text, bare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINE = 0.6
_COLUMNS = (("peak_concentration", "Peak [-]"), ("arrival_time", "Arrival [-]"),
            ("mass_passed", "Load [-]"))  # fmt: skip
_PARTS = (("first", "#0072b2", -0.19, "alone (first order)"),
          ("total", "#e69f00", 0.19, "with others as well (total)"))  # fmt: skip


def sobol(
    dataset: xr.Dataset,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
    *,
    group: str | None = None,
) -> Figure:
    """Draw first-order and total Sobol indices of peak, arrival and load with half widths.

    Parameters
    ----------
    dataset : the answers of an ensemble with ``sampling = "saltelli"``
    stations, substance, group : see ``ensemble_reading.answers``

    Raises
    ------
    SpillsimError
        there are no indices, or no such station, substance or group.
    """
    found = answers(dataset, stations, substance, group)
    name = "peak_concentration_sobol_total"
    if name not in dataset or not bool(np.isfinite(found.dataset[name].values).any()):
        raise SpillsimError(
            'there are no Sobol indices here: they need sampling = "saltelli", and a group that '
            "is one combination of what is swept."
        )
    drawn = sheet(
        found, "shares of the variance that an input has (Sobol indices, bars of 95 %)",
        Layout(3, 1.3 + _LINE * len(found.names), left=LEFT_OF_NAMES, below=1.2, name=0.5,
               foot=0.6, gap=0.4),
    )  # fmt: skip
    for row, place in zip(drawn.rows, drawn.places, strict=True):
        for axes, (answer, _) in zip(row, _COLUMNS, strict=True):
            _draw(axes, found, place, answer)
        name_row(row[0], place, left=LEFT_OF_NAMES - 0.25)
        for axes in row[1:]:
            axes.tick_params(labelleft=False)
    head_columns(drawn.rows, [words for _, words in _COLUMNS])
    _legend(drawn.frame)
    as_text(drawn.frame.figure)
    return drawn.frame.figure


def _draw(axes: Axes, found: Answers, place: Place, answer: str) -> None:
    bare(axes)
    axes.grid(visible=False, axis="y")
    rows = np.arange(len(found.names))
    name_bars(axes, found.names)
    axes.set_xlim(-0.05, 1.2)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "0.25", "0.5", "0.75", "1"])
    if not bool(np.isfinite(found.at(place, f"{answer}_sobol_total")).any()):
        axes.text(0.5, 0.5, "not finite in all members,\nor the same in all", ha="center",
                  va="center", fontsize=SMALL, color=GREY, transform=axes.transAxes)  # fmt: skip
        return
    for part, colour, shift, _ in _PARTS:
        values = found.at(place, f"{answer}_sobol_{part}")
        width = found.at(place, f"{answer}_sobol_{part}_half_width")
        axes.barh(rows + shift, values, height=0.34, color=colour, linewidth=0)
        axes.hlines(rows + shift, values - width, values + width, color=INK, linewidth=0.8)
    axes.axvline(0.0, color=INK, linewidth=0.5)


def _legend(frame: Frame) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        *(Patch(color=colour, label=words) for _, colour, _, words in _PARTS),
        Line2D([], [], color=INK, linewidth=0.8, label="95 % (bootstrap)"),
    ]
    frame.figure.legend(
        handles=handles, ncols=3, loc="lower left", frameon=False, fontsize=SMALL,
        borderaxespad=0.0,
        bbox_to_anchor=(0.2 / PAGE_WIDTH,
                        (frame.bottom + 0.1) / (frame.figure.get_figheight() * 2.54)),
    )  # fmt: skip
