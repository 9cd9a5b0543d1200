"""Plumes through reservoirs and past diversions: exact tanks, and what countermeasures do."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import xarray as xr

import spillsim
from spillsim.model import assemble

HOUR = 3600.0
Data = dict[str, Any]


def channel(name: str, head: str, foot: str, km: float, **more: Any) -> Data:
    row = {"id": name, "from": head, "to": foot, "length": f"{km} km", "width": "30 m",
           "slope": 5e-4, "manning_n": 0.033}  # fmt: skip
    return row | more


def lake_case(volume: str = "2 Mm3", **outlet: Any) -> Data:
    """A reservoir at a headwater, with a release into it and a river below."""
    return {
        "spillsim": 1,
        "case": {"title": "t", "start": datetime(2024, 4, 1, tzinfo=UTC), "duration": "3 days"},
        "network": {
            "nodes": [{"id": name} for name in ("head", "dam", "mouth")],
            "reaches": [{"id": "lake", "from": "head", "to": "dam", "length": "2 km"},
                        channel("below", "dam", "mouth", 10)],
        },
        "flow": {"kind": "inflows", "table": [{"node": "head", "inflow": "20 m3/s"}]},
        "dispersion": {"kind": "value", "value": "20 m2/s"},
        "substance": [{"name": "tracer"}],
        "release": [{"kind": "rate", "at": {"node": "head"}, "substance": "tracer",
                     "rate": "50 g/s", "start": "2 h", "duration": "10 h"}],
        "station": [{"name": "lake", "at": {"reach": "lake", "distance": "1 km"}}],
        "reservoir": [{"reach": "lake", "volume": volume, "area": "0.4 km2",
                       "outlet": [{"kind": "inflow"} | outlet]}],
        "output": {"interval": "1 h"},
    }  # fmt: skip


def hours(dataset: xr.Dataset) -> np.ndarray:
    return (dataset["time"].values - dataset["time"].values[0]) / np.timedelta64(1, "s")


def test_a_plume_through_a_mixed_reservoir_at_constant_level_is_that_of_a_tank() -> None:
    discharge, volume, rate = 20.0, 2e6, 0.05
    begin, end = 2 * HOUR, 12 * HOUR
    errors = []
    for step in ("20 min", "10 min"):
        data = lake_case() | {"numerics": {"time_step": step, "error_check": "none"}}
        found = spillsim.run(spillsim.scenario.parse(data))
        time = hours(found)
        turn = volume / discharge

        def filled(since: np.ndarray) -> np.ndarray:
            return rate / discharge * -np.expm1(-np.maximum(since, 0.0) / turn)  # noqa: B023

        exact = 1e3 * (filled(time - begin) - filled(time - end))
        curve = found["concentration"].sel(station="lake").isel(substance=0).values
        errors.append(np.abs(curve - exact).max() / exact.max())
    assert errors[0] < 1e-6, errors


def test_a_closed_gate_keeps_the_mass_in_water_that_rises() -> None:
    data = lake_case(kind="fixed", discharge="20 m3/s", stop="13 h")
    found = spillsim.run(spillsim.scenario.parse(data))
    time = hours(found)
    curve = found["concentration"].sel(station="lake").isel(substance=0).values
    # a quarter of an hour beside the rule is within a routing step of it
    late = time >= 13.5 * HOUR
    volume = 2e6 + 20.0 * (time - 13 * HOUR)
    mass = (curve * volume)[late]
    assert mass[0] > 1e6
    np.testing.assert_allclose(mass, mass[0], rtol=1e-7)
    passed = found["mass_past_outlet"].isel(substance=0).values
    held = found["mass_in_river"].isel(substance=0).values
    assert passed[-1] + held[-1] == pytest.approx(1800.0, rel=1e-9)


def river(**more: Any) -> Data:
    """A river with a reservoir on its way and one on a clean tributary, an intake and a border."""
    nodes = ["spring", "shore", "dam", "town", "valley", "mouth", "side", "weir"]
    reaches = [
        channel("top", "spring", "shore", 15),
        {"id": "lake", "from": "shore", "to": "dam", "length": "3 km"},
        channel("middle", "dam", "town", 15),
        channel("lower", "town", "valley", 10),
        channel("last", "valley", "mouth", 15),
        {"id": "pond", "from": "side", "to": "weir", "length": "2 km"},
        channel("brook", "weir", "town", 8, width="12 m"),
    ]
    data = lake_case() | {
        "network": {"nodes": [{"id": name} for name in nodes], "reaches": reaches},
        "release": [{"kind": "constant", "at": {"node": "spring"}, "substance": "tracer",
                     "mass": "500 kg", "start": "1 h", "duration": "2 h"}],
        "station": [],
        "border": [{"name": "border", "at": {"reach": "last", "distance": "10 km"}}],
        "reservoir": [
            {"reach": "lake", "volume": "1 Mm3", "area": "0.2 km2", "outlet": [{"kind": "inflow"}]},
            {"reach": "pond", "volume": "4 Mm3", "area": "1 km2", "outlet": [{"kind": "inflow"}]},
        ],
        "numerics": {"error": 0.05, "error_check": "none"},
    }  # fmt: skip
    data["flow"] = {"kind": "inflows", "table": [{"node": "spring", "inflow": "20 m3/s"},
                                                 {"node": "side", "inflow": "4 m3/s"}]}  # fmt: skip
    return copy.deepcopy(data) | more


@pytest.fixture(scope="module")
def base() -> xr.Dataset:
    return spillsim.run(spillsim.scenario.parse(river()))


def peak(dataset: xr.Dataset) -> tuple[float, float]:
    here = dataset.sel(station="border")
    since = (here["peak_time"].values[0] - dataset["time"].values[0]) / np.timedelta64(1, "h")
    return float(here["peak_concentration"][0]), float(since)


def test_a_dilution_release_lowers_the_peak(base: xr.Dataset) -> None:
    data = river()
    data["reservoir"][1]["outlet"].append(
        {"kind": "fixed", "discharge": "20 m3/s", "start": "8 h", "duration": "40 h"}
    )
    diluted = peak(spillsim.run(spillsim.scenario.parse(data)))
    assert diluted[0] < 0.65 * peak(base)[0]
    assert diluted[1] < peak(base)[1]  # a fuller river is faster


def test_a_gate_that_closes_makes_the_peak_later_and_lower(base: xr.Dataset) -> None:
    data = river()
    gate = {"kind": "inflow", "stop": "4 h"}
    data["reservoir"][0]["outlet"] = [gate, {"kind": "fixed", "discharge": "20 m3/s",
                                             "start": "28 h"}]  # fmt: skip
    closed = peak(spillsim.run(spillsim.scenario.parse(data)))
    assert closed[0] < peak(base)[0]
    assert closed[1] > peak(base)[1] + 12.0


def test_an_intake_that_closes_before_the_plume_comes_takes_none_of_it(base: xr.Dataset) -> None:
    intake = {"name": "intake", "at": {"node": "town"}, "discharge": "3 m3/s"}
    taken, kept = [], []
    for windows in ([{}], [{"stop": "4 h"}], [{"stop": "4 h"}, {"start": "70 h"}]):
        data = river(diversion=[intake | window for window in windows])
        found = spillsim.run(spillsim.scenario.parse(data))
        taken.append(float(found["mass_abstracted"].isel(ledger_time=-1, substance=0)))
        kept.append(found)
        assert np.abs(found["mass_error"].values).max() <= 1e-12 * 500.0
    assert taken[1] == 0.0
    # 3 of 24 m3/s, of all that has come by in three days
    assert taken[0] == pytest.approx(500.0 * 3.0 / 24.0, rel=0.1)
    assert 0.0 < taken[2] < 0.2 * taken[0]
    border = [float(one["mass_passed"].sel(station="border")[0]) for one in kept]
    assert (
        border[0]
        < border[1]
        == pytest.approx(float(base["mass_passed"].sel(station="border")[0]), rel=0.02)
    )


def test_water_balances_and_the_river_starts_with_its_rules() -> None:
    data = river(diversion=[{"at": {"node": "town"}, "share": 0.25}])
    data["reservoir"][0]["outlet"] = [{"kind": "spillway", "crest": "4.5 m", "width": "20 m"}]
    model = assemble(spillsim.scenario.parse(data))
    assert model.water is not None
    assert np.abs(model.water.error).max() < 1e-12
    flow = model.varying
    assert flow is not None
    assert flow.sections is not None
    spilt = 1.7 * 20.0 * 0.5**1.5
    first = dict(zip(flow.sections.reach[::-1], flow.discharge_head[0][::-1], strict=True))
    ids = model.network.reach_index
    assert first[ids["lake"]] == pytest.approx(20.0)
    assert first[ids["middle"]] == pytest.approx(spilt, rel=1e-9)
    assert first[ids["lower"]] == pytest.approx(0.75 * (spilt + 4.0), rel=1e-9)
    last = flow.sections.reach == ids["lower"]
    assert flow.discharge_foot[0][last][-1] == pytest.approx(0.75 * (spilt + 4.0), rel=1e-9)


def test_a_split_follows_the_discharge_and_divides_the_mass() -> None:
    data = river()
    data["network"]["nodes"].append({"id": "fork"})
    reaches = data["network"]["reaches"]
    reaches[3]["to"] = "fork"
    reaches += [channel("right", "fork", "valley", 6), channel("left", "fork", "valley", 9)]
    table = [{"discharge": "10 m3/s", "share": 0.1}, {"discharge": "40 m3/s", "share": 0.4}]
    data["split"] = [{"at": {"node": "fork"}, "reach": "left", "table": table}]
    data["station"] = [{"name": "left", "at": {"reach": "left", "distance": "8 km"}},
                       {"name": "right", "at": {"reach": "right", "distance": "5 km"}}]  # fmt: skip
    found = spillsim.run(spillsim.scenario.parse(data))
    left, right = (float(found["mass_passed"].sel(station=name)[0]) for name in ("left", "right"))
    assert left / (left + right) == pytest.approx(0.24, rel=0.02)  # 24 m3/s
    assert left + right == pytest.approx(
        float(found["mass_passed"].sel(station="border")[0]), rel=0.05
    )
