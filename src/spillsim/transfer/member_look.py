"""What is seen of a way at a place, and what a release puts in, for a block of frequencies."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from .compiler import jit
from .member_sweep import (
    BI,
    BR,
    FI,
    FR,
    SIZE,
    XI,
    XR,
    exponentials,
    no_step,
)
from .river import Array, Index
from .sweep import LANES, is_short
from .zones import ASIDE, OPEN, Zones

SLOW = 0.3
"""Angles below which the slant of a piece is summed as a series."""


class Pieces(NamedTuple):
    """What R releases put in, in Q linear pieces."""

    first: Index
    """(R + 1,) first piece of each release."""
    middle: Array
    """(Q,) middle of a piece since the start of its release [s]."""
    half: Array
    """(Q,) half its length, 0 for a mass at once [s]."""
    mean: Array
    """(Q,) its mean rate [kg/s], or the mass [kg]; of a held one the concentration."""
    rise: Array
    """(Q,) half the change of the rate over it."""


@jit
def source_block(
    r: int, longer: float, held: bool, pieces: Pieces, omega: Array, found: Array, buffer: Array
) -> None:
    """Write the transform of a release from its start, as ``source.Part.transform``.

    found, buffer : (2 LANES,) and more, real parts before imaginary ones
    """
    for j in range(2 * LANES):
        found[j] = 0.0
    re, im = buffer[:LANES], buffer[LANES : 2 * LANES]
    sine, cosine = buffer[3 * LANES : 4 * LANES], buffer[2 * LANES : 3 * LANES]
    for n in range(pieces.first[r], pieces.first[r + 1]):
        middle, half = pieces.middle[n] * longer, pieces.half[n] * longer
        for j in range(LANES):
            re[j], im[j] = 0.0, -middle * omega[j]
            cosine[j], sine[j] = 0.0, half * omega[j]
        exponentials(re, im)
        if half <= 0.0:
            for j in range(LANES):
                found[j] += pieces.mean[n] * re[j]
                found[LANES + j] += pieces.mean[n] * im[j]
            continue
        exponentials(cosine, sine)
        # the mass of a release stays when it lasts longer, a concentration held stays itself
        whole = 2.0 * (half if held else pieces.half[n])
        for j in range(LANES):
            y = half * omega[j]
            bell = sine[j] / y if y > 0.0 else 1.0
            slant = 0.0
            if pieces.rise[n] != 0.0:
                if y < SLOW:
                    z = y * y
                    slant = y / 3.0 * (1.0 - z / 10.0 * (1.0 - z / 28.0 * (
                        1.0 - z / 54.0 * (1.0 - z / 88.0 * (1.0 - z / 130.0)))))  # fmt: skip
                else:
                    slant = (sine[j] - y * cosine[j]) / (y * y)
            a, b = whole * pieces.mean[n] * bell, -whole * pieces.rise[n] * slant
            found[j] += a * re[j] - b * im[j]
            found[LANES + j] += a * im[j] + b * re[j]


@jit
def look(
    i: int, last: int, into: float, shift: float, weight: float, zones: Zones, omega: Array,
    source: Array, work: Array, way: Array, buffer: Array, found: Any,
) -> None:  # fmt: skip
    """Add concentration times ``weight``, and flux, at a place in a zone on the way.

    shift : begin of the window since that of the release [s]; found : (2, LANES) complex
    """
    own = work[i * SIZE : (i + 1) * SIZE]
    tank = zones.tank[i]
    if not (tank or is_short(i, zones) or zones.joint[i] == OPEN or zones.below[i] > last):
        no_step(own, True)
    length = zones.length[i]
    ad, q = zones.area[i] * zones.dispersion[i], zones.velocity[i] * zones.area[i]
    ud = zones.velocity[i] / zones.dispersion[i]
    felt = not tank and ud * (length - into) < ASIDE
    fr, fi, cr, ci = (
        buffer[:LANES], buffer[LANES : 2 * LANES],
        buffer[2 * LANES : 3 * LANES], buffer[3 * LANES : 4 * LANES],
    )  # fmt: skip
    for j in range(LANES):
        fr[j] = way[2 * LANES + j] + own[FR + j] * into
        fi[j] = way[3 * LANES + j] + own[FI + j] * into + omega[j] * shift
        cr[j] = fr[j] + (2.0 * own[FR + j] - ud) * (length - into)
        ci[j] = fi[j] + 2.0 * own[FI + j] * (length - into)
    # all beside what is left at frequency zero, or close to it
    most = fr[0]
    for j in range(1, LANES):
        most = max(most, fr[j])
    for j in range(LANES):
        fr[j] -= most
        cr[j] -= most
    exponentials(fr, fi)
    if felt:
        exponentials(cr, ci)
    scale = math.exp(most)
    for j in range(LANES):
        a = complex(way[j], way[LANES + j]) * complex(source[j], source[LANES + j]) * scale
        b = 0.0j
        up = ad * complex(own[FR + j], own[FI + j])
        if felt:
            back = complex(own[BR + j], own[BI + j])
            a /= 1.0 + back * complex(own[XR + j], own[XI + j])
            b = a * back * complex(cr[j], ci[j])
        a *= complex(fr[j], fi[j])
        found[0, j] += weight * (a + b)
        found[1, j] += a * (q - up) + b * up if not tank else a * q
