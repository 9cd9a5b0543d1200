"""From a step to a finite pulse, and from instants to means over intervals or cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Response = Callable[[Array], Array]


def finite_pulse(step: Response, time: ArrayLike, duration: float) -> Array:
    """Response to a pulse of the given duration, step(t) - step(t - T), by superposition.

    Parameters
    ----------
    step : response to a step that begins at t = 0, zero for t <= 0
    time : (...) t [s]
    duration : T > 0 [s]
    """
    t = np.asarray(time, dtype=np.float64)
    return step(t) - step(t - duration)


def mean_from_integral(integral: Response, edges: ArrayLike) -> Array:
    """Means over the intervals between ``edges`` of a quantity whose running integral is known.

    Parameters
    ----------
    integral : running integral, e.g. ``lambda t: first_type_step_exposure(x, t, c0, reach)``
    edges : (n + 1,) rising edges of the intervals

    Returns
    -------
    (n,) means
    """
    edge = np.asarray(edges, dtype=np.float64)
    return np.diff(integral(edge)) / np.diff(edge)


def mean_by_quadrature(quantity: Response, edges: ArrayLike, points: int = 8) -> Array:
    """Means over the intervals between ``edges`` by Gauss-Legendre quadrature.

    For solutions without a closed integral; converges geometrically when the quantity is smooth on
    the scale of an interval. An edge should stand where a release begins or ends.

    Parameters
    ----------
    quantity : function of an array of times or distances
    edges : (n + 1,) rising edges of the intervals
    points : quadrature points in each interval

    Returns
    -------
    (n,) means
    """
    edge = np.asarray(edges, dtype=np.float64)
    nodes, weights = np.polynomial.legendre.leggauss(points)
    width = np.diff(edge)
    places = edge[:-1, None] + 0.5 * width[:, None] * (1.0 + nodes)
    mean: Array = quantity(places) @ (0.5 * weights)
    return mean
