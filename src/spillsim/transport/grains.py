"""What is not linear in the exchange between pools: half a step of it, exact with rates frozen.

Each part moves shares of what is there from one pool to another, so that nothing is lost and
nothing becomes negative whatever the step. Rates that depend on concentration are taken at the
middle of the half step, as a first try with those at its start gives it.
"""

from __future__ import annotations

import math

from .arrays import GRAINS, GROUPS, SORBED, FloatArray, IntArray, Reactions
from .compiler import inner


@inner
def settling_factor(concentration: float, numbers: FloatArray) -> float:
    """Settling at a concentration of all classes over the undisturbed one [-].

    Flocs sink with w = k c^m within bounds; where the gelling concentration is near, the water
    they push aside slows all by (1 - c / c_gel)^n (Richardson & Zaki 1954, eq 26).
    """
    factor = 1.0
    if numbers[3] > 0.0:
        velocity = numbers[3] * concentration ** numbers[4] if concentration > 0.0 else 0.0
        velocity = min(max(velocity, numbers[5]), numbers[6])
        factor = velocity / numbers[0]
    if not math.isinf(numbers[1]):
        factor *= max(1.0 - concentration / numbers[1], 0.0) ** numbers[2]
    return factor


@inner
def shares_moved(
    water: float, bed: float, rate: float, erosion: float, time: float
) -> tuple[float, float]:
    """Share of the grains in the water that settles, and share of all then on the bed that rises.

    dM/dt = -s M + e, dB/dt = s M - e has M = M0 exp(-s t) + e (1 - exp(-s t)) / s as long as there
    is something on the bed; once there is not, the water holds all of it (e > s M).
    """
    settled = -math.expm1(-rate * time)
    lifted = erosion * (settled / rate if rate * time > 1e-12 else time)
    lying = bed + settled * water
    if lying <= 0.0:
        return settled, 0.0
    # divided only where less rises than lies: next to nothing that lies would overflow
    return settled, 1.0 if lifted >= lying else lifted / lying


@inner
def concentration_of(mass: float, volume: float) -> float:
    """Mass per volume of water, 0 where there is none [kg/m3]."""
    return mass / volume if volume > 0.0 else 0.0


@inner
def move(down: float, up: float, water: int, bed: int, i: int, x: FloatArray) -> None:
    """Settle the share ``down`` of a pool, then lift the share ``up`` of what lies there."""
    lying = x[bed, i] + down * x[water, i]
    x[water, i] = (1.0 - down) * x[water, i] + up * lying
    x[bed, i] = (1.0 - up) * lying


@inner
def move_grains(first: int, n: int, at: int, reactions: Reactions) -> None:
    """Move classes and what is bound to them between water and bed for half a step.

    The gathered pools of n cells from ``first`` on stand in the scratch from row ``at`` on.
    """
    shape, numbers, values = reactions.shape, reactions.numbers, reactions.values
    classes, rows = shape[5], reactions.tie[shape[GRAINS] : shape[SORBED]]
    x, time = reactions.scratch[at:], reactions.half
    base = values.shape[0] - (2 * classes + 3)
    for i in range(n if classes > 0 else 0):
        own = values[base:, first + i]
        volume = own[2 * classes + 2]
        area = volume * own[2 * classes]
        held = 0.0
        for c in range(classes):
            held += x[rows[c, 0], i]
        held = concentration_of(held, volume)
        middle = 0.0
        for c in range(classes):
            water, bed = x[rows[c, 0], i], x[rows[c, 1], i]
            rate = own[c] * settling_factor(held, numbers[c])
            down, up = shares_moved(water, bed, rate, own[classes + c] * area, 0.5 * time)
            middle += (1.0 - down) * water + up * (bed + down * water)
        middle = concentration_of(middle, volume)
        for c in range(classes):
            rate = own[c] * settling_factor(middle, numbers[c])
            water, bed = x[rows[c, 0], i], x[rows[c, 1], i]
            down, up = shares_moved(water, bed, rate, own[classes + c] * area, time)
            move(down, up, rows[c, 0], rows[c, 1], i, x)
            for k in range(classes, rows.shape[0]):
                if rows[k, 2] == c:
                    move(down, up, rows[k, 0], rows[k, 1], i, x)


@inner
def relax(
    pair: int, i: int, volume: float, half: float, rows: IntArray, numbers: FloatArray,
    x: FloatArray,
) -> None:  # fmt: skip
    """Exchange of a pair at a finite rate: exact for the grains there are."""
    row, leaves = rows[pair], numbers[pair, 1]
    takes = leaves * numbers[pair, 0] * concentration_of(x[row[2], i], volume)
    both = leaves + takes
    if both > 0.0:
        left = math.exp(-both * half)
        gone = -math.expm1(-both * half)
        dissolved, bound = x[row[0], i], x[row[1], i]
        x[row[0], i] = (leaves + takes * left) / both * dissolved + leaves * gone / both * bound
        x[row[1], i] = (takes + leaves * left) / both * bound + takes * gone / both * dissolved


@inner
def divide(
    head: int, i: int, volume: float, rows: IntArray, numbers: FloatArray, x: FloatArray
) -> None:
    """Equilibrium of a dissolved pool with all grains that take it up at once."""
    whole, capacity = x[rows[head, 0], i], 1.0
    k = head
    while k < rows.shape[0] and (k == head or rows[k, 3] == 2):
        whole += x[rows[k, 1], i]
        capacity += numbers[k, 0] * concentration_of(x[rows[k, 2], i], volume)
        k += 1
    x[rows[head, 0], i] = whole / capacity
    for j in range(head, k):
        held = numbers[j, 0] * concentration_of(x[rows[j, 2], i], volume)
        x[rows[j, 1], i] = whole * (held / capacity)


@inner
def sorb(first: int, n: int, at: int, backward: bool, reactions: Reactions) -> None:
    """Exchange dissolved pools with grains for half a step, whose concentration is frozen.

    Pairs come one after the other, ``backward`` in the reverse order, so that two halves are
    symmetric; arguments as in ``move_grains``.
    """
    shape, values, x = reactions.shape, reactions.values, reactions.scratch[at:]
    rows, numbers = reactions.tie[shape[SORBED] : shape[GROUPS]], reactions.numbers[shape[5] :]
    pairs = rows.shape[0]
    for i in range(n if pairs > 0 else 0):
        volume = values[values.shape[0] - 1, first + i]
        for k in range(pairs):
            pair = pairs - 1 - k if backward else k
            if rows[pair, 3] == 1:
                divide(pair, i, volume, rows, numbers, x)
            elif rows[pair, 3] == 0:
                relax(pair, i, volume, reactions.half, rows, numbers, x)
