"""Which uncertain input decides an answer: rank correlations, a tornado, Sobol indices.

Inputs and answers are arrays over the members; members that failed are left out before. Where an
answer is a time that may never come, NaN counts as later than any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import SpillsimError

Array = NDArray[np.float64]

TAIL = 0.1
"""Share of the members at either end of an input that a tornado compares."""
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


def rank_correlation(inputs: Array, answer: Array, names: Sequence[str]) -> RankCorrelation:
    """Rank correlations of inputs (M, I) with an answer (M,).

    The partial ones correlate what is left of ranks after a linear regression on the ranks of the
    other inputs; they are what tells inputs apart that were drawn together.
    """
    ranked = np.column_stack([ranks(column) for column in inputs.T])
    own = ranks(answer)
    plain = np.array([_correlation(column, own) for column in ranked.T])
    partial = np.full(len(names), np.nan)
    for i in range(len(names)):
        others = np.column_stack([np.ones(own.size), np.delete(ranked, i, axis=1)])
        if own.size > others.shape[1] + 1:
            left = [column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
                    for column in (ranked[:, i], own)]  # fmt: skip
            # of nothing but round-off there is no correlation
            if min(float(np.std(one)) for one in left) > 1e-9 * own.size:
                partial[i] = _correlation(*left)
    return RankCorrelation(tuple(names), plain, partial)


def _correlation(x: Array, y: Array) -> float:
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > 0.0 else np.nan


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
    count = int(tail * answer.size)
    if count < FEWEST:
        raise SpillsimError(
            f"a tornado needs {FEWEST} members in a tail of {tail:.0%}, so at least "
            f"{int(np.ceil(FEWEST / tail))}; there are {answer.size}."
        )
    plain = np.where(np.isnan(answer), np.inf, answer)
    low, high = np.empty(len(names)), np.empty(len(names))
    for i in range(len(names)):
        order = np.argsort(inputs[:, i], kind="stable")
        low[i], high[i] = _median(plain[order[:count]]), _median(plain[order[-count:]])
    width = np.where(low == high, 0.0, np.abs(high - np.where(np.isinf(low), 0.0, low)))
    order = np.argsort(-width, kind="stable")
    return Tornado(tuple(names[i] for i in order), low[order], high[order], _median(plain))


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
    try:
        from SALib.analyze import sobol
    except ImportError:
        raise SpillsimError(
            'Sobol indices need SALib: pip install "spillsim[sensitivity]".'
        ) from None
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
