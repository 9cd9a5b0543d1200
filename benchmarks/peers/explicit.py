"""Explicit finite-volume peers: Lax-Wendroff TVD, third-order limited, ULTIMATE, MUSCL with RK2.

Cell ``i`` of the river is entry ``i + 2`` of the padded arrays; entries 0 and 1 hold the inlet
concentration and the last entry repeats the last cell (no dispersive flux at the outlet).  Face
``f`` lies on the upstream side of entry ``f``.  Fluxes are in units of dx / dt.
"""

from __future__ import annotations

from functools import partial
from time import perf_counter

import numpy as np
from numba import njit

from ..exact import Array
from ..tasks import Task
from .interface import (
    IntArray,
    Peer,
    PeerResult,
    divide,
    exchange_propagator,
    station_stencil,
    total_mass,
)

TVD, THIRD_ORDER, MUSCL, SUPERBEE, ULTIMATE = range(5)
STEPS_PER_WINDOW = 8
# A cell whose concentration is below this share of the inlet concentration may leave the window.
TINY_SHARE = 1e-10

_jit = njit(cache=True, error_model="numpy", fastmath={"contract", "nsz", "nnan"})


@_jit
def _mc(down: float, up: float) -> float:
    """Monotonised central slope (van Leer 1977) without branches."""
    mean = 0.5 * (down + up)
    low = min(2.0 * down, min(2.0 * up, mean))
    high = max(2.0 * down, max(2.0 * up, mean))
    return max(0.0, low) + min(0.0, high)


@_jit
def _tvd_fluxes(far: Array, near: Array, here: Array, flux: Array, c: float, d: float) -> None:
    """Lax-Wendroff with the MC limiter; far, near, here: two upstream entries and one down."""
    share = 0.5 * (1.0 - c)
    for f in range(flux.size):
        down = here[f] - near[f]
        slope = _mc(down, near[f] - far[f])
        flux[f] = c * (near[f] + share * slope) - d * down


@_jit
def _third_order_fluxes(
    far: Array, near: Array, here: Array, flux: Array, c: float, d: float
) -> None:
    """QUICKEST (Leonard 1979) with its dispersion term, kept positive.

    The face value stays between 0 and C / c, so that a cell never loses more by advection than
    it holds.
    """
    toward = (1.0 - c) * (2.0 - c) / 6.0 + d
    behind = (1.0 - c) * (1.0 + c) / 6.0 - d
    most = 1.0 / c
    for f in range(flux.size):
        down = here[f] - near[f]
        value = near[f] + toward * down + behind * (near[f] - far[f])
        flux[f] = c * max(0.0, min(value, most * near[f])) - d * down


@_jit
def _superbee(down: float, up: float) -> float:
    """Roe's superbee slope, the most compressive of the TVD limiters."""
    high = max(min(2.0 * down, up), min(down, 2.0 * up))
    low = min(max(2.0 * down, up), max(down, 2.0 * up))
    return max(0.0, high) + min(0.0, low)


@_jit
def _superbee_fluxes(far: Array, near: Array, here: Array, flux: Array, c: float, d: float) -> None:
    """Lax-Wendroff with the superbee limiter."""
    share = 0.5 * (1.0 - c)
    for f in range(flux.size):
        down = here[f] - near[f]
        flux[f] = c * (near[f] + share * _superbee(down, near[f] - far[f])) - d * down


@_jit
def _ultimate_fluxes(far: Array, near: Array, here: Array, flux: Array, c: float, d: float) -> None:
    """QUICKEST with its dispersion term under the ULTIMATE limiter (Leonard 1991).

    The face value lies between the cells beside it and does not pass far + (near - far) / c; where
    the profile is not monotone it is the upwind value.
    """
    toward = (1.0 - c) * (2.0 - c) / 6.0 + d
    behind = (1.0 - c) * (1.0 + c) / 6.0 - d
    for f in range(flux.size):
        down, up = here[f] - near[f], near[f] - far[f]
        value = near[f]
        if down * up > 0.0:
            value += toward * down + behind * up
            edge = far[f] + up / c
            if down > 0.0:
                value = max(near[f], min(value, min(here[f], edge)))
            else:
                value = min(near[f], max(value, max(here[f], edge)))
        flux[f] = c * value - d * down


