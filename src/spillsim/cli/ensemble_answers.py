"""What an ensemble says, told on a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from . import words
from .console import Console
from .table import Column, flagged, print_table

if TYPE_CHECKING:
    import xarray as xr

    from ..ensemble import Outcome

_MIDDLE, _LOW, _HIGH = 0.5, 0.05, 0.95


def tell_inputs(console: Console, outcome: Outcome, took: float) -> None:
    """What was drawn, how often, in which way and how fast."""
    draws = outcome.draws
    console.labelled("inputs", words.listed(draws.names) or "none but what is swept")
    counted = words.count(outcome.members, "member")
    if outcome.members < draws.members:
        counted += f" of {draws.members} (the precision asked for is reached)"
    console.labelled(
        "members",
        f"{counted} · {draws.sampling.replace('_', ' ')}, seed {draws.seed} · {outcome.way} · "
        f"{words.clock_seconds(took)}",
    )


def tell_answers(console: Console, summary: xr.Dataset) -> None:
    """Every combination of what was swept, every substance, every station."""
    console.line()
    for combination in summary["combination"].values.tolist():
        own = summary.sel(combination=combination)
        if summary.sizes["combination"] > 1:
            console.line(f"{combination} · {words.count(int(own['members']), 'member')}", bold=True)
        for substance in own["substance"].values.tolist():
            _tell_substance(console, own, substance)


def _tell_substance(console: Console, own: xr.Dataset, substance: str) -> None:
    """One row for every station: chance, arrival, peak and load with 5 and 95 %."""
    part = own.sel(substance=substance)
    names = [str(name) for name in part["station"].values]
    console.line(f"{substance} · median, and 5 to 95 % of the members")
    columns = [Column("station", "", flagged(names, ["station"] * len(names)), left=True, least=16)]
    limits = np.flatnonzero(own["limit_substance"].values == substance)
    if limits.size:
        limit = int(limits[np.argmin(own["limit_value"].values[limits])])
        value = float(own["limit_value"].values[limit])
        chance = own["exceedance"].values[:, limit]
        low, high = (own[f"exceedance_{end}"].values[:, limit] for end in ("low", "high"))
        columns.append(Column(f"above {words.concentration(value)}", "% of members", tuple(
            f"{_percent(p)} ({_percent(a)}–{_percent(b)})"
            for p, a, b in zip(chance, low, high, strict=True)
        )))  # fmt: skip
    arrives = 100.0 * part["arrival_chance"].values
    columns.append(Column("arrives", "h", tuple(
        _range(part["arrival_time"], row) if share > 0.0 else "never"
        for row, share in enumerate(arrives)
    )))  # fmt: skip
    for title, name, unit in (("peak", "peak_concentration", "mg/L"), ("at", "peak_time", "h"),
                              ("load", "mass_passed", "kg")):  # fmt: skip
        cells = tuple(_range(part[name], row) for row in range(len(names)))
        columns.append(Column(title, unit, cells, leaves=2 if name == "peak_time" else 0))
    print_table(console, columns)
    console.line()


def _percent(share: float) -> str:
    return words.DASH if math.isnan(share) else words.number(100.0 * share, 2)


def _range(values: xr.DataArray, row: int) -> str:
    """``median (5 %-95 %)``; a quantile that is never reached is an open end."""
    found = [float(values.sel(quantile=q).values[row]) for q in (_MIDDLE, _LOW, _HIGH)]
    middle, low, high = ("never" if math.isnan(v) else words.number(v) for v in found)
    return f"{middle} ({low}–{high})"
