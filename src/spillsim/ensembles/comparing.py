"""Answers of ensembles side by side: what places see in each, and in each of their groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ..errors import SpillsimError

Range = tuple[float, float, float]
"""5 %, median and 95 % of the members; NaN where it never comes."""
_SHARES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What one place sees of one substance in one group of members of one ensemble."""

    run: str
    """Label of the ensemble."""
    group: str
    """Its members: all, those of a combination of what is swept, or of a condition."""
    group_kind: str
    """``all``, ``combination`` or ``condition``."""
    members: int
    station: str
    kind: str
    """``station`` or ``border``."""
    river: str
    distance: float
    """Below the first release [km]."""
    substance: str
    limit_name: str
    """The strictest limit; empty where there is none."""
    limit: float
    """[mg/L]"""
    chance: float
    """Probability that it is exceeded [-]."""
    chance_low: float
    chance_high: float
    """Ends of its interval of 95 %."""
    comes: float
    """Probability that the substance arrives at all [-]."""
    arrival: Range
    """After the first release [h]."""
    peak_concentration: Range
    """[mg/L]"""
    peak_time: Range
    """After the first release [h]."""
    load: Range
    """[kg]"""


def release_after_start(summary: xr.Dataset) -> float:
    """Time of the first release, as written, after the start of the case [h]."""
    start, first = (
        dt.datetime.fromisoformat(str(summary.attrs[name]))
        for name in ("case_start", "first_release")
    )
    return (first - start) / dt.timedelta(hours=1)


def compare_answers(
    summaries: Sequence[xr.Dataset], labels: Sequence[str], *, stations: bool = False
) -> list[AnswerRow]:
    """Return a row for every place, substance, ensemble and group, in this order of sorting.

    Parameters
    ----------
    summaries : answers of ensembles
    labels : one for each
    stations : stations as well as borders; without any border stations are told in any case

    Raises
    ------
    SpillsimError
        There is nothing to compare, or two have the same label.
    """
    if not summaries:
        raise SpillsimError("there are no answers to compare.")
    if len(set(labels)) < len(summaries):
        raise SpillsimError("each ensemble needs a label of its own.")
    rows = [row for one, label in zip(summaries, labels, strict=True) for row in _rows(one, label)]
    if not stations and any(row.kind == "border" for row in rows):
        rows = [row for row in rows if row.kind == "border"]
    places = list(dict.fromkeys(row.station for row in rows))
    far = {place: min(r.distance for r in rows if r.station == place) for place in places}
    places.sort(key=lambda place: (np.isnan(far[place]), far[place]))
    substances = list(dict.fromkeys(row.substance for row in rows))
    rows.sort(key=lambda r: (places.index(r.station), substances.index(r.substance)))
    return rows


def _rows(summary: xr.Dataset, label: str) -> Iterator[AnswerRow]:
    released = release_after_start(summary)
    groups, stations = summary.sizes["group"], summary.sizes["station"]
    for g, s, n in np.ndindex(groups, stations, summary.sizes["substance"]):
        substance = str(summary["substance"].values[n])
        name, limit, chance = _strictest(summary, substance, g, s)
        comes = float(summary["arrival_chance"].values[g, s, n])

        def spread(name: str, off: float = 0.0, at: tuple[int, int, int] = (g, s, n)) -> Range:
            own = summary[name].sel(quantile=list(_SHARES)).values - off
            low, middle, high = (float(own[at[0], q, at[1], at[2]]) for q in range(3))
            return low, middle, high

        yield AnswerRow(
            run=label, group=str(summary["group"].values[g]),
            group_kind=str(summary["group_kind"].values[g]),
            members=int(summary["members"].values[g]),
            station=str(summary["station"].values[s]), kind=_text(summary, "station_kind", s),
            river=_text(summary, "river", s), distance=_number(summary, "distance", s),
            substance=substance, limit_name=name, limit=limit, chance=chance[0],
            chance_low=chance[1], chance_high=chance[2], comes=comes,
            arrival=spread("arrival_time", released),
            peak_concentration=spread("peak_concentration"),
            peak_time=spread("peak_time", released), load=spread("mass_passed"),
        )  # fmt: skip


def _text(summary: xr.Dataset, name: str, station: int) -> str:
    return str(summary[name].values[station]) if name in summary else ""


def _number(summary: xr.Dataset, name: str, station: int) -> float:
    return float(summary[name].values[station]) if name in summary else np.nan


def _strictest(
    summary: xr.Dataset, substance: str, group: int, station: int
) -> tuple[str, float, Range]:
    """Name and value of the strictest limit [mg/L], and the chance with its ends."""
    nothing = (np.nan, np.nan, np.nan)
    if "limit_substance" not in summary:
        return "", np.nan, nothing
    own = np.flatnonzero(summary["limit_substance"].values == substance)
    if not own.size:
        return "", np.nan, nothing
    lowest = int(own[np.argmin(summary["limit_value"].values[own])])
    chance, low, high = (
        float(summary[f"exceedance{end}"].values[group, station, lowest])
        for end in ("", "_low", "_high")
    )
    name, value = summary["limit"].values[lowest], summary["limit_value"].values[lowest]
    return str(name), float(value), (chance, low, high)


_HEAD = (
    "run", "group", "group_kind", "members", "station", "kind", "river", "distance [km]",
    "substance", "limit_name", "limit [mg/L]", "chance_over_limit", "chance_low", "chance_high",
    "chance_of_arrival",
)  # fmt: skip
_RANGES = ("arrival [h]", "peak [mg/L]", "peak_time [h]", "load [kg]")


def csv_lines(rows: Sequence[AnswerRow]) -> Iterator[str]:
    """Return the lines of a CSV table of the rows; empty where there is nothing to tell."""
    from ..analysis.comparison import cell

    ends = [f"{name} {share}" for name in _RANGES for share in ("5 %", "50 %", "95 %")]
    yield ",".join((*_HEAD, *ends))
    for row in rows:
        values = [getattr(row, name) for name in row.__slots__]
        ranges = [v for value in values if isinstance(value, tuple) for v in value]
        yield ",".join(map(cell, [v for v in values if not isinstance(v, tuple)] + ranges))
