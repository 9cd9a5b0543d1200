"""Putting released mass into the cells that its water has come to by the end of a step."""

from __future__ import annotations

import numpy as np

from ..transport.compiler import inner
from .arrays import (
    CHAIN,
    COUNT,
    DECAYED,
    EARLY,
    END,
    FINAL,
    FIRST,
    GIVEN,
    HALF,
    HEAD_NODE,
    HIGH,
    INFLOW_SHARE,
    LEAF,
    LEAST,
    LOW,
    MASS,
    MEMBER,
    MOST,
    OLD,
    OLDER,
    OUTSIDE,
    PLACE,
    POINTER,
    POINTER_END,
    REACH,
    REACH_END,
    RELEASE,
    SOURCE,
    START,
    TANK,
    Deposits,
    Gauges,
    Graph,
    Medium,
    Now,
    State,
    Tables,
)
from .water import cover, cover_reach, enliven, water_at_end

MOST_PIECES = 64
"""Pieces that a step's release is cut into at most, two for every cell its water fills."""


@inner
def put(
    i: int, entry: int, c: int, mass: float, b: int, members: int, gauges: Gauges, now: Now,
    state: State,
) -> None:  # fmt: skip
    """Add mass to a cell; gauges between it and where the mass came into the chain have seen it."""
    older = state.total[OLDER, b] * mass
    state.cells[OLD, i * members + b] += older
    state.cells[MASS, i * members + b] += mass - older
    if now.window[c, LOW] >= now.window[c, HIGH]:
        now.window[c, LOW] = i
        now.window[c, HIGH] = i + 1
    now.window[c, LOW] = min(now.window[c, LOW], i)
    now.window[c, HIGH] = max(now.window[c, HIGH], i + 1)
    for k in range(gauges.pointer[c], gauges.pointer[c + 1]):
        if entry <= gauges.cell[k] < i:
            state.through[k, b] += mass
        elif i <= gauges.cell[k] < entry:
            state.through[k, b] -= mass


@inner
def put_around(
    r: int, place: float, entry: int, c: int, mass: float, row: int, members: int, graph: Graph,
    deposits: Deposits, gauges: Gauges, now: Now, state: State,
) -> None:  # fmt: skip
    """Split mass between the two cells around a place so that its centre stays there.

    ``place`` counts the reach's cells from its head. Above the middle of a chain's first cell
    there is no second one: a part waits for the next step, which moves the centre as far back.
    """
    b = deposits.row[row, MEMBER]
    n = graph.reach[r, COUNT]
    local = min(max(int(place), 0), n - 1)
    i = graph.reach[r, FIRST] + local
    off = place - local - 0.5
    j = i + 1 if off > 0.0 else i - 1
    if graph.chain[c, START] <= j < graph.chain[c, END]:
        own = now.pool[r, FINAL]
        other = now.pool[graph.cell_reach[j], FINAL]
        weight = abs(off) * own / (0.5 * (own + other)) if own + other > 0.0 else 0.0
        put(j, entry, c, weight * mass, b, members, gauges, now, state)
        put(i, entry, c, (1.0 - weight) * mass, b, members, gauges, now, state)
    else:
        held = 0.0
        incoming = now.water[graph.chain[c, REACH] + c]
        if off < 0.0 and incoming > 0.0 and c == graph.reach[deposits.row[row, SOURCE], CHAIN]:
            held = min(-off * now.pool[r, FINAL] / incoming, 1.0) * mass
            state.waiting[deposits.row[row, RELEASE], b] += held
        put(i, entry, c, mass - held, b, members, gauges, now, state)


@inner
def put_in_tank(
    c: int, inside: bool, entry: int, mass: float, b: int, members: int, graph: Graph,
    gauges: Gauges, now: Now, state: State,
) -> None:  # fmt: skip
    """Add mass to a tank; of two layers to the upper one, or to both as inflow."""
    top = graph.chain[c, START]
    below = 0.0
    if graph.chain[c, TANK] == 2 and not inside:
        below = mass * (1.0 - graph.layer[c, INFLOW_SHARE])
        older = state.total[OLDER, b] * below
        state.cells[OLD, (top + 1) * members + b] += older
        state.cells[MASS, (top + 1) * members + b] += below - older
        for k in range(gauges.pointer[c], gauges.pointer[c + 1]):
            # gauges see what comes in by the foot
            state.through[k, b] -= below if entry > top else 0.0
    put(top, entry, c, mass - below, b, members, gauges, now, state)
    now.window[c, HIGH] = graph.chain[c, END]


