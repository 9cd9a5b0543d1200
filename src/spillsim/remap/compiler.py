"""How the inner kernels of the remap are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba as nb

from ..transport.compiler import OPTIONS


def inner(function: Callable[..., Any]) -> Any:
    """Compile a kernel that only kernels call.

    Without the doors for Python and C, and without a file of its own in the cache: unpacking
    fifty arrays there takes longer to compile than many a kernel itself.
    """
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **OPTIONS}
    return nb.njit(**options)(function)
