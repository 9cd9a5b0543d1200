"""Where the mass is: by compartment over time, and by country at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from . import clock
from .reading import Array, release, since_release, source_line, substance_name, title
from .style import (
    BODY,
    INK,
    PAGE_WIDTH,
    SMALL,
    TINY,
    Frame,
    as_text,
    bare,
    figure_number,
    new_figure,
    plain,
    shortened,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Fill(NamedTuple):
    """Words, colour and hatches of a part of the ledger."""

    words: str
    colour: str
    hatch: str


FILLS = {
    "past_outlet": Fill("past the outlet", "#d9d9d9", "////"),
    "passed_on": Fill("passed on to the next country", "#ffffff", "////"),
    "abstracted": Fill("abstracted", "#d9d9d9", "...."),
    "on_bed": Fill("on the bed", "#a6611a", ""),
    "stranded": Fill("stranded on the banks", "#009e73", ""),
    "suspended": Fill("in the water, suspended", "#e69f00", ""),
    "dissolved": Fill("in the water, dissolved", "#a8d8f4", ""),
    "in_river": Fill("in the water", "#a8d8f4", ""),
    "in_storage": Fill("in dead zones", "#0072b2", ""),
    "left_or_lost": Fill("left or lost", "#8c8c8c", ""),
    "transformed": Fill("turned into other constituents", "#cc79a7", "xxxx"),
    "volatilised": Fill("lost to the air", "#f0e442", "xxxx"),
    "decayed": Fill("decayed", "#5a5a5a", ""),
}
"""From the bottom of the stack: gone, lying, in the water, lost. Neighbours are apart in lightness
or by their hatches too, for readers without colours."""

_OF_COMPARTMENT = {"bed": "on_bed", "storage": "in_storage"}
_AREAS = 7.6
"""Height of the areas over time [cm]."""
_CLOCK = 1.3
"""Space for ticks and label of the clock [cm]."""
_BAR = 0.95
"""Height of a country's bar with the gap to the next [cm]."""
_LINE = 0.42
_WORTH = 1e-6
"""Share of the whole below which a part is not drawn."""
_LABELLED = 0.07
"""Share of the axis from which a part of a bar is wide enough for its number."""


@dataclass(frozen=True)
class _Bars:
    """Parts of the account of each country, in kg."""

    countries: tuple[str, ...]
    came: tuple[str, ...]
    """What came, in words."""
    parts: dict[str, Array]


