"""Everything that members share, and the scratch a thread needs to solve them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..network.network import Position
from .course import GROWTH, build_course
from .member_arrays import Looking, Sweeping
from .member_curves import PER_FREQUENCY, TERMS
from .member_factors import Factors, MembersWanted
from .member_look import Pieces
from .member_sweep import SIZE
from .member_zones import TRIALS, Courses, Spots, Trials
from .river import Array, Index, River
from .sharpness import Release, releases_by_place
from .source import Source, source_of
from .sweep import LANES, ROWS, Points, Probes
from .zones import STEM, Course, Zones


@dataclass(frozen=True)
class Layout:
    """Everything that members share; Z zones in all."""

    zones: Zones
    """(Z,) zones of the river as it is."""
    group: Index
    """(Z,) which factors of a member hold."""
    courses: Courses
    spots: Spots
    pieces: Pieces


def build_layout(
    river: River,
    releases: Sequence[Release],
    wanted: MembersWanted,
    factors: Factors,
    group: Index,
) -> Layout:
    """Cut the river below every release into zones, alike for all members.

    group : (R,) which factors hold in each reach
    """
    places = list(wanted.places)
    # the square of the growth is the error of the pieces
    growth = max(GROWTH, float(np.sqrt(wanted.accuracy)))
    until = _latest(releases, factors, wanted.until)
    courses, sources = [], []
    for position, schedules in releases_by_place(releases, until):
        course = build_course(
            river, position, places, most_growth=growth, farther=factors.widest_layer
        )
        _check_islands(course, factors.widest_layer)
        courses.append(course)
        sources.append(source_of(schedules, until))
    if not courses:
        raise ValueError("no release begins before the end of the case")
    first = np.concatenate([[0], np.cumsum([course.size for course in courses])])
    courses_of = Courses(
        first.astype(np.int64),
        first[:-1] + np.array([course.source for course in courses], dtype=np.int64),
        np.array([not (c.zones.side_of >= 0).any() for c in courses], dtype=np.bool_),
        np.array([source.held for source in sources], dtype=np.bool_),
        np.array([source.start for source in sources]),
        np.array([source.duration for source in sources]),
    )
    reach = np.concatenate([course.reach for course in courses])
    zones = _all_zones(courses, first)
    return Layout(zones, group[reach].astype(np.int64), courses_of, _spots(courses, first, places),
                  _pieces(sources))  # fmt: skip


def _check_islands(course: Course, widest: float) -> None:
    """Refuse rivers whose islands are too short for the member that disperses farthest."""
    zones = course.zones._replace(dispersion=course.zones.dispersion * widest)
    if not replace(course, zones=zones).islands_are_long:
        raise ValueError("an island is so short that its ends feel each other in some member")


def _all_zones(courses: Sequence[Course], first: Index) -> Zones:
    """The zones of all courses one behind the other, links counted from the first of all."""
    found = Zones(*(np.concatenate(c) for c in zip(*(x.zones for x in courses), strict=True)))
    offset = np.repeat(first[:-1], np.diff(first))
    linked = {
        name: np.where(getattr(found, name) >= 0, getattr(found, name) + offset, -1)
        for name in ("above", "below", "side_of")
    }
    return found._replace(**linked)


def _spots(courses: Sequence[Course], first: Index, places: Sequence[Position]) -> Spots:
    """Where the places lie in the courses."""
    shape = (len(courses), len(places))
    zone, stair = np.full(shape, -1), np.full(shape, -1)
    into, growth = np.zeros(shape), np.zeros(shape)
    for r, course in enumerate(courses):
        for p, place in enumerate(places):
            at = course.locate(place)
            if at is None:
                continue
            zone[r, p], into[r, p] = at
            found = _stair(course, *at)
            if found >= 0:
                stair[r, p], growth[r, p] = found, course.growth[found]
    cost = np.asarray((zone + 1.0).sum(axis=0))
    zone[zone >= 0] += np.broadcast_to(first[:-1, None], shape)[zone >= 0]
    stair[stair >= 0] += np.broadcast_to(first[:-1, None], shape)[stair >= 0]
    return Spots(zone, into, stair, growth, np.argsort(cost, kind="stable"), cost)


def _latest(releases: Sequence[Release], factors: Factors, until: float) -> float:
    """Time in the clock of the releases beyond which no member feels them before the end [s]."""
    earlier = 0.0 if factors.later is None else min(float(factors.later.min()), 0.0)
    shorter = 1.0 if factors.duration is None else min(float(factors.duration.min()), 1.0)
    begin = min(schedule.span[0] for _, schedule in releases)
    return max(until, begin + (until - earlier - begin) / shorter)


def _stair(course: Course, zone: int, into: float) -> int:
    """Zone whose head factor turns the staircase of discharges into the true river; -1 for none."""
    zones = course.zones
    if into == 0.0:
        return zone
    below = int(zones.below[zone])
    foot = into >= zones.length[zone] and zones.joint[zone] == STEM and below >= 0
    return below if foot else -1


def _pieces(sources: Sequence[Source]) -> Pieces:
    """The linear pieces of every release."""
    rows: list[tuple[float, float, float, float]] = []
    first = [0]
    for source in sources:
        for part in source.parts:
            late = part.start - source.start
            if part.time.size == 1:
                rows.append((late, 0.0, float(part.value[0]), 0.0))
                continue
            half = 0.5 * np.diff(part.time)
            middle = late + part.time[:-1] + half
            mean = 0.5 * (part.value[1:] + part.value[:-1])
            rise = 0.5 * np.diff(part.value)
            rows += zip(middle.tolist(), half.tolist(), mean.tolist(), rise.tolist(), strict=True)
        first.append(len(rows))
    kept = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Pieces(np.array(first, dtype=np.int64), *np.ascontiguousarray(kept.T))


@dataclass(frozen=True)
class Scratch:
    """What a thread works in."""

    zones: Zones
    trials: Trials
    bounds: Array
    sweeping: Sweeping
    looking: Looking


def new_scratch(layout: Layout, most: int) -> Scratch:
    """Make room for all zones and for ``most`` frequencies at every place."""
    zones = layout.zones
    count, places = zones.length.size, layout.spots.cost.size
    changed = ("velocity", "area", "dispersion", "decay", "storage_decay", "exchange",
               "returning", "taken", "exit", "spill", "entry")  # fmt: skip
    own = zones._replace(**{name: getattr(zones, name).copy() for name in changed})
    trials = Trials(
        np.zeros(TRIALS), np.zeros((count, TRIALS)), np.zeros((count, TRIALS)),
        np.zeros(count, dtype=np.int64), np.zeros((count, 2)), np.zeros((count, 2)),
        np.zeros(count, dtype=np.bool_),
    )  # fmt: skip
    probes = Probes(
        zone=np.zeros(2, dtype=np.int64), kind=np.zeros(2, dtype=np.int64), near=np.zeros(2),
        far=np.zeros(2), shift=np.zeros(2), weight=np.zeros(2),
        found=np.zeros((2, LANES), dtype=np.complex128),
    )  # fmt: skip
    points = Points(np.zeros(LANES), np.zeros(LANES), np.zeros(LANES, dtype=np.complex128))
    work = np.zeros(count * SIZE)
    sweeping = Sweeping(
        window=np.zeros((4, places)), group=np.zeros(places, dtype=np.int64),
        coefficient=np.zeros((2, places, most), dtype=np.complex128),
        work=work, rows=work.reshape(count, ROWS, LANES), way=np.zeros(4 * LANES),
        omega=np.zeros(LANES), source=np.zeros(2 * LANES), zero=np.zeros(LANES),
        buffer=np.zeros(4 * LANES), filled=np.zeros(count, dtype=np.int64), points=points,
        probes=probes,
    )  # fmt: skip
    looking = Looking(np.zeros((most + TERMS, 2)), np.zeros(PER_FREQUENCY * most + 4 * LANES),
                      np.zeros(LANES), np.zeros(5 * LANES))  # fmt: skip
    return Scratch(own, trials, np.zeros((places, 3)), sweeping, looking)
