"""Reservoirs, diversions and divided rivers of a scenario, as flow routing takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice
from ..formulas import gate_discharge, weir_discharge
from ..network.network import Network
from ..routing.nodes import Diversion, Split, divert, divide
from ..routing.outlets import GATE, GIVEN, PASSING, WEIR, Outlet, event_times
from ..routing.reservoir import Routed, StageVolume, route
from .flow import Array, SteadyFlow

if TYPE_CHECKING:
    from ..scenario import Scenario

LEAST = 1e-3
"""Least discharge at first, over that without rules."""
LOWEST_PASSED = 0.1
"""Least discharge that sections are prepared for below a rule, over that above."""
SWITCHING = 4 * 900.0
"""Longest time for which routing steps count as short beside a rule [s]."""
_KINDS = {"fixed": GIVEN, "hydrograph": GIVEN, "inflow": PASSING, "spillway": WEIR, "gate": GATE}


@dataclass(frozen=True)
class Pool:
    """A reach that is a reservoir."""

    storage: StageVolume
    outlets: tuple[Outlet, ...]
    volume: float
    """At first [m3]."""
    has_top: bool
    """False where its surface is the same at every level."""
    name: str


@dataclass(frozen=True)
class Works:
    """What changes the flow by rules on a network."""

    pools: Mapping[int, Pool]
    """By reach."""
    diversions: Mapping[int, tuple[tuple[str, Diversion], ...]]
    """By node: name and rule, in the order of the scenario."""
    splits: Mapping[int, tuple[Split, ...]]
    """By node."""
    event_times: Array
    """(E,) times at which a rule begins, ends or bends; routing steps had best end there [s]."""
    switching: float
    """Shortest time in which something works or a table bends, infinite without any [s]."""

    @property
    def any(self) -> bool:
        """True where there is anything to do."""
        return bool(self.pools or self.diversions or self.splits)


NO_WORKS = Works({}, {}, {}, np.zeros(0), np.inf)
"""A river without rules."""


def find_works(scenario: Scenario, network: Network) -> Works:
    """Place the reservoirs, diversions and splits of a scenario on its network."""
    pools = {}
    for item in scenario.reservoirs:
        outlets = tuple(
            Outlet(_KINDS[one.kind], one.level, one.width, one.coefficient, one.weir_coefficient,
                   one.time, one.value, one.start, one.stop)
            for one in item.outlets
        )  # fmt: skip
        storage = StageVolume(np.array(item.stage), np.array(item.stage_volume))
        pools[network.reach_index[item.reach]] = Pool(
            storage, outlets, item.volume, not item.is_prismatic, item.name or item.reach
        )
    diversions: dict[int, list[tuple[str, Diversion]]] = {}
    edges = [event_times(pool.outlets) for pool in pools.values()]
    for each in scenario.diversions:
        start, stop = each.window
        rule = Diversion(each.discharge or 0.0, each.share or 0.0, start, stop)
        name = each.name or f"at {each.at.node}"
        diversions.setdefault(network.node_index[each.at.node], []).append((name, rule))
        edges.append(np.array([start, stop]))
    splits: dict[int, list[Split]] = {}
    for split in scenario.splits:
        made = Split(network.reach_index[split.reach], split.by_time, np.array(split.at),
                     np.array(split.share))  # fmt: skip
        splits.setdefault(network.node_index[split.node], []).append(made)
        if split.by_time:
            edges.append(np.array(split.at))
    joined = np.unique(np.concatenate(edges)) if edges else np.zeros(0)
    gaps = [gap for edge in edges for gap in np.diff(edge[np.isfinite(edge)]).tolist() if gap > 0.0]
    return Works(
        pools,
        {node: tuple(each) for node, each in diversions.items()},
        {node: tuple(each) for node, each in splits.items()},
        joined[np.isfinite(joined)],
        min([SWITCHING, *gaps]) if edges else np.inf,
    )


def pass_pool(pool: Pool, time: Array, inflow: Array) -> tuple[Routed, list[Notice]]:
    """Route an inflow (M,) through a reservoir [m3/s]; say where its table or water ends."""
    found = route(time, inflow, pool.storage, pool.outlets, pool.volume)
    subject, notices = f"reservoir {pool.name}", []
    if found.limited.any():
        notices.append(
            Notice(
                subject,
                f"its outlets ask for more water than there is {_spans(time, found.limited)}; "
                "they give what there is",
            )
        )
    low, high = pool.storage.stage[[0, -1]]
    if pool.has_top and found.level.max() > high:
        at = int(np.argmax(found.level))
        notices.append(
            Notice(
                subject,
                f"rises to {found.level[at]:.6g} m {time[at] / 3600.0:.4g} h after the start, "
                f"above the highest stage of its table, {high:.6g} m; its surface is taken to be "
                "as large as at the top, and nothing to overflow",
            )
        )
    if pool.has_top and pool.storage.volume[0] > 0.0 and found.level.min() < low:
        at = int(np.argmin(found.level))
        notices.append(
            Notice(
                subject,
                f"falls to {found.level[at]:.6g} m {time[at] / 3600.0:.4g} h after the start, "
                f"below the lowest stage of its table, {low:.6g} m",
            )
        )
    return found, notices


def take(
    works: Works, network: Network, node: int, time: Array, coming: Array
) -> tuple[Array, list[Notice]]:
    """(M,) what the diversions of a node take, and when that is less than they ask for [m3/s].

    coming : (M,) what the reaches above and the inflow bring, less other abstractions [m3/s]
    """
    rules = works.diversions.get(node, ())
    taken, short = divert(time, coming, [rule for _, rule in rules])
    notices = [
        Notice(
            f"diversion {name}",
            f"asks for more water than comes to node {network.node_id[node]} "
            f"{_spans(time, lacking)}; it takes what there is",
        )
        for (name, _), lacking in zip(rules, short, strict=True)
        if lacking.any()
    ]
    return np.asarray(taken.sum(axis=0)), notices


def share_out(
    works: Works, network: Network, node: int, time: Array, leaving: Array
) -> dict[int, Array]:
    """(M,) discharge of every arm that leaves a node with splits [m3/s].

    leaving : (M,) discharge leaving the node [m3/s]
    """
    part = slice(network.downstream_pointer[node], network.downstream_pointer[node + 1])
    arms = network.downstream_reach[part].tolist()
    found = divide(time, leaving, arms, network.reach_share[arms].tolist(), works.splits[node])
    return dict(zip(arms, found, strict=True))


def first_discharges(works: Works, network: Network, reference: SteadyFlow) -> tuple[Array, Array]:
    """(R,), (R,) discharge at head and foot of reaches at first, every rule as it then stands.

    Where the rules leave a reach without water, it has the least of what it has without them.
    """
    now = np.zeros(1)
    head, foot = reference.discharge_head.copy(), reference.discharge_foot.copy()
    if not works.any:
        return head, foot
    water = (reference.node_inflow - reference.node_abstraction)[:, None]
    lateral = reference.discharge_foot - reference.discharge_head
    seen = np.zeros(water.size, dtype=np.bool_)
    for reach in network.order.tolist():
        node = int(network.reach_from[reach])
        if not seen[node]:
            seen[node] = True
            water[node] -= take(works, network, node, now, water[node])[0]
        coming = network.reach_share[reach] * water[node]
        if node in works.splits:
            coming = share_out(works, network, node, now, water[node])[reach]
        passed = coming + lateral[reach]
        if reach in works.pools:
            pool = works.pools[reach]
            passed = route(now, passed, pool.storage, pool.outlets, pool.volume).outflow
        head[reach] = max(float(coming[0]), LEAST * head[reach])
        foot[reach] = max(float(passed[0]), LEAST * foot[reach])
        water[network.reach_to[reach]] += foot[reach]
    return head, foot


def bounds(
    works: Works, network: Network, reach: int, low: float, high: float
) -> tuple[float, float]:
    """Lowest and highest discharge leaving a reach, from those that enter it [m3/s].

    Rough: only the range of discharges for which sections are prepared depends on it.
    """
    pool = works.pools.get(reach)
    if pool is None or not pool.outlets:
        return low, high
    first = float(pool.storage.level_at(np.array([pool.volume]))[0])
    most = 0.0
    for outlet in pool.outlets:
        head = max(first, float(pool.storage.stage[-1]) if pool.has_top else first) - outlet.crest
        if outlet.kind == GIVEN:
            most += max(outlet.value)
        elif outlet.kind == GATE:
            most += float(gate_discharge(head, outlet.width, max(outlet.value),
                                         outlet.coefficient, outlet.over_sill))  # fmt: skip
        else:
            spilt = weir_discharge(first - outlet.crest, outlet.width, outlet.coefficient)
            most += max(high, float(spilt) if outlet.kind == WEIR else 0.0)
    return LOWEST_PASSED * low, most


def bounds_at_node(works: Works, node: int, low: float, high: float) -> tuple[float, float]:
    """Lowest and highest discharge left by the diversions of a node [m3/s]."""
    for _, rule in works.diversions.get(node, ()):
        low = max((low - rule.discharge) * (1.0 - rule.share), LOWEST_PASSED * low)
    return low, high


def bounds_of_share(works: Works, node: int, reach: int, share: float) -> tuple[float, float]:
    """Lowest and highest share of an arm [-]."""
    splits = works.splits.get(node, ())
    if not splits:
        return share, share
    own = [split for split in splits if split.arm == reach]
    if own:
        return max(float(own[0].share.min()), LOWEST_PASSED * share), float(own[0].share.max())
    return LOWEST_PASSED * share, 1.0


def _spans(time: Array, true: NDArray[np.bool_], most: int = 3) -> str:
    """The times at which something holds, in words."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(np.int8)))
    spans = edges.reshape(-1, 2).tolist()
    hours = time / 3600.0
    listed = [f"from {hours[a]:.4g} to {hours[b - 1]:.4g} h" for a, b in spans[:most]]
    more = f" and {len(spans) - most} times more" if len(spans) > most else ""
    return ", ".join(listed) + " after the start" + more
