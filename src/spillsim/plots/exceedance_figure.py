"""Probability that each limit is exceeded, place by place, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import xarray as xr

from ..errors import SpillsimError
from .curve_parts import limit_words
from .ensemble_parts import LEFT_OF_NAMES, Layout, sheet
from .ensemble_reading import answers
from .style import (
    BODY,
    CURVES,
    GREY,
    INK,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SMALL,
    Frame,
    as_text,
    bare,
    figure_number,
    plain,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEGEND_LINE = 0.42
_LINE = 0.42
"""Height of the bar of one limit at one place [cm]."""


def exceedance(
    dataset: xr.Dataset,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
    *,
    group: str | None = None,
) -> Figure:
    """Draw probabilities of exceeding every limit at every place, with intervals of 95 %.

    Parameters
    ----------
    dataset : the answers of an ensemble
    stations, substance, group : see ``ensemble_reading.answers``

    Raises
    ------
    SpillsimError
        the substance has no limits, or there is no such station, substance or group.
    """
    found = answers(dataset, stations, substance, group)
    if not found.limits:
        raise SpillsimError(f"{found.substance} has no limits that could be exceeded.")
    each = len(found.limits) + 0.6
    most = int((PAGE_HEIGHT - 6.0) / (_LINE * each))
    count = min(most, len(found.places))
    legend = _LEGEND_LINE * (1 + len(found.limits))
    drawn = sheet(
        found, "probability that a limit is exceeded at any time",
        Layout(1, 0.6 + _LINE * each * count, left=LEFT_OF_NAMES + 0.6, right=1.6,
               below=1.0 + legend, name=0.1), rows=1, most=most,
    )  # fmt: skip
    (axes,), places = drawn.rows[0], drawn.places
    bare(axes)
    axes.grid(visible=False, axis="y")
    middles = []
    for row, place in enumerate(places):
        middles.append(row * each + 0.5 * (len(found.limits) - 1))
        for n, (number, _) in enumerate(found.limits):
            chance, low, high = (100.0 * found.at(place, f"exceedance{end}")[number]
                                 for end in ("", "_low", "_high"))  # fmt: skip
            look = CURVES[n % len(CURVES)]
            axes.barh([row * each + n], [chance], height=0.62, color=look.colour, alpha=0.28,
                      linewidth=0)  # fmt: skip
            axes.plot([low, high], [row * each + n] * 2, color=look.colour, linewidth=1.4,
                      solid_capstyle="butt")  # fmt: skip
            axes.plot([chance], [row * each + n], linestyle="none", marker=look.marker,
                      markersize=4.0, color=look.colour, clip_on=False, zorder=4)  # fmt: skip
            axes.annotate(
                f"{figure_number(chance)} %", (1.0, row * each + n),
                xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
                va="center", fontsize=SMALL, color=INK,
            )  # fmt: skip
    axes.set_yticks(middles, [shortened(plain(place.label), 26) for place in places])
    axes.set_ylim(len(places) * each - 0.3, -0.8)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel("Share of the members [%]", fontsize=BODY, color=INK)
    for row in range(1, len(places)):
        axes.axhline(row * each - 0.8, color=GREY, linewidth=0.3)
    _legend(drawn.frame, [limit_words(limit) for _, limit in found.limits])
    as_text(drawn.frame.figure)
    return drawn.frame.figure


def _legend(frame: Frame, words: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=CURVES[n % len(CURVES)].colour, linewidth=1.4, markersize=4.0,
               marker=CURVES[n % len(CURVES)].marker, label=text)
        for n, text in enumerate(words)
    ]  # fmt: skip
    place = (frame.bottom + 0.1) / (frame.figure.get_figheight() * 2.54)
    frame.figure.legend(
        handles=handles, loc="lower left", frameon=False, fontsize=SMALL, borderaxespad=0.0,
        bbox_to_anchor=(0.2 / PAGE_WIDTH, place), alignment="left", handlelength=3.2,
        title="line: 95 % interval of the probability; what is exceeded:", title_fontsize=SMALL,
    )  # fmt: skip
