"""What flow routing knows of a river: reaches cut into sections, and tables of their hydraulics."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Hydraulics(NamedTuple):
    """Area and celerity of R reaches against discharge, at K discharges each."""

    discharge: Array
    """(R, K) strictly rising, > 0 [m3/s]."""
    area: Array
    """(R, K, 4) coefficients of the flowing area between a discharge and the next, in powers of
    the share of the way [m2]."""
    slope: Array
    """(R, K) dA/dQ, the time a kinematic wave takes for a metre [s/m]."""
    lean: Array
    """(R, K) (dA/dQ) / (S0 B): slope of the surface against the bed, over the bed's, for a
    discharge that changes by 1 m3/s in a metre [s/m2]."""
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
    for. The celerity c of a kinematic wave is dQ/dA (Kleitz and Seddon's law).

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
    lean = slope / (bed_slope[:, None] * width)
    inverse = np.zeros_like(discharge)
    inverse[:, :-1] = 1.0 / step
    return Hydraulics(discharge, cubic, slope, lean, inverse)


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


def section_lengths(
    table: Hydraulics, low: Array, high: Array, time_step: float, swept: float = 0.0
) -> Array:
    """Length of section that suits a time step and a range of discharges, one per reach [m].

    dx = (c dt + Q / (B S0 c)) / 2, so that the Courant number C = c dt / dx and the cell Reynolds
    number D = Q / (B S0 c dx) add up to 2 or more and the coefficient of the inflow at the end of
    the step is 1/3 or more, as Ponce & Theurer (1982) recommend. The smallest of the range counts.

    low, high : (R,) range of discharge [m3/s]
    time_step : dt [s]
    swept : where not 0, sections are at least as long as the way of the water at the highest
        discharge in half of this time: those of low flow would be swept empty by the end of a
        flood that ends suddenly [s]
    """
    suits = 0.5 * (time_step / table.slope + table.discharge * table.lean)
    # of the discharges of the table, those of the range and the next ones outside
    below = np.concatenate([table.discharge[:, 1:], np.full((low.size, 1), np.inf)], axis=1)
    above = np.concatenate([np.zeros((low.size, 1)), table.discharge[:, :-1]], axis=1)
    inside = (below > low[:, None]) & (above < high[:, None])
    shortest = np.where(inside, suits, np.inf).min(axis=1)
    speed = high / area_at(table, np.arange(high.size), high)
    return np.asarray(np.maximum(shortest, 0.5 * speed * swept))
