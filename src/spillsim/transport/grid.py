"""Cells along the paths, placed by travel time.

Faces lie at whole multiples of the time step of travel time to the outlet. In steady flow the
water of one cell is then, one step later, exactly the water of the next: the Courant number is
one, and advection is exact. Confluences are moved to the nearest face, which shifts the place of
dilution by at most half a step of travel and no arrival. Where dispersion would be too strong for
such small cells (reservoirs, slow reaches) cells hold several steps of travel time and the
remap carries the Courant number below one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from ..hydraulics.flow import SteadyFlow
from ..network.network import Position
from .along import Along, Measure, inflows, jumping, nearest_face, place_reaches
from .arrays import (
    DECAY_HIGH,
    DECAY_LOW,
    HIGH,
    LOW,
    MIXED,
    PAD,
    START,
    BoolArray,
    Cells,
    FloatArray,
    IntArray,
    Motion,
    Mouths,
    Paths,
    Ways,
)
from .edges import edge_weights
from .faces import place_faces
from .paths import Path, Route, find_paths
from .splitting import remaining_dispersion


@dataclass(frozen=True)
class PathGrid:
    """Cells of one path: n cells, n + 1 faces."""

    path: Path
    start: int
    """Index of its first cell."""
    theta: FloatArray
    """(n + 1,) coordinate of the faces [s]."""
    along: Along
    """Reaches of the path as the cells see them."""
    slow: BoolArray
    """(n,) true for cells longer than one step of travel."""

    @cached_property
    def faces(self) -> Measure:
        """Where the faces lie along the path."""
        return self.along.measure(self.theta)

    def over_cells(self, per_length: FloatArray) -> FloatArray:
        """(n,) integral over each cell of a quantity constant in each reach [unit m]."""
        return np.diff(self.faces.integral(per_length))

    @property
    def centre(self) -> FloatArray:
        """(n,) coordinate of the cells' centres [s]."""
        return np.asarray(0.5 * (self.theta[1:] + self.theta[:-1]))

    @property
    def inside(self) -> int:
        """Number of cells whose centre lies above the outlet."""
        return max(int(np.searchsorted(self.centre, float(self.path.theta[-1]), side="right")), 1)

    @property
    def length(self) -> int:
        """Number of cells that belong to the river."""
        return self.slow.size if self.path.joins >= 0 else self.inside


@dataclass(frozen=True)
class Grid:
    """Everything about space that a march needs, K cells with padding."""

    route: Route
    time_step: float
    paths: tuple[PathGrid, ...]
    path_arrays: Paths
    cells: Cells
    motion: Motion
    storage_volume: FloatArray
    """(K,) volume of the storage zone [m3]."""
    resistance: FloatArray
    """(K,) integral of dx / (A D) between the centres beside a face, inf at walls [s/m3]."""
    cell_reach: IntArray
    """(K,) reach of the cell's centre, -1 in the padding."""
    cell_distance: FloatArray
    """(K, 2) distance of the cell's faces from the head of that reach [m]."""
    cell_path: IntArray
    """(K,) path of the cell, -1 in the padding."""
    mouths: Mouths

    @cached_property
    def closed_windows(self) -> IntArray:
        """(5, P) what ``State.paths`` is before anything has come in."""
        paths = np.full((5, len(self.paths)), -1)
        paths[[LOW, HIGH, DECAY_HIGH]] = self.ways.table[START]
        paths[DECAY_LOW] = self.cells.volume.size
        return paths

    @cached_property
    def mixes(self) -> bool:
        """Whether any path has slow ranges or losses."""
        return bool(self.ways.table[MIXED].any())

    @cached_property
    def size(self) -> int:
        """Number of cells without the padding and without those beyond the outlet."""
        return int(self.own_cells.size)

    @cached_property
    def ways(self) -> Ways:
        """The paths as the kernels take them."""
        own = self.path_arrays
        kind = 1 * np.array([p.slow.any() for p in self.paths]) + 2 * own.loses_water
        mouths = self.mouths
        table = np.stack([own.start, own.end, own.outlet, own.join_cell, own.below, kind,
                          mouths.pointer[:-1], mouths.pointer[1:], mouths.entered])  # fmt: skip
        ranges = np.stack([own.range_start, own.range_end, own.range_slow.astype(np.int64)])
        return Ways(table, own.range_pointer, ranges, own.inflow_pointer, own.inflow_path)

    @property
    def own_cells(self) -> IntArray:
        """Cells of the river, path by path."""
        spans = [np.arange(p.start, p.start + p.length) for p in self.paths]
        return np.concatenate(spans)

    @cached_property
    def held(self) -> Mapping[int, tuple[int, int]]:
        """Path that holds each reach, and the reach's place in it."""
        found: dict[int, tuple[int, int]] = {}
        for number, own in enumerate(self.paths):
            for place, reach in enumerate(own.path.reaches.tolist()):
                found.setdefault(reach, (number, place))
        return found


