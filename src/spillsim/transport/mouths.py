"""Where tributaries enter: how much of what they bring has come in while a step disperses.

Water that comes in at a face does so all through the step, while dispersion acts once, on cells
whose water has moved on by a whole step. In steady flow of mass the stem holds, above the face,
the layer exp(U x / D) in which dispersion upstream and the flow balance: what it takes back
upstream in a step is what the flow brought into the cell below. Were all that a tributary brings
in that cell while it disperses, the cell would stand too high by this part, lose it downstream,
and end the step too low; by the same part it would stand too low were the tributary clean. So as
much of the inflow, water and mass alike, is withheld from dispersion as dispersion moves
upstream: then cells below keep a steady concentration, a uniform one stays uniform, and the
layer above holds what it should.
"""

from __future__ import annotations

import numpy as np

from .arrays import FloatArray
from .crossing import crossing_shares
from .grid import Grid
from .resolution import DISPERSION_NUMBER

LEAST_EASED = 0.5
"""Least factor by which the conductance below a mouth is divided."""
LAYER_CELLS = 24
"""Cells above a mouth on which the layer is worked out where it is not one cell thick."""


def withheld_shares(grid: Grid, conductance: FloatArray, substeps: int) -> FloatArray:
    """(N, J, B) share of an inflow that is not in the cell yet in each of N substeps [-].

    Parameters
    ----------
    grid : Grid
        Cells and mouths.
    conductance : (K, B) of a substep [m3]
    substeps : N
    """
    mouths = grid.mouths
    shares = np.zeros((substeps, mouths.cell.size, conductance.shape[1]))
    for j in np.flatnonzero(mouths.gained > 0.0).tolist():
        moved = _moved_upstream(grid, int(mouths.cell[j]), conductance, substeps)
        left = np.cumsum(moved[::-1], axis=0)[::-1] / mouths.passing[j]
        shares[:, j] = np.minimum(left, 1.0)
    return shares


def ease_below_mouths(grid: Grid, conductance: FloatArray, substeps: int) -> None:
    """Set the (K, B) conductance of the second face below mouths for concentrations that change.

    While the concentration rises, the cell below a mouth runs ahead of the one below it by more
    than the time in which water passes a cell: it disperses with what comes in only now, while
    what the layer above holds is older. The conductance is divided by D, how much more that is,
    so that the flux through that face is right where the concentration rises in proportion to
    time. With g and G the conductances above and below the cell over its volume, x its Courant
    number, u = g / (r x) what is withheld and r the share of the stem in the water below,

        D = 3/2 + L - [1/2 + L - G + (r - 1/2) u x2] / (1 - u x),    L = G / x - g

    where L is the time by which the river below lags behind what comes in. That is the mean of
    what the stem and what the tributary brings, weighted with their water; D = 1 + G - g for
    x = 1.
    """
    mouths, volume, courant = grid.mouths, grid.cells.volume, grid.motion.courant
    for j in np.flatnonzero(mouths.gained > 0.0).tolist():
        cell = int(mouths.cell[j])
        own = grid.paths[int(grid.cell_path[cell])]
        at = cell - own.start
        if own.slow[at - 1] or not np.isclose(courant[cell + 1], courant[cell + 2], rtol=0.05):
            continue
        x, stem = courant[cell + 1], mouths.passing[j]
        r = stem / (stem + mouths.gained[j])
        above, below = substeps * conductance[cell : cell + 2] / volume[cell]
        u = np.minimum(substeps * conductance[cell] / stem, 1.0)
        lag = below / x - above
        # cells of one step are that short only in a reach with no room for longer ones
        eased = u <= DISPERSION_NUMBER
        behind = (0.5 + lag - below + (r - 0.5) * u * x**2) / np.where(eased, 1.0 - u * x, 1.0)
        factor = 1.5 + lag - behind
        conductance[cell + 1] /= np.where(eased, np.maximum(factor, LEAST_EASED), 1.0)


def thinned(grid: Grid, withheld: FloatArray) -> FloatArray:
    """1 / volume of what is in the cells below mouths, for each of ``withheld`` [1/m3]."""
    own = grid.mouths
    trailing = (1,) * (withheld.ndim - 2)
    volume = grid.cells.volume[own.cell].reshape(-1, *trailing)
    return np.asarray(1.0 / (volume - withheld * own.gained.reshape(-1, *trailing)))


def _moved_upstream(grid: Grid, cell: int, conductance: FloatArray, substeps: int) -> FloatArray:
    """(N, B) water of the cell below a mouth that each substep takes upstream when steady [m3]."""
    own = grid.paths[int(grid.cell_path[cell])]
    if substeps == 1 and not own.slow[cell - own.start - 1]:
        # the layer is one cell thick: the next step carries all of it into the cell below
        return np.asarray(conductance[cell : cell + 1])
    walls = np.flatnonzero(grid.cells.edge_jump[own.start : cell]) + own.start
    first = max(cell - LAYER_CELLS, int(walls[-1]) if walls.size else own.start)
    carried = _carried(grid, first, cell)
    columns = [
        _steady_layer(carried, grid.cells.volume[first:cell], g, substeps)
        for g in conductance[first : cell + 1].T
    ]
    return np.stack(columns, axis=1)


def _carried(grid: Grid, first: int, end: int) -> FloatArray:
    """(L, L) masses of the cells from ``first`` to ``end`` once the water has moved for a step."""
    cell = np.arange(first, end)
    own = grid.paths[int(grid.cell_path[first])]
    slow = own.slow[cell - own.start]
    passing = np.diag(np.where(slow, 0.0, 1.0))
    for row, shares in zip(
        np.flatnonzero(slow).tolist(), crossing_shares(grid, cell[slow]), strict=True
    ):
        for column, share in enumerate(shares, row - 2):
            if 0 <= column < cell.size:
                passing[row, column] = share
    carried = np.eye(cell.size) - passing
    carried[1:] += passing[:-1]
    return np.asarray(carried)


def _steady_layer(
    carried: FloatArray, volume: FloatArray, conductance: FloatArray, substeps: int
) -> FloatArray:
    """(N,) what each substep takes out of a cell that keeps a concentration of one [m3].

    ``conductance`` (L + 1,) of the upper faces of the cells above it and of its own.
    """
    size = volume.size
    # masses of the cells above as a row of weights each, the last column for the cell below
    held = np.hstack([carried, np.zeros((size, 1))])
    below = np.zeros(size + 1)
    below[-1] = 1.0
    moved = np.empty((substeps, size + 1))
    for n in range(substeps):
        c = np.vstack([held / volume[:, None], below])
        upstream = conductance[1:, None] * np.diff(c, axis=0)
        held = held + upstream
        held[1:] -= upstream[:-1]
        moved[n] = upstream[-1]
    steady = np.linalg.solve(np.eye(size) - held[:, :-1], held[:, -1])
    return np.asarray(moved[:, :-1] @ steady + moved[:, -1])
