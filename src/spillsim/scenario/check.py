"""What holds between sections and tables: names that resolve, a tree, places, times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import network as river_network
from ..network.faults import GraphFault
from .base import Section
from .check_constituents import check_constituents, whole
from .check_floating import check_floating
from .check_ice import check_ice
from .check_reactions import check_reactions
from .check_reservoirs import check_reservoirs, fill_reaches
from .discharges import check_discharges, reaches_with_area
from .draft import Draft
from .faults import Faults, any_of, nearest, quoted
from .hydrographs import check_hydrographs
from .names import DISPERSION_FORMULAS, HYDRAULIC_METHODS
from .places import check_places
from .releases import Constant, Slug
from .sections import DispersionFormula
from .tables import Row, Table
from .trigger_reading import check_trigger

_MOST_HINTS = 20  # a search for the nearest of thousands of names costs milliseconds each


def check(draft: Draft) -> river_network.Network | None:
    """Add the faults between the parts of a scenario; give the network if it has none."""
    fill_reaches(draft)
    check_constituents(draft)
    check_reactions(draft)
    _twice(draft.faults, [*draft.stations, *draft.borders], "station or border")
    check_times(draft)
    check_written_formula(draft.faults, draft.dispersion)
    _check_methods(draft)
    _check_velocity_factors(draft)
    _check_exponents(draft)
    check_ice(draft)
    check_flow_nodes(draft)
    check_discharges(draft)
    check_reservoirs(draft)
    check_hydrographs(draft)
    network = _check_graph(draft)
    check_places(draft, network)
    check_trigger(draft, network)
    check_floating(draft)
    return network


def check_flow_nodes(draft: Draft) -> None:
    """Add the faults of inflows and gauges on nodes that do not exist, or stand twice."""
    for table in (draft.inflows, draft.gauges):
        _check_flow_nodes(draft, table)


def _twice(faults: Faults, items: Iterable[Any], what: str) -> None:
    seen: set[str] = set()
    for item in whole(items):
        if item.name in seen:
            faults.add(f"{item._where}.name", f"the {what} {quoted(item.name)} is given twice")
        seen.add(item.name)


def check_times(draft: Draft) -> None:
    """A release begins within the run; a stated mass is released whole."""
    if draft.case is None:
        return
    end = draft.case.duration
    for release in whole(draft.releases):
        key = "time" if isinstance(release, Slug) else "start"
        begin = getattr(release, key)
        where = f"{release._where}.{key}"
        if begin < 0:
            draft.faults.add(
                where, f"is {_hours(-begin)} before case.start", "Let the case start earlier."
            )
        elif begin >= end:
            draft.faults.add(
                where,
                f"is {_hours(begin)} after case.start, but the run ends after {_hours(end)}",
                "Lengthen case.duration, or release earlier.",
            )
        elif isinstance(release, Constant) and begin + release.duration > end * (1 + 1e-12):
            draft.faults.add(
                f"{release._where}.duration",
                f"the release ends {_hours(begin + release.duration)} after case.start, but the "
                f"run ends after {_hours(end)}, so its mass would not be released whole",
                "Lengthen case.duration.",
            )


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.6g} h"


def check_written_formula(faults: Faults, section: Section | None) -> None:
    """Add the fault of a dispersion formula that there is none of."""
    if isinstance(section, DispersionFormula) and section.formula not in DISPERSION_FORMULAS:
        faults.add(
            "dispersion.formula",
            f"there is no dispersion formula {quoted(section.formula)}",
            nearest(section.formula, DISPERSION_FORMULAS)
            or f"Possible: {any_of(DISPERSION_FORMULAS, 40)}.",
        )


def _check_exponents(draft: Draft) -> None:
    """Velocity does not fall while the discharge rises."""
    common = draft.hydraulics
    if common is not None and common.width_exponent + common.depth_exponent > 1.0:
        draft.faults.add(
            "hydraulics.depth_exponent",
            f"width_exponent and depth_exponent add up to "
            f"{common.width_exponent + common.depth_exponent:g}; at most 1 is allowed, or the "
            "velocity would fall while the discharge rises",
        )


def _check_methods(draft: Draft) -> None:
    """Columns that a reach's hydraulic method cannot do without."""
    table = draft.reaches
    if table is None or draft.hydraulics is None or draft.file_failed:
        return
    unread = table.file is not None and not table.sound
    enough: dict[tuple[str, tuple[str, ...]], bool] = {}
    free = reaches_with_area(draft)
    for row in table.rows:
        method = row.cells.get("hydraulics", draft.hydraulics.default)
        if not row.whole or row.cells.get("id") in free:
            continue
        choices = HYDRAULIC_METHODS[method]
        given = (method, tuple(row.cells))
        if given not in enough:  # rows mostly give the same columns
            enough[given] = any(set(choice) <= row.cells.keys() for choice in choices)
        if enough[given]:
            continue
        missing = [name for name in choices[0] if name not in row.cells]
        if unread and not all(name in table.columns for name in missing):
            continue  # the column may be there under a name with a fault
        table.add_fault(
            draft.faults,
            row,
            missing[0],
            f'is not given, but the hydraulic method "{method}" needs '
            + ", or ".join(any_of(choice) for choice in choices),
            ""
            if "hydraulics" in row.cells
            else "The method comes from hydraulics.default; a column hydraulics chooses one for "
            "each reach.",
        )


