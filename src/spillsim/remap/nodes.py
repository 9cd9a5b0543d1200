"""Mass that nodes and tanks pass on within a step.

Water that crosses a face and comes from beyond a node has mixed there. If it is the share ``phi``
of what a chain took from the node in the step, it is made of the share ``phi`` nearest to the
node of what every chain brought: complete mixing, from old values only. So nothing depends on
the order of chains, and loops and reversed flow need no special care.
"""

from __future__ import annotations

import numpy as np

from ..transport.compiler import inner
from .arrays import (
    CARRIES,
    CONCENTRATION,
    COUNT,
    EDGE,
    EXCHANGED,
    FIRST,
    HEAD_NODE,
    HIGH,
    INFLOW_SHARE,
    IS_LIVE,
    LOW,
    MASS,
    OUTFLOW_SHARE,
    PARTING,
    POINTER,
    POINTER_END,
    REACH,
    REACH_END,
    REACH_HIGH,
    REACH_LOW,
    START,
    TANK,
    WATER,
    Graph,
    Now,
    State,
)
from .layers import two_layers
from .profile import part_of_cell

TWO_LAYERS = 2
DEEPEST = 100_000
"""Nodes that the water of one face may be traced through before it counts as going in circles."""


@inner
def tank_share(phi: float, start: float, out: float, inside: float) -> tuple[float, float]:
    """Mass that leaves a mixed tank in the share ``phi`` of a step.

    Its volume changes from ``start`` at an even rate, ``inside`` flowing in and ``out`` flowing
    out per step; then C = C_in + (C0 - C_in) (V / V0)^(-inside / (inside - out)). Returns the
    factors of C0 and of C_in [m3].
    """
    grow = inside - out
    w, g = phi * inside / start, phi * grow / start
    if abs(w) < 1e-5 and abs(g) < 1e-5:
        exchanged = 0.5 * w * (w - g) * (1.0 - (w + g) / 3.0) * start
    else:
        power = w if abs(g) < 1e-12 or w == 0.0 else w * np.log1p(g) / g
        exchanged = start * (w + (1.0 + g) * np.expm1(-power))
    return phi * out - exchanged, exchanged


@inner
def layered_tank(
    c: int, phi: float, inside: float, out: float, b: int, members: int, graph: Graph, now: Now,
    state: State,
) -> tuple[float, float, float]:  # fmt: skip
    """Masses of both layers of a tank after the share ``phi`` of the step, and what has left."""
    r = graph.chain[c, REACH]
    cell = graph.chain[c, START] * members + b
    upper, lower, left = two_layers(
        phi, (state.cells[MASS, cell], state.cells[MASS, cell + members]),
        (now.pool[r, PARTING], now.pool[r + 1, PARTING]), (inside, out), graph.layer[c, EXCHANGED],
        (graph.layer[c, INFLOW_SHARE], graph.layer[c, OUTFLOW_SHARE]), state.tank_in[c, b],
    )  # fmt: skip
    return upper, lower, left


@inner
def leave_tank(
    c: int, phi: float, weight: float, members: int, graph: Graph, now: Now, state: State
) -> None:
    """Add ``weight`` times what leaves a tank in the share ``phi`` of the step to ``now.row``."""
    r = graph.chain[c, REACH]
    head, foot = now.water[r + c], now.water[r + c + 1]
    inside = max(head, 0.0) + max(-foot, 0.0)
    out = max(foot, 0.0) + max(-head, 0.0)
    start = now.pool[r, PARTING]
    cell = graph.chain[c, START]
    for b in range(members):
        mass, entering = state.cells[MASS, cell * members + b], state.tank_in[c, b]
        if graph.chain[c, TANK] == TWO_LAYERS:
            _, _, leaving = layered_tank(c, phi, inside, out, b, members, graph, now, state)
        elif start > 0.0:
            held, fresh = tank_share(phi, start, out, inside)
            leaving = held * mass / start
            if inside > 0.0:
                leaving += fresh * entering / inside
        else:
            # an empty tank passes on its share of what enters, and all that lies in it
            leaving = phi * (entering * (min(out / inside, 1.0) if inside > 0.0 else 0.0))
            leaving += phi * mass if out > 0.0 else 0.0
        now.row[b] += weight * leaving


