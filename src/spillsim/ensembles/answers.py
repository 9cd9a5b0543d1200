"""What an ensemble says: probabilities, quantiles, and how sure they are. Plain arrays.

The first axis of every array is that of the members. NaN in a time means that it never came; NaN
in any other number, or a member that failed, must be left out before (``usable``).

Standard errors are those of independent draws. Latin hypercube and Sobol samples scatter less
where an answer rises or falls with its inputs, so for them these errors are upper limits. So they
are where the same draws count several times, once in each combination of what is swept: then
``independent`` says how many draws there are, and the errors are as if there were no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

NORMAL_95 = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""
FEWEST = 30
"""Members of a conditional answer below which none is given."""


@dataclass(frozen=True)
class Probability:
    """A share of the members, with Wilson's interval (Wilson 1927) of 95 %."""

    value: Array
    standard_error: Array
    low: Array
    high: Array
    members: int

    @property
    def half_width(self) -> Array:
        """Half of the interval [-]."""
        return 0.5 * (self.high - self.low)


def share_of(happened: Flags, independent: int | None = None) -> Probability:
    """Probability of what happened (M, ...) or not, over the members.

    independent : draws that the members are of; default: as many as members

    Wilson's interval is never empty, also where nothing or everything happened:
    (p + z2/2n +- z sqrt(p (1 - p)/n + z2/4n2)) / (1 + z2/n).

    Raises
    ------
    ValueError
        There is no member.
    """
    return share_of_count(happened.sum(axis=0), happened.shape[0], independent)


def share_of_count(
    happened: ArrayLike, members: int, independent: int | None = None
) -> Probability:
    """Probability of what happened in so many of the members; see ``share_of``."""
    if members == 0:
        raise ValueError("an ensemble without members has no probabilities")
    p = np.asarray(happened, dtype=np.float64) / members
    n = members if independent is None else independent
    z2 = NORMAL_95**2
    scale = 1.0 + z2 / n
    centre = (p + 0.5 * z2 / n) / scale
    half = NORMAL_95 * np.sqrt(p * (1.0 - p) / n + 0.25 * z2 / n**2) / scale
    # the ends are nought and one there, to which the formula only comes by round-off
    low = np.where(p == 0.0, 0.0, centre - half)
    high = np.where(p == 1.0, 1.0, centre + half)
    return Probability(p, np.sqrt(p * (1.0 - p) / n), low, high, members)


def exceedance(values: Array, limit: ArrayLike) -> Probability:
    """Probability that values (M, ...) are above a limit (...)."""
    return share_of(values > np.asarray(limit, dtype=np.float64))


def chance_before(times: Array, moments: Array) -> Array:
    """(T, ...) share of the members whose time (M, ...) has come by each moment (T,).

    A time of NaN never comes, so the last share may stay below one.
    """
    never = np.where(np.isnan(times), np.inf, times)
    ordered = np.sort(never, axis=0)
    flat = ordered.reshape(ordered.shape[0], -1)
    found = np.empty((moments.size, flat.shape[1]))
    for column in range(flat.shape[1]):
        found[:, column] = np.searchsorted(flat[:, column], moments, side="right")
    shares: Array = found / max(times.shape[0], 1)
    return shares.reshape(moments.size, *times.shape[1:])


@dataclass(frozen=True)
class Quantiles:
    """Quantiles of the members, with an interval of 95 % that holds for any distribution."""

    share: Array
    """(Q,) of the members that lie below [-]."""
    value: Array
    """(Q, ...) inf where a time does not come in so many members."""
    low: Array
    high: Array
    """(Q, ...) order statistics between which the true quantile lies with 95 %."""


