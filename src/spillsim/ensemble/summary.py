"""The answers of an ensemble as one dataset: what may be plotted, tabulated and passed on.

Everything is over the members that did not fail, and once more for each combination of what was
swept where there are several.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .answers import FEWEST, chance_before, quantiles, share_of
from .sensitivity import rank_correlation
from .single import AMOUNTS, CURVE, TIMES

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that are told."""
MOMENTS = 400
"""Times at which the chance of arrival is told."""
CURVE_BLOCK = 64
"""Times of which all members' concentrations are in memory together."""


@dataclass(frozen=True)
class Members:
    """The members of an ensemble, wherever they are kept."""

    read: Callable[[str, slice], NDArray[Any]]
    """Values of a quantity, all members: name and a slice of its last axis."""
    usable: Flags
    """(M,) false for members that failed or were not run."""
    inputs: Array
    """(M, I) drawn."""
    input_names: tuple[str, ...]
    input_kinds: tuple[str, ...]
    combination: NDArray[np.int64]
    combinations: tuple[str, ...]
    """(C,) in words."""
    stations: tuple[str, ...]
    substances: tuple[str, ...]
    limit_names: tuple[str, ...]
    limit_substance: NDArray[np.int64]
    """(L,) index of its substance."""
    limit_value: Array
    """(L,) [mg/L]."""
    time: Array
    """(T,) of the curves [h since the start of the case]; empty where none are kept."""
    duration: float
    """Of the case [h]."""


def summarize(members: Members) -> xr.Dataset:
    """Probabilities, quantiles and sensitivities of all that members bring.

    Raises
    ------
    ValueError
        No member is usable.
    """
    if not members.usable.any():
        raise ValueError("all members failed")
    groups = _groups(members)
    values = {name: members.read(name, slice(None)) for name in (*TIMES, *AMOUNTS)}
    over = members.read("time_above_limit", slice(None))
    parts = [_of_group(members, rows, values, over) for rows in groups]
    found = xr.concat(parts, "combination") if len(parts) > 1 else parts[0].expand_dims(
        "combination")  # fmt: skip
    labels = ["all members", *members.combinations] if len(parts) > 1 else ["all members"]
    found = found.assign_coords(
        combination=labels, station=list(members.stations), substance=list(members.substances),
        limit=list(members.limit_names),
    )  # fmt: skip
    found["limit_value"] = (("limit",), members.limit_value,
                            {"units": "mg L-1", "long_name": "limit"})  # fmt: skip
    found["limit_substance"] = (
        ("limit",), [members.substances[n] for n in members.limit_substance.tolist()],
        {"long_name": "substance that the limit is for"},
    )  # fmt: skip
    return found.merge(_sensitivity(members, values))


def _groups(members: Members) -> list[Flags]:
    """Rows of all usable members, then of each combination where there are several."""
    found = [members.usable]
    if len(members.combinations) > 1:
        found += [members.usable & (members.combination == c)
                  for c in range(len(members.combinations))]  # fmt: skip
    return found


def _of_group(
    members: Members, rows: Flags, values: Mapping[str, NDArray[Any]], over: NDArray[Any]
) -> xr.Dataset:
    """The answers of some members; NaN for a combination in which too few are usable."""
    pair = ("station", "substance")
    found = xr.Dataset({"members": ((), int(rows.sum()), {"long_name": "members that count"})})
    enough = int(rows.sum()) >= min(FEWEST, int(members.usable.sum()))
    for name, told in (*TIMES.items(), *((n, words) for n, (words, _) in AMOUNTS.items())):
        unit = "h" if name in TIMES else AMOUNTS[name][1]
        own = values[name][rows]
        if name == "passage_duration":
            own = np.where(np.isnan(own), 0.0, own)  # what never arrives takes no time to pass
        answer = quantiles(own, SHARES) if enough else None
        shape = (len(SHARES), *own.shape[1:])
        for part, what in (
            ("", ""),
            ("_low", ", low end of 95 %"),
            ("_high", ", high end of 95 %"),
        ):
            data = np.full(shape, np.nan) if answer is None else {
                "": answer.value, "_low": answer.low, "_high": answer.high}[part]  # fmt: skip
            # a time that never comes is NaN again, as everywhere in results
            data = np.where(np.isinf(data), np.nan, data)
            words = {"long_name": f"{told}, quantiles{what}", "units": unit}
            found[f"{name}{part}"] = (("quantile", *pair), data, words)
    found = found.assign_coords(quantile=list(SHARES))
    _put_probability(found, "exceedance", ("station", "limit"), share_of(over[rows] > 0.0),
                     "probability that the limit is exceeded", enough)  # fmt: skip
    hours = quantiles(over[rows], SHARES) if enough else None
    found["time_above_limit"] = (
        ("quantile", "station", "limit"),
        np.full((len(SHARES), *over.shape[1:]), np.nan) if hours is None else hours.value,
        {"long_name": "time above the limit, quantiles", "units": "h"},
    )
    arrival = values["arrival_time"][rows]
    _put_probability(found, "arrival_chance", pair, share_of(~np.isnan(arrival)),
                     "probability that it arrives at all", enough)  # fmt: skip
    moments = np.linspace(0.0, members.duration, MOMENTS)
    chance = chance_before(arrival, moments) if enough else np.full(
        (MOMENTS, *arrival.shape[1:]), np.nan)  # fmt: skip
    found["chance_of_arrival"] = (("hours", *pair), chance, {
        "long_name": "probability of arrival before", "units": "1"})  # fmt: skip
    found = found.assign_coords(hours=("hours", moments, {
        "units": "h", "long_name": "time since the start of the case"}))  # fmt: skip
    return _with_band(found, members, rows) if members.time.size else found


