"""Reading the answers of cells between cells, as the march places a release between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..network.network import Network
from ..transport.backward import Answers
from ..transport.grid import Grid, PathGrid
from ..transport.splitting import splitting_dispersion

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Sampled:
    """Answers at P places; nan where nothing comes."""

    arrival: Array
    ending: Array
    peak_time: Array
    """(P,) each [s]."""
    peak: Array
    """(P,) [1/m3]."""
    exposure: Array
    """(P,) [s/m3]."""


def storage_lead(grid: Grid) -> Array:
    """(R,) way by which a release in a reach with storage is placed further up [s].

    As in the march, where mass fresh in the flowing water gets ahead of the plume.
    """
    flow = grid.route.flow
    taken = splitting_dispersion(flow, grid.time_step)
    return np.asarray(2.0 * taken / flow.velocity**2)


def site_coordinates(grid: Grid, cell: Indices, theta: Array) -> tuple[Indices, Array]:
    """Path and position among its cells of releases in the middle of cells.

    A position counts cells from the middle of the first: 2.0 is the middle of the third.
    """
    number = grid.cell_path[cell]
    ahead = storage_lead(grid)[grid.cell_reach[cell]]
    position = cell - np.array([own.start for own in grid.paths])[number].astype(np.float64)
    for path in np.unique(number[ahead > 0.0]):
        own = (number == path) & (ahead > 0.0)
        position[own] = _position(grid.paths[path], theta[own] - ahead[own])
    return number, position


def head_coordinates(grid: Grid, reach: Indices) -> tuple[Indices, Array]:
    """Path and position among its cells of releases at the heads of reaches."""
    ahead = storage_lead(grid)
    path_of = np.full(ahead.size, -1, dtype=np.int64)
    for number, own in enumerate(grid.paths):
        path_of[own.path.reaches] = number
    number = path_of[reach]
    position = np.empty(reach.size)
    order = np.argsort(number, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        own = grid.paths[number[rows[0]]]
        theta = grid.route.theta_head[reach[rows]] - ahead[reach[rows]]
        position[rows] = _position(own, theta)
        for row in rows[reach[rows] == own.path.reaches[0]]:
            if _is_headwater(grid.route.network, int(reach[row])):
                position[row] = _at_wall(grid, own, int(reach[row]), float(ahead[reach[row]]))
    return number, position


def _position(own: PathGrid, theta: Array) -> Array:
    """Position among the cells of a path, from the middle of the first."""
    cell = np.searchsorted(own.theta, theta, side="right") - 1
    cell = np.minimum(np.maximum(cell, 0), own.slow.size - 1)
    return np.asarray(cell + (theta - own.theta[cell]) / np.diff(own.theta)[cell] - 0.5)


def _is_headwater(network: Network, reach: int) -> bool:
    node = int(network.reach_from[reach])
    return bool(network.upstream_pointer[node] == network.upstream_pointer[node + 1])


def _at_wall(grid: Grid, own: PathGrid, reach: int, ahead: float) -> float:
    """Position of a release at a headwater, where nothing disperses upstream.

    That carries the plume D / U ahead; the first cell gives a part of it. As in the march the
    position is moved by the rest, d - d w, with d the dispersion number and w the share of the
    mass that disperses in the first cell.
    """
    flow, step = grid.route.flow, grid.time_step
    theta = float(grid.route.theta_head[reach])
    length = float(own.theta[1] - own.theta[0])
    if own.slow[:2].any():
        # what fills the first slow cell evenly has the right clock
        first = int(np.argmax(own.slow))
        long = float(own.theta[first + 1] - own.theta[first])
        return first - (0.5 * step + ahead) / long
    per_d = step / (float(flow.velocity[reach]) * step) ** 2
    needed = float(flow.dispersion_coefficient[reach]) * per_d
    given = needed - float(splitting_dispersion(flow, step)[reach]) * per_d
    b = (theta - ahead + step - float(own.theta[0])) / length - 0.5
    centre = b + (needed - given * (1.0 - b)) / (1.0 - given)
    if centre > 1.0:
        centre = b + needed
    return centre - 1.0


def sample(answers: Answers, number: Indices, position: Array) -> Sampled:
    """Answers between cells: times and logarithms of peaks are straight from middle to middle.

    Beyond the last cell of a tributary lies the one that takes what leaves it; beyond the first
    the line through the first two goes on.
    """
    grid = answers.grid
    paths = grid.path_arrays
    start = paths.start[number]
    count = paths.end[number] - start
    join = paths.join_cell[number]
    last = np.where(join >= 0, count, count - 1)
    above = np.minimum(np.maximum(np.floor(position), 0.0), np.maximum(last - 1, 0))
    first = above.astype(np.int64)
    share = position - first
    upper = start + first
    lower = np.where(first + 1 < count, upper + 1, np.where(join >= 0, join, upper))
    share = np.where(lower == upper, 0.0, share)
    keep = np.where((lower == join) & (join >= 0), grid.motion.keep[lower], 1.0)

    def between(a: Array, b: Array) -> Array:
        line = a + share * (b - a)
        nearer = np.where(share < 0.5, a, b)
        return np.where(np.isfinite(line), line, nearer)

    def size(values: Array) -> Array:
        a, b = values[upper], values[lower] * keep
        known = (a > 0.0) & (b > 0.0)
        safe = between(np.log(np.where(known, a, 1.0)), np.log(np.where(known, b, 1.0)))
        return np.where(known, np.exp(safe), np.where(share < 0.5, a, b))

    def time(values: Array) -> Array:
        return np.maximum(between(values[upper], values[lower]), 0.0)

    return Sampled(
        time(answers.arrival), time(answers.ending), time(answers.peak_time),
        size(answers.peak), size(answers.exposure),
    )  # fmt: skip
