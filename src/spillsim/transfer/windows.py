"""When a response comes by and how sharp it is, before it is computed.

The responses of a river to a slug are densities in time, so Chernoff's bound holds: with F(s) the
transform, no more than exp(-E) of the whole passes after

    t = min over theta > 0 of (E + ln F(-theta) - ln F(0)) / theta,

and before the like with -theta. ln F is a sum over the zones on the way, f(s) L each. What storage
or a slow reach adds to the tail is in it, for theta is held below every singularity. How many
frequencies a curve needs follows from |F(i omega)| in the same way.
"""

from __future__ import annotations

import math

import numpy as np

from .compiler import jit
from .river import Array, Index
from .zones import MOUTH, Course, Zones

TAIL = 36.0
"""E: what is left out of a window is below exp(-E) of the curve."""
SPECTRUM = 32.0
"""Frequencies are left out where the response is below exp(-SPECTRUM) of that at zero."""
RATIO = 1.35
"""Ratio of neighbouring trial values."""

MOUTH_END = MOUTH


@jit
def real_exponent(i: int, s: float, zones: Zones) -> float:
    """f(s) for real s, nan left of its singularities; of a tank, minus its resistance to entry."""
    psi = s + zones.decay[i]
    if zones.exchange[i] > 0.0:
        stored = s + zones.storage_decay[i]
        if stored + zones.returning[i] <= 0.0:
            return math.nan
        psi += zones.exchange[i] * stored / (stored + zones.returning[i])
    if zones.tank[i]:
        load = zones.area[i] * zones.length[i] * psi + zones.exit[i]
        return -math.log(load) if load > 0.0 else math.nan
    u, d = zones.velocity[i], zones.dispersion[i]
    square = u * u + 4.0 * d * psi
    return -2.0 * psi / (u + math.sqrt(square)) if square > 0.0 else math.nan


@jit
def fading(i: int, omega: float, zones: Zones) -> float:
    """Real part of f(i omega); of a tank, minus the logarithm of the size of its resistance."""
    psi = complex(zones.decay[i], omega)
    if zones.exchange[i] > 0.0:
        stored = complex(zones.storage_decay[i], omega)
        psi += zones.exchange[i] * stored / (stored + zones.returning[i])
    if zones.tank[i]:
        load = zones.area[i] * zones.length[i] * psi + zones.exit[i]
        return -math.log(math.hypot(load.real, load.imag))
    u, d = zones.velocity[i], zones.dispersion[i]
    qr, qi = u * u + 4.0 * d * psi.real, 4.0 * d * psi.imag
    wr = math.sqrt(0.5 * (math.sqrt(qr * qr + qi * qi) + qr))
    return float((u - wr) / (2.0 * d))


@jit
def log_sizes(source: int, grid: Array, real: bool, zones: Zones, table: Array) -> None:
    """Write ln |F| from the source to the head of every zone for each trial value.

    table : (Z, G), nan where nothing comes; where ways meet, the larger counts
    """
    table[:] = math.nan
    table[source] = 0.0
    for i in range(source, table.shape[0]):
        if zones.side_of[i] >= 0:
            for j in range(grid.size):
                table[i, j] = table[zones.side_of[i], j]
        below = zones.below[i]
        if below < 0 or zones.upstream[i]:
            continue
        scale = 1.0 if zones.tank[i] else zones.length[i]
        for j in range(grid.size):
            one = real_exponent(i, grid[j], zones) if real else fading(i, grid[j], zones)
            value = table[i, j] + scale * one
            old = table[below, j]
            table[below, j] = value if math.isnan(old) else max(value, old)


@jit
def find_bounds(
    zone: Index, into: Array, grid: Array, zones: Zones, table: Array, start: Array, bounds: Array
) -> None:
    """Write begin, end [s] and highest frequency [1/s] of the response at every place.

    grid : (3, G) values of theta below zero, above zero, and omega
    table : (3, Z, G) from ``log_sizes``; start : (Z,) ln F(0); bounds : (P, 3)
    """
    size = grid.shape[1]
    for p in range(zone.size):
        i, x = zone[p], into[p]
        if zones.tank[i]:
            x = 1.0
        whole = start[i] + x * real_exponent(i, 0.0, zones)
        begin, end, top = 0.0, math.inf, math.inf
        for j in range(size):
            late = table[0, i, j] + x * real_exponent(i, grid[0, j], zones) - whole
            if not math.isnan(late):
                end = min(end, (TAIL + late) / -grid[0, j])
            early = table[1, i, j] + x * real_exponent(i, grid[1, j], zones) - whole
            begin = max(begin, (-TAIL - early) / grid[1, j])
        before, last = 0.0, 0.0
        for j in range(size):
            faded = whole - (table[2, i, j] + x * fading(i, grid[2, j], zones))
            if faded >= SPECTRUM:
                share = (SPECTRUM - before) / (faded - before)
                top = last + share * (grid[2, j] - last)
                break
            before, last = faded, grid[2, j]
        bounds[p, 0], bounds[p, 1], bounds[p, 2] = begin, end, top


def response_bounds(course: Course, zone: Index, into: Array) -> Array:
    """(P, 3) begin and end [s after a slug] and highest angular frequency [1/s] at each place.

    zone, into : (P,) zone of each place and distance from its head [m]
    """
    zones = course.zones
    fast = float(_time_scale(course))
    slow = float(np.sum(zones.length / zones.velocity * (1.0 + _stored(zones)))) + fast
    count = int(np.ceil(np.log(3e5 * slow / fast) / np.log(RATIO))) + 1
    rate = 1e-3 / slow * RATIO ** np.arange(count)
    grid = np.stack([-rate, rate, 300.0 * rate])
    table = np.empty((3, course.size, count))
    start = np.empty((course.size, 1))
    log_sizes(course.source, np.zeros(1), True, zones, start)
    for row in range(3):
        log_sizes(course.source, grid[row], row < 2, zones, table[row])
    bounds = np.empty((zone.size, 3))
    find_bounds(zone, into, grid, zones, table, start[:, 0], bounds)
    return bounds


def _stored(zones: Zones) -> Array:
    """(Z,) storage area ratio."""
    has = zones.exchange > 0.0
    return np.asarray(np.where(has, zones.exchange / np.where(has, zones.returning, 1.0), 0.0))


def _time_scale(course: Course) -> float:
    """Shortest time that matters: of dispersion against flow near the release [s]."""
    i = course.source
    zones = course.zones
    return float(min(zones.dispersion[i] / zones.velocity[i] ** 2,
                     zones.length[i] / zones.velocity[i] + 1.0))  # fmt: skip
