"""From curves to numbers: arrival, peak, passage, limits, borders. Reads datasets only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .border import PassageRow, border_table, station_table
    from .comparison import ComparisonRow, compare
    from .jobson import Flag, flags, jobson_check
    from .limits import limit_exceedance
    from .metrics import add_metrics
    from .passage import breakthrough
    from .profile import main_path

__all__ = [
    "ComparisonRow",
    "Flag",
    "PassageRow",
    "add_metrics",
    "border_table",
    "breakthrough",
    "compare",
    "flags",
    "jobson_check",
    "limit_exceedance",
    "main_path",
    "station_table",
]

_HOME = {
    "ComparisonRow": "comparison",
    "Flag": "jobson",
    "PassageRow": "border",
    "add_metrics": "metrics",
    "border_table": "border",
    "breakthrough": "passage",
    "compare": "comparison",
    "flags": "jobson",
    "jobson_check": "jobson",
    "limit_exceedance": "limits",
    "main_path": "profile",
    "station_table": "border",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
