"""Curves as Fourier series on windows of their own, and their values at any time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compiler import jit
from .river import Array, Index

Complex = NDArray[np.complex128]

NOISE = 4e-15
"""Share of the sum of the sizes of its terms below which a curve is not told from zero."""


@jit
def add_rows(
    coefficient: Complex, start: Array, period: float, integral: bool, row: Index, time: Array,
    value: Array,
) -> None:  # fmt: skip
    """Add G series with windows of one length, or their integrals, to rows of ``value``.

    A curve is zero before and after its window, and where it does not stand out from the rounding
    of its sum; its integral stays at what has passed.

    coefficient : (G, K); start, row : (G,); time : (T,) increasing; value : (V, T)
    """
    base = 2.0 * math.pi / period
    size = coefficient.shape[1]
    for g in range(coefficient.shape[0]):
        whole = coefficient[g, 0].real
        constant = 0.0
        noise = 0.0
        for k in range(size):
            noise += abs(coefficient[g, k].real) + abs(coefficient[g, k].imag)
        noise *= NOISE
        if integral:
            for k in range(1, size):
                constant += coefficient[g, k].imag / (k * base)
        for t in range(time.size):
            since = time[t] - start[g]
            if since <= 0.0:
                continue
            if since >= period:
                if not integral:
                    break
                value[row[g], t] += whole * period
                continue
            # Horner's scheme in exp(i base t); the integral divides the k-th term by i k base
            angle = base * since
            zr, zi = math.cos(angle), math.sin(angle)
            ar, ai = 0.0, 0.0
            for k in range(size - 1, 0, -1):
                cr, ci = coefficient[g, k].real, coefficient[g, k].imag
                if integral:
                    cr, ci = ci / (k * base), -cr / (k * base)
                ar += cr
                ai += ci
                ar, ai = ar * zr - ai * zi, ar * zi + ai * zr
            if integral:
                value[row[g], t] += ar - constant + whole * since
            elif abs(ar + whole) > noise:
                value[row[g], t] += ar + whole


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
        """(T,) the curve at increasing times."""
        return self._values(time, False)

    def integral(self, time: Array) -> Array:
        """(T,) its integral up to each of increasing times."""
        return self._values(time, True)

    def _values(self, time: Array, integral: bool) -> Array:
        value = np.zeros((1, time.size))
        row = np.zeros(1, dtype=np.int64)
        start = np.array([self.start])
        add_rows(self.coefficient[None], start, self.period, integral, row, time, value)
        return np.asarray(value[0])
