"""Up and down the river: what lies below, what lies above, how far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .network import Network, Position


def downstream_reaches(network: Network, reach: int) -> NDArray[np.int64]:
    """Give the reaches from ``reach`` (first) to the outlet, in the order of the flow.

    Returns
    -------
    (K,) reach indices
    """
    path = [reach]
    while True:
        below = int(network.reach_below[network.reach_to[path[-1]]])
        if below < 0:
            return np.array(path, dtype=np.int64)
        path.append(below)


def upstream_closure(network: Network, reach: int) -> NDArray[np.int64]:
    """Give ``reach`` (first) and every reach whose water comes through it.

    Returns
    -------
    (K,) reach indices, each before those upstream of it
    """
    pointer, entering = network.upstream_pointer, network.upstream_reach
    found = [reach]
    for member in found:  # grows while it is walked
        node = network.reach_from[member]
        found.extend(entering[pointer[node] : pointer[node + 1]].tolist())
    return np.array(found, dtype=np.int64)


def is_downstream(network: Network, place: Position, of: Position) -> bool:
    """Tell whether water passing ``of`` comes by ``place`` (the same place included)."""
    return distance_between(network, of, place) is not None


def distance_between(network: Network, a: Position, b: Position) -> float | None:
    """Give the distance along the flow from ``a`` down to ``b`` [m]; None when b is not below."""
    distance = -a.distance
    reach = a.reach
    while reach != b.reach:
        distance += float(network.reach_length[reach])
        reach = int(network.reach_below[network.reach_to[reach]])
        if reach < 0:
            return None
    distance += b.distance
    return distance if distance >= 0 else None
