"""What works at a reservoir and when: outlets as rows over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..formulas import GATE_COEFFICIENT, WEIR_COEFFICIENT

Array = NDArray[np.float64]

GIVEN, PASSING, WEIR, GATE = 0, 1, 2, 3
"""Discharge given over time; what comes in; over a crest; under a gate."""
CREST, WIDTH, COEFFICIENT, OVER_SILL = 0, 1, 2, 3
"""Columns of ``OutletRows.shape``."""


@dataclass(frozen=True)
class Outlet:
    """One way out of a reservoir."""

    kind: int
    """``GIVEN``, ``PASSING``, ``WEIR`` or ``GATE``."""
    crest: float = 0.0
    """Level of the crest or sill [m]."""
    width: float = 0.0
    """Across the flow [m]."""
    coefficient: float = GATE_COEFFICIENT
    """C of a crest [m^0.5/s], Cd of a gate [-]."""
    over_sill: float = WEIR_COEFFICIENT
    """C of the flow over a gate's sill while it does not reach the gate [m^0.5/s]."""
    time: tuple[float, ...] = (0.0,)
    """(P,) rising [s]."""
    value: tuple[float, ...] = (1.0,)
    """(P,) discharge of ``GIVEN`` [m3/s], opening of ``GATE`` [m], linear between the times."""
    start: float = -math.inf
    """It works from here [s]."""
    stop: float = math.inf
    """... to here [s]."""


class OutletRows(NamedTuple):
    """K outlets at M times, as the kernels read them."""

    kind: NDArray[np.int64]
    """(K,)"""
    shape: Array
    """(K, 4) level of crest or sill [m], width [m], coefficients."""
    weight: Array
    """(M, K) share of the time around each row in which the outlet works [-]."""
    value: Array
    """(M, K) discharge [m3/s] or opening [m]."""


def window_weight(time: Array, start: float, stop: float) -> Array:
    """(M,) mean of what is 1 from start to stop and 0 else, around each of M times [-].

    The mean is weighted as a value at that time weighs in a line drawn through the times, so that
    a discharge Q that works from start to stop brings Q (stop - start) whatever the times are.

    Parameters
    ----------
    time : (M,) rising; outside of them the first and last hold [s]
    start, stop : either may be infinite [s]
    """
    if time.size == 1:
        return np.array([1.0 if start <= time[0] < stop else 0.0])
    gap = np.diff(time)
    first = np.maximum(np.minimum((start - time[:-1]) / gap, 1.0), 0.0)
    last = np.maximum(np.minimum((stop - time[:-1]) / gap, 1.0), first)
    rising = 0.5 * gap * (last**2 - first**2)
    falling = 0.5 * gap * ((1.0 - first) ** 2 - (1.0 - last) ** 2)
    weight = np.zeros(time.size)
    weight[1:] += rising
    weight[:-1] += falling
    whole = np.zeros(time.size)
    whole[1:] += 0.5 * gap
    whole[:-1] += 0.5 * gap
    return np.asarray(weight / whole)


def rows_at(time: Array, outlets: Sequence[Outlet]) -> OutletRows:
    """Outlets at M times; a reservoir without any passes its inflow.

    time : (M,) rising [s]
    """
    listed = list(outlets) or [Outlet(PASSING)]
    weight = [window_weight(time, outlet.start, outlet.stop) for outlet in listed]
    value = [np.interp(time, outlet.time, outlet.value) for outlet in listed]
    shape = [[each.crest, each.width, each.coefficient, each.over_sill] for each in listed]
    return OutletRows(
        np.array([outlet.kind for outlet in listed], dtype=np.int64),
        np.array(shape, dtype=np.float64),
        np.ascontiguousarray(np.stack(weight, axis=1)),
        np.ascontiguousarray(np.stack(value, axis=1)),
    )


def event_times(outlets: Sequence[Outlet]) -> Array:
    """Times at which an outlet begins, ends or bends: routing steps had best end there [s]."""
    times = {edge for outlet in outlets for edge in (outlet.start, outlet.stop)}
    times |= {t for outlet in outlets if len(outlet.time) > 1 for t in outlet.time}
    return np.array(sorted(t for t in times if math.isfinite(t)), dtype=np.float64)
