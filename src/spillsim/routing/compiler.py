"""How the kernels of flow routing are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba as nb

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""No fastmath: sums must keep every digit of the water. Kernels make no arrays."""


def jit(function: Callable[..., Any]) -> Any:
    """Compile a kernel, once per machine where a folder for the result can be written."""
    try:
        return nb.njit(cache=True, **OPTIONS)(function)
    except RuntimeError:
        # neither the package's folder nor the user's cache is writable: compile in every process
        return nb.njit(**OPTIONS)(function)


def inner(function: Callable[..., Any]) -> Any:
    """Compile a kernel that only other kernels call."""
    return nb.njit(**(OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}))(function)


def part(function: Callable[..., Any]) -> Any:
    """Compile a kernel into each of its callers, for what is done millions of times."""
    return nb.njit(inline="always", **OPTIONS)(function)
