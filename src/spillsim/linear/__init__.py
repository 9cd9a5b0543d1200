"""What linearity gives: answers of one place to releases anywhere, curves of any release from one.

Nothing heavy is imported until a name is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .mapping import Question, ReachMap, Wanted, ask, compiled, reach_map
    from .response import UnitResponse, superpose, unit_response
    from .table import csv_lines, map_dataset, table_rows

__all__ = [
    "Question",
    "ReachMap",
    "UnitResponse",
    "Wanted",
    "ask",
    "compiled",
    "csv_lines",
    "map_dataset",
    "reach_map",
    "superpose",
    "table_rows",
    "unit_response",
]

_HOME = {
    "Question": "mapping",
    "ReachMap": "mapping",
    "Wanted": "mapping",
    "ask": "mapping",
    "compiled": "mapping",
    "reach_map": "mapping",
    "csv_lines": "table",
    "map_dataset": "table",
    "table_rows": "table",
    "UnitResponse": "response",
    "superpose": "response",
    "unit_response": "response",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
