"""Peak, arrival, end and time above levels of many curves in one compiled pass.

By the rules of ``analysis.curves``, which every run of its own is looked at with.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..transport.compiler import inner, jit
from .factors import Index, Levels
from .single import CURVE, Array

HOUR, MG_L = 3600.0, 1e3
DEFAULT_SHARE = 0.01
"""Arrival without a threshold or limit: this share of a station's peak, as in ``analysis``."""
_RESOLVED = 0.5
"""As in ``analysis.curves``: a peak is refined where both neighbours reach this share of it."""
PEAK, PEAK_TIME, FIRST, LAST = range(4)
"""Rows of what is found of a curve; the time above each level follows."""
_TIMES = 4


def put_metrics(
    levels: Levels, time: Array, curves: Array, rows: Index, n: int,
    values: dict[str, NDArray[Any]],
) -> None:  # fmt: skip
    """Write what is found of a substance's curves (2, B, S, T) to the rows of ``values``."""
    arrival = levels.level.size - 1 if levels.has_threshold else -1
    found = look_at(time, curves[0], levels.level, arrival, DEFAULT_SHARE)
    first, last = found[..., FIRST] / HOUR, found[..., LAST] / HOUR
    own = {
        "arrival_time": first, "peak_time": found[..., PEAK_TIME] / HOUR, "end_time": last,
        "peak_concentration": found[..., PEAK] * MG_L, "passage_duration": last - first,
        "mass_passed": curves[1, ..., -1],
    }  # fmt: skip
    for name, value in own.items():
        values[name][rows, :, n] = value
    for level, limit in enumerate(levels.limits.tolist()):
        values["time_above_limit"][rows, :, limit] = found[..., LAST + 1 + level] / HOUR
    if CURVE in values:
        values[CURVE][rows, :, n] = curves[0] * MG_L


def put_nothing(levels: Levels, rows: Index, n: int, values: dict[str, NDArray[Any]]) -> None:
    """Write what is found of a substance of which nothing is released."""
    for name in ("peak_concentration", "mass_passed"):
        values[name][rows, :, n] = 0.0
    values["time_above_limit"][rows[:, None], :, levels.limits] = 0.0
    if CURVE in values:
        values[CURVE][rows, :, n] = 0.0


def look_at(time: Array, curves: Array, level: Array, arrival: int, share: float) -> Array:
    """(B, S, 4 + A) highest value and its time, first rise above and last fall below the arrival
    level, then the time above each level; times in s, NaN where there is none.

    time : (T,) increasing [s]
    curves : (B, S, T), of which the last axis lies together
    level : (A,)
    arrival : which of the levels counts as arrival, -1 for ``share`` of each curve's peak
    """
    members, places, count = curves.shape
    rows = np.ascontiguousarray(curves, dtype=np.float64).reshape(-1, count)
    found = np.empty((rows.shape[0], _TIMES + level.size))
    look(time, rows, np.ascontiguousarray(level), arrival, share, found)
    return found.reshape(members, places, _TIMES + level.size)


@jit
def look(
    time: Array, curves: Array, level: Array, arrival: int, share: float, found: Array
) -> None:
    """Write what is found of every curve (n, T) to a row of ``found`` (n, 4 + A)."""
    for n in range(curves.shape[0]):
        curve, own = curves[n], found[n]
        own[PEAK], own[PEAK_TIME] = find_peak(time, curve)
        limit = level[arrival] if arrival >= 0 else share * own[PEAK]
        own[FIRST], own[LAST] = find_passage(time, curve, limit)
        for k in range(level.shape[0]):
            own[_TIMES + k] = find_time_above(time, curve, level[k])


@inner
def find_peak(time: Array, curve: Array) -> tuple[float, float]:
    """Height and time of the highest point; as ``analysis.curves.peaks``."""
    count = time.shape[0]
    top = 0
    for i in range(1, count):
        if curve[i] > curve[top]:
            top = i
    value = curve[top]
    if not value > 0.0:
        return value, math.nan
    if not 0 < top < count - 1:
        return value, time[top]
    left, right = curve[top - 1], curve[top + 1]
    if min(left, right) < _RESOLVED * value:
        return value, time[top]
    before, after = math.log(left / value), math.log(right / value)
    h_before, h_after = time[top] - time[top - 1], time[top + 1] - time[top]
    bend = (after / h_after + before / h_before) / (h_after + h_before)
    slope = after / h_after - bend * h_after
    if not bend < 0.0:
        return value, time[top]
    shift = -slope / (2.0 * bend)
    return value * math.exp(0.5 * slope * shift), time[top] + shift


@inner
def distances(before: float, after: float, level: float) -> tuple[float, float]:
    """How far two samples lie above a level, on the scale of the line between them."""
    if before > 0.0 and after > 0.0 and level > 0.0:
        return math.log(before / level), math.log(after / level)
    return before - level, after - level


@inner
def crossing_after(time: Array, curve: Array, level: float, i: int) -> float:
    """When a curve crosses a level between a sample and the next, NaN where it is flat."""
    here, there = distances(curve[i], curve[i + 1], level)
    if there == here:
        return math.nan
    share = -here / (there - here)
    return float(time[i] + share * (time[i + 1] - time[i]))


@inner
def find_passage(time: Array, curve: Array, level: float) -> tuple[float, float]:
    """First rise above a level and last fall below it; as ``analysis.curves.crossings``."""
    count = time.shape[0]
    start, stop = 0, count - 1
    while start < count and not curve[start] > level:
        start += 1
    if start == count:
        return math.nan, math.nan
    while not curve[stop] > level:
        stop -= 1
    first = time[0] if start == 0 else crossing_after(time, curve, level, start - 1)
    last = math.nan if stop == count - 1 else crossing_after(time, curve, level, stop)
    return first, last


@inner
def find_time_above(time: Array, curve: Array, level: float) -> float:
    """Total time above a level; as ``analysis.curves.time_above``."""
    if math.isnan(level):
        return math.nan
    found = 0.0
    for i in range(time.shape[0] - 1):
        before, after = curve[i], curve[i + 1]
        if before > level or after > level:
            width = time[i + 1] - time[i]
            if before >= level and after >= level:
                found += width
            else:
                here, there = distances(before, after, level)
                found += width * max(here, there) / (abs(here) + abs(there))
    return found