@_jit
def _muscl_fluxes(far: Array, near: Array, here: Array, flux: Array, c: float, d: float) -> None:
    """Second-order reconstruction with MC slopes; time is left to the Runge-Kutta stages."""
    for f in range(flux.size):
        down = here[f] - near[f]
        flux[f] = c * (near[f] + 0.5 * _mc(down, near[f] - far[f])) - d * down


@_jit
def _fluxes(
    scheme: int,
    channel: Array,
    flux: Array,
    entering: float,
    bounds: tuple[int, int],
    numbers: Array,
) -> None:
    """Fluxes through the faces of entries ``bounds``, with third-type inlet and free outlet."""
    low, high = bounds
    c, d = numbers[0], numbers[1]
    channel[0] = entering
    channel[1] = entering
    channel[channel.size - 1] = channel[channel.size - 2]
    far, near = channel[low - 2 : high - 1], channel[low - 1 : high]
    here, into = channel[low : high + 1], flux[low : high + 1]
    if scheme == TVD:
        _tvd_fluxes(far, near, here, into, c, d)
    elif scheme == THIRD_ORDER:
        _third_order_fluxes(far, near, here, into, c, d)
    elif scheme == SUPERBEE:
        _superbee_fluxes(far, near, here, into, c, d)
    elif scheme == ULTIMATE:
        _ultimate_fluxes(far, near, here, into, c, d)
    else:
        _muscl_fluxes(far, near, here, into, c, d)
    if low == 2:
        flux[2] = c * entering


@_jit
def _advance(channel: Array, left: Array, right: Array) -> None:
    for i in range(channel.size):
        channel[i] += left[i] - right[i]


@_jit
def _second_stage(old: Array, channel: Array, left: Array, right: Array) -> None:
    """Mean of the old state and the second Euler step (SSP Runge-Kutta of order 2)."""
    for i in range(channel.size):
        channel[i] = 0.5 * (old[i] + channel[i] + left[i] - right[i])


@_jit
def exchange_all(channel: Array, storage: Array, p: Array) -> None:
    a, b, c, d = p[0, 0], p[0, 1], p[1, 0], p[1, 1]
    for i in range(channel.size):
        x, y = channel[i], storage[i]
        channel[i] = a * x + b * y
        storage[i] = c * x + d * y


@_jit
def _trim(
    channel: Array, storage: Array, bounds: tuple[int, int], tiny: float, keep_low: bool
) -> tuple[int, int]:
    """Shrink the window, sweeping what lies in the cells given up into the outermost kept cell."""
    low, high = bounds
    while high > low + 4 and channel[high - 1] < tiny and storage[high - 1] < tiny:
        high -= 1
        channel[high - 1] += channel[high]
        storage[high - 1] += storage[high]
        channel[high] = 0.0
        storage[high] = 0.0
    while not keep_low and high > low + 4 and channel[low] < tiny and storage[low] < tiny:
        low += 1
        channel[low] += channel[low - 1]
        storage[low] += storage[low - 1]
        channel[low - 1] = 0.0
        storage[low - 1] = 0.0
    return low, high


