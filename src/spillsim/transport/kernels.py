"""The time loop: shift or remap, dispersion, exchange, observation. Arrays in, arrays out.

One step of length ``dt`` does, path by path from upstream to downstream:

1. *advection* in volume coordinates. Where the Courant number is one the cell masses move one
   cell on, which is exact; where it is smaller, parabolas are remapped (Colella & Woodward 1984,
   eqs 1.6 to 1.10, in the flux form of Lin & Rood 1996);
2. what tributaries brought and the early part of what was released is added;
3. *dispersion*, explicit with a third-difference correction that makes it fourth order in space
   and second in time, in ``substeps`` equal parts;
4. *exchange*: the exact propagator of decay and transient storage;
5. the late part of the release is added, places are observed, the active window is trimmed.

Mass is only moved between cells, so it closes to round-off; no value is ever clipped.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from .arrays import (
    LIMITER_MONOTONE,
    LIMITER_NONE,
    Cells,
    Deposits,
    Dispersion,
    Exchange,
    FloatArray,
    Gauges,
    Paths,
    Record,
    State,
)

jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy")


@jit
def cell_edges(cell: int, c: FloatArray, cells: Cells, limiter: int) -> tuple[float, float]:
    """Concentration at the upstream and downstream edge of a cell, limited as asked.

    ``positive`` keeps both edges in [0, 3 c], which keeps the parabola through them with mean
    ``c`` from being negative anywhere; ``monotone`` is the limiter of Colella & Woodward (1984,
    eq. 1.10); ``none`` leaves the fourth-order values.
    """
    mean = c[cell]
    left = mean
    right = mean
    if not cells.edge_jump[cell]:
        w = cells.edge_weight[cell]
        left = w[0] * c[cell - 2] + w[1] * c[cell - 1] + w[2] * mean + w[3] * c[cell + 1]
    if not cells.edge_jump[cell + 1]:
        w = cells.edge_weight[cell + 1]
        right = w[0] * c[cell - 1] + w[1] * mean + w[2] * c[cell + 1] + w[3] * c[cell + 2]
    if limiter == LIMITER_NONE:
        return left, right
    if limiter == LIMITER_MONOTONE:
        left = min(max(left, min(c[cell - 1], mean)), max(c[cell - 1], mean))
        right = min(max(right, min(c[cell + 1], mean)), max(c[cell + 1], mean))
        if (right - mean) * (mean - left) <= 0.0:
            return mean, mean
        if right - mean > 2.0 * (mean - left) or right - mean < 2.0 * (mean - left):
            if abs(right - mean) > 2.0 * abs(mean - left):
                right = mean + 2.0 * (mean - left)
            elif abs(mean - left) > 2.0 * abs(right - mean):
                left = mean - 2.0 * (right - mean)
        return left, right
    top = 3.0 * mean
    return min(max(left, 0.0), top), min(max(right, 0.0), top)


@jit
def downstream_share(mean: float, left: float, right: float, x: float) -> float:
    """Integral of the parabola over the downstream part ``x`` of a cell, per cell volume."""
    bend = left + right - 2.0 * mean
    # integral of the parabola a(s), s in [1 - x, 1]; exact mean at x = 1
    return x * (right + x * ((mean - right) - bend * (1.0 - x)))


@jit
def point_value(mean: float, left: float, right: float, s: float) -> float:
    """Value of the parabola at the share ``s`` of the cell's volume from its upstream edge."""
    curvature = 3.0 * (2.0 * mean - left - right)
    return left + s * ((right - left) + curvature * (1.0 - s))


@jit
def sample(position: float, first: int, last: int, c: FloatArray, cells: Cells, limiter: int) -> float:
    """Concentration at a position in cell coordinates; zero outside the path."""
    cell = int(np.floor(position))
    if cell < first or cell >= last:
        return 0.0
    left, right = cell_edges(cell, c, cells, limiter)
    return point_value(c[cell], left, right, position - cell)


