"""Reach hydraulics: every method on one reach, against values worked by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hydraulics_cases import case, reach
from hypothesis import given, settings
from hypothesis import strategies as st

from spillsim.errors import ScenarioError
from spillsim.hydraulics import METHODS, SteadyFlow, estimated_quantities, solve
from spillsim.hydraulics.sections import travel_time_factor

RATING = SimpleNamespace(
    discharge=(10.0, 40.0, 160.0), cross_section_area=(20.0, 40.0, 80.0), width=(30.0, 40.0, 45.0)
)
EXAMPLES: dict[str, dict[str, Any]] = {
    "velocity": {"velocity": 0.8},
    "travel_time": {"travel_time": 12_500.0},
    "volume": {"volume": 4e5},
    "manning": {"width": 40.0, "slope": 4e-4, "manning_n": 0.03},
    "at_a_station_geometry": {
        "width_coefficient": 20.0,
        "width_exponent": 0.26,
        "depth_coefficient": 0.4,
        "depth_exponent": 0.4,
    },
    "downstream_geometry": {},
    "rating": {"rating": RATING},
    "jobson_most_probable": {"drainage_area": 5e9},
    "jobson_fastest_probable": {"drainage_area": 5e9},
}


def solve_one(discharge: float = 40.0, **given: Any) -> SteadyFlow:
    """Solve one reach of 10 km."""
    written = case([reach("ab", "a", "b", **given)], {"a": discharge})
    return solve(written, written.network)


def how(flow: SteadyFlow, quantity: str) -> tuple[str, bool]:
    """Method and mark of estimation of the only reach."""
    return flow.method[quantity][0], bool(flow.estimated[quantity][0])


def test_examples_cover_every_method() -> None:
    assert set(EXAMPLES) == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=15, deadline=None)
@given(discharge=st.floats(12.0, 150.0), lateral=st.floats(-9e-4, 2e-3))
def test_every_method_gives_one_consistent_section(
    method: str, discharge: float, lateral: float
) -> None:
    flow = solve_one(discharge, hydraulics=method, lateral_inflow=lateral, **EXAMPLES[method])
    mean = 0.5 * (flow.discharge_head + flow.discharge_foot)
    np.testing.assert_allclose(flow.cross_section_area * flow.velocity, mean, rtol=1e-12)
    np.testing.assert_allclose(flow.width * flow.depth, flow.cross_section_area, rtol=1e-12)
    # R = A / P < A / W, and u*^2 = g R S
    assert 0 < flow.hydraulic_radius[0] < flow.depth[0]
    assert flow.shear_velocity[0] ** 2 == pytest.approx(
        9.80665 * flow.hydraulic_radius[0] * flow.bed_slope[0], rel=1e-12
    )
    assert flow.dispersion_coefficient[0] > 0
    assert flow.travel_time[0] == pytest.approx(
        quadrature(flow.cross_section_area[0], flow.discharge_head[0], lateral), rel=1e-9
    )


def quadrature(area: float, head: float, lateral: float, length: float = 10_000.0) -> float:
    """Integral of A/Q over the reach by Gauss-Legendre with 40 points."""
    points, weights = np.polynomial.legendre.leggauss(40)
    x = 0.5 * length * (points + 1.0)
    return float(0.5 * length * np.sum(weights * area / (head + lateral * x)))


@given(foot=st.floats(0.01, 100.0))
def test_travel_time_factor_agrees_with_the_logarithm(foot: float) -> None:
    # L A ln(Qf/Qh)/(Qf - Qh) over L A / Qm, here with Qh = 1
    factor = float(travel_time_factor(np.array([1.0]), np.array([foot]))[0])
    if abs(foot - 1.0) > 1e-2:
        expected = math.log(foot) / (foot - 1.0) * 0.5 * (foot + 1.0)
        assert factor == pytest.approx(expected, rel=1e-12)
    else:
        e = (foot - 1.0) / (foot + 1.0)
        assert factor == pytest.approx(1.0 + e**2 / 3.0 + e**4 / 5.0, rel=1e-13)


def test_given_velocity_and_the_estimates_around_it() -> None:
    # A = 40/0.8 = 50 m2; W = 7.2 sqrt(40) = 45.537 m; H = A/W = 1.0980 m
    flow = solve_one(hydraulics="velocity", velocity=0.8)
    assert flow.cross_section_area[0] == pytest.approx(50.0)
    assert flow.width[0] == pytest.approx(45.537, abs=1e-3)
    assert flow.depth[0] == pytest.approx(1.0980, abs=1e-4)
    # R = 50/(45.537 + 2*1.0980) = 1.04750; S = (0.035*0.8)^2/R^(4/3) = 7.37e-4
    assert flow.hydraulic_radius[0] == pytest.approx(1.0475, abs=1e-4)
    assert flow.bed_slope[0] == pytest.approx(0.028**2 / 1.0475 ** (4 / 3), rel=1e-4)
    assert how(flow, "velocity") == ("given", False)
    assert how(flow, "cross_section_area") == ("discharge / velocity", False)
    assert how(flow, "width") == (
        "downstream_geometry, Moody & Troutman 2002, discharge taken as bankfull",
        True,
    )
    assert how(flow, "depth") == ("area / width", True)
    assert how(flow, "bed_slope") == ("manning slope, n = 0.035 assumed", True)
    assert how(flow, "shear_velocity") == ("sqrt(g R S)", True)
    assert how(flow, "dispersion_coefficient") == ("disley_2015", True)
    assert how(flow, "temperature") == ("assumed", True)


def test_a_given_area_stands_in_for_the_velocity() -> None:
    flow = solve_one(0.0125, hydraulics="velocity", cross_section_area=0.30, depth=0.1)
    assert flow.velocity[0] == pytest.approx(0.0125 / 0.30)
    assert flow.width[0] == pytest.approx(3.0)
    assert how(flow, "velocity") == ("discharge / area", False)
    assert how(flow, "width") == ("area / depth", False)


def test_given_travel_time_is_kept_with_lateral_inflow() -> None:
    flow = solve_one(hydraulics="travel_time", travel_time=12_500.0, lateral_inflow=8e-3)
    assert flow.discharge_foot[0] == pytest.approx(120.0)
    assert flow.travel_time[0] == pytest.approx(12_500.0, rel=1e-13)
    # 12500 = A L ln(3)/80
    assert flow.cross_section_area[0] == pytest.approx(100.0 / math.log(3.0), rel=1e-12)
    assert how(flow, "travel_time") == ("given", False)


def test_manning_rectangle_by_hand() -> None:
    # b 10, y 2: A 20, P 14, R 1.428571; n 0.03, S 9e-4: V = R^(2/3) = 1.268434, Q = 25.36869
    radius = 20.0 / 14.0
    discharge = 20.0 * radius ** (2 / 3)
    flow = solve_one(discharge, hydraulics="manning", width=10.0, slope=9e-4, manning_n=0.03)
    assert discharge == pytest.approx(25.36869, abs=1e-4)
    assert flow.depth[0] == pytest.approx(2.0, rel=1e-12)
    assert flow.hydraulic_radius[0] == pytest.approx(radius, rel=1e-12)
    assert flow.velocity[0] == pytest.approx(1.268434, abs=1e-6)
    assert how(flow, "velocity") == ("manning", True)
    assert how(flow, "width") == ("given", False)
    assert how(flow, "bed_slope") == ("given", False)


def test_manning_trapezoid_by_hand() -> None:
    # b 10, z 2, y 1.5: A = 13*1.5 = 19.5, P = 10 + 3 sqrt(5) = 16.7082, surface 16 m
    perimeter = 10.0 + 3.0 * math.sqrt(5.0)
    velocity = (19.5 / perimeter) ** (2 / 3) * 0.02 / 0.025
    flow = solve_one(
        19.5 * velocity,
        hydraulics="manning",
        width=10.0,
        side_slope=2.0,
        slope=4e-4,
        manning_n=0.025,
    )
    assert flow.cross_section_area[0] == pytest.approx(19.5, rel=1e-12)
    assert flow.width[0] == pytest.approx(16.0, rel=1e-12)
    assert flow.depth[0] == pytest.approx(19.5 / 16.0, rel=1e-12)
    assert flow.hydraulic_radius[0] == pytest.approx(19.5 / perimeter, rel=1e-12)
    # The bottom width has been used as such: no notice that it was not.
    assert not [n for n in flow.notices if n.subject == "hydraulics, width"]


def test_trapezoid_with_given_velocity_uses_the_surface_width() -> None:
    # The section of the test above, now from its area and surface width.
    flow = solve_one(19.5, hydraulics="velocity", velocity=1.0, width=16.0, side_slope=2.0)
    assert flow.hydraulic_radius[0] == pytest.approx(19.5 / (10.0 + 3.0 * math.sqrt(5.0)))
    assert how(flow, "hydraulic_radius") == ("trapezoid", True)


def test_a_section_that_cannot_hold_its_water_is_a_fault() -> None:
    # 16 m wide with side slope 2 holds at most 16^2/8 = 32 m2
    with pytest.raises(ScenarioError, match="cannot hold the area 40 m2"):
        solve_one(40.0, hydraulics="velocity", velocity=1.0, width=16.0, side_slope=2.0)


def test_at_a_station_geometry_by_hand() -> None:
    # Q 32: W = 10*32^0.2 = 20, H = 0.5*32^0.4 = 2, A 40, V 0.8
    flow = solve_one(
        32.0,
        hydraulics="at_a_station_geometry",
        width_coefficient=10.0,
        width_exponent=0.2,
        depth_coefficient=0.5,
        depth_exponent=0.4,
    )
    assert flow.width[0] == pytest.approx(20.0)
    assert flow.depth[0] == pytest.approx(2.0)
    assert flow.velocity[0] == pytest.approx(0.8)
    assert how(flow, "velocity") == ("at_a_station_geometry", False)


def test_at_a_station_geometry_from_bankfull() -> None:
    flow = solve_one(
        32.0, hydraulics="at_a_station_geometry", bankfull_discharge=320.0, width=60.0, depth=4.0
    )
    assert flow.width[0] == pytest.approx(60.0 * 0.1**0.26)
    assert flow.depth[0] == pytest.approx(4.0 * 0.1**0.40)
    assert how(flow, "width") == ("at_a_station_geometry, Leopold & Maddock 1953", True)
    assert not [n for n in flow.notices if n.subject.startswith("hydraulics")]


def test_downstream_geometry_by_hand() -> None:
    # Q 100: W = 72 m, H = 0.27*100^0.3 = 1.07489 m
    flow = solve_one(100.0, hydraulics="downstream_geometry")
    assert flow.width[0] == pytest.approx(72.0)
    assert flow.depth[0] == pytest.approx(1.07489, abs=1e-5)
    # A bankfull discharge of 400: W = 144*(1/4)^0.26, H = 0.27*400^0.3*(1/4)^0.4
    flow = solve_one(100.0, hydraulics="downstream_geometry", bankfull_discharge=400.0)
    assert flow.width[0] == pytest.approx(144.0 * 0.25**0.26)
    assert flow.depth[0] == pytest.approx(0.27 * 400.0**0.3 * 0.25**0.4)
    assert how(flow, "width") == ("downstream_geometry, Moody & Troutman 2002", True)


def test_downstream_geometry_takes_own_coefficients_and_given_values() -> None:
    flow = solve_one(
        100.0,
        hydraulics="downstream_geometry",
        width_coefficient=5.0,
        width_exponent=0.55,
        depth=3.0,
    )
    assert flow.width[0] == pytest.approx(5.0 * 100.0**0.55)
    assert flow.depth[0] == pytest.approx(3.0)
    assert how(flow, "depth") == ("given", False)
    assert how(flow, "width") == ("downstream_geometry, discharge taken as bankfull", True)


@pytest.mark.parametrize(
    ("discharge", "area", "width", "estimated"),
    [
        (10.0, 20.0, 30.0, False),
        # half way in logarithms: A = sqrt(20*40), W = sqrt(30*40)
        (20.0, math.sqrt(800.0), math.sqrt(1200.0), False),
        (160.0, 80.0, 45.0, False),
        # A doubles when Q grows fourfold, beyond the table too
        (640.0, 160.0, 45.0 * 45.0 / 40.0, True),
        (2.5, 10.0, 22.5, True),
    ],
)
def test_rating_table(discharge: float, area: float, width: float, estimated: bool) -> None:
    flow = solve_one(discharge, hydraulics="rating", rating=RATING)
    assert flow.cross_section_area[0] == pytest.approx(area)
    assert flow.width[0] == pytest.approx(width)
    assert bool(flow.estimated["velocity"][0]) is estimated
    assert flow.method["velocity"][0] == (
        "rating, extended beyond its table" if estimated else "rating"
    )
    told = [n.message for n in flow.notices if n.subject == "hydraulics, rating"]
    assert [f"{discharge:g} m3/s, table 10 to 160 m3/s" in text for text in told] == [
        True
    ] * estimated


def test_jobson_worked_example() -> None:
    # Jobson (1996), example without slope: Q 3.35, Qa 4.50, Da 390 km2, 15 km: Vp 0.2645 m/s
    flow = solve_one(
        3.35, hydraulics="jobson_most_probable", drainage_area=390e6, mean_annual_discharge=4.50
    )
    assert flow.velocity[0] == pytest.approx(0.2645, abs=5e-5)
    assert how(flow, "velocity") == ("jobson_most_probable, Jobson 1996 eq 14", True)
    fast = solve_one(
        3.35, hydraulics="jobson_fastest_probable", drainage_area=390e6, mean_annual_discharge=4.50
    )
    assert fast.velocity[0] == pytest.approx(0.646, abs=5e-4)
    assert how(fast, "cross_section_area") == ("jobson_fastest_probable, Jobson 1996 eq 15", True)


def test_jobson_chooses_its_equation_by_what_is_given() -> None:
    # eq 12 and 16 typed out: D'a = Da^1.25 sqrt(9.8)/Qa
    drainage, annual, slope, discharge = 5e9, 60.0, 3e-4, 40.0
    group = drainage**1.25 * math.sqrt(9.8)
    with_slope = (
        0.094
        + 0.0143
        * (group / annual) ** 0.919
        * (discharge / annual) ** -0.469
        * slope**0.159
        * discharge
        / drainage
    )
    area_only = 0.152 + 8.1 * (group / discharge) ** 0.595 * discharge / drainage
    flow = solve_one(
        hydraulics="jobson_most_probable",
        drainage_area=drainage,
        mean_annual_discharge=annual,
        slope=slope,
    )
    assert flow.velocity[0] == pytest.approx(with_slope, rel=1e-4)
    assert flow.method["velocity"][0].endswith("eq 12")
    flow = solve_one(hydraulics="jobson_most_probable", drainage_area=drainage, slope=slope)
    assert flow.velocity[0] == pytest.approx(area_only, rel=1e-4)
    assert flow.method["velocity"][0].endswith("eq 16")


def test_dispersion_given_before_value_before_formula() -> None:
    rows = [
        reach("ab", "a", "b", dispersion_coefficient=7.0),
        reach("bc", "b", "c"),
    ]
    written = case(rows, {"a": 40.0}, dispersion=SimpleNamespace(kind="value", value=50.0))
    flow = solve(written, written.network)
    assert flow.dispersion_coefficient.tolist() == [7.0, 50.0]
    assert flow.method["dispersion_coefficient"] == ("given", "given for all reaches")
    assert not flow.estimated["dispersion_coefficient"].any()
    # Fischer: 0.011 U^2 W^2/(H u*)
    written = case(
        rows, {"a": 40.0}, dispersion=SimpleNamespace(kind="formula", formula="fischer_1979")
    )
    flow = solve(written, written.network)
    expected = 0.011 * (flow.velocity * flow.width) ** 2 / (flow.depth * flow.shear_velocity)
    assert flow.dispersion_coefficient[1] == pytest.approx(expected[1])
    assert flow.estimated["dispersion_coefficient"].tolist() == [False, True]


def test_a_formula_outside_its_range_is_one_notice() -> None:
    shape = {"hydraulics": "downstream_geometry", "width": 300.0, "depth": 1.0}
    rows = [reach("ab", "a", "b", **shape), reach("bc", "b", "c", **shape), reach("cd", "c", "d")]
    written = case(rows, {"a": 40.0})
    notices = solve(written, written.network).notices
    [notice] = [n for n in notices if n.subject == "dispersion formula disley_2015"]
    assert notice.message.startswith("2 of 3 reaches have a width / depth of 300 to 300, outside")


def test_storage_and_temperature_per_reach_and_for_all() -> None:
    rows = [
        reach("ab", "a", "b", storage_area_ratio=3.0, exchange_coefficient=4.5e-5, temperature=4.0),
        reach("bc", "b", "c"),
    ]
    bare = case(rows, {"a": 40.0})
    flow = solve(bare, bare.network)
    assert flow.storage_area_ratio.tolist() == [3.0, 0.0]
    assert flow.exchange_coefficient.tolist() == [4.5e-5, 0.0]
    assert flow.temperature.tolist() == [4.0, 10.0]
    assert flow.method["storage_area_ratio"] == ("given", "none")
    common = SimpleNamespace(area_ratio=0.2, exchange_coefficient=1e-4)
    full = case(rows, {"a": 40.0}, storage=common)
    full.flow.model_fields_set.add("temperature")
    flow = solve(full, full.network)
    assert flow.storage_area_ratio.tolist() == [3.0, 0.2]
    assert flow.exchange_coefficient.tolist() == [4.5e-5, 1e-4]
    assert flow.method["temperature"] == ("given", "given for all reaches")
    assert not flow.estimated["temperature"].any()


def test_half_given_storage_is_a_fault() -> None:
    with pytest.raises(ScenarioError, match="belong together"):
        solve_one(storage_area_ratio=0.2)


def test_given_values_that_are_not_used_are_told() -> None:
    # velocity 0.8 and width 40: depth 1.25, but 2 m is given
    flow = solve_one(hydraulics="velocity", velocity=0.8, width=40.0, depth=2.0)
    [notice] = [n for n in flow.notices if n.subject == "hydraulics, depth"]
    assert "on reach ab" in notice.message
    assert "2 m given, 1.25 m used (velocity)" in notice.message


def test_rating_tables_that_cannot_be_used() -> None:
    falling = SimpleNamespace(discharge=(10.0, 5.0), cross_section_area=(2.0, 3.0), width=(1, 1))
    with pytest.raises(ScenarioError, match="must rise from row to row"):
        solve_one(hydraulics="rating", rating=falling)
    short = SimpleNamespace(discharge=(10.0,), cross_section_area=(2.0,), width=(1.0,))
    with pytest.raises(ScenarioError, match="at least two rows"):
        solve_one(hydraulics="rating", rating=short)


def test_splitting_and_renaming_a_reach_keeps_its_hydraulics() -> None:
    section = {"hydraulics": "manning", "width": 40.0, "slope": 4e-4, "manning_n": 0.03}
    whole = case([reach("ab", "a", "b", 10e3, **section)], {"a": 40.0})
    parts = case(
        [reach("z", "m", "b", 6e3, **section), reach("y", "a", "m", 4e3, **section)], {"a": 40.0}
    )
    one, two = solve(whole, whole.network), solve(parts, parts.network)
    assert two.velocity.tolist() == [one.velocity[0]] * 2
    assert two.dispersion_coefficient.tolist() == [one.dispersion_coefficient[0]] * 2
    assert two.travel_time.sum() == pytest.approx(one.travel_time[0], rel=1e-14)


def test_summary_counts_the_estimates() -> None:
    section = {"hydraulics": "manning", "width": 40.0, "slope": 4e-4, "manning_n": 0.03}
    rows = [
        reach("ab", "a", "b", **section),
        reach("bc", "b", "c", **section),
        reach("cd", "c", "d", hydraulics="velocity", velocity=0.5, width=60.0, slope=1e-4),
    ]
    written = case(rows, {"a": 40.0})
    assert estimated_quantities(solve(written, written.network)) == (
        "velocity (manning) on 2 reaches",
        "dispersion (disley_2015) on 3 reaches",
        "temperature (assumed) on 3 reaches",
    )


def test_discharge_above_bankfull_is_told() -> None:
    flow = solve_one(100.0, hydraulics="downstream_geometry", bankfull_discharge=80.0)
    [notice] = [n for n in flow.notices if n.subject == "hydraulics, bankfull_discharge"]
    assert "above bankfull on 1 reach" in notice.message
    assert "100 m3/s, bankfull 80 m3/s" in notice.message
