"""Discharge by continuity and between gauges."""

from __future__ import annotations

import numpy as np
import pytest
from hydraulics_cases import case, random_tree, reach
from hypothesis import given, settings
from hypothesis import strategies as st

from spillsim.errors import ScenarioError
from spillsim.hydraulics import Balance, add_inflow, balance, solve
from spillsim.hydraulics.discharge import non_positive
from spillsim.network import Network, build

TREES = {"seed": st.integers(0, 10**6), "count": st.integers(1, 40)}


def network_of(rows: list[tuple[str, str, str, float]]) -> Network:
    nodes = dict.fromkeys(name for row in rows for name in (row[1], row[2]))
    ids, heads, feet, lengths = zip(*rows, strict=True)
    return build(list(nodes), ids, heads, feet, lengths)


def random_water(network: Network, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inflow, abstraction and lateral inflow that leave water everywhere."""
    random = np.random.default_rng(seed + 1)
    nodes, reaches = len(network.node_id), len(network.reach_id)
    inflow = np.where(
        np.diff(network.upstream_pointer) == 0,
        random.uniform(5.0, 50.0, nodes),
        random.choice([0.0, 3.0], nodes),
    )
    return inflow, random.uniform(0.0, 0.01, nodes), random.uniform(-1e-8, 1e-4, reaches)


def node_gap(network: Network, flow: Balance) -> float:
    """Largest relative error of continuity, summed reach by reach without the code's own sums."""
    count = len(network.node_id)
    entering = np.bincount(network.reach_to, flow.foot, count) + flow.node_inflow
    leaving = np.bincount(network.reach_from, flow.head, count) + flow.node_abstraction
    inner = np.arange(count) != network.outlet
    gap = np.abs(entering - leaving)[inner] / entering[inner]
    outlet = entering[~inner] - leaving[~inner] - flow.leaving[~inner]
    return float(max(gap.max(), np.abs(outlet).max() / entering[~inner].max()))


@settings(max_examples=60, deadline=None)
@given(**TREES)
def test_continuity_holds_at_nodes_and_along_reaches(seed: int, count: int) -> None:
    network = network_of(random_tree(seed, count)[0])
    inflow, abstraction, lateral = random_water(network, seed)
    flow = balance(network, inflow, abstraction, lateral)
    assert node_gap(network, flow) < 1e-12
    np.testing.assert_allclose(
        flow.foot - flow.head, lateral * network.reach_length, rtol=1e-9, atol=1e-12
    )
    # Whole-river balance, an independent sum.
    total = inflow.sum() - abstraction.sum() + (lateral * network.reach_length).sum()
    assert flow.leaving[network.outlet] == pytest.approx(total, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(**TREES)
def test_gauges_are_honoured_exactly_and_continuity_kept(seed: int, count: int) -> None:
    network = network_of(random_tree(seed, count)[0])
    inflow, abstraction, lateral = random_water(network, seed)
    known = balance(network, inflow, abstraction, lateral)
    random = np.random.default_rng(seed + 2)
    factor = random.uniform(0.9, 1.5, len(network.node_id))
    gauge = np.where(random.random(len(network.node_id)) < 0.3, known.leaving * factor, np.nan)
    flow = balance(network, inflow, abstraction, lateral, gauge)
    gauged = ~np.isnan(gauge)
    assert np.array_equal(flow.leaving[gauged], gauge[gauged])
    leaves = np.flatnonzero(gauged & (network.reach_below >= 0))
    assert np.array_equal(flow.head[network.reach_below[leaves]], gauge[leaves])
    assert node_gap(network, flow) < 1e-11


@settings(max_examples=40, deadline=None)
@given(**TREES)
def test_order_of_the_tables_changes_nothing(seed: int, count: int) -> None:
    rows, _ = random_tree(seed, count)
    network = network_of(rows)
    inflow, abstraction, lateral = random_water(network, seed)
    gauge = np.full(len(network.node_id), np.nan)
    gauge[:: max(2, count // 4)] = 1.1 * inflow.sum()
    flow = balance(network, inflow, abstraction, lateral, gauge)
    shuffle = np.random.default_rng(seed + 3).permutation(count)
    other = network_of([rows[k] for k in shuffle])
    at = [network.node_id.index(name) for name in other.node_id]
    again = balance(other, inflow[at], abstraction[at], lateral[shuffle], gauge[at])
    assert np.array_equal(again.head, flow.head[shuffle])
    assert np.array_equal(again.foot, flow.foot[shuffle])


@settings(max_examples=40, deadline=None)
@given(**TREES, share=st.floats(0.05, 0.95))
def test_splitting_a_reach_changes_nothing(seed: int, count: int, share: float) -> None:
    rows, _ = random_tree(seed, count)
    network = network_of(rows)
    inflow, abstraction, lateral = random_water(network, seed)
    # A gauge at the outlet makes the closure depend on the lengths.
    gauge = np.full(len(network.node_id), np.nan)
    gauge[network.outlet] = (
        1.3 * balance(network, inflow, abstraction, lateral).leaving[network.outlet]
    )
    flow = balance(network, inflow, abstraction, lateral, gauge)
    _, start, end, length = rows[count // 2]
    split = rows.copy()
    split[count // 2] = ("upper", start, "middle", share * length)
    split.append(("lower", "middle", end, (1 - share) * length))
    other = network_of(split)
    at = [network.node_id.index(n) if n != "middle" else -1 for n in other.node_id]
    again = balance(
        other,
        np.append(inflow, 0.0)[at],
        np.append(abstraction, 0.0)[at],
        np.append(lateral, lateral[count // 2]),
        np.append(gauge, np.nan)[at],
    )
    both = np.arange(count) != count // 2
    np.testing.assert_allclose(again.head[:-1], flow.head, rtol=1e-12)
    np.testing.assert_allclose(again.foot[:-1][both], flow.foot[both], rtol=1e-12)
    assert again.foot[-1] == pytest.approx(flow.foot[count // 2], rel=1e-12)
    middle = flow.head[count // 2] * (1 - share) + flow.foot[count // 2] * share
    assert again.head[-1] == pytest.approx(middle, rel=1e-12)


def test_a_gain_is_spread_over_all_reaches_between_the_gauges() -> None:
    # a -> b -> d, c -> b: gauge 10 at a, inflow 5 at the ungauged tributary c, gauge 21 at d:
    # 21 - 10 - 5 = 6 m3/s over 10 + 20 + 30 = 60 km, hence 1e-4 m2/s everywhere.
    rows = [reach("ab", "a", "b", 10e3), reach("cb", "c", "b", 20e3), reach("bd", "b", "d", 30e3)]
    written = case(rows, {"c": 5.0}, {"a": 10.0, "d": 21.0})
    flow = solve(written, written.network)
    np.testing.assert_allclose(flow.lateral_inflow, 1e-4, rtol=1e-12)
    np.testing.assert_allclose(flow.discharge_head, [10.0, 5.0, 18.0], rtol=1e-12)
    np.testing.assert_allclose(flow.discharge_foot, [11.0, 7.0, 21.0], rtol=1e-12)
    [notice] = [n for n in flow.notices if n.subject == "gauge d"]
    assert notice.message.startswith(
        "between a and c and gauge d: +6 m3/s (28.6 %) gained over 60 km"
    )
    assert "more than 20 %" in notice.message
    assert flow.estimated["discharge"].all()
    assert set(flow.method["lateral_inflow"]) == {"gauge closure"}


def test_a_loss_is_told_as_a_loss_and_nothing_is_added_below_the_last_gauge() -> None:
    rows = [reach("ab", "a", "b", 10e3), reach("bc", "b", "c", 10e3), reach("cd", "c", "d")]
    written = case(rows, gauges={"a": 10.0, "b": 9.5, "c": 9.5})
    flow = solve(written, written.network)
    np.testing.assert_allclose(flow.discharge_foot, [9.5, 9.5, 9.5], rtol=1e-12)
    [notice] = [n for n in flow.notices if n.subject.startswith("gauge")]
    assert "-0.5 m3/s (5.26 %) lost over 10 km" in notice.message
    assert "more than" not in notice.message
    assert flow.estimated["discharge"].tolist() == [True, False, False]


def test_gauge_and_inflow_at_one_headwater_are_compared() -> None:
    written = case([reach("ab", "a", "b")], {"a": 8.0}, {"a": 10.0})
    flow = solve(written, written.network)
    assert flow.discharge_head[0] == 10.0
    assert flow.node_inflow[0] == 10.0
    [notice] = [n for n in flow.notices if n.subject == "gauge a"]
    assert "shows 10 m3/s, +2 m3/s (20 %) beyond the given inflow" in notice.message


def test_release_water_is_added_below_the_gauges_reading() -> None:
    rows = [reach("ab", "a", "b"), reach("bc", "b", "c")]
    written = case(rows, gauges={"a": 10.0, "b": 12.0})
    network = written.network
    before = solve(written, network)
    after = solve(written, network, np.array([0.0, 3.0, 0.0]))
    np.testing.assert_allclose(after.discharge_head - before.discharge_head, [0.0, 3.0])
    np.testing.assert_allclose(after.discharge_foot - before.discharge_foot, [0.0, 3.0])
    assert np.array_equal(after.lateral_inflow, before.lateral_inflow)
    assert after.node_inflow[1] == 3.0


@settings(max_examples=20, deadline=None)
@given(**TREES)
def test_added_water_keeps_continuity(seed: int, count: int) -> None:
    network = network_of(random_tree(seed, count)[0])
    flow = balance(network, *random_water(network, seed))
    extra = np.random.default_rng(seed).uniform(0.0, 2.0, len(network.node_id))
    more = add_inflow(network, flow, extra)
    assert node_gap(network, more) < 1e-12
    assert more.leaving[network.outlet] == pytest.approx(
        flow.leaving[network.outlet] + extra.sum(), rel=1e-12
    )


def test_a_river_that_runs_dry_names_the_place_and_the_gauges() -> None:
    # The tributary brings 1 m3/s; 12 m3/s lost over 30 km are 4e-4 m2/s, so it is dry after 2.5 km.
    rows = [reach("ab", "a", "b", 10e3), reach("cb", "c", "b", 10e3), reach("bd", "b", "d", 10e3)]
    written = case(rows, gauges={"a": 30.0, "c": 1.0, "d": 19.0})
    with pytest.raises(ScenarioError) as caught:
        solve(written, written.network)
    [fault] = caught.value.faults
    assert fault.where == "cb"
    assert "zero 2.5 km below the head" in fault.message
    assert "gauge d shows 12 m3/s less than what comes from a, c" in fault.message


def test_dry_reaches_are_told_once_not_for_all_below() -> None:
    rows = [reach("ab", "a", "b"), reach("bc", "b", "c"), reach("cd", "c", "d")]
    written = case(rows, {"a": 5.0, "b": -6.0})
    with pytest.raises(ScenarioError) as caught:
        solve(written, written.network)
    [fault] = caught.value.faults
    assert fault.where == "bc"
    assert "-1 m3/s" in fault.message
    assert "abstractions" in fault.message


def test_headwater_without_discharge_and_unusable_gauges_are_told_together() -> None:
    rows = [
        reach("ab", "a", "b"),
        reach("cb", "c", "b"),
        reach("bd", "b", "d", hydraulics="manning", width=50.0),
        reach("de", "d", "e", hydraulics="velocity", velocity=-1.0),
    ]
    written = case(rows, {"a": 1.0}, {"nowhere": 3.0, "d": 0.0})
    written.dispersion.formula = "dislay_2015"
    with pytest.raises(ScenarioError) as caught:
        solve(written, written.network)
    text = str(caught.value)
    assert len(caught.value.faults) == 6
    for part in (
        'unknown node "nowhere"',
        "gauge d shows 0 m3/s",
        "headwater c has no discharge",
        'hydraulics "manning" needs width, slope and manning_n (missing: slope and manning_n)',
        "velocity = -1 is not positive",
        'formula "dislay_2015" is unknown',
    ):
        assert part in text


def test_ten_thousand_reaches_are_balanced() -> None:
    rows = [(f"r{k}", f"n{k}", f"n{k + 1}", 1000.0) for k in range(10_001)]
    network = network_of(rows)
    inflow = np.zeros(10_002)
    inflow[0] = 100.0
    gauge = np.full(10_002, np.nan)
    gauge[::100] = np.linspace(100.0, 200.0, gauge[::100].size)
    flow = balance(network, inflow, np.zeros(10_002), np.zeros(10_001), gauge)
    assert non_positive(network, flow) == ()
    assert flow.leaving[10_000] == 200.0