def _check_velocity_factors(draft: Draft) -> None:
    """A velocity that follows from continuity cannot be multiplied."""
    if draft.reaches is None or (draft.discharges is None and not draft.series):
        return
    for row in draft.reaches.rows:
        if "velocity_factor" in row.cells:
            draft.reaches.add_fault(
                draft.faults, row, "velocity_factor",
                'has no place where [flow] kind = "table": the areas follow from continuity there',
                "Leave the cell empty.",
            )  # fmt: skip


def _check_flow_nodes(draft: Draft, table: Table | None) -> None:
    """Nodes of inflows and gauges exist, and stand once."""
    if table is None or draft.nodes is None:
        return
    known = dict.fromkeys(row.cells["id"] for row in draft.nodes.rows if "id" in row.cells)
    all_known = draft.nodes.named("id")
    seen: set[str] = set()
    unknown = 0
    for row in table.rows:
        node = row.cells.get("node")
        if node is None:
            continue
        if all_known and node not in known:
            hint = nearest(node, known) if unknown < _MOST_HINTS else ""
            unknown += 1
            table.add_fault(draft.faults, row, "node", f"there is no node {quoted(node)}", hint)
        if node in seen and table is draft.gauges:  # several inflows at a node add up
            table.add_fault(draft.faults, row, "node", f"node {quoted(node)} is given twice")
        seen.add(node)


def _check_graph(draft: Draft) -> river_network.Network | None:
    """Faults of the network as a whole; the network itself when it has none."""
    nodes, reaches = draft.nodes, draft.reaches
    if nodes is None or reaches is None:
        return None
    if not nodes.named("id") or not reaches.named("id", "from", "to"):
        return None  # what is missing has its own fault; guessing would add false ones
    ids = [row.cells["id"] for row in nodes.rows]
    reach_ids = [row.cells["id"] for row in reaches.rows]
    heads = [row.cells["from"] for row in reaches.rows]
    feet = [row.cells["to"] for row in reaches.rows]
    shares = [row.cells.get("share") for row in reaches.rows]
    kinds = [row.cells.get("kind", "") for row in nodes.rows]
    length = [row.cells.get("length", float("nan")) for row in reaches.rows]
    network = river_network.build_sound(ids, reach_ids, heads, feet, length, shares)
    if network is not None and river_network.kinds_agree(network, kinds):
        return network
    for fault in river_network.find_faults(ids, kinds, reach_ids, heads, feet, shares):
        _place(draft, nodes, reaches, fault)
    return None


def _place(draft: Draft, nodes: Table, reaches: Table, fault: GraphFault) -> None:
    """Put a graph fault at the row of its reach, else of its node."""
    row: Row | None = None
    table = nodes
    if fault.reach is not None:
        table, row = reaches, reaches.rows[fault.reach]
    elif fault.node is not None:
        row = nodes.rows[fault.node]
    if row is None:
        draft.faults.add("network", fault.message, fault.hint)
    else:
        table.add_fault(draft.faults, row, fault.column, fault.message, fault.hint)
