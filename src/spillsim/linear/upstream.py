"""What lies upstream of a place, and the grid on which its answers are marched back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..constituents import reasons_for_pools
from ..errors import Notice, ScenarioError, SpillsimError
from ..hydraulics import SteadyFlow, solve
from ..network import upstream_closure
from ..network.faults import nearest
from ..network.network import Network, Position
from ..places import StationPlace, station_places
from ..transport.arrays import LIMITER_NONE, Dispersion
from ..transport.grid import Grid, build_grid
from ..transport.medium import build_dispersion
from ..transport.paths import Route, build_route
from ..transport.resolution import (
    DISPERSION_NUMBER,
    step_for_error,
    step_for_splitting,
    variance_per_length,
)

if TYPE_CHECKING:
    from ..scenario import Scenario

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

MOST_WORK = 1e8
"""Cell-steps beyond which places close to the border are not resolved any further."""
LITTLE_WORK = 3e6
"""Cell-steps that are spent to resolve places as close to the border as they allow."""
WINDOW = 14.0
"""Standard deviations of a curve during which a cell answers, about."""


@dataclass(frozen=True)
class Ways:
    """Ways from the reaches upstream down to a place; nan or zero for all other reaches."""

    reaches: Indices
    """(U,) reaches that drain to the place, its own first, each before those upstream of it."""
    share: Array
    """(R,) length of the reach that lies upstream of the place [m]."""
    distance: Array
    """(R,) way from the head of the reach to the place [m]."""
    variance: Array
    """(R,) variance in time that dispersion gives a curve from the head to the place [s2]."""
    per_length: Array
    """(R,) that variance per length of the reach [s2/m]."""


@dataclass(frozen=True)
class UpstreamModel:
    """A place and all that drains to it, ready to be marched back."""

    scenario: Scenario
    network: Network
    flow: SteadyFlow
    place: StationPlace
    ways: Ways
    grid: Grid
    dispersion: Dispersion
    error: float
    """Error asked for [-]."""
    basis: str
    """What set the time step, in words."""
    notices: tuple[Notice, ...]

    @property
    def route(self) -> Route:
        """Travel times on the network."""
        return self.grid.route

    @property
    def theta(self) -> float:
        """Coordinate of the place [s]."""
        return self.route.theta(self.place.position)


def assemble_upstream(scenario: Scenario, border: str | None, error: float | None) -> UpstreamModel:
    """Fix flow, grid and time step for the answers of a border or station.

    Raises
    ------
    ScenarioError
        The hydraulics have faults.
    SpillsimError
        The place is not known, or the case is not one that can be marched back.
    """
    network = scenario.build_network()
    _refuse_what_cannot_be_transposed(scenario, network)
    flow = solve(scenario, network, None)
    name = place_name(scenario, border)
    headless = build_route(network, flow, [])
    place = next(p for p in station_places(scenario, network, headless, []) if p.name == name)
    ways = ways_to(network, flow, place.position)
    heads = [Position(int(r), 0.0) for r in ways.reaches if _is_headwater(network, int(r))]
    route = build_route(network, flow, heads)
    wanted = scenario.numerics.error if error is None else error
    step, basis = _time_step(flow, ways, wanted)
    grid = build_grid(route, heads, step, _origin(network, flow, route, place.position, step))
    try:
        dispersion = build_dispersion(grid, LIMITER_NONE)
    except ValueError as fault:
        raise ScenarioError([scenario.fault("numerics", str(fault))], scenario.name) from None
    return UpstreamModel(
        scenario, network, flow, place, ways, grid, dispersion, wanted, basis, flow.notices
    )


def _refuse_what_cannot_be_transposed(scenario: Scenario, network: Network) -> None:
    """Only the march in steady flow on a tree is a matrix that stays the same."""
    faults = []
    if scenario.flow_varies:
        message = "the flow changes: a place then answers differently at every time"
        faults.append(scenario.fault("flow.kind", message, "Give a steady flow for a reach map."))
    if not network.is_tree:
        message = "the river divides; a reach map needs rivers that only join"
        faults.append(scenario.fault("network", message, "Keep the main arms."))
    faults += [
        scenario.fault(reach, "a reach map knows no tanks", "Give it as a channel.", key="kind")
        for reach in scenario.reaches
        if reach.kind == "tank"
    ]
    hint = "A reach map follows one dissolved part with one loss. Simulate the release instead."
    faults += [
        scenario.fault(key, f"{words}: a reach map knows no such parts", hint)
        for key, words in reasons_for_pools(scenario)
    ]
    if faults:
        raise ScenarioError(faults, scenario.name)


def place_name(scenario: Scenario, wanted: str | None) -> str:
    """Name of the border or station meant: a full name, or a part of one that no other has.

    Without a name it is the only border there is.

    Raises
    ------
    SpillsimError
        None or several are meant; names the nearest.
    """
    borders = [border.name for border in scenario.borders]
    names = [*borders, *(station.name for station in scenario.stations)]
    if wanted is None:
        if len(borders) == 1:
            return borders[0]
        listed = ", ".join(f'"{name}"' for name in names) or "none"
        raise SpillsimError(f"say which border or station is meant; there is {listed}.")
    if wanted in names:
        return wanted
    found = [name for name in names if wanted.casefold() in name.casefold()]
    if len(found) == 1 and wanted.strip():
        return found[0]
    hint = nearest(wanted, names)
    if not hint:
        hint = f"There is {', '.join(names)}." if names else "The case names none."
    raise SpillsimError(f'there is no border or station "{wanted}". {hint}')


def _is_headwater(network: Network, reach: int) -> bool:
    node = int(network.reach_from[reach])
    return bool(network.upstream_pointer[node] == network.upstream_pointer[node + 1])


def ways_to(network: Network, flow: SteadyFlow, place: Position) -> Ways:
    """Ways from the head of every reach upstream down to a place.

    Raises
    ------
    SpillsimError
        Nothing lies upstream.
    """
    reaches = upstream_closure(network, place.reach)
    if place.distance == 0.0:
        reaches = reaches[1:]
    if reaches.size == 0:
        raise SpillsimError("nothing lies upstream of the place: its river begins there.")
    size = len(network.reach_id)
    share = np.zeros(size)
    share[reaches] = network.reach_length[reaches]
    share[place.reach] = place.distance
    distance, variance = np.full(size, np.nan), np.full(size, np.nan)
    distance[place.reach] = variance[place.reach] = 0.0
    per_length = variance_per_length(network, flow)
    for reach in (place.reach, *reaches):
        below = int(network.reach_below[network.reach_to[reach]])
        if reach != place.reach:
            distance[reach], variance[reach] = distance[below], variance[below]
        else:
            distance[reach] = variance[reach] = 0.0
        distance[reach] += share[reach]
        variance[reach] += share[reach] * per_length[reach]
    return Ways(reaches, share, distance, variance, per_length)


def _time_step(flow: SteadyFlow, ways: Ways, error: float) -> tuple[float, str]:
    """Time step and what set it.

    Short enough for the narrowest curve from a reach's head, and shorter, to come closer to the
    place, as long as that costs little and cells need not hold several steps; longer only where
    the work would be too much.
    """
    reaches = ways.reaches
    deviation = np.sqrt(ways.variance[reaches])
    wanted = step_for_error(float(deviation.min()), error)
    length = ways.share[reaches]
    spent = float(np.sum(length / flow.velocity[reaches] * WINDOW * deviation))
    least, cheap = np.sqrt(spent / MOST_WORK), np.sqrt(spent / LITTLE_WORK)
    mixing = flow.dispersion_coefficient[reaches] / flow.velocity[reaches] ** 2
    order = np.argsort(mixing)
    middle = int(np.searchsorted(np.cumsum(length[order]), 0.5 * length.sum()))
    short = max(cheap, float(mixing[order[middle]]) / DISPERSION_NUMBER)
    step, basis = wanted, f"error = {100.0 * error:.3g} % from the nearest head of a reach on"
    if short < wanted:
        step, basis = short, "as fine as costs little"
    elif least > wanted:
        step, basis = least, f"no more than {MOST_WORK:.0e} cell-steps"
    upstream = np.zeros(flow.velocity.size, dtype=np.bool_)
    upstream[reaches] = True
    split = step_for_splitting(flow, upstream, step)
    return (split, basis + ", shortened for transient storage") if split < step else (step, basis)


def _origin(
    network: Network, flow: SteadyFlow, route: Route, place: Position, step: float
) -> float:
    """Coordinate of a face: the place in the middle of a cell, or on a face at a confluence.

    Confluences stand on faces, and a place beside one must stay on its side of it.
    """
    theta = route.theta(place)
    at_head = place.distance < 0.5 * step * float(flow.velocity[place.reach])
    left = float(network.reach_length[place.reach]) - place.distance
    at_foot = left < 0.5 * step * float(flow.velocity[place.reach])
    head = float(route.theta_head[place.reach])
    foot = head + float(flow.travel_time[place.reach])
    for near, node, there in (
        (at_head, network.reach_from, head), (at_foot, network.reach_to, foot),
    ):  # fmt: skip
        ends = int(node[place.reach])
        entering = network.upstream_pointer[ends + 1] - network.upstream_pointer[ends]
        taken = float(flow.node_abstraction[ends] + flow.node_inflow[ends])
        if near and ends != network.outlet and (entering > 1 or (entering == 1 and taken > 0.0)):
            return there
    return theta + 0.5 * step
