"""Hydrographs from gauges: dates, stages, gaps, and files that are no tables."""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flow_files import write_hecras, write_netcdf

import spillsim
from spillsim import scenario
from spillsim.errors import Fault, ScenarioError
from spillsim.scenario import Scenario
from spillsim.scenario.time_series import Points, fill_gaps, find_gaps

GALLERY = Path(__file__).parent / "gallery"
HOUR = 3600.0
NAN = float("nan")


def case(*hydrographs: dict[str, Any], folder: Path | None = None, **more: Any) -> Scenario:
    """A river of one reach, 10 h from midnight; the inflow at its head changes."""
    own = {"hydraulics": "velocity", "velocity": "0.5 m/s", "width": "50 m", "slope": 0.0005}
    data = {
        "spillsim": 1,
        "case": {
            "title": "gauge",
            "start": datetime(2024, 4, 1, tzinfo=UTC),
            "duration": "10 h",
        },
        "network": {
            "nodes": [{"id": "a"}, {"id": "b"}],
            "reaches": [{"id": "ab", "from": "a", "to": "b", "length": "10 km", **own}],
        },
        "flow": {"kind": "inflows", "table": [{"node": "a", "inflow": "20 m3/s"}]},
        "dispersion": {"kind": "value", "value": "20 m2/s"},
        "substance": [{"name": "tracer"}],
        "release": [{"kind": "slug", "at": {"node": "a"}, "substance": "tracer", "mass": "1 kg"}],
        "hydrograph": [{"at": {"node": "a"}, **one} for one in hydrographs],
        **more,
    }
    return scenario.parse(data, folder)


def rows(hours: Any, values: Any, name: str = "discharge [m3/s]") -> list[dict[str, float]]:
    return [{"time [h]": hour, name: value} for hour, value in zip(hours, values, strict=True)]


def faults_of(*hydrographs: dict[str, Any], **more: Any) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as caught:
        case(*hydrographs, **more)
    return caught.value.faults


# --- tables ------------------------------------------------------------------------------------


def test_a_record_of_stages_becomes_discharges() -> None:
    found = scenario.load(GALLERY / "stage_record")
    (series,) = found.hydrographs
    hours = [0, 1, 2, 3, 4, 6, 7, 9, 10, 11, 12]
    np.testing.assert_allclose(series.time, np.array(hours) * HOUR)
    stage = [0.8, 0.8, 1.0, 1.3, 1.6, 1.7, 1.5, 1.3, 1.1, 0.9, 0.8]
    expected = np.interp(stage, [0.5, 0.8, 1.2, 2.0], [10, 30, 70, 200])
    np.testing.assert_allclose(series.discharge, expected, rtol=1e-12)
    (notice,) = found.notices
    assert notice.subject == "hydrograph[0]"
    assert notice.message == (
        "2 gaps of 4 h in all are filled with a straight line; the longest, 2 h, begins at "
        "2024-03-31T23:00Z"
    )


def test_dates_with_any_offset_count_from_the_start() -> None:
    table = [
        {"date": "2024-04-01T05:00+05:00", "discharge": "20 m3/s"},
        {"date": datetime(2024, 4, 1, 6, tzinfo=UTC), "discharge": "30 m3/s"},
        {"date": "2024-04-01T12:30:00Z", "discharge": "25 m3/s"},
    ]
    (series,) = case({"table": table}).hydrographs
    assert series.time == (0.0, 6 * HOUR, 12.5 * HOUR)


@pytest.mark.parametrize(
    ("table", "part"),
    [
        ([{"date": "2024-04-01T05:00", "discharge": "1 m3/s"}], "has no offset from UTC"),
        ([{"date": "1 April", "discharge": "1 m3/s"}], '"1 April" is not a date'),
        ([{"discharge": "1 m3/s"}], "needs a column time or a column date; it has neither"),
        (
            [{"date": "2024-04-01T05:00Z", "time": "0 h", "discharge": "1 m3/s"}],
            "needs a column time or a column date; it has date, time",
        ),
        ([{"time": "0 h"}], "needs a column discharge or a column stage; it has neither"),
        (rows([0, 1], [1, 2], "stage [m]"), "is missing: the table gives the stage"),
        (rows([0, 2, 1], [1, 2, 3]), "time must rise"),
        (rows([20, 30], [1, 2]), "which has nothing in common with the run of 10 h"),
    ],
)
def test_faults_of_tables(table: Any, part: str) -> None:
    assert any(part in fault.message for fault in faults_of({"table": table}))


