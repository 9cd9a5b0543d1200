"""The march transposed: how a place answers to mass put anywhere upstream. Arrays in, arrays out.

A march without a limiter is a matrix: a step takes the masses of all cells to ``A m`` and a place
reads ``l . m`` off them. After n steps it reads ``l . A^n m = (A^T)^n l . m``, so marching ``l``
with the transpose gives, in every cell at once, what a kilogram put there n steps ago amounts to
at the place. Each part of a step is transposed exactly and they are taken in the reverse order:

1. *exchange*: the transposed propagator;
2. *dispersion*: fluxes made of differences of masses become differences of fluxes, over the volume;
3. *tributaries*: what a cell below a mouth answers is copied into the tributary, undiluted, as a
   kilogram brought by it is a kilogram there (times the share that an abstraction leaves);
4. *advection*: one cell back, or the transposed parabolas where the Courant number is below one.

Paths are taken from below, and only the cells of a path that answer are computed. What is asked
for is gathered on the way, cell by cell, so that memory does not grow with time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import BoolArray, FloatArray, IntArray
from .compiler import jit, part


class Upstream(NamedTuple):
    """P paths, K cells, Z slow cells: how answers travel upstream."""

    order: IntArray
    """(P,) paths from below: each after the one it joins."""
    start: IntArray
    """(P,) first cell."""
    end: IntArray
    """(P,) one past the last cell."""
    below: IntArray
    """(P,) path that each joins, -1 at the outlet."""
    join_cell: IntArray
    """(P,) cell that takes what leaves the path, -1 at the outlet."""
    inflow_pointer: IntArray
    """(P + 1,) start of each path's part of ``inflow_path``."""
    inflow_path: IntArray
    """(P - 1,) the paths that end in each path."""
    mixed: BoolArray
    """(P,) true where a path has slow cells or losses."""
    keep: FloatArray
    """(K,) share of the mass arriving in a cell that losses leave in the river [-]."""
    moves_on: BoolArray
    """(K,) true for cells whose water is in the next cell one step later."""
    slow_pointer: IntArray
    """(K + 1,) number of slow cells before each cell."""
    slow_cell: IntArray
    """(Z,) the slow cells."""
    slow_share: FloatArray
    """(Z, 5) share of the masses of cells i - 2 to i + 2 that crosses the lower face of i [-]."""


class Medium(NamedTuple):
    """Dispersion and exchange as the march applies them, K cells or upper faces."""

    inverse_volume: FloatArray
    """(N, K) 1 / volume of the water in each cell in each substep of dispersion [1/m3]."""
    withheld: FloatArray
    """(N, P) share of what a path brings to the next that is not in its cell yet [-]."""
    conductance: FloatArray
    correction: FloatArray
    substeps: int
    stay: FloatArray
    back: FloatArray
    into: FloatArray
    hold: FloatArray
    exchanges: bool
    """True where anything decays or is stored."""


class Answer(NamedTuple):
    """What changes: the answer of a place to a kilogram in each cell, and what is kept of it."""

    channel: FloatArray
    """(K,) concentration at the place per mass put into the channel [1/m3]."""
    storage: FloatArray
    """(K,) likewise for mass put into the storage zone [1/m3]."""
    scratch: FloatArray
    """(2, K)."""
    low: IntArray
    """(P,) first cell that answers."""
    high: IntArray
    """(P,) one past the last cell that answers."""
    inlet: FloatArray
    """(P,) answer to mass that leaves a path in this step [1/m3]."""
    withheld: FloatArray
    """(P,) part of the answer of the cell below its mouth that what leaves a path has no share
    in, since it comes in while the step disperses [1/m3]."""
    largest: FloatArray
    """(P,) largest answer of a path at this time [1/m3]."""
    ever: FloatArray
    """(P,) largest answer of a path at any time so far [1/m3]."""
    work: IntArray
    """(2,) cell-steps done; steps done."""


