"""From ids to arrays: nodes and reaches in the order of the flow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import Fault, ScenarioError
from .faults import find_faults, shares_fault
from .network import Network

Index = NDArray[np.int64]


def build(
    node_ids: Sequence[str],
    reach_ids: Sequence[str],
    from_ids: Sequence[str],
    to_ids: Sequence[str],
    reach_length: ArrayLike,
    reach_share: Sequence[float | None] | None = None,
) -> Network:
    """Build the network.

    Parameters
    ----------
    node_ids : (N,) ids
    reach_ids, from_ids, to_ids : (R,) id of each reach and of the nodes at its head and foot
    reach_length : (R,) length of each reach [m]
    reach_share : (R,) share of the discharge at its head that a reach takes [-]; of the reaches
        that leave a node one may be None and takes the rest. None for a river that never divides.

    Raises
    ------
    ScenarioError
        the reaches do not all flow to one outlet, shares are missing or do not add up to one, or
        a length is not positive.
    """
    length = np.array(reach_length, dtype=np.float64)
    if length.shape != (len(reach_ids),):
        raise ValueError(f"{len(reach_ids)} reach lengths are needed, {length.shape} given")
    network = build_sound(node_ids, reach_ids, from_ids, to_ids, length, reach_share)
    if network is not None:
        return network
    kinds = [""] * len(node_ids)
    found = find_faults(node_ids, kinds, reach_ids, from_ids, to_ids, reach_share)
    faults = [Fault("", _where(f.reach, f.node, reach_ids, node_ids), f.message, f.hint)
              for f in found]  # fmt: skip
    faults += [
        Fault("", f'reach "{reach_ids[r]}"', f"length = {length[r]:g} m must be above zero")
        for r in np.flatnonzero(~((length > 0) & np.isfinite(length))).tolist()
    ]
    raise ScenarioError(faults, "network")


def build_sound(
    node_ids: Sequence[str],
    reach_ids: Sequence[str],
    from_ids: Sequence[str],
    to_ids: Sequence[str],
    reach_length: ArrayLike,
    reach_share: Sequence[float | None] | None = None,
) -> Network | None:
    """Build the network, or None where something is wrong with it: ``find_faults`` says what.

    Takes what ``build`` takes. Sound is what ``find_faults`` finds nothing in: ids that stand
    once, ends that are nodes, no circle, and one outlet, to which every node then flows.
    """
    length = np.array(reach_length, dtype=np.float64)
    nodes, reaches = len(node_ids), len(reach_ids)
    index = {name: n for n, name in enumerate(node_ids)}
    known = all(map(index.__contains__, from_ids)) and all(map(index.__contains__, to_ids))
    unique = len(index) == nodes and len(set(reach_ids)) == reaches
    if not (known and unique and reaches and bool(np.all((length > 0) & np.isfinite(length)))):
        return None
    head = np.fromiter((index[name] for name in from_ids), np.int64, reaches)
    foot = np.fromiter((index[name] for name in to_ids), np.int64, reaches)
    pointer, entering = _by_node(foot, nodes)
    leaving_pointer, leaving = _by_node(head, nodes)
    enters, leaves = np.diff(pointer), np.diff(leaving_pointer)
    order = _order(leaving_pointer, leaving, foot, enters)
    if (
        order.size < reaches  # a circle, or a reach from a node to itself
        or np.count_nonzero(leaves == 0) != 1
        or bool(np.any((enters == 0) & (leaves == 0)))
        or _divides_wrongly(head, leaves, reach_share)
    ):
        return None
    share = _shares(head, leaving_pointer, reach_share)
    below = _main_arms(leaving_pointer, leaving, share, reach_ids)
    network = Network(
        node_id=tuple(node_ids),
        reach_id=tuple(reach_ids),
        reach_length=length,
        reach_from=head,
        reach_to=foot,
        order=order,
        reach_below=below,
        upstream_pointer=pointer,
        upstream_reach=entering,
        outlet=int(np.flatnonzero(leaves == 0)[0]),
        downstream_pointer=leaving_pointer,
        downstream_reach=leaving,
        reach_share=share,
    )
    for name in ("reach_length", "reach_from", "reach_to", "order", "reach_below",
                 "upstream_pointer", "upstream_reach", "downstream_pointer", "downstream_reach",
                 "reach_share"):  # fmt: skip
        getattr(network, name).setflags(write=False)
    return network


def kinds_agree(network: Network, kinds: Sequence[str]) -> bool:
    """Tell whether no reach enters a node said to be a headwater, none leaves an outlet."""
    named = np.array(kinds)
    enters, leaves = np.diff(network.upstream_pointer), np.diff(network.downstream_pointer)
    wrong = (named == "headwater") & (enters > 0) | (named == "outlet") & (leaves > 0)
    return not bool(wrong.any())


def _divides_wrongly(head: Index, leaves: Index, given: Sequence[float | None] | None) -> bool:
    """Tell whether reaches leave a node whose shares do not add up to one, or are not known."""
    several = np.flatnonzero(leaves[head] > 1)
    parts: dict[int, list[float | None]] = {}
    for reach, node in zip(several.tolist(), head[several].tolist(), strict=True):
        parts.setdefault(node, []).append(None if given is None else given[reach])
    return any(shares_fault(shares) for shares in parts.values())


def _by_node(end: Index, nodes: int) -> tuple[Index, Index]:
    """(N + 1,) start of each node's part, and (R,) the reaches that end, or begin, at it."""
    pointer = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(end, minlength=nodes), out=pointer[1:])
    return pointer, np.argsort(end, kind="stable").astype(np.int64)


