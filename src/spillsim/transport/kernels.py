"""The time loop: shift or remap, dispersion, exchange, observation. Arrays in, arrays out.

One step of length ``dt`` does, path by path from upstream to downstream:

1. *advection* in volume coordinates. Where the Courant number is one the cell masses move one
   cell on, which is exact; where it is smaller, parabolas are remapped (Colella & Woodward 1984,
   eqs 1.6 to 1.10, in the flux form of Lin & Rood 1996);
2. what tributaries brought and the early part of what was released is added;
3. *dispersion*, explicit with a third-difference correction that makes it fourth order in space
   and second in time, in ``substeps`` equal parts;
4. *exchange*: the exact propagator of decay and transient storage, or of all pools (``pools``);
5. the late part of the release is added, peaks and the water around watched places are noted.

Several members march together: substances of a case, or members of an ensemble. They share
geometry, steps and windows, and lie one behind the other in every cell (see ``State``).

Mass is only moved between cells, so it closes to round-off; no value is ever clipped. Nothing is
allocated. Where nothing comes in from outside and one path is active, many steps run in one call
of ``glide``; handing bundles of arrays to a function costs more than the work on a small window.
"""

from __future__ import annotations

from .advect import advect_mixed, join, shift
from .arrays import (
    ABSTRACTED,
    BELOW,
    END,
    FED,
    FIRST_MOUTH,
    FLOOR,
    HIGH,
    INVERSE,
    JOIN,
    LAST_MOUTH,
    LIMITER_POSITIVE,
    LIMITER_SHOWN,
    LOW,
    MASS,
    MIXED,
    MOUTH,
    OUTLET,
    PAST,
    RELEASED,
    START,
    STORAGE,
    Cells,
    Feed,
    FloatArray,
    Gauges,
    IntArray,
    Medium,
    Motion,
    Outputs,
    Record,
    State,
    Watch,
    Ways,
)
from .compiler import inner, jit
from .glide import CLOSING, glide, pass_places, take_in
from .observe import find_near, note_rows, write_curves
from .pools import may_return
from .snapshots import is_due, sum_decayed, write_field, write_ledger
from .windows import admit, delist, enlist, grow, holds


@inner
def admit_incoming(
    p: int, window: tuple[int, int], ends: tuple[int, int], reach: int, rows: tuple[int, int],
    joining: IntArray, join_cell: IntArray, place: IntArray, outflow: FloatArray,
) -> tuple[int, int]:  # fmt: skip
    """Open the window of a path for all that comes in from outside in this step."""
    a, b = window
    for q in joining:
        for j in range(outflow.shape[1]):
            if outflow[q, j] != 0.0:
                a, b = admit(a, b, ends, reach, join_cell[q])
    for k in range(rows[0], rows[1]):
        if place[1, k] == p:
            a, b = admit(a, b, ends, reach, place[0, k])
    return a, b


@inner
def let_out(
    p: int, step: int, below: int, outflow: FloatArray, fed: IntArray, active: IntArray
) -> None:
    """Tell the path below that something comes from a path in this step."""
    for j in range(outflow.shape[1]):
        if outflow[p, j] != 0.0 and fed[below] != step:
            fed[below] = step
            enlist(below, active)


@inner
def close(
    step: int, place: int, outlet: int, medium: Medium, cells: FloatArray, spans: IntArray,
    leaving: FloatArray, total: FloatArray, active: IntArray,
) -> bool:  # fmt: skip
    """Close a window that has come to its path's end if it is empty; tells whether it was.

    The last traces, less than a window is trimmed by, leave the path with the water.
    """
    reactions = medium.reactions
    members = total.shape[1]
    a, b = spans[LOW], spans[HIGH]
    if spans[FED] == step or holds(a, b, members, cells[MASS], total[FLOOR]):
        return False
    if holds(a, b, members, cells[STORAGE], total[FLOOR]):
        return False
    if may_return(a, b, reactions.fixed, reactions.limit):
        return False
    for i in range(a * members, b * members):
        leaving[i % members] += cells[MASS, i] + cells[STORAGE, i]
        cells[MASS, i] = 0.0
        cells[STORAGE, i] = 0.0
    spans[LOW] = b
    if medium.decays:
        sum_decayed(spans, outlet, cells, total, reactions)
    delist(place, active)
    return True


