"""Places at and near confluences in the march on a tree.

The river of ``confluence`` in ``test_engine_network``: D / U of the stem is 43 m above and 60 m
below, cells of a step of 225 s are 150 m long. Oracle: ``validation.oracle``.
"""

from __future__ import annotations

import numpy as np
import pytest
from engine_cases import Array, Row, Solved, at, error, inlet, mean_time, pulse, reach, slope, solve
from pool_cases import kinetics

from spillsim.transport.arrays import Deposits
from spillsim.transport.deposits import build_deposits
from spillsim.transport.exchanging import march_pools
from spillsim.transport.march import march
from spillsim.transport.medium import build_exchange
from spillsim.validation.oracle import Stem, Zone, curve, pulse_source

HOURS = 3600.0
SOURCE = pulse_source(1000.0, 0.0, 3600.0)
EVEN = [0.0, 700.0 * HOURS]
ROWS = [reach("a", "head", "m", 30e3, 100.0, 30.0), reach("t", "side", "m", 21e3, 60.0, 20.0),
        reach("b", "m", "foot", 100e3, 150.0, 40.0)]  # fmt: skip
FLOWS = {"head": 70.0, "side": 30.0}
NEAR = (1.0, 100.0, 500.0)


def passing(head: str, step: float, hours: float = 60.0, rows: list[Row] = ROWS) -> Solved:
    return solve(rows, FLOWS, [pulse(head, 1000.0, 0.0, 3600.0)], [at("b", x) for x in NEAR],
                 hours * HOURS, 300.0, time_step=step)  # fmt: skip


def exact(head: str, time: Array, area: float = 150.0) -> list[Array]:
    if head == "head":
        below = Zone(1e5, 100.0, area, 40.0)
        stem, start = Stem([Zone(30e3, 70.0, 100.0, 30.0, source=SOURCE), below]), 30e3
    else:
        side = Stem([Zone(21e3, 30.0, 60.0, 20.0, source=SOURCE)], foot="free")
        joined = Zone(1e5, 100.0, area, 40.0, tributary=side)
        stem, start = Stem([Zone(1e4, 70.0, 100.0, 30.0), joined], head="open"), 1e4
    return [curve(stem, start + x, time) for x in NEAR]


# of one substep the balance is exact; with more, or cells of several steps, as good as the
# parabolas follow the layer above
@pytest.mark.parametrize(("step", "miss"), [(900.0, 1e-12), (225.0, 1e-12), (60.0, 5e-4)])
@pytest.mark.parametrize("brought", [(1.0, 0.0), (0.0, 1.0), (1.0, 2.0)])
def test_steady_mixing(step: float, miss: float, brought: tuple[float, float]) -> None:
    # C Q = sum of C Q of both from the confluence on, just below it as everywhere
    sources = [inlet(node, EVEN, [c, c]) for node, c in zip(FLOWS, brought, strict=True) if c > 0.0]
    places = [at("b", x) for x in (0.1, 50.0, 150.0, 250.0, 1e3)]
    done = solve(ROWS, FLOWS, sources, places, 60 * HOURS, 900.0, time_step=step)
    mixed = 0.7 * brought[0] + 0.3 * brought[1]
    assert np.abs(done.run.concentration[0, :, -1] / mixed - 1.0).max() < miss


@pytest.mark.parametrize("step", [900.0, 225.0, 60.0])
def test_water_all_alike_stays_so(step: float) -> None:
    sources = [inlet(node, EVEN, [1.0, 1.0]) for node in FLOWS]
    places = [at("a", 29_990.0), at("t", 20_990.0), at("b", 0.1), at("b", 80.0), at("b", 300.0)]
    done = solve(ROWS, FLOWS, sources, places, 60 * HOURS, 900.0, time_step=step)
    assert np.abs(done.run.concentration[0, :, -1] - 1.0).max() < 1e-12


@pytest.mark.parametrize("head", ["head", "side"])
def test_places_near_a_confluence(head: str) -> None:
    # before, cells below a confluence were up to 40 % off at any step
    steps = (1800.0, 900.0, 450.0, 225.0)
    runs = [passing(head, step) for step in steps]
    curves = exact(head, runs[0].time)
    errors = np.array([[error(run.curve(k), own) for k, own in enumerate(curves)] for run in runs])
    assert slope(steps, errors[:, 2]) > 1.5
    # closer than a cell it matters where on its face the confluence came to stand
    assert slope(steps, errors.max(axis=1)) > 1.1
    assert errors[3].max() < 0.008
    for run, step in zip(runs[1:], steps[1:], strict=True):
        for k, own in enumerate(curves):
            # all of it passes, and on time though the confluence was moved by up to half a step
            assert run.curve(k).sum() == pytest.approx(own.sum(), rel=0.007)
            late = mean_time(run.time, run.curve(k)) - mean_time(run.time, own)
            assert abs(late) < 0.1 * step


@pytest.mark.parametrize("head", ["head", "side"])
def test_a_confluence_above_a_slow_reach(head: str) -> None:
    # D / U2 = 1000 s below: cells hold several steps. Up to 29, 27 and 9 % before
    rows = [*ROWS[:2], reach("b", "m", "foot", 100e3, 500.0, 40.0)]
    steps = (400.0, 200.0, 100.0)
    runs = [passing(head, step, 90.0, rows) for step in steps]
    curves = exact(head, runs[0].time, 500.0)
    errors = [max(error(run.curve(k), own) for k, own in enumerate(curves)) for run in runs]
    assert slope(steps, errors) > 1.0
    assert errors[-1] < 0.01


def test_pools_pass_a_confluence_like_a_tracer() -> None:
    model = passing("side", 450.0).model
    plan, dispersion = model.march.plan, model.march.dispersion
    releases = [(release.position, release.schedule) for release in model.releases]
    given = build_deposits(plan.grid, releases, plan.start, plan.steps)
    none = np.zeros(0)
    nothing = Deposits(np.zeros_like(given.pointer), given.cell[:0], none, none)
    still = np.zeros(model.network.reach_length.size)
    alone = march(plan, dispersion, build_exchange(plan.grid, still, still), given)
    both = march_pools(
        plan, dispersion, kinetics(2, 0, {(1, 0): 1e-4, (0, 1): 3e-5}, zones=3), [given, nothing]
    )
    total = both.concentration.sum(axis=0)
    # what is shown is limited pool by pool
    assert np.abs(total - alone.concentration).max() < 1e-6 * alone.concentration.max()
    passed = both.cumulative_mass.sum(axis=0)[:, -1]
    np.testing.assert_allclose(passed, alone.cumulative_mass[:, -1], rtol=1e-12)
    assert both.concentration[1].max() > 0.1 * total.max()


def test_a_run_that_ends_while_the_plume_passes() -> None:
    # what would be seen after the end is shown as it is at the end, nothing else changes
    short, long = passing("side", 900.0, 12.0), passing("side", 900.0, 24.0)
    lag = short.model.march.plan.gauges.lag
    assert lag[0] > 0.2
    count = int(np.sum(short.time <= short.time[-1] - lag.max() * short.step))
    assert count < short.time.size
    for k in range(len(NEAR)):
        np.testing.assert_allclose(short.curve(k)[:count], long.curve(k)[:count], rtol=1e-9)
    assert short.curve()[-1] == pytest.approx(short.curve()[-2], rel=0.01)
    assert short.curve()[-1] > 0.5 * long.curve().max()
