"""Diffusive wave on any network: trees, confluences, islands, backwater and reversing flow.

Continuity with Manning's law for the slope of the water surface, inertia left out:
dA/dt + dQ/dx = q, Q = K(h) S / sqrt|S|, S = -d(bed + h)/dx. The unknowns are water levels at the
nodes of the network and at points between; links between them carry the discharge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .conveyance import AREA, CONVEYANCE, depth_at, sections_at
from .diffusive_arrays import Stages, Work
from .diffusive_layout import Layout, no_outlets
from .diffusive_march import DONE, Rows, march
from .outlets import GIVEN, Outlet, OutletRows

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
    vertex: IntArray
    """(S,) place of each section's level."""
    levels: Array
    """(M + 1, V) levels of the water [m]."""
    leaving: Array
    """(M, O) discharge that leaves by the outlets [m3/s]."""
    taken: Array
    """(M, D) discharge of ways out [m3/s]."""
    steps: Array
    """(M, 2) steps taken in each row, and how many of them of the first order."""
    state: State
    """At the end."""

    @property
    def level(self) -> Array:
        """(M + 1, S) level of the water in sections [m]."""
        return self.levels[:, self.vertex]


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
    return State(np.asarray(volume, dtype=np.float64), at)


def uniform_flow(layout: Layout, discharge: Array) -> State:
    """State with the depth of uniform flow everywhere, the deepest of the reaches at nodes.

    discharge : (R,) [m3/s]
    """
    reaches, channels = layout.reaches, layout.channels
    slope = np.maximum((reaches.bed_head - reaches.bed_foot) / reaches.length, 1e-6)
    depth = depth_at(reaches.shapes, reaches.shape, CONVEYANCE, discharge / np.sqrt(slope))
    depth[reaches.links == 0] = 0.0
    level = np.array(channels.lowest)
    np.maximum.at(level, channels.vertex, channels.bed + depth[layout.reach])
    return filled(layout, level[channels.vertex])


@dataclass(frozen=True)
class Inflow:
    """Water from outside, and what ways out are asked for, in M rows of time; means of rows."""

    node: Array
    """(M, N) at nodes [m3/s]."""
    lateral: Array
    """(M, R) spread along whole reaches [m3/s]."""
    asked: Array | None = None
    """(M, D) that ways out are asked for; they give it as far as there is water [m3/s]."""
    outlets: OutletRows | None = None
    """Outlets of ways out besides, see ``outlet_means``."""
    section: IntArray | None = None
    """(P,) sections with inflow of their own."""
    point: Array | None = None
    """(M, P) inflow of these [m3/s]."""


def outlet_means(edges: Array, ways: Sequence[Sequence[Outlet]]) -> OutletRows:
    """Outlets of D ways out in M rows of time: the share of a row in which they work, and the
    mean of their discharge or opening.

    edges : (M + 1,) ends of the rows [s]
    ways : outlets of each, may be none
    """
    most, rows = max((len(each) for each in ways), default=0), edges.size - 1
    found = OutletRows(
        np.full((len(ways), most), GIVEN, dtype=np.int64), np.zeros((len(ways), most, 4)),
        np.zeros((len(ways), rows, most)), np.zeros((len(ways), rows, most)),
    )  # fmt: skip
    for d, each in enumerate(ways):
        for k, one in enumerate(each):
            found.kind[d, k] = one.kind
            found.shape[d, k] = (one.crest, one.width, one.coefficient, one.over_sill)
            begin, end = np.maximum(edges[:-1], one.start), np.minimum(edges[1:], one.stop)
            found.weight[d, :, k] = np.maximum(end - begin, 0.0) / np.diff(edges)
            found.value[d, :, k] = row_means(edges, np.array(one.time), np.array(one.value))
    return found


def row_means(edges: Array, time: Array, value: Array) -> Array:
    """(M,) means over rows of what is linear between times (P,) and constant outside."""
    at = np.unique(np.concatenate([edges, time[(time > edges[0]) & (time < edges[-1])]]))
    values = np.interp(at, time, value)
    passed = np.cumsum(0.5 * np.diff(at) * (values[1:] + values[:-1]))
    summed = np.concatenate([[0.0], passed])[np.searchsorted(at, edges)]
    return np.asarray(np.diff(summed) / np.diff(edges))


