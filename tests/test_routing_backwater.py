"""Cases routed by the diffusive wave, from the scenario to the result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from routing_cases import REACH, case, routed

from spillsim import hydraulics, scenario
from spillsim.errors import ScenarioError
from spillsim.hydraulics.backwater import Levels, route_levels_in_full
from spillsim.hydraulics.route import route_levels

GALLERY = Path(__file__).parent / "gallery"
WAVE = {"method": "diffusive_wave"}


def levels(what: scenario.Scenario) -> Levels:
    """All that routing finds."""
    network = what.build_network()
    reference = hydraulics.solve(what, network)
    places = [what.locate(network, release.at) for release in what.releases]
    return route_levels_in_full(what, network, reference, places)


def notices(what: scenario.Scenario) -> str:
    """All that is told."""
    network = what.build_network()
    reference = hydraulics.solve(what, network)
    places = [what.locate(network, release.at) for release in what.releases]
    return " ".join(note.message for note in route_levels(what, network, reference, places)[2])


def test_backwater_case_keeps_its_water_and_turns() -> None:
    what = scenario.load(GALLERY / "backwater")
    found = levels(what)
    assert np.abs(found.ledger.error).max() < 1e-13
    side = slice(int(found.layout.first[1]), int(found.layout.first[2]))
    mouth = found.routed.discharge_foot[:, side][:, -1]
    assert mouth.min() < -10.0
    assert mouth.max() > 5.0
    # the lake stands, and the river rises above it
    assert np.ptp(found.routed.level[:, -1]) == 0.0
    assert found.routed.level[:, 0].max() > found.routed.level[0, 0] + 1.0
    told = notices(what)
    assert "flows back from" in told
    assert "a depth of 3 m held at the outlet" in told


def test_without_change_uniform_flow_stays_that_of_steady_hydraulics() -> None:
    what = case(hydrograph=[], routing=WAVE)
    found = levels(what)
    steady = hydraulics.solve(what, what.build_network())
    area = found.routed.volume / found.layout.channels.length
    assert np.allclose(area, steady.cross_section_area, rtol=1e-5)
    assert np.allclose(found.routed.discharge_foot, 100.0, rtol=1e-9)


def test_where_nothing_holds_it_up_a_flood_passes_as_by_muskingum_cunge() -> None:
    one = levels(case(routing=WAVE)).routed.leaving[:, 0]
    other = routed(case()).flow
    outflow = other.discharge_foot[:, -1]
    assert one.max() == pytest.approx(outflow.max(), rel=0.02)
    assert np.argmax(one) * 1.0 == pytest.approx(float(np.argmax(outflow)), rel=0.05)


def test_given_sections_have_a_level_too() -> None:
    reach = {"id": "r", "from": "a", "to": "b", "length [km]": 60, "velocity [m/s]": 0.8,
             "hydraulics": "velocity", "width [m]": 60, "slope": 4e-4}  # fmt: skip
    network = {"nodes": [{"id": "a"}, {"id": "b"}], "reaches": [reach]}
    found = levels(case(network=network, routing=WAVE))
    area = found.routed.volume[0] / found.layout.channels.length
    assert np.allclose(area, 100.0 / 0.8, rtol=1e-3)


def test_reaches_without_slope_and_tanks_are_faults() -> None:
    flat = {key: value for key, value in REACH.items() if key not in {"slope", "manning_n"}}
    given = {**flat, "id": "given", "velocity [m/s]": 0.5, "to": "m", "hydraulics": "velocity"}
    tank = {"id": "pool", "from": "m", "to": "b", "length [km]": 5, "kind": "tank",
            "volume [m3]": 1e6, "hydraulics": "volume"}  # fmt: skip
    network = {"nodes": [{"id": n} for n in "amb"], "reaches": [given, tank]}
    with pytest.raises(ScenarioError) as caught:
        levels(case(network=network, routing=WAVE))
    texts = [fault.message for fault in caught.value.faults]
    assert any("reach given has no slope" in text for text in texts)
    assert any("reach pool is a tank" in text for text in texts)


def test_an_abstraction_takes_what_there_is() -> None:
    flow = {
        "kind": "inflows",
        "table": [
            {"node": "a", "inflow [m3/s]": 100, "abstraction [m3/s]": 0},
            {"node": "m", "inflow [m3/s]": 0, "abstraction [m3/s]": 60},
        ],
    }
    reaches = [{**REACH, "to": "m"}, {**REACH, "id": "s", "from": "m"}]
    network = {"nodes": [{"id": n} for n in "amb"], "reaches": reaches}
    dry = {"at": {"node": "a"}, "table": [{"time [h]": 0, "discharge [m3/s]": 40.0}]}
    what = case(network=network, flow=flow, hydrograph=[dry], routing=WAVE)
    found = levels(what)
    assert found.routed.taken[0, 0] == pytest.approx(60.0)
    assert found.routed.taken[-1, 0] == pytest.approx(40.0, rel=0.05)
    assert found.routed.volume.min() >= 0.0
    assert np.abs(found.ledger.error).max() < 1e-13
    assert "takes more than there is" in notices(what)


def test_a_reservoir_works_as_by_muskingum_cunge_and_holds_up_its_river() -> None:
    folder = GALLERY / "reservoir_spillway"
    what = scenario.load(folder)
    waved = what.model_copy(update={"routing": scenario.Routing(**WAVE, time_step="15 min")})
    found, other = levels(waved), routed(what)
    assert np.abs(found.ledger.error).max() < 1e-13
    lake = int(found.layout.first[1])
    mine, theirs = found.routed.volume[:, lake], other.volume[int(other.river.first[1])]
    times = np.linspace(0.0, 8 * 86400.0, 65)
    one = np.interp(times, found.routed.edges, mine)
    two = np.interp(times, other.flow.time, theirs)
    assert np.ptp(two) > 8e5
    assert np.abs(one - two).max() < 0.05 * np.ptp(two)
    # the lake and the river that enters it have one level, and so the river rises with it
    level = found.routed.level
    assert np.array_equal(level[:, lake], level[:, lake - 1])
    assert level[:, lake].max() > level[0, lake] + 0.4


def test_a_dam_at_the_outlet_and_a_reservoir_that_passes_what_comes() -> None:
    reaches = [{**REACH, "to": "m"},
               {"id": "pool", "from": "m", "to": "b", "length [km]": 4}]  # fmt: skip
    network = {"nodes": [{"id": n} for n in "amb"], "reaches": reaches}
    pool = {"reach": "pool", "volume": "20 Mm3", "area": "2 km2"}
    found = levels(case(network=network, routing=WAVE, reservoir=[pool]))
    assert np.abs(found.ledger.error).max() < 1e-13
    volume = found.routed.volume[:, -1]
    assert np.ptp(volume) < 0.05 * volume[0]
    assert found.routed.taken[:, 0].max() > 600.0
    assert found.ledger.left[-1] == pytest.approx(
        float(np.sum(found.routed.taken[:, 0] * np.diff(found.routed.edges)))
    )
