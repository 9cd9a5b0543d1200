"""Responses of a river to what enters it, exact but for round-off, over frequency and over time.

``build_course`` cuts the river below a release into zones, ``ask`` sweeps them for a set of
questions (concentration or mass flux at a place, mass between two places), each on a window of its
own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..network.network import Position
from .course import build_course
from .river import Array, Index, River
from .series import Series, add_rows
from .sharpness import MOST_POINTS, points_needed
from .source import Part, Source
from .sweep import CONCENTRATION, FLUX, LANES, MASS, ROWS, Points, Probes, respond
from .windows import response_bounds
from .zones import ASIDE, STEM, Course

Complex = NDArray[np.complex128]

RESOLVED = 1e-11
"""What the last frequencies may still hold, as a share of the largest."""
SLUG = Source((Part(0.0, np.zeros(1), np.ones(1)),))
"""One kilogram at once."""


class NotSmoothError(ValueError):
    """A curve is too sharp for the frequencies that may be spent; says at which question."""

    def __init__(self, question: int) -> None:
        super().__init__("a curve is too sharp for its window")
        self.question = question


@dataclass(frozen=True)
class Questions:
    """P questions about one course."""

    zone: Index
    kind: Index
    """(P,) CONCENTRATION, FLUX or MASS."""
    near: Array
    far: Array
    """(P,) distances from the head of the zone [m]."""
    weight: Array
    """(P,) factor of the answer."""
    bounds: Array
    """(P, 3) begin, end [s after a slug] and highest angular frequency [1/s]."""

    def take(self, rows: Index) -> Questions:
        """Some of the questions."""
        return Questions(self.zone[rows], self.kind[rows], self.near[rows], self.far[rows],
                         self.weight[rows], self.bounds[rows])  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """The answers to some questions that share a window's length."""

    rows: Index
    """(G,) which questions."""
    start: Array
    """(G,) begin of each window [s]."""
    period: float
    """Length of the windows [s]."""
    coefficient: Complex
    """(G, K) Fourier coefficients."""

    def add_to(self, value: Array, time: Array, *, integral: bool = False) -> None:
        """Add the curves, or their integrals, to the rows of (P, T) values by question."""
        add_rows(self.coefficient, self.start, self.period, integral, self.rows, time, value)

    def series(self, number: int) -> Series:
        """One of the curves."""
        return Series(float(self.start[number]), self.period, self.coefficient[number])


def questions_at(course: Course, places: Sequence[Position], kind: int) -> Questions:
    """Ask for concentration or flux at places; all must lie below the release.

    Raises
    ------
    LookupError
        nothing that is released comes to a place.
    """
    found = []
    for place in places:
        at = course.locate(place)
        if at is None:
            reach = course.river.network.reach_id[place.reach]
            raise LookupError(f'nothing comes to reach "{reach}" at {place.distance:g} m')
        found.append(at)
    zone = np.array([i for i, _ in found], dtype=np.int64)
    into = np.array([x for _, x in found], dtype=np.float64)
    weight = np.ones(zone.size)
    if kind == CONCENTRATION:
        weight = _factors(course, zone, into)
    kinds = np.full(zone.size, kind, dtype=np.int64)
    return Questions(zone, kinds, into, into, weight, response_bounds(course, zone, into))


def _factors(course: Course, zone: Index, into: Array) -> Array:
    """(P,) what turns the staircase of discharges into the true concentration."""
    zones = course.zones
    foot = (into >= zones.length[zone]) & (zones.joint[zone] == STEM) & (zones.below[zone] >= 0)
    return np.where(into == 0.0, course.head_factor[zone],
                    np.where(foot, course.head_factor[zones.below[zone]], 1.0))  # fmt: skip


def last_felt(course: Course, zone: int) -> int:
    """Last zone whose properties are felt at a zone."""
    zones = course.zones
    felt = 0.0
    below = int(zones.below[zone])
    while below >= 0 and felt < ASIDE:
        zone = below
        felt += float(zones.velocity[zone] * zones.length[zone] / zones.dispersion[zone])
        below = int(zones.below[zone])
    return zone


def ask(
    course: Course, source: Source, questions: Questions, *, until: float = np.inf,
    exact: bool = True,
) -> list[Answers]:  # fmt: skip
    """Answer questions about what a release does; those that begin after ``until`` are left out.

    exact : False to take the highest frequencies given as they are, smooth or not

    Raises
    ------
    NotSmoothError
        a curve would take more frequencies than ``MOST_POINTS``.
    """
    early = np.flatnonzero(source.start + questions.bounds[:, 0] < until)
    if early.size == 0:
        return []
    bounds = questions.bounds[early]
    needed = points_needed(bounds, source.duration)
    sharp = ~(needed <= MOST_POINTS)
    if sharp.any():
        raise NotSmoothError(int(early[sharp][0]))
    length = bounds[:, 1] - bounds[:, 0] + source.duration
    key = np.floor(np.log2(length)) * 4096.0 + np.floor(np.log2(bounds[:, 2]))
    return [_answer(course, source, questions, early[key == one], exact) for one in np.unique(key)]


