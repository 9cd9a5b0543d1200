"""Tables of numbers between 0 and 1: chance, Latin hypercube, Sobol, Saltelli; correlated or not.

Chance comes from Philox (Salmon et al. 2011), a counter-based generator whose raw bits numpy keeps
the same for ever: each input has a stream of its own, keyed by the seed and its name, so that its
draws depend neither on the other inputs nor on the order in which they stand.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SpillsimError
from .marginals import normal_quantile

Array = NDArray[np.float64]
_BITS = 53
_SOBOL_BITS = 30
LEAST_BASE = 32
"""Base points of a Saltelli design below which its indices would say nothing."""


class MissingScipyError(SpillsimError):
    """SciPy is needed and not installed."""

    def __init__(self) -> None:
        super().__init__(
            'sampling = "sobol" and "saltelli" need SciPy: pip install "spillsim[ensemble]"; '
            '"latin_hypercube" and "random" do without'
        )


class TooFewMembersError(SpillsimError):
    """Correlations need more draws than there are."""

    def __init__(self, members: int, inputs: int) -> None:
        super().__init__(
            f"{members} members are too few for the correlations of {inputs} inputs; at least "
            f"{2 * inputs + 1} are needed"
        )


class TooFewForSaltelliError(SpillsimError):
    """A design for Sobol indices needs more draws than there may be."""

    def __init__(self, members: int, inputs: int) -> None:
        super().__init__(
            f'{members} members are too few for sampling = "saltelli" with {inputs} inputs; at '
            f"least {LEAST_BASE * (inputs + 2)} are needed, {LEAST_BASE} times the inputs and two"
        )


def raw_bits(seed: int, name: str, count: int) -> NDArray[np.uint64]:
    """(count,) words of 64 bits of the stream that belongs to a seed and a name."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64)
    return np.random.Philox(key=key).random_raw(count)


def chance(bits: NDArray[np.uint64]) -> Array:
    """Numbers between 0 and 1, both excluded, of the upper 53 bits of words."""
    upper = (bits >> np.uint64(64 - _BITS)).astype(np.float64)
    # the middle of each step of 2^-52 instead of 2^-53, so that no sum is rounded to 1
    return np.asarray((np.floor(upper / 2.0) + 0.5) * 2.0 ** (1 - _BITS))


def random_table(names: Sequence[str], count: int, seed: int) -> Array:
    """(count, I) plain chance."""
    return np.stack([chance(raw_bits(seed, name, count)) for name in names], axis=1)


def latin_hypercube(names: Sequence[str], count: int, seed: int) -> Array:
    """(count, I) one number of each input in every one of ``count`` slices of equal probability.

    McKay, Beckman & Conover (1979): slices in an order by chance, a place by chance in each.
    """
    found = np.empty((count, len(names)))
    for column, name in enumerate(names):
        bits = raw_bits(seed, name, 2 * count)
        slices = np.argsort(np.argsort(bits[:count], kind="stable"), kind="stable")
        found[:, column] = _within(slices, chance(bits[count:]), count)
    return found


def _within(slices: NDArray[np.int64], place: Array, count: int) -> Array:
    """Numbers in their slices; rounding must not take one to the edge."""
    found = (slices + place) / count
    low = np.nextafter(slices / count, 1.0)
    high = np.nextafter((slices + 1) / count, 0.0)
    return np.minimum(np.maximum(found, low), high)


def sobol(names: Sequence[str], count: int, seed: int) -> Array:
    """(count, I) the first points of a scrambled Sobol sequence (Owen; Joe & Kuo 2008).

    Inputs have their dimensions by the order of their names. The points are the first of the next
    power of two.

    Raises MissingScipyError where SciPy is not installed.
    """
    qmc = _qmc()
    order = sorted(range(len(names)), key=lambda number: names[number])
    generator = np.random.Generator(np.random.Philox(seed))
    sequence = qmc.Sobol(len(names), scramble=True, bits=_SOBOL_BITS, rng=generator)
    points = sequence.random_base2(max(0, math.ceil(math.log2(count))))[:count]
    found = np.empty_like(points)
    # from the edge of the smallest step to its middle: never 0
    found[:, order] = points + 2.0 ** -(_SOBOL_BITS + 1)
    return np.asarray(found, dtype=np.float64)


def saltelli_base(members: int, inputs: int) -> int:
    """Base points N of the largest Saltelli design of at most so many members.

    N is a power of two, over which a Sobol sequence is balanced; the design has N (I + 2) members.

    Raises TooFewForSaltelliError
    """
    room = members // (inputs + 2)
    if room < LEAST_BASE:
        raise TooFewForSaltelliError(members, inputs)
    return 1 << (room.bit_length() - 1)


