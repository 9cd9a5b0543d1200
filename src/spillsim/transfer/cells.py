"""Where along the river a peak and a field are written: cells of this engine's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..network.network import Position
from .river import Array, Index, River, reaches_below

CELLS_ON_THE_WAY = 400
"""Cells on the way from a release to the outlet, if all were of the largest length."""
GROWTH_OF_CELLS = 0.1
"""Length of a cell over its distance from the release above it, up to the largest length."""
LEAST_LAYERS = 4.0
"""Lengths D / U that a cell below a release has at least: nearer, the curve is too sharp."""


@dataclass(frozen=True)
class Cells:
    """K cells, each within one reach, upstream first."""

    reach: Index
    head: Array
    """(K,) distance of the upper end from the head of the reach [m]."""
    foot: Array
    """(K,) distance of the lower end [m]."""

    @property
    def centre(self) -> Array:
        """(K,) distance of the middle [m]."""
        return 0.5 * (self.head + self.foot)


def build_cells(river: River, releases: Sequence[Position]) -> Cells:
    """Cut everything below the releases into cells that grow with the distance from them."""
    network, flow = river.network, river.flow
    nearest: dict[int, float] = {}
    begins: dict[int, list[float]] = {}
    longest = 0.0
    order: dict[int, None] = {}
    for release in releases:
        distance = {release.reach: -release.distance}
        begins.setdefault(release.reach, []).append(release.distance)
        for reach in reaches_below(network, release):
            order[reach] = None
            here = distance.setdefault(reach, 0.0)
            nearest[reach] = min(here, nearest.get(reach, np.inf))
            foot = here + float(network.reach_length[reach])
            longest = max(longest, foot)
            node = int(network.reach_to[reach])
            span = slice(network.downstream_pointer[node], network.downstream_pointer[node + 1])
            for arm in network.downstream_reach[span].tolist():
                distance[arm] = max(foot, distance.get(arm, 0.0))
    rows: list[tuple[int, float, float]] = []
    for reach in order:
        length = float(network.reach_length[reach])
        least = LEAST_LAYERS * float(flow.dispersion_coefficient[reach] / flow.velocity[reach])
        least = max(least, longest / (10.0 * CELLS_ON_THE_WAY))
        starts = sorted(set(begins.get(reach, [])))
        edges = [0.0] if nearest[reach] >= 0.0 else [starts[0]]
        if river.tank[reach]:
            edges, starts = [0.0], []
        while edges[-1] < length:
            at = edges[-1]
            above = [x for x in starts if x <= at]
            away = min(at - above[-1] if above else np.inf, at + max(nearest[reach], 0.0))
            step = min(max(least, GROWTH_OF_CELLS * away), longest / CELLS_ON_THE_WAY)
            step = max(step, least)
            end = length if river.tank[reach] or at + 1.5 * step > length else at + step
            coming = [x for x in starts if at < x < end]
            edges.append(coming[0] if coming else end)
        rows += [(reach, a, b) for a, b in pairwise(edges)]
    return Cells(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.float64),
        np.array([row[2] for row in rows], dtype=np.float64),
    )
