"""From ``[[hydrograph]]`` to the inflows over time of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .draft import Draft
from .faults import nearest, quoted
from .reading import Reading, check_rising, full_column, read_table
from .routing import FlowHydrograph, FlowHydrographSection
from .rows import FLOW_HYDROGRAPH
from .sections import AtNode
from .tables import Table, TableKind


def read_hydrographs(
    reading: Reading, items: Sequence[Any], sections: Sequence[FlowHydrographSection | None]
) -> list[FlowHydrograph | None]:
    """Read the points of every hydrograph, None where something is wrong.

    items : what stands in the file, one for each of the sections
    """
    found: list[FlowHydrograph | None] = []
    for number, (item, section) in enumerate(zip(items, sections, strict=True)):
        source = item.get("table") if isinstance(item, Mapping) else None
        key = f"hydrograph[{number}].table"
        table = read_table(reading, source, key, TableKind("row", FLOW_HYDROGRAPH))
        if table is not None:
            check_rising(reading.faults, table, "time")
        found.append(_with_points(reading, section, table))
    return found


def _with_points(
    reading: Reading, section: FlowHydrographSection | None, table: Table | None
) -> FlowHydrograph | None:
    """The hydrograph with the points of its table."""
    if section is None or table is None or not table.sound:
        return None
    made = FlowHydrograph.model_construct(
        None,
        at=section.at,
        mode=section.mode,
        time=full_column(reading.faults, table, "time"),
        discharge=full_column(reading.faults, table, "discharge"),
    )
    made._file, made._line, made._where = section._file, section._line, section._where
    return made


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
    if draft.discharges is not None and (draft.hydrographs or draft.routing is not None):
        section = "hydrograph" if draft.hydrographs else "routing"
        draft.faults.add(
            section,
            'flow.kind = "table" already gives every discharge over time; nothing is routed',
            'Write flow.kind = "inflows" or "gauges" for the flow at first.',
        )


def _ids(table: Table | None) -> dict[str, None] | None:
    """Ids of a table; None where some are not known."""
    if table is None or not table.named("id"):
        return None
    return dict.fromkeys(row.cells["id"] for row in table.rows)
