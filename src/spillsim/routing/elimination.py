"""Gaussian elimination on a network: the order is found once, the numbers change every time."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiler import inner

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Elimination(NamedTuple):
    """V unknowns in the order in which they are eliminated, P pairs of them coupled."""

    first: IntArray
    """(V + 1,) first pair of each unknown with one that is eliminated later."""
    other: IntArray
    """(P,) the later one, rising within an unknown."""
    first_filled: IntArray
    """(V + 1,) first of the pairs of later ones that eliminating an unknown couples."""
    filled: IntArray
    """(F, 3) the pairs (unknown, one), (unknown, another) and (one, another)."""


def elimination_order(
    count: int, couplings: IntArray
) -> tuple[IntArray, Elimination, IntArray]:  # fmt: skip
    """Eliminate first what is coupled least (Tinney & Walker 1967).

    On a tree that is leaf by leaf, as Hines (1984) does it, without any fill: the work is
    proportional to the number of unknowns. A loop adds a pair for every place that is passed
    while it is still closed, so a few islands cost next to nothing and need no iteration.

    Parameters
    ----------
    count : V
    couplings : (E, 2) unknowns that are coupled; may repeat

    Returns
    -------
    place : (V,) place of each unknown in the order
    elimination : on places
    pair : (E,) pair of each coupling
    """
    near: list[set[int]] = [set() for _ in range(count)]
    for a, b in couplings.tolist():
        near[a].add(b)
        near[b].add(a)
    queue = [(len(others), v) for v, others in enumerate(near)]
    heapq.heapify(queue)
    place = np.full(count, -1, dtype=np.int64)
    later: list[list[int]] = []
    while queue:
        degree, v = heapq.heappop(queue)
        if place[v] >= 0 or degree != len(near[v]):
            continue
        place[v] = len(later)
        others = sorted(near[v])
        later.append(others)
        for a in others:
            near[a].discard(v)
            near[a].update(b for b in others if b != a)
            heapq.heappush(queue, (len(near[a]), a))
    ordered = [sorted(int(place[v]) for v in others) for others in later]
    first = np.concatenate([[0], np.cumsum([len(others) for others in ordered])]).astype(np.int64)
    pair_of = {
        (k, other): int(first[k]) + i
        for k, others in enumerate(ordered)
        for i, other in enumerate(others)
    }
    filled: list[tuple[int, int, int]] = []
    first_filled = [0]
    for k, others in enumerate(ordered):
        filled += [
            (pair_of[k, one], pair_of[k, another], pair_of[one, another])
            for i, one in enumerate(others)
            for another in others[i + 1 :]
        ]
        first_filled.append(len(filled))
    ends = np.sort(place[couplings].reshape(-1, 2), axis=1)
    elimination = Elimination(
        first,
        np.array([other for others in ordered for other in others], dtype=np.int64),
        np.array(first_filled, dtype=np.int64),
        np.array(filled, dtype=np.int64).reshape(-1, 3),
    )
    pair = np.array([pair_of[a, b] for a, b in ends.tolist()], dtype=np.int64)
    return place, elimination, pair


@inner
def eliminate(
    elimination: Elimination, diagonal: Array, lower: Array, upper: Array, right: Array
) -> None:  # fmt: skip
    """Solve in place; the matrix is diagonally dominant by columns, so no pivot is sought.

    diagonal, right : (V,), right becomes the solution
    lower, upper : (P,) entries of row ``other`` and of row of the unknown of each pair
    """
    first, other = elimination.first, elimination.other
    first_filled, filled = elimination.first_filled, elimination.filled
    count = diagonal.size
    for k in range(count):
        inverse = 1.0 / diagonal[k]
        for f in range(first_filled[k], first_filled[k + 1]):
            p, q, target = filled[f, 0], filled[f, 1], filled[f, 2]
            upper[target] -= lower[p] * inverse * upper[q]
            lower[target] -= lower[q] * inverse * upper[p]
        for p in range(first[k], first[k + 1]):
            share = lower[p] * inverse
            diagonal[other[p]] -= share * upper[p]
            right[other[p]] -= share * right[k]
    for k in range(count - 1, -1, -1):
        value = right[k]
        for p in range(first[k], first[k + 1]):
            value -= upper[p] * right[other[p]]
        right[k] = value / diagonal[k]
