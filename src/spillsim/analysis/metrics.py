"""All metrics of a result at once."""

from __future__ import annotations

import xarray as xr

from .limits import limit_exceedance
from .passage import Threshold, breakthrough


def add_metrics(dataset: xr.Dataset, threshold: Threshold = None) -> xr.Dataset:
    """Return the dataset with breakthrough metrics and limit exceedance beside the curves.

    Metrics that are there already (an opened file) are computed anew.
    """
    columns: dict[str, xr.Variable] = {}
    for found in (breakthrough(dataset, threshold), limit_exceedance(dataset)):
        columns.update({str(name): found[name].variable for name in found.data_vars})
    return dataset.assign(columns)
