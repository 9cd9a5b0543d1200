"""One member after the other: its zones, its windows, its sweeps and what its curves are asked.

The places of a member are swept in groups that share a window's length and its frequencies; as
many frequencies are taken as it needs until the last of them no longer matter.
"""

from __future__ import annotations

import math

from .compiler import jit, part
from .member_arrays import ENDLESS, GOOD, NOTHING, SHARP, Asked, Change, Found, Looking, Sweeping
from .member_curves import (
    TERMS,
    Curve,
    add_curve,
    find_peak,
    find_times,
    integral_until,
    samples_of,
    values_between,
)
from .member_look import Pieces, look, source_block
from .member_sweep import enter, find_way, go_on
from .member_zones import (
    Courses,
    Spots,
    Trials,
    change_zones,
    find_bounds,
    head_factor,
)
from .river import Array, Index
from .series import Complex
from .sweep import CONCENTRATION, FLUX, LANES, probe, sweep_block
from .zones import ASIDE, Zones

FLOOR = 3.0
"""Levels are told from zero where they are this times the accuracy above it."""
CUT = 0.1
"""Frequencies at the end are left out of the samples where they are this times as small."""
LAST = 8
"""Frequencies that are looked at to see whether more are needed."""


@part
def last_felt(i: int, zones: Zones) -> int:
    """Last zone whose properties are felt at a zone."""
    felt, below = 0.0, zones.below[i]
    while below >= 0 and felt < ASIDE:
        i = below
        felt += zones.velocity[i] * zones.length[i] / zones.dispersion[i]
        below = zones.below[i]
    return i


@jit
def find_windows(
    zones: Zones, courses: Courses, spots: Spots, trials: Trials, later: float, longer: float,
    tail: float, bounds: Array, window: Array,
) -> None:  # fmt: skip
    """Write begin, end and narrow deviation of every place; the end below the begin for none."""
    for p in range(window.shape[1]):
        window[0, p], window[1, p], window[2, p] = math.inf, -math.inf, math.inf
    for r in range(courses.origin.size):
        find_bounds(courses.first[r], courses.first[r + 1], courses.origin[r], courses.single[r],
                    spots.zone[r], spots.into[r], tail, zones, trials, bounds)  # fmt: skip
        start = courses.start[r] + later
        for p in range(window.shape[1]):
            if spots.zone[r, p] >= 0:
                end = start + longer * courses.duration[r] + bounds[p, 1]
                window[0, p] = min(window[0, p], start + bounds[p, 0])
                window[1, p] = max(window[1, p], end)
                window[2, p] = min(window[2, p], bounds[p, 2])


@jit
def choose_groups(spots: Spots, until: float, small: float, window: Array, group: Index) -> int:
    """Say which places are swept together: the number of the group, or minus a status."""
    logarithm = -2.0 * math.log(small)
    groups, cost, weight = 0, 0.0, 0.0
    period, top = 0.0, 0.0
    for n in range(group.size - 1, -1, -1):
        p = spots.order[n]
        if not window[0, p] < until:
            group[p] = -NOTHING
            continue
        if not window[1, p] < math.inf:
            group[p] = -ENDLESS
            continue
        own_period, own_top = window[1, p] - window[0, p], math.sqrt(logarithm) / window[2, p]
        own = spots.cost[p] * (LANES + own_period * own_top / (2.0 * math.pi))
        wide, high = max(period, own_period), max(top, own_top)
        joint = weight * (LANES + wide * high / (2.0 * math.pi))
        if groups == 0 or joint > cost + own:
            groups += 1
            weight, period, top, cost = spots.cost[p], own_period, own_top, own
        else:
            period, top, cost = wide, high, joint
        group[p] = groups
    return groups


@part
def stair_factor(r: int, p: int, spots: Spots, zones: Zones) -> float:
    """What turns the staircase of discharges into the true concentration at a place."""
    stair = spots.stair[r, p]
    return float(head_factor(stair, spots.growth[r, p], zones)) if stair >= 0 else 1.0


