"""The error a run says it achieved is the error it has, against exact curves of many rivers.

Exact curves: ``validation.known``. The measure is L1 over the area under the exact curve.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine_cases import Array, at, error, pulse, reach, river

import spillsim
from spillsim import scenario
from spillsim.model import Model, assemble, with_time_step
from spillsim.simulation import simulate
from spillsim.validation.known import RIVERS, River
from spillsim.verification import (
    exact_reference,
    half_step_reference,
    measured,
    simulate_to_target,
)

TARGET = 0.01
# all datasets are the same whether written or not; some are read back from their files
WRITTEN = {"slug at a headwater", "stiff storage", "slow reservoir"}


@cache
def case_of(name: str) -> River:
    return RIVERS[name]()


@cache
def exact_curves(name: str) -> list[Array]:
    case = case_of(name)
    return case.exact(case.interval * np.arange(int(case.duration / case.interval) + 1))


def model_of(case: River, **numerics: Any) -> Model:
    return assemble(scenario.parse(case.scenario(**{"error": TARGET, **numerics}), None))


@pytest.mark.parametrize("name", list(RIVERS))
def test_written_error_is_true(name: str, tmp_path: Path) -> None:
    case = case_of(name)
    asked = scenario.parse(case.scenario(error=TARGET), None)
    output = tmp_path / "run.nc" if name in WRITTEN else None
    found = spillsim.run(asked, output)
    if output is not None:
        with spillsim.open(output) as read:
            found = read.load()
    written = found["achieved_error"].values[:, 0]
    curves = found["concentration"].values[:, 0, :] / 1000.0
    for told, curve, exact in zip(written, curves, exact_curves(name), strict=True):
        real = error(curve, exact)
        assert 0.5 * real <= told <= 2.0 * real
    missed = written > TARGET
    assert missed.any() == ("time_step" in case.more)
    assert ("misses the numerical error asked for" in found.attrs["notices"]) == missed.any()


@pytest.mark.parametrize("name", list(RIVERS))
def test_half_a_step_never_flatters(name: str) -> None:
    model = model_of(case_of(name))
    run = measured(model, simulate(model), half_step_reference(model))
    assert run.achieved_error is not None
    for told, curve, exact in zip(
        run.achieved_error[0], run.concentration[0], exact_curves(name), strict=True
    ):
        assert told >= 0.5 * error(curve, exact)


@pytest.mark.parametrize("name", list(RIVERS))
def test_exact_curves_know_their_own_error(name: str) -> None:
    model = model_of(case_of(name))
    reference = exact_reference(model)
    assert reference is not None
    for k, curve in enumerate(exact_curves(name)):
        # the oracle of the test is good to 1e-10 itself
        assert error(reference.concentration[0, k], curve) <= reference.error[0, k] + 1e-9


@pytest.mark.parametrize("name", [name for name in RIVERS if "time step" not in name])
def test_transfer_engine_tells_its_error(name: str) -> None:
    model, run = simulate_to_target(model_of(case_of(name), engine="transfer"))
    assert model.engine == run.engine == "transfer"
    assert run.achieved_error is not None
    for told, curve, exact in zip(
        run.achieved_error[0], run.concentration[0], exact_curves(name), strict=True
    ):
        # the oracle of the test is good to 1e-10 itself
        assert error(curve, exact) <= told + 1e-9
        assert told < 0.1 * TARGET


def plain(**numerics: Any) -> dict[str, Any]:
    """A release whose plume passes a first station and does not come to a second."""
    rows = [reach("river", "head", "foot", 200e3, 100.0, 30.0)]
    places = [at("river", 10e3), at("river", 190e3)]
    return river(rows, {"head": 70.0}, [pulse("head", 1000.0, 0.0, 3600.0)], places,
                 40 * 3600.0, 600.0, **numerics)  # fmt: skip


@pytest.mark.parametrize("check", ["auto", "half_step"])
def test_nothing_is_measured_where_nothing_passes(check: str) -> None:
    _, run = simulate_to_target(assemble(scenario.parse(plain(error_check=check), None)))
    assert run.achieved_error is not None
    assert 0.0 < run.achieved_error[0, 0] < 0.01
    assert np.isnan(run.achieved_error[0, 1])
    assert run.notices == ()


def test_the_check_can_be_left_out() -> None:
    asked = scenario.parse(plain(error_check="none"), None)
    found = spillsim.run(asked)
    assert "achieved_error" not in found
    model = assemble(asked)
    same, run = simulate_to_target(model)
    assert same is model
    assert run.achieved_error is None


def test_a_run_is_kept_when_half_its_step_cannot_be_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(model: Model, step: float) -> Model:
        raise spillsim.ScenarioError([], "half the step")

    monkeypatch.setattr("spillsim.verification.reference.with_time_step", broken)
    model = assemble(scenario.parse(plain(error_check="half_step"), None))
    _, run = simulate_to_target(model)
    assert run.achieved_error is None
    assert "could not be measured" in run.notices[0].message


def test_a_given_step_is_kept_and_a_better_one_offered() -> None:
    case = case_of("time step far too long")
    model = model_of(case)
    kept, run = simulate_to_target(model)
    assert kept.time_step == 3600.0
    offer = run.notices[0].message.split("time_step = ")[1].split('"')[1]
    assert offer == "5 min"
    better = assemble(scenario.parse(case.scenario(error=TARGET, time_step=300.0), None))
    _, again = simulate_to_target(better)
    assert run.achieved_error is not None
    assert again.achieved_error is not None
    assert again.achieved_error.max() < TARGET < run.achieved_error.max()


def test_a_finer_step_of_ours_meets_the_target() -> None:
    model = model_of(case_of("slow reservoir"))
    before = measured(model, simulate(model))
    finer, run = simulate_to_target(model)
    assert before.achieved_error is not None
    assert run.achieved_error is not None
    assert before.achieved_error.max() > TARGET > run.achieved_error.max()
    assert finer.time_step < model.time_step
    assert "made finer" in run.notices[0].message
    assert np.array_equal(finer.output_time, model.output_time)


def test_another_step_keeps_everything_else() -> None:
    model = model_of(case_of("two releases"))
    same = with_time_step(model, model.time_step)
    assert same.time_step == model.time_step
    np.testing.assert_array_equal(simulate(same).concentration, simulate(model).concentration)
