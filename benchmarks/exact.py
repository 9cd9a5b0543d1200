"""Exact breakthrough curves of a uniform river below a rectangular pulse.

The equations are the advection-dispersion equation with transient storage and decay
(Bencala and Walters 1983, eqs. 1 and 2)

    dc/dt   = -U dc/dx + D d2c/dx2 + alpha (c_s - c) - k c
    dc_s/dt = (alpha / beta) (c - c_s) - k_s c_s

on 0 <= x < infinity with a third-type inlet, ``U c - D dc/dx = U c_0(t)`` at x = 0 (the mass
that enters is known), or a first-type one, ``c = c_0(t)``.  In the Laplace domain

    c(x, s) = f exp(-2 eta x / (U + q)) c_0(s),     q = sqrt(U^2 + 4 D eta),
    eta(s)  = s + k + alpha (s + k_s) / (s + k_s + alpha / beta),

with f = 2 U / (U + q) below a third-type and f = 1 below a first-type inlet.

All singularities lie left of the imaginary axis, and the curve is negligible outside a known
window, so the curve is the Fourier series of its periodic continuation over that window: the
only error is what the window cuts off (below 1e-12 of the peak) and round-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc, erfcx  # type: ignore[import-untyped]

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

_TERMS_AT_ONCE = 1 << 21
_MOST_TERMS = 1 << 16
_NEGLIGIBLE = 1e-16


@dataclass(frozen=True)
class UniformRiver:
    """A uniform river and the pulse that enters at its head; SI units.

    ``area_ratio`` is the storage area over the channel area; without exchange the storage
    values have no effect.  ``inlet_type`` is 3 where the mass that enters is given, 1 where the
    concentration at the head is: solvers are scored against the inlet they were given.
    """

    velocity: float
    dispersion_coefficient: float
    cross_section_area: float
    mass: float
    pulse_duration: float
    exchange_coefficient: float = 0.0
    area_ratio: float = 0.0
    decay_rate: float = 0.0
    storage_decay_rate: float = 0.0
    inlet_type: Literal[1, 3] = 3

    @property
    def discharge(self) -> float:
        """Discharge [m3/s]."""
        return self.velocity * self.cross_section_area

    @property
    def return_rate(self) -> float:
        """Rate constant of the return from storage, alpha / beta [1/s]."""
        return self.exchange_coefficient / self.area_ratio if self.exchange_coefficient else 0.0


def _eta(river: UniformRiver, s: ComplexArray) -> ComplexArray:
    eta = s + river.decay_rate
    if river.exchange_coefficient:
        lost = s + river.storage_decay_rate
        eta = eta + river.exchange_coefficient * lost / (lost + river.return_rate)
    return eta


def transform(river: UniformRiver, distance: float, s: ComplexArray) -> ComplexArray:
    """Laplace transform of the resident concentration at `distance` [kg s/m3].

    s : (K,) Laplace variable, real part >= 0; 0 is allowed [1/s]
    """
    velocity = river.velocity
    eta = _eta(river, s)
    q = np.sqrt(velocity**2 + 4.0 * river.dispersion_coefficient * eta)
    phase = s * river.pulse_duration
    small = np.abs(phase) < 1e-8
    safe = np.where(small, 1.0, phase)
    pulse = np.where(small, 1.0 - 0.5 * phase, -np.expm1(-safe) / safe)
    entering = river.mass / river.discharge * pulse
    carried = np.exp(-2.0 * eta * distance / (velocity + q))
    if river.inlet_type == 1:
        return np.asarray(carried * entering)
    return np.asarray(2.0 * velocity / (velocity + q) * carried * entering)


def _window(river: UniformRiver, distance: float) -> tuple[float, float]:
    """Start and end [s] of the time outside which the curve is negligible, from its moments."""
    velocity, dispersion = river.velocity, river.dispersion_coefficient
    eta = float(_eta(river, np.zeros(1, dtype=np.complex128))[0].real)
    slope, bend, tail = 1.0, 0.0, 0.0
    if river.exchange_coefficient:
        rate = river.return_rate
        total = rate + river.storage_decay_rate
        slope += river.exchange_coefficient * rate / total**2
        bend = -2.0 * river.exchange_coefficient * rate / total**3
        tail = 40.0 / total
    q = float(np.sqrt(velocity**2 + 4.0 * dispersion * eta))
    inlet = 2.0 * dispersion / (q * (velocity + q)) * slope
    mean = slope / q * distance + inlet + 0.5 * river.pulse_duration
    variance = distance * (2.0 * dispersion / q**3 * slope**2 - bend / q)
    variance += river.pulse_duration**2 / 12.0 + 4.0 * inlet**2
    deviation = float(np.sqrt(variance))
    tail += 40.0 * 4.0 * dispersion / q**2 * slope
    start = max(0.0, mean - 12.0 * deviation - river.pulse_duration)
    return start, mean + 14.0 * deviation + tail + river.pulse_duration


def _series(river: UniformRiver, distance: float) -> tuple[float, float, ComplexArray, Array]:
    """Window start, window length, Fourier coefficients and angular frequencies of the curve."""
    start, end = _window(river, distance)
    period = end - start
    count = 64
    while True:
        frequency: Array = (2.0 * np.pi / period) * np.arange(count, dtype=np.float64)
        s = np.asarray(1j * frequency, dtype=np.complex128)
        coefficient: ComplexArray = transform(river, distance, s) * np.exp(s * start)
        size = np.abs(coefficient)
        if size[-4:].max() < _NEGLIGIBLE * size[0]:
            break
        if count >= _MOST_TERMS:
            raise ArithmeticError(
                f"Fourier series at {distance:g} m has not converged with {count} terms; "
                "the station is too close to the inlet for this method"
            )
        count *= 2
    keep = int(np.flatnonzero(size >= _NEGLIGIBLE * size[0])[-1]) + 1
    weight = np.full(keep, 2.0 / period)
    weight[0] = 1.0 / period
    return start, period, coefficient[:keep] * weight, frequency[:keep]


def _sum_series(coefficient: ComplexArray, frequency: Array, time: Array) -> Array:
    """Real part of the Fourier sum at each time, in blocks that stay small in memory."""
    result = np.empty(time.size)
    block = max(1, _TERMS_AT_ONCE // frequency.size)
    for first in range(0, time.size, block):
        part = slice(first, first + block)
        result[part] = (np.exp(1j * np.outer(time[part], frequency)) @ coefficient).real
    return result


def concentration(river: UniformRiver, distance: float, time: Array) -> Array:
    """Resident concentration at `distance` [kg/m3].

    time : (T,) times since the start of the pulse, any order [s]
    returns : (T,) concentration; exactly 0 outside the window in which the curve lies
    """
    start, period, coefficient, frequency = _series(river, distance)
    since = np.asarray(time, dtype=np.float64) - start
    inside = (since >= 0.0) & (since <= period)
    result = np.zeros(since.shape)
    result[inside] = _sum_series(coefficient, frequency, since[inside])
    return result


def integral(river: UniformRiver, distance: float, time: Array) -> Array:
    """Time integral of the resident concentration from the start of the pulse [kg s/m3].

    time : (T,) upper limits [s]
    """
    start, period, coefficient, frequency = _series(river, distance)
    since = np.asarray(time, dtype=np.float64) - start
    within = np.minimum(np.maximum(since, 0.0), period)
    wave = coefficient[1:] / (1j * frequency[1:])
    mean = float(coefficient[0].real)
    return _sum_series(wave, frequency[1:], within) - float(wave.sum().real) + mean * within


def interval_mean(river: UniformRiver, distance: float, edges: Array) -> Array:
    """Mean resident concentration over each interval between consecutive `edges` [kg/m3].

    edges : (T + 1,) increasing times [s]
    returns : (T,) means
    """
    return np.diff(integral(river, distance, edges)) / np.diff(edges)


def _step_response(river: UniformRiver, distance: float, time: Array) -> Array:
    """Relative concentration under a constant inlet; van Genuchten and Alves (1982), A1 and A2.

    The product exp(U x / D) erfc(z) is formed with erfcx, which cannot overflow.
    """
    velocity, dispersion = river.velocity, river.dispersion_coefficient
    result = np.zeros(time.shape)
    after = time > 0.0
    t = time[after]
    root = 2.0 * np.sqrt(dispersion * t)
    behind = (distance - velocity * t) / root
    ahead = (distance + velocity * t) / root
    bell = np.exp(-(behind**2))
    if river.inlet_type == 1:
        result[after] = 0.5 * (erfc(behind) + bell * erfcx(ahead))
        return result
    grown = 1.0 + velocity * distance / dispersion + velocity**2 * t / dispersion
    result[after] = (
        0.5 * erfc(behind)
        + np.sqrt(velocity**2 * t / (np.pi * dispersion)) * bell
        - 0.5 * grown * bell * erfcx(ahead)
    )
    return result


def closed_form(river: UniformRiver, distance: float, time: Array) -> Array:
    """Resident concentration without storage and decay, in closed form [kg/m3].

    Serves as the independent check of `concentration`.

    time : (T,) times since the start of the pulse [s]
    Raises ValueError when the river has storage or decay.
    """
    if river.exchange_coefficient or river.decay_rate:
        raise ValueError("the closed form holds without storage and decay only")
    entering = river.mass / (river.discharge * river.pulse_duration)
    late = _step_response(river, distance, time - river.pulse_duration)
    return entering * (_step_response(river, distance, time) - late)
