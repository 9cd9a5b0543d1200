"""Members marched side by side: each must come out as if it were marched alone."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import numpy as np
import pytest
from engine_cases import Solved, at, pulse, reach, river, slug, solve

from spillsim import scenario
from spillsim.model import assemble
from spillsim.simulation import simulate
from spillsim.sources import decay_rates
from spillsim.transport import members as members_module
from spillsim.transport.deposits import build_deposits
from spillsim.transport.march import march
from spillsim.transport.medium import build_exchange
from spillsim.transport.members import Ensemble, MemberCurves, Members, march_members

HOURS = 3600.0
STEP = 450.0
PLACES = [at("b", 5e3), at("a", 20e3), at("b", 35e3)]
FACTORS = {
    "velocity": [1.0, 0.7, 1.3, 1.0, 0.9, 1.1, 0.8, 1.2, 1.25],
    "dispersion": [1.0, 1.5, 0.8, 2.0, 0.6, 1.0, 1.2, 0.9, 1.1],
    "mass": [1.0, 2.0, 0.5, 1e-3, 1e3, 1.0, 3.0, 1.0, 0.1],
    "exchange": [1.0, 0.5, 1.0, 2.0, 1.0, 0.7, 1.0, 1.3, 1.0],
    "decay": [1.0, 3.0, 1.0, 0.5, 1.0, 2.0, 1.0, 1.0, 0.8],
}


def alone(velocity: float, dispersion: float, mass: float, exchange: float, decay: float) -> Solved:
    """The case of the ensemble with other numbers, as a scenario of its own."""
    rows = [reach("a", "head", "m", 30e3, 100.0, 30.0 * dispersion, storage=(0.2, 2e-5 * exchange)),
            reach("b", "m", "foot", 40e3, 140.0, 15.0 * dispersion)]  # fmt: skip
    tracer = {"name": "tracer", "decay_rate": f"{1e-6 * decay!r} 1/s"}
    released = pulse("head", 1000.0 * mass, 0.0, 3600.0)
    return solve(rows, {"head": 70.0 * velocity}, [released], PLACES, 60 * HOURS, 1800.0,
                 time_step=STEP / velocity, substances=[tracer])  # fmt: skip


def ensemble(threads: int) -> MemberCurves:
    model = alone(1.0, 1.0, 1.0, 1.0, 1.0).model
    releases = [(release.position, release.schedule) for release in model.releases]
    rates = decay_rates(model.scenario.substances[0], model.flow)
    members = Members(**{name: np.array(values) for name, values in FACTORS.items()})
    return march_members(Ensemble(model.march.plan, releases, *rates), members, threads)


@pytest.mark.parametrize("member", [0, 1, 2, 3, 4])
def test_a_member_is_the_case_with_its_numbers(member: int) -> None:
    found = ensemble(1)
    wanted = alone(**{name: values[member] for name, values in FACTORS.items()}).run
    for own, reference in (
        (found.concentration(member), wanted.concentration[0]),
        (found.cumulative_mass(member), wanted.cumulative_mass[0]),
    ):
        assert np.abs(own - reference).max() <= 1e-10 * reference.max()
        assert reference.max() > 0.0
    assert found.mass_error.max() < 1e-12


def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members_module, "BLOCK_MEMBERS", 8)
    one, two = ensemble(1), ensemble(2)
    assert len(one.curves) == 2
    for first, second in zip(one.curves, two.curves, strict=True):
        assert np.array_equal(first, second)
    assert np.array_equal(one.ledger, two.ledger)


def test_factors_that_no_river_has_are_refused() -> None:
    ones = np.ones(3)
    with pytest.raises(ValueError, match="mass"):
        Members(ones, ones, np.array([1.0, -1.0, 1.0]), ones, ones)
    with pytest.raises(ValueError, match="decay"):
        Members(ones, ones, ones, ones, np.ones(2))


def test_substances_side_by_side_are_as_each_alone() -> None:
    rows = [reach("a", "head", "m", 20e3, 100.0, 30.0, storage=(0.1, 1e-5)),
            reach("t", "side", "m", 15e3, 60.0, 20.0),
            reach("b", "m", "foot", 30e3, 150.0, 40.0, lateral=-1e-4)]  # fmt: skip
    names = {"salt": "0 1/s", "dye": "1e-5 1/s", "third": "3e-6 1/s"}
    releases = [slug("head", 10.0**n, substance=name) for n, name in enumerate(names)]
    releases.append(slug("side", 5.0, 7200.0, substance="dye"))

    def run(chosen: list[str]) -> Any:
        substances = [{"name": name, "decay_rate": names[name]} for name in chosen]
        own = [row for row in releases if row["substance"] in chosen]
        return solve(rows, {"head": 70.0, "side": 30.0}, own, [at("b", 1e3), at("b", 25e3)],
                     40 * HOURS, 900.0, time_step=300.0, substances=substances).run  # fmt: skip

    together = run(list(names))
    for n, name in enumerate(names):
        own = run([name])
        scale = own.concentration.max()
        assert np.abs(together.concentration[n] - own.concentration[0]).max() <= 1e-11 * scale
        # alone there may be no tributary, and so fewer cells
        top = own.peak_concentration.max()
        assert together.peak_concentration[n].max() == pytest.approx(top, rel=1e-11)
        assert together.ledger.decayed[n, -1] == pytest.approx(
            own.ledger.decayed[0, -1], rel=1e-11, abs=1e-13
        )


def test_a_march_makes_as_many_arrays_whatever_the_number_of_steps() -> None:
    # the kernels are compiled without numba's runtime: one that makes an array does not compile
    def calls(step: float) -> tuple[int, int]:
        rows = [reach("a", "head", "foot", 40e3, 100.0, 30.0)]
        data = river(rows, {"head": 70.0}, [slug("head")], [at("a", 20e3)], 20 * HOURS, 900.0,
                     time_step=step)  # fmt: skip
        model = assemble(scenario.parse(data, None))
        simulate(model)
        own = [(release.position, release.schedule) for release in model.releases]
        plan = model.march.plan
        deposits = build_deposits(plan.grid, own, plan.start, plan.steps)
        exchange = build_exchange(plan.grid, *decay_rates(model.scenario.substances[0], model.flow))
        march(plan, model.march.dispersion, exchange, deposits)
        count = 0

        def watch(frame: FrameType, event: str, argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(watch)
        try:
            march(plan, model.march.dispersion, exchange, deposits)
        finally:
            sys.setprofile(None)
        return plan.steps, count

    few, calls_of_few = calls(600.0)
    many, calls_of_many = calls(60.0)
    assert many == 10 * few
    assert calls_of_many == calls_of_few
