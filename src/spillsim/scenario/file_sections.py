"""Keys that name a file of another program and what to take from it."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from .base import Section
from .fields import Name, OptionalName, refuse


def _offset(value: Any) -> float | None:
    """Seconds that a clock is ahead of UTC."""
    if value is None or isinstance(value, float):
        return value
    match = re.fullmatch(r"([+-])(\d{2}):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None or int(match[2]) > 18:
        raise refuse("an offset from UTC is needed", 'Write e.g. "+05:00".')
    return (1.0 if match[1] == "+" else -1.0) * (3600.0 * int(match[2]) + 60.0 * int(match[3]))


ClockOffset = Annotated[
    float | None,
    BeforeValidator(_offset),
    WithJsonSchema({"type": "string", "pattern": r"^[+-]\d{2}:\d{2}$", "examples": ["+05:00"]}),
]


class HydrographNetcdf(Section):
    """One series of a netCDF file."""

    file: Name = Field(examples=["flow.nc"], description="inside the case folder")
    variable: Name = Field(
        examples=["discharge"],
        description="variable of the discharge, or of the stage where there is a `rating`",
    )
    station: OptionalName = Field(
        default="", description="id of the place; may be left out where the file has one only"
    )
    ids: OptionalName = Field(
        default="",
        description="variable that holds the ids; found by `cf_role` or the name of the dimension "
        "when left out",
    )


class FlowNetcdf(Section):
    """Series of every reach from a netCDF file."""

    file: Name = Field(examples=["flow.nc"], description="inside the case folder")
    discharge: Name = Field(
        examples=["discharge"], description="variable of the discharge at the head of the reaches"
    )
    discharge_foot: OptionalName = Field(
        default="",
        description="variable of the discharge at their foot; that at the head plus "
        "`lateral_inflow` when left out",
    )
    area: OptionalName = Field(
        default="",
        description="variable of the mean flowing area; it follows from continuity when left out",
    )
    reach: OptionalName = Field(
        default="",
        description="variable that holds the ids of the reaches, those of reaches.csv; found by "
        "`cf_role` or the name of the dimension when left out",
    )


class FlowHecras(Section):
    """Discharges and areas of every reach from the results of HEC-RAS."""

    file: Name = Field(examples=["plan.p01.hdf"], description="HDF file of an unsteady plan")
    utc_offset: ClockOffset = Field(
        default=None, description="of the clock of the model; that of `case.start` when left out"
    )
