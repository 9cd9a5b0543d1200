"""Time series from netCDF and from results of HEC-RAS: exact values, and files that are neither."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
from flow_files import BASE, write_hecras, write_netcdf

from spillsim.flowfiles import FlowFileError, read_hecras, read_netcdf
from spillsim.flowfiles.hecras import read_stamp

START = datetime(2024, 4, 1, tzinfo=UTC).timestamp()
FLOW = {"discharge": ("streamflow", "discharge")}
NAN = float("nan")


# --- netCDF ------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
def test_values_are_unpacked_converted_and_missing_ones_told_apart(
    tmp_path: Path, turned: bool
) -> None:
    values = [[1000.0, 2000.0], [1500.0, NAN], [1250.5, 2500.0]]
    path = write_netcdf(tmp_path / "q.nc", [0, 1, 2.5], values, units="L s-1", turned=turned)
    found = read_netcdf(path, FLOW, wanted=["down", "up"])
    assert found.names == ("down", "up")
    np.testing.assert_allclose(found.time - START, [0.0, 3600.0, 9000.0])
    np.testing.assert_allclose(found.column("up", "discharge"), [1.0, 1.5, 1.2505], rtol=1e-12)
    np.testing.assert_allclose(found.column("down", "discharge"), [2.0, NAN, 2.5], rtol=1e-12)


def test_the_offset_and_unit_of_time_count(tmp_path: Path) -> None:
    path = write_netcdf(
        tmp_path / "q.nc", [0, 60], [[1], [2]], ["a"], clock="minutes since 2024-04-01 05:00 +05:00"
    )
    found = read_netcdf(path, FLOW)
    np.testing.assert_allclose(found.time - START, [0.0, 3600.0])
    assert found.names == ("a",)


def test_several_quantities_and_ids_by_name(tmp_path: Path) -> None:
    path = write_netcdf(
        tmp_path / "q.nc", [0, 1], [[1, 2], [3, 4]], area=[[5, 6], [7, 8]], role=False
    )
    quantities = {**FLOW, "area": ("wet_area", "area")}
    with pytest.raises(FlowFileError, match=r'nothing names the places .* "station"') as caught:
        read_netcdf(path, quantities, wanted=["up"])
    assert "gauge" in caught.value.hint
    found = read_netcdf(path, quantities, ids="gauge", wanted=["down"])
    np.testing.assert_allclose(found.values["area"], [[6.0], [8.0]])


def test_ids_as_letters_and_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "q.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 1), ("reach", 2), ("letters", 5)):
            file.createDimension(name, size)
        time = file.createVariable("time", "i4", ("time",))
        time.units = "days since 2024-04-01"
        time[:] = [0]
        file.createVariable("reach", "i8", ("reach",))[:] = [71, 72]
        name = file.createVariable("label", "S1", ("reach", "letters"))
        name[:] = netCDF4.stringtochar(np.array([b"Ob", b"Irtys"], dtype="S5"))
        flow = file.createVariable("q", "f8", ("reach", "time"))
        flow.units = "m3/s"
        flow[:] = [[1.0], [2.0]]
    q = {"discharge": ("q", "discharge")}
    assert read_netcdf(path, q, wanted=["72"]).values["discharge"].tolist() == [[2.0]]
    assert read_netcdf(path, q, "label", ["Irtys"]).values["discharge"].tolist() == [[2.0]]


@pytest.mark.parametrize(
    ("write", "read", "part"),
    [
        ({}, {"wanted": ["dawn"]}, "has no place dawn"),
        ({}, {}, "has 2 places: up, down"),
        ({}, {"ids": "gauges", "wanted": ["up"]}, 'no variable "gauges"'),
        ({"units": "mm"}, {"wanted": ["up"]}, '"streamflow": a discharge is needed'),
        ({"calendar": "360_day"}, {"wanted": ["up"]}, "calendar is 360_day"),
        ({"clock": "hours"}, {"wanted": ["up"]}, "has no dimension of time"),
        ({"clock": "fortnights since 2024-04-01"}, {"wanted": ["up"]}, "cannot be read as netCDF"),
        ({"hours": [1, 0]}, {"wanted": ["up"]}, "time 2 is not after"),
    ],
)
def test_faults_of_netcdf(
    tmp_path: Path, write: dict[str, Any], read: dict[str, Any], part: str
) -> None:
    hours = write.get("hours", [0, 1])
    more = {k: v for k, v in write.items() if k != "hours"}
    path = write_netcdf(tmp_path / "q.nc", hours, [[1, 2], [3, 4]], **more)
    with pytest.raises(FlowFileError, match=part):
        read_netcdf(path, FLOW, **read)


def test_files_that_are_no_netcdf(tmp_path: Path) -> None:
    whole = write_netcdf(tmp_path / "q.nc", [0, 1], [[1, 2], [3, 4]]).read_bytes()
    for name, content in (("text", b"time,q\n"), ("empty", b""), ("cut", whole[: len(whole) // 2])):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(FlowFileError, match="cannot be read as netCDF"):
            read_netcdf(path, FLOW, wanted=["up"])


# --- HEC-RAS -----------------------------------------------------------------------------------

STAMPS = ["02JAN2020 00:00:00", "02Jan2020 23:30:00", "02JAN2020 24:00:00"]
NAMES = ["White/Muncie/200", "White/Muncie/100", "White/Muncie/0"]
CFS = [[1000, 900, 800], [1100, 1000, 900], [1200, 1100, 1000]]


def test_us_customary_units_become_si(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    path = write_hecras(
        tmp_path / "x.p01.hdf", STAMPS, NAMES, CFS, area=np.full((3, 3), 500.0),
        lengths=[100, 300, 0],
    )  # fmt: skip
    found = read_hecras(path)
    assert found.names == tuple(NAMES)
    start = datetime(2020, 1, 2, tzinfo=UTC).timestamp()
    np.testing.assert_allclose(found.clock - start, [0.0, 84600.0, 86400.0])
    np.testing.assert_allclose(found.discharge, np.array(CFS) * 0.028316846592, rtol=1e-9)
    assert found.area is not None
    np.testing.assert_allclose(found.area, 46.4515200, rtol=1e-6)
    np.testing.assert_allclose(found.length, [30.48, 91.44, 0.0], rtol=1e-6)
    assert found.area_from == "Flow Area"


def test_si_units_stay_and_areas_follow_from_velocities(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    speed = [[2.0, 0.0, -0.5]] * 3
    path = write_hecras(tmp_path / "x.hdf", STAMPS, NAMES, [[10, 9, -8]] * 3, velocity=speed,
                        system="SI Units")  # fmt: skip
    found = read_hecras(path)
    assert found.area is not None
    np.testing.assert_allclose(found.area, [[5.0, NAN, 16.0]] * 3)
    assert np.isnan(found.length).all()
    bare = write_hecras(tmp_path / "y.hdf", STAMPS, NAMES, CFS, system="SI Units")
    assert read_hecras(bare).area is None


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("31DEC2019 24:00:00", 0.0),
        ("01Jan2020 06:30:00:500", 6.5 + 0.5 / 3600),
        ("01JAN2020 0600", 6),
    ],
)
def test_time_stamps(text: str, hour: float) -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
    assert read_stamp(text) - start == pytest.approx(3600.0 * hour, abs=1e-6)


@pytest.mark.parametrize(
    ("edit", "part"),
    [
        ({"system": ""}, "does not say whether it is in US customary or SI"),
        ({"stamps": STAMPS[:2]}, "3 cross-sections and 2 times, but Flow has the shape"),
        ({"stamps": ["02FOO2020 00:00:00", *STAMPS[1:]]}, 'the time "02FOO2020 00:00:00" cannot'),
        ({"stamps": STAMPS[::-1]}, "time 2 is not after"),
    ],
)
def test_faults_of_hecras(tmp_path: Path, edit: dict[str, Any], part: str) -> None:
    pytest.importorskip("h5py")
    stamps, system = edit.get("stamps", STAMPS), edit.get("system", "SI Units")
    path = write_hecras(tmp_path / "x.hdf", stamps, NAMES, CFS, system=system)
    with pytest.raises(FlowFileError, match=part):
        read_hecras(path)


def test_files_that_are_no_results(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    whole = write_hecras(tmp_path / "x.hdf", STAMPS, NAMES, CFS).read_bytes()
    for name, content in (("text", b"time,q\n"), ("empty", b""), ("cut", whole[: len(whole) // 2])):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(FlowFileError, match="cannot be read as a result of HEC-RAS"):
            read_hecras(path)
    with h5py.File(tmp_path / "bare.hdf", "w") as file:
        file.attrs["Units System"] = "SI Units"
    with pytest.raises(FlowFileError, match="has no unsteady results"):
        read_hecras(tmp_path / "bare.hdf")


def test_data_of_another_file_are_not_read(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = write_hecras(tmp_path / "x.hdf", STAMPS, NAMES, CFS)
    with h5py.File(path, "a") as file:
        flow = f"{BASE}/Cross Sections/Flow"
        del file[flow]
        file[flow] = h5py.ExternalLink("other.hdf", "/secret")
    with pytest.raises(FlowFileError, match="is a link"):
        read_hecras(path)


def test_a_result_of_hecras_is_not_given_to_the_netcdf_library(tmp_path: Path) -> None:
    pytest.importorskip("h5py")  # its tables of text make that library write where it must not
    path = write_hecras(tmp_path / "x.p01.hdf", STAMPS, NAMES, CFS)
    with pytest.raises(FlowFileError, match="is a result of HEC-RAS"):
        read_netcdf(path, FLOW)


def test_h5py_is_asked_for_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(FlowFileError, match="needs h5py") as caught:
        read_hecras(tmp_path / "x.hdf")
    assert "spillsim[hecras]" in caught.value.hint