def test_a_rating_is_not_extrapolated() -> None:
    rating = rows([0.5, 1.0], [10, 20], "discharge [m3/s]")
    rating = [{"stage [m]": row["time [h]"], **row} for row in rating]
    for row in rating:
        del row["time [h]"]
    stages = rows(range(30), [0.7] * 4 + [1.2] * 26, "stage [m]")
    found = faults_of({"table": stages, "rating": rating})
    assert len(found) == 21
    assert found[0].message == "stage 1.2 m lies outside the rating, 0.5 to 1 m"
    assert found[0].where == "hydrograph[0].table[4]"
    assert found[-1].message == "and 6 more stages outside the rating"
    falling = [{"stage [m]": 0.5, "discharge [m3/s]": 20}, {"stage [m]": 1, "discharge [m3/s]": 10}]
    (fault,) = faults_of({"table": rows([0, 1], [0.6, 0.7], "stage [m]"), "rating": falling})
    assert fault.message == "must not fall while the stage rises"
    (fault,) = faults_of({"table": rows([0, 1], [1, 2]), "rating": rating})
    assert fault.message == "has no use: the table gives the discharge"


# --- gaps --------------------------------------------------------------------------------------


def series(hours: Any, values: Any) -> Points:
    return Points(np.array(hours) * HOUR, np.array(values, dtype=float), "discharge", False)


def test_gaps_are_empty_values_and_stamps_that_a_regular_series_lacks() -> None:
    hours = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11]
    values = [NAN, 1, 2, NAN, NAN, 5, 6, 7, 8, NAN]
    found = [(g.begin / HOUR, g.end / HOUR, g.empty) for g in find_gaps(series(hours, values))]
    assert found == [(0, 1, 1), (2, 7, 2), (10, 11, 1)]
    found = [(g.begin / HOUR, g.end / HOUR, g.empty) for g in find_gaps(series(hours, range(10)))]
    assert found == [(4, 7, 0)]
    # a hydrograph by its turning points is not regular, and a step half as long again no gap
    assert find_gaps(series([0, 6, 7, 12, 30, 31, 48], range(7))) == []
    assert find_gaps(series([0, 1, 2, 3, 4, 5.5, 6.5, 7.5], range(8))) == []


def test_gaps_are_refused_one_by_one() -> None:
    hours = [hour for hour in range(151) if hour % 6 != 3]
    (first, *_, last) = found = faults_of({"table": rows(hours, [1.0] * len(hours))})
    assert len(found) == 21
    assert first.message == "there is no discharge from 2 h to 4 h, 2 h (rows are missing)"
    assert first.where == "hydrograph[0].table[3]"
    assert "gaps" in first.hint
    assert last.message == "and 5 more gaps"


def test_gaps_are_filled_as_asked_for() -> None:
    points = series([0, 1, 2, 3, 4, 5, 6, 7], [NAN, 10, NAN, NAN, 40, 50, 60, NAN])
    gaps = find_gaps(points)
    straight = fill_gaps(points, gaps, "linear")
    np.testing.assert_allclose(straight.time, np.array([1, 4, 5, 6]) * HOUR)
    held = fill_gaps(points, gaps, "hold")
    np.testing.assert_allclose(held.time, [HOUR, 4 * HOUR - 1, 4 * HOUR, 5 * HOUR, 6 * HOUR])
    np.testing.assert_allclose(held.value, [10, 10, 40, 50, 60])


# --- netCDF ------------------------------------------------------------------------------------


def test_a_hydrograph_from_netcdf(tmp_path: Path) -> None:
    path = write_netcdf(tmp_path / "q.nc", range(12), [[20 + h, 1] for h in range(12)])
    source = {"file": "q.nc", "variable": "streamflow", "station": "up"}
    found = case({"netcdf": source}, folder=tmp_path)
    np.testing.assert_allclose(found.hydrographs[0].discharge, 20.0 + np.arange(12), rtol=1e-12)
    (file,) = [file for file in found.files if file.name == "q.nc"]
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file.text == ""


