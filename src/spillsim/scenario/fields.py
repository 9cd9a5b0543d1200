"""Types of the fields: text with a unit becomes SI, names are checked, dates need an offset."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from .. import units

_LONGEST_NAME = 200
_LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Measure:
    """Annotation of a field whose number is written with a unit."""

    dimension: str
    """A key of ``units.DIMENSIONS``."""
    minimum: float | None = None
    above: float | None = None
    is_moment: bool = False
    """True where a date may stand instead; the number counts from the start of the case."""


def refuse(message: str, hint: str = "") -> PydanticCustomError:
    """Make the error that ``faults.from_pydantic`` turns into a Fault word by word."""
    return PydanticCustomError("spillsim", "{message}", {"message": message, "hint": hint})


def check_range(value: float, minimum: float | None, above: float | None) -> str:
    """Say what is wrong with a value that must not be too small, or nothing."""
    if above is not None and not value > above:
        return f"must be above {'zero' if above == 0 else f'{above:g}'}"
    if minimum is not None and not value >= minimum:
        return "must be zero or more" if minimum == 0 else f"must be {minimum:g} or more"
    return ""


def read_quantity(
    value: Any, dimension: str, minimum: float | None = None, above: float | None = None
) -> float:
    """Turn text with a unit into SI; refuse bare numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refuse(f"{units.needed(dimension)}, as text with a unit")
    if not isinstance(value, str):
        example = units.DIMENSIONS[dimension].examples[0]
        raise refuse(
            f"a unit is needed: {units.needed(dimension)}",
            f'Write it as text, e.g. "{value:g} {example}".',
        )
    try:
        number = units.parse(value, dimension)
    except units.UnitError as error:
        raise refuse(error.message, error.hint) from error
    if wrong := check_range(number, minimum, above):
        raise refuse(f"{wrong}.")
    return number


def _quantity(
    dimension: str, minimum: float | None = None, above: float | None = None
) -> tuple[BeforeValidator, WithJsonSchema, Measure]:
    """Annotations of a field that is written as text with a unit."""
    examples = units.DIMENSIONS[dimension].examples
    return (
        BeforeValidator(lambda value: read_quantity(value, dimension, minimum, above)),
        WithJsonSchema(
            {
                "type": "string",
                "pattern": r"^\s*[+-]?(\d|\.\d)",
                "description": f"number and unit: {units.DIMENSIONS[dimension].name}",
                "examples": [f"1 {unit}" for unit in examples],
            }
        ),
        Measure(dimension, minimum, above),
    )


_ANCHORED = re.compile(r"\s*(?P<word>[A-Za-z_]+)\s*(?:(?P<sign>[+-])\s*(?P<span>.*?)\s*)?")
_ANCHORS = ("trigger", "peak")


def _moment(value: Any, info: ValidationInfo) -> float:
    """Seconds since case.start: an offset date-time, a duration, or counted from the trigger."""
    return read_moment(value, info.context or {})


def read_moment(value: Any, context: Mapping[str, Any]) -> float:
    """Seconds since the start of the case, see ``Reading.context``."""
    if isinstance(value, datetime):
        moment = _aware(value)
        start = context.get("start")
        return 0.0 if start is None else (moment - start).total_seconds()
    if isinstance(value, date | time) or not isinstance(value, str):
        raise refuse(
            "an offset date-time or a duration since the start of the case is needed",
            'Write e.g. 2000-01-30T22:00:00+02:00 or "6 h".',
        )
    match = _ANCHORED.fullmatch(value)
    return read_quantity(value, "time") if match is None else _anchored(match, context)


def _anchored(match: re.Match[str], context: Mapping[str, Any]) -> float:
    """``"trigger + 6 h"`` or ``"peak - 30 min"``, in seconds since case.start.

    ``anchors`` of the context holds the moment of each word, or says in words why there is none.
    """
    word = match["word"]
    if word not in _ANCHORS:
        raise refuse(
            "is no point in time: it begins neither with a number nor with trigger or peak",
            'Write e.g. "6 h", "trigger + 6 h" or "peak - 30 min".',
        )
    shift = 0.0
    if match["span"] is not None:
        try:
            shift = units.parse(match["span"], "time")
        except units.UnitError as error:
            raise refuse(error.message, error.hint) from error
        if shift < 0:
            raise refuse("has two signs", 'Write e.g. "trigger + 6 h".')
    anchor = context.get("anchors", {}).get(
        word, ("counts from the trigger, but the scenario has no section [trigger]", "")
    )
    if isinstance(anchor, tuple):
        raise refuse(*anchor)
    return float(anchor) + (-shift if match["sign"] == "-" else shift)


def _aware(value: Any) -> datetime:
    """An offset date-time, unchanged."""
    if not isinstance(value, datetime):
        raise refuse(
            "an offset date-time is needed",
            "Write it without quotes, e.g. 2000-01-30T22:00:00+02:00.",
        )
    if value.utcoffset() is None:
        raise refuse(
            f"{value.isoformat()} has no offset from UTC, so it is not a point in time",
            f"Write e.g. {value.isoformat()}+02:00, or {value.isoformat()}Z for UTC.",
        )
    return value


def is_printable(text: str) -> bool:
    """Tell whether text is free of control, direction and other invisible characters."""
    return all(c.isprintable() for c in text)


