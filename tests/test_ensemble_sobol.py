"""Sobol indices from the file to the answers, against variances that are shared out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from test_ensemble_run import run, spill

from spillsim import scenario
from spillsim.ensembles import sensitivity
from spillsim.errors import ScenarioError, SpillsimError
from spillsim.sampling import draw, draws_of
from spillsim.sampling.designs import TooFewForSaltelliError, saltelli

NAMES = ("a", "b", "c")


def test_ishigami_through_the_design_of_the_ensemble() -> None:
    # Ishigami & Homma (1990) with a = 7, b = 0.1 on (-pi, pi); Sobol' & Levitan (1999) give the
    # indices 0.3139, 0.4424, 0 and totals 0.5576, 0.4424, 0.2437
    x = np.pi * (2.0 * saltelli(NAMES, 2048 * 5, seed=1) - 1.0)
    answer = np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = sensitivity.sobol_indices(answer, NAMES, seed=1)
    first, total = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])
    assert np.all(np.abs(found.first - first) <= found.first_half_width)
    assert np.all(np.abs(found.total - total) <= found.total_half_width)
    # and the half widths say something: at most a tenth of the variance
    assert np.all(found.total_half_width < 0.1)
    assert np.all(found.first_half_width < 0.1)


def test_rows_of_a_design_mix_two_points_column_by_column() -> None:
    rows = saltelli(NAMES, 64 * 5, seed=3).reshape(64, 5, 3)
    first, second = rows[:, 0], rows[:, -1]
    for i in range(3):
        others = [k for k in range(3) if k != i]
        np.testing.assert_array_equal(rows[:, i + 1, i], second[:, i])
        np.testing.assert_array_equal(rows[:, i + 1][:, others], first[:, others])
    # a Sobol sequence has one point in each of 64 slices of every input, in both tables
    for table in (first, second):
        for column in table.T:
            assert sorted(np.floor(64 * column).astype(int)) == list(range(64))


def known_spill(members: int = 1400) -> dict[str, Any]:
    """What is spilled is dissolved in part: mass and part are lognormal, the hour is even.

    The river is the same for all, so a peak is proportional to mass times part, a load too, and
    arrivals (above 1 % of each peak) are later by the hour of the release and by nothing else.
    """
    found = spill(members)
    found["substance"][0].pop("limits")
    found["ensemble"]["sampling"] = "saltelli"
    found["uncertain"] = [
        found["uncertain"][0] | {"factor": math.exp(0.5)},
        {"name": "part", "factor_of": "mass", "distribution": "lognormal", "median": 0.5,
         "factor": math.exp(0.3)},
        {"name": "hour", "key": "release.tank.time", "distribution": "uniform",
         "low": "0 h", "high": "3 h"},
    ]  # fmt: skip
    return found


def test_a_spill_whose_variance_is_shared_out_in_closed_form() -> None:
    # Y = M P with ln M ~ N(., 0.5^2) and ln P ~ N(., 0.3^2): the variance of a product of
    # independent lognormals is e^(s2)-1 over the squared mean, so S_i = (e^(s_i^2) - 1) / V and
    # T_i = 1 - (e^(s2 - s_i^2) - 1) / V with V = e^(s2) - 1, s2 = 0.5^2 + 0.3^2
    outcome = run(known_spill(), workers=1)
    assert outcome.members == 256 * 5  # the greatest power of two, no more than asked for
    own = outcome.summary.isel(group=0, station=0, substance=0)
    s2 = np.array([0.5**2, 0.3**2, 0.0])
    whole = math.expm1(s2.sum())
    first, total = np.expm1(s2) / whole, 1.0 - np.expm1(s2.sum() - s2) / whole
    for answer in ("peak_concentration", "mass_passed"):
        assert_within(own, answer, first, total)
    assert_within(own, "arrival_time", np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]))
    # probabilities are of the members that are drawn apart
    assert own["members"].item() == 2 * 256
    assert own["peak_concentration_mean"].item() == pytest.approx(
        own["peak_concentration"].sel(quantile=0.5).item() * math.exp(0.5 * s2.sum()), rel=0.1
    )


def assert_within(own: xr.Dataset, answer: str, first: np.ndarray, total: np.ndarray) -> None:
    """Indices lie within their stated half widths, and 0.002: an arrival is found on a grid."""
    for part, exact in (("first", first), ("total", total)):
        found = own[f"{answer}_sobol_{part}"].values
        width = own[f"{answer}_sobol_{part}_half_width"].values
        assert np.all(np.abs(found - exact) <= width + 0.002), (answer, part, found)
        assert np.all(width < 0.3)


def test_every_combination_has_indices_and_all_together_none() -> None:
    data = known_spill(160)
    data["sweep"] = [{"name": "decay", "factor_of": "decay_rate", "values": [1.0, 3.0]}]
    data["substance"][0]["decay_rate"] = "1 1/d"
    found = run(data, workers=1, given=("mass > 100 kg",)).summary
    assert found["group"].values.tolist() == [
        "all members", "decay 1", "decay 3", "mass > 100 kg",
    ]  # fmt: skip
    known = np.isfinite(found["peak_concentration_sobol_total"].values).all(axis=(1, 2, 3))
    assert known.tolist() == [False, True, True, False]
    assert found["members"].values.tolist()[:3] == [128, 64, 64]
    assert found["sobol_base_points"].values.tolist() == [0, 32, 32, 0]
    assert found["independent_draws"].values.tolist()[:3] == [64, 64, 64]


def test_what_the_design_cannot_do_is_refused() -> None:
    data = known_spill()
    data["correlation"] = [{"between": ["mass", "part"], "rank": 0.5}]
    with pytest.raises(ScenarioError, match="there are correlations"):
        scenario.parse(data)
    few = scenario.parse(known_spill(159))
    with pytest.raises(TooFewForSaltelliError, match="at least 160 are needed"):
        draw(few)
    assert draws_of(few, 160) == 160
    assert draws_of(few, 319) == 160
    limited = spill(160) | {"ensemble": {"sampling": "saltelli", "members": 160}}
    with pytest.raises(SpillsimError, match="run whole"):
        run(limited, until=0.1)


def test_choices_have_indices_too() -> None:
    data = known_spill(200)
    data["uncertain"] = [
        {"name": "mass", "key": "release.tank.mass", "distribution": "discrete",
         "values": ["100 kg", "300 kg"]},
        data["uncertain"][2],
    ]  # fmt: skip
    own = run(data, workers=1).summary.isel(group=0, station=0, substance=0)
    assert own["peak_concentration_sobol_total"].values == pytest.approx([1.0, 0.0], abs=0.35)
    assert own["input_kind"].values.tolist() == ["number", "number"]
