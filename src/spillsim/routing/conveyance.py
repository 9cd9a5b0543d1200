"""Cross-sections as tables: flowing area, width and conveyance against depth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiler import inner, jit

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

ROWS = 64
"""Intervals of depth in a table; they widen with the depth."""
AREA, WIDTH, CONVEYANCE, GROWTH = 0, 1, 2, 3
"""Columns of a table: A [m2], dA/dh [m], K [m3/s], dK/dh [m2/s]."""


class Shapes(NamedTuple):
    """H cross-sections; between rows, area and conveyance are cubics of the depth."""

    highest: Array
    """(H,) depth of the last row [m]."""
    table: Array
    """(H, ROWS + 1, 4) at depths ``highest * (row / ROWS)**2``."""
    scale: Array
    """(H,) ROWS / sqrt(highest): a row is the root of the depth times this [m^-0.5]."""
    cubic: Array
    """(H, ROWS, 9) depth of a row, then coefficients of area and conveyance above it."""


def depths(highest: Array) -> Array:
    """(H, ROWS + 1) depths of the rows of a table [m]."""
    share = (np.arange(ROWS + 1) / ROWS) ** 2
    return np.asarray(highest[:, None] * share)


def as_shapes(highest: Array, columns: tuple[Array, Array, Array, Array]) -> Shapes:
    """Tables from area, width, conveyance and its growth at ``depths(highest)``.

    In the first interval, a ROWS^2-th of the depth, the width does not change, so that no water
    has no depth without a surface; slopes are limited as Fritsch & Carlson (1980) ask for, so that
    area and conveyance rise with the depth between the rows too.

    highest : (H,) [m]; columns : four of (H, ROWS + 1) [m2, m, m3/s, m2/s]

    Raises ValueError where area or conveyance does not rise with the depth.
    """
    depth = depths(highest)
    table = np.stack(columns, axis=2)
    step = np.diff(depth, axis=1)
    for values, slopes in ((AREA, WIDTH), (CONVEYANCE, GROWTH)):
        secant = np.diff(table[:, :, values], axis=1) / step
        if not np.all(secant > 0.0):
            raise ValueError("area and conveyance must rise with the depth")
        least = np.minimum(secant[:, 1:], secant[:, :-1])
        table[:, 1:-1, slopes] = np.minimum(table[:, 1:-1, slopes], 3.0 * least)
        table[:, -1, slopes] = np.minimum(table[:, -1, slopes], 3.0 * secant[:, -1])
    table[:, 0, :] = 0.0
    table[:, 0, WIDTH] = table[:, 1, AREA] / depth[:, 1]
    cubic = np.zeros((highest.size, ROWS, 9))
    cubic[:, :, 0] = depth[:, :-1]
    for values, slopes, at in ((AREA, WIDTH, 1), (CONVEYANCE, GROWTH, 5)):
        low, first, last = table[:, :-1, values], table[:, :-1, slopes], table[:, 1:, slopes]
        secant = np.diff(table[:, :, values], axis=1) / step
        cubic[:, :, at], cubic[:, :, at + 1] = low, first
        cubic[:, :, at + 2] = (3.0 * secant - 2.0 * first - last) / step
        cubic[:, :, at + 3] = (first + last - 2.0 * secant) / step**2
    own = np.array(highest, dtype=np.float64)
    return Shapes(own, np.ascontiguousarray(table), ROWS / np.sqrt(own), cubic)


def trapezoids(bottom: Array, side: Array, manning_n: Array, highest: Array) -> Shapes:
    """Trapezoids by Manning: K = A R^(2/3) / n, A = (b + z h) h, P = b + 2 h sqrt(1 + z^2).

    bottom : (H,) b [m]; side : (H,) z [-]; manning_n : (H,) [s/m^(1/3)]; highest : (H,) [m]
    """
    b, z, n = bottom[:, None], side[:, None], manning_n[:, None]
    h = depths(highest)
    width = b + 2.0 * z * h
    area = (b + z * h) * h
    spread = 2.0 * np.sqrt(1.0 + z * z)
    perimeter = b + spread * h
    conveyance = area ** (5.0 / 3.0) / perimeter ** (2.0 / 3.0) / n
    wet = np.where(h > 0.0, area, 1.0)
    growth = conveyance * (5.0 / 3.0 * width / wet - 2.0 / 3.0 * spread / perimeter)
    return as_shapes(highest, (area, width, conveyance, growth))


def power_laws(
    area: Array, area_exponent: Array, conveyance: Array, conveyance_exponent: Array, highest: Array
) -> Shapes:
    """A = a h^m and K = k h^p: wide rectangles (m = 1, p = 5/3), hydraulic geometry.

    area, conveyance : (H,) a and k, at a depth of 1 m [m2, m3/s]; exponents (H,), m >= 1, p > 1
    """
    h = depths(highest)
    m, p = area_exponent[:, None], conveyance_exponent[:, None]
    columns = (
        area[:, None] * h**m,
        m * area[:, None] * h ** (m - 1.0),
        conveyance[:, None] * h**p,
        p * conveyance[:, None] * h ** (p - 1.0),
    )
    return as_shapes(highest, columns)


def from_normal_flow(discharge: Array, area: Array, width: Array, bed_slope: Array) -> Shapes:
    """Cross-sections of which area and width are known at discharges of uniform flow.

    The conveyance is K = Q / sqrt(S0); the depth follows from dA = B dh, with power laws of the
    discharge between the rows and below them.

    discharge, area, width : (H, J) with discharges that rise, J >= 2 [m3/s, m2, m]
    bed_slope : (H,) S0 > 0 [-]

    Raises ValueError where the area does not rise with the discharge, or faster than the width.
    """
    flow, wet, across = np.log(discharge), np.log(area), np.log(width)
    of_area, of_width = np.diff(wet) / np.diff(flow), np.diff(across) / np.diff(flow)
    if not (np.all(of_area > 0.0) and np.all(of_area > of_width)):
        raise ValueError("area must rise with the discharge, and faster than the width")
    ratio = of_area / (of_area - of_width)
    mean_depth = area / width
    rise = ratio * np.diff(mean_depth)
    # dA/B between two rows of equal exponents is a logarithm: the quotient above tends to it
    depth = np.cumsum(np.concatenate([ratio[:, :1] * mean_depth[:, :1], rise], axis=1), axis=1)
    rows = depths(depth[:, -1])
    columns = [np.zeros_like(rows) for _ in range(4)]
    for shape in range(depth.shape[0]):
        known = np.log(depth[shape])
        at = np.log(rows[shape, 1:])
        part = np.minimum(np.maximum(np.searchsorted(known, at), 1), known.size - 1) - 1
        for values, slopes, table in (
            (AREA, WIDTH, wet[shape]),
            (CONVEYANCE, GROWTH, flow[shape] - 0.5 * np.log(bed_slope[shape])),
        ):
            power = (np.diff(table) / np.diff(known))[part]
            columns[values][shape, 1:] = np.exp(table[part] + power * (at - known[part]))
            columns[slopes][shape, 1:] = power * columns[values][shape, 1:] / rows[shape, 1:]
    return as_shapes(depth[:, -1], (columns[0], columns[1], columns[2], columns[3]))


@inner
def section_at(
    shapes: Shapes, shape: int, depth: float
) -> tuple[float, float, float, float]:  # fmt: skip
    """Area, width, conveyance and its growth at a depth.

    Below no depth the area goes on falling, so that Newton's method finds its way back; above the
    table the banks are walls and the conveyance is a power law.
    """
    if depth <= 0.0:
        return shapes.table[shape, 0, WIDTH] * depth, shapes.table[shape, 0, WIDTH], 0.0, 0.0
    row = int(np.sqrt(depth) * shapes.scale[shape])
    if row == 0 or row >= ROWS:
        found: tuple[float, float, float, float] = _outside(
            shapes.table[shape], depth, shapes.highest[shape]
        )
        return found
    c = shapes.cubic[shape, row]
    x = depth - c[0]
    return (
        c[1] + x * (c[2] + x * (c[3] + x * c[4])),
        c[2] + x * (2.0 * c[3] + 3.0 * x * c[4]),
        c[5] + x * (c[6] + x * (c[7] + x * c[8])),
        c[6] + x * (2.0 * c[7] + 3.0 * x * c[8]),
    )


@inner
def _outside(table: Array, depth: float, highest: float) -> tuple[float, float, float, float]:
    """Below the first row, where the width is constant, and above the last."""
    shallow = highest / (ROWS * ROWS)
    if depth < 2.0 * shallow:
        power = shallow * table[1, GROWTH] / table[1, CONVEYANCE]
        conveyance = table[1, CONVEYANCE] * (depth / shallow) ** power
        return table[0, WIDTH] * depth, table[0, WIDTH], conveyance, power * conveyance / depth
    power = highest * table[ROWS, GROWTH] / table[ROWS, CONVEYANCE]
    conveyance = table[ROWS, CONVEYANCE] * (depth / highest) ** power
    area = table[ROWS, AREA] + table[ROWS, WIDTH] * (depth - highest)
    return area, table[ROWS, WIDTH], conveyance, power * conveyance / depth


@jit
def sections_at(shapes: Shapes, shape: IntArray, depth: Array, values: Array) -> None:
    """Fill values (n, 4) with area, width, conveyance and growth of shapes at depths (n,)."""
    for i in range(depth.size):
        area, width, conveyance, growth = section_at(shapes, shape[i], depth[i])
        values[i, AREA], values[i, WIDTH] = area, width
        values[i, CONVEYANCE], values[i, GROWTH] = conveyance, growth


def depth_at(shapes: Shapes, shape: IntArray, column: int, wanted: Array) -> Array:
    """(n,) depth at which the area or the conveyance has a value, by halving [m].

    shape : (n,) number of the cross-section; column : ``AREA`` or ``CONVEYANCE``
    """
    low = np.zeros(wanted.size)
    high = np.array(shapes.highest[shape])
    values = np.zeros((wanted.size, 4))
    while True:
        sections_at(shapes, shape, high, values)
        short = values[:, column] < wanted
        if not short.any():
            break
        high = np.where(short, 2.0 * high, high)
    for _ in range(60):
        middle = 0.5 * (low + high)
        sections_at(shapes, shape, middle, values)
        short = values[:, column] < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(wanted > 0.0, high, 0.0)
