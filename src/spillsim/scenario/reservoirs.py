"""Reservoirs and their outlets, diversions and divided rivers: what changes the flow by rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, WithJsonSchema

from ..formulas import GATE_COEFFICIENT, WEIR_COEFFICIENT
from .base import Section
from .fields import (
    Area,
    Discharge,
    Duration,
    ExchangeDischarge,
    Identifier,
    Level,
    Moment,
    OptionalName,
    PositiveLength,
    Volume,
    refuse,
)
from .sections import AtNode, TableSource

Share = Annotated[float, Field(gt=0, le=1)]


class Working(Section):
    """Something that works from one moment to another."""

    start: Moment | None = Field(
        default=None, description="when it begins to work; from the beginning when left out"
    )
    stop: Moment | None = Field(
        default=None, description="when it ceases to work; to the end when left out"
    )
    duration: Duration | None = Field(
        default=None, description="how long it works from `start` on, instead of `stop`"
    )

    @property
    def window(self) -> tuple[float, float]:
        """Start and end, infinite where left out [s since the start of the case]."""
        start = float("-inf") if self.start is None else self.start
        if self.duration is not None:
            return start, start + self.duration
        return start, float("inf") if self.stop is None else self.stop


class _Outlet(Working):
    name: OptionalName = Field(default="", description="for messages")


class FixedOutlet(_Outlet):
    """A discharge: a turbine, a flushing release."""

    kind: Literal["fixed"]
    discharge: Discharge


class HydrographOutlet(_Outlet):
    """A discharge over time, linear between the points of a table."""

    kind: Literal["hydrograph"]
    table: TableSource = Field(examples=["release.csv"])


class InflowOutlet(_Outlet):
    """What comes in goes out: run of river."""

    kind: Literal["inflow"]


class SpillwayOutlet(_Outlet):
    """Free overflow, Q = C b H^1.5."""

    kind: Literal["spillway"]
    crest: Level = Field(description="level of the crest", examples=["240 m"])
    width: PositiveLength = Field(description="length of the crest across the flow")
    coefficient: float = Field(
        default=WEIR_COEFFICIENT, gt=0, le=5, description="C [m^0.5/s]; 1.7 for a broad crest"
    )


class GateOutlet(_Outlet):
    """Flow under a gate, Q = Cd a b sqrt(2 g H), over its sill while the water is below it."""

    kind: Literal["gate"]
    sill: Level = Field(description="level of the sill", examples=["225 m"])
    width: PositiveLength = Field(description="of the opening")
    opening: PositiveLength | None = Field(
        default=None, description="height of the opening above the sill; or a `table`"
    )
    table: TableSource | None = Field(default=None, examples=["opening.csv"])
    coefficient: float = Field(default=GATE_COEFFICIENT, gt=0, le=2, description="Cd [-]")
    weir_coefficient: float = Field(
        default=WEIR_COEFFICIENT, gt=0, le=5, description="C of the flow over the sill [m^0.5/s]"
    )


OutletSection = FixedOutlet | HydrographOutlet | InflowOutlet | SpillwayOutlet | GateOutlet
OUTLET_SECTIONS: dict[str, type[_Outlet]] = {
    "fixed": FixedOutlet,
    "hydrograph": HydrographOutlet,
    "inflow": InflowOutlet,
    "spillway": SpillwayOutlet,
    "gate": GateOutlet,
}


def _layer_share(value: Any) -> float:
    """Share of the upper layer, from a word or a number."""
    words = {"upper": 1.0, "lower": 0.0}
    if isinstance(value, str) and value in words:
        return words[value]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise refuse(
            '"upper", "lower" or a share between 0 and 1 is needed',
            "A share is that of the upper layer, e.g. 0.7.",
        )
    return float(value)


LayerShare = Annotated[
    float,
    BeforeValidator(_layer_share),
    WithJsonSchema(
        {
            "anyOf": [{"enum": ["upper", "lower"]}, {"type": "number", "minimum": 0, "maximum": 1}],
            "description": '"upper", "lower", or the share of the upper layer',
        }
    ),
]


class ReservoirSection(Section):
    """A reach that is a reservoir: its water level moves with what comes in and goes out."""

    reach: Identifier = Field(description="id of the reach")
    name: OptionalName = Field(default="", description="for messages and reports")
    mixing: Literal["mixed", "layered", "reach"] = Field(
        default="mixed",
        description="`mixed` throughout, as a tank; `layered` in two layers, each mixed; `reach` "
        "not mixed, a slow reach",
    )
    stage_volume: TableSource | None = Field(default=None, examples=["stage_volume.csv"])
    volume: Volume | None = Field(
        default=None, description="of its water at first; or give `level` with `stage_volume`"
    )
    area: Area | None = Field(
        default=None, description="of its surface at every level; or give `stage_volume`"
    )
    level: Level | None = Field(
        default=None,
        description="of its water at first; with `area` 0 m is the bottom when left out",
        examples=["240 m"],
    )
    upper_volume: Volume | None = Field(
        default=None, description="`layered` only: volume of the upper layer at first"
    )
    exchange_discharge: ExchangeDischarge | None = Field(
        default=None, description="`layered` only: water that the layers exchange"
    )
    inflow_to: LayerShare | None = Field(
        default=None, description="`layered` only: layer that takes the inflow, or upper's share"
    )
    outflow_from: LayerShare | None = Field(
        default=None, description="`layered` only: layer that gives the outflow, or upper's share"
    )
    outlet: Annotated[
        tuple[Annotated[OutletSection, Discriminator("kind")], ...], Field(strict=False)
    ] = Field(default=(), description="`[[reservoir.outlet]]`; without any, what comes in goes out")


class Outlet(Section):
    """A way out of a reservoir, its table read; what its kind has no use for is 0."""

    kind: str
    name: str = ""
    level: float = 0.0
    """Of the crest or sill [m]."""
    width: float = 0.0
    coefficient: float = 0.0
    weir_coefficient: float = 0.0
    time: tuple[float, ...] = (0.0,)
    """(P,) rising [s since the start of the case]."""
    value: tuple[float, ...] = (0.0,)
    """(P,) discharge of fixed and hydrograph [m3/s], opening of a gate [m]; linear between."""
    start: float = float("-inf")
    """It works from here [s since the start of the case] ..."""
    stop: float = float("inf")
    """... to here."""


class Reservoir(Section):
    """A reach that is a reservoir, its tables read."""

    reach: str
    name: str = ""
    mixing: str = "mixed"
    stage: tuple[float, ...]
    """(P,) rising [m]."""
    stage_volume: tuple[float, ...]
    """(P,) volume at each stage, rising [m3]."""
    is_prismatic: bool = False
    """True where the table only says what the surface is at every level."""
    volume: float
    """Of its water at first [m3]."""
    upper_volume: float | None = None
    """Of the upper layer at first, layered only [m3]."""
    exchange_discharge: float = 0.0
    """Water that the layers exchange, layered only [m3/s]."""
    inflow_to: float = 1.0
    """Share of the inflow that the upper layer takes, layered only [-]."""
    outflow_from: float = 1.0
    """Share of the outflow that the upper layer gives, layered only [-]."""
    outlets: tuple[Outlet, ...] = ()
    """None: what comes in goes out."""


class Diversion(Working):
    """Water taken out at a node, with what it carries: an intake or a canal."""

    at: AtNode = Field(description="the node")
    name: OptionalName = Field(default="", description="for messages")
    discharge: Discharge | None = Field(
        default=None, description="taken as far as there is so much; or give `share`"
    )
    share: Share | None = Field(default=None, description="of the water that comes to the node [-]")


class SplitSection(Section):
    """How an arm's share of a divided river changes with the discharge or with time."""

    name: OptionalName = Field(default="", description="for measures that change it")
    at: AtNode = Field(description="the node where the river divides")
    reach: Identifier = Field(description="the arm")
    table: TableSource = Field(examples=["split.csv"])


class Split(Section):
    """How an arm's share of a divided river changes, its table read."""

    node: str
    reach: str
    by_time: bool
    """True where ``at`` are times, false where they are discharges leaving the node."""
    at: tuple[float, ...]
    """(P,) rising [s since the start of the case or m3/s]."""
    share: tuple[float, ...]
    """(P,) linear between them and constant outside [-]."""