def build_grid(route: Route, releases: Sequence[Position], time_step: float, origin: float) -> Grid:
    """Place the cells of every path.

    Parameters
    ----------
    route : Route
        Travel-time coordinate on the network.
    releases : sequence of Position
        Where mass enters.
    time_step : float
        Time step [s].
    origin : float
        Coordinate on which a face shall lie, usually the first release [s].
    """
    paths = find_paths(route, releases, time_step)
    phase = origin
    grids: list[PathGrid] = []
    mouths: dict[int, float] = {}
    start = PAD
    for path in paths:
        theta, slow = place_faces(route, path, float(path.theta[-1]), phase, time_step)
        grids.append(PathGrid(path, start, theta, place_reaches(route, path, theta, mouths), slow))
        mouth = int(route.network.reach_to[path.reaches[-1]])
        mouths[mouth] = max(float(theta[-1]), mouths.get(mouth, -np.inf))
        start += slow.size + PAD
    return _assemble(route, tuple(grids), start, time_step)


def _assemble(route: Route, grids: tuple[PathGrid, ...], size: int, step: float) -> Grid:
    """Fill the arrays of all paths."""
    flow = route.flow
    area = flow.cross_section_area
    stored = area * flow.storage_area_ratio
    volume = np.ones(size)
    storage = np.zeros(size)
    courant = np.zeros(size)
    keep = np.ones(size)
    jump = np.ones(size, dtype=np.bool_)
    cell_reach = np.full(size, -1, dtype=np.int64)
    cell_path = np.full(size, -1, dtype=np.int64)
    cell_distance = np.zeros((size, 2))
    for number, grid in enumerate(grids):
        n = grid.slow.size
        own = slice(grid.start, grid.start + n)
        along, theta = grid.along, grid.theta
        volume[own] = grid.over_cells(area)
        if stored.any():
            storage[own] = grid.over_cells(stored)
        centre = grid.centre
        place = along.place(centre)
        cell_reach[own] = grid.path.reaches[place]
        cell_path[own] = number
        cell_distance[own, 0] = along.distance(place, theta[:-1])
        cell_distance[own, 1] = along.distance(place, theta[1:])
        courant[grid.start + 1 : grid.start + n + 1] = step / np.diff(theta)
        jump[grid.start + 1 : grid.start + n] = _jumps(grid)
        keep[own] = _kept_share(route, grid, volume[own], step)
    weights = edge_weights(volume, jump)
    cells = Cells(volume, 1.0 / volume, weights, jump)
    arrays = _path_arrays(grids, keep)
    mouths = _find_mouths(route, grids, arrays, keep, step)
    resistance = face_resistance(grids, mouths, size, flow, step)
    return Grid(route, step, grids, arrays, cells, Motion(courant, keep), storage, resistance,
                cell_reach, cell_distance, cell_path, mouths)  # fmt: skip


