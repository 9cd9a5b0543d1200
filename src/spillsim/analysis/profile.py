"""Highest concentration along the main path, from the first release to the outlet."""

from __future__ import annotations

import numpy as np
import xarray as xr

_ALONG = (
    "peak_concentration_profile",
    "peak_time_profile",
    "mesh_edge_river_km",
    "mesh_edge_length",
    "mesh_edge_reach",
    "concentration_field",
    "bed_mass_profile",
    "bed_mass_field",
)


def main_path(dataset: xr.Dataset) -> xr.Dataset:
    """Return cells below the first release in the order of flow, labelled by ``distance`` [km].

    Holds the profiles of ``mesh_edge`` variables (and the field if there is one). Empty when the
    place of the first release is not known to the dataset or it has no cells.
    """
    if "mesh_edge_distance" not in dataset:
        return xr.Dataset()
    distance = dataset["mesh_edge_distance"].values
    path = np.flatnonzero(np.isfinite(distance))
    path = path[np.argsort(distance[path], kind="stable")]
    names = [name for name in _ALONG if name in dataset]
    found = (
        dataset[names]
        .isel(mesh_edge=path)
        .assign_coords(
            distance=("mesh_edge", distance[path], dict(dataset["mesh_edge_distance"].attrs))
        )
    )
    return found.swap_dims(mesh_edge="distance")
