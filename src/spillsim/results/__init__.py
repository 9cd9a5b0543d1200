"""From a run to a labelled dataset, to a netCDF file and back.

Nothing heavy is imported until a name is used: xarray and netCDF4 cost about half a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dataset import to_dataset
    from .files import open, write  # noqa: A004
    from .gis import map_dataset
    from .size import Extent, estimate_memory, estimate_size, extent_of

__all__ = [
    "Extent",
    "estimate_memory",
    "estimate_size",
    "extent_of",
    "map_dataset",
    "open",
    "to_dataset",
    "write",
]

_HOME = {
    "Extent": "size",
    "estimate_memory": "size",
    "estimate_size": "size",
    "extent_of": "size",
    "map_dataset": "gis",
    "open": "files",
    "to_dataset": "dataset",
    "write": "files",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
