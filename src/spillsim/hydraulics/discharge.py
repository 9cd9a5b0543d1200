"""Discharge of the reaches by continuity, closed at gauges where there are any.

Sums at nodes and between gauges are taken with ``math.fsum``, so the result does not depend on
the order in which reaches and nodes are listed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice
from ..network.network import Network

Array = NDArray[np.float64]

CLOSED = 1e-9
"""Share of the gauge discharge below which a closure is round-off rather than a gain or loss."""


@dataclass(frozen=True)
class Closure:
    """The discharge that one gauge shows and the known inflows above it do not explain."""

    gauge: int
    """Node of the gauge."""
    discharge: float
    """Discharge at the gauge, leaving the node [m3/s]."""
    residual: float
    """Gauge less everything known above it; positive where the river gains [m3/s]."""
    length: float
    """River length between the gauge and the gauges or headwaters above it [m]."""
    upstream: tuple[int, ...]
    """Nodes where the known water enters: gauges, or headwaters with a given inflow."""
    reaches: tuple[int, ...]
    """Reaches along which the residual is spread; empty at a headwater."""

    @property
    def share(self) -> float:
        """|residual| / gauge discharge [-]."""
        return abs(self.residual) / self.discharge


@dataclass(frozen=True)
class Balance:
    """Steady discharge of N nodes and R reaches; continuity holds at nodes and along reaches."""

    head: Array
    """(R,) discharge at the head of the reach [m3/s]."""
    foot: Array
    """(R,) discharge at the foot, ``head + lateral_inflow * length`` [m3/s]."""
    lateral_inflow: Array
    """(R,) net lateral inflow, given plus gains and losses between gauges [m2/s]."""
    node_inflow: Array
    """(N,) point inflow, at gauged headwaters what the gauge shows [m3/s]."""
    node_abstraction: Array
    """(N,) point abstraction [m3/s]."""
    leaving: Array
    """(N,) discharge leaving the node downstream [m3/s]."""
    closures: tuple[Closure, ...]
    """One for every gauge that has something to close, in the order of the nodes' ids."""


def balance(
    network: Network,
    node_inflow: Array,
    node_abstraction: Array,
    lateral_inflow: Array,
    gauge: Array | None = None,
) -> Balance:
    """Steady discharge by continuity from the headwaters down to the outlet.

    At a node, leaving = entering + inflow - abstraction, and the reaches that leave it take
    their shares of that; along a reach,
    foot = head + lateral inflow * length. Where a node has a gauge, the discharge leaving it is
    the gauge's; what the known inflows do not explain is spread evenly per river length over the
    reaches between the gauge and the gauges or headwaters above it. At a headwater the gauge
    sets the inflow. Below the last gauge nothing is added.

    node_inflow, node_abstraction : (N,) point inflow and abstraction [m3/s]
    lateral_inflow : (R,) given lateral inflow per length [m2/s]
    gauge : (N,) discharge leaving the node, NaN where there is no gauge [m3/s]

    Guarantees continuity to round-off and honours every gauge exactly. The discharge may come
    out non-positive: see ``non_positive``.
    """
    count = len(network.node_id)
    shown = np.full(count, np.nan) if gauge is None else np.asarray(gauge, dtype=np.float64)
    closures = _closures(network, node_inflow - node_abstraction, lateral_inflow, shown)
    lateral = np.array(lateral_inflow, dtype=np.float64)
    for closure in closures:
        if closure.reaches:
            lateral[list(closure.reaches)] += closure.residual / closure.length
    gauged_headwater = (np.diff(network.upstream_pointer) == 0) & ~np.isnan(shown)
    inflow = np.where(gauged_headwater, shown + node_abstraction, node_inflow)
    head, foot, leaving = _accumulate(
        network, inflow, node_abstraction, lateral * network.reach_length, shown
    )
    return Balance(
        head=head,
        foot=foot,
        lateral_inflow=lateral,
        node_inflow=inflow,
        node_abstraction=np.array(node_abstraction, dtype=np.float64),
        leaving=leaving,
        closures=closures,
    )


