"""Everything that is fixed before time starts; the only place where words meet arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .constituents import (
    Pools,
    build_kinetics,
    build_pools,
    carrier_of,
    constituent_notices,
    flows_met,
    plain_notices,
)
from .engine import choose_engine
from .errors import Fault, Notice, ScenarioError
from .hydraulics import (
    SteadyFlow,
    VaryingFlow,
    WaterLedger,
    as_varying,
    discharges_met,
    mixing_notices,
    release_inflow,
    solve,
    solve_met,
    solve_over_time,
    trigger_flow,
)
from .marching import NetworkMarch, TreeMarch, network_march, tree_march
from .network.network import Network, Position
from .places import StationPlace, station_places
from .sources import (
    CompiledRelease,
    InletSchedule,
    carry_inlets,
    compile_releases,
    scaled,
)
from .stepping import fit_releases, output_interval, shorten_for_pools, time_step
from .transport.kinetics import Kinetics
from .transport.paths import Route, build_route
from .transport.resolution import step_for_splitting

if TYPE_CHECKING:
    from .scenario import Scenario

Array = NDArray[np.float64]

INLET_LENGTHS = 10
"""Lengths D / U that a reach should have below a measured concentration."""


@dataclass(frozen=True)
class Model:
    """A case ready to be simulated."""

    scenario: Scenario
    network: Network
    flow: SteadyFlow
    releases: tuple[CompiledRelease, ...]
    stations: tuple[StationPlace, ...]
    """Stations and borders, in the order of the scenario, stations first."""
    route: Route
    output_time: Array
    """(T,) [s since the start of the case]."""
    varying: VaryingFlow | None
    """Flow over time; None where it is steady."""
    water: WaterLedger | None
    """Balance of the water; None where the flow was not routed."""
    march: TreeMarch | NetworkMarch
    """Cells, water, places and steps of the marching engine."""
    resolution_basis: str
    """What set the time step, in words."""
    notices: tuple[Notice, ...]
    engine: str = "march"
    engine_basis: str = ""
    """Why this engine, in words."""
    trigger: Mapping[str, Any] = field(default_factory=dict)
    """What the trigger did, for the attributes of the result; empty without one."""
    pools: Pools | None = None
    """Parts of the constituents; None where each is dissolved and has one loss at most."""
    kinetics: Kinetics | None = None
    """How the pools exchange; None without pools."""

    @property
    def varies(self) -> bool:
        """True where the flow changes during the run."""
        return self.varying is not None

    @property
    def time_step(self) -> float:
        """Time step [s]."""
        return self.march.time_step

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.march.plan.steps

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.march.cells

    @property
    def output_times(self) -> int:
        """Number of output times."""
        return int(self.output_time.size)

    @property
    def field_times(self) -> int:
        """Number of times at which the whole river is written."""
        return int(self.march.plan.field_step.size)

    def curves_only(self) -> Model:
        """The same model without fields and with the last ledger alone."""
        return replace(self, march=self.march.curves_only())


def assemble(scenario: Scenario) -> Model:
    """Fix everything before time starts.

    Raises
    ------
    ScenarioError
        With all faults, in the user's names.
    """
    network = scenario.build_network()
    positions = _release_positions(scenario, network)
    inflow, told = release_inflow(scenario, network, positions)
    flow = solve(scenario, network, inflow if inflow.any() else None)
    event = trigger_flow(scenario, network, flow)
    varying, water, warned = _flow_over_time(event.on(scenario), network, flow, positions)
    releases = compile_releases(scenario, flow, positions)
    if varying is not None and scenario.is_routed:
        flow = _flow_met(scenario, network, flow, varying, releases)
        varying = replace(varying, reference=flow)
        releases = compile_releases(scenario, flow, positions)
    pools = build_pools(scenario)
    kinetics: Kinetics | None = None
    assumed = plain_notices(scenario)
    if pools is not None:
        releases = into_pools(scenario, pools, releases)
        kinetics, assumed = _kinetics(scenario, network, flow, varying, pools)
    route = build_route(network, flow, positions)
    places = station_places(scenario, network, route, positions)
    notices = [*scenario.notices, *told, *flow.notices, *assumed]
    step, basis, doubts, narrowest = time_step(scenario, network, route, releases, places)
    if kinetics is not None:
        allowed, more = shorten_for_pools(kinetics, route, scenario.case.duration, step)
        doubts += more
        if allowed < step:
            step, basis = allowed, basis + ", shortened for exchange between pools"
    interval = scenario.output.interval or output_interval(narrowest, scenario.case.duration)
    # counting from the end of an odd last interval would shift every output
    count = math.floor(scenario.case.duration / interval + 1e-9) + 1
    output_time = np.asarray(interval * np.arange(count), dtype=np.float64)
    notices += event.notices
    if varying is not None:
        releases, said = carry_inlets(releases, varying)
        notices += said
    march = march_for(scenario, route, varying, releases, places, output_time, step)
    notices += [*_unreached(places, varying), *warned]
    choice = choose_engine(scenario, network, flow, releases, places)
    if choice.engine == "march":
        march.check()
        # what the march, and only it, does no better
        notices += [*choice.notices, *doubts, *_short_inlets(flow, network, releases)]
    notices += mixing_notices(
        flow, network,
        *_at_one_place(releases),
        [place.name for place in places], [place.position for place in places],
    )  # fmt: skip
    return Model(scenario, network, flow, releases, places, route, output_time, varying, water,
                 march, basis,
                 tuple(dict.fromkeys(notices)), choice.engine, choice.basis,
                 event.told_with(scenario, water), pools, kinetics)  # fmt: skip


def with_time_step(model: Model, step: float) -> Model:
    """The same model with another time step and the cells that go with it.

    Stations, output times and flow stay. The step is shortened where releases and transient
    storage ask for it, as in ``assemble``.

    Raises
    ------
    ScenarioError
        The grid cannot be computed on with this step.
    """
    route, flow = model.route, model.flow
    spans = [r.schedule.span[1] - r.schedule.span[0] for r in model.releases]
    step = fit_releases(step, spans)
    step = min(step, step_for_splitting(flow, route.active, step))
    if model.kinetics is not None:
        step, _ = shorten_for_pools(model.kinetics, route, model.scenario.case.duration, step)
    march = march_for(
        model.scenario, route, model.varying, model.releases, model.stations, model.output_time,
        step,
    )  # fmt: skip
    march.check()
    return replace(model, march=march)


def _flow_over_time(
    scenario: Scenario, network: Network, flow: SteadyFlow, positions: Sequence[Position]
) -> tuple[VaryingFlow | None, WaterLedger | None, list[Notice]]:
    """Flow that changes, with the balance of its water where it is routed; nothing if steady."""
    if scenario.is_routed:
        from .hydraulics.route import route  # with the compiler, which steady flow does not need

        return route(scenario, network, flow, positions)
    if scenario.flow_varies:
        varying, told = solve_over_time(scenario, network, flow)
        return varying, None, told
    return None, None, []


def into_pools(
    scenario: Scenario, pools: Pools, releases: Sequence[CompiledRelease]
) -> tuple[CompiledRelease, ...]:
    """The releases with the mobile pool that each goes into, one for each species."""
    found = []
    for release in releases:
        own = scenario.substances[release.substance : release.substance + 1]
        species = own[0].species if own and not release.carrier else ()
        if species:
            for one, pool in zip(species, pools.dissolved(release.substance), strict=True):
                part = scaled(release.schedule, one.share)
                found.append(replace(release, pool=pool, schedule=part))
            continue
        carrier = carrier_of(scenario, release.carrier) if release.carrier else -1
        found.append(replace(release, pool=pools.release_pool(release.substance, carrier)))
    return tuple(found)


def _kinetics(
    scenario: Scenario, network: Network, flow: SteadyFlow, varying: VaryingFlow | None,
    pools: Pools,
) -> tuple[Kinetics, list[Notice]]:  # fmt: skip
    """How the pools exchange at the flow, or at those there may be; and what that assumes."""
    flows = (flow,) if varying is None else flows_met(scenario, network, flow, varying)
    kinetics = build_kinetics(pools, scenario, flows, flow)
    return kinetics, constituent_notices(pools, scenario, flows)


def _flow_met(
    scenario: Scenario, network: Network, base: SteadyFlow, varying: VaryingFlow,
    releases: Sequence[CompiledRelease],
) -> SteadyFlow:  # fmt: skip
    """Typical flow of a routed river: what its reaches carry while the plume passes."""
    tank = np.array([reach.kind == "tank" for reach in scenario.reaches], dtype=np.bool_)
    spans = [(release.position, *release.schedule.span) for release in releases]
    met = discharges_met(network, varying, tank, base, spans, scenario.case.duration)
    return solve_met(scenario, network, base, met)


def march_for(
    scenario: Scenario, route: Route, varying: VaryingFlow | None,
    releases: Sequence[CompiledRelease], places: Sequence[StationPlace], output_time: Array,
    step: float,
) -> TreeMarch | NetworkMarch:  # fmt: skip
    """The way of marching that the river and its flow ask for."""
    network, flow = route.network, route.flow
    tanks = any(reach.kind == "tank" for reach in scenario.reaches)
    if varying is None and network.is_tree and not tanks:
        return tree_march(scenario, route, releases, places, output_time, step)
    if varying is None:
        varying = as_varying(flow, network.reach_length)
    return network_march(scenario, network, varying, releases, places, output_time, step)


def _at_one_place(releases: Sequence[CompiledRelease]) -> tuple[list[str], list[Position]]:
    """Names and places of the releases that are not spread along a reach."""
    own = [release for release in releases if release.seep is None]
    return [release.name for release in own], [release.position for release in own]


def _release_positions(scenario: Scenario, network: Network) -> list[Position]:
    """Where each release enters; a measured concentration must enter at a headwater."""
    positions = [scenario.locate(network, release.at) for release in scenario.releases]
    faults: list[Fault] = []
    for release, position in zip(scenario.releases, positions, strict=True):
        node = int(network.reach_from[position.reach])
        headwater = network.upstream_pointer[node] == network.upstream_pointer[node + 1]
        if release.kind == "concentration" and not (headwater and position.distance == 0.0):
            message = "a measured concentration can only enter at a headwater node"
            hint = "Cut the network there, or give the release as a hydrograph."
            faults.append(scenario.fault(release, message, hint, key="at"))
    if faults:
        raise ScenarioError(faults, scenario.name)
    return positions


def _short_inlets(
    flow: SteadyFlow, network: Network, releases: Sequence[CompiledRelease]
) -> list[Notice]:
    """Tell of measured concentrations above a reach too short for the inlet's closed form."""
    found = []
    for release in releases:
        reach = release.position.reach
        length = float(network.reach_length[reach])
        mixing = float(flow.dispersion_coefficient[reach] / flow.velocity[reach])
        if isinstance(release.schedule, InletSchedule) and length < INLET_LENGTHS * mixing:
            message = (
                f"is measured above a reach of {length:.4g} m, less than {INLET_LENGTHS} times "
                f"D / U = {mixing:.3g} m; the mass it brings is that of a long uniform reach"
            )
            found.append(Notice(f"release {release.name}", message))
    return found


def _unreached(places: Sequence[StationPlace], varying: VaryingFlow | None) -> list[Notice]:
    """Tell of stations that nothing can reach; flow that turns round can carry it anywhere."""
    if varying is not None and min(varying.discharge_head.min(), varying.discharge_foot.min()) < 0:
        return []
    message = "lies downstream of no release; its curves are zero"
    return [
        Notice(f"{place.kind} {place.name}", message)
        for place in places
        if math.isnan(place.travel_time)
    ]
