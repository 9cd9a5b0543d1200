"""Marching on graphs with confluences, an island and reversal: mass, constancy, bounds."""

from __future__ import annotations

import numpy as np
import pytest
from remap_cases import Array, flow, plan, river, run

from spillsim.remap.build import Plan
from spillsim.remap.march import Background

HEAD = [0, 1, 2, 3, 3, 4, 5, 6]
FOOT = [2, 2, 3, 4, 5, 6, 6, 7]
LENGTH = [20e3, 15e3, 30e3, 10e3, 12e3, 8e3, 9e3, 40e3]
AREA = [40.0, 20.0, 70.0, 30.0, 50.0, 30.0, 55.0, 80.0]
DISPERSION = [20.0, 10.0, 30.0, 20.0, 20.0, 20.0, 20.0, 30.0]
STEPS = 60


def wild_flow(seed: int, step: float) -> tuple[Array, Array, Array]:
    """Two headwaters, a confluence, an island, a confluence; every reach fills and empties.

    In every fourth seed all flow back for a quarter of the time.
    """
    random = np.random.default_rng(seed)
    time = np.linspace(0.0, step * STEPS, 37)
    phase = time / time[-1]
    back = np.where((phase > 0.35) & (phase < 0.6) & (seed % 4 == 3), -0.5, 1.0)
    sources = {
        0: 30.0 * (1.0 + 0.5 * np.sin(9.0 * phase + seed)) * back,
        1: 12.0 * (1.0 + 0.5 * np.cos(7.0 * phase)) * back,
    }
    share = 0.4 + 0.1 * np.sin(5.0 * phase)
    arms = {3: share, 4: 1.0 - share}
    head, foot = np.zeros((time.size, 8)), np.zeros((time.size, 8))
    for i in range(8):
        above = [k for k in range(8) if FOOT[k] == HEAD[i]]
        head[:, i] = sources[i] if i in sources else foot[:, above].sum(axis=1) * arms.get(i, 1.0)
        turns = 2.0 * np.pi * random.integers(1, 5) / time[-1]
        swing = min(0.4 * AREA[i] * LENGTH[i] * turns, 0.5 * float(np.abs(head[:, i]).mean()))
        foot[:, i] = head[:, i] - random.uniform(0.5, 1.0) * swing * np.cos(turns * time)
    return time, head, foot


def wild_plan(seed: int, limiter: str) -> Plan:
    step = [300.0, 1200.0, 3600.0, 10800.0][seed % 4]
    time, head, foot = wild_flow(seed, step)
    spacing = np.random.default_rng(seed).choice([150.0, 300.0, 500.0], 8)
    return plan(
        river(HEAD, FOOT, LENGTH), flow(time, head, foot, AREA, DISPERSION), step, STEPS,
        [(7, 39e3)], limiter=limiter, cells=np.array(LENGTH) // spacing,
        fields=np.arange(1, STEPS + 1),
    )  # fmt: skip


def wild_background(seed: int) -> Background:
    """Member 0 patches of matter and a dirty headwater, member 1 the same everywhere."""
    random = np.random.default_rng(100 + seed)
    patches = 5.0 * random.random(8) * (random.random(8) < 0.5)
    inflow = np.zeros(8)
    inflow[0] = 2.0
    return Background(np.stack([patches, np.ones(8)]), np.stack([inflow, np.ones(8)]))


@pytest.mark.parametrize("seed", range(20))
def test_any_graph_at_any_courant_number(seed: int) -> None:
    for limiter in ("monotone", "positive"):
        prepared = wild_plan(seed, limiter)
        background = wild_background(seed)
        some, same = run(prepared, [], [], background=background)  # mass is looked at there
        cells = prepared.own_cells
        highest = max(float(background.concentration[0].max()), 2.0)
        values = some.field[:, cells]
        assert np.abs(same.field[:, cells] - 1.0).max() <= 1e-12
        assert values.min() >= -1e-15 * highest
        if limiter == "monotone":
            assert values.max() <= highest * (1.0 + 1e-12)


def test_courant_numbers_are_large() -> None:
    prepared = wild_plan(3, "positive")
    volume = np.array(AREA) * LENGTH / np.bincount(prepared.cell_reach[prepared.own_cells])
    passing = np.abs(prepared.flow.discharge_head).max(axis=0) * prepared.time_step
    assert (passing / volume).max() > 50.0
