"""Tornado: how far each uncertain input moves the peak and the arrival."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ..errors import SpillsimError
from .ensemble_parts import LEFT_OF_NAMES, Layout, head_columns, name_bars, name_row, sheet
from .ensemble_reading import Answers, Place, answers
from .reading import Array
from .style import GREY, INK, PAGE_WIDTH, SMALL, TINY, Frame, as_text, bare, figure_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LOW, _HIGH = "#56b4e9", "#d55e00"
_LINE = 0.55
"""Height of the bar of an input [cm]."""
_MOST = 10
"""Inputs that are drawn: those that move most."""
_COLUMNS = (("peak_concentration", "Median of the peak [mg/L]"),
            ("arrival_time", "Median arrival [h after the release]"))  # fmt: skip


def tornado(
    dataset: xr.Dataset,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
    *,
    group: str | None = None,
) -> Figure:
    """Draw the medians of peak and arrival where an input is low and where it is high.

    Parameters
    ----------
    dataset : the answers of an ensemble
    stations, substance, group : see ``ensemble_reading.answers``

    Raises
    ------
    SpillsimError
        there are too few members, or no such station, substance or group.
    """
    found = answers(dataset, stations, substance, group)
    name = "peak_concentration_where_low"
    if name not in dataset or not bool(np.isfinite(found.dataset[name].values).any()):
        raise SpillsimError("there are too few members for a tornado: 100 are needed.")
    shown = min(_MOST, len(found.names))
    drawn = sheet(
        found, "medians where an input is low and where it is high",
        Layout(2, 1.35 + _LINE * shown, left=LEFT_OF_NAMES, below=1.5, name=0.5, foot=0.6,
               gap=LEFT_OF_NAMES - 0.2),
    )  # fmt: skip
    for row, place in zip(drawn.rows, drawn.places, strict=True):
        for axes, (answer, _) in zip(row, _COLUMNS, strict=True):
            _draw(axes, found, place, answer)
        name_row(row[0], place, left=LEFT_OF_NAMES - 0.25)
    head_columns(drawn.rows, [words for _, words in _COLUMNS])
    _legend(drawn.frame, has_choices="choice" in dataset["input_kind"].values)
    as_text(drawn.frame.figure)
    return drawn.frame.figure


def _draw(axes: Axes, found: Answers, place: Place, answer: str) -> None:
    """Bars of one answer at one place, the longest at the top."""
    bare(axes)
    axes.grid(visible=False, axis="y")
    ends = [_shown(found, answer, found.at(place, f"{answer}_{end}"))
            for end in ("where_low", "where_high")]  # fmt: skip
    (middle,) = _shown(found, answer, found.at(place, answer)[[2]])
    known = np.concatenate([*ends, [middle]])
    known = known[np.isfinite(known)]
    if known.size == 0 or not np.isfinite(middle):
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        chance = 100.0 * float(found.at(place, "arrival_chance"))
        axes.text(0.5, 0.5, f"arrives in {figure_number(chance)} % of the members,\n"
                  "so not in the median", ha="center", va="center", fontsize=SMALL, color=GREY,
                  transform=axes.transAxes)  # fmt: skip
        return
    span = float(np.ptp(known)) or abs(middle) or 1.0
    low, high = float(known.min()) - 0.12 * span, float(known.max()) + 0.12 * span
    # what never comes is beyond the end of the axis
    open_end = [np.where(np.isnan(end), high, end) for end in ends]
    width = np.abs(open_end[1] - open_end[0])
    drawn = np.argsort(-width, kind="stable")[:_MOST]
    for row, i in enumerate(drawn.tolist()):
        for end, value, colour in zip(ends, open_end, (_LOW, _HIGH), strict=True):
            axes.barh([row], [value[i] - middle], left=[middle], height=0.62, color=colour,
                      linewidth=0, zorder=2)  # fmt: skip
            if np.isnan(end[i]):
                axes.annotate("never", (high, row), xytext=(-2, 0), textcoords="offset points",
                              ha="right", va="center", fontsize=TINY, color=INK)  # fmt: skip
    axes.axvline(middle, color=INK, linewidth=0.8, zorder=3)
    axes.set_xlim(low, high)
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    name_bars(axes, [found.names[i] for i in drawn.tolist()],
              [_range(found, i) for i in drawn.tolist()])  # fmt: skip
    axes.annotate(f"median {figure_number(middle)}", (1.0, 1.0), xycoords="axes fraction",
                  xytext=(0, 2.5), textcoords="offset points", ha="right", va="bottom",
                  fontsize=SMALL, color=GREY)  # fmt: skip


def _shown(found: Answers, answer: str, values: Array) -> Array:
    """Times in hours since the release as written, other answers as they are."""
    return 24.0 * found.days(values) if answer == "arrival_time" else values


def _range(found: Answers, number: int) -> str:
    """5 and 95 % of the draws of an input, in the unit of the file."""
    if "input_quantile" not in found.dataset:
        return ""
    low, _, high = found.dataset["input_quantile"].values[number]
    if not np.isfinite(low):
        return "choices"
    unit = str(found.dataset["input_unit"].values[number])
    return f"{figure_number(low)} to {figure_number(high)} {unit}".rstrip()


def _legend(frame: Frame, *, has_choices: bool) -> None:
    from matplotlib.patches import Patch

    lowest, highest = (
        f"input in its {end} tenth" + (f", or {end} choice" * has_choices)
        for end in ("lowest", "highest")
    )
    frame.figure.legend(
        handles=[Patch(color=_LOW, label=lowest), Patch(color=_HIGH, label=highest)],
        ncols=2, loc="lower left", frameon=False, fontsize=SMALL, borderaxespad=0.0,
        title="below the name of an input: 5 to 95 % of its draws", title_fontsize=SMALL,
        alignment="left",
        bbox_to_anchor=(0.2 / PAGE_WIDTH,
                        (frame.bottom + 0.1) / (frame.figure.get_figheight() * 2.54)),
    )  # fmt: skip
