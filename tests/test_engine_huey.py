"""Huey Creek 1992 (OTIS application 4): a tracer in flow that changes, areas given with it."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import spillsim

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def huey() -> Any:
    sys.path.insert(0, str(DOCS))
    try:
        return import_module("huey_creek")
    finally:
        sys.path.remove(str(DOCS))


@pytest.fixture(scope="module")
def linear(huey: Any) -> xr.Dataset:
    return spillsim.run(huey.scenario())


@pytest.fixture(scope="module")
def held(huey: Any) -> xr.Dataset:
    return spillsim.run(huey.scenario("steps"))


def test_observed_lithium_is_met_as_well_as_by_otis(
    huey: Any, linear: xr.Dataset, held: xr.Dataset
) -> None:
    official, fit = huey.score(*huey.otis(457))
    own, own_fit = huey.score(*huey.curve(linear, 457))
    same, same_fit = huey.score(*huey.curve(held, 457))
    scores = f"OTIS {official:.5f}, linear {own:.5f}, held {same:.5f}"
    sys.stdout.write(f"RMSE at 457 m, mg/L: {scores}\n")
    assert official == pytest.approx(0.08562, abs=2e-5)
    # OTIS holds the flow for a minute; so do the steps, and the scores are then the same
    assert same < 1.0005 * official
    assert same_fit > fit - 1e-5
    # straight between the minutes, half a minute earlier on average, the score has no third digit
    # to spare: 0.0865 for 0.0856
    assert own < 1.013 * official
    assert own_fit > fit - 3e-4


@pytest.mark.parametrize(
    ("place", "near"), [(9, 0.0019), (213, 0.0017), (457, 0.0023), (610, 0.0022)]
)
def test_the_curve_is_that_of_otis(huey: Any, held: xr.Dataset, place: int, near: float) -> None:
    assert huey.apart(held, place) < near


def test_the_chosen_step_does_as_well(huey: Any) -> None:
    run = spillsim.run(huey.scenario(time_step=None))
    assert huey.score(*huey.curve(run, 457))[0] == pytest.approx(0.0865, abs=3e-4)


def test_mass_is_kept_and_what_the_flow_leaves_open_is_told(linear: xr.Dataset) -> None:
    last = linear.isel(ledger_time=-1, substance=0)
    released = float(last["mass_released"])
    assert abs(float(last["mass_error"])) < 1e-12 * released
    # 0.02 % of the flow is lost or gained to the side on the way
    assert 0.0 < float(last["mass_abstracted"]) < 1e-3 * released
    assert "flow, areas given" in linear.attrs["notices"]
    assert np.isfinite(linear["concentration"].values).all()
