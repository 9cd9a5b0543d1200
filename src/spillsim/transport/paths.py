"""From the network to paths: which reaches are computed, and as which unbroken sequences.

Only the network downstream of a release can carry anything, so only that is computed, plus a
short stretch upstream of it into which dispersion may reach. It is cut into *paths*. A path
follows the largest discharge upstream from where it ends, so that the main stem runs through
its confluences without a seam and every tributary ends at one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..hydraulics.flow import SteadyFlow
from ..network.network import Network, Position
from .arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Path:
    """A sequence of reaches and their travel time to the outlet."""

    reaches: IntArray
    """(J,) reach indices, upstream first."""
    theta: FloatArray
    """(J + 1,) minus the travel time to the outlet at each reach head, and at the end [s]."""
    distance: FloatArray
    """(J + 1,) distance from the head of the first reach [m]."""
    joins: int
    """Index of the path it ends in, -1 for the path that ends at the outlet."""
    top: float
    """Coordinate ``theta`` above which nothing needs to be computed [s]."""


@dataclass(frozen=True)
class Route:
    """Travel-time coordinate on the active network: theta = -(travel time to the outlet)."""

    flow: SteadyFlow
    network: Network
    active: BoolArray
    """(R,) true for reaches downstream of a release."""
    theta_head: FloatArray
    """(R,) coordinate at the head of each active reach, nan elsewhere [s]."""

    def theta(self, position: Position) -> float:
        """Coordinate of a position on an active reach [s]."""
        return float(self.theta_head[position.reach]) + travel_time_to(
            self.flow, position.reach, position.distance
        )


def travel_time_to(flow: SteadyFlow, reach: int, distance: float) -> float:
    """Time of travel from the head of a reach to a distance, A dx / Q(x) integrated [s].

    With a linear discharge Q(x) = Q0 + q x it is (A / q) ln(1 + q x / Q0).
    """
    area = float(flow.cross_section_area[reach])
    head = float(flow.discharge_head[reach])
    lateral = float(flow.lateral_inflow[reach])
    growth = lateral * distance / head
    if abs(growth) < 1e-9:
        return area * distance / head * (1.0 - 0.5 * growth)
    return area / lateral * float(np.log1p(growth))


def active_reaches(network: Network, releases: Sequence[Position]) -> BoolArray:
    """(R,) true for every reach that water from a release position flows through."""
    active = [False] * len(network.reach_id)
    pointer, leaving = network.downstream_pointer.tolist(), network.downstream_reach.tolist()
    foot = network.reach_to.tolist()
    waiting = [release.reach for release in releases]
    while waiting:
        reach = waiting.pop()
        if not active[reach]:
            active[reach] = True
            waiting += leaving[pointer[foot[reach]] : pointer[foot[reach] + 1]]
    return np.array(active, dtype=np.bool_)


def build_route(network: Network, flow: SteadyFlow, releases: Sequence[Position]) -> Route:
    """Travel-time coordinate of every reach that flows into the active network's stems.

    Where the river divides, the time to the outlet is that through the main arms.
    """
    active = active_reaches(network, releases)
    # subtracting in plain floats takes a tenth of the time that array elements take
    theta = [-time for time in flow.travel_time.tolist()]
    below = network.below.tolist()
    for reach in network.order[::-1].tolist():
        if below[reach] >= 0:
            theta[reach] += theta[below[reach]]
    return Route(flow, network, active, np.array(theta))


def main_reach_above(network: Network, flow: SteadyFlow, node: int) -> int:
    """The reach with the largest discharge of those entering a node, -1 at a headwater."""
    span = slice(network.upstream_pointer[node], network.upstream_pointer[node + 1])
    above = network.upstream_reach[span]
    if above.size <= 1:
        return int(above[0]) if above.size else -1
    # the id breaks ties, so that the order of the table changes nothing
    return int(max(above, key=lambda r: (flow.discharge_foot[r], network.reach_id[r])))


def _buffer(flow: SteadyFlow, reach: int, time_step: float) -> float:
    """Travel time upstream of the plume's origin that dispersion can reach at all [s].

    Against the flow a plume dies off like exp(-U x / D); forty of these lengths and the
    numerical stencil hold every digit of it.
    """
    velocity = float(flow.velocity[reach])
    return 40.0 * float(flow.dispersion_coefficient[reach]) / velocity**2 + 30.0 * time_step


def _walk_up(
    route: Route, foot: int, released: Mapping[int, Sequence[float]], time_step: float
) -> Path:
    """Follow the main stem upstream from a reach as far as anything can get."""
    network, flow = route.network, route.flow
    reaches = [foot]
    above = main_reach_above(network, flow, int(network.reach_from[foot]))
    while above >= 0 and route.active[above]:
        reaches.append(above)
        above = main_reach_above(network, flow, int(network.reach_from[above]))
    entries = [(theta, r) for r in reaches for theta in released.get(r, ())]
    entries += [(float(route.theta_head[r]), r) for r in reaches if _tributaries(route, r)]
    entry, held = min(entries)
    top = entry - _buffer(flow, held, time_step)
    while above >= 0 and route.theta_head[reaches[-1]] > top:
        top = min(top, float(route.theta_head[reaches[-1]]) - _buffer(flow, above, time_step))
        reaches.append(above)
        above = main_reach_above(network, flow, int(network.reach_from[above]))
    reaches.reverse()
    index = np.array(reaches, dtype=np.int64)
    end = route.theta_head[index[-1]] + flow.travel_time[index[-1]]
    theta = np.append(route.theta_head[index], end)
    distance = np.concatenate([[0.0], np.cumsum(network.reach_length[index])])
    return Path(index, theta, distance, -1, max(top, float(theta[0])))


def _tributaries(route: Route, reach: int) -> list[int]:
    """Active reaches that enter at the head of ``reach`` without being part of the stem."""
    network = route.network
    node = int(network.reach_from[reach])
    span = slice(network.upstream_pointer[node], network.upstream_pointer[node + 1])
    if span.stop - span.start <= 1:
        return []
    main = main_reach_above(network, route.flow, node)
    return [int(r) for r in network.upstream_reach[span] if route.active[r] and r != main]


def find_paths(route: Route, releases: Sequence[Position], time_step: float) -> list[Path]:
    """Cut the active network into paths, every path before the one it joins.

    Returns
    -------
    list of Path
        In topological order: what leaves a path enters a later one.
    """
    network = route.network
    released: dict[int, list[float]] = {}
    for release in releases:
        released.setdefault(release.reach, []).append(route.theta(release))
    waiting = [
        (int(r), -1) for r in np.flatnonzero(route.active & (network.reach_to == network.outlet))
    ]
    found: list[Path] = []
    while waiting:
        foot, joins = waiting.pop()
        path = _walk_up(route, foot, released, time_step)
        number = len(found)
        found.append(replace(path, joins=joins))
        for own in path.reaches:
            waiting += [(above, number) for above in _tributaries(route, int(own))]
    last = len(found) - 1
    return [replace(p, joins=last - p.joins if p.joins >= 0 else -1) for p in reversed(found)]
