"""Discharge of spillways, weirs and gates from the water level above them, free of backwater."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .constants import GRAVITY, Array, as_array

WEIR_COEFFICIENT = 1.7
"""C of a broad-crested weir: (2/3)^1.5 sqrt(g) = 1.705 without losses [m^0.5/s]."""
GATE_COEFFICIENT = 0.6
"""Cd of a sharp-edged vertical gate or orifice [-]."""


def weir_discharge(
    head: ArrayLike, width: ArrayLike, coefficient: ArrayLike = WEIR_COEFFICIENT
) -> Array:
    """Discharge over a weir or spillway, Q = C b H^1.5 [m3/s].

    With critical flow over a broad crest without losses (Chow 1959: Q = b sqrt(g) y^1.5 at the
    depth y = 2/3 H) C is (2/3)^1.5 sqrt(g) = 1.705 m^0.5/s; over a rounded spillway it is larger.
    Valid for free overflow, the level below not reaching the crest.

    Parameters
    ----------
    head : (...) H, level above the crest; nothing flows at or below it [m]
    width : (...) b, length of the crest across the flow [m]
    coefficient : (...) C [m^0.5/s]
    """
    depth = np.maximum(as_array(head), 0.0)
    return np.asarray(as_array(coefficient) * as_array(width) * depth * np.sqrt(depth))


def gate_discharge(
    head: ArrayLike,
    width: ArrayLike,
    opening: ArrayLike,
    coefficient: ArrayLike = GATE_COEFFICIENT,
    weir_coefficient: ArrayLike = WEIR_COEFFICIENT,
) -> Array:
    """Discharge under a gate, Q = Cd a b sqrt(2 g H) (Henry 1950, free outflow) [m3/s].

    While the water does not reach the gate's edge it flows freely over the sill, as over a weir;
    the smaller of the two discharges holds, which is continuous and rises with the head.

    Parameters
    ----------
    head : (...) H, level above the sill; nothing flows at or below it [m]
    width : (...) b of the opening [m]
    opening : (...) a, height of the gate's edge above the sill; 0 where it is closed [m]
    coefficient : (...) Cd [-]
    weir_coefficient : (...) C of the flow over the sill [m^0.5/s]
    """
    depth = np.maximum(as_array(head), 0.0)
    under = as_array(coefficient) * as_array(opening) * as_array(width)
    under = under * np.sqrt(2.0 * GRAVITY * depth)
    return np.minimum(under, weir_discharge(depth, width, weir_coefficient))
