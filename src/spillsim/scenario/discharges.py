"""The table of discharges over time: one series for every reach."""

from __future__ import annotations

from .draft import Draft
from .faults import nearest, quoted
from .rows import DischargeSeries
from .tables import Row, Table

_MOST_HINTS = 20  # a search for the nearest of thousands of names costs milliseconds each


def check_discharges(draft: Draft) -> None:
    """Add the faults of the table: reaches it does not know or leaves out, times that fall."""
    table, reaches = draft.discharges, draft.reaches
    if table is None:
        return
    known = {row.cells["id"] for row in reaches.rows if "id" in row.cells} if reaches else set()
    named = reaches is not None and reaches.named("id")
    last: dict[str, Row] = {}
    unknown = 0
    with_area: dict[str, bool] = {}
    for row in table.rows:
        reach, time = row.cells.get("reach"), row.cells.get("time")
        if reach is None or time is None:
            continue
        if named and reach not in known:
            hint = nearest(reach, known) if unknown < _MOST_HINTS else ""
            unknown += 1
            table.add_fault(draft.faults, row, "reach", f"there is no reach {quoted(reach)}", hint)
        if with_area.setdefault(reach, "cross_section_area" in row.cells) != (
            "cross_section_area" in row.cells
        ):
            table.add_fault(
                draft.faults, row, "cross_section_area",
                f"reach {quoted(reach)} has an area in some of its rows only",
                "Give it in every row of the reach, or in none.",
            )  # fmt: skip
            with_area[reach] = "cross_section_area" in row.cells
        before = last.get(reach)
        if before is not None and not time > before.cells["time"]:
            table.add_fault(
                draft.faults, row, "time",
                f"time must rise from row to row of reach {quoted(reach)}",
                f"Row at line {before.line} is not before this one." if before.line else "",
            )  # fmt: skip
        last[reach] = row
    if not named or reaches is None or not table.sound or not table.named("reach"):
        return
    for row in reaches.rows:
        if row.cells["id"] not in last:
            reaches.add_fault(
                draft.faults, row, "id",
                f"reach {quoted(row.cells['id'])} has no row in the table of discharges",
                "Give every reach at least one row.",
            )  # fmt: skip


def reaches_with_area(draft: Draft) -> set[str]:
    """Reaches whose area comes with their discharge, so that no method has to give it."""
    table = draft.discharges
    rows = () if table is None else table.rows
    found = {series.reach for series in draft.series if series.cross_section_area}
    return found | {
        row.cells["reach"]
        for row in rows
        if "cross_section_area" in row.cells and "reach" in row.cells
    }


def discharge_series(table: Table, reaches: Table) -> tuple[DischargeSeries, ...]:
    """One series per reach, in the order of the reach table.

    Where the discharge at the foot is left out, it is that at the head and what flows in between.
    """
    rows: dict[str, list[Row]] = {}
    for row in table.rows:
        rows.setdefault(row.cells["reach"], []).append(row)
    found = []
    for reach in reaches.rows:
        own = rows[reach.cells["id"]]
        gain = reach.cells.get("lateral_inflow", 0.0) * reach.cells["length"]
        series = DischargeSeries.model_construct(
            None,
            reach=reach.cells["id"],
            time=tuple(row.cells["time"] for row in own),
            discharge=tuple(row.cells["discharge"] for row in own),
            discharge_foot=tuple(
                row.cells.get("discharge_foot", row.cells["discharge"] + gain) for row in own
            ),
            cross_section_area=tuple(
                row.cells["cross_section_area"] for row in own if "cross_section_area" in row.cells
            ),
        )
        series._file, series._line, series._where = table.file or "", own[0].line, own[0].where
        found.append(series)
    return tuple(found)
