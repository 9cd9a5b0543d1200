"""What steady hydraulics hands to the transport: one value per reach, with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import Notice

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SteadyFlow:
    """Steady flow on a network of N nodes and R reaches; all SI.

    Guarantees discrete continuity: at every node the discharges entering plus ``node_inflow``
    equal the discharge leaving plus ``node_abstraction``; along every reach
    ``discharge_foot = discharge_head + lateral_inflow * length``.
    """

    discharge_head: Array
    """(R,) discharge at the head of the reach, > 0 [m3/s]."""
    discharge_foot: Array
    """(R,) discharge at the foot of the reach, > 0 [m3/s]."""
    lateral_inflow: Array
    """(R,) net lateral inflow per length; negative where the reach loses water [m2/s]."""
    node_inflow: Array
    """(N,) point inflow that no reach brings [m3/s]."""
    node_abstraction: Array
    """(N,) point abstraction [m3/s]."""
    cross_section_area: Array
    """(R,) flowing area A, constant along the reach [m2]."""
    velocity: Array
    """(R,) mean discharge / area [m/s]."""
    travel_time: Array
    """(R,) time of travel of the water through the reach, integral of A/Q dx [s]."""
    width: Array
    """(R,) water surface width [m]."""
    depth: Array
    """(R,) hydraulic depth A / width [m]."""
    hydraulic_radius: Array
    """(R,) area / wetted perimeter [m]."""
    bed_slope: Array
    """(R,) energy slope used for the shear velocity [-]."""
    shear_velocity: Array
    """(R,) sqrt(g R S) [m/s]."""
    dispersion_coefficient: Array
    """(R,) longitudinal dispersion coefficient D [m2/s]."""
    storage_area_ratio: Array
    """(R,) storage area / flowing area, beta = A_s / A; 0 without transient storage [-]."""
    exchange_coefficient: Array
    """(R,) transient-storage exchange coefficient alpha; 0 without transient storage [1/s]."""
    temperature: Array
    """(R,) water temperature [degC]."""
    method: Mapping[str, tuple[str, ...]]
    """Quantity name -> (R,) how it was obtained, e.g. ``{"velocity": ("manning", "given")}``."""
    estimated: Mapping[str, NDArray[np.bool_]]
    """Quantity name -> (R,) true where the value is an estimate rather than given."""
    notices: tuple[Notice, ...] = ()
    ice_cover: NDArray[np.bool_] | None = None
    """(R,) true where ice keeps the air from the water; None where there is none."""
    storage_stays: NDArray[np.bool_] | None = None
    """(R,) true where the storage zone keeps its area when the flow changes; None for nowhere."""
    reach_id: tuple[str, ...] = ()
    """(R,) names of the reaches, by which tables by reach find theirs; empty where none is used."""