def saltelli(names: Sequence[str], count: int, seed: int) -> Array:
    """(count, I) N base points, each with I + 2 members one after the other.

    Saltelli et al. (2010): of two independent points a and b of the unit cube the members are a,
    then a with its first, second ... coordinate from b, then b. The points are the halves of those
    of one scrambled Sobol sequence in 2 I dimensions, those by the order of their names.

    count : N (I + 2), see ``saltelli_base``

    Raises MissingScipyError where SciPy is not installed.
    """
    inputs = len(names)
    both = sobol([*(f"a {name}" for name in names), *(f"b {name}" for name in names)],
                 count // (inputs + 2), seed)  # fmt: skip
    first, second = both[:, None, :inputs], both[:, inputs:]
    found = np.repeat(first, inputs + 2, axis=1)
    for i in range(inputs):
        found[:, i + 1, i] = second[:, i]
    found[:, -1] = second
    return found.reshape(count, inputs)


def _qmc() -> Any:
    from importlib import import_module

    try:
        return import_module("scipy.stats.qmc")
    except ImportError as error:
        raise MissingScipyError from error


DESIGNS = {
    "random": random_table, "latin_hypercube": latin_hypercube, "sobol": sobol,
    "saltelli": saltelli,
}  # fmt: skip


# --- correlation ---------------------------------------------------------------------------------


def gaussian_copula(unit: Array, correlation: Array) -> Array:
    """(M, I) numbers of which each stays even, and whose normal variables are correlated.

    correlation : (I, I) of the normal variables, positive definite
    """
    root = _cholesky(correlation)
    normal = _sum_products(normal_quantile(unit), root.T)
    found = np.array([0.5 * math.erfc(-z / math.sqrt(2.0)) for z in normal.ravel().tolist()])
    smallest = 2.0**-_BITS
    inner = np.minimum(np.maximum(found.reshape(unit.shape), smallest), 1.0 - smallest)
    return np.asarray(inner, dtype=np.float64)


def iman_conover(unit: Array, correlation: Array, names: Sequence[str], seed: int) -> Array:
    """(M, I) the same numbers of each input, in an order that has the correlations.

    Iman & Conover (1982): van der Waerden scores are mixed by chance, freed of the correlation
    they have by chance, given the one that is wanted, and each column of ``unit`` is put in the
    order of its scores.

    Raises TooFewMembersError
    """
    count, inputs = unit.shape
    if count < 2 * inputs + 1:
        raise TooFewMembersError(count, inputs)
    steps = normal_quantile(np.arange(1, count + 1) / (count + 1.0))
    scores = np.empty_like(unit)
    for column, name in enumerate(names):
        mixed = np.argsort(raw_bits(seed, f"{name}:order", count), kind="stable")
        scores[:, column] = steps[mixed]
    square = float(np.sum(steps * steps))
    columns = [scores[:, column] for column in range(inputs)]
    by_chance = [[float(np.sum(one * other)) / square for other in columns] for one in columns]
    turn = _solve_upper(_cholesky(np.array(by_chance)).T, _cholesky(correlation).T)
    turned = _sum_products(scores, turn)
    found = np.empty_like(unit)
    for column in range(inputs):
        rank = np.argsort(np.argsort(turned[:, column], kind="stable"), kind="stable")
        found[:, column] = np.sort(unit[:, column])[rank]
    return found


# Small matrices are factored and multiplied here, in one order of summation whatever the library
# behind numpy, so that draws are the same to the bit.


def _sum_products(left: Array, right: Array) -> Array:
    """Matrix product."""
    found: Array = np.zeros((left.shape[0], right.shape[1]))
    for k in range(left.shape[1]):
        found += left[:, k, None] * right[None, k, :]
    return found


def _cholesky(matrix: Array) -> Array:
    """Lower triangle L of a positive definite matrix, L L^T = matrix."""
    size = matrix.shape[0]
    found: Array = np.zeros((size, size))
    for i in range(size):
        for k in range(i + 1):
            rest = float(matrix[i, k])
            for n in range(k):
                rest -= float(found[i, n]) * float(found[k, n])
            found[i, k] = math.sqrt(rest) if i == k else rest / found[k, k]
    return found


def _solve_upper(upper: Array, right: Array) -> Array:
    """X of upper X = right."""
    found: Array = np.array(right, dtype=np.float64)
    for i in reversed(range(upper.shape[0])):
        for n in range(i + 1, upper.shape[0]):
            found[i] -= upper[i, n] * found[n]
        found[i] /= upper[i, i]
    return found
