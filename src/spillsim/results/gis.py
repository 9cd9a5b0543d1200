"""A dataset cut for map programs: one variable per substance on the river mesh."""

from __future__ import annotations

import re

import numpy as np
import xarray as xr

from ..errors import OutputError
from .conventions import MESH, MESH_VARIABLES


def map_dataset(dataset: xr.Dataset) -> xr.Dataset:
    """Return the mesh with peak, time of peak and (if stored) the field, a variable per substance.

    MDAL, through which QGIS reads UGRID, takes only variables over the edges or over a dimension
    called ``time`` and the edges; a substance dimension hides a variable from it. Times of peaks
    become hours since the start of the case because a map colours numbers.

    Raises
    ------
    OutputError
        The dataset has no mesh (nodes without longitude and latitude).
    """
    if MESH not in dataset:
        raise OutputError("the result has no map mesh: its nodes lack longitude and latitude.")
    kept = [name for name in MESH_VARIABLES if name in dataset.variables]
    found = dataset[kept].drop_vars([c for c in dataset.coords if c not in kept], errors="ignore")
    start = dataset["time"].values[0]
    for name in dataset["substance"].values:
        one = dataset.sel(substance=name)
        key = re.sub(r"\W+", "_", str(name)).strip("_").lower()
        found[f"peak_{key}"] = _layer(
            one["peak_concentration_profile"], f"highest concentration of {name}"
        )
        hours = (one["peak_time_profile"] - start) / np.timedelta64(1, "h")
        hours.attrs = {**one["peak_time_profile"].attrs, "units": "h"}
        for gone in ("standard_name", "units_metadata"):
            hours.attrs.pop(gone, None)
        found[f"peak_time_{key}"] = _layer(hours, f"hours from the start to the peak of {name}")
        if "concentration_field" in one:
            field = one["concentration_field"].rename(field_time="time")
            field.attrs["cell_methods"] = "time: point"
            found[f"concentration_{key}"] = _layer(field, f"concentration of {name}")
    found.attrs = {k: v for k, v in dataset.attrs.items() if k not in ("featureType", "notices")}
    return found


def _layer(values: xr.DataArray, title: str) -> xr.DataArray:
    layer = values.drop_vars([name for name in values.coords if name != "time"])
    layer.attrs["long_name"] = title
    return layer
