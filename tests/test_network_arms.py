"""Rivers that divide: shares, main arms, ways and discharges."""

from __future__ import annotations

import numpy as np
import pytest
from hydraulics_cases import case, reach

from spillsim.errors import ScenarioError
from spillsim.hydraulics import solve
from spillsim.network import Position, build, distance_between, find_faults, upstream_closure

NODES = ["head", "fork", "isle", "meet", "mouth"]
IDS = ["top", "main", "upper", "lower", "tail"]
FROM = ["head", "fork", "fork", "isle", "meet"]
TO = ["fork", "meet", "isle", "meet", "mouth"]
LENGTH = [1000.0, 5000.0, 3000.0, 4000.0, 2000.0]


def island(shares: list[float | None]) -> list[str]:
    return [fault.message for fault in find_faults(NODES, [""] * 5, IDS, FROM, TO, shares)]


def test_the_arm_with_the_larger_share_is_the_main_one() -> None:
    river = build(NODES, IDS, FROM, TO, LENGTH, [None, None, 0.3, None, None])
    assert not river.is_tree
    np.testing.assert_allclose(river.reach_share, [1.0, 0.7, 0.3, 1.0, 1.0])
    assert river.reach_below[1] == IDS.index("main")
    other = build(NODES, IDS, FROM, TO, LENGTH, [None, None, 0.6, None, None])
    assert other.reach_below[1] == IDS.index("upper")
    place = {name: i for i, name in enumerate(river.order.tolist())}
    assert place[3] > place[2] > place[0]
    assert place[4] > max(place[1], place[3])


def test_ways_go_through_the_main_arm_where_they_can() -> None:
    river = build(NODES, IDS, FROM, TO, LENGTH, [None, None, 0.3, None, None])
    start = Position(0, 200.0)
    assert distance_between(river, start, Position(4, 100.0)) == 800.0 + 5000.0 + 100.0
    assert distance_between(river, start, Position(3, 50.0)) == 800.0 + 3000.0 + 50.0
    assert distance_between(river, Position(1, 0.0), Position(3, 50.0)) is None
    assert sorted(upstream_closure(river, 4).tolist()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("shares", "part"),
    [
        ([None] * 5, "how do they share"),
        ([None, 0.5, 0.4, None, None], "add up to 0.9, not to 1"),
        ([None, None, 1.0, None, None], "leaves nothing over"),
    ],
)
def test_shares_that_do_not_add_up_are_faults(shares: list[float | None], part: str) -> None:
    found = island(shares)
    assert len(found) == 1
    assert part in found[0]


def test_shares_that_add_up_are_none() -> None:
    assert island([None, 0.25, 0.75, None, None]) == []


def test_discharge_divides_and_joins_again() -> None:
    rows = [
        reach(name, start, end, length, velocity=0.5, hydraulics="velocity")
        for name, start, end, length in zip(IDS, FROM, TO, LENGTH, strict=True)
    ]
    rows[1].share, rows[2].lateral_inflow = 0.6, 1e-3
    written = case(rows, {"head": 50.0, "isle": -2.0})
    flow = solve(written, written.network)
    np.testing.assert_allclose(flow.discharge_head, [50.0, 30.0, 20.0, 21.0, 51.0], rtol=1e-14)


def test_gauges_are_not_closed_over_an_island() -> None:
    rows = [
        reach(name, start, end, length, velocity=0.5, hydraulics="velocity")
        for name, start, end, length in zip(IDS, FROM, TO, LENGTH, strict=True)
    ]
    rows[1].share = 0.6
    written = case(rows, {"head": 50.0}, {"meet": 55.0})
    with pytest.raises(ScenarioError, match="divides at fork"):
        solve(written, written.network)
