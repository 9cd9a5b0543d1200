"""What a curve is asked for: its peak, when it crosses levels, what has passed; nothing is kept.

A curve is summed up at ``PER_FREQUENCY`` times per frequency it holds. Where it crosses a level,
``LANES`` more times are put between the two samples, and the logarithm is taken as a line between
those; around its peak this is done twice, and the logarithm taken as a parabola.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from .compiler import jit, part
from .member_sweep import exponentials
from .river import Array
from .series import LANES, NOISE, Complex, sum_block

PER_FREQUENCY = 2
TERMS = 4
"""Terms of a series that are summed while a sum is at hand."""
FEWEST = 32
"""Samples of the smoothest curve."""


class Curve(NamedTuple):
    """A series on its window, as long as it matters, and where it is sampled."""

    coefficient: Array
    """(K, 2) real and imaginary parts, with zeros after the last to a multiple of ``TERMS``."""
    kept: int
    """How many."""
    begin: float
    """[s]"""
    period: float
    """[s]"""
    step: float
    """Time between samples [s]."""
    samples: int
    """Samples; the last is at the end of the window or of the case."""


@part
def level_between(before: float, after: float, level: float) -> float:
    """Share of an interval after which a curve crosses a level, straight in its logarithm."""
    if before > 0.0 and after > 0.0 and level > 0.0:
        return math.log(level / before) / math.log(after / before)
    return (level - before) / (after - before)


@jit
def samples_of(kept: int, period: float, span: float) -> int:
    """Samples for a curve with so many frequencies over a part of its window."""
    wanted = PER_FREQUENCY * kept * min(span / period, 1.0) + 1.0
    return int(max(FEWEST, LANES * int(np.ceil(wanted / LANES))))


@jit
def sum_terms(coefficient: Array, kept: int, turn: Array, sums: Array) -> None:
    """Sum a series at ``LANES`` times by Horner's scheme, ``TERMS`` terms at a time.

    coefficient : (K, 2) with zeros from ``kept`` to a multiple of ``TERMS``
    turn : (2 LANES,) exp(i base t), real parts before imaginary ones; sums : (2 LANES,)
    """
    for j in range(2 * LANES):
        sums[j] = 0.0
    for n in range((kept + TERMS - 1) // TERMS - 1, -1, -1):
        k = n * TERMS
        ar, ai = coefficient[k, 0], coefficient[k, 1]
        br, bi = coefficient[k + 1, 0], coefficient[k + 1, 1]
        cr, ci = coefficient[k + 2, 0], coefficient[k + 2, 1]
        dr, di = coefficient[k + 3, 0], coefficient[k + 3, 1]
        for j in range(LANES):
            zr, zi = turn[j], turn[LANES + j]
            re, im = sums[j], sums[LANES + j]
            re, im = re * zr - im * zi + dr, re * zi + im * zr + di
            re, im = re * zr - im * zi + cr, re * zi + im * zr + ci
            re, im = re * zr - im * zi + br, re * zi + im * zr + bi
            sums[j], sums[LANES + j] = re * zr - im * zi + ar, re * zi + im * zr + ai


@jit
def values_between(curve: Curve, first: float, step: float, found: Array, sums: Array) -> None:
    """Write the curve at times [s after its begin] that begin with ``first``."""
    base = 2.0 * math.pi / curve.period
    turn, total = sums[: 2 * LANES], sums[2 * LANES : 4 * LANES]
    for at in range(0, found.size, LANES):
        for j in range(LANES):
            turn[j], turn[LANES + j] = 0.0, base * (first + step * (at + j))
        exponentials(turn[:LANES], turn[LANES:])
        sum_terms(curve.coefficient, curve.kept, turn, total)
        for j in range(min(LANES, found.size - at)):
            found[at + j] = total[j]


@jit
def find_peak(curve: Curve, value: Array, near: Array, sums: Array) -> tuple[float, float]:
    """Highest value and its time [s after the begin]."""
    best = 0
    for i in range(1, curve.samples):
        if value[i] > value[best]:
            best = i
    low, high = max(best - 1, 0) * curve.step, min(best + 1, curve.samples - 1) * curve.step
    top, step = 0, 0.0
    for zoom in range(2):
        if zoom > 0:
            low, high = low + max(top - 1, 0) * step, low + min(top + 1, LANES - 1) * step
        step = (high - low) / (LANES - 1)
        values_between(curve, low, step, near, sums)
        top = 0
        for j in range(1, LANES):
            if near[j] > near[top]:
                top = j
    height, shift = near[top], 0.0
    if 0 < top < LANES - 1 and near[top - 1] > 0.0 and near[top + 1] > 0.0:
        a, b, c = math.log(near[top - 1]), math.log(height), math.log(near[top + 1])
        bend = a - 2.0 * b + c
        if bend < 0.0:
            shift = 0.5 * (a - c) / bend
            height *= math.exp(-0.25 * (a - c) * shift)
    return height, low + (top + shift) * step


@jit
def find_crossing(
    curve: Curve, i: int, level: float, rises: bool, near: Array, sums: Array
) -> float:
    """Time [s after the begin] at which the curve crosses a level between samples i and i + 1."""
    step = curve.step / (LANES - 1)
    values_between(curve, i * curve.step, step, near, sums)
    j = 0
    while j < LANES - 2 and (near[j + 1] > level) != rises:
        j += 1
    return float(i * curve.step + (j + level_between(near[j], near[j + 1], level)) * step)


@jit
def find_times(
    curve: Curve, level: float, value: Array, near: Array, sums: Array
) -> tuple[float, float, float]:
    """First rise above a level, last fall below it [s after the begin] and the time above [s].

    The fall is nan where the curve is still above at the end of the case, both where it never is.
    """
    first, last, total = math.nan, math.nan, 0.0
    since = 0.0
    above = value[0] > level
    if above:
        first = 0.0
    for i in range(curve.samples - 1):
        if (value[i + 1] > level) == above:
            continue
        at = find_crossing(curve, i, level, not above, near, sums)
        if above:
            last = at
            total += at - since
        else:
            since = at
            last = math.nan
            if math.isnan(first):
                first = at
        above = not above
    if above:
        last = math.nan
        total += (curve.samples - 1) * curve.step - since
    return first, last, total


@jit
def integral_until(coefficient: Complex, period: float, span: float) -> float:
    """Integral of a series over the first part of its window."""
    total = coefficient[0].real * min(span, period)
    if span >= period:
        return float(total)
    base = 2.0 * math.pi / period
    for k in range(1, coefficient.size):
        angle = k * base * span
        real, imag = coefficient[k].real, coefficient[k].imag
        total += (real * math.sin(angle) + imag * (math.cos(angle) - 1.0)) / (k * base)
    return float(total)


@jit
def add_curve(
    coefficient: Complex, begin: float, period: float, integral: bool, time: Array, value: Any,
    sums: Array,
) -> None:  # fmt: skip
    """Write a series, or its integral, at increasing times; as ``series.fill_rows``.

    value : (T,) of single or double precision
    """
    base = 2.0 * math.pi / period
    since = sums[4 * LANES : 5 * LANES]
    whole = coefficient[0].real
    constant, noise = 0.0, 0.0
    for k in range(coefficient.size):
        noise += abs(coefficient[k].real) + abs(coefficient[k].imag)
        if integral and k > 0:
            constant += coefficient[k].imag / (k * base)
    noise *= NOISE
    t = 0
    while t < time.size and time[t] <= begin:
        value[t] = 0.0
        t += 1
    while t < time.size and time[t] - begin < period:
        count = 0
        while count < LANES and t + count < time.size and time[t + count] - begin < period:
            since[count] = time[t + count] - begin
            count += 1
        sum_block(coefficient, base, integral, since, count, sums)
        for j in range(count):
            found = sums[2 * LANES + j]
            if integral:
                value[t + j] = found - constant + whole * since[j]
            else:
                value[t + j] = found + whole if abs(found + whole) > noise else 0.0
        t += count
    while t < time.size:
        value[t] = whole * period if integral else 0.0
        t += 1
