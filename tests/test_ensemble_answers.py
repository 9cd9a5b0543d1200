"""Probabilities and quantiles of ensembles, against exact distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spillsim.ensembles import answers


def normal_share(x: float) -> float:
    """Distribution function of the normal distribution."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def test_exceedance_of_a_lognormal_mass_within_its_stated_error() -> None:
    # The peak is proportional to the mass, so P(peak > limit) = P(ln m > ln limit) is known.
    exact = 1.0 - normal_share(math.log(3.0) / 0.8)
    inside = 0
    for seed in range(400):
        mass = np.exp(0.8 * np.random.default_rng(seed).standard_normal(500))
        found = answers.exceedance(mass, 3.0)
        inside += float(found.low) <= exact <= float(found.high)
    assert 0.92 <= inside / 400 <= 0.98  # 95 % stated; the share itself scatters by 1.1 %


def test_quantile_interval_covers_as_often_as_it_says() -> None:
    exact = math.exp(0.8 * 1.2815515655446004)  # 90 % of the lognormal
    inside = 0
    for seed in range(400):
        mass = np.exp(0.8 * np.random.default_rng(seed).standard_normal(400))
        found = answers.quantiles(mass, 0.9)
        inside += float(found.low[0]) <= exact <= float(found.high[0])
    assert 0.93 <= inside / 400 <= 0.99


def test_nothing_and_everything_have_intervals_too() -> None:
    never = answers.share_of(np.zeros((50, 2), dtype=np.bool_))
    always = answers.share_of(np.ones((50, 2), dtype=np.bool_))
    assert never.value.tolist() == [0.0, 0.0]
    assert never.low.tolist() == [0.0, 0.0]
    assert 0.05 < never.high[0] < 0.08  # the rule of three: 3 / n
    np.testing.assert_allclose(always.low, 1.0 - never.high, rtol=1e-12)
    with pytest.raises(ValueError, match="without members"):
        answers.share_of(np.zeros((0, 2), dtype=np.bool_))


def test_wilson_by_hand() -> None:
    # 7 of 20: Newcombe (1998), Statist. Med. 17, 857-872 treats the same formula; by hand
    # (0.35 + 0.096036 +- 1.959964 sqrt(0.011375 + 0.00240091)) / 1.192073
    found = answers.share_of(np.arange(20) < 7)
    assert float(found.low) == pytest.approx(0.181192, abs=1e-5)
    assert float(found.high) == pytest.approx(0.567147, abs=1e-5)
    assert float(found.standard_error) == pytest.approx(math.sqrt(0.35 * 0.65 / 20), rel=1e-12)


def test_a_time_that_never_comes_is_later_than_any() -> None:
    times = np.array([[3.0], [np.nan], [1.0], [2.0]])
    assert answers.chance_before(times, np.array([0.5, 1.0, 2.5, 99.0]))[:, 0].tolist() == [
        0.0, 0.25, 0.5, 0.75,
    ]  # fmt: skip
    found = answers.quantiles(times, [0.0, 1.0 / 3.0, 2.0 / 3.0, 0.9])
    assert found.value[:, 0].tolist() == [1.0, 2.0, 3.0, math.inf]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.floats(0.0, 1.0))
def test_quantiles_are_those_of_numpy_where_all_comes(values: list[float], share: float) -> None:
    found = answers.quantiles(np.array(values), share)
    wanted = np.quantile(np.array(values), share)
    assert found.value[0] == pytest.approx(wanted, rel=1e-9, abs=1e-6)
    assert found.low[0] <= found.value[0] + 1e-6
    assert found.value[0] <= found.high[0] + 1e-6


def test_shares_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        answers.quantiles(np.ones(3), 1.2)
    with pytest.raises(ValueError, match="above zero"):
        answers.members_needed(0.5, 0.0)


def test_members_needed_is_the_least_number() -> None:
    count = answers.members_needed(0.5, 0.01)
    assert 9_500 < count < 9_700  # z2 / (4 w2) = 9604 less a little

    def half(n: int) -> float:
        return float(answers.share_of(np.arange(n) < n // 2).half_width)

    assert half(count + count % 2) <= 0.01 < half(count - 10)


def test_convergence_doubles_and_ends_with_all() -> None:
    happened = np.random.default_rng(3).random((1000, 2)) < 0.3
    found = answers.convergence(happened)
    assert found.members.tolist() == [100, 200, 400, 800, 1000]
    np.testing.assert_array_equal(found.value[-1], happened.mean(axis=0))
    assert bool(np.all(np.diff(found.half_width[:, 0]) < 0.0))
