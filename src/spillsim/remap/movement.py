"""Moving the water of a chain by one step, at any Courant number.

The water that lies between two faces at the end of a step came from between the two places in
the old profile that are as much water upstream of the faces as has passed them (Lin & Rood 1996,
in the coordinate of volume). The mass between those places, parabolas integrated, is the mass of
the new cell. Within a reach the places are evenly spaced, so that faces fall into runs whose
cells of origin lie equally far away.
"""

from __future__ import annotations

import numpy as np

from ..transport.arrays import LIMITER_MONOTONE, LIMITER_NONE
from ..transport.compiler import inner
from ..transport.reconstruct import downstream_share
from .arrays import (
    ARRIVED,
    CARRIES,
    CONCENTRATION,
    COUNT,
    EDGE,
    END,
    FED,
    FIRST,
    FLUX,
    FRESH,
    HEAD_NODE,
    HIGH,
    LOW,
    MASS,
    NEW_HIGH,
    NEW_LOW,
    PARTING,
    REACH,
    REACH_END,
    REACH_HIGH,
    REACH_LOW,
    START,
    WATER,
    FloatArray,
    Graph,
    IntArray,
    Now,
    State,
)
from .nodes import node_mass
from .profile import part_of_cell


@inner
def rest_of_cells(
    face: int, count: int, cell: int, x: float, slope: float, volume: float, limiter: int,
    members: int, ramp: FloatArray, c: FloatArray, edge: FloatArray, flux: FloatArray,
) -> None:  # fmt: skip
    """Mass in the downstream share of ``count`` cells, for as many faces.

    The shares are ``x``, ``x + slope``, ``x + 2 slope`` ...
    """
    n = count * members
    target = flux[face * members : face * members + n]
    mean = c[cell * members : cell * members + n]
    lefts = edge[cell * members : cell * members + n]
    rights = edge[(cell + 1) * members : (cell + 1) * members + n]
    number = ramp[:n]
    if x == 0.0 and slope == 0.0:
        for i in range(n):
            target[i] = 0.0
    elif limiter == LIMITER_NONE:
        for i in range(n):
            share = x + slope * number[i]
            target[i] = volume * downstream_share(mean[i], lefts[i], rights[i], share)
    elif limiter == LIMITER_MONOTONE:
        for i in range(n):
            share = x + slope * number[i]
            m = mean[i]
            up = m - lefts[i]
            down = rights[i] - m
            steep_up = abs(up) > 2.0 * abs(down)
            steep_down = abs(down) > 2.0 * abs(up)
            flat = up * down <= 0.0
            left = m - (2.0 * down if steep_up else up)
            right = m + (2.0 * up if steep_down else down)
            left = m if flat else left
            right = m if flat else right
            target[i] = volume * downstream_share(m, left, right, share)
    else:
        for i in range(n):
            share = x + slope * number[i]
            m = mean[i]
            left = min(max(lefts[i], 0.0), 3.0 * m)
            right = min(max(rights[i], 0.0), 3.0 * m)
            target[i] = volume * downstream_share(m, left, right, share)


@inner
def shifted_cells(
    face: int, count: int, shift: int, members: int, mass: FloatArray, flux: FloatArray,
    fresh: FloatArray,
) -> None:  # fmt: skip
    """New masses between faces whose cells of origin follow each other."""
    n = count * members
    target = fresh[face * members : face * members + n]
    upper = flux[face * members : face * members + n]
    lower = flux[(face + 1) * members : (face + 1) * members + n]
    origin = (face + 1 - shift) * members
    source = mass[origin : origin + n]
    for i in range(n):
        target[i] = upper[i] + (source[i] - lower[i])


@inner
def join(
    cell: int, above: int, below: int, members: int, mass: FloatArray, flux: FloatArray,
    fresh: FloatArray,
) -> None:  # fmt: skip
    """New mass of a cell whose faces depart from the cells ``above`` and ``below``."""
    for b in range(members):
        k = cell * members + b
        if below > above:
            value = mass[below * members + b] - flux[k + members]
            for i in range(above + 1, below):
                value += mass[i * members + b]
            fresh[k] = flux[k] + value
        else:
            value = flux[k] - flux[k + members]
            for i in range(below + 1, above + 1):
                value -= mass[i * members + b]
            fresh[k] = value


