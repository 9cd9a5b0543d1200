"""What flow routing knows of a river: reaches cut into sections, and tables of their hydraulics."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Hydraulics(NamedTuple):
    """Area and wave diffusion of R reaches against discharge, at K discharges each."""

    discharge: Array
    """(R, K) strictly rising, > 0 [m3/s]."""
    area: Array
    """(R, K, 4) coefficients of the flowing area between a discharge and the next, in powers of
    the share of the way [m2]."""
    slope: Array
    """(R, K) dA/dQ, the time a kinematic wave takes for a metre [s/m]."""
    spread: Array
    """(R, K) Q (dA/dQ)^2 / (2 S0 B), which makes the storage lag or lead [s]."""
    inverse: Array
    """(R, K) 1 / distance to the next discharge, 0 after the last [s/m3]."""


class River(NamedTuple):
    """R reaches from node to node, cut into S sections in the order of the reaches."""

    reach_from: IntArray
    """(R,) node at the head."""
    reach_to: IntArray
    """(R,) node at the foot."""
    share: Array
    """(R,) share of the discharge leaving the node at the head [-]."""
    first: IntArray
    """(R + 1,) first section of each reach."""
    length: Array
    """(S,) [m]"""
    hydraulics: Hydraulics


def tabulate(discharge: Array, area: Array, width: Array, bed_slope: Array) -> Hydraulics:
    """Tables from areas and widths at discharges, to be read with ``area_at`` and in kernels.

    The area is a monotone cubic between the discharges whose slopes are those of the power laws
    through neighbouring points (exact for a power law), limited as Fritsch & Carlson (1980) ask
    for. The celerity of a kinematic wave is dQ/dA (Kleitz and Seddon's law); its diffusion
    Q / (2 S0 B) (Cunge 1969) is kept as ``spread = Q / (2 S0 B c^2)``.

    discharge, area, width : (R, K) rising discharges with area and surface width there
    bed_slope : (R,) S0 [-]

    Raises ValueError where an area does not rise with the discharge.
    """
    step, rise = np.diff(discharge, axis=1), np.diff(area, axis=1)
    if not (np.all(step > 0.0) and np.all(rise > 0.0)):
        raise ValueError("discharge and area must rise from column to column")
    exponent = np.diff(np.log(area), axis=1) / np.diff(np.log(discharge), axis=1)
    inside = 0.5 * (exponent[:, 1:] + exponent[:, :-1])
    at = np.concatenate([exponent[:, :1], inside, exponent[:, -1:]], axis=1)
    slope = at * area / discharge
    secant = rise / step
    least = np.concatenate(
        [secant[:, :1], np.minimum(secant[:, 1:], secant[:, :-1]), secant[:, -1:]], axis=1
    )
    slope = np.minimum(slope, 3.0 * least)
    first, second = slope[:, :-1] * step, slope[:, 1:] * step
    cubic = np.zeros((*discharge.shape, 4))
    cubic[..., 0] = area
    cubic[:, :-1, 1] = first
    cubic[:, :-1, 2] = 3.0 * rise - 2.0 * first - second
    cubic[:, :-1, 3] = first + second - 2.0 * rise
    spread = discharge * slope**2 / (2.0 * bed_slope[:, None] * width)
    inverse = np.zeros_like(discharge)
    inverse[:, :-1] = 1.0 / step
    return Hydraulics(discharge, cubic, slope, spread, inverse)


def area_at(table: Hydraulics, reach: IntArray, discharge: Array) -> Array:
    """(n,) flowing area of reaches at discharges; outside the table as in the kernels [m2]."""
    found = np.empty(discharge.size)
    for row, (number, flow) in enumerate(zip(reach.tolist(), discharge.tolist(), strict=True)):
        known = table.discharge[number]
        if flow <= known[0]:
            found[row] = table.area[number, 0, 0] * flow / known[0]
        elif flow >= known[-1]:
            found[row] = table.area[number, -1, 0] + table.slope[number, -1] * (flow - known[-1])
        else:
            k = int(np.searchsorted(known, flow, side="right")) - 1
            way = (flow - known[k]) / (known[k + 1] - known[k])
            found[row] = np.polynomial.polynomial.polyval(way, table.area[number, k])
    return found


def longest_sections(table: Hydraulics, low: Array, high: Array, time_step: float) -> Array:
    """Length of section that suits a time step and a range of discharges, one per reach [m].

    dx = (c dt + Q / (B S0 c)) / 2, so that the Courant number C = c dt / dx and the cell Reynolds
    number D = Q / (B S0 c dx) add up to 2 or more; from C + D >= 1 on no rise at the head lets
    the foot fall first (Ponce & Theurer 1982). The smallest of the range counts.

    low, high : (R,) range of discharge [m3/s]
    time_step : dt [s]
    """
    suits = (0.5 * time_step + table.spread) / table.slope
    # of the discharges of the table, those of the range and the next ones outside
    below = np.concatenate([table.discharge[:, 1:], np.full((low.size, 1), np.inf)], axis=1)
    above = np.concatenate([np.zeros((low.size, 1)), table.discharge[:, :-1]], axis=1)
    inside = (below > low[:, None]) & (above < high[:, None])
    return np.asarray(np.where(inside, suits, np.inf).min(axis=1))
