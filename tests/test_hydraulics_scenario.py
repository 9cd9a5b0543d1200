"""Steady flow of scenarios as a user writes them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spillsim.errors import ScenarioError
from spillsim.hydraulics import SteadyFlow, estimated_quantities, release_inflow, solve
from spillsim.network import Position
from spillsim.scenario import parse


def written(flow: dict[str, Any], reaches: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A case with the given reaches, a slug at a and one station."""
    names = dict.fromkeys(name for row in reaches for name in (row["from"], row["to"]))
    return {
        "spillsim": 1,
        "case": {
            "title": "test",
            "start": datetime.fromisoformat("2000-01-30T22:00:00+02:00"),
            "duration": "10 days",
        },
        "network": {"nodes": [{"id": name} for name in names], "reaches": reaches},
        "flow": flow,
        "substance": [{"name": "cyanide"}],
        "release": [{"kind": "slug", "mass": "1 t", "substance": "cyanide", "at": {"node": "a"}}],
        "station": [{"name": "end", "at": {"node": "c"}}],
        **more,
    }


def solve_written(data: dict[str, Any], folder: Path | None = None) -> SteadyFlow:
    scenario = parse(data, folder)
    return solve(scenario, scenario.build_network())


def test_units_gauges_and_methods_of_a_written_case(tmp_path: Path) -> None:
    (tmp_path / "bridge.csv").write_text(
        "discharge [m3/s],cross_section_area [m2],width [m]\n50,100,60\n200,200,80\n"
    )
    data = written(
        {
            "kind": "gauges",
            "table": [
                {"node": "a", "discharge": "90 m3/s"},
                {"node": "c", "discharge": "110 m3/s"},
            ],
            "temperature": "3 degC",
        },
        [
            {"id": "ab", "from": "a", "to": "b", "length": "30 km", "hydraulics": "rating",
             "rating": "bridge.csv"},
            {"id": "bc", "from": "b", "to": "c", "length": "10 km", "hydraulics": "travel_time",
             "travel_time": "4 h", "width": "60 m", "dispersion_coefficient": "40 m2/s"},
        ],
    )  # fmt: skip
    flow = solve_written(data, tmp_path)
    np.testing.assert_allclose(flow.discharge_head, [90.0, 105.0], rtol=1e-12)
    np.testing.assert_allclose(flow.discharge_foot, [105.0, 110.0], rtol=1e-12)
    # A = 100 (97.5/50)^0.5, the power law through both rows
    assert flow.cross_section_area[0] == pytest.approx(100.0 * 1.95**0.5)
    assert flow.travel_time[1] == pytest.approx(4 * 3600.0)
    assert flow.dispersion_coefficient[1] == 40.0
    assert flow.temperature.tolist() == [3.0, 3.0]
    assert estimated_quantities(flow)[0] == "discharge (between gauges) on 2 reaches"
    [notice] = [n for n in flow.notices if n.subject == "gauge c"]
    assert "between a and gauge c: +20 m3/s (18.2 %) gained over 40 km" in notice.message


def test_faults_name_key_and_line_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "reaches.csv").write_text(
        "# two rivers\n"
        "id,from,to,length [km],lateral_inflow [m3/s/km]\n"
        "ab,a,b,10,-0.4\n"
        "xb,x,b,10,\n"
        "bc,b,c,10,\n"
    )
    (tmp_path / "inflows.csv").write_text("node,inflow [m3/s]\na,3\nb,20\n")
    data = written(
        {"kind": "inflows", "table": "inflows.csv"},
        [{"from": "a", "to": "b"}, {"from": "x", "to": "c"}],
        hydraulics={"default": "downstream_geometry"},
    )
    data["network"]["reaches"] = "reaches.csv"
    with pytest.raises(ScenarioError) as caught:
        solve_written(data, tmp_path)
    dry, headwater = sorted(caught.value.faults, key=lambda fault: fault.file or "~")
    assert (dry.file, dry.line) == ("reaches.csv", 3)
    assert "falls to -1 m3/s (zero 7.5 km below the head of the reach)" in dry.message
    assert "headwater x has no discharge" in headwater.message
    assert 'Give node "x" a discharge' in headwater.hint


def test_release_water_of_a_written_case() -> None:
    data = written(
        {"kind": "inflows", "table": [{"node": "a", "inflow": "50 m3/s"}]},
        [{"id": "ac", "from": "a", "to": "c", "length": "30 km"}],
        hydraulics={"default": "downstream_geometry"},
        release=[
            {"kind": "constant", "mass": "1 t", "substance": "cyanide", "at": {"node": "a"},
             "duration": "10 h", "water": "36000 m3"}
        ],
    )  # fmt: skip
    scenario = parse(data, None)
    network = scenario.build_network()
    inflow, notices = release_inflow(scenario, network, [Position(0, 0.0)])
    assert inflow.tolist() == [1.0, 0.0]
    assert "steady 1 m3/s from node a" in notices[0].message
    assert solve(scenario, network, inflow).discharge_foot.tolist() == [51.0]
