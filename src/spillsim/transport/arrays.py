"""The arrays the kernels work on, grouped so that numba takes them as they are.

All per-cell arrays share one layout: the cells of a path lie one behind the other in flow
order, and ``PAD`` empty cells separate the paths so that stencils may read past an end. Face
``f`` is the upstream face of cell ``f``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

PAD = 3
"""Empty cells before the first, between, and behind the last path."""

LIMITER_NONE = 0
LIMITER_POSITIVE = 1
LIMITER_MONOTONE = 2
LIMITER_SHOWN = 3
"""For showing a profile, not for moving mass: monotone but for smooth extrema."""
LIMITER_CODES = {
    "none": LIMITER_NONE,
    "positive": LIMITER_POSITIVE,
    "monotone": LIMITER_MONOTONE,
}
"""Names of the limiters in a scenario."""


class Paths(NamedTuple):
    """P paths, each above the path it joins; G ranges of cells of one kind."""

    start: IntArray
    """(P,) first cell."""
    end: IntArray
    """(P,) one past the last cell."""
    outlet: IntArray
    """(P,) one past the last cell above the outlet; ``end`` where the path ends in another."""
    join_cell: IntArray
    """(P,) cell that takes what leaves the path, -1 at the outlet."""
    range_pointer: IntArray
    """(P + 1,) start of each path's part of the range arrays."""
    range_start: IntArray
    """(G,) first cell of the range."""
    range_end: IntArray
    """(G,) one past its last cell."""
    range_slow: BoolArray
    """(G,) true where the Courant number is below one and the remap is needed."""
    loses_water: BoolArray
    """(P,) true where water, and what is in it, leaves along the path."""
    mixed: BoolArray
    """(P,) true where a path has slow ranges or losses."""
    inflow_pointer: IntArray
    """(P + 1,) start of each path's part of ``inflow_path``."""
    inflow_path: IntArray
    """(P - 1,) the paths that end in each path."""
    below: IntArray
    """(P,) path that each path ends in, -1 at the outlet."""


class Cells(NamedTuple):
    """K cells and their upstream faces; volumes of water, never lengths."""

    volume: FloatArray
    """(K,) water volume [m3]; 1 in the padding."""
    inverse_volume: FloatArray
    """(K,) 1 / volume [1/m3]."""
    edge_weight: FloatArray
    """(K, 4) weights of cells f-2, f-1, f, f+1 for the concentration at face f [-]."""
    edge_jump: BoolArray
    """(K,) true at faces where concentration jumps (confluence, path end)."""


class Motion(NamedTuple):
    """What moves and leaves with the water in a step."""

    courant: FloatArray
    """(K,) share of the upstream cell's volume that crosses the face in a step [-]."""
    keep: FloatArray
    """(K,) share of the mass arriving in a cell that lateral losses leave in the river [-]."""


class Mouths(NamedTuple):
    """J places where a tributary or an inflow at a point enters a path, from the first cell on."""

    cell: IntArray
    """(J,) cell below the face at which the water comes in."""
    pointer: IntArray
    """(P + 1,) start of each path's part."""
    entered: IntArray
    """(P,) the mouth of each path, -1 at the outlet."""
    gained: FloatArray
    """(J,) water that comes in and stays in a step [m3]."""
    passing: FloatArray
    """(J,) water that comes along the path in a step [m3]."""


class Dispersion(NamedTuple):
    """Explicit compensated dispersion: K faces, or K B of B members, member by member."""

    conductance: FloatArray
    """(K,) time step of a substep over the resistance between cell centres [m3]."""
    correction: FloatArray
    """(K,) weight of the third difference that lifts the order to four [m3]."""
    substeps: int
    """Number of substeps in a time step."""
    withheld: FloatArray
    """(N, J) or (N, J B) of what comes in at a mouth, the share that is not in the cell yet in
    each of N substeps: as much as dispersion then still moves out of it upstream [-]."""


class Exchange(NamedTuple):
    """Exact propagator of decay and transient storage over one time step, per cell (and member)."""

    stay: FloatArray
    """(K,) mobile mass that stays mobile [-]."""
    back: FloatArray
    """(K,) storage mass that returns to the channel [-]."""
    into: FloatArray
    """(K,) mobile mass that enters storage [-]."""
    hold: FloatArray
    """(K,) storage mass that stays in storage [-]."""
    has_storage: bool
    decays: bool


class Deposits(NamedTuple):
    """What the releases add in each of the N steps, as compressed rows."""

    pointer: IntArray
    """(N + 1,) start of each step's deposits."""
    cell: IntArray
    mass_early: FloatArray
    """Mass that takes part in the step's dispersion and exchange [kg]."""
    mass_late: FloatArray
    """Mass added after them: together the mass has the right mean age [kg]."""