class Tracks(NamedTuple):
    """What is kept of the answer of every cell; times in steps since the mass was put there."""

    level: FloatArray
    """(K,) answer that counts as arrival; inf where none is asked for [1/m3]."""
    previous: FloatArray
    """(K,) answer a step before [1/m3]."""
    peak: FloatArray
    """(K,) largest so far [1/m3]."""
    peak_step: FloatArray
    """(K,) when; -1 before anything came."""
    before: FloatArray
    """(K,) answer one step before the largest [1/m3]."""
    after: FloatArray
    """(K,) answer one step after the largest [1/m3]."""
    arrival: FloatArray
    """(K,) first rise above the level; -1 before."""
    ending: FloatArray
    """(K,) last fall below the level; -1 before."""
    total: FloatArray
    """(K,) sum of the answers over all steps [1/m3]."""
    has_level: bool
    """True where a level is asked for."""


class Probes(NamedTuple):
    """B cells whose answers are written down step by step."""

    cell: IntArray
    """(B,)."""
    late: FloatArray
    """(B, N + 1) answer to mass put into the cell at the end of a step, so many steps later."""
    early: FloatArray
    """(B, N + 1) to mass that took part in dispersion and exchange of its first step; 0 at 0."""


@jit
def exchange_back(
    stay: FloatArray, back: FloatArray, into: FloatArray, hold: FloatArray,
    channel: FloatArray, storage: FloatArray,
) -> None:  # fmt: skip
    """Transposed propagator of decay and transient storage."""
    for i in range(channel.shape[0]):
        flowing, stored = channel[i], storage[i]
        channel[i] = stay[i] * flowing + into[i] * stored
        storage[i] = back[i] * flowing + hold[i] * stored


@jit
def disperse_back(
    a: int, b: int, inverse_volume: FloatArray, conductance: FloatArray, correction: FloatArray,
    channel: FloatArray, scratch: FloatArray,
) -> None:  # fmt: skip
    """One transposed substep of dispersion on cells a to b; the answer is zero beside them.

    The flux F_f = -g (c_f - c_{f-1}) + h (c_{f+1} - c_{f-2} - 3 (c_f - c_{f-1})) is taken from
    cell f - 1 and given to f. With p = h d and q = (g + 3 h) d, d being the difference of the
    answers across a face, cell i gains (p_{i-1} - p_{i+2} - q_i + q_{i+1}) / V.
    """
    n = b - a
    # faces a - 1 to b + 2, of which those outside a to b see no difference
    p, q = scratch[0, a - 1 : b + 2], scratch[1, a - 1 : b + 2]
    above, below = channel[a - 2 : b + 1], channel[a - 1 : b + 2]
    g = conductance[a - 1 : b + 2]
    h = correction[a - 1 : b + 2]
    for f in range(p.shape[0]):
        step = below[f] - above[f]
        p[f] = h[f] * step
        q[f] = (g[f] + 3.0 * h[f]) * step
    target = channel[a:b]
    inverse = inverse_volume[a:b]
    # the first of p and q belongs to face a - 1
    p0, p3, q1, q2 = p[0:n], p[3 : n + 3], q[1 : n + 1], q[2 : n + 2]
    for i in range(n):
        target[i] += inverse[i] * ((p0[i] - p3[i]) + (q2[i] - q1[i]))


@part
def spread_back(p: int, ways: Upstream, medium: Medium, answer: Answer) -> None:
    """All transposed substeps of dispersion on a path, the last first."""
    low, high, channel, held = answer.low, answer.high, answer.channel, answer.withheld
    first, past = ways.inflow_pointer[p], ways.inflow_pointer[p + 1]
    for j in range(first, past):
        held[ways.inflow_path[j]] = 0.0
    for n in range(medium.substeps - 1, -1, -1):
        low[p] = max(low[p] - 2, ways.start[p])
        high[p] = min(high[p] + 2, ways.end[p])
        for j in range(first, past):
            q = ways.inflow_path[j]
            held[q] -= medium.withheld[n, q] * channel[ways.join_cell[q]]
        disperse_back(
            low[p], high[p], medium.inverse_volume[n], medium.conductance, medium.correction,
            channel, answer.scratch,
        )  # fmt: skip
        for j in range(first, past):
            q = ways.inflow_path[j]
            held[q] += medium.withheld[n, q] * channel[ways.join_cell[q]]


