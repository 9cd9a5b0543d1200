"""Exchange between the pools of a cell in the march: half a step before water moves, half after.

Mass that moves from one reach to the next within a step spends half of it in each, on average;
so it is met half a step by the rates of either (Strang 1968), and what passes a place on the way
has exchanged up to then. The rates are those of the discharge through the reach in the step.
"""

from __future__ import annotations

from ..transport.arrays import ENDS, GROUPS, Reactions
from ..transport.compiler import inner
from ..transport.pools import mix_values, react
from .arrays import (
    BEYOND,
    CHAIN,
    CONCENTRATION,
    COUNT,
    DECAYED,
    END,
    FINAL,
    FIRST,
    HIGH,
    LIVE,
    LOW,
    MASS,
    OLD,
    REACH,
    REACH_END,
    START,
    STORED,
    TANK,
    VOLUME,
    ZONE,
    FloatArray,
    Graph,
    Now,
    State,
)


@inner
def water_of_step(r: int, graph: Graph, now: Now) -> float:
    """Mean volume through head and foot of a reach in a step, whichever way; of tanks, through
    those of both layers."""
    c = graph.reach[r, CHAIN]
    top, bottom = r, r + 1
    if graph.chain[c, TANK]:
        top, bottom = graph.chain[c, REACH], graph.chain[c, REACH_END]
    return float(0.5 * (abs(now.water[top + c]) + abs(now.water[bottom + c])))


@inner
def set_aside(
    i: int, members: int, older: FloatArray, stored: FloatArray, row: FloatArray, fixed: FloatArray
) -> bool:  # fmt: skip
    """Make room for what was put into a cell as older than half a step; tells if there is any."""
    something = False
    for j in range(i * members, (i + 1) * members):
        something = something or older[j] != 0.0
        stored[j] = 0.0
    for f in range(fixed.shape[0] if something else 0):
        row[f] = fixed[f, i]
        fixed[f, i] = 0.0
    return something


@inner
def join_rest(i: int, members: int, cells: FloatArray, row: FloatArray, fixed: FloatArray) -> None:
    """Add what has reacted by itself to the rest of its cell."""
    for j in range(i * members, (i + 1) * members):
        cells[MASS, j] += cells[OLD, j]
        cells[STORED, j] += cells[CONCENTRATION, j]
        cells[OLD, j] = 0.0
    for f in range(fixed.shape[0]):
        fixed[f, i] += row[f]


@inner
def react_all(
    part: int, members: int, graph: Graph, reactions: Reactions, now: Now, state: State
) -> None:
    """Let the pools in all windows react for half a step.

    Before water moves (part 0), after it (part 2), or between the two only what was put aside as
    older than half a step. That takes part in the second half with the rest; by itself it makes
    up for the first, in which it was in the water already.
    """
    column = VOLUME if part == 0 else FINAL
    older = part == 1
    # at a single discharge, with nothing that asks for the volume, the rates stand there already
    mixes = reactions.table.shape[1] > 1 or reactions.shape[3] > 0
    cells, fixed = state.cells, reactions.fixed
    mass = cells[OLD] if older else cells[MASS]
    stored = cells[CONCENTRATION] if older else cells[STORED]
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        low, high = now.window[c, LOW], now.window[c, HIGH]
        if low >= high:
            continue
        first, last = graph.cell_reach[low], graph.cell_reach[high - 1]
        for r in range(first, last + 1 if mixes else first):
            a = max(low, graph.reach[r, FIRST])
            b = min(high, graph.reach[r, FIRST] + graph.reach[r, COUNT])
            through, volume = water_of_step(r, graph, now), now.pool[r, column]
            mix_values(a, b, graph.reach[r, ZONE], through, volume, reactions)
        # all cells at once: handing bundles of arrays on costs more than a few cells do
        while low < high:
            upto = low + 1 if older else high
            if not older or set_aside(low, members, mass, stored, now.row, fixed):
                react(low, upto, reactions, mass, stored, cells[DECAYED])
                if older:
                    join_rest(low, members, cells, now.row, fixed)
            low = upto


@inner
def note_sums(
    a: int, b: int, members: int, inverse: float, when: float, reactions: Reactions,
    mass: FloatArray, top: FloatArray, top_step: FloatArray,
) -> None:  # fmt: skip
    """Keep the highest concentration of each constituent in cells a to b, at its first pool."""
    shape, tie = reactions.shape, reactions.tie
    for g in range(shape[GROUPS], shape[ENDS]):
        for i in range(a, b):
            value = 0.0
            for j in range(i * members + tie[g, 0], i * members + tie[g, 1]):
                value += mass[j]
            value *= inverse
            at = i * members + tie[g, 0]
            if value > top[at]:
                top[at] = value
                top_step[at] = when


@inner
def write_fixed(row: int, graph: Graph, fixed: FloatArray, ledger: FloatArray) -> None:
    """Sum what lies in the fixed pools, but for cells beyond an outlet, which are past it."""
    for f in range(fixed.shape[0]):
        total = 0.0
        for c in range(graph.chain.shape[0]):
            cut = graph.chain[c, END]
            if graph.chain[c, BEYOND]:
                cut = graph.reach[graph.chain[c, REACH_END] - 1, FIRST]
            for i in range(graph.chain[c, START], cut):
                total += fixed[f, i]
        ledger[row, f] = total
