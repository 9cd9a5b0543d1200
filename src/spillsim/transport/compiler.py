"""How the kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba as nb


def jit(function: Callable[..., Any]) -> Any:
    """Compile a kernel, once per machine where a folder for the result can be written.

    No fastmath: sums must keep every digit of the mass. Division by zero follows IEEE, as in
    numpy.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return nb.njit(cache=True, **options)(function)
    except RuntimeError:
        # neither the package's folder nor the user's cache is writable: compile in every process
        return nb.njit(**options)(function)
