"""The file format of a case: read it, check it, report every fault at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from .uncertain import Correlation, Ensemble, Sweep, Uncertain
from .variants import Variant
from .water import Water

if TYPE_CHECKING:
    from ..tailings.facility import Facility

__all__ = [
    "AlongReach",
    "AtNode",
    "AtReach",
    "AtRiverKm",
    "Border",
    "Case",
    "ConcentrationSeries",
    "Constant",
    "Correlation",
    "DispersionFormula",
    "DispersionValue",
    "Ensemble",
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
    "Sweep",
    "Uncertain",
    "Variant",
    "Volatilisation",
    "Water",
    "gather",
    "json_schema",
    "list_variants",
    "load",
    "load_facility",
    "parse",
    "parse_facility",
    "write_facility_template",
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


def load_facility(path: str | os.PathLike[str]) -> Facility:
    """Read the file of a tailings facility; ScenarioError carries all of its faults."""
    from .facility_file import load_facility as load_it  # few need the room of tailings

    return load_it(path)


def parse_facility(data: Mapping[str, Any], folder: str | Path | None = None) -> Facility:
    """Check a tailings facility given as a dict; ScenarioError carries all of its faults."""
    from .facility_file import parse_facility as parse_it

    return parse_it(data, folder)


def write_facility_template(path: str | Path) -> Path:
    """Write a small commented facility file."""
    from .facility_template import write_facility_template as write

    return write(path)
