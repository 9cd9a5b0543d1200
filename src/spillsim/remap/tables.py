"""Exact integrals of tabulated discharges over steps."""

from __future__ import annotations

import numpy as np

from ..hydraulics.varying import VaryingFlow
from .arrays import CHAIN, COUNT, REACH, REACH_END, FloatArray, IntArray, Tables
from .graph import Layout, Reaches

BALANCED = 1e-12
"""Difference of two discharges that counts as rounding, as a share of the largest there."""
EMPTY = 1e-9
"""Shortage of water that counts as rounding, as a share of the most the reach ever holds."""


class DrainedError(ValueError):
    """A reach would hold less than no water."""

    def __init__(self, reach: int, time: float) -> None:
        super().__init__(f"reach {reach} would hold less than no water at {time:.6g} s")
        self.reach = reach
        self.time = time


def joined_reaches(reaches: Reaches, flow: VaryingFlow) -> np.ndarray:
    """(R,) true where all that leaves the foot of a reach enters the one reach below it."""
    below = np.full(reaches.nodes, -1, dtype=np.int64)
    below[reaches.head] = np.arange(reaches.head.size)
    below = below[reaches.foot]
    has = np.flatnonzero(below >= 0)
    out, into = flow.discharge_foot[:, has], flow.discharge_head[:, below[has]]
    most = np.maximum(np.abs(out).max(axis=0), np.abs(into).max(axis=0))
    joined = np.zeros(reaches.head.size, dtype=np.bool_)
    joined[has] = np.abs(out - into).max(axis=0) <= BALANCED * most
    return joined


def build_tables(reaches: Reaches, flow: VaryingFlow, layout: Layout, time: FloatArray) -> Tables:
    """Lay out discharges along the chains and prepare their integrals over the steps.

    Parameters
    ----------
    reaches, flow, layout
    time : (N + 1,) ends of the steps [s since the start of the case]

    Raises
    ------
    DrainedError
        More water leaves a reach than it holds.
    """
    graph, own = layout.graph, layout.own_reach
    rows, chains = flow.time.size, graph.chain.shape[0]
    boundary = np.empty((rows, own.size + chains))
    for c in range(chains):
        a, b = graph.chain[c, REACH], graph.chain[c, REACH_END]
        boundary[:, a + c] = flow.discharge_head[:, own[a]]
        boundary[:, a + c + 1 : b + c + 1] = flow.discharge_foot[:, layout.above[a:b]]
    # lateral water comes to the upper of two layers; the lower one keeps its volume, as what leaves
    # the reservoir stands between the two as well as at its foot
    within = np.where((own >= 0) & (layout.lower == 0.0), 1.0, 0.0)
    lateral = np.ascontiguousarray(flow.lateral_inflow[:, layout.above] * within)
    head = np.arange(own.size) + graph.reach[:, CHAIN]
    net = boundary[:, head] - boundary[:, head + 1] + lateral
    length = reaches.length[layout.above]
    cells_beyond = layout.spacing * graph.reach[:, COUNT]
    start_volume = np.where(
        own >= 0, flow.initial_area[layout.above] * length,
        flow.reference.cross_section_area[layout.above] * cells_beyond,
    )  # fmt: skip
    below = np.flatnonzero(layout.lower > 0.0)
    start_volume[below - 1] -= layout.lower[below]
    start_volume[below] = layout.lower[below]
    gap = np.diff(flow.time)[:, None]
    gained = gap * (0.5 * (net[1:] + net[:-1]) if flow.linear else net[:-1])
    summed = np.concatenate([np.zeros((1, own.size)), np.cumsum(gained, axis=0)])
    # another order in memory would be another type, and the kernels compiled once more for it
    volume = np.ascontiguousarray(start_volume + summed)
    _check_volume(flow, layout, volume, net, time)
    pointer, row, weight = step_weights(flow.time, flow.linear, time)
    since_row, since_weight = weights_since_row(flow.time, flow.linear, time)
    return Tables(
        boundary, lateral if np.any(lateral != 0.0) else np.zeros((0, 0)), volume,
        pointer, row, weight, since_row, since_weight,
    )  # fmt: skip


