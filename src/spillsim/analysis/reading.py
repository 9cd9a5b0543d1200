"""Taking plain arrays out of a dataset and putting metrics back in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..variables import VARIABLES

Array = NDArray[np.float64]

SECONDS_PER_HOUR = 3600.0
TIME = {"standard_name": "time", "units_metadata": "leap_seconds: none"}


def seconds(dataset: xr.Dataset) -> Array:
    """Return the times of the curves in s since the first."""
    time = dataset.variables["time"].values
    return np.asarray((time - time[0]) / np.timedelta64(1, "ns"), dtype=np.float64) * 1e-9


def curves(dataset: xr.Dataset) -> Array:
    """Return concentration (station, substance, time) in double precision [mg/L]."""
    values = dataset.variables["concentration"].transpose("station", "substance", "time").values
    return np.asarray(values, dtype=np.float64)


def dissolved(dataset: xr.Dataset) -> Array | None:
    """Return the dissolved part of the curves likewise; None where it is not told apart."""
    if "dissolved_concentration" not in dataset:
        return None
    order = ("station", "substance", "time")
    values = dataset["dissolved_concentration"].transpose(*order).values
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
    naive: dt.datetime = np.datetime64(moment, "us").astype(dt.datetime)
    return naive.replace(tzinfo=dt.UTC).astimezone(first_release(dataset).tzinfo)


def named(
    columns: Mapping[str, tuple[Any, Mapping[str, Any]]], dims: tuple[str, ...]
) -> xr.Dataset:
    """Return columns of (values, own attributes) as a dataset, named by the table of names."""
    found = {}
    for name, (values, own) in columns.items():
        known = VARIABLES.get(name)
        attrs = {} if known is None else {"long_name": known.long_name, "units": known.unit}
        attrs = {key: text for key, text in attrs.items() if text} | dict(own)
        found[name] = xr.Variable(dims, values, attrs)
    return xr.Dataset(found)
