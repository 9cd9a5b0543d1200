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


def sum_to_outlet(network: Network, amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """(R,) sum of an amount per reach from the head of each reach to the outlet, main arms."""
    found, below = amount.tolist(), network.below.tolist()
    for reach in network.order[::-1].tolist():
        if below[reach] >= 0:
            found[reach] += found[below[reach]]
    return np.array(found)


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


def way_between(network: Network, a: Position, b: Position) -> list[int] | None:
    """Give the reaches from that of ``a`` to that of ``b`` along the flow; None if b is not below.

    Where the river divides on the way, it goes through the main arms as far as it can.
    """
    if a.reach == b.reach:
        return [a.reach] if b.distance >= a.distance else None
    above = {a.reach: -1}
    # what was put aside last is tried first, so that an arm is tried only when nothing below the
    # main one leads to b
    aside = [a.reach]
    while aside:
        reach = aside.pop()
        node = network.reach_to[reach]
        main = int(network.reach_below[node])
        span = slice(network.downstream_pointer[node], network.downstream_pointer[node + 1])
        for arm in (*(r for r in network.downstream_reach[span].tolist() if r != main), main):
            if arm >= 0 and arm not in above:
                above[arm] = reach
                aside.append(arm)
        if b.reach in above:
            break
    if b.reach not in above:
        return None
    way = [b.reach]
    while above[way[-1]] >= 0:
        way.append(above[way[-1]])
    return way[::-1]


def distance_between(network: Network, a: Position, b: Position) -> float | None:
    """Give the distance along ``way_between`` from ``a`` to ``b`` [m]; None when b is not below."""
    way = way_between(network, a, b)
    if way is None:
        return None
    distance = -a.distance
    for reach in way[:-1]:
        distance += float(network.reach_length[reach])
    return distance + b.distance
