"""Manning's n of the bed, of the ice above it, and of both together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..formulas import composite_roughness
from .columns import Array, Columns

if TYPE_CHECKING:
    from ..scenario import Reach, Scenario

ASSUMED_MANNING_N = 0.035
"""Manning's n of a bed where none is given: clean winding natural channel, Chow (1959), table 5-6
[s/m^(1/3)]."""


def ice_roughness(scenario: Scenario, rows: Sequence[Reach]) -> Array:
    """(M,) Manning's n of the ice, NaN where there is none or a dam holds the level."""
    found = np.full(len(rows), np.nan)
    ice = getattr(scenario, "ice", None)
    if ice is None:
        return found
    still = {*ice.backwater, *(one.reach for one in getattr(scenario, "reservoirs", ()))}
    for number, row in enumerate(rows):
        held = row.id in still or getattr(row, "kind", "") == "tank"
        if ice.covers(row.id, row.river) and not held:
            found[number] = ice.manning_n
    return found


def bed_roughness(columns: Columns) -> Array:
    """(M,) Manning's n of the bed: given, else 0.035."""
    return np.where(columns.given("manning_n"), columns["manning_n"], ASSUMED_MANNING_N)


def roughness(columns: Columns) -> Array:
    """(M,) Manning's n of the bed, under ice that of bed and ice together."""
    bed = bed_roughness(columns)
    return np.where(columns.iced, composite_roughness(bed, columns.ice), bed)