def check_identifier(value: str) -> str:
    """Return an id in its composed (NFC) form; letters, digits, _ - . only."""
    text = unicodedata.normalize("NFC", value)
    if not text:
        raise refuse("is empty; an id is needed")
    if len(text) > _LONGEST_NAME:
        raise refuse(f"is {len(text)} characters long; at most {_LONGEST_NAME} are allowed")
    if any(unicodedata.category(c)[0] not in "LNM" and c not in "_-." for c in text):
        raise refuse("an id has letters, digits and _ - . only, no spaces")
    return text


def check_name(value: str) -> str:
    """Return a one-line name in its composed (NFC) form without surrounding spaces."""
    text = unicodedata.normalize("NFC", value).strip()
    if len(text) > _LONGEST_NAME:
        raise refuse(f"is {len(text)} characters long; at most {_LONGEST_NAME} are allowed")
    if not is_printable(text):
        raise refuse("has control characters or line breaks; one line of plain text is needed")
    return text


def _check_text(value: str) -> str:
    """Several lines of text."""
    if len(value) > _LONGEST_TEXT:
        raise refuse(f"is {len(value)} characters long; at most {_LONGEST_TEXT} are allowed")
    if not is_printable(value.replace("\n", "").replace("\t", "")):
        raise refuse("has control characters; plain text is needed")
    return value.strip()


def _as_text(check: Callable[[str], str]) -> BeforeValidator:
    def validate(value: Any) -> str:
        if not isinstance(value, str):
            raise refuse(f"text in quotes is needed, not {type_name(value)}")
        return check(value)

    return BeforeValidator(validate)


def _filled(value: str) -> str:
    text = check_name(value)
    if not text:
        raise refuse("is empty; a name is needed")
    return text


_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "text"),
    (datetime, "a date-time"),
    (date, "a date"),
    (time, "a time"),
    (dict, "a table"),
    (list, "a list"),
)


def type_name(value: object) -> str:
    """Name the type of a TOML value in words."""
    return next((name for kind, name in _TYPE_NAMES if isinstance(value, kind)), "this")


Identifier = Annotated[str, _as_text(check_identifier)]
Name = Annotated[str, _as_text(_filled)]
OptionalName = Annotated[str, _as_text(check_name)]
Text = Annotated[str, _as_text(_check_text)]
Country = OptionalName

OffsetDateTime = Annotated[
    datetime,
    BeforeValidator(_aware),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "date and time with offset from UTC, without quotes",
            "examples": ["2000-01-30T22:00:00+02:00"],
        }
    ),
]
Moment = Annotated[
    float,
    BeforeValidator(_moment),
    WithJsonSchema(
        {
            "type": "string",
            "description": "offset date-time, or text with a duration since case.start, or "
            "counted from the [trigger] or the peak of its flood",
            "examples": ["2000-01-30T22:00:00+02:00", "6 h", "trigger + 6 h", "peak - 30 min"],
        }
    ),
    Measure("time", is_moment=True),
]
Duration = Annotated[float, *_quantity("time", above=0)]
Distance = Annotated[float, *_quantity("length", minimum=0)]
PositiveLength = Annotated[float, *_quantity("length", above=0)]
RiverKm = Annotated[float, *_quantity("length")]
Mass = Annotated[float, *_quantity("mass", above=0)]
MassRate = Annotated[float, *_quantity("mass_rate", above=0)]
Volume = Annotated[float, *_quantity("volume", above=0)]
Concentration = Annotated[float, *_quantity("concentration", above=0)]
SuspendedMatter = Annotated[float, *_quantity("concentration", minimum=0)]
Density = Annotated[float, *_quantity("density", above=0)]
Stress = Annotated[float, *_quantity("stress", above=0)]
ErosionRate = Annotated[float, *_quantity("mass_rate_per_area", minimum=0)]
DecayRate = Annotated[float, *_quantity("rate", minimum=0)]
PositiveRate = Annotated[float, *_quantity("rate", above=0)]
Dispersion = Annotated[float, *_quantity("dispersion", minimum=0)]
Temperature = Annotated[float, *_quantity("temperature", minimum=-5)]
Discharge = Annotated[float, *_quantity("discharge", above=0)]
ExchangeDischarge = Annotated[float, *_quantity("discharge", minimum=0)]
Area = Annotated[float, *_quantity("area", above=0)]
Level = Annotated[float, *_quantity("length")]
Speed = Annotated[float, *_quantity("velocity", minimum=0)]
PositiveSpeed = Annotated[float, *_quantity("velocity", above=0)]
AirTemperature = Annotated[float, *_quantity("temperature", minimum=-60)]


LIBRARY = "library"


def _coefficient(value: Any) -> float | str:
    """A distribution coefficient, or the word that takes it from the library."""
    if value == LIBRARY:
        return LIBRARY
    if isinstance(value, str) and not re.search(r"\d", value):
        raise refuse(
            "is not a distribution coefficient",
            'Write e.g. "50000 L/kg", or "library" for the value of a substance of that name.',
        )
    return read_quantity(value, "distribution_coefficient", minimum=0)


DistributionCoefficient = Annotated[
    float | str,
    BeforeValidator(_coefficient),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\s*[+-]?(\d|\.\d)|^library$",
            "examples": [f"1 {u}" for u in units.DIMENSIONS["distribution_coefficient"].examples],
        }
    ),
    Measure("distribution_coefficient", minimum=0),
]
FlowScale = Annotated[
    float,
    Field(
        gt=0,
        description="multiplies every inflow, gauge, abstraction and lateral inflow; sections "
        "given at one discharge follow",
        examples=[0.4],
    ),
]
