"""One substance from its releases to curves, peaks, fields and the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..network.network import Position
from ..sources.schedule import InletSchedule, Schedule, proportion
from .balance import ledger
from .cells import Cells
from .course import build_course
from .response import Answers, Questions, ask, ask_together, questions_at
from .river import Array, Index, River
from .series import add_rows
from .sharpness import MOST_POINTS, Release, releases_by_place, rows_reached
from .source import Source, source_of
from .sweep import CONCENTRATION, FLUX
from .windows import response_bounds
from .zones import ASIDE, Course

MOST_POINTS_OF_CELLS = 4096
"""Frequencies for a cell; nearer to a release than they resolve, its peak is a mean over time."""
SAMPLES = 8
"""Samples per frequency among which a peak is looked for."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of a run."""

    places: Sequence[Position]
    """(S,) stations."""
    output_time: Array
    """(T,) [s since the start of the case], increasing."""
    ledger_time: Array
    """(L,)"""
    field_time: Array
    """(F,)"""
    cells: Cells
    until: float
    """End of the case [s]."""


@dataclass(frozen=True)
class Solved:
    """What the releases of one substance leave."""

    concentration: Array
    """(S, T) [kg/m3]."""
    cumulative_mass: Array
    """(S, T) [kg]."""
    ledger: Array
    """(6, L) released, river, storage, decayed, abstracted, past the outlet [kg]."""
    peak: Array
    """(K,) [kg/m3]."""
    peak_time: Array
    """(K,) [s since the start of the case], nan where nothing came."""
    field: Array
    """(F, K) [kg/m3]."""

    def scaled(self, factor: float) -> Solved:
        """The same for releases that are larger by a factor."""
        return Solved(
            factor * self.concentration,
            factor * self.cumulative_mass,
            factor * self.ledger,
            factor * self.peak,
            self.peak_time,
            factor * self.field,
        )


SAMPLES_OF_OTHERS = 512
"""Samples of what other releases bring to a cell while one release passes it."""


def proportion_of(releases: Sequence[Release], others: Sequence[Release]) -> float | None:
    """Factor by which releases are larger than others, None where one does not do for all."""
    if len(releases) != len(others):
        return None
    factors = [
        proportion(own, its) if place == there else None
        for (place, own), (there, its) in zip(releases, others, strict=True)
    ]
    first = factors[0] if factors else None
    if first is None or any(f is None or abs(f / first - 1.0) > 1e-14 for f in factors):
        return None
    return first


def solve(river: River, releases: Sequence[Release], wanted: Wanted) -> Solved:
    """Everything that a run wants to know of one substance.

    Raises
    ------
    NotSmoothError
        a curve at a station, or at the outlet, is too sharp.
    """
    places, cells = wanted.places, wanted.cells
    curves = np.zeros((2, len(places), wanted.output_time.size))
    total = np.zeros((6, wanted.ledger_time.size))
    alike: dict[tuple[int, float, float], list[tuple[Course, Source]]] = {}
    for position, schedules in releases_by_place(releases, wanted.until):
        source = source_of(schedules, wanted.until)
        course = build_course(river, position, list(places))
        rows = np.array(rows_reached(course, places), dtype=np.int64)
        own = [places[row] for row in rows.tolist()]
        for kind, integral in ((CONCENTRATION, False), (FLUX, True)):
            questions = questions_at(course, own, kind)
            for answers in ask(course, source, questions, until=wanted.until):
                add_rows(
                    answers.coefficient, answers.start, answers.period, integral,
                    rows[answers.rows], wanted.output_time, curves[kind],
                )  # fmt: skip
        released = _released(course, source, schedules, wanted.ledger_time)
        total += ledger(course, source, released, wanted.ledger_time)
        kind_of = (position.reach, source.start, source.duration)
        alike.setdefault(kind_of, []).append((course, source))
    in_cells = [_ask_cells(together, cells, wanted.until) for together in alike.values()]
    peak, peak_time = _peaks(in_cells, cells.reach.size, wanted.until)
    field = np.zeros((cells.reach.size, wanted.field_time.size))
    for answered in in_cells if wanted.field_time.size else []:
        for answers in answered:
            add_rows(
                answers.coefficient, answers.start, answers.period, False, answers.rows,
                wanted.field_time, field,
            )  # fmt: skip
    return Solved(curves[0], curves[1], total, peak, peak_time, field.T.copy())