@inner
def stir(
    p: int, step: int, slot: int, rows: tuple[int, int], reach: int, ways: Ways, cells: Cells,
    motion: Motion, feed: Feed, gauges: Gauges, state: State, watch: Watch, limiter: int,
) -> None:  # fmt: skip
    """Advection of a path by one step with slow ranges, losses or something coming in."""
    table, pointer, near, through = ways.table, gauges.pointer, watch.near, watch.through[0]
    total, spans, outflow, mass = state.total, state.paths, state.outflow, state.cells[MASS]
    cell, line, members = gauges.cell, state.line, state.total.shape[1]
    start, end, kind = table[START, p], table[END, p], table[MIXED, p]
    fed = spans[FED, p] == step
    joining = ways.inflow_path[ways.inflow_pointer[p] : ways.inflow_pointer[p + 1]]
    a, b = spans[LOW, p], spans[HIGH, p]
    if fed:
        a, b = admit_incoming(p, (a, b), (start, end), reach, rows, joining, table[JOIN],
                              feed.place, outflow)  # fmt: skip
    a, b = grow(a, b, (start, end), reach, members, mass, total[FLOOR])
    find_near(a, b, pointer[p], pointer[p + 1], cell, near)
    note_rows(step, slot, members, cell, mass, through, near, watch.rows, watch.stamp,
              watch.ends[2])  # fmt: skip
    leaving = total[PAST] if table[BELOW, p] < 0 else outflow[p]
    if kind > 0:
        ranges = ways.ranges[:, ways.range_pointer[p] : ways.range_pointer[p + 1]]
        for j in range(members):
            leaving[j] += advect_mixed((a, b), j, (start, end, kind), ranges, members, cells,
                                       motion, line, mass, total[ABSTRACTED], limiter)  # fmt: skip
            for k in range(1, near[0] + 1):
                if a <= cell[near[k]] < b:
                    through[near[k], j] += line[1, cell[near[k]] + 1]
    else:
        # next to nothing that stays in the last cell of a window is not counted as passing
        pass_places(mass, members, cell, near, through)
        if b == end:
            for j in range(members):
                leaving[j] += mass[(end - 1) * members + j]
        shift(a, b, end, members, mass)
    if fed:
        join(joining, table[JOIN], table[MOUTH], motion.keep, outflow, mass, state.brought,
             total[ABSTRACTED])  # fmt: skip
        take_in(p, rows, feed.place, feed.mass[0], mass, total[RELEASED])
    spans[LOW, p], spans[HIGH, p] = a, b


@inner
def next_event(step: int, upto: int, pointer: IntArray, due: IntArray, row: int) -> int:
    """First step after ``step`` in which something is released or after which a row is due."""
    if row < due.shape[0]:
        upto = min(upto, due[row])
    first = pointer[step + 1]
    at = step + 1
    while at < upto and pointer[at + 1] == first:
        at += 1
    return at


@jit
def march_steps(
    span: tuple[int, int], position: IntArray, ways: Ways, cells: Cells, motion: Motion,
    medium: Medium, feed: Feed, gauges: Gauges, state: State, watch: Watch, outputs: Outputs,
    record: Record, limiter: int,
) -> None:  # fmt: skip
    """March over the steps of ``span``.

    ``position`` (3,) keeps where the current block of watched steps began and how many rows of
    ledger and field are written; the last step of all is the last one of ``feed``.
    """
    shown = LIMITER_SHOWN if limiter == LIMITER_POSITIVE else limiter
    begin, ledger_row, field_row = position[0], position[1], position[2]
    pointer, place, active, table = feed.pointer, feed.place, state.active, ways.table
    spans, outflow, total, own = state.paths, state.outflow, state.total, state.cells
    ledger_step, field_step, places = record.ledger_step, record.field_step, gauges.pointer
    block, steps = watch.stamp.shape[1] - 1, pointer.shape[0] - 1
    reach = 2 * medium.substeps + 1
    step = span[0]
    while step < span[1]:
        rows = (pointer[step], pointer[step + 1])
        for k in range(rows[0], rows[1]):
            spans[FED, place[1, k]] = step
            enlist(place[1, k], active)
        done = step + 1
        turn = 1
        while turn <= active[0]:
            p = active[turn]
            below, end, outlet = table[BELOW, p], table[END, p], table[OUTLET, p]
            moved = spans[FED, p] == step or table[MIXED, p] > 0
            alone = active[0] == 1 and not moved and (below < 0 or spans[HIGH, p] < end)
            row = -1
            if alone:
                # nothing can come in: march on to where something can
                row = ledger_row
                done = next_event(step, min(span[1], begin + block), pointer, field_step, field_row)
            elif moved:
                stir(p, step, step - begin, rows, reach, ways, cells, motion, feed, gauges, state,
                     watch, limiter)  # fmt: skip
            done, row = glide(
                p, (step, done), moved, begin, row, (table[START, p], end, outlet), below < 0,
                (places[p], places[p + 1]), (table[FIRST_MOUTH, p], table[LAST_MOUTH, p]), rows,
                gauges, medium, feed, state, watch, record,
            )  # fmt: skip
            if alone:
                ledger_row = row
            if spans[HIGH, p] == end and spans[LOW, p] + CLOSING > end:
                leaving = total[PAST] if below < 0 else outflow[p]
                if close(done - 1, turn, outlet, medium, own, spans[:, p], leaving, total, active):
                    turn -= 1
            if below >= 0:
                let_out(p, done - 1, below, outflow, spans[FED], active)
            turn += 1
        step = done
        if is_due(ledger_row, ledger_step, step - 1):
            write_ledger(ledger_row, active, spans, table[OUTLET], medium, own, total, record)
            ledger_row += 1
        if is_due(field_row, field_step, step - 1):
            write_field(field_row, active, spans, medium.cells[INVERSE], own[MASS], record,
                        medium.reactions.fixed)  # fmt: skip
            field_row += 1
        if step - begin == block or step == steps:
            write_curves((begin, step), step == steps, cells, gauges, watch, outputs, shown)
            begin = step
    position[0], position[1], position[2] = begin, ledger_row, field_row
    state.work[1] += span[1] - span[0]
