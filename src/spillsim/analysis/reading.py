"""Taking plain arrays out of a dataset and putting metrics back in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.float64]

SECONDS_PER_HOUR = 3600.0
TIME = {"standard_name": "time", "units_metadata": "leap_seconds: none"}


def seconds(dataset: xr.Dataset) -> Array:
    """Return the times of the curves in s since the first."""
    time = dataset["time"].values
    return np.asarray((time - time[0]) / np.timedelta64(1, "ns"), dtype=np.float64) * 1e-9


def curves(dataset: xr.Dataset) -> Array:
    """Return concentration (station, substance, time) in double precision [mg/L]."""
    values = dataset["concentration"].transpose("station", "substance", "time").values
    return np.asarray(values, dtype=np.float64)


def instants(dataset: xr.Dataset, since_first: Array) -> NDArray[np.datetime64]:
    """Return seconds since the first time as ``datetime64[ns]``; NaN becomes NaT."""
    known = np.isfinite(since_first)
    found = np.full(since_first.shape, np.datetime64("NaT", "ns"))
    spans = np.rint(since_first[known] * 1e9).astype("timedelta64[ns]")
    found[known] = dataset["time"].values[0].astype("datetime64[ns]") + spans
    return found


def first_release(dataset: xr.Dataset) -> dt.datetime:
    """Return the start of the earliest release with the time zone of the case."""
    return dt.datetime.fromisoformat(dataset.attrs["first_release"])


def local(dataset: xr.Dataset, moment: Any) -> dt.datetime | None:
    """Return a ``datetime64`` (UTC) in the time zone of the case; NaT becomes None."""
    if np.isnat(moment):
        return None
    micro = np.datetime64(moment, "us").astype(dt.datetime)
    return micro.replace(tzinfo=dt.UTC).astimezone(first_release(dataset).tzinfo)


def metric(dims: tuple[str, ...], values: Any, long_name: str, **more: Any) -> xr.Variable:
    """Return a variable with its attributes."""
    return xr.Variable(dims, values, {"long_name": long_name, **more})
