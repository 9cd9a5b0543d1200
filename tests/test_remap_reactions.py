"""Pools that exchange within a cell, marched through a network with flow that may change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import engine_cases as engine
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pool_cases import concentration, kinetics, passed, run_pools
from remap_cases import Array, flow, plan, pulse, river, run, slug, steady
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from spillsim import scenario
from spillsim.hydraulics.varying import VaryingFlow
from spillsim.marching import TreeMarch
from spillsim.model import assemble
from spillsim.remap.graph import Layers
from spillsim.remap.march import Background
from spillsim.transport.deposits import build_deposits
from spillsim.transport.exchanging import march_pools as tree_march
from spillsim.transport.kinetics import Grains, Sorption

HOUR = 3600.0
Q, AREA, D = 10.0, 20.0, 10.0
"""A uniform river that flows at 0.5 m/s."""
SETTLING = 2e-4


def root(rate: float) -> float:
    """sqrt(1 + 4 k D / U2) of steady transport with first-order loss."""
    return float(np.sqrt(1.0 + 4.0 * rate * D / (Q / AREA) ** 2))


def decline(rate: float, way: float) -> float:
    """Steady concentration downstream of a source, as a share of that with no loss.

    D C'' - U C' - k C = 0 has C ~ exp(x U (1 - w) / 2 D) / w, w = sqrt(1 + 4 k D / U2).
    """
    w = root(rate)
    return float(np.exp(0.5 * way * Q / AREA / D * (1.0 - w)) / w)


# --- closed solutions -----------------------------------------------------------------------------


def test_settling_in_a_uniform_river_follows_the_closed_solution() -> None:
    # k dt = 0.12 and 0.06: first-order splitting would miss by half of that
    rates = kinetics(1, 1, {(2, 0): SETTLING}, returns=[False])
    errors = []
    for step in (600.0, 300.0):
        steps = round(26 * HOUR / step)
        prepared = plan(river([0], [1], [2e4]), steady([Q], [AREA], D), step, steps, [(0, 1e4)])
        found = run_pools(prepared, rates, [pulse(0, 1e3, 0.0, 26 * HOUR, 26 * HOUR)])
        exact = decline(SETTLING, 9e3) / Q
        errors.append(abs(found.marches[0].concentration[0, -1] / exact - 1.0))
        # what settles in the last hours is the rate times what is there
        hours = round(4 * HOUR / step)
        gained = found.fixed_ledger[-1, 0] - found.fixed_ledger[-1 - hours, 0]
        there = found.marches[0].ledger[-1, 1]
        assert gained == pytest.approx(SETTLING * 4 * HOUR * there, rel=5e-3)
    assert errors[0] < 1.5e-3
    assert errors[1] < 0.5 * errors[0]


@pytest.mark.parametrize("release", [slug(0, 1e3, 0.0), slug(0, 1e3, 200.0), slug(0, 1e3, 450.0)])
def test_mass_of_any_age_reacts_for_its_age(release: Any) -> None:
    # all mass that passes has settled for its own time of travel: flux = Q C (1 + w) / 2
    rates = kinetics(1, 1, {(2, 0): SETTLING})
    first = plan(river([0], [1], [2e4]), steady([Q], [AREA], D), 600.0, 60, [(0, 6e3)])
    found = run_pools(first, rates, [release])
    exact = decline(SETTLING, 5e3) * 0.5 * (1.0 + root(SETTLING))
    assert passed(found) == pytest.approx(exact, rel=4e-3)


def test_a_mixed_tank_settles_and_is_flushed_as_the_exponential() -> None:
    # dM/dt = -(Q / V + k) M from what was in it: the parts of a step commute, so exact
    volume, rate, hours = 4e5, 3e-5, 20
    prepared = plan(
        river([0, 1], [1, 2], [1e3, 4e3], tank=[0]), steady([Q, Q], [volume / 1e3, AREA], 1.0),
        900.0, 4 * hours,
    )  # fmt: skip
    rates = kinetics(1, 1, {(2, 0): np.array([[rate], [0.0]])}, zones=2, returns=[False])
    there = Background(np.array([[2.0, 0.0]]), np.zeros((1, 3)))
    found = run_pools(prepared, rates, [], background=there)
    left = np.exp(-(Q / volume + rate) * hours * HOUR)
    assert found.mobile[0, 0] == pytest.approx(2.0 * volume * left, rel=1e-12)
    share = rate / (rate + Q / volume)
    assert found.fixed[0, 0] == pytest.approx(2.0 * volume * share * (1.0 - left), rel=1e-4)
    assert found.fixed[0, 1:].max() == 0.0


def test_both_layers_of_still_water_settle_onto_one_bed() -> None:
    layers = Layers(*(np.array([v]) for v in (0, 3e5, 1.0, 0.5, 0.5)))
    reaches = replace(river([0, 1], [1, 2], [1e3, 1e3], tank=[0]), layers=layers)
    prepared = plan(reaches, steady([0.0, 0.0], [500.0, AREA], 1.0), 1800.0, 48)
    rates = kinetics(1, 1, {(2, 0): 1e-5}, zones=2, returns=[False])
    there = Background(np.array([[1.0, 0.0]]), np.zeros((1, 3)))
    found = run_pools(prepared, rates, [], background=there)
    left = np.exp(-1e-5 * 24 * HOUR)
    assert found.mobile[0, 0] == pytest.approx(5e5 * left, rel=1e-12)
    assert found.fixed[0, 0] == pytest.approx(5e5 * (1.0 - left), rel=1e-12)


def test_kinetic_exchange_is_the_matrix_exponential_and_tends_to_equilibrium() -> None:
    rates = kinetics(
        1, 2, {(1, 0): 1e-4, (0, 1): 3e-4, (2, 0): 4e-5, (0, 2): 1e-5, (3, 2): 1e-9},
        returns=[True, False],
    )  # fmt: skip
    there = Background(np.array([[1.0]]), np.zeros((1, 2)))
    still = steady([0.0], [AREA], 1e-6)
    for hours, tends in ((5, False), (500, True)):
        prepared = plan(river([0], [1], [1e3]), still, 600.0, 6 * hours, cells=8)
        found = run_pools(prepared, rates, [], background=there)
        start = np.array([1e3 * AREA, 0.0, 0.0, 0.0])
        dense = expm(rates.linear[0, 0] * hours * HOUR) @ start
        whole = np.array([part.sum() for part in (found.mobile, found.storage, *found.fixed)])
        np.testing.assert_allclose(whole, dense, rtol=1e-11, atol=1e-9)
        if tends:
            assert whole[2] / whole[0] == pytest.approx(4.0, rel=1e-3)
            assert whole[1] / whole[0] == pytest.approx(1.0 / 3.0, rel=1e-3)


# --- the same as other ways -----------------------------------------------------------------------


def test_storage_and_decay_are_those_of_the_march_without_pools() -> None:
    alpha, beta, decay = 3e-4, 0.4, 5e-5
    given_flow = steady([Q], [AREA], D, ratio=beta, exchange=alpha)
    prepared = plan(river([0], [1], [2e4]), given_flow, 300.0, 200, [(0, 7e3)])
    rates = kinetics(1, 1, {(1, 0): alpha, (0, 1): alpha / beta, (2, 0): decay}, returns=[False])
    releases = [pulse(0, 1e3, 100.0, 2 * HOUR), slug(0, 2e3, 0.0)]
    own, usual = run_pools(prepared, rates, releases), run(prepared, releases, decay=decay)[0]
    curve, other = own.marches[0].concentration[0], usual.concentration[0]
    assert np.abs(curve - other).sum() < 1e-3 * other.sum()
    assert passed(own) == pytest.approx(usual.cumulative_mass[0, -1], rel=5e-4)


def test_a_storage_zone_that_keeps_its_volume_exchanges_beside_the_pools() -> None:
    time = HOUR * np.array([0.0, 4.0, 8.0, 20.0])
    wave = np.array([[10.0], [40.0], [12.0], [10.0]])
    alpha, beta, decay = 3e-4, 0.4, 2e-5
    varying = flow(time, wave, wave * 0.98 + 0.2, AREA, D, ratio=beta, exchange=alpha)
    stays = replace(varying.reference, storage_stays=np.array([True]))
    varying = replace(varying, reference=stays)
    # the march without pools nears with its step what this one gives in longer ones
    coarse, fine = (
        plan(river([0], [1], [2e4]), varying, step, round(20 * HOUR / step), [(0, 7e3)],
             output=np.arange(0.0, 20 * HOUR, 300.0))
        for step in (300.0, 75.0)
    )  # fmt: skip
    exchange = {(1, 0): alpha, (0, 1): alpha / beta}
    losses = {(2, 0): decay, (2, 1): decay}
    releases = [pulse(0, 1e3, 100.0, 2 * HOUR)]
    own = run_pools(coarse, kinetics(1, 1, exchange | losses, returns=[False]), releases)
    usual = run(fine, releases, decay=decay, stored_decay=decay)[0]
    other = usual.concentration[0]
    assert np.abs(own.marches[0].concentration[0] - other).sum() < 5e-3 * other.sum()
    np.testing.assert_allclose(own.fixed_ledger[-1, 0], usual.ledger[-1, 3], rtol=4e-3)


def test_linear_pools_superpose() -> None:
    rates = kinetics(
        2, 2, {(1, 0): 1e-4, (0, 1): 5e-5, (2, 0): 1e-4, (0, 2): 3e-4, (4, 1): 2e-4, (1, 4): 1e-5,
               (5, 0): 1e-5}, groups=[0, 2], returns=[True, False],
    )  # fmt: skip
    wave = np.array([[10.0], [25.0], [10.0]])
    varying = flow(HOUR * np.array([0.0, 5.0, 10.0]), wave, wave, AREA, D)
    prepared = plan(river([0], [1], [1.5e4]), varying, 600.0, 90, [(0, 6e3)], limiter="none")
    one, two = pulse(0, 1e3, 0.0, 2 * HOUR), slug(0, 2e3, HOUR)
    parts = [run_pools(prepared, rates, *own) for own in (([one], []), ([], [two]))]
    both = run_pools(prepared, rates, [one], [two])
    summed = sum(part.fixed for part in parts)
    np.testing.assert_allclose(both.fixed, summed, atol=1e-12 * summed.max())
    curve = concentration(parts[0]) + concentration(parts[1])
    np.testing.assert_allclose(concentration(both), curve, atol=1e-12 * curve.max())


# --- discharge that changes -----------------------------------------------------------------------


def wave_of(shape: str, low: float, high: float, hours: float) -> tuple[Array, Array]:
    """Times and discharges of a flood."""
    t = np.linspace(0.0, 1.0, 13)
    rise = {
        "triangle": 1.0 - np.abs(2.0 * t - 1.0),
        "two peaks": np.sin(2.0 * np.pi * t) ** 2,
        "step": (t > 0.4).astype(float),
        "steep": t * np.exp(1.0 - t / 0.1) / 0.1,
    }[shape]
    return hours * HOUR * t, low + (high - low) * rise


def settles(discharge: Array) -> Array:
    """A rate of settling that falls as the flow shears the bed [1/s]."""
    return np.asarray(3e-4 / (1.0 + (discharge / 15.0) ** 2))


def lifts(discharge: Array) -> Array:
    """A rate of resuspension, none at low flow [1/s]."""
    return np.asarray(2e-4 * np.maximum(discharge / 12.0 - 1.0, 0.0) ** 1.5)


def test_rates_between_the_knots_converge_with_their_number() -> None:
    # a tank whose flow swings: M' = -(Q/V + s(Q)) M + r(Q) B, B' = s(Q) M - r(Q) B, by scipy
    volume, hours, period = 1e6, 40.0, 10 * HOUR
    knots = np.linspace(0.0, hours * HOUR, 2401)
    row = 20.0 - 15.0 * np.cos(2.0 * np.pi * knots / period)
    both = np.stack([row, row], axis=1)
    varying = flow(knots, both, both, [volume / 1e3, AREA], 1.0)
    prepared = plan(river([0, 1], [1, 2], [1e3, 2e3], tank=[0]), varying, 150.0, 960)

    def rates(t: float, y: Array) -> list[float]:
        q = float(np.interp(t, knots, row))
        down, up = settles(np.array(q)) * y[0], 5.0 * smooth(np.array(q)) * y[1]
        return [up - down - q / volume * y[0], down - up]

    def smooth(q: Array) -> Array:
        return np.asarray(1e-6 * (q / 10.0) ** 2)

    exact = solve_ivp(rates, (0.0, hours * HOUR), [volume, 0.0], rtol=1e-9, max_step=300.0).y[:, -1]
    there = Background(np.array([[1.0, 0.0]]), np.zeros((1, 3)))
    errors = []
    for count in (5, 9, 17):
        q = np.linspace(5.0, 35.0, count)
        table = kinetics(
            1, 1, {(2, 0): settles(q), (0, 2): 5.0 * smooth(q)}, zones=2, discharge=q
        )  # fmt: skip
        found = run_pools(prepared, table, [], background=there)
        errors.append(abs(found.fixed[0, 0] / exact[1] - 1.0))
    assert errors[0] < 0.05
    assert errors[1] < errors[0] / 3.0
    assert errors[2] < errors[1] / 3.0


DISSOLVED, BOUND, SOLIDS = 0, 1, 2
BED_BOUND, BED_SOLIDS, DECAYED = 0, 1, 2


def metal(q: Array, sorbs: float, zones: int = 1, **more: Any) -> Any:
    """A metal, dissolved and bound to grains that settle at low flow and come back in floods."""
    down, up = settles(q), lifts(q)
    rates = {
        (6 + BED_BOUND, BOUND): down, (BOUND, 6 + BED_BOUND): up,
        (6 + BED_SOLIDS, SOLIDS): down, (SOLIDS, 6 + BED_SOLIDS): up,
        (BOUND, DISSOLVED): sorbs, (DISSOLVED, BOUND): 0.2 * sorbs,
        (3 + DISSOLVED, DISSOLVED): 1e-4, (DISSOLVED, 3 + DISSOLVED): 4e-4,
        (6 + DECAYED, DISSOLVED): 1e-6,
    }  # fmt: skip
    return kinetics(
        3, 3, rates, zones=zones, discharge=q, groups=[0, 2, 3], returns=[True, True, False], **more
    )


def test_a_flood_brings_back_part_of_what_settled() -> None:
    time = HOUR * np.array([0.0, 30.0, 34.0, 40.0, 70.0])
    wave = np.array([8.0, 8.0, 45.0, 8.0, 8.0])[:, None]
    prepared = plan(river([0], [1], [2e4]), flow(time, wave, wave, AREA, D), 900.0, 280, [(0, 1e4)])
    q = np.linspace(5.0, 50.0, 10)
    entering = [[], [pulse(0, 1e3, 0.0, 4 * HOUR, 50.0)], [pulse(0, 1e3, 0.0, 4 * HOUR, 2e5)]]
    found = run_pools(prepared, metal(q, 0.0), *entering)
    bed = found.fixed_ledger
    before, after = (bed[round(hours * HOUR / 900.0) - 1] for hours in (30.0, 42.0))
    assert (before[:2] > 0.5 * np.array([50.0, 2e5])).all()
    assert (after[:2] < 0.9 * before[:2]).all()
    assert (after[:2] > 0.0).all()
    # the flood carries past the station what had settled above it
    second = prepared.output_time > 30 * HOUR
    curve = found.marches[SOLIDS].cumulative_mass[0]
    assert curve[-1] - curve[~second][-1] > 0.05 * 2e5
    # nothing but the grains moves the metal: it stays at 0.25 g/kg everywhere
    np.testing.assert_allclose(found.fixed[0], found.fixed[1] * 50.0 / 2e5, rtol=1e-9)
    # the peak is that of the whole metal and stands at its first pool
    top = found.marches[DISSOLVED].peak.max()
    assert top == pytest.approx(found.marches[SOLIDS].peak.max() * 50.0 / 2e5, rel=1e-9)
    assert found.marches[BOUND].peak.max() == 0.0


@settings(max_examples=6, deadline=None)
@given(
    shape=st.sampled_from(["triangle", "two peaks", "step", "steep"]),
    low=st.floats(0.0, 8.0),
    high=st.floats(20.0, 60.0),
    lateral=st.sampled_from([0.0, -1.5e-5, 2e-5]),
    nonlinear=st.booleans(),
)
def test_all_compartments_keep_mass(
    shape: str, low: float, high: float, lateral: float, nonlinear: bool
) -> None:
    time, wave = wave_of(shape, low, high, 24.0)
    length = np.array([3e3, 4e3, 1e3, 6e3])
    side = lateral * wave[:, None] * length * np.array([1.0, 1.0, 0.0, 1.0])
    head, foot = np.zeros((13, 4)), np.zeros((13, 4))
    head[:, 0] = wave
    head[:, 1] = 0.3 * wave
    foot[:, :2] = head[:, :2] + side[:, :2]
    head[:, 2] = foot[:, 2] = head[:, 3] = foot[:, :2].sum(axis=1)
    foot[:, 3] = head[:, 3] + side[:, 3]
    varying = flow(
        time, head, foot, [AREA, 8.0, 600.0, 25.0], D, lateral=side, linear=shape != "step",
        ratio=0.25, exchange=1e-4,
    )  # fmt: skip
    prepared = plan(
        river([0, 1, 2, 3], [2, 2, 3, 4], length, tank=[2]), varying, 900.0, 96, [(3, 6e3)]
    )
    q = np.array([1.0, 6.0, 20.0, 50.0])
    rates = metal(q, 1e-4, 4)
    if nonlinear:
        rates = with_grains(rates, q)
    entering = [
        [slug(0, 5e2, 0.0, 20.0)],
        [pulse(1, 1e3, 0.0, 2 * HOUR, 5.0)],
        [pulse(0, 5e2, 100.0, 3 * HOUR, 3e5)],
    ]
    found = run_pools(prepared, rates, *entering)
    # what passed the outlet's place, what was taken out and what is left is what was released
    for pools, fixed in (((0, 1), (0, 2)), ((2,), (1,))):
        left = sum(found.mobile[b].sum() + found.storage[b].sum() for b in pools)
        left += sum(found.fixed[f].sum() for f in fixed)
        gone = sum(
            found.marches[b].cumulative_mass[0, -1] + found.marches[b].ledger[-1, 4] for b in pools
        )
        released = sum(found.marches[b].ledger[-1, 0] for b in pools)
        assert left + gone == pytest.approx(released, rel=1e-11)


def with_grains(rates: Any, q: Array) -> Any:
    """The same with hindered settling, limited erosion and sorption to the grains themselves."""
    linear = rates.linear.copy()
    for to, of in ((6 + BED_BOUND, BOUND), (6 + BED_SOLIDS, SOLIDS), (BOUND, DISSOLVED)):
        for a, b in ((to, of), (of, to)):
            linear[..., b, b] += linear[..., a, b]
            linear[..., a, b] = 0.0
    spread = np.ones((rates.linear.shape[0], 1, 1))
    grains = Grains(
        member=np.array([SOLIDS]), bed=np.array([BED_SOLIDS]), velocity=np.array([3e-4]),
        settling=spread * settles(q)[:, None], erosion=spread * 20.0 * lifts(q)[:, None],
        depth=spread[..., 0] * (1.0 + 0.02 * q), gelling=np.array([80.0]),
        exponent=np.array([4.65]), floc=np.zeros((1, 4)),
        follower=np.array([[0, BOUND, BED_BOUND]]),
    )  # fmt: skip
    sorption = Sorption(
        np.array([DISSOLVED]), np.array([BOUND]), np.array([SOLIDS]), np.array([50.0]),
        np.array([1e-5]),
    )  # fmt: skip
    return replace(rates, linear=linear, grains=grains, sorption=sorption)


def test_a_table_that_does_not_fit_is_refused() -> None:
    prepared = plan(river([0], [1], [1e3]), steady([Q], [AREA], D), 600.0, 2)
    even = kinetics(1, 1, {(2, 0): 1e-5}, discharge=[5.0, 5.0])
    with pytest.raises(ValueError, match="must rise"):
        run_pools(prepared, even, [])
    for wrong, releases in ((kinetics(1, 1, {}, zones=2), [[]]), (kinetics(2, 0, {}), [[]])):
        with pytest.raises(ValueError, match="as many pools"):
            run_pools(prepared, wrong, *releases)


# --- windows --------------------------------------------------------------------------------------


def test_only_what_may_come_back_holds_windows_open() -> None:
    prepared = plan(river([0], [1], [3e4]), steady([Q], [AREA], D), 600.0, 150)
    entering = [slug(0, 1e3, 0.0)]
    gone = kinetics(1, 1, {(2, 0): 1e-5}, returns=[False])
    back = kinetics(1, 1, {(2, 0): 1e-5, (0, 2): 1e-9})
    sink, bed = (run_pools(prepared, rates, entering) for rates in (gone, back))
    none = run_pools(prepared, kinetics(1, 1, {(2, 0): 0.0}), entering)
    assert sink.marches[0].cell_steps <= none.marches[0].cell_steps
    assert bed.marches[0].cell_steps > 1.5 * sink.marches[0].cell_steps
    # what is left lies where it settled
    assert sink.fixed[0].sum() == pytest.approx(bed.fixed[0].sum(), rel=1e-4)


# --- the march on a tree --------------------------------------------------------------------------


def test_steady_flow_gives_the_same_as_the_march_on_a_tree() -> None:
    reaches = [
        engine.reach("upper", "a", "b", 8e3, 20.0, 15.0, storage=(0.3, 2e-4)),
        engine.reach("lower", "b", "c", 9e3, 12.0, 15.0),
    ]
    given_river = engine.river(
        reaches, {"a": 10.0}, [engine.pulse("a", 1.0, 0.0, 7200.0)], [engine.at("lower", 5e3)],
        30 * HOUR, 600.0, time_step=60.0,
    )  # fmt: skip
    model = assemble(scenario.parse(given_river, None))
    assert isinstance(model.march, TreeMarch)
    exchange = np.array([[2e-4], [0.0]])
    rates = kinetics(
        2, 3, {
            (2, 0): exchange, (0, 2): exchange / 0.3, (3, 1): exchange, (1, 3): exchange / 0.3,
            (1, 0): 5e-5, (0, 1): 1e-5,
            (4, 1): np.array([[2e-5], [8e-5]]), (1, 4): np.array([[4e-6], [2e-5]]),
            (5, 0): 1e-6, (6, 4): 1e-7,
        }, zones=2, groups=[0, 2], returns=[True, False, False],
    )  # fmt: skip
    own = [(release.position, release.schedule) for release in model.releases]
    steps = model.march.plan.steps
    deposits = [build_deposits(model.march.grid, r, 0.0, steps) for r in (own, [])]
    tree = tree_march(model.march.plan, model.march.dispersion, rates, deposits)
    row = np.array([Q, Q])
    varying = VaryingFlow(
        np.zeros(1), row[None], row[None], np.zeros((1, 2)), False,
        model.flow.cross_section_area, model.flow,
    )  # fmt: skip
    prepared = plan(
        river([0, 1], [1, 2], [8e3, 9e3]), varying, 60.0, steps, [(1, 5e3)],
        output=model.output_time,
    )  # fmt: skip
    found = run_pools(prepared, rates, own, [])
    for pool in range(2):
        curve, other = tree.concentration[pool, 0], found.marches[pool].concentration[0]
        assert np.abs(curve - other).sum() < 5e-3 * curve.sum()
        last = found.marches[pool].cumulative_mass[0, -1]
        assert last == pytest.approx(tree.cumulative_mass[pool, 0, -1], rel=2e-3)
    for fixed in range(3):
        total = found.fixed_ledger[-1, fixed]
        assert total == pytest.approx(tree.fixed_ledger[-1, fixed], rel=3e-3)
