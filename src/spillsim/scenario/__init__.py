"""The file format of a case: read it, check it, report every fault at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .at import AlongReach, AtNode, AtReach, AtRiverKm
from .files import SourceFile
from .ice import Ice
from .load import list_variants, load, parse
from .reactions import Reaction
from .releases import (
    ConcentrationSeries,
    Constant,
    Hydrograph,
    Rate,
    Release,
    Seepage,
    Slug,
)
from .routing import FlowHydrograph, Routing
from .rows import Gauge, Inflow, Node, Rating, Reach, ReachRates
from .scenario import GaugesFlow, InflowsFlow, Scenario
from .sections import (
    Border,
    Case,
    DispersionFormula,
    DispersionValue,
    Hydraulics,
    Station,
    Storage,
)
from .settings import Numerics, Output
from .solids import Flocculation, HinderedSettling, Solids
from .substances import Limit, Sorption, Substance, Volatilisation
from .together import gather
from .variants import Variant
from .water import Water

__all__ = [
    "AlongReach",
    "AtNode",
    "AtReach",
    "AtRiverKm",
    "Border",
    "Case",
    "ConcentrationSeries",
    "Constant",
    "DispersionFormula",
    "DispersionValue",
    "Flocculation",
    "FlowHydrograph",
    "Gauge",
    "GaugesFlow",
    "HinderedSettling",
    "Hydraulics",
    "Hydrograph",
    "Ice",
    "Inflow",
    "InflowsFlow",
    "Limit",
    "Node",
    "Numerics",
    "Output",
    "Rate",
    "Rating",
    "Reach",
    "ReachRates",
    "Reaction",
    "Release",
    "Routing",
    "Scenario",
    "Seepage",
    "Slug",
    "Solids",
    "Sorption",
    "SourceFile",
    "Station",
    "Storage",
    "Substance",
    "Variant",
    "Volatilisation",
    "Water",
    "gather",
    "json_schema",
    "list_variants",
    "load",
    "parse",
    "write_template",
]


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of scenario.toml."""
    from .schema import json_schema as made  # pydantic's schema generator is slow to import

    return made()


def write_template(folder: str | Path) -> tuple[Path, ...]:
    """Write a small commented case that runs as it is into a new or empty folder."""
    from .template import write_template as write

    return write(folder)
