"""The ledger of water: what the march moved came from somewhere, went somewhere or is there."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import synthetic_run as synthetic
from remap_cases import flow, plan, river
from test_remap_graph import wild_plan

from spillsim import analysis, model, results, scenario, simulation
from spillsim.cli.console import Console
from spillsim.cli.run import tell_water
from spillsim.errors import SimulationError
from spillsim.network.network import Position
from spillsim.remap.balance import balance_water, discharge_over_time
from spillsim.remap.build import Plan

GALLERY = Path(__file__).parent / "gallery"
HOUR = 3600.0


def drawn_river() -> Plan:
    """A rising river that a side stream joins and an intake draws from; lateral water falls off."""
    time = np.array([0.0, 10 * HOUR])
    head = np.array([[10.0, 5.0, 13.0], [30.0, 5.0, 33.0]])
    foot = np.array([[10.0, 5.0, 14.0], [30.0, 5.0, 31.0]])
    varying = flow(time, head, foot, [20.0, 10.0, 30.0], 10.0, lateral=[[0, 0, 1.0], [0, 0, -2.0]])
    rivers = river([0, 1, 2], [2, 2, 3], [5e3, 4e3, 9e3])
    return plan(rivers, varying, 600.0, 60, [(2, 3e3), (0, 5e3)])


def test_every_part_of_the_ledger() -> None:
    """Rates that run straight from one value to another: means times the time."""
    prepared = drawn_river()
    found = balance_water(prepared)
    t = prepared.time[prepared.ledger_step]
    share = t / (10 * HOUR)
    # lateral water enters for a third of the time, then leaves
    turning = 10 * HOUR / 3.0
    before, after = np.minimum(t, turning), np.maximum(t - turning, 0.0)
    entered = before * (1.0 - 0.5 * before / turning)
    gone = 0.5 * after**2 / turning
    assert found.entered == pytest.approx((15.0 + 10.0 * share) * t + entered, rel=1e-12)
    assert found.left == pytest.approx((14.0 + 8.5 * share) * t, rel=1e-12)
    assert found.abstracted == pytest.approx((2.0 + 0.0 * share) * t + gone, rel=1e-12)
    assert found.initial == pytest.approx(20.0 * 5e3 + 10.0 * 4e3 + 30.0 * 9e3)
    assert found.stored == pytest.approx(found.initial, rel=1e-12)
    assert found.share <= 1e-12


@pytest.mark.parametrize("seed", range(4))
def test_it_closes_on_any_graph(seed: int) -> None:
    found = balance_water(wild_plan(seed, "positive"))
    assert found.share <= 1e-14
    assert found.entered[-1] > 1e5


def test_discharge_at_places() -> None:
    prepared = drawn_river()
    time = np.array([0.0, 5 * HOUR, 10 * HOUR, 20 * HOUR])
    places = [Position(2, 3e3), Position(0, 5e3)]
    found = discharge_over_time(prepared, places, time)
    assert found[1] == pytest.approx([10.0, 20.0, 30.0, 30.0])
    assert found[0] == pytest.approx([13.0 + 1 / 3, 22.0 + 5 / 6, 32.0 + 1 / 3, 32.0 + 1 / 3])


def test_a_case_tells_its_water(capsys: pytest.CaptureFixture[str]) -> None:
    case = model.assemble(scenario.load(GALLERY / "flood_table"))
    run = simulation.simulate(case)
    assert run.water is not None
    assert run.discharge is not None
    assert run.water.share <= simulation.WATER_TOLERANCE
    dataset = analysis.add_metrics(results.to_dataset(case, run))
    series = {row.reach: row for row in case.scenario.flow.series}
    place = case.stations[0].position
    table = series[case.network.reach_id[place.reach]]
    share = place.distance / case.network.reach_length[place.reach]
    given = (table.discharge, table.discharge_foot)
    ends = [np.interp(run.output_time, table.time, q) for q in given]
    expected = (1.0 - share) * ends[0] + share * ends[1]
    assert dataset["discharge_over_time"].values[0] == pytest.approx(expected)
    assert "steady flow" in dataset["velocity"].attrs["comment"]
    assert "comment" not in dataset["reach_temperature"].attrs
    tell_water(Console(io.StringIO(), io.StringIO()), dataset)
    tell_water(Console(), dataset)
    told = capsys.readouterr().out
    assert "water     entered 12.4 million m³" in told
    assert "error" in told


def test_water_that_does_not_close_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "WATER_TOLERANCE", -1.0)
    with pytest.raises(SimulationError, match="water does not close"):
        simulation.simulate(model.assemble(scenario.load(GALLERY / "flood_table")))


def test_steady_flow_has_no_water_ledger() -> None:
    dataset = results.to_dataset(synthetic.model(), synthetic.run())
    assert "water_entered" not in dataset
    assert "discharge_over_time" not in dataset
    assert "comment" not in dataset["discharge"].attrs


def test_what_the_march_moved_is_what_was_routed() -> None:
    """Two ledgers drawn up apart agree; that of the routing is read between its times."""
    case = model.assemble(scenario.load(GALLERY / "flood_routed"))
    moved, routed = simulation.simulate(case).water, case.water
    assert moved is not None
    assert routed is not None
    last = float(routed.time[-1])
    here = moved.time <= last
    for part in ("entered", "left", "abstracted", "stored"):
        own, its = getattr(moved, part)[here], getattr(routed, part)
        since = np.interp(case.march.plan.time[0], routed.time, its) if part != "stored" else 0.0
        expected = np.interp(moved.time[here], routed.time, its) - since
        assert np.abs(own - expected).max() <= 1e-4 * max(routed.entered[-1], 1.0)
        assert own[-1] == pytest.approx(expected[-1], rel=1e-12, abs=1e-3)
