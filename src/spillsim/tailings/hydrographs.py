"""Shapes of an outflow over time, without dimensions; their volume is exact.

Time is counted in V / Q and discharge in Q, where V is the volume and Q the peak: what lies under
each shape is then one. Points are joined by straight lines.
"""

from __future__ import annotations

import numpy as np

from .spread import Array

SHAPES = ("triangle", "exponential", "gamma", "constant")
LATEST_PEAK = 1.0
"""The peak comes no later than V / Q, which is half of the base of the triangle."""
_CONSTANTS = 8.0
"""Time constants after which an exponential outflow is brought to zero in a straight line."""
_POINTS = 60
_GAMMA_EXPONENT = 10.0
_GAMMA_END = 3.2
"""Times to peak after which the gamma outflow, then 3e-5 of its peak, is brought to zero."""


def shape_points(shape: str, rise: float = 0.2) -> tuple[Array, Array]:
    """Points of a dimensionless outflow.

    ``triangle``: base 2, peak at ``rise``. ``exponential``: linear rise, then exp(-t / k), after
    TR-66 of the Soil Conservation Service, where k = 1; here k makes the volume right.
    ``gamma``: [(t / t_p) exp(1 - t / t_p)]^10 after ANA and LNEC, whose time to peak follows from
    the volume. ``constant``: even for as long as it takes.

    rise : time to peak over V / Q, above 0 and up to 1; gamma and constant have none

    Returns time (P,) from 0, and discharge (P,)

    Raises ValueError for an unknown shape or a rise outside.
    """
    if shape not in SHAPES:
        raise ValueError(f"there is no shape {shape!r}; possible: {', '.join(SHAPES)}")
    if not 0.0 < rise <= LATEST_PEAK:
        raise ValueError(f"rise must lie above 0 and up to {LATEST_PEAK:g}, not {rise:g}")
    if shape == "constant":
        return np.array([0.0, 1.0]), np.array([1.0, 1.0])
    if shape == "triangle":
        return np.array([0.0, rise, 2.0]), np.array([0.0, 1.0, 0.0])
    if shape == "gamma":
        time = np.linspace(0.0, _GAMMA_END, _POINTS + 5)  # one of the points is the peak itself
        discharge = (time * np.exp(1.0 - time)) ** _GAMMA_EXPONENT
        discharge[-1] = 0.0
        # the volume of the points, not of the curve, is one
        return time / float(np.trapezoid(discharge, time)), discharge
    fall = np.linspace(0.0, _CONSTANTS, _POINTS)
    share = np.exp(-fall)
    share[-1] = 0.0
    constant = (1.0 - 0.5 * rise) / float(np.trapezoid(share, fall))
    time = np.concatenate([[0.0], rise + constant * fall])
    return time, np.concatenate([[0.0], share])


def outflow(shape: str, volume: float, peak: float, rise: float = 0.2) -> tuple[Array, Array]:
    """Points of an outflow that holds exactly a volume.

    volume : [m3]
    peak : [m3/s]
    rise : as in ``shape_points``

    Returns time (P,) from 0 [s] and discharge (P,) [m3/s]

    Raises ValueError where volume or peak is not above zero.
    """
    if not (volume > 0.0 and peak > 0.0):
        raise ValueError("volume and peak must be above zero")
    time, discharge = shape_points(shape, rise)
    return time * (volume / peak), discharge * peak


def lasting(shape: str, rise: float = 0.2) -> float:
    """How long an outflow lasts, over V / Q [-]."""
    return float(shape_points(shape, rise)[0][-1])
