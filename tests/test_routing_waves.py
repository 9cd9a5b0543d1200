"""Flood waves against closed solutions and a fine solution of the diffusive wave."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from routing_cases import HOUR, Array, Channel, flood, run_channel
from scipy.integrate import cumulative_trapezoid, solve_ivp
from scipy.sparse import diags_array
from scipy.special import erfc, erfcx

from spillsim.routing.muskingum_cunge import EMPTIED
from spillsim.routing.river import Hydraulics, area_at, section_lengths, tabulate

RIVER = Channel(100e3, 50.0, 5e-4, 0.035)


# --- kinematic waves -----------------------------------------------------------------------------


def kinematic_error(sections: int) -> float:
    """Largest error of a wave in a wide channel without diffusion, before it breaks.

    Every discharge travels at its own celerity, t = s + L / c(Q(s)) (Lighthill & Whitham 1955).
    """
    channel = Channel(40e3, 50.0, 2e-3, 0.03, wide=True)
    table = channel.table(50.0, 400.0, 200)
    table = table._replace(lean=np.zeros_like(table.lean))

    def inflow(time: Array) -> Array:
        return np.asarray(100.0 + 50.0 * np.exp(-(((time - 12 * HOUR) / (3 * HOUR)) ** 2)))

    def celerity(discharge: Array) -> Array:
        unit = (channel.manning_n / math.sqrt(channel.slope)) ** 0.6 * channel.width**0.4
        return np.asarray(discharge**0.4 / (0.6 * unit))

    step = channel.length / sections / float(celerity(np.array(150.0)))
    time = step * np.arange(math.ceil(30 * HOUR / step) + 1)
    water, tally = run_channel(channel, sections, time, inflow(time), table)
    assert not tally.any()
    left = np.linspace(0.0, 30 * HOUR, 20001)
    arrives = left + channel.length / celerity(inflow(left))
    assert np.all(np.diff(arrives) > 0.0)  # no shock
    exact = np.interp(time, arrives, inflow(left), left=100.0)
    return float(np.abs(water.foot[-1] - exact).max())


def test_kinematic_waves_converge_with_second_order() -> None:
    errors = [kinematic_error(sections) for sections in (20, 40, 80, 160)]
    order = np.log2(errors[:-1]) - np.log2(errors[1:])
    assert order[-1] == pytest.approx(2.0, abs=0.25)
    assert errors[-1] < 0.01 * 50.0


# --- linear diffusive waves ----------------------------------------------------------------------

CELERITY, DIFFUSIVITY, FLOW = 1.5, 3000.0, 100.0


def linear_table() -> Hydraulics:
    """Area linear in the discharge; the diffusivity Q / (2 S0 B) at FLOW."""
    discharge = np.linspace(0.5, 1.5, 5)[None, :] * FLOW
    table = tabulate(discharge, 40.0 + discharge / CELERITY, np.full((1, 5), 50.0), np.array([1.0]))
    slope = np.full_like(table.slope, 1.0 / CELERITY)
    cubic = np.zeros_like(table.area)
    cubic[..., 0] = 40.0 + discharge / CELERITY
    cubic[:, :-1, 1] = np.diff(discharge) / CELERITY
    lean = np.full_like(slope, 2.0 * DIFFUSIVITY / (FLOW * CELERITY))
    return table._replace(area=cubic, slope=slope, lean=lean)


def test_delay_and_spread_of_a_small_wave_are_those_of_the_diffusive_wave() -> None:
    channel = Channel(60e3, 50.0, 1e-3, 0.03)
    time = 600.0 * np.arange(600)
    pulse = np.exp(-(((time - 20 * HOUR) / (2 * HOUR)) ** 2))
    water, _ = run_channel(channel, 24, time, FLOW + 1e-3 * pulse, linear_table())

    def moments(values: Array) -> tuple[float, float]:
        mean = float(np.sum(values * time) / np.sum(values))
        return mean, float(np.sum(values * (time - mean) ** 2) / np.sum(values))

    begin, end = moments(pulse), moments(water.foot[-1] - FLOW)
    assert end[0] - begin[0] == pytest.approx(channel.length / CELERITY, rel=1e-3)
    spread = 2.0 * DIFFUSIVITY * channel.length / CELERITY**3
    assert end[1] - begin[1] == pytest.approx(spread, rel=1e-2)


def test_a_small_step_is_that_of_hayami() -> None:
    """Q = [erfc((x - c t) / w) + exp(c x / D) erfc((x + c t) / w)] / 2, w = 2 sqrt(D t)."""
    channel, step = Channel(60e3, 50.0, 1e-3, 0.03), 900.0
    time = step * np.arange(200)
    # C^2 + 3 D^2 = 1: third order too
    spread = DIFFUSIVITY / CELERITY**2
    length = CELERITY * math.sqrt(step**2 + 12.0 * spread**2)
    inflow = FLOW + 1e-3 * (time > 0.0)
    water, _ = run_channel(channel, round(channel.length / length), time, inflow, linear_table())
    since = np.maximum(time - 0.5 * step, 1.0)
    width = 2.0 * np.sqrt(DIFFUSIVITY * since)
    near, far = channel.length - CELERITY * since, channel.length + CELERITY * since
    # exp(c x / D) erfc(far / w) without overflow: far^2 - near^2 = 4 x c t
    exact = 0.5 * (erfc(near / width) + np.exp(-((near / width) ** 2)) * erfcx(far / width))
    found = (water.foot[-1] - FLOW) / 1e-3
    assert np.abs(found - exact).max() < 0.01


# --- the channel of published tests --------------------------------------------------------------


def diffusive_wave(channel: Channel, cells: int, inflow: Callable[[float], float]) -> Array:
    """Hourly discharge at the end of a channel that goes on: lines in x, scipy in time.

    Q = K(A) sqrt(S0 - dh/dx) in full at the faces, half as long again below the end.
    """
    dx, total = channel.length / cells, cells + cells // 2
    first = float(channel.area(np.array([inflow(0.0)]))[0])

    def conveyance(area: Array) -> Array:
        wet = channel.width + 2.0 * area / channel.width
        return np.asarray(area ** (5 / 3) / wet ** (2 / 3) / channel.manning_n)

    def at_faces(area: Array) -> Array:
        slope = channel.slope - np.diff(area, axis=0) / channel.width / dx
        return conveyance(0.5 * (area[1:] + area[:-1])) * np.sign(slope) * np.sqrt(np.abs(slope))

    def change(time: float, area: Array) -> Array:
        out = conveyance(area[-1:]) * math.sqrt(channel.slope)
        flow = np.concatenate([[inflow(time)], at_faces(area), out])
        return -np.diff(flow) / dx

    pattern = diags_array(np.ones((3, total)), offsets=[-1, 0, 1], shape=(total, total))
    time = HOUR * np.arange(121)
    found = solve_ivp(
        change, (0.0, time[-1]), np.full(total, first), method="BDF", t_eval=time,
        rtol=1e-5, atol=1e-3, jac_sparsity=pattern, max_step=2 * HOUR,
    )  # fmt: skip
    return np.asarray(at_faces(found.y[cells - 1 : cells + 1])[0])


@pytest.mark.parametrize(
    ("slope", "peak", "whole"), [(2e-3, 0.001, 0.01), (5e-4, 0.002, 0.02), (2.5e-4, 0.03, 0.05)]
)
def test_the_channel_of_todini(slope: float, peak: float, whole: float) -> None:
    """100 km, 50 m wide, n = 0.035, 100 to 900 m3/s in 24 h, as Todini (2007) has them.

    His peaks are those of the full equations in a table not at hand; the reference is a solution
    of the diffusive wave with 60 and 120 cells, extrapolated.
    """
    channel = RIVER._replace(slope=slope)
    step = 1800.0
    time = step * np.arange(241)
    table = channel.table(10.0, 3000.0)
    longest = section_lengths(table, np.array([100.0]), np.array([900.0]), step)
    sections = math.ceil(channel.length / longest[0])
    inflow = np.array([flood(t / HOUR) for t in time])
    water, tally = run_channel(channel, sections, time, inflow, table)
    assert not tally.any()

    coarse, fine = (
        diffusive_wave(channel, cells, lambda t: flood(t / HOUR)) for cells in (60, 120)
    )
    exact = fine + (fine - coarse) / 3.0
    found = water.foot[-1, ::2]
    assert found.max() == pytest.approx(exact.max(), rel=peak)
    assert np.sqrt(np.mean((found - exact) ** 2)) < whole * (exact.max() - 100.0)
    # the area, from continuity alone, is close to that of steady hydraulics
    mean = 0.5 * (water.head + water.foot)
    area = water.volume / (channel.length / sections)
    normal = channel.area(mean.ravel()).reshape(mean.shape)
    assert np.abs(area / normal - 1.0).max() < 100.0 * whole**1.5 * 0.5


# --- bounds --------------------------------------------------------------------------------------


def auto(
    channel: Channel, time: Array, inflow: Array, swept: float = 0.0
) -> tuple[Array, Array, Array]:
    """Outflow and volumes with the sections that the rule asks for."""
    table = channel.table(0.5 * max(inflow.min(), 1.0), 1.5 * inflow.max())
    low, high = np.array([max(inflow.min(), 1.0)]), np.array([inflow.max()])
    longest = section_lengths(table, low, high, float(time[1]), swept)
    sections = math.ceil(channel.length / longest[0])
    water, tally = run_channel(channel, sections, time, inflow, table)
    stored = water.volume.sum(axis=0)
    passed = cumulative_trapezoid(inflow - water.foot[-1], time, initial=0.0)
    assert np.abs(stored - stored[0] - passed).max() < 1e-12 * (stored[0] + inflow.sum() * time[1])
    return water.foot[-1], water.volume, tally[0]


@pytest.mark.parametrize("slope", [3e-2, 1e-2, 3e-3, 1e-3, 1e-4])
def test_a_jump_within_a_step_makes_no_dip_and_hardly_a_bounce(slope: float) -> None:
    channel = RIVER._replace(slope=slope)
    time = 900.0 * np.arange(800)
    rise = np.where(time > 5 * HOUR, 900.0, 50.0)
    outflow, volume, tally = auto(channel, time, rise)
    assert outflow.min() > 50.0 * (1.0 - 1e-6)
    assert outflow.max() < 1.06 * 900.0
    assert volume.min() > 0.0
    assert tally[EMPTIED] <= 1
    assert outflow[-1] == pytest.approx(900.0, rel=1e-6)
    outflow, volume, tally = auto(channel, time, 950.0 - rise)
    assert outflow.max() < 900.1
    assert outflow.min() > 0.94 * 50.0
    assert volume.min() > 0.0
    assert tally[EMPTIED] == 0
    assert outflow[-1] == pytest.approx(50.0, rel=1e-2)


@pytest.mark.parametrize("slope", [1e-2, 5e-4])
def test_a_flood_as_fine_as_its_steps_rises_and_falls_once(slope: float) -> None:
    time = 1800.0 * np.arange(240)
    inflow = np.array([flood(t / HOUR) for t in time])
    outflow, _, tally = auto(RIVER._replace(slope=slope), time, inflow)
    top = int(outflow.argmax())
    assert np.diff(outflow[: top + 1]).min() > -1e-3
    assert np.diff(outflow[top:]).max() < 1e-3
    assert outflow.max() < inflow.max()
    assert not tally.any()


def test_a_river_falls_dry_and_flows_again() -> None:
    time = 900.0 * np.arange(1600)
    inflow = np.where((time > 50 * HOUR) & (time < 200 * HOUR), 0.0, 200.0)
    outflow, volume, _ = auto(RIVER, time, inflow, 900.0)
    assert volume.min() > 0.0
    assert 0.0 < outflow.min() < 10.0
    assert outflow[-1] == pytest.approx(200.0, rel=1e-3)


def test_the_table_between_its_points_is_the_hydraulic_method() -> None:
    table = RIVER.table(10.0, 3000.0, 48)
    between = np.geomspace(10.0, 3000.0, 999)
    found = area_at(table, np.zeros(999, dtype=np.int64), between)
    assert np.abs(found / RIVER.area(between) - 1.0).max() < 1e-4
    with pytest.raises(ValueError, match="must rise"):
        tabulate(table.discharge, np.ones((1, 48)), np.ones((1, 48)), np.ones(1))
