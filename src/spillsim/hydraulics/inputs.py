"""What the scenario says about water, as arrays in the order of the network, with its faults."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from ..errors import Fault
from ..formulas import DEFAULT_DISPERSION_FORMULA, DISPERSION_FORMULAS
from ..network.network import Network
from .columns import (
    FACTORS,
    METHODS,
    NUMBERS,
    Array,
    Columns,
    Mask,
    RatingTable,
    missing_columns,
    unusable_values,
)
from .discharge import Balance, balance, non_positive, waterless_headwaters
from .ice import deepen_columns
from .roughness import ice_roughness

if TYPE_CHECKING:
    from ..scenario import GaugesFlow, InflowsFlow, Reach, Scenario
    from ..scenario.scenario import TableFlow

CLOSURE_WARNING = 0.2
"""Share of a gauge's discharge above which a gain or loss is doubted, if the scenario is silent."""


@dataclass(frozen=True)
class FlowTables:
    """Inflows and gauges at the N nodes."""

    inflow: Array
    """(N,) point inflow, zero where none is given [m3/s]."""
    abstraction: Array
    """(N,) point abstraction [m3/s]."""
    gauge: Array
    """(N,) discharge leaving the node, NaN where there is no usable gauge [m3/s]."""
    refused: Mask
    """(N,) true where a gauge stands whose discharge cannot be used."""
    faults: tuple[Fault, ...]
    """What is wrong with the tables."""


@dataclass(frozen=True)
class ReachTable:
    """The rows of the R reaches in the order of the network."""

    rows: tuple[Reach, ...]
    """(R,) rows of the scenario."""
    columns: Columns
    """Their numbers as arrays."""
    methods: tuple[str, ...]
    """(R,) name of the hydraulic method."""


def read_flow_tables(
    scenario: Scenario, network: Network, wanted: InflowsFlow | GaugesFlow | None = None
) -> FlowTables:
    """Point inflows, abstractions and gauges, times ``[flow] scale``; inflows at a node add up.

    wanted : default: the flow of the scenario
    """
    flow = scenario.flow if wanted is None else wanted
    scale = flow_scale(flow)
    index = network.node_index
    inflow, abstraction = [0.0] * len(index), [0.0] * len(index)
    gauge, refused = np.full(len(index), np.nan), np.zeros(len(index), dtype=np.bool_)
    faults = []
    for row in flow.inflows:
        node = index.get(row.node)
        if node is None:
            faults.append(scenario.fault(row, f'node "{row.node}" does not exist', key="node"))
            continue
        for name, total in (("inflow", inflow), ("abstraction", abstraction)):
            value = getattr(row, name)
            if value is not None and not 0 <= value < math.inf:
                faults.append(
                    scenario.fault(
                        row,
                        f"{name} {value:g} m3/s at node {row.node} is not zero or positive",
                        "Write water taken out as abstraction, water coming in as inflow.",
                        name,
                    )
                )
            elif value is not None:
                total[node] += scale * value
    for station in getattr(flow, "gauges", ()):
        node = index.get(station.node)
        if node is None:
            faults.append(
                scenario.fault(station, f'gauge on unknown node "{station.node}"', key="node")
            )
        elif not (np.isfinite(station.discharge) and station.discharge > 0):
            refused[node] = True
            faults.append(
                scenario.fault(
                    station,
                    f"gauge {station.node} shows {station.discharge:g} m3/s; "
                    "a discharge above zero is needed",
                    key="discharge",
                )
            )
        elif not np.isnan(gauge[node]):
            faults.append(
                scenario.fault(
                    station,
                    f"a second gauge on node {station.node}: {gauge[node]:g} and "
                    f"{station.discharge:g} m3/s",
                    "Keep one of them.",
                    "node",
                )
            )
        else:
            gauge[node] = scale * station.discharge
    return FlowTables(np.array(inflow), np.array(abstraction), gauge, refused, tuple(faults))


def flow_scale(flow: InflowsFlow | GaugesFlow | TableFlow) -> float:
    """What a flow multiplies its tables by [-]."""
    scale: float = getattr(flow, "scale", 1.0)
    return scale


