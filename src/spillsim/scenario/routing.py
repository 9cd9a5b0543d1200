"""The sections about flow that is routed over time."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from .at import AlongReach, AtNode
from .base import Section, TableSource
from .fields import Duration, PositiveLength
from .file_sections import HydrographNetcdf


class Routing(Section):
    """How the flow is routed down the river over time."""

    method: Literal["muskingum_cunge", "diffusive_wave"] = Field(
        default="muskingum_cunge",
        description="`muskingum_cunge` routes reach by reach, without backwater; `diffusive_wave` "
        "solves for the whole network at once",
    )
    time_step: Duration | None = Field(
        default=None, description="chosen from the hydrographs when left out"
    )
    section_length: PositiveLength | None = Field(
        default=None,
        description="upper bound on the length of the sections that reaches are cut into; chosen "
        "from the time step and the river when left out",
    )
    outlet_depth: PositiveLength | None = Field(
        default=None,
        description="`diffusive_wave` only: depth of the water that a sea, lake or dam holds at "
        "the outlet; uniform flow when left out",
    )


def _tag(value: Any) -> str | None:
    """Choose the form of the place by its key."""
    if isinstance(value, AtNode | AlongReach):
        return "<node>" if isinstance(value, AtNode) else "<reach>"
    if not isinstance(value, dict):
        return None
    for key, tag in (("reach", "<reach>"), ("node", "<node>")):
        if key in value:
            return tag
    return None


NodeOrReach = Annotated[
    Annotated[AtNode, Tag("<node>")] | Annotated[AlongReach, Tag("<reach>")],
    Discriminator(
        _tag,
        custom_error_type="spillsim",
        custom_error_message="{message}",
        custom_error_context={
            "message": "a node or a reach is needed",
            "hint": 'Write { node = "id" }, or { reach = "id" } for an inflow spread along it.',
        },
    ),
]


class _FlowHydrograph(Section):
    at: NodeOrReach = Field(
        description='`{ node = "id" }`, or `{ reach = "id" }` for an inflow spread along it'
    )
    mode: Literal["replace", "add"] = Field(
        default="replace",
        description="`replace` stands instead of the steady inflow of that node, or of the lateral "
        "inflow of that reach; `add` comes on top of it",
    )


class FlowHydrographSection(_FlowHydrograph):
    """Water flowing in over time, at a node or along a reach."""

    table: TableSource | None = Field(
        default=None,
        examples=["flood.csv"],
        description="CSV file with a column `time` since the start, or `date`, and a column "
        "`discharge`, or `stage`, or the rows as a list of tables; linear between the rows, the "
        "first and last hold before and after",
    )
    netcdf: HydrographNetcdf | None = Field(
        default=None, description="series of a netCDF file in place of the table"
    )
    rating: TableSource | None = Field(
        default=None,
        examples=["rating.csv"],
        description="CSV file with the columns `stage` and `discharge`, for a table of stages; "
        "linear between its rows, never extrapolated",
    )
    gaps: Literal["refuse", "linear", "hold"] = Field(
        default="refuse",
        description="empty cells, NaN, and rows missing from a regular series: refuse and list "
        "them, or fill them with a straight line or the value before",
    )


class FlowHydrograph(_FlowHydrograph):
    """Water flowing in over time, linear between points; the first and last hold."""

    time: tuple[float, ...]
    """(P,) rising [s since the start of the case]."""
    discharge: tuple[float, ...]
    """(P,) zero or positive [m3/s]."""
