"""What holds for any network and any hydrographs: all water is there, and positive."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from routing_cases import case, flood, points, routed

from spillsim.hydraulics.inflow_series import hat_means, on_times

CASE = {"title": "Any river", "start": datetime(2024, 1, 1, tzinfo=UTC), "duration": "72 h"}
METHODS: tuple[dict[str, Any], ...] = (
    {"width [m]": 30, "slope": 1e-3, "manning_n": 0.035},
    {"width [m]": 60, "slope": 1e-4, "manning_n": 0.03, "side_slope": 2},
    {"hydraulics": "velocity", "velocity [m/s]": 0.6, "width [m]": 40},
    {"hydraulics": "downstream_geometry", "slope": 5e-4},
    {"hydraulics": "volume", "volume [m3]": 3e6, "slope": 3e-4, "width [m]": 50},
    {"kind": "tank", "hydraulics": "volume", "volume [m3]": 5e6},
)


@st.composite
def rivers(draw: st.DrawFn) -> Any:
    """A main river with tributaries, perhaps an island, abstractions, and inflows over time."""
    count = draw(st.integers(1, 5))
    nodes = [{"id": f"n{i}"} for i in range(count + 1)]
    inflows: list[dict[str, Any]] = [{"node": "n0", "inflow [m3/s]": draw(st.floats(5, 300))}]
    reaches: list[dict[str, Any]] = []

    def reach(name: str, start: str, end: str, **more: Any) -> None:
        length = draw(st.floats(0.2, 60.0))
        own = draw(st.sampled_from(METHODS))
        reaches.append({"id": name, "from": start, "to": end, "length [km]": length, **own, **more})

    for i in range(count):
        reach(f"r{i}", f"n{i}", f"n{i + 1}")
        if i and draw(st.booleans()):
            nodes.append({"id": f"t{i}"})
            inflows.append({"node": f"t{i}", "inflow [m3/s]": draw(st.floats(1, 50))})
            reach(f"b{i}", f"t{i}", f"n{i}")
        if i and draw(st.booleans()):
            inflows.append({"node": f"n{i}", "abstraction [m3/s]": 0.5})
    if draw(st.booleans()):
        reach("island", "n0", "n1", share=draw(st.floats(0.1, 0.9)))
    hours = sorted(draw(st.sets(st.floats(0, 60), min_size=2, max_size=6)))
    values = [draw(st.floats(0, 500)) for _ in hours]
    table = [{"time [h]": h, "discharge [m3/s]": q} for h, q in zip(hours, values, strict=True)]
    along = {"at": {"reach": "r0"}, "mode": "add", "table": table[-1:]}
    hydrographs = [{"at": {"node": "n0"}, "table": table}, along]
    return case(
        case=CASE,
        network={"nodes": nodes, "reaches": reaches},
        flow={"kind": "inflows", "table": inflows},
        hydrograph=hydrographs,
        release=[{"at": {"node": "n0"}, "kind": "slug", "substance": "salt", "mass": "1 kg"}],
    )


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(rivers())
def test_all_water_is_there_and_positive(what: Any) -> None:
    found = routed(what)
    flow, ledger, network = found.flow, found.ledger, what.build_network()
    assert np.abs(ledger.error).max() < 1e-12
    assert found.volume.min() > 0.0
    assert flow.discharge_foot.min() >= 0.0
    # every section on its own, by its discharges alone
    gain = flow.discharge_head - flow.discharge_foot + flow.lateral_inflow
    step = np.diff(flow.time)[:, None]
    kept = np.cumsum(0.5 * step * (gain[1:] + gain[:-1]), axis=0).T
    held = found.volume[:, :1] + kept
    scale = found.volume.max(axis=1, keepdims=True) + np.abs(kept).max(axis=1, keepdims=True)
    assert np.abs(held - found.volume[:, 1:]).max() <= 1e-11 * scale.max()
    # nodes: what comes in is what goes on, but for hydrographs and abstractions
    first, last = found.river.first[:-1], found.river.first[1:] - 1
    for node in range(1, len(network.node_id)):
        into = flow.discharge_foot[:, last[network.reach_to == node]].sum(axis=1)
        out = flow.discharge_head[:, first[network.reach_from == node]].sum(axis=1)
        if into.any() and node != network.outlet:
            taken = into - out
            assert taken.min() > -1e-9
            assert taken.max() < 0.5 + 1e-9


def test_cut_or_whole_a_reach_routes_alike() -> None:
    def river(parts: int) -> np.ndarray:
        own = {"width [m]": 50, "slope": 5e-4, "manning_n": 0.035, "length [km]": 60 / parts}
        reaches = [{"id": f"r{i}", "from": f"n{i}", "to": f"n{i + 1}", **own} for i in range(parts)]
        found = routed(case(
            network={"nodes": [{"id": f"n{i}"} for i in range(parts + 1)], "reaches": reaches},
            flow={"kind": "inflows", "table": [{"node": "n0", "inflow [m3/s]": 100}]},
            hydrograph=[{"at": {"node": "n0"}, "table": points(flood, range(97))}],
            release=[{"at": {"node": "n0"}, "kind": "slug", "substance": "salt", "mass": "1 kg"}],
            routing={"time_step": "30 min", "section_length": "4 km"},
        ))  # fmt: skip
        return np.asarray(found.flow.discharge_foot[:, -1])

    assert np.allclose(river(1), river(3), rtol=1e-9)


def test_an_abstraction_takes_what_there_is_and_says_so() -> None:
    low = {"at": {"node": "a"}, "table": points(lambda h: 100.0 if h < 20 else 5.0, range(97))}
    inflows = [{"node": "a", "inflow [m3/s]": 100}, {"node": "b", "abstraction [m3/s]": 30}]
    reach = {"width [m]": 50, "slope": 1e-3, "manning_n": 0.035, "length [km]": 10}
    what = case(
        network={
            "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
            "reaches": [{"id": "r", "from": "a", "to": "b", **reach},
                        {"id": "s", "from": "b", "to": "c", **reach}],
        },
        flow={"kind": "inflows", "table": inflows}, hydrograph=[low],
    )  # fmt: skip
    found = routed(what)
    assert set(found.lacking) == {1}
    volume, when = found.lacking[1]
    assert when > 20 * 3600.0
    assert 0.9 * 25.0 * 70 * 3600.0 < volume < 25.0 * 76 * 3600.0
    assert found.flow.discharge_head[-1, found.river.first[1]] == 0.0
    assert np.abs(found.ledger.error).max() < 1e-12


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 1e3)), min_size=2, max_size=9))
def test_points_between_the_times_keep_their_volume(pairs: list[tuple[float, float]]) -> None:
    time = 1000.0 * np.arange(101)
    ordered = dict(sorted(pairs))
    at, values = np.array(list(ordered)), np.array(list(ordered.values()))
    edges = np.unique(np.concatenate([[0.0, 1e5], at]))
    volume = np.trapezoid(np.interp(edges, at, values), edges)
    found = np.trapezoid(on_times(time, at, values), time)
    assert found == pytest.approx(volume, rel=1e-8, abs=1e-6)


def test_a_pulse_shorter_than_a_step_keeps_its_volume() -> None:
    time = 1000.0 * np.arange(11)
    one = np.array([3.0])
    values = hat_means(time, (np.array([4321.0]), np.array([4421.0]), one, one))
    assert np.trapezoid(values, time) == pytest.approx(300.0, rel=1e-13)
    assert np.count_nonzero(values) == 2