def read_reaches(scenario: Scenario, network: Network) -> ReachTable:
    """The reach table in the order of the network."""
    by_id: Mapping[str, Reach] = {row.id: row for row in scenario.reaches}
    rows = tuple(by_id[name] for name in network.reach_id)
    # One call per row reads all its cells; None, an empty cell, becomes NaN.
    cells = zip(*map(_numbers_of(rows), rows), strict=True)
    numbers = {
        name: np.full(len(rows), np.nan)
        if column.count(None) == len(rows)
        else np.array(column, dtype=np.float64)
        for name, column in zip(NUMBERS, cells, strict=True)
    }
    # the volume of a tank is what it is
    tank = [getattr(row, "kind", "") == "tank" for row in rows]
    numbers["velocity_factor"][tank] = np.nan
    default = scenario.hydraulics.default
    methods = [row.hydraulics or default for row in rows]
    measured = mean_areas(scenario, network)
    for reach, area in measured.items():
        # areas that come with the discharges need no method, and go before it
        methods[reach] = "velocity"
        numbers["velocity"][reach] = np.nan
        numbers["cross_section_area"][reach] = area
    ice = ice_roughness(scenario, rows)
    ice[list(measured)] = np.nan
    columns = Columns(network.reach_length, numbers, tuple(_rating(row) for row in rows), ice)
    numbers["depth"] = deepen_columns(columns, methods)
    return ReachTable(rows, columns, tuple(methods))


def _numbers_of(rows: tuple[Reach, ...]) -> Callable[[Reach], tuple[float | None, ...]]:
    """What reads all numbers of a row; stand-ins for rows may lack the factors."""
    if rows and all(hasattr(rows[0], name) for name in FACTORS):
        return attrgetter(*NUMBERS)
    return lambda row: tuple(getattr(row, name, None) for name in NUMBERS)


def mean_areas(scenario: Scenario, network: Network) -> dict[int, float]:
    """Reach -> mean over the run of the area that the table of discharges gives [m2]."""
    found: dict[int, float] = {}
    for series in getattr(scenario.flow, "series", ()):
        if not series.cross_section_area:
            continue
        end = scenario.case.duration
        time, area = np.array(series.time), np.array(series.cross_section_area)
        inner = time[(time > 0.0) & (time < end)]
        edges = np.concatenate([[0.0], inner, [end]])
        at = np.interp(edges, time, area)
        mean = float(np.sum(np.diff(edges) * 0.5 * (at[1:] + at[:-1])) / end)
        found[network.reach_index[series.reach]] = mean
    return found


def _rating(row: Reach) -> RatingTable | None:
    """The rating table of a reach as arrays."""
    table = row.rating
    if table is None:
        return None
    width = None if table.width is None else np.array(table.width, dtype=np.float64)
    return RatingTable(
        np.array(table.discharge, dtype=np.float64),
        np.array(table.cross_section_area, dtype=np.float64),
        width,
    )


def solve_discharge(
    scenario: Scenario, network: Network, tables: FlowTables, lateral_inflow: Array
) -> tuple[Balance, list[Fault]]:
    """Balance the water and say where none is left.

    lateral_inflow : (R,) given lateral inflow per length, zero where none [m2/s]
    """
    found = balance(network, tables.inflow, tables.abstraction, lateral_inflow, tables.gauge)
    faults = list(tables.faults)
    if hasattr(scenario.flow, "gauges") and not network.is_tree:
        node = int(np.flatnonzero(np.diff(network.downstream_pointer) > 1)[0])
        message = f"the river divides at {network.node_id[node]}; gauges cannot be closed over that"
        hint = 'Give inflows (kind = "inflows") or a table of discharges (kind = "table").'
        faults.append(scenario.fault("flow.kind", message, hint))
    nodes = {row.id: row for row in scenario.nodes}
    table = "gauges or inflows" if hasattr(scenario.flow, "gauges") else "inflows"
    for node in waterless_headwaters(network, found):
        name = network.node_id[node]
        if not tables.refused[node]:
            faults.append(
                scenario.fault(
                    nodes[name],
                    f"headwater {name} has no discharge",
                    f'Give node "{name}" a discharge above zero in the table of {table}.',
                )
            )
    if tables.faults:
        # With a broken table every dry reach may be its consequence.
        return found, faults
    rows = {row.id: row for row in scenario.reaches}
    for dry in non_positive(network, found):
        reach = network.reach_id[dry.reach]
        lowest = f"the discharge falls to {dry.discharge:.4g} m3/s"
        if dry.distance > 0:
            lowest += f" (zero {dry.distance / 1000:.4g} km below the head of the reach)"
        if dry.closure is None:
            why = "abstractions and negative lateral inflow take more than the river brings"
        else:
            above = ", ".join(network.node_id[node] for node in dry.closure.upstream)
            why = (
                f"gauge {network.node_id[dry.closure.gauge]} shows {-dry.closure.residual:.4g} "
                f"m3/s less than what comes from {above}, and this loss is spread along the "
                f"{dry.closure.length / 1000:.4g} km between them"
            )
        faults.append(scenario.fault(rows[reach], f"{lowest}: {why}", "Check these discharges."))
    return found, faults


