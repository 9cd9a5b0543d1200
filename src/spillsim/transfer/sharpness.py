"""How many frequencies curves need, and which are too sharp; asked before anything is computed.

Nothing here needs the compiler, so that checking a case does not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..network.network import Position
from ..sources.schedule import InletSchedule, Schedule
from .course import build_course
from .river import Array, River
from .source import source_of
from .windows import response_bounds
from .zones import Course

MOST_POINTS = 1 << 16
"""Frequencies beyond which a curve counts as too sharp for this engine."""

Release = tuple[Position, Schedule]


def releases_by_place(
    releases: Sequence[Release], until: float
) -> Iterator[tuple[Position, list[Schedule]]]:
    """Releases that enter at one place in the same way, together."""
    groups: dict[tuple[int, float, bool], list[Schedule]] = {}
    for position, schedule in releases:
        held = isinstance(schedule, InletSchedule)
        if schedule.span[0] < until:
            key = (position.reach, position.distance, held)
            groups.setdefault(key, []).append(schedule)
    for (reach, distance, _), schedules in groups.items():
        yield Position(reach, distance), schedules


def rows_reached(course: Course, places: Sequence[Position]) -> list[int]:
    """Rows of the places that lie on a course."""
    return [row for row, place in enumerate(places) if course.locate(place) is not None]


def too_sharp(
    river: River, releases: Sequence[Release], places: Sequence[Position], until: float, most: float
) -> list[int]:
    """Rows of places whose curves would take more than ``most`` frequencies, -1 for the outlet."""
    found = []
    for position, schedules in releases_by_place(releases, until):
        source = source_of(schedules, until)
        course = build_course(river, position, list(places))
        rows = rows_reached(course, places)
        at = [course.locate(places[row]) for row in rows]
        ends = np.flatnonzero(course.outlet)
        zone = np.array([a[0] for a in at if a is not None] + ends.tolist(), dtype=np.int64)
        into = np.array([a[1] for a in at if a is not None] + [0.0] * ends.size)
        bounds = response_bounds(course, zone, into)
        late = source.start + bounds[:, 0] >= until
        sharp = ~(points_needed(bounds, source.duration) <= most) & ~late
        names = [*rows, *([-1] * ends.size)]
        found += [names[k] for k in np.flatnonzero(sharp)]
    return sorted(set(found))


def points_needed(bounds: Array, duration: float) -> Array:
    """(P,) frequencies that a curve needs; infinite where no number of them would do."""
    return np.asarray((bounds[:, 1] - bounds[:, 0] + duration) * bounds[:, 2] / (2.0 * np.pi) + 1.0)
