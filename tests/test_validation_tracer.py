"""Dye curves of the validation pack: marks, rules, fit and scores on curves with known answers."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from spillsim.formulas import DEFAULT_DISPERSION_FORMULA
from spillsim.validation import tracer_calibrated, tracer_data, tracer_formulas
from spillsim.validation.tracer_data import DyeCurve, Section
from spillsim.validation.tracer_engine import Simulated, Stretch, curves, inlet, model_of, slug
from spillsim.validation.tracer_fit import Fitted, fit, inlet_transform
from spillsim.validation.tracer_score import Pair, errors, log_rms, skill, within

TRUE = Fitted(velocity=0.4, dispersion=6.0, area_ratio=0.15, exchange=1.5e-4)
DISCHARGE = 5.0


def observed(station: str, distance: float, simulated: Simulated, lost: float = 0.0) -> DyeCurve:
    """A curve that the program made, as if it had been measured."""
    time, density = simulated.whole
    seen = density > 1e-4 * density.max()
    time = np.linspace(time[seen][0], time[seen][-1], 400)
    value = simulated.concentration(time) * (1.0 - lost)
    section = Section(distance, 20.0, 0.6, 0.4, DISCHARGE)
    return DyeCurve("MADE 1-1-70", station, "made", 2.0, section, time, value)


@pytest.fixture(scope="module")
def made() -> tuple[DyeCurve, DyeCurve]:
    """Two stations below a slug, in a river with dead zones."""
    stretches = [
        Stretch(length, DISCHARGE, TRUE.velocity, 20.0, TRUE.dispersion, TRUE.storage)
        for length in (6e3, 9e3)
    ]
    blank = DyeCurve(
        "MADE 1-1-70", "S0", "made", 2.0, Section(0.0, 20.0, 0.6, 0.4, DISCHARGE),
        np.zeros(2), np.zeros(2),
    )  # fmt: skip
    upper, lower = curves(model_of(stretches, slug(blank)))
    return observed("S1", 6e3, upper), observed("S2", 15e3, lower, lost=0.25)


def triangle(times: tuple[float, ...], values: tuple[float, ...], mass: float = 1e-3) -> DyeCurve:
    section = Section(1e3, 10.0, 0.5, 0.4, 2.0)
    return DyeCurve("ANT 1-1-70", "S1", "x", mass, section, np.array(times), np.array(values))


def test_marks_of_a_triangle() -> None:
    found = triangle((0.0, 100.0, 400.0), (0.0, 1.0, 0.0)).marks
    assert found.arrival == pytest.approx(10.0)
    assert found.peak_time == 100.0
    assert found.passed == pytest.approx(370.0)
    assert found.area == pytest.approx(200.0)


def test_marks_tell_where_a_record_is_cut() -> None:
    assert math.isnan(triangle((0.0, 100.0, 200.0), (0.5, 1.0, 0.0)).marks.arrival)
    assert math.isnan(triangle((0.0, 100.0, 200.0), (0.0, 1.0, 0.5)).marks.passed)


def test_rules_look_at_the_curve_alone() -> None:
    good = triangle((10.0, 100.0, 400.0), (0.0, 1.0, 0.0))
    assert tracer_data.fault(good) == ""
    back = dataclasses.replace(good, time=np.array([10.0, 100.0, 100.0]))
    assert "do not rise" in tracer_data.fault(back)
    narrow = dataclasses.replace(good, section=dataclasses.replace(good.section, width=math.nan))
    assert "width" in tracer_data.fault(narrow)
    for first in (0.0, 0.5):
        cut = triangle((0.0, 1.0, 2.0, 3.0), (first, 0.5, 1.0, 0.0))
        assert "begins above" in tracer_data.fault(cut)


@pytest.mark.parametrize(("mass", "counts"), [(400.0, True), (200.0, False), (2000.0, False)])
def test_peaks_count_only_where_the_dye_was_found(mass: float, counts: bool) -> None:
    curve = triangle((0.0, 100.0, 400.0), (0.0, 1.0, 0.0), mass)
    assert curve.recovery == pytest.approx(400.0 / mass)
    assert curve.peak_counts is counts


def test_what_the_rules_leave() -> None:
    shipped = tracer_data.all_curves()
    rows = tracer_data.rules_table().rows
    assert len(shipped) == 68
    assert rows[0][2] == 68
    assert len(tracer_data.usable()) == 61
    assert sum(len(test) - 1 for test in tracer_calibrated.cascades()) == 38
    for test in tracer_calibrated.cascades():
        distance = [curve.section.distance for curve in test]
        assert distance == sorted(distance)
        assert len({curve.mass for curve in test}) == 1


def test_skill_and_ratios_have_their_known_values() -> None:
    seen = np.array([0.0, 1.0, 2.0, 1.0])
    assert skill(seen, seen) == 1.0
    assert skill(seen, np.full(4, 1.0)) == pytest.approx(0.0)
    assert within(np.array([1.4, 1.0 / 1.4, 1.6, 0.5]), 1.5) == pytest.approx(50.0)
    assert log_rms(np.array([10.0, 0.1])) == pytest.approx(1.0)


def test_a_curve_of_the_program_has_no_error(made: tuple[DyeCurve, DyeCurve]) -> None:
    stretch = Stretch(6e3, DISCHARGE, TRUE.velocity, 20.0, TRUE.dispersion, TRUE.storage)
    found = errors(Pair(made[0], curves(model_of([stretch], slug(made[0])))[0]))
    assert abs(found.arrival) < 2e-3
    assert abs(found.peak_time) < 5e-3
    assert found.peak == pytest.approx(1.0, abs=2e-3)
    assert found.duration == pytest.approx(1.0, abs=5e-3)
    assert found.skill > 0.9999


def test_a_late_curve_is_late_and_keeps_its_shape(made: tuple[DyeCurve, DyeCurve]) -> None:
    late = dataclasses.replace(made[0], time=made[0].time - 1800.0)
    stretch = Stretch(6e3, DISCHARGE, TRUE.velocity, 20.0, TRUE.dispersion, TRUE.storage)
    found = errors(Pair(late, curves(model_of([stretch], slug(made[0])))[0]))
    assert found.peak_time == pytest.approx(1800.0 / late.marks.peak_time, rel=0.02)
    assert found.peak == pytest.approx(1.0, abs=2e-3)
    assert found.skill < 0.9
    assert found.shape > 0.995


def test_the_fit_finds_what_made_a_curve(made: tuple[DyeCurve, DyeCurve]) -> None:
    for found in (fit(made[0]), fit(made[1], made[0])):
        assert found.speed == pytest.approx(TRUE.speed, rel=2e-3)
        assert found.velocity == pytest.approx(TRUE.velocity, rel=0.02)
        assert found.dispersion == pytest.approx(TRUE.dispersion, rel=0.05)
        assert found.area_ratio == pytest.approx(TRUE.area_ratio, rel=0.1)
        assert found.exchange == pytest.approx(TRUE.exchange, rel=0.1)


def test_fitted_above_a_station_below_is_foretold(made: tuple[DyeCurve, DyeCurve]) -> None:
    upper, lower = made
    first = fit(upper)
    for simulated in (
        tracer_calibrated.carried(made, first)[1],
        tracer_calibrated.scaled(made, first)[1],
        tracer_calibrated.routed(upper, lower, first),
    ):
        found = errors(Pair(lower, simulated))
        assert abs(found.peak_time) < 5e-3
        assert found.peak == pytest.approx(1.0, abs=0.02)
        assert found.skill > 0.999


def test_an_observed_curve_is_let_in_as_it_is() -> None:
    curve = triangle((600.0, 700.0, 1000.0), (0.0, 1.0, 0.0))
    s = np.array([1e-3 + 2e-3j, 2e-4 + 0j])
    fine = np.linspace(600.0, 1000.0, 200_001)
    density = np.interp(fine, curve.time, curve.density)
    for value, own in zip(inlet_transform(curve, s), s, strict=True):
        assert value == pytest.approx(np.trapezoid(density * np.exp(-own * fine), fine), rel=1e-8)
    assert inlet(curve)["table"][0] == {"time [s]": 0.0, "concentration [kg/m3]": 0.0}


def test_a_formula_takes_the_place_of_the_default_only_if_better_everywhere() -> None:
    own = {"table": 0.4, "peaks": 0.2}
    table = {"default": own, "half": {"table": 0.2, "peaks": 0.25}}
    assert tracer_formulas.contenders(table, "default") == []
    table["best"] = {"table": 0.35, "peaks": 0.17}
    table["barely"] = {"table": 0.37, "peaks": 0.1}
    assert tracer_formulas.contenders(table, "default") == ["best"]


def test_a_wrong_formula_breaks_the_bound_of_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    from spillsim.formulas import dispersion

    own = dispersion.DISPERSION_FORMULAS[DEFAULT_DISPERSION_FORMULA]
    wrong = dataclasses.replace(own, function=lambda w, h, u, s: own.function(h, w, u, s))
    changed = {**dispersion.DISPERSION_FORMULAS, DEFAULT_DISPERSION_FORMULA: wrong}
    table = tracer_formulas.TABLES["Tayfur & Singh"]
    right = log_rms(tracer_formulas.coefficient_ratios(table, DEFAULT_DISPERSION_FORMULA))
    monkeypatch.setattr(dispersion, "DISPERSION_FORMULAS", changed)
    found = log_rms(tracer_formulas.coefficient_ratios(table, DEFAULT_DISPERSION_FORMULA))
    assert right == pytest.approx(0.320, abs=1e-3)
    assert found > 0.35
