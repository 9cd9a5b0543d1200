"""The sections of a facility file, as frozen models with values in SI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from .. import units
from ..network.faults import nearest
from ..tailings import peak_outflow, released_volume, run_out
from ..tailings.facility import MODES, WATER_DENSITY
from ..tailings.spread import Spread
from .base import Section
from .fields import (
    Discharge,
    Distance,
    Duration,
    Identifier,
    Name,
    OptionalName,
    PositiveLength,
    Text,
    Volume,
    read_quantity,
    refuse,
)

_ENDS = ("low", "typical", "high")
_LARGEST_STORE = 1e10
"""Ten times the largest there is: beyond it a unit has slipped [m3]."""
_HIGHEST_DAM = 500.0


def _one(value: Any, dimension: str, above: float) -> float:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if dimension != "dimensionless" or not plain:
        return read_quantity(value, dimension, above=above)
    if not float(value) > above:
        raise refuse(f"must be above {'zero' if above == 0 else f'{above:g}'}.")
    return float(value)


def _read_spread(value: Any, dimension: str, above: float, below: float | None) -> Spread:
    """One number, or a table with low, typical and high."""
    if isinstance(value, Spread):
        return value
    given: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {"typical": value}
    wrong = [key for key in given if key not in _ENDS]
    if wrong or not given:
        raise refuse(
            f"has a key {wrong[0]!r}" if wrong else "is an empty table",
            "Write a number with its unit, or { low = ..., high = ... } with or without typical.",
        )
    numbers = {key: _one(part, dimension, above) for key, part in given.items()}
    if below is not None and any(number >= below for number in numbers.values()):
        raise refuse(f"must be below {below:g}.")
    try:
        return Spread(numbers.get("typical"), numbers.get("low"), numbers.get("high"))
    except ValueError as error:
        raise refuse(f"{error}.") from None


def _bounded(
    dimension: str, most: float, what: str, *, above: float | None = None
) -> tuple[BeforeValidator, WithJsonSchema]:
    """Annotations of a quantity that nothing built by people exceeds."""

    def read(value: Any) -> float:
        least = None if above is not None else 0.0
        number = read_quantity(value, dimension, minimum=least, above=above)
        if number > most:
            raise refuse(f"is {what}.", "Check the unit: Mm3 stands for millions of cubic metres."
                         if dimension == "volume" else "")  # fmt: skip
        return number

    examples = units.DIMENSIONS[dimension].examples
    shown = {"type": "string", "pattern": r"^\s*[+-]?(\d|\.\d)",
             "examples": [f"1 {unit}" for unit in examples]}  # fmt: skip
    return BeforeValidator(read), WithJsonSchema(shown)


def _spread(
    dimension: str, above: float = 0.0, below: float | None = None
) -> tuple[BeforeValidator, WithJsonSchema]:
    """Annotations of a number that may be uncertain."""
    plain = dimension == "dimensionless"
    examples: list[Any] = (
        [0.5] if plain else [f"1 {u}" for u in units.DIMENSIONS[dimension].examples]
    )
    text = {"type": "number"} if plain else {"type": "string", "pattern": r"^\s*[+-]?(\d|\.\d)"}
    return (
        BeforeValidator(lambda value: _read_spread(value, dimension, above, below)),
        WithJsonSchema({
            "anyOf": [
                {**text, "examples": examples},
                {"type": "object", "properties": dict.fromkeys(_ENDS, text),
                 "additionalProperties": False},
            ],
        }),
    )  # fmt: skip


def _sinks(value: Spread) -> Spread:
    """Grains are denser than water."""
    if not float(value.quantile(1e-9)) > WATER_DENSITY:
        raise refuse("must be above the density of water, 1000 kg/m3: these grains would float.")
    return value


def _one_of(names: Iterable[str]) -> AfterValidator:
    """A list of methods, each once."""
    known = list(names)

    def check(value: tuple[str, ...]) -> tuple[str, ...]:
        for number, name in enumerate(value):
            if name not in known:
                hint = nearest(name, known) or f"Possible: {', '.join(known)}."
                raise refuse(f'has no method "{name[:60]}".', hint)
            if name in value[:number]:
                raise refuse(f'names "{name}" twice.')
        return value

    return AfterValidator(check)


_MUCH = "more than any facility holds"
StoredVolume = Annotated[float, *_bounded("volume", _LARGEST_STORE, _MUCH, above=0.0)]
PondVolume = Annotated[float, *_bounded("volume", _LARGEST_STORE, _MUCH)]
DamHeight = Annotated[float, *_bounded("length", _HIGHEST_DAM, "higher than any dam", above=0.0)]
DensitySpread = Annotated[Spread, *_spread("density")]
GrainDensity = Annotated[Spread, *_spread("density"), AfterValidator(_sinks)]
ConcentrationSpread = Annotated[Spread, *_spread("concentration")]
ContentSpread = Annotated[Spread, *_spread("content", below=1.0)]
Fraction = Annotated[Spread, *_spread("dimensionless", below=1.0)]
Ratio = Annotated[Spread, *_spread("dimensionless")]
NoLess = Annotated[float, Field(ge=0, le=1)]
Names = Annotated[tuple[str, ...], Field(strict=False)]
VolumeMethods = Annotated[Names, _one_of(released_volume.NAMES)]
PeakMethods = Annotated[Names, _one_of(peak_outflow.PEAK_METHODS)]
TimeMethods = Annotated[Names, _one_of(peak_outflow.TIME_METHODS)]
RunOutMethods = Annotated[Names, _one_of(run_out.METHODS)]

_OR_RANGE = "; or { low, high } with or without typical"


class FacilityInfo(Section):
    """The facility: what is stored, behind which dam, how far from the river."""

    name: Name
    country: OptionalName = ""
    operator: OptionalName = ""
    status: Literal["active", "inactive", "abandoned", "unknown"] = Field(
        default="unknown", description="for inventories; the estimate does not use it"
    )
    material: Identifier | None = Field(
        default=None, description="row of the library of materials", examples=["lead_zinc"]
    )
    library: str = Field(
        default="", description="CSV file that replaces or adds rows of the library"
    )
    dam_height: DamHeight | None = None
    dam_type: Literal["upstream", "downstream", "centreline", "water_retaining", "unknown"] = Field(
        default="unknown", description="for inventories; the estimate does not use it"
    )
    slope: float | None = Field(
        default=None, ge=0, description="of the ground below the dam; for inventories [-]"
    )
    stored_volume: StoredVolume | None = Field(
        default=None, description="tailings with the water between their grains"
    )
    pond_volume: PondVolume | None = Field(default=None, description="free water on top of them")
    dry_density: DensitySpread | None = Field(
        default=None, description="mass of solids in a volume of settled tailings" + _OR_RANGE
    )
    solids_density: GrainDensity | None = Field(
        default=None, description="of the grains themselves" + _OR_RANGE
    )
    saturation: float = Field(
        default=1.0, gt=0, le=1, description="share of the space between the grains with water [-]"
    )
    distance_to_river: Distance | None = Field(
        default=None, description="from the dam down to the river"
    )


class _Failure(Section):
    cause: Text = Field(default="", description="in words, for reports")
    solids_fraction: Fraction | None = Field(
        default=None, description="mass of solids in a mass of what flows out [-]" + _OR_RANGE
    )
    reaches_river: NoLess | None = Field(
        default=None, description="share of the solids that comes to the river [-]"
    )


Shape = Literal["triangle", "exponential", "gamma", "constant"]


class TailingsBreach(_Failure):
    """A dam breaks: pond water and tailings flow out."""

    mode: Literal["tailings_breach"]
    cause: Literal["overtopping", "piping", "slope", "foundation", "earthquake", "unknown"] = Field(
        default="unknown", description="overtopping raises some peak outflows"
    )
    liquefiable: bool | None = Field(
        default=None,
        description="whether the tailings may flow by themselves; assumed true when left out. "
        "Where not, only what the pond erodes flows out (case 1B of CDA 2021)",
    )
    released_volume: Volume | None = Field(
        default=None, description="tailings and water that flow out, instead of an estimate"
    )
    volume_methods: VolumeMethods = Field(
        default=(),
        description="rico_2008, concha_larrauri_lall_2018, piciullo_2022, pond_erosion; all "
        "count alike. The first three when left out, pond_erosion where nothing liquefies",
    )
    volume_deviation: float | None = Field(
        default=None, ge=0, le=2,
        description="standard deviation of log10 of the released volume instead of each "
        "method's own",
    )  # fmt: skip
    erosion_ratio: Ratio | None = Field(
        default=None, description="volume of tailings eroded by a volume of pond water" + _OR_RANGE
    )
    peak_methods: PeakMethods = Field(
        default=(),
        description="froehlich_1995, webby_1996, xu_zhang_2009, hooshyaripor_2014, azimi_2015, "
        "froehlich_2016, yassin_2025, macdonald_1984; all count alike",
    )
    time_methods: TimeMethods = Field(
        default=(), description="of formation: froehlich_1995, froehlich_2008, xu_zhang_2009"
    )
    run_out_methods: RunOutMethods = Field(
        default=(), description="rico_2008, concha_larrauri_lall_2018"
    )
    peak_outflow: Discharge | None = Field(default=None, description="instead of an estimate")
    erodibility: Literal["high", "medium", "low"] | None = Field(
        default=None, description="of the dam; assumed medium when left out"
    )
    breach_height: PositiveLength | None = Field(
        default=None, description="also the water above its bottom; the height of the dam when "
        "left out"
    )  # fmt: skip
    dam_width: PositiveLength | None = Field(
        default=None, description="crest and foot averaged; froehlich_2016 needs it"
    )
    duration: Duration | None = Field(default=None, description="instead of an estimate")
    hydrograph: Shape = Field(default="triangle", description="shape of the outflow")


class Overtopping(_Failure):
    """Flood water flows over a crest that holds, mixed with the pond."""

    mode: Literal["overtopping"]
    inflow_volume: Volume = Field(description="flood that comes into the pond")
    free_storage: Volume | None = Field(
        default=None, description="room left in the pond; none when left out"
    )
    duration: Duration | None = Field(default=None, description="assumed 6 h when left out")
    hydrograph: Shape = Field(default="triangle", description="shape of the outflow")


class DecantFailure(_Failure):
    """The pond empties through a broken decant pipe or tower."""

    mode: Literal["decant_failure"]
    pipe_diameter: PositiveLength
    head: PositiveLength = Field(description="water above the pipe at first")
    discharge_coefficient: float = Field(default=0.6, gt=0, le=1, description="of the opening [-]")
    duration: Duration | None = Field(
        default=None, description="until it is shut; until the pond is empty when left out"
    )


class PipelineRupture(_Failure):
    """A slurry pipeline breaks."""

    mode: Literal["pipeline_rupture"]
    pump_rate: Discharge
    time_to_shut: Duration
    drain_volume: Volume | None = Field(
        default=None, description="what runs back out of the pipe; none when left out"
    )


class ProcessWater(_Failure):
    """Water is let go, or lost, at once."""

    mode: Literal["process_water"]
    released_volume: Volume | None = Field(default=None, description="the whole pond when left out")
    duration: Duration | None = Field(default=None, description="assumed 1 h when left out")
    hydrograph: Shape = Field(default="constant", description="shape of the outflow")


class SeepageFailure(_Failure):
    """Water seeps out at a steady rate."""

    mode: Literal["seepage"]
    rate: Discharge
    duration: Duration | None = Field(
        default=None, description="masses are those of 365 days when left out"
    )


class SizeClassSection(Section):
    """Grains of about one size; instead of the library's."""

    name: Identifier
    share: float = Field(gt=0, le=1, description="of the mass of the solids [-]")
    diameter: PositiveLength | None = Field(default=None, description="for reports")
    enrichment: float = Field(
        default=1.0, gt=0,
        description="how much more of every bound substance a kilogram of them holds [-]",
    )  # fmt: skip


class Composition(Section):
    """What the water and the solids hold; goes before the library, substance by substance."""

    water: dict[str, ConcentrationSpread] = Field(
        default={}, description="substance = concentration in the pond" + _OR_RANGE
    )
    pore_water: dict[str, ConcentrationSpread] = Field(
        default={}, description="the same between the grains; as in the pond when left out"
    )
    solids: dict[str, ContentSpread] = Field(
        default={}, description="substance = mass in a mass of dry solids" + _OR_RANGE
    )


class Uncertainty(Section):
    """How the range is sampled."""

    samples: int = Field(default=2000, ge=1, le=100_000)
    seed: int = Field(default=1, ge=0)


FAILURE_SECTIONS: dict[str, type[_Failure]] = {
    "tailings_breach": TailingsBreach,
    "overtopping": Overtopping,
    "decant_failure": DecantFailure,
    "pipeline_rupture": PipelineRupture,
    "process_water": ProcessWater,
    "seepage": SeepageFailure,
}
FACILITY_SECTIONS: dict[str, type[Section]] = {
    "facility": FacilityInfo,
    "composition": Composition,
    "uncertainty": Uncertainty,
}
assert tuple(FAILURE_SECTIONS) == MODES
