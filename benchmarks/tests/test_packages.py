"""Each installed package solves a short river as it should, and the search tells what it found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from .. import world
from ..packages import (
    PACKAGES,
    Outcome,
    OutOfTimeError,
    Package,
    Solution,
    epanet,
    fipy_river,
    pde_river,
    scipy_lines,
    seek,
    swmm,
)
from ..peers.search import error_of
from ..tasks import T1, W2, Task, exact_curves

# Packages of others warn of their own and of each other's changes to come.
pytestmark = pytest.mark.filterwarnings("ignore")

RIVER = replace(T1, length=16e3, duration=8 * 3600.0, stations=(5e3, 8e3))
STORAGE = replace(
    RIVER,
    river=replace(
        T1.river,
        exchange_coefficient=1e-4,
        area_ratio=0.3,
        decay_rate=5e-6,
        storage_decay_rate=2e-6,
    ),
)

BRIEF = replace(STORAGE, length=8e3, duration=4 * 3600.0, stations=(4e3,))


def installed(name: str) -> Package:
    package = PACKAGES[name]
    if package.version is None:
        pytest.skip(f"{name} is not installed: pip install '.[benchmarks]'")
    return package


@pytest.mark.parametrize("task", [RIVER, STORAGE], ids=["river", "storage"])
def test_error_of_the_method_of_lines_falls_at_the_order(task: Task) -> None:
    package = installed("scipy")
    coarse = package.error(task, scipy_lines.solve(task, 400.0, 60.0))
    fine = package.error(task, scipy_lines.solve(task, 200.0, 60.0))
    assert fine < 0.12
    assert np.log2(coarse / fine) > 2.4


def test_fipy_solves_the_equations() -> None:
    package = installed("fipy")
    assert package.error(BRIEF, fipy_river.solve(BRIEF, 250.0, 60.0)) < 0.03


@pytest.mark.slow
def test_py_pde_solves_the_equations() -> None:
    """A minute: it compiles parts with numba even where it computes with numpy."""
    package = installed("py-pde")
    assert package.error(BRIEF, pde_river.solve(BRIEF, 160.0, 60.0, "numpy")) < 0.1


@pytest.mark.parametrize("method", scipy_lines.METHODS)
def test_methods_of_scipy_agree(method: str) -> None:
    """BDF is of lower order and keeps its tolerance of 1 % only."""
    package = installed("scipy")
    error = package.error(RIVER, scipy_lines.solve(RIVER, 200.0, 60.0, method))
    assert error < 0.06


def test_swmm_carries_the_mass_and_is_late_by_its_step() -> None:
    """The mean delay is (routing step) x U / (conduit length) of the travel time."""
    package = installed("pyswmm")
    task = replace(RIVER, duration=24 * 3600.0)
    step = 30.0
    solution = swmm.solve(task, step, 60.0)
    u, d = task.river.velocity, task.river.dispersion_coefficient
    reference = exact_curves(task, solution.times)
    for curve, exact, station in zip(solution.curves, reference, task.stations, strict=True):
        mass = np.trapezoid(curve, solution.times)
        assert mass == pytest.approx(np.trapezoid(exact, solution.times), rel=0.02)
        mean = np.trapezoid(curve * solution.times, solution.times) / mass
        expected = np.trapezoid(exact * solution.times, solution.times) / mass
        late = (mean - expected) / (station / u)
        assert late == pytest.approx(step * u**2 / (2.0 * d), rel=0.1)
    assert package.error(task, solution) > 0.1


def test_epanet_delivers_the_pulse_unchanged() -> None:
    package = installed("owa-epanet")
    solution = epanet.solve(RIVER, 10.0, 60.0)
    river = RIVER.river
    for curve, station in zip(solution.curves, RIVER.stations, strict=True):
        arrival = station / river.velocity
        inside = np.abs(solution.times - arrival - 0.5 * river.pulse_duration) < 1700.0
        assert np.allclose(curve[inside], river.mass / (river.discharge * river.pulse_duration))
        assert np.trapezoid(curve, solution.times) == pytest.approx(river.mass / river.discharge)
    assert package.error(RIVER, solution) > 0.1


def _made_up(order: float, seconds: float = 0.0, shortfall: str = "") -> Package:
    """A package whose curves are too high by (length / 1000 m) ** order."""

    def solve(task: Task, length: float, allowed: float) -> Solution:
        taken = seconds * (1000.0 / length) ** 2
        if taken > allowed:
            raise OutOfTimeError
        times = np.arange(0.0, task.duration, 300.0)
        curves = exact_curves(task, times) * (1.0 + (length / 1000.0) ** order)
        return Solution(times, curves, taken, 10)

    return Package(
        "made up", "numpy", "", 3, solve, {"T1": 5e3, "W2": 5e3}, lambda _: "", shortfall=shortfall
    )


@pytest.mark.parametrize("order", [1.0, 2.0, 3.5])
def test_search_finds_the_coarsest(order: float) -> None:
    found = seek(_made_up(order), T1, 0.01, 60.0)
    assert found.reached
    assert 0.008 < found.error <= 0.01
    assert found.resolution == pytest.approx(1000.0 * 0.01 ** (1.0 / order), rel=0.25)


def test_search_says_why_it_gave_up() -> None:
    found = seek(_made_up(1.0, seconds=1.0, shortfall="mixed tanks"), T1, 0.01, 60.0)
    assert not found.reached
    assert 0.01 < found.error < 1.0
    assert found.reason.startswith("mixed tanks")
    lacking = seek(replace(_made_up(1.0), lacks=lambda _: "storage zones"), W2, 0.01, 60.0)
    assert lacking == Outcome(
        False, lacking.error, lacking.resolution, None, "has no storage zones"
    )


def test_score_is_against_the_own_inlet() -> None:
    """The curves below the two inlets differ by per cents near the inlet."""
    package = _made_up(1.0)
    solution = replace(package.solve(RIVER, 1e-3, 1.0))
    assert package.error(RIVER, solution) < 1e-5
    assert replace(package, inlet_type=1).error(RIVER, solution) > 0.01
    assert error_of(RIVER, solution) < 1e-5  # type: ignore[arg-type]


def test_world_lists_what_is_absent_and_what_falls_short() -> None:
    absent = world.Entry("nobody", "nothing", remark="absent: pip install nobody")
    slow = world.Entry("slow", "late", "1 m", 0.5, 20.0, lambda: 20.0, "not reached: too slow")
    runs = iter([0.002, 0.001, *[0.003] * 20])
    ours = world.Entry("spillsim march", "", "1 s", 0.009, 0.002, lambda: next(runs))
    other = world.Entry("other", "", "1 m", 0.009, 2.0, lambda: 2.0)
    found = world.rows(T1, 0.01, [ours, absent, slow, other])
    assert [row[-1] for row in found] == ["1", absent.remark, slow.remark, "2e+03"]
    assert [row[-2] for row in found] == ["1.000", "", "20000.000", "2000.000"]
