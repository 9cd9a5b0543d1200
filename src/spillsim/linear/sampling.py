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
    position = np.asarray(cell - grid.path_arrays.start[number], dtype=np.float64)
    for path in np.unique(number[ahead > 0.0]):
        own = (number == path) & (ahead > 0.0)
        position[own] = _position(grid.paths[path], theta[own] - ahead[own])
    return number, position


def head_coordinates(grid: Grid, reach: Indices) -> tuple[Indices, Array, Array]:
    """Path and position among its cells of releases at the heads of reaches, twice.

    The second position is for how much comes: a release at a node enters below what is taken out
    there, so the cells above have no part in it.
    """
    ahead = storage_lead(grid)
    split = splitting_dispersion(grid.route.flow, grid.time_step)
    path_of = np.full(ahead.size, -1, dtype=np.int64)
    for path, own in enumerate(grid.paths):
        path_of[own.path.reaches] = path
    number = path_of[reach]
    position = np.empty(reach.size)
    least = np.full(reach.size, -np.inf)
    above = grid.route.network.reach_from[reach]
    taken = np.asarray(grid.route.flow.node_abstraction[above] > 0.0)
    order = np.argsort(number, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        own = grid.paths[number[rows[0]]]
        theta = grid.route.theta_head[reach[rows]] - ahead[reach[rows]]
        position[rows] = _position(own, theta)
        for row in rows[taken[rows]]:
            place = int(np.flatnonzero(own.path.reaches == reach[row])[0])
            least[row] = float(np.argmin(np.abs(own.theta - own.along.edges[place])))
        for row in rows[reach[rows] == own.path.reaches[0]]:
            if _is_headwater(grid.route.network, int(reach[row])):
                place = int(reach[row])
                position[row] = _at_wall(grid, own, place, float(ahead[place]), float(split[place]))
    return number, position, np.maximum(position, least)


def _position(own: PathGrid, theta: Array) -> Array:
    """Position among the cells of a path, from the middle of the first."""
    cell = np.searchsorted(own.theta, theta, side="right") - 1
    cell = np.minimum(np.maximum(cell, 0), own.slow.size - 1)
    return np.asarray(cell + (theta - own.theta[cell]) / np.diff(own.theta)[cell] - 0.5)


def _is_headwater(network: Network, reach: int) -> bool:
    node = int(network.reach_from[reach])
    return bool(network.upstream_pointer[node] == network.upstream_pointer[node + 1])


def _at_wall(grid: Grid, own: PathGrid, reach: int, ahead: float, split: float) -> float:
    """Position of a release at a headwater, where nothing disperses upstream.

    That carries the plume D / U ahead; the first cell gives a part of it. As in the march the
    position is moved by the rest, d - d w, with d the dispersion number and w the share of the
    mass that disperses in the first cell. ``split`` is what splitting takes off the dispersion.
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
    given = needed - split * per_d
    b = (theta - ahead + step - float(own.theta[0])) / length - 0.5
    centre = b + (needed - given * (1.0 - b)) / (1.0 - given)
    if centre > 1.0:
        centre = b + needed
    return centre - 1.0


def sample(
    answers: Answers, number: Indices, position: Array, of_size: Array | None = None
) -> Sampled:
    """Answers between cells: times and logarithms of sizes are straight from middle to middle.

    Beyond the last cell of a tributary lies the one that takes what leaves it; beyond the first
    the line through the first two goes on. ``of_size`` is the position for sizes where it is not
    that for times.
    """
    when = _Between(answers.grid, number, position)
    much = when if of_size is None else _Between(answers.grid, number, of_size)
    return Sampled(
        when.time(answers.arrival), when.time(answers.ending), when.time(answers.peak_time),
        much.size(answers.peak), much.size(answers.exposure),
    )  # fmt: skip


class _Between:
    """The two cells beside each of P places, and how far each lies from the upper to the lower."""

    def __init__(self, grid: Grid, number: Indices, position: Array) -> None:
        paths = grid.path_arrays
        start, join = paths.start[number], paths.join_cell[number]
        count = paths.end[number] - start
        last = np.where(join >= 0, count, count - 1)
        above = np.minimum(np.maximum(np.floor(position), 0.0), np.maximum(last - 1, 0))
        first = above.astype(np.int64)
        self.upper = start + first
        inside = first + 1 < count
        self.lower = np.where(inside, self.upper + 1, np.where(join >= 0, join, self.upper))
        self.share = np.where(self.lower == self.upper, 0.0, position - first)
        joined = ~inside & (join >= 0)
        self.keep = np.where(joined, grid.motion.keep[self.lower], 1.0)

    def _line(self, a: Array, b: Array) -> Array:
        """Values on the line through both, those of the nearer where one is not known."""
        line = a + self.share * (b - a)
        return np.where(np.isfinite(line), line, np.where(self.share < 0.5, a, b))

    def time(self, values: Array) -> Array:
        """Times since the release [s]."""
        return np.asarray(np.maximum(self._line(values[self.upper], values[self.lower]), 0.0))

    def size(self, values: Array) -> Array:
        """Peaks or exposures; what a confluence takes out it takes out of tributaries too."""
        a, b = values[self.upper], values[self.lower] * self.keep
        known = (a > 0.0) & (b > 0.0)
        line = self._line(np.log(np.where(known, a, 1.0)), np.log(np.where(known, b, 1.0)))
        return np.where(known, np.exp(line), np.where(self.share < 0.5, a, b))
