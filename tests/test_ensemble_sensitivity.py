"""Sensitivity against functions whose indices are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from spillsim.ensembles import sensitivity
from spillsim.errors import SpillsimError

NAMES = ("a", "b", "c")


def saltelli(count: int, inputs: int, seed: int) -> np.ndarray:
    """(N (I + 2), I) two tables and their mixtures, row by row."""
    both = stats.qmc.Sobol(2 * inputs, seed=seed).random(count)
    first, second = both[:, :inputs], both[:, inputs:]
    rows = []
    for a, b in zip(first, second, strict=True):
        rows.append(a)
        for i in range(inputs):
            mixed = a.copy()
            mixed[i] = b[i]
            rows.append(mixed)
        rows.append(b)
    return np.array(rows)


def test_ishigami() -> None:
    # Ishigami & Homma (1990): sin x1 + 7 sin2 x2 + 0.1 x3^4 sin x1 on (-pi, pi); shares by the
    # closed form: D1 = (1 + b pi^4/5)2 / 2, D2 = a2/8, D13 = b2 pi^8 (1/18 - 1/50)
    a, b = 7.0, 0.1
    one = 0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2
    two = a**2 / 8.0
    both = b**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    whole = one + two + both
    x = np.pi * (2.0 * saltelli(2048, 3, 1) - 1.0)
    answer = np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = sensitivity.sobol_indices(answer, NAMES, seed=1)
    wanted_first = np.array([one, two, 0.0]) / whole
    wanted_total = np.array([one + both, two, both]) / whole
    # 95 % intervals for six numbers: one and a half of them hold all but one time in a hundred
    assert np.all(np.abs(found.first - wanted_first) <= 1.5 * found.first_half_width)
    assert np.all(np.abs(found.total - wanted_total) <= 1.5 * found.total_half_width)
    assert np.all(found.total_half_width < 0.1)


def test_a_spill_whose_variance_is_shared_out_by_hand() -> None:
    # Upper end of a peak: C = M / (2 A sqrt(pi D t)): its logarithm is a sum, so the shares are
    # those of the variances of the logarithms, 1, 1/4 and 0 of sigma2 = 0.6, 0.4, 0.
    unit = saltelli(1024, 3, 4)
    mass, dispersion = (stats.norm.ppf(unit[:, i]) for i in (0, 1))
    answer = 0.6 * mass - 0.5 * 0.4 * dispersion
    found = sensitivity.sobol_indices(answer, NAMES, seed=1)
    whole = 0.6**2 + 0.2**2
    np.testing.assert_allclose(found.first, [0.36 / whole, 0.04 / whole, 0.0], atol=0.03)
    np.testing.assert_allclose(found.total, [0.36 / whole, 0.04 / whole, 0.0], atol=0.03)


def test_what_is_no_design_is_refused() -> None:
    with pytest.raises(SpillsimError, match="saltelli"):
        sensitivity.sobol_indices(np.arange(11.0), NAMES, seed=1)
    with pytest.raises(SpillsimError, match="no finite answer"):
        sensitivity.sobol_indices(np.array([1.0, np.nan, 2.0, 3.0, 4.0]), NAMES, seed=1)


def test_spearman_is_scipys() -> None:
    random = np.random.default_rng(2)
    x = random.standard_normal((300, 3))
    x[:, 2] = np.round(x[:, 2])  # ties
    y = np.exp(x[:, 0]) - 0.5 * x[:, 2] + 0.3 * random.standard_normal(300)
    found = sensitivity.rank_correlation(x, y, NAMES)
    for i in range(3):
        assert found.plain[i] == pytest.approx(stats.spearmanr(x[:, i], y).statistic, rel=1e-9)


def test_partial_correlation_tells_drawn_together_from_deciding() -> None:
    random = np.random.default_rng(5)
    flow = random.standard_normal(4000)
    mass = 0.8 * flow + 0.6 * random.standard_normal(4000)  # drawn with the flow
    found = sensitivity.rank_correlation(
        np.column_stack([flow, mass, np.zeros(4000)]), flow + 0.1 * random.standard_normal(4000),
        NAMES,
    )  # fmt: skip
    assert found.plain[1] > 0.7
    assert abs(found.partial[1]) < 0.1
    assert found.partial[0] > 0.9
    assert np.isnan(found.plain[2])
    assert np.isnan(found.partial[2])


def test_tornado_orders_by_width_and_takes_never_as_late() -> None:
    random = np.random.default_rng(3)
    x = random.random((1000, 3))
    answer = 10.0 * x[:, 1] + 4.0 * x[:, 0]
    found = sensitivity.tornado(x, answer, NAMES)
    assert found.inputs == ("b", "a", "c")
    assert found.low[0] < 3.5
    assert found.high[0] > 9.0
    assert found.middle == pytest.approx(7.0, abs=0.5)
    late = np.where(x[:, 2] > 0.8, np.nan, answer)
    assert sensitivity.tornado(x, late, NAMES).inputs[0] == "c"
    with pytest.raises(SpillsimError, match="at least 100"):
        sensitivity.tornado(x[:50], answer[:50], NAMES)
