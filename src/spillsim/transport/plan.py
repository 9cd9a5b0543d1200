"""What is marched besides the substance: steps, observed places, output times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..network.network import Position
from .arrays import FloatArray, Gauges, IntArray
from .grid import Grid, cell_position, locate


@dataclass(frozen=True)
class Plan:
    """What is marched besides the substance: steps, places, output times."""

    grid: Grid
    limiter: int
    start: float
    """Time of the first step since the start of the case [s]."""
    steps: int
    gauges: Gauges
    gauge_order: IntArray
    """(S,) index of each place among the places asked for."""
    output_time: FloatArray
    """(T,) [s since the start of the case]."""
    ledger_step: IntArray
    field_step: IntArray


def place_gauges(grid: Grid, places: Sequence[Position]) -> tuple[Gauges, IntArray]:
    """Cells and shares of the places to observe; LookupError where nothing is computed."""
    rows = []
    for index, place in enumerate(places):
        number, theta = locate(grid, place)
        own = grid.paths[number]
        position = min(max(cell_position(own, theta), 0.0), own.slow.size - 1e-9)
        cell = int(np.floor(position))
        offset = position - cell
        stride = grid.time_step / float(own.theta[cell + 1] - own.theta[cell])
        if abs(stride - 1.0) < 1e-9:
            stride = 1.0
        upper = int(np.floor(position - stride))
        jumps = grid.cells.edge_jump[own.start + upper + 1 : own.start + cell + 1]
        below, above = bool(jumps.any()), position + stride > own.slow.size
        rows.append((number, own.start + cell, offset, stride, below, above, index))
    rows.sort(key=lambda row: (row[0], row[6]))
    pointer = np.searchsorted([row[0] for row in rows], np.arange(len(grid.paths) + 1))
    gauges = Gauges(
        pointer.astype(np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([row[3] for row in rows], dtype=np.float64),
        np.array([row[4] for row in rows], dtype=np.bool_),
        np.array([row[5] for row in rows], dtype=np.bool_),
    )
    return gauges, np.array([row[6] for row in rows], dtype=np.int64)
