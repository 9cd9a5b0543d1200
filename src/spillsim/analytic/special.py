"""Error functions for arrays: erf, erfc, the scaled erfcx, and the scaled integral of erfc.

W. J. Cody (1969), "Rational Chebyshev approximations for the error function", Mathematics of
Computation 23, 631-637, with the coefficients of his public program CALERF (netlib specfun).
Relative error a few 1e-16, except near the underflow of erfc.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_ROOT_PI_INVERSE = 0.56418958354775628695
# |x| <= 0.46875: erf(x) = x R(x^2)
_ERF_TOP = (
    3.16112374387056560e00,
    1.13864154151050156e02,
    3.77485237685302021e02,
    3.20937758913846947e03,
    1.85777706184603153e-1,
)
_ERF_BOTTOM = (
    2.36012909523441209e01,
    2.44024637934444173e02,
    1.28261652607737228e03,
    2.84423683343917062e03,
)
# 0.46875 <= x <= 4: erfcx(x) = R(x)
_MIDDLE_TOP = (
    5.64188496988670089e-1,
    8.88314979438837594e0,
    6.61191906371416295e01,
    2.98635138197400131e02,
    8.81952221241769090e02,
    1.71204761263407058e03,
    2.05107837782607147e03,
    1.23033935479799725e03,
    2.15311535474403846e-8,
)
_MIDDLE_BOTTOM = (
    1.57449261107098347e01,
    1.17693950891312499e02,
    5.37181101862009858e02,
    1.62138957456669019e03,
    3.29079923573345963e03,
    4.36261909014324716e03,
    3.43936767414372164e03,
    1.23033935480374942e03,
)
# x >= 4: erfcx(x) = (1/sqrt(pi) - z R(z))/x with z = 1/x^2
_FAR_TOP = (
    3.05326634961232344e-1,
    3.60344899949804439e-1,
    1.25781726111229246e-1,
    1.60837851487422766e-2,
    6.58749161529837803e-4,
    1.63153871373020978e-2,
)
_FAR_BOTTOM = (
    2.56852019228982242e00,
    1.87295284992346047e00,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3,
)


def _ratio(x: Array, top: tuple[float, ...], bottom: tuple[float, ...]) -> Array:
    """Cody's nested ratio: ``top`` holds its leading coefficient last, ``bottom`` is monic."""
    above = top[-1] * x
    below = x
    for numerator, denominator in zip(top[:-2], bottom[:-1], strict=True):
        above = (above + numerator) * x
        below = (below + denominator) * x
    return (above + top[-2]) / (below + bottom[-1])


def _exp_square(x: Array, sign: float) -> Array:
    """exp(sign x^2) with the square split so that its rounding does not enter the exponent."""
    coarse = np.trunc(x * 16.0) / 16.0
    value: Array = np.exp(sign * coarse * coarse) * np.exp(sign * (x - coarse) * (x + coarse))
    return value


def _erf_small(x: Array) -> Array:
    return x * _ratio(x * x, _ERF_TOP, _ERF_BOTTOM)


def _erfcx_positive(x: Array) -> Array:
    """erfcx for x >= 0.46875."""
    middle = np.minimum(x, 4.0)
    far = np.maximum(x, 4.0)
    z = 1.0 / far / far
    tail = (_ROOT_PI_INVERSE - z * _ratio(z, _FAR_TOP, _FAR_BOTTOM)) / far
    return np.where(x <= 4.0, _ratio(middle, _MIDDLE_TOP, _MIDDLE_BOTTOM), tail)


def erf(x: ArrayLike) -> Array:
    """Error function 2/sqrt(pi) times the integral of exp(-v^2) from 0 to x; any real x."""
    value = np.asarray(x, dtype=np.float64)
    size = np.abs(value)
    near = _erf_small(np.minimum(size, 0.46875))
    large = np.minimum(np.maximum(size, 0.46875), 30.0)
    away = (0.5 - _exp_square(large, -1.0) * _erfcx_positive(large)) + 0.5
    result: Array = np.copysign(np.where(size <= 0.46875, near, away), value)
    return np.where(np.isnan(value), np.nan, result)


def erfc(x: ArrayLike) -> Array:
    """Complementary error function 1 - erf(x) without loss of digits; underflows above 26.5."""
    value = np.asarray(x, dtype=np.float64)
    size = np.abs(value)
    near = 1.0 - _erf_small(np.minimum(np.maximum(value, -0.46875), 0.46875))
    large = np.minimum(np.maximum(size, 0.46875), 30.0)
    tail = _exp_square(large, -1.0) * _erfcx_positive(large)
    away = np.where(value > 0.0, tail, 2.0 - tail)
    return np.where(np.isnan(value), np.nan, np.where(size <= 0.46875, near, away))


def erfcx(x: ArrayLike) -> Array:
    """Scaled complementary error function exp(x^2) erfc(x); infinite below about -26.6."""
    value = np.asarray(x, dtype=np.float64)
    size = np.abs(value)
    small = np.minimum(np.maximum(value, -0.46875), 0.46875)
    near = np.exp(small * small) * (1.0 - _erf_small(small))
    large = np.maximum(size, 0.46875)
    away = _erfcx_positive(large)
    with np.errstate(over="ignore"):
        left = 2.0 * _exp_square(np.minimum(large, 27.0), 1.0) - away
    away = np.where(value > 0.0, away, left)
    return np.where(np.isnan(value), np.nan, np.where(size <= 0.46875, near, away))


def ierfcx(x: ArrayLike) -> Array:
    """Scaled first repeated integral of erfc, exp(x^2) ierfc(x) = 1/sqrt(pi) - x erfcx(x).

    Positive and decreasing; about 1/(2 sqrt(pi) x^2) for large x, where the difference itself would
    lose all digits and the asymptotic series (Abramowitz & Stegun 1964, 7.1.23) is used instead.
    """
    value = np.asarray(x, dtype=np.float64)
    direct = _ROOT_PI_INVERSE - value * erfcx(np.minimum(value, 12.0))
    far = np.maximum(value, 12.0)
    z = 0.5 / far / far
    term = z
    series = z
    for order in range(1, 14):
        term = -term * (2 * order + 1) * z
        series = series + term
    return np.where(value <= 12.0, direct, _ROOT_PI_INVERSE * series)


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


def erfcx_drop(x: Array, width: Array) -> Array:
    """Mean slope (erfcx(x) - erfcx(x + width))/width for x >= 0, width >= 0, without cancellation.

    Uses erfcx'(x) = -2 ierfcx(x) and Gauss-Legendre quadrature where the difference would cancel.
    """
    x, width = np.broadcast_arrays(x, width)
    narrow = width < 0.5 * (1.0 + x)
    step = np.where(narrow, width, 0.0)
    mean = np.zeros_like(x)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        mean = mean + weight * ierfcx(x + 0.5 * (1.0 + float(node)) * step)
    wide = np.where(narrow, 1.0, width)
    return np.where(narrow, mean, (erfcx(x) - erfcx(x + wide)) / wide)
