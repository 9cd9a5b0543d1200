"""Watching places while the plume passes.

Marching only notes the mass around each place at the end of every step while the plume is near
(``note_rows``). Curves are made of these rows some dozens of steps at a time (``write_curves``).
"""

from __future__ import annotations

import math

import numpy as np

from .arrays import (
    LIMITER_NONE,
    BoolArray,
    Cells,
    FloatArray,
    Gauges,
    IntArray,
    Outputs,
    Watch,
)
from .compiler import inner
from .reconstruct import cell_edges, downstream_share, point_value

NEAR = 8
"""Cells between a window and a place within which the place is watched."""


@inner
def find_near(a: int, b: int, first: int, last: int, cell: IntArray, near: IntArray) -> None:
    """List the places ``first`` to ``last`` that a window has reached or will reach soon."""
    count = 0
    for s in range(first, last):
        if a - NEAR < cell[s] < b + NEAR:
            count += 1
            near[count] = s
    near[0] = count


@inner
def note_rows(
    done: int, slot: int, members: int, cell: IntArray, mass: FloatArray, through: FloatArray,
    near: IntArray, rows: FloatArray, stamp: IntArray, last: IntArray,
) -> None:  # fmt: skip
    """Note the mass around the near places after ``done`` steps, once."""
    for k in range(1, near[0] + 1):
        s = near[k]
        if last[s] != done:
            row = rows[s, slot]
            at = (cell[s] - 3) * members
            for i in range(7):
                for j in range(members):
                    row[i, j] = mass[at]
                    at += 1
            for j in range(members):
                row[7, j] = through[s, j]
            stamp[s, slot] = done
            last[s] = done


@inner
def write_curves(
    span: tuple[int, int],
    ends: bool,
    cells: Cells,
    gauges: Gauges,
    watch: Watch,
    outputs: Outputs,
    limiter: int,
) -> None:
    """Write the outputs that fall into the steps of ``span`` and start a new block.

    Once the march ``ends``, what would be seen a part of a step later is shown as it is then.
    """
    begin, stop = span
    time, following, curves = outputs.time, outputs.next, outputs.curves
    last, through, rows, stamp = watch.ends[2], watch.through, watch.rows, watch.stamp
    clocks, count = time.shape
    members, places = curves.shape[1], curves.shape[2]
    for clock in range(clocks):
        for s in range(places):
            lag = gauges.lag[s]
            first = following[clock, s]
            while first < count and time[clock, first] + lag <= 0.0:
                first += 1  # nothing has been released yet
            end = first
            while end < count and time[clock, end] + (0.0 if ends else lag) <= stop:
                end += 1
            following[clock, s] = end
            for j in range(clock, members if clocks == 1 else clock + 1):
                if last[s] < begin:
                    # the plume has not been near: what has passed has passed
                    passed = curves[1, j, s]
                    for k in range(first, end):
                        passed[k] = through[1, s, j]
                elif end > first:
                    write_curve(s, j, (first, end, begin, stop), time[clock], cells, gauges, watch,
                                curves[0, j, s], curves[1, j, s], limiter)  # fmt: skip
    for s in range(places):
        for j in range(members):
            through[1, s, j] = through[0, s, j]
        if last[s] == stop:
            stamp[s, 0] = stop
            for i in range(8):
                for j in range(members):
                    rows[s, 0, i, j] = rows[s, stop - begin, i, j]


@inner
def write_curve(
    s: int, j: int, span: tuple[int, int, int, int], time: FloatArray, cells: Cells,
    gauges: Gauges, watch: Watch, concentration: FloatArray, passed: FloatArray, limiter: int,
) -> None:  # fmt: skip
    """Outputs ``span[0]`` to ``span[1]`` of one member at one place in a block of steps."""
    k, end, begin, stop = span
    lag = gauges.lag[s]
    cell = gauges.cell[s]
    ends = (watch.ends[0, s] - cell, watch.ends[1, s] - cell)
    weights, jumps = cells.edge_weight[cell - 3 : cell + 5], cells.edge_jump[cell - 3 : cell + 5]
    inverse, volume = cells.inverse_volume[cell - 3 :], cells.volume[cell - 3 :]
    side, dilution = gauges.side[s], gauges.dilution[s]
    place = (gauges.offset[s], gauges.reach_back[s])
    rows, stamp, shapes = watch.rows[s, :, :, j], watch.stamp[s], watch.shapes
    line = watch.line
    held = watch.through[1, s, j]
    ready = -1
    while k < end:
        step = math.ceil(min(time[k] + lag, stop)) - 1
        n = step - begin
        if stamp[n] != step or stamp[n + 1] != step + 1:
            # the plume is not near: what has passed has passed
            while n >= 0 and stamp[n] != begin + n:
                n -= 1
            passed[k] = rows[n, 7] if n >= 0 else held
            k += 1
            continue
        before, after = shapes[step & 1], shapes[(step + 1) & 1]
        if ready != step:
            shape_cells(ends, rows[n], inverse, weights, jumps, volume, line, before, limiter)
        shape_cells(ends, rows[n + 1], inverse, weights, jumps, volume, line, after, limiter)
        ready = step + 1
        masses = (rows[n, 7], rows[n + 1, 7])
        known = prepare_one_sided(side, place, masses, before, after)
        while k < end and min(time[k] + lag, stop) <= step + 1.0:
            x = min(time[k] + lag, stop) - step
            if side != 0:
                concentration[k], passed[k] = observe_one_sided(
                    x, side, place, masses, known, before, after, limiter
                )
            else:
                concentration[k], passed[k] = observe_between(
                    x, place, masses, dilution, before, after
                )
            k += 1


