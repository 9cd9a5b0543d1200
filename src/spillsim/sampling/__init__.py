"""Uncertain inputs of a scenario become a table of draws, and every draw a scenario."""

from __future__ import annotations

from .draws import (
    Draws,
    MissingScipyError,
    combination_of,
    draw,
    draws_of,
    percentiles,
    scenario_of,
)
from .engines import Engines, split_by_engine

__all__ = [
    "Draws",
    "Engines",
    "MissingScipyError",
    "combination_of",
    "draw",
    "draws_of",
    "percentiles",
    "scenario_of",
    "split_by_engine",
]