@part
def advect_back(p: int, ways: Upstream, answer: Answer) -> None:
    """Bring the answers of a path one step further up; its mouth answers ``inlet``."""
    channel, entering = answer.channel, answer.inlet[p]
    a, b = answer.low[p], answer.high[p]
    start, end = ways.start[p], ways.end[p]
    if a >= b:
        if entering == 0.0:
            return
        a, b = end, end
    if not ways.mixed[p]:
        first = max(a - 1, start)
        # beside the window the answer is zero
        last = min(b, end - 1)
        target, source = channel[first:last], channel[first + 1 : last + 1]
        for i in range(target.shape[0]):
            target[i] = source[i]
        channel[end - 1] = entering
        answer.low[p] = first
        answer.high[p] = end if entering != 0.0 else b
        return
    if entering != 0.0:
        b = end
    low, high = max(a - 3, start), min(b + 2, end)
    kept = answer.scratch[0]
    for i in range(low, high):
        kept[i] = ways.keep[i] * channel[i]
    kept[high] = entering if high == end else 0.0
    for i in range(low, high):
        channel[i] = kept[i + 1] if ways.moves_on[i] else kept[i]
    for z in range(ways.slow_pointer[max(low, a - 1)], ways.slow_pointer[high]):
        cell = ways.slow_cell[z]
        rise = kept[cell + 1] - kept[cell]
        for j in range(5):
            # the shares of cells beyond the ends of the path are zero
            if low <= cell + j - 2 < high:
                channel[cell + j - 2] += ways.slow_share[z, j] * rise
    answer.low[p] = low
    answer.high[p] = high


@jit
def crossing(last: float, now: float, level: float) -> float:
    """Share of a step at which an answer crosses a level, straight in the logarithm."""
    if last > 0.0 and now > 0.0:
        return float(np.log(level / last) / np.log(now / last))
    return (level - last) / (now - last)


@jit
def keep_peaks(
    step: float, channel: FloatArray, previous: FloatArray, peak: FloatArray, when: FloatArray,
    before: FloatArray, after: FloatArray, total: FloatArray,
) -> float:  # fmt: skip
    """Keep the largest answers, those beside them in time, and sums; returns the largest now."""
    largest = 0.0
    for i in range(channel.shape[0]):
        # selects instead of branches let the loop run several cells at a time
        now, last = channel[i], previous[i]
        higher = now > peak[i]
        follows = when[i] == step - 1.0
        after[i] = 0.0 if higher else (now if follows else after[i])
        before[i] = last if higher else before[i]
        peak[i] = now if higher else peak[i]
        when[i] = step if higher else when[i]
        total[i] += now
        previous[i] = now
        largest = max(largest, abs(now))
    return largest


@jit
def keep_crossings(
    step: float, channel: FloatArray, previous: FloatArray, level: FloatArray,
    arrival: FloatArray, ending: FloatArray,
) -> None:  # fmt: skip
    """Keep the first rise above the level and the last fall below it."""
    for i in range(channel.shape[0]):
        now, last = channel[i], previous[i]
        above = now > level[i]
        if above != (last > level[i]):
            at = max(step - 1.0 + crossing(last, now, level[i]), 0.0)
            if not above:
                ending[i] = at
            elif arrival[i] < 0.0:
                arrival[i] = at


@part
def keep_track(a: int, b: int, step: int, channel: FloatArray, tracks: Tracks) -> float:
    """Keep of the answers of cells a to b what is asked for; returns the largest of them."""
    if tracks.has_level:
        keep_crossings(
            float(step), channel[a:b], tracks.previous[a:b], tracks.level[a:b],
            tracks.arrival[a:b], tracks.ending[a:b],
        )  # fmt: skip
    return float(
        keep_peaks(
            float(step),
            channel[a:b],
            tracks.previous[a:b],
            tracks.peak[a:b],
            tracks.peak_step[a:b],
            tracks.before[a:b],
            tracks.after[a:b],
            tracks.total[a:b],
        )
    )


