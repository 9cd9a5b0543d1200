"""From evenly distributed numbers between 0 and 1 to values of a distribution.

Each distribution is inverted in closed form; the normal one by AS 241 (Wichura 1988), as the
standard library has it, to some 1e-16. Truncation maps the numbers to the part that is left.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ..scenario.check_uncertain import share_below
from ..scenario.uncertain import (
    Discrete,
    Distribution,
    Empirical,
    Lognormal,
    LogUniform,
    Normal,
    Triangular,
    Uniform,
)

Array = NDArray[np.float64]
_STANDARD = NormalDist()
_LEAST = 2.0**-53
"""Nearest to 0 and to 1 that a number between them comes."""


def normal_quantile(unit: Array) -> Array:
    """Values that a standard normal variable does not exceed with probabilities ``unit``."""
    found = map(_STANDARD.inv_cdf, unit.ravel().tolist())
    return np.fromiter(found, np.float64, unit.size).reshape(unit.shape)


def values_of(found: Distribution, unit: Array) -> Array:
    """Values of a distribution by the inverse of its distribution function.

    Parameters
    ----------
    found : a distribution of the scenario
    unit : (M,) between 0 and 1, both excluded

    Returns
    -------
    (M,) values in SI; of words, texts, and true or false the number of the choice
    """
    if isinstance(found, Discrete | Empirical):
        choice = _choices(found, unit)
        if isinstance(found, Discrete) and not found.aim.content.is_number:
            return choice.astype(np.float64)
        return np.array(found.values, dtype=np.float64)[choice]
    low = 0.0 if found.lowest is None else share_below(found, found.lowest)
    high = 1.0 if found.highest is None else share_below(found, found.highest)
    # rounding must not take a number to 0 or 1, where the ends may be at infinity
    inner = np.minimum(np.maximum(low + (high - low) * unit, _LEAST), 1.0 - _LEAST)
    values = _INVERSE[type(found)](found, inner)
    # the last bit of the inverse must not step over the cut
    if found.lowest is not None:
        values = np.maximum(values, found.lowest)
    if found.highest is not None:
        values = np.minimum(values, found.highest)
    return values


def _choices(found: Discrete | Empirical, unit: Array) -> NDArray[np.int64]:
    """(M,) which of several values; numbers in rising order, so that ranks have a meaning."""
    weights = np.array(found.weights or [1.0] * len(found.values), dtype=np.float64)
    order = np.arange(weights.size)
    if not isinstance(found, Discrete) or found.aim.content.is_number:
        order = np.argsort(np.array(found.values, dtype=np.float64), kind="stable")
    edges = np.cumsum(weights[order])
    # the first edge above: a value of no weight is never chosen
    place = np.searchsorted(edges[:-1] / edges[-1], unit, side="right")
    heavy = np.flatnonzero(weights[order] > 0.0)
    return np.asarray(order[np.minimum(place, heavy[-1])], dtype=np.int64)


def _uniform(found: Uniform, unit: Array) -> Array:
    return np.asarray(found.low + (found.high - found.low) * unit)


def _log_uniform(found: LogUniform, unit: Array) -> Array:
    # rounding of the exponential must not step over an end
    values = found.low * np.exp(np.log(found.high / found.low) * unit)
    return np.asarray(np.minimum(values, found.high))


def _normal(found: Normal, unit: Array) -> Array:
    return np.asarray(found.mean + found.standard_deviation * normal_quantile(unit))


def _lognormal(found: Lognormal, unit: Array) -> Array:
    mean, spread = found.of_logarithm
    return np.asarray(np.exp(mean + spread * normal_quantile(unit)))


def _triangular(found: Triangular, unit: Array) -> Array:
    low, mode, high = found.low, found.mode, found.high
    width = high - low
    left = low + np.sqrt(unit * width * (mode - low))
    right = high - np.sqrt((1.0 - unit) * width * (high - mode))
    return np.asarray(np.where(unit * width < mode - low, left, right))


_INVERSE: dict[type, Callable[..., Array]] = {
    Uniform: _uniform,
    LogUniform: _log_uniform,
    Normal: _normal,
    Lognormal: _lognormal,
    Triangular: _triangular,
}
