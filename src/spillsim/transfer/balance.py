"""Where the mass is over time, each part from its own integral.

What is in the water of a reach is the integral of A C over its zones, what is in storage and what
has decayed follow from it zone by zone; what went past the outlet or was taken out is the integral
of a flux or of a concentration over time. None is found by difference, so that what is missing
from the sum is an error; except around a release, down to where its curve is smooth: there the
curves have corners that no series of frequencies follows exactly, and what is in the water is what
was released less what left that stretch, decayed or is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .response import Answers, Complex, Questions, ask
from .river import Array, Flags, Index
from .series import add_rows
from .source import Source
from .sweep import CONCENTRATION, FLUX, MASS
from .windows import response_bounds
from .zones import MOUTH, Course

SMOOTH_POINTS = 1024
"""Frequencies that follow a curve at the end of the stretch around a release."""
NEAR_POINTS = 4096
"""Frequencies for what is stored or decays within that stretch."""
TAIL_TERMS = 8
"""Last terms from which the size of those left out is taken."""


@dataclass
class Rows:
    """Questions while they are collected."""

    zone: list[int] = field(default_factory=list)
    near: list[float] = field(default_factory=list)
    far: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)

    def add(self, zone: int, near: float, far: float, weight: float = 1.0) -> None:
        """Add a question."""
        self.zone.append(zone)
        self.near.append(near)
        self.far.append(far)
        self.weight.append(weight)

    def questions(self, kind: int, bounds: Array) -> Questions:
        """All as questions of one kind."""
        zone = np.array(self.zone, dtype=np.int64)
        return Questions(zone, np.full(zone.size, kind, dtype=np.int64), np.array(self.near),
                         np.array(self.far), np.array(self.weight), bounds)  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """The zones around a release whose content is found by difference."""

    cut: int
    """Zone in which it ends."""
    into: float
    """Where in it [m]."""
    inside: Flags
    """(Z,) zones that belong to it entirely."""


def find_stretch(course: Course, duration: float) -> Stretch:
    """How far down a release has to be followed until its curve is smooth."""
    zones = course.zones
    zone, into = course.source, 0.0
    step = float(zones.dispersion[zone] / zones.velocity[zone])
    while not course.outlet[zone]:
        if zones.tank[zone] or into + step >= zones.length[zone]:
            zone, into = int(zones.below[zone]), 0.0
        else:
            into += step
        (bounds,) = response_bounds(course, np.array([zone]), np.array([into]))
        points = (bounds[1] - bounds[0] + duration) * bounds[2] / (2.0 * np.pi)
        if points <= SMOOTH_POINTS:
            break
        step *= 1.5
    inside = np.zeros(course.size, dtype=np.bool_)
    here = course.source
    while here != zone:
        inside[here] = True
        here = int(zones.below[here])
    for i in np.flatnonzero(zones.upstream)[::-1].tolist():
        below = int(zones.below[i])
        inside[i] = inside[below] or below == zone
    return Stretch(zone, into, inside)


def ledger(course: Course, source: Source, released: Array, time: Array) -> Array:
    """(6, L) released, in the river, in storage, decayed, abstracted, past the outlet [kg].

    Raises
    ------
    NotSmoothError
        the curve at the outlet is too sharp.

    released : (L,) mass released before each time [kg]
    """
    zones = course.zones
    stretch = find_stretch(course, source.duration)
    total = np.zeros((6, time.size))
    total[0] = released
    _add_far(course, source, stretch, time, total)
    at_nodes = np.flatnonzero(zones.taken - course.arms > 0.0)
    within = stretch.inside.copy()
    within[stretch.cut] = True
    taken = Rows()
    for i in at_nodes[~within[at_nodes]].tolist():
        taken.add(i, 0.0, 0.0, float(zones.taken[i] - course.arms[i]))
    for i in np.flatnonzero((zones.spill > 0.0) & ~stretch.inside).tolist():
        taken.add(i, float(zones.length[i]), float(zones.length[i]), float(zones.spill[i]))
    _add_passed(course, source, taken, CONCENTRATION, time, total[4])
    past = Rows()
    for i in np.flatnonzero(course.outlet).tolist():
        past.add(i, 0.0, 0.0)
    _add_passed(course, source, past, FLUX, time, total[5])
    _add_near(course, source, stretch, time, total)
    return total


def _bounds(course: Course, zone: Index, into: Array) -> Array:
    """Bounds at places, of the node below for places above a release or a mouth."""
    zones = course.zones
    zone, into = zone.copy(), into.copy()
    while zones.upstream[zone].any():
        up = zones.upstream[zone]
        into[up] = 0.0
        zone[up] = zones.below[zone[up]]
    return response_bounds(course, zone, into)


def _add_passed(
    course: Course, source: Source, rows: Rows, kind: int, time: Array, total: Array
) -> None:
    """Add the integral over time of fluxes, or of concentrations times a discharge."""
    if not rows.zone:
        return
    bounds = _bounds(course, np.array(rows.zone, dtype=np.int64), np.array(rows.near))
    for answers in ask(course, source, rows.questions(kind, bounds), until=float(time[-1])):
        _add(answers, answers.coefficient, True, time, total)


def _add(answers: Answers, coefficient: Complex, integral: bool, time: Array, total: Array) -> None:
    """Add all curves to one.

    A curve that begins with a jump has terms that fall as 1/k, its integral 1/k2. What is left out
    behind the last of them then sums up at the window's begin, from where the integral counts.
    """
    row = np.zeros(answers.rows.size, dtype=np.int64)
    add_rows(
        np.ascontiguousarray(coefficient), answers.start, answers.period, integral, row, time,
        total[None],
    )  # fmt: skip
    if not integral:
        return
    size = coefficient.shape[1]
    order = np.arange(size - TAIL_TERMS, size)
    mean = (coefficient.imag[:, order] * order).mean(axis=1)
    left_out = mean * answers.period / (2.0 * np.pi * (size - 0.5))
    since = time - answers.start[:, None]
    within = (since > 0.0) & (since < answers.period)
    total -= np.where(within, left_out[:, None], 0.0).sum(axis=0)


def _add_contents(course: Course, answers: Answers, zone: Index, time: Array, total: Array) -> None:
    """Add what is in the water, in storage and what has decayed to rows 1 to 3."""
    zones = course.zones
    omega = 2.0 * np.pi / answers.period * np.arange(answers.coefficient.shape[1])
    own = zone[answers.rows]
    stored = np.zeros(answers.coefficient.shape, dtype=np.complex128)
    has = zones.exchange[own] > 0.0
    rate = (zones.storage_decay + zones.returning)[own[has], None] + 1j * omega
    stored[has] = zones.exchange[own[has], None] / rate * answers.coefficient[has]
    _add(answers, answers.coefficient, False, time, total[1])
    if has.any():
        _add(answers, stored, False, time, total[2])
    decaying = zones.decay[own, None] * answers.coefficient
    decaying += zones.storage_decay[own, None] * stored
    if (zones.decay[own] > 0.0).any() or (zones.storage_decay[own] > 0.0).any():
        _add(answers, decaying, True, time, total[3])


def _add_far(course: Course, source: Source, stretch: Stretch, time: Array, total: Array) -> None:
    """Add what is in the zones below the stretch around the release."""
    zones = course.zones
    rows = Rows()
    for i in np.flatnonzero(~stretch.inside & ~course.outlet).tolist():
        begin = stretch.into if i == stretch.cut else 0.0
        if begin < zones.length[i]:
            rows.add(i, begin, float(zones.length[i]))
    if not rows.zone:
        return
    zone = np.array(rows.zone, dtype=np.int64)
    at_head = _bounds(course, zone, np.array(rows.near))
    at_foot = _bounds(course, zone, np.array(rows.far))
    bounds = np.stack([at_head[:, 0], at_foot[:, 1], at_head[:, 2]], axis=1)
    questions = rows.questions(MASS, bounds)
    for answers in ask(course, source, questions, until=float(time[-1])):
        _add_contents(course, answers, zone, time, total)


def _add_near(course: Course, source: Source, stretch: Stretch, time: Array, total: Array) -> None:
    """Add what is in the stretch around the release: what was released less all that left it."""
    zones = course.zones
    own = np.zeros((6, time.size))
    leaves = Rows()
    if course.outlet[stretch.cut]:
        leaves.add(stretch.cut, 0.0, 0.0)
    else:
        leaves.add(stretch.cut, stretch.into, stretch.into)
    within = stretch.inside.copy()
    within[stretch.cut] = True
    arms = (zones.side_of >= 0) & ~stretch.inside
    for i in np.flatnonzero(arms & within[zones.side_of]).tolist():
        leaves.add(i, 0.0, 0.0)
    left = np.zeros(time.size)
    _add_passed(course, source, leaves, FLUX, time, left)
    foreign = (zones.joint == MOUTH) & ~stretch.inside & ~zones.upstream & ~course.outlet
    comes = Rows()
    for i in np.flatnonzero(foreign & within[zones.below]).tolist():
        comes.add(i, float(zones.length[i]), float(zones.length[i]), float(zones.exit[i]))
    back = np.zeros(time.size)
    _add_passed(course, source, comes, CONCENTRATION, time, back)
    (cut,) = response_bounds(course, np.array([stretch.cut]), np.array([stretch.into]))
    length = float(cut[1]) + source.duration
    near = np.array([0.0, float(cut[1]), 2.0 * np.pi * (NEAR_POINTS - 2) / length])
    inside = Rows()
    for i in np.flatnonzero(stretch.inside).tolist():
        inside.add(i, 0.0, float(zones.length[i]))
    if stretch.into > 0.0:
        inside.add(stretch.cut, 0.0, stretch.into)
    zone = np.array(inside.zone, dtype=np.int64)
    if zone.size and ((zones.exchange[zone] > 0.0).any() or (zones.decay[zone] > 0.0).any()):
        questions = inside.questions(MASS, np.tile(near, (zone.size, 1)))
        for answers in ask(course, source, questions, until=float(time[-1]), exact=False):
            _add_contents(course, answers, zone, time, own)
    taken = Rows()
    at_nodes = np.flatnonzero(within & (zones.taken - course.arms > 0.0))
    for i in at_nodes.tolist():
        taken.add(i, 0.0, 0.0, float(zones.taken[i] - course.arms[i]))
    if taken.zone:
        bounds = np.tile(near, (len(taken.zone), 1))
        questions = taken.questions(CONCENTRATION, bounds)
        for answers in ask(course, source, questions, until=float(time[-1]), exact=False):
            _add(answers, answers.coefficient, True, time, own[4])
    total[2:5] += own[2:5]
    total[1] += total[0] - left + back - own[2:5].sum(axis=0)
