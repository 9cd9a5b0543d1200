"""Reservoirs, diversions and divided rivers of a scenario, as flow routing takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice
from ..network.network import Network
from ..routing.nodes import Diversion, Split, divert, divide
from ..routing.outlets import GATE, GIVEN, PASSING, WEIR, Outlet, event_times
from ..routing.reservoir import Routed, StageVolume, route
from .columns import Array

if TYPE_CHECKING:
    from ..scenario import Scenario

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

    @property
    def any(self) -> bool:
        """True where there is anything to do."""
        return bool(self.pools or self.diversions or self.splits)


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
    return Works(
        pools,
        {node: tuple(each) for node, each in diversions.items()},
        {node: tuple(each) for node, each in splits.items()},
        joined[np.isfinite(joined)],
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


def leave_node(
    works: Works, network: Network, node: int, time: Array, coming: Array
) -> tuple[dict[int, Array], list[Notice]]:
    """(M,) discharge at the head of every reach that leaves a node, and what was short [m3/s].

    coming : (M,) what the reaches above and the inflow bring, less other abstractions [m3/s]
    """
    notices = []
    leaving = coming
    if node in works.diversions:
        names = [name for name, _ in works.diversions[node]]
        taken, short = divert(time, coming, [rule for _, rule in works.diversions[node]])
        leaving = coming - taken.sum(axis=0)
        notices = [
            Notice(
                f"diversion {name}",
                f"asks for more water than comes to node {network.node_id[node]} "
                f"{_spans(time, lacking)}; it takes what there is",
            )
            for name, lacking in zip(names, short, strict=True)
            if lacking.any()
        ]
    part = slice(network.downstream_pointer[node], network.downstream_pointer[node + 1])
    arms = network.downstream_reach[part].tolist()
    if len(arms) == 1:
        return {arms[0]: leaving}, notices
    found = divide(time, leaving, arms, network.reach_share[arms].tolist(),
                   works.splits.get(node, ()))  # fmt: skip
    return dict(zip(arms, found, strict=True)), notices


def _spans(time: Array, true: NDArray[np.bool_], most: int = 3) -> str:
    """The times at which something holds, in words."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(np.int8)))
    spans = edges.reshape(-1, 2).tolist()
    hours = time / 3600.0
    listed = [f"from {hours[a]:.4g} to {hours[b - 1]:.4g} h" for a, b in spans[:most]]
    more = f" and {len(spans) - most} times more" if len(spans) > most else ""
    return ", ".join(listed) + " after the start" + more
