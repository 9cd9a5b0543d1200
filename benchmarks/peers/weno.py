"""Fifth-order WENO peer with the third-order Runge-Kutta step of Shu and Osher.

Cell ``i`` of the river is entry ``i + 3`` of the padded array: three entries upstream hold the
inlet concentration, two downstream repeat the last cell.  Face ``f`` lies on the upstream side of
cell ``f``.  Fluxes are in units of dx / dt.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numba import njit

from ..exact import Array
from ..tasks import Task
from .explicit import exchange_all
from .interface import (
    IntArray,
    Peer,
    PeerResult,
    divide,
    exchange_propagator,
    station_stencil,
    total_mass,
)

PAD = 3

_jit = njit(cache=True, error_model="numpy", fastmath={"contract", "nsz", "nnan"})


@_jit
def _pad(channel: Array, entering: float) -> None:
    for i in range(PAD):
        channel[i] = entering
    last = channel[channel.size - PAD]
    channel[channel.size - 2] = last
    channel[channel.size - 1] = last


@_jit
def _fluxes(channel: Array, flux: Array, tiny: float, c: float, d: float) -> None:
    """WENO-Z face values (Borges et al. 2008), fourth-order dispersion.

    ``tiny`` keeps the weights defined where the profile is flat, relative to the square of the
    inlet concentration.
    """
    faces = flux.size
    u0, u1, u2 = channel[0:faces], channel[1 : faces + 1], channel[2 : faces + 2]
    u3, u4 = channel[3 : faces + 3], channel[4 : faces + 4]
    for f in range(faces):
        a, b, m, p, q = u0[f], u1[f], u2[f], u3[f], u4[f]
        smooth0 = 13.0 / 12.0 * (a - 2.0 * b + m) ** 2 + 0.25 * (a - 4.0 * b + 3.0 * m) ** 2
        smooth1 = 13.0 / 12.0 * (b - 2.0 * m + p) ** 2 + 0.25 * (b - p) ** 2
        smooth2 = 13.0 / 12.0 * (m - 2.0 * p + q) ** 2 + 0.25 * (3.0 * m - 4.0 * p + q) ** 2
        whole = abs(smooth0 - smooth2)
        w0 = 0.1 * (1.0 + whole / (smooth0 + tiny))
        w1 = 0.6 * (1.0 + whole / (smooth1 + tiny))
        w2 = 0.3 * (1.0 + whole / (smooth2 + tiny))
        sum0 = w0 * (2.0 * a - 7.0 * b + 11.0 * m)
        sum1 = w1 * (-b + 5.0 * m + 2.0 * p)
        sum2 = w2 * (2.0 * m + 5.0 * p - q)
        value = (sum0 + sum1 + sum2) / (6.0 * (w0 + w1 + w2))
        flux[f] = c * value - d * (1.25 * (p - m) - (q - b) / 12.0)


@_jit
def _stage(channel: Array, old: Array, flux: Array, share: float) -> None:
    """channel = share old + (1 - share) (channel after one Euler step)."""
    cells = flux.size - 1
    inner, before = channel[PAD : PAD + cells], old[PAD : PAD + cells]
    left, right = flux[0:cells], flux[1 : cells + 1]
    rest = 1.0 - share
    for i in range(cells):
        inner[i] = share * before[i] + rest * (inner[i] + left[i] - right[i])


@_jit
def _march(
    channel: Array,
    storage: Array,
    numbers: Array,
    propagators: Array,
    stencil: tuple[IntArray, Array],
    entering: Array,
    curves: Array,
) -> float:
    """All steps; fills `curves` (S, T) and returns the sum of outlet fluxes.

    numbers : c, d, tiny, 1 with exchange; propagators : (2, 2, 2) full and half step
    """
    c, d, tiny = numbers[0], numbers[1], numbers[2]
    first, weights = stencil
    half = propagators[1]
    cells = storage.size
    flux, old = np.zeros(cells + 1), np.zeros(channel.size)
    shares, counts = (0.0, 0.75, 1.0 / 3.0), (1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0)
    outflow = 0.0
    for step in range(entering.size):
        old[:] = channel
        for stage in range(3):
            _pad(channel, entering[step])
            _fluxes(channel, flux, tiny, c, d)
            flux[0] = c * entering[step]
            flux[cells] = c * channel[cells + PAD - 1]
            outflow += counts[stage] * flux[cells]
            _stage(channel, old, flux, shares[stage])
        for s in range(first.size):
            value, stored = 0.0, 0.0
            for j in range(4):
                value += weights[s, j] * channel[first[s] + PAD + j]
                stored += weights[s, j] * storage[first[s] + j]
            curves[s, step] = half[0, 0] * value + half[0, 1] * stored
        if numbers[3] > 0.0:
            exchange_all(channel[PAD : PAD + cells], storage, propagators[0])
    return outflow


def _solve(task: Task, cell_length: float, courant_number: float) -> PeerResult:
    river = task.river
    cells = max(8, round(task.length / cell_length))
    dx = task.length / cells
    rate = river.velocity / dx + 2.0 * river.dispersion_coefficient / dx**2
    steps = divide(task, cell_length, courant_number / rate)
    first, weights = station_stencil(task, cells)
    exchanging = river.exchange_coefficient > 0.0 or river.decay_rate > 0.0
    inlet = river.mass / (river.discharge * river.pulse_duration)
    numbers = np.array([steps.courant, steps.spread, 1e-20 * inlet**2, float(exchanging)])
    propagators = np.stack(
        [exchange_propagator(task, share * steps.time_step) for share in (1.0, 0.5)]
    )
    channel, storage = np.zeros(cells + PAD + 2), np.zeros(cells)
    curves = np.zeros((len(task.stations), steps.count))
    started = perf_counter()
    outflow = _march(
        channel, storage, numbers, propagators, (first, weights), steps.entering, curves
    )
    seconds = perf_counter() - started
    left = total_mass(task, channel[PAD:-2], storage, dx)
    past = outflow * river.cross_section_area * dx
    return PeerResult(steps.times, curves, seconds, cells * steps.count, left, past)


WENO_PEERS: tuple[Peer, ...] = (Peer("weno", "WENO5-Z, SSP-RK3", (0.7, 0.9), _solve),)
