"""What an ensemble says, told on a terminal."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..ensembles.comparing import release_after_start
from . import words
from .console import Console, fit
from .table import Column, flagged, print_table

if TYPE_CHECKING:
    import xarray as xr

    from ..ensembles import Outcome

_FEW = 3
"""Combinations of what is swept that are told one after the other, with all that is said."""
_MIDDLE, _LOW, _HIGH = 0.5, 0.05, 0.95
_DECIDES = 0.1
"""Rank correlation or share of the variance below which an input decides nothing."""
_NAME = 14
"""Letters that are told of the name of an input that decides."""
_ANSWERS = (
    ("peak", "peak_concentration"), ("arrival", "arrival_time"), ("load", "mass_passed"),
)  # fmt: skip


def tell_inputs(console: Console, outcome: Outcome, took: float) -> None:
    """What was drawn, how often, in which way and how fast."""
    draws = outcome.draws
    console.labelled("inputs", words.listed(draws.names) or "none but what is swept")
    counted = words.count(outcome.members, "member")
    if outcome.members < draws.members:
        counted += f" of {draws.members} (the precision asked for is reached)"
    told = [counted]
    if draws.names:
        told.append(f"{draws.sampling.replace('_', ' ')}, seed {draws.seed}")
    if draws.design:
        points = outcome.members // draws.design
        told.append(f"{words.count(points, 'base point')} of {draws.design} members each, of which "
                    "the first and the last count for probabilities")  # fmt: skip
    console.labelled("members", " · ".join([*told, outcome.way, words.clock_seconds(took)]))


def tell_answers(console: Console, summary: xr.Dataset, *, in_full: bool = False) -> None:
    """Every group of members, every substance, every station.

    Many combinations of what is swept are told place by place, a row for each.

    in_full : how far every input decides every answer, as a table
    """
    console.line()
    swept = np.flatnonzero(summary["group_kind"].values == "combination")
    many = swept.size > _FEW
    for group in range(summary.sizes["group"]):
        if many and group in swept:
            if group == swept[0]:
                _tell_combinations(console, summary.isel(group=swept))
            continue
        own = summary.isel(group=group)
        if summary.sizes["group"] > 1:
            _tell_group(console, own)
        if math.isnan(float(own["arrival_chance"].values.flat[0])):
            continue
        for substance in own["substance"].values.tolist():
            _tell_substance(console, own, substance)
            _tell_deciding(console, own, substance, in_full)


def _tell_combinations(console: Console, summary: xr.Dataset) -> None:
    """A table for every border (or station) and substance, with a row for every combination."""
    from ..ensembles.comparing import compare_answers
    from .ensemble_groups import tell_by_place

    rows = compare_answers([summary], [""])
    tell_by_place(console, rows)
    if len({row.station for row in rows}) < summary.sizes["station"]:
        console.line("  stations as well as borders: spillsim compare --stations", dim=True)
        console.line()


def _tell_group(console: Console, own: xr.Dataset) -> None:
    from ..ensembles.answers import FEWEST

    given = "given " if str(own["group_kind"].values) == "condition" else ""
    count = int(own["members"])
    line = f"{given}{own['group'].item()} · {words.count(count, 'member')}"
    console.line(line, bold=True)
    if math.isnan(float(own["arrival_chance"].values.flat[0])):
        need = f" for an answer; {FEWEST} are needed" if given else " for an answer"
        console.line(f"  too few{need}")
        console.line()


def _tell_substance(console: Console, own: xr.Dataset, substance: str) -> None:
    """One row for every station, down the river: chance, arrival, peak and load with 5 and 95 %."""
    own = _down_the_river(own)
    part = own.sel(substance=substance)
    released = release_after_start(own)
    names = [str(name) for name in part["station"].values]
    several = int(own["members"]) > 1
    heading = "median, and 5 to 95 % of the members" if several else "the one member"
    for line in console.wrapped(f"{substance} · {heading} · hours after the release",
                                console.width - 1):  # fmt: skip
        console.line(line)
    kinds = _kinds(own)
    columns = [Column("station", "", flagged(names, kinds), left=True, least=14)]
    limits = np.flatnonzero(own["limit_substance"].values == substance) if (
        "limit_substance" in own) else np.zeros(0, dtype=np.int64)  # fmt: skip
    in_order = limits[np.argsort(own["limit_value"].values[limits])] if limits.size else limits
    columns += [_above(own, int(limit), first=n == 0) for n, limit in enumerate(in_order)]
    arrives = part["arrival_chance"].values
    if float(np.min(arrives)) < 1.0:
        columns.append(Column("comes", "% of memb.", tuple(map(_percent, arrives)), leaves=7))
    for title, name, unit, leaves in (
        ("arrives", "arrival_time", "h", 5), ("peak", "peak_concentration", "mg/L", 3),
        ("at", "peak_time", "h", 9), ("load", "mass_passed", "kg", 8),
    ):  # fmt: skip
        values = part[name] - released if unit == "h" else part[name]
        cells = tuple(_range(values, row, several) for row in range(len(names)))
        middles = tuple(_middle(values, row) for row in range(len(names)))
        short = Column(f"{title}, med.", unit, middles) if leaves < 8 else None
        columns.append(Column(title, unit, cells, leaves=leaves, short=short))
    print_table(console, columns)


def _down_the_river(own: xr.Dataset) -> xr.Dataset:
    """The stations by their distance below the release, those that are not below it last."""
    return own.isel(station=np.argsort(own["distance"].values, kind="stable"))


def _above(own: xr.Dataset, limit: int, *, first: bool) -> Column:
    """Chance that a limit is exceeded; of the first with its interval where that fits."""
    chance = own["exceedance"].values[:, limit]
    low, high = (own[f"exceedance_{end}"].values[:, limit] for end in ("low", "high"))
    value = words.concentration(float(own["limit_value"].values[limit]))
    short = Column(f"> {value}", "% of memb.", tuple(map(_percent, chance)),
                   leaves=0 if first else 4)  # fmt: skip
    if not first:
        return short
    return Column(f"above {value}", "% of members", tuple(
        f"{_percent(p)} ({_percent(a)}–{_percent(b)})"
        for p, a, b in zip(chance, low, high, strict=True)
    ), leaves=6, short=short)  # fmt: skip


def _kinds(own: xr.Dataset) -> list[str]:
    if "station_kind" not in own:
        return ["station"] * own.sizes["station"]
    return [str(kind) for kind in own["station_kind"].values]


def _percent(share: float) -> str:
    return words.DASH if math.isnan(share) else words.number(100.0 * share, 2)


def _middle(values: xr.DataArray, row: int) -> str:
    value = float(values.sel(quantile=_MIDDLE).values[row])
    return "never" if math.isnan(value) else words.number(value)


def _range(values: xr.DataArray, row: int, several: bool = True) -> str:
    """``median (5 %-95 %)``; a quantile that is never reached is an open end."""
    if not several:
        return _middle(values, row)
    found = [float(values.sel(quantile=q).values[row]) for q in (_LOW, _HIGH)]
    if all(map(math.isnan, found)):
        return "never"
    low, high = ("never" if math.isnan(v) else words.number(v) for v in found)
    return f"{_middle(values, row)} ({low}–{high})"


# --- what decides --------------------------------------------------------------------------------


def _tell_deciding(console: Console, own: xr.Dataset, substance: str, in_full: bool) -> None:
    """One line for each border, or for each station where there are none."""
    if "peak_concentration_rank_correlation" not in own:
        console.line()
        return
    own = _down_the_river(own)
    part = own.sel(substance=substance)
    kinds = _kinds(own)
    rows = [n for n, kind in enumerate(kinds) if kind == "border"] or list(range(len(kinds)))
    columns = [Column("what decides", "", tuple(str(part["station"].values[r]) for r in rows),
                      left=True, least=14)]  # fmt: skip
    for title, name in _ANSWERS:
        long, middle, short = (
            Column(title, _measure(own), tuple(_first(part.isel(station=r), name, most)
                                               for r in rows), left=True)
            for most in (3, 2, 1)
        )  # fmt: skip
        leaves = {"peak": 3, "arrival": 4, "load": 5}[title]
        middle = replace(middle, leaves=leaves - 3, short=short) if leaves > 3 else middle
        columns.append(replace(long, leaves=leaves, short=middle))
    print_table(console, columns)
    console.line()
    if in_full:
        for row in rows:
            _tell_in_full(console, part.isel(station=row), substance)


def _measure(own: xr.Dataset) -> str:
    return "share of variance" if _has_shares(own) else "rank correlation"


def _has_shares(own: xr.Dataset) -> bool:
    name = "peak_concentration_sobol_total"
    return name in own and bool(np.isfinite(own[name].values).any())


def _first(here: xr.Dataset, name: str, most: int) -> str:
    """``mass 0.90, flow -0.31``: the inputs that decide most."""
    measure = "sobol_total" if _has_shares(here) else "rank_correlation"
    values = here[f"{name}_{measure}"].values
    size = np.where(np.isnan(values), 0.0, np.abs(values))
    order = [int(i) for i in np.argsort(-size, kind="stable") if size[i] >= _DECIDES]
    names = here["input"].values
    told = (f"{fit(str(names[i]), _NAME).rstrip()} {_signed(values[i])}" for i in order[:most])
    return ", ".join(told) or words.DASH


def _signed(value: float) -> str:
    return words.DASH if math.isnan(value) else f"{value:.2f}".replace("-", "−")


def _tell_in_full(console: Console, here: xr.Dataset, substance: str) -> None:
    """Every input beside every answer at one place."""
    names = [str(name) for name in here["input"].values]
    console.line(f"{here['station'].item()} · {substance} · how far every input decides")
    columns = [Column("input", "", tuple(names), left=True, least=10)]
    shares = _has_shares(here)
    for title, name in _ANSWERS:
        if shares:
            for told, measure in (("first", "sobol_first"), ("total", "sobol_total")):
                cells = _with_width(here, f"{name}_{measure}")
                columns.append(Column(f"{title}, {told}", "+- 95 %", cells,
                                      leaves=2 if told == "first" else 0))  # fmt: skip
        else:
            for told, measure in (("rank", "rank_correlation"),
                                  ("partial", "partial_rank_correlation")):  # fmt: skip
                values = here[f"{name}_{measure}"].values
                columns.append(Column(f"{title}, {told}", "", tuple(map(_signed, values)),
                                      leaves=2 if told == "partial" else 0))  # fmt: skip
    print_table(console, columns)
    console.line()


def _with_width(here: xr.Dataset, name: str) -> tuple[str, ...]:
    values, widths = here[name].values, here[f"{name}_half_width"].values
    return tuple(
        words.DASH if math.isnan(v) else f"{_signed(v)} ±{w:.2f}"
        for v, w in zip(values, widths, strict=True)
    )
