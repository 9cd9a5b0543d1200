"""Dispersion and exchange coefficients of the cells, ready for the kernels."""

from __future__ import annotations

import numpy as np

from .arrays import LIMITER_NONE, BoolArray, Dispersion, Exchange, FloatArray
from .grid import Grid
from .mouths import ease_below_mouths, thinned, withheld_shares

MAX_SUBSTEPS = 200
WALL_LENGTHS = 32.0
"""Below a path's upper end dispersion is left at second order over so many lengths D / U.

From there on a plume is more than four standard deviations away from its head.
"""


def build_dispersion(grid: Grid, limiter: int) -> Dispersion:
    """Conductances and fourth-order corrections of all faces.

    The number of substeps is the smallest for which every new concentration is a mean of old
    ones with weights >= 0, so that dispersion makes no negative value and no new extremum
    (``limiter="none"`` asks for stability alone and keeps the full correction).
    """
    spreading = build_dispersions(grid, grid.resistance[:, None], np.ones(1), limiter)
    return Dispersion(
        spreading.conductance.ravel(),
        spreading.correction.ravel(),
        spreading.substeps,
        spreading.withheld[:, :, 0],
    )


def build_dispersions(
    grid: Grid, resistance: FloatArray, factor: FloatArray, limiter: int
) -> Dispersion:
    """The same for B members at once.

    Parameters
    ----------
    grid : Grid
        Cells, the same for all members.
    resistance : (K, B) of each member [s/m3]
    factor : (B,) dispersion coefficient over that of the grid's flow [-]
    limiter : code of the limiter

    Returns
    -------
    Dispersion
        Arrays (K, B); as many substeps for all as the most dispersive one needs.
    """
    volume = grid.cells.volume[:, None]
    smooth = _smooth_faces(grid, factor)
    pair = np.ones(volume.shape)
    pair[1:] = 2.0 * volume[1:] * volume[:-1] / (volume[1:] + volume[:-1])
    for substeps in range(1, MAX_SUBSTEPS + 1):
        g = grid.time_step / substeps / resistance
        ease_below_mouths(grid, g, substeps)
        d = g / pair
        e = 1.0 / 12.0 - d / 2.0
        if limiter != LIMITER_NONE:
            e = np.minimum(e, 0.0)
        h = np.where(smooth, g * e, 0.0)
        bound = g.copy()
        bound[1:] = np.minimum(bound[1:], g[:-1])
        bound[:-1] = np.minimum(bound[:-1], g[1:])
        h = np.maximum(h, -0.25 * bound)
        left = np.zeros(g.shape)
        left[:-1] = (g + 3.0 * h)[1:]
        leaving = (g + 3.0 * h) + left
        if (leaving <= volume).all():
            withheld = withheld_shares(grid, g, substeps)
            at_mouths = leaving[grid.mouths.cell] * thinned(grid, withheld)[0]
            if (at_mouths <= 1.0).all():
                return Dispersion(g, h, substeps, withheld)
    raise ValueError(f"dispersion would need more than {MAX_SUBSTEPS} substeps in a time step")


def _smooth_faces(grid: Grid, factor: FloatArray) -> BoolArray:
    """(K, B) true at faces whose four cells are alike, so that the correction is an order gain.

    Where the correction begins it moves the centre of mass by the curvature of the profile there.
    That sums to nothing when a plume has passed from above; below a headwater it must not begin
    before a fresh release is behind it. ``factor`` as in ``build_dispersions``.
    """
    size = grid.cells.volume.size
    length = np.full(size, np.nan)
    first = np.zeros((size, factor.size), dtype=np.int64)
    for own in grid.paths:
        reach, flow = own.path.reaches[0], grid.route.flow
        spread = float(flow.dispersion_coefficient[reach] / flow.velocity[reach] ** 2)
        behind = own.theta[0] + WALL_LENGTHS * spread * factor + 2.0 * grid.time_step
        cells = slice(own.start, own.start + own.slow.size)
        length[cells] = np.diff(own.theta)
        first[cells] = own.start + np.searchsorted(own.theta[:-1], behind)
    alike = np.zeros(size, dtype=np.bool_)
    four = np.stack([length[:-3], length[1:-2], length[2:-1], length[3:]])
    alike[2:-1] = np.max(four, axis=0) <= 1.05 * np.min(four, axis=0)  # false beside a path's end
    jump = grid.cells.edge_jump
    near = jump.copy()
    near[1:] |= jump[:-1]
    near[:-1] |= jump[1:]
    return (alike & ~near)[:, None] & (np.arange(size)[:, None] >= first + 2)


def build_exchange(grid: Grid, decay_rate: FloatArray, storage_decay_rate: FloatArray) -> Exchange:
    """Exact propagator of decay and transient storage over one step, for every cell.

    dM/dt = -(a + k) M + b S, dS/dt = a M - (b + k_s) S with a = alpha and b = alpha / beta
    (Bencala & Walters 1983, eqs 1 and 2, per volume). The matrix exponential of such a
    compartment matrix has no negative entry and, without decay, keeps M + S.

    Parameters
    ----------
    grid : Grid
        Cells, with the reach of each.
    decay_rate, storage_decay_rate : (R,) first-order loss in channel and storage [1/s]
    """
    flow, dt = grid.route.flow, grid.time_step
    area = flow.cross_section_area
    volume = grid.cells.volume
    k = np.zeros(volume.size)
    ks = np.zeros(volume.size)
    a = np.zeros(volume.size)
    b = np.zeros(volume.size)
    stored = area * flow.storage_area_ratio
    exchanged = np.where(flow.storage_area_ratio > 0.0, flow.exchange_coefficient, 0.0) * area
    wanted = (
        (k, area * decay_rate, volume),
        (ks, stored * storage_decay_rate, grid.storage_volume),
        (a, exchanged, volume),
        (b, exchanged, grid.storage_volume),
    )
    for rate, per_length, weight in wanted:
        for own in grid.paths if per_length.any() else ():
            cells = slice(own.start, own.start + own.slow.size)
            total, whole = own.over_cells(per_length), weight[cells]
            rate[cells] = np.where(whole > 0.0, total / np.where(whole > 0.0, whole, 1.0), 0.0)
    p, q = -(a + k), -(b + ks)
    mean_rate = 0.5 * (p + q)
    root = np.sqrt((0.5 * (p - q)) ** 2 + a * b)
    fast = np.exp((mean_rate + root) * dt)
    slow = np.exp((mean_rate - root) * dt)
    cosine = 0.5 * (fast + slow)
    safe = np.where(root > 0.0, root, 1.0)
    sine = np.where(root * dt > 1e-12, 0.5 * (fast - slow) / safe, fast * dt)
    into, back = sine * a, sine * b
    decays = bool(np.any(decay_rate > 0.0) or np.any(storage_decay_rate > 0.0))
    has_storage = bool(np.any(a > 0.0))
    if decays:
        stay = cosine + sine * 0.5 * (p - q)
        hold = cosine - sine * 0.5 * (p - q)
    else:
        stay, hold = 1.0 - into, 1.0 - back
    return Exchange(stay, back, into, hold, has_storage, decays)
