"""Flow routed by the diffusive wave: levels of the whole network, with backwater."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault, Notice, ScenarioError
from ..network.network import Network, Position
from ..routing.conveyance import Shapes, from_normal_flow
from ..routing.diffusive_layout import Layout, Outlets, Reaches, Ways, lay_out
from ..routing.diffusive_wave import Inflow, NoStepError, Routed, route, settled, uniform_flow
from .backwater_notices import backwater_notices
from .flow import Array, SteadyFlow
from .inflow_series import Inflows, choose_step, inflows, routing_times
from .routed import MOST_VALUES, expected_discharges
from .varying import Sections, VaryingFlow
from .water_ledger import WaterLedger
from .wave import Waves, wave_kinds, wave_sections

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
    asked: Array
    """(D,) what ways out were asked for [m3/s]."""
    waves: Waves
    step: float
    """[s]"""


def route_levels(
    scenario: Scenario, network: Network, reference: SteadyFlow, places: Sequence[Position]
) -> tuple[VaryingFlow, WaterLedger, list[Notice]]:
    """Route the inflows of a scenario by the diffusive wave.

    The flow at first is the steady one of the inflows at first, with its backwater.

    reference : steady flow, the releases' own water left out
    places : where each release enters

    Raises ScenarioError where a reach has no slope or no wave, or more water is taken out than
    there is.
    """
    levels = route_levels_in_full(scenario, network, reference, places)
    layout, found = levels.layout, levels.routed
    length = layout.channels.length
    flow = VaryingFlow(
        time=found.edges[:-1],
        discharge_head=found.discharge_head,
        discharge_foot=found.discharge_foot,
        lateral_inflow=found.lateral_inflow,
        linear=False,
        initial_area=found.volume[0] / length,
        reference=reference,
        sections=Sections(layout.reach, section_heads(layout), length),
    )
    return flow, levels.ledger, backwater_notices(scenario, network, reference, levels)


def route_levels_in_full(
    scenario: Scenario, network: Network, reference: SteadyFlow, places: Sequence[Position]
) -> Levels:
    """As ``route_levels``, with all that was found."""
    waves = wave_kinds(scenario, network, reference)
    faults = _faults(scenario, network, waves)
    if faults:
        raise ScenarioError(faults, scenario.name)
    given = None if scenario.routing is None else scenario.routing.time_step
    step = given or choose_step(scenario)
    while True:
        time = routing_times(scenario.case.duration, step)
        water = inflows(scenario, network, reference, places, time)
        low, high = expected_discharges(network, reference, water)
        expected = low, DEEPER * high
        sections = wave_sections(scenario, network, reference, waves, expected)
        layout = _layout(scenario, network, reference, sections)
        values = layout.reach.size * time.size
        if given is not None or values <= MOST_VALUES:
            break
        step *= 1.01 * values / MOST_VALUES
    inflow = _inflow(layout, network, reference, water)
    steady = Inflow(
        reference.node_inflow[None, :],
        (reference.lateral_inflow * network.reach_length)[None, :],
        reference.node_abstraction[None, layout.ways.node],
    )
    mean = 0.5 * (reference.discharge_head + reference.discharge_foot)
    state = settled(layout, uniform_flow(layout, mean), steady)
    begun = route(layout, state, np.array([0.0, 1.0]), steady)
    try:
        found = route(layout, state, time, inflow)
    except NoStepError as error:
        raise _drained(scenario, network, int(layout.reach[error.section]), error) from error
    first = 0.5 * (begun.discharge_head + begun.discharge_foot)[0]
    count = np.bincount(layout.reach)
    asked = reference.node_abstraction[layout.ways.node]
    return Levels(
        layout, found, _ledger(found, inflow),
        np.bincount(layout.reach, weights=first) / count, asked, waves, step,
    )  # fmt: skip


def _faults(scenario: Scenario, network: Network, waves: Waves) -> list[Fault]:
    """Reaches that the diffusive wave cannot be routed through."""
    found = []
    dammed = {one.reach for one in scenario.reservoirs}
    sloping = waves.table.columns.given("slope")
    for row, name in enumerate(network.reach_id):
        if name in dammed:
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
    rules = {"reservoirs": scenario.reservoirs, "diversions": scenario.diversions,
             "splits": scenario.splits}  # fmt: skip
    for what, items in rules.items():
        message = f"the diffusive wave does not route through {what} yet"
        hint = 'Use [routing] method = "muskingum_cunge".'
        found += [scenario.fault(item, message, hint) for item in items]
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
    sections: tuple[Array, Array, Array],
) -> Layout:  # fmt: skip
    """Sections, links and unknowns of the network.

    sections : (R, K) discharge, area and width of uniform flow
    """
    slope = reference.bed_slope
    bed = bed_levels(network, slope)
    routing = scenario.routing
    longest = section_lengths(sections, slope, reference)
    if routing is not None and routing.section_length is not None:
        longest = np.full(slope.size, routing.section_length)
    links = np.maximum(np.ceil(network.reach_length / longest - 1e-9), 1.0).astype(np.int64)
    reaches = Reaches(
        network.reach_from, network.reach_to, network.reach_length, links,
        bed[network.reach_from], bed[network.reach_to], np.arange(slope.size),
        _shapes(scenario, network, sections, slope),
    )  # fmt: skip
    depth = None if routing is None else routing.outlet_depth
    outlets = Outlets(
        np.array([network.outlet]),
        slope[[main_arm_into(network, reference, network.outlet)]],
        np.array([np.nan if depth is None else bed[network.outlet] + depth]),
    )
    taking = np.flatnonzero(reference.node_abstraction > 0.0)
    ways = Ways(taking, np.full(taking.size, -1, dtype=np.int64))
    return lay_out(reaches, outlets, bed.size, ways)


def main_arm_into(network: Network, reference: SteadyFlow, node: int) -> int:
    """The reach that brings most water to a node at first."""
    entering = np.flatnonzero(network.reach_to == node)
    return int(entering[np.argmax(reference.discharge_foot[entering])])


def bed_levels(network: Network, slope: Array) -> Array:
    """(N,) level of the bed at every node, from 0 at the outlet up along the main arms [m].

    All reaches have the bed of the node they meet at; the lesser arms of an island fall as much
    as its main arm.
    """
    bed = np.zeros(len(network.node_id))
    for reach in network.order[::-1].tolist():
        start = int(network.reach_from[reach])
        if network.reach_below[start] == reach:
            bed[start] = bed[network.reach_to[reach]] + slope[reach] * network.reach_length[reach]
    return bed


def section_lengths(
    sections: tuple[Array, Array, Array], slope: Array, reference: SteadyFlow
) -> Array:
    """(R,) longest sections in which the flood at its flow at first spreads by its own diffusion.

    2 D / c = Q / (B S0 c), beyond which the scheme takes c dx / 2 instead of D.
    """
    discharge, area, width = sections
    base = 0.5 * (reference.discharge_head + reference.discharge_foot)
    found = np.empty(base.size)
    for row in range(base.size):
        at = min(int(np.searchsorted(discharge[row], base[row])), discharge.shape[1] - 2)
        speed = (discharge[row, at + 1] - discharge[row, at]) / (area[row, at + 1] - area[row, at])
        found[row] = discharge[row, at] / (width[row, at] * slope[row] * speed)
    return np.minimum(np.maximum(found, SHORTEST), LONGEST)


def _shapes(
    scenario: Scenario, network: Network, sections: tuple[Array, Array, Array], slope: Array
) -> Shapes:
    """Cross-sections of the reaches; all reaches that have none are told at once."""
    discharge, area, width = sections
    steeper = np.diff(np.log(area), axis=1) > np.diff(np.log(width), axis=1)
    wrong = np.flatnonzero(~steeper.all(axis=1))
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
    return from_normal_flow(discharge, area, width, slope)


def section_heads(layout: Layout) -> Array:
    """(S,) distance of the head of each section from the head of its reach [m]."""
    ends = np.cumsum(layout.channels.length)
    before = ends - layout.channels.length
    return np.asarray(before - before[layout.first[layout.reach]])


def _inflow(
    layout: Layout, network: Network, reference: SteadyFlow, water: Inflows
) -> Inflow:  # fmt: skip
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
        node, lateral,
        np.repeat(reference.node_abstraction[None, layout.ways.node], rows, axis=0),
        np.array(section, dtype=np.int64) if section else None,
        np.stack(point, axis=1) if point else None,
    )  # fmt: skip


def _ledger(found: Routed, inflow: Inflow) -> WaterLedger:
    """Balance of the whole network at the ends of the rows."""

    def summed(discharge: Array) -> Array:
        return np.concatenate([[0.0], np.cumsum(discharge * np.diff(found.edges))])

    along = found.lateral_inflow
    outside = [int(d) for d in range(found.taken.shape[1])]
    return WaterLedger(
        time=found.edges,
        entered=summed(inflow.node.sum(axis=1) + np.maximum(along, 0.0).sum(axis=1)),
        left=summed(found.leaving.sum(axis=1)),
        abstracted=summed(found.taken[:, outside].sum(axis=1) - np.minimum(along, 0.0).sum(axis=1)),
        stored=found.volume.sum(axis=1),
    )
