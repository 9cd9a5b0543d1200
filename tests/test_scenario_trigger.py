"""One trigger sets flow and releases: moments, floods and dams from the file to the result."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import spillsim
from spillsim import floods, scenario
from spillsim.hydraulics import solve, trigger_flow
from spillsim.model import assemble

GALLERY = Path(__file__).parent / "gallery"
FLOOD, DAM = GALLERY / "natech_flood", GALLERY / "natech_landslide"
HOUR = 3600.0
SLUG = {"kind": "slug", "at": {"node": "head"}, "substance": "tracer", "mass": "1 kg"}


def data_of(folder: Path, **trigger: Any) -> dict[str, Any]:
    """The scenario of a case; keys of the trigger changed, or left out where None."""
    data = tomllib.loads((folder / "scenario.toml").read_text("utf-8"))
    data["trigger"] |= trigger
    data["trigger"] = {key: value for key, value in data["trigger"].items() if value is not None}
    return data


def parsed(folder: Path, **trigger: Any) -> scenario.Scenario:
    return scenario.parse(data_of(folder, **trigger), folder)


def with_peak(**trigger: Any) -> scenario.Scenario:
    """The flood with a peak instead of a return period, which needs no fit."""
    plain = dict.fromkeys(("return_period", "annual_maxima", "distribution"))
    return parsed(FLOOD, **(plain | {"peak": "200 m3/s"} | trigger))


def event_of(case: scenario.Scenario) -> Any:
    network = case.build_network()
    return trigger_flow(case, network, solve(case, network))


def closes(dataset: xr.Dataset) -> None:
    released = float(dataset["mass_released"].max())
    assert float(np.abs(dataset["mass_error"]).max()) <= 1e-12 * released
    error = float(np.abs(dataset["water_error"]).max())
    assert error <= 1e-12 * float(dataset["water_entered"].max())


# --- moments -------------------------------------------------------------------------------------


def test_moments_count_from_an_earthquake() -> None:
    data = data_of(FLOOD)
    data["trigger"] = {"kind": "earthquake", "time": "5 h", "magnitude": 6.8}
    written = ["trigger", "trigger + 6 h", "trigger - 30 min", " trigger+1 d "]
    data["release"] = [dict(SLUG, time=time) for time in written]
    data["release"].append(
        {"kind": "constant", "at": {"node": "head"}, "substance": "tracer", "mass": "1 kg",
         "start": "trigger + 90 min", "duration": "1 h"}
    )  # fmt: skip
    found = scenario.parse(data, FLOOD)
    times = [release.time / HOUR for release in found.releases[:-1]]
    assert times == pytest.approx([5.0, 11.0, 4.5, 29.0])
    assert found.releases[-1].start == pytest.approx(6.5 * HOUR)
    assert not found.is_routed
    told = spillsim.run(found)
    assert json.loads(told.attrs["trigger"])["magnitude"] == 6.8


def test_a_regime_may_bring_another_trigger() -> None:
    data = data_of(FLOOD)
    data["regime"] = {"quake": {"trigger": {"kind": "earthquake", "magnitude": 5.0},
                                "release": {"pond": {"time": "trigger + 1 h"}}}}  # fmt: skip
    found = scenario.parse(data, FLOOD, regime="quake")
    assert found.trigger is not None
    assert found.trigger.kind == "earthquake"
    assert found.releases[0].time == 7 * HOUR


def test_peak_of_a_table_is_its_highest_row() -> None:
    rows = [{"time [h]": t, "discharge [m3/s]": q} for t, q in ((0, 25), (4, 80), (7, 80), (9, 25))]
    found = parsed(
        FLOOD, return_period=None, annual_maxima=None, distribution=None, time_to_peak=None,
        table=rows,
    )  # fmt: skip
    assert found.trigger is not None
    assert found.trigger.peak_time == 10 * HOUR
    assert found.releases[0].time == 12 * HOUR


# --- floods --------------------------------------------------------------------------------------


def test_a_flood_of_a_return_period_has_the_quantile_as_its_peak() -> None:
    rows = np.loadtxt(FLOOD / "annual_maxima.csv", delimiter=",", skiprows=2)
    fitted = floods.analyse(rows[:, 1], "gumbel", [100.0])
    for bound in ("best", "lower", "upper"):
        event = event_of(parsed(FLOOD, bound=bound))
        peak = float(getattr(fitted, bound)[0])
        assert event.facts["peak_discharge"] == pytest.approx(peak, rel=1e-12)
        (flood,) = event.hydrographs
        assert max(flood.discharge) + 25.0 == pytest.approx(peak, rel=1e-12)
        assert flood.discharge[0] == flood.discharge[-1] == 0.0


@pytest.mark.parametrize("shape", ["gamma", "triangular"])
def test_a_given_volume_is_the_volume(shape: str) -> None:
    event = event_of(with_peak(shape=shape, volume="9 Mm3"))
    assert event.facts["flood_volume"] == pytest.approx(9e6, rel=1e-3)
    assert event.facts["peak_discharge"] == pytest.approx(200.0, rel=1e-12)


def test_a_table_is_stretched_from_base_to_peak() -> None:
    rows = [{"time [h]": t, "discharge [m3/s]": q} for t, q in ((0, 3), (5, 9), (9, 6), (12, 3))]
    (flood,) = event_of(with_peak(table=rows, time_to_peak=None)).hydrographs
    assert flood.discharge == pytest.approx([0.0, 175.0, 87.5, 0.0])
    assert flood.time == pytest.approx([6 * HOUR, 11 * HOUR, 15 * HOUR, 18 * HOUR])


def test_a_flood_below_the_base_flow_is_refused() -> None:
    with pytest.raises(spillsim.ScenarioError, match=r"(?s)trigger\.peak.*base flow of 25 m3/s"):
        event_of(with_peak(peak="20 m3/s"))
    with pytest.raises(spillsim.ScenarioError, match=r"(?s)trigger\.volume.*larger volume"):
        event_of(with_peak(shape="triangular", volume="1 Mm3"))


def test_flood_and_slug_go_through_a_run() -> None:
    dataset = spillsim.run(FLOOD)
    closes(dataset)
    facts = json.loads(dataset.attrs["trigger"])
    assert facts["kind"] == "flood"
    assert facts["peak_time"] == "2024-04-01T15:00:00+00:00"
    assert dataset.attrs["first_release"] == "2024-04-01T17:00:00+00:00"
    water = assemble(scenario.load(FLOOD)).water
    assert water is not None
    gained = float(water.entered[-1] - 30.0 * water.time[-1])
    assert gained == pytest.approx(facts["flood_volume"], rel=1e-9)
    highest = dataset["discharge_over_time"].max("time").sel(station="town")
    assert 190.0 < float(highest) < facts["peak_discharge"] + 6.0


def test_a_trigger_is_the_same_as_its_hydrograph_typed_in() -> None:
    case = with_peak()
    (flood,) = event_of(case).hydrographs
    data = data_of(FLOOD)
    del data["trigger"]
    data["hydrograph"] = [
        {"at": {"node": "head"}, "mode": "add", "table": [
            {"time [s]": t, "discharge [m3/s]": q}
            for t, q in zip(flood.time, flood.discharge, strict=True)
        ]}
    ]  # fmt: skip
    data["release"][0]["time"] = "17 h"
    first, second = spillsim.run(case), spillsim.run(scenario.parse(data, FLOOD))
    for name in ("concentration", "discharge_over_time", "water_entered"):
        assert np.array_equal(first[name].values, second[name].values), name


def test_rain_on_snow_brings_its_runoff_and_no_more() -> None:
    data = data_of(FLOOD)
    data["trigger"] = {
        "kind": "rain_on_snow", "time": "6 h", "at": {"node": "n1"}, "catchment_area": "90 km2",
        "snow_water_equivalent": "40 mm", "runoff_coefficient": 0.5, "unit_time_to_peak": "4 h",
        "table": [
            {"time [h]": 0, "rain [mm/h]": 2.0, "temperature [degC]": -1.0},
            {"time [h]": 3, "rain [mm/h]": 4.0, "temperature [degC]": 6.0},
            {"time [h]": 15, "rain [mm/h]": 0.0, "temperature [degC]": 6.0},
        ],
    }  # fmt: skip
    case = scenario.parse(data, FLOOD)
    dataset = spillsim.run(case)
    closes(dataset)
    facts = json.loads(dataset.attrs["trigger"])
    # 6 mm of snow, 48 mm of rain; (3.383 + 0.0126 * 96) * 6 + 1.27 mm a day melt for 12 h
    assert facts["precipitation_volume"] == pytest.approx(0.054 * 90e6)
    melt = 0.5 * ((3.38328 + 0.0126 * 96.0) * 6.0 + 1.27) * 1e-3 * 90e6
    assert facts["melt_volume"] == pytest.approx(melt, rel=1e-6)
    assert facts["runoff_volume"] == pytest.approx(0.5 * (0.048 * 90e6 + melt), rel=1e-6)
    water = assemble(case).water
    assert water is not None
    gained = float(water.entered[-1] - 30.0 * water.time[-1])
    assert gained == pytest.approx(facts["runoff_volume"], rel=1e-9)
    assert case.trigger is not None
    assert case.trigger.peak_time is not None
    assert case.releases[0].time == case.trigger.peak_time + 2 * HOUR


# --- landslide dams ------------------------------------------------------------------------------


def below(dataset: xr.Dataset, hours: float) -> xr.Dataset:
    """The station below the dam, some hours after the start."""
    return dataset.sel(station="town", substance="tracer").isel(
        time=int(np.searchsorted(dataset["time"].values - dataset["time"].values[0],
                                 np.timedelta64(round(hours * 3600), "s")))
    )  # fmt: skip


def test_a_dam_holds_water_and_substance_back_and_lets_them_go() -> None:
    dataset = spillsim.run(parsed(DAM, seepage=0.0))
    closes(dataset)
    facts = json.loads(dataset.attrs["trigger"])
    assert facts["breach_time"] == "2024-05-01T18:00:00+00:00"
    assert facts["lake_volume"] == pytest.approx(12.0 * 12 * HOUR, rel=1e-6)
    # blocked before anything came by: nothing but dispersion crosses the dam, and below runs
    # only what flows in at the node
    assert float(below(dataset, 17.9)["cumulative_mass"]) < 0.01 * 200.0
    data = data_of(DAM)
    del data["trigger"]
    data["release"][0]["start"] = "4 h"
    free = spillsim.run(scenario.parse(data, DAM))
    assert float(below(free, 17.9)["cumulative_mass"]) > 0.8 * 200.0
    assert float(below(dataset, 17.9)["discharge_over_time"]) == pytest.approx(3.0, rel=0.02)
    assert float(dataset["mass_passed"].sel(station="town", substance="tracer")) == (
        pytest.approx(200.0, rel=1e-6)
    )
    # what was held back came down: the river is as full as before
    stored = dataset["water_stored"].values
    assert stored.max() - stored[0] > 0.5 * facts["lake_volume"]
    assert stored[-1] == pytest.approx(stored[0], rel=1e-3)


def test_seepage_passes_its_share() -> None:
    model = assemble(scenario.load(DAM))
    assert model.varying is not None
    sections = model.varying.sections
    assert sections is not None
    last = int(np.flatnonzero(sections.reach == 0)[-1])
    foot, time = model.varying.discharge_foot[:, last], model.varying.time / HOUR
    assert foot[(time > 6.2) & (time < 17.8)] == pytest.approx(1.2, rel=1e-6)
    assert foot.max() == pytest.approx(162.0, rel=0.05)
    assert foot[time < 5.8] == pytest.approx(12.0, rel=1e-6)
    assert foot[time > 30.0] == pytest.approx(12.0, rel=1e-6)


def test_a_dam_breaks_when_its_lake_is_full() -> None:
    model = assemble(
        parsed(DAM, filling_time=None, lake_volume="0.3 Mm3", seepage=0.25, time_to_peak=None)
    )
    assert model.water is not None
    held = model.water.dam
    assert held is not None
    hours = floods.filling_time(3e5, 12.0, 0.25) / HOUR
    assert held.breach / HOUR == pytest.approx(6.0 + hours, rel=1e-4)
    assert held.volume == pytest.approx(3e5, rel=1e-3)
    assert held.peak_time == pytest.approx(held.breach + 2 * held.volume / 150.0 / 3, rel=1e-6)
    never = assemble(parsed(DAM, filling_time=None, lake_volume="80 Mm3", time_to_peak=None))
    assert any("to the end of the run" in notice.message for notice in never.notices)


def test_a_peak_that_the_lake_cannot_feed_is_refused() -> None:
    with pytest.raises(spillsim.ScenarioError, match=r"(?s)trigger\.time_to_peak.*empty before"):
        assemble(parsed(DAM, time_to_peak="5 h"))


def test_a_dam_at_a_headwater_holds_the_inflow_back() -> None:
    model = assemble(parsed(DAM, at={"node": "head"}, peak=None, time_to_peak=None))
    assert model.water is not None
    held = model.water.dam
    assert held is not None
    assert not held.inside
    assert held.peak == pytest.approx(672.0 * (held.volume / 1e6) ** 0.56)
    assert float(np.abs(model.water.error).max()) < 1e-12
    assert any("its water is clean" in notice.message for notice in model.notices)
    assert any("standard error 142 %" in notice.message for notice in model.notices)
