"""The river as the transfer engine sees it: per reach what is uniform in it, and what is stem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..hydraulics.flow import SteadyFlow
from ..network.network import Network, Position

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class River:
    """A network in steady flow and one substance's rates on it; N nodes, R reaches."""

    network: Network
    flow: SteadyFlow
    decay: Array
    """(R,) first-order loss in the flowing water [1/s]."""
    storage_decay: Array
    """(R,) first-order loss in the storage zone [1/s]."""
    tank: Flags
    """(R,) true where a reach is mixed throughout."""
    exchange: Array
    """(R,) exchange coefficient alpha, 0 where nothing is stored [1/s]."""
    returning: Array
    """(R,) alpha / beta, the rate at which storage gives back [1/s]."""
    main_above: Index
    """(N,) reach that goes on through a node: the largest discharge entering, -1 at a headwater."""
    stem: Flags
    """(R,) true where a reach goes on below its foot, false where it ends as a tributary does."""


def prepare(
    network: Network,
    flow: SteadyFlow,
    decay: Array | None = None,
    storage_decay: Array | None = None,
    tank: Flags | None = None,
) -> River:
    """Make a river ready for responses.

    Parameters
    ----------
    network, flow : the network and its steady flow
    decay, storage_decay : (R,) loss rates in the water and in storage [1/s]; None for no loss
    tank : (R,) true where a reach is a mixed tank of volume area times length; None for no tank
    """
    reaches = len(network.reach_id)
    none = np.zeros(reaches)
    stored = (flow.storage_area_ratio > 0.0) & (flow.exchange_coefficient > 0.0)
    exchange = np.where(stored, flow.exchange_coefficient, 0.0)
    returning = exchange / np.where(stored, flow.storage_area_ratio, 1.0)
    mixed = np.zeros(reaches, dtype=np.bool_) if tank is None else np.asarray(tank, dtype=np.bool_)
    main = _main_above(network, flow)
    below = network.reach_below[network.reach_to]
    goes_on = (main[network.reach_to] == np.arange(reaches)) & (below >= 0)
    stem = goes_on & ~mixed & ~mixed[below]
    return River(
        network,
        flow,
        none if decay is None else np.asarray(decay, dtype=np.float64),
        none if storage_decay is None else np.asarray(storage_decay, dtype=np.float64),
        mixed,
        exchange,
        returning,
        main,
        stem,
    )


def _main_above(network: Network, flow: SteadyFlow) -> Index:
    """(N,) the entering reach with the largest discharge, the id breaking ties, -1 where none."""
    rank = np.empty(len(network.reach_id), dtype=np.int64)
    rank[np.argsort(np.array(network.reach_id), kind="stable")] = np.arange(rank.size)
    order = np.lexsort((rank, flow.discharge_foot, network.reach_to))
    main = np.full(len(network.node_id), -1, dtype=np.int64)
    main[network.reach_to[order]] = order  # of equal indices the last is kept
    return main


def reaches_below(network: Network, origin: Position) -> list[int]:
    """Reaches that water from a place flows through, upstream first, a main arm before others."""
    first = origin.reach
    start = [first]
    node = int(network.reach_from[first])
    if origin.distance == 0.0 and network.reach_below[node] == first:
        start = _leaving(network, node)  # the release enters at the node and divides with it
    active = set(start)
    waiting = list(start)
    while waiting:
        for arm in _leaving(network, int(network.reach_to[waiting.pop()])):
            if arm not in active:
                active.add(arm)
                waiting.append(arm)
    if network.is_tree:
        path = [first]
        while (below := int(network.reach_below[network.reach_to[path[-1]]])) >= 0:
            path.append(below)
        return path
    ordered: list[int] = []
    done: set[int] = set()
    for reach in network.order.tolist():
        main = int(network.reach_below[network.reach_from[reach]])
        for arm in (main, reach):
            if arm in active and arm not in done:
                done.add(arm)
                ordered.append(arm)
    return ordered


def _leaving(network: Network, node: int) -> list[int]:
    span = slice(network.downstream_pointer[node], network.downstream_pointer[node + 1])
    return [int(r) for r in network.downstream_reach[span]]
