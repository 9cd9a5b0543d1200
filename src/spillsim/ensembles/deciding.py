"""What decides each answer: rank correlations, medians at both ends of inputs, Sobol indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .answers import FEWEST
from .groups import Group, Members
from .sensitivity import (
    FEWEST as FEWEST_IN_TAIL,
)
from .sensitivity import (
    TAIL,
    choices_of,
    medians_of,
    rank_columns,
    rank_correlation,
    sobol_indices,
    tails_of,
)

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

ANSWERS = ("arrival_time", "peak_concentration", "peak_time", "mass_passed", "time_above_limit")
"""Answers of which it is told what decides them."""
SHARED_OUT = ("arrival_time", "peak_concentration", "mass_passed", "time_above_limit")
"""Answers whose variance is shared out among the inputs."""
MOST = 50_000
"""Members of which rank correlations are made: more would change them by less than 0.005."""
MOST_POINTS = 8192
"""Base points of which Sobol indices are made: the first of a Sobol sequence are balanced, and the
bootstrap of more would take longer than the members."""
_RANKS = {
    "rank_correlation": "Spearman's rank correlation with the input",
    "partial_rank_correlation": "partial rank correlation with the input",
}
_ENDS = {
    "where_low": "median where the input is in its lowest tenth, or of the lowest choice",
    "where_high": "median where the input is in its highest tenth, or of the highest choice",
}
_SHARES = {
    "sobol_first": "first-order Sobol index",
    "sobol_first_half_width": "first-order Sobol index, half width of 95 %",
    "sobol_total": "total Sobol index",
    "sobol_total_half_width": "total Sobol index, half width of 95 %",
}


class Deciding:
    """Puts what decides an answer into a dataset, for every group."""

    def __init__(self, members: Members, groups: Sequence[Group]) -> None:
        self._members, self._groups = members, groups
        self._numbers = [i for i, kind in enumerate(members.input_kinds) if kind != "choice"]
        self._rows = [_some(group.rows) for group in groups]

    def put(
        self, found: dict[str, tuple[Any, ...]], name: str, values: Array, dims: tuple[str, str]
    ) -> None:
        """Add what decides an answer (M, S, ...)."""
        names = self._members.input_names
        if name not in ANSWERS or not names:
            return
        if not any(group.is_enough and group.rows.size >= FEWEST for group in self._groups):
            return
        found["input"] = ("input", list(names), {"long_name": "uncertain input"})
        shape = (len(self._groups), len(names), *values.shape[1:])
        parts = {part: np.full(shape, np.nan) for part in (*_RANKS, *_ENDS)}
        for g, group in enumerate(self._groups):
            if group.is_enough and group.rows.size >= FEWEST:
                self._put_ranks(parts, g, values)
        words = _RANKS | _ENDS
        if any(group.design.size for group in self._groups) and name in SHARED_OUT:
            points = [min(len(group.design), MOST_POINTS) for group in self._groups]
            told = "base points that Sobol indices are made of"
            found["sobol_base_points"] = ("group", points, {"long_name": told, "units": "1"})
            parts |= self._shared_out(values, shape)
            words |= _SHARES
        unit = found[name][2]["units"]
        for part, data in parts.items():
            data[np.isinf(data)] = np.nan
            found[f"{name}_{part}"] = (("group", "input", *dims), data, {
                "long_name": f"{found[name][2]['long_name'].split(',')[0]}: {words[part]}",
                "units": unit if part in _ENDS else "1"})  # fmt: skip

    def _put_ranks(self, parts: dict[str, Array], g: int, values: Array) -> None:
        """Rank correlations and medians at the ends of inputs, of one group."""
        rows, inputs = self._rows[g], self._members.inputs
        numbers, names = self._numbers, self._members.input_names
        ranked = rank_columns(inputs[rows][:, numbers]) if numbers else None
        ends: dict[int, tuple[Rows, ...]] = {}
        if int(TAIL * rows.size) >= FEWEST_IN_TAIL:
            ends = {
                i: tails_of(inputs[rows, i]) if i in numbers else choices_of(inputs[rows, i])
                for i in range(len(names))
            }
        for s, n in np.ndindex(values.shape[1:]):
            own = values[rows, s, n]
            if ranked is not None:
                answer = rank_correlation(ranked, own, [names[i] for i in numbers], ranked)
                parts["rank_correlation"][g, numbers, s, n] = answer.plain
                parts["partial_rank_correlation"][g, numbers, s, n] = answer.partial
            for i, tails in ends.items():
                if len(tails) > 1:
                    low, high = medians_of(own, tails)
                    parts["where_low"][g, i, s, n] = low
                    parts["where_high"][g, i, s, n] = high

    def _shared_out(self, values: Array, shape: Any) -> dict[str, Array]:
        """Sobol indices; NaN where an answer is not finite for all, or does not vary."""
        parts = {part: np.full(shape, np.nan) for part in _SHARES}
        names = self._members.input_names
        for g, group in enumerate(self._groups):
            for s, n in np.ndindex(shape[2:]) if group.design.size else ():
                own = values[group.design[:MOST_POINTS].ravel(), s, n]
                # where a time never comes in some members there is no variance to share out
                if not bool(np.all(np.isfinite(own))) or float(np.ptp(own)) == 0.0:
                    continue
                answer = sobol_indices(own, names, self._members.seed)
                for part, data in zip(_SHARES, (
                    answer.first, answer.first_half_width, answer.total, answer.total_half_width,
                ), strict=True):  # fmt: skip
                    parts[part][g, :, s, n] = data
        return parts


def _some(rows: Rows) -> Rows:
    """Members by chance where there are very many: the first of a design are no fair sample."""
    if rows.size <= MOST:
        return rows
    chosen = np.random.Generator(np.random.Philox(1)).choice(rows.size, MOST, replace=False)
    return np.asarray(rows[np.sort(chosen)])
