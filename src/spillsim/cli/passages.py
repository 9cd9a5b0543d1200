"""The table everyone runs the program for: what passes where, when, how high, how long."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import words
from .console import Console
from .table import Column, flagged, print_table

if TYPE_CHECKING:
    import xarray as xr

    from ..analysis import PassageRow


def tell_passages(console: Console, dataset: xr.Dataset) -> None:
    """Print a table per substance: arrival, peak, passage, time over the limit, load."""
    from ..analysis import station_table

    rows = station_table(dataset)
    if not rows:
        console.line("  no station or border is named: see the ledger below")
        console.line()
    for substance in dict.fromkeys(row.substance for row in rows):
        own = [row for row in rows if row.substance == substance]
        own.sort(key=lambda row: (not math.isfinite(row.distance), row.distance))
        _tell_substance(console, dataset, own)


def _tell_substance(console: Console, dataset: xr.Dataset, rows: Sequence[PassageRow]) -> None:
    from ..analysis.reading import first_release

    for line in console.wrapped(_basis(dataset, rows), console.width - 1):
        console.line(line)
    print_table(console, _columns(rows, first_release(dataset), dataset))
    console.line()


def _basis(dataset: xr.Dataset, rows: Sequence[PassageRow]) -> str:
    """Return what counts as arrival and which limit the table speaks of."""
    substance = rows[0].substance
    index = [str(name) for name in dataset["substance"].values].index(substance)
    origin = str(dataset["arrival_threshold_basis"].values[0, index])
    levels = {row.arrival_threshold for row in rows}
    level = f" {words.concentration(min(levels))}" if len(levels) == 1 else ""
    found = f"{substance} · arrives: first above{level} ({origin})"
    if rows[0].limit_name:
        limit = _strictest(dataset, substance)
        found += f" · limit: {words.concentration(limit)}, {rows[0].limit_name}"
    return found


def _strictest(dataset: xr.Dataset, substance: str) -> float:
    values = dataset["limit_value"].values[dataset["limit_substance"].values == substance]
    return float(values.min())


def _columns(rows: Sequence[PassageRow], release: dt.datetime, dataset: xr.Dataset) -> list[Column]:
    from ..analysis.reading import SECONDS_PER_HOUR as HOUR

    zone = words.offset(release)
    reached = [row.peak_concentration > 0.0 for row in rows]
    seen = [row.arrival is not None for row in rows]
    load_unit, per_load = _load_unit(max((row.load for row in rows), default=0.0))
    names = flagged([row.station for row in rows], [row.kind for row in rows])
    columns = [
        Column("station", "", names, left=True, least=16),
        Column(
            "river", "", tuple(row.river for row in rows), left=True, least=10, leaves=3,
            heads_groups=True,
        ),
        Column("below", "km", tuple(words.whole(row.distance) for row in rows)),
        Column(
            "arrives", "h", tuple(
                words.after(row.arrival_after_release * HOUR).removesuffix(" h")
                if known else "never" for row, known in zip(rows, seen, strict=True)
            ),
        ),
        Column("local", zone, tuple(words.moment(row.arrival) for row in rows)),
        _peaks(rows),
        Column(
            "at", zone, tuple(
                words.moment(row.peak) if known else words.DASH
                for row, known in zip(rows, reached, strict=True)
            ), leaves=4,
            short=Column("at", "h", tuple(_peak_after(row, release) for row in rows), leaves=2),
        ),
        Column("passes", "h", tuple(map(_passes, rows)), leaves=1),
    ]  # fmt: skip
    if rows[0].limit_name:
        over = tuple(words.whole(row.hours_over_limit) for row in rows)
        columns.append(
            Column("over limit", "h", over, leaves=5, short=Column("> limit", "h", over))
        )
    columns.append(
        Column("load", load_unit, tuple(words.number(r.load * per_load) for r in rows), leaves=1)
    )
    error = [row.achieved_error for row in rows]
    if any(math.isfinite(value) for value in error):
        asked = float(dataset["achieved_error"].attrs["error_asked_for"])
        told = tuple(f"{words.number(100.0 * e, 2)}{'!' if e > asked else ''}" for e in error)
        missed = any(value > asked for value in error)
        columns.append(Column("error", "%", told, leaves=0 if missed else 6))
    return columns


_THICK = 10_000.0
"""Peak from which mixtures of water and solids are told in g/L [mg/L]."""


def _peaks(rows: Sequence[PassageRow]) -> Column:
    """Return the peaks, in a unit that suits the highest."""
    thick = max(row.peak_concentration for row in rows) >= _THICK
    unit, scale = ("g/L", 1e-3) if thick else ("mg/L", 1.0)
    return Column("peak", unit, tuple(words.number(r.peak_concentration * scale) for r in rows))


def _peak_after(row: PassageRow, release: dt.datetime) -> str:
    """Return the peak's time since the release in hours."""
    if row.peak is None or row.peak_concentration <= 0.0:
        return words.DASH
    return words.after((row.peak - release).total_seconds()).removesuffix(" h")


def _passes(row: PassageRow) -> str:
    if row.arrival is None:
        return words.DASH
    if math.isnan(row.passage_duration):
        return "not over"
    return words.whole(row.passage_duration)


def _load_unit(largest: float) -> tuple[str, float]:
    if largest >= 2000.0:
        return "t", 1e-3
    return ("kg", 1.0) if largest >= 1.0 else ("g", 1e3)
