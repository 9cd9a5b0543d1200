"""What a simulation leaves: curves, cells and the ledger of masses, as arrays over time."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .errors import Notice

if TYPE_CHECKING:
    from .remap.balance import WaterLedger

Array = NDArray[np.float64]

PARTS = ("dissolved", "suspended")
"""Parts of a constituent in the water; both together are what is in the river."""
COMPARTMENTS = (*PARTS, "storage", "bed", "decayed", "volatilised", "transformed", "stranded")
"""Where mass can be left in a cell, in this order in every table."""


@dataclass(frozen=True)
class Ledger:
    """Where the mass is: N constituents, L times [kg]."""

    time: Array
    """(L,) [s since the start of the case]."""
    released: Array
    """(N, L), as every array below."""
    in_river: Array
    """In the flowing water, dissolved and suspended."""
    in_storage: Array
    """In the transient storage zone."""
    decayed: Array
    """Lost by decay, photolysis included; what goes to the air as well where today's one loss
    cannot be told apart: a substance with both and no pools."""
    abstracted: Array
    past_outlet: Array
    gained: Array
    """Made of other constituents."""
    dissolved: Array
    """Part of ``in_river``."""
    suspended: Array
    """Part of ``in_river``: grains, or bound to them."""
    on_bed: Array
    """Settled, or sorbed to the bed."""
    volatilised: Array
    transformed: Array
    """Turned into other constituents."""
    stranded: Array
    """Left on the banks."""

    @property
    def error(self) -> Array:
        """(N, L) released and gained minus the sum of all others."""
        held = self.in_river + self.in_storage + self.decayed + self.abstracted + self.past_outlet
        gone = self.on_bed + self.volatilised + self.transformed + self.stranded
        return self.released + self.gained - (held + gone)


@dataclass(frozen=True)
class Run:
    """What a simulation leaves: N constituents, S stations, T times, K cells, F field times; SI."""

    output_time: Array
    """(T,) [s since the start of the case]."""
    concentration: Array
    """(N, S, T) resident concentration in the water, dissolved and suspended [kg/m3]."""
    cumulative_mass: Array
    """(N, S, T) mass passed [kg]."""
    ledger: Ledger
    cell_reach: NDArray[np.int64]
    """(K,) reach of each cell's centre."""
    cell_head: Array
    """(K,) distance of its upper face from the head of that reach, maybe negative [m]."""
    cell_foot: Array
    """(K,) distance of its lower face, maybe beyond the reach [m]."""
    peak_concentration: Array
    """(N, K) [kg/m3]."""
    peak_time: Array
    """(N, K) [s since the start of the case], nan where nothing came."""
    field_time: Array
    """(F,) [s since the start of the case]."""
    field: Array
    """(N, F, K) concentration [kg/m3]."""
    cell_steps: int
    """Cells times steps that were computed."""
    engine: str = "march"
    profile: dict[str, float] = dataclasses.field(default_factory=dict)
    """Seconds per stage."""
    water: WaterLedger | None = None
    """Where the water is; None where the flow is steady."""
    discharge: Array | None = None
    """(S, T) discharge at the stations [m3/s]; None where the flow is steady."""
    achieved_error: Array | None = None
    """(N, S) L1 error of each curve over the area under it, nan where nothing passes [-]; None
    where it was not measured."""
    achieved_by: str = ""
    """How it was measured."""
    notices: tuple[Notice, ...] = ()
    """What the run showed that the user should know."""
    parts: Mapping[str, Array] = dataclasses.field(default_factory=dict)
    """(N, S, T) of ``dissolved`` and ``suspended``, together ``concentration`` [kg/m3]; empty
    where constituents have no pools."""
    left: Mapping[str, Array] = dataclasses.field(default_factory=dict)
    """(N, K) mass in each cell at the end of the run, by compartment (see ``COMPARTMENTS``), and
    with pools what was ``gained`` there [kg]. Empty with the transfer engine."""
    bed_field: Array | None = None
    """(N, F, K) mass on the bed [kg]; None without a field or without pools."""

    @property
    def mass_error(self) -> float:
        """Largest mass unaccounted for at any time, as a share of what was put in [-]."""
        put_in = np.abs(self.ledger.released) + np.abs(self.ledger.gained)
        most = np.max(put_in, axis=1, keepdims=True)
        return float(np.max(np.abs(self.ledger.error) / np.where(most > 0.0, most, 1.0)))


def plain_ledger(time: Array, parts: Array, to_air: NDArray[np.bool_]) -> Ledger:
    """Ledger of substances that are dissolved and have one loss each.

    Parameters
    ----------
    time : (L,) [s since the start of the case]
    parts : (N, L, 6) released, in the river, in storage, lost, abstracted, past the outlet [kg]
    to_air : (N,) true where all that is lost goes to the air
    """
    released, in_river, in_storage, lost, abstracted, past_outlet = np.moveaxis(parts, 2, 0)
    none = np.zeros(released.shape)
    air = to_air[:, None]
    return Ledger(
        time, released, in_river, in_storage, np.where(air, 0.0, lost), abstracted, past_outlet,
        gained=none, dissolved=in_river, suspended=none, on_bed=none,
        volatilised=np.where(air, lost, 0.0), transformed=none, stranded=none,
    )  # fmt: skip


def plain_left(cells: Array, to_air: NDArray[np.bool_]) -> dict[str, Array]:
    """What is left in each cell at the end, of substances that have one loss each, (N, K) [kg].

    Parameters
    ----------
    cells : (N, 3, K) in the water, in storage, lost [kg]
    to_air : (N,) true where all that is lost goes to the air
    """
    water, storage, lost = np.moveaxis(cells, 1, 0)
    air = to_air[:, None]
    return {
        "dissolved": water, "storage": storage, "decayed": np.where(air, 0.0, lost),
        "volatilised": np.where(air, lost, 0.0),
    }  # fmt: skip
