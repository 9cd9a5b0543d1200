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
def react_cells(
    r: int, a: int, b: int, volume: float, graph: Graph, reactions: Reactions, now: Now,
    state: State,
) -> None:  # fmt: skip
    """Let the pools of cells a to b of a reach react for half a step."""
    through = water_of_step(r, graph, now)
    mix_values(a, b, graph.reach[r, ZONE], through, volume, reactions)
    react(a, b, reactions, state.cells[MASS], state.cells[STORED], state.cells[DECAYED])


@inner
def react_all(part: int, graph: Graph, reactions: Reactions, now: Now, state: State) -> None:
    """The same in all windows, before water moves (part 0) or after."""
    column = VOLUME if part == 0 else FINAL
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        low, high = now.window[c, LOW], now.window[c, HIGH]
        if low < high:
            for r in range(graph.cell_reach[low], graph.cell_reach[high - 1] + 1):
                a = max(low, graph.reach[r, FIRST])
                b = min(high, graph.reach[r, FIRST] + graph.reach[r, COUNT])
                react_cells(r, a, b, now.pool[r, column], graph, reactions, now, state)


@inner
def react_older(members: int, graph: Graph, reactions: Reactions, now: Now, state: State) -> None:
    """Add what was put aside as older than half a step, once it has reacted by itself.

    It takes part in the second half of the step's exchange with the rest; this stands for the
    first, in which it was in the water already.
    """
    older, stored = state.cells[OLD], state.cells[CONCENTRATION]
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        for i in range(now.window[c, LOW], now.window[c, HIGH]):
            a, b = i * members, (i + 1) * members
            something = False
            for j in range(a, b):
                something = something or older[j] != 0.0
            if not something:
                continue
            stored[a:b] = 0.0
            for f in range(reactions.fixed.shape[0]):
                now.row[f] = reactions.fixed[f, i]
                reactions.fixed[f, i] = 0.0
            r = graph.cell_reach[i]
            through, volume = water_of_step(r, graph, now), now.pool[r, FINAL]
            mix_values(i, i + 1, graph.reach[r, ZONE], through, volume, reactions)
            react(i, i + 1, reactions, older, stored, state.cells[DECAYED])
            for j in range(a, b):
                state.cells[MASS, j] += older[j]
                state.cells[STORED, j] += stored[j]
                older[j] = 0.0
            for f in range(reactions.fixed.shape[0]):
                reactions.fixed[f, i] += now.row[f]


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
