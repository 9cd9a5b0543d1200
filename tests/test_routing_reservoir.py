"""Level-pool routing, outlets, diversions and divided rivers against exact solutions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from spillsim.formulas import gate_discharge, weir_discharge
from spillsim.routing.nodes import Diversion, Split, divert, divide
from spillsim.routing.outlets import (
    GATE,
    GIVEN,
    PASSING,
    WEIR,
    Outlet,
    event_times,
    window_weight,
)
from spillsim.routing.reservoir import StageVolume, route

HOUR, DAY = 3600.0, 86_400.0


def water_error(time, inflow, routed, first):
    """Largest error of the water balance in straight lines, as a share of the volume."""
    gain = inflow - routed.outflow
    held = first + np.concatenate([[0], np.cumsum(0.5 * np.diff(time) * (gain[1:] + gain[:-1]))])
    return np.abs(held - routed.volume).max() / max(held.max(), 1.0)


def linear_reservoir(area: float, width: float, head: float, scale: float) -> tuple:
    """A stage-volume table of a reservoir whose spillway discharges S / k: S = k C b H^1.5."""
    stage = np.linspace(0.0, head**1.5, 4001) ** (2 / 3)
    return StageVolume(stage, scale * 1.7 * width * stage**1.5), Outlet(WEIR, 0.0, width, 1.7)


def test_a_linear_reservoir_answers_a_ramp_exactly_in_the_limit() -> None:
    k, width = 6 * HOUR, 20.0
    storage, outlet = linear_reservoir(0.0, width, 6.0, k)
    first, slope = 40.0, 10.0 / DAY
    errors = []
    for count in (25, 49, 97):
        time = np.linspace(0.0, 2 * DAY, count)
        inflow = 20.0 + slope * time
        found = route(time, inflow, storage, [outlet], k * first)
        decay = np.exp(-time / k)
        exact = (20.0 - slope * k) * (1.0 - decay) + slope * time + first * decay
        errors.append(np.abs(found.outflow - exact).max())
        assert water_error(time, inflow, found, k * first) < 1e-13
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] < 0.03
    assert np.all((order > 1.9) & (order < 2.1))


def test_a_linear_reservoir_in_steps_is_the_rational_approximation_of_the_exponential() -> None:
    k = 6 * HOUR
    storage, outlet = linear_reservoir(0.0, 20.0, 6.0, k)
    time = np.arange(0.0, DAY, HOUR)
    found = route(time, np.zeros(time.size), storage, [outlet], 40.0 * k)
    # each step multiplies by (1 - dt / 2k) / (1 + dt / 2k); the table is linear in the volume
    factor = (1.0 - HOUR / (2 * k)) / (1.0 + HOUR / (2 * k))
    np.testing.assert_allclose(found.outflow, 40.0 * factor ** np.arange(time.size), rtol=1e-3)


def test_a_spillway_empties_a_prismatic_reservoir_as_the_closed_form() -> None:
    area, width, head = 1e6, 20.0, 2.0
    storage = StageVolume.prismatic(area, 100.0)
    errors = []
    for count in (121, 241, 481):
        time = np.linspace(0.0, 10 * DAY, count)
        outlet = Outlet(WEIR, crest=105.0, width=width, coefficient=1.7)
        found = route(time, np.zeros(count), storage, [outlet], 7 * area)
        exact = (head**-0.5 + 1.7 * width * time / (2.0 * area)) ** -2.0
        errors.append(np.abs(found.level - 105.0 - exact).max())
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] < 1e-3
    assert np.all(order > 1.9)


def test_outlets_are_the_formulas() -> None:
    """One short step: what the kernel lets out is what the formulas say at that level."""
    storage = StageVolume.prismatic(1e9, 0.0)
    time = np.array([0.0, 1.0])
    for head in (0.5, 1.0, 1.5, 1.6, 3.0, 8.0):
        level = 10.0 + head
        for outlet, formula in (
            (Outlet(WEIR, 10.0, 15.0, 2.1), weir_discharge(head, 15.0, 2.1)),
            (Outlet(GATE, 10.0, 15.0, 0.58, 1.6, value=(1.0,)),
             gate_discharge(head, 15.0, 1.0, 0.58, 1.6)),
        ):  # fmt: skip
            found = route(time, np.zeros(2), storage, [outlet], level * 1e9)
            assert found.outflow[0] == pytest.approx(float(formula), rel=1e-12)
    assert float(gate_discharge(8.0, 15.0, 1.0)) == pytest.approx(
        0.6 * 15.0 * math.sqrt(2 * 9.80665 * 8.0)
    )
    assert float(gate_discharge(0.5, 15.0, 1.0)) == float(weir_discharge(0.5, 15.0))
    heads = np.linspace(-1.0, 5.0, 601)
    assert np.all(np.diff(gate_discharge(heads, 15.0, 1.0)) >= 0.0)
    assert np.all(gate_discharge(heads, 15.0, 0.0) == 0.0)
    assert np.all(weir_discharge(heads[heads <= 0.0], 15.0) == 0.0)


def test_a_gate_that_closes_holds_the_inflow_back() -> None:
    storage = StageVolume(np.array([0.0, 10.0, 20.0]), np.array([0.0, 1e7, 4e7]))
    time = np.arange(0.0, 49.0) * HOUR
    inflow = 30.0 + 5.0 * np.sin(time / DAY)
    gate = Outlet(GATE, 2.0, 5.0, value=(0.6,), stop=12.5 * HOUR)
    found = route(time, inflow, storage, [gate], 2e7)
    after = time >= 13.6 * HOUR
    assert np.all(found.outflow[after] == 0.0)
    came = np.concatenate([[0.0], np.cumsum(0.5 * HOUR * (inflow[1:] + inflow[:-1]))])
    start = int(np.argmax(after))
    np.testing.assert_allclose(
        found.volume[start:] - found.volume[start], came[start:] - came[start], rtol=1e-12
    )
    assert np.all(found.outflow[time <= 11.5 * HOUR] > 20.0)


def test_a_flushing_release_takes_its_volume_whatever_the_steps() -> None:
    storage = StageVolume.prismatic(1e6, 0.0)
    flush = Outlet(GIVEN, value=(50.0,), start=5.3 * HOUR, stop=11.7 * HOUR)
    for step in (600.0, 1800.0, 7200.0):
        time = np.arange(0.0, DAY + 1.0, step)
        inflow = np.full(time.size, 10.0)
        found = route(time, inflow, storage, [Outlet(PASSING), flush], 1e7)
        lost = 1e7 - found.volume[-1]
        assert lost == pytest.approx(50.0 * 6.4 * HOUR, rel=1e-9)
        assert not found.limited.any()


def test_an_opening_table_and_a_hydrograph_are_followed() -> None:
    storage = StageVolume.prismatic(1e6, 0.0)
    time = np.arange(0.0, 25.0) * HOUR
    given_out = Outlet(GIVEN, time=(0.0, 6 * HOUR, 24 * HOUR), value=(0.0, 12.0, 12.0))
    found = route(time, np.full(25, 5.0), storage, [given_out], 1e7)
    np.testing.assert_allclose(found.outflow, np.interp(time, given_out.time, given_out.value))
    np.testing.assert_array_equal(event_times([given_out]), [0.0, 6 * HOUR, 24 * HOUR])
    gate = Outlet(GATE, 0.0, 4.0, time=(0.0, 12 * HOUR), value=(0.0, 0.5))
    found = route(time, np.full(25, 5.0), storage, [gate], 1e7)
    opening = np.interp(time, gate.time, gate.value)
    np.testing.assert_allclose(found.outflow, gate_discharge(found.level, 4.0, opening), rtol=1e-12)


def test_no_outlets_pass_the_inflow() -> None:
    time = np.arange(0.0, 10.0) * HOUR
    inflow = 5.0 + np.arange(10.0)
    found = route(time, inflow, StageVolume.prismatic(1e5, 0.0), [], 1e6)
    np.testing.assert_array_equal(found.outflow, inflow)
    np.testing.assert_allclose(found.volume, 1e6, rtol=1e-14)


def test_an_empty_reservoir_gives_what_comes_and_says_so() -> None:
    time = np.arange(0.0, 25.0) * HOUR
    inflow = np.full(25, 2.0)
    found = route(time, inflow, StageVolume.prismatic(1e4, 0.0), [Outlet(GIVEN, value=(20.0,))],
                  1e5)  # fmt: skip
    assert found.volume.min() >= 0.0
    assert water_error(time, inflow, found, 1e5) < 1e-13
    assert found.volume[-1] == pytest.approx(0.0, abs=1e-6)
    assert found.outflow[-1] == pytest.approx(2.0)
    assert found.limited[4:].all()
    assert not found.limited[0]


def test_a_pond_faster_than_the_step_does_not_swing() -> None:
    time = np.arange(0.0, 2 * DAY, 1800.0)
    inflow = 10.0 + 20.0 * np.exp(-(((time - DAY) / (2 * HOUR)) ** 2))
    storage = StageVolume.prismatic(1e4, 100.0)
    outlet = Outlet(WEIR, 105.0, 20.0, 1.7)
    first = 1e4 * (5.0 + (10.0 / 34.0) ** (2 / 3))
    found = route(time, inflow, storage, [outlet], first)
    assert water_error(time, inflow, found, first) < 1e-12

    def rise(t, volume):
        head = max(volume[0] / 1e4 - 5.0, 0.0)
        return [np.interp(t, time, inflow) - 34.0 * head**1.5]

    exact = solve_ivp(rise, (0.0, time[-1]), [first], "LSODA", time, rtol=1e-9, max_step=1800.0)
    out = 34.0 * (exact.y[0] / 1e4 - 5.0) ** 1.5
    assert np.abs(found.outflow - out).max() < 0.02 * out.max()
    rising = (time > 0.7 * DAY) & (time < 0.98 * DAY)
    assert np.all(np.diff(found.outflow[rising]) > 0.0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.0, 200.0), min_size=3, max_size=12),
    st.lists(st.floats(60.0, 7200.0), min_size=12, max_size=12),
    st.floats(0.0, 1e6),
    st.floats(1e2, 1e6),
    st.floats(0.0, 80.0),
    st.floats(-5e4, 5e4),
)
def test_no_water_is_made_or_lost_and_none_is_less_than_none(
    inflow, steps, first, area, asked, start
) -> None:
    time = np.concatenate([[0.0], np.cumsum(steps)])[: len(inflow)]
    came = np.array(inflow)
    outlets = [
        Outlet(GIVEN, value=(asked,), start=start, stop=start + 5e3),
        Outlet(WEIR, 3.0, 10.0, 1.7),
        Outlet(GATE, 0.5, 4.0, value=(0.4,)),
    ]
    storage = StageVolume(np.array([0.0, 1.0, 4.0]), np.array([0.0, area, 6 * area]))
    found = route(time, came, storage, outlets, first)
    scale = first + came.max() * time[-1] + 1.0
    gain = came - found.outflow
    held = first + np.concatenate([[0], np.cumsum(0.5 * np.diff(time) * (gain[1:] + gain[:-1]))])
    assert np.abs(held - found.volume).max() <= 1e-12 * scale
    assert found.volume.min() >= 0.0
    assert found.outflow.min() >= -1e-12 * scale
    # between the times the volume is a parabola
    turns = (gain[:-1] < 0.0) & (gain[1:] > 0.0)
    dip = held[:-1] - 0.5 * np.diff(time) * gain[:-1] ** 2 / np.where(turns, np.diff(gain), np.inf)
    assert dip.min() >= -1e-12 * scale


def test_a_window_weighs_what_lies_in_it() -> None:
    time = np.array([0.0, 1.0, 3.0, 4.0, 8.0])
    weight = window_weight(time, 2.0, 5.0)
    whole = np.array([0.5, 1.5, 1.5, 2.5, 2.0])
    assert (weight * whole).sum() == pytest.approx(3.0)
    assert np.all((weight >= 0.0) & (weight <= 1.0))
    np.testing.assert_array_equal(window_weight(time, -math.inf, math.inf), 1.0)
    np.testing.assert_array_equal(window_weight(time, 9.0, 12.0), 0.0)
    np.testing.assert_array_equal(window_weight(np.array([2.0]), 1.0, 3.0), [1.0])


def test_diversions_take_what_there_is_in_their_order() -> None:
    time = np.arange(0.0, 6.0)
    coming = np.array([10.0, 10.0, 3.0, 0.0, 10.0, 10.0])
    rules = [Diversion(4.0), Diversion(share=0.5), Diversion(9.0, start=10.0)]
    taken, short = divert(time, coming, rules)
    np.testing.assert_allclose(taken[0], [4, 4, 3, 0, 4, 4])
    np.testing.assert_allclose(taken[1], [3, 3, 0, 0, 3, 3])
    np.testing.assert_array_equal(taken[2], 0.0)
    np.testing.assert_array_equal(short[0], [False, False, True, True, False, False])
    assert not short[1:].any()
    assert divert(time, coming, [])[0].shape == (0, 6)


def test_arms_share_all_the_water() -> None:
    time = np.arange(0.0, 5.0)
    leaving = np.array([0.0, 5.0, 10.0, 20.0, 33.0])
    by_flow = Split(7, False, np.array([5.0, 20.0]), np.array([0.1, 0.4]))
    found = divide(time, leaving, [3, 7, 5], [0.5, 0.2, 0.3], [by_flow])
    np.testing.assert_allclose(found[1], leaving * [0.1, 0.1, 0.2, 0.4, 0.4])
    np.testing.assert_allclose(found[0] * 0.3, found[2] * 0.5, atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=0), leaving, rtol=1e-15)
    by_time = Split(7, True, np.array([1.0, 3.0]), np.array([0.0, 1.0]))
    found = divide(time, leaving, [7, 3], [0.5, 0.5], [by_time])
    np.testing.assert_allclose(found[0], leaving * [0, 0, 0.5, 1, 1])
    with pytest.raises(ValueError, match="add up"):
        divide(time, leaving, [7], [1.0], [by_time])


def test_a_table_that_does_not_rise_is_refused() -> None:
    for stage, volume in (([0, 1], [2, 1]), ([1, 1], [1, 2]), ([0.0], [1.0]), ([0, 1], [-1, 1])):
        with pytest.raises(ValueError):
            StageVolume(np.array(stage, dtype=float), np.array(volume, dtype=float))
