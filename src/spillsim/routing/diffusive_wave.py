"""Diffusive wave on any network: trees, confluences, islands, backwater and reversing flow.

Continuity with Manning's law for the slope of the water surface, inertia left out:
dA/dt + dQ/dx = q, Q = K(h) S / sqrt|S|, S = -d(bed + h)/dx. The unknowns are water levels at the
nodes of the network and at points between; links between them carry the discharge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .conveyance import AREA, CONVEYANCE, Shapes, depth_at, sections_at
from .diffusive_march import DONE, Given, Record, march
from .diffusive_step import Channels, Stages, Work
from .elimination import Elimination, elimination_order

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

SETTLING = 32
"""Rows in which steady flow is sought, each twice as long as the one before."""
FIRST_ROW = 60.0
"""Length of the first of them [s]."""


class NoStepError(ValueError):
    """No step is short enough: more water is taken out of a place than there is."""

    def __init__(self, time: float, section: int) -> None:
        super().__init__(f"more water is taken out than there is by {time:.6g} s")
        self.time = time
        self.section = section


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
    """(R,) number of links, 1 or more."""
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
class Layout:
    """A network as the kernels know it. Sections go reach by reach, downstream."""

    reaches: Reaches
    channels: Channels
    elimination: Elimination
    first: IntArray
    """(R + 1,) first section of each reach."""
    reach: IntArray
    """(S,) reach of each section."""
    place: IntArray
    """(N,) vertex of each node."""
    outlet: IntArray
    """(O,) node of each outfall."""


@dataclass(frozen=True)
class State:
    """Water in a network at one time."""

    volume: Array
    """(V,) water that has the level of each vertex [m3]."""
    level: Array
    """(V,) [m]"""


@dataclass(frozen=True)
class Routed:
    """Discharges of M rows of time; what is added up over time balances to round-off."""

    edges: Array
    """(M + 1,) ends of the rows [s]."""
    discharge_head: Array
    """(M, S) mean discharge at the head of sections [m3/s]."""
    discharge_foot: Array
    """(M, S) at their foot [m3/s]."""
    lateral_inflow: Array
    """(M, S) along them [m3/s]."""
    volume: Array
    """(M + 1, S) water in sections [m3]."""
    level: Array
    """(M + 1, S) level of the water there [m]."""
    leaving: Array
    """(M, O) discharge that leaves by the outlets [m3/s]."""
    steps: Array
    """(M, 2) steps taken in each row, and how many of them of the first order."""
    state: State
    """At the end."""


def lay_out(reaches: Reaches, outlets: Outlets, nodes: int) -> Layout:
    """Cut reaches into sections and find the order of elimination.

    A reach of n links has n + 1 sections: halves of a link's length at its ends and n - 1 of a
    whole length between.

    nodes : N
    """
    sections = reaches.links + 1
    first = np.concatenate([[0], np.cumsum(sections)]).astype(np.int64)
    reach = np.repeat(np.arange(sections.size), sections)
    number = np.arange(reach.size) - first[reach]
    inside = (number > 0) & (number < reaches.links[reach])
    vertex = np.where(number == 0, reaches.head[reach], reaches.foot[reach])
    vertex[inside] = nodes + np.arange(int(inside.sum()))
    whole = reaches.length / reaches.links
    share = number / reaches.links[reach]
    upper = np.flatnonzero(number < reaches.links[reach])
    count = nodes + int(inside.sum())
    couplings = np.stack([vertex[upper], vertex[upper + 1]], axis=1)
    place, elimination, pair = elimination_order(count, couplings)
    bed = reaches.bed_head[reach] * (1.0 - share) + reaches.bed_foot[reach] * share
    last = {int(reaches.foot[r]): int(first[r + 1]) - 1 for r in range(sections.size)}
    held = np.full(count, np.nan)
    held[place[outlets.node]] = outlets.level
    lowest = np.full(count, np.inf)
    np.minimum.at(lowest, place[vertex], bed)
    uniform = np.isnan(outlets.level)
    channels = Channels(
        vertex=place[vertex],
        bed=bed,
        length=np.where(inside, 1.0, 0.5) * whole[reach],
        shape=np.ascontiguousarray(reaches.shape[reach]),
        shapes=reaches.shapes,
        upper=upper.astype(np.int64),
        link_length=np.ascontiguousarray(whole[reach[upper]]),
        pair=pair,
        outfall=np.array([last[int(node)] for node in outlets.node], dtype=np.int64),
        root_slope=np.sqrt(np.where(uniform, outlets.slope, 0.0)),
        held=held,
        lowest=lowest,
    )
    return Layout(reaches, channels, elimination, first, reach, place[:nodes], outlets.node)


def filled(layout: Layout, level: Array) -> State:
    """State at levels.

    level : (S,) of the water in every section; those that meet at a node must agree there [m]
    """
    channels = layout.channels
    at = np.array(channels.lowest)
    at[channels.vertex] = level
    at = np.maximum(at, channels.lowest)
    held = ~np.isnan(channels.held)
    at[held] = channels.held[held]
    values = np.zeros((level.size, 4))
    depth = np.maximum(at[channels.vertex] - channels.bed, 0.0)
    sections_at(channels.shapes, channels.shape, depth, values)
    volume = np.bincount(
        channels.vertex, weights=values[:, AREA] * channels.length, minlength=at.size
    )
    return State(volume, at)


def uniform_flow(layout: Layout, discharge: Array) -> State:
    """State with the depth of uniform flow everywhere, the deepest of the reaches at nodes.

    discharge : (R,) [m3/s]
    """
    reaches, channels = layout.reaches, layout.channels
    slope = np.maximum((reaches.bed_head - reaches.bed_foot) / reaches.length, 1e-6)
    depth = depth_at(reaches.shapes, reaches.shape, CONVEYANCE, discharge / np.sqrt(slope))
    level = np.array(channels.lowest)
    np.maximum.at(level, channels.vertex, channels.bed + depth[layout.reach])
    return filled(layout, level[channels.vertex])


def settled(
    layout: Layout, state: State, node_inflow: Array, lateral_inflow: Array
) -> State:  # fmt: skip
    """Steady flow under constant inflow, by implicit steps that double.

    node_inflow : (N,) [m3/s]; lateral_inflow : (R,) along whole reaches [m3/s]

    Raises NoStepError where more water is taken out than flows in.
    """
    edges = FIRST_ROW * (2.0 ** np.arange(SETTLING + 1) - 1.0)
    found = route(
        layout, state, edges, np.tile(node_inflow, (SETTLING, 1)),
        np.tile(lateral_inflow, (SETTLING, 1)), stages=1,
    ).state  # fmt: skip
    # volumes added up over such steps have lost their digits; levels have not
    return filled(layout, found.level[layout.channels.vertex])


def route(
    layout: Layout, state: State, edges: Array, node_inflow: Array, lateral_inflow: Array,
    stages: int = 2,
) -> Routed:  # fmt: skip
    """March from a state through rows of time.

    Every row is one step, or several where Newton's method does not find the levels or a volume
    would be less than nothing; discharges are means of rows.

    Parameters
    ----------
    layout, state
    edges : (M + 1,) ends of the rows [s]
    node_inflow : (M, N) mean of each row, negative where water is taken out [m3/s]
    lateral_inflow : (M, R) along whole reaches [m3/s]
    stages : 2 for second order in time, 1 for implicit Euler

    Raises
    ------
    NoStepError
        More water is taken out of a place than there is.
    """
    channels, count = layout.channels, layout.channels.held.size
    rows, size = edges.size - 1, channels.vertex.size
    record = Record(
        np.zeros((rows, channels.upper.size)), np.zeros((rows, channels.outfall.size)),
        np.zeros((rows + 1, size)), np.zeros((rows + 1, count)), np.zeros((rows, 2)),
    )  # fmt: skip
    room = _room(layout, state)
    given = Given(
        np.ascontiguousarray(edges, dtype=np.float64), np.ascontiguousarray(node_inflow),
        np.ascontiguousarray(lateral_inflow), layout.place, layout.reach,
        channels.length / layout.reaches.length[layout.reach], stages,
    )  # fmt: skip
    failed = march(
        channels, layout.elimination, _work(layout), room,
        given, record,
    )  # fmt: skip
    if failed != DONE:
        place = int(np.argmin(room.volume))
        section = int(np.flatnonzero(channels.vertex == place)[0])
        raise NoStepError(float(edges[failed]), section)
    lateral = given.lateral[:, layout.reach] * given.share
    head, foot = _ends(layout, edges, record, lateral)
    return Routed(
        edges, head, foot, lateral, record.volume,
        np.ascontiguousarray(record.level[:, channels.vertex]), record.leaving, record.steps,
        replace(state, volume=room.start, level=np.array(room.level[0])),
    )  # fmt: skip


def _ends(
    layout: Layout, edges: Array, record: Record, lateral: Array
) -> tuple[Array, Array]:  # fmt: skip
    """(M, S) discharges at the ends of sections, from those of links and the change of water."""
    rows, size = lateral.shape
    head, foot = np.empty((rows, size)), np.empty((rows, size))
    upper = layout.channels.upper
    foot[:, upper] = record.link
    head[:, upper + 1] = record.link
    gained = np.diff(record.volume, axis=0) / np.diff(edges)[:, None]
    begins, ends = layout.first[:-1], layout.first[1:] - 1
    head[:, begins] = foot[:, begins] + gained[:, begins] - lateral[:, begins]
    foot[:, ends] = head[:, ends] - gained[:, ends] + lateral[:, ends]
    return head, foot


def _work(layout: Layout) -> Work:
    channels, pairs = layout.channels, layout.elimination.other.size
    count = channels.held.size
    return Work(
        np.zeros((channels.vertex.size, 4)), np.zeros((channels.upper.size, 4)),
        np.zeros((channels.outfall.size, 2)), np.zeros(count), np.zeros(count),
        np.zeros(pairs), np.zeros(pairs),
    )  # fmt: skip


def _room(layout: Layout, state: State) -> Stages:
    channels = layout.channels
    count = channels.held.size
    level = np.zeros((3, count))
    level[0] = state.level
    return Stages(
        level, np.zeros(count), np.zeros((2, channels.upper.size)),
        np.zeros((2, channels.outfall.size)), np.zeros(count),
        np.array(state.volume), np.zeros(count), np.zeros(count),
    )  # fmt: skip
