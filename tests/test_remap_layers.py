"""Reservoirs in two layers: against an ODE, the matrix exponential and the mixed tank."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from remap_cases import Array, flow, plan, pulse, river, run, slug
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from spillsim import model, scenario, simulation
from spillsim.errors import ScenarioError
from spillsim.remap.build import Plan
from spillsim.remap.graph import Layers
from spillsim.remap.march import Background, March
from spillsim.remap.tables import DrainedError
from spillsim.verification.reference import exact_reference

HOUR = 3600.0
DAM = 1e3
"""Length of the reservoir [m]."""


def reservoir(
    time: Array, inflow: Array, outflow: Array, volumes: tuple[float, float], *,
    exchange: float = 0.0, shares: tuple[float, float] = (1.0, 1.0), step: float = 900.0,
) -> Plan:  # fmt: skip
    """A reservoir at the head of a river; a station at the foot of its dam."""
    rivers = river([0, 1], [1, 2], [DAM, 2e3], tank=[0])
    layers = Layers(
        np.array([0]), np.array([volumes[1]]), np.array([exchange]), np.array([shares[0]]),
        np.array([shares[1]]),
    )  # fmt: skip
    whole = sum(volumes)
    varying = flow(
        time, np.stack([inflow, outflow], axis=1), np.stack([outflow, outflow], axis=1),
        [whole / DAM, 50.0], 1e-9,
    )  # fmt: skip
    steps = round(float(time[-1]) / step)
    return plan(
        replace(rivers, layers=layers) if volumes[1] > 0.0 else rivers, varying, step, steps,
        [(0, DAM)], fields=np.arange(1, steps + 1),
    )  # fmt: skip


def fine(
    time: Array, inflow: Array, outflow: Array, volumes: tuple[float, float], exchange: float,
    shares: tuple[float, float], stop: float,
) -> Array:  # fmt: skip
    """(3, T) masses of both layers and mass gone, by scipy; 1 kg enters evenly until ``stop``."""
    a, b = shares

    def rates(t: float, y: Array) -> list[float]:
        i, o = np.interp(t, time, inflow), np.interp(t, time, outflow)
        source = 1.0 / stop if t < stop else 0.0
        # the volumes of piecewise linear flow, exactly
        knots = np.append(time[time < t], t)
        net = np.interp(knots, time, inflow - outflow)
        upper = volumes[0] + float(np.sum(0.5 * (net[1:] + net[:-1]) * np.diff(knots)))
        up, low = y[0] / upper, y[1] / volumes[1]
        net_down = (1.0 - b) * o - (1.0 - a) * i
        down, rise = max(net_down, 0.0) + exchange, max(-net_down, 0.0) + exchange
        return [
            a * source - (b * o + down) * up + rise * low,
            (1.0 - a) * source + down * up - ((1.0 - b) * o + rise) * low,
            o * (b * up + (1.0 - b) * low),
        ]

    ends = np.unique(np.concatenate([[stop], time]))
    y, found = np.zeros(3), {0.0: np.zeros(3)}
    for first, last in pairwise(ends):
        wanted = np.arange(first, last + 1.0, 900.0)
        part = solve_ivp(
            rates, (first, last - 1e-9), y, "LSODA", np.minimum(wanted, last - 1e-9), rtol=1e-9,
            atol=1e-14,
        )  # fmt: skip
        found |= dict(zip(wanted.tolist(), part.y.T, strict=True))
        y = part.y[:, -1]
    return np.array([found[t] for t in sorted(found)]).T


def constant(value: float) -> Array:
    return np.full(3, value)


TIME = np.array([0.0, 36 * HOUR, 72 * HOUR])
SHARES = [(1.0, 0.0), (0.0, 1.0), (0.7, 0.2), (0.3, 0.3)]


@pytest.mark.parametrize("shares", SHARES)
def test_constant_volumes_are_exact(shares: tuple[float, float]) -> None:
    """Even inflow for two hours, then clean: the matrix exponential of both layers."""
    q, volumes, exchange = 20.0, (8e5, 3e6), 4.0
    prepared = reservoir(TIME, constant(q), constant(q), volumes, exchange=exchange, shares=shares)
    found = run(prepared, [pulse(0, 0.0, 0.0, 2 * HOUR)])[0]
    a, b = shares
    net = (a - b) * q
    down, up = max(net, 0.0) + exchange, max(-net, 0.0) + exchange
    matrix = np.zeros((3, 3))
    matrix[0] = [-(b * q + down) / volumes[0], up / volumes[1], a / (2 * HOUR)]
    matrix[1] = [
        down / volumes[0], -((1 - b) * q + up) / volumes[1], (1 - a) / (2 * HOUR),
    ]  # fmt: skip
    exact = []
    for t in prepared.time:
        state = expm(matrix * min(t, 2 * HOUR)) @ [0.0, 0.0, 1.0]
        state[2] = 0.0
        state = expm(matrix * max(t - 2 * HOUR, 0.0)) @ state
        exact.append(b * state[0] / volumes[0] + (1 - b) * state[1] / volumes[1])
    assert np.abs(found.concentration[0] - exact).max() <= 1e-11 * max(exact)


def swinging() -> tuple[Array, Array, Array]:
    """Three days in which the level rises, falls and rises."""
    time = np.linspace(0.0, 72 * HOUR, 73)
    inflow = 20.0 + 12.0 * np.sin(time / 30e3)
    return time, inflow, 20.0 + 15.0 * np.cos(time / 25e3)


@pytest.mark.parametrize("shares", SHARES)
def test_varying_level_against_an_ode(shares: tuple[float, float]) -> None:
    """Second order in the step."""
    time, inflow, outflow = swinging()
    volumes, exchange = (1.5e6, 2e6), 3.0
    exact = fine(time, inflow, outflow, volumes, exchange, shares, 6 * HOUR)
    errors = []
    for step in (1800.0, 900.0):
        prepared = reservoir(
            time, inflow, outflow, volumes, exchange=exchange, shares=shares, step=step
        )
        found = run(prepared, [pulse(0, 0.0, 0.0, 6 * HOUR)])[0]
        assert found.field.min() >= 0.0
        every = round(step / 900.0)
        gone = found.cumulative_mass[0]
        errors.append(np.abs(gone - exact[2, ::every]).max())
    assert errors[1] <= 2e-5
    assert errors[1] <= 0.3 * errors[0]


def mixed_and_layered(exchange: float) -> tuple[March, March]:
    time, inflow, outflow = swinging()
    release = [pulse(0, 0.0, 0.0, 6 * HOUR)]
    layered = reservoir(
        time, inflow, outflow, (1.5e6, 2e6), exchange=exchange, shares=(0.8, 0.1), step=600.0
    )
    mixed = reservoir(time, inflow, outflow, (3.5e6, 0.0), step=600.0)
    return run(mixed, release)[0], run(layered, release)[0]


def test_fast_exchange_makes_one_mixed_tank() -> None:
    mixed, layered = mixed_and_layered(1e7)
    most = mixed.concentration.max()
    assert np.abs(mixed.concentration - layered.concentration).max() <= 1e-4 * most
    mixed, layered = mixed_and_layered(0.0)
    assert np.abs(mixed.concentration - layered.concentration).max() >= 0.1 * most


@pytest.mark.parametrize("shares", SHARES)
def test_one_concentration_stays(shares: tuple[float, float]) -> None:
    time, inflow, outflow = swinging()
    prepared = reservoir(time, inflow, outflow, (1.5e6, 2e6), exchange=3.0, shares=shares)
    ones = Background(np.ones((1, 2)), np.ones((1, 3)))
    found = run(prepared, [], background=ones)[0]
    assert np.abs(found.field[:, prepared.own_cells] - 1.0).max() <= 1e-12
    assert np.abs(found.concentration[0, 1:] - 1.0).max() <= 1e-12


def test_what_lies_below_stays_there() -> None:
    """Without exchange, what is released above never shows in water drawn from below."""
    time, inflow, outflow = swinging()
    below = np.minimum(outflow, inflow)
    prepared = reservoir(time, inflow, below, (1.5e6, 2e6), shares=(0.0, 0.0))
    above, inlet = run(prepared, [slug(0, 500.0, 3600.0)], [slug(0, 0.0, 3600.0)])
    assert np.all(above.cumulative_mass == 0.0)
    assert inlet.cumulative_mass[0, -1] > 0.5


def test_an_upper_layer_cannot_be_drawn_below_nothing() -> None:
    time, inflow, outflow = swinging()
    with pytest.raises(DrainedError, match="reach 0"):
        reservoir(time, inflow, outflow, (1e4, 2e6))


def test_a_layered_case_is_marched() -> None:
    """Its engine is the march, and asking for the other is a fault that says why."""
    case = scenario.load(Path(__file__).parent / "gallery" / "two_layers")
    built = model.assemble(case)
    assert built.engine == "march"
    assert "two layers" in built.engine_basis
    assert exact_reference(built) is None
    found = simulation.simulate(built)
    above, below = found.concentration[0]
    assert found.mass_error <= 1e-12
    # drawn from below, the plume leaves the dam late and long
    assert built.output_time[above.argmax()] > 20 * HOUR
    assert below.max() < above.max() * 1.01
    numerics = case.numerics.model_copy(update={"engine": "transfer"})
    with pytest.raises(ScenarioError, match="a reservoir is in two layers"):
        model.assemble(case.model_copy(update={"numerics": numerics}))


def test_an_upper_layer_that_runs_dry_is_named() -> None:
    case = scenario.load(Path(__file__).parent / "gallery" / "reservoir_spillway")
    lake = case.reservoirs[0]
    turbine = lake.outlets[0].model_copy(update={"value": (60.0,)})
    lake = lake.model_copy(
        update={"mixing": "layered", "upper_volume": 1e5, "outlets": (turbine, *lake.outlets[1:])}
    )
    with pytest.raises(ScenarioError, match="its upper layer holds") as raised:
        model.assemble(case.model_copy(update={"reservoirs": (lake,)}))
    assert "larger upper_volume" in str(raised.value)
