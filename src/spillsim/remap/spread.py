"""Dispersion and exchange after water has moved."""

from __future__ import annotations

import numpy as np

from ..transport.arrays import LIMITER_NONE
from ..transport.compiler import inner
from .arrays import (
    COUNT,
    END,
    EXCHANGE,
    FINAL,
    FIRST,
    FLUX,
    FOOT_LINK,
    HEAD_LINK,
    HIGH,
    LIVE,
    LOSSES,
    LOW,
    MASS,
    REACH,
    REACH_END,
    REACH_HIGH,
    REACH_LOW,
    SPREAD,
    START,
    STORAGE,
    SUBSTEPS,
    TANK,
    VOLUME,
    FloatArray,
    Gauges,
    Graph,
    Medium,
    Now,
    State,
    Tables,
)
from .water import cover, enliven

UNLIKE = 1.25
"""Ratio of neighbouring cells' volumes or dispersion from which a face keeps second order."""
STRONGEST = -0.2
"""Least weight of the third difference between cells that are alike but not the same."""
SAME = 1.0 + 1e-9
"""Ratio up to which they are the same but for rounding."""


@inner
def third_difference(d: float, least: float, limiter: int) -> float:
    """Weight e = 1/12 - d/2 of the third difference, kept where no new value is negative."""
    e = 1.0 / 12.0 - 0.5 * d
    return e if limiter == LIMITER_NONE else max(min(e, 0.0), least)


@inner
def even_fluxes(
    a: int, b: int, members: int, g: float, h: float, mass: FloatArray, flux: FloatArray
) -> None:  # fmt: skip
    """Dispersive mass through the faces a to b of equal cells, whose volumes cancel.

    F = -g (m_f - m_{f-1}) + h (m_{f+1} - 3 m_f + 3 m_{f-1} - m_{f-2})
    """
    m0 = mass[(a - 2) * members : (b - 2) * members]
    m1 = mass[(a - 1) * members : (b - 1) * members]
    m2 = mass[a * members : b * members]
    m3 = mass[(a + 1) * members : (b + 1) * members]
    target = flux[a * members : b * members]
    if h == 0.0:
        for i in range(target.shape[0]):
            target[i] = -g * (m2[i] - m1[i])
    else:
        for i in range(target.shape[0]):
            step = m2[i] - m1[i]
            target[i] = h * (m3[i] - m0[i] - 3.0 * step) - g * step


@inner
def apply_fluxes(a: int, b: int, members: int, mass: FloatArray, flux: FloatArray) -> None:
    """Add to cells a to b what came through their faces."""
    target = mass[a * members : b * members]
    up = flux[a * members : b * members]
    down = flux[(a + 1) * members : (b + 1) * members]
    for i in range(target.shape[0]):
        target[i] += up[i] - down[i]


@inner
def seam_flux(
    f: int, c: int, parts: float, members: int, limiter: int, graph: Graph, now: Now, state: State
) -> None:
    """Dispersive mass through a face whose four cells are not all of one reach."""
    r1, r2 = graph.cell_reach[f - 1], graph.cell_reach[f]
    v1, v2 = now.pool[r1, FINAL], now.pool[r2, FINAL]
    d1, d2 = now.pool[r1, SPREAD] / parts, now.pool[r2, SPREAD] / parts
    k = f * members
    # half cells in series
    g = 2.0 * v1 * d1 * v2 * d2 / (v1 * d1 + v2 * d2) if v1 * d1 + v2 * d2 > 0.0 else 0.0
    if g <= 0.0:
        for b in range(members):
            state.cells[FLUX, k + b] = 0.0
    else:
        h = 0.0
        v0, v3 = v1, v2
        if graph.chain[c, START] + 2 <= f <= graph.chain[c, END] - 2:
            r0, r3 = graph.cell_reach[f - 2], graph.cell_reach[f + 1]
            v0, v3 = now.pool[r0, FINAL], now.pool[r3, FINAL]
            d0, d3 = now.pool[r0, SPREAD] / parts, now.pool[r3, SPREAD] / parts
            most_v, least_v = max(max(v0, v1), max(v2, v3)), min(min(v0, v1), min(v2, v3))
            most_d, least_d = max(max(d0, d1), max(d2, d3)), min(min(d0, d1), min(d2, d3))
            if most_v <= UNLIKE * least_v and most_d <= UNLIKE * least_d:
                same = most_v <= SAME * least_v and most_d <= SAME * least_d
                least = -0.25 if same else STRONGEST
                h = g * third_difference(0.5 * (d1 + d2), least, limiter)
        for b in range(members):
            c1 = state.cells[MASS, k - members + b] / v1
            c2 = state.cells[MASS, k + b] / v2
            flux = -g * (c2 - c1)
            if h != 0.0:
                c0 = state.cells[MASS, k - 2 * members + b] / v0
                c3 = state.cells[MASS, k + members + b] / v3
                flux += h * (c3 - c0 - 3.0 * (c2 - c1))
            state.cells[FLUX, k + b] = flux


