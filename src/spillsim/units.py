"""Text with a unit -> SI float; the only place that knows what a unit is called.

A small table of the spellings that river people write is composed with a strict grammar
(``kg/m3``, ``m3/s/km``, ``mg L-1``, ``m^3 s^-1``, ``1/d``), so a scenario is read without
importing pint. A unit name that the table lacks is looked up in pint, which is imported then.
Text is never evaluated.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .errors import SpillsimError

if TYPE_CHECKING:
    import pint

Exponents = tuple[int, int, int, int]
"""Exponents of (metre, second, kilogram, kelvin)."""

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_TERM = re.compile(r"(?P<name>[^\W\d_]+(?:_[^\W\d_]+)*|%|‰|°[A-Za-z]?|1)(?P<exponent>[+-]?[1-9])?")
_LONGEST = 100


class UnitError(SpillsimError, ValueError):
    """A text is not a quantity of the wanted dimension; says what was found and what is needed."""

    def __init__(self, message: str, hint: str = "", found: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What was found and what is needed."""
        self.hint = hint
        """What to do instead; may be empty."""
        self.found = found
        """The dimension that was found, e.g. ``"mass per time"``; empty when unknown."""


class Conversion(NamedTuple):
    """``SI value = value * numerator / denominator + offset``."""

    numerator: float
    denominator: float
    offset: float = 0.0

    def to_si(self, value: float) -> float:
        """Convert one value."""
        return value * self.numerator / self.denominator + self.offset


@dataclass(frozen=True, slots=True)
class Dimension:
    """A kind of quantity that a scenario may ask for."""

    name: str
    """Words for a message, e.g. ``"mass per time"``."""
    exponents: Exponents
    si: str
    """Unit of the value that ``parse`` returns."""
    examples: tuple[str, ...]
    """Units to show in a message."""


DIMENSIONS: Mapping[str, Dimension] = {
    "length": Dimension("length", (1, 0, 0, 0), "m", ("m", "km")),
    "area": Dimension("area", (2, 0, 0, 0), "m2", ("m2", "km2", "ha")),
    "volume": Dimension("volume", (3, 0, 0, 0), "m3", ("m3", "L", "Mm3")),
    "time": Dimension("time", (0, 1, 0, 0), "s", ("s", "min", "h", "d")),
    "velocity": Dimension("velocity", (1, -1, 0, 0), "m/s", ("m/s", "km/h", "km/d")),
    "discharge": Dimension("discharge", (3, -1, 0, 0), "m3/s", ("m3/s", "L/s", "m3/d")),
    "discharge_per_length": Dimension(
        "discharge per length", (2, -1, 0, 0), "m2/s", ("m3/s/km", "L/s/km", "m2/s")
    ),
    "mass": Dimension("mass", (0, 0, 1, 0), "kg", ("kg", "t", "g")),
    "mass_rate": Dimension("mass per time", (0, -1, 1, 0), "kg/s", ("kg/s", "g/s", "t/d")),
    "concentration": Dimension(
        "concentration", (-3, 0, 1, 0), "kg/m3", ("mg/L", "ug/L", "g/m3", "kg/m3")
    ),
    "rate": Dimension("rate", (0, -1, 0, 0), "1/s", ("1/d", "1/h", "1/s")),
    "density": Dimension("density", (-3, 0, 1, 0), "kg/m3", ("kg/m3", "g/cm3", "t/m3")),
    "stress": Dimension("stress", (-1, -2, 1, 0), "Pa", ("Pa", "N/m2", "kPa")),
    "mass_rate_per_area": Dimension(
        "mass per area and time", (-2, -1, 1, 0), "kg/m2/s", ("kg/m2/s", "g/m2/s", "kg/m2/d")
    ),
    "distribution_coefficient": Dimension(
        "volume per mass", (3, 0, -1, 0), "m3/kg", ("L/kg", "m3/kg", "mL/g")
    ),
    "dispersion": Dimension("dispersion coefficient", (2, -1, 0, 0), "m2/s", ("m2/s",)),
    "temperature": Dimension("temperature", (0, 0, 0, 1), "degC", ("degC", "K")),
    "angle": Dimension("angle in degrees", (0, 0, 0, 0), "degree", ("deg",)),
    "content": Dimension("mass per mass", (0, 0, 0, 0), "kg/kg", ("mg/kg", "g/t", "%")),
    "dimensionless": Dimension("plain number", (0, 0, 0, 0), "1", ("1", "%", "m/km")),
}