class Gauges(NamedTuple):
    """S places where the plume is observed, ordered by path."""

    pointer: IntArray
    """(P + 1,) start of each path's part."""
    cell: IntArray
    """(S,) cell that holds the place."""
    offset: FloatArray
    """(S,) share of that cell's volume lying upstream of the place [-]."""
    reach_back: FloatArray
    """(S,) cells that the water moves in a step, here [-]."""
    side: IntArray
    """(S,) which profile can be followed for a step: 0 both, 1 only the new one, downstream (a
    confluence lies upstream), -1 only the old one, upstream, 2 neither."""
    dilution: FloatArray
    """(S, 2) discharge one step upstream and one step downstream over that at the place, where
    inflow along the river dilutes; 1 elsewhere [-]."""
    lag: FloatArray
    """(S,) steps after which the water at the place is where it is watched: not zero where a
    confluence that was moved to a face lies between [-]."""


class Ways(NamedTuple):
    """``Paths`` as the kernels take them; few arrays, for each costs time to hand over."""

    table: IntArray
    """(9, P) first cell; one past the last; one past the last above the outlet; cell that takes
    what leaves the path, -1 at the outlet; path of that cell, -1 at the outlet; 1 where there
    are slow ranges, 2 where water is lost, 3 where both are, else 0; first mouth on the path and
    one past its last; the mouth by which the path enters the next, -1 at the outlet."""
    range_pointer: IntArray
    """(P + 1,) start of each path's part of ``ranges``."""
    ranges: IntArray
    """(3, G) first cell, one past the last, 1 where the Courant number is below one."""
    inflow_pointer: IntArray
    """(P + 1,) start of each path's part of ``inflow_path``."""
    inflow_path: IntArray
    """(P - 1,) the paths that end in each path."""


START, END, OUTLET, JOIN, BELOW, MIXED, FIRST_MOUTH, LAST_MOUTH, MOUTH = range(9)
"""Rows of ``Ways.table``."""


class Reactions(NamedTuple):
    """B mobile and F fixed pools in K cells; E entries of the propagator, C classes, X pairs.

    The pools that react are gathered into planar scratch, Y rows: mobile, storage zone (where
    there is any), fixed pools that something comes from. Other fixed pools are sinks.
    """

    shape: IntArray
    """(14,) members B; Y; 1 where there is a storage zone; 1 where something is not linear; 1
    where a fixed pool may change after the water has gone; C; number of constituents; then where
    the parts of ``tie`` begin, and its end."""
    tie: IntArray
    """(..., 4) what belongs together, in parts. ``ROWS``: of each pool that changes its row of the
    scratch, or -1 - f of sink f (which is not looked at itself), and its part of ``SOURCES``, first
    and one past the last, counted from the beginning of ``tie``. ``SOURCES``: of each entry the row
    of the scratch that it is taken from and its row of ``values``; those that fill up to fours are
    zero. ``RETURNING``: fixed pools that lie in the scratch, in its order. ``GRAINS``: of each
    class, then of each follower of a class, its rows of the scratch in the water and on the bed,
    and the class. ``SORBED``: of each pair the rows of the dissolved and the bound pool and of the
    class, and 1 where the pair is the first in equilibrium of its dissolved pool, 2 another of
    them, else 0. ``GROUPS``: the first mobile pool of each constituent and one past its last."""
    values: FloatArray
    """(E ..., K) per cell: entries of the propagator over the step [-]; where there are classes
    their settling [1/s] and erosion [kg/(m2 s)] and bed per volume of water [1/m]; zeros; the
    volume of water [m3]."""
    table: FloatArray
    """(Z, J, 1 + E ...) by zone: discharge, rising [m3/s], and ``values`` without the last two."""
    numbers: FloatArray
    """(C + X, 7) of each class settling velocity [m/s], gelling concentration [kg/m3], exponent;
    coefficient, exponent, least and most velocity of flocs [m/s]; of each pair the distribution
    coefficient [m3/kg] and the rate of desorption [1/s]."""
    half: float
    """Half the time step [s]."""
    fixed: FloatArray
    """(F, K) what lies in the fixed pools [kg]; changes."""
    limit: FloatArray
    """(F, K) mass above which a cell is not empty [kg]; inf where a pool keeps what it has."""
    noted: FloatArray
    """(F, K + 1) what of it is summed, and the sum over all cells that are the river's [kg];
    changes. For the march on a tree."""
    sums: FloatArray
    """(N + 1, K) what the water of each cell holds of each constituent once it has reacted [kg];
    one over the volume of water, for the march on a tree [1/m3]. Changes."""
    scratch: FloatArray
    """(2 Y, n) scratch: before and after the exchange."""


ROWS, SOURCES, RETURNING, GRAINS, SORBED, GROUPS, ENDS = range(7, 14)
"""Entries of ``Reactions.shape``."""


