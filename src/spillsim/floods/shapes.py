"""Shapes of flood hydrographs: points that are joined by straight lines."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

SCS_RECESSION = 5.0 / 3.0
"""Recession over time to peak of the triangle of the SCS (Mockus 1957)."""
SCS_SHAPE = 3.696876422824471
"""Exponent of the gamma shape with the peak of that triangle: peak * time to peak / volume = 3/4.

Solves m^(m + 1) exp(-m) / gamma(m + 1) = 3/4.
"""
_ENDS = 1e-3
"""Share of the rise in discharge at which the gamma shape is cut off."""
_POINTS = 160


def triangular_hydrograph(
    base: float, peak: float, time_to_peak: float, recession: float = SCS_RECESSION
) -> tuple[Array, Array]:
    """A rise and a fall in straight lines, as the triangle of the SCS (Mockus 1957).

    Its volume above the base flow is (peak - base) * time_to_peak * (1 + recession) / 2.

    base, peak : discharge [m3/s]
    time_to_peak : [s]
    recession : duration of the fall over that of the rise [-]

    Returns time (3,) [s] and discharge (3,) [m3/s]
    """
    time = time_to_peak * np.array([0.0, 1.0, 1.0 + recession])
    return time, np.array([base, peak, base])


def gamma_hydrograph(
    base: float, peak: float, time_to_peak: float, shape: float = SCS_SHAPE
) -> tuple[Array, Array]:
    """Q = base + (peak - base) [s exp(1 - s)]^m with s = t / time_to_peak.

    The response of a cascade of m + 1 equal linear reservoirs (Nash 1957), scaled to a peak. Its
    volume above the base flow is (peak - base) time_to_peak (e / m)^m gamma(m + 1) / m; that of
    the points differs by less than 0.1 %.

    base, peak : discharge [m3/s]
    time_to_peak : [s]
    shape : exponent m, larger is steeper [-]

    Returns time (P,) [s] and discharge (P,) [m3/s]; the peak is a point, both ends are at base
    """
    last = _end_of_recession(shape)
    rise = np.linspace(0.0, 1.0, _POINTS // 3)
    # evenly in the square root: dense at the peak, wide where the fall is nearly straight
    fall = 1.0 + (last - 1.0) * np.linspace(0.0, 1.0, _POINTS)[1:] ** 1.5
    at = np.concatenate([rise, fall])
    share = (at * np.exp(1.0 - at)) ** shape
    share[-1] = 0.0
    return time_to_peak * at, base + (peak - base) * share


def _end_of_recession(shape: float) -> float:
    """Time over time to peak at which a gamma shape has fallen to ``_ENDS``."""
    low, high = 1.0, 2.0
    while shape * (math.log(high) + 1.0 - high) > math.log(_ENDS):
        high *= 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = shape * (math.log(middle) + 1.0 - middle) > math.log(_ENDS)
        low, high = (middle, high) if above else (low, middle)
    return high


def triangular_recession(volume_ratio: float) -> float:
    """Recession of the triangle with a volume above the base flow.

    volume_ratio : volume / ((peak - base) time_to_peak) [-]

    Raises ValueError where the rise alone holds as much.
    """
    if not volume_ratio > 0.5:
        raise ValueError("the rise to the peak alone takes a larger volume")
    return 2.0 * volume_ratio - 1.0


def gamma_shape(volume_ratio: float) -> float:
    """Exponent m of the gamma shape with a volume above the base flow, by bisection.

    volume_ratio : volume / ((peak - base) time_to_peak) = (e / m)^m gamma(m + 1) / m [-]

    Raises ValueError outside of the shapes between m = 0.1 and 200.
    """

    def ratio(log_shape: float) -> float:
        m = math.exp(log_shape)
        return math.exp(m - m * log_shape + math.lgamma(m + 1.0)) / m

    low, high = math.log(0.1), math.log(200.0)
    if not ratio(high) <= volume_ratio <= ratio(low):
        raise ValueError(
            f"the volume must be between {ratio(high):.3g} and {ratio(low):.3g} times the rise in "
            "discharge times the time to peak"
        )
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if ratio(middle) > volume_ratio else (low, middle)
    return math.exp(high)


def scaled(discharge: ArrayLike, base: float, peak: float) -> Array:
    """A hydrograph stretched so that its lowest value is the base flow and its highest the peak.

    discharge : (P,) [m3/s]

    Raises ValueError where all values are equal.
    """
    given = np.asarray(discharge, dtype=np.float64)
    lowest, highest = float(given.min()), float(given.max())
    if not highest > lowest:
        raise ValueError("the hydrograph has the same discharge all the time")
    share = (given - lowest) / (highest - lowest)
    return np.asarray(base * (1.0 - share) + peak * share)


def volume_above(time: ArrayLike, discharge: ArrayLike, base: float = 0.0) -> float:
    """Volume of a hydrograph of straight lines above a base flow [m3], exact.

    time : (P,) rising [s]
    discharge : (P,) [m3/s]
    """
    return float(np.trapezoid(np.asarray(discharge, dtype=np.float64) - base, np.asarray(time)))
