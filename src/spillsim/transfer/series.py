"""Curves as Fourier series on windows of their own, and their values at any time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compiler import jit
from .river import Array

Complex = NDArray[np.complex128]


@jit
def add_values(
    coefficient: Complex, start: float, period: float, integral: bool, time: Array, value: Array
) -> None:
    """Add a series, or its integral over time from its start, to ``value``.

    The curve is zero before and after its window; its integral stays at what has passed.
    """
    base = 2.0 * math.pi / period
    size = coefficient.size
    whole = coefficient[0].real
    constant = 0.0
    if integral:
        for k in range(1, size):
            constant += coefficient[k].imag / (k * base)
    for t in range(time.size):
        since = time[t] - start
        if since <= 0.0 or (since >= period and not integral):
            continue
        if since >= period:
            value[t] += whole * period
            continue
        # Horner's scheme in exp(i base t); the integral divides the k-th term by i k base
        angle = base * since
        zr, zi = math.cos(angle), math.sin(angle)
        ar, ai = 0.0, 0.0
        for k in range(size - 1, 0, -1):
            cr, ci = coefficient[k].real, coefficient[k].imag
            if integral:
                cr, ci = ci / (k * base), -cr / (k * base)
            ar += cr
            ai += ci
            ar, ai = ar * zr - ai * zi, ar * zi + ai * zr
        if integral:
            value[t] += ar - constant + whole * since
        else:
            value[t] += ar + whole


@dataclass(frozen=True)
class Series:
    """A curve that is negligible outside a window."""

    start: float
    """Begin of the window [s]."""
    period: float
    """Its length [s]."""
    coefficient: Complex
    """(K,) the curve is the sum of Re c_k exp(2 pi i k (t - start) / period)."""

    @property
    def total(self) -> float:
        """Integral over all time."""
        return float(self.coefficient[0].real) * self.period

    def at(self, time: Array) -> Array:
        """(T,) the curve."""
        value = np.zeros(time.shape)
        add_values(self.coefficient, self.start, self.period, False, time, value)
        return value

    def integral(self, time: Array) -> Array:
        """(T,) its integral up to each time."""
        value = np.zeros(time.shape)
        add_values(self.coefficient, self.start, self.period, True, time, value)
        return value
