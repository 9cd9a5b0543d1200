"""From a dataset to figures for a report; nothing is computed and nothing is shown here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arrival_chance_figure import arrival_chance
    from .band_figure import bands
    from .comparison_figure import comparison
    from .convergence_figure import convergence
    from .curve_figure import curves
    from .exceedance_figure import exceedance
    from .ledger_figure import ledger
    from .profile_figure import profile
    from .reach_map_figure import reach_map
    from .release_figure import ReleasePicture, release
    from .return_level_figure import ReturnLevels, return_levels
    from .saving import FORMATS, save
    from .sobol_figure import sobol
    from .tornado_figure import tornado

__all__ = [
    "FORMATS",
    "ReleasePicture",
    "ReturnLevels",
    "arrival_chance",
    "bands",
    "comparison",
    "convergence",
    "curves",
    "exceedance",
    "ledger",
    "profile",
    "reach_map",
    "release",
    "return_levels",
    "save",
    "sobol",
    "tornado",
]

_HOME = {
    "arrival_chance": "arrival_chance_figure",
    "bands": "band_figure",
    "convergence": "convergence_figure",
    "exceedance": "exceedance_figure",
    "sobol": "sobol_figure",
    "tornado": "tornado_figure",
    "FORMATS": "saving",
    "ReleasePicture": "release_figure",
    "ReturnLevels": "return_level_figure",
    "comparison": "comparison_figure",
    "curves": "curve_figure",
    "ledger": "ledger_figure",
    "profile": "profile_figure",
    "reach_map": "reach_map_figure",
    "release": "release_figure",
    "return_levels": "return_level_figure",
    "save": "saving",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
