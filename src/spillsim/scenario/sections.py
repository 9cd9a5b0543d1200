"""The sections of scenario.toml, as frozen models with values in SI.

What is written in the file and what a Scenario holds are the same model except where a table
file becomes rows; those sections end in ``Section`` and live at the foot of this module.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .at import At, AtNode, AtReach, AtRiverKm
from .base import Section, TableSource
from .fields import (
    Country,
    DecayRate,
    Dispersion,
    Duration,
    FlowScale,
    Name,
    OffsetDateTime,
    Temperature,
    Text,
)
from .file_sections import FlowHecras, FlowNetcdf
from .ice import Ice
from .reactions import Reaction
from .releases import RELEASE_SECTIONS, ConcentrationSeries, Release, Seepage
from .settings import Numerics, Output
from .solids import Solids
from .substances import Substance, SubstanceSection
from .water import Water

# The rooms around take these from here, wherever they live.
__all__ = [
    "DISPERSION_SECTIONS",
    "FLOW_SECTIONS",
    "LISTED_SECTIONS",
    "RELEASE_SECTIONS",
    "SINGLE_SECTIONS",
    "At",
    "AtNode",
    "AtReach",
    "AtRiverKm",
    "Border",
    "Case",
    "ConcentrationSeries",
    "DispersionFormula",
    "DispersionValue",
    "GaugesSection",
    "Hydraulics",
    "InflowsSection",
    "NetworkSection",
    "Release",
    "Section",
    "Seepage",
    "Station",
    "Storage",
    "Substance",
    "TableSection",
    "TableSource",
]

MethodName = Literal[
    "velocity",
    "travel_time",
    "volume",
    "manning",
    "at_a_station_geometry",
    "downstream_geometry",
    "rating",
    "jobson_most_probable",
    "jobson_fastest_probable",
]


class Case(Section):
    """What the case is and how long it runs."""

    title: Name = Field(description="one line for headings and file attributes")
    start: OffsetDateTime = Field(description="start of the run; times count from here")
    duration: Duration = Field(description="how long to compute", examples=["25 days"])
    summary: Text = Field(default="", description="a few sentences for the reader of the results")
    references: Annotated[tuple[Text, ...], Field(strict=False)] = Field(
        default=(), description="sources of the data"
    )


class Hydraulics(Section):
    """How velocity and cross-section follow from the discharge."""

    default: MethodName = Field(
        default="manning", description="method of the reaches that name none in reaches.csv"
    )
    width_exponent: float = Field(
        default=0.26,
        ge=0,
        le=1,
        description="of discharge, by which a width given at one discharge follows another; "
        "Leopold & Maddock (1953)",
    )
    depth_exponent: float = Field(
        default=0.40, ge=0, le=1, description="likewise of depth; velocity takes the rest of one"
    )


class DispersionFormula(Section):
    """Longitudinal dispersion from an empirical formula."""

    kind: Literal["formula"] = "formula"
    formula: Name = Field(default="disley_2015", description="name of the formula")


class DispersionValue(Section):
    """One longitudinal dispersion coefficient for every reach without its own."""

    kind: Literal["value"]
    value: Dispersion = Field(description="dispersion coefficient", examples=["50 m2/s"])


class Storage(Section):
    """Transient storage for every reach that names none."""

    area_ratio: float = Field(ge=0, description="storage area / flowing area [-]")
    exchange_coefficient: DecayRate = Field(description="exchange with the storage zone")


class Station(Section):
    """A place where the result is wanted."""

    name: Name
    at: At


class Border(Section):
    """A place where the river leaves one country for another."""

    name: Name
    at: At
    from_country: Country = Field(default="", alias="from", description="country code upstream")
    to_country: Country = Field(default="", alias="to", description="country code downstream")


# Sections whose tables become rows in the Scenario.


class NetworkSection(Section):
    """The tables of the river network."""

    nodes: TableSource = Field(examples=["nodes.csv"])
    reaches: TableSource = Field(examples=["reaches.csv"])


class InflowsSection(Section):
    """Discharge from known inflows at nodes, summed down the river."""

    kind: Literal["inflows"]
    table: TableSource = Field(examples=["inflows.csv"])
    scale: FlowScale = 1.0
    temperature: Temperature = Field(default=10.0, description="water temperature")


class GaugesSection(Section):
    """Discharge known at gauges."""

    kind: Literal["gauges"]
    table: TableSource = Field(examples=["gauges.csv"])
    inflows: TableSource | None = Field(default=None, description="known inflows and abstractions")
    scale: FlowScale = 1.0
    closure_warning: float = Field(
        default=0.2,
        gt=0,
        description="unexplained gain or loss between gauges that is told, as a share of discharge",
    )
    temperature: Temperature = Field(default=10.0, description="water temperature")


class TableSection(Section):
    """Discharge of every reach over time, from a measurement or a model of the flow."""

    kind: Literal["table"]
    table: TableSource | None = Field(
        default=None, examples=["discharges.csv"], description="or one of the files below"
    )
    netcdf: FlowNetcdf | None = Field(default=None, description="netCDF file, CF conventions")
    hecras: FlowHecras | None = Field(
        default=None,
        description="results of HEC-RAS; reaches.csv names the cross-sections of every reach in "
        "`section_head` and `section_foot`",
    )
    gaps: Literal["refuse", "linear", "hold"] = Field(
        default="refuse",
        description="of a netCDF or HEC-RAS file: refuse and list them, or fill them with a "
        "straight line or the value before",
    )
    interpolation: Literal["linear", "steps"] = Field(
        default="linear", description="between the times of the table; steps hold up to the next"
    )
    temperature: Temperature = Field(default=10.0, description="water temperature")


FLOW_SECTIONS: dict[str, type[Section]] = {
    "inflows": InflowsSection,
    "gauges": GaugesSection,
    "table": TableSection,
}
DISPERSION_SECTIONS: dict[str, type[Section]] = {
    "formula": DispersionFormula,
    "value": DispersionValue,
}
SINGLE_SECTIONS: dict[str, type[Section]] = {
    "case": Case,
    "network": NetworkSection,
    "hydraulics": Hydraulics,
    "storage": Storage,
    "ice": Ice,
    "water": Water,
    "output": Output,
    "numerics": Numerics,
}
LISTED_SECTIONS: dict[str, type[Section]] = {
    "substance": SubstanceSection,
    "solids": Solids,
    "reaction": Reaction,
    "station": Station,
    "border": Border,
}
