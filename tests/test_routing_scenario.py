"""From [[hydrograph]] and [routing] to discharges of every section and a ledger of water."""

from __future__ import annotations

import numpy as np
import pytest
from routing_cases import HOUR, REACH, case, flood, points, routed

from spillsim import hydraulics, scenario
from spillsim.errors import ScenarioError


def test_a_flood_keeps_all_its_water() -> None:
    found = routed(case())
    flow, ledger = found.flow, found.ledger
    assert flow.sections is not None
    assert np.abs(ledger.error).max() < 1e-13
    volume = np.trapezoid([flood(hour) for hour in range(97)], dx=HOUR)
    assert ledger.entered[-1] == pytest.approx(volume, rel=1e-12)
    outflow = flow.discharge_foot[:, -1]
    assert 600.0 < outflow.max() < 899.0
    assert outflow.min() > 99.9
    assert not found.tally.any()


def test_without_change_the_flow_stays_that_of_steady_hydraulics() -> None:
    what = case(hydrograph=[], routing={})
    assert what.is_routed
    found = routed(what)
    steady = hydraulics.solve(what, what.build_network())
    assert np.ptp(found.flow.discharge_foot) == 0.0
    assert np.allclose(found.flow.initial_area, steady.cross_section_area, rtol=1e-14)
    assert np.ptp(found.volume, axis=1).max() == 0.0


def test_inflow_along_a_reach_and_replaced_inflow() -> None:
    along = {"at": {"reach": "r"}, "mode": "add", "table": points(lambda _: 30.0, [0, 96])}
    instead = {"at": {"node": "a"}, "table": points(lambda _: 50.0, [0, 96])}
    found = routed(case(hydrograph=[along, instead]))
    assert found.flow.discharge_foot[-1, -1] == pytest.approx(80.0, rel=1e-3)
    assert np.all(found.flow.lateral_inflow.sum(axis=1) == pytest.approx(30.0))


def test_faults_of_hydrographs() -> None:
    with pytest.raises(ScenarioError) as caught:
        case(
            hydrograph=[
                {"at": {"node": "aa"}, "table": points(flood, range(3))},
                {"at": {"reach": "r", "distance": "3 km"}, "table": points(flood, range(3))},
                {"at": {"node": "a"}, "mode": "instead", "table": points(flood, range(3))},
                {"at": {"node": "a"}, "table": points(flood, [2, 1])},
                {"at": {"node": "a"}, "table": points(lambda _: -1.0, range(3))},
            ]
        )
    where = [fault.where for fault in caught.value.faults]
    assert "hydrograph[0].at.node" in where
    assert "hydrograph[1].at.distance" in where
    assert "hydrograph[2].mode" in where
    assert any(place.startswith("hydrograph[3].table") for place in where)
    assert any(place.startswith("hydrograph[4].table") for place in where)


def test_two_hydrographs_may_not_replace_one_inflow() -> None:
    one = {"at": {"node": "a"}, "table": points(flood, range(3))}
    with pytest.raises(ScenarioError, match="already replaced by"):
        case(hydrograph=[one, one])
    case(hydrograph=[one, {**one, "mode": "add"}])


def test_a_table_of_discharges_is_not_routed() -> None:
    table = {"kind": "table", "table": [{"time [h]": 0, "reach": "r", "discharge [m3/s]": 5}]}
    with pytest.raises(ScenarioError, match="already gives every discharge"):
        case(flow=table)


def test_a_release_brings_its_water_while_it_lasts() -> None:
    release = {
        "at": {"reach": "r", "distance": "20 km"}, "kind": "constant", "substance": "salt",
        "mass": "100 kg", "start": "10 h", "duration": "5 h", "water": "90000 m3",
    }  # fmt: skip
    found = routed(case(hydrograph=[], release=[release]))
    lateral = found.flow.lateral_inflow
    time = found.flow.time
    assert np.trapezoid(lateral.sum(axis=1), time) == pytest.approx(90000.0, rel=1e-12)
    wet = time[lateral.sum(axis=1) > 0.0] / HOUR
    assert 9.0 <= wet.min() <= 10.0
    assert 15.0 <= wet.max() <= 16.5
    sections = found.flow.sections
    assert sections is not None
    there = int(np.argmax(lateral.max(axis=0)))
    assert sections.head[there] <= 20e3 <= sections.head[there] + sections.length[there]


def test_a_given_velocity_follows_the_flood_by_hydraulic_geometry() -> None:
    # steep and hardly changing, so that nothing but the celerity moves the flood
    reach = {**REACH, "slope": 0.01, "hydraulics": "velocity", "velocity [m/s]": 1.0}
    rise = {"at": {"node": "a"}, "table": points(lambda h: flood(h, top=101.0), range(97))}
    found = routed(case(hydrograph=[rise], network={
        "nodes": [{"id": "a"}, {"id": "b"}],
        "reaches": [reach],
    }))  # fmt: skip
    inflow, outflow = found.flow.discharge_head[:, 0], found.flow.discharge_foot[:, -1]
    time = found.flow.time

    def centre(values: np.ndarray) -> float:
        extra = values - 100.0
        return float(np.trapezoid(extra * time, time) / np.trapezoid(extra, time))

    # A = Q / U (Q / 100)^0.66 / (Q / 100), so that a wave takes 0.66 of the time of the water
    assert centre(outflow) - centre(inflow) == pytest.approx(0.66 * 60e3, rel=0.005)


def test_the_gallery_case_has_its_water_ledger() -> None:
    from pathlib import Path

    from spillsim.model import assemble

    model = assemble(scenario.load(Path(__file__).parent / "gallery" / "flood_routed"))
    assert model.varies
    assert model.water is not None
    assert np.abs(model.water.error).max() < 1e-12
    assert any("Muskingum-Cunge" in notice.message for notice in model.notices)
