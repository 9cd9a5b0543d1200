"""What a step does to every cell of a window: loops over bare slices, as few as possible.

``lo`` and ``hi`` bound the entries of a window, ``members`` entries to a cell: a neighbour lies
``members`` entries away, so that one loop runs through cells and members alike. Every loop is
written for the compiler to run several entries at a time: slices instead of offsets, no branch,
and no value that is stored only sometimes.

All are compiled into the time loop: on a window of sixty cells a call would cost as much as the
loop itself.
"""

from __future__ import annotations

from .arrays import FloatArray
from .compiler import part


@part
def carry(
    lo: int, hi: int, members: int, back: int, mass: FloatArray, inverse: FloatArray,
    carried: FloatArray, c: FloatArray,
) -> None:  # fmt: skip
    """Take the mass from ``back`` entries upstream and its concentration in the new cells.

    Two cells on either side of the window, which hold nothing, come along for the dispersion.
    """
    first, last = lo - 2 * members, hi + 2 * members
    source = mass[first - back : last - back]
    scale = inverse[first:last]
    target = carried[first:last]
    diluted = c[first:last]
    for i in range(target.shape[0]):
        moved = source[i]
        target[i] = moved
        diluted[i] = moved * scale[i]


@part
def disperse(
    lo: int, hi: int, members: int, g: FloatArray, h: FloatArray, c: FloatArray, flux: FloatArray
) -> None:
    """Mass that one substep of dispersion moves through the faces; nothing through the outer ones.

    F_f = -g (c_f - c_{f-1}) + h (c_{f+1} - 3 c_f + 3 c_{f-1} - c_{f-2}), with h = g e and
    e = 1/12 - d/2: the 1/12 cancels the error of the central difference in space, the -d/2 that
    of the forward step in time. Two cells on either side of the window must hold nothing.
    """
    far = c[lo - 2 * members : hi - 2 * members]
    near = c[lo - members : hi - members]
    here = c[lo:hi]
    beyond = c[lo + members : hi + members]
    slope = g[lo:hi]
    third = h[lo:hi]
    moved = flux[lo:hi]
    for i in range(moved.shape[0]):
        rise = here[i] - near[i]
        moved[i] = third[i] * (beyond[i] - far[i] - 3.0 * rise) - slope[i] * rise
    for i in range(members):
        flux[lo + i] = 0.0
        flux[hi + i] = 0.0


@part
def settle(
    lo: int, hi: int, members: int, carried: FloatArray, flux: FloatArray, mass: FloatArray
) -> None:
    """Add what came through the faces to the mass that the water carried along."""
    source = carried[lo:hi]
    into = flux[lo:hi]
    out = flux[lo + members : hi + members]
    target = mass[lo:hi]
    for i in range(target.shape[0]):
        target[i] = source[i] + (into[i] - out[i])


@part
def exchange_stored(
    lo: int, hi: int, stay: FloatArray, back: FloatArray, into: FloatArray, hold: FloatArray,
    cells: tuple[FloatArray, FloatArray, FloatArray], left: FloatArray, rest: FloatArray,
) -> None:  # fmt: skip
    """Decay and transient storage over one step; the third of ``cells`` gathers what decayed.

    ``left`` and ``rest`` are scratch. With more arrays to a loop the compiler would not take
    several entries at a time.
    """
    flowing, stored, lost = cells[0][lo:hi], cells[1][lo:hi], cells[2][lo:hi]
    x = left[lo:hi]
    y = rest[lo:hi]
    kept = stay[lo:hi]
    to_channel = back[lo:hi]
    for i in range(x.shape[0]):
        x[i] = kept[i] * flowing[i] + to_channel[i] * stored[i]
    to_storage = into[lo:hi]
    held = hold[lo:hi]
    for i in range(y.shape[0]):
        y[i] = to_storage[i] * flowing[i] + held[i] * stored[i]
    for i in range(lost.shape[0]):
        lost[i] += (flowing[i] - x[i]) + (stored[i] - y[i])
    for i in range(flowing.shape[0]):
        flowing[i] = x[i]
        stored[i] = y[i]


@part
def exchange(
    lo: int, hi: int, back: FloatArray, into: FloatArray, mass: FloatArray, storage: FloatArray
) -> None:
    """Transient storage over one step where nothing decays."""
    flowing = mass[lo:hi]
    stored = storage[lo:hi]
    to_storage = into[lo:hi]
    to_channel = back[lo:hi]
    for i in range(flowing.shape[0]):
        # what moves is computed once, so that channel and storage mirror each other
        moved = to_storage[i] * flowing[i] - to_channel[i] * stored[i]
        flowing[i] -= moved
        stored[i] += moved


@part
def decay(lo: int, hi: int, stay: FloatArray, mass: FloatArray, decayed: FloatArray) -> None:
    """Decay over one step without storage; ``decayed`` gathers what decayed."""
    flowing = mass[lo:hi]
    kept = stay[lo:hi]
    lost = decayed[lo:hi]
    for i in range(flowing.shape[0]):
        left = kept[i] * flowing[i]
        lost[i] += flowing[i] - left
        flowing[i] = left


@part
def exchange_alone(
    lo: int, hi: int, has_storage: bool, decays: bool, shares: tuple[FloatArray, ...],
    cells: tuple[FloatArray, FloatArray, FloatArray], left: FloatArray, rest: FloatArray,
) -> None:  # fmt: skip
    """Decay and transient storage of members that do not react with each other."""
    stay, back, into, hold = shares
    if has_storage and decays:
        exchange_stored(lo, hi, stay, back, into, hold, cells, left, rest)
    elif has_storage:
        exchange(lo, hi, back, into, cells[0], cells[1])
    elif decays:
        decay(lo, hi, stay, cells[0], cells[2])


@part
def note_peaks(
    lo: int, hi: int, step: float, mass: FloatArray, inverse: FloatArray, peak: FloatArray,
    peak_step: FloatArray,
) -> None:  # fmt: skip
    """Keep the highest concentration seen in each cell and the step it was seen at."""
    flowing = mass[lo:hi]
    scale = inverse[lo:hi]
    top = peak[lo:hi]
    when = peak_step[lo:hi]
    for i in range(flowing.shape[0]):
        # written so that both are stored always: storing only what rose is several times slower
        before, seen = top[i], when[i]
        rise = flowing[i] * scale[i] - before
        top[i] = before + max(rise, 0.0)
        when[i] = step if rise > 0.0 else seen
