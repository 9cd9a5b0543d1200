"""Where in the cells, and how old, the mass is that a release adds in each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..network.network import Position
from .arrays import Deposits, FloatArray, IntArray
from .grid import Grid, cell_positions, locate

LONG_RELEASE = 16
"""Steps above which a release counts as long."""


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

    A release over many steps is spread as if each step were released evenly: a step that it fills
    only in part would otherwise put some of its mass on top of a full cell, while its effect on
    the mean time of the whole is less than (time step)2 / 8 over the duration.
    """
    times = np.asarray(start + grid.time_step * np.arange(steps + 1), dtype=np.float64)
    found = [_deposit(grid, position, schedule, times) for position, schedule in releases]
    if not found:
        found = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), times[:0], times[:0])]
    rows, cell, early, late = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(rows, kind="stable")
    pointer = np.searchsorted(rows[order], np.arange(steps + 1)).astype(np.int64)
    return Deposits(pointer, cell[order], early[order], late[order])


def _deposit(
    grid: Grid, position: Position, schedule: Schedule, times: FloatArray
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Step, cell and the two parts of the mass of everything that one release adds."""
    number, theta = locate(grid, position)
    own = grid.paths[number]
    released = schedule.cumulative(times)
    mass = np.diff(released)
    integral = np.diff(schedule.cumulative_integral(times)) - grid.time_step * released[:-1]
    active = np.flatnonzero(mass != 0.0)
    mass = mass[active]
    age = integral[active] / (mass * grid.time_step)
    even, slug = _wall_advance(grid, position, number, theta)
    moved = np.full(age.size, 0.5) if active.size > LONG_RELEASE else age
    ahead = np.where(age > 0.999, slug, even)
    centre = cell_positions(own, theta + ahead + moved * grid.time_step) - 0.5
    last = own.slow.size - 1
    first = np.floor(centre + 1e-9).astype(np.int64)
    behind = np.maximum(centre - first, 0.0)
    # beyond the first or last cell there is nothing to share with
    behind = np.where((first < 0) | (first >= last), 0.0, behind)
    first = np.minimum(np.maximum(first, 0), last)
    both = np.concatenate([mass * (1.0 - behind), mass * behind])
    kept = both != 0.0
    ages = np.concatenate([age, age])[kept]
    rows = np.concatenate([active, active])[kept].astype(np.int64)
    cells = own.start + np.concatenate([first, first + 1])[kept]
    return rows, cells.astype(np.int64), both[kept] * ages, both[kept] * (1.0 - ages)


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
