"""Watching places while the plume passes."""

from __future__ import annotations

import numpy as np

from .arrays import LIMITER_NONE, BoolArray, Cells, FloatArray, Gauges, Outputs, State
from .compiler import jit, part
from .reconstruct import cell_edges, downstream_share, point_value


@part
def begin_watch(
    p: int, span: tuple[int, int, int], may_open: bool, gauges: Gauges, state: State,
    outputs: Outputs,
) -> bool:  # fmt: skip
    """Tell whether the plume is near a place of a path, or may come there, in this step.

    Where it is not, the outputs of the step take the mass that has passed.
    """
    low, high = state.low[p], state.high[p]
    watched = may_open and low >= high
    for s in range(gauges.pointer[p], gauges.pointer[p + 1]):
        if low < high and low - 8 < gauges.cell[s] < high + 8:
            watched = True
    if not watched:
        for s in range(gauges.pointer[p], gauges.pointer[p + 1]):
            for k in range(span[0], span[1]):
                outputs.cumulative_mass[s, k] = state.through[s]
    return watched


@part
def observe_path(
    span: tuple[int, int, int], end: float, path: tuple[int, int, int], cells: Cells,
    gauges: Gauges, state: State, record: Outputs, limiter: int,
) -> None:  # fmt: skip
    """Add what one end of a step gives to the outputs ``span[0]`` to ``span[1]`` in it.

    Between two steps the profile is carried with the flow: the value at share ``x`` of step
    ``span[2]`` is the old profile (``end`` 0) a way ``x`` upstream and the new one (``end`` 1) a
    way ``1 - x`` downstream, weighted with the share of the step's dispersion and exchange that
    each has seen. ``path`` is (number, first cell, one past the last cell).
    """
    shapes = state.shapes
    for s in range(gauges.pointer[path[0]], gauges.pointer[path[0] + 1]):
        shape_cells(
            gauges.cell[s], path[1], path[2], state.mass, cells.inverse_volume,
            state.concentration, cells.edge_weight, cells.edge_jump, cells.volume, shapes, limiter,
        )  # fmt: skip
        if gauges.side[s] != 0:
            observe_one_sided(s, span, end, gauges, state, record, limiter)
            continue
        for k in range(span[0], span[1]):
            x = record.time[k] - span[2]
            weight = x if end > 0.0 else 1.0 - x
            if weight > 0.0:
                place = gauges.offset[s] + gauges.reach_back[s] * (end - x)
                value, passed = observe_place(place, shapes)
                # what flows in on the way dilutes, or has diluted, the water followed
                change = gauges.dilution[s, int(end)] - 1.0
                value *= 1.0 + change * abs(end - x)
                record.concentration[s, k] += weight * value
                record.cumulative_mass[s, k] += weight * (state.through[s] + passed)


@jit
def observe_one_sided(
    s: int, span: tuple[int, int, int], end: float, gauges: Gauges, state: State,
    record: Outputs, limiter: int,
) -> None:  # fmt: skip
    """Outputs of a step at a place less than a step from a confluence or from the path's end.

    Below a confluence the old profile upstream is not the water that will pass, above one the
    new profile downstream is not the water that has passed. So one profile is followed, and the
    step of dispersion, exchange and dilution that it is ahead by or behind is made good by the
    ratio that the water at the place itself shows. That makes the curve continuous from step to
    step. Where the ratio is far from one the values before and after the step are joined.
    """
    side, offset, stride = gauges.side[s], gauges.offset[s], gauges.reach_back[s]
    before = state.before[s]
    value, passed = observe_place(offset, state.shapes)
    passed += state.through[s]
    if end == 0.0:
        before[0], before[1] = value, passed
        if side == -1:
            before[2], before[3] = observe_place(offset - stride, state.shapes)
            before[3] += state.through[s]
            for k in range(span[0], span[1]):
                found, mass = observe_place(
                    offset - stride * (record.time[k] - span[2]), state.shapes
                )
                record.concentration[s, k] = found
                record.cumulative_mass[s, k] = state.through[s] + mass
        return
    followed, followed_mass = before[2], before[3]
    if side == 1:
        followed, followed_mass = observe_place(offset + stride, state.shapes)
        followed_mass += state.through[s]
    for k in range(span[0], span[1]):
        x = record.time[k] - span[2]
        found, mass = record.concentration[s, k], record.cumulative_mass[s, k]
        share, true, true_mass = x, value, passed
        if side == 1:
            found, mass = observe_place(offset + stride * (1.0 - x), state.shapes)
            mass += state.through[s]
            share, true, true_mass = 1.0 - x, before[0], before[1]
        if side == 2 or (limiter != LIMITER_NONE and not 0.5 * followed < true < 2.0 * followed):
            found = (1.0 - x) * before[0] + x * value
        elif limiter == LIMITER_NONE:
            found += share * (true - followed)
        else:
            found *= (true / followed) ** share
        mass += share * (true_mass - followed_mass)
        if side == 2:
            mass = (1.0 - x) * before[1] + x * passed
        record.concentration[s, k] = found
        record.cumulative_mass[s, k] = mass


@jit
def shape_cells(
    cell: int, start: int, stop: int, mass: FloatArray, inverse: FloatArray, c: FloatArray,
    edge_weight: FloatArray, edge_jump: BoolArray, volume: FloatArray, shapes: FloatArray,
    limiter: int,
) -> None:  # fmt: skip
    """Write mean, edges and volume of a cell and its neighbours to ``shapes``, 0 off the path."""
    for i in range(max(cell - 3, start - 2), min(cell + 4, stop + 2)):
        c[i] = mass[i] * inverse[i]
    for j in range(3):
        i = cell - 1 + j
        shapes[j, :] = 0.0
        if start <= i < stop:
            left, right = cell_edges(i, c, edge_weight, edge_jump, limiter)
            shapes[j, 0], shapes[j, 1], shapes[j, 2], shapes[j, 3] = c[i], left, right, volume[i]


@jit
def observe_place(place: float, shapes: FloatArray) -> tuple[float, float]:
    """Concentration at a place, and the mass from there to the lower face of the middle cell.

    ``place`` counts cells from the upper face of the middle one, -1 to 2; the mass is negative
    below its lower face.
    """
    j = min(max(int(np.floor(place)), -1), 1)
    share = place - j
    own = shapes[j + 1]
    mean, left, right, volume = own[0], own[1], own[2], own[3]
    passed = volume * downstream_share(mean, left, right, 1.0 - share)
    if j < 0:
        passed += shapes[1, 3] * shapes[1, 0]
    elif j > 0:
        passed -= volume * mean
    return point_value(mean, left, right, share), passed
