"""Water of a step: volumes and what passes faces, only where mass is or may come."""

from __future__ import annotations

from ..transport.compiler import inner, part
from .arrays import (
    ARRIVED,
    ASKED,
    CARRIES,
    CHAIN,
    COUNT,
    DRAWN,
    END,
    END_STAMP,
    FED,
    FINAL,
    FIRST,
    HEAD_NODE,
    HIGH,
    IS_ASKED,
    IS_LIVE,
    LISTED,
    LIVE,
    LOW,
    NUMBER,
    OUTSIDE,
    PARTING,
    POINTER,
    POINTER_END,
    REACH,
    REACH_END,
    REACH_HIGH,
    REACH_LOW,
    SPACING,
    SPLITTING,
    SPREAD,
    START,
    TANK,
    VOLUME,
    WATER,
    Deposits,
    FloatArray,
    Graph,
    IntArray,
    Medium,
    Now,
    State,
    Tables,
)

BALANCED = 1e-12
"""Difference of the water entering and leaving a node that counts as rounding."""


@inner
def integrate(
    step: int, column: int, table: FloatArray, pointer: IntArray, row: IntArray, weight: FloatArray
) -> float:
    """Integral of one column of a table over a step."""
    total = 0.0
    for k in range(pointer[step], pointer[step + 1]):
        total += weight[k] * table[row[k], column]
    return total


@inner
def prepare_reach(
    r: int, c: int, step: int, graph: Graph, tables: Tables, medium: Medium,
    now: Now,
) -> None:  # fmt: skip
    """Volumes of a reach's cells in a step.

    The cells hold equal volumes. Half the lateral water enters or leaves before water moves, half
    after; all of it before or after where a half would leave less than nothing.
    """
    n = graph.reach[r, COUNT]
    if now.stamp[r] != -1 - step:
        m = tables.since_row[step]
        more = min(m + 1, tables.volume.shape[0] - 1)
        held = tables.volume[m, r]
        for k in range(2):
            at = m if k == 0 else more
            weight = tables.since_weight[step, k]
            if weight != 0.0:
                gain = tables.boundary[at, r + c] - tables.boundary[at, r + c + 1]
                if tables.lateral.shape[0] > 0:
                    gain += tables.lateral[at, r]
                held += weight * gain
        now.pool[r, VOLUME] = max(held / n, 0.0)
    head = integrate(step, r + c, tables.boundary, tables.pointer, tables.row, tables.weight)
    foot = integrate(step, r + c + 1, tables.boundary, tables.pointer, tables.row, tables.weight)
    now.water[r + c] = head
    now.water[r + c + 1] = foot
    start = now.pool[r, VOLUME]
    moved = (head - foot) / n
    early = 0.0
    side = 0.0
    if tables.lateral.shape[0] > 0:
        side = integrate(step, r, tables.lateral, tables.pointer, tables.row, tables.weight) / n
        early = 0.5 * side
        if side > 0.0 and start + moved + early < 0.0:
            early = side
        elif start + early < 0.0:
            early = 0.0
    now.pool[r, PARTING] = start + early
    now.pool[r, ARRIVED] = max(start + early + moved, 0.0)
    # what rounding leaves of an emptied reach is no water
    now.pool[r, FINAL] = max(now.pool[r, ARRIVED] + (side - early), 0.0)
    number = medium.reach[r, NUMBER]
    if medium.reach[r, SPLITTING] > 0.0 and now.pool[r, FINAL] > 0.0:
        # way in a step: mean of what passes head and foot over the flowing area
        way = 0.5 * abs(head + foot) / (start + now.pool[r, FINAL]) * 2.0 * medium.reach[r, SPACING]
        number = max(number - medium.reach[r, SPLITTING] * way * way, 0.2 * number)
    now.pool[r, SPREAD] = number
    now.stamp[r] = step


@inner
def cover(
    c: int, low: int, high: int, step: int, graph: Graph, tables: Tables, medium: Medium, now: Now
) -> None:
    """Prepare the reaches that cells ``low`` to ``high`` of a chain lie in."""
    first = graph.cell_reach[max(low, graph.chain[c, START])]
    last = graph.cell_reach[min(high, graph.chain[c, END]) - 1] + 1
    if graph.chain[c, TANK]:
        first, last = graph.chain[c, REACH], graph.chain[c, REACH_END]
    if now.window[c, REACH_LOW] < now.window[c, REACH_HIGH]:
        first = min(first, now.window[c, REACH_LOW])
        last = max(last, now.window[c, REACH_HIGH])
    for r in range(first, last):
        if now.stamp[r] != step:
            prepare_reach(r, c, step, graph, tables, medium, now)
    now.window[c, REACH_LOW] = first
    now.window[c, REACH_HIGH] = last


