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

What runs in every step and takes bundles of arrays is a ``part``, compiled into its caller:
handing a bundle of forty arrays to a function costs about a microsecond, ten times the work on a
small window. Inner loops take bare arrays.
"""

from __future__ import annotations

from .arrays import (
    LIMITER_POSITIVE,
    LIMITER_SHOWN,
    BoolArray,
    Cells,
    Deposits,
    Dispersion,
    Exchange,
    FloatArray,
    Gauges,
    IntArray,
    Motion,
    Outputs,
    Paths,
    Record,
    State,
)
from .compiler import jit, part
from .observe import begin_watch, observe_path
from .reconstruct import cell_edges, downstream_share, fill_concentration
from .snapshots import is_due, write_field, write_ledger


@jit
def shift(a: int, b: int, mass: FloatArray) -> float:
    """Move the mass of cells a to b one cell on; returns what leaves cell b - 1."""
    leaving = float(mass[b - 1])
    source = mass[a : b - 1]
    target = mass[a + 1 : b]
    for i in range(source.shape[0] - 1, -1, -1):
        target[i] = source[i]
    mass[a] = 0.0
    return leaving


@jit
def remap(
    a: int, b: int, c: FloatArray, flux: FloatArray, edge_weight: FloatArray,
    edge_jump: BoolArray, volume: FloatArray, courant: FloatArray, limiter: int,
) -> None:  # fmt: skip
    """Mass through the downstream faces of cells a to b where the Courant number is below one."""
    for cell in range(a, b):
        left, right = cell_edges(cell, c, edge_weight, edge_jump, limiter)
        share = downstream_share(c[cell], left, right, courant[cell + 1])
        flux[cell + 1] = volume[cell] * share


@jit
def advect_mixed(
    p: int, paths: Paths, cells: Cells, motion: Motion, gauges: Gauges, state: State, limiter: int
) -> float:
    """Move the water of a path with slow ranges or losses by one step; returns what leaves it.

    The old profile gives all fluxes before any mass moves; then the ranges are taken from below,
    so that each finds the one it feeds already emptied.
    """
    mass, flux = state.mass, state.flux
    low, high = state.low[p], state.high[p]
    start, end = paths.start[p], paths.end[p]
    a, b = max(low - 4, start - 2), min(high + 4, end + 2)
    fill_concentration(a, b, mass, cells.inverse_volume, state.concentration)
    for r in range(paths.range_pointer[p], paths.range_pointer[p + 1]):
        a, b = max(paths.range_start[r], low), min(paths.range_end[r], high)
        if a < b:
            if paths.range_slow[r]:
                remap(
                    a, b, state.concentration, flux, cells.edge_weight, cells.edge_jump,
                    cells.volume, motion.courant, limiter,
                )  # fmt: skip
            else:
                for cell in range(a, b):
                    flux[cell + 1] = mass[cell]
    for s in range(gauges.pointer[p], gauges.pointer[p + 1]):
        if low <= gauges.cell[s] < high:
            state.through[s] += flux[gauges.cell[s] + 1]
    leaving = 0.0
    for r in range(paths.range_pointer[p + 1] - 1, paths.range_pointer[p] - 1, -1):
        a, b = max(paths.range_start[r], low), min(paths.range_end[r], high)
        if a >= b:
            continue
        out = flux[b]
        if paths.range_slow[r]:
            for cell in range(b - 1, a, -1):
                mass[cell] = (mass[cell] - flux[cell + 1]) + flux[cell]
            mass[a] -= flux[a + 1]
        else:
            out = shift(a, b, mass)
        if b < end:
            mass[b] += out
        else:
            leaving = out
    if paths.loses_water[p]:
        for i in range(low, min(high + 1, end)):
            kept = mass[i] * motion.keep[i]
            state.total[1] += mass[i] - kept
            mass[i] = kept
    return leaving


@jit
def disperse(
    a: int, b: int, m: FloatArray, inverse: FloatArray, g: FloatArray, h: FloatArray,
    c: FloatArray, flux: FloatArray,
) -> None:  # fmt: skip
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
def exchange_cells(
    a: int, b: int, exchange: Exchange, m: FloatArray, s: FloatArray, lost: FloatArray
) -> None:
    """Decay and transient storage over one step; ``lost`` gathers what decayed, cell by cell."""
    mass = m[a:b]
    decayed = lost[a:b]
    stay = exchange.stay[a:b]
    if exchange.has_storage:
        storage = s[a:b]
        back = exchange.back[a:b]
        into = exchange.into[a:b]
        hold = exchange.hold[a:b]
        if exchange.decays:
            for i in range(mass.shape[0]):
                x, y = mass[i], storage[i]
                flowing = stay[i] * x + back[i] * y
                stored = into[i] * x + hold[i] * y
                decayed[i] += (x - flowing) + (y - stored)
                mass[i] = flowing
                storage[i] = stored
        else:
            for i in range(mass.shape[0]):
                # what moves is computed once, so that channel and storage mirror each other
                moved = into[i] * mass[i] - back[i] * storage[i]
                mass[i] -= moved
                storage[i] += moved
    else:
        for i in range(mass.shape[0]):
            left = stay[i] * mass[i]
            decayed[i] += mass[i] - left
            mass[i] = left


@jit
def trim(a: int, b: int, floor: float, mass: FloatArray, storage: FloatArray) -> tuple[int, int]:
    """Shrink a window past cells that hold next to nothing; their mass moves inward."""
    while b - a > 8 and abs(mass[a]) + abs(storage[a]) < floor:
        mass[a + 1] += mass[a]
        storage[a + 1] += storage[a]
        mass[a] = 0.0
        storage[a] = 0.0
        a += 1
    while b - a > 8 and abs(mass[b - 1]) + abs(storage[b - 1]) < floor:
        mass[b - 2] += mass[b - 1]
        storage[b - 2] += storage[b - 1]
        mass[b - 1] = 0.0
        storage[b - 1] = 0.0
        b -= 1
    return a, b


@jit
def note_peaks(
    a: int, b: int, step: float, m: FloatArray, scale: FloatArray, top: FloatArray,
    when: FloatArray,
) -> None:  # fmt: skip
    """Keep the highest concentration seen in each cell and the step it was seen at."""
    mass = m[a:b]
    inverse = scale[a:b]
    peak = top[a:b]
    peak_step = when[a:b]
    for i in range(mass.shape[0]):
        # two selects instead of a branch let the loop run several cells at a time
        value = mass[i] * inverse[i]
        higher = value > peak[i]
        peak[i] = value if higher else peak[i]
        peak_step[i] = step if higher else peak_step[i]


@jit
def add_deposits(
    p: int, rows: tuple[int, int], late: bool, paths: Paths, deposits: Deposits, state: State
) -> None:
    """Put one part of a step's release into the cells of a path and open its window for it."""
    for k in range(rows[0], rows[1]):
        cell = deposits.cell[k]
        if paths.start[p] <= cell < paths.end[p]:
            added = deposits.mass_late[k] if late else deposits.mass_early[k]
            state.mass[cell] += added
            state.total[0] += added
            widen(p, cell, state.low, state.high)