def _check_volume(
    flow: VaryingFlow, layout: Layout, volume: FloatArray, net: FloatArray, time: FloatArray
) -> None:
    """Refuse flows that take more water out of a reach than there is."""
    at = np.concatenate([[min(time[0], flow.time[0])], flow.time, [max(time[-1], flow.time[-1])]])
    least = np.concatenate(
        [
            volume[:1] - net[:1] * (flow.time[0] - at[0]),
            volume,
            volume[-1:] + net[-1:] * (at[-1] - flow.time[-1]),
        ]
    )
    if flow.linear and flow.time.size > 1:
        # between two rows the volume is a parabola, lowest where losing turns to gaining
        gap = np.diff(flow.time)[:, None]
        turns = (net[:-1] < 0.0) & (net[1:] > 0.0) & (gap > 0.0)
        slope = np.where(turns, net[1:] - net[:-1], 1.0) / np.where(gap > 0.0, gap, 1.0)
        dip = np.where(turns, volume[:-1] - 0.5 * net[:-1] ** 2 / slope, volume[:-1])
        least[1:-2] = np.minimum(least[1:-2], dip)
    short = least < -EMPTY * np.maximum(volume.max(axis=0), 1e-300)
    if short.any():
        row, reach = np.argwhere(short)[0]
        raise DrainedError(int(layout.above[reach]), float(at[row]))


def step_weights(
    table: FloatArray, linear: bool, time: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Rows and weights that integrate a table exactly over each step, as compressed rows."""
    inside = table[(table > time[0]) & (table < time[-1])]
    knots = np.unique(np.concatenate([time, inside]))
    length = np.diff(knots)
    middle = 0.5 * (knots[1:] + knots[:-1])
    # the middle of two times that differ by rounding may be the later one, and that the last
    step = np.minimum(np.searchsorted(time, middle, side="right"), time.size - 1) - 1
    row = np.searchsorted(table, middle, side="right") - 1
    between = linear & (row >= 0) & (row < table.size - 1)
    low = np.minimum(np.maximum(row, 0), table.size - 1)
    high = np.where(between, low + 1, low)
    gap = np.where(between, table[high] - table[low], 1.0)
    share = np.where(between, (middle - table[low]) / gap, 0.0)
    rows = np.stack([low, high], axis=1)
    weights = np.stack([length * (1.0 - share), length * share], axis=1)
    used = weights > 0.0
    steps = np.repeat(step, 2).reshape(-1, 2)[used]
    pointer = np.searchsorted(steps, np.arange(time.size))
    return pointer.astype(np.int64), rows[used].astype(np.int64), weights[used]


def weights_since_row(
    table: FloatArray, linear: bool, time: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Last row not after each time, and the weights of it and the next in the integral since."""
    row = np.maximum(np.searchsorted(table, time, side="right") - 1, 0)
    since = time - table[row]
    weight = np.stack([since, np.zeros(time.size)], axis=1)
    if linear:
        between = (row < table.size - 1) & (since > 0.0)
        gap = np.where(between, table[np.minimum(row + 1, table.size - 1)] - table[row], 1.0)
        curved = np.where(between, 0.5 * since**2 / gap, 0.0)
        weight[:, 0] -= curved
        weight[:, 1] += curved
    return row.astype(np.int64), weight


def integral_between(
    flow: VaryingFlow, reach: int, share: float, earlier: FloatArray, later: FloatArray
) -> FloatArray:
    """(n,) water that passes a place between two times [m3].

    Parameters
    ----------
    reach, share : the place, as a share of the reach's length
    earlier, later : (n,) [s since the start of the case]
    """
    at = (1.0 - share) * flow.discharge_head[:, reach] + share * flow.discharge_foot[:, reach]
    gap = np.diff(flow.time)
    each = gap * (0.5 * (at[1:] + at[:-1]) if flow.linear else at[:-1])
    passed = np.concatenate([[0.0], np.cumsum(each)])

    def until(time: FloatArray) -> FloatArray:
        row, weight = weights_since_row(flow.time, flow.linear, time)
        following = np.minimum(row + 1, at.size - 1)
        return np.asarray(passed[row] + weight[:, 0] * at[row] + weight[:, 1] * at[following])

    return until(later) - until(earlier)
