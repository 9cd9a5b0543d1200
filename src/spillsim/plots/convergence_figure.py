"""How probabilities, or peaks where there are no limits, settled as members came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from .curve_parts import limit_words
from .ensemble_parts import Layout, Sheet, name_row, sheet
from .ensemble_reading import Answers, Place, answers
from .reading import Array
from .style import BODY, CURVES, INK, PAGE_WIDTH, SMALL, Frame, as_text, bare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEGEND_LINE = 0.42


def convergence(
    dataset: xr.Dataset,
    stations: Sequence[str] | None = None,
    substance: str | None = None,
) -> Figure:
    """Draw probabilities of exceedance with intervals after 100, 200, 400 ... members.

    Where there are no limits it is the median of the peak.

    Parameters
    ----------
    dataset : the answers of an ensemble
    stations, substance : see ``ensemble_reading.answers``

    Raises
    ------
    SpillsimError
        there is no such station or substance.
    """
    found = answers(dataset, stations, substance, None)
    words = [limit_words(limit) for _, limit in found.limits]
    what = "probabilities of exceedance and their" if words else "median of the peak and its"
    drawn = sheet(
        found, f"{what} 95 % interval after the first members",
        Layout(1, 3.4, below=1.2 + _LEGEND_LINE * len(words), name=0.5),
    )  # fmt: skip
    members = np.asarray(dataset["checkpoint"].values, dtype=np.float64)
    for (axes,), place in zip(drawn.rows, drawn.places, strict=True):
        _set(axes, members)
        if words:
            _draw_chances(axes, found, place, members)
        else:
            ends = [found.at(place, f"peak_concentration_convergence{end}")
                    for end in ("", "_low", "_high")]  # fmt: skip
            _line(axes, members, (ends[0], ends[1], ends[2]), 0, 1)
        name_row(axes, place)
        axes.tick_params(labelbottom=axes is drawn.rows[-1][0])
    _label(drawn, "Probability [%]" if words else "Median of the peak [mg/L]")
    if words:
        _legend(drawn.frame, words)
    as_text(drawn.frame.figure)
    return drawn.frame.figure


def _set(axes: Axes, members: Array) -> None:
    bare(axes)
    axes.set_xscale("log")
    few = members[:: max(1, members.size // 8)]
    axes.set_xticks(few, [f"{count:,.0f}" for count in few])
    axes.minorticks_off()
    axes.set_xlim(members[0] / 1.25, members[-1] * 1.25)
    axes.locator_params(axis="y", nbins=4)


def _draw_chances(axes: Axes, found: Answers, place: Place, members: Array) -> None:
    value, least, most = (100.0 * found.at(place, f"exceedance_convergence{end}")
                          for end in ("", "_low", "_high"))  # fmt: skip
    for n, (number, _) in enumerate(found.limits):
        ends = (value[:, number], least[:, number], most[:, number])
        _line(axes, members, ends, n, len(found.limits))
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, -4.0), min(high, 104.0))


def _line(
    axes: Axes, members: Array, ends: tuple[Array, Array, Array], number: int, lines: int
) -> None:
    """A line with an interval at every checkpoint, a little beside those of other lines."""
    look = CURVES[number % len(CURVES)]
    beside = members * 1.025 ** (number - 0.5 * (lines - 1))
    axes.plot(beside, ends[0], color=look.colour, linestyle=look.dashes, linewidth=1.0,
              marker=look.marker, markersize=3.5)  # fmt: skip
    axes.vlines(beside, ends[1], ends[2], color=look.colour, linewidth=0.9)


def _label(drawn: Sheet, words: str) -> None:
    drawn.rows[-1][0].set_xlabel("Members counted", fontsize=BODY, color=INK)
    top, bottom = drawn.rows[0][0].get_position().y1, drawn.rows[-1][0].get_position().y0
    drawn.frame.figure.text(0.28 / PAGE_WIDTH, 0.5 * (top + bottom), words, rotation=90,
                            ha="center", va="center", fontsize=BODY, color=INK)  # fmt: skip


def _legend(frame: Frame, words: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=CURVES[n % len(CURVES)].colour, linewidth=1.0, markersize=3.5,
               linestyle=CURVES[n % len(CURVES)].dashes, marker=CURVES[n % len(CURVES)].marker,
               label=text)
        for n, text in enumerate(words)
    ]  # fmt: skip
    frame.figure.legend(
        handles=handles, loc="lower left", frameon=False, fontsize=SMALL, borderaxespad=0.0,
        handlelength=3.2,
        bbox_to_anchor=(0.2 / PAGE_WIDTH,
                        (frame.bottom + 0.1) / (frame.figure.get_figheight() * 2.54)),
    )  # fmt: skip
