"""The sweep of ``sweep`` for many members: frequencies lie innermost, so that they go in vectors.

Only what is common is written anew: zones of one way, long or short, with C and the flux wanted at
the same places. Where water divides, the sweep of single rivers is used as it is.
"""

from __future__ import annotations

import numpy as np

from .compiler import jit, part
from .river import Array
from .sweep import (
    BACK,
    LANES,
    LOAD,
    ROWS,
    STEP,
    F,
    X,
    find_roots,
    find_tank,
    is_short,
    resistance,
    return_flux,
)
from .zones import MOUTH, OPEN, Zones

SIZE = ROWS * LANES
"""Numbers of a zone in the scratch."""
FR, FI, XR, XI = F * LANES, (F + 1) * LANES, X * LANES, (X + 1) * LANES
LR, LI, SR, SI = LOAD * LANES, (LOAD + 1) * LANES, STEP * LANES, (STEP + 1) * LANES
BR, BI = BACK * LANES, (BACK + 1) * LANES
"""Rows of ``sweep`` counted in numbers."""
LEAST = -48.0
"""Exponents below which nothing counts beside the same exponent at frequency zero."""
PART = 1.0 / 64.0
TURN, TURN_REST = 6.28125, 0.0019353071795864769
"""Two parts of 2 pi: the first times a whole number is exact."""
PER_TURN = 0.15915494309189535


@part
def squared(re: float, im: float) -> tuple[float, float]:
    """Square of a complex number."""
    return re * re - im * im, 2.0 * re * im


@jit
def exponentials(re: Array, im: Array) -> None:
    """Replace exponents, real parts not above a few, by their exponentials; to 1e-13.

    Taylor's series at the 64th part, squared six times: no branches, no tables.
    """
    for j in range(LANES):
        turns = np.floor(im[j] * PER_TURN + 0.5)
        x = (re[j] if re[j] > LEAST else LEAST) * PART
        y = ((im[j] - turns * TURN) - turns * TURN_REST) * PART
        z = y * y
        size = 1.0 + x * (1.0 + x / 2.0 * (1.0 + x * (1 / 3) * (1.0 + x / 4.0 * (1.0 + x * 0.2 * (
            1.0 + x * (1 / 6) * (1.0 + x * (1 / 7) * (1.0 + x / 8.0 * (1.0 + x * (1 / 9) * (
                1.0 + x * 0.1 * (1.0 + x * (1 / 11) * (1.0 + x * (1 / 12) * (
                    1.0 + x * (1 / 13)))))))))))))  # fmt: skip
        ar = size * (1.0 - z / 2.0 * (1.0 - z * (1 / 12) * (1.0 - z * (1 / 30) * (
            1.0 - z * (1 / 56)))))  # fmt: skip
        ai = size * (y * (1.0 - z * (1 / 6) * (1.0 - z * 0.05 * (1.0 - z * (1 / 42)))))
        ar, ai = squared(ar, ai)
        ar, ai = squared(ar, ai)
        ar, ai = squared(ar, ai)
        ar, ai = squared(ar, ai)
        ar, ai = squared(ar, ai)
        ar, ai = squared(ar, ai)
        re[j], im[j] = ar, ai


@jit
def long_zone(
    u: float, d: float, area: float, k: float, alpha: float, ks: float, back: float, omega: Array,
    own: Array,
) -> None:  # fmt: skip
    """Write f and load of a zone one of whose ends is not felt at the other; s = i omega."""
    pole = ks + back
    ad, q = area * d, area * u
    uu, dd = u * u, 4.0 * d
    if alpha <= 0.0:
        ks, pole = 0.0, 1.0
    for j in range(LANES):
        w = omega[j]
        scale = alpha / (pole * pole + w * w)
        pr, pi = k + scale * (ks * pole + w * w), w + scale * (w * (pole - ks))
        qr, qi = uu + dd * pr, dd * pi
        wr = np.sqrt(0.5 * (np.sqrt(qr * qr + qi * qi) + qr))
        wi = 0.5 * qi / wr
        br = u + wr
        scale = -2.0 / (br * br + wi * wi)
        fr, fi = scale * (pr * br + pi * wi), scale * (pi * br - pr * wi)
        own[FR + j], own[FI + j] = fr, fi
        own[LR + j], own[LI + j] = q - ad * fr, -ad * fi


@jit
def short_zone(length: float, ul: float, own: Array) -> None:
    """Write exp(-w L / D) of a short zone once f is known: w = U - 2 D f; ``ul`` is U L / D."""
    for j in range(LANES):
        own[XR + j] = 2.0 * length * own[FR + j] - ul
        own[XI + j] = 2.0 * length * own[FI + j]
    exponentials(own[XR : XR + LANES], own[XI : XI + LANES])


@jit
def long_step(ad: float, q: float, taken: float, own: Array, other: Array) -> None:
    """Write the step at the foot of a long zone: (down - up) / (load - up)."""
    for j in range(LANES):
        ur, ui = ad * own[FR + j], ad * own[FI + j]
        nr, ni = q - ur - ur, -ui - ui
        mr, mi = other[LR + j] + taken - ur, other[LI + j] - ui
        scale = 1.0 / (mr * mr + mi * mi)
        own[SR + j], own[SI + j] = scale * (nr * mr + ni * mi), scale * (ni * mr - nr * mi)


