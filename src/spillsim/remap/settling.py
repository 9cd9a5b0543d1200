"""After water has moved: what left the network, what passed the gauges, the new masses."""

from __future__ import annotations

from ..transport.compiler import inner
from .arrays import (
    ARRIVED,
    CARRIES,
    COUNT,
    DRAWN,
    END,
    FINAL,
    FIRST,
    FLUX,
    FOOT_NODE,
    FRESH,
    HEAD_NODE,
    HIGH,
    LEAF,
    LISTED,
    LOW,
    MASS,
    NEW_HIGH,
    NEW_LOW,
    PARTING,
    REACH,
    START,
    TANK,
    VOLUME,
    FloatArray,
    Gauges,
    Graph,
    IntArray,
    Now,
    State,
    Tables,
)
from .nodes import TWO_LAYERS, layered_tank, leave_tank


@inner
def lose(a: int, b: int, members: int, kept: float, mass: FloatArray, total: FloatArray) -> None:
    """Take the share ``1 - kept`` out of cells a to b; it counts as abstracted."""
    for i in range(a, b):
        for k in range(members):
            before = mass[i * members + k]
            mass[i * members + k] = before * kept
            total[1, k] += before - before * kept


@inner
def lose_laterally(
    c: int, early: bool, members: int, graph: Graph, tables: Tables, now: Now, state: State
) -> None:
    """Take out what leaves a chain sideways, with its share of the mass."""
    if now.window[c, LOW] < now.window[c, HIGH]:
        for r in range(
            graph.cell_reach[now.window[c, LOW]], graph.cell_reach[now.window[c, HIGH] - 1] + 1
        ):
            before = now.pool[r, VOLUME] if early else now.pool[r, ARRIVED]
            after = now.pool[r, PARTING] if early else now.pool[r, FINAL]
            if after < before:
                a = max(graph.reach[r, FIRST], now.window[c, LOW])
                b = min(graph.reach[r, FIRST] + graph.reach[r, COUNT], now.window[c, HIGH])
                lose(a, b, members, after / before, state.cells[MASS], state.total)


@inner
def pass_face(
    face: int, b: int, members: int, old: tuple[int, int], new: tuple[int, int],
    origin: IntArray, mass: FloatArray, flux: FloatArray,
) -> float:  # fmt: skip
    """Mass of a member through a face of a chain, positive downstream, from old masses."""
    low, high = old
    passed = 0.0
    first, last = face, face
    if new[0] <= face <= new[1]:
        passed = flux[face * members + b]
        first, last = origin[face] + 1, origin[face] + 1
    elif face < new[0]:
        first = low
    else:
        last = high
    for i in range(max(first, low), min(face, high)):
        passed += mass[i * members + b]
    for i in range(max(face, low), min(last, high)):
        passed -= mass[i * members + b]
    return passed


@inner
def settle_chain(
    c: int, members: int, graph: Graph, gauges: Gauges, now: Now, state: State
) -> None:
    """Book what passed the ends and the gauges of a chain, and take over its new masses."""
    low, high = now.window[c, LOW], now.window[c, HIGH]
    a, b = now.window[c, NEW_LOW], now.window[c, NEW_HIGH]
    start, end = graph.chain[c, START], graph.chain[c, END]
    for k in range(gauges.pointer[c], gauges.pointer[c + 1]):
        for m in range(members):
            state.through[k, m] += pass_face(
                gauges.cell[k] + 1,
                m,
                members,
                (low, high),
                (a, b),
                state.origin,
                state.cells[MASS],
                state.cells[FLUX],
            )
    for side in range(2):
        face = start if side == 0 else end
        node = graph.chain[c, HEAD_NODE + side]
        if a <= face <= b and now.passing[node, CARRIES] == now.counter[5]:
            for m in range(members):
                passed = pass_face(
                    face,
                    m,
                    members,
                    (low, high),
                    (a, b),
                    state.origin,
                    state.cells[MASS],
                    state.cells[FLUX],
                )
                now.node_net[node, m] += passed if side == 1 else -passed
    state.cells[MASS, low * members : high * members] = 0.0
    target = state.cells[MASS, a * members : b * members]
    source = state.cells[FRESH, a * members : b * members]
    for i in range(target.shape[0]):
        target[i] = source[i]
    now.window[c, LOW] = a
    now.window[c, HIGH] = b


@inner
def settle_tank(c: int, members: int, graph: Graph, gauges: Gauges, now: Now, state: State) -> None:
    """The same for a mixed tank."""
    cell = graph.chain[c, START]
    r = graph.chain[c, REACH]
    head, foot = now.water[r + c], now.water[r + c + 1]
    inside = max(head, 0.0) + max(-foot, 0.0)
    out = max(foot, 0.0) + max(-head, 0.0)
    now.row[:] = 0.0
    leave_tank(c, 1.0, 1.0, members, graph, now, state)
    for m in range(members):
        entered = state.tank_in[c, m]
        left = now.row[m] if out > 0.0 else 0.0
        at_head = entered * head / inside if head > 0.0 else 0.0
        at_head += left * head / out if head < 0.0 else 0.0
        at_foot = entered * foot / inside if foot < 0.0 else 0.0
        at_foot += left * foot / out if foot > 0.0 else 0.0
        now.node_net[graph.chain[c, HEAD_NODE], m] -= at_head
        now.node_net[graph.chain[c, FOOT_NODE], m] += at_foot
        for k in range(gauges.pointer[c], gauges.pointer[c + 1]):
            state.through[k, m] += at_foot
        upper = cell * members + m
        if graph.chain[c, TANK] == TWO_LAYERS:
            lower = upper + members
            a, b, _ = layered_tank(c, 1.0, inside, out, m, members, graph, now, state)
            rest = (state.cells[MASS, upper] + state.cells[MASS, lower]) + (entered - left)
            # what rounding makes of the sum goes where there is more
            state.cells[MASS, upper] = a if a < b else rest - b
            state.cells[MASS, lower] = rest - a if a < b else b
        else:
            state.cells[MASS, upper] += entered - left
    now.window[c, LOW] = cell
    now.window[c, HIGH] = graph.chain[c, END]


@inner
def settle_nodes(members: int, graph: Graph, now: Now, state: State) -> None:
    """Book what left the network at the nodes, and what came in with outside water."""
    for k in range(now.counter[1]):
        node = now.passing[k, LISTED]
        column = 2 if graph.node[node, LEAF] else 1
        for m in range(members):
            brought = state.entering[node, m]
            state.entering[node, m] = 0.0
            state.total[0, m] += brought
            if now.node[node, DRAWN] > 0.0:
                state.total[column, m] += now.node_net[node, m] + brought
