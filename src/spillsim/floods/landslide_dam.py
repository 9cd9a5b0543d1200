"""A landslide blocks a river: how large the flood is when the dam breaks, and its shape."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

REGRESSIONS = {"dam_factor": (181.0, 0.43, 1.29), "volume": (672.0, 0.56, 1.42),
               "height": (6.3, 1.59, 1.47)}  # fmt: skip
"""Coefficient, exponent and standard error (share of the estimate) of Costa (1985), table 7."""
_EXPONENTIAL = 8.0
"""Time constants after which an exponential outflow is brought to zero in a straight line."""
_POINTS = 60


def breach_peak(height: float | None = None, volume: float | None = None) -> float:
    """Peak outflow of a landslide dam that breaks [m3/s].

    Regressions on observed landslide dams by Costa (1985), U.S. Geological Survey Open-File
    Report 85-560, table 7: Q = 181 (H V)^0.43 where both are known, else Q = 672 V^0.56 or
    Q = 6.3 H^1.59, with H the height of the dam in m and V the volume of the lake in 10^6 m3.
    Their standard errors are 129, 142 and 147 % of the estimate.

    height : of the dam [m]
    volume : of the lake [m3]

    Raises ValueError where both are missing or one is not above zero.
    """
    return breach_peak_range(height, volume)[0]


def breach_peak_range(
    height: float | None = None, volume: float | None = None
) -> tuple[float, float, str]:
    """Peak outflow [m3/s], its standard error as a share of it, and which regression gave it."""
    given = [value for value in (height, volume) if value is not None]
    if not given or not all(value > 0.0 for value in given):
        raise ValueError("a height or a volume above zero is needed")
    if height is not None and volume is not None:
        name, factor = "dam_factor", height * volume / 1e6
    elif volume is not None:
        name, factor = "volume", volume / 1e6
    else:
        assert height is not None
        name, factor = "height", height
    coefficient, exponent, error = REGRESSIONS[name]
    return coefficient * factor**exponent, error, name


def breach_outflow(
    volume: float, peak: float, shape: Literal["triangular", "exponential"] = "triangular",
    rise: float = 1.0 / 3.0,
) -> tuple[Array, Array]:  # fmt: skip
    """Outflow that empties a lake, joined by straight lines; its volume is exactly that given.

    ``triangular``: base 2 V / Q, of which the rise takes a share. ``exponential``: the same rise,
    then Q exp(-t / k).

    volume : of the lake [m3]
    peak : [m3/s]
    rise : time to peak over 2 V / Q, above 0 and below 1 [-]

    Returns time (P,) [s] and discharge (P,) [m3/s], zero at both ends

    Raises ValueError where volume or peak is not above zero or rise lies outside.
    """
    if not (volume > 0.0 and peak > 0.0 and 0.0 < rise < 1.0):
        raise ValueError("volume and peak must be above zero, rise between 0 and 1")
    lasts = 2.0 * volume / peak
    to_peak = rise * lasts
    if shape == "triangular":
        return np.array([0.0, to_peak, lasts]), np.array([0.0, peak, 0.0])
    fall = np.linspace(0.0, _EXPONENTIAL, _POINTS)
    share = np.exp(-fall)
    share[-1] = 0.0
    # the points' own volume, not the curve's, is that of the lake
    constant = (volume - 0.5 * peak * to_peak) / (peak * float(np.trapezoid(share, fall)))
    time = np.concatenate([[0.0], to_peak + constant * fall])
    return time, np.concatenate([[0.0], peak * share])


def filling_time(volume: float, inflow: float, seepage: float = 0.0) -> float:
    """Time in which a steady inflow fills a lake behind a dam that lets a share through [s].

    Infinite where all of it passes.
    """
    held = inflow * (1.0 - seepage)
    return volume / held if held > 0.0 else math.inf
