"""The section ``[[release]]``: what enters the river, one model for each ``kind``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from .at import At, WholeReach
from .base import Section, TableSource
from .fields import (
    Concentration,
    Duration,
    Mass,
    MassRate,
    Moment,
    Name,
    OptionalName,
    Volume,
    refuse,
)


class _Release(Section):
    name: OptionalName = Field(default="", description="for messages and reports")
    at: At = Field(description="where it enters the river")
    substance: Name = Field(description="name of a [[substance]] or a [[solids]]")
    carrier: OptionalName = Field(
        default="",
        description="name of the [[solids]] that the substance is bound to, or "
        "`suspended_matter`; it is dissolved when left out",
    )


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


class Seepage(_Release):
    """Water that seeps into the river all along a reach and brings something with it."""

    at: WholeReach = Field(  # type: ignore[assignment]  # the one kind without a point
        description='`{ reach = "id" }`: evenly along this reach'
    )
    kind: Literal["seepage"]
    rate: MassRate | None = Field(
        default=None, description="mass per time along the whole reach, or give a concentration"
    )
    concentration: Concentration | None = Field(
        default=None, description="in the lateral inflow of the reach, instead of a rate"
    )
    start: Moment = 0.0
    duration: Duration | None = Field(
        default=None, description="to the end of the run when left out"
    )


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


Release = Slug | Constant | Rate | Seepage | Hydrograph | ConcentrationSeries


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


def _is_estimate(value: str) -> str:
    """``median``, or ``pNN``."""
    from ..tailings.release import rank  # only a scenario with a facility pays for it

    try:
        rank(value)
    except ValueError:
        raise refuse(
            "is no estimate", 'Write "median", "p5", "p95" or another "pNN" between 0 and 100.'
        ) from None
    return value


class FacilityRelease(Section):
    """What the failure of a tailings facility releases, by the estimate from its file."""

    name: OptionalName = Field(default="", description="the name of the facility when left out")
    at: At = Field(description="where it enters the river")
    kind: Literal[
        "tailings_breach", "overtopping", "decant_failure", "pipeline_rupture", "process_water"
    ]
    facility: Name = Field(
        description="file of the facility; its `failure.mode` is the kind of this release",
        examples=["facility.toml"],
    )
    estimate: Annotated[str, AfterValidator(_is_estimate)] = Field(
        default="median",
        description="which of the possible releases, by the rank of the released volume: "
        "`median`, `p5`, `p95` or another `pNN`",
    )
    start: Moment = 0.0
    water: bool = Field(default=True, description="whether its water joins the river")


FACILITY_RELEASES: dict[str, type[Section]] = dict.fromkeys(
    ("tailings_breach", "overtopping", "decant_failure", "pipeline_rupture", "process_water"),
    FacilityRelease,
)
RELEASE_SECTIONS: dict[str, type[Section]] = {
    "slug": Slug,
    "constant": Constant,
    "rate": Rate,
    "seepage": Seepage,
    "hydrograph": HydrographSection,
    "concentration": ConcentrationSection,
    **FACILITY_RELEASES,
}
"""Kind -> the model of its keys; ``read_releases.EXPANSIONS`` makes one into several releases."""