def ledger(dataset: xr.Dataset, substance: str | None = None) -> Figure:
    """Draw where a constituent is over time, and what every country keeps of it at the end.

    Areas of one colour are one compartment; they add up to what was released, and made of other
    constituents. Bars add up to what was released in a country or came into it.

    Parameters
    ----------
    dataset : a result
    substance : default: the first of the dataset

    Raises
    ------
    SpillsimError
        The dataset does not hold the substance.
    """
    name = substance_name(dataset, substance)
    own = dataset.sel(substance=name)
    areas = _areas(own)
    bars = _bars(own)
    whole = max(float(sum(values.max() for values in areas.values())), 0.0)
    most = max(float(sum(areas.values(), np.zeros(1)).max()), 1e-300)
    unit, scale = _unit(most)
    used = [part for part in FILLS if part in areas or (bars and part in bars.parts)]
    below = 0.35 + _LINE * (-(-len(used) // 3))
    lower = _CLOCK + (0.95 + _BAR * len(bars.countries) if bars else 0.0)
    height = 2.9 + _AREAS + lower + below
    subtitle = f"{name}: where the mass is over time"
    if bars:
        subtitle += ", and by country at the end of the run"
    frame = new_figure(height, title(dataset), subtitle, source_line(dataset))
    axes = _add_axes(frame, frame.bottom + below + lower, frame.top - 1.0)
    if whole > 0.0:
        _draw_areas(axes, since_release(dataset, own["ledger_time"].values), areas, scale)
    bare(axes)
    axes.set_ylim(0.0, 1.02 * most * scale)
    axes.set_ylabel(f"Mass [{unit}]", fontsize=BODY, color=INK)
    axes.set_xlabel(clock.label(release(dataset)), fontsize=BODY, color=INK)
    clock.set_clock(axes, release(dataset), 9)
    clock.add_elapsed(axes, 10)
    if bars:
        foot = frame.bottom + below + 0.95
        _draw_bars(_add_axes(frame, foot, foot + _BAR * len(bars.countries)), bars, unit, scale)
    _legend(frame, used)
    as_text(frame.figure)
    return frame.figure


def _add_axes(frame: Frame, bottom: float, top: float) -> Axes:
    height = frame.figure.get_figheight() * 2.54
    left, right = 1.75 / PAGE_WIDTH, 1 - 0.55 / PAGE_WIDTH
    return frame.figure.add_axes((left, bottom / height, right - left, (top - bottom) / height))


def _areas(own: xr.Dataset) -> dict[str, Array]:
    """Return the parts that hold anything worth drawing, each (L,) [kg]."""
    names = [part for part in FILLS if f"mass_{part}" in own]
    if "dissolved" in names or "suspended" in names:
        names.remove("in_river")
    values = {part: np.asarray(own[f"mass_{part}"].values, dtype=np.float64) for part in names}
    most = max(float(np.abs(sum(values.values(), np.zeros(1))).max()), 0.0)
    return {part: found for part, found in values.items() if found.max() > _WORTH * most}


def _bars(own: xr.Dataset) -> _Bars | None:
    """Return the account of every country; None where there are not two of them."""
    if own.sizes.get("country", 0) < 2:
        return None

    def account(name: str) -> Array:
        key = f"country_mass_{name}"
        if key not in own:
            return np.zeros(own.sizes["country"])
        return np.asarray(own[key].values, dtype=np.float64)

    parts: dict[str, Array] = {}
    if "mass_left" in own:
        for compartment in own["compartment"].values:
            key = _OF_COMPARTMENT.get(str(compartment), str(compartment))
            held = own["mass_left"].sel(compartment=compartment)
            parts[key] = np.asarray(held.values, dtype=np.float64)
    else:
        parts["left_or_lost"] = account("left_or_lost")
    for name in ("abstracted", "past_outlet", "passed_on"):
        parts[name] = account(name)
    made = account("released") + account("gained")
    entered = account("entered")
    most = float((made + entered).max())
    unit, scale = _unit(most)
    came = [
        " and ".join(
            f"{figure_number(amount * scale)} {unit} {verb}"
            for amount, verb in ((here, "released"), (over, "came in"))
            if amount > _WORTH * most
        )
        for here, over in zip(made.tolist(), entered.tolist(), strict=True)
    ]
    return _Bars(
        tuple(str(name) for name in own["country"].values),
        tuple(text or "nothing" for text in came),
        {part: values for part, values in parts.items() if values.max() > _WORTH * most},
    )


def _unit(most: float) -> tuple[str, float]:
    """Return the unit of masses up to so many kg, and how many of it a kg is."""
    if most >= 1000.0:
        return "t", 1e-3
    return ("kg", 1.0) if most >= 1.0 else ("g", 1e3)


def _draw_areas(axes: Axes, time: Array, areas: dict[str, Array], scale: float) -> None:
    base = np.zeros(time.size)
    for part, fill in FILLS.items():
        if part not in areas:
            continue
        above = base + scale * areas[part]
        axes.fill_between(
            time, base, above, facecolor=fill.colour, edgecolor=INK, linewidth=0.25,
            hatch=fill.hatch, hatch_linewidth=0.3,
        )  # fmt: skip
        base = above
    axes.set_xlim(min(float(time[0]), 0.0), float(time[-1]))
    axes.locator_params(axis="y", nbins=6)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")


def _draw_bars(axes: Axes, bars: _Bars, unit: str, scale: float) -> None:
    place = np.arange(len(bars.countries))[::-1]
    base = np.zeros(place.size)
    total = scale * max(float(sum(bars.parts.values(), np.zeros(1)).max()), 1e-300)
    order = [part for part in reversed(FILLS) if part in bars.parts]
    for part in order:
        fill, width = FILLS[part], scale * bars.parts[part]
        axes.barh(
            place, width, 0.56, base, facecolor=fill.colour, edgecolor=INK, linewidth=0.25,
            hatch=fill.hatch, hatch_linewidth=0.3,
        )  # fmt: skip
        for y, x, w in zip(place, base, width, strict=True):
            if w > _LABELLED * total:
                axes.annotate(
                    figure_number(w), (x + 0.5 * w, y), ha="center", va="center", fontsize=TINY,
                    color=INK,
                    bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
                )  # fmt: skip
        base = base + width
    for y, text in zip(place, bars.came, strict=True):
        axes.annotate(
            text, (0.0, y + 0.3), xytext=(2, 0.5), textcoords="offset points", ha="left",
            va="bottom", fontsize=TINY, color=INK,
        )  # fmt: skip
    bare(axes)
    axes.set_yticks(place, [shortened(plain(name), 12) for name in bars.countries])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.5, place.size - 0.2)
    axes.set_xlim(0.0, 1.02 * total)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.set_xlabel(f"Mass at the end of the run, by country [{unit}]", fontsize=BODY, color=INK)


def _legend(frame: Frame, used: list[str]) -> None:
    from matplotlib.patches import Patch

    height = frame.figure.get_figheight() * 2.54
    handles = [
        Patch(facecolor=FILLS[part].colour, edgecolor=INK, linewidth=0.25,
              hatch=FILLS[part].hatch, hatch_linewidth=0.3, label=FILLS[part].words)
        for part in reversed(used)
    ]  # fmt: skip
    found = frame.figure.legend(
        handles=handles, ncols=3, loc="lower left", frameon=False, fontsize=SMALL,
        bbox_to_anchor=(0.2 / PAGE_WIDTH, (frame.bottom + 0.1) / height), borderaxespad=0.0,
        handlelength=2.2, columnspacing=1.5, labelspacing=0.45, borderpad=0.2,
    )  # fmt: skip
    for text in found.get_texts():
        text.set_color(INK)
