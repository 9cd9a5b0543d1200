"""A file is written whole or not at all, and what is no result is refused with clear words."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic_run as synthetic
import xarray as xr

from spillsim import analysis, results
from spillsim.errors import OutputError


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    plain = results.to_dataset(synthetic.model(), synthetic.run(fields=5))
    return analysis.add_metrics(plain)


def break_off(failure: BaseException) -> Any:
    """Return a stand-in for writing that fails after it has written some bytes."""

    def fill(dataset: xr.Dataset, path: Any) -> None:
        Path(path).write_bytes(b"half a file")
        raise failure

    return fill


def test_round_trip(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = results.write(dataset, tmp_path / "run.nc")
    with results.open(path) as back:
        assert set(back.variables) == set(dataset.variables)
        assert back.attrs == dataset.attrs
        for name, variable in dataset.variables.items():
            kept = back[name].values
            assert back[name].dims == variable.dims
            if variable.dtype.kind == "f":
                exact = kept.dtype == np.float64
                np.testing.assert_allclose(kept, variable.values, rtol=1e-15 if exact else 1e-7,
                                           atol=0 if exact else 1e-30)  # fmt: skip
            elif variable.dtype.kind == "M":
                apart = np.abs((kept - variable.values) / np.timedelta64(1, "us"))
                assert np.array_equal(np.isnat(kept), np.isnat(variable.values))
                assert not np.any(apart >= 1.0)  # seconds since 1970 in double precision
            else:
                np.testing.assert_array_equal(kept, variable.values)
        assert back["mass_released"].dtype == np.float64
        assert back["concentration"].dtype == np.float32
        assert back["concentration"].encoding["zlib"]
        assert back["concentration"].encoding["shuffle"]


def test_metrics_of_the_file_are_those_of_the_run(dataset: xr.Dataset, tmp_path: Path) -> None:
    with results.open(results.write(dataset, tmp_path / "run.nc")) as back:
        again = analysis.add_metrics(back)
        drift = (again["arrival_time"] - dataset["arrival_time"]).values / np.timedelta64(1, "s")
        assert np.abs(drift).max() < 0.1


def test_plain_xarray_decodes(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = results.write(dataset, tmp_path / "run.nc")
    with xr.open_dataset(path) as plain:
        curve = plain["concentration"].sel(station="RO–HU Csenger", substance="cyanide")
        assert curve["time"].dtype.kind == "M"
        assert plain["arrival_time"].dtype.kind == "M"
        assert plain["passage_duration"].dtype.kind == "f"  # h as numbers, not as time spans


def test_existing_file_is_replaced_only_by_a_whole_one(
    dataset: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = results.write(dataset, tmp_path / "run.nc")
    before = path.read_bytes()
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr("spillsim.results.files._write_netcdf", break_off(full))
        with pytest.raises(OutputError, match="disk is full"):
            results.write(dataset, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["run.nc"]
    results.write(dataset.isel(station=[0]), path)
    with results.open(path) as back:
        assert back.sizes["station"] == 1


def test_interrupt_leaves_nothing_and_goes_on(
    dataset: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spillsim.results.files._write_netcdf", break_off(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        results.write(dataset, tmp_path / "run.nc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "no permission"),
        (OSError(errno.EROFS, "Read-only file system"), "no permission"),
        (RuntimeError("NetCDF: HDF error"), "NetCDF: HDF error"),
    ],
)
def test_failures_are_told_in_words(
    dataset: xr.Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    words: str,
) -> None:
    monkeypatch.setattr("spillsim.results.files._write_netcdf", break_off(failure))
    with pytest.raises(OutputError, match=words):
        results.write(dataset, tmp_path / "run.nc")
    assert list(tmp_path.iterdir()) == []


def test_failure_when_the_data_is_forced_out(
    dataset: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", no_room)
    with pytest.raises(OutputError, match="disk is full"):
        results.write(dataset, tmp_path / "run.nc")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_takes_no_file_is_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        results.write(dataset, tmp_path)
    with pytest.raises(OutputError, match="there is no folder"):
        results.write(dataset, tmp_path / "nowhere" / "run.nc")


def test_a_read_only_folder_is_refused(dataset: xr.Dataset) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o555)
        superuser = os.geteuid() == 0
        if superuser:  # who may write everywhere; go on as nobody
            os.seteuid(65534)
        try:
            with pytest.raises(OutputError, match="no permission"):
                results.write(dataset, folder / "run.nc")
        finally:
            if superuser:
                os.seteuid(0)
            folder.chmod(0o700)
        assert list(folder.iterdir()) == []


def test_what_is_no_result_is_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no file"):
        results.open(tmp_path / "absent.nc")
    with pytest.raises(OutputError, match="is a folder"):
        results.open(tmp_path)
    text = tmp_path / "text.nc"
    text.write_text("not netCDF")
    with pytest.raises(OutputError, match="not a netCDF file"):
        results.open(text)
    (tmp_path / "empty.nc").touch()
    with pytest.raises(OutputError, match="not a netCDF file"):
        results.open(tmp_path / "empty.nc")
    xr.Dataset({"a": 1}).to_netcdf(tmp_path / "other.nc")
    with pytest.raises(OutputError, match="no spillsim result"):
        results.open(tmp_path / "other.nc")
    newer = dataset.assign_attrs(spillsim_format=99)
    with pytest.raises(OutputError, match="format 99"):
        results.open(results.write(newer, tmp_path / "newer.nc"))
    less = dataset.drop_vars("cumulative_mass")
    with pytest.raises(OutputError, match="lacks cumulative_mass"):
        results.open(results.write(less, tmp_path / "less.nc"))


def test_a_cut_file_is_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = results.write(dataset, tmp_path / "run.nc")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(OutputError, match="not a netCDF file"):
        results.open(path)


def test_nothing_has_passed_at_the_end(dataset: xr.Dataset, tmp_path: Path) -> None:
    """xarray alone fails where a date is missing at every station."""
    dataset = dataset.assign(end_time=xr.full_like(dataset["end_time"], np.datetime64("NaT")))
    with results.open(results.write(dataset, tmp_path / "run.nc")) as back:
        assert np.isnat(back["end_time"].values).all()
        assert back["end_time"].encoding["units"] == back["peak_time"].encoding["units"]