@jit
def mass_between(
    upper: float, lower: float, first: int, last: int, c: FloatArray, cells: Cells, limiter: int
) -> float:
    """Mass between two positions (upper <= lower, less than two cells apart) [kg]."""
    total = 0.0
    cell = int(np.floor(upper))
    while cell < lower and cell < last:
        if cell >= first:
            left, right = cell_edges(cell, c, cells, limiter)
            from_top = downstream_share(c[cell], left, right, 1.0 - max(upper - cell, 0.0))
            to_end = 0.0
            if lower < cell + 1.0:
                to_end = downstream_share(c[cell], left, right, 1.0 - (lower - cell))
            total += cells.volume[cell] * (from_top - to_end)
        cell += 1
    return total


@jit
def fill_concentration(a: int, b: int, mass: FloatArray, inverse: FloatArray, c: FloatArray) -> None:
    """c = mass / volume on cells a to b."""
    source = mass[a:b]
    scale = inverse[a:b]
    target = c[a:b]
    for i in range(target.shape[0]):
        target[i] = source[i] * scale[i]


@jit
def advect_slow(
    a: int, b: int, c: FloatArray, flux: FloatArray, cells: Cells, limiter: int
) -> None:
    """Mass through the downstream faces of cells a to b where the Courant number is below one."""
    for cell in range(a, b):
        x = cells.courant[cell + 1]
        left, right = cell_edges(cell, c, cells, limiter)
        flux[cell + 1] = cells.volume[cell] * downstream_share(c[cell], left, right, x)


@jit
def advect_path(p: int, paths: Paths, cells: Cells, state: State, limiter: int) -> float:
    """Move the water of one path by one step; returns the mass that leaves its lower end."""
    mass = state.mass
    flux = state.flux
    low = state.low[p]
    high = state.high[p]
    start = paths.start[p]
    end = paths.end[p]
    first = paths.range_pointer[p]
    last = paths.range_pointer[p + 1]
    any_slow = False
    for r in range(first, last):
        if paths.range_slow[r] and paths.range_start[r] < high and paths.range_end[r] > low:
            any_slow = True
    if any_slow:
        fill_concentration(max(low - 2, start), min(high + 2, end), mass,
                           cells.inverse_volume, state.concentration)
        for i in range(max(low - 4, start - 2), max(low - 2, start)):
            state.concentration[i] = 0.0
        for i in range(min(high + 2, end), min(high + 4, end + 2)):
            state.concentration[i] = 0.0
        for r in range(first, last):
            if paths.range_slow[r]:
                a = max(paths.range_start[r], low)
                b = min(paths.range_end[r], high)
                if a < b:
                    advect_slow(a, b, state.concentration, flux, cells, limiter)
    leaving = 0.0
    for r in range(last - 1, first - 1, -1):
        a = max(paths.range_start[r], low)
        b = min(paths.range_end[r], high)
        if a >= b:
            continue
        if paths.range_slow[r]:
            out = flux[b]
            for cell in range(b - 1, a, -1):
                mass[cell] = (mass[cell] - flux[cell + 1]) + flux[cell]
            mass[a] -= flux[a + 1]
        else:
            out = mass[b - 1]
            for cell in range(b - 1, a, -1):
                mass[cell] = mass[cell - 1]
            mass[a] = 0.0
        if b < end:
            mass[b] += out
        else:
            leaving = out
    if high < end:
        state.high[p] = high + 1
    return leaving


