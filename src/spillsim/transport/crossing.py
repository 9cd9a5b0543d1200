"""Parabolas within cells as weights of the masses around them, where no limiter acts."""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray, IntArray
from .grid import Grid


def crossing_shares(grid: Grid, cell: IntArray) -> FloatArray:
    """(Z, 5) share of the masses of cells i - 2 to i + 2 that crosses the lower face of i.

    With the parabola of mean c and edges l and r, the share x of the volume that crosses holds
    x2 (3 - 2 x) c - x2 (1 - x) l + x (1 - x)2 r per volume of the cell.
    """
    volume = grid.cells.volume
    x = grid.motion.courant[cell + 1]
    mean, left, right = x**2 * (3.0 - 2.0 * x), -(x**2) * (1.0 - x), x * (1.0 - x) ** 2
    found = parabola(grid, cell, mean, left, right) * volume[cell, None]
    at = cell[:, None] + np.arange(-2, 3)
    return np.asarray(found / volume[at])


def parabola(
    grid: Grid, cell: IntArray, mean: FloatArray, left: FloatArray, right: FloatArray
) -> FloatArray:
    """(Z, 5) weights of the concentrations around a cell in mean c + left l + right r."""
    found = np.zeros((cell.size, 5))
    found[:, 2] = mean
    jump, weight = grid.cells.edge_jump, grid.cells.edge_weight
    for edge, factor, first in ((cell, left, 0), (cell + 1, right, 1)):
        smooth = ~jump[edge]
        found[smooth, first : first + 4] += factor[smooth, None] * weight[edge[smooth]]
        found[~smooth, 2] += factor[~smooth]
    return found
