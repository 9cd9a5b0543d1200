"""Exact steady-flow transport on a tree of uniform zones, by Laplace transform.

In a zone C = a exp(-f x) + b exp(-g (L - x)) with f = 2 psi / (U + w), g = (U + w) / (2 D) and
w = sqrt(U2 + 4 D psi), psi(s) = s + k + alpha (s + ks) / (s + ks + alpha / beta) (Bencala &
Walters 1983). Zones of a stem follow each other; where they meet, C and the mass flux
Q C - A D dC/dx are continuous, but for what enters there: the flux of a release, or Q C from the
foot of a tributary. A tributary, like the outlet, ends with dC/dx = 0 (only its water carries
mass into the stem). Solved as one linear system for every s, inverted on a window by a Fourier
series. Independent of the engine: no cells, no steps, own assembly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Source = Callable[[Complex], Complex]


@dataclass(frozen=True)
class Zone:
    """A uniform stretch; ``source`` is what enters at its head, in kg/s, transformed."""

    length: float
    discharge: float
    area: float
    dispersion: float
    decay: float = 0.0
    storage: tuple[float, float] = (0.0, 0.0)
    storage_decay: float = 0.0
    source: Source | None = None
    tributary: Stem | None = None


@dataclass(frozen=True)
class Stem:
    """Zones one behind the other.

    head: "flux" nothing but the source enters; "value": the source is the concentration held
    there; "open": the first zone has no upper end. foot: "free" dC/dx = 0, "open" no lower end.
    """

    zones: Sequence[Zone]
    head: str = "flux"
    foot: str = "open"
    notes: str = field(default="", compare=False)


def pulse_source(mass: float, start: float = 0.0, duration: float = 0.0) -> Source:
    """Transform of an even release, or of a slug where ``duration`` is 0 [kg]."""

    def transform(s: Complex) -> Complex:
        shape = -np.expm1(-s * duration) / (s * duration) if duration > 0.0 else 1.0
        return np.asarray(mass * np.exp(-s * start) * shape)

    return transform


def _roots(zone: Zone, s: Complex) -> tuple[Complex, Complex]:
    """f and g of a zone."""
    psi = s + zone.decay
    beta, alpha = zone.storage
    if beta > 0.0 and alpha > 0.0:
        stored = s + zone.storage_decay
        psi = psi + alpha * stored / (stored + alpha / beta)
    u = zone.discharge / zone.area
    w = np.sqrt(u * u + 4.0 * zone.dispersion * psi)
    rise: Complex = np.asarray((u + w) / (2.0 * zone.dispersion), dtype=np.complex128)
    return np.asarray(2.0 * psi / (u + w)), rise


def _amplitudes(stem: Stem, s: Complex) -> tuple[Complex, list[tuple[Complex, Complex]]]:
    """(K, 2 n) amplitudes a, b of all zones and their roots."""
    zones = stem.zones
    n, k = len(zones), s.size
    roots = [_roots(zone, s) for zone in zones]
    matrix = np.zeros((k, 2 * n, 2 * n), dtype=np.complex128)
    right = np.zeros((k, 2 * n), dtype=np.complex128)

    def ends(i: int) -> tuple[Complex, ...]:
        """Flux per amplitude (a, b) at the head and at the foot, decay over the zone."""
        zone, (f, g) = zones[i], roots[i]
        fall, rise = np.exp(-f * zone.length), np.exp(-g * zone.length)
        ad = zone.area * zone.dispersion
        flux_a, flux_b = zone.discharge + ad * f, zone.discharge - ad * g
        return flux_a, flux_b, fall, rise

    def enters(i: int) -> Complex:
        zone = zones[i]
        value = zone.source(s) if zone.source else np.zeros(k, dtype=np.complex128)
        if zone.tributary is not None:
            value = value + foot_flux(zone.tributary, s)
        return value

    flux_a, flux_b, fall, rise = ends(0)
    if stem.head == "open":
        matrix[:, 0, 0] = 1.0  # nothing decays downstream from infinity
    elif stem.head == "value":
        matrix[:, 0, 0], matrix[:, 0, 1] = 1.0, rise
        right[:, 0] = enters(0)
    else:
        matrix[:, 0, 0], matrix[:, 0, 1] = flux_a, flux_b * rise
        right[:, 0] = enters(0)
    for i in range(n - 1):
        row = 2 * i + 1
        flux_a, flux_b, fall, _ = ends(i)
        next_a, next_b, _, rise = ends(i + 1)
        matrix[:, row, 2 * i], matrix[:, row, 2 * i + 1] = fall, 1.0
        matrix[:, row, 2 * i + 2], matrix[:, row, 2 * i + 3] = -1.0, -rise
        matrix[:, row + 1, 2 * i], matrix[:, row + 1, 2 * i + 1] = -flux_a * fall, -flux_b
        matrix[:, row + 1, 2 * i + 2], matrix[:, row + 1, 2 * i + 3] = next_a, next_b * rise
        right[:, row + 1] = enters(i + 1)
    last = 2 * n - 1
    if stem.foot == "open":
        matrix[:, last, last] = 1.0
    else:
        f, g = roots[-1]
        matrix[:, last, last - 1] = -f * np.exp(-f * zones[-1].length)
        matrix[:, last, last] = g
    amplitude: Complex = np.asarray(
        np.linalg.solve(matrix, right[:, :, None])[:, :, 0], dtype=np.complex128
    )
    return amplitude, roots


def concentration(stem: Stem, distance: float, s: Complex) -> Complex:
    """Transform of C at a distance from the head of the stem."""
    amplitude, roots = _amplitudes(stem, s)
    x = distance
    for i, zone in enumerate(stem.zones):
        if x <= zone.length or i == len(stem.zones) - 1:
            f, g = roots[i]
            down = amplitude[:, 2 * i] * np.exp(-f * x)
            if x > zone.length:  # beyond the last zone, which has no lower end
                return np.asarray(down)
            return np.asarray(down + amplitude[:, 2 * i + 1] * np.exp(-g * (zone.length - x)))
        x -= zone.length
    raise AssertionError


def foot_flux(stem: Stem, s: Complex) -> Complex:
    """Transform of Q C at the foot of a stem that ends freely."""
    assert stem.foot == "free"
    length = sum(zone.length for zone in stem.zones)
    return stem.zones[-1].discharge * concentration(stem, length, s)


def invert(transform: Callable[[Complex], Complex], time: Array, points: int = 1024) -> Array:
    """Original at ``time`` of a curve that lies within (0, 1.25 of the last time).

    Fourier series with period P = 1.25 max(time), damped by exp(-14): what is left of the curve a
    period later enters with a millionth of itself, and round-off grows by no more than a million.
    """
    period = 1.25 * float(time.max())
    damping = 14.0 / period
    frequency = 2.0 * np.pi * np.arange(points) / period
    terms = 2.0 * transform(np.asarray(damping + 1j * frequency, dtype=np.complex128))
    terms[0] *= 0.5
    value = np.zeros(time.shape)
    for block in np.array_split(np.arange(points), max(1, points * time.size // 2**21)):
        value += (np.exp(1j * np.outer(time, frequency[block])) @ terms[block]).real
    return np.asarray(np.exp(damping * time) / period * value)


def curve(stem: Stem, distance: float, time: Array, points: int = 1024) -> Array:
    """C at a distance from the head of the stem [kg/m3]."""
    return invert(lambda s: concentration(stem, distance, s), time, points)
