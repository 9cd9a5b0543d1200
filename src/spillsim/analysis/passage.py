"""Arrival, peak and passage of a spill at every station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import SpillsimError
from .curves import Crossings, crossings, peaks
from .reading import SECONDS_PER_HOUR, TIME, curves, instants, named, seconds

Array = NDArray[np.float64]
Threshold = str | Mapping[str, str] | None

SHARE_OF_PEAK = 0.01
"""Threshold of a substance without a limit, as a share of each station's peak."""

STATUS = ("never_above", "complete", "above_at_start", "above_at_end", "above_at_both_ends")

_PLACE = ("station", "substance")


def breakthrough(dataset: xr.Dataset, threshold: Threshold = None) -> xr.Dataset:
    """Return arrival, peak, end, duration and load at every station for every substance.

    ``threshold`` is a concentration with its unit (``"0.1 mg/L"``) for every substance, or a
    mapping from substance to such a text. Where none is given it is the one stated in the
    scenario, else the lowest limit of the substance, else 1 % of that station's peak; whichever it
    is, it is the total in the water that arrives, dissolved and suspended. Value and
    origin are always part of the result (``arrival_threshold``, ``arrival_threshold_basis``).

    The arrival is the first rise above the threshold (the first sample where that is already
    above), the end is the last fall below it (NaT where the curve is still above at the end of
    the run); ``passage_status`` says which case it is and ``passage_count`` how many separate
    spans lie between. Both times are found as in ``curves.crossings``, the peak as in
    ``curves.peaks``.
    Mass passed counts the whole run.

    Raises
    ------
    SpillsimError
        A threshold has no unit, is not a concentration, not positive, or names a substance that
        the dataset does not hold.
    """
    time, values = seconds(dataset), curves(dataset)
    height, moment = peaks(time, values)
    level, basis = thresholds(dataset, threshold, height)
    passed = crossings(time, values, level)
    load = dataset["cumulative_mass"].isel(time=-1).transpose(*_PLACE).values
    duration = (passed.last - passed.first) / SECONDS_PER_HOUR
    columns: dict[str, tuple[Any, dict[str, Any]]] = {
        "arrival_time": (
            instants(dataset, passed.first),
            {**TIME, "ancillary_variables": "arrival_threshold passage_status"}),
        "arrival_threshold": (level, {"ancillary_variables": "arrival_threshold_basis"}),
        "arrival_threshold_basis": (basis, {"long_name": "origin of the arrival threshold"}),
        "peak_concentration": (height, {}),
        "peak_time": (instants(dataset, moment), TIME),
        "end_time": (instants(dataset, passed.last), TIME),
        "passage_duration": (duration, {}),
        "passage_count": (
            passed.spans, {"long_name": "number of spans above the threshold", "units": "1"}),
        "passage_status": (_status(passed), {
            "long_name": "how much of the passage the run shows",
            "flag_values": np.arange(len(STATUS), dtype=np.int8),
            "flag_meanings": " ".join(STATUS)}),
        "mass_passed": (np.asarray(load, dtype=np.float64), {}),
    }  # fmt: skip
    kept = [n for n, c in dataset.coords.items() if set(c.dims) <= set(_PLACE)]
    return named(columns, _PLACE).assign_coords({n: dataset.coords[n] for n in kept})


def thresholds(
    dataset: xr.Dataset, threshold: Threshold, peak: Array
) -> tuple[Array, NDArray[np.str_]]:
    """Return arrival threshold (station, substance) [mg/L] and, likewise, where it comes from."""
    names = [str(name) for name in dataset["substance"].values]
    given = _given(threshold, names)
    level = SHARE_OF_PEAK * peak
    basis = np.full(peak.shape, "1 % of the station's peak", dtype="U120")
    for index, name in enumerate(names):
        found = given.get(name) or _stated(dataset, index) or _lowest_limit(dataset, name)
        if found:
            level[:, index], basis[:, index] = found
    return level, basis


def _given(threshold: Threshold, names: list[str]) -> dict[str, tuple[float, str]]:
    if threshold is None:
        return {}
    wanted = dict.fromkeys(names, threshold) if isinstance(threshold, str) else dict(threshold)
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        raise SpillsimError(f"threshold for {unknown[0]!r}: the result holds {', '.join(names)}.")
    return {name: (_parse(text), "given") for name, text in wanted.items()}


def _parse(text: str) -> float:
    """Return a concentration given as text in mg/L."""
    from ..units import parse

    if not isinstance(text, str):
        raise SpillsimError(f'threshold {text!r}: a text with a unit is needed, e.g. "0.1 mg/L".')
    try:
        value: float = 1000.0 * parse(text, "concentration")
    except ValueError as fault:
        raise SpillsimError(f"threshold {text!r}: {fault}") from fault
    if not value > 0.0:
        raise SpillsimError(f"threshold {text!r}: must be more than zero.")
    return value


def _stated(dataset: xr.Dataset, index: int) -> tuple[float, str] | None:
    if "stated_arrival_threshold" not in dataset:
        return None
    value = float(dataset["stated_arrival_threshold"].values[index])
    return (value, "stated in the scenario") if np.isfinite(value) else None


def _lowest_limit(dataset: xr.Dataset, name: str) -> tuple[float, str] | None:
    if "limit_value" not in dataset:
        return None
    own = np.flatnonzero(dataset["limit_substance"].values == name)
    if not own.size:
        return None
    lowest = own[np.argmin(dataset["limit_value"].values[own])]
    title = str(dataset["limit_name"].values[lowest])
    if "limit_of" in dataset and str(dataset["limit_of"].values[lowest]) == "dissolved":
        title += ", set for the dissolved part"
    return float(dataset["limit_value"].values[lowest]), f"lowest limit: {title}"


def _status(passed: Crossings) -> NDArray[np.int8]:
    start, end = passed.above_at_start, passed.above_at_end
    found = np.where(passed.spans > 0, 1, 0) + start + 2 * end
    return np.asarray(found, dtype=np.int8)