@inner
def divide(
    c: int, side: int, ahead: float, mass: float, b: int, top: int, step: int, graph: Graph,
    tables: Tables, medium: Medium, now: Now, state: State,
) -> int:  # fmt: skip
    """Put what ran past an end of a chain on the way into the chains that take the water."""
    node = graph.chain[c, HEAD_NODE + side]
    passing = abs(water_at_end(c, side, step, graph, tables, now))
    taken = 0.0
    into = 0.0
    for k in range(graph.node[node, POINTER], graph.node[node, POINTER_END]):
        q, at = graph.ends[k, 0], graph.ends[k, 1]
        water = water_at_end(q, at, step, graph, tables, now)
        water = -water if at == 1 else water
        taken += max(water, 0.0)
        into += max(-water, 0.0)
    left = mass
    for k in range(graph.node[node, POINTER], graph.node[node, POINTER_END]):
        q, at = graph.ends[k, 0], graph.ends[k, 1]
        water = now.end_water[q, at] if at == 0 else -now.end_water[q, at]
        if water <= 0.0 or passing <= 0.0 or top >= now.way.shape[0]:
            continue
        enliven(q, graph, now)
        share = mass * water / taken * min(taken / into, 1.0)
        r = graph.chain[q, REACH] if at == 0 else graph.chain[q, REACH_END] - 1
        beyond = min(ahead / passing, 1.0) * water
        cover(q, graph.reach[r, FIRST], graph.reach[r, FIRST] + 1, step, graph, tables, medium, now)
        now.way[top, 0] = r
        now.way[top, 1] = beyond if at == 0 else graph.reach[r, COUNT] * now.pool[r, FINAL] - beyond
        now.way[top, 2] = share
        now.way[top, 3] = graph.chain[q, START] if at == 0 else graph.chain[q, END]
        top += 1
        left -= share
    state.total[2 if graph.node[node, LEAF] else 1, b] += (
        left if taken < into or taken <= 0.0 else 0.0
    )
    return top


@inner
def trace(
    source: int, ahead: float, mass: float, entry: int, row: int, members: int, step: int,
    graph: Graph, tables: Tables, medium: Medium, deposits: Deposits, gauges: Gauges, now: Now,
    state: State,
) -> None:  # fmt: skip
    """Put mass where it lies, ``ahead`` so much water from the head of a reach.

    What has run past the end of a chain divides as the water of the node does.
    """
    way = now.way
    b = deposits.row[row, MEMBER]
    way[0, 0], way[0, 1], way[0, 2], way[0, 3] = source, ahead, mass, entry
    top = 1
    while top > 0:
        top -= 1
        r, place, own, came = int(way[top, 0]), way[top, 1], way[top, 2], int(way[top, 3])
        c = graph.reach[r, CHAIN]
        cover_reach(r, step, graph, tables, medium, now)
        whole = graph.reach[r, COUNT] * now.pool[r, FINAL]
        if 0.0 <= place <= whole or graph.chain[c, TANK]:
            if graph.chain[c, TANK]:
                # what is not released in the reservoir itself comes with its inflow
                inside = r == source and deposits.value[row, PLACE] > 0.0
                put_in_tank(c, inside, came, own, b, members, graph, gauges, now, state)
            else:
                cells = place / now.pool[r, FINAL] if now.pool[r, FINAL] > 0.0 else 0.0
                # the cell beside may be of the reach beside, whose volume is then asked for
                first = graph.reach[r, FIRST]
                beside = first + graph.reach[r, COUNT] + 1
                cover(c, first - 1, beside, step, graph, tables, medium, now)
                put_around(
                    r, cells, came, c, own, row, members, graph, deposits, gauges, now, state
                )
            continue
        side = 1 if place > 0.0 else 0
        last = graph.chain[c, REACH_END] - 1 if side == 1 else graph.chain[c, REACH]
        if r != last:
            way[top, 0] = r + 2 * side - 1
            if side == 0:
                cover_reach(r - 1, step, graph, tables, medium, now)
                place += graph.reach[r - 1, COUNT] * now.pool[r - 1, FINAL]
            way[top, 1] = place - whole if side == 1 else place
            top += 1
            continue
        passing = water_at_end(c, side, step, graph, tables, now)
        if passing == 0.0:
            at = graph.chain[c, END] - 1 if side == 1 else graph.chain[c, START]
            put(at, came, c, own, b, members, gauges, now, state)
            continue
        for k in range(gauges.pointer[c], gauges.pointer[c + 1]):
            if side == 1 and gauges.cell[k] >= came:
                state.through[k, b] += own
            if side == 0 and gauges.cell[k] < came:
                state.through[k, b] -= own
        beyond = place - whole if side == 1 else -place
        top = divide(c, side, beyond, own, b, top, step, graph, tables, medium, now, state)


