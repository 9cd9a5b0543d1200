"""Reservoirs, diversions and abstractions as the diffusive wave takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Fault
from ..network.network import Network
from ..routing.conveyance import Shapes, as_shapes, depths
from ..routing.diffusive_layout import Ways
from ..routing.outlets import GIVEN, PASSING, Outlet
from .flow import Array, SteadyFlow
from .works import Pool, Works

if TYPE_CHECKING:
    from ..scenario import Scenario

IntArray = NDArray[np.int64]

HIGHER = 1.5
"""Depth of the table of a reservoir over that of its stages, beyond which its banks are walls."""


@dataclass(frozen=True)
class WaysOut:
    """Water let out by rules."""

    ways: Ways
    outlets: tuple[tuple[Outlet, ...], ...]
    """Of each way."""
    name: tuple[str, ...]
    """What each is called in notices."""


def ways_out(network: Network, reference: SteadyFlow, works: Works) -> WaysOut:
    """Dams first, then diversions and abstractions at their nodes."""
    node, reach = [], []
    outlets: list[tuple[Outlet, ...]] = []
    name = []
    for number, pool in works.pools.items():
        node.append(int(network.reach_from[number]))
        reach.append(number)
        outlets.append(pool.outlets or (Outlet(PASSING),))
        name.append(f"reservoir {pool.name}")
    for place, rules in works.diversions.items():
        for title, rule in rules:
            given = Outlet(GIVEN, value=(rule.discharge,), start=rule.start, stop=rule.stop)
            node.append(place)
            reach.append(-1)
            outlets.append((given,))
            name.append(f"diversion {title}")
    for place in np.flatnonzero(reference.node_abstraction > 0.0).tolist():
        node.append(place)
        reach.append(-1)
        outlets.append((Outlet(GIVEN, value=(float(reference.node_abstraction[place]),)),))
        name.append(f"node {network.node_id[place]}")
    ways = Ways(np.array(node, dtype=np.int64), np.array(reach, dtype=np.int64))
    return WaysOut(ways, tuple(outlets), tuple(name))


def work_faults(scenario: Scenario, network: Network, works: Works) -> list[Fault]:
    """Rules that have no meaning where levels decide."""
    hint = 'Use [routing] method = "muskingum_cunge".'
    message = "the diffusive wave divides a river by its levels and does not route through splits"
    found = [scenario.fault(item, message, hint) for item in scenario.splits]
    message = (
        "the diffusive wave does not route through diversions of a share of the water, as what "
        "comes to a node may turn round there"
    )
    found += [
        scenario.fault(item, message, "Give it a discharge, or u" + hint[1:])
        for item in scenario.diversions
        if item.share
    ]
    message = "the diffusive wave does not route through reservoirs beside an arm of their river"
    for item in scenario.reservoirs:
        node = int(network.reach_from[network.reach_index[item.reach]])
        if network.downstream_pointer[node + 1] - network.downstream_pointer[node] > 1:
            found.append(scenario.fault(item, message, hint))
    return found


def bottom_of(pool: Pool) -> float:
    """Level at which a reservoir would hold no water, its table extended down [m]."""
    return float(pool.storage.level_at(np.zeros(1))[0])


def first_level(pool: Pool) -> float:
    """Level at first [m]."""
    return float(pool.storage.level_at(np.array([pool.volume]))[0])


def pool_shapes(pools: list[Pool], length: Array) -> Shapes:
    """Reservoirs as cross-sections A = V / length; the conveyance is never asked for.

    length : (n,) of their reaches [m]
    """
    bottom = np.array([bottom_of(pool) for pool in pools])
    top = np.array([max(float(pool.storage.stage[-1]), first_level(pool)) for pool in pools])
    highest = HIGHER * (top - bottom)
    depth = depths(highest)
    area, width = np.empty_like(depth), np.empty_like(depth)
    for row, pool in enumerate(pools):
        stage, volume = pool.storage.stage, pool.storage.volume
        level = bottom[row] + depth[row]
        held = np.array([pool.storage.volume_at(one) for one in level.tolist()])
        area[row] = np.maximum(held, 0.0) / length[row]
        part = np.searchsorted(stage, level, side="right") - 1
        part = np.minimum(np.maximum(part, 0), stage.size - 2)
        width[row] = (np.diff(volume) / np.diff(stage))[part] / length[row]
    return as_shapes(highest, (area, width, depth.copy(), np.ones_like(depth)))


def joined(first: Shapes, second: Shapes) -> Shapes:
    """The cross-sections of both, one after the other."""
    return Shapes(*(np.concatenate(pair) for pair in zip(first, second, strict=True)))
