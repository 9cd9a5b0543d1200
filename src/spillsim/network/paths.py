"""Up and down the river: what lies below, what lies above, how far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .network import Network, Position


def downstream_reaches(network: Network, reach: int) -> NDArray[np.int64]:
    """Give the reaches from ``reach`` (first) to the outlet along the main arms.

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
    (K,) reach indices, each before those upstream of it unless the river divides
    """
    pointer, entering = network.upstream_pointer, network.upstream_reach
    found = [reach]
    seen = {reach}
    for member in found:  # grows while it is walked
        node = network.reach_from[member]
        for above in entering[pointer[node] : pointer[node + 1]].tolist():
            if above not in seen:
                seen.add(above)
                found.append(above)
    return np.array(found, dtype=np.int64)


def passes(network: Network, place: Position, of: Sequence[Position]) -> list[bool]:
    """Tell of each position whether its water comes by ``place``; linear in the network."""
    above = np.zeros(len(network.reach_id), dtype=np.bool_)
    above[upstream_closure(network, place.reach)] = True
    return [
        release.distance <= place.distance
        if release.reach == place.reach
        else bool(above[release.reach])
        for release in of
    ]


def is_downstream(network: Network, place: Position, of: Position) -> bool:
    """Tell whether water passing ``of`` comes by ``place`` (the same place included)."""
    return distance_between(network, of, place) is not None


def distance_between(network: Network, a: Position, b: Position) -> float | None:
    """Give the distance along the flow from ``a`` down to ``b`` [m]; None when b is not below.

    Where the river divides on the way, the way goes through the main arms as far as it can.
    """
    if a.reach == b.reach and b.distance >= a.distance:
        return b.distance - a.distance
    # the last branch put aside is tried first, so that every arm is left for the next only
    # when nothing below it leads to b
    aside = [(a.reach, -a.distance)]
    seen = set()
    while aside:
        reach, distance = aside.pop()
        if reach in seen:
            continue
        seen.add(reach)
        distance += float(network.reach_length[reach])
        node = network.reach_to[reach]
        main = int(network.reach_below[node])
        span = slice(network.downstream_pointer[node], network.downstream_pointer[node + 1])
        for arm in (*(r for r in network.downstream_reach[span].tolist() if r != main), main):
            if arm == b.reach:
                return distance + b.distance
            if arm >= 0:
                aside.append((arm, distance))
    return None
