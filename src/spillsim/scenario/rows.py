"""The tables: which columns they have, and what a row becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import Field

from .base import Section
from .names import HYDRAULIC_METHODS, NODE_KINDS, REACH_KINDS


@dataclass(frozen=True, slots=True)
class Column:
    """What may stand in a column."""

    content: str
    """A key of ``units.DIMENSIONS``, or one of ``id``, ``name``, ``word``, ``file``, ``date``."""
    required: bool = False
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    words: tuple[str, ...] = ()
    help: str = ""
    gaps: bool = False
    """True where NaN says, as an empty cell does, that there is no value."""


Model = TypeVar("Model", bound=Section)


def make_rows(
    model: type[Model], file: str, rows: Iterable[tuple[dict[str, Any], int | None, str]]
) -> tuple[Model, ...]:
    """Rows whose cells have been checked one by one, as models; nothing is checked again.

    Validating ten thousand rows, as ``model_validate`` does, takes ten times as long as reading
    their table.

    Parameters
    ----------
    file : name of the file, empty for rows given inline
    rows : cells in SI by column name, every required one among them, with line and key path
    """
    fields = model.model_fields
    defaults = {name: field.default for name, field in fields.items() if not field.is_required()}
    renamed = [(field.alias, name) for name, field in fields.items() if field.alias is not None]
    given: dict[tuple[str, ...], set[str]] = {}
    place = object.__setattr__
    found = []
    for cells, line, where in rows:
        values = defaults | cells
        for alias, name in renamed:
            values[name] = values.pop(alias)
        names = tuple(cells)
        if names not in given:
            aliases = dict(renamed)
            given[names] = {aliases.get(name, name) for name in names}
        made = object.__new__(model)
        place(made, "__dict__", values)
        place(made, "__pydantic_fields_set__", given[names])
        place(made, "__pydantic_extra__", None)
        place(made, "__pydantic_private__", {"_file": file, "_line": line, "_where": where})
        found.append(made)
    return tuple(found)


class Node(Section):
    """A point of the network: headwater, confluence, gauge, town, border or outlet."""

    id: str
    name: str = ""
    kind: str = ""
    river: str = ""
    river_km: float | None = None
    """Kilometre of ``river``, falling downstream [m]."""
    latitude: float | None = None
    longitude: float | None = None
    country: str = ""
    source: str = ""


class Rating(Section):
    """A rating table, a power law between its points."""

    file: str
    discharge: tuple[float, ...]
    """(P,) rising [m3/s]."""
    cross_section_area: tuple[float, ...]
    """(P,) [m2]."""
    width: tuple[float, ...] | None = None
    """(P,) where given [m]."""


class Reach(Section):
    """A stretch of river between two nodes, uniform along its length."""

    id: str
    river: str = ""
    from_node: str = Field(alias="from")
    to_node: str = Field(alias="to")
    length: float
    kind: str = ""
    """``channel``, which is meant when empty, or ``tank``."""
    share: float | None = None
    """Share of the discharge leaving the node at its head, where the river divides [-]."""
    hydraulics: str = ""
    velocity: float | None = None
    travel_time: float | None = None
    cross_section_area: float | None = None
    volume: float | None = None
    width: float | None = None
    depth: float | None = None
    side_slope: float | None = None
    slope: float | None = None
    manning_n: float | None = None
    width_coefficient: float | None = None
    width_exponent: float | None = None
    depth_coefficient: float | None = None
    depth_exponent: float | None = None
    bankfull_discharge: float | None = None
    rating: Rating | None = None
    drainage_area: float | None = None
    mean_annual_discharge: float | None = None
    velocity_factor: float | None = None
    """Multiplies the velocity that the method gives [-]."""
    dispersion_coefficient: float | None = None
    dispersion_factor: float | None = None
    """Multiplies the dispersion coefficient, however it was found [-]."""
    storage_area_ratio: float | None = None
    storage_area: float | None = None
    """Keeps its size while the river rises and falls, where the ratio goes with it [m2]."""
    exchange_coefficient: float | None = None
    lateral_inflow: float | None = None
    temperature: float | None = None
    section_head: str = ""
    """Cross-section of HEC-RAS at the head, ``River/Reach/Station``."""
    section_foot: str = ""
    source: str = ""


class Inflow(Section):
    """Water entering or taken out at a node."""

    node: str
    inflow: float = 0.0
    abstraction: float = 0.0
    source: str = ""


class DischargeSeries(Section):
    """The discharge of a reach over time."""

    reach: str
    time: tuple[float, ...]
    """(P,) rising [s since the start of the case]."""
    discharge: tuple[float, ...]
    """(P,) at the head of the reach, negative where it flows back [m3/s]."""
    discharge_foot: tuple[float, ...]
    """(P,) at its foot [m3/s]."""
    cross_section_area: tuple[float, ...] = ()
    """(P,) flowing area, the mean along the reach; empty where it follows from continuity [m2]."""


class ReachRates(Section):
    """First-order decay, and bed that takes a substance up, in one reach; None where what the
    substance says holds."""

    reach: str
    decay_rate: float | None = None
    """In the water [1/s]."""
    storage_decay_rate: float | None = None
    """In the storage zone [1/s]."""
    sediment: float | None = None
    """Bed grains within reach, per volume of water [kg/m3]."""


class Gauge(Section):
    """A discharge known at a node."""

    node: str
    discharge: float
    source: str = ""


NODES: Mapping[str, Column] = {
    "id": Column("id", required=True, help="short name used everywhere else"),
    "name": Column("name", help="name for people"),
    "kind": Column("word", words=NODE_KINDS),
    "river": Column("name", help="river that counts river_km"),
    "river_km": Column("length", help="kilometre of the river, falling downstream"),
    "latitude": Column("angle", minimum=-90, maximum=90),
    "longitude": Column("angle", minimum=-180, maximum=360),
    "country": Column("name", help="country code"),
    "source": Column("name", help="where the row comes from"),
}

REACHES: Mapping[str, Column] = {
    "id": Column("id", required=True),
    "river": Column("name"),
    "from": Column("id", required=True, help="node at the head"),
    "to": Column("id", required=True, help="node at the foot"),
    "length": Column("length", required=True, above=0),
    "kind": Column("word", words=REACH_KINDS, help="a tank is mixed throughout"),
    "share": Column(
        "dimensionless", above=0, maximum=1, help="of the discharge where the river divides"
    ),
    "hydraulics": Column("word", words=tuple(HYDRAULIC_METHODS)),
    "velocity": Column("velocity", above=0),
    "travel_time": Column("time", above=0),
    "cross_section_area": Column("area", above=0),
    "volume": Column("volume", above=0, help="of the water in the reach"),
    "width": Column("length", above=0),
    "depth": Column("length", above=0),
    "side_slope": Column("dimensionless", minimum=0, help="horizontal per vertical of the banks"),
    "slope": Column("dimensionless", above=0, help="slope of the bed or energy line"),
    "manning_n": Column("dimensionless", above=0),
    "width_coefficient": Column("dimensionless", above=0, help="a of width = a Q^b, SI"),
    "width_exponent": Column("dimensionless", minimum=0, maximum=1),
    "depth_coefficient": Column("dimensionless", above=0, help="c of depth = c Q^f, SI"),
    "depth_exponent": Column("dimensionless", minimum=0, maximum=1),
    "bankfull_discharge": Column("discharge", above=0),
    "rating": Column("file", help="CSV: discharge, cross_section_area, width"),
    "drainage_area": Column("area", above=0),
    "mean_annual_discharge": Column("discharge", above=0),
    "velocity_factor": Column(
        "dimensionless", above=0, help="multiplies the velocity that the method gives"
    ),
    "dispersion_coefficient": Column("dispersion", minimum=0),
    "dispersion_factor": Column(
        "dimensionless", above=0, help="multiplies the dispersion coefficient, given or by formula"
    ),
    "storage_area_ratio": Column("dimensionless", minimum=0),
    "storage_area": Column(
        "area", minimum=0, help="in place of the ratio: stays as it is in a flood"
    ),
    "exchange_coefficient": Column("rate", minimum=0),
    "lateral_inflow": Column("discharge_per_length", help="negative where water is lost"),
    "temperature": Column("temperature", minimum=-5, maximum=100),
    "section_head": Column("name", help="cross-section of HEC-RAS: River/Reach/Station"),
    "section_foot": Column("name", help="the same at its foot"),
    "source": Column("name"),
}

INFLOWS: Mapping[str, Column] = {
    "node": Column("id", required=True),
    "inflow": Column("discharge", minimum=0),
    "abstraction": Column("discharge", minimum=0),
    "source": Column("name"),
}

GAUGES: Mapping[str, Column] = {
    "node": Column("id", required=True),
    "discharge": Column("discharge", required=True, minimum=0),
    "source": Column("name"),
}

DISCHARGES: Mapping[str, Column] = {
    "time": Column("time", required=True, help="since the start of the case"),
    "reach": Column("id", required=True),
    "discharge": Column(
        "discharge", required=True, help="at the head of the reach, negative where it flows back"
    ),
    "discharge_foot": Column(
        "discharge", help="at its foot; discharge plus lateral_inflow where left out"
    ),
    "cross_section_area": Column(
        "area",
        minimum=0,
        help="flowing area, mean along the reach; from continuity where left out for the reach",
    ),
}

RATING: Mapping[str, Column] = {
    "discharge": Column("discharge", required=True, minimum=0),
    "cross_section_area": Column("area", required=True, above=0),
    "width": Column("length", above=0),
}

HYDROGRAPH: Mapping[str, Column] = {
    "time": Column("time", required=True, minimum=0),
    "mass_rate": Column("mass_rate", minimum=0),
    "discharge": Column("discharge", minimum=0),
    "concentration": Column("concentration", minimum=0),
}

FLOW_HYDROGRAPH: Mapping[str, Column] = {
    "time": Column("time", help="since the start of the case; or give dates"),
    "date": Column("date", help="with an offset from UTC; or give times"),
    "discharge": Column("discharge", minimum=0, gaps=True),
    "stage": Column("length", gaps=True, help="in place of the discharge, with a `rating`"),
}

STAGE_RATING: Mapping[str, Column] = {
    "stage": Column("length", required=True, help="rising"),
    "discharge": Column("discharge", required=True, minimum=0, help="not falling"),
}

CONCENTRATION: Mapping[str, Column] = {
    "time": Column("time", required=True, minimum=0),
    "concentration": Column("concentration", required=True, minimum=0),
}

REACH_RATES: Mapping[str, Column] = {
    "reach": Column("id", required=True),
    "decay_rate": Column("rate", minimum=0, help="in place of that of the substance"),
    "storage_decay_rate": Column("rate", minimum=0, help="likewise, in the storage zone"),
    "sediment": Column(
        "concentration", minimum=0, help='likewise, of the sorption to = "bed": grains within reach'
    ),
}

STAGE_VOLUME: Mapping[str, Column] = {
    "stage": Column("length", required=True, help="water level"),
    "volume": Column("volume", required=True, minimum=0, help="of the water below it, rising"),
    "area": Column("area", above=0, help="of the surface; not used"),
}

OUTFLOW: Mapping[str, Column] = {
    "time": Column("time", help="since the start of the case; or give dates"),
    "date": Column("date", help="with an offset from UTC; or give times"),
    "discharge": Column("discharge", required=True, minimum=0),
}

OPENING: Mapping[str, Column] = {
    "time": Column("time", help="since the start of the case; or give dates"),
    "date": Column("date", help="with an offset from UTC; or give times"),
    "opening": Column("length", required=True, minimum=0, help="of the gate, above its sill"),
}

SPLIT: Mapping[str, Column] = {
    "discharge": Column("discharge", minimum=0, help="leaving the node; or give times or dates"),
    "time": Column("time", help="since the start of the case"),
    "date": Column("date", help="with an offset from UTC"),
    "share": Column("dimensionless", required=True, minimum=0, maximum=1, help="of the arm"),
}

ANNUAL_MAXIMA: Mapping[str, Column] = {
    "year": Column("dimensionless", required=True),
    "discharge": Column("discharge", required=True, minimum=0, help="highest of the year"),
}

TRIGGER_FLOOD: Mapping[str, Column] = {
    "time": Column("time", required=True, minimum=0, help="since the trigger"),
    "discharge": Column("discharge", required=True, minimum=0),
}

WEATHER: Mapping[str, Column] = {
    "time": Column("time", required=True, minimum=0, help="since the trigger"),
    "rain": Column("velocity", required=True, minimum=0, help="rate up to the next row, mm/h"),
    "temperature": Column(
        "temperature", required=True, minimum=-60, help="of the air up to the next row"
    ),
}
