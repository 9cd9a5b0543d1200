"""When, how long and how far each limit is exceeded at every station."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from .curves import crossings, peaks, time_above
from .reading import SECONDS_PER_HOUR, TIME, curves, dissolved, instants, named, seconds

_PLACE = ("station", "limit")


def limit_exceedance(dataset: xr.Dataset) -> xr.Dataset:
    """Return first exceedance, time above, its share of the run, and peak / limit.

    A limit that is set for the dissolved part is held against the dissolved concentration, where
    the dataset tells it from what is suspended; without such parts all is dissolved.

    All over (station, limit); an empty dataset when the scenario states no limit. Time above is
    the sum over all spans above the limit within the run, found as in ``curves.time_above``.
    """
    if "limit_value" not in dataset:
        return xr.Dataset()
    names = [str(name) for name in dataset["substance"].values]
    own = [names.index(str(name)) for name in dataset["limit_substance"].values]
    time, values = seconds(dataset), curves(dataset)[:, own, :]
    parts = dissolved(dataset)
    if parts is not None and "limit_of" in dataset:
        chosen = dataset["limit_of"].values == "dissolved"
        values = np.where(chosen[:, None], parts[:, own, :], values)
    limit = np.asarray(dataset["limit_value"].values, dtype=np.float64)
    level = np.broadcast_to(limit, values.shape[:2])
    above = time_above(time, values, level)
    height, _ = peaks(time, values)
    first = crossings(time, values, level).first
    run = time[-1] - time[0]
    share = above / run if run > 0.0 else np.full(above.shape, np.nan)
    columns: dict[str, tuple[Any, dict[str, Any]]] = {
        "first_exceedance": (instants(dataset, first), TIME),
        "time_above_limit": (above / SECONDS_PER_HOUR, {}),
        "share_above_limit": (
            share, {"long_name": "share of the run spent above the limit", "units": "1"}),
        "peak_over_limit": (height / limit, {"long_name": "peak / limit", "units": "1"}),
    }  # fmt: skip
    return named(columns, _PLACE).assign_coords(station=dataset["station"])
