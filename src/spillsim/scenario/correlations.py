"""Rank correlations of uncertain inputs: names that resolve, and a matrix that can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .faults import Faults, any_of, nearest, quoted
from .uncertain import Correlation

Array = NDArray[np.float64]
_SINGULAR = 1e-9
"""Least eigenvalue of a correlation matrix that can be used."""


def normal_correlation(rank: float) -> float:
    """Correlation of two normal variables whose rank correlation is given.

    r = 2 sin(pi rho / 6) (Pearson 1907).
    """
    return 2.0 * math.sin(math.pi * rank / 6.0)


def matrix(names: Sequence[str], correlations: Sequence[Correlation]) -> Array:
    """(I, I) correlations of the normal variables behind the inputs, in the order of ``names``."""
    place = {name: number for number, name in enumerate(names)}
    found = np.eye(len(names))
    for one in correlations:
        i, k = (place[name] for name in one.between)
        found[i, k] = found[k, i] = normal_correlation(one.rank)
    return found


def check_correlations(
    faults: Faults, correlations: Sequence[Correlation], known: Sequence[Any], partly: bool
) -> None:
    """Add the faults of correlations.

    known : the uncertain inputs that could be read
    partly : whether there are others, so that a name may be one of theirs
    """
    names = {one.name: one for one in known}
    pairs: dict[frozenset[str], str] = {}
    sound = []
    for one in correlations:
        before = len(faults.found)
        for number, name in enumerate(one.between):
            at = f"{one._where}.between[{number}]"
            if name not in names:
                if not partly:
                    hint = nearest(name, names) or (f"There are: {any_of(names)}." if names else "")
                    faults.add(at, f"there is no [[uncertain]] {quoted(name)}", hint)
            elif not names[name].aim.content.is_number:
                message = f"the values of {quoted(name)} have no order, so they have no ranks"
                faults.add(at, message)
        pair = frozenset(one.between)
        if len(pair) == 1:
            faults.add(f"{one._where}.between", "an input cannot be correlated with itself")
        elif pair in pairs:
            faults.add(f"{one._where}.between", f"this pair is given twice, see {pairs[pair]}")
        pairs[pair] = one._where
        if len(faults.found) == before and pair <= names.keys():
            sound.append(one)
    _check_definite(faults, sound)


def _check_definite(faults: Faults, correlations: Sequence[Correlation]) -> None:
    """The first correlation that those above it do not allow, with the range they do."""
    names = sorted({name for one in correlations for name in one.between})
    for number, one in enumerate(correlations):
        found = matrix(names, correlations[: number + 1])
        if np.linalg.eigvalsh(found)[0] > _SINGULAR:
            continue
        i, k = (names.index(name) for name in one.between)
        low, high = _allowed(found, i, k)
        faults.add(
            f"{one._where}.rank",
            f"the correlations of {quoted(one.between[0])} and {quoted(one.between[1])} with the "
            f"others leave a rank between {low:.2f} and {high:.2f}, not {one.rank:g}: no draws "
            "can have all of them",
        )
        return


def _allowed(found: Array, i: int, k: int) -> tuple[float, float]:
    """Ranks that two inputs can have beside the other correlations.

    With q_i = R_iS R_SS^-1 R_Si over the others S, r_ik lies within R_iS R_SS^-1 R_Sk
    +- sqrt((1 - q_i) (1 - q_k)).
    """
    rest = [n for n in range(found.shape[0]) if n not in (i, k)]
    solved = np.linalg.solve(found[np.ix_(rest, rest)], found[np.ix_(rest, [i, k])])
    inner = found[np.ix_([i, k], rest)] @ solved
    half = math.sqrt(max((1.0 - inner[0, 0]) * (1.0 - inner[1, 1]), 0.0))
    low, high = (max(-1.0, min(1.0, inner[0, 1] + sign * half)) for sign in (-1.0, 1.0))
    return tuple(6.0 / math.pi * math.asin(r / 2.0) for r in (low, high))  # type: ignore[return-value]
