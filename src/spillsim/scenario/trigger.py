"""The section [trigger]: one natural event that sets both the river's flow and the releases.

Its moment and that of its flood's peak are what ``"trigger + 6 h"`` and ``"peak - 2 h"`` count
from. The flood itself is made by ``hydraulics``, which knows the base flow it stands on.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from ..floods import SCS_RECESSION, SCS_SHAPE
from ..units import NUMBER
from .fields import (
    AirTemperature,
    Area,
    Discharge,
    Distance,
    Duration,
    Moment,
    OptionalName,
    PositiveLength,
    Speed,
    Volume,
    refuse,
)
from .sections import AtNode, Section, TableSource

Bound = Literal["best", "lower", "upper"]
Distribution = Literal["gumbel", "gev", "pearson3", "log_pearson3"]


def _years(value: Any) -> float:
    """Return period from text such as ``"100 years"``."""
    match = NUMBER.match(value.strip()) if isinstance(value, str) else None
    if match is None or value.strip()[match.end() :].strip() not in ("years", "year", "a", "yr"):
        raise refuse("a return period in years is needed", 'Write it as text, e.g. "100 years".')
    years = float(match.group())
    if not 1.0 < years <= 1e6:
        raise refuse("must be above one year and at most a million years")
    return years


Years = Annotated[
    float,
    BeforeValidator(_years),
    WithJsonSchema(
        {"type": "string", "description": "return period in years", "examples": ["100 years"]}
    ),
]


class _TriggerSection(Section):
    name: OptionalName = Field(default="", description="for messages and reports")
    time: Moment = Field(description="when it begins; `trigger` in other moments")


class FloodTrigger(_TriggerSection):
    """A flood that rises from the base flow at a node."""

    kind: Literal["flood"]
    at: AtNode = Field(description="node where the flood comes in")
    peak: Discharge | None = Field(
        default=None, description="highest discharge at the node, with the base flow"
    )
    return_period: Years | None = Field(
        default=None, description="peak by its return period instead; needs `annual_maxima`"
    )
    annual_maxima: TableSource | None = Field(
        default=None,
        examples=["annual_maxima.csv"],
        description="CSV file with the columns `year` and `discharge`, or the rows",
    )
    distribution: Distribution = Field(
        default="gev", description="fitted to the annual maxima by L-moments"
    )
    bound: Bound = Field(
        default="best", description="best estimate of the quantile, or a bound of its 90 % range"
    )
    time_to_peak: Duration | None = Field(default=None, description="from the trigger to the peak")
    shape: Literal["gamma", "triangular"] = Field(
        default="gamma", description="of the hydrograph above the base flow"
    )
    steepness: float = Field(
        default=SCS_SHAPE, gt=0.1, le=200, description="exponent m of the gamma shape [-]"
    )
    recession: float = Field(
        default=SCS_RECESSION, gt=0, le=100,
        description="fall over rise of the triangle, in time [-]",
    )  # fmt: skip
    volume: Volume | None = Field(
        default=None,
        description="above the base flow; sets `steepness` or `recession` instead",
    )
    table: TableSource | None = Field(
        default=None,
        examples=["flood.csv"],
        description="a hydrograph instead of a shape: columns `time` since the trigger and "
        "`discharge`; stretched between base flow and peak where a peak is given too",
    )
    mode: Literal["replace", "add"] = Field(
        default="replace",
        description="with `table` alone: instead of the steady inflow of the node, or on top of it",
    )


class RainOnSnowTrigger(_TriggerSection):
    """Rain on a melting snow pack: direct runoff on top of the base flow."""

    kind: Literal["rain_on_snow"]
    at: AtNode = Field(description="node where the runoff comes in")
    catchment_area: Area = Field(examples=["120 km2"])
    snow_water_equivalent: Distance = Field(
        examples=["80 mm"], description="water in the pack at first, over the whole catchment"
    )
    runoff_coefficient: float = Field(
        gt=0, le=1, description="share of rain and melt that runs off at once [-]"
    )
    unit_time_to_peak: Duration = Field(
        description="time to peak of the catchment's triangular unit hydrograph"
    )
    melt: Literal["forest", "open", "degree_day"] = Field(
        default="forest",
        description="melt equation: USACE (1998) for dense forest or for open to partly forested "
        "land, or degree-days with the heat of rain",
    )
    degree_day_factor: float | None = Field(
        default=None, gt=0, le=20, description="`degree_day` only: melt in mm/(degC d)"
    )
    wind: Speed | None = Field(default=None, description="`open` only: wind speed")
    wind_exposure: float = Field(
        default=1.0, ge=0, le=1, description="`open` only: 1 in the open, less in forest [-]"
    )
    rain: Distance | None = Field(
        default=None, examples=["60 mm"], description="evenly over `duration`; or a `table`"
    )
    duration: Duration | None = Field(default=None, description="of the rain and the warm air")
    temperature: AirTemperature | None = Field(default=None, description="of the air")
    table: TableSource | None = Field(
        default=None,
        examples=["weather.csv"],
        description="columns `time` since the trigger, `rain` (a rate) and `temperature`; a row "
        "holds up to the next, the last row ends the weather",
    )


class EarthquakeTrigger(_TriggerSection):
    """An earthquake: it times releases and does nothing to the flow."""

    kind: Literal["earthquake"]
    magnitude: float | None = Field(default=None, ge=0, le=10, description="told, not used [-]")


class LandslideDamTrigger(_TriggerSection):
    """A landslide blocks the river at a node, a lake fills, the dam breaks."""

    kind: Literal["landslide_dam"]
    at: AtNode = Field(description="node that is blocked")
    filling_time: Duration | None = Field(
        default=None, description="from the slide to the breach; or `lake_volume`"
    )
    lake_volume: Volume | None = Field(
        default=None, description="held back when the dam is overtopped and breaks"
    )
    seepage: float = Field(
        default=0.0, ge=0, lt=1, description="share of the inflow that passes the dam [-]"
    )
    dam_height: PositiveLength | None = Field(
        default=None, description="refines the peak by Costa (1985)"
    )
    peak: Discharge | None = Field(
        default=None,
        description="of the breach outflow, on top of what flows in; by Costa (1985) when left out",
    )
    shape: Literal["triangular", "exponential"] = Field(
        default="triangular", description="of the breach outflow"
    )
    time_to_peak: Duration | None = Field(
        default=None,
        description="from the breach to its peak; a third of the time of a triangle when left out",
    )


TriggerSection = FloodTrigger | RainOnSnowTrigger | EarthquakeTrigger | LandslideDamTrigger
TRIGGER_SECTIONS: dict[str, type[_TriggerSection]] = {
    "flood": FloodTrigger,
    "rain_on_snow": RainOnSnowTrigger,
    "earthquake": EarthquakeTrigger,
    "landslide_dam": LandslideDamTrigger,
}


class Quantile(Section):
    """A flood of a return period, from annual maxima."""

    return_period: float
    """[years]"""
    distribution: str
    parameters: tuple[float, ...]
    """Shape, location and scale, or location and scale; of decimal logarithms for log_pearson3."""
    bound: str
    best: float
    lower: float
    upper: float
    """Quantile and its bounds of 90 % [m3/s]."""
    years: int
    """Length of the record."""
    first_year: int
    last_year: int
    correlation: float
    """Of the probability plot [-]."""
    agreement: float
    """Share of samples of the fitted distribution that fit no better [-]."""

    @property
    def chosen(self) -> float:
        """The quantile or the bound that was asked for [m3/s]."""
        return float(getattr(self, self.bound))


class Trigger(Section):
    """The event with its tables read; times in seconds since the start of the case."""

    request: TriggerSection
    """What was written."""
    kind: str
    name: str
    time: float
    peak_time: float | None = None
    """Of the flood at its node; None where there is none or the inflow must be known first [s]."""
    quantile: Quantile | None = None
    times: tuple[float, ...] = ()
    """(P,) of the table or the runoff, rising [s since the start of the case]."""
    discharge: tuple[float, ...] = ()
    """(P,) [m3/s]"""
    water: dict[str, float] = Field(default_factory=dict)
    """Rain on snow: precipitation, melt, runoff, lost and snow_left [m3]."""
    told: tuple[str, ...] = ()
    """What the user should know of it."""

    @property
    def at(self) -> AtNode | None:
        """The place of its flood, None where it has none."""
        return None if isinstance(self.request, EarthquakeTrigger) else self.request.at

    @property
    def has_flow(self) -> bool:
        """True where it changes the flow."""
        return self.at is not None
