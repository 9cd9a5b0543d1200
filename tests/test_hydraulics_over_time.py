"""Flow that changes, from a table of discharges: scenario to areas."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from spillsim import scenario
from spillsim.errors import ScenarioError
from spillsim.hydraulics import as_varying, solve, solve_over_time

HOUR = 3600.0


def data(rows: list[dict[str, Any]], interpolation: str = "linear", **reach: str) -> dict[str, Any]:
    """Two reaches in a line and a table of their discharges."""
    section = {"hydraulics": "velocity", "velocity": "0.5 m/s", "width": "50 m", **reach}
    return {
        "spillsim": 1,
        "case": {
            "title": "wave",
            "start": datetime(2024, 4, 1, tzinfo=UTC),
            "duration": "10 h",
        },
        "network": {
            "nodes": [{"id": name} for name in ("a", "b", "c")],
            "reaches": [
                {"id": "ab", "from": "a", "to": "b", "length": "10 km", **section},
                {"id": "bc", "from": "b", "to": "c", "length": "20 km", **section},
            ],
        },
        "flow": {"kind": "table", "table": rows, "interpolation": interpolation},
        "dispersion": {"kind": "value", "value": "20 m2/s"},
        "substance": [{"name": "tracer"}],
        "release": [{"kind": "slug", "at": {"node": "a"}, "substance": "tracer", "mass": "1 kg"}],
    }


def row(time: str, reach: str, head: float, foot: float | None = None) -> dict[str, Any]:
    found = {"time": time, "reach": reach, "discharge": f"{head} m3/s"}
    return found if foot is None else {**found, "discharge_foot": f"{foot} m3/s"}


WAVE = [
    row("0 h", "ab", 20.0), row("4 h", "ab", 60.0, 30.0), row("8 h", "ab", 20.0),
    row("0 h", "bc", 20.0), row("8 h", "bc", 20.0),
]  # fmt: skip


def test_the_reference_is_the_mean_over_the_run() -> None:
    parsed = scenario.parse(data(WAVE), None)
    flow = solve(parsed, parsed.build_network())
    # triangles of 40 and 10 m3/s over 8 h of 10 h
    np.testing.assert_allclose(flow.discharge_head, [20.0 + 16.0, 20.0], rtol=1e-12)
    np.testing.assert_allclose(flow.discharge_foot, [20.0 + 4.0, 20.0], rtol=1e-12)
    np.testing.assert_allclose(
        flow.discharge_foot, flow.discharge_head + flow.lateral_inflow * [1e4, 2e4], rtol=1e-12
    )
    balance = flow.node_inflow - flow.node_abstraction
    np.testing.assert_allclose(balance, [36.0, -4.0, 0.0], atol=1e-9)


def test_steps_hold_up_to_the_next_row() -> None:
    rows = [row("0 h", "ab", 20.0), row("5 h", "ab", 30.0), row("0 h", "bc", 20.0)]
    parsed = scenario.parse(data(rows, "steps"), None)
    flow = solve(parsed, parsed.build_network())
    np.testing.assert_allclose(flow.discharge_head, [25.0, 20.0], rtol=1e-12)
    varying, _ = solve_over_time(parsed, parsed.build_network(), flow)
    assert not varying.linear
    np.testing.assert_array_equal(varying.discharge_head, [[20.0, 20.0], [30.0, 20.0]])


def test_a_reach_begins_with_the_section_of_its_first_discharge() -> None:
    parsed = scenario.parse(data(WAVE), None)
    network = parsed.build_network()
    varying, notices = solve_over_time(parsed, network, solve(parsed, network))
    np.testing.assert_allclose(varying.initial_area, [40.0, 40.0], rtol=1e-12)
    np.testing.assert_allclose(varying.time, [0.0, 4 * HOUR, 8 * HOUR])
    np.testing.assert_allclose(varying.discharge_foot[:, 0], [20.0, 30.0, 20.0])
    assert notices == []


def test_a_reach_without_water_at_first_is_dry() -> None:
    rows = [row("0 h", "ab", 0.0), row("2 h", "ab", 10.0, 0.0), row("4 h", "ab", 10.0),
            row("0 h", "bc", 20.0)]  # fmt: skip
    parsed = scenario.parse(data(rows), None)
    network = parsed.build_network()
    varying, _ = solve_over_time(parsed, network, solve(parsed, network))
    np.testing.assert_allclose(varying.initial_area, [0.0, 40.0])
    held = scenario.parse(data(rows, hydraulics="volume", volume="3000 m3"), None)
    varying, _ = solve_over_time(held, network, solve(held, network))
    np.testing.assert_allclose(varying.initial_area, [0.3, 0.15])


def test_water_that_is_not_there_is_refused() -> None:
    # 40 m2 over 10 km are 400,000 m3
    rows = [row("0 h", "ab", 20.0), row("1 h", "ab", 0.0, 40.0), row("0 h", "bc", 20.0)]
    parsed = scenario.parse(data(rows), None)
    network = parsed.build_network()
    with pytest.raises(ScenarioError) as caught:
        solve_over_time(parsed, network, solve(parsed, network))
    text = str(caught.value)
    assert "reach ab" in text
    # 72,000 m3 more than enter leave in the first hour, then 40 m3/s
    short = 72_000.0 + 40.0 * 9 * HOUR - 400_000.0
    assert f"lacks {short:.4g} m3 by 10 h" in text


def test_water_that_stays_is_told() -> None:
    rows = [row("0 h", "ab", 60.0, 10.0), row("0 h", "bc", 10.0)]
    parsed = scenario.parse(data(rows), None)
    network = parsed.build_network()
    _, notices = solve_over_time(parsed, network, solve(parsed, network))
    assert [n.message.split(":")[0] for n in notices] == ["more water enters than leaves"]


def test_a_reach_that_flows_both_ways_has_its_root_mean_square() -> None:
    rows = [row("0 h", "ab", 30.0), row("10 h", "ab", -30.0), row("0 h", "bc", 20.0)]
    parsed = scenario.parse(data(rows), None)
    flow = solve(parsed, parsed.build_network())
    np.testing.assert_allclose(flow.discharge_head[0], 30.0 / np.sqrt(3.0), rtol=1e-12)


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        ([*WAVE, row("3 h", "cd", 1.0)], 'there is no reach "cd"'),
        ([*WAVE, row("7 h", "ab", 1.0)], "time must rise from row to row"),
        (WAVE[:3], 'reach "bc" has no row in the table of discharges'),
        ([{"time": "0 h", "reach": "ab"}], "discharge"),
        ([row("0 h", "ab", 0.0), row("0 h", "bc", 20.0)], "no water at any time"),
    ],
)
def test_faults_of_the_table(rows: list[dict[str, Any]], part: str) -> None:
    def read() -> None:
        parsed = scenario.parse(data(rows), None)
        solve(parsed, parsed.build_network())

    with pytest.raises(ScenarioError) as caught:
        read()
    assert part in str(caught.value)


def test_steady_flow_is_a_table_of_one_row() -> None:
    parsed = scenario.parse(data(WAVE), None)
    network = parsed.build_network()
    flow = solve(parsed, network)
    varying = as_varying(flow, network.reach_length)
    gain = varying.discharge_head + varying.lateral_inflow - varying.discharge_foot
    np.testing.assert_allclose(gain, 0.0, atol=1e-12)
