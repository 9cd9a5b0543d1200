"""The profile within cells before water moves: concentrations and their values at faces."""

from __future__ import annotations

from ..transport.arrays import LIMITER_MONOTONE, LIMITER_NONE
from ..transport.compiler import inner
from ..transport.reconstruct import downstream_share
from .arrays import (
    CARRIES,
    CONCENTRATION,
    COUNT,
    EDGE,
    END,
    FIRST,
    HEAD_NODE,
    HIGH,
    IS_LIVE,
    LOW,
    MASS,
    OUTFLOW_SHARE,
    PARTING,
    POINTER,
    POINTER_END,
    REACH,
    REACH_END,
    START,
    TANK,
    WATER,
    FloatArray,
    Graph,
    Now,
    State,
)


@inner
def scale(a: int, b: int, factor: float, source: FloatArray, target: FloatArray) -> None:
    """target = factor * source on a to b."""
    x = source[a:b]
    y = target[a:b]
    for i in range(x.shape[0]):
        y[i] = factor * x[i]


@inner
def even_edges(
    a: int, b: int, members: int, bounded: bool, c: FloatArray, edge: FloatArray
) -> None:
    """Fourth-order values at the faces a to b (times members) of equal cells.

    Colella & Woodward (1984), eq. 1.9; ``bounded`` keeps each between its two cells.
    """
    c0 = c[a - 2 * members : b - 2 * members]
    c1 = c[a - members : b - members]
    c2 = c[a:b]
    c3 = c[a + members : b + members]
    target = edge[a:b]
    if bounded:
        for i in range(target.shape[0]):
            value = (7.0 / 12.0) * (c1[i] + c2[i]) - (1.0 / 12.0) * (c0[i] + c3[i])
            target[i] = min(max(value, min(c1[i], c2[i])), max(c1[i], c2[i]))
    else:
        for i in range(target.shape[0]):
            target[i] = (7.0 / 12.0) * (c1[i] + c2[i]) - (1.0 / 12.0) * (c0[i] + c3[i])


@inner
def edge_weights(v0: float, v1: float, v2: float, v3: float) -> tuple[float, float, float]:
    """Weights of the three differences of four unequal cells in the value at the middle face.

    Colella & Woodward (1984), eq. 1.6 with the unlimited slopes of eq. 1.7: value = c1 + w0
    (c1 - c0) + w1 (c2 - c1) + w2 (c3 - c2). Straight between the middle two where one of the
    others holds no water.
    """
    if v1 + v2 <= 0.0:
        return 0.0, 0.0, 0.0
    if v0 <= 0.0 or v1 <= 0.0 or v2 <= 0.0 or v3 <= 0.0:
        return 0.0, v1 / (v1 + v2), 0.0
    whole = 1.0 / (v0 + v1 + v2 + v3)
    near = 1.0 / (2.0 * v1 + v2)
    far = 1.0 / (v1 + 2.0 * v2)
    above = whole * v2 * (v2 + v3) * far * v1 / (v0 + v1 + v2)
    below = whole * v1 * (v0 + v1) * near * v2 / (v1 + v2 + v3)
    middle = v1 / (v1 + v2)
    middle += whole * 2.0 * v2 * middle * ((v0 + v1) * near - (v3 + v2) * far)
    middle += (above * (2.0 * v0 + v1) - below * (v2 + 2.0 * v3)) / (v1 + v2)
    first = above * (v1 + 2.0 * v2) / (v0 + v1)
    return first, middle, -below * (2.0 * v1 + v2) / (v2 + v3)