@jit
def disperse(
    a: int, b: int, m: FloatArray, inverse: FloatArray, g: FloatArray, h: FloatArray,
    c: FloatArray, flux: FloatArray,
) -> None:
    """One substep of dispersion on cells a to b; nothing crosses faces a and b.

    F_f = -g (c_f - c_{f-1}) + h (c_{f+1} - 3 c_f + 3 c_{f-1} - c_{f-2}), with h = g e and
    e = 1/12 - d/2: the 1/12 cancels the error of the central difference in space, the -d/2 that
    of the forward step in time. Cells next to a and b must be readable and hold no mass.
    """
    fill_concentration(a, b, m, inverse, c)
    c[a - 2] = 0.0
    c[a - 1] = 0.0
    c[b] = 0.0
    c[b + 1] = 0.0
    n = b - a
    f = flux[a : b + 1]
    f[0] = 0.0
    c0 = c[a - 1 : b - 2]
    c1 = c[a : b - 1]
    c2 = c[a + 1 : b]
    c3 = c[a + 2 : b + 1]
    gs = g[a + 1 : b]
    hs = h[a + 1 : b]
    inner = f[1:n]
    for i in range(inner.shape[0]):
        step = c2[i] - c1[i]
        inner[i] = hs[i] * (c3[i] - c0[i] - 3.0 * step) - gs[i] * step
    f[n] = 0.0
    target = m[a:b]
    up = f[0:n]
    down = f[1 : n + 1]
    for i in range(n):
        target[i] += up[i] - down[i]


@jit
def exchange_cells(a: int, b: int, exchange: Exchange, state: State) -> float:
    """Decay and transient storage over one step; returns the mass that decayed [kg]."""
    mass = state.mass[a:b]
    stay = exchange.stay[a:b]
    decayed = 0.0
    if exchange.has_storage:
        storage = state.storage[a:b]
        back = exchange.back[a:b]
        into = exchange.into[a:b]
        hold = exchange.hold[a:b]
        if exchange.decays:
            for i in range(mass.shape[0]):
                m = mass[i]
                s = storage[i]
                new_m = stay[i] * m + back[i] * s
                new_s = into[i] * m + hold[i] * s
                decayed += (m - new_m) + (s - new_s)
                mass[i] = new_m
                storage[i] = new_s
        else:
            for i in range(mass.shape[0]):
                # what moves is computed once, so that channel and storage mirror each other
                moved = into[i] * mass[i] - back[i] * storage[i]
                mass[i] -= moved
                storage[i] += moved
    elif exchange.decays:
        for i in range(mass.shape[0]):
            m = mass[i]
            new_m = stay[i] * m
            decayed += m - new_m
            mass[i] = new_m
    return decayed


@jit
def trim(p: int, floor: float, paths: Paths, state: State) -> None:
    """Shrink the window past cells that hold next to nothing; their mass moves inward."""
    low = state.low[p]
    high = state.high[p]
    mass = state.mass
    storage = state.storage
    while high - low > 8 and mass[low] + storage[low] < floor:
        mass[low + 1] += mass[low]
        storage[low + 1] += storage[low]
        mass[low] = 0.0
        storage[low] = 0.0
        low += 1
    while high - low > 8 and mass[high - 1] + storage[high - 1] < floor:
        mass[high - 2] += mass[high - 1]
        storage[high - 2] += storage[high - 1]
        mass[high - 1] = 0.0
        storage[high - 1] = 0.0
        high -= 1
    state.low[p] = low
    state.high[p] = high


@jit
def widen(p: int, cell: int, state: State) -> None:
    """Open the window of a path so that it holds ``cell``."""
    if state.low[p] >= state.high[p]:
        state.low[p] = cell
        state.high[p] = cell + 1
        return
    if cell < state.low[p]:
        state.low[p] = cell
    if cell >= state.high[p]:
        state.high[p] = cell + 1


