"""Physical constants and array types shared by the formulas."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

GRAVITY = 9.80665
"""Standard acceleration of gravity [m/s2]."""


def as_array(value: ArrayLike) -> Array:
    """Return ``value`` as a float64 array (0-dimensional for a scalar)."""
    return np.asarray(value, dtype=np.float64)
