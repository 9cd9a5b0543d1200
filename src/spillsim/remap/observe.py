"""What places see at the end of a step, peaks, snapshots and the ledger."""

from __future__ import annotations

from ..transport.compiler import inner
from ..transport.pools import may_return
from ..transport.reconstruct import downstream_share, point_value
from .arrays import (
    BEYOND,
    DECAYED,
    END,
    FINAL,
    FIRST,
    HIGH,
    LOW,
    MASS,
    OUTFLOW_SHARE,
    REACH,
    REACH_END,
    START,
    STORED,
    TANK,
    FloatArray,
    Gauges,
    Graph,
    IntArray,
    Now,
    Record,
    State,
)
from .profile import edge_weights


@inner
def shown_edges(
    mean: float, left: float, right: float, above: float, below: float, second_above: float,
    second_below: float,
) -> tuple[float, float]:  # fmt: skip
    """Edges of a cell for showing it: monotone, but where five cells curve alike left as they are.

    The top of a plume is kept, the edge of a plateau makes no bump; nothing is below zero.
    """
    here = above - 2.0 * mean + below
    curve_above = second_above - 2.0 * above + mean
    curve_below = mean - 2.0 * below + second_below
    smooth = curve_above * here > 0.0 and curve_below * here > 0.0
    smooth = smooth and abs(here) <= 2.0 * min(abs(curve_above), abs(curve_below))
    if smooth:
        top = 3.0 * mean
        return min(max(left, 0.0), top), min(max(right, 0.0), top)
    left = min(max(left, min(above, mean)), max(above, mean))
    right = min(max(right, min(below, mean)), max(below, mean))
    up, down = mean - left, right - mean
    if up * down <= 0.0:
        return mean, mean
    if abs(up) > 2.0 * abs(down):
        left = mean - 2.0 * down
    elif abs(down) > 2.0 * abs(up):
        right = mean + 2.0 * up
    return left, right


@inner
def cell_value(
    i: int, b: int, members: int, start: int, end: int, cell_reach: IntArray,
    volume: FloatArray, mass: FloatArray,
) -> float:  # fmt: skip
    """Concentration in a cell at the end of a step, 0 off the chain and where it is dry."""
    value = 0.0
    if start <= i < end and volume[cell_reach[i], FINAL] > 0.0:
        value = mass[i * members + b] / volume[cell_reach[i], FINAL]
    return value


@inner
def face_value(
    f: int, c0: float, c1: float, c2: float, c3: float, start: int, end: int,
    cell_reach: IntArray, volume: FloatArray,
) -> float:  # fmt: skip
    """Concentration at a face inside a chain at the end of a step."""
    v1 = volume[cell_reach[f - 1], FINAL]
    v2 = volume[cell_reach[f], FINAL]
    v0, v3 = 0.0, 0.0
    if start + 2 <= f <= end - 2:
        v0 = volume[cell_reach[f - 2], FINAL]
        v3 = volume[cell_reach[f + 1], FINAL]
    w0, w1, w2 = edge_weights(v0, v1, v2, v3)
    return float(c1 + w0 * (c1 - c0) + w1 * (c2 - c1) + w2 * (c3 - c2))


@inner
def see_layers(
    c: int, s: int, row: int, members: int, graph: Graph, gauges: Gauges, now: Now, state: State,
    record: Record,
) -> None:  # fmt: skip
    """What a gauge in a tank of two layers sees: the water that leaves it."""
    r, i = graph.chain[c, REACH], graph.chain[c, START]
    share = graph.layer[c, OUTFLOW_SHARE]
    for b in range(members):
        upper, lower = state.cells[MASS, i * members + b], state.cells[MASS, (i + 1) * members + b]
        value = share * upper / now.pool[r, FINAL] if now.pool[r, FINAL] > 0.0 else 0.0
        if now.pool[r + 1, FINAL] > 0.0:
            value += (1.0 - share) * lower / now.pool[r + 1, FINAL]
        record.concentration[row, s, b] = value
        record.passed[row, s, b] += (1.0 - gauges.offset[s]) * (upper + lower)


