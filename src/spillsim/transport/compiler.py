"""How the kernels are compiled."""

from __future__ import annotations

from typing import Any

import numba as nb

# No fastmath: sums must keep every digit of the mass. Division by zero follows IEEE, as in numpy.
jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy")