@inner
def leave_chain(
    c: int, side: int, water: float, weight: float, members: int, limiter: int,
    graph: Graph, now: Now, state: State,
) -> float:  # fmt: skip
    """Add the mass of the water nearest to an end of a chain; returns the water not found in it.

    The volume found is exact to rounding; what is left has come through the whole chain.
    """
    left = water
    low, high = now.window[c, LOW], now.window[c, HIGH]
    step = 1 if side == 0 else -1
    r = graph.chain[c, REACH] if side == 0 else graph.chain[c, REACH_END] - 1
    going = left > 0.0 and now.window[c, REACH_LOW] <= r < now.window[c, REACH_HIGH]
    while going:
        first, n, volume = graph.reach[r, FIRST], graph.reach[r, COUNT], now.pool[r, PARTING]
        whole = n if left >= n * volume else min(int(left / volume), n - 1)
        # whole cells of the reach, counted from the end the water leaves by
        a = first if side == 0 else first + n - whole
        b = first + whole if side == 0 else first + n
        for i in range(max(a, low), min(b, high)):
            for k in range(members):
                now.row[k] += weight * state.cells[MASS, i * members + k]
        left -= whole * volume
        if whole < n:
            i = first + whole if side == 0 else first + n - 1 - whole
            x = left / volume
            if low <= i < high:
                for k in range(members):
                    own = part_of_cell(
                        i, k, members, 1.0 - x if side == 0 else x, volume, limiter,
                        state.cells[CONCENTRATION], state.cells[EDGE],
                    )  # fmt: skip
                    if side == 0:
                        own = state.cells[MASS, i * members + k] - own
                    now.row[k] += weight * own
            left = 0.0
        r += step
        going = left > 0.0 and now.window[c, REACH_LOW] <= r < now.window[c, REACH_HIGH]
    if graph.chain[c, REACH] <= r < graph.chain[c, REACH_END]:
        # beyond what is prepared there is no mass
        left = 0.0
    return left


@inner
def node_mass(
    node: int, phi: float, weight: float, members: int, limiter: int, graph: Graph, now: Now,
    state: State,
) -> None:  # fmt: skip
    """Add ``weight`` times the mass that comes to a node in the share ``phi`` of a step.

    Water found in none of the chains that bring it is traced on through their other ends.
    """
    way = now.way
    way[0, 0], way[0, 1], way[0, 2] = node, phi, weight
    top, seen = 1, 0
    while top > 0:
        top -= 1
        here, share, factor = int(way[top, 0]), way[top, 1], way[top, 2]
        seen += 1
        if now.passing[here, CARRIES] != now.counter[5]:
            continue
        for b in range(members):
            now.row[b] += factor * share * state.entering[here, b]
        for k in range(graph.node[here, POINTER], graph.node[here, POINTER_END]):
            c, side = graph.ends[k, 0], graph.ends[k, 1]
            passed = now.end_water[c, side] if side == 1 else -now.end_water[c, side]
            if passed <= 0.0 or not now.window[c, IS_LIVE]:
                continue
            if graph.chain[c, TANK]:
                # what leaves by this end of all that leaves the tank
                r = graph.chain[c, REACH]
                out = max(now.water[r + c + 1], 0.0) + max(-now.water[r + c], 0.0)
                leave_tank(c, share, factor * passed / out, members, graph, now, state)
                continue
            left = leave_chain(c, side, share * passed, factor, members, limiter, graph, now, state)
            other = 1 - side
            through = now.end_water[c, other] if other == 0 else -now.end_water[c, other]
            beyond = graph.chain[c, HEAD_NODE + other]
            if left <= 0.0 or through <= 0.0 or now.passing[beyond, CARRIES] != now.counter[5]:
                continue
            if top >= way.shape[0] or seen > DEEPEST:
                now.counter[3] = 1
                continue
            way[top, 0] = beyond
            way[top, 1] = min(left / through, 1.0)
            way[top, 2] = factor * through / now.node[beyond, WATER]
            top += 1


@inner
def fill_tanks(members: int, limiter: int, graph: Graph, now: Now, state: State) -> None:
    """Mass that enters each tank in the step, from upstream to downstream."""
    count = graph.tank_order.shape[0]
    for k in range(2 * count):
        # tanks whose flow is reversed come last and from below
        backward = k >= count
        c = graph.tank_order[2 * count - 1 - k] if backward else graph.tank_order[k]
        if not now.window[c, IS_LIVE]:
            continue
        r = graph.chain[c, REACH]
        head, foot = now.water[r + c], now.water[r + c + 1]
        if (foot < 0.0) != backward:
            continue
        now.row[:] = 0.0
        for side in range(2):
            water = head if side == 0 else -foot
            node = graph.chain[c, HEAD_NODE + side]
            if water > 0.0 and now.passing[node, CARRIES] == now.counter[5]:
                weight = water / now.node[node, WATER]
                node_mass(node, 1.0, weight, members, limiter, graph, now, state)
        for b in range(members):
            state.tank_in[c, b] = now.row[b]
