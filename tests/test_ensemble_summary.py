"""The dataset of answers: how often its intervals hold, groups, convergence, names and units."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import xarray as xr
from test_ensemble_run import SPREAD, run, spill
from test_results_conventions import cf_findings, quick_checker

from spillsim import results
from spillsim.ensembles import Members, summarize
from spillsim.sampling import draw
from spillsim.scenario import parse

__all__ = ["quick_checker"]

SEEDS = 200
MASS = 100.0
"""Median of the lognormal mass [kg]."""
LIMIT = 150.0
"""Of the answer, which is the mass itself."""


def members_of(answer: np.ndarray, **more: Any) -> Members:
    """Members of one station and substance whose every answer is the same numbers (M,)."""
    known = {"time_above_limit": np.where(answer > LIMIT, 1.0, 0.0)}

    def read(name: str, last: slice) -> np.ndarray:
        return known.get(name, answer)[:, None, None][..., last]

    settings: dict[str, Any] = {
        "usable": np.ones(answer.size, dtype=np.bool_), "inputs": answer[:, None],
        "input_names": ("mass",), "input_kinds": ("number",),
        "combination": np.zeros(answer.size, dtype=np.int64), "combinations": ("as written",),
        "stations": ("end",), "substances": ("tracer",), "limit_names": ("limit",),
        "limit_substance": np.array([0]), "limit_value": np.array([LIMIT]), "time": np.zeros(0),
        "duration": 24.0,
    }  # fmt: skip
    return Members(read, **(settings | more))


def summary_of_seed(seed: int, sampling: str) -> xr.Dataset:
    data = spill(200, ensemble={"members": 200, "seed": seed, "sampling": sampling})
    draws = draw(parse(data))
    return summarize(members_of(draws.value[:, 0]))


EXACT: dict[str, tuple[float, Callable[[xr.Dataset], tuple[float, float]]]] = {
    "probability": (
        0.5 * math.erfc(math.log(LIMIT / MASS) / math.log(SPREAD) / math.sqrt(2.0)),
        lambda d: (d["exceedance_low"].item(), d["exceedance_high"].item()),
    ),
    "quantile 95 %": (
        MASS * SPREAD**1.6448536269514722,
        lambda d: tuple(d[f"peak_concentration_{end}"].sel(quantile=0.95).item()  # type: ignore[return-value]
                        for end in ("low", "high")),
    ),
    "median": (
        MASS,
        lambda d: tuple(d[f"peak_concentration_{end}"].sel(quantile=0.5).item()  # type: ignore[return-value]
                        for end in ("low", "high")),
    ),
    "mean": (
        MASS * math.exp(0.5 * math.log(SPREAD) ** 2),
        lambda d: tuple(d["peak_concentration_mean"].item()  # type: ignore[return-value]
                        + sign * 1.959964 * d["peak_concentration_mean_standard_error"].item()
                        for sign in (-1.0, 1.0)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("sampling", ["random", "latin_hypercube"])
def test_intervals_of_95_percent_hold_as_often_as_they_say(sampling: str) -> None:
    # Plain chance: 90 to 99 % of 200 seeds (95 % of them would scatter by 1.5 %; the mean of a
    # skew lognormal by fewer). A Latin hypercube scatters less, so its intervals hold more often.
    inside = dict.fromkeys(EXACT, 0)
    for seed in range(SEEDS):
        found = summary_of_seed(seed, sampling).isel(group=0, station=0)
        for name, (exact, interval) in EXACT.items():
            low, high = interval(found)
            inside[name] += low <= exact <= high
    share = {name: count / SEEDS for name, count in inside.items()}
    if sampling == "random":
        assert all(0.90 <= one <= 0.99 for one in share.values()), share
    else:
        assert all(one >= 0.99 for one in share.values()), share


def test_draws_that_count_in_every_combination_are_not_counted_twice() -> None:
    once = np.exp(np.random.default_rng(3).standard_normal(100))
    members = members_of(np.tile(100.0 * once, 3), combination=np.repeat(np.arange(3), 100),
                         combinations=("a", "b", "c"))  # fmt: skip
    found = summarize(members)
    assert found["group"].values.tolist() == ["all members", "a", "b", "c"]
    assert found["members"].values.tolist() == [300, 100, 100, 100]
    assert found["independent_draws"].values.tolist() == [100] * 4
    # three times the same says no more than once
    for name in ("exceedance_low", "exceedance_high", "exceedance_standard_error"):
        np.testing.assert_allclose(found[name].values[0], found[name].values[1], rtol=1e-12)
    # order statistics: two neighbours of the tail at most
    for name in ("peak_concentration_low", "peak_concentration_high"):
        np.testing.assert_allclose(found[name].values[0], found[name].values[1], rtol=0.2)
    # after 100 members 34 draws had come, 33 of them in all combinations
    assert found["checkpoint"].values.tolist() == [100, 200, 300]
    width = found["exceedance_convergence_half_width"].values[:, 0, 0]
    assert 0.12 < width[0] < 0.18  # 1.96 / (2 sqrt(34)) = 0.168 at most
    whole = 0.5 * (found["exceedance_high"] - found["exceedance_low"]).values[0, 0, 0]
    assert width[-1] == pytest.approx(whole, rel=1e-12)


def test_a_time_that_some_never_see_is_nan_where_it_is_never_seen() -> None:
    answer = np.arange(1.0, 101.0)
    answer[60:] = np.nan
    found = summarize(members_of(answer)).isel(group=0, station=0, substance=0)
    assert found["arrival_chance"].item() == 0.6
    assert found["arrival_time"].sel(quantile=0.5).item() == 50.5
    assert np.isnan(found["arrival_time"].sel(quantile=0.75).item())
    assert found["arrival_time_mean"].item() == pytest.approx(30.5)
    assert found["chance_of_arrival"].values[-1] == pytest.approx(0.24, abs=0.005)
    # the latest tenth of the input never comes
    assert np.isnan(found["arrival_time_where_high"].item())
    assert found["arrival_time_where_low"].item() == 5.0


def test_a_sweep_alone_answers_for_every_value() -> None:
    data = spill()
    data["uncertain"] = []
    data["sweep"] = [{"name": "mass", "key": "release.tank.mass", "values": ["1 t", "2 t"]}]
    found = run(data, workers=1).summary
    one, two = found["peak_concentration"].sel(quantile=0.5).values[1:, 0, 0]
    assert two == pytest.approx(2.0 * one, rel=1e-9)
    assert found["members"].values.tolist() == [2, 1, 1]


@pytest.fixture(scope="module")
def file_of_answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = spill() | {"ensemble": {"members": 200, "sampling": "saltelli", "keep": "curves"}}
    data["sweep"] = [{"name": "velocity", "factor_of": "velocity", "values": [1.0, 1.5]}]
    outcome = run(data, workers=1, given=("mass > 100 kg",))
    return results.write(outcome.summary, tmp_path_factory.mktemp("answers") / "ensemble.nc")


def test_everything_is_named_has_a_unit_and_says_where_it_is_from(file_of_answers: Path) -> None:
    with netCDF4.Dataset(file_of_answers) as file:
        for name, variable in file.variables.items():
            assert variable.long_name, name
            if variable.dtype.kind == "f":
                assert variable.units, name
        assert file.spillsim_kind == "ensemble"
        assert file.sampling == "saltelli"
        assert (file.members, file.failed_members, file.seed) == (2 * 64 * 3, 0, 1)
        assert "transfer" in file.members_by
        assert file.source.startswith("spillsim ")
        assert file.first_release == "2024-03-01T00:00:00+00:00"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("quick_checker")
def test_cf_checker_finds_no_error(file_of_answers: Path, tmp_path: Path) -> None:
    # time: the checker's work grows with the square of the variables
    kept = ("exceedance", "arrival_time", "concentration", "chance_of_arrival", "members",
            "peak_concentration_sobol_total", "exceedance_convergence", "limit_value",
            "input_quantile", "station_kind", "river", "distance")  # fmt: skip
    with xr.open_dataset(file_of_answers) as whole:
        path = results.write(whole[list(kept)], tmp_path / "few.nc")
    assert cf_findings(path)["error"] == []
