"""How the kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba as nb

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""How every kernel is compiled.

No fastmath: sums must keep every digit of the mass. Division by zero follows IEEE, as in numpy.
No reference counts: kernels make no arrays, and counting those in the bundles at every use took
a third of the time of a small window.
"""


def jit(function: Callable[..., Any]) -> Any:
    """Compile a kernel, once per machine where a folder for the result can be written."""
    try:
        return nb.njit(cache=True, **OPTIONS)(function)
    except RuntimeError:
        # neither the package's folder nor the user's cache is writable: compile in every process
        return nb.njit(**OPTIONS)(function)


def inner(function: Callable[..., Any]) -> Any:
    """Compile a kernel that only other kernels call.

    Without entries from Python and C, which take apart every bundle and took half of the time to
    compile.
    """
    return nb.njit(**(OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}))(function)


def part(function: Callable[..., Any]) -> Any:
    """Compile a kernel into each of its callers.

    For parts of the time loop that run in every step: handing a bundle of forty arrays to a
    function costs about a microsecond, ten times the work on a small window.
    """
    return nb.njit(inline="always", **OPTIONS)(function)
