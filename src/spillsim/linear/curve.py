"""Curves known at even times as smooth functions that can be integrated exactly."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SmoothCurve:
    """The cubic spline through samples at 0, h, 2 h, ...; zero before, level at its beginning."""

    interval: float
    """Time between samples h [s]."""
    pieces: Array
    """(4, S, T - 1) coefficients of 1, u, u2, u3 in each piece, u the time into it."""
    before: Array
    """(2, S, T) first and second integral from 0 to each sample."""

    @property
    def end(self) -> float:
        """Last time at which the curve is known [s]."""
        return float(self.interval * self.pieces.shape[2])

    def at(self, time: Array, integrals: int = 0) -> Array:
        """(S, n) the curve, or its first or second integral over time from 0, at times.

        Times must not lie beyond ``end``; before 0 all are zero.
        """
        last = self.pieces.shape[2] - 1
        piece = np.floor(time / self.interval + 1e-9).astype(np.int64)
        piece = np.minimum(np.maximum(piece, 0), last)
        into = time - self.interval * piece
        found = np.zeros((self.pieces.shape[1], time.size))
        for power in (3, 2, 1, 0):
            share = factorial(power) / factorial(power + integrals)
            found = found * into + share * self.pieces[power][:, piece]
        found = found * into**integrals
        if integrals == 1:
            found += self.before[0][:, piece]
        elif integrals == 2:
            found += self.before[1][:, piece] + self.before[0][:, piece] * into
        return np.where(time > 0.0, found, 0.0) if integrals else np.where(time < 0.0, 0.0, found)


def smooth_curve(interval: float, samples: Array) -> SmoothCurve:
    """Lay a cubic spline through samples; level at the first, without bend at the last.

    Parameters
    ----------
    interval : time between samples [s]
    samples : (S, T) values, T >= 2
    """
    slope = _slopes(samples)
    rise = np.diff(samples, axis=1)
    first, last = slope[:, :-1], slope[:, 1:]
    scaled = (samples[:, :-1], first, 3.0 * rise - 2.0 * first - last, first + last - 2.0 * rise)
    pieces = np.stack([part / interval**power for power, part in enumerate(scaled)])
    once = sum(pieces[p] * interval ** (p + 1) / (p + 1) for p in range(4))
    first_integral = _summed(np.asarray(once))
    twice = sum(pieces[p] * interval ** (p + 2) / ((p + 1) * (p + 2)) for p in range(4))
    second_integral = _summed(np.asarray(twice) + first_integral[:, :-1] * interval)
    return SmoothCurve(interval, pieces, np.stack([first_integral, second_integral]))


def _summed(parts: Array) -> Array:
    return np.concatenate([np.zeros((parts.shape[0], 1)), np.cumsum(parts, axis=1)], axis=1)


def _slopes(samples: Array) -> Array:
    """(S, T) slopes per interval at which neighbouring pieces have the same curvature.

    s_(i-1) + 4 s_i + s_(i+1) = 3 (c_(i+1) - c_(i-1)), solved from above and back; the pivots of the
    elimination soon reach 2 + sqrt(3) and do not depend on the samples.
    """
    count = samples.shape[1]
    right = np.zeros_like(samples)
    right[:, 1:-1] = 3.0 * (samples[:, 2:] - samples[:, :-2])
    right[:, -1] = 3.0 * (samples[:, -1] - samples[:, -2])
    # the first row says s_0 = 0, the last one s_before + 2 s = 3 (last rise)
    pivot = np.full(count, 4.0)
    pivot[-1] = 2.0
    for i in range(2, count):
        pivot[i] -= 1.0 / pivot[i - 1]
        right[:, i] -= right[:, i - 1] / pivot[i - 1]
    slope = right
    slope[:, -1] /= pivot[-1]
    for i in range(count - 2, 0, -1):
        slope[:, i] = (slope[:, i] - slope[:, i + 1]) / pivot[i]
    slope[:, 0] = 0.0
    return slope
