"""What one member brings: the metrics of its curves, and the curves themselves where kept.

Times are counted from the start of the case, so that members with another start of the release
can be laid side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .store import Quantity

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

_HOUR = np.timedelta64(3_600_000_000_000, "ns")

TIMES: Mapping[str, str] = {
    "arrival_time": "first time above the arrival threshold",
    "peak_time": "time of the peak",
    "end_time": "last time above the arrival threshold",
}
"""Times that a member has per station and substance, NaN where they never come [h]."""
AMOUNTS: Mapping[str, tuple[str, str]] = {
    "peak_concentration": ("highest concentration", "mg L-1"),
    "passage_duration": ("time between arrival and end", "h"),
    "mass_passed": ("mass that passed until the end of the run", "kg"),
}
CURVE = "concentration"


@dataclass(frozen=True)
class Shape:
    """What is the same for all members of a case."""

    stations: tuple[str, ...]
    substances: tuple[str, ...]
    limits: int
    times: int
    """Of the curves that are kept; 0 where none are."""

    @property
    def sizes(self) -> dict[str, int]:
        """Length of every dimension of a member."""
        found = {"station": len(self.stations), "substance": len(self.substances),
                 "limit": self.limits}  # fmt: skip
        return found | ({"time": self.times} if self.times else {})

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The arrays over the members."""
        pair = ("station", "substance")
        found = [
            Quantity(name, pair, "float64", {
                "long_name": told, "units": "h", "reference": "start of the case",
            })
            for name, told in TIMES.items()
        ]  # fmt: skip
        found += [Quantity(name, pair, "float64", {"long_name": told, "units": unit})
                  for name, (told, unit) in AMOUNTS.items()]  # fmt: skip
        found.append(Quantity("time_above_limit", ("station", "limit"), "float64", {
            "long_name": "time above the limit", "units": "h"}))  # fmt: skip
        if self.times:
            found.append(Quantity(CURVE, (*pair, "time"), "float32", {
                "long_name": "concentration", "units": "mg L-1"}))  # fmt: skip
        return tuple(found)

    def empty(self, members: int) -> dict[str, NDArray[Any]]:
        """Arrays for some members, of NaN."""
        sizes = self.sizes
        return {
            q.name: np.full((members, *(sizes[name] for name in q.dims)), np.nan, dtype=q.dtype)
            for q in self.quantities
        }


def metrics_of(dataset: xr.Dataset, start: np.datetime64, *, curves: bool) -> dict[str, Array]:
    """The arrays of one member from the dataset of its run, metrics included.

    dataset : of ``spillsim.run``
    start : start of the case, in UTC
    """
    found = {name: (dataset[name].values - start) / _HOUR for name in TIMES}
    found |= {name: np.asarray(dataset[name].values, dtype=np.float64) for name in AMOUNTS}
    found["time_above_limit"] = np.zeros((dataset.sizes["station"], 0))
    if "time_above_limit" in dataset:  # not where no substance has a limit
        above = dataset["time_above_limit"].values
        found["time_above_limit"] = np.asarray(above, dtype=np.float64)
    if curves:
        found[CURVE] = dataset[CURVE].values
    return found
