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


LANES = 16
"""Times that are summed up together."""


@jit
def sum_block(
    coefficient: Complex, base: float, integral: bool, since: Array, count: int, work: Array
) -> None:
    """Sum the oscillating terms of a series, or of its integral, at up to ``LANES`` times.

    Horner's scheme in exp(i base t); the integral divides the k-th term by i k base. The sums are
    left in the third part of ``work``, (4 LANES,).
    """
    for j in range(LANES):
        angle = base * since[min(j, count - 1)]
        work[j], work[LANES + j] = math.cos(angle), math.sin(angle)
        work[2 * LANES + j] = work[3 * LANES + j] = 0.0
    for k in range(coefficient.size - 1, 0, -1):
        cr, ci = coefficient[k].real, coefficient[k].imag
        if integral:
            cr, ci = ci / (k * base), -cr / (k * base)
        for j in range(LANES):
            zr, zi = work[j], work[LANES + j]
            ar, ai = work[2 * LANES + j] + cr, work[3 * LANES + j] + ci
            work[2 * LANES + j] = ar * zr - ai * zi
            work[3 * LANES + j] = ar * zi + ai * zr


@jit
def fill_rows(
    coefficient: Complex, start: Array, period: float, integral: bool, row: Index, time: Array,
    value: Array, work: Array,
) -> None:  # fmt: skip
    """As ``add_rows``, with (5 LANES,) of scratch."""
    base = 2.0 * math.pi / period
    size = coefficient.shape[1]
    since = work[4 * LANES :]
    for g in range(coefficient.shape[0]):
        own = coefficient[g]
        whole = own[0].real
        constant, noise = 0.0, 0.0
        for k in range(size):
            noise += abs(own[k].real) + abs(own[k].imag)
            if integral and k > 0:
                constant += own[k].imag / (k * base)
        noise *= NOISE
        t = 0
        while t < time.size and time[t] <= start[g]:
            t += 1
        while t < time.size and time[t] - start[g] < period:
            count = 0
            while count < LANES and t + count < time.size and time[t + count] - start[g] < period:
                since[count] = time[t + count] - start[g]
                count += 1
            sum_block(own, base, integral, since, count, work)
            for j in range(count):
                found = work[2 * LANES + j]
                if integral:
                    value[row[g], t + j] += found - constant + whole * since[j]
                elif abs(found + whole) > noise:
                    value[row[g], t + j] += found + whole
            t += count
        while integral and t < time.size:
            value[row[g], t] += whole * period
            t += 1


def add_rows(
    coefficient: Complex, start: Array, period: float, integral: bool, row: Index, time: Array,
    value: Array,
) -> None:  # fmt: skip
    """Add G series with windows of one length, or their integrals, to rows of ``value``.

    A curve is zero before and after its window, and where it does not stand out from the rounding
    of its sum; its integral stays at what has passed.

    coefficient : (G, K); start, row : (G,); time : (T,) increasing; value : (V, T)
    """
    work = np.empty(5 * LANES)
    fill_rows(coefficient, start, period, integral, row, time, value, work)


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
