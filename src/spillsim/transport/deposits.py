"""Where in the cells, and how old, the mass is that a release adds in each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..network.network import Position
from .arrays import Deposits, FloatArray
from .grid import Grid, PathGrid, cell_position, locate, split_between_cells
from .splitting import splitting_dispersion

ROUND_OFF = 1e-11
"""Share of the released mass below which a moment is no more than the rounding of large sums."""
LONG_RELEASE = 64
"""Steps in which a release counts as long if it lasts for more."""


class Schedule(Protocol):
    """Mass released as a function of time; what ``sources`` provides."""

    @property
    def span(self) -> tuple[float, float]:
        """First and last time of the release [s]."""
        ...

    @property
    def changing(self) -> tuple[float, float]:
        """First and last time between which the mass released changes [s]."""
        ...

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
    would otherwise be. The cells give only a part of that (see ``_cells``); the rest is added to
    the place.

    A release over many steps is placed as if each step were released evenly: a step that it fills
    only in part would otherwise put some of its mass on top of a full cell, while its effect on
    the mean time of the whole is less than (time step)2 / 8 over the duration.

    What enters along a stretch goes into the cells that its water is then in.
    """
    every = np.asarray(start + grid.time_step * np.arange(steps + 1), dtype=np.float64)
    taken = splitting_dispersion(grid.route.flow, grid.time_step)
    rows: list[list[FloatArray]] = [[np.zeros(0)] * 4]
    for position, schedule in releases:
        rows += _rows(grid, position, schedule, every, taken)
    step, cell, early, late = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.argsort(step, kind="stable")
    pointer = np.searchsorted(step[order], np.arange(steps + 1)).astype(np.int64)
    return Deposits(pointer, cell[order].astype(np.int64), early[order], late[order])


def _rows(
    grid: Grid, position: Position, schedule: Schedule, every: FloatArray, splitting: FloatArray
) -> list[list[FloatArray]]:
    """Step, cell, early and late mass of what a release gives, part by part."""
    number, theta = locate(grid, position)
    own = grid.paths[number]
    wall = _wall(grid, position, number, theta, splitting)
    after = theta - _storage_lead(grid, position, splitting)
    begin, times = _while_released(every, schedule)
    released = schedule.cumulative(times)
    mass = np.diff(released)
    integral = np.diff(schedule.cumulative_integral(times)) - grid.time_step * released[:-1]
    moment = integral / grid.time_step
    noise = ROUND_OFF * float(np.abs(released).max())
    active = np.flatnonzero((mass != 0.0) | (np.abs(moment) > noise))
    stretch = _half_width(grid, position)
    # by what is given, not by the steps that differ from nothing: rounding decides some of those
    first, last = schedule.span
    even = last - first > LONG_RELEASE * grid.time_step
    if wall is None and even:
        split = _stretch(own, after + 0.5 * grid.time_step, stretch)
        alike = _alike(split, mass[active], moment[active], noise)
        step = np.asarray(begin + active, dtype=np.float64)
        return [[step, np.full(step.size, float(own.start + c)), o, n] for c, o, n in alike]
    found: list[tuple[float, float, float, float]] = []
    for n in active.tolist():
        for part, share in _parts(float(mass[n]), float(moment[n]), noise):
            place = after + (0.5 if even else share) * grid.time_step
            if stretch > 0.0 and wall is None:
                cells = [(0, *one) for one in _stretch(own, place, stretch)]
            else:
                cells = _cells(own, place, share, wall)
            for late_by, target, weight in cells:
                # beyond the last step nothing is asked for any more
                if weight > 0.0 and begin + n + late_by < every.size - 1:
                    whole = late_by > 0 or (wall is not None and wall.slow_cell >= 0)
                    old = 1.0 if whole else share
                    given = part * weight
                    found.append(
                        (begin + n + late_by, own.start + target, given * old, given * (1.0 - old))
                    )
    return [list(np.array(found, dtype=np.float64).T)] if found else []


def _half_width(grid: Grid, position: Position) -> float:
    """Half the travel time through the stretch that a release enters along, 0 at a point [s]."""
    if position.half == 0.0:
        return 0.0
    ends = [grid.route.theta(Position(position.reach, position.distance + side * position.half))
            for side in (-1.0, 1.0)]  # fmt: skip
    return 0.5 * (ends[1] - ends[0])


def _stretch(own: PathGrid, theta: float, half: float) -> list[tuple[int, float]]:
    """Cells that water around a place is in, and the share of it in each; the two around a point.

    What lies above the first cell or below the last is in that.
    """
    if half == 0.0:
        first, weight = split_between_cells(own, cell_position(own, theta))
        return [(first, weight), (first + 1, 1.0 - weight)]
    edge = own.theta.copy()
    edge[0], edge[-1] = min(theta - half, edge[0]), max(theta + half, edge[-1])
    into = np.minimum(np.maximum(edge - (theta - half), 0.0), 2.0 * half)
    share = np.diff(into) / (2.0 * half)
    held = np.flatnonzero(share > 0.0)
    return list(zip(held.tolist(), share[held].tolist(), strict=True))


def _alike(
    cells: list[tuple[int, float]], mass: FloatArray, moment: FloatArray, noise: float
) -> list[tuple[int, FloatArray, FloatArray]]:
    """Cell, and what steps give early and late, of a release that is placed alike in all of them.

    As ``_parts``: a mean age beyond the step's ends is made up of ages one and nought.
    """
    small = np.maximum(np.abs(mass), np.abs(moment)) <= noise
    old = np.where(small, 0.5 * mass, moment)
    return [(cell, weight * old, weight * (mass - old)) for cell, weight in cells if weight > 0.0]