@jit
def add_course(
    r: int, number: int, first: int, start: float, zones: Zones, courses: Courses, spots: Spots,
    own: Sweeping,
) -> int:  # fmt: skip
    """Add what one course brings to the places of a group, at one block of frequencies."""
    head, origin, held = courses.first[r], courses.origin[r], courses.held[r]
    deepest, last = head - 1, head - 1
    for p in range(own.group.size):
        if own.group[p] == number and spots.zone[r, p] >= 0:
            deepest = max(deepest, spots.zone[r, p])
            last = max(last, last_felt(spots.zone[r, p], zones))
    if last < head:
        return 0
    if not courses.single[r]:
        for j in range(LANES):
            own.points.im[j] = own.omega[j]
            own.points.source[j] = complex(own.source[j], own.source[LANES + j])
        sweep_block(0, head, last, origin, held, True, own.points, zones, own.rows, own.filled)
        for p in range(own.group.size):
            if own.group[p] == number and spots.zone[r, p] >= 0:
                ask_probe(r, p, first, own.window[0, p] - start, zones, spots, own)
        return int(last + 1 - head)
    find_way(head, last, origin, own.omega, zones, own.work, own.rows, own.zero)
    enter(origin, held, zones, own.rows, own.way)
    i = origin
    while True:
        for p in range(own.group.size):
            if own.group[p] == number and spots.zone[r, p] == i:
                weight = stair_factor(r, p, spots, zones)
                look(i, last, spots.into[r, p], own.window[0, p] - start, weight, zones,
                     own.omega, own.source, own.work, own.way, own.buffer,
                     own.coefficient[:, p, first : first + LANES])  # fmt: skip
        if i == deepest:
            return int(last + 1 - head)
        go_on(i, zones, own.work, own.rows, own.way)
        i = zones.below[i]


@jit
def ask_probe(
    r: int, p: int, first: int, shift: float, zones: Zones, spots: Spots, own: Sweeping
) -> None:
    """Add what the sweep of a single river says of a place."""
    probes = own.probes
    for kind in range(2):
        probes.zone[kind] = spots.zone[r, p]
        probes.kind[kind] = CONCENTRATION if kind == 0 else FLUX
        probes.near[kind] = probes.far[kind] = spots.into[r, p]
        probes.shift[kind] = shift
        probes.weight[kind] = stair_factor(r, p, spots, zones) if kind == 0 else 1.0
        probe(kind, 0, own.points, zones, own.rows, probes)
        for j in range(LANES):
            own.coefficient[kind, p, first + j] += probes.found[kind, j]


@jit
def close_block(number: int, size: int, scale: float, small: float, own: Sweeping) -> bool:
    """Scale a block of coefficients; tell whether none after it matters."""
    done = True
    for p in range(own.group.size):
        if own.group[p] != number:
            continue
        left, largest = 0.0, own.window[3, p]
        for j in range(LANES):
            factor = 0.5 * scale if size + j == 0 else scale
            own.coefficient[0, p, size + j] *= factor
            own.coefficient[1, p, size + j] *= factor
            c = own.coefficient[0, p, size + j]
            square = c.real * c.real + c.imag * c.imag
            largest = max(largest, square)
            if j >= LANES - LAST:
                left = max(left, square)
        own.window[3, p] = largest
        if not left <= small * small * largest:
            done = False
    return done


@jit
def sweep_group(
    number: int, later: float, longer: float, mass: float, small: float, zones: Zones,
    courses: Courses, spots: Spots, pieces: Pieces, own: Sweeping,
) -> tuple[float, int, int]:  # fmt: skip
    """Find the coefficients of a group.

    Gives the period, how many there are, 0 where too many would be needed, and what was swept.
    """
    group, window, coefficient = own.group, own.window, own.coefficient
    period = 0.0
    for p in range(group.size):
        if group[p] == number:
            period = max(period, window[1, p] - window[0, p])
            window[3, p] = 0.0
    base = 2.0 * math.pi / period
    swept = 0
    for size in range(0, coefficient.shape[2], LANES):
        for j in range(LANES):
            own.omega[j] = base * (size + j)
        for p in range(group.size):
            if group[p] == number:
                for j in range(LANES):
                    coefficient[0, p, size + j] = coefficient[1, p, size + j] = 0.0
        for r in range(courses.origin.size):
            source_block(r, longer, courses.held[r], pieces, own.omega, own.source, own.buffer)
            start = courses.start[r] + later
            swept += LANES * add_course(r, number, size, start, zones, courses, spots, own)
        done = close_block(number, size, 2.0 * mass / period, small, own)
        if done:
            return period, size + LANES, swept
    return period, 0, swept


@jit
def split(number: int, groups: int, group: Index) -> int:
    """Give every place of a group, if there are several, a group of its own."""
    count = 0
    for p in range(group.size):
        if group[p] == number:
            count += 1
    for p in range(group.size):
        if group[p] == number and count > 1:
            groups += 1
            group[p] = groups
    return groups