@jit
def free_step(ad: float, q: float, leaving: float, own: Array) -> None:
    """Write the step at the foot of a tributary: the load is what its water carries off."""
    for j in range(LANES):
        ur, ui = ad * own[FR + j], ad * own[FI + j]
        nr, ni = q - ur - ur, -ui - ui
        mr, mi = leaving - ur, -ui
        scale = 1.0 / (mr * mr + mi * mi)
        own[SR + j], own[SI + j] = scale * (nr * mr + ni * mi), scale * (ni * mr - nr * mi)


@jit
def reflect(ad: float, own: Array) -> None:
    """Correct load and step of a short zone for what its foot sends up; keep b at the foot."""
    for j in range(LANES):
        tr, ti = own[SR + j], own[SI + j]
        xr, xi = own[XR + j], own[XI + j]
        br, bi = (tr - 1.0) * xr - ti * xi, (tr - 1.0) * xi + ti * xr
        own[BR + j], own[BI + j] = tr - 1.0, ti
        dr, di = 1.0 + br, bi
        scale = 1.0 / (dr * dr + di * di)
        ur, ui = ad * own[FR + j], ad * own[FI + j]
        nr = own[LR + j] + ur * br - ui * bi
        ni = own[LI + j] + ur * bi + ui * br
        own[LR + j], own[LI + j] = scale * (nr * dr + ni * di), scale * (ni * dr - nr * di)
        own[SR + j], own[SI + j] = scale * (tr * dr + ti * di), scale * (ti * dr - tr * di)


@jit
def no_step(own: Array, joined: bool) -> None:
    """Write the step of a zone without an end; keep b at the foot of a long one otherwise."""
    for j in range(LANES):
        if not joined:
            own[SR + j], own[SI + j] = 1.0, 0.0
        own[BR + j], own[BI + j] = own[SR + j] - 1.0, own[SI + j]
        own[XR + j] = own[XI + j] = 0.0


@jit
def find_way(
    first: int, last: int, origin: int, omega: Array, zones: Zones, work: Array, rows: Array,
    zero: Array,
) -> None:  # fmt: skip
    """Find f, load and step of all zones from ``first`` to ``last``, for s = i omega.

    work : (Z SIZE,) scratch; rows : (Z, ROWS, LANES) the same memory; zero : (LANES,) zeros
    """
    for i in range(first, last + 1):
        if zones.tank[i]:
            find_tank(i, zero, omega, zones, rows[i])
        elif zones.upstream[i]:
            short = is_short(i, zones)
            find_roots(i, zero, omega, zones, rows[i], short)
            return_flux(i, zones, rows, short)
    for i in range(last, origin - 1, -1):
        if zones.tank[i] or zones.upstream[i]:
            continue
        own = work[i * SIZE : (i + 1) * SIZE]
        short = is_short(i, zones)
        long_zone(
            zones.velocity[i], zones.dispersion[i], zones.area[i], zones.decay[i],
            zones.exchange[i], zones.storage_decay[i], zones.returning[i], omega, own,
        )  # fmt: skip
        below, joint = zones.below[i], zones.joint[i]
        if joint == OPEN or below > last:
            no_step(own, False)
            continue
        ad, q = zones.area[i] * zones.dispersion[i], zones.velocity[i] * zones.area[i]
        if joint == MOUTH:
            free_step(ad, q, zones.exit[i] + zones.spill[i], own)
        else:
            other = work[below * SIZE : (below + 1) * SIZE]
            long_step(ad, q, zones.taken[below], own, other)
        if short:
            length = zones.length[i]
            short_zone(length, zones.velocity[i] * length / zones.dispersion[i], own)
            reflect(ad, own)


@jit
def enter(origin: int, held: bool, zones: Zones, rows: Array, way: Array) -> None:
    """Begin a way: what a unit of mass does at the head of its zone."""
    for j in range(LANES):
        a = 1.0 + 0.0j if held else resistance(origin, j, zones, rows)
        way[j], way[LANES + j] = a.real, a.imag
        way[2 * LANES + j] = way[3 * LANES + j] = 0.0


@jit
def pass_zone(length: float, own: Array, way: Array) -> None:
    """Carry a way from the head of a zone to the head of the next."""
    for j in range(LANES):
        a, b = way[j], way[LANES + j]
        way[j] = a * own[SR + j] - b * own[SI + j]
        way[LANES + j] = a * own[SI + j] + b * own[SR + j]
        way[2 * LANES + j] += own[FR + j] * length
        way[3 * LANES + j] += own[FI + j] * length


@jit
def pass_mouth(i: int, zones: Zones, rows: Array, way: Array) -> None:
    """Mix what a way brings to a mouth with the water it comes to."""
    for j in range(LANES):
        a = complex(way[j], way[LANES + j])
        a *= zones.exit[i] * resistance(zones.below[i], j, zones, rows)
        way[j], way[LANES + j] = a.real, a.imag


@part
def go_on(i: int, zones: Zones, work: Array, rows: Array, way: Array) -> None:
    """Carry a way from the head of a zone to the head of the one it flows to."""
    pass_zone(zones.length[i], work[i * SIZE : (i + 1) * SIZE], way)
    if zones.joint[i] == MOUTH:
        pass_mouth(i, zones, rows, way)
