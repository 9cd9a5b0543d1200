"""The answers of an ensemble as one dataset: what may be plotted, tabulated and passed on.

Everything is over the members that did not fail: all of them, once more for each combination of
what was swept where there are several, and for each condition. Members are read one quantity at a
time, and summed up one station at a time, so that little of them is in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .answers import chance_before, checkpoints, convergence, mean_of, quantiles, share_of
from .conditions import Given
from .deciding import Deciding
from .groups import Group, Members, groups_of, words_of
from .single import AMOUNTS, CURVE, TIMES

__all__ = ["Group", "Members", "summarize", "words_of"]

Array = NDArray[np.float64]
Variables = dict[str, tuple[Any, ...]]
"""Name -> dimensions, values, attributes."""

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that are told."""
MOMENTS = 400
"""Times at which the chance of arrival is told."""
CURVE_VALUES = 1 << 26
"""Values of curves that are in memory together."""
PAIR = ("station", "substance")
_QUANTILE = {"": "", "_low": ", low end of 95 %", "_high": ", high end of 95 %"}
_CHANCE = {"": "", "_standard_error": ": standard error of independent draws",
           "_low": ": low end of 95 %", "_high": ": high end of 95 %"}  # fmt: skip


def summarize(members: Members, given: Sequence[Given] = ()) -> xr.Dataset:
    """Probabilities, quantiles, means and sensitivities of all that members bring.

    given : conditions; each is a group of its own, see ``conditions.given``

    Raises
    ------
    ValueError
        No member is usable.
    """
    if not members.counting.any():
        raise ValueError("all members failed")
    groups = groups_of(members, given)
    found = _labelled(members, groups)
    deciding = Deciding(members, groups)
    for name in (*TIMES, *AMOUNTS):
        values = np.asarray(members.read(name, slice(None)), dtype=np.float64)
        if name == "passage_duration":
            values = np.where(np.isnan(values), 0.0, values)  # what never arrives takes no time
        _put_quantity(found, groups, name, values)
        if name == "arrival_time":
            _put_arrival(found, members, groups, values)
        if name == "peak_concentration":
            _put_convergence_of_peak(found, members, groups[0], values)
        deciding.put(found, name, values, PAIR)
    if members.limit_names:
        values = np.asarray(members.read("time_above_limit", slice(None)), dtype=np.float64)
        _put_limits(found, members, groups, values)
        deciding.put(found, "time_above_limit", values, ("station", "limit"))
    if members.time.size:
        _put_band(found, members, groups)
    return xr.Dataset(found)


def _labelled(members: Members, groups: Sequence[Group]) -> Variables:
    found = {
        "group": ("group", [one.label for one in groups], {"long_name": "members that count"}),
        "station": ("station", list(members.stations), {"long_name": "station"}),
        "substance": ("substance", list(members.substances), {"long_name": "substance"}),
        "quantile": ("quantile", list(SHARES), {
            "long_name": "share of the members that lie below", "units": "1"}),
    }  # fmt: skip
    found["group_kind"] = ("group", [one.kind for one in groups], {
        "long_name": "all members, a combination of what is swept, or a condition"})  # fmt: skip
    found["members"] = ("group", [one.rows.size for one in groups], {
        "long_name": "number of members that count", "units": "1"})  # fmt: skip
    found["independent_draws"] = ("group", [one.independent for one in groups], {
        "long_name": "number of different draws among the members", "units": "1"})  # fmt: skip
    if members.limit_names:
        owner = [members.substances[n] for n in members.limit_substance.tolist()]
        found["limit"] = ("limit", list(members.limit_names), {"long_name": "limit"})
        found["limit_value"] = ("limit", members.limit_value, {
            "units": "mg L-1", "long_name": "value of the limit"})  # fmt: skip
        found["limit_substance"] = ("limit", owner, {
            "long_name": "substance that the limit is for"})  # fmt: skip
    return found