@inner
def fill_chain(c: int, members: int, graph: Graph, now: Now, state: State) -> None:
    """Concentrations in a window and zero beside it; an empty cell shows its neighbour's."""
    low, high = now.window[c, LOW], now.window[c, HIGH]
    conc = state.cells[CONCENTRATION]
    first_wet = -1
    for r in range(graph.cell_reach[low], graph.cell_reach[high - 1] + 1):
        a = max(graph.reach[r, FIRST], low)
        b = min(graph.reach[r, FIRST] + graph.reach[r, COUNT], high)
        if now.pool[r, PARTING] > 0.0:
            scale(a * members, b * members, 1.0 / now.pool[r, PARTING], state.cells[MASS], conc)
            if first_wet < 0:
                first_wet = a
        else:
            for i in range(a * members, b * members):
                conc[i] = conc[i - members] if i >= (low + 1) * members else 0.0
    if first_wet > low:
        for i in range(first_wet * members - 1, low * members - 1, -1):
            conc[i] = conc[i + members]
    # beside a window there is no mass; an empty cell there shows its neighbour's concentration too
    for k in range(2):
        i = low - 1 - k
        if i >= graph.chain[c, START]:
            dry = now.pool[graph.cell_reach[i], PARTING] <= 0.0
            for b in range(members):
                conc[i * members + b] = conc[(i + 1) * members + b] if dry else 0.0
        i = high + k
        if i < graph.chain[c, END]:
            dry = now.pool[graph.cell_reach[i], PARTING] <= 0.0
            for b in range(members):
                conc[i * members + b] = conc[(i - 1) * members + b] if dry else 0.0


@inner
def arriving_at(node: int, b: int, members: int, graph: Graph, now: Now, state: State) -> float:
    """Concentration of a member in the water that a node passes on; 0 where it brings no mass."""
    arriving = 0.0
    if now.passing[node, CARRIES] == now.counter[5] and now.node[node, WATER] > 0.0:
        for k in range(graph.node[node, POINTER], graph.node[node, POINTER_END]):
            q, at = graph.ends[k, 0], graph.ends[k, 1]
            water = now.end_water[q, at] if at == 1 else -now.end_water[q, at]
            if water > 0.0 and now.window[q, IS_LIVE]:
                near = graph.chain[q, START] if at == 0 else graph.chain[q, END] - 1
                if graph.chain[q, TANK] == 2 and now.window[q, LOW] < now.window[q, HIGH]:
                    near = graph.chain[q, START] * members + b
                    share = graph.layer[q, OUTFLOW_SHARE]
                    drawn = share * state.cells[CONCENTRATION, near]
                    drawn += (1.0 - share) * state.cells[CONCENTRATION, near + members]
                    arriving += water * drawn
                elif now.window[q, LOW] <= near < now.window[q, HIGH]:
                    arriving += water * state.cells[CONCENTRATION, near * members + b]
        arriving = (arriving + state.entering[node, b]) / now.node[node, WATER]
    return arriving


@inner
def fill_ends(c: int, members: int, graph: Graph, now: Now, state: State) -> None:
    """Two cells beyond an end that water enters by, with the concentration it brings."""
    conc = state.cells[CONCENTRATION]
    start, end = graph.chain[c, START], graph.chain[c, END]
    for side in range(2):
        water = now.water[graph.chain[c, REACH + side] + c]
        enters = water > 0.0 if side == 0 else water < 0.0
        near = now.window[c, LOW] <= start + 2 if side == 0 else now.window[c, HIGH] >= end - 2
        if enters and near:
            first = start - 2 if side == 0 else end
            node = graph.chain[c, HEAD_NODE + side]
            for b in range(members):
                value = arriving_at(node, b, members, graph, now, state)
                conc[first * members + b] = value
                conc[(first + 1) * members + b] = value


@inner
def end_edge(
    c: int, side: int, members: int, limiter: int, graph: Graph, now: Now, state: State
) -> None:
    """Concentration at an end that water leaves by: straight on from the cell's other edge.

    Limited, never beyond the concentration of what the node passes on, nor beyond the cell's own.
    """
    conc, edge = state.cells[CONCENTRATION], state.cells[EDGE]
    node = graph.chain[c, HEAD_NODE + side]
    face = graph.chain[c, START] if side == 0 else graph.chain[c, END]
    cell = face - side
    single = graph.chain[c, END] - graph.chain[c, START] == 1
    carries = now.passing[node, CARRIES] == now.counter[5]
    for b in range(members):
        own = conc[cell * members + b]
        value = own
        if limiter == LIMITER_NONE and not single:
            value = 2.0 * own - edge[(face + 1 - 2 * side) * members + b]
        elif carries and not single:
            there = arriving_at(node, b, members, graph, now, state)
            other = edge[(face + 1 - 2 * side) * members + b]
            value = min(max(2.0 * own - other, min(own, there)), max(own, there))
        edge[face * members + b] = value


