"""All metrics of a result at once."""

from __future__ import annotations

import xarray as xr

from .jobson import check_variables, with_flags_told
from .limits import limit_exceedance
from .passage import Threshold, breakthrough


def add_metrics(dataset: xr.Dataset, threshold: Threshold = None) -> xr.Dataset:
    """Return the dataset with breakthrough metrics, checks and limit exceedance beside the curves.

    Metrics that are there already (an opened file) are computed anew.
    """
    columns: dict[str, xr.Variable] = {}
    parts = (breakthrough(dataset, threshold), check_variables(dataset), limit_exceedance(dataset))
    for found in parts:
        columns.update({str(name): found[name].variable for name in found.data_vars})
    return with_flags_told(dataset.assign(columns))
