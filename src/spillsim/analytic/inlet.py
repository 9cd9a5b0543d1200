"""Mass that enters a reach through an inlet of prescribed concentration (first-type inlet).

Turns a measured upstream concentration series into the mass source that gives the same
concentrations downstream: the inflow is advection plus dispersion, Q C - A D dC/dx at x = 0.
For a unit step of concentration its transform is (Q/s) (1 + w/U)/2 with w = sqrt(U^2 + 4 D psi(s)).
Because dispersion can carry mass back out of the reach, the flux is negative for a while after a
sudden fall of the inlet concentration; the cumulative mass then decreases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .laplace import StreamZone
from .special import erf, ierfcx

Array = NDArray[np.float64]

_STEP = 0.35
_CHUNK = 100_000
_DEGREES = np.arange(1, 10)
_FACTORIALS = np.cumprod(np.arange(1.0, 10.0))


def _decay_velocity(zone: StreamZone) -> float:
    return float(np.sqrt(zone.velocity**2 + 4.0 * zone.decay_rate * zone.dispersion_coefficient))


@dataclass(frozen=True)
class _Spectrum:
    """Volume response v t + sum of w (1 - exp(-r t)) per unit discharge."""

    steady: float
    """v, final inflow over Q C0 [-]."""
    rates: Array
    """r > 0 [1/s]."""
    weights: Array
    """w > 0 [s]."""


def _merge(rates: Array, weights: Array) -> tuple[Array, Array]:
    """Join neighbours whose rates differ by less than 1e-13 and drop what weighs nothing."""
    order = np.argsort(rates)
    rates, weights = rates[order], weights[order]
    starts = np.concatenate([[0], 1 + np.flatnonzero(np.diff(rates) > 1e-13 * rates[1:])])
    joined = np.add.reduceat(weights, starts)
    kept = joined > 1e-18 * joined.sum()
    return rates[starts][kept], joined[kept]


@lru_cache(maxsize=256)
def _spectrum(zone: StreamZone) -> _Spectrum:
    """Integrals along the branch cuts of w(s)/s^2 on the negative axis, as sums of exponentials.

    With r = -s, w^2 = 4 D (r - r1)(r - r2)/(p - r), r2 < p < r1, p = a/b + k_s the pole of psi.
    w is imaginary for r > r1 and for r2 < r < p; with s = 0 as double pole the inverse of
    w/s^2 is w(0) t + (1/pi) times the integral of |w|/r^2 (1 - exp(-r t)) dr over both cuts. The
    trapezoidal rule in ln(r - r1), and in the logit of (r - r2)/(p - r), has all singularities at
    an imaginary distance of pi/2 at least and so converges as exp(-pi^2/step).
    """
    storage = zone.storage
    if storage is None:
        raise ValueError("the spectrum is needed with transient storage only")
    velocity, dispersion, k = zone.velocity, zone.dispersion_coefficient, zone.decay_rate
    a, stored_decay = storage.exchange_coefficient, storage.decay_rate
    release = a / storage.area_ratio
    pole = release + stored_decay
    # r - pole solves d^2 + excess d - a release = 0; take each root without cancellation.
    excess = pole - (k + a + velocity**2 / (4.0 * dispersion))
    root = np.hypot(excess, 2.0 * np.sqrt(a * release))
    if excess > 0.0:
        below = 0.5 * (excess + root)
        above = a * release / below
    else:
        above = 0.5 * (root - excess)
        below = a * release / above
    total = (k + velocity**2 / (4.0 * dispersion)) * pole + a * stored_decay
    r1 = pole + above
    r2 = total / r1

    v = np.arange(-38.0, 60.0, _STEP)
    beyond = r1 * np.exp(v)
    r = r1 + beyond
    size = np.sqrt(beyond * (r - r2) / (above + beyond))
    upper_weights = size / r**2 * beyond * _STEP

    v = np.arange(-26.0 - max(0.0, float(np.log(below / r2))), 76.0, _STEP)
    share, rest = 1.0 / (1.0 + np.exp(-v)), 1.0 / (1.0 + np.exp(v))
    inner = r2 + below * share
    size = np.sqrt((above + below * rest) * share / rest)
    lower_weights = size / inner**2 * below * share * rest * _STEP

    factor = float(np.sqrt(dispersion)) / (np.pi * velocity)
    rates, weights = _merge(
        np.concatenate([r, inner]), factor * np.concatenate([upper_weights, lower_weights])
    )
    loss = k + a * stored_decay / pole
    final = float(np.sqrt(velocity**2 + 4.0 * dispersion * loss)) / velocity
    return _Spectrum(0.5 * (1.0 + final), rates, weights)


def _relaxation_sum(time: Array, spectrum: _Spectrum, order: int) -> Array:
    """Sum over j of w_j f(r_j t)/r_j^(order - 1) for flat times >= 0, all terms positive.

    f(x) = exp(-x) for order 0 (times > 0), 1 - exp(-x) for order 1 and x - 1 + exp(-x) for order
    2, each the integral of the one before. Times are taken in rising
    chunks; in each, slow rates (r t < 0.05) go into a Taylor polynomial, which avoids cancellation,
    and rates that have run out (r t > 40) into a straight line, so that few exponentials remain.
    """
    rates = spectrum.rates
    weights = spectrum.weights / rates ** (order - 1)
    sequence = np.argsort(time, kind="stable")
    result = np.zeros_like(time)
    size = max(1, _CHUNK // len(rates))
    if order == 0:
        for begin in range(0, len(time), size):
            x = np.multiply.outer(time[begin : begin + size], rates)
            result[begin : begin + size] = np.exp(-x) @ weights
        return result
    for begin in range(0, len(time), size):
        place = sequence[begin : begin + size]
        part = time[place]
        latest = float(part[-1])
        if latest <= 0.0:
            continue
        slow = int(np.searchsorted(rates, 0.05 / latest))
        fast = int(np.searchsorted(rates, 40.0 / part[0])) if part[0] > 0.0 else len(rates)
        # fast >= slow because 40/earliest > 0.05/latest
        x = np.multiply.outer(part, rates[slow:fast])
        growth = np.expm1(-x)
        sums = (-growth if order == 1 else growth + x) @ weights[slow:fast]
        if slow > 0:
            powers = (-rates[:slow, None] * latest) ** _DEGREES / _FACTORIALS
            terms = powers[:, order - 1 :]
            taylor = np.concatenate([np.zeros(order), weights[:slow] @ terms])
            taylor = taylor if order == 2 else -taylor
            sums = sums + np.polynomial.polynomial.polyval(part / latest, taylor)
        done = float(weights[fast:].sum())
        if order == 2:
            sums = sums + part * float((weights[fast:] * rates[fast:]).sum()) - done
        else:
            sums = sums + done
        result[place] = sums
    return result


_FAR = 1000.0
"""Age over length from which the rise of a concentration is integrated rather than differenced."""
_LONG_AFTER = 100.0
"""Age over length from which a whole series is taken as pulses, whose responses do not cancel."""
_PULSES, _PULSE_WEIGHTS = np.polynomial.legendre.leggauss(3)

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(14)


def _excess_integral(z: Array) -> Array:
    """Integral of erf(sqrt y)/2 + sqrt(y) exp(-y) ierfcx(sqrt y) over y from 0 to z."""
    large = np.maximum(z, 1.0)
    root = np.sqrt(large)
    tail = root * np.exp(-large) * (0.5 * large * ierfcx(root) + 0.25 / np.sqrt(np.pi))
    closed = (0.5 * large - 0.125) * erf(root) + tail
    # For small z the closed form cancels; with y = z v^2 the integrand is analytic in v.
    small = np.minimum(z, 1.0)
    total = np.zeros_like(small)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        v = 0.5 * (1.0 + float(node))
        total = total + weight * v * small * _excess(small * v * v)
    return np.where(z > 1.0, closed, total)


def _excess(z: Array) -> Array:
    """erf(sqrt z)/2 + sqrt(z) exp(-z) ierfcx(sqrt z)."""
    root = np.sqrt(z)
    return 0.5 * erf(root) + root * np.exp(-z) * ierfcx(root)


def _steady_share(zone: StreamZone) -> float:
    """Final inflow over Q C0, (1 + w(0)/U)/2; more than 1 with decay only [-]."""
    if zone.storage is not None and zone.storage.active:
        return _spectrum(zone).steady
    return 0.5 * (1.0 + _decay_velocity(zone) / zone.velocity)


def _entry_excess(time: Array, zone: StreamZone, order: int) -> Array:
    """Response per Q above the steady inflow: to a step [s] (order 1) or a ramp [s2] (order 2);
    or, for times > 0, to a pulse (order 0), the derivative of that to a step [-].
    """
    t = np.maximum(time, 0.0)
    if zone.storage is not None and zone.storage.active:
        return _relaxation_sum(t.ravel(), _spectrum(zone), order).reshape(t.shape)
    u = _decay_velocity(zone)
    scale = 4.0 * zone.dispersion_coefficient / u**2
    if order == 0:
        root = np.sqrt(t / scale)
        shape = np.exp(-t / scale) * ierfcx(root) / root
    else:
        shape = _excess(t / scale) if order == 1 else _excess_integral(t / scale)
    return 0.5 * u / zone.velocity * scale**order * shape


def inlet_mass_response(time: ArrayLike, discharge: float, zone: StreamZone) -> Array:
    """Mass entered by time t per unit of concentration held at the inlet since t = 0 [m3].

    Without storage, with or without decay, u = sqrt(U^2 + 4 k D) and z = u^2 t/(4 D):
    M/C0 = (Q/2) {t + (u/U) [(t + 2 D/u^2) erf(sqrt z) + (2/u) sqrt(D t/pi) exp(-z)]}, the exact
    inverse of (Q/s^2) (1 + sqrt(1 + 4 D (s + k)/U^2))/2, written as steady inflow plus excess. With
    storage the inverse is evaluated by integration along the branch cuts (relative
    error about 1e-12, 1e-11 at hundredths of a second).

    Parameters
    ----------
    time : (...) t; 0 is returned for t <= 0 [s]
    discharge : Q [m3/s]
    zone : the reach below the inlet; its area does not enter

    Returns
    -------
    (...) entered mass over inlet concentration [m3]
    """
    t = np.maximum(np.asarray(time, dtype=np.float64), 0.0)
    return discharge * (_steady_share(zone) * t + _entry_excess(t, zone, 1))


def inlet_ramp_response(time: ArrayLike, discharge: float, zone: StreamZone) -> Array:
    """Mass entered by time t when the inlet concentration grows as C = t from t = 0 [m3 s].

    The time integral of :func:`inlet_mass_response`; multiply by dC/dt.

    Parameters
    ----------
    time : (...) t; 0 is returned for t <= 0 [s]
    discharge : Q [m3/s]
    zone : the reach below the inlet; its area does not enter
    """
    t = np.maximum(np.asarray(time, dtype=np.float64), 0.0)
    return discharge * (0.5 * _steady_share(zone) * t * t + _entry_excess(t, zone, 2))


def inlet_mass_from_series(
    time: ArrayLike,
    series_time: ArrayLike,
    series_concentration: ArrayLike,
    discharge: float,
    zone: StreamZone,
) -> Array:
    """Mass entered by time t for a piecewise linear inlet concentration, by superposition [kg].

    The concentration is zero before the first and after the last point of the series (a jump there
    if the first or last value is not zero). The cost is the number of times times that of points.

    Parameters
    ----------
    time : (T,) t [s]
    series_time : (n,) rising times [s]
    series_concentration : (n,) concentration at the inlet [kg/m3]
    discharge : Q [m3/s]
    zone : the reach below the inlet

    Raises
    ------
    ValueError
        The series is shorter than two points, not rising, or of unequal lengths.
    """
    t = np.asarray(time, dtype=np.float64)
    at = np.asarray(series_time, dtype=np.float64)
    value = np.asarray(series_concentration, dtype=np.float64)
    if at.ndim != 1 or at.shape != value.shape or len(at) < 2:
        raise ValueError("the series needs two or more points, one concentration for each time")
    if not bool(np.all(np.diff(at) > 0.0)):
        raise ValueError("the times of the series must rise")
    # The steady part comes from the exposure itself: as a sum of ramps it would cancel badly.
    exposure = _exposure(t, at, value)
    excess = np.empty_like(t)
    late = t - at[-1] > _LONG_AFTER * (at[-1] - at[0])
    excess[~late] = _series_excess(t[~late], at, value, zone)
    excess[late] = _late_excess(t[late], at, value, zone)
    return discharge * (_steady_share(zone) * exposure + excess)


def _series_excess(t: Array, at: Array, value: Array, zone: StreamZone) -> Array:
    """Mass per Q above the steady inflow, as jumps at the ends and ramps between [kg s/m3]."""
    slope = np.diff(value) / np.diff(at)
    excess: Array = float(value[0]) * _entry_excess(t - at[0], zone, 1)
    excess = excess - float(value[-1]) * _entry_excess(t - at[-1], zone, 1)
    for piece in np.flatnonzero(slope):
        excess = excess + float(slope[piece]) * _ramp_excess(t - at[piece], t - at[piece + 1], zone)
    return excess


def _late_excess(t: Array, at: Array, value: Array, zone: StreamZone) -> Array:
    """As ``_series_excess`` long after a short series, by Gauss's three points in each piece.

    What dispersion has drawn in is on its way out again. As a sum of ramps that little rest is a
    difference of large numbers; as a sum of pulses every term has its sign.
    """
    length, middle = np.diff(at), 0.5 * (at[1:] + at[:-1])
    excess = np.zeros_like(t)
    for node, weight in zip(_PULSES, _PULSE_WEIGHTS, strict=True):
        share = 0.5 * (1.0 + float(node))
        held = value[:-1] + share * np.diff(value)
        times = middle + 0.5 * float(node) * length
        for when, mass in zip(times, 0.5 * float(weight) * length * held, strict=True):
            if mass != 0.0:
                excess += float(mass) * _entry_excess(t - when, zone, 0)
    return excess


def _ramp_excess(since_begin: Array, since_end: Array, zone: StreamZone) -> Array:
    """Response per Q, above the steady inflow, to a rise by one per second that has a beginning
    and an end [s2].

    The difference of two ramps, or, long after a short rise, where that would cancel, the integral
    of the response to a step over it by Gauss's two points, exact to (length / age)^4 / 4320.
    """
    length = since_begin - since_end
    far = since_end > _FAR * length
    found = np.empty_like(since_begin)
    near = ~far
    if near.any():
        found[near] = _entry_excess(since_begin[near], zone, 2)
        found[near] -= _entry_excess(since_end[near], zone, 2)
    if far.any():
        middle, half = 0.5 * (since_begin + since_end)[far], 0.5 * length[far] / np.sqrt(3.0)
        found[far] = (
            0.5
            * length[far]
            * (_entry_excess(middle - half, zone, 1) + _entry_excess(middle + half, zone, 1))
        )
    return found


def _exposure(time: Array, at: Array, value: Array) -> Array:
    """Time integral up to ``time`` of the piecewise linear series, zero outside it."""
    whole = np.concatenate([[0.0], np.cumsum(0.5 * np.diff(at) * (value[1:] + value[:-1]))])
    t = np.minimum(np.maximum(time, at[0]), at[-1])
    piece = np.minimum(np.searchsorted(at, t, side="right") - 1, len(at) - 2)
    since = t - at[piece]
    slope = (value[piece + 1] - value[piece]) / (at[piece + 1] - at[piece])
    integral: Array = whole[piece] + since * (value[piece] + 0.5 * slope * since)
    return integral