@inner
def observe_chain(
    c: int, row: int, members: int, limited: bool, graph: Graph, gauges: Gauges, now: Now,
    state: State, record: Record,
) -> None:  # fmt: skip
    """Resident concentration at the gauges of a chain and the mass that has passed them."""
    start, end = graph.chain[c, START], graph.chain[c, END]
    for s in range(gauges.pointer[c], gauges.pointer[c + 1]):
        i = gauges.cell[s]
        if not now.window[c, LOW] - 2 <= i < now.window[c, HIGH] + 2:
            continue
        r = graph.cell_reach[i]
        if now.stamp[r] != now.counter[5]:
            continue
        volume = now.pool[r, FINAL]
        if graph.chain[c, TANK] == 2:
            see_layers(c, s, row, members, graph, gauges, now, state, record)
            continue
        for b in range(members):
            c0 = cell_value(
                i - 2, b, members, start, end, graph.cell_reach, now.pool, state.cells[MASS]
            )
            c1 = cell_value(
                i - 1, b, members, start, end, graph.cell_reach, now.pool, state.cells[MASS]
            )
            c2 = cell_value(
                i, b, members, start, end, graph.cell_reach, now.pool, state.cells[MASS]
            )
            c3 = cell_value(
                i + 1, b, members, start, end, graph.cell_reach, now.pool, state.cells[MASS]
            )
            c4 = cell_value(
                i + 2, b, members, start, end, graph.cell_reach, now.pool, state.cells[MASS]
            )
            left, right = c2, c2
            if not graph.chain[c, TANK]:
                if i > start:
                    left = face_value(i, c0, c1, c2, c3, start, end, graph.cell_reach, now.pool)
                if i < end - 1:
                    right = face_value(
                        i + 1, c1, c2, c3, c4, start, end, graph.cell_reach, now.pool
                    )
                if (i == start) != (i == end - 1):
                    # straight on from the other edge, no steeper than what reaches zero
                    slope = right - c2 if i == start else c2 - left
                    slope = min(max(slope, -abs(c2)), abs(c2))
                    left, right = c2 - slope, c2 + slope
                elif limited and i > start:
                    left, right = shown_edges(c2, left, right, c1, c3, c0, c4)
            share = gauges.offset[s]
            record.concentration[row, s, b] = point_value(c2, left, right, share)
            rest = downstream_share(c2, left, right, 1.0 - share)
            if volume > 0.0:
                record.passed[row, s, b] += volume * rest


@inner
def note_peaks(
    a: int, b: int, inverse: float, when: float, mass: FloatArray, top: FloatArray,
    top_step: FloatArray,
) -> None:  # fmt: skip
    """Keep the highest concentration of each cell and the step it was seen at."""
    m, peak, step = mass[a:b], top[a:b], top_step[a:b]
    for i in range(m.shape[0]):
        # two selects instead of a branch let the loop run several cells at a time
        value = m[i] * inverse
        higher = value > peak[i]
        peak[i] = value if higher else peak[i]
        step[i] = when if higher else step[i]


@inner
def light(i: int, members: int, mass: FloatArray, storage: FloatArray, floor: FloatArray) -> bool:
    """Tell whether a cell holds next to nothing of any member."""
    nothing = True
    for k in range(members):
        j = i * members + k
        nothing = nothing and abs(mass[j]) + abs(storage[j]) < floor[k]
    return nothing


@inner
def sweep(i: int, j: int, members: int, mass: FloatArray, storage: FloatArray) -> None:
    """Empty cell i into cell j."""
    for k in range(members):
        mass[j * members + k] += mass[i * members + k]
        mass[i * members + k] = 0.0
        storage[j * members + k] += storage[i * members + k]
        storage[i * members + k] = 0.0


@inner
def trim(
    a: int, b: int, members: int, floor: FloatArray, mass: FloatArray, storage: FloatArray,
    fixed: FloatArray, limit: FloatArray,
) -> tuple[int, int]:  # fmt: skip
    """Shrink a window past cells that hold next to nothing; their mass moves inward.

    What lies on the bed stays there, and keeps the window open where more than next to nothing of
    it may come back.
    """
    while b - a > 8 and light(a, members, mass, storage, floor):
        if may_return(a, a + 1, fixed, limit):
            break
        sweep(a, a + 1, members, mass, storage)
        a += 1
    while b - a > 8 and light(b - 1, members, mass, storage, floor):
        if may_return(b - 1, b, fixed, limit):
            break
        sweep(b - 1, b - 2, members, mass, storage)
        b -= 1
    if b - a <= 8:
        empty = True
        for j in range(a * members, b * members):
            empty = empty and mass[j] == 0.0 and storage[j] == 0.0
        if empty and not may_return(a, b, fixed, limit):
            b = a
    return a, b


@inner
def write_ledger(
    row: int, members: int, decays: bool, graph: Graph, now: Now, state: State, record: Record
) -> None:
    """Sum what is in the river and in storage; independent of the running totals.

    What is, or has decayed, in the cells beyond an outlet is past it.
    """
    for b in range(members):
        river, stored, decayed, past = 0.0, 0.0, 0.0, state.total[2, b]
        for c in range(graph.chain.shape[0]):
            cut = graph.chain[c, END]
            if graph.chain[c, BEYOND]:
                cut = graph.reach[graph.chain[c, REACH_END] - 1, FIRST]
            for i in range(graph.chain[c, START], graph.chain[c, END]):
                k = i * members + b
                if i < cut:
                    river += state.cells[MASS, k]
                    stored += state.cells[STORED, k]
                    decayed += state.cells[DECAYED, k]
                else:
                    past += state.cells[MASS, k] + state.cells[STORED, k] + state.cells[DECAYED, k]
        record.ledger[row, 0, b] = state.total[0, b]
        record.ledger[row, 1, b] = river
        record.ledger[row, 2, b] = stored
        record.ledger[row, 3, b] = decayed
        record.ledger[row, 4, b] = state.total[1, b]
        record.ledger[row, 5, b] = past
