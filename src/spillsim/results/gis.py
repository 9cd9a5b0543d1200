"""The UGRID-1.0 map file: a dataset cut for map programs."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import xarray as xr

from ..errors import OutputError
from .conventions import GRID_MAPPING, MAP_CONVENTIONS, MESH, attributes

_GEOMETRY = {
    "mesh1d_edge_nodes": "mesh_edge_nodes",
    "mesh1d_node_x": "mesh_node_longitude",
    "mesh1d_node_y": "mesh_node_latitude",
}
_ON_EDGES = {"mesh": MESH, "location": "edge", "grid_mapping": GRID_MAPPING}
# No edge_coordinates (optional in UGRID): a second longitude in the file would make its grid
# mapping ambiguous by CF 5.6.
_ORIGIN = ("title", "summary", "references", "history", "source", "case_start", "first_release")


def map_dataset(dataset: xr.Dataset) -> xr.Dataset:
    """Return a UGRID mesh with peaks, deposits and (if stored) fields, a variable per substance.

    Cells are edges between their ends. MDAL, through which QGIS reads UGRID, takes only variables
    over the edges, or over a dimension called ``time`` and the edges; a substance dimension would
    hide a variable from it. Times of peaks become hours since the start of the case, because a
    map colours numbers.

    Raises
    ------
    OutputError
        The dataset has no geometry (nodes without longitude and latitude).
    """
    if "mesh_edge_nodes" not in dataset:
        raise OutputError("the result has no map: its nodes lack longitude and latitude.")
    found = xr.Dataset({name: ((), np.int32(0), attributes(name)) for name in (MESH, GRID_MAPPING)})
    for name, source in _GEOMETRY.items():
        found[name] = (dataset[source].dims, dataset[source].values, attributes(name))
    if "field_time" in dataset:
        found = found.assign_coords(
            time=("time", dataset["field_time"].values, dict(dataset["field_time"].attrs))
        )
    for index, name in enumerate(dataset["substance"].values):
        for key, layer in _layers(dataset.isel(substance=index), str(name)).items():
            found[key] = layer
    found["river_km"] = _layer(("mesh_edge",), dataset["mesh_edge_river_km"].values,
                               "river kilometre", "km")  # fmt: skip
    found.attrs = {name: dataset.attrs[name] for name in _ORIGIN if name in dataset.attrs}
    found.attrs["Conventions"] = MAP_CONVENTIONS
    return found


def _layers(one: xr.Dataset, substance: str) -> dict[str, xr.Variable]:
    edge, unit = ("mesh_edge",), str(one["concentration"].attrs["units"])
    start = one["time"].values[0]
    hours = (one["peak_time_profile"].values - start) / np.timedelta64(1, "h")
    key = re.sub(r"\W+", "_", substance).strip("_")
    found = {
        f"peak_{key}": _layer(edge, one["peak_concentration_profile"].values,
                              f"highest concentration of {substance}", unit),
        f"peak_time_{key}": _layer(edge, hours, f"time from the start to the peak of {substance}",
                                   "h"),
    }  # fmt: skip
    if "bed_mass_profile" in one:
        bed = one["bed_mass_profile"]
        title = f"{substance} on the bed at the end"
        found[f"bed_{key}"] = _layer(edge, bed.values, title, str(bed.attrs["units"]))
    if "bed_mass_field" in one:
        bed = one["bed_mass_field"]
        layer = _layer(("time", "mesh_edge"), bed.values, f"{substance} on the bed",
                       str(bed.attrs["units"]))  # fmt: skip
        layer.attrs["cell_methods"] = "time: point"
        found[f"bed_over_time_{key}"] = layer
    if "concentration_field" in one:
        title = f"concentration of {substance}"
        layer = _layer(("time", "mesh_edge"), one["concentration_field"].values, title, unit)
        layer.attrs["cell_methods"] = "time: point"
        found[f"concentration_{key}"] = layer
    return found


def _layer(dims: tuple[str, ...], values: Any, title: str, unit: str) -> xr.Variable:
    single = np.asarray(values, dtype=np.float32)
    return xr.Variable(dims, single, {"long_name": title, "units": unit, **_ON_EDGES})
