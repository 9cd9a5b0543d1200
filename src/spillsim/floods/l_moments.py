"""Distributions of annual maxima fitted by L-moments (Hosking & Wallis 1997)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SpillsimError

Array = NDArray[np.float64]

_BISECTIONS = 80
"""Halvings of a bracket of 200; the last is far below round-off."""


class MissingScipyError(SpillsimError):
    """SciPy, which flood frequency needs, is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "flood frequency needs SciPy, which is not installed; "
            'install it with: pip install "spillsim[floods]"'
        )


class UnfitError(SpillsimError):
    """A series that no distribution can be fitted to; says what is wrong with it."""


def _scipy(part: str) -> Any:
    """A part of SciPy, imported when it is first needed.

    Raises MissingScipyError where it is not installed.
    """
    from importlib import import_module

    try:
        return import_module(f"scipy.{part}")
    except ImportError as error:
        raise MissingScipyError from error


def sample_l_moments(values: Array) -> tuple[Array, Array, Array]:
    """L-moments of samples: mean l1, L-scale l2 and L-skewness t3 = l3 / l2.

    Unbiased probability-weighted moments b_r = (1/n) sum_j C(j-1, r) / C(n-1, r) x_j of the
    sorted sample; l1 = b0, l2 = 2 b1 - b0, l3 = 6 b2 - 6 b1 + b0 (Hosking & Wallis 1997, eq. 2.51
    and 2.55).

    values : (..., n) samples in any order, n of three or more

    Returns l1 (...), l2 (...), t3 (...)
    """
    ordered = np.sort(values, axis=-1)
    count = ordered.shape[-1]
    rank = np.arange(count, dtype=np.float64)
    first = rank / (count - 1)
    second = first * (rank - 1) / (count - 2)
    b0 = ordered.mean(axis=-1)
    b1 = ordered @ first / count
    b2 = ordered @ second / count
    l2 = 2.0 * b1 - b0
    return b0, l2, (6.0 * b2 - 6.0 * b1 + b0) / l2


def fit_gumbel(l1: Array, l2: Array) -> tuple[Array, Array]:
    """Location and scale of a Gumbel distribution (Hosking & Wallis 1997, eq. A.22)."""
    scale = l2 / math.log(2.0)
    return l1 - np.euler_gamma * scale, scale


def fit_gev(l1: Array, l2: Array, t3: Array) -> tuple[Array, Array, Array]:
    """Shape k, location and scale of a generalized extreme value distribution.

    t3 = 2 (1 - 3^-k) / (1 - 2^-k) - 3 is solved for k by bisection, rather than by Hosking's
    approximation; the others follow (Hosking & Wallis 1997, eq. A.52 to A.55). k < 0 is the heavy
    tail; k is the shape ``c`` of ``scipy.stats.genextreme``.
    """
    gamma = _scipy("special").gamma
    shape = _bisect(lambda k: -_gev_skewness(k), -t3, -0.999, 50.0)
    near = np.abs(shape) < 1e-7
    safe = np.where(near, 1e-7, shape)
    scale = l2 * safe / (-np.expm1(-safe * math.log(2.0)) * gamma(1.0 + safe))
    return shape, l1 - scale * (1.0 - gamma(1.0 + safe)) / safe, scale


def _gev_skewness(shape: Array) -> Array:
    safe = np.where(np.abs(shape) < 1e-9, 1e-9, shape)
    ratio = np.expm1(-safe * math.log(3.0)) / np.expm1(-safe * math.log(2.0))
    return np.asarray(2.0 * ratio - 3.0)


def fit_pearson3(l1: Array, l2: Array, t3: Array) -> tuple[Array, Array, Array]:
    """Skewness, mean and standard deviation of a Pearson type 3 distribution.

    With a = 4 / skewness^2, t3 = 6 I_{1/3}(a, 2 a) - 3 (incomplete beta ratio) is solved for the
    skewness by bisection and standard deviation = l2 sqrt(pi a) gamma(a) / gamma(a + 1/2)
    (Hosking & Wallis 1997, eq. A.75 to A.86).
    """
    special = _scipy("special")
    least, most = 1e-3, 60.0

    def l_skewness(skew: Array) -> Array:
        a = 4.0 / (skew * skew)
        return np.asarray(6.0 * special.betainc(a, 2.0 * a, 1.0 / 3.0) - 3.0)

    size = np.abs(t3)
    lowest = l_skewness(np.full_like(size, least))
    # below the bracket the relation is a straight line through zero
    skew = np.where(size < lowest, least * size / lowest, _bisect(l_skewness, size, least, most))
    a = 4.0 / np.maximum(skew, least) ** 2
    deviation = l2 * np.sqrt(np.pi * a) * np.exp(special.gammaln(a) - special.gammaln(a + 0.5))
    return np.copysign(skew, t3), l1, deviation


def _bisect(rises: Callable[[Array], Array], wanted: Array, low: float, high: float) -> Array:
    """Where a rising function takes values; the end of the bracket where it does not."""
    wanted = np.asarray(wanted, dtype=np.float64)
    lower, upper = np.full_like(wanted, low), np.full_like(wanted, high)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (lower + upper)
        below = rises(middle) < wanted
        lower, upper = np.where(below, middle, lower), np.where(below, upper, middle)
    return np.asarray(0.5 * (lower + upper))


def fit(distribution: str, values: Array) -> tuple[Array, ...]:
    """Parameters of a distribution for samples, in the order of ``scipy.stats``.

    values : (..., n) samples [m3/s]

    Returns (shape, location, scale), each (...); (location, scale) for Gumbel. Those of
    ``log_pearson3`` are of the decimal logarithms.
    """
    if distribution == "log_pearson3":
        values = np.log10(values)
    l1, l2, t3 = sample_l_moments(values)
    if distribution == "gumbel":
        return fit_gumbel(l1, l2)
    return fit_gev(l1, l2, t3) if distribution == "gev" else fit_pearson3(l1, l2, t3)


def quantile(distribution: str, parameters: tuple[Array, ...], not_exceeded: Array) -> Array:
    """Discharge that is not exceeded with a probability, through ``scipy.stats``.

    parameters : as ``fit`` gives them, of shapes that broadcast with not_exceeded
    """
    stats = _scipy("stats")
    family = {"gumbel": stats.gumbel_r, "gev": stats.genextreme}.get(distribution, stats.pearson3)
    found = family.ppf(not_exceeded, *parameters)
    return np.asarray(10.0**found if distribution == "log_pearson3" else found)
