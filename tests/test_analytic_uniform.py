"""Closed solutions: transcribed values, published checks, transforms, general properties."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spillsim import analytic
from spillsim.analytic import StreamZone, TransientStorage, UniformReach, invert_de_hoog, laplace

DATA = Path(__file__).parent / "data"


def _reference() -> list[dict[str, str]]:
    with (DATA / "analytic_reference_values.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def _parameters(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"(\w+)=([-+.\de]+)", text)}


ROWS = _reference()


@pytest.mark.parametrize("case", sorted({row["case"] for row in ROWS}))
def test_transcribed_reference_values(case: str) -> None:
    rows = [row for row in ROWS if row["case"] == case]
    assert len(rows) >= 8
    for row in rows:
        p = _parameters(row["parameters"])
        x, t, expected = float(row["x_m"]), float(row["t_s"]), float(row["C_mg_L"])
        if case == "transient_storage_3h_pulse":
            storage = TransientStorage(p["As"] / p["A"], p["alpha"])
            zone = StreamZone(p["U"], p["D"], storage=storage)
            value = p["C0"] * analytic.finite_pulse(
                lambda t, x=x, zone=zone: invert_de_hoog(  # type: ignore[misc]
                    lambda s: laplace.step_source(s) * laplace.first_type(s, x, zone), t
                ),
                t,
                p["T"],
            )
            assert value == pytest.approx(expected, rel=1e-7, abs=1e-9)
            continue
        reach = UniformReach(p["U"], p["D"], p["k"])
        # M in g and A in m2 give g/m3, which is mg/L
        if case == "first_type_step":
            closed = analytic.first_type_step(x, t, p["C0"], reach)
        elif case == "third_type_step":
            closed = analytic.third_type_step(x, t, p["C0"], reach)
        elif case == "slug_infinite":
            closed = analytic.infinite_slug(x, t, p["M"], p["A"], reach)
        elif case == "pulse_first_type":
            closed = analytic.first_type_slug(x, t, p["M"], p["Q"], reach)
        else:
            assert case == "pulse_third_type"
            closed = analytic.third_type_slug(x, t, p["M"], p["A"], reach)
        assert closed == pytest.approx(expected, rel=2e-11)


def test_published_check_values() -> None:
    # Wexler (1992) type solutions as asserted by the tests of the program adepy.
    reach = UniformReach(0.6, 0.6)
    np.testing.assert_allclose(
        analytic.first_type_step([0.5, 2.5], 5.0, 1.0, reach), [0.97244, 0.73160], atol=5e-6
    )
    np.testing.assert_allclose(
        analytic.third_type_step([0.5, 2.5], 5.0, 1.0, reach), [0.85904, 0.55821], atol=5e-6
    )
    retarded = UniformReach(0.6 / 8.31, 0.6 / 8.31)
    assert analytic.first_type_step(2.5, 5.0, 1.0, retarded) == pytest.approx(0.01054, abs=5e-6)


def _exact_first(x: float, t: float, reach: UniformReach) -> float:
    """Published form of the first-type step, with 60 and more digits."""
    with mpmath.workdps(60):
        big_u, d, k = (mpmath.mpf(v) for v in _constants(reach))
        u, root = mpmath.sqrt(big_u**2 + 4 * k * d), mpmath.sqrt(4 * d * t)
        first = mpmath.exp((big_u - u) * x / (2 * d)) * mpmath.erfc((x - u * t) / root)
        second = mpmath.exp((big_u + u) * x / (2 * d)) * mpmath.erfc((x + u * t) / root)
        return float((first + second) / 2)


def _exact_third(x: float, t: float, reach: UniformReach) -> float:
    """Published form of the third-type step with decay, with enough digits for small k."""
    with mpmath.workdps(120):
        big_u, d, k = (mpmath.mpf(v) for v in _constants(reach))
        u, root = mpmath.sqrt(big_u**2 + 4 * k * d), mpmath.sqrt(4 * d * t)
        first = mpmath.exp((big_u - u) * x / (2 * d)) * mpmath.erfc((x - u * t) / root)
        second = mpmath.exp((big_u + u) * x / (2 * d)) * mpmath.erfc((x + u * t) / root)
        third = mpmath.exp(big_u * x / d - k * t) * mpmath.erfc((x + big_u * t) / root)
        total = big_u / (big_u + u) * first + big_u / (big_u - u) * second
        return float(total + big_u**2 / (2 * k * d) * third)


def _constants(reach: UniformReach) -> tuple[float, float, float]:
    return reach.velocity, reach.dispersion_coefficient, reach.decay_rate


@pytest.mark.parametrize("decay", [1e-30, 1e-15, 1e-9, 1e-7, 1e-5, 1e-3, 0.1])
@pytest.mark.parametrize(("distance", "time"), [(0.0, 50.0), (200.0, 300.0), (1000.0, 2600.0)])
def test_third_type_step_at_every_decay_rate(decay: float, distance: float, time: float) -> None:
    reach = UniformReach(0.5, 20.0, decay)
    value = analytic.third_type_step(distance, time, 1.0, reach)
    assert value == pytest.approx(_exact_third(distance, time, reach), rel=1e-12)


def test_third_type_step_is_continuous_where_decay_vanishes() -> None:
    time = np.array([300.0, 3000.0])
    without = analytic.third_type_step(800.0, time, 1.0, UniformReach(0.5, 20.0))
    nearly = analytic.third_type_step(800.0, time, 1.0, UniformReach(0.5, 20.0, 1e-18))
    np.testing.assert_allclose(nearly, without, rtol=1e-13)


@pytest.mark.parametrize("peclet", [1e2, 1e3, 1e5, 1e7])
@pytest.mark.parametrize("decay", [1e-12, 1e-5])
def test_large_peclet_numbers(peclet: float, decay: float) -> None:
    reach = UniformReach(1.0, 1e5 / peclet, decay)
    for z in (-4.0, -1.0, 0.0, 1.0, 4.0):
        time = 1e5 * (1.0 + z * np.sqrt(2.0 / peclet))
        first = analytic.first_type_step(1e5, time, 1.0, reach)
        third = analytic.third_type_step(1e5, time, 1.0, reach)
        # x - u t carries the rounding of its terms, hence the tolerance grows with sqrt(Pe)
        tolerance = 1e-13 + 1e-15 * np.sqrt(peclet) * 10
        assert first == pytest.approx(_exact_first(1e5, time, reach), rel=tolerance)
        assert third == pytest.approx(_exact_third(1e5, time, reach), rel=tolerance)


REACHES = st.builds(
    UniformReach,
    velocity=st.floats(0.02, 3.0),
    dispersion_coefficient=st.floats(0.1, 500.0),
    decay_rate=st.one_of(st.just(0.0), st.floats(1e-8, 1e-3)),
)


@settings(max_examples=40, deadline=None)
@given(reach=REACHES, distance=st.floats(0.0, 1e5))
def test_steps_are_bounded_ordered_and_rise_to_the_steady_profile(
    reach: UniformReach, distance: float
) -> None:
    travel = distance / reach.velocity + 10 * reach.dispersion_coefficient / reach.velocity**2
    time = travel * np.concatenate([np.linspace(0.0, 4.0, 60), [1e3]])
    first = analytic.first_type_step(distance, time, 1.0, reach)
    third = analytic.third_type_step(distance, time, 1.0, reach)
    steady = analytic.steady_profile(distance, 1.0, reach)
    assert np.all(np.isfinite(first))
    assert np.all(np.isfinite(third))
    assert np.all(third >= 0.0)
    assert np.all(third <= first + 1e-14)
    assert np.all(first <= steady * (1 + 1e-13))
    assert np.all(np.diff(first) >= -1e-13)
    assert np.all(np.diff(third) >= -1e-13)
    np.testing.assert_allclose(first[-1], steady, rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(reach=REACHES, distance=st.floats(10.0, 1e4))
def test_exposures_are_the_integrals_of_the_concentrations(
    reach: UniformReach, distance: float
) -> None:
    scale = distance / reach.velocity + reach.dispersion_coefficient / reach.velocity**2
    edges = scale * np.geomspace(1e-2, 3.0, 301)
    pairs = [
        (analytic.first_type_step, analytic.first_type_step_exposure),
        (analytic.infinite_slug, analytic.infinite_slug_exposure),
    ]
    for concentration, exposure in pairs:
        extra = (1.0,) if concentration is analytic.first_type_step else (1.0, 1.0)
        by_quadrature = analytic.mean_by_quadrature(
            lambda t, f=concentration, e=extra: f(distance, t, *e, reach),  # type: ignore[misc]
            edges,
            points=48,  # the sharpest front of all draws is narrower than an interval
        )
        closed = analytic.mean_from_integral(
            lambda t, f=exposure, e=extra: f(distance, t, *e, reach),  # type: ignore[misc]
            edges,
        )
        whole = float(np.sum(by_quadrature * np.diff(edges)))
        # where the exposure has almost stopped growing, its difference keeps few digits of it
        rounding = 8.0 * np.finfo(float).eps * whole / np.diff(edges)
        allowed = 1e-7 * np.abs(by_quadrature) + 1e-11 * closed.max() + rounding
        assert np.all(np.abs(closed - by_quadrature) <= allowed)


def test_exposure_upstream_of_a_release() -> None:
    reach = UniformReach(0.1, 30.0, 1e-5)
    edges = np.linspace(1.0, 5000.0, 200)
    quadrature = analytic.mean_by_quadrature(
        lambda t: analytic.infinite_slug(-150.0, t, 1.0, 2.0, reach), edges
    )
    closed = analytic.mean_from_integral(
        lambda t: analytic.infinite_slug_exposure(-150.0, t, 1.0, 2.0, reach), edges
    )
    np.testing.assert_allclose(closed, quadrature, rtol=1e-7, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(reach=REACHES, hours=st.floats(0.05, 200.0))
def test_slugs_keep_their_mass_apart_from_decay(reach: UniformReach, hours: float) -> None:
    time, mass, area = 3600.0 * hours, 250.0, 7.0
    remaining = mass * np.exp(-reach.decay_rate * time)
    spread = np.sqrt(2 * reach.dispersion_coefficient * time)
    edges = reach.velocity * time + spread * np.linspace(-12.0, 12.0, 121)
    endless = analytic.mean_by_quadrature(
        lambda x: analytic.infinite_slug(x, time, mass, area, reach), edges
    )
    below = analytic.infinite_slug_mass_below(edges, time, mass, reach)
    np.testing.assert_allclose(
        area * endless * np.diff(edges), -np.diff(below), rtol=1e-6, atol=1e-12 * mass
    )
    np.testing.assert_allclose(np.sum(endless) * area * (edges[1] - edges[0]), remaining, rtol=1e-9)
    edges = np.concatenate([[0.0], edges[edges > 0.0]])
    third = analytic.mean_by_quadrature(
        lambda x: analytic.third_type_slug(x, time, mass, area, reach), edges
    )
    np.testing.assert_allclose(area * third @ np.diff(edges), remaining, rtol=1e-9)


def test_block_tends_to_slug_and_starts_as_block() -> None:
    reach = UniformReach(0.5, 20.0, 1e-5)
    x = np.linspace(-500.0, 6000.0, 300)
    block = analytic.infinite_block(x, 4000.0, (-0.01, 0.01), 50.0, reach)
    np.testing.assert_allclose(
        block, analytic.infinite_slug(x, 4000.0, 1.0, 1.0, reach), rtol=1e-8, atol=1e-14
    )
    initial = analytic.infinite_block([-11.0, 0.0, 11.0], 0.0, (-10.0, 10.0), 3.0, reach)
    np.testing.assert_array_equal(initial, [0.0, 3.0, 0.0])


def test_transforms_agree_with_closed_forms() -> None:
    reach, zone = UniformReach(0.5, 20.0, 1e-4), StreamZone(0.5, 20.0, 30.0, 1e-4)
    time = np.array([900.0, 1500.0, 2000.0, 2600.0, 9000.0])
    step = invert_de_hoog(lambda s: laplace.first_type(s, 1000.0, zone) / s, time)
    np.testing.assert_allclose(step, analytic.first_type_step(1000.0, time, 1.0, reach), rtol=1e-8)
    step = invert_de_hoog(lambda s: laplace.third_type(s, 1000.0, zone) / s, time)
    np.testing.assert_allclose(step, analytic.third_type_step(1000.0, time, 1.0, reach), rtol=1e-8)
    for x in (-40.0, 1000.0):
        slug = invert_de_hoog(lambda s, x=x: laplace.infinite_slug(s, x, zone), time)  # type: ignore[misc]
        np.testing.assert_allclose(
            slug, analytic.infinite_slug(x, time, 1.0, 30.0, reach), rtol=1e-8, atol=1e-14
        )


@pytest.mark.parametrize(
    "arguments", [(0.0, 1.0, 0.0), (1.0, -1.0, 0.0), (1.0, 1.0, -1.0), (float("nan"), 1.0, 0.0)]
)
def test_impossible_reaches_are_refused(arguments: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        UniformReach(*arguments)


def test_distance_upstream_of_an_inlet_is_refused() -> None:
    with pytest.raises(ValueError, match="distance"):
        analytic.first_type_step(-1.0, 10.0, 1.0, UniformReach(1.0, 1.0))
