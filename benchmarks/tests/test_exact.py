"""The exact curves against closed form, extended precision and conservation."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest

from .. import exact
from ..tasks import T1, W1, W2, Task


@pytest.mark.parametrize("inlet_type", [1, 3])
@pytest.mark.parametrize("task", [T1, W1], ids=lambda task: task.name)
def test_curve_equals_closed_form(task: Task, inlet_type: Literal[1, 3]) -> None:
    river = replace(task.river, inlet_type=inlet_type)
    time = np.linspace(0.0, task.duration, 4001)
    for distance in task.stations:
        expected = exact.closed_form(river, distance, time)
        found = exact.concentration(river, distance, time)
        assert expected.max() > 0.0
        assert np.abs(found - expected).max() < 1e-9 * expected.max()


def _bromwich(task: Task, distance: float, time: float) -> float:
    """Inversion integral at 30 digits, along a line right of all singularities."""
    river = task.river
    with mpmath.workdps(30):
        u, d = mpmath.mpf(river.velocity), mpmath.mpf(river.dispersion_coefficient)
        alpha = mpmath.mpf(river.exchange_coefficient)
        rate, k, k_s = river.return_rate, river.decay_rate, river.storage_decay_rate

        def curve(s: mpmath.mpc) -> mpmath.mpc:
            eta = s + k + alpha * (s + k_s) / (s + k_s + rate)
            q = mpmath.sqrt(u * u + 4 * d * eta)
            entering = -mpmath.expm1(-s * river.pulse_duration) / (s * river.pulse_duration)
            carried = mpmath.exp(-2 * eta * distance / (u + q))
            return 2 * u / (u + q) * carried * entering * river.mass / river.discharge

        line = mpmath.mpf(10) / time
        cut = mpmath.mpf("4e-3")

        def integrand(w: mpmath.mpf) -> mpmath.mpf:
            s = line + 1j * w
            return (mpmath.exp(s * time) * curve(s)).real

        nodes = mpmath.linspace(0, cut, 31)
        return float(mpmath.quad(integrand, nodes, maxdegree=5) / mpmath.pi)


@pytest.mark.parametrize(("distance", "time"), [(1e5, 1.42e5), (5e5, 6.9e5), (9e5, 1.31e6)])
def test_storage_curve_equals_extended_precision(distance: float, time: float) -> None:
    peak = exact.concentration(W2.river, distance, np.linspace(0.0, W2.duration, 2001)).max()
    found = exact.concentration(W2.river, distance, np.array([time]))[0]
    assert found > 0.1 * peak
    assert abs(found - _bromwich(W2, distance, time)) < 1e-10 * peak


@pytest.mark.parametrize("task", [T1, W1, W2], ids=lambda task: task.name)
def test_interval_means_integrate_the_curve(task: Task) -> None:
    distance = task.stations[0]
    edges = np.linspace(0.0, task.duration, 301)
    means = exact.interval_mean(task.river, distance, edges)
    node, weight = np.polynomial.legendre.leggauss(24)
    width = np.diff(edges)
    time = edges[:-1, None] + 0.5 * width[:, None] * (1.0 + node)
    curve = exact.concentration(task.river, distance, time.ravel()).reshape(time.shape)
    assert np.allclose(means, curve @ weight / 2.0, rtol=0.0, atol=1e-10 * curve.max())


@pytest.mark.parametrize("task", [T1, W1], ids=lambda task: task.name)
def test_curve_carries_the_mass(task: Task) -> None:
    """Without losses the integral of c over time is M / Q at every station."""
    for distance in task.stations:
        total = exact.integral(task.river, distance, np.array([10.0 * task.duration]))[0]
        assert total == pytest.approx(task.river.mass / task.river.discharge, rel=1e-12)


def test_the_two_inlets_differ_by_the_mean_delay() -> None:
    """A third-type inlet delays the mean by D / U^2."""
    time = np.linspace(0.0, W1.duration, 200_001)
    means = []
    for inlet_type in (1, 3):
        river = replace(W1.river, inlet_type=inlet_type)
        curve = exact.concentration(river, 1e5, time)
        means.append(np.trapezoid(time * curve, time) / np.trapezoid(curve, time))
    expected = W1.river.dispersion_coefficient / W1.river.velocity**2
    assert means[1] - means[0] == pytest.approx(expected, rel=1e-6)


def test_closed_form_refuses_storage() -> None:
    with pytest.raises(ValueError, match="storage"):
        exact.closed_form(W2.river, 1e5, np.array([1.0]))
