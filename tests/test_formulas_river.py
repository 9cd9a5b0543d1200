"""Channel flow, hydraulic geometry, Jobson's regressions, mixing and rates."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spillsim import formulas

DATA = Path(__file__).parent / "data"


@settings(max_examples=200, deadline=None)
@given(
    log_discharge=st.floats(-6.0, 6.0),
    bottom_width=st.one_of(st.just(0.0), st.floats(1e-2, 5e3)),
    side_slope=st.floats(1e-3, 50.0),
    log_slope=st.floats(-7.0, -0.5),
    manning_n=st.floats(0.008, 0.3),
)
def test_manning_round_trip(
    log_discharge: float, bottom_width: float, side_slope: float, log_slope: float, manning_n: float
) -> None:
    discharge, slope = 10.0**log_discharge, 10.0**log_slope
    depth = formulas.manning_normal_depth(discharge, bottom_width, side_slope, slope, manning_n)
    section = formulas.trapezoid_section(bottom_width, side_slope, depth)
    velocity = formulas.manning_velocity(section.hydraulic_radius, slope, manning_n)
    np.testing.assert_allclose(velocity * section.area, discharge, rtol=1e-12)
    np.testing.assert_allclose(
        formulas.manning_slope(velocity, section.hydraulic_radius, manning_n), slope, rtol=1e-12
    )


def test_manning_depth_of_rectangles_over_a_wide_range_at_once() -> None:
    discharge = np.logspace(-8, 8, 400)[:, None]
    width = np.logspace(-3, 4, 50)[None, :]
    depth = formulas.manning_normal_depth(discharge, width, 0.0, 1e-4, 0.035)
    area, perimeter = width * depth, width + 2 * depth
    computed = area ** (5 / 3) * perimeter ** (-2 / 3) * 1e-2 / 0.035
    np.testing.assert_allclose(computed, np.broadcast_to(discharge, depth.shape), rtol=1e-11)
    assert np.all(np.diff(depth, axis=0) > 0.0)
    assert np.all(np.diff(depth, axis=1) < 0.0)


def test_manning_depth_hand_worked_triangle_and_wide_channel() -> None:
    # Triangle z=1, y=2: A=4, P=4 sqrt 2, R=1/sqrt 2; S=1e-4, n=0.025 gives Q = 0.4*4*2^(-1/3).
    discharge = 1.6 * 2.0 ** (-1.0 / 3.0)
    assert formulas.manning_normal_depth(discharge, 0.0, 1.0, 1e-4, 0.025) == pytest.approx(2.0)
    wide = formulas.manning_normal_depth(1e4, 1e4, 0.0, 1e-4, 0.025)
    assert wide == pytest.approx((1.0 * 0.025 / 1e-2) ** 0.6, rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 10.0, 0.0, 1e-3, 0.03), "discharge"),
        ((1.0, 10.0, 0.0, -1e-3, 0.03), "slope"),
        ((1.0, 10.0, 0.0, 1e-3, float("nan")), "manning_n"),
        ((1.0, -1.0, 0.0, 1e-3, 0.03), "bottom_width"),
        ((1.0, 0.0, 0.0, 1e-3, 0.03), "both be zero"),
    ],
)
def test_manning_depth_refuses_impossible_input(
    arguments: tuple[float, float, float, float, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        formulas.manning_normal_depth(*arguments)


def test_shear_velocity_hand_worked() -> None:
    assert formulas.shear_velocity(2.0, 1e-4) == pytest.approx(0.0442869, rel=1e-6)


def test_geometry_hand_worked() -> None:
    # Published medians and formula values of bankfull width at 100, 1000, 10,000 m3/s.
    np.testing.assert_allclose(
        formulas.bankfull_geometry([100.0, 1000.0, 10000.0]).width,
        [72.0, 227.684, 720.0],
        rtol=1e-5,
    )
    station = formulas.at_a_station_geometry(16.0, 5.0, 0.25, 0.5, 0.5)
    assert (station.width, station.depth) == (pytest.approx(10.0), pytest.approx(2.0))
    assert (station.area, station.velocity) == (pytest.approx(20.0), pytest.approx(0.8))


@settings(deadline=None)
@given(discharge=st.floats(1e-3, 1e5), bankfull=st.floats(1e-2, 1e5))
def test_geometry_keeps_continuity_and_grows_with_discharge(
    discharge: float, bankfull: float
) -> None:
    low = formulas.downstream_geometry(discharge, bankfull)
    high = formulas.downstream_geometry(2 * discharge, bankfull)
    np.testing.assert_allclose(low.width * low.depth * low.velocity, discharge, rtol=1e-13)
    np.testing.assert_allclose(high.width / low.width, 2**0.26, rtol=1e-12)
    np.testing.assert_allclose(high.velocity / low.velocity, 2**0.34, rtol=1e-12)


def test_geometry_meets_bankfull_at_bankfull() -> None:
    bankfull = formulas.bankfull_geometry(300.0)
    here = formulas.downstream_geometry(300.0, 300.0)
    assert here.width == pytest.approx(float(bankfull.width))
    assert here.depth == pytest.approx(float(bankfull.depth))


# distance [m], Q, Qa [m3/s], Da [m2], mass [kg] or None, Q at the intake
JOBSON_INPUTS = {
    "ex1_spill_to_intake": (15e3, 3.35, 4.50, 390e6, 6000.0, 3.69),
    "ex3_rhine_injection_to_Eglisau": (19.7e3, 490.0, 240.0, 16000e6, None, None),
    "ex3_rhine_injection_to_Birsfelden_averages": (104.8e3, 779.0, 485.0, 32000e6, None, None),
}


def _jobson_examples() -> list[dict[str, str]]:
    with (DATA / "jobson1996_worked_examples.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


@pytest.mark.parametrize("row", _jobson_examples(), ids=lambda row: row["example"])
def test_jobson_worked_examples(row: dict[str, str]) -> None:
    distance, q, mean, area, mass, q_intake = JOBSON_INPUTS[row["example"]]
    assert formulas.peak_velocity(q, area) == pytest.approx(float(row["Vp_area_only"]), abs=6e-5)
    assert formulas.peak_velocity(q, area, envelope=True) == pytest.approx(
        float(row["Vmp_area_only"]), abs=6e-5
    )
    for prefix, envelope in (("Vp", False), ("Vmp", True)):
        velocity = formulas.peak_velocity(q, area, mean, envelope=envelope)
        assert velocity == pytest.approx(float(row[prefix]), abs=6e-5)
        peak_time = distance / velocity
        unit_peak = formulas.unit_peak_concentration(peak_time, q, mean)
        leading = formulas.leading_edge_time(peak_time)
        assert peak_time / 3600 == pytest.approx(float(row[f"{prefix}_Tp_h"]), rel=1e-4)
        assert leading / 3600 == pytest.approx(float(row[f"{prefix}_Tl_h"]), rel=1e-4)
        assert unit_peak == pytest.approx(float(row[f"{prefix}_Cup"]), rel=1e-4)
        duration = formulas.falling_limb_duration(unit_peak)
        assert duration / 3600 == pytest.approx(float(row[f"{prefix}_Td10_h"]), rel=1e-4)
        if mass is not None and q_intake is not None:
            peak = 1e3 * formulas.peak_concentration(unit_peak, mass, q_intake)
            assert peak == pytest.approx(float(row[f"{prefix}_Cp_mg_L"]), rel=1e-4)


def test_jobson_equations_with_slope_hand_worked() -> None:
    # Da 1e9 m2, Q = Qa = 10 m3/s, S 1e-3: D'a = 10^11.25 sqrt(9.8)/10 = 5.56693e10.
    group = 5.56693e10**0.919 * 1e-3**0.159 * 1e-8
    assert formulas.peak_velocity(10.0, 1e9, 10.0, 1e-3) == pytest.approx(
        0.094 + 0.0143 * group, rel=1e-4
    )
    assert formulas.peak_velocity(10.0, 1e9, 10.0, 1e-3, envelope=True) == pytest.approx(
        0.25 + 0.02 * group, rel=1e-4
    )


@settings(deadline=None)
@given(
    discharge=st.floats(0.1, 1e4),
    ratio=st.floats(0.2, 5.0),
    specific=st.floats(1e-3, 0.1),
    slope=st.one_of(st.none(), st.floats(1e-5, 1e-2)),
)
def test_jobson_envelope_is_faster_and_velocity_grows_with_discharge(
    discharge: float, ratio: float, specific: float, slope: float | None
) -> None:
    mean = discharge / ratio
    area = mean / specific * 1e6
    most_probable = formulas.peak_velocity(discharge, area, mean, slope)
    assert 0.0 < most_probable < formulas.peak_velocity(discharge, area, mean, slope, envelope=True)
    assert formulas.peak_velocity(1.5 * discharge, area, mean, slope) > most_probable


def test_unit_peak_without_mean_discharge_and_with_one_only() -> None:
    assert formulas.unit_peak_concentration(10 * 3600.0) == pytest.approx(1025 * 10**-0.887)
    with pytest.raises(ValueError, match="both"):
        formulas.unit_peak_concentration(3600.0, discharge=1.0)


def test_mixing_length_hand_worked() -> None:
    transverse = formulas.transverse_mixing_coefficient(2.0, 0.06)
    assert transverse == pytest.approx(0.072)
    bank = formulas.complete_mixing_length(0.5, 100.0, transverse)
    assert bank == pytest.approx(27777.8, rel=1e-5)
    centre = formulas.complete_mixing_length(0.5, 100.0, transverse, formulas.MIXING_CENTRELINE)
    assert bank == pytest.approx(4 * float(centre))


def test_rate_at_temperature() -> None:
    assert formulas.rate_at_temperature(2e-6, 1.047, 20.0) == pytest.approx(2e-6)
    assert formulas.rate_at_temperature(2e-6, 1.047, 35.0) == pytest.approx(2e-6 * 1.047**15)
    np.testing.assert_array_equal(formulas.rate_at_temperature(3e-6, 1.0, [0.0, 30.0]), 3e-6)
