"""Temporal moments of breakthrough curves of a conservative substance in a uniform reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .laplace import TransientStorage

Array = NDArray[np.float64]
ReleaseKind = Literal["infinite", "first_type", "third_type"]


@dataclass(frozen=True, slots=True)
class TemporalMoments:
    """Cumulants of the time of passage; arrays of the shape of the distance (...)."""

    mean: Array
    """(...) mean time of passage [s]."""
    variance: Array
    """(...) [s2]."""
    third_cumulant: Array
    """(...) third central moment [s3]."""

    @property
    def skewness(self) -> Array:
        """(...) third cumulant / variance^1.5 [-]."""
        return self.third_cumulant / self.variance**1.5


def temporal_moments(
    distance: ArrayLike,
    velocity: float,
    dispersion_coefficient: float,
    release: ReleaseKind = "first_type",
    storage: TransientStorage | None = None,
) -> TemporalMoments:
    """Mean, variance and third cumulant of the response to an instantaneous release at x = 0.

    Without storage: x/U + n D/U^2, 2 D x/U^3 + v D^2/U^4, 12 D^2 x/U^5 + c D^3/U^6 with (n, v, c) =
    (2, 8, 64) for a slug in an endless reach, (0, 0, 0) for a first-type and (1, 3, 20) for a
    third-type inlet. With conservative storage (b = area ratio, a = exchange coefficient), by
    composition of cumulants: m1 (1+b); m2 (1+b)^2 + 2 m1 b^2/a;
    m3 (1+b)^3 + 6 m2 (1+b) b^2/a + 6 m1 b^3/a^2.

    Parameters
    ----------
    distance : (...) x >= 0 [m]
    velocity : U [m/s]
    dispersion_coefficient : D [m2/s]
    release : kind of release
    storage : transient storage; its decay rate must be 0

    Raises
    ------
    ValueError
        Unknown kind of release, or storage that decays.
    """
    offsets = {
        "infinite": (2.0, 8.0, 64.0),
        "first_type": (0.0, 0.0, 0.0),
        "third_type": (1.0, 3.0, 20.0),
    }
    if release not in offsets:
        raise ValueError(f'unknown release "{release}"; known: {", ".join(offsets)}')
    if storage is not None and storage.decay_rate != 0.0:
        raise ValueError("moments are given for conservative storage only")
    x = np.asarray(distance, dtype=np.float64)
    first, second, third = offsets[release]
    scale = dispersion_coefficient / velocity**2
    travel = x / velocity
    mean = travel + first * scale
    variance = 2.0 * travel * scale + second * scale**2
    cumulant = 12.0 * travel * scale**2 + third * scale**3
    if storage is None or not storage.active:
        return TemporalMoments(mean, variance, cumulant)
    b, a = storage.area_ratio, storage.exchange_coefficient
    return TemporalMoments(
        mean * (1.0 + b),
        variance * (1.0 + b) ** 2 + 2.0 * mean * b**2 / a,
        cumulant * (1.0 + b) ** 3
        + 6.0 * variance * (1.0 + b) * b**2 / a
        + 6.0 * mean * b**3 / a**2,
    )