def _released(course: Course, source: Source, schedules: Sequence[Schedule], time: Array) -> Array:
    """(L,) mass that has entered before each time [kg].

    What a held concentration takes in is known in closed form for a zone that is long; for a
    short one it is the integral of the flux at its head.
    """
    total = np.zeros(time.size)
    zones, i = course.zones, course.source
    length = zones.length[i] * zones.velocity[i] / zones.dispersion[i]
    if source.held and length < ASIDE:
        begin_and_end = response_bounds(course, np.array([i]), zones.length[[i]])[0]
        period = float(begin_and_end[1]) + source.duration
        top = 2.0 * np.pi * (MOST_POINTS - 1) / period
        bounds = np.array([[0.0, begin_and_end[1], top]])
        zero, one = np.zeros(1), np.ones(1)
        kind = np.array([FLUX], dtype=np.int64)
        entering = Questions(np.array([i]), kind, zero, zero, one, bounds)
        for answers in ask(course, source, entering, exact=False):
            total += answers.series(0).integral(time)
        return total
    for schedule in schedules:
        own = schedule
        if isinstance(own, InletSchedule):
            zone = replace(own.zone, velocity=float(zones.velocity[i]),
                           dispersion_coefficient=float(zones.dispersion[i]))  # fmt: skip
            own = replace(own, zone=zone, discharge=float(zones.velocity[i] * zones.area[i]))
        total += own.cumulative(time)
    return total


def _ask_cells(
    together: Sequence[tuple[Course, Source]], cells: Cells, until: float
) -> list[Answers]:
    """Concentrations in the middle of the cells below releases that begin and last alike."""
    asked = []
    wide = np.tile([np.inf, -np.inf, 0.0], (cells.reach.size, 1))
    for course, source in together:
        rows, questions = _cell_questions(course, cells)
        begin, end, top = questions.bounds.T
        wide[rows] = np.stack([np.minimum(wide[rows, 0], begin), np.maximum(wide[rows, 1], end),
                               np.maximum(wide[rows, 2], top)], axis=1)  # fmt: skip
        asked.append((course, source, questions, rows))
    reached = np.flatnonzero(wide[:, 1] > wide[:, 0])
    place = np.full(cells.reach.size, -1)
    place[reached] = np.arange(reached.size)
    asked = [(course, source, own, place[rows]) for course, source, own, rows in asked]
    bounds = wide[reached]
    length = bounds[:, 1] - bounds[:, 0] + together[0][1].duration
    bounds[:, 2] = np.minimum(bounds[:, 2], 2.0 * np.pi * MOST_POINTS_OF_CELLS / length)
    return [
        Answers(reached[a.rows], a.start, a.period, _smoothed(a.coefficient))
        for a in ask_together(asked, bounds, until)
    ]


def _cell_questions(course: Course, cells: Cells) -> tuple[Index, Questions]:
    """Rows of the cells that a release comes to, and the questions about them."""
    zones = course.zones
    found = [
        (row, course.locate(Position(int(reach), float(x))))
        for row, (reach, x) in enumerate(zip(cells.reach, cells.centre, strict=True))
    ]
    rows = np.array([row for row, at in found if at is not None], dtype=np.int64)
    zone = np.array([at[0] for _, at in found if at is not None], dtype=np.int64)
    into = np.array([at[1] for _, at in found if at is not None], dtype=np.float64)
    flow = course.river.flow
    reach = cells.reach[rows]
    discharge = flow.discharge_head[reach] + flow.lateral_inflow[reach] * cells.centre[rows]
    # in bulk Q C is as in the true river; where dispersion is felt across a zone, C itself is
    peclet = zones.velocity[zone] * zones.length[zone] / zones.dispersion[zone]
    bulk = peclet / (peclet + ASIDE) * (flow.lateral_inflow[reach] > 0.0)
    staircase = zones.velocity[zone] * zones.area[zone]
    weight = np.where(zones.tank[zone], 1.0, 1.0 + bulk * (staircase / discharge - 1.0))
    kind = np.full(zone.size, CONCENTRATION, dtype=np.int64)
    bounds = response_bounds(course, zone, into)
    return rows, Questions(zone, kind, into, into, weight, bounds)


