"""Transforms, inversions, two zones, moments and the mass through a first-type inlet."""

from __future__ import annotations

import csv
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spillsim import analytic
from spillsim.analytic import (
    StreamZone,
    TransientStorage,
    UniformReach,
    inlet_mass_from_series,
    inlet_mass_response,
    inlet_ramp_response,
    invert_de_hoog,
    invert_on_window,
    laplace,
    passage_window,
    temporal_moments,
)

DATA = Path(__file__).parent / "data"


def test_velocity_change_reference_values() -> None:
    with (DATA / "analytic_velocity_change.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    upper, lower = StreamZone(0.1, 0.8, 0.5), StreamZone(0.04, 0.3, 1.25)
    for distance in (150.0, 300.0, 600.0):
        here = [row for row in rows if float(row["x_m"]) == distance]
        time = np.array([float(row["t_s"]) for row in here])
        expected = np.array([float(row["C_mg_L"]) for row in here])
        value = 10.0 * analytic.finite_pulse(
            lambda t, x=distance: invert_de_hoog(  # type: ignore[misc]
                lambda s: laplace.two_zones(s, x, upper, 300.0, lower) / s, t
            ),
            time,
            3600.0,
        )
        np.testing.assert_allclose(value, expected, rtol=1e-6, atol=1e-8)


def test_two_equal_zones_are_one() -> None:
    zone = StreamZone(0.5, 20.0, 30.0, 1e-5, TransientStorage(0.3, 1e-4))
    s = np.array([1e-5 + 1e-4j, 1e-3 + 0.0j, 1e-4 + 1e-2j])
    for distance in (100.0, 900.0):
        np.testing.assert_allclose(
            laplace.two_zones(s, distance, zone, 400.0, zone),
            laplace.first_type(s, distance, zone),
            rtol=1e-13,
        )


def test_two_zones_keep_concentration_and_flux_at_the_interface() -> None:
    upper, lower = StreamZone(0.6, 15.0, 10.0), StreamZone(0.2, 40.0, 30.0)
    s, step = np.array([1e-4 + 2e-4j]), 1e-2

    def value(x: float) -> complex:
        return complex(laplace.two_zones(s, x, upper, 500.0, lower)[0])

    assert value(500.0) == pytest.approx(value(500.0 + 1e-9), rel=1e-9)
    left = (3 * value(500.0) - 4 * value(500.0 - step) + value(500.0 - 2 * step)) / (2 * step)
    right = -(3 * value(500.0) - 4 * value(500.0 + step) + value(500.0 + 2 * step)) / (2 * step)
    assert 10.0 * 15.0 * left == pytest.approx(30.0 * 40.0 * right, rel=1e-6)


def test_two_zones_with_different_discharge_are_refused() -> None:
    s = np.array([1.0 + 0j])
    with pytest.raises(ValueError, match="discharge changes"):
        laplace.two_zones(s, 1.0, StreamZone(1.0, 1.0, 1.0), 5.0, StreamZone(1.0, 1.0, 2.0))


@pytest.mark.parametrize("distance", [5e3, 1e5, 1e6])
def test_window_inversion_is_exact_at_large_peclet_numbers(distance: float) -> None:
    velocity, dispersion = 0.7, 30.0
    zone, reach = StreamZone(velocity, dispersion, 50.0), UniformReach(velocity, dispersion)
    moments = temporal_moments(distance, velocity, dispersion, "infinite")
    window = passage_window(float(moments.mean), float(moments.variance))
    time = window.start + window.length * np.linspace(0.05, 0.95, 200)
    value = invert_on_window(lambda s: laplace.infinite_slug(s, distance, zone), time, window)
    exact = analytic.infinite_slug(distance, time, 1.0, 50.0, reach)
    np.testing.assert_allclose(value, exact, atol=2e-11 * exact.max())
    outside = invert_on_window(
        lambda s: laplace.infinite_slug(s, distance, zone), window.start - 1.0, window
    )
    assert outside == 0.0


def test_the_two_inversions_agree_with_storage() -> None:
    storage = TransientStorage(0.3, 1e-4, 2e-5)
    zone = StreamZone(0.7, 30.0, 50.0, 1e-5, storage)
    moments = temporal_moments(2e4, 0.7, 30.0, "infinite", TransientStorage(0.3, 1e-4))
    window = passage_window(float(moments.mean), float(moments.variance), tail=30 * 0.3 / 1e-4)
    time = float(moments.mean) + np.sqrt(float(moments.variance)) * np.linspace(-2.0, 4.0, 25)
    on_window = invert_on_window(
        lambda s: laplace.infinite_slug(s, 2e4, zone), time, window, points=256
    )
    by_fraction = invert_de_hoog(lambda s: laplace.infinite_slug(s, 2e4, zone), time, terms=60)
    np.testing.assert_allclose(on_window, by_fraction, atol=1e-9 * by_fraction.max())


@pytest.mark.parametrize("release", ["infinite", "first_type", "third_type"])
@pytest.mark.parametrize("storage", [None, TransientStorage(0.4, 2e-4)])
def test_moments_are_the_cumulants_of_the_transforms(
    release: analytic.moments.ReleaseKind, storage: TransientStorage | None
) -> None:
    zone, distance = StreamZone(0.5, 20.0, 3.0, storage=storage), 700.0

    def logarithm(s: mpmath.mpf) -> mpmath.mpf:
        psi = s
        if storage is not None:
            rate = mpmath.mpf(storage.exchange_coefficient)
            psi = s + rate * s / (s + rate / mpmath.mpf(storage.area_ratio))
        w = mpmath.sqrt(mpmath.mpf("0.25") + 80 * psi)
        head = {"infinite": 1 / w, "first_type": mpmath.mpf(1), "third_type": 1 / (0.5 + w)}
        return mpmath.log(head[release]) + (mpmath.mpf("0.5") - w) * distance / 40

    # the double-precision transform has the same logarithm up to a constant
    s = np.array([1e-4 + 0j, 2e-4 + 0j])
    transform = {
        "infinite": laplace.infinite_slug,
        "first_type": laplace.first_type,
        "third_type": laplace.third_type,
    }[release]
    ratio = np.log(transform(s, distance, zone).real)
    with mpmath.workdps(40):
        assert ratio[1] - ratio[0] == pytest.approx(
            float(logarithm(mpmath.mpf("2e-4")) - logarithm(mpmath.mpf("1e-4"))), rel=1e-10
        )
        expected = [float((-1) ** n * mpmath.diff(logarithm, 0, n)) for n in (1, 2, 3)]
    found = temporal_moments(distance, 0.5, 20.0, release, storage)
    assert found.mean == pytest.approx(expected[0], rel=1e-9)
    assert found.variance == pytest.approx(expected[1], rel=1e-9)
    assert found.third_cumulant == pytest.approx(expected[2], rel=1e-8)
    assert found.skewness == pytest.approx(expected[2] / expected[1] ** 1.5, rel=1e-8)


def _exact_inlet(time: float, zone: StreamZone, order: int) -> float:
    """Inverse of (1 + w/U)/(2 s^order) at unit discharge by mpmath's de Hoog with 25 digits."""
    with mpmath.workdps(25):
        u, d = mpmath.mpf(zone.velocity), mpmath.mpf(zone.dispersion_coefficient)

        def transform(s: mpmath.mpc) -> mpmath.mpc:
            psi = s + mpmath.mpf(zone.decay_rate)
            if zone.storage is not None:
                a, b = mpmath.mpf(zone.storage.exchange_coefficient), zone.storage.area_ratio
                k = mpmath.mpf(zone.storage.decay_rate)
                psi += a * (s + k) / (s + a / mpmath.mpf(b) + k)
            return (1 + mpmath.sqrt(1 + 4 * d * psi / u**2)) / 2 / s**order

        return float(mpmath.invertlaplace(transform, time, method="dehoog", degree=30))


@pytest.mark.parametrize(
    "zone",
    [
        StreamZone(0.5, 20.0),
        StreamZone(0.5, 20.0, decay_rate=1e-4),
        StreamZone(0.5, 20.0, storage=TransientStorage(0.3, 1e-4)),
        StreamZone(0.05, 30.0, storage=TransientStorage(2.0, 1e-2, 1e-3)),
        StreamZone(1.5, 3.0, decay_rate=1e-3, storage=TransientStorage(0.05, 1e-5, 1e-4)),
        StreamZone(0.02, 100.0, decay_rate=1e-6, storage=TransientStorage(0.5, 1e-2)),
    ],
)
def test_inlet_mass_against_exact_inversion(zone: StreamZone) -> None:
    for time in (1.0, 1e3, 1e6):
        assert inlet_mass_response(time, 1.0, zone) == pytest.approx(
            _exact_inlet(time, zone, 2), rel=2e-11
        )
        assert inlet_ramp_response(time, 1.0, zone) == pytest.approx(
            _exact_inlet(time, zone, 3), rel=2e-11
        )


def test_inlet_flux_without_decay_is_the_published_one() -> None:
    # flux/(Q C0) = (1/2) (1 + erf sqrt z + exp(-z)/sqrt(pi z)), z = U^2 t/(4 D)
    zone, edges = StreamZone(0.4, 25.0), np.geomspace(1.0, 1e5, 300)
    z = 0.4**2 * np.sqrt(edges[1:] * edges[:-1]) / 100.0
    flux = 0.5 * (1 + analytic.erf(np.sqrt(z)) + np.exp(-z) / np.sqrt(np.pi * z))
    rate = np.diff(inlet_mass_response(edges, 3.0, zone)) / np.diff(edges)
    np.testing.assert_allclose(rate, 3.0 * flux, rtol=2e-3)


def test_entered_mass_is_found_in_the_reach() -> None:
    # independent of the transforms: area times the integral of the first-type profile
    reach, area = UniformReach(0.4, 25.0), 6.0
    for time in (200.0, 3000.0, 4e4):
        end = 0.4 * time + 14.0 * np.sqrt(50.0 * time)
        edges = np.linspace(0.0, end, 401)
        profile = analytic.mean_by_quadrature(
            lambda x, t=time: analytic.first_type_step(x, t, 2.0, reach),  # type: ignore[misc]
            edges,
        )
        entered = 2.0 * inlet_mass_response(time, 0.4 * area, StreamZone(0.4, 25.0, area))
        assert entered == pytest.approx(area * profile @ np.diff(edges), rel=1e-11)


ZONES = st.builds(
    StreamZone,
    velocity=st.floats(0.02, 3.0),
    dispersion_coefficient=st.floats(0.1, 500.0),
    decay_rate=st.one_of(st.just(0.0), st.floats(1e-8, 1e-3)),
    storage=st.one_of(
        st.none(),
        st.builds(
            TransientStorage, st.floats(1e-3, 3.0), st.floats(1e-6, 1e-2), st.floats(0.0, 1e-3)
        ),
    ),
)


@settings(max_examples=40, deadline=None)
@given(zone=ZONES)
def test_inlet_mass_grows_and_the_ramp_is_its_integral(zone: StreamZone) -> None:
    edges = np.concatenate([[0.0], np.geomspace(1e-2, 1e7, 200)])
    mass = inlet_mass_response(edges, 2.0, zone)
    assert mass[0] == 0.0
    assert np.all(np.diff(mass) >= 2.0 * np.diff(edges) * (1 - 1e-12))
    ramp = inlet_ramp_response(edges, 2.0, zone)
    mean = analytic.mean_by_quadrature(lambda t: inlet_mass_response(t, 2.0, zone), edges[1:])
    np.testing.assert_allclose(np.diff(ramp)[1:], mean * np.diff(edges[1:]), rtol=1e-9)


def test_vanishing_storage_gives_the_closed_form() -> None:
    time = np.geomspace(1e-2, 1e7, 60)
    with_storage = StreamZone(0.5, 20.0, 1.0, 1e-4, TransientStorage(1e-10, 1e-13))
    without = StreamZone(0.5, 20.0, 1.0, 1e-4)
    for response in (inlet_mass_response, inlet_ramp_response):
        np.testing.assert_allclose(
            response(time, 7.0, with_storage), response(time, 7.0, without), rtol=3e-11
        )


def test_order_of_times_does_not_matter() -> None:
    zone = StreamZone(0.5, 20.0, storage=TransientStorage(0.3, 1e-4))
    time = np.random.default_rng(1).uniform(-1e4, 1e6, (40, 50))
    whole = inlet_mass_response(time, 1.0, zone)
    assert whole.shape == time.shape
    np.testing.assert_array_equal(whole[time <= 0.0], 0.0)
    np.testing.assert_allclose(whole[3, 7], inlet_mass_response(time[3, 7], 1.0, zone), rtol=1e-13)


@pytest.mark.parametrize("storage", [None, TransientStorage(0.3, 1e-4)])
def test_entered_mass_of_a_series_passes_downstream(storage: TransientStorage | None) -> None:
    # Conservative: all mass that enters passes any place below; its amount is Q times the
    # integral of the concentration, since the dispersive part cancels over the whole event.
    zone = StreamZone(0.5, 20.0, 30.0, storage=storage)
    at, value = [0.0, 600.0, 1800.0, 5000.0], [0.0, 4.0, 1.0, 0.0]
    entered = inlet_mass_from_series([0.0, 1e9], at, value, 15.0, zone)
    assert entered[0] == 0.0
    assert entered[1] == pytest.approx(15.0 * np.trapezoid(value, at), rel=1e-6)
    # early on, a rising concentration brings more mass than advection alone
    early = inlet_mass_from_series(600.0, at, value, 15.0, zone)
    assert early > 15.0 * 0.5 * 600.0 * 4.0


def test_series_that_cannot_be_used_are_refused() -> None:
    zone = StreamZone(0.5, 20.0)
    with pytest.raises(ValueError, match="two or more"):
        inlet_mass_from_series(1.0, [0.0], [1.0], 1.0, zone)
    with pytest.raises(ValueError, match="rise"):
        inlet_mass_from_series(1.0, [0.0, 0.0], [1.0, 2.0], 1.0, zone)


def test_impossible_values_are_refused() -> None:
    with pytest.raises(ValueError, match="storage values"):
        TransientStorage(-0.1, 1e-4)
    with pytest.raises(ValueError, match="area"):
        StreamZone(1.0, 1.0, 0.0)
    with pytest.raises(ValueError, match="unknown release"):
        temporal_moments(1.0, 1.0, 1.0, "fourth_type")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="conservative"):
        temporal_moments(1.0, 1.0, 1.0, storage=TransientStorage(0.1, 1e-4, 1e-5))
