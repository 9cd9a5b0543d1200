"""The arrays the kernels work on, grouped so that numba takes them as they are.

Cells of a reach hold equal volumes of water; reaches that follow each other without a branch
form a *chain*, whose cells lie one behind the other in flow order. ``PAD`` empty cells separate
chains so that stencils may read past an end. Face ``f`` is the upstream face of cell ``f``.

Values of B members (substances) that share water and window lie innermost: the value of member
``b`` in cell ``i`` stands at ``i * B + b``. What belongs together is kept as columns of one array,
named below: compiling a kernel takes longer with every array it is handed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

PAD = 4
"""Empty cells before the first, between, and behind the last chain."""

# columns of Graph.chain
START, END = 0, 1  # first cell and one past the last
REACH, REACH_END = 2, 3  # first reach and one past the last; reaches are numbered along chains
HEAD_NODE, FOOT_NODE = 4, 5
HEAD_LINK, FOOT_LINK = 6, 7  # chain that disperses through this end with its opposite one, or -1
TANK = 8  # 1 where the chain is one well-mixed volume, 2 where it is two, the upper one first
SUBSTEPS = 9  # substeps that dispersion needs
BEYOND = 10  # 1 where the last reach lies beyond an outlet
# columns of Graph.reach
FIRST, COUNT, CHAIN = 0, 1, 2  # first cell, number of cells, chain
ZONE = 3  # reach given, for the rates at which pools exchange
# columns of Graph.layer: volume that the layers exchange in a step [m3]; share of the inflow that
# the upper one takes and of the outflow that it gives [-]
EXCHANGED, INFLOW_SHARE, OUTFLOW_SHARE = 0, 1, 2
# columns of Graph.node: its part of Graph.ends; 1 where there is one end or none leads on
POINTER, POINTER_END, LEAF = 0, 1, 2
# columns of Now.window
LOW, HIGH = 0, 1  # the active window: first cell and one past the last
NEW_LOW, NEW_HIGH = 2, 3  # the same after water has moved
REACH_LOW, REACH_HIGH = 4, 5  # reaches prepared in this step
FED = 6  # 1 where mass may enter at the head, 2 at the foot, 3 at both
LIVE, IS_LIVE = 7, 8  # list of the chains at work; 1 where a chain is on it
ASKED, IS_ASKED = 9, 10  # list of the chains still to be followed; 1 where a chain is on it
END_STAMP = 11  # step for which Now.end_water is known
# columns of Now.pool: volumes of a cell [m3]
VOLUME = 0  # at the start of the step
PARTING = 1  # from which water departs: early lateral water is in
ARRIVED = 2  # after water has moved
FINAL = 3  # at the end of the step
SPREAD = 4  # dispersion number D dt / dx2 of the step [-]
# columns of Now.node: volumes in the step [m3]
WATER, OUTSIDE, DRAWN = 0, 1, 2  # through the node; brought by no chain; leaving the network
# columns of Now.passing: last step in which a node passed mass on; list of those nodes
CARRIES, LISTED = 0, 1
# columns of Medium.reach: D dt / dx2 [-]; what the square of the way in a step takes off it
# to make good splitting [1/m2]; length of a cell [m]
NUMBER, SPLITTING, SPACING = 0, 1, 2
# a step's exchange with storage [-], and the volume of a cell's storage zone where it stays [m3],
# 0 where it goes with the water; then the losses of each member in a step, in the water and in
# storage [-]
EXCHANGE, STORAGE, LOSSES = 3, 4, 5
# rows of State.cells
MASS, STORED, FRESH = 0, 1, 2  # in the water, in storage, scratch: after water has moved [kg]
CONCENTRATION, EDGE = 3, 4  # scratch: in cells and at faces [kg/m3]
FLUX = 5  # scratch: mass in the rest of the cell that a face departs from, or through faces [kg]
DECAYED = 6  # [kg]
PEAK, PEAK_STEP = 7, 8  # highest concentration [kg/m3] and the step at whose end it was seen
OLD = 9  # scratch: of what is released, what reacts by itself before it joins the rest [kg]
# columns of Deposits.row
RELEASE, MEMBER, SOURCE = 0, 1, 2  # number of the release, its member and reach
# columns of Deposits.value
PLACE = 0  # as a share of the reach's length [-]
LEAST, MOST = 1, 2  # water that passed since the last and the first of the mass entered [m3]
GIVEN = 3  # [kg]
EARLY = 4  # share that takes part in the step's dispersion and exchange [-]
HALF = 5  # half the stretch along which it entered, as a share of the reach's length [-]
# row of State.total: share of what is being put into cells that reacts before the rest of it
OLDER = 3


class Graph(NamedTuple):
    """C chains of R reaches and K cells between N nodes; E = 2 C chain ends."""

    chain: IntArray
    """(C, 11)"""
    reach: IntArray
    """(R, 4)"""
    node: IntArray
    """(N, 3)"""
    ends: IntArray
    """(E, 2) chains and sides (0 head, 1 foot) that meet at the nodes."""
    cell_reach: IntArray
    """(K,) reach of each cell, -1 in the padding."""
    tank_order: IntArray
    """(T,) the tanks, each after those upstream of it."""
    brings: IntArray
    """Nodes whose outside water is not clean."""
    layer: FloatArray
    """(C, 3) of tanks in two layers."""


class Tables(NamedTuple):
    """Discharges at M times and how N steps integrate them.

    Reach ``r`` of chain ``c`` has its head in column ``r + c`` and its foot in the next one.
    """

    boundary: FloatArray
    """(M, R + C) discharge through heads and feet [m3/s]."""
    lateral: FloatArray
    """(M, R) net lateral inflow of the reach, (0, 0) where there is none anywhere [m3/s]."""
    volume: FloatArray
    """(M, R) water in the reach at the times of the table [m3]."""
    pointer: IntArray
    """(N + 1,) start of each step's part of ``row`` and ``weight``."""
    row: IntArray
    """Rows that a step integrates over."""
    weight: FloatArray
    """Their weights [s]."""
    since_row: IntArray
    """(N + 1,) last row not after the start of each step."""
    since_weight: FloatArray
    """(N + 1, 2) weights of that row and the next in the integral since the row's time [s]."""


