"""Starting fast: keep libraries out that others import only because they are there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

OPTIONAL = ("pint", "scipy", "dask", "sparse", "cupy")
"""numba loads scipy's linear algebra and xarray loads pint where they find them installed; a run
uses neither, and together they take as long to load as everything of our own."""

_OF_XARRAY = ("pint", "dask", "sparse", "cupy")


@contextmanager
def without_optional_imports() -> Iterator[None]:
    """Make optional libraries look absent while others are imported and set up.

    An xarray that is loaded already knows which of them are there, and would miss them.
    """
    known = _OF_XARRAY if "xarray" in sys.modules else ()
    hidden = [name for name in OPTIONAL if name not in sys.modules and name not in known]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            if sys.modules.get(name, name) is None:
                del sys.modules[name]
