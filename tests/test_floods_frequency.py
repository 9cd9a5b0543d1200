"""Flood frequency: L-moments, fits and quantiles against published figures and scipy."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from spillsim import floods
from spillsim.floods import frequency, l_moments

HOSKING = np.array([2.0, 3.0, 4.0, 2.4, 5.5, 1.2, 5.4, 2.2, 7.1, 1.3, 1.5])
"""Sample of the tests of lmoments3, which carries over Hosking's LMOMENTS package (IBM)."""


def test_sample_l_moments_as_published_and_as_scipy() -> None:
    l1, l2, t3 = l_moments.sample_l_moments(HOSKING)
    assert (l1, l2, t3) == pytest.approx((3.23636364, 1.14181818, 0.27388535), abs=1e-8)
    own = stats.lmoment(HOSKING, order=[1, 2, 3], standardize=True)
    assert (l1, l2, t3) == pytest.approx(tuple(own), rel=1e-12)


@pytest.mark.parametrize(
    ("distribution", "published", "tolerance"),
    [
        ("gumbel", (2.285519, 1.647295), 1e-6),
        ("gev", (-0.1555609, 2.1792884, 1.3956404), 1e-6),
        # Hosking's rational approximation of the shape is good to five digits
        ("pearson3", (1.646184, 3.236364, 2.199489), 1e-5),
    ],
)
def test_parameters_as_published(
    distribution: str, published: tuple[float, ...], tolerance: float
) -> None:
    found = l_moments.fit(distribution, HOSKING)
    assert tuple(map(float, found)) == pytest.approx(published, rel=tolerance)


@pytest.mark.parametrize(
    ("distribution", "law"),
    [
        ("gumbel", stats.gumbel_r(100.0, 30.0)),
        ("gev", stats.genextreme(-0.2, 100.0, 30.0)),
        ("gev", stats.genextreme(0.3, 100.0, 30.0)),
        ("pearson3", stats.pearson3(1.2, 100.0, 30.0)),
        ("pearson3", stats.pearson3(-0.7, 100.0, 30.0)),
    ],
)
def test_the_l_moments_of_a_law_give_its_quantiles(distribution: str, law: Any) -> None:
    """Theoretical L-moments by quadrature of the quantile function, (Hosking 1990, eq. 2.2)."""
    node, weight = np.polynomial.legendre.leggauss(400)
    # tanh-sinh: the tails of the quantile function are steep
    t = 3.2 * node
    u = 0.5 * (1.0 + np.tanh(0.5 * np.pi * np.sinh(t)))
    density = 0.25 * np.pi * np.cosh(t) / np.cosh(0.5 * np.pi * np.sinh(t)) ** 2
    inside = (u > 1e-14) & (u < 1.0 - 1e-14)
    w = (3.2 * weight * density)[inside]
    q, u = law.ppf(u[inside]), u[inside]
    l1, l2 = np.sum(w * q), np.sum(w * q * (2 * u - 1))
    t3 = np.sum(w * q * (6 * u * u - 6 * u + 1)) / l2
    if distribution == "gumbel":
        found = l_moments.fit_gumbel(l1, l2)
    else:
        found = getattr(l_moments, f"fit_{distribution}")(l1, l2, t3)
    below = np.array([0.5, 0.9, 0.99, 0.999])
    assert l_moments.quantile(distribution, found, below) == pytest.approx(law.ppf(below), rel=1e-6)


def test_gumbel_and_gev_quantiles_are_their_closed_forms() -> None:
    below = 1.0 - 1.0 / np.array([2.0, 10.0, 100.0, 1000.0])
    reduced = -np.log(-np.log(below))
    gumbel = l_moments.quantile("gumbel", (np.array(50.0), np.array(12.0)), below)
    assert gumbel == pytest.approx(50.0 + 12.0 * reduced, rel=1e-12)
    k = -0.15
    gev = l_moments.quantile("gev", (np.array(k), np.array(50.0), np.array(12.0)), below)
    assert gev == pytest.approx(50.0 + 12.0 * (1.0 - np.exp(-k * reduced)) / k, rel=1e-12)