def _parts(mass: float, moment: float, noise: float) -> list[tuple[float, float]]:
    """Mass of a step and its mean age as a share of the step.

    Where the sign of the rate changes within the step (a measured concentration that falls draws
    mass back) there is no such age; then a part of age one and a part of age nought have the
    right sum and moment.
    """
    if mass != 0.0 and 0.0 <= moment / mass <= 1.0:
        return [(mass, moment / mass)]
    if max(abs(mass), abs(moment)) <= noise:
        return [(mass, 0.5)]
    return [(moment, 1.0), (mass - moment, 0.0)]


def _while_released(times: FloatArray, schedule: Schedule) -> tuple[int, FloatArray]:
    """Number of the first and the ends of the steps in which a schedule releases anything."""
    first, last = schedule.changing
    begin = max(int(np.searchsorted(times, first, side="right")) - 1, 0)
    end = min(int(np.searchsorted(times, last, side="left")) + 1, times.size - 1)
    return begin, times[begin : max(end, begin) + 1]


def _storage_lead(grid: Grid, position: Position, splitting: FloatArray) -> float:
    """Way that a release in a reach with storage would be ahead of its true place for good [s].

    Fresh mass is all in the flowing water and moves on by whole steps before the storage takes
    its share: 1 / (1 - exp(-z)) steps in place of 1 / z, while the plume observed after the
    exchange leads the storage zone by 1 / (exp(z) - 1) in place of 1 / z. Together the mobile
    plume is (1 - phi) (coth(z / 2) - 2 / z) steps early, 2 D' / U2 with D' what is taken off D.
    """
    taken = float(splitting[position.reach])
    return 2.0 * taken / float(grid.route.flow.velocity[position.reach]) ** 2


@dataclass(frozen=True)
class _Wall:
    """Closed upper end beside a release: dispersion numbers D dt / dx2 of the first cell."""

    needed: float
    """With the river's dispersion."""
    given: float
    """With what the cells disperse, less where storage is split off."""
    slow_cell: int = -1
    """First cell where it holds several steps, -1 where cells hold one."""
    head: float = 0.0
    """Coordinate of the release [s]."""
    step: float = 1.0
    """Time step [s]."""


def _wall(
    grid: Grid, position: Position, number: int, theta: float, splitting: FloatArray
) -> _Wall | None:
    """The closed end at a release in the first cell of a headwater, None elsewhere."""
    own = grid.paths[number]
    flow, reach = grid.route.flow, position.reach
    at_head = position.distance == 0.0 and reach == own.path.reaches[0]
    if not at_head or theta - own.theta[0] > 1.01 * grid.time_step:
        return None
    if own.slow[:2].any():
        return _Wall(0.0, 0.0, int(np.argmax(own.slow)), theta, grid.time_step)
    number_per_d = grid.time_step / (float(flow.velocity[reach]) * grid.time_step) ** 2
    full = float(flow.dispersion_coefficient[reach])
    taken = float(splitting[reach])
    return _Wall(full * number_per_d, (full - taken) * number_per_d)


def _cells(
    own: PathGrid, theta: float, share: float, wall: _Wall | None
) -> list[tuple[int, int, float]]:
    """Steps later, cell and weight of what a step's release is split into.

    ``theta`` is the place it has moved to by the end of the step, ``share`` its mean age.

    Beside a wall the plume lacks what dispersion would carry upstream from the first cell: the
    dispersion number d times the mass in it. Needed is d in all (mean of the third-type solution,
    D / U ahead), so the place is moved by a = d - d w, w being the share of the mass that disperses
    in the first cell. With the centre at c = b + a cells from that of the first cell, w is
    share (1 - c) for c > 0; a centre above the first cell means cells that enter a step later
    and disperse in it then, w = -c + share (1 + c).
    """
    if wall is None:
        first, weight = split_between_cells(own, cell_position(own, theta))
        return [(0, first, weight), (0, first + 1, 1.0 - weight)]
    if wall.slow_cell >= 0:
        # What fills the first cell evenly, and disperses with it, has the right clock: the steady
        # plume is uniform. Half a step sooner or later goes one cell on or one step later.
        first, ahead = wall.slow_cell, (theta - wall.head) / wall.step - 0.5
        if ahead < 0.0:
            later = int(np.floor(-ahead))
            part = -ahead - later
            return [(later, first, 1.0 - part), (later + 1, first, part)]
        on = ahead * wall.step / float(own.theta[first + 1] - own.theta[first])
        return [(0, first, 1.0 - on), (0, first + 1, on)]
    b = (theta - float(own.theta[0])) / float(own.theta[1] - own.theta[0]) - 0.5
    needed, given = wall.needed, wall.given
    centre = b + (needed - given * share * (1.0 - b)) / (1.0 - given * share)
    if centre < 0.0:
        centre = b + (needed - given * (share - b * (1.0 - share))) / (1.0 - given * (1.0 - share))
    elif centre > 1.0:
        centre = b + needed
    cell = int(np.floor(centre))
    weight = 1.0 - (centre - cell)
    pair = ((cell, weight), (cell + 1, 1.0 - weight))
    # a tributary may be a single cell long: then there is none below to share with
    last = own.slow.size - 1
    return [(max(-at, 0), min(max(at, 0), last), part) for at, part in pair]
