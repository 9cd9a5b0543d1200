"""From the words of a user ("Szamos, km 49") to a position on the network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from .faults import nearest
from .network import Network, Position


def locate_node(network: Network, node: int) -> Position:
    """Place a node: at the head of the reach that leaves it, or at the foot of the last reach.

    Raises
    ------
    LookupError
        the node is the outlet and several reaches end there, so their mixture has no reach.
    """
    reach = int(network.reach_below[node])
    if reach >= 0:
        return Position(reach, 0.0)
    start, stop = network.upstream_pointer[node], network.upstream_pointer[node + 1]
    if stop - start != 1:
        raise LookupError(
            f'{stop - start} reaches end at the outlet "{network.node_id[node]}"; '
            "give a reach and a distance instead"
        )
    reach = int(network.upstream_reach[start])
    return Position(reach, float(network.reach_length[reach]))


def locate_reach(network: Network, reach: int, distance: float) -> Position:
    """Place a distance below the head of a reach [m].

    Raises
    ------
    LookupError
        the distance is not within the reach.
    """
    length = float(network.reach_length[reach])
    if not 0 <= distance <= length:
        raise LookupError(
            f'reach "{network.reach_id[reach]}" is {length / 1000:.10g} km long; '
            f"{distance / 1000:.10g} km lies outside"
        )
    return Position(reach, distance)


def locate_river_km(
    network: Network,
    node_river_km: ArrayLike,
    reach_river: Sequence[str],
    river: str,
    river_km: float,
    node_river: Sequence[str] | None = None,
) -> Position:
    """Place a river kilometre, which falls downstream.

    Between two nodes of the river that have a river_km the position is linear in it. Beyond the
    first and the last such node the river counts true length (1 km of river_km per km), so that
    the last stretch to a confluence, whose node carries the other river's km, can be reached.

    Parameters
    ----------
    node_river_km : (N,) river_km of each node [m], nan where not given
    reach_river : (R,) name of the river each reach belongs to
    river, river_km : the place asked for; river_km in [m]
    node_river : (N,) name of the river that counts the node's river_km; None if every node's
        river_km belongs to all reaches that meet there

    Raises
    ------
    LookupError
        no such river, no river_km on it, not falling downstream, or outside.
    """
    path = river_path(network, reach_river, river)
    marks = river_marks(network, path, node_river_km, river, node_river)
    if not marks:
        raise LookupError(f'no node of the river "{river}" has a river_km')
    length = network.reach_length[path]
    ends = np.concatenate(([0.0], np.cumsum(length)))
    first, last = marks[0], marks[-1]
    marks = [(0.0, first[1] + first[0]), *marks, (ends[-1], last[1] - (ends[-1] - last[0]))]
    if not marks[-1][1] <= river_km <= marks[0][1]:
        raise LookupError(
            f'km {river_km / 1000:.10g} lies outside the river "{river}", which runs from '
            f"km {marks[0][1] / 1000:.10g} to km {marks[-1][1] / 1000:.10g}"
        )
    for (above, km_above), (below, km_below) in pairwise(marks):
        if below > above and km_above >= river_km >= km_below:
            if not km_above > km_below:
                break
            along = above + (below - above) * ((km_above - river_km) / (km_above - km_below))
            # A node belongs to the reach below it, as in locate_node.
            step = min(int(np.searchsorted(ends, along, side="right")) - 1, len(path) - 1)
            distance = min(along - ends[step], length[step])
            return Position(int(path[step]), float(distance))
    raise LookupError(f'the river_km of the river "{river}" does not fall downstream')


def river_path(network: Network, reach_river: Sequence[str], river: str) -> list[int]:
    """Give the reaches of a river from its head down.

    Raises
    ------
    LookupError
        no reach of that name, or its reaches are not one line.
    """
    members = {reach for reach, name in enumerate(reach_river) if name == river}
    if not members:
        known = dict.fromkeys(name for name in reach_river if name)
        hint = nearest(river, known) or f"The rivers are: {', '.join(list(known)[:10])}."
        raise LookupError(f'no reach belongs to a river "{river}". {hint}')
    below = {r: _reach_below(network, r, members) for r in members}
    heads = members - set(below.values())
    if len(heads) != 1:
        names = ", ".join(sorted(f'"{network.reach_id[r]}"' for r in heads)[:5])
        raise LookupError(
            f'the river "{river}" is not one line: it begins with the reaches {names}; '
            "give every branch its own river name"
        )
    path = [heads.pop()]
    while below[path[-1]] in members:
        path.append(below[path[-1]])
    return path


def _reach_below(network: Network, reach: int, members: set[int]) -> int:
    """The reach of the same river that goes on below, else the main arm, -1 at the outlet."""
    node = int(network.reach_to[reach])
    main = int(network.reach_below[node])
    if main in members:
        return main
    span = slice(network.downstream_pointer[node], network.downstream_pointer[node + 1])
    return next((arm for arm in network.downstream_reach[span].tolist() if arm in members), main)


def river_marks(
    network: Network,
    path: Sequence[int],
    node_river_km: ArrayLike,
    river: str,
    node_river: Sequence[str] | None,
) -> list[tuple[float, float]]:
    """Give (distance from the river's head [m], river_km [m]) of the nodes that have one."""
    known = np.asarray(node_river_km, dtype=np.float64)
    along = 0.0
    marks = []
    for step, reach in enumerate((*path, -1)):
        last = path[step - 1]
        node = int(network.reach_from[reach] if reach >= 0 else network.reach_to[last])
        counts = node_river is None or node_river[node] == river
        if counts and math.isfinite(known[node]):
            marks.append((along, float(known[node])))
        along += float(network.reach_length[reach]) if reach >= 0 else 0.0
    return marks
