"""The time loop: arrays in, arrays out.

One step does, for the chains that hold mass or may take some up:

1. *water*: volumes and what passes faces, exact integrals of the tables;
2. *movement* at any Courant number, from old values only;
3. the early part of what is released is added;
4. *dispersion*, explicit, fourth order where cells are alike, in substeps;
5. *exchange*: the exact propagator of decay and transient storage;
6. the late part of the release is added, places are observed, windows are trimmed.

Mass is only moved between cells, so it closes to round-off; no value is ever clipped.
"""

from __future__ import annotations

from ..transport.arrays import LIMITER_NONE, Reactions
from ..transport.compiler import inner, jit
from .arrays import (
    COUNT,
    DECAYED,
    END,
    FINAL,
    FIRST,
    HIGH,
    IS_LIVE,
    LIVE,
    LOW,
    MASS,
    PEAK,
    PEAK_STEP,
    REACH_HIGH,
    REACH_LOW,
    START,
    STORED,
    TANK,
    VOLUME,
    Deposits,
    FloatArray,
    Gauges,
    Graph,
    IntArray,
    Medium,
    Now,
    Record,
    State,
    Tables,
)
from .entering import add_releases
from .movement import move_chain
from .nodes import fill_tanks
from .observe import note_peaks, observe_chain, trim, write_ledger
from .profile import fill_chain, fill_ends, find_edges
from .reacting import note_sums, react_all, write_fixed
from .settling import lose_laterally, settle_chain, settle_nodes, settle_tank
from .spread import disperse, exchange_cells, follow_water
from .water import open_step


@inner
def is_due(row: int, at_step: IntArray, step: int) -> bool:
    """Tell whether the next row of a record is to be written at the end of a step."""
    return bool(row < at_step.shape[0] and at_step[row] == step + 1)


@inner
def move_water(
    members: int, limiter: int, graph: Graph, tables: Tables, gauges: Gauges, now: Now,
    state: State,
) -> None:  # fmt: skip
    """Move the water of all chains by one step."""
    # no constants among the arguments: a kernel is compiled once more for every one
    lateral = tables.lateral.shape[0] > 0
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        if limiter == LIMITER_NONE and now.window[c, LOW] < now.window[c, HIGH]:
            # unlimited parabolas reach into the empty cells beside a window
            now.window[c, LOW] = max(now.window[c, LOW] - 2, graph.chain[c, START])
            now.window[c, HIGH] = min(now.window[c, HIGH] + 2, graph.chain[c, END])
        if lateral:
            lose_laterally(c, lateral, members, graph, tables, now, state)
        if now.window[c, LOW] < now.window[c, HIGH]:
            fill_chain(c, members, graph, now, state)
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        if now.window[c, LOW] < now.window[c, HIGH]:
            fill_ends(c, members, graph, now, state)
            find_edges(c, members, limiter, graph, now, state)
    if graph.tank_order.shape[0] > 0:
        fill_tanks(members, limiter, graph, now, state)
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        if not graph.chain[c, TANK]:
            move_chain(c, members, limiter, graph, now, state)
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        if graph.chain[c, TANK]:
            settle_tank(c, members, graph, gauges, now, state)
        else:
            settle_chain(c, members, graph, gauges, now, state)
        if lateral:
            lose_laterally(c, not lateral, members, graph, tables, now, state)
    settle_nodes(members, graph, now, state)


@inner
def exchange_all(members: int, graph: Graph, medium: Medium, now: Now, state: State) -> None:
    """Decay and transient storage in all windows."""
    if not (medium.has_storage or medium.decays):
        return
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        if medium.storage_stays:
            follow_water(c, members, graph, medium, now)
        exchange_cells(
            now.window[c, LOW] * members, now.window[c, HIGH] * members, medium.has_storage,
            medium.decays, medium.cells[0], medium.cells[1], medium.cells[2], medium.cells[3],
            state.cells[MASS], state.cells[STORED], state.cells[DECAYED],
        )  # fmt: skip