def add_inflow(network: Network, flow: Balance, extra_inflow: Array) -> Balance:
    """Bring further water into nodes without moving what the gauges have settled.

    extra_inflow : (N,) water brought by releases, passed on to the outlet [m3/s]
    """
    none = np.zeros(len(network.node_id))
    head, _, leaving = _accumulate(
        network, extra_inflow, none, np.zeros(len(network.reach_id)), none + np.nan
    )
    new_head = flow.head + head
    return Balance(
        head=new_head,
        foot=new_head + flow.lateral_inflow * network.reach_length,
        lateral_inflow=flow.lateral_inflow,
        node_inflow=flow.node_inflow + extra_inflow,
        node_abstraction=flow.node_abstraction,
        leaving=flow.leaving + leaving,
        closures=flow.closures,
    )


def _accumulate(
    network: Network, inflow: Array, abstraction: Array, gain: Array, shown: Array
) -> tuple[Array, Array, Array]:
    """Add up discharge downstream; a gauge (not NaN in ``shown``) replaces the sum exactly."""
    # Plain lists: ten thousand scalar steps cost milliseconds, array elements ten times that.
    parts: list[list[float]] = [
        [q, -a] for q, a in zip(inflow.tolist(), abstraction.tolist(), strict=True)
    ]
    gauge, gauged, gains = shown.tolist(), (~np.isnan(shown)).tolist(), gain.tolist()
    start, end = network.reach_from.tolist(), network.reach_to.tolist()
    share = network.reach_share.tolist()
    head, foot = [0.0] * len(gains), [0.0] * len(gains)
    leaving = [0.0] * len(parts)

    for reach in network.order.tolist():
        node = start[reach]
        leaving[node] = gauge[node] if gauged[node] else math.fsum(parts[node])
        head[reach] = leaving[node] * share[reach]
        foot[reach] = head[reach] + gains[reach]
        parts[end[reach]].append(foot[reach])
    last = network.outlet
    leaving[last] = gauge[last] if gauged[last] else math.fsum(parts[last])
    return np.array(head), np.array(foot), np.array(leaving)


def _closures(
    network: Network, net_inflow: Array, lateral: Array, shown: Array
) -> tuple[Closure, ...]:
    """What each gauge shows beyond the known water of the sub-tree it closes."""
    gauged = ~np.isnan(shown)
    if not gauged.any():
        return ()
    closing = _closing_gauge(network, gauged)
    inflow, gauge = net_inflow.tolist(), shown.tolist()
    gain = (lateral * network.reach_length).tolist()
    lengths = network.reach_length.tolist()
    known: dict[int, list[float]] = {int(n): [inflow[n]] for n in np.flatnonzero(gauged)}
    members: dict[int, list[int]] = {n: [] for n in known}
    upstream: dict[int, list[int]] = {n: [] for n in known}
    enters = np.diff(network.upstream_pointer).tolist()
    for reach, node in enumerate(network.reach_from.tolist()):
        at = closing[reach]
        if at < 0:
            continue
        members[at].append(reach)
        known[at].append(gain[reach])
        if gauged[node]:
            known[at].append(gauge[node])
            upstream[at].append(node)
        else:
            known[at].append(inflow[node])
            if enters[node] == 0:
                upstream[at].append(node)
    found = [
        Closure(
            gauge=node,
            discharge=gauge[node],
            residual=gauge[node] - math.fsum(known[node]),
            length=math.fsum(lengths[reach] for reach in members[node]),
            upstream=tuple(sorted(upstream[node], key=lambda n: network.node_id[n])),
            reaches=tuple(members[node]),
        )
        for node in known
        # A gauge at a headwater has nothing to close unless an inflow is given there as well.
        if members[node] or inflow[node] != 0
    ]
    return tuple(sorted(found, key=lambda closure: network.node_id[closure.gauge]))