def _find_mouths(
    route: Route, grids: Sequence[PathGrid], paths: Paths, keep: FloatArray, step: float
) -> Mouths:
    """Cells that tributaries and other inflows at a point enter, path by path."""
    found: dict[int, tuple[float, float]] = {}
    for grid in grids:
        own = inflows(route, grid.along, grid.theta)
        found |= {grid.start + face: discharge for face, discharge in own.items()}
    for cell in paths.join_cell[paths.below >= 0].tolist():
        # nothing to withhold where the discharge does not change, or nothing lies above
        found.setdefault(cell, (0.0, np.inf))
    cells = np.array(sorted(found), dtype=np.int64)
    both = np.array([found[cell] for cell in cells.tolist()]).reshape(-1, 2)
    gained, passing = step * both[:, 0], step * both[:, 1]
    entered = np.where(paths.below >= 0, np.searchsorted(cells, paths.join_cell), -1)
    pointer = np.searchsorted(cells, [*paths.start.tolist(), keep.size])
    return Mouths(cells, pointer, entered, keep[cells] * gained, passing)


def face_resistance(
    grids: Sequence[PathGrid], mouths: Mouths, size: int, flow: SteadyFlow, step: float
) -> FloatArray:
    """(K,) integral of dx / (A D) between the centres beside each face, inf at walls [s/m3].

    Above an inflow the water brought in spreads upstream as far as exp(U x / D) falls, which
    holds D / U of the stem's cross section. In unit-Courant cells, that is what a step moves
    through a face with the resistance of the whole cell above.
    """
    resists = 1.0 / (flow.cross_section_area * remaining_dispersion(flow, step))
    resistance = np.full(size, np.inf)
    for grid in grids:
        to_centre = grid.along.integral(resists, grid.centre)
        resistance[grid.start + 1 : grid.start + grid.slow.size] = np.diff(to_centre)
        inside = (mouths.cell > grid.start) & (mouths.cell < grid.start + grid.slow.size)
        above = mouths.cell[inside & (mouths.gained > 0.0)] - grid.start - 1
        above = above[~grid.slow[above]]
        if above.size:
            resistance[grid.start + above + 1] = grid.over_cells(resists)[above]
    return resistance


def _jumps(grid: PathGrid) -> BoolArray:
    """(n - 1,) true at inner faces where a confluence makes concentration jump."""
    jump = np.zeros(grid.slow.size - 1, dtype=np.bool_)
    for j in jumping(grid.along.flow, grid.path):
        face = nearest_face(grid.theta, float(grid.along.edges[j]))
        if 0 < face < grid.slow.size:
            jump[face - 1] = True
    return jump


def _kept_share(route: Route, grid: PathGrid, volume: FloatArray, step: float) -> FloatArray:
    """(n,) share of the mass arriving in a cell that losses on the way leave in the river.

    Defined through the water balance of the step, so that a uniform concentration stays
    uniform to round-off: kept = V / (V + what was lost with the concentration of the river).
    """
    flow, path, along = route.flow, grid.path, grid.along
    nodes = route.network.reach_from[path.reaches]
    taking = np.flatnonzero(flow.node_abstraction[nodes] > 0.0)
    if not taking.size and not flow.lateral_inflow[path.reaches].any():
        return np.ones(volume.size)
    net = grid.over_cells(flow.lateral_inflow)
    losing = grid.over_cells(np.minimum(flow.lateral_inflow, 0.0)) < 0.0
    losing[1:] |= losing[:-1]
    leaves = volume * step / np.diff(grid.theta)
    gained = np.where(net > 0.0, net * step, 0.0)
    for j in taking.tolist():
        if j > 0:
            reach, taken = path.reaches[j], float(flow.node_abstraction[nodes[j]])
            # the edge stands on a face: whatever crosses it arrives in the cell below
            face = nearest_face(grid.theta, float(along.edges[j]))
            cell = min(face, volume.size - 1)
            losing[cell] = True
            above = path.reaches[j - 1]
            brought = flow.discharge_head[reach] + taken - flow.discharge_foot[above]
            gained[cell] += float(brought) * step
    lost = np.zeros(volume.size)
    lost[1:] = leaves[:-1] - leaves[1:] + gained[1:]
    lost[0] = max(-0.5 * net[0] * step, 0.0)
    lost = np.where(losing, np.maximum(lost, 0.0), 0.0)
    return np.asarray(volume / (volume + lost))


