"""Crank-Nicolson peer in the manner of OTIS (Runkel 1998): central in space, storage eliminated."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numba import njit

from ..exact import Array
from ..tasks import Task
from .interface import IntArray, Peer, PeerResult, divide, station_stencil, total_mass

_jit = njit(cache=True, error_model="numpy", fastmath={"contract", "nsz", "nnan"})


@_jit
def _factorise(diagonal: Array, upper: Array, lower: float, above: float) -> None:
    """Thomas factors of the constant matrix: reciprocal pivots and scaled upper entries."""
    last = diagonal.size - 1
    diagonal[0] = 1.0 / diagonal[0]
    for i in range(last):
        upper[i] = above * diagonal[i]
        diagonal[i + 1] = 1.0 / (diagonal[i + 1] - lower * upper[i])


@_jit
def _march(
    channel: Array,
    storage: Array,
    diagonal: Array,
    numbers: Array,
    stencil: tuple[IntArray, Array],
    entering: Array,
    curves: Array,
) -> float:
    """All steps; fills `curves` (S, T) and returns the sum of outlet fluxes.

    diagonal : (K,) matrix diagonal, overwritten by its factors
    numbers : c, d, explicit loss a, storage source b, storage keep p, storage gain g
    """
    c, d, loss, source, keep, gain = numbers
    first, weights = stencil
    last = channel.size - 1
    behind, ahead = 0.5 * c + d, 0.5 * c - d
    lower, above = -0.5 * behind, 0.5 * ahead
    upper, work, before = np.zeros(last + 1), np.zeros(last + 1), np.zeros(last + 1)
    _factorise(diagonal, upper, lower, above)
    outflow = 0.0
    for step in range(entering.size):
        before[:] = channel
        left = c * entering[step]
        # The inlet flux counts in full here: half of it stands on each side of the equation.
        previous, into = 0.0, 2.0 * left
        for i in range(last):
            out = behind * channel[i] + ahead * channel[i + 1]
            right = channel[i] * (1.0 - loss) + 0.5 * (into - out) + source * storage[i]
            previous = (right - lower * previous) * diagonal[i]
            work[i] = previous
            into = out
        out = c * channel[last]
        right = channel[last] * (1.0 - loss) + 0.5 * (into - out) + source * storage[last]
        channel[last] = (right - lower * previous) * diagonal[last]
        outflow += 0.5 * (out + c * channel[last])
        for i in range(last - 1, -1, -1):
            channel[i] = work[i] - upper[i] * channel[i + 1]
        if gain > 0.0:
            for i in range(last + 1):
                storage[i] = keep * storage[i] + gain * (before[i] + channel[i])
        for s in range(first.size):
            value = 0.0
            for j in range(4):
                value += weights[s, j] * channel[first[s] + j]
            curves[s, step] = value
    return outflow


def _solve(task: Task, cell_length: float, courant_number: float) -> PeerResult:
    river = task.river
    cells = max(8, round(task.length / cell_length))
    dx = task.length / cells
    steps = divide(task, cell_length, courant_number * dx / river.velocity)
    h, c, d = steps.time_step, steps.courant, steps.spread
    back = h * river.return_rate
    whole = 2.0 + back + h * river.storage_decay_rate
    loss = 0.5 * h * (river.exchange_coefficient * (1.0 - back / whole) + river.decay_rate)
    source = 2.0 * h * river.exchange_coefficient / whole
    keep = (4.0 - whole) / whole
    numbers = np.array([c, d, loss, source, keep, back / whole])
    diagonal = np.full(cells, 1.0 + loss + d)
    diagonal[0] = 1.0 + loss + 0.5 * (0.5 * c + d)
    diagonal[-1] = 1.0 + loss + 0.5 * (0.5 * c + d)
    channel, storage = np.zeros(cells), np.zeros(cells)
    stencil = station_stencil(task, cells)
    curves = np.zeros((len(task.stations), steps.count))
    started = perf_counter()
    outflow = _march(channel, storage, diagonal, numbers, stencil, steps.entering, curves)
    seconds = perf_counter() - started
    left = total_mass(task, channel, storage, dx)
    past = outflow * river.cross_section_area * dx
    return PeerResult(steps.times, curves, seconds, cells * steps.count, left, past)


IMPLICIT_PEERS: tuple[Peer, ...] = (
    Peer("crank_nicolson", "central, Crank-Nicolson, as OTIS", (1.0, 2.0), _solve),
)
