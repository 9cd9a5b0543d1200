"""First-order decay: half-lives, chains, daylight."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .constants import Array, as_array


def rate_of_half_life(half_life: ArrayLike) -> Array:
    """First-order rate ln 2 / T_half [1/s].

    Parameters
    ----------
    half_life : (...) T_half > 0, inf for none [s]
    """
    found: Array = np.log(2.0) / as_array(half_life)
    return found


def photolysis_rate(rate: ArrayLike, daylight: ArrayLike, ice_cover: ArrayLike = 0.0) -> Array:
    """Mean first-order rate by light, k f (1 - i): only by day and not under ice [1/s].

    Parameters
    ----------
    rate : (...) k in daylight, mean over the depth [1/s]
    daylight : (...) share of the time with light f [-]
    ice_cover : (...) share of the surface under ice i [-]
    """
    found: Array = as_array(rate) * as_array(daylight) * (1.0 - as_array(ice_cover))
    return found


def bateman_1910(
    initial: ArrayLike, rates: ArrayLike, time: ArrayLike, yields: ArrayLike | None = None
) -> Array:
    """Masses of a chain in which each member decays into the next, Bateman (1910).

    x_n(t) = sum_i x_i(0) prod_{j=i}^{n-1} (y_j k_j) sum_{j=i}^{n} exp(-k_j t) / prod_{p!=j}
    (k_p - k_j). Digits are lost where two rates are nearly the same; exact for tests where they
    differ clearly.

    Parameters
    ----------
    initial : (n,) masses at the start [kg]
    rates : (n,) k >= 0, all different; 0 for a stable end [1/s]
    time : (T,) since the start [s]
    yields : (n - 1,) mass of the next member per mass decayed, 1 when left out [-]

    Returns
    -------
    (n, T) masses [kg]

    Raises
    ------
    ValueError
        Two rates are the same.
    """
    start, k, t = as_array(initial), as_array(rates), np.atleast_1d(as_array(time))
    if len(np.unique(k)) < len(k):
        raise ValueError("the rates of a chain must all be different for this closed form")
    y = np.ones(len(k) - 1) if yields is None else as_array(yields)
    masses: Array = np.zeros((len(k), len(t)))
    for last in range(len(k)):
        for first in range(last + 1):
            members = k[first : last + 1]
            made = start[first] * np.prod(y[first:last] * k[first:last])
            for rate in members:
                apart = np.prod(members[members != rate] - rate)
                masses[last] += made * np.exp(-rate * t) / apart
    return masses