def _path_arrays(grids: tuple[PathGrid, ...], keep: FloatArray) -> Paths:
    """Ranges of equal kind and where each path's outflow goes."""
    join_cell = np.full(len(grids), -1, dtype=np.int64)
    pointer = [0]
    first: list[int] = []
    last: list[int] = []
    slow: list[bool] = []
    for number, grid in enumerate(grids):
        change = np.flatnonzero(np.diff(grid.slow)) + 1
        edges = [0, *change.tolist(), grid.slow.size]
        for a, b in pairwise(edges):
            first.append(grid.start + a)
            last.append(grid.start + b)
            slow.append(bool(grid.slow[a]))
        pointer.append(len(first))
        if grid.path.joins >= 0:
            target = grids[grid.path.joins]
            # the face to which the confluence was moved; into the whole cell below it, so that
            # nothing is put above the mouth and a steady plume fills the cell evenly
            face = nearest_face(target.theta, float(grid.path.theta[-1]))
            join_cell[number] = target.start + min(face, target.slow.size - 1)
    start = np.array([g.start for g in grids], dtype=np.int64)
    end = np.array([g.start + g.slow.size for g in grids], dtype=np.int64)
    loses = np.array([bool(np.any(keep[a:b] < 1.0)) for a, b in zip(start, end, strict=True)])
    has_slow = np.array([bool(g.slow.any()) for g in grids])
    below = np.array([g.path.joins for g in grids], dtype=np.int64)
    inflow = np.argsort(below, kind="stable")[int(np.sum(below < 0)) :]
    inflow_pointer = np.searchsorted(below[inflow], np.arange(len(grids) + 1))
    return Paths(
        start, end, np.array([g.start + g.length for g in grids], dtype=np.int64),
        join_cell, np.array(pointer, dtype=np.int64),
        np.array(first, dtype=np.int64), np.array(last, dtype=np.int64),
        np.array(slow, dtype=np.bool_), loses, loses | has_slow,
        inflow_pointer.astype(np.int64), inflow.astype(np.int64), below,
    )  # fmt: skip


def _cell_at(grid: PathGrid, theta: float) -> int:
    """Cell of the path that holds a coordinate, the first or last one beyond the ends."""
    held = int(np.searchsorted(grid.theta, theta, side="right")) - 1
    return min(max(held, 0), grid.slow.size - 1)


def cell_position(grid: PathGrid, theta: float) -> float:
    """Position in cells of the path: 2.25 is a quarter into the third cell."""
    cell = _cell_at(grid, theta)
    into = theta - float(grid.theta[cell])
    return cell + into / float(grid.theta[cell + 1] - grid.theta[cell])


def split_between_cells(grid: PathGrid, position: float) -> tuple[int, float]:
    """Cell and share such that mass put into it and the next has its centre at ``position``."""
    centre = position - 0.5
    cell = int(np.floor(centre + 1e-9))
    if cell < 0:
        return 0, 1.0
    if cell >= grid.slow.size - 1:
        return grid.slow.size - 1, 1.0
    return cell, 1.0 - max(centre - cell, 0.0)


def locate(grid: Grid, position: Position) -> tuple[int, float]:
    """Path and coordinate ``theta`` of a position; LookupError where nothing is computed."""
    number, held = grid.held.get(position.reach, (-1, 0))
    if number >= 0:
        own = grid.paths[number]
        theta = grid.route.theta(position)
        if theta >= own.theta[0] - 1e-6 * grid.time_step:
            # stay on the right side of a confluence that was moved to a face
            edges = own.along.edges[held : held + 2]
            last = own.theta[-1] if own.path.joins >= 0 else np.inf
            return number, float(min(max(theta, edges[0]), edges[1], last))
    raise LookupError("the place is not downstream of any release")