@part
def enliven(c: int, graph: Graph, now: Now) -> None:
    """Add a chain to those at work in the step."""
    if not now.window[c, IS_LIVE]:
        now.window[c, IS_LIVE] = True
        now.window[now.counter[0], LIVE] = c
        now.counter[0] += 1
        now.window[c, REACH_LOW] = 0
        now.window[c, REACH_HIGH] = 0
        now.window[c, FED] = 0
        if now.window[c, LOW] >= now.window[c, HIGH]:
            now.window[c, LOW] = graph.chain[c, START]
            now.window[c, HIGH] = graph.chain[c, START]


@inner
def cover_reach(r: int, step: int, graph: Graph, tables: Tables, medium: Medium, now: Now) -> None:
    """Prepare a reach, and take its chain among those at work."""
    c = graph.reach[r, CHAIN]
    enliven(c, graph, now)
    first = graph.reach[r, FIRST]
    cover(c, first, first + graph.reach[r, COUNT], step, graph, tables, medium, now)


@inner
def water_at_end(c: int, side: int, step: int, graph: Graph, tables: Tables, now: Now) -> float:
    """Volume through an end of a chain in the step, positive downstream."""
    if now.window[c, END_STAMP] != step:
        for k in range(2):
            column = graph.chain[c, REACH + k] + c
            now.end_water[c, k] = integrate(
                step, column, tables.boundary, tables.pointer, tables.row, tables.weight
            )
        now.window[c, END_STAMP] = step
    return float(now.end_water[c, side])


@part
def ask(c: int, now: Now) -> None:
    """Put a chain on the list of those whose water is to be followed."""
    if not now.window[c, IS_ASKED]:
        now.window[c, IS_ASKED] = True
        now.window[now.counter[4], ASKED] = c
        now.counter[4] += 1


@part
def call_node(node: int, step: int, now: Now) -> None:
    """Note that mass passes a node in the step."""
    if now.passing[node, CARRIES] != step:
        now.passing[node, CARRIES] = step
        now.node_net[node, :] = 0.0
        now.passing[now.counter[1], LISTED] = node
        now.counter[1] += 1


@inner
def follow(c: int, step: int, graph: Graph, tables: Tables, medium: Medium, now: Now) -> None:
    """Prepare the reaches of a window and what its water may reach downstream and upstream."""
    low, high = now.window[c, LOW], now.window[c, HIGH]
    start, end = graph.chain[c, START], graph.chain[c, END]
    top, bottom = graph.chain[c, REACH], graph.chain[c, REACH_END]
    # stencils read two cells on either side
    first = graph.cell_reach[max(low - 2, start)]
    last = graph.cell_reach[min(max(high, low + 1) + 2, end) - 1]
    if now.window[c, REACH_LOW] < now.window[c, REACH_HIGH]:
        first = min(first, now.window[c, REACH_LOW])
        last = max(last, now.window[c, REACH_HIGH] - 1)
    tank = graph.chain[c, TANK] > 0
    at_foot, at_head = False, False
    if tank:
        cover(c, start, end, step, graph, tables, medium, now)
        at_foot, at_head = now.water[top + c + 1] > 0.0, now.water[top + c] < 0.0
    ahead = 0.0
    r = first
    # first the window itself, then downstream, then upstream from it
    stage = 3 if tank else 0
    while stage < 3:
        if now.stamp[r] != step:
            prepare_reach(r, c, step, graph, tables, medium, now)
        if stage == 0 and r < last:
            r += 1
            continue
        if stage == 0:
            stage = 1
            r = graph.cell_reach[max(high - 1, start)]
            ahead = (graph.reach[r, FIRST] + graph.reach[r, COUNT] - high) * now.pool[r, PARTING]
        else:
            ahead += graph.reach[r, COUNT] * now.pool[r, PARTING]
        while stage == 1 and now.water[r + c + 1] > ahead and r < last:
            r += 1
            ahead += graph.reach[r, COUNT] * now.pool[r, PARTING]
        if stage == 1 and now.water[r + c + 1] > ahead and r + 1 < bottom:
            r += 1
            last = r
            continue
        if stage == 1:
            at_foot = now.water[r + c + 1] > ahead
            stage = 2
            r = graph.cell_reach[min(low, end - 1)]
            ahead = (low - graph.reach[r, FIRST]) * now.pool[r, PARTING]
        while -now.water[r + c] > ahead and r > first:
            r -= 1
            ahead += graph.reach[r, COUNT] * now.pool[r, PARTING]
        if -now.water[r + c] > ahead and r > top:
            r -= 1
            first = r
            continue
        at_head = -now.water[r + c] > ahead
        stage = 3
    if not tank:
        now.window[c, REACH_LOW] = first
        now.window[c, REACH_HIGH] = last + 1
    # from one place: a part is compiled wherever it is called
    for side in range(1, -1, -1):
        if at_foot if side == 1 else at_head:
            call_node(graph.chain[c, HEAD_NODE + side], step, now)