def _shares(
    head: Index, pointer: Index, given: Sequence[float | None] | None
) -> NDArray[np.float64]:
    """(R,) share of the discharge that each reach takes; one left out takes the rest."""
    share = np.full(head.size, np.nan)
    if given is not None:
        share[:] = [np.nan if value is None else value for value in given]
    open_ended = np.isnan(share)
    taken = np.bincount(head, weights=np.where(open_ended, 0.0, share), minlength=pointer.size - 1)
    share = np.where(open_ended, 1.0 - taken[head], share)
    share[np.diff(pointer)[head] == 1] = 1.0
    return share


def _main_arms(
    pointer: Index, leaving: Index, share: NDArray[np.float64], reach_ids: Sequence[str]
) -> Index:
    """(N,) the leaving reach with the largest share, the id breaking ties, -1 at the outlet."""
    count = np.diff(pointer)
    below = np.full(count.size, -1, dtype=np.int64)
    single = count == 1
    below[single] = leaving[pointer[:-1][single]]
    for node in np.flatnonzero(count > 1).tolist():
        arms = leaving[pointer[node] : pointer[node + 1]].tolist()
        below[node] = max(arms, key=lambda reach: (share[reach], reach_ids[reach]))
    return below


def _order(pointer: Index, leaving: Index, reach_to: Index, entering: Index) -> Index:
    """(R,) reaches so that each comes after all that flow into it (Kahn 1962)."""
    first, reaches = pointer.tolist(), leaving.tolist()
    foot, waiting = reach_to.tolist(), entering.tolist()
    ready = [r for n in range(len(waiting)) if waiting[n] == 0
             for r in reaches[first[n] : first[n + 1]]]  # fmt: skip
    order = []
    while ready:
        reach = ready.pop()
        order.append(reach)
        node = foot[reach]
        waiting[node] -= 1
        if waiting[node] == 0:
            ready.extend(reaches[first[node] : first[node + 1]])
    return np.array(order, dtype=np.int64)


def _where(
    reach: int | None, node: int | None, reach_ids: Sequence[str], node_ids: Sequence[str]
) -> str:
    if reach is not None:
        return f'reach "{reach_ids[reach]}"'
    return "" if node is None else f'node "{node_ids[node]}"'
