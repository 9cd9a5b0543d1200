"""From ids to arrays: nodes and reaches as a tree in the order of the flow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..errors import Fault, ScenarioError
from .faults import find_faults
from .network import Network


def build(
    node_ids: Sequence[str],
    reach_ids: Sequence[str],
    from_ids: Sequence[str],
    to_ids: Sequence[str],
    reach_length: ArrayLike,
) -> Network:
    """Build the network.

    Parameters
    ----------
    node_ids : (N,) ids
    reach_ids, from_ids, to_ids : (R,) id of each reach and of the nodes at its head and foot
    reach_length : (R,) length of each reach [m]

    Raises
    ------
    ScenarioError
        the reaches are not one tree that flows to one outlet, or a length is not positive.
    """
    length = np.array(reach_length, dtype=np.float64)
    found = find_faults(node_ids, [""] * len(node_ids), reach_ids, from_ids, to_ids)
    faults = [Fault("", _where(f.reach, f.node, reach_ids, node_ids), f.message, f.hint)
              for f in found]  # fmt: skip
    if length.shape != (len(reach_ids),):
        raise ValueError(f"{len(reach_ids)} reach lengths are needed, {length.shape} given")
    faults += [
        Fault("", f'reach "{reach_ids[r]}"', f"length = {length[r]:g} m must be above zero")
        for r in np.flatnonzero(~((length > 0) & np.isfinite(length))).tolist()
    ]
    if faults:
        raise ScenarioError(faults, "network")
    nodes, reaches = len(node_ids), len(reach_ids)
    index = {name: n for n, name in enumerate(node_ids)}
    head = np.fromiter((index[name] for name in from_ids), np.int64, reaches)
    foot = np.fromiter((index[name] for name in to_ids), np.int64, reaches)
    below = np.full(nodes, -1, dtype=np.int64)
    below[head] = np.arange(reaches)
    pointer = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(foot, minlength=nodes), out=pointer[1:])
    outlet = int(np.flatnonzero((below < 0) & (np.diff(pointer) > 0))[0])
    network = Network(
        node_id=tuple(node_ids),
        reach_id=tuple(reach_ids),
        reach_length=length,
        reach_from=head,
        reach_to=foot,
        order=_order(below, foot, np.diff(pointer)),
        reach_below=below,
        upstream_pointer=pointer,
        upstream_reach=np.argsort(foot, kind="stable").astype(np.int64),
        outlet=outlet,
    )
    for name in ("reach_length", "reach_from", "reach_to", "order", "reach_below",
                 "upstream_pointer", "upstream_reach"):  # fmt: skip
        getattr(network, name).setflags(write=False)
    return network


def _order(
    reach_below: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    reach_to: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    entering: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """(R,) reaches so that each comes after all that flow into it (Kahn 1962)."""
    below, foot, waiting = reach_below.tolist(), reach_to.tolist(), entering.tolist()
    ready = [below[n] for n in range(len(below)) if waiting[n] == 0 and below[n] >= 0]
    order = []
    while ready:
        reach = ready.pop()
        order.append(reach)
        node = foot[reach]
        waiting[node] -= 1
        if waiting[node] == 0 and below[node] >= 0:
            ready.append(below[node])
    return np.array(order, dtype=np.int64)


def _where(
    reach: int | None, node: int | None, reach_ids: Sequence[str], node_ids: Sequence[str]
) -> str:
    if reach is not None:
        return f'reach "{reach_ids[reach]}"'
    return "" if node is None else f'node "{node_ids[node]}"'
