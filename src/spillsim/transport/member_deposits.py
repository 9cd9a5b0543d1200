"""What releases add in each step, for members marched side by side, all of them at once.

The rules are those of ``deposits``, over arrays of members and steps; every member has a clock of
its own (see ``members``). Releases are points here: those that enter along a stretch are not for
members.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..network.network import Position
from .arrays import START, Feed, FloatArray, IntArray
from .deposits import LONG_RELEASE, ROUND_OFF, Schedule
from .grid import Grid, PathGrid, locate


@dataclass(frozen=True)
class Clocks:
    """How releases look in the clocks of B members: each (B,)."""

    start: float
    """Time at which the clocks begin [s since the start of the case]."""
    velocity: FloatArray
    """On velocities: a clock goes as many times as fast [-]."""
    mass: FloatArray
    longer: FloatArray
    """On the duration of every release, which keeps its mass [-]."""
    factor: FloatArray
    """On dispersion coefficients, in the clock [-]."""
    taken: FloatArray
    """(B, R) dispersion that splitting adds, in the clock [m2/s]."""

    def span(self, ends: tuple[float, float], begin: float) -> tuple[FloatArray, FloatArray]:
        """(B,) two times of a release in the clocks [s]; ``begin`` is when it begins."""
        first, last = (
            (begin - self.start + (end - begin) * self.longer) * self.velocity for end in ends
        )
        return first, last

    def time(self, clock: FloatArray, member: IntArray, begin: float) -> FloatArray:
        """(n,) time of a release as it was written, from the clock of a member [s]."""
        since = self.start - begin + clock / self.velocity[member]
        return np.asarray(begin + since / self.longer[member])


class _Parts(NamedTuple):
    """Parts of the releases of some steps: each (n,)."""

    member: IntArray
    step: IntArray
    mass: FloatArray
    """[kg]"""
    share: FloatArray
    """Mean age as a share of the step [-]."""


class _Rows(NamedTuple):
    """What goes into cells: each (n,)."""

    member: IntArray
    step: IntArray
    cell: IntArray
    early: FloatArray
    late: FloatArray


def build_feed(
    grid: Grid, releases: Sequence[tuple[Position, Schedule]], clocks: Clocks, steps: int
) -> Feed:
    """Deposits of all members as one table, as ``build_deposits`` makes them for one.

    Raises ValueError for a release along a stretch.
    """
    found = [_rows(grid, position, schedule, clocks, steps) for position, schedule in releases]
    rows = _Rows(*(np.concatenate(column) for column in zip(*found, strict=True)))
    key = rows.step * grid.cells.volume.size + rows.cell
    alike, row = np.unique(key, return_inverse=True)
    step, cell = np.divmod(alike, grid.cells.volume.size)
    masses = np.zeros((2, alike.size, clocks.mass.size))
    np.add.at(masses[0], (row, rows.member), rows.early)
    np.add.at(masses[1], (row, rows.member), rows.late)
    place = np.zeros((2, cell.size), dtype=np.int64)
    place[0] = cell
    starts = grid.ways.table[START]
    if starts.size > 1:
        place[1] = starts.searchsorted(cell, side="right") - 1
    pointer = np.searchsorted(step, np.arange(steps + 1)).astype(np.int64)
    return Feed(pointer, place, masses)


def _rows(
    grid: Grid, position: Position, schedule: Schedule, clocks: Clocks, steps: int
) -> _Rows:  # fmt: skip
    """What one release puts where."""
    if position.half > 0.0:
        raise ValueError("a release along a stretch is not for members side by side")
    number, theta = locate(grid, position)
    own, dt, reach = grid.paths[number], grid.time_step, position.reach
    lead = 2.0 * clocks.taken[:, reach] / float(grid.route.flow.velocity[reach]) ** 2
    parts = _parts(schedule, clocks, dt, steps)
    first, last = clocks.span(schedule.span, schedule.span[0])
    even = last - first > LONG_RELEASE * dt
    at_head = position.distance == 0.0 and reach == own.path.reaches[0]
    after = theta - lead[parts.member]
    place = after + np.where(even[parts.member], 0.5, parts.share) * dt
    if not at_head or theta - own.theta[0] > 1.01 * dt:
        sent = _between_cells(own, place)
        whole = False
    elif own.slow[:2].any():
        sent = _below_slow_wall(own, (place - theta) / dt - 0.5, dt)
        whole = True
    else:
        sent = _below_wall(grid, own, place, parts, clocks, reach)
        whole = False
    tables = []
    for later, cell, weight in sent:
        kept = (weight > 0.0) & (parts.step + later < steps)
        age = np.where(whole | (later > 0), 1.0, parts.share)
        given = parts.mass * weight
        columns = (parts.member, parts.step + later, own.start + cell, given * age,
                   given * (1.0 - age))  # fmt: skip
        tables.append([column[kept] for column in columns])
    return _Rows(*(np.concatenate(column) for column in zip(*tables, strict=True)))


def _parts(schedule: Schedule, clocks: Clocks, dt: float, steps: int) -> _Parts:
    """Mass and mean age of what enters in each step; as ``deposits._parts``."""
    begin = schedule.span[0]
    first, last = clocks.span(schedule.changing, begin)
    low = np.maximum(_steps_before(first, dt), 0)
    high = np.maximum(np.minimum(_steps_until(last, dt) + 1, steps), low)
    count = high - low + 1  # ends of steps
    member = np.repeat(np.arange(count.size), count)
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    edge = np.arange(member.size) - np.repeat(starts - low, count)
    time = clocks.time(edge * dt, member, begin)
    released = clocks.mass[member] * schedule.cumulative(time)
    stretch = clocks.mass * clocks.velocity * clocks.longer
    integral = stretch[member] * schedule.cumulative_integral(time)
    inside = np.ones(member.size - 1, dtype=np.bool_)
    inside[starts[1:] - 1] = False
    mass = np.diff(released)[inside]
    moment = ((np.diff(integral) - dt * released[:-1]) / dt)[inside]
    step, member = edge[:-1][inside], member[:-1][inside]
    noise = (ROUND_OFF * np.maximum.reduceat(np.abs(released), starts))[member]
    active = (mass != 0.0) | (np.abs(moment) > noise)
    mass, moment, noise, step, member = (
        column[active] for column in (mass, moment, noise, step, member)
    )
    share = np.divide(moment, mass, out=np.full(mass.shape, -1.0), where=mass != 0.0)
    plain = (share >= 0.0) & (share <= 1.0)
    small = ~plain & (np.maximum(np.abs(mass), np.abs(moment)) <= noise)
    share = np.where(small, 0.5, share)
    two = ~(plain | small)
    if not two.any():
        return _Parts(member, step, mass, share)
    one = ~two
    ones, noughts = np.ones(int(two.sum())), np.zeros(int(two.sum()))
    return _Parts(
        np.concatenate([member[one], member[two], member[two]]),
        np.concatenate([step[one], step[two], step[two]]),
        np.concatenate([mass[one], moment[two], (mass - moment)[two]]),
        np.concatenate([share[one], ones, noughts]),
    )


def _steps_before(clock: FloatArray, dt: float) -> IntArray:
    """(B,) last step that begins no later than a time of the clock."""
    step = np.floor(clock / dt)
    step += (step + 1.0) * dt <= clock
    step -= step * dt > clock
    return step.astype(np.int64)


def _steps_until(clock: FloatArray, dt: float) -> IntArray:
    """(B,) first step that begins no earlier than a time of the clock."""
    step = np.ceil(clock / dt)
    step -= (step - 1.0) * dt >= clock
    step += step * dt < clock
    return step.astype(np.int64)


_Sent = list[tuple[IntArray, IntArray, FloatArray]]
"""Steps later, cell of the path and share of the mass: what each part is split into."""


def _between_cells(own: PathGrid, theta: FloatArray) -> _Sent:
    """Into the two cells around a place; as ``grid.split_between_cells``."""
    last = own.slow.size - 1
    held = np.searchsorted(own.theta, theta, side="right") - 1
    held = np.minimum(np.maximum(held, 0), last)
    centre = held + (theta - own.theta[held]) / (own.theta[held + 1] - own.theta[held]) - 0.5
    cell = np.floor(centre + 1e-9).astype(np.int64)
    weight = 1.0 - np.maximum(centre - cell, 0.0)
    weight[(cell < 0) | (cell >= last)] = 1.0
    cell = np.minimum(np.maximum(cell, 0), last)
    at_once = np.zeros(cell.size, dtype=np.int64)
    return [(at_once, cell, weight), (at_once, np.minimum(cell + 1, last), 1.0 - weight)]


def _below_slow_wall(own: PathGrid, ahead: FloatArray, dt: float) -> _Sent:
    """Below a headwater where a cell holds several steps; as ``deposits._cells``."""
    first = int(np.argmax(own.slow))
    later = np.where(ahead < 0.0, np.floor(-ahead), 0.0)
    on = ahead * dt / float(own.theta[first + 1] - own.theta[first])
    part = np.where(ahead < 0.0, -ahead - later, on)
    wait = later.astype(np.int64)
    cell = np.full(wait.size, first)
    early = (ahead < 0.0).astype(np.int64)
    return [(wait, cell, 1.0 - part), (wait + early, cell + 1 - early, part)]


def _below_wall(
    grid: Grid, own: PathGrid, theta: FloatArray, parts: _Parts, clocks: Clocks, reach: int
) -> _Sent:
    """Below a headwater, where a plume lacks what would disperse upstream; as there."""
    flow, dt, share = grid.route.flow, grid.time_step, parts.share
    number_per_d = dt / (float(flow.velocity[reach]) * dt) ** 2
    full = float(flow.dispersion_coefficient[reach]) * clocks.factor
    needed = (full * number_per_d)[parts.member]
    given = ((full - clocks.taken[:, reach]) * number_per_d)[parts.member]
    b = (theta - float(own.theta[0])) / float(own.theta[1] - own.theta[0]) - 0.5
    centre = b + (needed - given * share * (1.0 - b)) / (1.0 - given * share)
    above = b + (needed - given * (share - b * (1.0 - share))) / (1.0 - given * (1.0 - share))
    centre = np.where(centre < 0.0, above, np.where(centre > 1.0, b + needed, centre))
    cell = np.floor(centre).astype(np.int64)
    weight = 1.0 - (centre - cell)
    last = own.slow.size - 1
    return [
        (np.maximum(-at, 0), np.minimum(np.maximum(at, 0), last), part)
        for at, part in ((cell, weight), (cell + 1, 1.0 - weight))
    ]