@inner
def face_edge(
    f: int, members: int, v0: float, v1: float, v2: float, v3: float, bounded: bool,
    conc: FloatArray, edge: FloatArray,
) -> None:  # fmt: skip
    """Concentration at a face between unequal cells, from the volumes of four."""
    w0, w1, w2 = edge_weights(v0, v1, v2, v3)
    for k in range(f * members, (f + 1) * members):
        c1 = conc[k - members]
        c2 = conc[k]
        value = c1 + w1 * (c2 - c1)
        if w0 != 0.0:
            value += w0 * (c1 - conc[k - 2 * members])
            value += w2 * (conc[k + members] - c2)
        if bounded:
            value = min(max(value, min(c1, c2)), max(c1, c2))
        edge[k] = value


@inner
def volume_near(i: int, c: int, graph: Graph, now: Now) -> float:
    """Volume of a cell; beyond an end that water enters by as in the last, 0 beyond others."""
    start, end = graph.chain[c, START], graph.chain[c, END]
    if i < start and now.water[graph.chain[c, REACH] + c] > 0.0:
        i = start
    elif i >= end and now.water[graph.chain[c, REACH_END] + c] < 0.0:
        i = end - 1
    return float(now.pool[graph.cell_reach[i], PARTING]) if start <= i < end else 0.0


@inner
def find_edges(c: int, members: int, limiter: int, graph: Graph, now: Now, state: State) -> None:
    """Concentration at the faces of a window."""
    low, high = now.window[c, LOW], now.window[c, HIGH]
    start, end = graph.chain[c, START], graph.chain[c, END]
    conc, edge = state.cells[CONCENTRATION], state.cells[EDGE]
    bounded = limiter == LIMITER_MONOTONE
    for r in range(graph.cell_reach[low], graph.cell_reach[high - 1] + 1):
        first = graph.reach[r, FIRST]
        a = max(first, low)
        b = min(first + graph.reach[r, COUNT], high)
        if b == high:
            b += 1
        even_a = max(a, first + 2)
        even_b = max(min(b, first + graph.reach[r, COUNT] - 1), even_a)
        even_edges(even_a * members, even_b * members, members, bounded, conc, edge)
        f = a
        while f < b:
            if f == even_a:
                f = even_b
            if f < b:
                face_edge(
                    f, members, volume_near(f - 2, c, graph, now),
                    volume_near(f - 1, c, graph, now), volume_near(f, c, graph, now),
                    volume_near(f + 1, c, graph, now), bounded, conc, edge,
                )  # fmt: skip
                f += 1
    # a side given as it is would compile the kernel once for each
    for side in range(2):
        water = now.water[graph.chain[c, REACH + side] + c]
        leaves = low == start and water <= 0.0 if side == 0 else high == end and water >= 0.0
        if leaves:
            end_edge(c, side, members, limiter, graph, now, state)


@inner
def limited(mean: float, left: float, right: float, limiter: int) -> tuple[float, float]:
    """Edges of one cell as the limiter leaves them."""
    if limiter == LIMITER_NONE:
        return left, right
    if limiter == LIMITER_MONOTONE:
        up, down = mean - left, right - mean
        flat = up * down <= 0.0
        new_up = up if abs(up) <= 2.0 * abs(down) else 2.0 * down
        new_down = down if abs(down) <= 2.0 * abs(up) else 2.0 * up
        return (mean, mean) if flat else (mean - new_up, mean + new_down)
    top = 3.0 * mean
    return min(max(left, 0.0), top), min(max(right, 0.0), top)


@inner
def part_of_cell(
    i: int, b: int, members: int, x: float, volume: float, limiter: int, c: FloatArray,
    edge: FloatArray,
) -> float:  # fmt: skip
    """Mass in the downstream share ``x`` of a cell."""
    k = i * members + b
    left, right = limited(c[k], edge[k], edge[k + members], limiter)
    return float(volume * downstream_share(c[k], left, right, x))
