"""Flow routed by the diffusive wave: levels of the whole network, with backwater."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, ScenarioError
from ..network.network import Network, Position
from ..routing.conveyance import CONVEYANCE, Shapes, depth_at, from_normal_flow
from ..routing.diffusive_layout import Layout, Outlets, Reaches, lay_out
from ..routing.diffusive_wave import (
    Inflow,
    NoStepError,
    Routed,
    State,
    outlet_means,
    route,
    settled,
    uniform_flow,
)
from ..routing.outlets import GIVEN, OutletRows
from .backwater_works import (
    WaysOut,
    bottom_of,
    first_level,
    joined,
    pool_shapes,
    ways_out,
    work_faults,
)
from .flow import Array, SteadyFlow
from .inflow_series import Inflows, choose_step, inflows, routing_times
from .routed import MOST_VALUES, expected_discharges
from .water_ledger import WaterLedger
from .wave import Waves, wave_kinds, wave_sections
from .works import Works, find_works

if TYPE_CHECKING:
    from ..scenario import Scenario

IntArray = NDArray[np.int64]

DEEPER = 20.0
"""Factor on the highest discharge expected up to which cross-sections are tabulated."""
SHORTEST, LONGEST = 500.0, 5000.0
"""Bounds on the length of a section that is chosen [m]."""


@dataclass(frozen=True)
class Levels:
    """What routing found; columns as in ``layout``."""

    layout: Layout
    routed: Routed
    ledger: WaterLedger
    first_discharge: Array
    """(R,) mean discharge of the reaches at first [m3/s]."""
    out: WaysOut
    asked: Array
    """(M, D) discharge that ways out are to give whatever the level [m3/s]."""
    works: Works
    waves: Waves
    step: float
    """[s]"""


def route_levels_in_full(
    scenario: Scenario, network: Network, reference: SteadyFlow, places: Sequence[Position]
) -> Levels:
    """As ``route.route_levels``, with all that was found."""
    works = find_works(scenario, network)
    waves = wave_kinds(scenario, network, reference, [*works.pools])
    faults = _faults(scenario, network, waves, works)
    if faults:
        raise ScenarioError(faults, scenario.name)
    out = ways_out(network, reference, works)
    given = None if scenario.routing is None else scenario.routing.time_step
    step = given or choose_step(scenario, works.switching)
    while True:
        time = routing_times(scenario.case.duration, step)
        water = inflows(scenario, network, reference, places, time)
        low, high = expected_discharges(network, reference, water, works)
        sections = wave_sections(scenario, network, reference, waves, (low, DEEPER * high))
        layout = _layout(scenario, network, reference, sections, works, out)
        values = layout.reach.size * time.size
        if given is not None or values <= MOST_VALUES:
            break
        step *= 1.01 * values / MOST_VALUES
    outlets = outlet_means(time, out.outlets)
    inflow = _inflow(layout, network, reference, water, outlets)
    state, first = _first(layout, network, reference, works, out)
    try:
        found = route(layout, state, time, inflow)
    except NoStepError as error:
        raise _drained(scenario, network, int(layout.reach[error.section]), error) from error
    asked = np.where(outlets.kind[:, None] == GIVEN, outlets.weight * outlets.value, 0.0)
    return Levels(
        layout, found, _ledger(layout, found, inflow), first, out, asked.sum(axis=2).T, works,
        waves, step,
    )  # fmt: skip


def _first(
    layout: Layout, network: Network, reference: SteadyFlow, works: Works, out: WaysOut
) -> tuple[State, Array]:
    """Steady flow at first, reservoirs at their levels; and (R,) mean discharge of the reaches."""
    moment = np.array([0.0, 1.0])
    steady = Inflow(
        reference.node_inflow[None, :],
        (reference.lateral_inflow * network.reach_length)[None, :],
        outlets=outlet_means(moment, out.outlets),
    )
    held = layout.channels.held.copy()
    for reach, pool in works.pools.items():
        held[layout.place[network.reach_from[reach]]] = first_level(pool)
    standing = replace(layout, channels=layout.channels._replace(held=held))
    mean = 0.5 * (reference.discharge_head + reference.discharge_foot)
    state = settled(standing, uniform_flow(standing, mean), steady)
    begun = route(layout, state, moment, steady)
    both = 0.5 * (begun.discharge_head + begun.discharge_foot)[0]
    return state, np.bincount(layout.reach, weights=both) / np.bincount(layout.reach)


def _faults(scenario: Scenario, network: Network, waves: Waves, works: Works) -> list[Fault]:
    """Reaches and rules that the diffusive wave cannot be routed through."""
    found = work_faults(scenario, network, works)
    sloping = waves.table.columns.given("slope")
    for row, name in enumerate(network.reach_id):
        if row in works.pools:
            continue
        if waves.still[row]:
            message = f"reach {name} is a tank, whose level the diffusive wave would have to know"
            hint = 'Describe it as a [[reservoir]], or use [routing] method = "muskingum_cunge".'
        elif not sloping[row]:
            message = f"reach {name} has no slope, which the diffusive wave needs"
            hint = "Give its column slope [m/m]."
        else:
            continue
        found.append(scenario.fault(scenario.reaches[row], message, hint))
    return found


def _drained(
    scenario: Scenario, network: Network, reach: int, error: NoStepError
) -> ScenarioError:  # fmt: skip
    message = (
        f"more water leaves reach {network.reach_id[reach]} than it holds and gets, "
        f"{error.time / 3600.0:.4g} h after the start"
    )
    fault = scenario.fault(scenario.reaches[reach], message, "Check what is lost along the reach.")
    return ScenarioError([fault], scenario.name)


def _layout(
    scenario: Scenario, network: Network, reference: SteadyFlow,
    sections: tuple[Array, Array, Array], works: Works, out: WaysOut,
) -> Layout:  # fmt: skip
    """Sections, links and unknowns of the network.

    sections : (R, K) discharge, area and width of uniform flow
    """
    slope, routing = reference.bed_slope, scenario.routing
    shapes, shape = _shapes(scenario, network, sections, slope, works)
    mean = 0.5 * (reference.discharge_head + reference.discharge_foot)
    normal = depth_at(shapes, shape, CONVEYANCE, mean / np.sqrt(slope))
    bed = bed_levels(network, reference, normal, works)
    longest = section_lengths(sections, slope, mean)
    if routing is not None and routing.section_length is not None:
        longest = np.full(slope.size, routing.section_length)
    pools = np.array([*works.pools], dtype=np.int64)
    longest[pools] = np.inf
    links = np.maximum(np.ceil(network.reach_length / longest - 1e-9), 1.0).astype(np.int64)
    links[pools] = 0
    bed_head, bed_foot = bed[network.reach_from], bed[network.reach_to]
    bed_head[pools] = bed_foot[pools] = [bottom_of(pool) for pool in works.pools.values()]
    reaches = Reaches(
        network.reach_from, network.reach_to, network.reach_length, links, bed_head, bed_foot,
        shape, shapes,
    )  # fmt: skip
    last = main_arm_into(network, reference, network.outlet)
    depth = None if routing is None else routing.outlet_depth
    level = np.array([np.nan if depth is None else bed[network.outlet] + depth])
    outlet = np.array([network.outlet] if last not in works.pools else [], dtype=np.int64)
    outlets = Outlets(outlet, slope[[last]][: outlet.size], level[: outlet.size])
    return lay_out(reaches, outlets, bed.size, out.ways)


def main_arm_into(network: Network, reference: SteadyFlow, node: int) -> int:
    """The reach that brings most water to a node at first."""
    entering = np.flatnonzero(network.reach_to == node)
    return int(entering[np.argmax(reference.discharge_foot[entering])])


def bed_levels(network: Network, reference: SteadyFlow, normal: Array, works: Works) -> Array:
    """(N,) level of the bed at every node, from 0 at the outlet up along the main arms [m].

    All reaches have the bed of the node they meet at; the lesser arms of an island fall as much
    as its main arm. Above a reservoir the levels are those of its table: the river that enters it
    has its uniform depth where it meets the level at first.

    normal : (R,) uniform depth at first [m]
    """
    bed = np.zeros(len(network.node_id))
    for reach in network.order[::-1].tolist():
        start = int(network.reach_from[reach])
        if reach in works.pools:
            pool = works.pools[reach]
            bed[start] = bottom_of(pool)
            if (network.reach_to == start).any():
                entering = main_arm_into(network, reference, start)
                bed[start] = max(bottom_of(pool), first_level(pool) - normal[entering])
        elif network.reach_below[start] == reach:
            fall = reference.bed_slope[reach] * network.reach_length[reach]
            bed[start] = bed[network.reach_to[reach]] + fall
    return bed


def section_lengths(sections: tuple[Array, Array, Array], slope: Array, mean: Array) -> Array:
    """(R,) longest sections in which the flood at its flow at first spreads by its own diffusion.

    2 D / c = Q / (B S0 c), beyond which the scheme takes c dx / 2 instead of D.

    mean : (R,) discharge at first [m3/s]
    """
    discharge, area, width = sections
    found = np.empty(mean.size)
    for row in range(mean.size):
        at = min(int(np.searchsorted(discharge[row], mean[row])), discharge.shape[1] - 2)
        speed = (discharge[row, at + 1] - discharge[row, at]) / (area[row, at + 1] - area[row, at])
        found[row] = discharge[row, at] / (width[row, at] * slope[row] * speed)
    return np.minimum(np.maximum(found, SHORTEST), LONGEST)


def _shapes(
    scenario: Scenario, network: Network, sections: tuple[Array, Array, Array], slope: Array,
    works: Works,
) -> tuple[Shapes, IntArray]:  # fmt: skip
    """Cross-sections and which of them each reach has; all reaches that have none are told."""
    discharge, area, width = sections
    channel = np.array([row not in works.pools for row in range(slope.size)])
    steeper = np.diff(np.log(area), axis=1) > np.diff(np.log(width), axis=1)
    wrong = np.flatnonzero(channel & ~steeper.all(axis=1))
    if wrong.size:
        faults = []
        for row in wrong.tolist():
            at = int(np.argmin(steeper[row]))
            message = (
                f"the width of reach {network.reach_id[row]} rises faster than its area from "
                f"{discharge[row, at]:.4g} to {discharge[row, at + 1]:.4g} m3/s, so that its "
                "depth would fall"
            )
            faults.append(scenario.fault(scenario.reaches[row], message, "Check its rating."))
        raise ScenarioError(faults, scenario.name)
    shapes = from_normal_flow(discharge[channel], area[channel], width[channel], slope[channel])
    shape = np.cumsum(channel) - 1
    if works.pools:
        pools = np.array([*works.pools], dtype=np.int64)
        own = pool_shapes([*works.pools.values()], network.reach_length[pools])
        shape[pools] = shapes.highest.size + np.arange(pools.size)
        shapes = joined(shapes, own)
    return shapes, shape.astype(np.int64)


def section_heads(layout: Layout) -> Array:
    """(S,) distance of the head of each section from the head of its reach [m]."""
    ends = np.cumsum(layout.channels.length)
    before = ends - layout.channels.length
    return np.asarray(before - before[layout.first[layout.reach]])


def _inflow(
    layout: Layout, network: Network, reference: SteadyFlow, water: Inflows, outlets: OutletRows
) -> Inflow:
    """Means over the steps of discharges that are linear between the routing times."""

    def means(values: Array) -> Array:
        return 0.5 * (values[..., 1:] + values[..., :-1])

    node = means(water.node).T
    rows = node.shape[0]
    steady = reference.lateral_inflow * network.reach_length
    lateral = np.repeat(steady[None, :], rows, axis=0)
    for reach, values in water.reach.items():
        lateral[:, reach] = means(values)
    heads = section_heads(layout)
    section, point = [], []
    for place, values in water.release:
        own = slice(int(layout.first[place.reach]), int(layout.first[place.reach + 1]))
        within = int(np.searchsorted(heads[own], place.distance, side="right")) - 1
        section.append(own.start + within)
        point.append(means(values))
    return Inflow(
        node,
        lateral,
        outlets=outlets,
        section=np.array(section, dtype=np.int64) if section else None,
        point=np.stack(point, axis=1) if point else None,
    )


def _ledger(layout: Layout, found: Routed, inflow: Inflow) -> WaterLedger:
    """Balance of the whole network at the ends of the rows."""

    def summed(discharge: Array) -> Array:
        return np.concatenate([[0.0], np.cumsum(discharge * np.diff(found.edges))])

    along = found.lateral_inflow
    outside = np.flatnonzero(layout.ways.reach < 0)
    last = np.flatnonzero((layout.ways.reach >= 0) & (layout.controls.below < 0))
    return WaterLedger(
        time=found.edges,
        entered=summed(inflow.node.sum(axis=1) + np.maximum(along, 0.0).sum(axis=1)),
        left=summed(found.leaving.sum(axis=1) + found.taken[:, last].sum(axis=1)),
        abstracted=summed(found.taken[:, outside].sum(axis=1) - np.minimum(along, 0.0).sum(axis=1)),
        stored=found.volume.sum(axis=1),
    )
