"""From reaches, outlets and controls to the sections, links and unknowns of the diffusive wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .conveyance import Shapes
from .diffusive_arrays import Channels, Controls
from .elimination import Elimination, elimination_order
from .outlets import OutletRows

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Reaches:
    """R reaches between N nodes, each cut into links of equal length."""

    head: IntArray
    """(R,) node at the head."""
    foot: IntArray
    """(R,) node at the foot."""
    length: Array
    """(R,) [m]"""
    links: IntArray
    """(R,) number of links; 0 for a reservoir, whose water has the level of its head node."""
    bed_head: Array
    """(R,) level of the bed at the head [m]."""
    bed_foot: Array
    """(R,) level of the bed at the foot [m]."""
    shape: IntArray
    """(R,) cross-section."""
    shapes: Shapes


@dataclass(frozen=True)
class Outlets:
    """O nodes where water leaves the network."""

    node: IntArray
    """(O,)"""
    slope: Array
    """(O,) bed slope of the uniform flow there; unused where the level is held [-]."""
    level: Array
    """(O,) level that is held, NaN for uniform flow [m]."""


@dataclass(frozen=True)
class Ways:
    """D ways out of a node whatever the level below: dams, intakes, canals."""

    node: IntArray
    """(D,) node that the water comes from."""
    reach: IntArray
    """(D,) reservoir whose dam it is, to the foot of which the water goes; -1 for out of the
    network."""


@dataclass(frozen=True)
class Layout:
    """A network as the kernels know it. Sections go reach by reach, downstream."""

    reaches: Reaches
    channels: Channels
    controls: Controls
    elimination: Elimination
    first: IntArray
    """(R + 1,) first section of each reach."""
    reach: IntArray
    """(S,) reach of each section."""
    place: IntArray
    """(N,) vertex of each node."""
    outlet: IntArray
    """(O,) node of each outfall."""
    ways: Ways


NO_WAYS = Ways(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def lay_out(reaches: Reaches, outlets: Outlets, nodes: int, ways: Ways = NO_WAYS) -> Layout:
    """Cut reaches into sections and find the order of elimination.

    A reach of n links has n + 1 sections: halves of a link's length at its ends and n - 1 of a
    whole length between.

    nodes : N
    """
    sections = reaches.links + 1
    first = np.concatenate([[0], np.cumsum(sections)]).astype(np.int64)
    reach = np.repeat(np.arange(sections.size), sections)
    number = np.arange(reach.size) - first[reach]
    links = np.maximum(reaches.links, 1)
    inside = (number > 0) & (number < reaches.links[reach])
    pool = reaches.links[reach] == 0
    vertex = np.where(number == 0, reaches.head[reach], reaches.foot[reach])
    count = nodes + int(inside.sum())
    vertex[inside] = np.arange(nodes, count)
    upper = np.flatnonzero(number < reaches.links[reach])
    below = np.where(ways.reach >= 0, reaches.foot[ways.reach], -1)
    # a dam at the very outlet: nothing holds water below it
    below[~np.isin(below, vertex)] = -1
    inner = np.flatnonzero(below >= 0)
    couplings = np.concatenate(
        [
            np.stack([vertex[upper], vertex[upper + 1]], axis=1),
            np.stack([ways.node[inner], below[inner]], axis=1),
        ]
    )
    place, elimination, pair = elimination_order(count, couplings)
    share = number / links[reach]
    bed = reaches.bed_head[reach] * (1.0 - share) + reaches.bed_foot[reach] * share
    lowest = np.full(count, np.inf)
    np.minimum.at(lowest, place[vertex], bed)
    lowest[np.isinf(lowest)] = 0.0
    held = np.full(count, np.nan)
    held[place[outlets.node]] = outlets.level
    whole = reaches.length / links
    channels = Channels(
        vertex=place[vertex],
        bed=bed,
        length=np.where(inside | pool, 1.0, 0.5) * whole[reach],
        shape=np.ascontiguousarray(reaches.shape[reach]),
        shapes=reaches.shapes,
        upper=upper.astype(np.int64),
        link_length=np.ascontiguousarray(whole[reach[upper]]),
        pair=np.ascontiguousarray(pair[: upper.size]),
        outfall=_outfalls(reaches, outlets, first),
        root_slope=np.sqrt(np.where(np.isnan(outlets.level), outlets.slope, 0.0)),
        held=held,
        lowest=lowest,
    )
    ends = np.full((2, ways.node.size), -1, dtype=np.int64)
    ends[0, inner], ends[1, inner] = place[below[inner]], pair[upper.size :]
    controls = Controls(
        place[ways.node], ends[0].copy(), ends[1].copy(), np.zeros((0, below.size)),
        no_outlets(below.size, 0), np.zeros(below.size), np.zeros(1, dtype=np.int64),
    )  # fmt: skip
    return Layout(
        reaches, channels, controls, elimination, first, reach, place[:nodes], outlets.node, ways
    )  # fmt: skip


def no_outlets(ways: int, rows: int) -> OutletRows:
    """Ways out with no law of the level."""
    return OutletRows(
        np.zeros((ways, 0), dtype=np.int64), np.zeros((ways, 0, 4)), np.zeros((ways, rows, 0)),
        np.zeros((ways, rows, 0)),
    )  # fmt: skip


def _outfalls(reaches: Reaches, outlets: Outlets, first: IntArray) -> IntArray:
    """(O,) last section of the channel that ends at each outlet, of the longest of several."""
    found = []
    for node in outlets.node.tolist():
        entering = np.flatnonzero((reaches.foot == node) & (reaches.links > 0))
        found.append(int(first[entering[np.argmax(reaches.length[entering])] + 1]) - 1)
    return np.array(found, dtype=np.int64)
