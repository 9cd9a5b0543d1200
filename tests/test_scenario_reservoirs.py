"""Reservoirs, diversions and splits as a scenario holds them."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spillsim import scenario
from spillsim.errors import ScenarioError
from spillsim.hydraulics.works import find_works, pass_pool, take
from spillsim.model import assemble

GALLERY = Path(__file__).parent / "gallery"


def data_of(name: str) -> dict[str, Any]:
    return tomllib.loads((GALLERY / name / "scenario.toml").read_text("utf-8"))


def test_a_stage_volume_table_and_outlets_are_si() -> None:
    case = scenario.load(GALLERY / "reservoir_spillway")
    (lake,) = case.reservoirs
    assert (lake.reach, lake.mixing, lake.is_prismatic) == ("lake", "mixed", False)
    assert lake.stage == (200.0, 205.0, 210.0, 215.0)
    assert lake.stage_volume == pytest.approx((0.0, 1e6, 4e6, 9e6))
    assert lake.volume == pytest.approx(3.4e6)  # 4/5 of the way from 205 to 210 m
    before, after, spillway = lake.outlets
    assert (before.start, before.stop, before.value) == (-math.inf, 172_800.0, (30.0,))
    assert (after.start, after.stop) == (259_200.0, math.inf)
    assert (spillway.kind, spillway.level, spillway.width) == ("spillway", 209.5, 25.0)
    assert spillway.coefficient == 1.7
    reach = case.reaches[1]
    assert (reach.kind, reach.hydraulics, reach.volume) == ("tank", "volume", lake.volume)
    assert reach.width == pytest.approx(6e5 / 5e3)


def test_vertical_banks_a_gate_table_and_a_slow_reach() -> None:
    case = scenario.load(GALLERY / "flushing")
    (lake,) = case.reservoirs
    assert lake.is_prismatic
    assert lake.stage == (112.0, 117.0)
    assert lake.stage_volume == (0.0, 2e6)
    assert case.reaches[1].kind == "channel"
    gate, flush = lake.outlets
    assert (gate.time, gate.value) == ((0.0, 216_000.0, 219_600.0), (0.6, 0.6, 1.0))
    assert (gate.coefficient, gate.weir_coefficient) == (0.6, 1.7)
    assert (flush.start, flush.stop) == (43_200.0, 64_800.0)


def test_tables_may_give_dates() -> None:
    data = data_of("flushing")
    gate = data["reservoir"][0]["outlet"][0]
    rows = [{"date": "2024-04-01T02:00+02:00", "opening": "1 m"},
            {"date": "2024-04-02T00:00+00:00", "opening": "2 m"}]  # fmt: skip
    gate["table"] = rows
    data["reservoir"][0]["outlet"][1] = {"kind": "hydrograph", "table": [
        {"date": "2024-04-01T03:00+00:00", "discharge": "5 m3/s"}]}  # fmt: skip
    (lake,) = scenario.parse(data, GALLERY / "flushing").reservoirs
    assert (lake.outlets[0].time, lake.outlets[0].value) == ((0.0, 86_400.0), (1.0, 2.0))
    assert (lake.outlets[1].time, lake.outlets[1].value) == ((10_800.0,), (5.0,))
    data = data_of("split_table")
    data["split"][0]["table"] = [{"date": "2024-04-01T12:00+00:00", "share": 0.4}]
    (split,) = scenario.parse(data, GALLERY / "split_table").splits
    assert (split.by_time, split.at) == (True, (43_200.0,))


def test_volume_instead_of_level_and_a_bottom_at_zero() -> None:
    data = data_of("reservoir_spillway")
    (lake,) = data["reservoir"]
    del lake["level"]
    lake["volume"] = "2.5 Mm3"
    case = scenario.parse(data, GALLERY / "reservoir_spillway")
    assert case.reservoirs[0].volume == 2.5e6
    del lake["stage_volume"]
    lake["area"] = "1 km2"
    case = scenario.parse(data, GALLERY / "reservoir_spillway")
    assert case.reservoirs[0].stage == (0.0, 2.5)


def test_layers() -> None:
    data = data_of("reservoir_spillway")
    data["reservoir"][0] |= {"mixing": "layered", "upper_volume": "1 Mm3", "inflow_to": "lower",
                             "outflow_from": 0.3, "exchange_discharge": "2 m3/s"}  # fmt: skip
    case = scenario.parse(data, GALLERY / "reservoir_spillway")
    (lake,) = case.reservoirs
    assert (lake.upper_volume, lake.exchange_discharge) == (1e6, 2.0)
    assert (lake.inflow_to, lake.outflow_from) == (0.0, 0.3)
    assert case.reaches[1].kind == "tank"


def test_diversions_and_splits() -> None:
    case = scenario.load(GALLERY / "diversion")
    before, after, canal = case.diversions
    assert before.window == (-math.inf, 10_800.0)
    assert after.window == (86_400.0, math.inf)
    assert (canal.share, canal.discharge, canal.at.node) == (0.2, None, "meeting")
    case = scenario.load(GALLERY / "split_table")
    (split,) = case.splits
    assert (split.node, split.reach, split.by_time) == ("fork", "side_arm_1", False)
    assert (split.at, split.share) == ((0.0, 20.0, 40.0), (0.1, 0.2, 0.4))
    # the steady flow at first has the first share of the table where reaches.csv has none
    assert case.reaches[2].share == 0.1
    assert case.reaches[1].share is None


def test_shares_of_two_tables_may_not_exceed_one() -> None:
    data = data_of("split_table")
    reaches = [
        {"id": name, "from": a, "to": b, "length": "5 km", "hydraulics": "velocity",
         "velocity": "1 m/s", "share": share}
        for name, a, b, share in [("top", "head", "fork", None), ("one", "fork", "mouth", 0.3),
                                  ("two", "fork", "mouth", 0.3), ("three", "fork", "mouth", None)]
    ]  # fmt: skip
    data["network"] = {"nodes": [{"id": "head"}, {"id": "fork"}, {"id": "mouth"}],
                       "reaches": reaches}  # fmt: skip
    data["flow"]["table"] = [{"node": "head", "inflow": "10 m3/s"}]
    data["station"] = data["border"] = []

    def splits(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[dict[str, Any]]:
        at = {"node": "fork"}
        return [{"at": at, "reach": "one", "table": first},
                {"at": at, "reach": "two", "table": second}]  # fmt: skip

    early, late = {"time": "0 h", "share": 0.7}, {"time": "9 h", "share": 0.2}
    data["split"] = splits([early, late], [{"time": "0 h", "share": 0.2}, {**early, "time": "9 h"}])
    assert len(scenario.parse(data).splits) == 2
    data["split"] = splits([early, late], [{"time": "3 h", "share": 0.6}])
    with pytest.raises(ScenarioError, match=r"add up to 1\.3"):
        scenario.parse(data)
    data["split"] = splits([early], [{"discharge": "0 m3/s", "share": 0.4}])
    with pytest.raises(ScenarioError, match=r"add up to 1\.1"):
        scenario.parse(data)


@pytest.mark.parametrize(("name", "found"), [("diversion", 1), ("split_table", 1)])
def test_the_diffusive_wave_refuses_what_it_cannot_route(name: str, found: int) -> None:
    data = data_of(name) | {"routing": {"method": "diffusive_wave"}}
    case = scenario.parse(data, GALLERY / name)
    with pytest.raises(ScenarioError, match="does not route through") as caught:
        assemble(case)
    rules = [fault for fault in caught.value.faults if "does not route through" in fault.message]
    assert len(rules) == found


def test_works_of_a_scenario_on_its_network() -> None:
    case = scenario.load(GALLERY / "diversion")
    network = case.build_network()
    works = find_works(case, network)
    np.testing.assert_array_equal(works.event_times, [10_800.0, 86_400.0])
    time = np.arange(0.0, 48.0) * 3600.0
    node = network.node_index["mill"]
    taken, told = take(works, network, node, time, np.full(48, 3.0))
    assert taken[0] == 3.0
    np.testing.assert_array_equal(taken[5:23], 0.0)
    assert [notice.subject for notice in told] == ["diversion intake, before",
                                                   "diversion intake, after"]  # fmt: skip
    assert "from 0 to 2 h after the start" in told[0].message


def test_a_reservoir_says_where_its_water_and_its_table_end() -> None:
    case = scenario.load(GALLERY / "reservoir_spillway")
    network = case.build_network()
    (pool,) = find_works(case, network).pools.values()
    time = np.arange(0.0, 8 * 24.0 + 1.0) * 3600.0
    routed, told = pass_pool(pool, time, np.full(time.size, 30.0))
    assert told == []
    assert routed.level.max() > 209.5
    _, told = pass_pool(pool, time, np.full(time.size, 900.0))
    assert "above the highest stage of its table, 215 m" in told[0].message
    _, told = pass_pool(pool, time, np.full(time.size, 1.0))
    assert told[0].message.startswith("its outlets ask for more water than there is from ")