@inner
def even_faces(first: int, last: int, n: int, place: float, gap: float) -> tuple[int, int]:
    """Faces from ``first`` to ``last`` whose place ``place + gap j`` lies in (0, n]."""
    if gap <= 0.0:
        inside = 0.0 < place <= n
        return (first, last) if inside else (last + 1, last)
    low = int(min(max(np.floor(-place / gap) + 1.0, float(first)), float(last + 1)))
    while low > first and place + gap * (low - 1) > 0.0:
        low -= 1
    while low <= last and place + gap * low <= 0.0:
        low += 1
    high = int(min(max(np.floor((n - place) / gap), float(first - 1)), float(last)))
    while high < last and place + gap * (high + 1) <= n:
        high += 1
    while high >= first and place + gap * high > n:
        high -= 1
    return low, high


@inner
def run_end(j: int, shift: int, place: float, gap: float, last: int) -> int:
    """Last face up to ``last`` whose cell of origin lies ``shift`` cells above it."""
    turn = gap - 1.0
    if turn == 0.0:
        return last
    if turn < 0.0:
        stop = np.ceil((shift + place) / -turn) - 1.0
    else:
        stop = np.floor((1.0 - shift - place) / turn)
    return int(min(max(stop, float(j)), float(last)))


@inner
def move_run(
    face: int, stop: int, shift: int, x: float, slope: float, window: tuple[int, int],
    volume: float, limiter: int, members: int, ramp: FloatArray, origin: IntArray,
    mass: FloatArray, c: FloatArray, edge: FloatArray, flux: FloatArray, fresh: FloatArray,
) -> None:  # fmt: skip
    """Departures of the faces ``face`` to ``stop``, and the new cells between them."""
    cells = origin[face : stop + 1]
    for i in range(cells.shape[0]):
        cells[i] = face - shift + i
    a = min(max(face, window[0] + shift), stop + 1)
    b = max(min(stop, window[1] - 1 + shift), a - 1)
    flux[face * members : a * members] = 0.0
    flux[(b + 1) * members : (stop + 1) * members] = 0.0
    if b >= a:
        rest_of_cells(
            a, b - a + 1, a - shift, x + slope * (a - face), slope, volume, limiter, members,
            ramp, c, edge, flux,
        )  # fmt: skip
    if stop > face:
        shifted_cells(face, stop - face, shift, members, mass, flux, fresh)


@inner
def depart(
    r: int, j: int, face: int, c: int, members: int, limiter: int, graph: Graph, now: Now,
    state: State,
) -> None:  # fmt: skip
    """Find where face ``j`` of a reach departs from, and the mass in the rest of that cell.

    For faces that depart from another reach of the chain or from beyond its ends.
    """
    low, high = now.window[c, LOW], now.window[c, HIGH]
    top, bottom = graph.chain[c, REACH], graph.chain[c, REACH_END]
    n = graph.reach[r, COUNT]
    water = now.water[r + c] + (now.water[r + c + 1] - now.water[r + c]) * (j / n)
    side = 0 if water >= 0.0 else 1
    back = 1 if side == 0 else -1
    left = abs(water)
    cells = j if side == 0 else n - j
    going = left > cells * now.pool[r, PARTING]
    while going:
        left -= cells * now.pool[r, PARTING]
        r -= back
        going = False
        if top <= r < bottom and now.window[c, REACH_LOW] <= r < now.window[c, REACH_HIGH]:
            cells = graph.reach[r, COUNT]
            going = left > cells * now.pool[r, PARTING]
    k = face * members
    for b in range(members):
        state.cells[FLUX, k + b] = 0.0
    if top <= r < bottom and not now.window[c, REACH_LOW] <= r < now.window[c, REACH_HIGH]:
        # nothing is prepared there because there is no mass
        state.origin[face] = graph.reach[r, FIRST] - side + (graph.reach[r, COUNT] - 1) * (1 - side)
    elif top <= r < bottom:
        first, n, volume = graph.reach[r, FIRST], graph.reach[r, COUNT], now.pool[r, PARTING]
        at = left / volume if volume > 0.0 else 0.0
        # place in cells from the head of the reach
        place = (cells if side == 0 else n - cells) - back * at
        i = min(max(int(np.ceil(place)) - 1, -1), n - 1)
        x = min(max(i + 1 - place, 0.0), 1.0)
        i += first
        state.origin[face] = i
        if low <= i < high and x > 0.0:
            for b in range(members):
                state.cells[FLUX, k + b] = part_of_cell(
                    i, b, members, x, volume, limiter, state.cells[CONCENTRATION], state.cells[EDGE]
                )
    else:
        state.origin[face] = graph.chain[c, START] - 1 if side == 0 else graph.chain[c, END] - 1
        node = graph.chain[c, HEAD_NODE + side]
        if now.passing[node, CARRIES] == now.counter[5]:
            through = abs(now.end_water[c, side])
            if through > 0.0:
                now.row[:] = 0.0
                node_mass(
                    node, min(left / through, 1.0), through / now.node[node, WATER], members,
                    limiter, graph, now, state,
                )  # fmt: skip
                for b in range(members):
                    # below the foot it is mass that the cell of origin does not hold
                    state.cells[FLUX, k + b] = now.row[b] * back


