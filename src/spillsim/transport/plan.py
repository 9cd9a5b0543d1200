"""What is marched besides the substance: steps, observed places, output times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..network.network import Position
from .arrays import END, START, FloatArray, Gauges, IntArray
from .grid import Grid, PathGrid, cell_position, locate


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

    @cached_property
    def output_step(self) -> FloatArray:
        """(1, T) output times as steps since the first one [-]."""
        return in_steps((self.output_time[None, :] - self.start) / self.grid.time_step)

    @cached_property
    def asked_order(self) -> IntArray | None:
        """(S,) rows of the places in the order they were asked for, None where they are in it."""
        back = np.argsort(self.gauge_order)
        return None if np.array_equal(back, np.arange(back.size)) else back

    @cached_property
    def watched_paths(self) -> IntArray:
        """(3, S) first cell of each place's path, one past its last, and -1 (``Watch.ends``)."""
        table = self.grid.ways.table
        path = np.searchsorted(table[START], self.gauges.cell, side="right") - 1
        ends = np.full((3, path.size), -1)
        ends[:2] = table[: END + 1, path]
        return ends


def in_steps(relative: FloatArray) -> FloatArray:
    """Times in steps; one meant for the end of a step must not fall just behind it."""
    near = np.round(relative)
    return np.where(np.abs(relative - near) < 1e-9 * np.maximum(1.0, near), near, relative)


def place_gauges(grid: Grid, places: Sequence[Position]) -> tuple[Gauges, IntArray]:
    """Cells and shares of the places to observe; LookupError where nothing is computed."""
    rows = []
    for index, place in enumerate(places):
        number, theta = locate(grid, place)
        own = grid.paths[number]
        lag = (theta - grid.route.theta(place)) / grid.time_step
        position = min(max(cell_position(own, theta), 0.0), own.slow.size - 1e-9)
        cell = int(np.floor(position))
        stride = grid.time_step / float(own.theta[cell + 1] - own.theta[cell])
        if abs(stride - 1.0) < 1e-9:
            stride = 1.0
        rows.append(
            (
                number,
                own.start + cell,
                position - cell,
                stride,
                _side(grid, own, position, stride),
                _dilution(grid, own, theta),
                lag if abs(lag) > 1e-9 else 0.0,
                index,
            )
        )
    rows.sort(key=lambda row: (row[0], row[-1]))
    pointer = np.searchsorted([row[0] for row in rows], np.arange(len(grid.paths) + 1))
    gauges = Gauges(
        pointer.astype(np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([row[3] for row in rows], dtype=np.float64),
        np.array([row[4] for row in rows], dtype=np.int64),
        np.array([row[5] for row in rows], dtype=np.float64).reshape(-1, 2),
        np.array([row[6] for row in rows], dtype=np.float64),
    )
    return gauges, np.array([row[-1] for row in rows], dtype=np.int64)


def _side(grid: Grid, own: PathGrid, position: float, stride: float) -> int:
    """Which profile can be followed past a place for a step, as in ``Gauges.side``."""
    jump = grid.cells.edge_jump[own.start : own.start + own.slow.size + 1].copy()
    jump[0] = False  # the closed upper end: nothing comes from there
    jump[-1] = True
    cell = int(np.floor(position))
    upper = bool(jump[int(np.floor(position - stride)) + 1 : cell + 1].any())
    lower = bool(jump[cell + 1 : int(np.floor(position + stride)) + 1].any())
    return 2 if upper and lower else int(upper) - int(lower)


def _dilution(grid: Grid, own: PathGrid, theta: float) -> tuple[float, float]:
    """Discharge a step upstream and downstream over that at a place, where inflow dilutes."""
    along, flow = own.along, grid.route.flow
    at = theta + grid.time_step * np.array([-1.0, 0.0, 1.0])
    place = along.place(at)
    reach = along.path.reaches[place]
    lateral = flow.lateral_inflow[reach]
    discharge = flow.discharge_head[reach] + lateral * along.distance(place, at)
    if lateral[1] <= 0.0:
        return 1.0, 1.0
    return float(discharge[0] / discharge[1]), float(discharge[2] / discharge[1])
