"""Nodes, reaches and the way the water takes; no hydraulics.

The checks (``find_faults``) are plain Python; what returns arrays is imported on first use, so
that reading a scenario does not wait for numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .faults import GraphFault, find_faults
    from .graph import build, build_sound, kinds_agree
    from .locate import locate_node, locate_reach, locate_river_km
    from .network import Network, Position
    from .paths import (
        distance_between,
        downstream_reaches,
        is_downstream,
        passes,
        sum_to_outlet,
        upstream_closure,
        way_between,
    )

__all__ = [
    "GraphFault",
    "Network",
    "Position",
    "build",
    "build_sound",
    "distance_between",
    "downstream_reaches",
    "find_faults",
    "is_downstream",
    "kinds_agree",
    "locate_node",
    "locate_reach",
    "locate_river_km",
    "passes",
    "sum_to_outlet",
    "upstream_closure",
    "way_between",
]

_HOME = {
    "GraphFault": "faults",
    "find_faults": "faults",
    "Network": "network",
    "Position": "network",
    "build": "graph",
    "build_sound": "graph",
    "kinds_agree": "graph",
    "locate_node": "locate",
    "locate_reach": "locate",
    "locate_river_km": "locate",
    "distance_between": "paths",
    "downstream_reaches": "paths",
    "is_downstream": "paths",
    "passes": "paths",
    "sum_to_outlet": "paths",
    "upstream_closure": "paths",
    "way_between": "paths",
}


def __getattr__(name: str) -> object:
    """Import the module that owns a public name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