@inner
def disperse_chain(
    c: int, parts: float, members: int, limiter: int, graph: Graph, gauges: Gauges, now: Now,
    state: State,
) -> None:  # fmt: skip
    """One substep of dispersion in the window of a chain."""
    low, high = now.window[c, LOW], now.window[c, HIGH]
    start, end = graph.chain[c, START], graph.chain[c, END]
    for r in range(graph.cell_reach[low], graph.cell_reach[high - 1] + 1):
        first, n = graph.reach[r, FIRST], graph.reach[r, COUNT]
        a = max(first, low)
        b = min(first + n, high)
        even_a = max(a, first + 2)
        even_b = max(min(b, first + n - 1), even_a)
        g = now.pool[r, SPREAD] / parts
        h = g * third_difference(g, -0.25, limiter)
        even_fluxes(even_a, even_b, members, g, h, state.cells[MASS], state.cells[FLUX])
        f = max(a, start + 1)
        while f < b:
            if f == even_a:
                f = even_b
            if f < b:
                seam_flux(f, c, parts, members, limiter, graph, now, state)
                f += 1
    for side in range(2):
        face = low if side == 0 else high
        inside = start < face < end
        for b in range(members):
            # nothing disperses past the rim of a window, which has grown by the stencil
            state.cells[FLUX, face * members + b] = 0.0 if inside else state.link_flux[c, side, b]
    for k in range(gauges.pointer[c], gauges.pointer[c + 1]):
        if low <= gauges.cell[k] + 1 <= high:
            for b in range(members):
                state.through[k, b] += state.cells[FLUX, (gauges.cell[k] + 1) * members + b]
    apply_fluxes(low, high, members, state.cells[MASS], state.cells[FLUX])


@inner
def disperse_links(
    c: int, parts: float, members: int, step: int, graph: Graph, tables: Tables, medium: Medium,
    now: Now, state: State,
) -> None:  # fmt: skip
    """Dispersion from the foot of a chain into the one that goes on from it, or back.

    Looked at from either end, so that a window at one of them is enough.
    """
    for side in range(2):
        q = graph.chain[c, HEAD_LINK + side]
        near = graph.chain[c, START] if side == 0 else graph.chain[c, END] - 1
        if q < 0 or not now.window[c, LOW] <= near < now.window[c, HIGH]:
            continue
        far = graph.chain[q, END] - 1 if side == 0 else graph.chain[q, START]
        enliven(q, graph, now)
        cover(q, far, far + 1, step, graph, tables, medium, now)
        if now.window[q, LOW] >= now.window[q, HIGH]:
            now.window[q, LOW] = far
            now.window[q, HIGH] = far + 1
        now.window[q, LOW] = min(now.window[q, LOW], far)
        now.window[q, HIGH] = max(now.window[q, HIGH], far + 1)
        upper, lower = (far, near) if side == 0 else (near, far)
        r1, r2 = graph.cell_reach[upper], graph.cell_reach[lower]
        v1, v2 = now.pool[r1, FINAL], now.pool[r2, FINAL]
        a, b = v1 * now.pool[r1, SPREAD] / parts, v2 * now.pool[r2, SPREAD] / parts
        g = 2.0 * a * b / (a + b) if a + b > 0.0 else 0.0
        for m in range(members):
            flux = 0.0
            if g > 0.0:
                above = state.cells[MASS, upper * members + m] / v1
                below = state.cells[MASS, lower * members + m] / v2
                flux = g * (above - below)
            state.link_flux[c, side, m] = flux
            state.link_flux[q, 1 - side, m] = flux


