"""The dataset holds what the run found, in the user's units, with names and origin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pytest
import synthetic_run as synthetic
import xarray as xr

from spillsim import analysis, results
from spillsim.errors import OutputError
from spillsim.results import Extent, estimate_memory, estimate_size
from spillsim.results.mesh import connect


@pytest.fixture
def dataset() -> xr.Dataset:
    return results.to_dataset(synthetic.model(), synthetic.run(fields=11))


def test_curves_are_in_mg_per_litre_and_selected_by_name(dataset: xr.Dataset) -> None:
    curve = dataset["concentration"].sel(station="RO–HU Csenger", substance="cyanide")
    assert curve.dims == ("time",)
    assert float(curve.max()) == pytest.approx(12.0)  # 12e-3 kg/m3
    assert curve.attrs["units"] == "mg L-1"


def test_time_is_utc(dataset: xr.Dataset) -> None:
    # 22:00 at +02:00 is 20:00 UTC
    assert dataset["time"].values[0] == np.datetime64("2000-01-30T20:00:00")
    assert dataset.attrs["case_start"] == "2000-01-30T22:00:00+02:00"
    assert dataset.attrs["first_release"] == "2000-01-31T00:00:00+02:00"


def test_three_lines_plot(dataset: xr.Dataset) -> None:
    lines = dataset["concentration"].sel(station="Mid", substance="copper").plot()
    assert len(lines) == 1
    assert lines[0].get_ydata().max() == pytest.approx(4.0)
    assert "mg" in lines[0].axes.get_ylabel()


def test_spans_and_lengths_have_the_units_of_their_attributes(dataset: xr.Dataset) -> None:
    border = dataset.sel(station="RO–HU Csenger")
    assert float(border["distance"]) == pytest.approx(100.0)  # km
    assert float(border["travel_time"]) == pytest.approx(100e3 / 0.8 / 3600)  # h
    assert (str(border["from_country"].values), str(border["to_country"].values)) == ("RO", "HU")


def test_estimates_are_told_from_given_values(dataset: xr.Dataset) -> None:
    assert dataset["reach_velocity_estimated"].values.tolist() == [1, 0, 0, 1]
    assert dataset["reach_velocity_method"].values.tolist()[0] == "manning"


def test_limits_are_listed_with_their_substance(dataset: xr.Dataset) -> None:
    assert dataset["limit_name"].values.tolist() == ["drinking", "fish"]
    assert dataset["limit_substance"].values.tolist() == ["cyanide", "cyanide"]
    np.testing.assert_allclose(dataset["limit_value"], [0.05, 2.0])


def test_no_limits_no_limit_dimension() -> None:
    model = synthetic.model(1)
    model.scenario.substances[0].limits = ()
    dataset = results.to_dataset(model, synthetic.run(1))
    assert "limit" not in dataset.dims
    assert "time_above_limit" not in analysis.add_metrics(dataset)


def test_provenance_is_json(dataset: xr.Dataset) -> None:
    assert json.loads(dataset.attrs["input_sha256"]) == {"scenario.toml": "0" * 64}
    assert json.loads(dataset.attrs["settings"])["time_step"] == 900.0
    assert json.loads(dataset.attrs["run_profile"])["cell_steps"] == 60_000
    assert json.loads(dataset.attrs["notices"])[0]["subject"] == "gauge mid"
    assert dataset.attrs["scenario_text"].startswith("spillsim = 1")


def test_without_coordinates_no_map_and_a_notice() -> None:
    dataset = results.to_dataset(synthetic.model(coordinates=False), synthetic.run())
    assert "mesh_edge_nodes" not in dataset
    assert "longitude" not in dataset.coords
    assert "peak_concentration_profile" in dataset
    assert "map" in [notice["subject"] for notice in json.loads(dataset.attrs["notices"])]
    with pytest.raises(OutputError, match="no map"):
        results.map_dataset(dataset)


def test_cells_lie_on_the_line_between_the_nodes(dataset: xr.Dataset) -> None:
    # 16 cells of 2.5 km make the first reach of 40 km from (23.0, 47.6) to (22.5, 47.7)
    np.testing.assert_allclose(dataset["mesh_edge_longitude"][7], 23.0 - 0.5 * 7.5 / 16)
    np.testing.assert_allclose(dataset["mesh_edge_latitude"][7], 47.6 + 0.1 * 7.5 / 16)
    np.testing.assert_allclose(dataset["mesh_edge_distance"], np.arange(60) * 2.5 + 1.25)
    np.testing.assert_allclose(dataset["mesh_edge_river_km"][:2], [148.75, 146.25])


def test_cells_that_straddle_reaches_share_their_ends() -> None:
    # reaches of 60 and 50 km in a row; the second cell ends 10 km down the second of them
    reach, head, foot = np.array([1, 1, 2]), np.array([0.0, 40e3, 10e3]), np.array([40, 70, 50])
    ends, places = connect(synthetic.network(), reach, head, 1e3 * foot)
    assert ends.tolist() == [[0, 1], [1, 2], [2, 3]]
    assert places == [(-2, 0.0), (1, 40e3), (2, 10e3), (-4, 0.0)]  # nodes 1 and 3 at both ends
    # the same place told from the other reach: a head above its own reach
    again, _ = connect(synthetic.network(), np.array([1, 2]), np.array([40e3, -5e3]),
                       np.array([55e3, 50e3]))  # fmt: skip
    assert again.tolist() == [[0, 1], [1, 2]]


def test_cells_above_a_junction_end_there() -> None:
    # reach 1 begins where two reaches meet, so a head above it has no single reach to lie in
    ends, places = connect(synthetic.network(), np.array([0, 1]), np.array([0.0, -10e3]),
                           np.array([40e3, 20e3]))  # fmt: skip
    assert ends.tolist() == [[0, 1], [1, 2]]
    assert places[1] == (-2, 0.0)


def test_main_path_runs_down_from_the_release(dataset: xr.Dataset) -> None:
    path = analysis.main_path(dataset)
    assert (np.diff(path["distance"].values) > 0).all()
    assert path.sizes["distance"] == 60
    assert float(path["peak_concentration_profile"].sel(substance="cyanide")[0]) > float(
        path["peak_concentration_profile"].sel(substance="cyanide")[-1]
    )


@pytest.mark.parametrize(
    ("at", "first_cell"),
    [
        ({"node": "mid"}, 1.25),
        ({"reach": "middle", "distance": 10e3}, 1.25),
        ({"river": "Szamos", "river_km": 100e3}, 1.25),
    ],
)
def test_distances_count_from_the_release(at: dict[str, Any], first_cell: float) -> None:
    model = synthetic.model()
    model.scenario.releases[0].at = SimpleNamespace(**at)
    distance = results.to_dataset(model, synthetic.run())["mesh_edge_distance"]
    assert np.isnan(distance[:16]).all()  # the first reach lies above all three places
    assert float(distance.min()) == pytest.approx(first_cell)


def test_rooms_import_nothing_heavy() -> None:
    code = (
        "import sys; import spillsim.results, spillsim.analysis; "
        "print([m for m in ('xarray', 'netCDF4', 'pandas', 'numpy') if m in sys.modules])"
    )
    source = str(Path(results.__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=True, env={**os.environ, "PYTHONPATH": source})  # fmt: skip
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("substances", "times", "cells", "fields", "solids"),
    [(1, 200, 60, 0, 0), (3, 2001, 1200, 0, 0), (2, 1001, 1200, 100, 0), (2, 1001, 1200, 50, 1)],
)
def test_size_is_foreseen_within_30_percent(
    tmp_path, substances: int, times: int, cells: int, fields: int, solids: int
) -> None:
    run = synthetic.run(substances, times, cells, fields, solids=bool(solids))
    model = synthetic.model(substances - solids, solids=bool(solids))
    dataset = analysis.add_metrics(results.to_dataset(model, run))
    written = results.write(dataset, tmp_path / "run.nc").stat().st_size
    seen = np.float32(run.concentration) > 0
    field_seen = np.float32(run.field) > 0 if fields else np.zeros(1)
    shares = (seen.mean(), field_seen.mean())
    extent = Extent(substances, 3, times, cells, 4, fields, 2 * solids, *shares, ledger_times=times)
    assert estimate_size(extent) == pytest.approx(written, rel=0.3)
    arrays = run.concentration.nbytes + (run.field.nbytes if fields else 0)
    assert estimate_memory(extent) > 2 * arrays