def reach_faults(scenario: Scenario, table: ReachTable) -> list[Fault]:
    """Unknown methods and formulas, missing columns, unusable numbers, bad rating tables."""
    faults = []
    for row, method in zip(table.rows, table.methods, strict=True):
        if method not in METHODS:
            faults.append(
                scenario.fault(
                    row,
                    f'hydraulics "{method}" is unknown',
                    f"Known: {', '.join(METHODS)}.",
                    "hydraulics",
                )
            )
    for reach, wanted in missing_columns(table.columns, table.methods).items():
        faults.append(
            scenario.fault(
                table.rows[reach],
                f'hydraulics "{table.methods[reach]}" needs {wanted}',
                "Fill the column or choose another method.",
                "hydraulics",
            )
        )
    for reach, column, value in unusable_values(table.columns):
        sign = "finite" if column in ("lateral_inflow", "temperature") else "positive"
        faults.append(
            scenario.fault(table.rows[reach], f"{column} = {value:g} is not {sign}", key=column)
        )
    for reach, rating in enumerate(table.columns.rating):
        wrong = "" if rating is None else _rating_fault(rating)
        if wrong:
            faults.append(scenario.fault(table.rows[reach], f"rating table: {wrong}", key="rating"))
    faults += _storage_faults(scenario, table)
    name = dispersion_formula(scenario)
    if name not in DISPERSION_FORMULAS:
        faults.append(
            scenario.fault(
                "dispersion.formula",
                f'formula "{name}" is unknown',
                f"Known: {', '.join(DISPERSION_FORMULAS)}.",
            )
        )
    return faults


def _storage_faults(scenario: Scenario, table: ReachTable) -> list[Fault]:
    """Storage zones of two sizes, or of a size and no exchange."""
    columns = table.columns
    ratio, own = columns.given("storage_area_ratio"), columns.given("storage_area")
    faults = [
        scenario.fault(
            table.rows[reach],
            "storage_area and storage_area_ratio both say how large the storage zone is",
            "Keep storage_area where the zone stays as it is in a flood, the ratio where it rises "
            "with the river.",
            "storage_area",
        )
        for reach in np.flatnonzero(ratio & own).tolist()
    ]
    if scenario.storage is None:
        faults += [
            scenario.fault(
                table.rows[reach],
                "storage_area_ratio and exchange_coefficient belong together; one is missing",
                "Give both, or [storage] in scenario.toml for all reaches.",
            )
            for reach in np.flatnonzero(
                columns.given("exchange_coefficient") != (ratio | own)
            ).tolist()
        ]
    return faults


def dispersion_formula(scenario: Scenario) -> str:
    """Name of the formula for reaches without their own coefficient."""
    name: str = getattr(scenario.dispersion, "formula", DEFAULT_DISPERSION_FORMULA)
    return name


def _rating_fault(table: RatingTable) -> str:
    """What is wrong with a rating table, or nothing."""
    if table.discharge.size < 2:
        return "at least two rows are needed"
    if not np.all(np.diff(table.discharge) > 0) or table.discharge[0] < 0:
        return "the discharges must rise from row to row and not be negative"
    for name, values in (("cross_section_area", table.cross_section_area), ("width", table.width)):
        if values is not None and not (values[0] >= 0 and np.all(values[1:] > 0)):
            return f"{name} must be positive"
        if values is not None and np.any(np.diff(values) < 0):
            return f"{name} must not fall while the discharge rises"
    return ""
