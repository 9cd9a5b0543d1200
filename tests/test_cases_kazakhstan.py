"""The cases in Central Asia: they run, close their balances and come out in a sensible order."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from test_cases_gallery import ledger_closes

import spillsim

CASES = Path(__file__).parents[1] / "scenarios"


@functools.cache
def coarse(name: str, **changes: str) -> xr.Dataset:
    """Run a case with a coarser target, which is enough for orders and balances."""
    data: dict[str, Any] = tomllib.loads((CASES / name / "scenario.toml").read_text("utf-8"))
    data["numerics"] = {"error": 0.1, "error_check": "none"}
    data["case"] |= changes
    return spillsim.run(spillsim.scenario.parse(data, CASES / name))


def curve(dataset: xr.Dataset, station: str, name: str) -> float:
    value = dataset[name].sel(station=station).values.ravel()[0]
    if dataset[name].dtype.kind == "M":
        return float((value - dataset["time"].values[0]) / np.timedelta64(1, "h"))
    return float(value)


def test_mailuu_suu_comes_to_its_borders_in_order() -> None:
    dataset = coarse("syrdarya_mailuu_suu", duration="90 days")
    ledger_closes(dataset)
    borders = [str(s) for s in dataset["station"].values if "–" in str(s)]
    assert borders == ["KG–UZ Mailuu-Suu", "UZ–TJ Syr Darya", "TJ–UZ Syr Darya", "UZ–KZ Syr Darya"]
    arrivals = [curve(dataset, border, "arrival_time") for border in borders]
    assert arrivals == sorted(arrivals)
    assert arrivals[-1] < 20 * 24
    peaks = [curve(dataset, border, "peak_concentration") for border in borders]
    # a tank between the second and the third holds back, rivers and canals thin and take
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[2] < 0.02 * peaks[1]


def test_kairakkum_lets_through_what_a_mixed_tank_does() -> None:
    """A short pulse into a tank leaves as M/V exp(-Q t/V)."""
    dataset = coarse("syrdarya_mailuu_suu", duration="90 days")
    volume, discharge, mass = 4.2e9, 445.4, 1200.0
    peak = curve(dataset, "Khujand", "peak_concentration") * 1e-3
    late = 60 * 86400.0
    assert peak == pytest.approx(mass / volume * np.exp(-86400 * discharge / volume), rel=0.02)
    series = dataset["concentration"].sel(station="Khujand", substance="uranium")
    since = (dataset["time"].values - dataset["peak_time"].sel(station="Khujand").values) / (
        np.timedelta64(1, "s")
    )
    after = float(np.interp(late, since.ravel(), series.values.ravel())) * 1e-3
    assert after / peak == pytest.approx(np.exp(-late * discharge / volume), rel=0.02)


def test_canals_take_their_share() -> None:
    """Half of the water, and so half of the uranium, leaves with the canals above Bekabad."""
    dataset = coarse("syrdarya_mailuu_suu", duration="90 days")
    passed = [curve(dataset, s, "mass_passed") for s in ("Khujand", "TJ–UZ Syr Darya")]
    assert passed[1] / passed[0] == pytest.approx(229.8 / 445.1, rel=0.01)
    abstracted = float(dataset["mass_abstracted"].isel(ledger_time=-1).sum())
    # and a little more in the fields below Tyumen-Aryk
    assert 1.0 < abstracted / (passed[0] - passed[1]) < 1.1
