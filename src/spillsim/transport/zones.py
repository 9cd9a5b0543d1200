"""Parts of a grid in which pools exchange at one set of rates: reaches, and cells in several."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .arrays import FloatArray, IntArray
from .grid import Grid, PathGrid
from .kinetics import Kinetics
from .reactions import take

TRACE = 1e-12
"""Share of a cell below which a reach does not count in it."""


def zones_of(kinetics: Kinetics, grid: Grid) -> tuple[Kinetics, IntArray]:
    """Kinetics of the zones of a grid, and the zone of each cell.

    A cell that lies in several reaches is a zone of its own: rates are means over the water, the
    storage zone and the bed that each reach has in it, as ``medium.build_exchange`` takes them.

    Parameters
    ----------
    kinetics : Kinetics
        Of all reaches at one discharge each.
    grid : Grid
        Cells on the paths.

    Returns
    -------
    Kinetics, (K,) zone, -1 in the padding
    """
    if kinetics.discharge.shape[1] != 1:
        raise ValueError("the march on a tree takes kinetics at one discharge")
    zone = np.full(grid.cells.volume.size, -1, dtype=np.int64)
    used: dict[int, int] = {}
    mixed: list[tuple[int, IntArray, FloatArray]] = []
    for own in grid.paths:
        place = own.faces.place
        first, last = place[:-1], place[1:]
        reach = own.faces.reaches[first]
        for r in np.unique(reach).tolist():
            used.setdefault(r, len(used))
        number = np.array([used[r] for r in reach.tolist()], dtype=np.int64)
        zone[own.start : own.start + own.slow.size] = number
        for cell in np.flatnonzero(first != last).tolist():
            held, share = _shares(own, cell, grid.route.flow.cross_section_area)
            if held.size > 1:
                mixed.append((own.start + cell, held, share))
    reaches = np.array(list(used), dtype=np.int64)
    single = take(kinetics, reaches)
    if not mixed:
        return single, zone
    beta = grid.route.flow.storage_area_ratio
    parts = [single]
    for cell, held, share in mixed:
        parts.append(_mean(take(kinetics, held), share, share * beta[held]))
        zone[cell] = reaches.size + len(parts) - 2
    return _stack(parts), zone


def _shares(own: PathGrid, cell: int, area: FloatArray) -> tuple[IntArray, FloatArray]:
    """Reaches that hold parts of a cell, and the shares of its water that lie in them."""
    faces = own.faces
    first, last = int(faces.place[cell]), int(faces.place[cell + 1])
    length = faces.length[first : last + 1].copy()
    length[0] -= faces.inside[cell]
    length[-1] = faces.inside[cell + 1]
    held = faces.reaches[first : last + 1]
    water = np.maximum(length, 0.0) * area[held]
    share = water / water.sum()
    counts = share > TRACE
    return held[counts], share[counts] / share[counts].sum()


def _mean(parts: Kinetics, water: FloatArray, storage: FloatArray) -> Kinetics:
    """Kinetics of one cell of which reaches have these shares of the water and the storage."""
    first, last = parts.mobile, 2 * parts.mobile
    weight = np.repeat(water[:, None], parts.linear.shape[-1], axis=1)
    if storage.sum() > 0.0:
        weight[:, first:last] = (storage / storage.sum())[:, None]
    linear = np.einsum("rjab,rb->jab", parts.linear, weight)[None]
    grains = parts.grains
    if grains is not None:
        bed = water[:, None] / grains.depth
        depth = 1.0 / bed.sum(axis=0)
        bed = bed * depth
        grains = replace(
            grains,
            settling=np.einsum("r,rjc->jc", water, grains.settling)[None],
            erosion=np.einsum("rj,rjc->jc", bed, grains.erosion)[None],
            depth=depth[None],
        )
    return replace(parts, discharge=parts.discharge[:1], linear=linear, grains=grains)


def _stack(parts: list[Kinetics]) -> Kinetics:
    """Zones of several, one behind the other."""
    grains = parts[0].grains
    if grains is not None:
        own = [part.grains for part in parts if part.grains is not None]
        grains = replace(
            grains,
            settling=np.concatenate([part.settling for part in own]),
            erosion=np.concatenate([part.erosion for part in own]),
            depth=np.concatenate([part.depth for part in own]),
        )
    return replace(
        parts[0],
        discharge=np.concatenate([part.discharge for part in parts]),
        linear=np.concatenate([part.linear for part in parts]),
        grains=grains,
    )
