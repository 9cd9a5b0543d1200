"""Speed, dispersion and dead zones that bring a simulated cloud nearest to one observed curve.

A reach is uniform, its response known in Laplace space; what enters at its head is a slug or the
curve of the station above. Least squares by Levenberg and Marquardt in logarithms, from several
starts, over the concentration per dye that came by: nothing is fitted to the amount of dye.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..analytic import laplace
from .tracer_data import Array, DyeCurve

Complex = NDArray[np.complex128]

FREQUENCIES = 128
"""Of the Fourier series on a window some 30 standard deviations long."""
DAMPING = 14.0
"""What lies a window later is felt by exp(-DAMPING)."""
ITERATIONS = 60
STARTS = ((0.02, 1.0), (0.1, 0.3), (0.1, 1.5), (0.5, 0.5))
"""Area ratio, and time in a dead zone over the standard deviation of the curve."""
LIMITS = ((0.2, 5.0), (0.1, 10.0), (1e-3, 5.0), (1e-2, 20.0))
"""Of the unknowns over their natural size: mean time, dispersion, area ratio, time in storage."""


@dataclass(frozen=True)
class Fitted:
    """A uniform reach."""

    velocity: float
    """Of the flowing water [m/s]."""
    dispersion: float
    """[m2/s]"""
    area_ratio: float
    exchange: float
    """[1/s]"""
    misfit: float = 0.0
    """Root mean square residual over the observed peak [-]."""

    @property
    def speed(self) -> float:
        """Of the centre of a cloud, dead zones counted [m/s]."""
        return self.velocity / (1.0 + self.area_ratio)

    @property
    def storage(self) -> tuple[float, float]:
        """Area ratio and exchange coefficient."""
        return self.area_ratio, self.exchange

    @property
    def zone(self) -> laplace.StreamZone:
        """As the transforms need it."""
        dead = laplace.TransientStorage(self.area_ratio, self.exchange)
        return laplace.StreamZone(self.velocity, self.dispersion, storage=dead)


@dataclass(frozen=True)
class _Window:
    """Fourier series on a stretch of time, ready for many transforms."""

    s: Complex
    basis: Complex
    """(T, K) the density is the real part of basis times transform."""


def _window(curve: DyeCurve) -> _Window:
    """The observed times, with room before and behind for the simulated curve."""
    seen = curve.marks
    begin = max(0.0, seen.arrival - 3.0 * seen.duration)
    length = float(curve.time[-1]) + 3.0 * seen.duration - begin
    s = np.asarray((DAMPING + 2j * np.pi * np.arange(FREQUENCIES)) / length, dtype=np.complex128)
    since = np.maximum(curve.time - begin, 0.0)
    basis = np.exp(since[:, None] * s[None] + s[None] * begin) * (2.0 / length)
    basis[:, 0] *= 0.5
    basis[curve.time < begin] = 0.0
    return _Window(s, np.asarray(basis, dtype=np.complex128))


def inlet_transform(curve: DyeCurve, s: Complex) -> Complex:
    """Laplace transform of an observed density, linear between its points."""
    time, value = curve.time, curve.density
    slope = np.diff(value) / np.diff(time)
    kinks = np.diff(slope, prepend=0.0, append=0.0)
    # integrated by parts: jumps at the ends, kinks in between
    grown = np.exp(-s[:, None] * time[None])
    jumps = value[0] * grown[:, 0] - value[-1] * grown[:, -1]
    return np.asarray(jumps / s + grown @ kinks / s**2)


def fit(curve: DyeCurve, above: DyeCurve | None = None) -> Fitted:
    """Fit the reach above a curve: down from the injection, or from the curve of a station above.

    Raises
    ------
    ArithmeticError
        No start led to a fit.
    """
    window, seen = _window(curve), curve.density
    length, mean = curve.section.distance, curve.mean_time
    variance = _variance(curve)
    source: Complex | float = 1.0
    if above is not None:
        length, mean = length - above.section.distance, mean - above.mean_time
        variance = max(variance - _variance(above), 0.1 * variance)
        source = inlet_transform(above, window.s)
    size = np.array([mean, variance * (length / mean) ** 3 / (2.0 * length), 1.0, variance**0.5])
    transform = laplace.third_type if above is None else laplace.first_type

    def reach(logs: Array) -> Fitted:
        time, dispersion, ratio, stay = (np.exp(logs) * size).tolist()
        return Fitted(length * (1.0 + ratio) / time, dispersion, ratio, ratio / stay)

    def residual(logs: Array) -> Array:
        answer = source * transform(window.s, length, reach(logs).zone)
        # not a matrix product: so small a one is slowed down by the threads of the library
        missed = (window.basis * answer).real.sum(axis=1) - seen
        return np.asarray(missed / seen.max())

    best = min(
        (_least_squares(residual, np.log([1.0, 0.5, ratio, stay])) for ratio, stay in STARTS),
        key=lambda found: found[1],
    )
    if not np.isfinite(best[1]):
        raise ArithmeticError(f"nothing fits {curve.name}")
    found = reach(best[0])
    return Fitted(
        found.velocity, found.dispersion, found.area_ratio, found.exchange,
        float(np.sqrt(best[1] / curve.time.size)),
    )  # fmt: skip


def _variance(curve: DyeCurve) -> float:
    """Of the times of passage [s2]."""
    weight = curve.density * (curve.time - curve.mean_time) ** 2
    return float(np.trapezoid(weight, curve.time))


def _least_squares(residual: Callable[[Array], Array], start: Array) -> tuple[Array, float]:
    """Levenberg (1944) and Marquardt (1963) within ``LIMITS``; the point and its sum of squares."""
    low, high = np.log(np.array(LIMITS)).T
    at, damping = _inside(start, low, high), 1e-2
    here = residual(at)
    squares = float(here @ here)
    for _ in range(ITERATIONS):
        step = 1e-5
        slopes = np.stack([(residual(at + step * e) - here) / step for e in np.eye(at.size)], 1)
        normal, down = slopes.T @ slopes, slopes.T @ here
        better = False
        while not better and damping < 1e8:
            scaled = normal + damping * np.diag(np.diag(normal) + 1e-12)
            trial = _inside(at - np.linalg.solve(scaled, down), low, high)
            there = residual(trial)
            reached = float(there @ there)
            better = reached < squares
            damping *= 0.3 if better else 4.0
        if not better:
            break
        small = squares - reached < 1e-5 * squares
        at, here, squares = trial, there, reached
        if small:
            break
    return at, squares


def _inside(at: Array, low: Array, high: Array) -> Array:
    """The nearest point at which an unknown is no further off than looked for."""
    return np.minimum(np.maximum(at, low), high)
