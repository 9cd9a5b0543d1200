"""Parabolas within cells: their limited edges, their values and their integrals."""

from __future__ import annotations

from .arrays import LIMITER_MONOTONE, LIMITER_NONE, LIMITER_SHOWN, BoolArray, FloatArray
from .compiler import jit


@jit
def fill_concentration(
    a: int, b: int, mass: FloatArray, inverse: FloatArray, c: FloatArray
) -> None:
    """Write c = mass / volume on cells a to b."""
    source = mass[a:b]
    scale = inverse[a:b]
    target = c[a:b]
    for i in range(target.shape[0]):
        target[i] = source[i] * scale[i]


@jit
def one_sided_edges(mean: float, left: float, right: float, above: bool) -> tuple[float, float]:
    """Edges of a straight line in a cell beside a confluence, from the edge away from it."""
    slope = right - mean if above else mean - left
    # no steeper than what reaches zero at an edge
    slope = min(max(slope, -mean), mean)
    return mean - slope, mean + slope


@jit
def is_smooth(cell: int, c: FloatArray) -> bool:
    """Tell a profile that curves alike over five cells from the corner of a plateau."""
    here = c[cell - 1] - 2.0 * c[cell] + c[cell + 1]
    above = c[cell - 2] - 2.0 * c[cell - 1] + c[cell]
    below = c[cell] - 2.0 * c[cell + 1] + c[cell + 2]
    alike = above * here > 0.0 and below * here > 0.0
    return bool(alike and abs(here) <= 2.0 * min(abs(above), abs(below)))


@jit
def cell_edges(
    cell: int, c: FloatArray, edge_weight: FloatArray, edge_jump: BoolArray, limiter: int
) -> tuple[float, float]:
    """Concentration at the upstream and downstream edge of a cell, limited as asked.

    ``positive`` keeps both edges in [0, 3 c], which keeps the parabola through them with mean
    ``c`` from being negative anywhere; ``monotone`` is the limiter of Colella & Woodward (1984,
    eq. 1.10); ``none`` leaves the fourth-order values. ``shown`` is monotone too, except where
    neighbouring cells curve alike: the top of a plume is kept, the edge of a plateau makes no
    bump.
    """
    mean = c[cell]
    left = mean
    right = mean
    if not edge_jump[cell]:
        w = edge_weight[cell]
        left = w[0] * c[cell - 2] + w[1] * c[cell - 1] + w[2] * mean + w[3] * c[cell + 1]
    if not edge_jump[cell + 1]:
        w = edge_weight[cell + 1]
        right = w[0] * c[cell - 1] + w[1] * mean + w[2] * c[cell + 1] + w[3] * c[cell + 2]
    if limiter == LIMITER_NONE:
        return left, right
    if limiter == LIMITER_SHOWN and edge_jump[cell] != edge_jump[cell + 1]:
        left, right = one_sided_edges(mean, left, right, edge_jump[cell])
        return left, right
    if limiter == LIMITER_MONOTONE or (limiter == LIMITER_SHOWN and not is_smooth(cell, c)):
        left = min(max(left, min(c[cell - 1], mean)), max(c[cell - 1], mean))
        right = min(max(right, min(c[cell + 1], mean)), max(c[cell + 1], mean))
        if (right - mean) * (mean - left) <= 0.0:
            return mean, mean
        if right - mean > 2.0 * (mean - left) or right - mean < 2.0 * (mean - left):
            if abs(right - mean) > 2.0 * abs(mean - left):
                right = mean + 2.0 * (mean - left)
            elif abs(mean - left) > 2.0 * abs(right - mean):
                left = mean - 2.0 * (right - mean)
        return left, right
    top = 3.0 * mean
    return min(max(left, 0.0), top), min(max(right, 0.0), top)


@jit
def downstream_share(mean: float, left: float, right: float, x: float) -> float:
    """Integral of the parabola over the downstream part ``x`` of a cell, per cell volume."""
    bend = left + right - 2.0 * mean
    # integral of the parabola a(s), s in [1 - x, 1]; exact mean at x = 1
    return x * (right + x * ((mean - right) - bend * (1.0 - x)))


@jit
def point_value(mean: float, left: float, right: float, s: float) -> float:
    """Value of the parabola at the share ``s`` of the cell's volume from its upstream edge."""
    curvature = 3.0 * (2.0 * mean - left - right)
    return left + s * ((right - left) + curvature * (1.0 - s))