def quantiles(values: Array, shares: ArrayLike, independent: int | None = None) -> Quantiles:
    """Quantiles of values (M, ...); a time of NaN counts as later than any other.

    independent : draws that the members are of; default: as many as members

    The interval is that of the binomial distribution of how many members lie below (David &
    Nagaraja 2003, Order Statistics, section 7.1), in its normal approximation.

    Raises
    ------
    ValueError
        There is no member, or a share is not between 0 and 1.
    """
    q = np.atleast_1d(np.asarray(shares, dtype=np.float64))
    n = values.shape[0]
    if n == 0 or not bool(np.all((q >= 0.0) & (q <= 1.0))):
        raise ValueError("quantiles need members, and shares between 0 and 1")
    ordered = np.sort(np.where(np.isnan(values), np.inf, values), axis=0)
    draws = n if independent is None else independent
    spread = NORMAL_95 * np.sqrt(draws * q * (1.0 - q))
    place = q * (n - 1)
    repeats = n / draws
    low = np.maximum(np.floor((q * draws - spread) * repeats) - 1.0, 0.0).astype(np.int64)
    high = np.minimum(np.ceil((q * draws + spread) * repeats), n - 1.0).astype(np.int64)
    return Quantiles(q, _between(ordered, place), ordered[low], ordered[high])


def _between(ordered: Array, place: Array) -> Array:
    """(Q, ...) straight line between two neighbouring members; inf where the upper is and counts.

    With ``place`` on a member itself its neighbour does not matter.
    """
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, ordered.shape[0] - 1)
    part = (place - below).reshape(-1, *[1] * (ordered.ndim - 1))
    lower, upper = ordered[below], ordered[above]
    on_it = (part == 0.0) | (lower == upper)
    rise = np.where(on_it, 0.0, upper - np.where(np.isfinite(lower), lower, 0.0))
    return np.where(on_it, lower, np.where(np.isfinite(lower), lower + part * rise, np.inf))


@dataclass(frozen=True)
class Mean:
    """Mean over the members that have a value at all, with its standard error."""

    value: float
    """NaN where none has."""
    standard_error: float
    """NaN where fewer than two have."""


def mean_of(values: Array, independent: int | None = None) -> Mean:
    """Mean of values (M,), of which those that are NaN do not count.

    independent : draws that the members are of; default: as many as members
    """
    there = values[~np.isnan(values)]
    if there.size == 0:
        return Mean(np.nan, np.nan)
    if there.size < 2:
        return Mean(float(there[0]), np.nan)
    share = 1.0 if independent is None else independent / values.size
    draws = max(1.0, there.size * share)
    return Mean(float(there.mean()), float(there.std(ddof=1)) / sqrt(draws))


@dataclass(frozen=True)
class Convergence:
    """How a probability settled as members came in."""

    members: NDArray[np.int64]
    """(C,) 100, 200, 400 ... and all."""
    value: Array
    half_width: Array
    low: Array
    high: Array
    """(C, ...)"""


def checkpoints(total: int, first: int = 100) -> list[int]:
    """100, 200, 400 ... and all members."""
    counts = []
    while first < total:
        counts.append(first)
        first *= 2
    return [*counts, total]


def convergence(happened: Flags, first: int = 100, draws: Sequence[int] = ()) -> Convergence:
    """Probability and half width of its interval after the first members, doubling.

    draws : (C,) independent draws that the first members are of; default: as many as members
    """
    counts = checkpoints(happened.shape[0], first)
    found = [share_of(happened[:count], own)
             for count, own in zip(counts, draws or counts, strict=True)]  # fmt: skip
    return Convergence(
        np.array(counts, dtype=np.int64),
        np.array([one.value for one in found]),
        np.array([one.half_width for one in found]),
        np.array([one.low for one in found]),
        np.array([one.high for one in found]),
    )


def members_needed(probability: float, half_width: float) -> int:
    """Independent draws after which Wilson's interval of a probability is as narrow as asked.

    Raises
    ------
    ValueError
        The half width is not positive.
    """
    if not half_width > 0.0:
        raise ValueError("a half width above zero is needed")
    low, high = 1, 2
    while _half(probability, high) > half_width:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _half(probability, middle) > half_width else (low, middle)
    return high


def _half(p: float, n: int) -> float:
    z2 = NORMAL_95**2
    return NORMAL_95 * sqrt(p * (1.0 - p) / n + 0.25 * z2 / n**2) / (1.0 + z2 / n)
