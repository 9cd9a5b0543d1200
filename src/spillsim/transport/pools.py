"""Exchange between the pools of a cell over one step, as both marches do it.

In a range of cells all that reacts is gathered into rows, one for each pool, so that every loop
runs through cells that lie one behind the other. Then

1. what is not linear takes half a step: sorption to grains whose concentration changes, then the
   grains themselves between water and bed (``grains``);
2. all that is linear is multiplied with its exact propagator, entry by entry;
3. what is not linear takes the other half, in the reverse order (Strang 1968).

No entry is negative and columns sum to one, so nothing becomes negative, gets lost or appears.
"""

from __future__ import annotations

from .arrays import FloatArray, IntArray
from .compiler import inner
from .grains import move_grains, sorb
from .reactions import CHUNK, Reactions


@inner
def begin_row(target: FloatArray, weight: FloatArray, x: FloatArray) -> None:
    """A pool's own part."""
    for i in range(target.shape[0]):
        target[i] = weight[i] * x[i]


@inner
def add_one(target: FloatArray, weight: FloatArray, x: FloatArray) -> None:
    """Add what comes from another pool."""
    for i in range(target.shape[0]):
        target[i] += weight[i] * x[i]


@inner
def add_three(
    target: FloatArray, u: FloatArray, x: FloatArray, v: FloatArray, y: FloatArray,
    w: FloatArray, z: FloatArray,
) -> None:  # fmt: skip
    """Add what comes from three other pools."""
    for i in range(target.shape[0]):
        target[i] += u[i] * x[i] + v[i] * y[i] + w[i] * z[i]


@inner
def multiply(
    first: int, n: int, row: IntArray, source: IntArray, values: FloatArray, fixed: FloatArray,
    scratch: FloatArray, after: int,
) -> None:  # fmt: skip
    """Apply the propagator to the gathered pools of n cells from ``first`` on.

    Results stand ``after`` rows further on; sinks are added to where they lie.
    """
    last = first + n
    for d in range(row.shape[0]):
        to, e, end = row[d, 0], row[d, 1], row[d, 2]
        if to >= 0:
            target = scratch[after + to, :n]
            begin_row(target, values[e, first:last], scratch[source[e], :n])
            e += 1
        else:
            target = fixed[-1 - to, first:last]
        while e + 3 <= end:
            add_three(
                target,
                values[e, first:last], scratch[source[e], :n],
                values[e + 1, first:last], scratch[source[e + 1], :n],
                values[e + 2, first:last], scratch[source[e + 2], :n],
            )  # fmt: skip
            e += 3
        while e < end:
            add_one(target, values[e, first:last], scratch[source[e], :n])
            e += 1


@inner
def gather(
    first: int, n: int, shape: IntArray, returning: IntArray, mass: FloatArray,
    storage: FloatArray, fixed: FloatArray, scratch: FloatArray,
) -> None:  # fmt: skip
    """Lay out the pools of n cells from ``first`` on, row by row."""
    members = shape[0]
    for m in range(members):
        at = first * members + m
        x = scratch[m]
        for i in range(n):
            x[i] = mass[at + i * members]
    row = members
    if shape[2]:
        for m in range(members):
            at = first * members + m
            x = scratch[members + m]
            for i in range(n):
                x[i] = storage[at + i * members]
        row += members
    for k in range(returning.shape[0]):
        x, lies = scratch[row + k, :n], fixed[returning[k], first : first + n]
        for i in range(n):
            x[i] = lies[i]


@inner
def put_back(
    first: int, n: int, shape: IntArray, returning: IntArray, mass: FloatArray,
    storage: FloatArray, lost: FloatArray, fixed: FloatArray, scratch: FloatArray,
) -> None:  # fmt: skip
    """Write the pools of n cells back; ``lost`` takes what left the water less what came."""
    members, pools = shape[0], shape[1]
    for m in range(members):
        at = first * members + m
        x = scratch[pools + m]
        for i in range(n):
            lost[at + i * members] += mass[at + i * members] - x[i]
            mass[at + i * members] = x[i]
    row = pools + members
    if shape[2]:
        for m in range(members):
            at = first * members + m
            x = scratch[row + m]
            for i in range(n):
                lost[at + i * members] += storage[at + i * members] - x[i]
                storage[at + i * members] = x[i]
        row += members
    for k in range(returning.shape[0]):
        x, lies = scratch[row + k, :n], fixed[returning[k], first : first + n]
        for i in range(n):
            lies[i] = x[i]


@inner
def react(
    a: int, b: int, reactions: Reactions, mass: FloatArray, storage: FloatArray, lost: FloatArray
) -> None:
    """Let the pools of cells a to b react for one step.

    Parameters
    ----------
    mass, storage, lost : (K B) of the mobile pools, members innermost: in the water, in the
        storage zone (not looked at where there is none), and what has left both by reaction less
        what came, which is added to [kg]
    """
    shape, scratch, fixed = reactions.shape, reactions.scratch, reactions.fixed
    pools, nonlinear = shape[1], shape[3]
    for first in range(a, b, CHUNK):
        n = min(CHUNK, b - first)
        gather(first, n, shape, reactions.returning, mass, storage, fixed, scratch)
        if nonlinear:
            sorb(first, n, 0, False, reactions)
            move_grains(first, n, 0, reactions)
        multiply(first, n, reactions.row, reactions.source, reactions.values, fixed, scratch, pools)
        if nonlinear:
            move_grains(first, n, pools, reactions)
            sorb(first, n, pools, True, reactions)
        put_back(first, n, shape, reactions.returning, mass, storage, lost, fixed, scratch)


@inner
def may_return(a: int, b: int, fixed: FloatArray, limit: FloatArray) -> bool:
    """Tell whether in any cell from a to b more than next to nothing lies that may come back."""
    for f in range(limit.shape[0]):
        for i in range(a, b):
            if fixed[f, i] > limit[f, i]:
                return True
    return False


@inner
def mix_values(
    a: int, b: int, zone: int, discharge: float, volume: float, reactions: Reactions
) -> None:
    """Set what cells a to b, all of one zone and of one volume, do at a discharge.

    Straight between the two discharges of the table around it, the outermost beyond them: a mean
    of propagators without negative entries, whose columns sum to one, is another of these.
    """
    knots, values = reactions.knots[zone], reactions.values
    last = knots.shape[0] - 1
    j = 0
    while j < last - 1 and discharge >= knots[j + 1]:
        j += 1
    share = 0.0
    if last > 0:
        share = (discharge - knots[j]) / (knots[j + 1] - knots[j])
        share = min(max(share, 0.0), 1.0)
    low, high = reactions.table[zone, j], reactions.table[zone, min(j + 1, last)]
    for e in range(low.shape[0]):
        value = (1.0 - share) * low[e] + share * high[e]
        own = values[e, a:b]
        for i in range(own.shape[0]):
            own[i] = value
    if values.shape[0] > low.shape[0]:
        own = values[low.shape[0], a:b]
        for i in range(own.shape[0]):
            own[i] = volume
