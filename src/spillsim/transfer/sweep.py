"""The sweep over the zones for a set of s: everything a release does, as amplitudes.

In a zone C = a exp(f x) + b exp(-g (L - x)), f = -2 psi / (U + w), g = U / D - f,
w = sqrt(U2 + 4 D psi), psi(s) = s + k + alpha (s + ks) / (s + ks + alpha / beta) (Bencala &
Walters 1983). The flux Q C - A D dC/dx is Q - A D f per unit of the first and A D f per unit of
the second. A growing exponential never appears, and f is written without cancellation.

What lies below a zone is felt at its foot as a load: flux = load times concentration. Loads are
found from the outlet upward, what the river above returns (its *return*, flux per concentration)
from the top downward, both in one pass each; concentrations then follow from the release downward
as amplitude times exp(exponent), so that a way of thousands of kilometres neither over- nor
underflows.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiler import jit, part
from .river import Array, Index
from .zones import ASIDE, MOUTH, OPEN, Zones

LANES = 16
"""Values of s that are swept together."""
ROWS = 16
"""Rows of ``LANES`` numbers that a zone needs, pairs of real and imaginary parts."""
F, X, LOAD, STEP, BACK, AMPLITUDE, EXPONENT, RETURN = 0, 2, 4, 6, 8, 10, 12, 14
"""f; exp(-w L / D); flux per concentration entering at the head; concentration at the foot over
that at the head, without exp(f L); b over a exp(f L); concentration at the head (above the release:
at the foot) as amplitude and exponent; flux per concentration that what lies above sends down."""

OPEN_END, MOUTH_END = OPEN, MOUTH

CONCENTRATION, FLUX, MASS = 0, 1, 2
"""What a probe asks for: C and the flux at a distance; the integral of A C between two."""


class Points(NamedTuple):
    """K values of s, K a multiple of ``LANES``."""

    re: Array
    im: Array
    """(K,) real and imaginary part of s [1/s]."""
    source: NDArray[np.complex128]
    """(K,) factor of every response: the source's transform and the weight of the point."""


class Probes(NamedTuple):
    """P questions to the sweep."""

    zone: Index
    kind: Index
    near: Array
    far: Array
    """(P,) distances from the head of the zone; equal but for MASS [m]."""
    shift: Array
    """(P,) time at which the window of the answer begins [s]."""
    weight: Array
    """(P,) factor of the answer."""
    found: NDArray[np.complex128]
    """(P, K) answers."""


@part
def exponential(re: float, im: float) -> complex:
    """exp of a complex number."""
    size = math.exp(re)
    return complex(size * math.cos(im), size * math.sin(im))


@part
def loss(i: int, sr: float, si: float, zones: Zones) -> tuple[float, float]:
    """psi(s) of a zone."""
    re, im = sr + zones.decay[i], si
    alpha = zones.exchange[i]
    if alpha > 0.0:
        nr, ni = sr + zones.storage_decay[i], si
        dr = nr + zones.returning[i]
        scale = alpha / (dr * dr + ni * ni)
        re += scale * (nr * dr + ni * ni)
        im += scale * (ni * dr - nr * ni)
    return re, im


@jit
def find_roots(i: int, sr: Array, si: Array, zones: Zones, own: Array, short: bool) -> None:
    """Write f, and exp(-w L / D) where the zone is short."""
    u, d, length = zones.velocity[i], zones.dispersion[i], zones.length[i]
    for j in range(LANES):
        pr, pi = loss(i, sr[j], si[j], zones)
        qr, qi = u * u + 4.0 * d * pr, 4.0 * d * pi
        wr = math.sqrt(0.5 * (math.sqrt(qr * qr + qi * qi) + qr))
        wi = 0.5 * qi / wr
        br = u + wr
        scale = -2.0 / (br * br + wi * wi)
        own[F, j] = scale * (pr * br + pi * wi)
        own[F + 1, j] = scale * (pi * br - pr * wi)
        own[X, j] = own[X + 1, j] = 0.0
        if short:
            size = math.exp(-wr * length / d)
            own[X, j] = size * math.cos(wi * length / d)
            own[X + 1, j] = -size * math.sin(wi * length / d)


