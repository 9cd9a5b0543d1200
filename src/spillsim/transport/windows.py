"""The cells of a path that are computed: where the window opens, grows, shrinks and closes.

A window is closed at both ends: nothing disperses through them. Before a step its outer cells,
as many as the step can reach, hold no more than ``floor`` of any member; else it grows by
``BLOCK`` cells. It shrinks by as many when they are as empty, and what they hold is swept into
the next cell inward. Windows of whole blocks leave no odd cells to the inner loops.
"""

from __future__ import annotations

from .arrays import FloatArray, IntArray, Reactions
from .compiler import inner
from .pools import may_return

BLOCK = 8
"""Cells by which a window grows and shrinks."""


@inner
def holds(a: int, b: int, members: int, mass: FloatArray, floor: FloatArray) -> bool:
    """Tell whether any cell from a to b holds more than next to nothing of any member."""
    at = a * members
    for _ in range(a, b):
        for j in range(members):
            if abs(mass[at + j]) > floor[j]:
                return True
        at += members
    return False


@inner
def grow(
    a: int, b: int, ends: tuple[int, int], reach: int, members: int, mass: FloatArray,
    floor: FloatArray,
) -> tuple[int, int]:  # fmt: skip
    """Widen a window whose outer ``reach`` cells are not empty; ``ends`` bounds its path."""
    more = (reach + BLOCK - 1) // BLOCK * BLOCK
    if a > ends[0] and holds(a, min(a + reach, b), members, mass, floor):
        a = max(a - more, ends[0])
    if b < ends[1] and holds(max(b - reach, a), b, members, mass, floor):
        b = min(b + more, ends[1])
    return a, b


@inner
def admit(
    a: int, b: int, ends: tuple[int, int], reach: int, cell: int
) -> tuple[int, int]:  # fmt: skip
    """Open a window so that it holds ``cell`` and what a step can reach from there."""
    first = max(cell - reach, ends[0])
    last = min(cell + reach + 1, ends[1])
    if a >= b:
        a, b = first, last
    else:
        a, b = min(a, first), max(b, last)
    odd = (b - a) % BLOCK
    if odd > 0:
        b = min(b + BLOCK - odd, ends[1])
    return a, b


@inner
def sweep(cell: int, target: int, members: int, values: FloatArray) -> None:
    """Move what a cell holds to another one."""
    for j in range(members):
        values[target * members + j] += values[cell * members + j]
        values[cell * members + j] = 0.0


@inner
def trim(
    a: int, b: int, reach: int, members: int, mass: FloatArray, storage: FloatArray,
    floor: FloatArray, reactions: Reactions,
) -> tuple[int, int]:  # fmt: skip
    """Shrink a window by blocks that hold next to nothing; their mass moves inward.

    What lies in fixed pools stays where it is.
    """
    fixed, limit = reactions.fixed, reactions.limit
    spare = BLOCK + reach
    while b - a > BLOCK + spare and not (
        holds(a, a + spare, members, mass, floor)
        or holds(a, a + BLOCK, members, storage, floor)
        or may_return(a, a + BLOCK, fixed, limit)
    ):
        for cell in range(a, a + BLOCK):
            sweep(cell, cell + 1, members, mass)
            sweep(cell, cell + 1, members, storage)
        a += BLOCK
    while b - a > BLOCK + spare and not (
        holds(b - spare, b, members, mass, floor)
        or holds(b - BLOCK, b, members, storage, floor)
        or may_return(b - BLOCK, b, fixed, limit)
    ):
        for cell in range(b - 1, b - 1 - BLOCK, -1):
            sweep(cell, cell - 1, members, mass)
            sweep(cell, cell - 1, members, storage)
        b -= BLOCK
    return a, b


@inner
def enlist(p: int, active: IntArray) -> None:
    """Put a path among the active ones, which stand in order behind their number."""
    count = active[0]
    at = count
    while at > 0 and active[at] > p:
        at -= 1
    if at > 0 and active[at] == p:
        return
    for k in range(count, at, -1):
        active[k + 1] = active[k]
    active[at + 1] = p
    active[0] = count + 1


@inner
def delist(place: int, active: IntArray) -> None:
    """Take the path at a place out of the active ones."""
    for k in range(place, active[0]):
        active[k] = active[k + 1]
    active[0] -= 1