def _answer(
    course: Course, source: Source, questions: Questions, rows: Index, exact: bool
) -> Answers:
    """One group, with twice the frequencies as long as the last ones still matter."""
    own = questions.take(rows)
    begin = own.bounds[:, 0]
    period = float(np.max(own.bounds[:, 1] - begin)) + source.duration
    size = period * float(np.max(own.bounds[:, 2])) / (2.0 * np.pi) + 1.0
    while True:
        size = LANES * int(np.ceil(size / LANES))
        if size > 2 * MOST_POINTS:
            raise NotSmoothError(int(rows[0]))
        found = _coefficients(course, source, own, period, size)
        sizes = np.abs(found)
        left = sizes[:, -4:].max(axis=1) > RESOLVED * sizes.max(axis=1)
        if not (exact and left.any()):
            return Answers(rows, source.start + begin, period, found)
        size *= 2


def _coefficients(
    course: Course, source: Source, questions: Questions, period: float, size: int
) -> Complex:
    """(P, size) Fourier coefficients of answers on windows of one length."""
    omega = np.asarray(2.0 * np.pi / period * np.arange(size), dtype=np.float64)
    factor = source.transform(omega) * (2.0 / period)
    factor[0] *= 0.5
    begin = questions.bounds[:, 0]
    return sweep_for(course, source.held, questions, np.asarray(1j * omega), factor, begin)


def ask_together(
    asked: Sequence[tuple[Course, Source, Questions, Index]], bounds: Array, until: float
) -> list[Answers]:
    """Answers summed over releases that begin and last alike; highest frequencies as they are.

    Parameters
    ----------
    asked : for each release its course, its source, its questions, and which row of the answers
        each of them is about
    bounds : (P, 3) begin, end [s after a slug] and highest angular frequency [1/s] of each row,
        as wide as those of all questions about it
    until : rows that begin later are left out [s since the start of the case]
    """
    first = asked[0][1]
    length = bounds[:, 1] - bounds[:, 0] + first.duration
    key = np.floor(np.log2(length)) * 4096.0 + np.floor(np.log2(bounds[:, 2]))
    key[first.start + bounds[:, 0] >= until] = np.nan
    found = []
    for one in np.unique(key[~np.isnan(key)]):
        rows = np.flatnonzero(key == one)
        period = float(length[rows].max())
        most = period * float(bounds[rows, 2].max()) / (2.0 * np.pi) + 1.0
        size = LANES * int(np.ceil(most / LANES))
        total = np.zeros((rows.size, size), dtype=np.complex128)
        for course, source, questions, about in asked:
            own = np.flatnonzero(key[about] == one)
            if own.size:
                wide = replace(questions.take(own), bounds=bounds[about[own]])
                at = np.searchsorted(rows, about[own])
                total[at] += _coefficients(course, source, wide, period, size)
        found.append(Answers(rows, first.start + bounds[rows, 0], period, total))
    return found


def sweep_for(
    course: Course, held: bool, questions: Questions, s: Complex, factor: Complex, shift: Array
) -> Complex:
    """(P, K) answers for given s, K a multiple of ``LANES``, times ``factor`` and exp(s shift)."""
    last = max(last_felt(course, int(zone)) for zone in np.unique(questions.zone))
    found = np.empty((questions.zone.size, s.size), dtype=np.complex128)
    points = Points(s.real.copy(), s.imag.copy(), factor)
    probes = Probes(questions.zone, questions.kind, questions.near, questions.far, shift,
                    questions.weight, found)  # fmt: skip
    work = np.empty((last + 1, ROWS, LANES))
    filled = np.empty(last + 1, dtype=np.int64)
    respond(last, course.source, held, points, course.zones, probes, work, filled)
    return found


def transfer_function(
    river: River, release: Position, place: Position, s: Complex, kind: int = CONCENTRATION
) -> Complex:
    """(K,) transform of the response at a place to one kilogram released at once at another.

    Concentration [s/m3], or the mass flux through the place [-] with ``kind=FLUX``; Re s >= 0.
    """
    course = build_course(river, release, [place])
    questions = questions_at(course, [place], kind)
    padded = np.zeros(LANES * int(np.ceil(s.size / LANES)), dtype=np.complex128)
    padded[: s.size] = s
    one = np.ones(padded.size, dtype=np.complex128)
    return sweep_for(course, False, questions, padded, one, np.zeros(1))[0, : s.size]


@dataclass(frozen=True)
class Passage:
    """What passes a place after a release."""

    concentration: Series
    """Resident concentration [kg/m3]."""
    flux: Series
    """Mass flux [kg/s]; its integral is the mass that has passed [kg]."""


def passages(
    river: River, release: Position, places: Sequence[Position], source: Source = SLUG
) -> list[Passage]:
    """Give what passes every place; a kilogram released at once if no source is given.

    Raises
    ------
    LookupError
        nothing that is released comes to a place.
    NotSmoothError
        a place is so near to the release, or dispersion so weak, that the curve is too sharp.
    """
    course = build_course(river, release, list(places))
    rows: list[dict[int, Series]] = [{} for _ in places]
    for kind in (CONCENTRATION, FLUX):
        for answers in ask(course, source, questions_at(course, places, kind)):
            for number, row in enumerate(answers.rows.tolist()):
                rows[row][kind] = answers.series(number)
    return [Passage(row[CONCENTRATION], row[FLUX]) for row in rows]


__all__ = [
    "CONCENTRATION",
    "FLUX",
    "MASS",
    "Answers",
    "NotSmoothError",
    "Passage",
    "Questions",
    "ask",
    "ask_together",
    "last_felt",
    "passages",
    "questions_at",
    "sweep_for",
    "transfer_function",
]
