"""Physical constants and array types shared by the formulas."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

GRAVITY = 9.80665
"""Standard acceleration of gravity [m/s2]."""

WATER_DENSITY = 1000.0
"""Density of river water where its temperature does not matter [kg/m3]."""

ZERO_CELSIUS = 273.15
"""0 degC in kelvin."""


def as_array(value: ArrayLike) -> Array:
    """Return ``value`` as a float64 array (0-dimensional for a scalar)."""
    return np.asarray(value, dtype=np.float64)


def positive_part(value: ArrayLike) -> Array:
    """Return ``value`` where it is positive and zero elsewhere: the ( )+ of threshold laws."""
    array = as_array(value)
    found: Array = np.where(array > 0.0, array, 0.0)
    return found