@_jit
def _march(
    state: tuple[Array, Array, Array, Array],
    fixed: tuple[Array, Array, Array, IntArray, Array],
    entering: Array,
    options: tuple[int, bool, bool, float],
    curves: Array,
) -> tuple[int, float]:
    """All steps; fills `curves` (S, T), returns cell-steps and the sum of outlet fluxes.

    state : channel, storage, flux and old (padded entries, faces, scratch)
    fixed : Courant numbers (c, d), full and half exchange propagators, station stencils
    options : scheme, windowed, with exchange, tiny concentration
    """
    channel, storage, flux, old = state
    numbers, full, half, first, weights = fixed
    scheme, windowed, exchanging, tiny = options
    end = channel.size - 1
    low, high = 2, end
    if windowed:
        high = 6
    cell_steps, outflow = 0, 0.0
    for step in range(entering.size):
        if windowed and step % STEPS_PER_WINDOW == 0:
            low, high = _trim(channel, storage, (low, high), tiny, entering[step] > 0.0)
            # A step reaches one cell up and two cells down at most.
            low = max(2, low - STEPS_PER_WINDOW)
            high = min(end, high + 2 * STEPS_PER_WINDOW)
        _fluxes(scheme, channel, flux, entering[step], (low, high), numbers)
        if scheme == MUSCL:
            old[low:high] = channel[low:high]
            _advance(channel[low:high], flux[low:high], flux[low + 1 : high + 1])
            outflow += 0.5 * flux[end] if high == end else 0.0
            _fluxes(scheme, channel, flux, entering[step], (low, high), numbers)
            _second_stage(
                old[low:high], channel[low:high], flux[low:high], flux[low + 1 : high + 1]
            )
            outflow += 0.5 * flux[end] if high == end else 0.0
        else:
            _advance(channel[low:high], flux[low:high], flux[low + 1 : high + 1])
            outflow += flux[end] if high == end else 0.0
        for s in range(first.size):
            value, stored = 0.0, 0.0
            for j in range(4):
                value += weights[s, j] * channel[first[s] + 2 + j]
                stored += weights[s, j] * storage[first[s] + 2 + j]
            curves[s, step] = half[0, 0] * value + half[0, 1] * stored
        if exchanging:
            exchange_all(channel[low:high], storage[low:high], full)
        cell_steps += high - low
    return cell_steps, outflow


def _solve(
    scheme: int, windowed: bool, task: Task, cell_length: float, courant_number: float
) -> PeerResult:
    river = task.river
    cells = max(8, round(task.length / cell_length))
    dx = task.length / cells
    rate = river.velocity / dx + 2.0 * river.dispersion_coefficient / dx**2
    steps = divide(task, cell_length, courant_number / rate)
    first, weights = station_stencil(task, cells)
    exchanging = river.exchange_coefficient > 0.0 or river.decay_rate > 0.0
    fixed = (
        np.array([steps.courant, steps.spread]),
        exchange_propagator(task, steps.time_step),
        exchange_propagator(task, 0.5 * steps.time_step),
        first,
        weights,
    )
    channel, storage = np.zeros(cells + 3), np.zeros(cells + 3)
    state = (channel, storage, np.zeros(cells + 3), np.zeros(cells + 3))
    curves = np.zeros((len(task.stations), steps.count))
    tiny = TINY_SHARE * river.mass / (river.discharge * river.pulse_duration)
    options = (scheme, windowed, exchanging, tiny)
    started = perf_counter()
    cell_steps, outflow = _march(state, fixed, steps.entering, options, curves)
    seconds = perf_counter() - started
    left = total_mass(task, channel[2:-1], storage[2:-1], dx)
    past = outflow * river.cross_section_area * dx
    return PeerResult(steps.times, curves, seconds, cell_steps, left, past)


EXPLICIT_PEERS: tuple[Peer, ...] = (
    Peer("tvd", "Lax-Wendroff, MC limiter", (0.9,), partial(_solve, TVD, False)),
    Peer("tvd_window", "Lax-Wendroff, MC, active window", (0.9,), partial(_solve, TVD, True)),
    Peer("third_order", "QUICKEST kept positive", (0.95, 0.8), partial(_solve, THIRD_ORDER, False)),
    Peer(
        "third_order_window",
        "QUICKEST kept positive, active window",
        (0.95, 0.8),
        partial(_solve, THIRD_ORDER, True),
    ),
    Peer("superbee", "Lax-Wendroff, superbee limiter", (0.9,), partial(_solve, SUPERBEE, False)),
    Peer("ultimate", "ULTIMATE-QUICKEST", (0.95, 0.8), partial(_solve, ULTIMATE, False)),
    Peer("muscl", "MUSCL, MC limiter, RK2", (0.7,), partial(_solve, MUSCL, False)),
)
