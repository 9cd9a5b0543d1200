"""Seconds since the start of the case as instants."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from .contracts import Array

SECONDS_PER_HOUR = 3600.0
METRES_PER_KM = 1000.0


def utc(moment: dt.datetime) -> np.datetime64:
    """Return an aware date-time as ``datetime64[ns]`` in UTC."""
    return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None), "ns")


def instants(start: np.datetime64, seconds: Array) -> NDArray[np.datetime64]:
    """Return start + seconds as ``datetime64[ns]``; NaN becomes NaT."""
    given = np.asarray(seconds, dtype=np.float64)
    known = np.isfinite(given)
    found = np.full(given.shape, np.datetime64("NaT", "ns"))
    found[known] = start + np.rint(given[known] * 1e9).astype("timedelta64[ns]")
    return found