def settled(layout: Layout, state: State, inflow: Inflow) -> State:
    """Steady flow under constant inflow, by implicit steps that double.

    inflow : a single row, at nodes and along whole reaches

    Raises NoStepError where more water is taken out than flows in.
    """
    edges = FIRST_ROW * np.asarray(2.0 ** np.arange(SETTLING + 1) - 1.0, dtype=np.float64)
    every = np.zeros(SETTLING, dtype=np.int64)
    asked, outlets = inflow.asked, inflow.outlets
    if asked is not None:
        asked = asked[every]
    if outlets is not None:
        weight, value = (np.ascontiguousarray(x[:, every]) for x in (outlets.weight, outlets.value))
        outlets = outlets._replace(weight=weight, value=value)
    steady = Inflow(inflow.node[every], inflow.lateral[every], asked, outlets)
    found = route(layout, state, edges, steady, stages=1).state
    # volumes added up over such steps have lost their digits; levels have not
    return filled(layout, found.level[layout.channels.vertex])


def route(
    layout: Layout, state: State, edges: Array, inflow: Inflow, stages: int = 2
) -> Routed:  # fmt: skip
    """March from a state through rows of time.

    Every row is one step, or several where Newton's method does not find the levels or a volume
    would be less than nothing; discharges are means of rows.

    Parameters
    ----------
    layout, state, inflow
    edges : (M + 1,) ends of the rows [s]
    stages : 2 for second order in time, 1 for implicit Euler

    Raises
    ------
    NoStepError
        More water is taken out of a place than there is.
    """
    channels = layout.channels
    rows = _rows(layout, edges, inflow, stages)
    room = _room(layout, state)
    count = edges.size - 1
    ways = layout.controls.above.size
    asked = np.zeros((count, ways)) if inflow.asked is None else inflow.asked
    outlets = no_outlets(ways, count) if inflow.outlets is None else inflow.outlets
    controls = layout.controls._replace(asked=np.ascontiguousarray(asked), outlets=outlets)
    failed = march(channels, controls, layout.elimination, _work(layout), room, rows)
    if failed != DONE:
        place = int(np.argmin(room.volume))
        section = int(np.flatnonzero(channels.vertex == place)[0])
        raise NoStepError(float(edges[failed]), section)
    return Routed(
        edges, rows.head, rows.foot, rows.along, rows.volume, channels.vertex, rows.level,
        rows.leaving, rows.taken, rows.steps, State(room.start, np.array(room.level[0])),
    )  # fmt: skip


def _rows(layout: Layout, edges: Array, inflow: Inflow, stages: int) -> Rows:
    """Inflow by sections, and room for what comes out."""
    channels, ways = layout.channels, layout.controls.above.size
    count, size = edges.size - 1, channels.vertex.size
    along = np.zeros((count, size))
    share = channels.length / layout.reaches.length[layout.reach]
    for reach in np.flatnonzero(inflow.lateral.any(axis=0)).tolist():
        own = slice(int(layout.first[reach]), int(layout.first[reach + 1]))
        along[:, own] = inflow.lateral[:, reach, None] * share[own]
    if inflow.section is not None and inflow.point is not None:
        for section, values in zip(inflow.section.tolist(), inflow.point.T, strict=True):
            along[:, section] += values
    dams = np.flatnonzero(layout.ways.reach >= 0)
    dam = np.full(layout.first.size - 1, -1, dtype=np.int64)
    dam[layout.ways.reach[dams]] = dams
    return Rows(
        edges=np.ascontiguousarray(edges, dtype=np.float64),
        node=np.ascontiguousarray(inflow.node),
        along=along,
        place=layout.place,
        first=layout.first,
        dam=dam,
        head=np.zeros((count, size)),
        foot=np.zeros((count, size)),
        leaving=np.zeros((count, channels.outfall.size)),
        taken=np.zeros((count, ways)),
        volume=np.zeros((count + 1, size)),
        level=np.zeros((count + 1, channels.held.size)),
        steps=np.zeros((count, 2)),
        stages=stages,
    )


def _work(layout: Layout) -> Work:
    channels, pairs = layout.channels, layout.elimination.other.size
    count = channels.held.size
    return Work(
        np.zeros((channels.vertex.size, 4)), np.zeros((channels.upper.size, 4)),
        np.zeros((channels.outfall.size, 2)), np.zeros((layout.controls.above.size, 2)),
        np.zeros(count), np.zeros(count), np.zeros(pairs), np.zeros(pairs),
    )  # fmt: skip


def _room(layout: Layout, state: State) -> Stages:
    channels = layout.channels
    count = channels.held.size
    level = np.zeros((3, count))
    level[0] = state.level
    return Stages(
        level, np.zeros(count), np.zeros((2, channels.upper.size)),
        np.zeros((2, channels.outfall.size)), np.zeros((2, layout.controls.above.size)),
        np.zeros(count), np.array(state.volume), np.zeros(count), np.zeros(count),
    )  # fmt: skip
