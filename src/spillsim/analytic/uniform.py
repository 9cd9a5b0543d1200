"""Closed solutions of dC/dt + U dC/dx = D d2C/dx2 - k C in a uniform, steady reach.

Common arguments: ``distance`` x [m] and ``time`` t [s] broadcast against each other; ``reach`` is a
:class:`UniformReach`. Concentrations are zero for t <= 0. Every product exp(large) erfc(large) is
written with erfcx, so that Peclet numbers U x/D of 1e5 and more neither overflow nor lose digits.
With s = sqrt(U^2 t/D), b = (x + U t)/sqrt(4 D t) and G = exp(-(x - U t)^2/(4 D t) - k t) all
exponential products reduce to G erfcx(.), because exp((U +- u) x/(2 D) - (x +- u t)^2/(4 D t))
equals G for u = U sqrt(1 + 4 k D/U^2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .special import erf, erfc, erfcx, erfcx_drop, ierfcx

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UniformReach:
    """A uniform reach with steady flow and first-order decay, without transient storage.

    Raises
    ------
    ValueError
        Velocity or dispersion coefficient not positive, or decay rate negative, or not finite.
    """

    velocity: float
    """U > 0 [m/s]."""
    dispersion_coefficient: float
    """D > 0 [m2/s]."""
    decay_rate: float = 0.0
    """k >= 0 [1/s]."""

    def __post_init__(self) -> None:
        if not (np.isfinite(self.velocity) and self.velocity > 0.0):
            raise ValueError("velocity must be positive and finite")
        if not (np.isfinite(self.dispersion_coefficient) and self.dispersion_coefficient > 0.0):
            raise ValueError("dispersion_coefficient must be positive and finite")
        if not (np.isfinite(self.decay_rate) and self.decay_rate >= 0.0):
            raise ValueError("decay_rate must be finite and not negative")

    @property
    def decay_velocity(self) -> float:
        """u = sqrt(U^2 + 4 k D) [m/s]."""
        return float(
            np.sqrt(self.velocity**2 + 4.0 * self.decay_rate * self.dispersion_coefficient)
        )

    @property
    def steady_decay_length_inverse(self) -> float:
        """(u - U)/(2 D) = 2 k/(U + u), decay per length of the steady profile [1/m]."""
        return 2.0 * self.decay_rate / (self.velocity + self.decay_velocity)


@dataclass(frozen=True, slots=True)
class _Terms:
    """Arrays of the reduced variables named in the module docstring."""

    x: Array
    t: Array
    started: NDArray[np.bool_]
    gauss: Array
    front: Array
    back: Array
    spread: Array


def _terms(distance: ArrayLike, time: ArrayLike, reach: UniformReach) -> _Terms:
    x, t = np.broadcast_arrays(
        np.asarray(distance, dtype=np.float64), np.asarray(time, dtype=np.float64)
    )
    started = t > 0.0
    t = np.where(started, t, 1.0)
    spread: Array = np.sqrt(4.0 * reach.dispersion_coefficient * t)
    u = reach.decay_velocity
    centre = (x - reach.velocity * t) / spread
    gauss: Array = np.exp(-centre * centre - reach.decay_rate * t)
    return _Terms(x, t, started, gauss, (x - u * t) / spread, (x + u * t) / spread, spread)


def _require_downstream(terms: _Terms) -> None:
    if bool(np.any(terms.x < 0.0)):
        raise ValueError("distance must not be negative below an inlet")


def _front_part(terms: _Terms, reach: UniformReach) -> Array:
    """exp((U - u) x/(2 D)) erfc((x - u t)/sqrt(4 D t)) for x >= 0."""
    behind = np.exp(-reach.steady_decay_length_inverse * terms.x) * erfc(terms.front)
    ahead = terms.gauss * erfcx(np.maximum(terms.front, 0.0))
    return np.where(terms.front > 0.0, ahead, behind)


def infinite_slug(
    distance: ArrayLike, time: ArrayLike, mass: float, area: float, reach: UniformReach
) -> Array:
    """Slug released at x = 0, t = 0 into an endless reach (Taylor 1954).

    C = M/(A sqrt(4 pi D t)) G.

    Parameters
    ----------
    distance : (...) x, may be negative [m]
    time : (...) t [s]
    mass : M [kg]
    area : A, cross-section area [m2]

    Returns
    -------
    (...) concentration [kg/m3]
    """
    terms = _terms(distance, time, reach)
    value = mass / (area * np.sqrt(np.pi) * terms.spread) * terms.gauss
    return np.where(terms.started, value, 0.0)


def infinite_slug_exposure(
    distance: ArrayLike, time: ArrayLike, mass: float, area: float, reach: UniformReach
) -> Array:
    """Time integral from 0 to t of the concentration of :func:`infinite_slug` [kg s/m3].

    M/(2 A u) exp(U x/(2 D)) [exp(-u |x|/(2 D)) erfc((|x| - u t)/sqrt(4 D t))
    - exp(u |x|/(2 D)) erfc((|x| + u t)/sqrt(4 D t))]. It is also the concentration of a constant
    release M per unit time (Carslaw & Jaeger 1959, appendix V).
    """
    size = np.abs(np.asarray(distance, dtype=np.float64))
    terms = _terms(size, time, reach)
    value = _front_part(terms, reach) - terms.gauss * erfcx(terms.back)
    # Upstream (x < 0) the profile is the mirror image times exp(U x/D) < 1.
    signed = np.minimum(np.asarray(distance, dtype=np.float64), 0.0)
    mirror = np.exp(reach.velocity * signed / reach.dispersion_coefficient)
    result = mass / (2.0 * area * reach.decay_velocity) * mirror * value
    return np.where(terms.started, result, 0.0)


def infinite_slug_mass_below(
    distance: ArrayLike, time: ArrayLike, mass: float, reach: UniformReach
) -> Array:
    """Mass of :func:`infinite_slug` that is downstream of x at time t [kg].

    M exp(-k t) (1/2) erfc((x - U t)/sqrt(4 D t)). Differences over cells give exact cell means.
    """
    terms = _terms(distance, time, reach)
    centre = (terms.x - reach.velocity * terms.t) / terms.spread
    value = 0.5 * mass * np.exp(-reach.decay_rate * terms.t) * erfc(centre)
    return np.where(terms.started, value, np.where(terms.x < 0.0, mass, 0.0))


def infinite_block(
    distance: ArrayLike,
    time: ArrayLike,
    block: tuple[float, float],
    concentration: float,
    reach: UniformReach,
) -> Array:
    """Block of uniform concentration between ``block`` = (x1, x2) at t = 0 in an endless reach.

    C = (C0/2) [erf((x - x1 - U t)/sqrt(4 D t)) - erf((x - x2 - U t)/sqrt(4 D t))] exp(-k t),
    written with erfc of the same sign so that the far tails keep their digits.
    """
    terms = _terms(distance, time, reach)
    near = (terms.x - reach.velocity * terms.t - block[0]) / terms.spread
    far = (terms.x - reach.velocity * terms.t - block[1]) / terms.spread
    outside = np.where(
        far > 0.0, erfc(far) - erfc(near), np.where(near < 0.0, erfc(-near) - erfc(-far), 0.0)
    )
    share = np.where((far > 0.0) | (near < 0.0), outside, erf(near) - erf(far))
    value = 0.5 * concentration * share * np.exp(-reach.decay_rate * terms.t)
    initial = np.where((terms.x > block[0]) & (terms.x < block[1]), concentration, 0.0)
    return np.where(terms.started, value, initial)


def first_type_step(
    distance: ArrayLike, time: ArrayLike, concentration: float, reach: UniformReach
) -> Array:
    """Inlet held at C0 from t = 0 on (first-type, Dirichlet; Ogata & Banks 1961; A1 with k = 0).

    C/C0 = (1/2) [exp((U-u)x/2D) erfc((x-ut)/sqrt(4Dt)) + exp((U+u)x/2D) erfc((x+ut)/sqrt(4Dt))]
    (van Genuchten & Alves 1982, with decay).

    Parameters
    ----------
    distance : (...) x >= 0 below the inlet [m]
    time : (...) t [s]
    concentration : C0, any unit

    Returns
    -------
    (...) concentration in the unit of C0

    Raises
    ------
    ValueError
        A distance is negative.
    """
    terms = _terms(distance, time, reach)
    _require_downstream(terms)
    value = 0.5 * (_front_part(terms, reach) + terms.gauss * erfcx(terms.back))
    return np.where(terms.started, concentration * value, 0.0)


def first_type_step_exposure(
    distance: ArrayLike, time: ArrayLike, concentration: float, reach: UniformReach
) -> Array:
    """Time integral from 0 to t of :func:`first_type_step` [unit of C0 times s].

    (C0/2) [(t - x/u) exp((U-u)x/2D) erfc((x-ut)/sqrt(4Dt))
    + (t + x/u) exp((U+u)x/2D) erfc((x+ut)/sqrt(4Dt))] (Carslaw & Jaeger 1959, appendix V).
    """
    terms = _terms(distance, time, reach)
    _require_downstream(terms)
    u = reach.decay_velocity
    lag = terms.x / u
    arrived = 0.5 * (terms.t - lag) * _front_part(terms, reach)
    arrived = arrived + 0.5 * (terms.t + lag) * terms.gauss * erfcx(terms.back)
    # Before arrival the two terms nearly cancel; their difference in scaled integrals does not.
    scaled = ierfcx(np.maximum(terms.front, 0.0)) - ierfcx(terms.back)
    coming = 0.5 * terms.spread / u * terms.gauss * scaled
    value = np.where(terms.front > 0.0, coming, arrived)
    return np.where(terms.started, concentration * value, 0.0)


def third_type_step(
    distance: ArrayLike, time: ArrayLike, concentration: float, reach: UniformReach
) -> Array:
    """Inlet flux held at U C0 from t = 0 on (third-type, Cauchy; van Genuchten & Alves 1982, A2).

    The published solution with decay, U/(U+u) exp((U-u)x/2D) erfc(.) + U/(U-u) exp((U+u)x/2D)
    erfc(.) + U^2/(2kD) exp(Ux/D-kt) erfc(.), divides by k; here its last two terms are joined to
    G U/(U+u) [s m - erfcx(B)], where B = (x+ut)/sqrt(4Dt) and m is the mean slope of erfcx between
    (x+Ut)/sqrt(4Dt) and B. This is the same solution, accurate for every k >= 0.

    Parameters, result and errors as :func:`first_type_step`.
    """
    terms = _terms(distance, time, reach)
    _require_downstream(terms)
    speed, u = reach.velocity, reach.decay_velocity
    storage = speed * np.sqrt(terms.t / reach.dispersion_coefficient)
    widening = reach.steady_decay_length_inverse * terms.spread / 2.0
    slope = erfcx_drop((terms.x + speed * terms.t) / terms.spread, widening)
    value = _front_part(terms, reach) + terms.gauss * (storage * slope - erfcx(terms.back))
    return np.where(terms.started, concentration * speed / (speed + u) * value, 0.0)


def first_type_slug(
    distance: ArrayLike, time: ArrayLike, mass: float, discharge: float, reach: UniformReach
) -> Array:
    """Instantaneous first-type inlet pulse, C = (M/Q) x/sqrt(4 pi D t^3) G.

    The inlet concentration is M/Q times a Dirac pulse: the unit response for a concentration
    measured at the inlet.
    """
    terms = _terms(distance, time, reach)
    _require_downstream(terms)
    value = terms.x / (np.sqrt(np.pi) * terms.spread * terms.t) * terms.gauss
    return np.where(terms.started, mass / discharge * value, 0.0)


def third_type_slug(
    distance: ArrayLike, time: ArrayLike, mass: float, area: float, reach: UniformReach
) -> Array:
    """Mass M put at t = 0 into the head of a reach through whose inlet nothing else passes.

    C = (M/A) [exp(-(x-Ut)^2/4Dt)/sqrt(pi D t) - (U/2D) exp(Ux/D) erfc((x+Ut)/sqrt(4Dt))] exp(-kt)
    (van Genuchten & Alves 1982), written as M/(A sqrt(D t)) G [ierfcx(b) + x/sqrt(4Dt) erfcx(b)],
    a sum of positive terms.
    """
    terms = _terms(distance, time, reach)
    _require_downstream(terms)
    back = (terms.x + reach.velocity * terms.t) / terms.spread
    value = ierfcx(back) + terms.x / terms.spread * erfcx(back)
    return np.where(terms.started, 2.0 * mass / (area * terms.spread) * terms.gauss * value, 0.0)


def steady_profile(distance: ArrayLike, concentration: float, reach: UniformReach) -> Array:
    """Concentration after infinite time below a first-type inlet, C0 exp((U - u) x/(2 D))."""
    x = np.asarray(distance, dtype=np.float64)
    profile: Array = concentration * np.exp(-reach.steady_decay_length_inverse * x)
    return profile