@inner
def close_chain(
    c: int, step: int, members: int, graph: Graph, medium: Medium, reactions: Reactions,
    gauges: Gauges, now: Now, state: State, record: Record, limited: bool,
) -> None:  # fmt: skip
    """Observe a chain, trim its window and keep its water for the next step."""
    low, high = now.window[c, LOW], now.window[c, HIGH]
    if low < high:
        low, high = trim(
            low, high, members, state.floor, state.cells[MASS], state.cells[STORED],
            reactions.fixed, reactions.limit,
        )  # fmt: skip
        now.window[c, LOW], now.window[c, HIGH] = low, high
    if low < high:
        for r in range(graph.cell_reach[low], graph.cell_reach[high - 1] + 1):
            if now.pool[r, FINAL] > 0.0:
                a = max(low, graph.reach[r, FIRST])
                b = min(high, graph.reach[r, FIRST] + graph.reach[r, COUNT])
                inverse, when = 1.0 / now.pool[r, FINAL], step + 1.0
                mass, peak, seen = state.cells[MASS], state.cells[PEAK], state.cells[PEAK_STEP]
                if reactions.shape[0] > 0:
                    note_sums(a, b, members, inverse, when, reactions, mass, peak, seen)
                else:
                    note_peaks(a * members, b * members, inverse, when, mass, peak, seen)
        observe_chain(c, step + 1, members, limited, graph, gauges, now, state, record)
    for r in range(now.window[c, REACH_LOW], now.window[c, REACH_HIGH]):
        now.pool[r, VOLUME] = now.pool[r, FINAL]
        now.stamp[r] = -2 - step


@inner
def write_field(
    row: int, members: int, graph: Graph, fixed: FloatArray, now: Now, state: State,
    record: Record,
) -> None:  # fmt: skip
    """Write the concentration of all cells and what lies in their fixed pools."""
    for f in range(fixed.shape[0]):
        for i in range(fixed.shape[1]):
            record.fixed_field[row, f, i] = fixed[f, i]
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        for i in range(now.window[c, LOW], now.window[c, HIGH]):
            volume = now.pool[graph.cell_reach[i], FINAL]
            for j in range(i * members, (i + 1) * members):
                record.field[row, j] = state.cells[MASS, j] / volume if volume > 0.0 else 0.0


@jit
def march_steps(
    span: tuple[int, int], rows: tuple[int, int], graph: Graph, tables: Tables, medium: Medium,
    reactions: Reactions, deposits: Deposits, gauges: Gauges, now: Now, state: State,
    record: Record, settings: tuple[int, int],
) -> tuple[int, int]:  # fmt: skip
    """March over the steps of ``span``; returns the next rows of ledger and field.

    ``settings`` holds the number of members and the limiter.
    """
    members, limiter = settings
    ledger_row, field_row = rows
    reacts = reactions.shape[0] > 0
    for step in range(span[0], span[1]):
        open_step(step, members, graph, tables, medium, deposits, now, state)
        releasing = deposits.pointer[step] < deposits.pointer[step + 1]
        releasing |= deposits.inlet_pointer[step] < deposits.inlet_pointer[step + 1]
        # every kernel is called from one place: from two it would be compiled into both
        for part in range(0 if reacts else 1, 4):
            if part == 1:
                move_water(members, limiter, graph, tables, gauges, now, state)
            if releasing and part > 0 and (reacts or part != 2):
                add_releases(
                    part, reacts, step, members, graph, tables, medium, deposits, gauges, now, state
                )
            if reacts and part < 3 and (part != 1 or releasing):
                react_all(part, members, graph, reactions, now, state)
            if part == 1:
                disperse(members, limiter, step, graph, tables, medium, gauges, now, state)
            elif part < 3:
                exchange_all(members, graph, medium, now, state)
        for s in range(gauges.cell.shape[0]):
            # what passed the place and has decayed, or gone into storage, within its own cell
            rest = 1.0 - gauges.offset[s]
            for b in range(members):
                k = gauges.cell[s] * members + b
                behind = rest * (state.cells[DECAYED, k] + state.cells[STORED, k])
                record.passed[step + 1, s, b] = state.through[s, b] + behind
        kept = 0
        for k in range(now.counter[0]):
            c = now.window[k, LIVE]
            close_chain(
                c, step, members, graph, medium, reactions, gauges, now, state, record,
                limiter != LIMITER_NONE,
            )  # fmt: skip
        if is_due(ledger_row, record.ledger_step, step):
            write_ledger(ledger_row, members, medium.decays, graph, now, state, record)
            write_fixed(ledger_row, graph, reactions.fixed, record.fixed_ledger)
            ledger_row += 1
        if is_due(field_row, record.field_step, step):
            write_field(field_row, members, graph, reactions.fixed, now, state, record)
            field_row += 1
        for k in range(now.counter[0]):
            c = now.window[k, LIVE]
            if now.window[c, LOW] < now.window[c, HIGH]:
                now.window[kept, LIVE] = c
                kept += 1
            else:
                now.window[c, IS_LIVE] = False
        now.counter[0] = kept
    return ledger_row, field_row
