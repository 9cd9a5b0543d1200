"""Members that failed: which, with which inputs, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    from ..sampling import Draws

MOST = 1000
"""Members that are listed; a store holds all."""


def failed_members(draws: Draws, failures: Mapping[int, str]) -> xr.Dataset:
    """Number, combination, inputs and reason of members that failed, the first ones first."""
    members = np.array(sorted(failures)[:MOST], dtype=np.int64)
    found = xr.Dataset({
        "failed_member": ("failure", members, {"long_name": "number of a member that failed"}),
        "failed_reason": ("failure", [failures[m] for m in members.tolist()], {
            "long_name": "why the member failed"}),
        "failed_combination": ("failure", draws.combination[members], {
            "long_name": "number of its combination of what is swept, from 0"}),
    })  # fmt: skip
    if draws.names:
        found["failed_input_value"] = (("failure", "drawn_input"), draws.value[members], {
            "long_name": "inputs of the member, in SI units; of a choice its number, from 0",
        })  # fmt: skip
        found = found.assign_coords(drawn_input=list(draws.names))
    return found
