"""The sections of scenario.toml, as frozen models with values in SI.

What is written in the file and what a Scenario holds are the same model except where a table
file becomes rows; those sections end in ``Section`` and live at the foot of this module.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from .base import Section as Section  # noqa: PLC0414 - the rooms around take it from here
from .fields import (
    Concentration,
    Country,
    DecayRate,
    Dispersion,
    Distance,
    Duration,
    FlowScale,
    Identifier,
    Mass,
    MassRate,
    Moment,
    Name,
    OffsetDateTime,
    OptionalName,
    RiverKm,
    Temperature,
    Text,
    Volume,
)
from .file_sections import FlowHecras, FlowNetcdf
from .ice import Ice
from .settings import Numerics, Output

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


class Limit(Section):
    """A concentration that should not be exceeded."""

    name: Name
    value: Concentration = Field(examples=["0.05 mg/L"])
    source: OptionalName = ""


class Substance(Section):
    """What is released and how it decays."""

    name: Name
    decay_rate: DecayRate = Field(default=0.0, description="first-order decay in the water")
    temperature_coefficient: float = Field(
        default=1.0,
        gt=0,
        le=2,
        description="theta of the temperature correction [-]",
        examples=[1.047],
    )
    reference_temperature: Temperature = Field(
        default=20.0, description="temperature of decay_rate"
    )
    storage_decay_rate: DecayRate | None = Field(
        default=None, description="decay in the storage zone; as decay_rate when left out"
    )
    gas_exchange_rate: DecayRate = Field(
        default=0.0, description="first-order loss to the air from the channel, none under ice"
    )
    arrival_threshold: Concentration | None = Field(
        default=None, description="concentration that counts as arrival"
    )
    limits: Annotated[tuple[Limit, ...], Field(strict=False)] = ()


class AtNode(Section):
    """At a node."""

    node: Identifier


class AtRiverKm(Section):
    """At a kilometre of a river."""

    river: Name
    river_km: RiverKm = Field(examples=["49 km"])


class AtReach(Section):
    """At a distance below the head of a reach."""

    reach: Identifier
    distance: Distance = Field(examples=["3 km"])


def _at_tag(value: Any) -> str | None:
    """Choose the form of a place by its keys."""
    if isinstance(value, AtNode | AtRiverKm | AtReach):
        return {AtNode: "<node>", AtRiverKm: "<river>", AtReach: "<reach>"}[type(value)]
    if not isinstance(value, dict):
        return None
    for key, tag in (("reach", "<reach>"), ("distance", "<reach>"), ("node", "<node>")):
        if key in value:
            return tag
    return "<river>" if value.keys() & {"river", "river_km"} else None


At = Annotated[
    Annotated[AtNode, Tag("<node>")]
    | Annotated[AtRiverKm, Tag("<river>")]
    | Annotated[AtReach, Tag("<reach>")],
    Discriminator(
        _at_tag,
        custom_error_type="spillsim",
        custom_error_message="{message}",
        custom_error_context={
            "message": "a place is needed",
            "hint": 'Write { node = "id" }, { river = "Szamos", river_km = "49 km" } '
            'or { reach = "id", distance = "3 km" }.',
        },
    ),
]


class _Release(Section):
    name: OptionalName = Field(default="", description="for messages and reports")
    at: At = Field(description="where it enters the river")
    substance: Name = Field(description="name of a [[substance]]")


class Slug(_Release):
    """A mass that enters at once."""

    kind: Literal["slug"]
    mass: Mass
    time: Moment = Field(default=0.0, description="when; the start of the case when left out")
    water: Volume | None = Field(default=None, description="the release's own water")


class Constant(_Release):
    """A mass that enters evenly over a time."""

    kind: Literal["constant"]
    mass: Mass
    start: Moment = 0.0
    duration: Duration
    water: Volume | None = Field(default=None, description="the release's own water")


class Rate(_Release):
    """A mass per time over a time."""

    kind: Literal["rate"]
    rate: MassRate
    start: Moment = 0.0
    duration: Duration


class Hydrograph(_Release):
    """A mass per time that varies, linear between the points of a table."""

    kind: Literal["hydrograph"]
    start: Moment = 0.0
    table: str = Field(default="", description="file the points were read from")
    times: tuple[float, ...]
    """(P,) seconds since ``start``, rising."""
    mass_rate: tuple[float, ...]
    """(P,) mass per time; discharge times concentration where those were given [kg/s]."""
    discharge: tuple[float, ...] | None = None
    """(P,) discharge of the release where given [m3/s]."""
    concentration: tuple[float, ...] | None = None
    """(P,) concentration in the release where given [kg/m3]."""


class ConcentrationSeries(_Release):
    """A concentration measured at a headwater, linear between the points of a table."""

    kind: Literal["concentration"]
    start: Moment = 0.0
    table: str = Field(default="", description="file the points were read from")
    times: tuple[float, ...]
    """(P,) seconds since ``start``, rising."""
    concentration: tuple[float, ...]
    """(P,) concentration of the inflowing water [kg/m3]."""


Release = Slug | Constant | Rate | Hydrograph | ConcentrationSeries


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

TableSource = Annotated[
    str | list[dict[str, Any]],
    Field(description="CSV file inside the case folder, or the rows as a list of tables"),
]


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


class HydrographSection(_Release):
    """A release whose mass per time is read from a table."""

    kind: Literal["hydrograph"]
    table: TableSource = Field(examples=["release.csv"])
    start: Moment = 0.0


class ConcentrationSection(_Release):
    """A concentration measured at a headwater, read from a table."""

    kind: Literal["concentration"]
    table: TableSource = Field(examples=["measured.csv"])
    start: Moment = 0.0


RELEASE_SECTIONS: dict[str, type[_Release]] = {
    "slug": Slug,
    "constant": Constant,
    "rate": Rate,
    "hydrograph": HydrographSection,
    "concentration": ConcentrationSection,
}
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
    "output": Output,
    "numerics": Numerics,
}
LISTED_SECTIONS: dict[str, type[Section]] = {
    "substance": Substance,
    "station": Station,
    "border": Border,
}