@pytest.mark.parametrize(
    ("change", "part", "where"),
    [
        ({"station": "dawn"}, '"q.nc": has no place dawn', "hydrograph[0].netcdf"),
        ({"file": "p.nc"}, 'there is no file "p.nc"', "hydrograph[0].netcdf.file"),
        ({"file": "../../q.nc"}, "outside the case folder", "hydrograph[0].netcdf.file"),
        ({"station": "off"}, "there is no discharge at any time", "hydrograph[0].netcdf"),
        ({"variables": "x"}, "there is no such key", "hydrograph[0].netcdf.variables"),
        (
            {"station": "down"},
            "from 2024-04-01T01:00Z to 2024-04-01T03:00Z, 2 h (1 row without a value)",
            "hydrograph[0].netcdf",
        ),
    ],
)
def test_faults_of_netcdf(tmp_path: Path, change: dict[str, str], part: str, where: str) -> None:
    values = [[20, 1, NAN], [20, 1, NAN], [20, NAN, NAN], [20, 1, NAN]]
    write_netcdf(tmp_path / "q.nc", range(4), values, ["up", "down", "off"])
    source = {"file": "q.nc", "variable": "streamflow", "station": "up", **change}
    found = faults_of({"netcdf": source}, folder=tmp_path)
    assert [f.where for f in found if part in f.message] == [where], found


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({}, "neither a table nor a netcdf file"),
        (
            {"table": [], "netcdf": {"file": "q.nc", "variable": "q"}},
            "both a table and a netcdf file",
        ),
    ],
)
def test_one_source_is_needed(keys: dict[str, Any], part: str) -> None:
    assert any(part in fault.message for fault in faults_of(keys))


def test_flow_of_every_reach_from_netcdf(tmp_path: Path) -> None:
    hours = np.arange(-30, 12)
    values = np.stack([20.0 + 0.1 * hours, 21.0 + 0.1 * hours], axis=1)
    path = write_netcdf(tmp_path / "q.nc", hours, values, ["ab", "cd"], area=40.0 + 0 * values)
    table = {"file": "q.nc", "discharge": "streamflow", "area": "wet_area"}
    found = case(folder=tmp_path, flow={"kind": "table", "netcdf": table}, hydrograph=[])
    (flow,) = found.flow.series  # type: ignore[union-attr]
    # of the times before the run one is enough
    np.testing.assert_allclose(flow.time, np.arange(0, 11) * HOUR)
    np.testing.assert_allclose(flow.discharge, 20.0 + 0.1 * np.arange(11), rtol=1e-12)
    assert flow.discharge_foot == flow.discharge
    assert set(flow.cross_section_area) == {40.0}
    result = spillsim.run(found)
    assert json.loads(result.attrs["input_sha256"])["q.nc"] == (
        hashlib.sha256(path.read_bytes()).hexdigest()
    )
    gone = {"kind": "table", "netcdf": {**table, "file": "late.nc"}}
    write_netcdf(tmp_path / "late.nc", [20, 21], [[1, 1]] * 2, ["ab", "cd"], area=[[1, 1]] * 2)
    (fault,) = faults_of(folder=tmp_path, flow=gone, hydrograph=[])
    assert "nothing in common with the run" in fault.message
    (fault,) = faults_of(folder=tmp_path, flow={"kind": "table"}, hydrograph=[])
    assert fault.message == "needs one of table, netcdf, hecras; it has none of them"


def test_gaps_of_a_flow_file(tmp_path: Path) -> None:
    values = [[20.0]] * 5 + [[NAN]] + [[26.0]] * 6
    write_netcdf(tmp_path / "q.nc", range(12), values, ["ab"])
    flow = {"kind": "table", "netcdf": {"file": "q.nc", "discharge": "streamflow"}}
    (fault,) = faults_of(folder=tmp_path, flow=flow, hydrograph=[])
    assert fault.message.startswith('reach "ab": there is no flow from 2024-04-01T04:00Z to')
    found = case(folder=tmp_path, flow={**flow, "gaps": "linear"}, hydrograph=[])
    assert len(found.flow.series[0].time) == 10  # type: ignore[union-attr]
    assert "1 gaps, the longest of 2 h" in found.notices[-1].message