@part
def add_tributaries(p: int, paths: Paths, keep: FloatArray, state: State) -> None:
    """Put what left the paths that end in this one into the cells below their mouths.

    Water taken out at the confluence takes its share of what the tributaries bring as well.
    """
    for k in range(paths.inflow_pointer[p], paths.inflow_pointer[p + 1]):
        q = paths.inflow_path[k]
        if state.outflow[q] == 0.0:
            continue
        cell = paths.join_cell[q]
        kept = state.outflow[q] * keep[cell]
        state.mass[cell] += kept
        state.total[1] += state.outflow[q] - kept
        widen(p, cell, state.low, state.high)
        state.outflow[q] = 0.0


@jit
def widen(p: int, cell: int, low: IntArray, high: IntArray) -> None:
    """Open the window of a path so that it holds ``cell``."""
    if low[p] >= high[p]:
        low[p] = cell
        high[p] = cell + 1
    elif cell < low[p]:
        low[p] = cell
    elif cell >= high[p]:
        high[p] = cell + 1


@part
def advect(
    p: int, paths: Paths, cells: Cells, motion: Motion, gauges: Gauges, state: State, limiter: int
) -> None:
    """Move the water of a path by one step and take up what leaves it."""
    a, b = state.low[p], state.high[p]
    if paths.mixed[p]:
        leaving = advect_mixed(p, paths, cells, motion, gauges, state, limiter)
    else:
        for s in range(gauges.pointer[p], gauges.pointer[p + 1]):
            if a <= gauges.cell[s] < b:
                state.through[s] += state.mass[gauges.cell[s]]
        leaving = shift(a, b, state.mass)
        if b < paths.end[p]:
            state.mass[b] = leaving
    if b < paths.end[p]:
        state.high[p] = b + 1
    elif paths.join_cell[p] < 0:
        state.total[2] += leaving
    else:
        state.outflow[p] = leaving


