"""How large a flood of a return period is, and how sure that is, from annual maxima.

L-moments rather than maximum likelihood: with the few decades that a gauge has, their quantiles
scatter and err less, one great flood sways them less, and they always exist, where the likelihood
of a three-parameter distribution may have no maximum (Hosking, Wallis & Wood 1985; Hosking &
Wallis 1997, ch. 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .l_moments import UnfitError, fit, quantile

Array = NDArray[np.float64]

DISTRIBUTIONS = ("gumbel", "gev", "pearson3", "log_pearson3")
LEAST_YEARS = 10
"""Years below which nothing is fitted."""
FEW_YEARS = 25
"""Years below which the shape of the tail is hardly known."""
CONFIDENCE = 0.90
REPLICATES = 1000
SEED = 19971
"""Of the bootstrap: the same record always has the same bounds."""
_FAR = 2.0
"""Return period over years of record beyond which the quantile is an extrapolation."""
_VERY_FAR = 4.0
_POOR = 0.05
"""Share of samples of the fitted distribution below whose agreement the fit is doubted."""


@dataclass(frozen=True)
class FloodFrequency:
    """A distribution of annual maxima and its quantiles for T return periods."""

    distribution: str
    parameters: tuple[float, ...]
    """As ``l_moments.fit`` gives them."""
    maxima: Array
    """(n,) the record, rising [m3/s]."""
    return_period: Array
    """(T,) [years]"""
    best: Array
    """(T,) discharge exceeded once in the return period on average [m3/s]."""
    lower: Array
    """(T,) lower bound, 5 % [m3/s]."""
    upper: Array
    """(T,) upper bound, 95 % [m3/s]."""
    correlation: float
    """Probability-plot correlation coefficient (Filliben 1975) at Cunnane's positions."""
    agreement: float
    """Share of samples of the fitted distribution that lie no better on their own fit."""

    @property
    def years(self) -> int:
        """Years of record."""
        return int(self.maxima.size)

    def doubts(self) -> list[str]:
        """What should be told of the record and the fit, in words."""
        found = doubts(self.years, float(self.return_period.max()))
        if self.agreement < _POOR:
            found.append(
                f"the {self.distribution} distribution fits the record poorly: of samples drawn "
                f"from it only {100.0 * self.agreement:.2g} % fit no better (correlation "
                f"{self.correlation:.4f}); try another distribution"
            )
        return found


def doubts(years: int, return_period: float) -> list[str]:
    """What a short record or a long return period asks to be told."""
    found = []
    if years < FEW_YEARS:
        found.append(
            f"the record has {years} years; below {FEW_YEARS} the tail is hardly known, read the "
            "bounds rather than the best estimate"
        )
    ratio = return_period / years
    if ratio > _FAR:
        far = "far beyond what a record can support" if ratio > _VERY_FAR else "an extrapolation"
        found.append(
            f"{return_period:g} years is {ratio:.3g} times the {years} years of record: {far}; the "
            "bounds hold only if the distribution is the right one"
        )
    return found


def plotting_positions(count: int, kind: str = "cunnane") -> Array:
    """Probabilities of non-exceedance of a sorted sample.

    p_i = (i - a) / (n + 1 - 2 a) with a = 0.4 (Cunnane 1978) or 0 (Weibull 1939).

    Returns (n,) rising
    """
    offset = {"cunnane": 0.4, "weibull": 0.0}[kind]
    rank = np.arange(1, count + 1, dtype=np.float64)
    return (rank - offset) / (count + 1.0 - 2.0 * offset)


def analyse(maxima: ArrayLike, distribution: str, return_periods: ArrayLike) -> FloodFrequency:
    """Fit a distribution to annual maxima and give its quantiles with bounds of 90 %.

    The bounds are those of a parametric bootstrap (Efron & Tibshirani 1993, ch. 6 and 13):
    ``REPLICATES`` records as long as the given one are drawn from the fitted distribution, with
    the generator PCG64 seeded by ``SEED``, fitted again, and the 5 % and 95 % points of their
    quantiles taken. They hold the scatter of a record, not doubt about the distribution itself.

    maxima : (n,) one value a year, in any order [m3/s]
    distribution : one of ``DISTRIBUTIONS``
    return_periods : (T,) above one [years]

    Raises
    ------
    UnfitError
        Fewer than ``LEAST_YEARS`` values, equal values, or zeros under a logarithm.
    MissingScipyError
        SciPy is not installed.
    """
    record = np.sort(np.asarray(maxima, dtype=np.float64))
    periods = np.atleast_1d(np.asarray(return_periods, dtype=np.float64))
    _check(record, distribution)
    parameters = fit(distribution, record)
    below = 1.0 - 1.0 / periods
    best = quantile(distribution, parameters, below)
    drawn = np.random.default_rng(SEED).random((REPLICATES, record.size))
    samples = np.sort(quantile(distribution, parameters, drawn), axis=1)
    again = tuple(part[:, None] for part in fit(distribution, samples))
    spread = quantile(distribution, again, below[None, :])
    tail = 0.5 * (1.0 - CONFIDENCE)
    lower, upper = np.quantile(spread, [tail, 1.0 - tail], axis=0)
    own = _correlation(distribution, tuple(np.atleast_1d(p)[:, None] for p in parameters),
                       record[None, :])[0]  # fmt: skip
    others = _correlation(distribution, again, samples)
    return FloodFrequency(
        distribution, tuple(float(part) for part in parameters), record, periods, best, lower,
        upper, float(own), float(np.mean(others <= own)),
    )  # fmt: skip


def _check(record: Array, distribution: str) -> None:
    if record.size < LEAST_YEARS:
        raise UnfitError(
            f"{record.size} annual maxima are too few: at least {LEAST_YEARS} years are needed"
        )
    if not np.all(np.isfinite(record)):
        raise UnfitError("the annual maxima hold a value that is not a number")
    if not record[-1] > record[0]:
        raise UnfitError("all annual maxima are equal; nothing can be fitted to them")
    if distribution == "log_pearson3" and not record[0] > 0.0:
        raise UnfitError(
            "log_pearson3 takes logarithms, so every annual maximum must be above zero"
        )


def _correlation(distribution: str, parameters: tuple[Array, ...], samples: Array) -> Array:
    """(B,) correlation of B sorted samples (B, n) with the quantiles of their own fits."""
    expected = quantile(distribution, parameters, plotting_positions(samples.shape[1])[None, :])
    if distribution == "log_pearson3":
        samples, expected = np.log10(samples), np.log10(expected)
    first = samples - samples.mean(axis=1, keepdims=True)
    second = expected - expected.mean(axis=1, keepdims=True)
    product = (first * second).sum(axis=1)
    return np.asarray(product / np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1)))
