"""A value over time from a table or a file: dates, gaps, ratings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .faults import Faults, any_of
from .reading import Reading, check_rising
from .rows import STAGE_RATING
from .tables import Row, Table, TableKind

Array = NDArray[np.float64]

MOST_TOLD = 20
"""Gaps, or stages outside of a rating, that are told one by one."""
MISSING = 1.5
"""Times the usual interval from which stamps are missing."""
REGULAR = (6, 0.75, 0.05)
"""Least number of intervals, share of them that must be alike, and how alike, of a series whose
missing stamps can be told."""
JUMP = 1.0
"""Time in which a value that was held over a gap gives way to the next one, at most [s]."""


@dataclass
class Points:
    """A series as it was read."""

    time: Array
    """(P,) rising [s since the start of the case]."""
    value: Array
    """(P,) NaN where there is none."""
    what: str
    """Word for the value, e.g. ``"discharge"``."""
    dated: bool
    """True where the times were given as dates."""


@dataclass(frozen=True)
class Gap:
    """Times between which there are no values."""

    begin: float
    """Last time with a value, or the first of the series [s]."""
    end: float
    """First time with a value again, or the last of the series [s]."""
    row: int
    """Index of the point at its end."""
    empty: int
    """Points without a value in it; none where stamps are missing."""


def add_times(reading: Reading, table: Table) -> None:
    """Give every row its time: the cell ``time``, or the seconds since the start to ``date``."""
    faults = reading.faults
    given = {"time", "date"} & set(table.columns)
    if len(given) != 1 and table.sound:
        where, file = (table.key, None) if table.file is None else ("", table.file)
        found = any_of(sorted(given)) or "neither"
        faults.add(
            where, f"needs a column time or a column date; it has {found}",
            'E.g. "time [h], ..." since the start of the case, or "date, ..." with dates like '
            "2024-04-01T06:00+05:00.", file,
        )  # fmt: skip
        table.sound = False
    column = "date" if "date" in given else "time"
    for row in table.rows:
        text = row.cells.get("date")
        if text is not None and reading.start is not None:
            row.cells["time"] = (datetime.fromisoformat(text) - reading.start).total_seconds()
        elif column not in row.cells and row.whole and table.sound:
            table.add_fault(faults, row, column, "is empty; a value is needed")
            table.sound = False
    check_rising(faults, table, "time")


def find_gaps(points: Points) -> list[Gap]:
    """Where values are missing, or stamps in a series that is regular otherwise."""
    time = points.time
    good = np.flatnonzero(~np.isnan(points.value))
    if good.size == 0:
        return []
    found = []
    if good[0] > 0:
        found.append(Gap(float(time[0]), float(time[good[0]]), int(good[0]), int(good[0])))
    interval = np.diff(time)
    longest = np.inf
    least, share, alike = REGULAR
    if interval.size >= least:
        usual = float(np.median(interval))
        if np.mean(np.abs(interval - usual) <= alike * usual) >= share:
            longest = MISSING * usual
    for left, right in pairwise(good.tolist()):
        if right > left + 1 or time[right] - time[left] > longest:
            found.append(Gap(float(time[left]), float(time[right]), right, right - left - 1))
    if good[-1] < time.size - 1:
        last = time.size - 1
        found.append(Gap(float(time[good[-1]]), float(time[last]), last, int(last - good[-1])))
    return found


def fill_gaps(points: Points, gaps: Sequence[Gap], how: str) -> Points:
    """A series without gaps: straight across them, or held to the end of each.

    At the ends of the series the first and last value hold.
    """
    good = ~np.isnan(points.value)
    time, value = points.time[good], points.value[good]
    if how == "hold":
        for gap in gaps:
            if time[0] <= gap.begin and gap.end <= time[-1]:
                before = gap.end - min(JUMP, 1e-3 * (gap.end - gap.begin))
                at = int(np.searchsorted(time, gap.end))
                time = np.insert(time, at, before)
                value = np.insert(value, at, value[at - 1])
    return Points(time, value, points.what, points.dated)


def gap_words(gap: Gap, points: Points, start: datetime | None) -> str:
    """A gap in words: from, to, length, and what is missing."""
    begin, end = (moment_words(t, points.dated, start) for t in (gap.begin, gap.end))
    many = f"{gap.empty} row{'s' if gap.empty != 1 else ''} without a value"
    missing = many if gap.empty else "rows are missing"
    return (
        f"there is no {points.what} from {begin} to {end}, {span_words(gap.end - gap.begin)} "
        f"({missing})"
    )


def moment_words(time: float, dated: bool, start: datetime | None) -> str:
    """A time as a date where the series has dates, else in hours since the start."""
    if dated and start is not None:
        return f"{(start + timedelta(seconds=time)).astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    return f"{time / 3600.0:.6g} h"


def span_words(seconds: float) -> str:
    """A length of time in the unit that suits it."""
    for unit, name in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= (2.0 * unit if name == "d" else unit):
            return f"{seconds / unit:.4g} {name}"
    return f"{seconds:.4g} s"


def rating_table(faults: Faults, table: Table | None) -> tuple[Array, Array] | None:
    """Stages and discharges of a rating, both rising; None where it has a fault."""
    if table is None:
        return None
    check_rising(faults, table, "stage")
    previous: Row | None = None
    for row in table.rows:
        if "discharge" not in row.cells:
            continue
        if previous is not None and row.cells["discharge"] < previous.cells["discharge"]:
            table.add_fault(faults, row, "discharge", "must not fall while the stage rises")
            table.sound = False
        previous = row
    if table.sound and len(table.rows) < 2:
        table.add_fault(faults, table.rows[-1], "", "at least two rows are needed")
        table.sound = False
    if not table.sound:
        return None
    stage, discharge = (
        np.array([row.cells[name] for row in table.rows]) for name in ("stage", "discharge")
    )
    return stage, discharge


def rating_kind() -> TableKind:
    """What a table of stages and discharges holds."""
    return TableKind("row", STAGE_RATING)


def outside(stage: Array, rating: tuple[Array, Array]) -> NDArray[np.int64]:
    """Indices of stages below or above those of the rating, which is not extrapolated."""
    low, high = float(rating[0][0]), float(rating[0][-1])
    return np.flatnonzero((stage < low) | (stage > high))


def rated(stage: Array, rating: tuple[Array, Array]) -> Array:
    """Discharges of stages, linear between the rows of the rating, NaN where there is none."""
    inside = np.where(np.isnan(stage), rating[0][0], stage)
    return np.where(np.isnan(stage), np.nan, np.interp(inside, *rating))
