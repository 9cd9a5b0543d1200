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

from .arrays import GRAINS, GROUPS, RETURNING, ROWS, SOURCES, FloatArray, Reactions
from .compiler import inner
from .grains import move_grains, sorb
from .reactions import CHUNK


@inner
def set_four(
    target: FloatArray, t: FloatArray, x: FloatArray, u: FloatArray, y: FloatArray, v: FloatArray,
    z: FloatArray, w: FloatArray, a: FloatArray,
) -> None:  # fmt: skip
    """What comes from four pools."""
    for i in range(target.shape[0]):
        target[i] = (t[i] * x[i] + u[i] * y[i]) + (v[i] * z[i] + w[i] * a[i])


@inner
def add_four(
    target: FloatArray, t: FloatArray, x: FloatArray, u: FloatArray, y: FloatArray, v: FloatArray,
    z: FloatArray, w: FloatArray, a: FloatArray,
) -> None:  # fmt: skip
    """Add what comes from four other pools."""
    for i in range(target.shape[0]):
        target[i] += (t[i] * x[i] + u[i] * y[i]) + (v[i] * z[i] + w[i] * a[i])


@inner
def multiply(first: int, n: int, reactions: Reactions) -> None:
    """Apply the propagator to the gathered pools of n cells from ``first`` on.

    Results stand behind what was gathered; sinks are added to where they lie. Four entries at a
    time, some of them zero: beginning a loop costs as much as a hundred of its turns.
    """
    shape, tie, values = reactions.shape, reactions.tie, reactions.values
    scratch, last, after = reactions.scratch, first + n, reactions.shape[1]
    for d in range(shape[ROWS], shape[SOURCES]):
        to = tie[d, 0]
        target = scratch[after + to, :n] if to >= 0 else reactions.fixed[-1 - to, first:last]
        for e in range(shape[ROWS] + tie[d, 1], shape[ROWS] + tie[d, 2], 4):
            t, u = values[tie[e, 1], first:last], values[tie[e + 1, 1], first:last]
            v, w = values[tie[e + 2, 1], first:last], values[tie[e + 3, 1], first:last]
            x, y = scratch[tie[e, 0], :n], scratch[tie[e + 1, 0], :n]
            z, a = scratch[tie[e + 2, 0], :n], scratch[tie[e + 3, 0], :n]
            if to >= 0 and e == shape[ROWS] + tie[d, 1]:
                set_four(target, t, x, u, y, v, z, w, a)
            else:
                add_four(target, t, x, u, y, v, z, w, a)


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
def sum_up(first: int, n: int, reactions: Reactions) -> None:
    """Add up what the water of n cells from ``first`` on now holds of each constituent."""
    shape, tie, scratch = reactions.shape, reactions.tie, reactions.scratch
    for k in range(shape[6]):
        total = reactions.sums[k, first : first + n]
        begin, end = tie[shape[GROUPS] + k, 0], tie[shape[GROUPS] + k, 1]
        x = scratch[shape[1] + begin, :n]
        for i in range(n):
            total[i] = x[i]
        for m in range(begin + 1, end):
            x = scratch[shape[1] + m, :n]
            for i in range(n):
                total[i] += x[i]


@inner
def move_half(first: int, n: int, half: int, reactions: Reactions) -> None:
    """What is not linear, for half a step: sorption, then grains; in the other half the reverse."""
    at = half * reactions.shape[1]
    # one call of each, for they are compiled into this one
    for part in range(2):
        if part == half:
            sorb(first, n, at, half == 1, reactions)
        else:
            move_grains(first, n, at, reactions)


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
    for first in range(a, b, CHUNK):
        n = min(CHUNK, b - first)
        gather(first, n, mass, storage, reactions)
        for half in range(2):
            if half == 1:
                multiply(first, n, reactions)
            if reactions.shape[3]:
                move_half(first, n, half, reactions)
        put_back(first, n, mass, storage, lost, reactions)
        sum_up(first, n, reactions)


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
    own = values[values.shape[0] - 1, a:b]
    for i in range(own.shape[0]):
        own[i] = volume
