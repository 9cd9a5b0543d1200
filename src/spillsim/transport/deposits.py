"""Where in the cells, and how old, the mass is that a release adds in each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..network.network import Position
from .arrays import Deposits, FloatArray
from .grid import Grid, cell_position, locate, split_between_cells


class Schedule(Protocol):
    """Mass released as a function of time; what ``sources`` provides."""

    def cumulative(self, time: FloatArray) -> FloatArray:
        """(n,) mass released before each time [kg]."""
        ...

    def cumulative_integral(self, time: FloatArray) -> FloatArray:
        """(n,) integral over time of ``cumulative`` [kg s]."""
        ...


def build_deposits(
    grid: Grid, releases: Sequence[tuple[Position, Schedule]], start: float, steps: int
) -> Deposits:
    """Spread each step's released mass so that its mean place and its mean age are exact.

    Mass released within a step has moved on by its end. It goes into the two cells around the
    centre of the water it is then in, with the weights that keep the first moment; and the part
    of it that equals its mean age as a share of the step takes part in the step's dispersion
    and exchange, the rest does not. Both keep the clock of the plume free of an error
    proportional to the time step.

    At a headwater nothing disperses upstream, which carries the plume D / U ahead of where it
    would otherwise be. The cells give only a part of that (see ``_wall_advance``); the rest is
    added to the place.
    """
    times = np.asarray(start + grid.time_step * np.arange(steps + 1), dtype=np.float64)
    step_index: list[np.ndarray] = []
    cell: list[np.ndarray] = []
    early: list[np.ndarray] = []
    late: list[np.ndarray] = []
    for position, schedule in releases:
        number, theta = locate(grid, position)
        own = grid.paths[number]
        wall = _wall_advance(grid, position, number, theta)
        released = schedule.cumulative(times)
        mass = np.diff(released)
        integral = np.diff(schedule.cumulative_integral(times)) - grid.time_step * released[:-1]
        active = np.flatnonzero(mass != 0.0)
        age = integral[active] / (mass[active] * grid.time_step)
        for n, share in zip(active, age, strict=True):
            ahead = wall[1] if share > 0.999 else wall[0]
            place = cell_position(own, theta + ahead + float(share) * grid.time_step)
            first, weight = split_between_cells(own, place)
            for target, part in ((first, weight), (first + 1, 1.0 - weight)):
                if part > 0.0:
                    step_index.append(np.array([n]))
                    cell.append(np.array([own.start + target]))
                    early.append(np.array([mass[n] * part * share]))
                    late.append(np.array([mass[n] * part * (1.0 - share)]))
    if not cell:
        empty = np.zeros(0)
        return Deposits(
            np.zeros(steps + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), empty, empty
        )
    rows = np.concatenate(step_index)
    order = np.argsort(rows, kind="stable")
    pointer = np.searchsorted(rows[order], np.arange(steps + 1)).astype(np.int64)
    return Deposits(
        pointer,
        np.concatenate(cell)[order].astype(np.int64),
        np.concatenate(early)[order],
        np.concatenate(late)[order],
    )


def _wall_advance(grid: Grid, position: Position, number: int, theta: float) -> tuple[float, float]:
    """Way ahead that a closed upper end adds to an even release and to a slug beside it [s].

    In an even release the first cell lacks half of the fresh mass, and what was moved ahead,
    when it disperses: a = d / 2 (1 + a) cells are missing, with d = D dt / dx2. A slug has left
    the first cell before it disperses, so that all of d is missing.
    """
    own = grid.paths[number]
    flow, reach = grid.route.flow, position.reach
    at_head = position.distance == 0.0 and reach == own.path.reaches[0]
    if not at_head or theta - own.theta[0] > 1.01 * grid.time_step:
        return 0.0, 0.0
    spread = float(flow.dispersion_coefficient[reach]) / float(flow.velocity[reach]) ** 2
    cell = float(own.theta[1] - own.theta[0])
    d = spread * grid.time_step / cell**2
    return 0.5 * d / (1.0 - 0.5 * d) * cell, d * cell
