"""Diffusive wave against closed solutions, independent integrations and what must always hold."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import erfc, erfcx

from spillsim.routing.conveyance import (
    power_laws,
    trapezoids,
)
from spillsim.routing.diffusive_layout import Layout, Outlets, Reaches, Ways, lay_out
from spillsim.routing.diffusive_wave import (
    Inflow,
    NoStepError,
    State,
    filled,
    route,
    settled,
    uniform_flow,
)

WIDTH, ROUGHNESS = 50.0, 0.03
HOUR, DAY = 3600.0, 86400.0


@cache
def wide(highest: float = 15.0):
    """Rectangle so wide that the hydraulic radius is the depth: c = 5/3 U exactly."""
    one = np.ones(1)
    return power_laws(
        WIDTH * one, one, WIDTH / ROUGHNESS * one, 5.0 / 3.0 * one, highest * one
    )  # fmt: skip


def chain(length: float, links: int, slope: float, level: float = np.nan) -> Layout:
    """One reach from node 0 to node 1, the bed at the foot at level 0."""
    ends = (np.array([0]), np.array([1]), np.array([length]), np.array([links]))
    beds = (np.array([slope * length]), np.zeros(1), np.zeros(1, dtype=np.int64))
    outlets = Outlets(np.array([1]), np.array([slope]), np.array([level]))
    return lay_out(Reaches(*ends, *beds, wide()), outlets, 2)


def normal_depth(discharge: float, slope: float) -> float:
    return float((discharge * ROUGHNESS / (WIDTH * np.sqrt(slope))) ** 0.6)


def at_head(values) -> Inflow:
    """Inflow at node 0 of a chain."""
    values = np.atleast_1d(values)
    return Inflow(np.stack([values, np.zeros(values.size)], axis=1), np.zeros((values.size, 1)))


def steady(layout: Layout, discharge: float) -> State:
    """Steady flow of a chain."""
    return settled(layout, uniform_flow(layout, np.array([discharge])), at_head(discharge))


# --- linear waves --------------------------------------------------------------------------------

BASE, SLOPE, RISE = 200.0, 2e-4, 1e-3


def hayami(x: np.ndarray, time: float) -> np.ndarray:
    """Response of Q to a unit step of Q at x = 0: c = 5/3 U, D = Q / (2 B S0) (Hayami 1951)."""
    speed = 5.0 / 3.0 * BASE / (WIDTH * normal_depth(BASE, SLOPE))
    spread = BASE / (2.0 * WIDTH * SLOPE)
    root = 2.0 * np.sqrt(spread * time)
    before, after = (x - speed * time) / root, (x + speed * time) / root
    return 0.5 * (erfc(before) + np.exp(-(before**2)) * erfcx(after))


def step_response(links: int, steps: int, end: float = 8.0 * HOUR) -> tuple[np.ndarray, np.ndarray]:
    """Places and response at the end to a step of inflow at the start."""
    layout = chain(200e3, links, SLOPE)
    edges = np.linspace(0.0, end, steps + 1)
    # the last row tends to no length: its means are the discharges at the end
    edges = np.append(edges, end + 1e-3)
    inflow = at_head(np.full(edges.size - 1, BASE + RISE))
    found = route(layout, steady(layout, BASE), edges, inflow)
    places = (np.arange(links) + 0.5) * 200e3 / links
    return places, (found.discharge_foot[-1, :-1] - BASE) / RISE


def error_of(links: int, steps: int) -> float:
    places, found = step_response(links, steps)
    return float(np.abs(found - hayami(places, 8.0 * HOUR)).max())


def test_small_step_spreads_as_hayami():
    assert error_of(200, 240) < 2e-3


def test_second_order_in_space():
    errors = [error_of(links, 800) for links in (25, 50, 100)]
    assert np.all(np.log2(np.divide(errors[:-1], errors[1:])) > 1.8), errors


def test_second_order_in_time():
    finest = step_response(100, 2048)[1]
    errors = [np.abs(step_response(100, steps)[1] - finest).max() for steps in (32, 64, 128)]
    assert np.all(np.log2(np.divide(errors[:-1], errors[1:])) > 1.8), errors


# --- steady flow and steep slopes ----------------------------------------------------------------


def backwater_error(links: int) -> float:
    """Largest error of the depth behind a dam that stands 4 m above uniform depth (M1 curve)."""
    slope, length = 3e-4, 40e3
    high = normal_depth(BASE, slope) + 4.0
    layout = chain(length, links, slope, level=high)
    found = steady(layout, BASE).level[layout.channels.vertex]

    def profile(upward: float, depth: np.ndarray) -> np.ndarray:
        # dh/dx = S0 - Q^2 / K^2 without inertia
        conveyance = WIDTH / ROUGHNESS * depth ** (5.0 / 3.0)
        return -(slope - (BASE / conveyance) ** 2)

    upward = np.linspace(0.0, length, links + 1)
    exact = solve_ivp(
        profile, (0.0, length), [high], t_eval=upward, method="DOP853", rtol=1e-10, atol=1e-10
    )
    return float(np.abs(found[::-1] - slope * upward - exact.y[0]).max())


def test_backwater_profile():
    errors = [backwater_error(links) for links in (10, 20, 40)]
    assert errors[1] < 0.02
    assert np.all(np.log2(np.divide(errors[:-1], errors[1:])) > 1.7), errors


def kinematic_error(links: int) -> float:
    """Largest error of a smooth flood on a steep slope, as a share of its rise."""
    slope, length, end = 0.02, 60e3, 7.0 * HOUR
    layout = chain(length, links, slope)
    edges = np.append(np.linspace(0.0, end, links + 1), end + 1e-3)
    middle = 0.5 * (edges[1:] + edges[:-1])

    def inflow(time):
        return 20.0 + 20.0 * np.sin(np.pi * np.clip(time / (10.0 * HOUR), 0.0, 1.0)) ** 2

    routed = route(layout, steady(layout, 20.0), edges, at_head(inflow(middle)))
    found = routed.discharge_foot[-1, :-1]
    # Q is carried along dx/dt = dQ/dA
    sent = np.linspace(-10.0 * HOUR, end, 4001)
    flow = inflow(sent)
    depth = (flow * ROUGHNESS / (WIDTH * np.sqrt(slope))) ** 0.6
    reached = 5.0 / 3.0 * flow / (WIDTH * depth) * (end - sent)
    assert np.all(np.diff(reached) < 0.0)  # no shock yet
    places = (np.arange(links) + 0.5) * length / links
    exact = np.interp(places, reached[::-1], flow[::-1])
    return float(np.abs(found - exact).max() / 20.0)


def test_steep_slope_follows_characteristics():
    errors = [kinematic_error(links) for links in (60, 240)]
    assert errors[1] < 0.02
    assert errors[1] < errors[0] / 2.5


# --- large waves against an independent method of lines ------------------------------------------


def lines_outflow(cells: int, times: np.ndarray, inflow, slope: float, length: float):
    """Outflow of a wide channel by central differences in space and LSODA in time."""
    dx = length / cells

    def conveyance(depth):
        return WIDTH / ROUGHNESS * np.maximum(depth, 0.0) ** (5.0 / 3.0)

    def discharges(time: float, depth: np.ndarray) -> np.ndarray:
        friction = slope - np.diff(depth) / dx
        inside = conveyance(0.5 * (depth[1:] + depth[:-1])) * np.sqrt(friction)
        foot = 1.5 * depth[-1] - 0.5 * depth[-2]
        return np.concatenate([[inflow(time)], inside, [conveyance(foot) * np.sqrt(slope)]])

    def gain(time: float, depth: np.ndarray) -> np.ndarray:
        return -np.diff(discharges(time, depth)) / (dx * WIDTH)

    start = np.full(cells, normal_depth(float(inflow(0.0)), slope))
    solved = solve_ivp(
        gain, (0.0, times[-1]), start, method="LSODA", t_eval=times, rtol=1e-8, atol=1e-9,
        lband=2, uband=2,
    )  # fmt: skip
    return np.array(
        [discharges(t, h)[-1] for t, h in zip(solved.t, solved.y.T, strict=True)]
    )  # fmt: skip


def test_large_flood_as_by_the_method_of_lines():
    slope, length, end = 1e-4, 100e3, 4.0 * DAY

    def inflow(time):
        return 100.0 + 900.0 * np.exp(-(((time - 1.2 * DAY) / (0.4 * DAY)) ** 2))

    times = np.linspace(0.0, end, 97)
    expected = lines_outflow(400, times, inflow, slope, length)
    layout = chain(length, 80, slope)
    edges = np.linspace(0.0, end, 2 * 96 + 1)
    # the mean of the inflow over a row by Simpson's rule
    ends, middle = inflow(edges), inflow(0.5 * (edges[1:] + edges[:-1]))
    mean = (ends[1:] + ends[:-1] + 4.0 * middle) / 6.0
    found = route(layout, steady(layout, inflow(0.0)), edges, at_head(mean))
    passed = np.cumsum(found.leaving[:, 0] * np.diff(edges))[1::2]
    exact = np.concatenate([[0.0], np.cumsum(0.5 * (expected[1:] + expected[:-1]))]) * 3600.0
    assert expected.max() < 800.0  # it has flattened
    assert np.abs(passed - exact[1:]).max() < 2e-3 * exact[-1]
    assert found.leaving.max() == pytest.approx(expected.max(), rel=2e-3)


# --- still water, reversing flow, dry beds -------------------------------------------------------


def island(links: tuple[int, ...] = (3, 4, 5, 2), beds=(3.0, 2.0, 1.0, 0.0)) -> Layout:
    """Node 0 to 1, two arms from 1 to 2, and on to 3."""
    bed = np.array(beds)
    head, foot = np.array([0, 1, 1, 2]), np.array([1, 2, 2, 3])
    shapes = trapezoids(
        np.array([40.0, 20.0]), np.array([0.0, 2.0]), np.array([0.03, 0.04]),
        np.array([15.0, 15.0]),
    )  # fmt: skip
    reaches = Reaches(
        head, foot, np.array([9e3, 8e3, 12e3, 5e3]), np.array(links), bed[head], bed[foot],
        np.array([0, 0, 1, 0]), shapes,
    )  # fmt: skip
    return lay_out(reaches, Outlets(np.array([3]), np.array([2e-4]), np.array([np.nan])), 4)


def closed(layout: Layout) -> Layout:
    """The same without a way out."""
    from dataclasses import replace

    channels = layout.channels._replace(root_slope=np.zeros_like(layout.channels.root_slope))
    return replace(layout, channels=channels)


def balance_error(layout: Layout, found, node_inflow: np.ndarray) -> float:
    """Largest lack of continuity of sections and nodes, as a share of the largest flow."""
    step = np.diff(found.edges)[:, None]
    net = found.discharge_head - found.discharge_foot + found.lateral_inflow
    lacks = np.abs(np.diff(found.volume, axis=0) / step - net)
    reaches, rows = layout.reaches, found.edges.size - 1
    at_node = np.array(node_inflow)
    for r in range(reaches.head.size):
        at_node[:, reaches.head[r]] -= found.discharge_head[:, layout.first[r]]
        at_node[:, reaches.foot[r]] += found.discharge_foot[:, layout.first[r + 1] - 1]
    at_node[:, layout.outlet] -= found.leaving
    assert at_node.shape[0] == rows
    scale = max(np.abs(found.discharge_foot).max(), found.volume.max() / step.min(), 1e-300)
    for d, (node, reach) in enumerate(zip(layout.ways.node, layout.ways.reach, strict=True)):
        if reach < 0:
            at_node[:, node] -= found.taken[:, d]
    return float(max(lacks.max(), np.abs(at_node).max()) / scale)


def test_lake_at_rest_stays():
    layout = closed(island(beds=(3.0, -2.0, 1.0, 0.0)))
    state = filled(layout, np.full(layout.reach.size, 2.5))
    assert np.any(state.volume == 0.0)  # node 0 stands dry on the shore
    edges = np.linspace(0.0, 10 * DAY, 21)
    found = route(layout, state, edges, Inflow(np.zeros((20, 4)), np.zeros((20, 4))))
    assert np.array_equal(found.volume, np.broadcast_to(found.volume[0], found.volume.shape))
    assert not found.discharge_head.any()
    assert not found.discharge_foot.any()


def test_two_basins_swing_to_one_level():
    layout = closed(chain(10e3, 10, 0.0))
    tilted = filled(layout, np.linspace(1.0, 3.0, 11))
    edges = np.linspace(0.0, 60 * DAY, 241)
    found = route(layout, tilted, edges, at_head(np.zeros(240)))
    assert found.discharge_foot[0, :-1].max() < 0.0  # all of it uphill
    assert np.abs(np.diff(found.level[-1])).max() < 1e-6
    total = found.volume.sum(axis=1)
    assert np.abs(total - total[0]).max() < 1e-12 * total[0]


def test_backwater_turns_a_tributary_round():
    """A flood in the main river flows up its tributary and out again."""
    head, foot = np.array([0, 1, 2]), np.array([1, 3, 1])
    bed = np.array([4.0, 2.0, 2.5, 0.0])
    reaches = Reaches(
        head, foot, np.array([20e3, 20e3, 5e3]), np.array([10, 10, 5]), bed[head], bed[foot],
        np.zeros(3, dtype=np.int64), wide(),
    )  # fmt: skip
    layout = lay_out(reaches, Outlets(np.array([3]), np.array([1e-4]), np.array([np.nan])), 4)
    edges = np.linspace(0.0, 4 * DAY, 97)
    flood = np.exp(-(((edges[1:] - DAY) / (0.25 * DAY)) ** 2))
    inflow = np.zeros((96, 4))
    inflow[:, 0], inflow[:, 2] = 50.0 + 800.0 * flood, 1.0
    first = Inflow(np.array([[50.0, 0.0, 1.0, 0.0]]), np.zeros((1, 3)))
    state = settled(layout, uniform_flow(layout, np.array([50.0, 51.0, 1.0])), first)
    found = route(layout, state, edges, Inflow(inflow, np.zeros((96, 3))))
    mouth = found.discharge_foot[:, layout.first[3] - 1]
    assert mouth[0] == pytest.approx(1.0, abs=1e-3)
    assert mouth.min() < -10.0
    assert mouth.max() > 5.0
    # both rivers have one level where they meet
    assert np.array_equal(found.level[:, layout.first[1] - 1], found.level[:, layout.first[3] - 1])
    assert balance_error(layout, found, inflow) < 1e-13


def test_dry_channel_is_wetted():
    layout = chain(50e3, 50, 5e-4)
    state = State(np.zeros(51), np.array(layout.channels.lowest))
    edges = np.linspace(0.0, 2 * DAY, 97)
    inflow = at_head(np.where(edges[1:] <= DAY, 100.0, 0.0))
    found = route(layout, state, edges, inflow)
    assert found.volume.min() >= 0.0
    assert found.leaving[0, 0] == 0.0
    assert found.leaving.max() > 95.0
    assert balance_error(layout, found, inflow.node) < 1e-13
    # the front runs ahead with the velocity of the water behind it
    speed = 100.0 / (WIDTH * normal_depth(100.0, 5e-4))
    arrived = edges[1:][found.leaving[:, 0] > 50.0][0]
    assert arrived == pytest.approx(50e3 / speed, rel=0.1)


def test_taking_more_than_there_is_is_told():
    layout = chain(10e3, 5, 5e-4)
    state = uniform_flow(layout, np.array([10.0]))
    edges = np.linspace(0.0, DAY, 25)
    with pytest.raises(NoStepError):
        route(layout, state, edges, at_head(np.full(24, -100.0)))


# --- any network ---------------------------------------------------------------------------------


def random_network(seed: int):
    """A graph without rings, so trees with islands, with random shapes, beds, flows and start."""
    draw = np.random.default_rng(seed)
    nodes = int(draw.integers(2, 9))
    pairs = [(int(draw.integers(0, n)), n) for n in range(1, nodes)]
    extra = draw.integers(0, nodes, size=(int(draw.integers(0, 4)), 2))
    pairs += [(min(a, b), max(a, b)) for a, b in extra.tolist() if a != b]
    # node 0 is the outlet: reaches lead from the larger number to the smaller one
    foot, head = np.array(pairs, dtype=np.int64).T.copy()
    size = head.size
    rise = draw.choice([0.0, 1.0, 5.0, 50.0]) * draw.uniform(-0.2, 1.0, nodes - 1)
    bed = np.concatenate([[0.0], np.cumsum(rise)])
    shapes = trapezoids(
        draw.uniform(5.0, 100.0, size), draw.choice([0.0, 2.0], size),
        draw.uniform(0.02, 0.06, size), np.full(size, 12.0),
    )  # fmt: skip
    reaches = Reaches(
        head, foot, draw.uniform(500.0, 30e3, size), draw.integers(1, 7, size), bed[head],
        bed[foot], np.arange(size), shapes,
    )  # fmt: skip
    outlets = Outlets(np.zeros(1, dtype=np.int64), np.array([1e-3]), draw.choice([np.nan, 2.0], 1))
    layout = lay_out(reaches, outlets, nodes)
    rows = int(draw.integers(1, 7))
    flows = draw.uniform(0.0, 500.0, (rows, nodes)) * draw.choice([0.0, 1.0], (rows, nodes))
    lateral = draw.uniform(0.0, 5.0, (rows, size)) * draw.choice([0.0, 1.0], (rows, size))
    if draw.uniform() < 0.3:
        state = uniform_flow(layout, draw.uniform(1.0, 300.0, size))
    else:
        state = filled(layout, np.full(layout.reach.size, draw.choice([-1e3, 6.0])))
    step = 10.0 ** draw.uniform(1.0, 5.0)
    return layout, state, step * np.arange(rows + 1), flows, lateral


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_water_is_kept_on_any_network(seed):
    layout, state, edges, node_inflow, lateral = random_network(seed)
    found = route(layout, state, edges, Inflow(node_inflow, lateral))
    assert found.volume.min() >= 0.0
    assert balance_error(layout, found, node_inflow) < 1e-12
    whole = found.volume.sum(axis=1)
    entered = edges[1] * (node_inflow.sum() + lateral.sum())
    left = edges[1] * found.leaving.sum()
    scale = max(whole.max(), entered, abs(left))
    assert abs(whole[-1] - whole[0] - entered + left) < 1e-12 * scale


# --- reservoirs and intakes ----------------------------------------------------------------------


def dammed() -> Layout:
    """A river into a reservoir of 20 km2, out of it by a dam, and an intake at the river's foot."""
    head, foot = np.array([0, 1, 2]), np.array([1, 2, 3])
    wide_and_pool = power_laws(
        np.array([WIDTH, 2000.0]), np.ones(2), np.array([WIDTH / ROUGHNESS, 1.0]),
        np.full(2, 5.0 / 3.0), np.array([15.0, 15.0]),
    )  # fmt: skip
    reaches = Reaches(
        head, foot, np.array([20e3, 10e3, 10e3]), np.array([10, 0, 5]),
        np.array([110.0, 96.0, 5.0]), np.array([100.0, 96.0, 0.0]), np.array([0, 1, 0]),
        wide_and_pool,
    )  # fmt: skip
    outlets = Outlets(np.array([3]), np.array([5e-4]), np.array([np.nan]))
    return lay_out(reaches, outlets, 4, Ways(np.array([1, 2]), np.array([1, -1])))


