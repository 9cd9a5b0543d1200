"""Releases with the points of their tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import rows
from .base import Section
from .draft import Draft
from .faults import Faults, any_of
from .read_sections import by_kind, items
from .reading import Reading, check_rising, full_column, read_table
from .releases import (
    FACILITY_RELEASES,
    RELEASE_SECTIONS,
    ConcentrationSection,
    ConcentrationSeries,
    Hydrograph,
    HydrographSection,
    Release,
    Seepage,
)
from .tables import Table, TableKind


def _from_facility(reading: Reading, draft: Draft, section: Any) -> Sequence[Release | None]:
    from .facility_releases import facility_releases  # the room of tailings is seldom needed

    return facility_releases(reading, draft, section)


EXPANSIONS: dict[str, Callable[[Reading, Draft, Any], Sequence[Release | None]]] = dict.fromkeys(
    FACILITY_RELEASES, _from_facility
)
"""Kind -> function that makes one checked section into the releases it stands for; a fault is
added to ``reading.faults`` and answered with ``[None]``. The draft has its substances and solids
by then."""


def read_releases(reading: Reading, draft: Draft) -> list[Release | None]:
    """Read every release, None where something is wrong."""
    found: list[Release | None] = []
    for number, item in enumerate(items(reading, "release")):
        where = f"release[{number}]"
        section = by_kind(reading, item, RELEASE_SECTIONS, where, None)
        kind = item.get("kind") if isinstance(item, Mapping) else None
        if section is not None and kind in EXPANSIONS:
            found += EXPANSIONS[kind](reading, draft, section)
        elif isinstance(section, Seepage):
            found.append(_with_end(section, draft))
        else:
            found.append(_with_points(section, _points(reading, item, kind, where)))
    return found


def _with_end(seepage: Seepage, draft: Draft) -> Seepage:
    """Seepage that ends with the run unless it says when."""
    if seepage.duration is not None or draft.case is None:
        return seepage
    lasts = max(draft.case.duration - seepage.start, 0.0)
    return seepage.model_copy(update={"duration": lasts})


def _points(reading: Reading, item: Any, kind: Any, where: str) -> Table | None:
    """The table of a release that has one, from the raw data: its other faults may wait."""
    if kind not in ("hydrograph", "concentration"):
        return None
    columns = rows.HYDROGRAPH if kind == "hydrograph" else rows.CONCENTRATION
    points = read_table(reading, item.get("table"), f"{where}.table", TableKind("row", columns))
    if points is not None:
        _check_points(reading.faults, points, kind == "hydrograph")
    return points


def _check_points(faults: Faults, table: Table, is_hydrograph: bool) -> None:
    """Time rises; a hydrograph has a mass rate, or discharge and concentration."""
    check_rising(faults, table, "time")
    if table.sound and len(table.rows) < 2:
        table.add_fault(faults, table.rows[-1], "", "at least two points in time are needed")
        table.sound = False
    if not is_hydrograph or not table.columns:
        return
    given = {"mass_rate", "discharge", "concentration"} & set(table.columns)
    if given not in ({"mass_rate"}, {"discharge", "concentration"}):
        where, file = (table.key, None) if table.file is None else ("", table.file)
        faults.add(
            where,
            "needs either a column mass_rate or the columns discharge and concentration; "
            f"it has {any_of(sorted(given)) or 'none of them'}",
            'E.g. "time [h], mass_rate [kg/s]".',
            file,
        )
        table.sound = False
        return
    for column in sorted(given) if table.sound else ():
        full_column(faults, table, column)


def _with_points(section: Section | None, table: Table | None) -> Release | None:
    """The release with the points of its table; None if either has a fault."""
    if not isinstance(section, HydrographSection | ConcentrationSection):
        return section  # type: ignore[return-value]
    if table is None or not table.sound:
        return None
    common = {name: getattr(section, name) for name in ("name", "at", "substance", "start")}
    common |= {"kind": section.kind, "table": table.file or ""}
    points = {name: tuple(row.cells[name] for row in table.rows) for name in table.columns}
    common["times"] = points.pop("time")
    made: Release
    if isinstance(section, HydrographSection):
        if "mass_rate" not in points:
            pairs = zip(points["discharge"], points["concentration"], strict=True)
            points["mass_rate"] = tuple(q * c for q, c in pairs)
        made = Hydrograph.model_construct(None, **common, **points)
    else:
        made = ConcentrationSeries.model_construct(None, **common, **points)
    made._file, made._line, made._where = section._file, section._line, section._where
    return made
