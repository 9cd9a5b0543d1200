"""Dispersion formulas against field data, hand-worked values and general properties."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from spillsim.formulas import (
    DEFAULT_DISPERSION_FORMULA,
    DISPERSION_FORMULAS,
    dispersion_coefficient,
)

DATA = Path(__file__).parent / "data"
# table -> columns of width, depth, velocity, shear velocity and measured dispersion
TABLES = {
    "dispersion_71_tayfur2005.csv": (2, 3, 4, 5, 10),
    "dispersion_96_toprak2004.csv": (4, 3, 5, 6, 7),
    "dispersion_149_etemad2012.csv": (2, 3, 4, 5, 6),
}
LABELS = {
    "Elder 5.93Hu*": "elder_1959",
    "Fischer 0.011 U2W2/(Hu*)": "fischer_1979",
    "Liu 0.18": "liu_1977",
    "McQuivey 0.058 UH/S": "mcquivey_keefer_1974",
    "Koussis 0.6 u*W2/H": "koussis_rodriguez_mirasol_1998",
    "Iwasa-Aya 2.0": "iwasa_aya_1991",
    "Seo-Cheong 5.915": "seo_cheong_1998",
    "Deng 2001": "deng_2001",
    "K-F two-range(50)": "kashefipour_falconer_2002",
    "Sahay-Dutta 2.0": "sahay_dutta_2009",
    "Zeng-Huai 5.4 H U": "zeng_huai_2014",
    "Etemad-Taghipour": "etemad_shahidi_taghipour_2012",
    "Disley 3.563": "disley_2015",
    "Wang-Huai2016 17.648": "wang_huai_2016",
    "Wang2017 (.718+47.9H/B)UB": "wang_2017",
    "Noori2017": "noori_2017",
}


def _rows(name: str) -> list[list[str]]:
    with (DATA / name).open(encoding="utf-8") as stream:
        return list(csv.reader(line for line in stream if not line.startswith("#")))[1:]


def _field_data(name: str) -> NDArray[np.float64]:
    columns = TABLES[name]
    return np.array([[float(row[c]) for c in columns] for row in _rows(name)]).T


def _log_ratio(formula: str, table: str) -> NDArray[np.float64]:
    *arguments, measured = _field_data(table)
    ratio: NDArray[np.float64] = np.log10(dispersion_coefficient(formula, *arguments) / measured)
    return ratio


def _skill() -> list[tuple[str, str, float, float]]:
    return [
        (LABELS[label], table, float(median), float(rms))
        for label, table, _, median, rms, *_ in _rows("dispersion_formula_skill.csv")
        if label in LABELS
    ]


@pytest.mark.parametrize(("formula", "table", "median", "rms"), _skill())
def test_skill_on_field_data_is_as_documented(
    formula: str, table: str, median: float, rms: float
) -> None:
    log_ratio = _log_ratio(formula, table)
    assert np.sqrt(np.mean(log_ratio**2)) == pytest.approx(rms, abs=0.002)
    assert 10 ** np.median(log_ratio) == pytest.approx(median, abs=0.011)


def test_default_formula_has_the_lowest_error_on_two_tables_and_is_fifth_on_the_third() -> None:
    ranks = []
    for table in TABLES:
        errors = {
            name: np.sqrt(np.mean(_log_ratio(name, table) ** 2)) for name in DISPERSION_FORMULAS
        }
        ranks.append(
            sorted(errors, key=lambda name: errors[name]).index(DEFAULT_DISPERSION_FORMULA)
        )
    assert ranks == [0, 0, 4]


# W 50 m, H 2 m, U 0.5 m/s, u* 0.05 m/s: W/H 25, U/u* 10, H u* 0.1; worked by hand.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("elder_1959", 0.593),
        ("fischer_1979", 0.011 * 625 / 0.1),
        ("liu_1977", 0.18 * 10**-1.5 * 6250),
        ("iwasa_aya_1991", 25.0),
        ("koussis_rodriguez_mirasol_1998", 37.5),
        ("mcquivey_keefer_1974", 0.058 * 0.5 * 2 / (0.0025 / (9.80665 * 2))),
        ("li_1998", 0.2 * 65.663 * 15.8489 * 0.1),
        ("seo_cheong_1998", 5.915 * 7.3576 * 26.792 * 0.1),
        ("disley_2015", 3.563 * 0.112902**-0.4117 * 8.85667 * 10.3086 * 0.1),
        ("noori_2017", 25 * 13.3352 * 0.1),
        ("wang_2017", (0.718 + 47.9 / 25) * 25),
    ],
)
def test_hand_worked_values(name: str, expected: float) -> None:
    assert dispersion_coefficient(name, 50.0, 2.0, 0.5, 0.05) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", sorted(DISPERSION_FORMULAS))
@settings(max_examples=30, deadline=None)
@given(
    width_to_depth=st.floats(2.0, 500.0),
    depth=st.floats(0.05, 30.0),
    velocity=st.floats(0.01, 5.0),
    friction=st.floats(1.0, 40.0),
)
def test_positive_broadcasting_and_dimensionally_homogeneous(
    name: str, width_to_depth: float, depth: float, velocity: float, friction: float
) -> None:
    arguments = (width_to_depth * depth, depth, velocity, velocity / friction)
    single = dispersion_coefficient(name, *arguments)
    assert single > 0.0
    many = dispersion_coefficient(name, np.full((3, 1), arguments[0]), *arguments[1:])
    assert many.shape == (3, 1)
    np.testing.assert_allclose(many, single, rtol=1e-15)
    # Froude similarity: lengths by 4 and velocities by 2 multiply a coefficient [m2/s] by 8.
    scaled = dispersion_coefficient(
        name, 4 * arguments[0], 4 * arguments[1], 2 * arguments[2], 2 * arguments[3]
    )
    np.testing.assert_allclose(scaled, 8 * single, rtol=1e-12)


def test_unknown_name_tells_the_nearest() -> None:
    with pytest.raises(ValueError, match="nearest: fischer_1979"):
        dispersion_coefficient("Fisher1979", 10.0, 1.0, 0.5, 0.05)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_arguments_that_are_not_positive_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="depth must be positive"):
        dispersion_coefficient("disley_2015", 10.0, np.array([1.0, bad]), 0.5, 0.05)


def test_register_is_complete_and_documented() -> None:
    assert DEFAULT_DISPERSION_FORMULA in DISPERSION_FORMULAS
    for name, formula in DISPERSION_FORMULAS.items():
        assert formula.name == name
        assert formula.function.__doc__
        assert "K = " in formula.function.__doc__
        assert formula.width_to_depth[0] <= formula.width_to_depth[1]
        assert "read" in formula.reference or "recalled" in formula.reference