@inner
def feed(node: int, step: int, graph: Graph, tables: Tables, now: Now) -> None:
    """Pass the mass that comes to a node on to the chains that take its water."""
    into = 0.0
    out = 0.0
    for k in range(graph.node[node, POINTER], graph.node[node, POINTER_END]):
        c, side = graph.ends[k, 0], graph.ends[k, 1]
        water = water_at_end(c, side, step, graph, tables, now)
        if side == 0:
            water = -water
        into += max(water, 0.0)
        out += max(-water, 0.0)
    now.node[node, WATER] = max(into, out)
    now.node[node, OUTSIDE] = max(out - into, 0.0)
    now.node[node, DRAWN] = max(into - out, 0.0)
    if now.node[node, DRAWN] <= BALANCED * into:
        now.node[node, DRAWN] = 0.0
    for k in range(graph.node[node, POINTER], graph.node[node, POINTER_END]):
        c, side = graph.ends[k, 0], graph.ends[k, 1]
        water = now.end_water[c, side]
        if (side == 0 and water > 0.0) or (side == 1 and water < 0.0):
            enliven(c, graph, now)
            now.window[c, FED] |= 1 + side
            if side == 0:
                now.window[c, LOW] = graph.chain[c, START]
                now.window[c, HIGH] = max(now.window[c, HIGH], graph.chain[c, START])
            else:
                if now.window[c, LOW] >= now.window[c, HIGH] and now.window[c, FED] == 2:
                    now.window[c, LOW] = graph.chain[c, END]
                now.window[c, HIGH] = graph.chain[c, END]
            ask(c, now)


@inner
def open_step(
    step: int, members: int, graph: Graph, tables: Tables, medium: Medium, deposits: Deposits,
    now: Now, state: State,
) -> None:  # fmt: skip
    """Find the chains at work in a step, prepare their water and what it brings from outside."""
    now.counter[5] = step
    now.counter[1] = 0
    now.counter[4] = 0
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        now.window[c, REACH_LOW] = 0
        now.window[c, REACH_HIGH] = 0
        now.window[c, FED] = 0
        ask(c, now)
    for k in range(graph.brings.shape[0]):
        call_node(graph.brings[k], step, now)
    inlets = (deposits.inlet_pointer[step], deposits.inlet_pointer[step + 1])
    for k in range(inlets[0], inlets[1]):
        call_node(deposits.inlet[k, 0], step, now)
    looked_at = 0
    while looked_at < now.counter[1] or now.counter[4] > 0:
        if now.counter[4] > 0:
            now.counter[4] -= 1
            c = now.window[now.counter[4], ASKED]
            now.window[c, IS_ASKED] = False
            follow(c, step, graph, tables, medium, now)
        else:
            feed(now.passing[looked_at, LISTED], step, graph, tables, now)
            looked_at += 1
    for k in range(graph.brings.shape[0]):
        node = graph.brings[k]
        for b in range(members):
            state.entering[node, b] += now.node[node, OUTSIDE] * state.inflow[node, b]
    for k in range(inlets[0], inlets[1]):
        node = deposits.inlet[k, 0]
        if now.node[node, OUTSIDE] > 0.0:
            state.entering[node, deposits.inlet[k, 1]] += deposits.inlet_mass[k]