@inner
def observe_between(
    x: float, place: tuple[float, float], masses: tuple[float, float], dilution: FloatArray,
    before: FloatArray, after: FloatArray,
) -> tuple[float, float]:  # fmt: skip
    """Concentration and mass passed at share ``x`` of a step.

    Between two steps the profile is carried with the flow: the value at share ``x`` is the old
    profile a way ``x`` upstream and the new one a way ``1 - x`` downstream, weighted with the
    share of the step's dispersion and exchange that each has seen.
    """
    offset, stride = place
    # what flows in on the way dilutes, or has diluted, the water followed
    value, mass = observe_place(offset + stride * (1.0 - x), after)
    value *= 1.0 + (dilution[1] - 1.0) * (1.0 - x)
    old_value, old_mass = observe_place(offset - stride * x, before)
    old_value *= 1.0 + (dilution[0] - 1.0) * x
    return (
        (1.0 - x) * old_value + x * value,
        (1.0 - x) * (masses[0] + old_mass) + x * (masses[1] + mass),
    )


@inner
def prepare_one_sided(
    side: int, place: tuple[float, float], masses: tuple[float, float], before: FloatArray,
    after: FloatArray,
) -> tuple[float, float, float, float, float, float]:  # fmt: skip
    """Value and mass passed before the step, after it, and in the water followed for a step."""
    if side == 0:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    offset, stride = place
    old, old_mass = observe_place(offset, before)
    new, new_mass = observe_place(offset, after)
    followed, followed_mass = 0.0, 0.0
    if side == -1:
        followed, followed_mass = observe_place(offset - stride, before)
        followed_mass += masses[0]
    elif side == 1:
        followed, followed_mass = observe_place(offset + stride, after)
        followed_mass += masses[1]
    return old, old_mass + masses[0], new, new_mass + masses[1], followed, followed_mass


@inner
def observe_one_sided(
    x: float, side: int, place: tuple[float, float], masses: tuple[float, float],
    known: tuple[float, float, float, float, float, float], before: FloatArray,
    after: FloatArray, limiter: int,
) -> tuple[float, float]:  # fmt: skip
    """Outputs at a place less than a step from a confluence or from the path's end.

    Below a confluence the old profile upstream is not the water that will pass, above one the
    new profile downstream is not the water that has passed. So one profile is followed, and the
    step of dispersion, exchange and dilution that it is ahead by or behind is made good by the
    ratio that the water at the place itself shows. That makes the curve continuous from step to
    step, unless the ratio is far from one, at the foot of a front, where only a part is made good.
    """
    old, old_mass, new, new_mass, followed, followed_mass = known
    if side == 2:
        return (1.0 - x) * old + x * new, (1.0 - x) * old_mass + x * new_mass
    offset, stride = place
    if side == 1:
        found, mass = observe_place(offset + stride * (1.0 - x), after)
        mass += masses[1]
        share, true, true_mass = 1.0 - x, old, old_mass
    else:
        found, mass = observe_place(offset - stride * x, before)
        mass += masses[0]
        share, true, true_mass = x, new, new_mass
    if limiter == LIMITER_NONE:
        found += share * (true - followed)
    elif followed > 0.0:
        found *= min(max(true / followed, 0.5), 2.0) ** share
    return found, mass + share * (true_mass - followed_mass)


@inner
def shape_cells(
    ends: tuple[int, int], row: FloatArray, inverse: FloatArray, edge_weight: FloatArray,
    edge_jump: BoolArray, volume: FloatArray, line: FloatArray, shapes: FloatArray, limiter: int,
) -> None:  # fmt: skip
    """Write mean, edges and volume of a cell and its neighbours to ``shapes``, 0 off the path.

    The arrays begin three cells above the cell; ``ends`` counts from the cell itself.
    """
    for i in range(7):
        line[i] = row[i] * inverse[i]
    for n in range(3):
        i = n + 2
        shapes[n, 0], shapes[n, 1], shapes[n, 2], shapes[n, 3] = 0.0, 0.0, 0.0, 0.0
        if ends[0] <= n - 1 < ends[1]:
            left, right = cell_edges(i, line, edge_weight, edge_jump, limiter)
            shapes[n, 0], shapes[n, 1], shapes[n, 2], shapes[n, 3] = line[i], left, right, volume[i]


@inner
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
