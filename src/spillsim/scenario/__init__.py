"""The file format of a case: read it, check it, report every fault at once."""

from __future__ import annotations

from .files import SourceFile
from .load import load, parse
from .rows import Gauge, Inflow, Node, Rating, Reach
from .scenario import GaugesFlow, InflowsFlow, Scenario
from .sections import (
    AtNode,
    AtReach,
    AtRiverKm,
    Border,
    Case,
    ConcentrationSeries,
    Constant,
    DispersionFormula,
    DispersionValue,
    Hydraulics,
    Hydrograph,
    Limit,
    Numerics,
    Output,
    Rate,
    Release,
    Slug,
    Station,
    Storage,
    Substance,
)

__all__ = [
    "AtNode",
    "AtReach",
    "AtRiverKm",
    "Border",
    "Case",
    "ConcentrationSeries",
    "Constant",
    "DispersionFormula",
    "DispersionValue",
    "Gauge",
    "GaugesFlow",
    "Hydraulics",
    "Hydrograph",
    "Inflow",
    "InflowsFlow",
    "Limit",
    "Node",
    "Numerics",
    "Output",
    "Rate",
    "Rating",
    "Reach",
    "Release",
    "Scenario",
    "Slug",
    "SourceFile",
    "Station",
    "Storage",
    "Substance",
    "load",
    "parse",
]