class _Unit(NamedTuple):
    numerator: int
    denominator: int
    exponents: Exponents
    offset: float = 0.0


_M: Exponents = (1, 0, 0, 0)
_S: Exponents = (0, 1, 0, 0)
_KG: Exponents = (0, 0, 1, 0)
_K: Exponents = (0, 0, 0, 1)
_M3: Exponents = (3, 0, 0, 0)
_ONE: Exponents = (0, 0, 0, 0)


def _spell(unit: _Unit, *names: str) -> dict[str, _Unit]:
    return dict.fromkeys(names, unit)


TABLE: Mapping[str, _Unit] = {
    **_spell(_Unit(1, 1, _M), "m", "meter", "metre", "meters", "metres"),
    **_spell(_Unit(1000, 1, _M), "km", "kilometer", "kilometre", "kilometers", "kilometres"),
    **_spell(_Unit(1, 10, _M), "dm"),
    **_spell(_Unit(1, 100, _M), "cm"),
    **_spell(_Unit(1, 1000, _M), "mm"),
    **_spell(_Unit(1, 10**6, _M), "um", "µm"),
    **_spell(_Unit(3048, 10_000, _M), "ft", "foot", "feet"),
    **_spell(_Unit(1_609_344, 1000, _M), "mi", "mile", "miles"),
    **_spell(_Unit(10_000, 1, (2, 0, 0, 0)), "ha", "hectare", "hectares"),
    **_spell(_Unit(1, 1000, _M3), "L", "l", "liter", "litre", "liters", "litres"),
    **_spell(_Unit(1, 1_000_000, _M3), "mL", "ml"),
    **_spell(_Unit(1, 1, _S), "s", "sec", "second", "seconds"),
    **_spell(_Unit(60, 1, _S), "min", "minute", "minutes"),
    **_spell(_Unit(3600, 1, _S), "h", "hr", "hour", "hours"),
    **_spell(_Unit(86_400, 1, _S), "d", "day", "days"),
    **_spell(_Unit(604_800, 1, _S), "week", "weeks"),
    **_spell(_Unit(31_557_600, 1, _S), "year", "years", "yr"),
    **_spell(_Unit(1, 1, _KG), "kg", "kilogram", "kilograms"),
    **_spell(_Unit(1, 1000, _KG), "g", "gram", "grams"),
    **_spell(_Unit(1, 10**6, _KG), "mg", "milligram", "milligrams"),
    **_spell(_Unit(1, 10**9, _KG), "ug", "µg", "microgram", "micrograms"),
    **_spell(_Unit(1, 10**12, _KG), "ng"),
    **_spell(_Unit(1000, 1, _KG), "t", "tonne", "tonnes"),
    **_spell(_Unit(1, 1, (1, -2, 1, 0)), "N", "newton"),
    **_spell(_Unit(1, 1, (-1, -2, 1, 0)), "Pa", "pascal"),
    **_spell(_Unit(1000, 1, (-1, -2, 1, 0)), "kPa"),
    **_spell(_Unit(1, 1, _K, 273.15), "degC", "°C", "celsius", "Celsius"),
    **_spell(_Unit(1, 1, _K), "K", "kelvin"),
    **_spell(_Unit(1, 100, _ONE), "%", "percent"),
    **_spell(_Unit(1, 1000, _ONE), "‰", "permille"),
}
"""Unit name -> size in SI. Temperatures carry the offset to kelvin."""

FIELD_TERMS: Mapping[str, _Unit] = {"Mm3": _Unit(10**6, 1, _M3)}
"""Terms that hydrologists read otherwise than the SI brochure (10^6 m3, not a cubic megametre)."""

_DEGREES = frozenset(
    {"deg", "degree", "degrees", "°", "degrees_north", "degrees_east", "degree_north",
     "degree_east"}
)  # fmt: skip

_AMBIGUOUS = frozenset({"ton", "tons", "Ton", "Tons", "TON", "TONS"})
"""Names of several masses: no size, marked by a zero, but the dimension is known."""
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻μ−", "0123456789-µ-")


