"""The answers of a place on a grid: the transposed march set up, run in pieces and read out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..network.network import Position
from .adjoint import (
    Answer,
    Medium,
    Probes,
    Tracks,
    Upstream,
    answer_steps,
    begin_answer,
    note_probes,
)
from .arrays import Dispersion, Exchange, FloatArray, IntArray
from .crossing import crossing_shares, parabola
from .grid import Grid, PathGrid, cell_position, locate
from .mouths import thinned

SHARE = 1e-10
"""Part of the largest answer below which cells are left out."""

PIECE = 10_000_000
"""Cell-steps marched between two looks at the clock and at Ctrl-C."""

RESOLVED = 0.5
"""A peak is refined between steps only where both neighbours reach this share of it."""


@dataclass(frozen=True)
class Answers:
    """What a place answers to a kilogram put into each cell of a grid; nan where nothing comes."""

    grid: Grid
    peak: FloatArray
    """(K,) highest concentration at the place [1/m3]."""
    peak_time: FloatArray
    """(K,) time from the release to it [s]."""
    arrival: FloatArray
    """(K,) time from the release to the first rise above the level [s]."""
    ending: FloatArray
    """(K,) time to the last fall below the level [s]."""
    exposure: FloatArray
    """(K,) integral of the concentration over time [s/m3]."""
    largest: FloatArray
    """(K,) highest concentration at the end of a step [1/m3]."""
    cell_steps: int
    steps: int


def upstream_ways(grid: Grid) -> Upstream:
    """How answers travel upstream on a grid."""
    size = grid.cells.volume.size
    paths = grid.path_arrays
    slow = np.zeros(size, dtype=np.bool_)
    for own in grid.paths:
        slow[own.start : own.start + own.slow.size] = own.slow
    slow_cell = np.flatnonzero(slow).astype(np.int64)
    pointer = np.concatenate([[0], np.cumsum(slow)]).astype(np.int64)
    below = np.array([own.path.joins for own in grid.paths], dtype=np.int64)
    mixed = np.array(
        [
            bool(own.slow.any()) or bool(np.any(grid.motion.keep[a:b] < 1.0))
            for own, a, b in zip(grid.paths, paths.start, paths.end, strict=True)
        ]
    )
    return Upstream(
        # every path stands before the one it joins
        np.arange(len(grid.paths) - 1, -1, -1, dtype=np.int64),
        paths.start, paths.end, below, paths.join_cell, paths.inflow_pointer, paths.inflow_path,
        mixed, grid.motion.keep, ~slow, pointer, slow_cell, crossing_shares(grid, slow_cell),
    )  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """Masses of cells of one path that add up to the concentration at a place."""

    path: int
    cell: IntArray
    """(W,) neighbouring cells."""
    weight: FloatArray
    """(W,) [1/m3]."""


def _place_in_path(grid: Grid, place: Position) -> tuple[int, PathGrid, float]:
    """Path of a place and its position in the cells of the path."""
    number, theta = locate(grid, place)
    own = grid.paths[number]
    return number, own, min(max(cell_position(own, theta), 0.0), own.slow.size - 1e-9)


def shown_reading(grid: Grid, place: Position) -> Reading:
    """What the march shows without a limiter: the parabola of the cell that holds the place."""
    number, own, position = _place_in_path(grid, place)
    at = int(np.floor(position))
    s = np.array([position - at])
    weights = parabola(
        grid, np.array([own.start + at]),
        6.0 * s * (1.0 - s), (1.0 - s) * (1.0 - 3.0 * s), s * (3.0 * s - 2.0),
    )[0]  # fmt: skip
    cell = own.start + at + np.arange(-2, 3)
    inside = (cell >= own.start) & (cell < own.start + own.slow.size)
    return Reading(number, cell[inside], weights[inside] / grid.cells.volume[cell[inside]])


def point_reading(grid: Grid, place: Position) -> Reading:
    """The cubic through the four cells nearest to a place, on its side of every confluence.

    A mass put into a single cell is spread over it, dx2 / 12 too wide, and a parabola through
    cell means takes dx2 / 12 off again, as it should where a profile has been marched for long.
    Mean concentrations taken as if they were values at the centres leave both out: from one
    point to another the answer is then of the order of the march.
    """
    number, own, position = _place_in_path(grid, place)
    at = int(np.floor(position))
    walls = np.flatnonzero(grid.cells.edge_jump[own.start : own.start + own.slow.size + 1])
    first = int(walls[walls <= at].max())
    last = int(walls[walls > at].min())
    low = min(max(round(position) - 2, first), max(last - 4, first))
    index = np.arange(low, min(low + 4, last))
    centre = 0.5 * (own.theta[index] + own.theta[index + 1])
    theta = own.theta[at] + (position - at) * (own.theta[at + 1] - own.theta[at])
    weight = np.ones(index.size)
    for k in range(index.size):
        others = np.delete(centre, k)
        weight[k] = np.prod((theta - others) / (centre[k] - others))
    cell = own.start + index
    return Reading(number, cell, weight / grid.cells.volume[cell])


def new_answer(grid: Grid, reading: Reading) -> Answer:
    """The answer at the instant of the release: what the place reads off the cells around it."""
    size, paths = grid.cells.volume.size, len(grid.paths)
    low = grid.path_arrays.start.copy()
    high = low.copy()
    channel = np.zeros(size)
    channel[reading.cell] = reading.weight
    low[reading.path] = reading.cell[0]
    high[reading.path] = reading.cell[-1] + 1
    return Answer(
        channel, np.zeros(size), np.zeros((2, size)), low, high,
        np.zeros(paths), np.zeros(paths), np.zeros(paths), np.zeros(paths),
        np.zeros(2, dtype=np.int64),
    )  # fmt: skip


def new_tracks(size: int, level: FloatArray | None) -> Tracks:
    """Nothing kept yet."""
    wanted = np.full(size, np.inf) if level is None else level
    return Tracks(
        wanted, np.zeros(size), np.zeros(size), np.full(size, -1.0), np.zeros(size),
        np.zeros(size), np.full(size, -1.0), np.full(size, -1.0), np.zeros(size),
        level is not None,
    )  # fmt: skip


def transposed_medium(grid: Grid, dispersion: Dispersion, exchange: Exchange) -> Medium:
    """Dispersion and exchange of the march, as the transposed march takes them."""
    entered, joins = grid.mouths.entered, grid.mouths.entered >= 0
    withheld = np.zeros((dispersion.substeps, entered.size))
    withheld[:, joins] = dispersion.withheld[:, entered[joins]]
    inverse = np.tile(grid.cells.inverse_volume, (dispersion.substeps, 1))
    inverse[:, grid.mouths.cell] = thinned(grid, dispersion.withheld)
    return Medium(
        inverse, withheld, dispersion.conductance, dispersion.correction,
        dispersion.substeps, exchange.stay, exchange.back, exchange.into, exchange.hold,
        exchange.has_storage or exchange.decays,
    )  # fmt: skip


@dataclass(frozen=True)
class Backward:
    """A place on a grid, ready to be asked."""

    grid: Grid
    reading: Reading
    ways: Upstream
    medium: Medium

    def march(
        self,
        steps: int,
        level: FloatArray | None = None,
        progress: Callable[[float], None] | None = None,
        share: float = SHARE,
    ) -> Answers:
        """Answers of the place to a kilogram in every cell, until they have passed.

        Parameters
        ----------
        steps : int
            Steps after which to end at the latest.
        level : (K,), optional
            Answer that counts as arrival [1/m3].
        progress : callable, optional
            Called now and then with the steps done.
        share : float
            Part of the largest answer below which cells are left out.
        """
        answer = new_answer(self.grid, self.reading)
        tracks = new_tracks(self.grid.cells.volume.size, level)
        probes = Probes(np.zeros(0, dtype=np.int64), np.zeros((0, 0)), np.zeros((0, 0)))
        begin_answer(self.ways, answer, tracks)
        at = 0
        rate = 1.0 / max(self.grid.size, 1)
        while at < steps:
            upto = min(steps, at + max(1, int(PIECE * rate)))
            at = answer_steps((at, upto), share, self.ways, self.medium, answer, tracks, probes)
            rate = at / max(int(answer.work[0]), 1)
            if progress is not None:
                progress(at)
            if at < upto:
                break
        return _read(self.grid, tracks, answer)

    def curves(
        self, cells: IntArray, steps: int, share: float = 0.0
    ) -> tuple[FloatArray, FloatArray]:
        """(B, N + 1) each: answers to mass put late and early into cells, step by step [1/m3]."""
        answer = new_answer(self.grid, self.reading)
        tracks = new_tracks(self.grid.cells.volume.size, None)
        rows = np.zeros((2, cells.size, steps + 1))
        probes = Probes(cells, rows[0], rows[1])
        begin_answer(self.ways, answer, tracks)
        note_probes(0, probes, probes.late, answer.channel)
        answer_steps((0, steps), share, self.ways, self.medium, answer, tracks, probes)
        return probes.late, probes.early


def backward(grid: Grid, reading: Reading, dispersion: Dispersion, exchange: Exchange) -> Backward:
    """Transpose a march so that a place can be asked for its answers."""
    return Backward(
        grid, reading, upstream_ways(grid), transposed_medium(grid, dispersion, exchange)
    )


def _read(grid: Grid, tracks: Tracks, answer: Answer) -> Answers:
    """Times in seconds, peaks refined between steps."""
    step = grid.time_step
    height, offset = _refined(tracks)
    came = tracks.peak_step >= 0.0
    return Answers(
        grid,
        np.where(came, height, np.nan),
        np.where(came, step * (tracks.peak_step + offset), np.nan),
        np.where(tracks.arrival >= 0.0, step * tracks.arrival, np.nan),
        np.where(tracks.ending >= 0.0, step * tracks.ending, np.nan),
        step * tracks.total,
        tracks.peak,
        int(answer.work[0]),
        int(answer.work[1]),
    )


def _refined(tracks: Tracks) -> tuple[FloatArray, FloatArray]:
    """Height and place [steps] of the peak of the parabola through the logarithms around it."""
    top, least = tracks.peak, RESOLVED * tracks.peak
    known = (top > 0.0) & (tracks.before > least) & (tracks.after > least)
    safe = np.where(known, top, 1.0)
    rise = np.log(np.where(known, tracks.before, 1.0) / safe)
    fall = np.log(np.where(known, tracks.after, 1.0) / safe)
    bend = rise + fall
    curved = known & (bend < 0.0)
    place = np.where(curved, 0.5 * (rise - fall) / np.where(curved, bend, 1.0), 0.0)
    height = top * np.exp(np.where(curved, 0.25 * (fall - rise) * place, 0.0))
    return height, place
