"""The file format of a case: read it, check it, report every fault at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .files import SourceFile
from .ice import Ice
from .load import list_variants, load, parse
from .routing import AlongReach, FlowHydrograph, Routing
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
    Rate,
    Release,
    Slug,
    Station,
    Storage,
    Substance,
)
from .settings import Numerics, Output
from .together import gather
from .variants import Variant

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
    "FlowHydrograph",
    "Gauge",
    "GaugesFlow",
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
    "Release",
    "Routing",
    "Scenario",
    "Slug",
    "SourceFile",
    "Station",
    "Storage",
    "Substance",
    "Variant",
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
