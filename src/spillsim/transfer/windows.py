"""When a response comes by and how sharp it is, before it is computed.

The responses of a river to a slug are densities in time, so Chernoff's bound holds: with F(s) the
transform, no more than exp(-E) of the whole passes after

    t = min over theta > 0 of (E + ln F(-theta) - ln F(0)) / theta,

and before the like with -theta. ln F is a sum over the zones on the way, f(s) L each. What storage
or a slow reach adds to the tail is in it, for theta is held below every singularity. How many
frequencies a curve needs follows from |F(i omega)| in the same way. The trial values stand around
what mean and variance of the response suggest. No kernels: a model asks before it knows its engine.
"""

from __future__ import annotations

import numpy as np

from .river import Array, Flags, Index
from .zones import ASIDE, STEM, Course, Zones

TAIL = 36.0
"""E: what is left out of a window is below exp(-E) of the curve."""
SPECTRUM = 32.0
"""Frequencies are left out where the response is below exp(-SPECTRUM) of that at zero."""
RATIO = 1.4
"""Ratio of neighbouring trial values."""
SHARPEST = 1e8
"""Frequency over that of a Gaussian of the same width at which the search ends."""


def response_bounds(course: Course, zone: Index, into: Array) -> Array:
    """(P, 3) begin and end [s after a slug] and highest angular frequency [1/s] at each place.

    The end is infinite where the tail has none, the frequency where the response stays sharp.

    zone, into : (P,) zone of each place and distance from its head [m]
    """
    if zone.size == 0:
        return np.zeros((0, 3))
    bounds = _bounds_of(course, zone, into)
    if course.single:
        return bounds
    # what a side arm brings to the foot of a stem disperses up into it
    zones = course.zones
    below = zones.below[zone]
    stem = (zones.joint[zone] == STEM) & (below >= 0)
    lower = _bounds_of(course, np.where(stem, below, zone), np.where(stem, 0.0, into))
    bounds[:, 0] = np.minimum(bounds[:, 0], lower[:, 0])
    bounds[:, 1] = np.maximum(bounds[:, 1], lower[:, 1])
    return bounds


def _bounds_of(course: Course, zone: Index, into: Array) -> Array:
    """(P, 3) as ``response_bounds``, of what comes down to each place."""
    zones = course.zones
    length = zones.length[zone]
    part = np.where(zones.tank[zone], 1.0, into / np.where(length > 0.0, length, 1.0))
    variance, dispersed = (_up_to(course, each, zone, part) for each in _moments(zones))
    deviation = np.sqrt(np.maximum(variance, 1e-30))
    narrow = np.sqrt(np.maximum(dispersed, 1e-30))
    # a Gaussian's best theta is sqrt(2 E) / deviation; tails, which are longer, need smaller ones
    middle = np.sqrt(2.0 * TAIL) / deviation
    theta = _ladder(0.02 * float(middle.min()), 2.0 * float(middle.max()))
    at_zero = _up_to(course, _exponents(zones, np.zeros(1)), zone, part)
    tails = _exponents(zones, -theta)
    tails[_singular(course, np.isnan(tails))] = np.nan
    late = _up_to(course, tails, zone, part) - at_zero
    early = _up_to(course, _exponents(zones, theta), zone, part) - at_zero
    latest = (TAIL + late) / theta
    end = np.min(np.where(np.isnan(latest), np.inf, latest), axis=1)
    begin = np.maximum(np.max((-TAIL - early) / theta, axis=1), 0.0)
    lowest = 0.3 * float((1.0 / deviation).min())
    highest = 30.0 * float((1.0 / narrow).max())
    top = np.full(zone.size, np.inf)
    while True:
        omega = _ladder(lowest, highest)
        faded = at_zero - _up_to(course, _fading(zones, omega), zone, part)
        top = np.minimum(top, _reaches(faded, omega))
        lowest, highest = highest, 30.0 * highest
        if np.isfinite(top).all() or lowest > SHARPEST / float(narrow.max()):
            return np.stack([begin, end, top], axis=1)


def _ladder(low: float, high: float) -> Array:
    """Values from ``low`` to ``high`` at a constant ratio."""
    count = int(np.ceil(np.log(high / low) / np.log(RATIO))) + 1
    return np.asarray(low * RATIO ** np.arange(count), dtype=np.float64)


def _reaches(faded: Array, omega: Array) -> Array:
    """(P,) frequency at which each row of (P, G) first reaches SPECTRUM, else infinite."""
    over = faded >= SPECTRUM
    first = np.argmax(over, axis=1)
    row = np.arange(faded.shape[0])
    above = faded[row, first]
    below = np.where(first > 0, faded[row, first - 1], above)
    step = np.where(
        above > below, (SPECTRUM - below) / np.where(above > below, above - below, 1), 1
    )
    found = omega[first] * RATIO ** (step - 1.0)
    return np.where(over.any(axis=1), found, np.inf)


def _up_to(course: Course, per_zone: Array, zone: Index, part: Array) -> Array:
    """Sum of a quantity, (Z,) or (Z, G), over the way from the release to each place."""
    cumulative = _cumulative(course, per_zone)
    share = part.reshape(-1, *([1] * (per_zone.ndim - 1)))
    return np.asarray(cumulative[zone] + share * per_zone[zone])