def _closing_gauge(network: Network, gauged: NDArray[np.bool_]) -> list[int]:
    """(R,) node of the first gauge at or below the foot of each reach, -1 where none follows."""
    closing = [-1] * len(network.reach_id)
    below, end = network.reach_below.tolist(), network.reach_to.tolist()
    for reach in network.order[::-1].tolist():
        node = end[reach]
        if gauged[node]:
            closing[reach] = node
        elif below[node] >= 0:
            closing[reach] = closing[below[node]]
    return closing


@dataclass(frozen=True, slots=True)
class Dry:
    """A reach whose discharge is not positive although all water above it still flows."""

    reach: int
    """Index of the reach."""
    distance: float
    """Distance from the head of the reach at which the discharge reaches zero [m]."""
    discharge: float
    """Lowest discharge in the reach [m3/s]."""
    closure: Closure | None
    """The gauge closure that takes the water, if the reach lies between gauges."""


def non_positive(network: Network, flow: Balance) -> tuple[Dry, ...]:
    """Find where the discharge first falls to zero or below, the consequences left out.

    Reaches below a dry one are not repeated, nor are reaches that leave a headwater without
    inflow (``waterless_headwaters`` names those).
    """
    lowest = np.minimum(flow.head, flow.foot)
    dry = ~(lowest > 0)
    if not dry.any():
        return ()
    owner = {reach: c for c in flow.closures for reach in c.reaches}
    waterless = set(waterless_headwaters(network, flow))
    found = []
    for reach in np.flatnonzero(dry).tolist():
        node = int(network.reach_from[reach])
        entering = network.upstream_reach[
            network.upstream_pointer[node] : network.upstream_pointer[node + 1]
        ]
        if node in waterless or dry[entering].any():
            continue
        head = float(flow.head[reach])
        lateral = float(flow.lateral_inflow[reach])
        distance = -head / lateral if head > 0 else 0.0
        found.append(Dry(reach, distance, float(lowest[reach]), owner.get(reach)))
    return tuple(sorted(found, key=lambda item: network.reach_id[item.reach]))


def waterless_headwaters(network: Network, flow: Balance) -> tuple[int, ...]:
    """Nodes that no reach enters and from which no water leaves."""
    enters = np.diff(network.upstream_pointer)
    return tuple(np.flatnonzero((enters == 0) & ~(flow.leaving > 0)).tolist())


def closure_notices(
    network: Network, closures: Sequence[Closure], warning_share: float
) -> tuple[Notice, ...]:
    """Say in numbers what the river gains or loses between gauges.

    warning_share : share of the gauge's discharge from which the gauges themselves are doubted
    """
    notices = []
    for closure in closures:
        if closure.share <= CLOSED:
            continue
        gauge = network.node_id[closure.gauge]
        change = "gained" if closure.residual > 0 else "lost"
        amount = f"{closure.residual:+.4g} m3/s ({100 * closure.share:.3g} %)"
        if closure.reaches:
            text = (
                f"between {_named(network, closure.upstream)} and gauge {gauge}: {amount} {change} "
                f"over {closure.length / 1000:.4g} km that the given inflows do not explain, "
                "spread evenly along the river"
            )
        else:
            text = (
                f"gauge {gauge} at a headwater shows {closure.discharge:.4g} m3/s, "
                f"{amount} beyond the given inflow there; the gauge is used"
            )
        if closure.share > warning_share:
            text += (
                f"; this is more than {100 * warning_share:.3g} % of the gauge's "
                f"{closure.discharge:.4g} m3/s: check whether these gauges belong together, "
                "or give the tributaries and abstractions between them"
            )
        notices.append(Notice(f"gauge {gauge}", text))
    return tuple(notices)


def _named(network: Network, nodes: Sequence[int], most: int = 4) -> str:
    """The ids of a few nodes, the rest counted."""
    ids = [network.node_id[node] for node in nodes]
    if len(ids) > most:
        return f"{', '.join(ids[:most])} and {len(ids) - most} more"
    return " and ".join(filter(None, (", ".join(ids[:-1]), ids[-1])))
