"""The check of every curve by the relations of Jobson (1996)."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import engine_cases as cases
import numpy as np
import pytest
import xarray as xr

import spillsim
from spillsim import analysis, results, scenario
from spillsim.analysis.jobson import FLAGGED, OUTCOMES, SUBJECT, lasting_unit_peak
from spillsim.cli.checks import tell_checks
from spillsim.cli.console import Console
from spillsim.results.jobson import fastest_velocity

HOUR = 3600.0
KNOWN = {"drainage_area": "2000 km2", "mean_annual_discharge": "20 m3/s"}
DATA = Path(__file__).parent / "data" / "jobson1996_worked_examples.csv"


def river(
    velocity: float = 0.5, dispersion: float = 45.0, releases: Any = None, days: float = 3.0,
    columns: Any = KNOWN, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """20 m3/s over 50 km; the dispersion is what dye shows after 17 h, the way to the station."""
    ways = [
        {**cases.reach("up", "a", "b", 20e3, 20.0 / velocity, dispersion), **columns},
        {**cases.reach("down", "b", "c", 30e3, 20.0 / velocity, dispersion), **columns},
    ]
    return cases.river(
        ways, {"a": 20.0}, releases or [cases.slug("a")], [cases.at("down", 10e3)], days * 86_400.0,
        more.pop("interval", 600.0), **{"engine": "transfer", **more},
    )  # fmt: skip


def run(data: dict[str, Any]) -> xr.Dataset:
    return spillsim.run(scenario.parse(data, None))


def outcome(dataset: xr.Dataset, station: int = 0, substance: int = 0) -> str:
    return OUTCOMES[int(dataset["jobson_check"].values[station, substance])]


def reason(dataset: xr.Dataset) -> str:
    return str(dataset["jobson_reason"].values[0, 0])


def hours(dataset: xr.Dataset, name: str) -> float:
    since = dataset[name].values[0, 0] - dataset["time"].values[0]
    return float(since / np.timedelta64(1, "s")) / HOUR


@pytest.fixture(scope="module")
def plain() -> xr.Dataset:
    return run(river())


# --- hand-worked values --------------------------------------------------------------------------


def worked(example: str) -> dict[str, float]:
    with DATA.open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        row = next(row for row in rows if row["example"] == example)
    return {name: float(value) for name, value in row.items() if name != "example" and value}


@pytest.mark.parametrize(
    ("example", "length", "discharge", "annual", "area"),
    [("ex1_spill_to_intake", 15e3, 3.35, 4.50, 390),
     ("ex3_rhine_injection_to_Eglisau", 19.7e3, 490.0, 240.0, 16_000),
     ("ex3_rhine_injection_to_Birsfelden_averages", 104.8e3, 779.0, 485.0, 32_000)],
)  # fmt: skip
def test_the_earliest_front_is_that_of_the_worked_examples(
    example: str, length: float, discharge: float, annual: float, area: float
) -> None:
    columns = {"drainage_area": f"{area} km2", "mean_annual_discharge": f"{annual} m3/s"}
    ways = [
        {**cases.reach(name, *ends, share * length, 2.0 * discharge, 50.0), **columns}
        for name, ends, share in (("up", ("a", "b"), 0.3), ("down", ("b", "c"), 0.7))
    ]
    data = cases.river(
        ways, {"a": discharge}, [cases.slug("a", time=2.0 * HOUR)],
        [cases.at("down", 0.7 * length)], 2e6, 3600.0, engine="transfer",
    )  # fmt: skip
    dataset = run(data)
    assert hours(dataset, "jobson_earliest_arrival") - 2.0 == pytest.approx(
        worked(example)["Vmp_Tl_h"], rel=2e-4
    )
    assert dataset["jobson_discharge_ratio"].values[0, 0] == pytest.approx(discharge / annual)


def test_every_reach_has_the_best_equation_its_columns_allow() -> None:
    # worked by hand for Q = 20 m3/s, Da = 2e9 m2, Qa = 20 m3/s, S = 0.001:
    # D'a = (2e9)^1.25 sqrt(9.8) / 20 = 6.6201e10, Q/Da = 1e-8
    found = fastest_velocity(
        np.full(4, 20.0), np.array([2e9, 2e9, 2e9, np.nan]),
        np.array([20.0, 20.0, np.nan, 20.0]), np.array([1e-3, np.nan, 1e-3, 1e-3]),
    )  # fmt: skip
    group = 6.6201e10
    by_hand = [
        0.25 + 0.02 * group**0.919 * 1e-3**0.159 * 1e-8,
        0.2 + 0.093 * group**0.821 * 1e-8,
        0.2 + 40.0 * group**0.595 * 1e-8,
    ]
    assert found[:3] == pytest.approx(by_hand, rel=1e-4)
    assert np.isnan(found[3])


def test_the_unit_peak_is_that_of_the_time_to_the_peak(plain: xr.Dataset) -> None:
    travel = hours(plain, "peak_time")
    assert travel == pytest.approx(16.5, abs=0.3)
    assert plain["jobson_unit_peak"].values[0, 0] == pytest.approx(857e-6 * travel**-0.760)
    peak = float(plain["peak_concentration"].values[0, 0])  # mg/L = g/m3
    load = float(plain["mass_passed"].values[0, 0])
    by_hand = 1e-3 * peak * 20.0 / load
    assert plain["unit_peak_concentration"].values[0, 0] == pytest.approx(by_hand)
    # a Gaussian has 1 / (sd sqrt(2 pi)), with variance 2 D x / U^3 of the time
    gauss = 1.0 / np.sqrt(2.0 * np.pi * 2.0 * 45.0 * 30e3 / 0.5**3)
    assert by_hand == pytest.approx(gauss, rel=0.03)


def test_a_release_that_lasts_lowers_the_unit_peak_as_a_triangle_does() -> None:
    height = 1e-4
    span = np.array([0.0, 5e3, 2e4, 4e4])  # the base of the triangle is 2e4 s
    # the best window leaves out ends that together are (1 - d h / 2) times the triangle, in size
    by_hand = [height, (1.0 - 0.75**2) / 5e3, 1.0 / 2e4, 1.0 / 4e4]
    assert lasting_unit_peak(np.full(4, height), span) == pytest.approx(by_hand)


# --- what is flagged, and what is not ------------------------------------------------------------


def test_a_plain_river_is_within(plain: xr.Dataset) -> None:
    assert outcome(plain) == "within"
    assert reason(plain) == ""
    assert hours(plain, "jobson_earliest_arrival") < hours(plain, "leading_edge_time")
    assert analysis.flags(plain) == []
    assert SUBJECT not in plain.attrs["notices"]


@pytest.mark.parametrize(
    ("changes", "expected", "words"),
    [({"velocity": 2.5}, "front_too_early", "h before the earliest plausible"),
     ({"dispersion": 0.45, "interval": 60.0}, "peak_too_high", "times that of dye after 16.7 h"),
     ({"dispersion": 4500.0, "days": 30.0, "columns": {}}, "peak_too_low", "of that of dye after")],
)  # fmt: skip
def test_an_absurd_river_is_flagged_for_what_is_wrong(
    changes: dict[str, Any], expected: str, words: str
) -> None:
    dataset = run(river(**changes))
    assert outcome(dataset) == expected
    assert words in reason(dataset)
    notices = [n for n in json.loads(dataset.attrs["notices"]) if n["subject"] == SUBJECT]
    assert len(notices) == 1
    assert notices[0]["message"] == f"tracer at station 0: {reason(dataset)}"
    assert analysis.add_metrics(dataset).attrs["notices"] == dataset.attrs["notices"]


def test_a_peak_that_output_times_miss_is_too_high_or_not_judged() -> None:
    sharp = run(river(dispersion=0.45, interval=1200.0))
    assert outcome(sharp) == "peak_too_high"
    missed = run(river(dispersion=8.0, interval=5400.0, columns={}))
    assert outcome(missed) == "not_compared"
    assert reason(missed) == "not compared: too few output times show the peak"


def test_too_fast_a_river_without_drainage_areas_is_told_by_its_peak() -> None:
    # five times the velocity at the same dispersion: the peak is 2.7 times more pointed than dye's
    # after so short a time, whatever the drainage area
    dataset = run(river(velocity=2.5, dispersion=20.0, columns={}, interval=60.0))
    assert outcome(dataset) == "peak_too_high"
    assert np.isnat(dataset["jobson_earliest_arrival"].values).all()


def test_an_edge_too_far_from_the_peak_is_told() -> None:
    # wide dead zones near to a release: the peak itself is that of dye
    dataset = run(river(dispersion=400.0, columns={}, days=6.0))
    assert outcome(dataset) in ("edge_too_far_from_peak", "peak_too_low")
    assert float(dataset["jobson_check"].values[0, 0]) >= FLAGGED


def test_decay_does_not_count_against_a_curve() -> None:
    substances = [{"name": "tracer", "decay_rate": "2 1/d"}]
    dataset = run(river(substances=substances))
    assert outcome(dataset) == "within"


# --- what cannot be compared ---------------------------------------------------------------------


def test_of_a_long_release_the_front_alone_is_compared() -> None:
    long = [cases.pulse("a", 1000.0, 0.0, 48 * HOUR)]
    assert outcome(run(river(releases=long, days=6.0))) == "front_within"
    unknown = run(river(releases=long, days=6.0, columns={}))
    assert outcome(unknown) == "not_compared"
    assert reason(unknown) == "not compared: the release lasts longer than dye takes to pass"
    fast = run(river(velocity=2.5, releases=long, days=6.0))
    assert outcome(fast) == "front_too_early"


def test_a_short_release_is_as_good_as_a_slug() -> None:
    dataset = run(river(releases=[cases.pulse("a", 1000.0, 0.0, 2 * HOUR)]))
    assert outcome(dataset) == "within"
    assert float(dataset["release_duration"].values[0, 0]) == pytest.approx(2.0)
    assert hours(dataset, "release_centre_time") == pytest.approx(1.0)


def test_releases_at_several_places_keep_the_earliest_front() -> None:
    two = [cases.slug("a"), cases.slug("b", time=60.0 * HOUR)]
    dataset = run(river(releases=two, days=6.0))
    assert outcome(dataset) == "front_within"
    assert reason(dataset) == "front alone compared: released at several places"
    one = run(river())
    early = hours(one, "jobson_earliest_arrival")
    assert hours(dataset, "jobson_earliest_arrival") == pytest.approx(early)


def test_a_run_that_ends_too_soon_is_not_judged() -> None:
    assert outcome(run(river(days=0.6))) == "not_compared"
    falling = run(river(days=0.75))
    assert outcome(falling) == "front_within"
    assert reason(falling) == "front alone compared: the run does not show one whole hump"


def test_a_station_that_nothing_reaches_is_left_alone() -> None:
    data = river(releases=[cases.slug("b")])
    data["station"].append({"name": "above", "at": cases.at("up", 5e3)})
    dataset = run(data)
    assert outcome(dataset, 1) == "nothing_passes"
    assert np.isnat(dataset["jobson_earliest_arrival"].values[1, 0])
    assert np.isnan(dataset["jobson_unit_peak"].values[1, 0])
    assert outcome(dataset, 0) == "within"


def test_below_a_tank_the_peak_is_not_compared() -> None:
    folder = Path(__file__).parent / "gallery" / "tank"
    dataset = spillsim.run(folder)
    assert outcome(dataset) == "not_compared"
    assert reason(dataset) == "not compared: a tank lies on the way"


def test_flow_that_changes_and_grains_are_not_judged_by_their_peak() -> None:
    gallery = Path(__file__).parent / "gallery"
    assert reason(spillsim.run(gallery / "flood_table")).endswith("the flow changes")
    solids = spillsim.run(gallery / "solids")
    settling = np.flatnonzero(solids["constituent_kind"].values == "solids")
    told = solids["jobson_reason"].values[:, settling].ravel()
    assert set(told) <= {"not compared: it settles or sorbs", ""}


# --- files, words, cost --------------------------------------------------------------------------


def test_the_check_can_be_made_again_from_a_file_and_is_left_out_of_old_ones(
    plain: xr.Dataset, tmp_path: Path
) -> None:
    path = results.write(plain, tmp_path / "run.nc")
    with spillsim.open(path) as file:
        again = analysis.jobson_check(file)
        assert again["jobson_check"].values.tolist() == plain["jobson_check"].values.tolist()
        assert float(again["jobson_unit_peak"].values[0, 0]) == pytest.approx(
            float(plain["jobson_unit_peak"].values[0, 0]), rel=1e-6
        )
        names = [name for name in file.variables if "jobson" in str(name)]
        old = file.drop_vars([*names, "unit_peak_concentration", "leading_edge_time"])
        assert len(analysis.jobson_check(old)) == 0
        told = analysis.add_metrics(old)
        assert analysis.flags(told) == []
        assert analysis.station_table(told)


def test_the_terminal_has_a_line_for_each_kind_of_doubt(
    plain: xr.Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_checks(Console(), plain)
    assert capsys.readouterr().out == ""
    data = river(dispersion=0.45, interval=60.0)
    data["station"].append({"name": "farther", "at": cases.at("down", 20e3)})
    tell_checks(Console(), run(data))
    out = capsys.readouterr().out
    assert out.startswith("doubtful  tracer at station 0 (and at 1 more): peak ")
    assert "(Jobson 1996)" in " ".join(out.split())


def test_many_places_and_substances_are_each_held_against_their_own() -> None:
    data = river()
    data["station"] = [
        {"name": f"s{k}", "at": cases.at("down", 10e3 + 500.0 * k)} for k in range(20)
    ]
    names = [f"n{k}" for k in range(5)]
    data["substance"] = [{"name": name} for name in names]
    data["release"] = [{**cases.slug("a"), "substance": name} for name in names]
    dataset = run(data)
    assert dataset["jobson_check"].shape == (20, 5)
    alone = data | {"substance": [{"name": "n0"}], "release": data["release"][:1]}
    for name in ("jobson_check", "jobson_unit_peak", "unit_peak_concentration"):
        same = np.repeat(run(alone)[name].values, 5, axis=1)
        np.testing.assert_allclose(dataset[name].values, same, rtol=1e-9)