def parse(text: str, dimension: str) -> float:
    """Turn a number followed by a unit into SI.

    Parameters
    ----------
    text : e.g. ``"120 m3/s"``; a decimal point, no thousands separators
    dimension : a key of ``DIMENSIONS``

    Returns
    -------
    the value in ``DIMENSIONS[dimension].si`` (temperature in degC, angle in degrees)

    Raises
    ------
    UnitError
        no number, no unit, unknown unit, another dimension, or not finite.
    """
    wanted = DIMENSIONS[dimension]
    shown = _shown(text)
    if len(text) > _LONGEST:
        raise UnitError(f"is {len(text)} characters long; {_needed(wanted)}")
    stripped = text.strip()
    match = NUMBER.match(stripped)
    if not match:
        if re.match(r"[+-]?(nan|inf)", stripped, re.IGNORECASE):
            raise UnitError(f"{shown} is not a finite number; {_needed(wanted)}")
        raise UnitError(f"{shown} does not begin with a number; {_needed(wanted)}")
    unit = stripped[match.end() :].strip()
    if re.match(r"(?!1\s*/)[\d.,_']", unit):
        raise UnitError(
            f"{shown} is not a number followed by a unit",
            "Write a decimal point and no separators between thousands, "
            f'e.g. "1500.5 {wanted.examples[0]}".',
        )
    if not unit and dimension not in ("dimensionless", "angle"):
        raise UnitError(f"{shown} has no unit; {_needed(wanted)}", _write(match.group(), wanted))
    value = conversion(unit, dimension).to_si(float(match.group()))
    if not math.isfinite(value):
        raise UnitError(f"{shown} is too large for a number; {_needed(wanted)}")
    return value


@lru_cache(maxsize=1024)
def conversion(unit: str, dimension: str) -> Conversion:
    """Give the factors that turn a value in ``unit`` into SI.

    Raises
    ------
    UnitError
        unknown unit or another dimension.
    """
    wanted = DIMENSIONS[dimension]
    if len(unit) > _LONGEST:
        raise UnitError(f"the unit is {len(unit)} characters long; {_needed(wanted)}")
    plain = unit.strip()
    if dimension == "angle":
        if plain in _DEGREES or not plain:
            return Conversion(1.0, 1.0)
        raise UnitError(f"the unit {_shown(unit)} is not degrees", "Write degrees, e.g. 47.5.")
    found = _compose(plain)
    if found.exponents != wanted.exponents:
        raise _mismatch(found.exponents, wanted)
    if not found.numerator or not found.denominator:
        raise UnitError(
            f"the unit {_shown(unit)} is ambiguous: a ton may be 1000, 907 or 1016 kg",
            "Write t for metric tonnes, or kg.",
        )
    common = math.gcd(found.numerator, found.denominator)
    try:
        up, down = float(found.numerator // common), float(found.denominator // common)
    except OverflowError:
        raise UnitError(f"the unit {_shown(unit)} is too large for a number") from None
    return Conversion(up, down, found.offset - 273.15 if dimension == "temperature" else 0.0)


def _compose(unit: str) -> _Unit:
    """Multiply the terms of a unit text."""
    text = unit.translate(_SUPERSCRIPT).replace("**", "").replace("^", "")
    text = re.sub(r"\s*([/·*⋅])\s*", r"\1", text.strip())
    if text.startswith("/"):
        text = "1" + text
    if not text:
        return _Unit(1, 1, _ONE)
    parts = re.split(r"([/·*⋅]|\s+)", text)
    signs = ["*", *parts[1::2]]
    terms = parts[0::2]
    if len(terms) > 6:
        raise UnitError(f"the unit {_shown(unit)} has too many terms")
    if "/" in signs and any(sign != "/" for sign in signs[signs.index("/") :]):
        raise UnitError(
            f"the unit {_shown(unit)} can be read in two ways",
            "Put a / before every unit that divides, e.g. m3/s/km.",
        )
    if len(terms) == 1 and terms[0] in TABLE:
        return TABLE[terms[0]]
    numerator, denominator, exponents = 1, 1, _ONE
    for sign, term in zip(signs, terms, strict=True):
        part, power = _term(term, unit)
        if part.offset:
            raise UnitError(f"the unit {_shown(unit)} mixes degC with other units", "Use K there.")
        power = -power if sign == "/" else power
        up, down = (part.numerator, part.denominator)
        if power < 0:
            up, down = down, up
        numerator *= up ** abs(power)
        denominator *= down ** abs(power)
        exponents = _add(exponents, part.exponents, power)
    return _Unit(numerator, denominator, exponents)


def _term(term: str, unit: str) -> tuple[_Unit, int]:
    """One name with its exponent, e.g. ``m3`` or ``s-1``."""
    if term in FIELD_TERMS:
        return FIELD_TERMS[term], 1
    match = _TERM.fullmatch(term)
    if not match:
        raise UnitError(
            f"the unit {_shown(unit)} cannot be read", "Units look like m3/s, mg/L, 1/d or t."
        )
    name, power = match["name"], int(match["exponent"] or 1)
    if name == "1":
        return _Unit(1, 1, _ONE), 1
    if name in TABLE:
        return TABLE[name], power
    if name in _AMBIGUOUS:
        return _Unit(0, 1, _KG), power
    return _from_pint(name, unit), power


def _from_pint(name: str, unit: str) -> _Unit:
    """Look up one unit name (letters only) in pint."""
    near = [known for known in TABLE if known.casefold() == name.casefold()]
    near += difflib.get_close_matches(name, TABLE, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]}? " if near else ""
    unknown = UnitError(
        f"there is no unit {_shown(name)}" + ("" if name == unit else f" in {_shown(unit)}"),
        hint + "Units are case-sensitive, e.g. m3/s, mg/L, h, kg.",
    )
    if not re.fullmatch(r"[^\W\d_]+(?:_[^\W\d_]+)*", name):
        raise unknown
    try:
        quantity = _registry().Quantity(1, name)
        dimensions = quantity.dimensionality
        base = quantity.to_base_units()
    except Exception as error:  # pint raises many kinds, also for offsets and logarithmic units
        raise unknown from error
    names = ("[length]", "[time]", "[mass]", "[temperature]")
    powers = [float(str(dimensions.get(key, 0))) for key in names]
    whole = all(power.is_integer() for power in powers)
    if set(dimensions) - set(names) or not whole or not math.isfinite(base.magnitude):
        raise UnitError(f"the unit {_shown(unit)} measures something a river does not need here")
    if powers[3]:
        raise UnitError(f"the temperature unit {_shown(unit)} is not known", "Use degC or K.")
    up, down = float(base.magnitude).as_integer_ratio()
    return _Unit(up, down, (int(powers[0]), int(powers[1]), int(powers[2]), 0))


