"""How the kernels of the transfer engine are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba as nb

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""Division by zero follows IEEE, as in numpy; kernels make no arrays."""


def jit(function: Callable[..., Any]) -> Any:
    """Compile a kernel, once per machine where a folder for the result can be written."""
    try:
        return nb.njit(cache=True, **OPTIONS)(function)
    except RuntimeError:
        # neither the package's folder nor the user's cache is writable: compile in every process
        return nb.njit(**OPTIONS)(function)


def part(function: Callable[..., Any]) -> Any:
    """Compile a kernel into each of its callers, which alone are kept on disk."""
    return nb.njit(inline="always", **OPTIONS)(function)