def _put_quantity(
    found: Variables, groups: Sequence[Group], name: str, values: Array,
    dims: tuple[str, str] = PAIR, told: tuple[str, str] | None = None,
) -> None:  # fmt: skip
    """Quantiles with their intervals, and means, of values (M, S, ...) of every group."""
    words, unit = told or ((TIMES[name], "h") if name in TIMES else AMOUNTS[name])
    more = values.shape[1:]
    parts = {part: np.full((len(groups), len(SHARES), *more), np.nan) for part in _QUANTILE}
    mean, error = (np.full((len(groups), *more), np.nan) for _ in range(2))
    for s, n in np.ndindex(more):
        column = values[:, s, n]
        for g, group in enumerate(groups):
            if not group.is_enough:
                continue
            own = column[group.rows]
            answer = quantiles(own, SHARES, group.independent)
            for part, ends in zip(_QUANTILE, (answer.value, answer.low, answer.high), strict=True):
                parts[part][g, :, s, n] = ends
            average = mean_of(own, group.independent)
            mean[g, s, n], error[g, s, n] = average.value, average.standard_error
    for part, data in parts.items():
        # a time that never comes is NaN again, as everywhere in results
        data[np.isinf(data)] = np.nan
        found[name + part] = (("group", "quantile", *dims), data, {
            "long_name": f"{words}, quantiles of the members{_QUANTILE[part]}", "units": unit,
        })  # fmt: skip
    where = " in which it comes" if name in TIMES else ""
    found[f"{name}_mean"] = (("group", *dims), mean, {
        "long_name": f"{words}, mean of the members{where}", "units": unit})  # fmt: skip
    found[f"{name}_mean_standard_error"] = (("group", *dims), error, {
        "long_name": f"{words}, standard error of the mean of independent draws",
        "units": unit})  # fmt: skip


def _put_chance(
    found: Variables, groups: Sequence[Group], name: str, happened: NDArray[np.bool_],
    dims: tuple[str, str], told: str,
) -> None:  # fmt: skip
    """Probability of what happened (M, S, ...) or not, with its errors."""
    parts = {part: np.full((len(groups), *happened.shape[1:]), np.nan) for part in _CHANCE}
    for g, group in enumerate(groups):
        if group.is_enough:
            one = share_of(happened[group.rows], group.independent)
            for part, data in zip(_CHANCE, (one.value, one.standard_error, one.low, one.high),
                                  strict=True):  # fmt: skip
                parts[part][g] = data
    for part, data in parts.items():
        found[name + part] = (("group", *dims), data, {
            "long_name": told + _CHANCE[part], "units": "1"})  # fmt: skip


def _put_arrival(
    found: Variables, members: Members, groups: Sequence[Group], arrival: Array
) -> None:
    """Chance that it arrives at all, and before each of some moments."""
    told = "probability that it arrives at all"
    there = ~np.isnan(arrival)
    _put_chance(found, groups, "arrival_chance", there, PAIR, told)
    _put_convergence(found, members, groups[0], "arrival_chance", there, PAIR)
    moments = np.linspace(0.0, members.duration, MOMENTS)
    chance = np.full((len(groups), MOMENTS, *arrival.shape[1:]), np.nan)
    for s, n in np.ndindex(arrival.shape[1:]):
        for g, group in enumerate(groups):
            if group.is_enough:
                chance[g, :, s, n] = chance_before(arrival[group.rows, s, n], moments)
    found["chance_of_arrival"] = (("group", "moment", *PAIR), chance, {
        "long_name": "probability of arrival before the moment", "units": "1"})  # fmt: skip
    found["moment"] = ("moment", moments, {
        "units": "h", "long_name": "time since the start of the case"})  # fmt: skip


