"""Advection where it is more than a shift: slow ranges, water that is lost, mass that comes in."""

from __future__ import annotations

from .arrays import BoolArray, Cells, FloatArray, IntArray, Motion
from .compiler import inner
from .reconstruct import cell_edges, downstream_share, fill_concentration


@inner
def remap(
    a: int, b: int, c: FloatArray, flux: FloatArray, edge_weight: FloatArray,
    edge_jump: BoolArray, volume: FloatArray, courant: FloatArray, limiter: int,
) -> None:  # fmt: skip
    """Mass through the downstream faces of cells a to b where the Courant number is below one."""
    for cell in range(a, b):
        left, right = cell_edges(cell, c, edge_weight, edge_jump, limiter)
        share = downstream_share(c[cell], left, right, courant[cell + 1])
        flux[cell + 1] = volume[cell] * share


@inner
def shift(a: int, b: int, end: int, members: int, mass: FloatArray) -> None:
    """Move the mass of cells a to b one cell on; what would leave the window stays behind.

    At the path's end the mass of its last cell must have been taken before.
    """
    last = (b - 1) * members
    for j in range(members):
        if b == end:
            mass[last + j] = 0.0
        if b - a > 1:
            mass[last + j] += mass[last - members + j]
    source = mass[a * members : last - members]
    target = mass[(a + 1) * members : last]
    for i in range(target.shape[0] - 1, -1, -1):
        target[i] = source[i]
    if b - a > 1:
        for j in range(members):
            mass[a * members + j] = 0.0


@inner
def advect_mixed(
    window: tuple[int, int], member: int, way: tuple[int, int, int], ranges: IntArray,
    members: int, cells: Cells, motion: Motion, line: FloatArray, state_mass: FloatArray,
    abstracted: FloatArray, limiter: int,
) -> float:  # fmt: skip
    """Move the water of a path with slow ranges or losses by one step; returns what leaves it.

    The old profile gives all fluxes before any mass moves, into ``line[1]``. Where the window
    ends within the path nothing leaves it. ``way`` is the path's first cell, one past its last
    and its kind (``Ways.table``).
    """
    c, flux, mass = line[0], line[1], line[2]
    a, b = window
    start, end, kind = way
    for i in range(max(a - 4, start - 2), min(b + 4, end + 2)):
        mass[i] = state_mass[i * members + member]
    fill_concentration(max(a - 4, start - 2), min(b + 4, end + 2), mass, cells.inverse_volume, c)
    for r in range(ranges.shape[1]):
        first, last = max(ranges[0, r], a), min(ranges[1, r], b)
        if first < last:
            if ranges[2, r] == 1:
                remap(
                    first, last, c, flux, cells.edge_weight, cells.edge_jump, cells.volume,
                    motion.courant, limiter,
                )  # fmt: skip
            else:
                for cell in range(first, last):
                    flux[cell + 1] = mass[cell]
    leaving = float(flux[b])
    if b < end:
        flux[b] = 0.0
        leaving = 0.0
    flux[a] = 0.0
    into, out, own = flux[a:b], flux[a + 1 : b + 1], mass[a:b]
    for i in range(own.shape[0]):
        own[i] = (own[i] - out[i]) + into[i]
    if kind >= 2:
        # summed by step first: many small parts added to a large total are rounded alike
        gone = 0.0
        for i in range(a, b):
            kept = mass[i] * motion.keep[i]
            gone += mass[i] - kept
            mass[i] = kept
        abstracted[member] += gone
    for i in range(a, b):
        state_mass[i * members + member] = mass[i]
    return leaving


@inner
def join(
    joining: IntArray, cells: IntArray, mouth: IntArray, keep: FloatArray, outflow: FloatArray,
    mass: FloatArray, brought: FloatArray, abstracted: FloatArray,
) -> None:  # fmt: skip
    """Put what left the paths that end in this one into the cells below their mouths.

    Water taken out at the confluence takes its share of what the tributaries bring as well.
    """
    members = outflow.shape[1]
    for q in joining:
        for j in range(members):
            coming = outflow[q, j]
            if coming != 0.0:
                kept = coming * keep[cells[q]]
                mass[cells[q] * members + j] += kept
                brought[mouth[q] * members + j] += kept
                abstracted[j] += coming - kept
                outflow[q, j] = 0.0
