"""Which uncertain input decides an answer: rank correlations, a tornado, Sobol indices.

Inputs and answers are arrays over the members; members that failed are left out before. Where an
answer is a time that may never come, NaN counts as later than any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SpillsimError

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

TAIL = 0.1
"""Share of the members at either end of an input that a tornado compares."""
_ROUND_OFF = 1e-11
"""Share of a variance below which nothing is left of it."""
FEWEST = 10
"""Members in a tail below which a tornado has nothing to say."""


def ranks(values: Array) -> Array:
    """(M,) ranks from 1 on, the mean of their places where values are equal."""
    plain = np.where(np.isnan(values), np.inf, values)
    _, place, count = np.unique(plain, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - 0.5 * (count - 1.0))[place], dtype=np.float64)


@dataclass(frozen=True)
class RankCorrelation:
    """How an answer goes with every input, one by one and with the others held."""

    inputs: tuple[str, ...]
    plain: Array
    """(I,) Spearman's coefficient [-]; NaN where the input or the answer does not vary."""
    partial: Array
    """(I,) partial rank correlation coefficient (Iman & Helton 1988) [-]."""


def rank_correlation(
    inputs: Array, answer: Array, names: Sequence[str], ranked: Array | None = None
) -> RankCorrelation:
    """Rank correlations of inputs (M, I) with an answer (M,).

    The partial ones correlate what is left of ranks after a linear regression on the ranks of the
    other inputs; they are what tells inputs apart that were drawn together. They follow from the
    correlations of all ranks: with those of the others O, r = s_iy / sqrt(s_ii s_yy) and
    s_ab = r_ab - r_aO R_OO^-1 r_Ob.

    ranked : ``rank_columns(inputs)``, where it is known
    """
    columns = rank_columns(inputs) if ranked is None else ranked
    every = np.column_stack([columns, _scaled(ranks(answer))])
    tied = every.T @ every
    count = len(names)
    plain = np.where(np.diag(tied)[:-1] * tied[-1, -1] > 0.0, tied[:-1, -1], np.nan)
    partial = np.full(count, np.nan)
    varies = np.diag(tied) > 0.0
    for i in range(count):
        others = [k for k in range(count) if k != i and varies[k]]
        if not varies[i] or not varies[-1] or answer.size <= len(others) + 2:
            continue
        pair = [i, count]
        beside = tied[np.ix_(others, pair)]
        solved = np.linalg.lstsq(tied[np.ix_(others, others)], beside, rcond=None)[0]
        left = tied[np.ix_(pair, pair)] - beside.T @ solved
        # of nothing but round-off there is no correlation
        if min(left[0, 0], left[1, 1]) > _ROUND_OFF:
            partial[i] = left[0, 1] / np.sqrt(left[0, 0] * left[1, 1])
    return RankCorrelation(tuple(names), plain, partial)


def rank_columns(inputs: Array) -> Array:
    """(M, I) ranks of inputs less their mean, each column of length one, or nought."""
    return np.column_stack([_scaled(ranks(column)) for column in inputs.T])


def _scaled(values: Array) -> Array:
    apart = values - values.mean()
    size = float(np.sqrt(apart @ apart))
    return np.asarray(apart / size if size > 0.0 else apart)


@dataclass(frozen=True)
class Tornado:
    """The median answer where an input is low and where it is high, the widest first."""

    inputs: tuple[str, ...]
    low: Array
    """(I,) median of the answer over the lowest tenth of the input."""
    high: Array
    """(I,) over the highest tenth."""
    middle: float
    """Median over all members."""


def tornado(inputs: Array, answer: Array, names: Sequence[str], tail: float = TAIL) -> Tornado:
    """Medians of an answer (M,) at either end of inputs (M, I); inf for a time that never comes.

    Raises
    ------
    SpillsimError
        There are too few members for the tails.
    """
    if int(tail * answer.size) < FEWEST:
        raise SpillsimError(
            f"a tornado needs {FEWEST} members in a tail of {tail:.0%}, so at least "
            f"{int(np.ceil(FEWEST / tail))}; there are {answer.size}."
        )
    ends = [tails_of(column, tail) for column in inputs.T]
    found = np.array([medians_of(answer, own) for own in ends]).reshape(-1, 2)
    low, high = found[:, 0], found[:, 1]
    width = np.where(low == high, 0.0, np.abs(high - np.where(np.isinf(low), 0.0, low)))
    order = np.argsort(-width, kind="stable")
    middle = _median(np.where(np.isnan(answer), np.inf, answer))
    return Tornado(tuple(names[i] for i in order), low[order], high[order], middle)


def tails_of(column: Array, tail: float = TAIL) -> tuple[Rows, Rows]:
    """Members with the lowest and with the highest values of an input (M,)."""
    count = int(tail * column.size)
    order = np.argsort(column, kind="stable")
    return order[:count], order[-count:]


def choices_of(column: Array) -> tuple[Rows, ...]:
    """Members of every choice (M,) that enough of them have."""
    own = [np.flatnonzero(column == one) for one in np.unique(column)]
    return tuple(rows for rows in own if rows.size >= FEWEST)


def medians_of(answer: Array, ends: Sequence[Rows]) -> tuple[float, float]:
    """Medians of an answer (M,) at two ends; the least and the greatest where there are others."""
    found = [_median(np.where(np.isnan(answer[rows]), np.inf, answer[rows])) for rows in ends]
    return (found[0], found[1]) if len(found) == 2 else (min(found), max(found))


def _median(values: Array) -> float:
    """The middle member, which unlike a mean of two is there also among infinite ones."""
    return float(np.sort(values)[(values.size - 1) // 2])


@dataclass(frozen=True)
class SobolIndices:
    """Shares of the variance of an answer, with half widths of 95 %."""

    inputs: tuple[str, ...]
    first: Array
    first_half_width: Array
    total: Array
    total_half_width: Array
    """(I,) [-]"""


def require_salib() -> Any:
    """The part of SALib that finds Sobol indices.

    Raises
    ------
    SpillsimError
        SALib is not installed.
    """
    try:
        from SALib.analyze import sobol
    except ImportError:
        raise SpillsimError(
            'Sobol indices need SALib: pip install "spillsim[sensitivity]".'
        ) from None
    return sobol


def sobol_indices(answer: Array, names: Sequence[str], seed: int) -> SobolIndices:
    """First-order and total Sobol indices of an answer of a Saltelli design (M,).

    M = N (I + 2): the design draws two tables of N members and mixes their columns (Saltelli et
    al. 2010). The estimators and their bootstrap are SALib's.

    Raises
    ------
    SpillsimError
        SALib is not installed, the number of members is not that of a design, or the answer is
        not finite for every member.
    """
    sobol = require_salib()
    if answer.size % (len(names) + 2) != 0:
        raise SpillsimError(
            f'Sobol indices need sampling = "saltelli": {answer.size} members are no design of '
            f"{len(names)} inputs."
        )
    if not bool(np.all(np.isfinite(answer))):
        raise SpillsimError(
            "Sobol indices share out a variance, and some members have no finite answer (a time "
            "that never comes, or a member that failed); take another answer or rank correlations."
        )
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    scale = float(np.std(answer)) or 1.0
    found = sobol.analyze(problem, (answer - answer.mean()) / scale, calc_second_order=False,
                          seed=seed)  # fmt: skip
    return SobolIndices(tuple(names), *(np.asarray(found[key], dtype=np.float64)
                                        for key in ("S1", "S1_conf", "ST", "ST_conf")))  # fmt: skip
