"""Metrics of synthetic Gaussian curves, whose arrival, peak, passage and load are closed forms."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import synthetic_run as synthetic
import xarray as xr

from spillsim import analysis, results
from spillsim.errors import SpillsimError

HOUR = 3600.0


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return results.to_dataset(synthetic.model(3), synthetic.run(3, 4001))


def hours(dataset: xr.Dataset, values: xr.DataArray) -> np.ndarray:
    return (values.values - dataset["time"].values[0]) / np.timedelta64(1, "h")


def half_width(level: np.ndarray) -> np.ndarray:
    """Half the time [h] a Gaussian (substance, station) spends above a level [mg/L]."""
    excess = np.log(1e3 * synthetic.PEAK / level)
    return synthetic.WIDTH / HOUR * np.sqrt(np.where(excess > 0, 2 * excess, np.nan))


def test_gaussian_passages(dataset: xr.Dataset) -> None:
    found = analysis.breakthrough(dataset)
    # cyanide: lowest limit; copper: 1 % of each peak; zinc: stated in the scenario
    level = np.stack([np.full(3, 0.05), 10.0 * synthetic.PEAK[1], np.full(3, 0.01)])
    np.testing.assert_allclose(found["arrival_threshold"].T, level, rtol=1e-6)
    assert found["arrival_threshold_basis"].values[0].tolist() == [
        "lowest limit: drinking",
        "1 % of the station's peak",
        "stated in the scenario",
    ]
    shown = level < 1e3 * synthetic.PEAK  # zinc stays below at the lower stations
    centre = synthetic.CENTRE / HOUR
    half = half_width(level)
    np.testing.assert_allclose(hours(dataset, found["arrival_time"]).T, centre - half, atol=2e-3)
    np.testing.assert_allclose(hours(dataset, found["end_time"]).T, centre + half, atol=2e-3)
    np.testing.assert_allclose(found["passage_duration"].T, 2 * half, atol=4e-3)
    np.testing.assert_allclose(found["peak_concentration"].T, 1e3 * synthetic.PEAK, rtol=1e-9)
    peak_time = hours(dataset, found["peak_time"]).T
    np.testing.assert_allclose(peak_time, np.tile(centre, (3, 1)), atol=1e-6)
    np.testing.assert_array_equal(found["passage_status"].T, shown.astype(int))
    load = 120.0 * synthetic.PEAK * synthetic.WIDTH * np.sqrt(2 * np.pi)
    np.testing.assert_allclose(found["mass_passed"].T, load, rtol=1e-9)


def test_threshold_given(dataset: xr.Dataset) -> None:
    found = analysis.breakthrough(dataset, "0.1 mg/L")
    np.testing.assert_allclose(found["arrival_threshold"], 0.1)
    mixed = analysis.breakthrough(dataset, {"copper": "100 ug/L"})
    np.testing.assert_allclose(mixed["arrival_threshold"].sel(substance="copper"), 0.1)
    np.testing.assert_allclose(mixed["arrival_threshold"].sel(substance="cyanide"), 0.05)
    assert (mixed["arrival_threshold_basis"].sel(substance="copper") == "given").all()


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        ("0.1", "unit"),
        ("0.1 m3/s", "mg/L|concentration"),
        ("-1 mg/L", "more than zero"),
        ({"lead": "1 mg/L"}, "lead"),
        ({"copper": 0.1}, "unit"),
    ],
)
def test_bad_thresholds_are_refused(dataset: xr.Dataset, threshold, words: str) -> None:
    with pytest.raises(SpillsimError, match=words):
        analysis.breakthrough(dataset, threshold)


def test_limits(dataset: xr.Dataset) -> None:
    found = analysis.limit_exceedance(dataset)
    level = np.array([0.05, 2.0])
    peak, width = 1e3 * synthetic.PEAK[0], synthetic.WIDTH / HOUR
    half = width[:, None] * np.sqrt(2 * np.log(peak[:, None] / level))
    np.testing.assert_allclose(found["time_above_limit"], 2 * half, atol=4e-3)
    np.testing.assert_allclose(found["share_above_limit"], half / 100, atol=2e-5)
    np.testing.assert_allclose(found["peak_over_limit"], peak[:, None] / level, rtol=1e-9)
    arrival = synthetic.CENTRE[:, None] / HOUR - half
    np.testing.assert_allclose(hours(dataset, found["first_exceedance"]), arrival, atol=2e-3)


def test_still_above_at_the_end(dataset: xr.Dataset) -> None:
    cut = dataset.isel(time=slice(0, 1200))  # 60 h: the peak of the second station
    found = analysis.breakthrough(cut).sel(station="RO–HU Csenger", substance="cyanide")
    assert found["passage_status"].item() == 3
    assert np.isnat(found["end_time"].values)
    assert np.isnan(found["passage_duration"])


def test_one_time_only(dataset: xr.Dataset) -> None:
    found = analysis.add_metrics(dataset.isel(time=[0]))
    # copper has no limit: its only sample is above 1 % of itself
    limited = found["arrival_time"].sel(substance=["cyanide", "zinc"])
    assert np.isnat(limited.values).all()
    assert (found["time_above_limit"] == 0.0).all()
    assert np.isnan(found["share_above_limit"]).all()


def test_nothing_ever_comes(dataset: xr.Dataset) -> None:
    empty = dataset.copy()
    empty["concentration"] = 0.0 * dataset["concentration"]
    found = analysis.add_metrics(empty)
    assert (found["passage_status"] == 0).all()
    assert (found["peak_concentration"] == 0.0).all()
    assert np.isnat(found["peak_time"].values).all()


def test_metrics_stand_beside_the_curves_and_may_be_renewed(dataset: xr.Dataset) -> None:
    once = analysis.add_metrics(dataset)
    again = analysis.add_metrics(once, "1 mg/L")
    assert set(dataset.variables) < set(once.variables) == set(again.variables)
    assert (again["arrival_time"] > once["arrival_time"]).sel(substance="cyanide").all()
    assert once.attrs == dataset.attrs


def test_border_table(dataset: xr.Dataset) -> None:
    rows = analysis.border_table(dataset)
    assert [(r.station, r.substance) for r in rows] == [
        ("RO–HU Csenger", name) for name in ("cyanide", "copper", "zinc")
    ]
    row = rows[0]
    assert (row.from_country, row.to_country, row.limit_name) == ("RO", "HU", "drinking")
    half = float(half_width(np.float64(0.05))[0, 1])
    assert row.arrival_after_release == pytest.approx(60 - half - 2, abs=2e-3)  # release at 2 h
    assert row.hours_over_limit == pytest.approx(2 * half, abs=4e-3)
    # local clock: 60 h after 30 January 22:00 at +02:00
    assert row.peak is not None
    assert row.peak.utcoffset() == dt.timedelta(hours=2)
    assert abs(row.peak - synthetic.START - dt.timedelta(hours=60)) < dt.timedelta(seconds=1)
    assert len(analysis.station_table(dataset)) == 9
    assert rows[2].arrival is None
    assert np.isnan(rows[2].arrival_after_release)