def _singular(course: Course, own: Flags) -> Flags:
    """(Z, G) singularities of a zone and of all that are felt in it, below it and above its head.

    A zone below with a longer memory lengthens the tail at the foot of this one.
    """
    zones = course.zones
    found = own.copy()
    here = zones.below.copy()
    felt = np.zeros(here.size)
    thickness = zones.velocity * zones.length / zones.dispersion
    while (going := (here >= 0) & (felt < ASIDE)).any():
        at = here[going]
        found[going] |= own[at]
        felt[going] += thickness[at]
        here[going] = zones.below[at]
        here[~going] = -1
    for i in np.flatnonzero(zones.upstream).tolist():
        here_below = int(zones.below[i])
        while zones.upstream[here_below]:
            here_below = int(zones.below[here_below])
        found[here_below] |= own[i]
    return found


def _cumulative(course: Course, per_zone: Array) -> Array:
    """Sum from the release to the head of every zone; where ways meet, the larger counts."""
    zones = course.zones
    way = np.flatnonzero(~zones.upstream[course.source :]) + course.source
    total = np.full(per_zone.shape, np.nan)
    if course.single:
        total[way[0]] = 0.0
        total[way[1:]] = np.cumsum(per_zone[way[:-1]], axis=0)
        return total
    total[course.source] = 0.0
    seen = {course.source}
    for i in way.tolist():
        arm = int(zones.side_of[i])
        if arm in seen:
            total[i] = total[arm]
            seen.add(i)
        below = int(zones.below[i])
        if below >= 0 and i in seen:
            passed = total[i] + per_zone[i]
            # nan, a singularity on one of the ways, stays
            total[below] = np.maximum(total[below], passed) if below in seen else passed
            seen.add(below)
    return total


def _loss(zones: Zones, s: Array, beyond: Flags) -> Array:
    """(Z, G) psi(s) for real s; sets ``beyond`` left of the pole that storage has."""
    psi = s + zones.decay[:, None]
    stored = s + zones.storage_decay[:, None]
    pole = stored + zones.returning[:, None]
    has = np.broadcast_to(zones.exchange[:, None] > 0.0, pole.shape)
    beyond |= has & (pole <= 0.0)
    safe = np.where(has & (pole > 0.0), pole, 1.0)
    return np.asarray(psi + zones.exchange[:, None] * stored / safe)


def _exponents(zones: Zones, s: Array) -> Array:
    """(Z, G) f(s) L for real s, nan left of a singularity; of a tank, minus ln(V psi + Q)."""
    beyond = np.zeros((zones.length.size, s.size), dtype=np.bool_)
    psi = _loss(zones, s, beyond)
    pole_only = beyond.copy()
    u, d = zones.velocity[:, None], zones.dispersion[:, None]
    square = u * u + 4.0 * d * psi
    beyond |= square <= 0.0
    found = -2.0 * psi / (u + np.sqrt(np.where(beyond, 1.0, square))) * zones.length[:, None]
    if zones.tank.any():
        own = zones.tank
        load = (zones.area * zones.length)[own, None] * psi[own] + zones.exit[own, None]
        beyond[own] = pole_only[own] | (load <= 0.0)
        found[own] = -np.log(np.where(load > 0.0, load, 1.0))
    return np.where(beyond, np.nan, found)


def _fading(zones: Zones, omega: Array) -> Array:
    """(Z, G) real part of f(i omega) L; of a tank, minus ln |V psi + Q|."""
    re = np.broadcast_to(zones.decay[:, None], (zones.length.size, omega.size))
    im = np.broadcast_to(omega, re.shape)
    if (zones.exchange > 0.0).any():
        stored, pole = (
            zones.storage_decay[:, None],
            (zones.storage_decay + zones.returning)[:, None],
        )
        scale = zones.exchange[:, None] / (pole * pole + omega * omega)
        re = re + scale * (stored * pole + omega * omega)
        im = im + scale * omega * (pole - stored)
    u, d = zones.velocity[:, None], zones.dispersion[:, None]
    real, turned = u * u + 4.0 * d * re, 4.0 * d * im
    w = np.sqrt(0.5 * (np.sqrt(real * real + turned * turned) + real))
    found = (u - w) / (2.0 * d) * zones.length[:, None]
    if zones.tank.any():
        own = zones.tank
        volume = (zones.area * zones.length)[own, None]
        found[own] = -np.log(np.hypot(volume * re[own] + zones.exit[own, None], volume * im[own]))
    return np.asarray(found)


def _moments(zones: Zones) -> tuple[Array, Array]:
    """(Z,) what each zone adds to the variance in time, and the part of it by dispersion [s2].

    Derivatives of f(s) L at s = 0, decay included (Aris 1956 without it); of a mixed tank those of
    ln(V psi + Q).
    """
    held = zones.storage_decay + zones.returning
    safe = np.where(held > 0.0, held, 1.0)
    psi = zones.decay + zones.exchange * zones.storage_decay / safe
    first = 1.0 + zones.exchange * zones.returning / safe**2
    second = -2.0 * zones.exchange * zones.returning / safe**3
    d = zones.dispersion
    w = np.sqrt(zones.velocity**2 + 4.0 * d * psi)
    dispersed = zones.length * 2.0 * d / w**3
    variance = dispersed * first**2 - zones.length / w * second
    if zones.tank.any():
        volume = zones.area * zones.length
        load = np.where(zones.tank, volume * psi + zones.exit, 1.0)
        mixed = (volume * first / load) ** 2
        dispersed = np.where(zones.tank, mixed, dispersed)
        variance = np.where(zones.tank, mixed - volume * second / load, variance)
    return variance, dispersed