@pytest.mark.parametrize(
    ("skew", "factor"), [(0.0, 2.32635), (0.7, 2.82359), (1.0, 3.02256), (-0.5, 1.95472)]
)
def test_log_pearson3_has_the_frequency_factors_of_bulletin_17b(skew: float, factor: float) -> None:
    """K of the 1 % flood, U.S. Water Resources Council (1982), appendix 3."""
    parameters = (np.array(skew), np.array(3.3684), np.array(0.2456))
    found = l_moments.quantile("log_pearson3", parameters, np.array([0.99]))
    assert math.log10(found[0]) == pytest.approx(3.3684 + 0.2456 * factor, abs=3e-6)


def test_log_pearson3_is_pearson3_of_logarithms() -> None:
    found = floods.analyse(HOSKING, "log_pearson3", [100.0])
    logs = l_moments.fit("pearson3", np.log10(HOSKING))
    assert found.parameters == pytest.approx(tuple(map(float, logs)), rel=1e-12)


def test_plotting_positions() -> None:
    assert floods.plotting_positions(9, "weibull") == pytest.approx(np.arange(1, 10) / 10)
    assert floods.plotting_positions(4) == pytest.approx((np.arange(1, 5) - 0.4) / 4.2)


def test_bounds_hold_the_truth_about_as_often_as_they_say() -> None:
    law = stats.gumbel_r(200.0, 60.0)
    truth = law.ppf(1.0 - 1.0 / 50.0)
    draw = np.random.default_rng(3)
    held = 0
    for _ in range(40):
        found = floods.analyse(law.rvs(30, random_state=draw), "gumbel", [50.0])
        held += bool(found.lower[0] <= truth <= found.upper[0])
    # 36 expected; a percentile bootstrap of 30 years holds a little less than it says
    assert 30 <= held <= 39


def test_bounds_are_the_same_every_time_and_widen_with_the_return_period() -> None:
    record = stats.gumbel_r(200.0, 60.0).rvs(40, random_state=np.random.default_rng(8))
    first = floods.analyse(record, "gev", [10.0, 100.0, 1000.0])
    again = floods.analyse(record[::-1], "gev", [10.0, 100.0, 1000.0])
    assert np.array_equal(first.upper, again.upper)
    assert np.all(first.lower < first.best)
    assert np.all(first.best < first.upper)
    assert np.all(np.diff(first.upper - first.lower) > 0.0)


def test_a_wrong_distribution_is_told_and_a_right_one_is_not() -> None:
    good = stats.gumbel_r(200.0, 60.0).rvs(80, random_state=np.random.default_rng(1))
    assert floods.analyse(good, "gumbel", [100.0]).doubts() == []
    two_kinds = np.concatenate([np.linspace(90.0, 110.0, 40), np.linspace(900.0, 1000.0, 20)])
    said = floods.analyse(two_kinds, "gumbel", [100.0]).doubts()
    assert any("fits the record poorly" in words for words in said)


def test_short_records_and_long_return_periods_are_told() -> None:
    assert floods.doubts(60, 100.0) == []
    assert "an extrapolation" in floods.doubts(40, 100.0)[0]
    few, far = floods.doubts(20, 100.0)
    assert "20 years" in few
    assert "far beyond" in far


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (np.arange(1.0, frequency.LEAST_YEARS), "too few"),
        (np.full(20, 3.0), "equal"),
        (np.append(np.arange(20.0), np.nan), "not a number"),
        (np.arange(20.0), "above zero"),
    ],
)
def test_records_that_nothing_fits(record: np.ndarray, says: str) -> None:
    with pytest.raises(floods.UnfitError, match=says):
        floods.analyse(record, "log_pearson3", [100.0])


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr("importlib.import_module", without)
    with pytest.raises(floods.MissingScipyError, match=r"spillsim\[floods\]"):
        floods.analyse(HOSKING, "gev", [100.0])