@inner
def lone_cells(c: int, graph: Graph, now: Now) -> int:
    """Substeps that the cells of a chain need that are alone in their reaches.

    What leaves such a cell through both faces, each with half cells in series, must not be more
    than it holds.
    """
    most = 1.0
    top, bottom = graph.chain[c, REACH], graph.chain[c, REACH_END]
    first, last = now.window[c, REACH_LOW], now.window[c, REACH_HIGH]
    for r in range(first, last):
        own = now.pool[r, FINAL] * now.pool[r, SPREAD]
        if graph.reach[r, COUNT] == 1 and own > 0.0:
            both = 0.0
            for q in range(r - 1, r + 2, 2):
                if first <= q < last:
                    other = now.pool[q, FINAL] * now.pool[q, SPREAD]
                    both += 2.0 * other / (own + other)
                elif top <= q < bottom or graph.chain[c, HEAD_LINK + (q - r + 1) // 2] >= 0:
                    both += 2.0
            most = max(most, both * now.pool[r, SPREAD])
    return int(np.ceil(most - 1e-9))


@inner
def disperse(
    members: int, limiter: int, step: int, graph: Graph, tables: Tables, medium: Medium,
    gauges: Gauges, now: Now, state: State,
) -> None:  # fmt: skip
    """Dispersion of all chains in equal substeps."""
    count = 1
    for k in range(now.counter[0]):
        c = now.window[k, LIVE]
        count = max(count, graph.chain[c, SUBSTEPS])
        if not graph.chain[c, TANK]:
            count = max(count, lone_cells(c, graph, now))
    parts = float(count)
    for _ in range(count):
        for k in range(now.counter[0]):
            c = now.window[k, LIVE]
            if not graph.chain[c, TANK] and now.window[c, LOW] < now.window[c, HIGH]:
                low = max(now.window[c, LOW] - 2, graph.chain[c, START])
                high = min(now.window[c, HIGH] + 2, graph.chain[c, END])
                # the stencil of the last face inside reads one cell more
                rim = (max(low - 1, graph.chain[c, START]), min(high + 1, graph.chain[c, END]))
                first, last = graph.cell_reach[rim[0]], graph.cell_reach[rim[1] - 1]
                if first < now.window[c, REACH_LOW] or last >= now.window[c, REACH_HIGH]:
                    cover(c, rim[0], rim[1], step, graph, tables, medium, now)
                now.window[c, LOW] = low
                now.window[c, HIGH] = high
            state.link_flux[c, :, :] = 0.0
        k = 0
        while k < now.counter[0]:
            c = now.window[k, LIVE]
            at_head = now.window[c, LOW] == graph.chain[c, START] and graph.chain[c, HEAD_LINK] >= 0
            at_foot = now.window[c, HIGH] == graph.chain[c, END] and graph.chain[c, FOOT_LINK] >= 0
            if (at_head or at_foot) and not graph.chain[c, TANK]:
                disperse_links(c, parts, members, step, graph, tables, medium, now, state)
            k += 1
        for k in range(now.counter[0]):
            c = now.window[k, LIVE]
            if not graph.chain[c, TANK] and now.window[c, LOW] < now.window[c, HIGH]:
                disperse_chain(c, parts, members, limiter, graph, gauges, now, state)


@inner
def follow_water(c: int, members: int, graph: Graph, medium: Medium, now: Now) -> None:
    """Exchange of the step in the reaches of a window whose storage zone keeps its volume.

    What returns from storage, b = alpha V / V_s, goes with the water V of the step, its mean.
    """
    low, high = now.window[c, LOW], now.window[c, HIGH]
    if low >= high:
        return
    for r in range(graph.cell_reach[low], graph.cell_reach[high - 1] + 1):
        if medium.reach[r, STORAGE] <= 0.0:
            continue
        first = max(graph.reach[r, FIRST], low)
        last = min(graph.reach[r, FIRST] + graph.reach[r, COUNT], high)
        a = medium.reach[r, EXCHANGE]
        b = a * 0.5 * (now.pool[r, VOLUME] + now.pool[r, FINAL]) / medium.reach[r, STORAGE]
        for m in range(members):
            k = medium.reach[r, LOSSES + 2 * m]
            ks = medium.reach[r, LOSSES + 2 * m + 1]
            mean, half = -0.5 * (a + k + b + ks), 0.5 * (b + ks - a - k)
            root = np.sqrt(half * half + a * b)
            fast, slow = np.exp(mean + root), np.exp(mean - root)
            sine = 0.5 * (fast - slow) / root if root > 1e-12 else fast
            stay, hold = 1.0 - sine * a, 1.0 - sine * b
            if medium.decays:
                stay = 0.5 * (fast + slow) + half * sine
                hold = 0.5 * (fast + slow) - half * sine
            for i in range(first * members + m, last * members + m, members):
                medium.cells[0, i] = stay
                medium.cells[1, i] = sine * b
                medium.cells[2, i] = sine * a
                medium.cells[3, i] = hold


@inner
def exchange_cells(
    a: int, b: int, has_storage: bool, decays: bool, stay: FloatArray, back: FloatArray,
    into: FloatArray, hold: FloatArray, mass: FloatArray, storage: FloatArray, lost: FloatArray,
) -> None:  # fmt: skip
    """Decay and transient storage over one step; ``lost`` gathers what decayed."""
    m, gone, k0 = mass[a:b], lost[a:b], stay[a:b]
    if has_storage:
        s, k1, k2, k3 = storage[a:b], back[a:b], into[a:b], hold[a:b]
        if decays:
            for i in range(m.shape[0]):
                x, y = m[i], s[i]
                flowing = k0[i] * x + k1[i] * y
                stored = k2[i] * x + k3[i] * y
                gone[i] += (x - flowing) + (y - stored)
                m[i] = flowing
                s[i] = stored
        else:
            for i in range(m.shape[0]):
                # what moves is computed once, so that channel and storage mirror each other
                moved = k2[i] * m[i] - k1[i] * s[i]
                m[i] -= moved
                s[i] += moved
    elif decays:
        for i in range(m.shape[0]):
            left = k0[i] * m[i]
            gone[i] += m[i] - left
            m[i] = left
