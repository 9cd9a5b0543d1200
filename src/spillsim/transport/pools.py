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

from .arrays import GRAINS, RETURNING, ROWS, SOURCES, FloatArray, Reactions
from .compiler import inner
from .grains import move_grains, sorb
from .reactions import CHUNK


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
def multiply(first: int, n: int, reactions: Reactions) -> None:
    """Apply the propagator to the gathered pools of n cells from ``first`` on.

    Results stand behind what was gathered; sinks are added to where they lie.
    """
    shape, tie, values, scratch = (
        reactions.shape,
        reactions.tie,
        reactions.values,
        reactions.scratch,
    )
    last, after, base = first + n, shape[1], shape[SOURCES]
    for d in range(shape[ROWS], shape[SOURCES]):
        to, e, end = tie[d, 0], tie[d, 1], tie[d, 2]
        if to >= 0:
            target = scratch[after + to, :n]
            begin_row(target, values[e, first:last], scratch[to, :n])
            e += 1
        else:
            target = reactions.fixed[-1 - to, first:last]
        while e + 3 <= end:
            add_three(
                target,
                values[e, first:last], scratch[tie[base + e, 0], :n],
                values[e + 1, first:last], scratch[tie[base + e + 1, 0], :n],
                values[e + 2, first:last], scratch[tie[base + e + 2, 0], :n],
            )  # fmt: skip
            e += 3
        while e < end:
            add_one(target, values[e, first:last], scratch[tie[base + e, 0], :n])
            e += 1


@inner
def gather(first: int, n: int, mass: FloatArray, storage: FloatArray, reactions: Reactions) -> None:
    """Lay out the pools of n cells from ``first`` on, row by row."""
    shape, tie, scratch = reactions.shape, reactions.tie, reactions.scratch
    members = shape[0]
    row = 0
    for stored in range(1 + shape[2]):
        for m in range(members):
            own = storage[first * members + m :] if stored else mass[first * members + m :]
            x = scratch[row]
            for i in range(n):
                x[i] = own[i * members]
            row += 1
    for k in range(shape[RETURNING], shape[GRAINS]):
        x, lies = scratch[row, :n], reactions.fixed[tie[k, 0], first : first + n]
        for i in range(n):
            x[i] = lies[i]
        row += 1


@inner
def put_back(
    first: int, n: int, mass: FloatArray, storage: FloatArray, lost: FloatArray,
    reactions: Reactions,
) -> None:  # fmt: skip
    """Write the pools of n cells back; ``lost`` takes what left the water less what came."""
    shape, tie, scratch = reactions.shape, reactions.tie, reactions.scratch
    members, row = shape[0], shape[1]
    for stored in range(1 + shape[2]):
        for m in range(members):
            own = storage[first * members + m :] if stored else mass[first * members + m :]
            gone = lost[first * members + m :]
            x = scratch[row]
            for i in range(n):
                gone[i * members] += own[i * members] - x[i]
                own[i * members] = x[i]
            row += 1
    for k in range(shape[RETURNING], shape[GRAINS]):
        x, lies = scratch[row, :n], reactions.fixed[tie[k, 0], first : first + n]
        for i in range(n):
            lies[i] = x[i]
        row += 1


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
    pools, nonlinear = reactions.shape[1], reactions.shape[3]
    for first in range(a, b, CHUNK):
        n = min(CHUNK, b - first)
        gather(first, n, mass, storage, reactions)
        # every kernel from one place and without constants: each of these is a compilation more
        for half in range(2):
            if half == 1:
                multiply(first, n, reactions)
            for turn in range(2 if nonlinear else 0):
                # in the reverse order afterwards: the two halves mirror each other
                if turn == half:
                    sorb(first, n, half * pools, half == 1, reactions)
                else:
                    move_grains(first, n, half * pools, reactions)
        put_back(first, n, mass, storage, lost, reactions)


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
    table, values = reactions.table[zone], reactions.values
    last = table.shape[0] - 1
    j = 0
    while j < last - 1 and discharge >= table[j + 1, 0]:
        j += 1
    share = 0.0
    if last > 0:
        share = (discharge - table[j, 0]) / (table[j + 1, 0] - table[j, 0])
        share = min(max(share, 0.0), 1.0)
    low, high = table[j], table[min(j + 1, last)]
    # of a single discharge the values stand there from the beginning
    for e in range(low.shape[0] - 1 if last > 0 else 0):
        value = (1.0 - share) * low[e + 1] + share * high[e + 1]
        own = values[e, a:b]
        for i in range(own.shape[0]):
            own[i] = value
    if values.shape[0] >= low.shape[0]:
        own = values[values.shape[0] - 1, a:b]
        for i in range(own.shape[0]):
            own[i] = volume
