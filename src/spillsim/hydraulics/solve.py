"""Steady flow of a scenario on its network: the one entrance to this room."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import Fault, Notice, ScenarioError
from ..network.network import Network
from .columns import Array, Columns, Mask
from .discharge import CLOSED, Balance, add_inflow, closure_notices
from .fallback import complete, range_notices, unused_notices
from .flow import SteadyFlow
from .following import Following, discharge_ratio, follow, mark
from .ice import ice_cover, ice_notices, slow
from .inputs import (
    CLOSURE_WARNING,
    ReachTable,
    dispersion_formula,
    flow_scale,
    reach_faults,
    read_flow_tables,
    read_reaches,
    solve_discharge,
)
from .over_time import balance_between, read_table, reference_balance, varying_flow
from .sections import GIVEN, SECTION, Quantity, Sections, constant, travel_time_factor, unknown
from .spreading import dispersion
from .varying import VaryingFlow

if TYPE_CHECKING:
    from ..scenario import Scenario


def solve(
    scenario: Scenario, network: Network, node_release_inflow: Array | None = None
) -> SteadyFlow:
    """Steady discharge, flow section, dispersion and storage of every reach.

    Discharge follows from continuity and, with gauges, from the gains and losses between them;
    from a table of discharges it is what is typical of the run. The section of each reach follows
    from its hydraulic method at the mean discharge of the reach.

    node_release_inflow : (N,) water brought by releases, at the node or the head node of the
        reach where they lie; added below it after the gauges are honoured. A reach with given
        velocity or time of travel keeps it, its area grows [m3/s]

    Guarantees continuity at nodes and along reaches, area * velocity = mean discharge, and
    travel_time = integral of area / Q over the reach.

    Raises ScenarioError with all faults: headwater without discharge, river running dry, unknown
    gauge, columns missing for a method, unusable numbers.
    """
    table = read_reaches(scenario, network)
    columns = table.columns
    given_lateral = np.where(columns.given("lateral_inflow"), columns["lateral_inflow"], 0.0)
    if scenario.flow.kind == "table":
        water, faults = reference_balance(scenario, network)
    else:
        tables = read_flow_tables(scenario, network)
        lateral_inflow = flow_scale(scenario.flow) * given_lateral
        water, faults = solve_discharge(scenario, network, tables, lateral_inflow)
    faults += reach_faults(scenario, table)
    if faults:
        raise ScenarioError(faults, scenario.name)
    following = followed(scenario, network, table, 0.5 * (water.head + water.foot))
    warning = getattr(scenario.flow, "closure_warning", CLOSURE_WARNING)
    notices = list(closure_notices(network, water.closures, warning))
    discharge, lateral = _discharge_origin(columns, water)
    if node_release_inflow is not None:
        water = add_inflow(network, water, node_release_inflow)
    table = replace(table, columns=following.columns)
    quantities, told = _quantities(scenario, network, table, water, following)
    cover = ice_cover(scenario, table.rows)
    frozen = ice_notices(scenario, table.columns, table.methods, cover)
    told = [*notices, *following.notices, *frozen, *told]
    quantities |= {"discharge": discharge, "lateral_inflow": lateral}
    masks = (cover if cover.any() else None, columns.given("storage_area"))
    return _assemble(network, water, quantities, tuple(told), *masks)


def solve_met(
    scenario: Scenario, network: Network, base: SteadyFlow, met: tuple[Array, Array]
) -> SteadyFlow:
    """Sections, dispersion and storage of every reach at the flow that a plume meets there.

    base : steady flow from ``solve``, whose notices stay
    met : (R,) discharges at head and foot, see ``meeting.discharges_met`` [m3/s]
    """
    table = read_reaches(scenario, network)
    water = balance_between(network, *met)
    following = followed(scenario, network, table, 0.5 * (water.head + water.foot))
    own = replace(table, columns=following.columns)
    quantities, _ = _quantities(scenario, network, own, water, following)
    origin = "routed, while the plume passes"
    quantities |= {
        "discharge": constant(water.head, origin, False),
        "lateral_inflow": constant(water.lateral_inflow, origin, False),
    }
    stays = table.columns.given("storage_area")
    return _assemble(network, water, quantities, base.notices, base.ice_cover, stays)


def followed(scenario: Scenario, network: Network, table: ReachTable, water: Array) -> Following:
    """The reach table with sections that follow the flow from the one they were given at.

    water : (R,) mean discharge of the reaches without the water of releases [m3/s]
    """
    ratio = np.ones(water.size)
    if scenario.flow.kind != "table":
        columns = table.columns
        lateral = np.where(columns.given("lateral_inflow"), columns["lateral_inflow"], 0.0)
        for name, value in getattr(scenario, "reference_lateral_inflow", {}).items():
            lateral[network.reach_index[name]] = value
        ratio = discharge_ratio(scenario, network, water, lateral)
    return follow(scenario, network, table, ratio)


def solve_over_time(
    scenario: Scenario, network: Network, reference: SteadyFlow
) -> tuple[VaryingFlow, list[Notice]]:
    """Flow of a table of discharges, with what it is doubted for.

    A reach begins with the section that its hydraulic method gives at its first discharge; a
    reach without water at first is dry unless its area or volume is given.

    reference : from ``solve``

    Raises ScenarioError where a reach is asked for more water than it holds.
    """
    table = read_reaches(scenario, network)
    _, head, foot, _ = read_table(scenario, network)
    first = np.abs(0.5 * (head[0] + foot[0]))
    usual = 0.5 * (reference.discharge_head + reference.discharge_foot)
    flows = first > 0.0
    found = find_sections(table, np.where(flows, first, usual), np.ones(first.size))
    area = found.cross_section_area.value
    fixed = np.array([method == "volume" for method in table.methods])
    fixed |= table.columns.given("cross_section_area") & ~table.columns.given("velocity")
    return varying_flow(scenario, network, reference, np.where(flows | fixed, area, 0.0))


def _quantities(
    scenario: Scenario, network: Network, table: ReachTable, water: Balance, following: Following
) -> tuple[dict[str, Quantity], list[Notice]]:
    """Everything per reach that follows from its discharge and its row, and what to say of it."""
    columns, ids = table.columns, network.reach_id
    mean = 0.5 * (water.head + water.foot)
    factor = travel_time_factor(water.head, water.foot)
    sections = find_sections(table, mean, factor)
    mark(following, sections)
    friction, misfit = complete(columns, mean, sections)
    mark(following, sections)
    if misfit.any():
        raise ScenarioError(_misfit_faults(scenario, table, sections, misfit), scenario.name)
    area = sections.cross_section_area.value
    time = constant(columns.length * area * factor / mean, "length / velocity", False)
    time.estimated |= sections.velocity.estimated
    time.method[sections.velocity.method == "travel_time"] = GIVEN
    notices = range_notices(columns, table.methods, ids, mean)
    notices += unused_notices(columns, table.methods, ids, sections, time.value)
    common = getattr(scenario.dispersion, "value", None)
    spread, told = dispersion(columns, sections, friction, common, dispersion_formula(scenario))
    ratio, exchange = _storage(scenario, columns, area)
    tank = np.array([getattr(row, "kind", "") == "tank" for row in table.rows], dtype=np.bool_)
    for quantity in (spread, ratio, exchange):
        quantity.fill(tank, np.zeros(tank.size), "none, mixed throughout", False)
    quantities = {
        **{field.name: getattr(sections, field.name) for field in fields(sections)},
        **{field.name: getattr(friction, field.name) for field in fields(friction)},
        "travel_time": time,
        "dispersion_coefficient": spread,
        "storage_area_ratio": ratio,
        "exchange_coefficient": exchange,
        "temperature": _temperature(scenario, columns),
    }
    return quantities, notices + told


def _misfit_faults(
    scenario: Scenario, table: ReachTable, sections: Sections, misfit: Mask
) -> list[Fault]:
    """Trapezoids whose given surface width and side slope cannot hold the area."""
    return [
        scenario.fault(
            table.rows[reach],
            f"a section {sections.width.value[reach]:.4g} m wide with side slope "
            f"{table.columns['side_slope'][reach]:g} cannot hold the area "
            f"{sections.cross_section_area.value[reach]:.4g} m2",
            "Give a larger width, a smaller side_slope or none.",
            "side_slope",
        )
        for reach in np.flatnonzero(misfit).tolist()
    ]


def find_sections(table: ReachTable, discharge: Array, factor: Array) -> Sections:
    """Evaluate every method on the reaches that use it."""
    count = discharge.size
    whole = Sections(*(unknown(count) for _ in fields(Sections)))
    methods = np.array(table.methods, dtype=object)
    for name, method in SECTION.items():
        rows = np.flatnonzero(methods == name)
        if rows.size == 0:
            continue
        part = method(table.columns.take(rows), discharge[rows], factor[rows])
        for field in fields(Sections):
            source: Quantity = getattr(part, field.name)
            target: Quantity = getattr(whole, field.name)
            target.value[rows] = source.value
            target.method[rows] = source.method
            target.estimated[rows] = source.estimated
    slow(table.columns, table.methods, whole)
    hasten(table.columns, whole)
    return whole


def hasten(columns: Columns, sections: Sections) -> None:
    """Let the column ``velocity_factor`` act: the velocity times it, area and depth over it.

    The width stays, as under ice.
    """
    factor = columns.factor("velocity_factor")
    if np.all(factor == 1.0):
        return
    sections.velocity.multiply(factor)
    for quantity in (sections.cross_section_area, sections.depth, sections.hydraulic_radius):
        quantity.multiply(1.0 / factor)


def _discharge_origin(columns: Columns, water: Balance) -> tuple[Quantity, Quantity]:
    """How discharge and lateral inflow came about: given, or spread between gauges."""
    discharge = constant(water.head, "continuity", False)
    given = columns.given("lateral_inflow")
    lateral = constant(water.lateral_inflow, "none", False)
    lateral.method[given] = GIVEN
    for closure in water.closures:
        if not closure.reaches:
            continue
        rows = np.array(closure.reaches, dtype=np.int64)
        discharge.method[rows] = "between gauges"
        if closure.share > CLOSED:
            discharge.estimated[rows] = True
            lateral.estimated[rows] = True
            lateral.method[rows] = np.where(given[rows], "given and gauge closure", "gauge closure")
    return discharge, lateral


def _storage(scenario: Scenario, columns: Columns, area: Array) -> tuple[Quantity, Quantity]:
    """Transient storage: the reach's own, else that of all reaches, else none.

    area : (R,) flowing area [m2]
    """
    common = scenario.storage
    quantities = []
    for column, value in (
        ("storage_area_ratio", None if common is None else common.area_ratio),
        ("exchange_coefficient", None if common is None else common.exchange_coefficient),
    ):
        count = columns.length.size
        found = unknown(count)
        found.fill(columns.given(column), columns[column], GIVEN, False)
        if column == "storage_area_ratio":
            given = columns.given("storage_area")
            found.fill(given, columns["storage_area"] / area, "storage_area / area", False)
        if value is None:
            found.fill(found.unknown, np.zeros(count), "none", False)
        else:
            found.fill(found.unknown, np.full(count, value), "given for all reaches", False)
        quantities.append(found)
    return quantities[0], quantities[1]


def _temperature(scenario: Scenario, columns: Columns) -> Quantity:
    """Water temperature: the reach's own, else that of the flow, which may be only assumed."""
    count = columns.length.size
    found = unknown(count)
    found.fill(columns.given("temperature"), columns["temperature"], GIVEN, False)
    common = np.full(count, scenario.flow.temperature)
    if "temperature" in scenario.flow.model_fields_set:
        found.fill(found.unknown, common, "given for all reaches", False)
    else:
        found.fill(found.unknown, common, "assumed", True)
    return found


def _assemble(
    network: Network,
    water: Balance,
    quantities: dict[str, Quantity],
    notices: tuple[Notice, ...],
    cover: Mask | None,
    storage_stays: Mask,
) -> SteadyFlow:
    """Put values, methods and marks of estimation together."""
    of_water = ("discharge", "lateral_inflow")
    return SteadyFlow(
        discharge_head=water.head,
        discharge_foot=water.foot,
        lateral_inflow=water.lateral_inflow,
        node_inflow=water.node_inflow,
        node_abstraction=water.node_abstraction,
        **{name: q.value for name, q in quantities.items() if name not in of_water},
        method={name: tuple(q.method.tolist()) for name, q in quantities.items()},
        estimated={name: q.estimated for name, q in quantities.items()},
        notices=notices,
        ice_cover=cover,
        storage_stays=storage_stays,
        reach_id=network.reach_id,
    )