@part
def trim_answer(p: int, floor: float, share: float, answer: Answer, tracks: Tracks) -> None:
    """Shrink the window of a path past cells that answer next to nothing.

    Above, where the answer only comes, that is less than ``floor``; below, where it goes, less
    than ``share`` of the largest answer that the cell has given. A cell below the place may never
    have given any: there the largest of the path serves, with the share squared.
    """
    channel, storage = answer.channel, answer.storage
    least = share * share * answer.ever[p]
    a, b = answer.low[p], answer.high[p]
    while a < b and abs(channel[a]) + abs(storage[a]) < floor:
        channel[a], storage[a] = 0.0, 0.0
        a += 1
    while a < b:
        left = abs(channel[b - 1]) + abs(storage[b - 1])
        if left > max(share * tracks.peak[b - 1], least):
            break
        channel[b - 1], storage[b - 1] = 0.0, 0.0
        b -= 1
    answer.low[p] = a
    answer.high[p] = b


@jit
def begin_answer(ways: Upstream, answer: Answer, tracks: Tracks) -> None:
    """Keep track of the answers to mass put just where it is observed."""
    for p in range(ways.start.shape[0]):
        answer.largest[p] = keep_track(answer.low[p], answer.high[p], 0, answer.channel, tracks)
        answer.ever[p] = answer.largest[p]


@part
def note_probes(column: int, probes: Probes, rows: FloatArray, channel: FloatArray) -> None:
    """Write down the answers of the probed cells."""
    for k in range(probes.cell.shape[0]):
        rows[k, column] = channel[probes.cell[k]]


@jit
def answer_steps(
    span: tuple[int, int], share: float, ways: Upstream, medium: Medium, answer: Answer,
    tracks: Tracks, probes: Probes,
) -> int:  # fmt: skip
    """March the answers back over the steps of ``span``; returns the step at which they ended.

    ``share`` is the part of the largest answer below which cells are left out.
    """
    low, high, channel, held = answer.low, answer.high, answer.channel, answer.withheld
    for step in range(span[0], span[1]):
        for k in range(ways.order.shape[0]):
            p = ways.order[k]
            if low[p] < high[p]:
                if medium.exchanges:
                    a, b = low[p], high[p]
                    exchange_back(
                        medium.stay[a:b], medium.back[a:b], medium.into[a:b], medium.hold[a:b],
                        channel[a:b], answer.storage[a:b],
                    )  # fmt: skip
                spread_back(p, ways, medium, answer)
            for j in range(ways.inflow_pointer[p], ways.inflow_pointer[p + 1]):
                q = ways.inflow_path[j]
                cell = ways.join_cell[q]
                inside = low[p] <= cell < high[p]
                answer.inlet[q] = ways.keep[cell] * (channel[cell] - held[q]) if inside else 0.0
        note_probes(step + 1, probes, probes.early, channel)
        open_paths = 0
        for k in range(ways.order.shape[0]):
            p = ways.order[k]
            if low[p] >= high[p] and answer.inlet[p] == 0.0:
                continue
            advect_back(p, ways, answer)
            answer.work[0] += high[p] - low[p]
            largest = keep_track(low[p], high[p], step + 1, channel, tracks)
            answer.largest[p] = largest
            answer.ever[p] = max(answer.ever[p], largest)
            if ways.below[p] >= 0 and low[ways.below[p]] < high[ways.below[p]]:
                largest = max(largest, answer.largest[ways.below[p]])
            trim_answer(p, share * largest, share, answer, tracks)
            open_paths += low[p] < high[p]
        note_probes(step + 1, probes, probes.late, channel)
        answer.work[1] += 1
        if open_paths == 0:
            return step + 1
    return span[1]