@jit
def find_tank(i: int, sr: Array, si: Array, zones: Zones, own: Array) -> None:
    """A mixed tank: nothing changes along it, and what enters is (V psi + Q) C."""
    volume = zones.area[i] * zones.length[i]
    for j in range(LANES):
        pr, pi = loss(i, sr[j], si[j], zones)
        own[F, j] = own[F + 1, j] = 0.0
        own[LOAD, j], own[LOAD + 1, j] = volume * pr + zones.exit[i], volume * pi
        own[STEP, j], own[STEP + 1, j] = 1.0, 0.0
        own[BACK, j] = own[BACK + 1, j] = own[X, j] = own[X + 1, j] = 0.0
        own[RETURN, j] = own[RETURN + 1, j] = 0.0


@jit
def return_flux(i: int, zones: Zones, work: Array, short: bool) -> None:
    """Write what the river above the foot of a zone sends down per unit of concentration."""
    own = work[i]
    ad = zones.area[i] * zones.dispersion[i]
    q = zones.velocity[i] * zones.area[i]
    above = zones.above[i]
    for j in range(LANES):
        fr, fi = ad * own[F, j], ad * own[F + 1, j]
        own[RETURN, j], own[RETURN + 1, j] = fr, fi
        if short:
            yr, yi = -zones.taken[i], 0.0
            if above >= 0:
                yr += work[above, RETURN, j]
                yi += work[above, RETURN + 1, j]
            y, up = complex(yr, yi), complex(fr, fi)
            down = q - up
            g = (y - up) / (down - y) * complex(own[X, j], own[X + 1, j])
            value = (up + down * g) / (1.0 + g)
            own[RETURN, j], own[RETURN + 1, j] = value.real, value.imag


@jit
def find_load(i: int, last: int, zones: Zones, work: Array, short: bool) -> None:
    """Write load, step and reflection of a zone from the load at its foot."""
    own = work[i]
    ad = zones.area[i] * zones.dispersion[i]
    q = zones.velocity[i] * zones.area[i]
    below, joint = zones.below[i], zones.joint[i]
    for j in range(LANES):
        ur, ui = ad * own[F, j], ad * own[F + 1, j]
        dr, di = q - ur, -ui
        if joint == OPEN_END or below > last:
            own[LOAD, j], own[LOAD + 1, j] = dr, di
            own[STEP, j], own[STEP + 1, j] = 1.0, 0.0
            own[BACK, j] = own[BACK + 1, j] = 0.0
            continue
        if joint == MOUTH_END:
            zr, zi = zones.exit[i] + zones.spill[i], 0.0
        else:
            zr, zi = work[below, LOAD, j] + zones.taken[below], work[below, LOAD + 1, j]
        # step = (down - up) / (load - up)
        nr, ni = dr - ur, di - ui
        mr, mi = zr - ur, zi - ui
        scale = 1.0 / (mr * mr + mi * mi)
        tr, ti = scale * (nr * mr + ni * mi), scale * (ni * mr - nr * mi)
        own[BACK, j], own[BACK + 1, j] = tr - 1.0, ti
        if short:
            x = complex(own[X, j], own[X + 1, j])
            back = complex(tr - 1.0, ti) * x
            load = (complex(dr, di) + complex(ur, ui) * back) / (1.0 + back)
            step = complex(tr, ti) / (1.0 + back)
            own[LOAD, j], own[LOAD + 1, j] = load.real, load.imag
            own[STEP, j], own[STEP + 1, j] = step.real, step.imag
        else:
            own[LOAD, j], own[LOAD + 1, j] = dr, di
            own[STEP, j], own[STEP + 1, j] = tr, ti


@part
def resistance(i: int, j: int, zones: Zones, work: Array) -> complex:
    """Concentration at the head of a zone per flux that enters there from aside."""
    load = complex(work[i, LOAD, j] + zones.taken[i], work[i, LOAD + 1, j])
    above = zones.above[i]
    if above >= 0:
        load -= complex(work[above, RETURN, j], work[above, RETURN + 1, j])
    return 1.0 / load


@jit
def hand_on(i: int, target: int, zones: Zones, work: Array, filled: Index) -> None:
    """Carry the concentration from the head of a zone to the head of the one it flows to."""
    own, other = work[i], work[target]
    length = zones.length[i]
    mouth = zones.joint[i] == MOUTH_END
    tank = zones.tank[i]
    for j in range(LANES):
        a = complex(own[AMPLITUDE, j], own[AMPLITUDE + 1, j])
        a *= complex(own[STEP, j], own[STEP + 1, j])
        if mouth:
            a *= zones.exit[i] * resistance(target, j, zones, work)
        er, ei = own[EXPONENT, j], own[EXPONENT + 1, j]
        if not tank:
            er += own[F, j] * length
            ei += own[F + 1, j] * length
        if filled[target] > 0:
            # two ways meet: count from the larger of the two
            br, bi = other[EXPONENT, j], other[EXPONENT + 1, j]
            b = complex(other[AMPLITUDE, j], other[AMPLITUDE + 1, j])
            top = max(er, br)
            size, turn = math.exp(er - top), ei - bi
            a *= complex(size * math.cos(turn), size * math.sin(turn))
            a += b * math.exp(br - top)
            er, ei = top, bi
        other[AMPLITUDE, j], other[AMPLITUDE + 1, j] = a.real, a.imag
        other[EXPONENT, j], other[EXPONENT + 1, j] = er, ei
    filled[target] += 1