@jit
def observe(
    p: int, k0: int, k1: int, step: int, after: bool, paths: Paths, cells: Cells, gauges: Gauges,
    state: State, record: Record, limiter: int,
) -> None:
    """Add one end's part of the outputs that fall into the current step.

    Between two steps the profile is carried with the flow: the value at share ``x`` of the step
    is the old profile a way ``x`` upstream and the new one a way ``1 - x`` downstream, weighted
    with the share of the step's dispersion and exchange that each has seen.
    """
    start = paths.start[p]
    end = paths.end[p]
    low = max(state.low[p] - 2, start)
    high = min(state.high[p] + 2, end)
    for s in range(gauges.pointer[p], gauges.pointer[p + 1]):
        place = gauges.cell[s] + gauges.offset[s]
        stride = gauges.reach_back[s]
        near = low < high and place > low - 3.0 - stride and place < high + 3.0 + stride
        if near:
            a = max(gauges.cell[s] - 5, start - 2)
            b = min(gauges.cell[s] + 6, end + 2)
            for i in range(a, b):
                state.concentration[i] = state.mass[i] * cells.inverse_volume[i]
        for k in range(k0, k1):
            x = record.time[k] - step
            weight = x if after else 1.0 - x
            if gauges.below_junction[s]:
                weight = 1.0 if after else 0.0
            if weight == 0.0:
                continue
            value = 0.0
            passed = state.through[s]
            if near:
                face = gauges.cell[s] + 1.0
                c = state.concentration
                passed += mass_between(place, face, start, end, c, cells, limiter)
                if after:
                    at = place + stride * (1.0 - x)
                    passed -= mass_between(place, at, start, end, c, cells, limiter)
                else:
                    at = place - stride * x
                    passed += mass_between(at, place, start, end, c, cells, limiter)
                value = sample(at, start, end, c, cells, limiter)
            record.concentration[s, k] += weight * value
            record.cumulative_mass[s, k] += weight * passed


@jit
def note_peaks(a: int, b: int, step: int, cells: Cells, state: State) -> None:
    """Keep the highest concentration seen in each cell and the step it was seen at."""
    mass = state.mass[a:b]
    inverse = cells.inverse_volume[a:b]
    peak = state.peak[a:b]
    peak_step = state.peak_step[a:b]
    for i in range(mass.shape[0]):
        value = mass[i] * inverse[i]
        if value > peak[i]:
            peak[i] = value
            peak_step[i] = step


@jit
def abstract(a: int, b: int, cells: Cells, state: State) -> None:
    """Take out what leaves with lateral losses and intakes."""
    for i in range(a, b):
        kept = state.mass[i] * cells.keep[i]
        state.total[2] += state.mass[i] - kept
        state.mass[i] = kept


@jit
def step_path(
    p: int, deposits_at: tuple[int, int], paths: Paths, cells: Cells, dispersion: Dispersion,
    exchange: Exchange, deposits: Deposits, gauges: Gauges, state: State, limiter: int,
) -> None:
    """Advance one path by one step (without observation)."""
    start = paths.start[p]
    end = paths.end[p]
    g0 = gauges.pointer[p]
    g1 = gauges.pointer[p + 1]
    active = state.low[p] < state.high[p]
    state.outflow[p] = 0.0
    if active:
        for s in range(g0, g1):
            # a unit cell empties through its lower face; a slow one is corrected below
            cell = gauges.cell[s]
            if gauges.reach_back[s] == 1.0 and state.low[p] <= cell < state.high[p]:
                state.through[s] += state.mass[cell]
        high_before = state.high[p]
        low_before = state.low[p]
        state.outflow[p] = advect_path(p, paths, cells, state, limiter)
        for s in range(g0, g1):
            cell = gauges.cell[s]
            if gauges.reach_back[s] != 1.0 and low_before <= cell < high_before:
                state.through[s] += state.flux[cell + 1]
        if paths.loses_water[p]:
            abstract(state.low[p], state.high[p], cells, state)
    for q in range(p):
        if state.outflow[q] != 0.0 and paths.join_cell[q] >= start and paths.join_cell[q] < end:
            cell = paths.join_cell[q]
            share = paths.join_share[q]
            state.mass[cell] += share * state.outflow[q]
            widen(p, cell, state)
            if share < 1.0:
                state.mass[cell + 1] += (1.0 - share) * state.outflow[q]
                widen(p, cell + 1, state)
            state.outflow[q] = 0.0
    for k in range(deposits_at[0], deposits_at[1]):
        cell = deposits.cell[k]
        if start <= cell < end:
            state.mass[cell] += deposits.mass_early[k]
            state.total[0] += deposits.mass_early[k]
            widen(p, cell, state)
    if state.low[p] >= state.high[p]:
        return
    for _ in range(dispersion.substeps):
        a = max(state.low[p] - 2, start)
        b = min(state.high[p] + 2, end)
        disperse(a, b, state.mass, cells.inverse_volume, dispersion.conductance,
                 dispersion.correction, state.concentration, state.flux)
        for s in range(g0, g1):
            face = gauges.cell[s] + 1
            if a < face < b:
                state.through[s] += state.flux[face]
        state.low[p] = a
        state.high[p] = b
    state.total[1] += exchange_cells(state.low[p], state.high[p], exchange, state)
    for k in range(deposits_at[0], deposits_at[1]):
        cell = deposits.cell[k]
        if start <= cell < end:
            state.mass[cell] += deposits.mass_late[k]
            state.total[0] += deposits.mass_late[k]
    state.work[0] += state.high[p] - state.low[p]


