"""Releases into flow that changes: mass per time, its moments, and where nothing can be released.

In a channel whose discharge swings everywhere alike, matter moves as in a train: the plume is the
schedule of the release, carried by the water since, and spread by dispersion.
"""

from __future__ import annotations

import numpy as np
import pytest
from engine_cases import error
from remap_cases import Array, flow, plan, river, run
from scipy.special import erfc

from spillsim.network.network import Position
from spillsim.remap.build import Plan
from spillsim.sources.schedule import RateSchedule

HOUR = 3600.0
AREA, MIXING, LENGTH, PLACE, STATION = 40.0, 20.0, 80e3, 7.3e3, 40e3
TIME = np.linspace(0.0, 30 * HOUR, 61)
DISCHARGE = 30.0 + 15.0 * np.sin(TIME / 9000.0)
# water of its own that carries more and more: mass rate = discharge times concentration
WAVE = RateSchedule(np.array([600.0, 4000.0, 9000.0]), np.array([0.2, 2.0, 0.5]))


def passed(time: Array) -> Array:
    """Water that has passed any place: the integral of straight pieces [m3]."""
    each = 0.5 * (DISCHARGE[1:] + DISCHARGE[:-1]) * np.diff(TIME)
    before = np.concatenate([[0.0], np.cumsum(each)])
    i = np.minimum(np.searchsorted(TIME, time, side="right") - 1, TIME.size - 2)
    since = time - TIME[i]
    slope = (DISCHARGE[i + 1] - DISCHARGE[i]) / (TIME[i + 1] - TIME[i])
    return np.asarray(before[i] + since * (DISCHARGE[i] + 0.5 * slope * since))


def swinging(step: float, limiter: str) -> Plan:
    varying = flow(TIME, DISCHARGE[:, None], DISCHARGE[:, None], AREA, MIXING)
    steps = round(20 * HOUR / step)
    return plan(
        river([0], [1], [LENGTH]), varying, step, steps, [(0, STATION)], fields=[steps],
        limiter=limiter,
    )  # fmt: skip


def parcels(count: int = 4000) -> tuple[Array, Array]:
    """Moments of release and masses of equal pieces of the schedule."""
    ends = np.linspace(*WAVE.span, count + 1)
    return 0.5 * (ends[1:] + ends[:-1]), np.diff(WAVE.cumulative(ends))


def test_a_release_keeps_its_moments() -> None:
    """Mass to rounding, centre and spread of the plume to second order in the step."""
    when, mass = parcels()
    off = []
    for step in (900.0, 450.0):
        prepared = swinging(step, "none")
        found = run(prepared, [(Position(0, PLACE), WAVE)])[0]
        end = float(prepared.time[-1])
        centre = PLACE + (passed(np.array([end])) - passed(when)) / AREA
        mean = (mass @ centre) / mass.sum()
        spread = (mass @ ((centre - mean) ** 2 + 2.0 * MIXING * (end - when))) / mass.sum()
        cells = prepared.own_cells
        head, foot = prepared.cell_head[cells], prepared.cell_foot[cells]
        own, middle = found.field[0, cells] * AREA * (foot - head), 0.5 * (head + foot)
        own_mean = (own @ middle) / own.sum()
        own_spread = (own @ ((middle - own_mean) ** 2 + (foot - head) ** 2 / 12.0)) / own.sum()
        assert own.sum() == pytest.approx(WAVE.mass, rel=1e-12)
        off.append((abs(own_mean - mean) / float((foot - head).max()), own_spread / spread - 1.0))
    assert off[1][0] <= 2e-3
    assert 0.0 <= off[1][1] <= 5e-3
    assert off[1][0] <= 0.6 * off[0][0]
    assert off[1][1] <= 0.35 * off[0][1]


def test_a_release_keeps_its_shape() -> None:
    """Mass past the station: parcels that have come so far, spread around where they are."""
    when, mass = parcels()
    prepared = swinging(600.0, "positive")
    found = run(prepared, [(Position(0, PLACE), WAVE)])[0]
    exact = []
    for t in prepared.time:
        gone = when < t
        ahead = PLACE + (passed(np.array([t])) - passed(when[gone])) / AREA - STATION
        width = np.sqrt(4.0 * MIXING * (t - when[gone]))
        exact.append(mass[gone] @ (0.5 * erfc(-ahead / width)))
    assert error(np.diff(found.cumulative_mass[0]), np.diff(exact)) <= 0.01


def test_mass_released_into_water_that_flows_back_and_forth() -> None:
    """It sways around its place, and none is lost."""
    time = np.linspace(0.0, 24 * HOUR, 97)
    q = 20.0 * np.sin(time / 7000.0)
    varying = flow(time, q[:, None], q[:, None], AREA, MIXING, discharge=15.0)
    prepared = plan(
        river([0], [1], [LENGTH]), varying, 600.0, 144, fields=[144]
    )  # fmt: skip
    found = run(prepared, [(Position(0, 40e3), WAVE)])[0]
    cells = prepared.own_cells
    middle = 0.5 * (prepared.cell_head + prepared.cell_foot)[cells]
    own = found.field[0, cells]
    when, mass = parcels()
    shift = (2e4 * 7.0 * (np.cos(when / 7000.0) - np.cos(24 * HOUR / 7000.0))) / AREA
    expected = 40e3 + (mass @ shift) / mass.sum()
    assert (own @ middle) / own.sum() == pytest.approx(expected, abs=20.0)
    assert found.ledger[-1, 1] == pytest.approx(WAVE.mass, rel=1e-12)


def test_mass_released_into_a_dry_channel_waits_for_water() -> None:
    """It lies where it was put until water comes, which carries it off; none is lost or made."""
    fill = 5e3
    time = np.array([0.0, 3 * HOUR, 3 * HOUR + fill, 24 * HOUR])
    first, second = [0.0, 10.0, 10.0, 10.0], [0.0, 0.0, 10.0, 10.0]
    head = np.stack([first, second], axis=1)
    foot = np.stack([second, np.zeros(4)], axis=1)
    varying = flow(
        time, head, foot, 10.0, 5.0, linear=False, start_area=0.0, discharge=10.0
    )  # fmt: skip
    prepared = plan(
        river([0, 1], [1, 2], [5e3, 5e4]), varying, 600.0, 60, [(0, 5e3)], fields=np.arange(1, 61)
    )
    found = run(prepared, [(Position(0, 1e3), WAVE)])[0]
    assert found.field.min() >= 0.0
    before = prepared.time[1:] <= 3 * HOUR
    assert np.all(found.cumulative_mass[0, 1:][before] == 0.0)
    assert found.cumulative_mass[0, -1] >= 0.5 * WAVE.mass