@inner
def part_of_release(part: int, age: float, reacts: bool) -> float:
    """Share of what a step releases that is added in part 1, 2 or 3 of the step.

    The first, equal to its mean age, takes part in dispersion and exchange. Where exchange takes
    half of a step before water moves and half after, there is a second that takes part in the
    half after only, so that on average all has exchanged for its age.
    """
    if part == 1:
        return age
    exchanged = min(2.0 * age, 1.0) if reacts else age
    return exchanged - age if part == 2 else 1.0 - exchanged


@inner
def add_releases(
    part: int, reacts: bool, step: int, members: int, graph: Graph, tables: Tables, medium: Medium,
    deposits: Deposits, gauges: Gauges, now: Now, state: State,
) -> None:  # fmt: skip
    """Add one part of what the releases give in a step (see ``part_of_release``)."""
    for k in range(deposits.inlet_pointer[step], deposits.inlet_pointer[step + 1]):
        if part == 1 and deposits.inlet_credit[k] != 0.0:
            b = deposits.inlet[k, 1]
            at = graph.reach[deposits.inlet[k, 2], FIRST]
            state.total[0, b] -= deposits.inlet_credit[k]
            state.cells[DECAYED, at * members + b] -= deposits.inlet_credit[k]
        if part == 1 and now.node[deposits.inlet[k, 0], OUTSIDE] <= 0.0:
            # nothing flows in that could bring it
            source = deposits.inlet[k, 2]
            cover_reach(source, step, graph, tables, medium, now)
            at = graph.reach[source, FIRST]
            b = deposits.inlet[k, 1]
            state.total[0, b] += deposits.inlet_mass[k]
            c = graph.reach[source, CHAIN]
            put(at, at, c, deposits.inlet_mass[k], b, members, gauges, now, state)
    for row in range(deposits.pointer[step], deposits.pointer[step + 1]):
        source = deposits.row[row, SOURCE]
        home = graph.reach[source, CHAIN]
        b, release = deposits.row[row, MEMBER], deposits.row[row, RELEASE]
        cover_reach(source, step, graph, tables, medium, now)
        age = deposits.value[row, EARLY]
        mass = deposits.value[row, GIVEN] * part_of_release(part, age, reacts)
        state.total[0, b] += mass
        if part == 1 and state.waiting[release, b] != 0.0:
            held = state.waiting[release, b]
            state.waiting[release, b] = 0.0
            state.total[0, b] += held
            at = graph.chain[home, START]
            put(at, at, home, held, b, members, gauges, now, state)
        if mass == 0.0:
            continue
        waiting = state.waiting[release, b]
        n, volume = graph.reach[source, COUNT], now.pool[source, FINAL]
        origin = deposits.value[row, PLACE] * n
        stretch = 2.0 * deposits.value[row, HALF] * n
        least = deposits.value[row, LEAST]
        spread = deposits.value[row, MOST] - least
        # of what is older than half a step a share has exchanged in the half before water moved too
        older = reacts and part == 1 and age > 0.5
        state.total[OLDER, b] = (2.0 * age - 1.0) / age if older else 0.0
        pieces = 1
        if volume > 0.0:
            cells = abs(spread) / volume + stretch
            pieces = int(min(max(np.ceil(2.0 * cells), 1.0), float(MOST_PIECES)))
        for piece in range(pieces):
            along = (piece + 0.5) / pieces
            came = origin + stretch * (along - 0.5)
            entry = graph.reach[source, FIRST] + min(max(int(came), 0), n - 1)
            ahead = came * volume + least + spread * along
            trace(
                source, ahead, mass / pieces, entry, row, members, step, graph, tables, medium,
                deposits, gauges, now, state,
            )  # fmt: skip
        state.total[OLDER, b] = 0.0
        # the part that was held back has not been released yet
        state.total[0, b] -= state.waiting[release, b] - waiting
