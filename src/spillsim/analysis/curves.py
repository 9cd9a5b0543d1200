"""Crossings, spans and peaks of sampled curves; plain arrays, the last axis is time.

Between two samples the logarithm of a curve is taken as a straight line: fronts and tails of
plumes rise and fall by powers of ten within an interval. Where a sample is zero the curve itself
is the straight line. Either way the time of a crossing is exact to second order in the interval.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_RESOLVED = 0.5
"""A peak is refined only where both neighbours reach this share of the largest sample. A sharper
one is not resolved by its sampling: a parabola through the front of a plateau would invent up to
an eighth of the peak."""


class Crossings(NamedTuple):
    """Of curves (..., T) against thresholds (...); times in s, NaN where there is none."""

    first: Array
    """(...) first upward crossing, or the first sample when that is already above [s]."""
    last: Array
    """(...) last downward crossing; NaN when still above at the end [s]."""
    above_at_start: Flags
    above_at_end: Flags
    spans: NDArray[np.int32]
    """(...) number of separate spans above the threshold."""


def crossings(time: Array, curve: Array, threshold: Array) -> Crossings:
    """Return first rise above, last fall below and number of spans above a threshold.

    time : (T,) increasing [s]; curve : (..., T); threshold : (...), NaN means none.
    "Above" is strict, so a curve of zeros is never above a threshold of zero.
    """
    above = curve > threshold[..., None]
    rises = above.copy()
    rises[..., 1:] &= ~above[..., :-1]
    ever = above.any(axis=-1)
    start = np.argmax(above, axis=-1)
    stop = above.shape[-1] - 1 - np.argmax(above[..., ::-1], axis=-1)
    at_start, at_end = above[..., 0], above[..., -1]
    first = np.where(at_start, time[0], _crossing_between(time, curve, threshold, start - 1))
    last = np.where(at_end, np.nan, _crossing_between(time, curve, threshold, stop))
    return Crossings(
        first=np.where(ever, first, np.nan),
        last=np.where(ever, last, np.nan),
        above_at_start=at_start,
        above_at_end=at_end,
        spans=np.count_nonzero(rises, axis=-1).astype(np.int32),
    )


def _crossing_between(time: Array, curve: Array, threshold: Array, left: NDArray[np.intp]) -> Array:
    """Return when the curve crosses between sample ``left`` and the next, NaN where flat."""
    if time.size < 2:
        return np.full(left.shape, np.nan)
    left = np.minimum(np.maximum(left, 0), time.size - 2)
    before = np.take_along_axis(curve, left[..., None], axis=-1)[..., 0]
    after = np.take_along_axis(curve, left[..., None] + 1, axis=-1)[..., 0]
    here, there = _signed_distance(before, after, threshold)
    rise = there - here
    share = np.divide(-here, rise, out=np.full(rise.shape, np.nan), where=rise != 0.0)
    return np.asarray(time[left] + share * (time[left + 1] - time[left]), dtype=np.float64)


def _signed_distance(before: Array, after: Array, threshold: Array) -> tuple[Array, Array]:
    """Return how far two neighbouring samples lie above a threshold, on the scale of the line."""
    logarithmic = (before > 0.0) & (after > 0.0) & (threshold > 0.0)

    def distance(value: Array) -> Array:
        ratio = np.where(logarithmic, value, 1.0) / np.where(logarithmic, threshold, 1.0)
        return np.where(logarithmic, np.log(ratio), value - threshold)

    return distance(before), distance(after)


def time_above(time: Array, curve: Array, threshold: Array) -> Array:
    """Return the total time that curves (..., T) spend above thresholds (...) [s]."""
    here, there = _signed_distance(curve[..., :-1], curve[..., 1:], threshold[..., None])
    top = np.maximum(np.maximum(here, there), 0.0)
    span = np.abs(here) + np.abs(there)
    # a line between two signs is above for the share top / (|here| + |there|) of its interval
    share = np.divide(top, span, out=np.zeros(span.shape), where=span > 0.0)
    share = np.where((here >= 0.0) & (there >= 0.0) & (top > 0.0), 1.0, share)
    found = share @ np.diff(time)
    return np.where(np.isnan(threshold), np.nan, found)


def peaks(time: Array, curve: Array) -> tuple[Array, Array]:
    """Return height and time [s] of the highest point of curves (..., T).

    A parabola is laid through the logarithms of the largest sample and its two neighbours, which
    is exact for a Gaussian in time; its top is never below the sample. The sample itself is
    returned where it is the first or the last, where its neighbours are below half of it, and
    where it is not positive (then with the time NaN: there is no peak).
    """
    top = np.argmax(curve, axis=-1)
    value = np.take_along_axis(curve, top[..., None], axis=-1)[..., 0]
    moment = time[top]
    if time.size >= 3:
        height, shift = _parabola(time, curve, top, value)
        value, moment = value * np.exp(height), moment + shift
    return value, np.where(value > 0.0, moment, np.nan)


def _parabola(
    time: Array, curve: Array, top: NDArray[np.intp], value: Array
) -> tuple[Array, Array]:
    """Return the logarithm of top / sample (>= 0) and the time from the sample to the top [s]."""
    inner = np.minimum(np.maximum(top, 1), time.size - 2)
    left = np.take_along_axis(curve, inner[..., None] - 1, axis=-1)[..., 0]
    right = np.take_along_axis(curve, inner[..., None] + 1, axis=-1)[..., 0]
    lowest = np.minimum(left, right)
    usable = (inner == top) & (value > 0.0) & (lowest >= _RESOLVED * value)
    safe = np.where(usable, value, 1.0)
    before = np.log(np.where(usable, left, 1.0) / safe)
    after = np.log(np.where(usable, right, 1.0) / safe)
    h_before, h_after = time[inner] - time[inner - 1], time[inner + 1] - time[inner]
    # y(x) = slope x + bend x^2 through (-h_before, before), (0, 0), (h_after, after)
    bend = (after / h_after + before / h_before) / (h_after + h_before)
    slope = after / h_after - bend * h_after
    curved = usable & (bend < 0.0)
    shift = np.divide(-slope, 2.0 * bend, out=np.zeros(bend.shape), where=curved)
    return np.where(curved, 0.5 * slope * shift, 0.0), shift