class Medium(NamedTuple):
    """What the cells do to B members: ``Dispersion`` and ``Exchange`` of all of them in one array.

    Values of a cell lie one behind the other, member by member: cell ``i`` of member ``j`` is
    entry ``i B + j``. A stencil then reaches B entries to each side, whatever B is.
    """

    cells: FloatArray
    """(8, K B) 1 / volume [1/m3], conductance [m3], correction [m3], and what stays, comes back,
    goes into storage and is held there [-]; 1 / volume of what is in the cell in the first
    substep of dispersion [1/m3]."""
    mouth_cell: IntArray
    """(J,) cells below the faces at which tributaries and other inflows come in."""
    mouths: FloatArray
    """(2, N, J B) in each substep 1 / volume of the water that is in the cell [1/m3], and the
    share that is not in it yet of what comes in [-]."""
    substeps: int
    """Number of substeps of dispersion in a time step."""
    has_storage: bool
    decays: bool
    reacts: bool
    """True where pools exchange: ``reactions`` then do all that stays, comes back and decays."""
    returns: bool
    """True where a fixed pool may change after the water has gone."""
    reactions: Reactions
    peaks: bool
    """True where the highest concentration in every cell is kept, and when."""


INVERSE, CONDUCTANCE, CORRECTION, STAY, BACK, INTO, HOLD, THINNED = range(8)
"""Rows of ``Medium.cells``."""


class Feed(NamedTuple):
    """Deposits of all members in one table: N steps, D rows, B members."""

    pointer: IntArray
    """(N + 1,) start of each step's rows."""
    place: IntArray
    """(2, D) cell the row goes into and its path."""
    mass: FloatArray
    """(2, D, B) mass that takes part in the step's dispersion and exchange, and mass added after
    them [kg]."""


class State(NamedTuple):
    """Everything that changes while marching B members, which share windows and geometry."""

    cells: FloatArray
    """(9, K B) mass in the channel and in the storage zone [kg]; highest concentration so far
    [kg/m3] and the step at whose end it was reached; mass that decayed since it was summed [kg];
    scratch: mass carried along [kg], concentration [kg/m3], mass through the upstream face [kg];
    mass that decayed before it was summed last [kg]."""
    line: FloatArray
    """(3, K) scratch of one member where cells are remapped."""
    paths: IntArray
    """(5, P) first cell and one past the last of the active window; the same of the cells in
    which mass decayed since it was summed; last step in which something came in from outside."""
    active: IntArray
    """(P + 1,) number of paths with an open window, then these paths in order."""
    outflow: FloatArray
    """(P, B) mass leaving the path in the current step [kg]."""
    brought: FloatArray
    """(J B,) mass that tributaries bring to each mouth in the current step [kg]."""
    total: FloatArray
    """(5, B) released, abstracted, past the outlet, decayed, and the mass below which the rim of
    a window counts as empty [kg]."""
    work: IntArray
    """(2,) cell-steps done; steps done."""


MASS, STORAGE, PEAK, PEAK_STEP, DECAYED, CARRIED, CONCENTRATION, FLUX, SUMMED = range(9)
"""Rows of ``State.cells``."""
LOW, HIGH, DECAY_LOW, DECAY_HIGH, FED = range(5)
"""Rows of ``State.paths``."""
RELEASED, ABSTRACTED, PAST, LOST, FLOOR = range(5)
"""Rows of ``State.total``."""


class Watch(NamedTuple):
    """The water around S places at the ends of the last H steps."""

    ends: IntArray
    """(3, S) first cell of the path of each place and one past its last; number of steps done
    when its newest row was noted."""
    through: FloatArray
    """(2, S, B) mass through the downstream face of each place's cell since the start, now and
    when outputs were last written [kg]."""
    rows: FloatArray
    """(S, H + 1, 8, B) mass in the cell of the place and three on either side, and ``through``."""
    stamp: IntArray
    """(S, H + 1) number of steps done when the row was noted."""
    near: IntArray
    """(S + 1,) scratch: number of places near the plume in this step, then these places."""
    shapes: FloatArray
    """(2, 3, 4) scratch: mean, two edges and volume of a place's cell and its neighbours before
    and after a step."""
    line: FloatArray
    """(7,) scratch: concentration around a place [kg/m3]."""


class Outputs(NamedTuple):
    """Curves of B members at S places and T times, filled while marching."""

    time: FloatArray
    """(1 or B, T) output times as steps since the first step [-], increasing."""
    next: IntArray
    """(1 or B, S) first output that is still to be written."""
    curves: FloatArray
    """(2, B, S, T) resident concentration [kg/m3] and mass passed since the start [kg]."""


class Record(NamedTuple):
    """Snapshots of the whole river, filled while marching."""

    ledger_step: IntArray
    """(L,) steps after which the ledger is written."""
    ledger: FloatArray
    """(B, L, 6) released, in river, in storage, decayed, abstracted, past outlet [kg]."""
    field_step: IntArray
    """(F,) steps after which the field is written."""
    field: FloatArray
    """(B, F, K) concentration [kg/m3]; (B, 0, 0) when no field is wanted."""
    fixed: FloatArray
    """(L, F) mass in each fixed pool, in the river's cells [kg]."""
    fixed_field: FloatArray
    """(field times, F, K) mass in the fixed pools of each cell [kg]."""