def _put_limits(found: Variables, members: Members, groups: Sequence[Group], over: Array) -> None:
    dims = ("station", "limit")
    told = "probability that the limit is exceeded"
    _put_chance(found, groups, "exceedance", over > 0.0, dims, told)
    _put_convergence(found, members, groups[0], "exceedance", over > 0.0, dims)
    _put_quantity(found, groups, "time_above_limit", over, dims, ("time above the limit", "h"))


def _in_order_of_draws(members: Members, group: Group) -> tuple[NDArray[np.int64], list[int]]:
    """Rows of a group draw by draw, all combinations of each, and the draws at checkpoints."""
    order = np.argsort(members.draw[group.rows], kind="stable")
    rows = group.rows[order]
    change = np.concatenate([[True], np.diff(members.draw[rows]) != 0])
    so_far = np.cumsum(change)
    return rows, [int(so_far[count - 1]) for count in checkpoints(rows.size)]


def _put_convergence(
    found: Variables, members: Members, group: Group, name: str, happened: NDArray[np.bool_],
    dims: tuple[str, str],
) -> None:  # fmt: skip
    """How a probability settled as members came in."""
    rows, draws = _in_order_of_draws(members, group)
    answer = convergence(happened[rows], draws=draws)
    told = str(found[name][2]["long_name"])
    parts = {"": (answer.value, ""), "_half_width": (answer.half_width, ", half width of 95 %"),
             "_low": (answer.low, ", low end of 95 %"),
             "_high": (answer.high, ", high end of 95 %")}  # fmt: skip
    for part, (data, words) in parts.items():
        found[f"{name}_convergence{part}"] = (("checkpoint", *dims), data, {
            "long_name": f"{told}, after the first members{words}", "units": "1"})  # fmt: skip
    found["checkpoint"] = ("checkpoint", answer.members, {
        "long_name": "number of members that were counted", "units": "1"})  # fmt: skip


def _put_convergence_of_peak(found: Variables, members: Members, group: Group, peak: Array) -> None:
    """How the median of the peak settled, with its interval."""
    rows, draws = _in_order_of_draws(members, group)
    counts = checkpoints(rows.size)
    data = np.full((3, len(counts), *peak.shape[1:]), np.nan)
    for s, n in np.ndindex(peak.shape[1:]):
        column = peak[rows, s, n]
        for c, (count, own) in enumerate(zip(counts, draws, strict=True)):
            answer = quantiles(column[:count], 0.5, own)
            data[:, c, s, n] = answer.value[0], answer.low[0], answer.high[0]
    for part, one in zip(_QUANTILE, data, strict=True):
        found[f"peak_concentration_convergence{part}"] = (("checkpoint", *PAIR), one, {
            "long_name": f"{AMOUNTS['peak_concentration'][0]}, median after the first members"
            f"{_QUANTILE[part]}", "units": "mg L-1",
        })  # fmt: skip


def _put_band(found: Variables, members: Members, groups: Sequence[Group]) -> None:
    """Quantiles of the concentration at every time, some times after the other."""
    times, pairs = members.time.size, (len(members.stations), len(members.substances))
    block = max(1, CURVE_VALUES // (members.usable.size * pairs[0] * pairs[1]))
    band = np.full((len(groups), len(SHARES), *pairs, times), np.nan)
    for first in range(0, times, block):
        part = slice(first, min(first + block, times))
        curves: NDArray[Any] = members.read(CURVE, part)
        for s, n in np.ndindex(pairs):
            for g, group in enumerate(groups):
                if group.is_enough:
                    own = np.asarray(curves[group.rows, s, n], dtype=np.float64)
                    band[g, :, s, n, part] = quantiles(own, SHARES).value
    found[CURVE] = (("group", "quantile", *PAIR, "time"), band, {
        "long_name": "concentration, quantiles of the members at each time", "units": "mg L-1",
        "cell_methods": "time: point"})  # fmt: skip
    found["time"] = ("time", members.time, {
        "units": "h", "long_name": "time since the start of the case"})  # fmt: skip
