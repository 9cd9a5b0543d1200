"""All metrics of a result at once."""

from __future__ import annotations

import xarray as xr

from .breakthrough import Threshold, breakthrough
from .limits import limit_exceedance


def add_metrics(dataset: xr.Dataset, threshold: Threshold = None) -> xr.Dataset:
    """Return the dataset with breakthrough metrics and limit exceedance beside the curves.

    Metrics that are there already (an opened file) are computed anew.
    """
    found = xr.merge([breakthrough(dataset, threshold), limit_exceedance(dataset)])
    return dataset.assign({str(name): found[name].variable for name in found.data_vars})