def test_reservoir_gives_what_it_is_asked_for_and_fills_into_the_river():
    layout = dammed()
    state = filled(layout, np.array([*np.linspace(112.0, 100.5, 11), 100.5, *[4.0] * 6]))
    edges = np.linspace(0.0, 10 * DAY, 241)
    inflow = Inflow(
        np.tile([100.0, 0.0, 0.0, 0.0], (240, 1)), np.zeros((240, 3)),
        np.tile([20.0, 5.0], (240, 1)),
    )  # fmt: skip
    found = route(layout, state, edges, inflow)
    pool = layout.first[1]
    assert found.discharge_foot[:, pool] == pytest.approx(20.0, rel=1e-12)
    assert found.taken[:, 1] == pytest.approx(5.0, rel=1e-12)
    assert found.leaving[-1, 0] == pytest.approx(15.0, rel=1e-6)
    assert balance_error(layout, found, inflow.node) < 1e-13
    # the pool has risen over the bed of the river at its head, and both have one level
    assert found.level[-1, pool] > 102.0
    assert np.array_equal(found.level[:, pool], found.level[:, pool - 1])


def test_empty_reservoir_passes_what_comes():
    layout = dammed()
    state = filled(layout, np.array([*np.linspace(110.5, 100.5, 11), 96.1, *[4.0] * 6]))
    state = filled(layout, np.minimum(state.level[layout.channels.vertex], 1e3))
    edges = np.linspace(0.0, 40 * DAY, 241)
    inflow = Inflow(
        np.tile([10.0, 0.0, 0.0, 0.0], (240, 1)), np.zeros((240, 3)),
        np.tile([50.0, 0.0], (240, 1)),
    )  # fmt: skip
    found = route(layout, state, edges, inflow)
    assert found.volume.min() >= 0.0
    assert found.taken[-1, 0] == pytest.approx(10.0, rel=1e-3)
    assert balance_error(layout, found, inflow.node) < 1e-13
