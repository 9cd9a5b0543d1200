"""Pools marched down a river: closed forms, an independent transform, and mass."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from engine_cases import Array, at, pulse, reach, river, slug

from spillsim import scenario
from spillsim.analytic.inversion import invert_on_window, passage_window
from spillsim.analytic.laplace import StreamZone, TransientStorage, infinite_slug
from spillsim.hydraulics.flow import SteadyFlow
from spillsim.model import Model, assemble
from spillsim.sources import decay_rates
from spillsim.transport.arrays import Deposits
from spillsim.transport.deposits import build_deposits
from spillsim.transport.exchanging import PoolMarch, march_pools
from spillsim.transport.kinetics import Grains, Kinetics
from spillsim.transport.march import March, march
from spillsim.transport.medium import build_exchange
from spillsim.transport.resolution import step_for_reactions

Rates = Sequence[tuple[int, int, float | Array]]
LOSS = 1e-5
STEP = 450.0
AREA, DISCHARGE, SPREAD = 100.0, 70.0, 30.0
PLACES = [at("a", 12e3), at("b", 5e3), at("b", 35e3)]


@cache
def model(kind: str = "plain", step: float = STEP) -> Model:
    """Two reaches; ``storing`` has a storage zone and decay, ``slug`` one reach and a slug."""
    storage = (0.2, 2e-5) if kind == "storing" else (0.0, 0.0)
    rows = [reach("a", "head", "m", 30e3, AREA, SPREAD, storage=storage),
            reach("b", "m", "foot", 40e3, 140.0, 15.0)]  # fmt: skip
    places, release = PLACES, pulse("head", 1000.0, 0.0, 3600.0)
    if kind == "slug":
        rows = [reach("a", "head", "foot", 70e3, AREA, SPREAD)]
        places = [at("a", 20e3), at("a", 50e3)]
        release = slug("head", 1000.0) | {"at": at("a", 5e3)}
    loss = LOSS if kind == "storing" else 0.0
    tracer = {"name": "tracer", "decay_rate": f"{loss!r} 1/s",
              "storage_decay_rate": f"{loss!r} 1/s"}  # fmt: skip
    data = river(rows, {"head": DISCHARGE}, [release], places, 70 * 3600.0, 450.0, time_step=step,
                 substances=[tracer], output={"field": True, "field_interval": "12 h"})  # fmt: skip
    return assemble(scenario.parse(data, None))


def tree(kind: str = "plain", step: float = STEP) -> Any:
    return model(kind, step).march


def released(kind: str, share: float = 1.0, step: float = STEP) -> Deposits:
    own = model(kind, step)
    plan = tree(kind, step).plan
    releases = [(r.position, r.schedule) for r in own.releases]
    found = build_deposits(plan.grid, releases, plan.start, plan.steps)
    return found._replace(mass_early=share * found.mass_early, mass_late=share * found.mass_late)


def kinetics(
    flow: SteadyFlow, groups: list[int], fixed: int, pairs: Rates, **more: Any
) -> Kinetics:
    """Rates (to, from, rate) besides the exchange with the storage zone."""
    mobile = groups[-1]
    n = 2 * mobile + fixed
    linear = np.zeros((flow.velocity.size, 1, n, n))
    beta = flow.storage_area_ratio
    back = np.where(beta > 0.0, flow.exchange_coefficient / np.where(beta > 0.0, beta, 1.0), 0.0)
    stored = [(mobile + m, m, flow.exchange_coefficient) for m in range(mobile)]
    stored += [(m, mobile + m, back) for m in range(mobile)]
    for to, of, rate in [*pairs, *stored]:
        linear[:, 0, to, of] += rate
        linear[:, 0, of, of] -= rate
    return Kinetics(np.array(groups), fixed, np.ones(fixed, dtype=bool), np.ones((beta.size, 1)),
                    linear, **more)  # fmt: skip


def solve(
    kind: str, groups: list[int], fixed: int, pairs: Rates, shares: Sequence[float],
    step: float = STEP, **more: Any,
) -> PoolMarch:  # fmt: skip
    """March, and check what holds for every run."""
    way = tree(kind, step)
    given = kinetics(model(kind, step).flow, groups, fixed, pairs, **more)
    found = march_pools(way.plan, way.dispersion, given, [released(kind, s, step) for s in shares])
    ledger = found.ledger
    assert np.abs(ledger[:, 0] - ledger[:, 1:].sum(axis=1)).max() <= 1e-13 * ledger.max()
    whole = ledger[:, [1, 2, 4, 5]].sum(axis=(1, 2)) + found.fixed_ledger.sum(axis=1)
    assert np.abs(whole - ledger[:, 0].sum(axis=1)).max() <= 1e-13 * ledger.max()
    assert found.concentration.min() >= 0.0
    assert min(own.min(initial=0.0) for own in (found.mobile, found.storage, found.fixed)) >= 0.0
    own = way.plan.grid.own_cells
    inside = found.fixed[:, own].sum(axis=1)
    assert inside == pytest.approx(found.fixed_ledger[-1], rel=1e-12, abs=1e-12)
    return found


@cache
def conservative() -> March:
    way = tree("slug")
    none = np.zeros(1)
    exchange = build_exchange(way.plan.grid, none, none)
    return march(way.plan, way.dispersion, exchange, released("slug"))


def test_decay_and_storage_as_pools_are_what_they_are_without() -> None:
    way, own = tree("storing"), model("storing")
    exchange = build_exchange(way.plan.grid, *decay_rates(own.scenario.substances[0], own.flow))
    wanted = march(way.plan, way.dispersion, exchange, released("storing"))
    found = solve("storing", [0, 1], 1, [(2, 0, LOSS), (2, 1, LOSS)], [1.0])
    for mine, reference in (
        (found.concentration[0], wanted.concentration),
        (found.peak[0], wanted.peak),
        (found.ledger[:, :, 0], wanted.ledger),
        (found.field[0], wanted.field),
        (found.fixed_ledger[:, 0], wanted.ledger[:, 3]),
    ):
        assert np.abs(mine - reference).max() <= 1e-13 * np.abs(reference).max()
    assert found.cell_steps == wanted.cell_steps


def test_a_chain_of_substances_follows_its_closed_form() -> None:
    # A turns into B, a kilogram into 0.4, and B decays: sinks count what turned and what decayed
    k, decay, kept = 2e-5, 5e-5, 0.4
    found = solve("slug", [0, 1, 2], 2, [(1, 0, kept * k), (4, 0, (1 - kept) * k), (5, 1, decay)],
                  [1.0, 0.0])  # fmt: skip
    tracer = conservative().concentration
    time = model("slug").output_time
    ratio = kept * k / (decay - k) * (np.exp(-k * time) - np.exp(-decay * time))
    assert found.concentration[0] == pytest.approx(
        tracer * np.exp(-k * time), abs=1e-12 * tracer.max()
    )
    assert found.concentration[1] == pytest.approx(tracer * ratio, abs=1e-12 * tracer.max())
    # peaks are those of a constituent: here each pool is one
    assert found.peak.shape[0] == 2


def test_a_class_that_settles_is_exp_of_its_age_and_passes_as_much() -> None:
    rate = 6e-5
    found = solve("slug", [0, 1], 1, [(2, 0, rate)], [1.0])
    time = model("slug").output_time
    wanted = conservative().concentration * np.exp(-rate * time)
    assert found.concentration[0] == pytest.approx(wanted, abs=1e-12 * wanted.max())
    # mass that passes is discharge times concentration, and what disperses down the gradient that
    # the loss leaves: summed over time, concentration falls as exp(-(w - U) x / (2 D))
    velocity = DISCHARGE / AREA
    w = np.sqrt(velocity**2 + 4.0 * SPREAD * rate)
    passed = (0.5 * (velocity + w)) * AREA * np.trapezoid(wanted, time, axis=1)
    assert found.cumulative_mass[0, :, -1] == pytest.approx(passed, rel=3e-4)
    assert found.fixed_field[0, -1, tree("slug").plan.grid.own_cells].sum() <= found.fixed_ledger[
        -1, 0
    ] * (1.0 + 1e-12)
    assert found.cell_steps <= conservative().cell_steps  # what lies there holds no window open


@pytest.mark.parametrize(("back", "step"), [(1e-4, 225.0), (0.05, 60.0)])
def test_kinetic_sorption_to_the_bed_agrees_with_its_transform(back: float, step: float) -> None:
    # the same equations as transient storage: area ratio a / b, exchange coefficient a
    ratio = 0.5
    found = solve("slug", [0, 1], 1, [(2, 0, ratio * back), (0, 2, back)], [1.0], step=step)
    zone = StreamZone(DISCHARGE / AREA, SPREAD, AREA, 0.0, TransientStorage(ratio, ratio * back))
    time = model("slug", step).output_time
    for k, distance in enumerate((15e3, 45e3)):
        mean = distance / zone.velocity * (1.0 + ratio)
        spread = 2.0 * (SPREAD / zone.velocity**2 * mean + ratio / back * mean)
        window = passage_window(mean, spread, 20.0 / back)
        exact = 1000.0 * invert_on_window(
            lambda s, x=distance: infinite_slug(s, x, zone), time, window, points=512
        )
        error = np.abs(found.concentration[0, k] - exact).sum() / exact.sum()
        assert error <= 0.01


def test_what_is_linear_scales_and_adds_up() -> None:
    pairs = [(1, 0, 3e-5), (0, 1, 1e-5), (4, 1, 4e-5), (1, 4, 1e-5), (5, 0, 1e-5)]
    both = solve("storing", [0, 2], 2, [(to, of, r) for to, of, r in pairs], [3.0, 0.5])
    parts = [solve("storing", [0, 2], 2, pairs, shares) for shares in ([1.0, 0.0], [0.0, 1.0])]
    added = 3.0 * parts[0].concentration + 0.5 * parts[1].concentration
    assert np.abs(both.concentration - added).max() <= 1e-12 * added.max()
    assert np.abs(both.fixed - 3.0 * parts[0].fixed - 0.5 * parts[1].fixed).max() <= 1e-9


def test_peaks_are_of_all_pools_of_a_constituent() -> None:
    found = solve("slug", [0, 2], 0, [(1, 0, 3e-5), (0, 1, 1e-5)], [0.7, 0.3])
    wanted = conservative()
    assert np.abs(found.peak[0] - wanted.peak).max() <= 1e-12 * wanted.peak.max()
    assert np.array_equal(np.isnan(found.peak_time[0]), np.isnan(wanted.peak_time))


def test_what_lies_on_the_bed_is_lifted_again_long_after_the_water_has_gone() -> None:
    # down in a tenth of an hour, up in half a day: two thirds of it lie when the water is gone
    found = solve("plain", [0, 1], 1, [(2, 0, 1e-5), (0, 2, 2e-5)], [1.0])
    lying = found.fixed_ledger[:, 0]
    assert lying.max() >= 100.0
    assert 0.0 < lying[-1] < 0.6 * lying.max()
    assert found.concentration[0, 0, -1] > 0.0


def test_grains_that_are_not_linear_keep_their_mass_and_rest_where_the_flow_is_slow() -> None:
    rate, depth = np.array([[[0.0]], [[2e-4]]]), np.array([[2.0], [2.8]])
    only = np.zeros(1, dtype=np.int64)
    own = Grains(only, only, np.array([1e-3]), rate, np.zeros((2, 1, 1)), depth, np.array([10.0]),
                 np.array([4.65]), np.zeros((1, 4)), np.array([[0, 1, 1]]))  # fmt: skip
    found = solve("plain", [0, 1, 2], 2, [], [2e3, 1.0], grains=own)
    grid = tree().plan.grid
    upper = grid.cell_reach == 0
    straddling = np.flatnonzero(upper)[-1]
    assert found.fixed[0, upper][:-1].max() == 0.0
    assert found.fixed[0, straddling + 1] > 0.0
    # what is bound goes with the grains: the same share of each lies on the bed
    share = found.fixed.sum(axis=1) / found.ledger[-1, 0]
    assert share[0] == pytest.approx(share[1], rel=1e-12)
    assert share[0] > 0.1


def test_the_step_is_shortened_where_splitting_would_spread() -> None:
    flow = model("slug").flow
    active = np.ones(1, dtype=bool)
    slow = kinetics(flow, [0, 1], 1, [(2, 0, 1e-6), (0, 2, 1e-6)])
    stiff = kinetics(flow, [0, 1], 1, [(2, 0, 1.0), (0, 2, 1.0)])
    sink = kinetics(flow, [0, 1], 1, [(2, 0, 1.0)])
    assert step_for_reactions(slow, flow, active, 900.0) == 900.0
    assert step_for_reactions(sink, flow, active, 900.0) == 900.0
    # 1/2 U2 (1 - phi) dt at most 0.8 D
    longest = 1.6 * SPREAD / (0.7**2 * 0.5)
    assert 0.7 * longest <= step_for_reactions(stiff, flow, active, 900.0) <= 1.05 * longest