@jit
def write_ledger(row: int, paths: Paths, state: State, record: Record) -> None:
    """Sum what is in the river and in storage; independent of the running totals."""
    river = 0.0
    stored = 0.0
    for p in range(paths.start.shape[0]):
        for i in range(state.low[p], state.high[p]):
            river += state.mass[i]
            stored += state.storage[i]
    record.ledger[row, 0] = state.total[0]
    record.ledger[row, 1] = river
    record.ledger[row, 2] = stored
    record.ledger[row, 3] = state.total[1]
    record.ledger[row, 4] = state.total[2]
    record.ledger[row, 5] = state.total[3]


@jit
def march_steps(
    first_step: int, last_step: int, position: FloatArray, paths: Paths, cells: Cells,
    dispersion: Dispersion, exchange: Exchange, deposits: Deposits, gauges: Gauges, state: State,
    record: Record, settings: tuple[int, float],
) -> None:
    """March from ``first_step`` to ``last_step``; ``position`` (3,) keeps the output counters.

    ``settings`` holds the limiter and the mass below which the window is trimmed [kg].
    """
    limiter, floor = settings
    count = paths.start.shape[0]
    outputs = record.time.shape[0]
    k0 = int(position[0])
    ledger_row = int(position[1])
    field_row = int(position[2])
    for step in range(first_step, last_step):
        k1 = k0
        while k1 < outputs and record.time[k1] <= step + 1.0:
            k1 += 1
        if k1 > k0:
            for p in range(count):
                observe(p, k0, k1, step, False, paths, cells, gauges, state, record, limiter)
        rows = (deposits.pointer[step], deposits.pointer[step + 1])
        for p in range(count):
            step_path(p, rows, paths, cells, dispersion, exchange, deposits, gauges, state,
                      limiter)
        for p in range(count):
            if paths.join_cell[p] < 0:
                state.total[3] += state.outflow[p]
                state.outflow[p] = 0.0
            if state.low[p] < state.high[p]:
                trim(p, floor, paths, state)
                note_peaks(state.low[p], state.high[p], step + 1, cells, state)
        if k1 > k0:
            for p in range(count):
                observe(p, k0, k1, step, True, paths, cells, gauges, state, record, limiter)
            k0 = k1
        if ledger_row < record.ledger_step.shape[0] and record.ledger_step[ledger_row] == step + 1:
            write_ledger(ledger_row, paths, state, record)
            ledger_row += 1
        if field_row < record.field_step.shape[0] and record.field_step[field_row] == step + 1:
            row = record.field[field_row]
            for p in range(count):
                for i in range(state.low[p], state.high[p]):
                    row[i] = state.mass[i] * cells.inverse_volume[i]
            field_row += 1
    position[0] = k0
    position[1] = ledger_row
    position[2] = field_row
    state.work[1] += last_step - first_step
