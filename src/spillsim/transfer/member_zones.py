"""The zones of one member, when its curves come by and how sharp they are; nothing is allocated.

As ``windows`` does it for one river, with fewer trial values: each gives a bound that holds, and
they stand around what mean and variance of the response suggest.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .compiler import jit, part
from .river import Array, Flags, Index
from .zones import ASIDE, STEM, Zones

TRIALS = 16
"""Real s at which a member is tried: zero, ``LATE`` below and the rest above."""
LATE = 9
LATE_LOW, LATE_HIGH = 0.12, 1.3
EARLY_LOW, EARLY_HIGH = 0.6, 1.6
"""Least and largest trial value over those that are best for Gaussian curves."""
LOWER = 50.0
"""Factor by which the trial values are lowered where none of them lies before a singularity."""
TRIES = 5
SMALL = 1e-30
THIN = 0.05
"""Least share of a deviation that is held to be due to dispersion."""


class Courses(NamedTuple):
    """What lies below each of R releases; their zones stand one behind the other."""

    first: Index
    """(R + 1,) first zone of each."""
    origin: Index
    """(R,) zone at whose head the mass enters."""
    single: Flags
    """(R,) true where the water goes one way only."""
    held: Flags
    """(R,) true where a concentration is held rather than a mass rate."""
    start: Array
    """(R,) begin of each release [s since the start of the case]."""
    duration: Array
    """(R,) [s]."""


class Spots(NamedTuple):
    """Where S places lie in R courses."""

    zone: Index
    """(R, S) zone of each place, -1 where nothing of the course comes."""
    into: Array
    """(R, S) distance of the place from its head [m]."""
    stair: Index
    """(R, S) zone whose head factor holds there, -1 for none."""
    growth: Array
    """(R, S) growth of the discharge along that zone as a share of its mean [-]."""
    order: Index
    """(S,) places by what they cost, the cheapest first."""
    cost: Array
    """(S,) zones to be swept for each place."""


class Trials(NamedTuple):
    """Scratch of the search for windows; Z zones."""

    s: Array
    """(TRIALS,)"""
    own: Array
    """(Z, TRIALS) f L of each zone, infinite beyond a singularity."""
    before: Array
    """(Z, TRIALS) its sum from the release to the head."""
    limit: Index
    """(Z,) first late trial value beyond a singularity."""
    moments: Array
    """(Z, 2) what a zone adds to the variance and to the part of it by dispersion."""
    variance: Array
    """(Z, 2) their sums from the release to the head."""
    seen: Flags
    """(Z,)"""


@jit
def change_zones(base: Zones, group: Index, factor: Array, flow: Array, own: Zones) -> None:
    """Write the zones of a member.

    factor : (5, G) on velocity, dispersion, storage ratio, exchange and decay of each group
    flow : (G,) on the discharge of each group
    """
    for i in range(group.size):
        g = group[i]
        discharge = flow[g]
        own.velocity[i] = base.velocity[i] * factor[0, g]
        own.area[i] = base.area[i] * discharge / factor[0, g]
        own.dispersion[i] = base.dispersion[i] * factor[1, g]
        own.returning[i] = base.returning[i] * factor[3, g] / factor[2, g]
        own.exchange[i] = base.exchange[i] * factor[3, g]
        own.decay[i] = base.decay[i] * factor[4, g]
        own.storage_decay[i] = base.storage_decay[i] * factor[4, g]
        own.taken[i] = base.taken[i] * discharge
        own.exit[i] = base.exit[i] * discharge
        own.spill[i] = base.spill[i] * discharge
        own.entry[i] = base.entry[i] * discharge


@jit
def head_factor(i: int, growth: float, zones: Zones) -> float:
    """True concentration at the head of a zone over that of the staircase; see ``course``."""
    if growth <= 0.0 or zones.length[i] <= 0.0:
        return 1.0
    peclet = zones.velocity[i] * zones.length[i] / zones.dispersion[i]
    layers = 1.0 / peclet
    if peclet < ASIDE:
        layers -= 1.0 / math.expm1(peclet)
    discharge = zones.velocity[i] * zones.area[i]
    return float(discharge / zones.entry[i] * (1.0 - growth * layers))


@jit
def find_moments(first: int, last: int, zones: Zones, moments: Array) -> None:
    """Write what each zone adds to the variance, and the part by dispersion; as in ``windows``."""
    for i in range(first, last):
        psi, slowed, second = zones.decay[i], 1.0, 0.0
        if zones.exchange[i] > 0.0:
            held = zones.storage_decay[i] + zones.returning[i]
            back = zones.exchange[i] * zones.returning[i]
            psi += zones.exchange[i] * zones.storage_decay[i] / held
            slowed += back / (held * held)
            second = -2.0 * back / (held * held * held)
        if zones.tank[i]:
            volume = zones.area[i] * zones.length[i]
            load = volume * psi + zones.exit[i]
            # a tank widens a curve, but leaves it as sharp as it begins
            moments[i, 0] = (volume * slowed / load) ** 2 - volume * second / load
            moments[i, 1] = 0.0
            continue
        d = zones.dispersion[i]
        w = math.sqrt(zones.velocity[i] ** 2 + 4.0 * d * psi)
        dispersed = zones.length[i] * 2.0 * d / (w * w * w)
        moments[i, 1] = dispersed
        moments[i, 0] = dispersed * slowed * slowed - zones.length[i] / w * second


@jit
def try_tank(i: int, zones: Zones, s: Array, own: Array) -> None:
    """Write minus ln(V psi + Q) of a mixed tank for the trial values."""
    alpha, ks, back = zones.exchange[i], zones.storage_decay[i], zones.returning[i]
    volume, out = zones.area[i] * zones.length[i], zones.exit[i]
    for j in range(TRIALS):
        psi, pole = s[j] + zones.decay[i], 1.0
        if alpha > 0.0:
            pole = s[j] + ks + back
            psi += alpha * (s[j] + ks) / pole
        load = volume * psi + out
        own[j] = -math.log(load) if load > 0.0 and pole > 0.0 else math.inf


@jit
def try_channel(
    u: float, d: float, length: float, k: float, alpha: float, ks: float, back: float, s: Array,
    own: Array,
) -> None:  # fmt: skip
    """Write f(s) L of a channel for the trial values, infinite beyond a singularity."""
    if alpha <= 0.0:
        ks, back = 0.0, math.inf
    uu, dd = u * u, 4.0 * d
    for j in range(TRIALS):
        pole = s[j] + ks + back
        psi = s[j] + k + alpha * ((s[j] + ks) / pole)
        square = uu + dd * psi
        found = -2.0 * psi / (u + math.sqrt(square)) * length
        own[j] = found if (square > 0.0) & (pole > 0.0) else math.inf


@jit
def try_zones(first: int, last: int, zones: Zones, trials: Trials) -> bool:
    """Write f(s) L of all zones for the trial values; tell whether one is beyond a singularity."""
    s, singular = trials.s, False
    for i in range(first, last):
        own = trials.own[i]
        if zones.tank[i]:
            try_tank(i, zones, s, own)
        else:
            try_channel(
                zones.velocity[i], zones.dispersion[i], zones.length[i], zones.decay[i],
                zones.exchange[i], zones.storage_decay[i], zones.returning[i], s, own,
            )  # fmt: skip
        limit = LATE + 1
        if own[LATE] == math.inf:
            limit = 1
            while own[limit] < math.inf:
                limit += 1
            singular = True
        trials.limit[i] = limit
    return singular


@jit
def mark_felt(first: int, last: int, zones: Zones, trials: Trials) -> None:
    """Let a zone have the singularities of all that is felt in it; see ``windows``.

    Nothing of what lies below a mouth is felt above it.
    """
    limit = trials.limit
    for i in range(
        first, last
    ):  # what a zone flows to comes later, still without what it feels itself
        least = limit[i]
        felt, below = 0.0, zones.below[i]
        joint = zones.joint[i]
        while below >= 0 and felt < ASIDE and joint == STEM:
            least = min(least, limit[below])
            felt += zones.velocity[below] * zones.length[below] / zones.dispersion[below]
            joint, below = zones.joint[below], zones.below[below]
        for j in range(least, LATE + 1):
            trials.own[i, j] = math.inf
        if zones.upstream[i] and limit[i] <= LATE:
            below = zones.below[i]
            while zones.upstream[below]:
                below = zones.below[below]
            limit[below] = min(limit[below], limit[i])


@jit
def sum_up(origin: int, last: int, zones: Zones, own: Array, before: Array, seen: Flags) -> None:
    """Sum (Z, C) columns from the release to the head of every zone; the larger of two ways."""
    columns = own.shape[1]
    for i in range(origin, last):
        seen[i] = False
    seen[origin] = True
    for j in range(columns):
        before[origin, j] = 0.0
    for i in range(origin, last):
        if zones.upstream[i]:
            continue
        arm = zones.side_of[i]
        if arm >= 0 and seen[arm]:
            seen[i] = True
            for j in range(columns):
                before[i, j] = before[arm, j]
        below = zones.below[i]
        if below < 0 or not seen[i]:
            continue
        here, there, more = before[i], before[below], own[i]
        if seen[below]:
            for j in range(columns):
                there[j] = max(there[j], here[j] + more[j])
        else:
            for j in range(columns):
                there[j] = here[j] + more[j]
        seen[below] = True


@part
def share_of(i: int, into: float, zones: Zones) -> float:
    """The part of a zone that lies above a place."""
    if zones.tank[i]:
        return 1.0
    return into / zones.length[i] if zones.length[i] > 0.0 else 0.0


@jit
def bounds_at(i: int, into: float, tail: float, zones: Zones, trials: Trials, found: Array) -> None:
    """Widen the begin and end of a place [s after a slug] by what comes down to it."""
    share = share_of(i, into, zones)
    own, before, s = trials.own[i], trials.before[i], trials.s
    zero = before[0] + share * own[0]
    end, begin = math.inf, 0.0
    for j in range(1, TRIALS):
        beyond = own[j] == math.inf
        value = math.inf if beyond else before[j] + share * own[j]
        if j <= LATE:
            end = min(end, (tail + value - zero) / -s[j])
        else:
            begin = max(begin, (-tail - value + zero) / s[j])
    found[0] = min(found[0], begin)
    found[1] = max(found[1], end)


@jit
def ladder(s: Array, low: float, high: float) -> None:
    """Write increasing sizes at a constant ratio."""
    ratio = (high / low) ** (1.0 / (s.size - 1))
    for j in range(s.size):
        s[j] = low
        low *= ratio


@jit
def find_trials(
    first: int, last: int, origin: int, place: Index, into: Array, tail: float, zones: Zones,
    trials: Trials, bounds: Array,
) -> tuple[float, float]:  # fmt: skip
    """Write the narrow deviation of every place and the early trial values; give the late range."""
    moments, variance = trials.moments, trials.variance
    find_moments(first, last, zones, moments)
    sum_up(origin, last, zones, moments, variance, trials.seen)
    widest, narrowest, thinnest = 0.0, math.inf, math.inf
    for p in range(place.size):
        i = place[p]
        if i < 0:
            continue
        share = share_of(i, into[p], zones)
        deviation = math.sqrt(max(variance[i, 0] + share * moments[i, 0], SMALL))
        narrow = math.sqrt(max(variance[i, 1] + share * moments[i, 1], SMALL))
        widest, narrowest = max(widest, deviation), min(narrowest, deviation)
        thinnest = min(thinnest, max(narrow, THIN * deviation))
        bounds[p, 2] = narrow
    best = math.sqrt(2.0 * tail)
    low, high = EARLY_LOW * best / widest, EARLY_HIGH * best / thinnest
    ladder(trials.s[LATE + 1 :], low, high)
    trials.s[0] = 0.0
    return LATE_LOW * best / widest, LATE_HIGH * best / narrowest


@jit
def find_bounds(
    first: int, last: int, origin: int, single: bool, place: Index, into: Array, tail: float,
    zones: Zones, trials: Trials, bounds: Array,
) -> None:  # fmt: skip
    """Write begin and end [s after a slug] and the narrow deviation [s] of every place reached.

    No more than exp(-tail) of a response lies outside. The end is infinite where none was found.

    first, last : zones of the course, the second excluded
    place, into : (S,) zone of each place, -1 for none, and distance from its head
    bounds : (S, 3)
    """
    low, high = find_trials(first, last, origin, place, into, tail, zones, trials, bounds)
    s = trials.s
    for attempt in range(TRIES):
        ladder(s[1 : LATE + 1], -low, -high)
        if try_zones(first, last, zones, trials):
            mark_felt(first, last, zones, trials)
        sum_up(origin, last, zones, trials.own, trials.before, trials.seen)
        all_end = True
        for p in range(place.size):
            i = place[p]
            if i < 0 or (attempt > 0 and bounds[p, 1] < math.inf):
                continue
            bounds[p, 0], bounds[p, 1] = math.inf, -math.inf
            bounds_at(i, into[p], tail, zones, trials, bounds[p])
            if not single and zones.joint[i] == STEM and zones.below[i] >= 0:
                # what a side arm brings to the foot of a stem disperses up into it
                bounds_at(zones.below[i], 0.0, tail, zones, trials, bounds[p])
            all_end = all_end and bounds[p, 1] < math.inf
        if all_end:
            break
        low, high = low / LOWER, low
