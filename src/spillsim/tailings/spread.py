"""What is not known exactly: spreads, equally weighted mixtures of them, and stratified samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_NORMAL = NormalDist()
_TAIL = _NORMAL.inv_cdf(0.95)
"""Standard deviations between the median and the 95 % quantile."""
_cdf = np.frompyfunc(_NORMAL.cdf, 1, 1)
_inverse = np.frompyfunc(_NORMAL.inv_cdf, 1, 1)
_INSIDE = 1e-9
"""Samples stay this far from probability 0 and 1, where a normal quantile is infinite."""
_HALVINGS = 60


@dataclass(frozen=True)
class Spread:
    """A positive number that is known exactly, between two ends, or about a typical value.

    With ``typical`` alone it is that number. With ``low`` and ``high`` alone it is log-uniform
    between them. With all three, ``typical`` is the median and ``low`` and ``high`` are the 5 % and
    95 % quantiles of a lognormal distribution whose two halves have spreads of their own.
    """

    typical: float | None = None
    low: float | None = None
    high: float | None = None
    quality: str = "given"
    """``given`` by the user, ``read`` in a source, ``recalled`` without one, or ``assumed``."""
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no spread.

        Raises ValueError where no number is given, one of low and high stands alone, or the
        numbers are not in order.
        """
        ends = (self.low, self.high)
        if self.typical is None and None in ends:
            raise ValueError("a typical value, or a low and a high one, are needed")
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high are needed together")
        if self.low is None or self.high is None:
            return
        if not 0.0 < self.low <= self.high:
            raise ValueError("low must be above zero and high not below it")
        if self.typical is not None and not self.low <= self.typical <= self.high:
            raise ValueError("typical must lie between low and high")

    @property
    def is_exact(self) -> bool:
        """True where there is one value only."""
        return self.low is None or self.low == self.high

    @property
    def median(self) -> float:
        """The value that is exceeded half of the time."""
        return float(self.quantile(0.5))

    @property
    def most(self) -> float:
        """The upper end, or the 95 % quantile where there is no end."""
        value = self.typical if self.high is None else self.high
        assert value is not None
        return value

    def quantile(self, probability: ArrayLike) -> Array:
        """Values that are not exceeded with the probabilities, which lie between 0 and 1."""
        share = np.asarray(probability, dtype=np.float64)
        if self.low is None or self.high is None:
            assert self.typical is not None
            return np.full(share.shape, self.typical)
        if self.typical is None:
            return np.asarray(self.low * (self.high / self.low) ** share)
        tails = normal_quantile(share) / _TAIL
        below, above = self.typical / self.low, self.high / self.typical
        return np.asarray(self.typical * np.where(tails < 0.0, below, above) ** tails)


def normal_quantile(probability: ArrayLike) -> Array:
    """Quantiles of the standard normal distribution."""
    return np.asarray(_inverse(np.asarray(probability, dtype=np.float64)), dtype=np.float64)


def normal_probability(value: ArrayLike) -> Array:
    """Probability that a standard normal number does not exceed the values."""
    return np.asarray(_cdf(np.asarray(value, dtype=np.float64)), dtype=np.float64)


@dataclass(frozen=True)
class LogMixture:
    """Equally weighted lognormal distributions, each conditional on not exceeding a limit.

    Conditional means that the part of each distribution above the limit is taken away and the
    rest scaled up to one. Cutting values off at the limit instead would heap that part's
    probability on the limit itself.
    """

    centre: Array
    """(M, S) decimal logarithm of the median of each of M distributions in each of S cases."""
    deviation: Array
    """(M,) standard deviation of the decimal logarithm."""
    limit: float = math.inf

    @property
    def below_limit(self) -> Array:
        """(M, S) share of each distribution that does not exceed the limit."""
        if math.isinf(self.limit):
            return np.ones_like(self.centre)
        return self._probability(np.full(self.centre.shape[1], math.log10(self.limit)))

    def draw(self, which: Array, within: Array) -> Array:
        """(S,) one value for each case.

        which : (S,) between 0 and 1, chooses the distribution
        within : (S,) between 0 and 1, the probability within it
        """
        count, cases = self.centre.shape
        chosen = np.minimum((which * count).astype(np.int64), count - 1)
        each = np.arange(cases)
        tails = normal_quantile(within * self.below_limit[chosen, each])
        return np.asarray(10.0 ** (self.centre[chosen, each] + self.deviation[chosen] * tails))

    def quantile(self, probability: float) -> Array:
        """(S,) value that the mixture does not exceed with a probability, by halving intervals."""
        top = self.below_limit
        if len(self.deviation) == 1:
            tails = normal_quantile(probability * top[0])
            return np.asarray(10.0 ** (self.centre[0] + self.deviation[0] * tails))
        reach = 9.0 * float(np.max(self.deviation)) + 1e-12
        low, high = np.min(self.centre, axis=0) - reach, np.max(self.centre, axis=0) + reach
        if not math.isinf(self.limit):
            high = np.minimum(high, math.log10(self.limit))
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            below = np.mean(self._probability(middle) / top, axis=0) < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray(10.0 ** (0.5 * (low + high)))

    def _probability(self, logarithm: Array) -> Array:
        """(M, S) share of each distribution below (S,) decimal logarithms."""
        sure = self.deviation == 0.0
        scale = np.where(sure, 1.0, self.deviation)[:, None]
        away = (logarithm[None, :] - self.centre) / scale
        return np.where(sure[:, None], (away >= 0.0) * 1.0, normal_probability(away))


def latin_hypercube(samples: int, names: Sequence[str], seed: int) -> dict[str, Array]:
    """Stratified samples of independent uniform numbers (McKay, Beckman & Conover 1979).

    Each name gets ``samples`` numbers, one in each of as many equal parts of the interval from 0 to
    1, in an order of its own. The same seed and names give the same numbers.

    Returns (S,) numbers above 0 and below 1 by name
    """
    draw = np.random.default_rng(seed)
    found = {}
    for name in names:
        order = draw.permutation(samples)
        within = _INSIDE + (1.0 - 2.0 * _INSIDE) * draw.random(samples)
        found[name] = np.asarray((order + within) / samples)
    return found
