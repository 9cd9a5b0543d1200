"""What the rates of constituents need to know of every reach at one flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..formulas import bed_shear_stress
from ..hydraulics.flow import SteadyFlow

if TYPE_CHECKING:
    from ..scenario import Scenario

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ReachWater:
    """R reaches at one flow."""

    flow: SteadyFlow
    depth: Array
    """(R,) [m]"""
    shear_stress: Array
    """(R,) on the bed, rho u*^2; none in mixed volumes, which are still [Pa]."""
    open_surface: Array
    """(R,) 1 where air and light get to the water, 0 under ice."""
    into_storage: Array
    """(R,) rate at which mobile mass enters the storage zone, alpha [1/s]."""
    from_storage: Array
    """(R,) rate at which it comes back, alpha / beta [1/s]."""


def reach_water(scenario: Scenario, flow: SteadyFlow) -> ReachWater:
    """Depth, stress, surface and storage of every reach at one flow."""
    tank = np.array([reach.kind == "tank" for reach in scenario.reaches], dtype=np.bool_)
    stress = bed_shear_stress(np.where(tank, 0.0, flow.shear_velocity))
    cover = np.zeros(tank.size, dtype=np.bool_) if flow.ice_cover is None else flow.ice_cover
    beta = flow.storage_area_ratio
    has = (beta > 0.0) & (flow.exchange_coefficient > 0.0)
    into = np.where(has, flow.exchange_coefficient, 0.0)
    return ReachWater(
        flow, flow.depth, stress, np.where(cover, 0.0, 1.0), into,
        into / np.where(has, beta, 1.0),
    )  # fmt: skip