class Now(NamedTuple):
    """The current step: water, windows, lists."""

    window: IntArray
    """(C, 12)"""
    pool: FloatArray
    """(R, 5)"""
    stamp: IntArray
    """(R,) step for which the reach is prepared, -1 - step where only its volume is known."""
    water: FloatArray
    """(R + C,) volume through heads and feet in the step, positive downstream [m3]."""
    node: FloatArray
    """(N, 3)"""
    passing: IntArray
    """(N, 2)"""
    node_net: FloatArray
    """(N, B) mass that chains brought less what they took [kg]."""
    end_water: FloatArray
    """(C, 2) volume through head and foot [m3]."""
    counter: IntArray
    """(6,) live chains, nodes that pass mass, cell-steps done, 1 where water ran in circles,
    chains still to be followed, number of the step."""
    way: FloatArray
    """(H, 4) scratch: node, share of the step and weight of water that is traced back; or reach,
    place, mass and first cell of what is released."""
    row: FloatArray
    """(B,) scratch: mass that is gathered; as many as there are fixed pools, if more."""


class Medium(NamedTuple):
    """Dispersion and exchange of B members on R reaches and K cells."""

    reach: FloatArray
    """(R, 5 + 2 B)"""
    cells: FloatArray
    """(4, K B) mobile mass that stays mobile, storage mass that returns, mobile mass that enters
    storage, storage mass that stays there [-]."""
    has_storage: bool
    decays: bool
    storage_stays: bool
    """True where the storage zone of some reach keeps its volume while the water changes."""


class State(NamedTuple):
    """What the march changes, besides water: K cells, B members, S gauges."""

    cells: FloatArray
    """(10, K B)"""
    origin: IntArray
    """(K,) scratch: cell that a face departs from."""
    ramp: FloatArray
    """(longest reach * B,) 0, 1, 2 ..., each B times."""
    total: FloatArray
    """(4, B) released, abstracted, past the outlets [kg]; scratch, see ``OLDER``."""
    floor: FloatArray
    """(B,) mass below which the rim of a window is swept inward [kg]."""
    through: FloatArray
    """(S, B) mass through the lower face of each gauge's cell [kg]."""
    inflow: FloatArray
    """(N, B) concentration of water that no chain brings [kg/m3]."""
    entering: FloatArray
    """(N, B) mass in the water of the step that no chain brings [kg]."""
    tank_in: FloatArray
    """(C, B) mass that entered a tank in the step [kg]."""
    waiting: FloatArray
    """(W, B) mass of each release held back for the next step [kg]."""
    link_flux: FloatArray
    """(C, 2, B) scratch: mass dispersing through chain ends, positive downstream [kg]."""


class Deposits(NamedTuple):
    """What the releases add in each of the N steps, as compressed rows."""

    pointer: IntArray
    """(N + 1,) start of each step's rows."""
    row: IntArray
    """(D, 3)"""
    value: FloatArray
    """(D, 6)"""
    inlet_pointer: IntArray
    """(N + 1,) start of each step's part of what enters with the water of a headwater."""
    inlet: IntArray
    """(I, 3) node, member and reach."""
    inlet_mass: FloatArray
    """(I,) [kg]"""
    inlet_credit: FloatArray
    """(I,) part of it that stands for what the step's decay takes too much; released by no one
    [kg]."""


class Gauges(NamedTuple):
    """S places that are observed, ordered by chain."""

    pointer: IntArray
    """(C + 1,) start of each chain's part."""
    cell: IntArray
    """(S,)"""
    offset: FloatArray
    """(S,) share of the cell upstream of the place [-]."""


class Record(NamedTuple):
    """What the march writes down: N steps, S gauges, B members, P fixed pools, L ledger rows, F
    fields."""

    concentration: FloatArray
    """(N + 1, S, B) at the end of every step [kg/m3]."""
    passed: FloatArray
    """(N + 1, S, B) mass passed [kg]."""
    ledger_step: IntArray
    """(L,) steps after which the ledger is written."""
    ledger: FloatArray
    """(L, 6, B) released, river, storage, decayed, abstracted, past outlets [kg]; with pools that
    exchange, decayed is what left the pool so, less what came."""
    field_step: IntArray
    """(F,)"""
    field: FloatArray
    """(F, K B) concentration [kg/m3]."""
    fixed_ledger: FloatArray
    """(L, P) in the fixed pools, cells beyond outlets left out [kg]."""
    fixed_field: FloatArray
    """(F, P, K) in the fixed pools [kg]."""