def _smoothed(coefficient: np.ndarray) -> np.ndarray:
    """Let the last frequencies of curves that are cut off there run out gently."""
    size = coefficient.shape[1]
    sizes = np.abs(coefficient)
    cut = sizes[:, -4:].max(axis=1) > 1e-9 * sizes.max(axis=1)
    if not cut.any():
        return coefficient
    filtered = coefficient * np.exp(-36.0 * (np.arange(size) / size) ** 8)
    return np.where(cut[:, None], filtered, coefficient)


def _peaks(in_cells: Sequence[list[Answers]], count: int, until: float) -> tuple[Array, Array]:
    """(K,) highest concentration of every cell until the end, and when."""
    peak, when = np.zeros(count), np.full(count, np.nan)
    for number, answered in enumerate(in_cells):
        others = [a for k, other in enumerate(in_cells) if k != number for a in other]
        for answers in answered:
            size = SAMPLES * answers.coefficient.shape[1]
            block = max(1, 2**22 // size)
            for first in range(0, answers.rows.size, block):
                part = slice(first, first + block)
                top, at = _peaks_of(answers, part, size, others, until)
                rows = answers.rows[part]
                higher = top > peak[rows]
                peak[rows[higher]] = top[higher]
                when[rows[higher]] = at[higher]
    return peak, when


def _peaks_of(
    answers: Answers, part: slice, size: int, others: Sequence[Answers], until: float
) -> tuple[Array, Array]:
    """Highest value and its time in each window of a block, parabola through the logarithms."""
    coefficient, start = answers.coefficient[part], answers.start[part]
    doubled = 0.5 * size * coefficient
    doubled[:, 0] *= 2.0
    value = np.fft.irfft(doubled, size, axis=1)
    step = answers.period / size
    for g in range(start.size) if others else ():
        value[g] += _others(int(answers.rows[part][g]), others, float(start[g]), step, size)
    seen = start[:, None] + step * np.arange(size) <= until
    value = np.where(seen, value, -np.inf)
    best = np.argmax(value, axis=1)
    row = np.arange(start.size)
    top, at = value[row, best], start + step * best
    inner = (best > 0) & (best < size - 1)
    low, high = value[row, best - 1], value[row, np.minimum(best + 1, size - 1)]
    inner &= (low > 0.0) & (high > 0.0)
    a, b, c = (np.log(np.where(inner, v, 1.0)) for v in (low, top, high))
    bend = a - 2.0 * b + c
    inner &= bend < 0.0
    shift = np.where(inner, 0.5 * (a - c) / np.where(inner, bend, 1.0), 0.0)
    raised = np.where(inner, top * np.exp(-0.25 * (a - c) * shift), top)
    return raised, at + step * shift


def _others(cell: int, others: Sequence[Answers], start: float, step: float, size: int) -> Array:
    """(size,) what other releases bring to a cell; straight lines between some of the times."""
    every = max(1, size // SAMPLES_OF_OTHERS)
    place = np.append(np.arange(0, size, every), size)
    time = np.asarray(start + step * place, dtype=np.float64)
    value = np.zeros((1, time.size))
    row = np.zeros(1, dtype=np.int64)
    for other in others:
        for g in np.flatnonzero(other.rows == cell).tolist():
            own = slice(g, g + 1)
            add_rows(other.coefficient[own], other.start[own], other.period, False, row, time,
                     value)  # fmt: skip
    return np.asarray(np.interp(np.arange(size), place, value[0]))