@jit
def keep(coefficient: Complex, small: float, kept: Array) -> int:
    """Copy the coefficients of a concentration as far as they matter; give how many."""
    size = coefficient.shape[1]
    largest = 0.0
    for k in range(size):
        re, im = coefficient[0, k].real, coefficient[0, k].imag
        kept[k, 0], kept[k, 1] = re, im
        largest = max(largest, re * re + im * im)
    least = small * small * largest
    while size > 2 and kept[size - 1, 0] ** 2 + kept[size - 1, 1] ** 2 <= least:
        size -= 1
    for k in range(size, size + TERMS):
        kept[k, 0] = kept[k, 1] = 0.0
    return int(size)


@jit
def answer(
    p: int, m: int, period: float, begin: float, small: float, coefficient: Complex, asked: Asked,
    own: Looking, found: Found,
) -> bool:  # fmt: skip
    """Write what is asked of the curve at a place; tell whether it needs to be found finer.

    coefficient : (2, K) of concentration and flux
    """
    span = min(period, asked.until - begin)
    kept = keep(coefficient, CUT * small, own.kept)
    count = samples_of(kept, period, span)
    curve = Curve(own.kept, kept, begin, period, span / (count - 1), count)
    value = own.value[:count]
    values_between(curve, 0.0, curve.step, value, own.sums)
    peak, at = find_peak(curve, value, own.near, own.sums)
    floor = FLOOR * small * peak
    found.status[m, p] = GOOD
    found.peak[m, p] = peak
    found.peak_time[m, p] = begin + at if peak > 0.0 else math.nan
    found.passed[m, p] = integral_until(coefficient[1], period, span)
    finer = False
    levels = asked.level.shape[1]
    for v in range(levels + asked.share.size):
        level = asked.level[p, v] if v < levels else asked.share[v - levels] * peak
        finer = finer or level < floor
        first, last, above = find_times(curve, max(level, floor), value, own.near, own.sums)
        found.first[m, p, v], found.last[m, p, v] = begin + first, begin + last
        found.above[m, p, v] = above
    if found.concentration.shape[2] > 0:
        add_curve(coefficient[0], begin, period, False, asked.time, found.concentration[m, p],
                  own.sums)  # fmt: skip
    if found.mass.shape[2] > 0:
        add_curve(coefficient[1], begin, period, True, asked.time, found.mass[m, p], own.sums)
    return finer


@jit
def leave_open(p: int, m: int, status: int, found: Found) -> None:
    """Write that no curve was found at a place, or that nothing comes."""
    found.status[m, p] = status
    value = 0.0 if status == NOTHING else math.nan
    found.peak[m, p] = found.passed[m, p] = value
    found.peak_time[m, p] = math.nan
    for v in range(found.first.shape[2]):
        found.first[m, p, v] = found.last[m, p, v] = math.nan
        found.above[m, p, v] = value
    for t in range(found.concentration.shape[2]):
        found.concentration[m, p, t] = value
    for t in range(found.mass.shape[2]):
        found.mass[m, p, t] = value


@jit
def solve_block(
    begin: int, end: int, base: Zones, factors_of: Index, courses: Courses, spots: Spots,
    pieces: Pieces, change: Change, asked: Asked, zones: Zones, trials: Trials, bounds: Array,
    sweeping: Sweeping, looking: Looking, found: Found,
) -> None:  # fmt: skip
    """Find all that is asked of some members, one after the other.

    A member with a level that is not told from zero is found once more, as fine as can be.

    factors_of : (Z,) group of zones; zones, trials, bounds (S, 3), sweeping, looking : scratch
    """
    group = sweeping.group
    for m in range(begin, end):
        found.points[m] = 0
        change_zones(base, factors_of, change.factor[m], change.discharge[m], zones)
        later, longer = change.later[m], change.longer[m]
        fine = 0
        while fine < 2:
            small, finer = asked.small[fine], False
            find_windows(zones, courses, spots, trials, later, longer, asked.tail[fine], bounds,
                         sweeping.window)  # fmt: skip
            groups = choose_groups(spots, asked.until, small, sweeping.window, group)
            for p in range(group.size):
                if group[p] <= 0:
                    leave_open(p, m, -group[p], found)
            number = 1
            while number <= groups:
                period, size, swept = sweep_group(
                    number, later, longer, change.mass[m], small, zones, courses, spots, pieces,
                    sweeping,
                )  # fmt: skip
                found.points[m] += swept
                if size == 0:
                    groups = split(number, groups, group)
                for p in range(group.size):
                    if group[p] == number and size == 0:
                        group[p] = -SHARP
                        leave_open(p, m, -group[p], found)
                    elif group[p] == number:
                        own = sweeping.coefficient[:, p, :size]
                        again = answer(p, m, period, sweeping.window[0, p], small, own, asked,
                                       looking, found)  # fmt: skip
                        finer = finer or again
                number += 1
            fine = fine + 1 if finer else 2