def _put_probability(
    found: xr.Dataset, name: str, dims: tuple[str, ...], answer: Any, told: str, enough: bool
) -> None:
    parts = {"": (answer.value, told), "_standard_error": (answer.standard_error,
             f"{told}: standard error of independent draws"),
             "_low": (answer.low, f"{told}: low end of 95 %"),
             "_high": (answer.high, f"{told}: high end of 95 %")}  # fmt: skip
    for end, (data, words) in parts.items():
        found[name + end] = (dims, data if enough else np.full(np.shape(data), np.nan),
                             {"long_name": words, "units": "1"})  # fmt: skip


def _with_band(found: xr.Dataset, members: Members, rows: Flags) -> xr.Dataset:
    """Add quantiles of the concentration at every time, some times after the other."""
    times = members.time.size
    shape = (len(SHARES), len(members.stations), len(members.substances), times)
    band = np.empty(shape)
    for first in range(0, times, CURVE_BLOCK):
        part = slice(first, min(first + CURVE_BLOCK, times))
        own = np.asarray(members.read(CURVE, part)[rows], dtype=np.float64)
        band[..., part] = quantiles(own, SHARES).value
    found["concentration"] = (("quantile", "station", "substance", "time"), band, {
        "long_name": "concentration, quantiles at each time", "units": "mg L-1"})  # fmt: skip
    return found.assign_coords(time=("time", members.time, {
        "units": "h", "long_name": "time since the start of the case"}))  # fmt: skip


def _sensitivity(members: Members, values: Mapping[str, NDArray[Any]]) -> xr.Dataset:
    """Rank correlations of every input that is a number with every answer."""
    columns = [i for i, kind in enumerate(members.input_kinds) if kind != "choice"]
    names = [members.input_names[i] for i in columns]
    rows = members.usable
    found = xr.Dataset()
    if not names or int(rows.sum()) < FEWEST:
        return found
    inputs = members.inputs[rows][:, columns]
    shape = (len(names), len(members.stations), len(members.substances))
    for name in ("arrival_time", "peak_concentration", "peak_time", "mass_passed"):
        plain, partial = np.full(shape, np.nan), np.full(shape, np.nan)
        for s, n in np.ndindex(shape[1:]):
            answer = rank_correlation(inputs, values[name][rows][:, s, n], names)
            plain[:, s, n], partial[:, s, n] = answer.plain, answer.partial
        dims = ("input", "station", "substance")
        found[f"{name}_rank_correlation"] = (dims, plain, {
            "long_name": f"Spearman's rank correlation with {name}", "units": "1"})  # fmt: skip
        found[f"{name}_partial_rank_correlation"] = (dims, partial, {
            "long_name": f"partial rank correlation with {name}", "units": "1"})  # fmt: skip
    return found.assign_coords(input=names)


def words_of(combination: Mapping[str, Any], units: Mapping[str, str] | None = None) -> str:
    """A combination of swept values in words."""
    units = units or {}
    parts: Sequence[str] = [
        f"{name} {value:.4g}{units.get(name, '')}"
        if isinstance(value, float)
        else f"{name} {value}"
        for name, value in combination.items()
    ]
    return ", ".join(parts) or "as written"