@inner
def find_reach_of_water(c: int, graph: Graph, now: Now) -> None:
    """Cells that may hold mass once the water of a window has moved."""
    low, high = now.window[c, LOW], now.window[c, HIGH]
    start, end = graph.chain[c, START], graph.chain[c, END]
    for side in range(2):
        # the lowest prepared reach takes the lower rim, the highest the upper one
        r = now.window[c, REACH_LOW] if side == 0 else now.window[c, REACH_HIGH] - 1
        rim = low if side == 0 else high
        own = (
            graph.cell_reach[min(rim, end - 1)]
            if side == 0
            else graph.cell_reach[max(rim - 1, start)]
        )
        n, volume, first = graph.reach[r, COUNT], now.pool[r, PARTING], graph.reach[r, FIRST]
        cell = 0 if side == 0 else n
        if volume > 0.0 and now.pool[r, ARRIVED] > 0.0:
            # water between the head of the reach and the rim
            ahead = (rim - graph.reach[own, FIRST]) * now.pool[own, PARTING]
            q = r
            while q < own:
                ahead += graph.reach[q, COUNT] * now.pool[q, PARTING]
                q += 1
            while q > own:
                q -= 1
                ahead -= graph.reach[q, COUNT] * now.pool[q, PARTING]
            place = (ahead + now.water[r + c]) / now.pool[r, ARRIVED]
            if side == 0:
                cell = int(np.floor(min(max(place, 0.0), float(n)))) - 1
            else:
                cell = int(np.ceil(min(max(place, 0.0), float(n)))) + 1
            cell = min(max(cell, 0), n)
        if side == 0:
            now.window[c, NEW_LOW] = start if now.window[c, FED] & 1 else min(first + cell, end - 1)
        else:
            now.window[c, NEW_HIGH] = (
                end if now.window[c, FED] & 2 else max(first + cell, start + 1)
            )
    now.window[c, NEW_HIGH] = max(now.window[c, NEW_HIGH], now.window[c, NEW_LOW] + 1)


@inner
def move_chain(c: int, members: int, limiter: int, graph: Graph, now: Now, state: State) -> None:
    """New masses of a chain in ``fresh``, from old values of all chains."""
    find_reach_of_water(c, graph, now)
    low, high = now.window[c, LOW], now.window[c, HIGH]
    a, b = now.window[c, NEW_LOW], now.window[c, NEW_HIGH]
    last = graph.cell_reach[b - 1]
    face = a
    for r in range(graph.cell_reach[a], last + 1):
        first, n, volume = graph.reach[r, FIRST], graph.reach[r, COUNT], now.pool[r, PARTING]
        head, foot = now.water[r + c], now.water[r + c + 1]
        # a face between reaches belongs to the one that its water comes from
        upto = b if r == last else first + n - (1 if foot < 0.0 else 0)
        place, gap = 0.0, 0.0
        run_low, run_high = upto + 1, upto
        if volume > 0.0:
            place, gap = -head / volume, 1.0 + (head - foot) / n / volume
            run_low, run_high = even_faces(face - first, upto - first, n, place, gap)
            run_low += first
            run_high += first
        while face <= upto:
            if run_low <= face <= run_high:
                j = face - first
                at = place + gap * j
                shift = j - (int(np.ceil(at)) - 1)
                stop = run_end(j, shift, place, gap, run_high - first) + first
                move_run(
                    face, stop, shift, (1.0 - shift - place) + (1.0 - gap) * j, 1.0 - gap,
                    (low, high), volume, limiter, members, state.ramp, state.origin,
                    state.cells[MASS], state.cells[CONCENTRATION], state.cells[EDGE],
                    state.cells[FLUX], state.cells[FRESH],
                )  # fmt: skip
            else:
                depart(r, face - first, face, c, members, limiter, graph, now, state)
                stop = face
            if face > a:
                join(
                    face - 1, state.origin[face - 1], state.origin[face], members,
                    state.cells[MASS], state.cells[FLUX], state.cells[FRESH],
                )  # fmt: skip
            face = stop + 1
    now.counter[2] += b - a
