"""The marching engine: grid, arrays, kernels, march. numpy and numba only."""

from __future__ import annotations