@jit
def push_back(i: int, below: int, zones: Zones, work: Array) -> None:
    """Raise the reflection at the foot of a stem to what a side arm brings to it there as well.

    Only for zones at whose head nothing of it is felt.
    """
    if zones.joint[i] == MOUTH_END:
        return
    own, other = work[i], work[below]
    for j in range(LANES):
        a = complex(own[AMPLITUDE, j], own[AMPLITUDE + 1, j])
        b = complex(other[AMPLITUDE, j], other[AMPLITUDE + 1, j])
        re = other[EXPONENT, j] - own[EXPONENT, j] - own[F, j] * zones.length[i]
        im = other[EXPONENT + 1, j] - own[EXPONENT + 1, j] - own[F + 1, j] * zones.length[i]
        back = b * exponential(re, im) / a - 1.0
        own[BACK, j], own[BACK + 1, j] = back.real, back.imag


@jit
def branch_off(i: int, zones: Zones, work: Array) -> None:
    """Let the water of a side arm take the concentration of where the river divides."""
    main = zones.side_of[i]
    for j in range(LANES):
        a = complex(work[main, AMPLITUDE, j], work[main, AMPLITUDE + 1, j])
        a *= zones.entry[i] * resistance(i, j, zones, work)
        work[i, AMPLITUDE, j], work[i, AMPLITUDE + 1, j] = a.real, a.imag
        work[i, EXPONENT, j] = work[main, EXPONENT, j]
        work[i, EXPONENT + 1, j] = work[main, EXPONENT + 1, j]


@jit
def spread_upward(i: int, zones: Zones, work: Array, short: bool) -> None:
    """Write amplitude and exponent at the foot of a zone above the release, or above a mouth."""
    own, below = work[i], zones.below[i]
    other = work[below]
    upstream = zones.upstream[below]
    ud, length = zones.velocity[below] / zones.dispersion[below], zones.length[below]
    for j in range(LANES):
        a = complex(other[AMPLITUDE, j], other[AMPLITUDE + 1, j])
        er, ei = other[EXPONENT, j], other[EXPONENT + 1, j]
        if upstream:
            # from the foot of the zone below to its head
            g = complex(other[BACK, j], other[BACK + 1, j])
            x = complex(other[X, j], other[X + 1, j])
            a *= (1.0 + g) / (1.0 + g * x)
            er -= (ud - other[F, j]) * length
            ei += other[F + 1, j] * length
        own[AMPLITUDE, j], own[AMPLITUDE + 1, j] = a.real, a.imag
        own[EXPONENT, j], own[EXPONENT + 1, j] = er, ei
        # above a release the reflection is that of the upper end
        g = 0.0j
        if short:
            ad = zones.area[i] * zones.dispersion[i]
            y = complex(-zones.taken[i], 0.0)
            if zones.above[i] >= 0:
                y += complex(work[zones.above[i], RETURN, j], work[zones.above[i], RETURN + 1, j])
            up = ad * complex(own[F, j], own[F + 1, j])
            g = (y - up) / (zones.velocity[i] * zones.area[i] - up - y)
        own[BACK, j], own[BACK + 1, j] = g.real, g.imag


@part
def mean_exponential(z: complex) -> complex:
    """(exp z - 1) / z, also where z is small."""
    if abs(z.real) + abs(z.imag) < 0.01:
        return 1.0 + z * (0.5 + z * (1.0 / 6.0 + z * (1.0 / 24.0 + z * (1.0 / 120.0 + z / 720.0))))
    return complex((exponential(z.real, z.imag) - 1.0) / z)