@part
def spread(
    p: int, paths: Paths, cells: Cells, dispersion: Dispersion, exchange: Exchange, gauges: Gauges,
    state: State,
) -> None:  # fmt: skip
    """Disperse and exchange the water of a path; its window grows with every substep."""
    a, b = state.low[p], state.high[p]
    for _ in range(dispersion.substeps):
        a, b = max(a - 2, paths.start[p]), min(b + 2, paths.end[p])
        disperse(
            a, b, state.mass, cells.inverse_volume, dispersion.conductance, dispersion.correction,
            state.concentration, state.flux,
        )  # fmt: skip
        for s in range(gauges.pointer[p], gauges.pointer[p + 1]):
            if a < gauges.cell[s] + 1 < b:
                state.through[s] += state.flux[gauges.cell[s] + 1]
    if exchange.has_storage or exchange.decays:
        exchange_cells(a, b, exchange, state.mass, state.storage, state.decayed)
    state.work[0] += b - a
    state.low[p], state.high[p] = a, b


@jit
def march_steps(
    span: tuple[int, int], position: FloatArray, paths: Paths, cells: Cells, motion: Motion,
    dispersion: Dispersion, exchange: Exchange, deposits: Deposits, gauges: Gauges, state: State,
    outputs: Outputs, record: Record, settings: tuple[int, float],
) -> None:  # fmt: skip
    """March over the steps of ``span``; ``position`` (3,) keeps the output counters.

    ``settings`` holds the limiter and the mass below which the window is trimmed [kg].
    """
    limiter, floor = settings
    shown = LIMITER_SHOWN if limiter == LIMITER_POSITIVE else limiter
    low, high, watched = state.low, state.high, state.watched
    last, ledger_row, field_row = int(position[0]), int(position[1]), int(position[2])
    for step in range(span[0], span[1]):
        first = last
        while last < outputs.time.shape[0] and outputs.time[last] <= step + 1.0:
            last += 1
        due = (first, last, step)
        rows = (deposits.pointer[step], deposits.pointer[step + 1])
        for p in range(paths.start.shape[0]):
            path = (p, paths.start[p], paths.end[p])
            fed = paths.inflow_pointer[p] < paths.inflow_pointer[p + 1]
            if last > first:
                may_open = fed or rows[0] < rows[1]
                watched[p] = begin_watch(p, due, may_open, gauges, state, outputs)
                if watched[p]:
                    observe_path(due, 0.0, path, cells, gauges, state, outputs, shown)
            if low[p] < high[p]:
                advect(p, paths, cells, motion, gauges, state, limiter)
            add_tributaries(p, paths, motion.keep, state)
            if rows[0] < rows[1]:
                add_deposits(p, rows, False, paths, deposits, state)
            if low[p] < high[p]:
                spread(p, paths, cells, dispersion, exchange, gauges, state)
                if rows[0] < rows[1]:
                    add_deposits(p, rows, True, paths, deposits, state)
                low[p], high[p] = trim(low[p], high[p], floor, state.mass, state.storage)
                note_peaks(
                    low[p], high[p], step + 1.0, state.mass, cells.inverse_volume, state.peak,
                    state.peak_step,
                )  # fmt: skip
        if last > first:
            for p in range(paths.start.shape[0]):
                if watched[p]:
                    path = (p, paths.start[p], paths.end[p])
                    observe_path(due, 1.0, path, cells, gauges, state, outputs, shown)
        if is_due(ledger_row, record.ledger_step, step):
            write_ledger(ledger_row, exchange.decays, paths, state, record)
            ledger_row += 1
        if is_due(field_row, record.field_step, step):
            write_field(field_row, paths, cells, state, record)
            field_row += 1
    position[0], position[1], position[2] = last, ledger_row, field_row
    state.work[1] += span[1] - span[0]
