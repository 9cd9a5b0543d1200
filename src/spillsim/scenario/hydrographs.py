"""From ``[[hydrograph]]`` to the inflows over time of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import Notice
from .draft import Draft
from .faults import any_of, nearest, quoted
from .flow_files import read_hydrograph_file
from .reading import Reading, read_table
from .routing import FlowHydrograph, FlowHydrographSection
from .rows import FLOW_HYDROGRAPH
from .sections import AtNode
from .tables import Row, Table, TableKind
from .time_series import (
    MOST_TOLD,
    Array,
    Gap,
    Points,
    add_times,
    fill_gaps,
    find_gaps,
    gap_words,
    moment_words,
    outside,
    rated,
    rating_kind,
    rating_table,
    span_words,
)

Tell = Callable[[int | None, str, str], None]
"""Adds a fault at a point of the series (its index, or None), with message and hint."""


def read_hydrographs(
    reading: Reading, items: Sequence[Any], sections: Sequence[FlowHydrographSection | None]
) -> list[FlowHydrograph | None]:
    """Read the points of every hydrograph, None where something is wrong.

    items : what stands in the file, one for each of the sections
    """
    return [
        _read(reading, item if isinstance(item, Mapping) else {}, section, f"hydrograph[{number}]")
        for number, (item, section) in enumerate(zip(items, sections, strict=True))
    ]


def _read(
    reading: Reading, item: Mapping[str, Any], section: FlowHydrographSection | None, where: str
) -> FlowHydrograph | None:
    """One hydrograph from its table or its file."""
    faults = reading.faults
    before = len(faults.found)
    rating = None
    if "rating" in item:
        table = read_table(reading, item["rating"], f"{where}.rating", rating_kind())
        rating = rating_table(faults, table)
    points: Points | None = None
    tell: Tell = lambda row, message, hint: faults.add(f"{where}.netcdf", message, hint)  # noqa: E731
    if "table" in item and "netcdf" in item:
        faults.add(where, "has both a table and a netcdf file; one of them is needed")
    elif "table" in item:
        table = read_table(reading, item["table"], f"{where}.table",
                           TableKind("row", FLOW_HYDROGRAPH))  # fmt: skip
        if table is not None:
            points = _table_points(reading, table, "rating" in item, where)
            tell = _teller(reading, table)
    elif section is not None and section.netcdf is not None:
        points = read_hydrograph_file(reading, section.netcdf, "rating" in item, where)
    elif "netcdf" not in item:
        faults.add(where, "has neither a table nor a netcdf file; one of them is needed",
                   'Write e.g. table = "flood.csv".')  # fmt: skip
    if points is None or section is None:
        return None
    if rating is not None:
        _tell_outside(points, rating, tell)
    points = _without_gaps(reading, points, section, tell)
    if points is None or len(faults.found) > before:
        return None
    if rating is not None:
        points.value = rated(points.value, rating)
    made = FlowHydrograph.model_construct(
        None, at=section.at, mode=section.mode,
        time=tuple(points.time.tolist()), discharge=tuple(points.value.tolist()),
    )  # fmt: skip
    made._file, made._line, made._where = section._file, section._line, section._where
    return made


def _table_points(reading: Reading, table: Table, rates: bool, where: str) -> Points | None:
    """Times and values of a table; None and faults where it lacks one of them."""
    faults = reading.faults
    dated = "date" in table.columns
    add_times(reading, table)
    given = {"discharge", "stage"} & set(table.columns)
    if len(given) != 1 and table.sound:
        key, file = (table.key, None) if table.file is None else ("", table.file)
        found = any_of(sorted(given)) or "neither"
        faults.add(
            key, f"needs a column discharge or a column stage; it has {found}",
            "A stage needs a rating: stage, discharge.", file,
        )  # fmt: skip
        return None
    if not table.sound or reading.start is None:
        return None
    what = given.pop()
    if (what == "stage") != rates:
        message, hint = "has no use: the table gives the discharge", "Leave it out."
        if not rates:
            message = "is missing: the table gives the stage"
            hint = 'Write rating = "rating.csv" with the columns stage and discharge.'
        faults.add(f"{where}.rating", message, hint)
        return None
    none = float("nan")
    time = np.array([row.cells["time"] for row in table.rows], dtype=np.float64)
    value = np.array([row.cells.get(what, none) for row in table.rows], dtype=np.float64)
    return Points(time, value, what, dated)


def _teller(reading: Reading, table: Table) -> Tell:
    """Place faults at the rows of a table."""

    def tell(row: int | None, message: str, hint: str) -> None:
        at: Row = table.rows[-1 if row is None else row]
        table.add_fault(reading.faults, at, "", message, hint)

    return tell


def _without_gaps(
    reading: Reading, points: Points, section: FlowHydrographSection, tell: Tell
) -> Points | None:
    """A series without gaps: they are faults, or filled as asked for and told."""
    if np.isnan(points.value).all():
        tell(None, f"there is no {points.what} at any time", "")
        return None
    gaps = find_gaps(points)
    if not gaps:
        return points
    if section.gaps == "refuse":
        hint = 'Write gaps = "linear" or "hold" to have gaps filled.'
        for gap in gaps[:MOST_TOLD]:
            tell(gap.row, gap_words(gap, points, reading.start), hint)
        if len(gaps) > MOST_TOLD:
            rest = gaps[MOST_TOLD:]
            tell(rest[-1].row, f"and {len(rest)} more gaps", hint)
        return None
    reading.notices.append(_filled(reading, points, section, gaps))
    return fill_gaps(points, gaps, section.gaps)


def _filled(
    reading: Reading, points: Points, section: FlowHydrographSection, gaps: Sequence[Gap]
) -> Notice:
    """What was filled, in words."""
    worst = max(gaps, key=lambda gap: gap.end - gap.begin)
    total = sum(gap.end - gap.begin for gap in gaps)
    how = "with a straight line" if section.gaps == "linear" else "with the value before"
    return Notice(
        section._where,
        f"{len(gaps)} gap{'s' if len(gaps) != 1 else ''} of {span_words(total)} in all "
        f"{'are' if len(gaps) != 1 else 'is'} filled {how}; the longest, "
        f"{span_words(worst.end - worst.begin)}, begins at "
        f"{moment_words(worst.begin, points.dated, reading.start)}",
    )


def _tell_outside(points: Points, rating: tuple[Array, Array], tell: Tell) -> None:
    """Faults for stages that the rating does not reach."""
    beyond = outside(points.value, rating)
    hint = "Extend the rating as far as it can be trusted; it is not extrapolated."
    for row in beyond[:MOST_TOLD]:
        message = (
            f"stage {points.value[row]:.4g} m lies outside the rating, "
            f"{rating[0][0]:.4g} to {rating[0][-1]:.4g} m"
        )
        tell(int(row), message, hint)
    if len(beyond) > MOST_TOLD:
        tell(int(beyond[-1]), f"and {len(beyond) - MOST_TOLD} more stages outside the rating", hint)


def check_hydrographs(draft: Draft) -> None:
    """Add the faults of hydrographs: places that do not exist or have two, a table of flow."""
    known = {
        "node": _ids(draft.nodes),
        "reach": _ids(draft.reaches),
    }
    replaced: dict[tuple[str, str], str] = {}
    for item in draft.hydrographs:
        if item is None:
            continue
        at = item.at
        key, name = ("node", at.node) if isinstance(at, AtNode) else ("reach", at.reach)
        ids = known[key]
        if ids is not None and name not in ids:
            message = f"there is no {key} {quoted(name)}"
            draft.faults.add(f"{item._where}.at.{key}", message, nearest(name, ids))
        if item.mode == "replace":
            first = replaced.setdefault((key, name), item._where)
            if first != item._where:
                draft.faults.add(
                    f"{item._where}.at",
                    f"the inflow of {key} {quoted(name)} is already replaced by {first}",
                    'Write mode = "add" in one of them.',
                )
        _check_times(draft, item)
    if (draft.discharges is not None or draft.series) and (
        draft.hydrographs or draft.routing is not None
    ):
        section = "hydrograph" if draft.hydrographs else "routing"
        draft.faults.add(
            section,
            'flow.kind = "table" already gives every discharge over time; nothing is routed',
            'Write flow.kind = "inflows" or "gauges" for the flow at first.',
        )


def _check_times(draft: Draft, item: FlowHydrograph) -> None:
    """A hydrograph that has no time in common with the run is that of another year."""
    if draft.case is None or len(item.time) < 2:
        return
    first, last, end = item.time[0], item.time[-1], draft.case.duration
    if last <= 0.0 or first >= end:
        draft.faults.add(
            item._where,
            f"covers {first / 3600.0:.6g} to {last / 3600.0:.6g} h after case.start, which has "
            f"nothing in common with the run of {end / 3600.0:.6g} h",
            "Check case.start and the times of the hydrograph.",
        )


def _ids(table: Table | None) -> dict[str, None] | None:
    """Ids of a table; None where some are not known."""
    if table is None or not table.named("id"):
        return None
    return dict.fromkeys(row.cells["id"] for row in table.rows)
