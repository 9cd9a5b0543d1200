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


class Dispersion(NamedTuple):
    """Explicit compensated dispersion, one substance's medium: K faces."""

    conductance: FloatArray
    """(K,) time step of a substep over the resistance between cell centres [m3]."""
    correction: FloatArray
    """(K,) weight of the third difference that lifts the order to four [m3]."""
    substeps: int
    """Number of substeps in a time step."""


class Exchange(NamedTuple):
    """Exact propagator of decay and transient storage over one time step, per cell."""

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


class State(NamedTuple):
    """Everything that changes while marching one substance."""

    mass: FloatArray
    """(K,) dissolved mass in the channel [kg]."""
    storage: FloatArray
    """(K,) mass in the storage zone [kg]."""
    concentration: FloatArray
    """(K,) scratch [kg/m3]."""
    flux: FloatArray
    """(K,) scratch: mass through faces [kg]."""
    low: IntArray
    """(P,) first cell of the active window."""
    high: IntArray
    """(P,) one past the last cell of the active window."""
    outflow: FloatArray
    """(P,) mass leaving the path in the current step [kg]."""
    through: FloatArray
    """(S,) mass through the downstream face of each gauge's cell since the start [kg]."""
    peak: FloatArray
    """(K,) highest concentration so far [kg/m3]."""
    peak_step: FloatArray
    """(K,) step at whose end it was reached."""
    decayed: FloatArray
    """(K,) mass that decayed in each cell and its storage zone [kg]."""
    total: FloatArray
    """(3,) released, abstracted, past the outlet [kg]."""
    watched: BoolArray
    """(P,) true where the plume is near a place of the path, or may come there, in this step."""
    work: IntArray
    """(2,) cell-steps done; steps done."""
    before: FloatArray
    """(S, 4) concentration [kg/m3] and mass passed [kg] at each place before the step, and the
    same of the water one step upstream."""
    shapes: FloatArray
    """(3, 4) scratch: mean, two edges and volume of a gauge's cell and its neighbours."""


class Outputs(NamedTuple):
    """Curves at S places and T times, filled while marching."""

    time: FloatArray
    """(T,) output times as steps since the first step [-], increasing."""
    concentration: FloatArray
    """(S, T) resident concentration [kg/m3]."""
    cumulative_mass: FloatArray
    """(S, T) mass passed since the start [kg]."""


class Record(NamedTuple):
    """Snapshots of the whole river, filled while marching."""

    ledger_step: IntArray
    """(L,) steps after which the ledger is written."""
    ledger: FloatArray
    """(L, 6) released, in river, in storage, decayed, abstracted, past outlet [kg]."""
    field_step: IntArray
    """(F,) steps after which the field is written."""
    field: FloatArray
    """(F, K) concentration [kg/m3]; (0, 0) when no field is wanted."""
