"""Text with a unit to SI: the built-in table against pint, and what must be refused."""

from __future__ import annotations

import subprocess
import sys

import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spillsim import units
from spillsim.units import DIMENSIONS, FIELD_TERMS, TABLE, UnitError, parse

REGISTRY = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
# Words that pint does not know; the meaning of each is checked by its own line.
NOT_IN_PINT = {"Celsius": "celsius", "hr": "hour", "‰": "permille", "%": "percent"}

WRITTEN = [
    ("120 m3/s", "discharge", "120 m**3/s"),
    ("120 m³/s", "discharge", "120 m**3/s"),
    ("120 m^3 s^-1", "discharge", "120 m**3/s"),
    ("5 m³ s⁻¹", "discharge", "5 m**3/s"),
    ("7 L/s", "discharge", "7 L/s"),
    ("3 m3/s/km", "discharge_per_length", "3 m**3/s/km"),
    ("0.05 mg/L", "concentration", "0.05 mg/L"),
    ("0.05 mg L-1", "concentration", "0.05 mg/L"),
    ("2 µg/L", "concentration", "2 ug/L"),
    ("2 μg/L", "concentration", "2 ug/L"),
    ("2 g/m3", "concentration", "2 g/m**3"),
    ("0.3 1/d", "rate", "0.3 / day"),
    ("0.3 /h", "rate", "0.3 / hour"),
    ("4 d-1", "rate", "4 / day"),
    ("2 km2", "area", "2 km**2"),
    ("2 ha", "area", "2 hectare"),
    ("50 m2/s", "dispersion", "50 m**2/s"),
    ("100 t/d", "mass_rate", "100 tonne/day"),
    ("36 km/d", "velocity", "36 km/day"),
    ("2 weeks", "time", "2 week"),
    ("50000 L/kg", "distribution_coefficient", "50000 liter/kilogram"),
    ("70 mL/g", "distribution_coefficient", "70 milliliter/gram"),
    ("0.2 N/m2", "stress", "0.2 newton/meter**2"),
    ("0.2 kPa", "stress", "0.2 kilopascal"),
    ("2.7 g/cm3", "density", "2.7 gram/centimeter**3"),
    ("3 g/m2/d", "mass_rate_per_area", "3 gram/meter**2/day"),
    ("22.2 years", "time", "22.2 year"),
    ("20 µm", "length", "20 micrometer"),
    ("5 gal/min", "discharge", "5 gallon/minute"),  # from pint
    ("1 acre", "area", "1 acre"),  # from pint
    ("0.5 m/km", "dimensionless", "0.5 m/km"),
    ("5 %", "dimensionless", "0.05"),
]


@pytest.mark.parametrize("name", TABLE)
def test_every_entry_agrees_with_pint(name: str) -> None:
    unit = TABLE[name]
    quantity = REGISTRY.Quantity(1, NOT_IN_PINT.get(name, name)).to_base_units()
    exponents = tuple(
        quantity.dimensionality.get(key, 0)
        for key in ("[length]", "[time]", "[mass]", "[temperature]")
    )
    assert exponents == unit.exponents
    value = unit.numerator / unit.denominator + unit.offset
    assert value == pytest.approx(quantity.magnitude, rel=1e-14)


def test_a_million_cubic_metres_is_not_a_cubic_megametre() -> None:
    assert set(FIELD_TERMS) == {"Mm3"}
    assert parse("3 Mm3", "volume") == 3e6


@pytest.mark.parametrize(("text", "dimension", "pint_text"), WRITTEN)
def test_written_units_agree_with_pint(text: str, dimension: str, pint_text: str) -> None:
    expected = REGISTRY.Quantity(pint_text).to_base_units().magnitude
    assert parse(text, dimension) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_example_unit_is_accepted(dimension: str) -> None:
    for unit in (*DIMENSIONS[dimension].examples, DIMENSIONS[dimension].si):
        units.conversion(unit, dimension)


def test_temperatures() -> None:
    assert parse("10 degC", "temperature") == 10.0
    assert parse("10 °C", "temperature") == 10.0
    assert parse("283.15 K", "temperature") == pytest.approx(10.0, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "dimension", "says"),
    [
        ("100 t/d", "mass", "a mass is needed (kg, t, g, ...); this is a mass per time"),
        ("100 tons/day", "mass", "this is a mass per time"),
        ("100 tons", "mass", "Write t for metric tonnes"),
        ("5 m3", "discharge", "Divide by the time it takes"),
        ("5 km", "time", "a time is needed (s, min, h, d, ...); this is a length"),
        ("5", "length", 'Write the unit behind the number, e.g. "5 m"'),
        ("km", "length", "does not begin with a number"),
        ("", "length", "does not begin with a number"),
        ("nan m", "length", "not a finite number"),
        ("-inf m", "length", "not a finite number"),
        ("1e999 m", "length", "too large"),
        ("10**10**10 m", "length", "cannot be read"),
        ("1 m9**9**9", "length", "cannot be read"),
        ("1 m99999999", "length", "cannot be read"),
        ("1,000 m", "length", "no separators between thousands"),
        ("1 000 m", "length", "no separators between thousands"),
        ("1_000 m", "length", "no separators between thousands"),
        ("5 m3/s km", "discharge_per_length", "can be read in two ways"),
        ("5 KG", "mass", "Did you mean kg?"),
        ("5 flurbs", "mass", "there is no unit"),
        ("5 __import__('os')", "mass", "not a number followed by a unit"),
        ("5 kg if 1 else 2", "mass", "there is no unit"),
        ("5 mol", "mass", "something a river does not need"),
        ("5 degF", "temperature", "Use degC or K"),
        ("5 degC/d", "temperature", "mixes degC"),
        ("5 " + "m*" * 300 + "m", "length", "characters long"),
        ("5 m m m m m m m m", "length", "too many terms"),
        ("5 \x1b[31mkm", "length", "cannot be read"),
    ],
)
def test_refused_with_the_words_that_help(text: str, dimension: str, says: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse(text, dimension)
    words = f"{caught.value.message} {caught.value.hint}"
    assert says in words
    assert words.isprintable()


def test_pint_waits_until_it_is_needed() -> None:
    code = (
        "import sys; from spillsim import units; units.parse('3 mg/L', 'concentration');"
        "assert 'pint' not in sys.modules;"
        "units.parse('3 acre', 'area'); assert 'pint' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(sorted(DIMENSIONS)))
def test_any_text_gives_a_finite_number_or_a_unit_error(text: str, dimension: str) -> None:
    try:
        value = parse(text, dimension)
    except UnitError:
        return
    assert value - value == 0


@settings(max_examples=60, deadline=None)  # the first example may import pint
@given(
    st.from_regex(r"[+-]?[0-9]{1,30}(\.[0-9]{0,10})?([eE][+-]?[0-9]{1,5})?", fullmatch=True),
    st.from_regex(r"( ?[/*·]? ?(kg|m|s|ng|Mm|km|t|1)(\^|\*\*)?-?[0-9]{0,3}){1,7}", fullmatch=True),
    st.sampled_from(["mass", "length", "dimensionless"]),
)
def test_expressions_end(number: str, unit: str, dimension: str) -> None:
    """No power, however large, is worked out digit by digit: that would never end."""
    try:
        value = parse(f"{number} {unit}", dimension)
    except UnitError:
        pass
    else:
        assert value - value == 0