# --- HEC-RAS -----------------------------------------------------------------------------------

SECTIONS = ["White/Muncie/300", "White/Muncie/200", "White/Muncie/0", "White/Lower/9"]


def hecras(folder: Path, **reach: Any) -> dict[str, Any]:
    """Eleven hours from midnight at +05:00, 19:00 of the day before in UTC."""
    stamps = [f"01APR2024 {hour:02d}:00:00" for hour in range(24)]
    flow = np.arange(24)[:, None] + [[20, 21, 23, 30]]
    area = np.full((24, 4), 1.0) * [[40, 60, 30, 99]]
    write_hecras(folder / "x.p01.hdf", stamps, SECTIONS, flow, area=area, system="SI Units",
                 lengths=[100, 200, 0, 0])  # fmt: skip
    own = {"section_head": SECTIONS[0], "section_foot": SECTIONS[2], **reach}
    row = {"id": "ab", "from": "a", "to": "b", "length": "10 km", "width": "50 m", "slope": 0.0005}
    return {
        "network": {"nodes": [{"id": "a"}, {"id": "b"}], "reaches": [{**row, **own}]},
        "flow": {"kind": "table", "hecras": {"file": "x.p01.hdf", "utc_offset": "+05:00"}},
        "hydrograph": [],
        "folder": folder,
    }


def test_flow_of_every_reach_from_hecras(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    found = case(**hecras(tmp_path))
    (flow,) = found.flow.series  # type: ignore[union-attr]
    np.testing.assert_allclose(flow.time, np.arange(11) * HOUR)
    np.testing.assert_allclose(flow.discharge, 25.0 + np.arange(11))
    np.testing.assert_allclose(flow.discharge_foot, 28.0 + np.arange(11))
    # 100 m between 40 and 60 m2, 200 m between 60 and 30
    np.testing.assert_allclose(flow.cross_section_area, (50 * 100 + 45 * 200) / 300, rtol=1e-6)
    assert found.notices[0].message == "areas are those of HEC-RAS (Flow Area)"
    assert float(spillsim.run(found)["mass_past_outlet"].max()) > 0.5


@pytest.mark.parametrize(
    ("reach", "part"),
    [
        ({"section_foot": None}, "is needed to find the reach in the results of HEC-RAS"),
        ({"section_foot": "White/Muncie/1"}, "there is no cross-section"),
        ({"section_foot": SECTIONS[3]}, "not downstream of"),
        ({"section_foot": SECTIONS[0]}, "not downstream of"),
    ],
)
def test_faults_of_cross_sections(tmp_path: Path, reach: dict[str, Any], part: str) -> None:
    pytest.importorskip("h5py")
    (fault,) = faults_of(**hecras(tmp_path, **reach))
    assert part in fault.message
    assert fault.where == "network.reaches[0].section_foot"


def test_the_clock_of_hecras_needs_an_offset(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    given = hecras(tmp_path)
    given["flow"]["hecras"]["utc_offset"] = "5 h"
    (fault,) = faults_of(**given)
    assert fault.where == "flow.hecras.utc_offset"
    assert "an offset from UTC is needed" in fault.message
    del given["flow"]["hecras"]["utc_offset"]  # then the clock is that of case.start
    assert case(**given).flow.series[0].discharge[0] == 20.0  # type: ignore[union-attr]


def test_the_gallery_case_is_told_in_the_result() -> None:
    data = tomllib.loads((GALLERY / "stage_record/scenario.toml").read_text("utf-8"))
    data["case"]["duration"] = "6 h"
    data["hydrograph"][0]["gaps"] = "hold"
    found = scenario.parse(data, GALLERY / "stage_record")
    assert "filled with the value before" in found.notices[0].message
    model = spillsim.assemble(found)
    assert found.notices[0] in model.notices