@jit
def probe(p: int, first: int, points: Points, zones: Zones, work: Array, probes: Probes) -> None:
    """Write what one probe sees of the block of s that begins at ``first``."""
    i, kind = probes.zone[p], probes.kind[p]
    own = work[i]
    length, x1, x2 = zones.length[i], probes.near[p], probes.far[p]
    ad, ud = zones.area[i] * zones.dispersion[i], zones.velocity[i] / zones.dispersion[i]
    q = zones.velocity[i] * zones.area[i]
    upstream, tank = zones.upstream[i], zones.tank[i]
    for j in range(LANES):
        f = complex(own[F, j], own[F + 1, j])
        g = ud - f
        back = complex(own[BACK, j], own[BACK + 1, j])
        a = complex(own[AMPLITUDE, j], own[AMPLITUDE + 1, j])
        at = complex(own[EXPONENT, j], own[EXPONENT + 1, j])
        at += complex(points.re[first + j], points.im[first + j]) * probes.shift[p]
        bt = at
        if back != 0.0:
            a /= 1.0 + back * complex(own[X, j], own[X + 1, j])
        if upstream:
            b, a = a, a * back
            at = bt - g * length
        else:
            b = a * back
            bt = at + f * length
        fall, rise = at + f * x1, bt - g * (length - x2)
        value = 0.0j
        if kind == MASS:
            span = x2 - x1
            value = a * exponential(fall.real, fall.imag) * mean_exponential(f * span) * span
            if b != 0.0:
                value += b * exponential(rise.real, rise.imag) * mean_exponential(-g * span) * span
            value *= zones.area[i]
        else:
            down, up = 1.0 + 0.0j, 1.0 + 0.0j
            if kind == FLUX:
                down, up = q - ad * f, ad * f
                if tank:
                    down = q + 0.0j
            value = a * exponential(fall.real, fall.imag) * down
            if b != 0.0 and rise.real - bt.real > -ASIDE:
                value += b * exponential(rise.real, rise.imag) * up
        value *= points.source[first + j] * probes.weight[p]
        probes.found[p, first + j] = value


@jit
def sweep_block(
    first: int, head: int, last: int, source: int, held: bool, divides: bool, points: Points,
    zones: Zones, work: Array, filled: Index,
) -> None:  # fmt: skip
    """Find the amplitudes of the zones from ``head`` to ``last`` for ``LANES`` values of s."""
    sr, si = points.re[first : first + LANES], points.im[first : first + LANES]
    for i in range(head, last + 1):
        filled[i] = 0
        if zones.tank[i]:
            find_tank(i, sr, si, zones, work[i])
            continue
        find_roots(i, sr, si, zones, work[i], is_short(i, zones))
        if zones.upstream[i] or divides:
            return_flux(i, zones, work, is_short(i, zones))
    for i in range(last, head - 1, -1):
        if not zones.tank[i] and not zones.upstream[i]:
            find_load(i, last, zones, work, is_short(i, zones))
    for j in range(LANES):
        a = 1.0 + 0.0j if held else resistance(source, j, zones, work)
        work[source, AMPLITUDE, j], work[source, AMPLITUDE + 1, j] = a.real, a.imag
        work[source, EXPONENT, j] = work[source, EXPONENT + 1, j] = 0.0
    filled[source] = 1
    for i in range(source, last + 1):
        if zones.side_of[i] >= 0 and filled[zones.side_of[i]] > 0:
            branch_off(i, zones, work)
            filled[i] = 1
        if filled[i] > 0 and 0 <= zones.below[i] <= last:
            hand_on(i, zones.below[i], zones, work, filled)
    if divides:
        for i in range(source, last):
            below = zones.below[i]
            if filled[i] > 0 and 0 <= below <= last and filled[below] > 1:
                push_back(i, below, zones, work)
    for i in range(last, head - 1, -1):
        if zones.upstream[i]:
            spread_upward(i, zones, work, is_short(i, zones))


@part
def is_short(i: int, zones: Zones) -> bool:
    """Tell whether one end of a zone is felt at the other."""
    return bool(zones.velocity[i] * zones.length[i] < ASIDE * zones.dispersion[i])


@jit
def respond(
    last: int, source: int, held: bool, points: Points, zones: Zones, probes: Probes, work: Array,
    filled: Index,
) -> None:  # fmt: skip
    """Sweep the zones down to ``last`` and write what every probe sees.

    held : the source is a concentration held at the head of its zone rather than a flux
    work : (Z, ROWS, LANES) scratch; filled : (Z,) scratch
    """
    arms = 0
    for i in range(last + 1):
        if zones.side_of[i] >= 0:
            arms += 1
    divides = arms > 0
    for first in range(0, points.re.size, LANES):
        sweep_block(first, 0, last, source, held, divides, points, zones, work, filled)
        for p in range(probes.zone.size):
            probe(p, first, points, zones, work, probes)