@cache
def _registry() -> pint.UnitRegistry[float]:
    """Pint's units; imported late because that takes half a second."""
    import pint

    return pint.UnitRegistry()


def _add(left: Exponents, right: Exponents, power: int) -> Exponents:
    a, b, c, d = (i + power * j for i, j in zip(left, right, strict=True))
    return (a, b, c, d)


def _mismatch(found: Exponents, wanted: Dimension) -> UnitError:
    """The message for a unit of another dimension, with the case of a rate spelled out."""
    name = describe(found)
    hint = ""
    if found == _add(wanted.exponents, _S, -1):
        name = f"{wanted.name} per time" if name.startswith("quantity") else name
        hint = "An amount per time needs a duration to become an amount."
    elif _add(found, _S, -1) == wanted.exponents:
        hint = "Divide by the time it takes, e.g. " + " or ".join(wanted.examples[:2]) + "."
    return UnitError(f"{_needed(wanted)}; this is {_article(name)} {name}", hint, name)


def describe(exponents: Exponents) -> str:
    """Name a dimension in words, or write its base units."""
    if exponents == _ONE:
        return "plain number"
    for dimension in DIMENSIONS.values():
        if dimension.exponents == exponents:
            return dimension.name
    return "quantity in " + " ".join(
        symbol if power == 1 else f"{symbol}{power}"
        for symbol, power in zip(("m", "s", "kg", "K"), exponents, strict=True)
        if power
    )


def _needed(dimension: Dimension) -> str:
    name = dimension.name
    return f"{_article(name)} {name} is needed ({', '.join(dimension.examples)}, ...)"


def needed(dimension: str) -> str:
    """Say what a dimension wants, e.g. ``"a mass is needed (kg, t, g, ...)"``."""
    return _needed(DIMENSIONS[dimension])


def _write(number: str, dimension: Dimension) -> str:
    return f'Write the unit behind the number, e.g. "{number} {dimension.examples[0]}".'


def _article(name: str) -> str:
    return "an" if name[0] in "aeiou" else "a"


def _shown(text: str) -> str:
    """Text of the user in quotes, shortened, without control characters."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return '"' + (plain if len(plain) <= 40 else plain[:39] + "…") + '"'
