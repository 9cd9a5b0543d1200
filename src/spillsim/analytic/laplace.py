"""Transforms in Laplace space of transport with decay and transient storage, for inversion.

With psi(s) = s + k + a (s + k_s)/(s + a/b + k_s) (Bencala & Walters 1983 in the form of OTIS) and
w = sqrt(U^2 + 4 D psi) every uniform reach carries the factor exp((U - w) x/(2 D)). Exponents with
cancellation are rewritten: (U - w)/(2 D) = -2 psi/(U + w).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class TransientStorage:
    """Still water beside the stream that exchanges with it at first order.

    Raises
    ------
    ValueError
        A value is negative or not finite.
    """

    area_ratio: float
    """b = storage area / stream area [-]."""
    exchange_coefficient: float
    """a, exchange rate seen by the stream; a/b is the rate seen by the storage [1/s]."""
    decay_rate: float = 0.0
    """k_s, decay in the storage [1/s]."""

    def __post_init__(self) -> None:
        values = (self.area_ratio, self.exchange_coefficient, self.decay_rate)
        if not all(np.isfinite(value) and value >= 0.0 for value in values):
            raise ValueError("storage values must be finite and not negative")

    @property
    def active(self) -> bool:
        """True where there is storage that exchanges."""
        return self.area_ratio > 0.0 and self.exchange_coefficient > 0.0


@dataclass(frozen=True, slots=True)
class StreamZone:
    """A uniform stretch of stream as the transforms need it.

    Raises
    ------
    ValueError
        A value is out of range or not finite.
    """

    velocity: float
    """U > 0 [m/s]."""
    dispersion_coefficient: float
    """D > 0 [m2/s]."""
    area: float = 1.0
    """A > 0 [m2]."""
    decay_rate: float = 0.0
    """k >= 0 [1/s]."""
    storage: TransientStorage | None = None

    def __post_init__(self) -> None:
        for name in ("velocity", "dispersion_coefficient", "area"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0.0):
                raise ValueError(f"{name} must be positive and finite")
        if not (np.isfinite(self.decay_rate) and self.decay_rate >= 0.0):
            raise ValueError("decay_rate must be finite and not negative")

    def loss(self, s: Complex) -> Complex:
        """psi(s): transform of storage and decay, s itself when there is neither [1/s]."""
        psi = s + self.decay_rate
        if self.storage is not None and self.storage.active:
            a, k = self.storage.exchange_coefficient, self.storage.decay_rate
            psi = psi + a * (s + k) / (s + a / self.storage.area_ratio + k)
        return psi

    def wave_velocity(self, s: Complex) -> Complex:
        """w(s) = sqrt(U^2 + 4 D psi(s)) with positive real part [m/s]."""
        w: Complex = np.sqrt(self.velocity**2 + 4.0 * self.dispersion_coefficient * self.loss(s))
        return w

    def attenuation(self, s: Complex, distance: float) -> Complex:
        """exp((U - w) x/(2 D)) for x >= 0 [-]."""
        rate = -2.0 * self.loss(s) / (self.velocity + self.wave_velocity(s))
        value: Complex = np.exp(rate * distance)
        return value


def step_source(s: Complex) -> Complex:
    """1/s: a unit step at t = 0 [s]."""
    return 1.0 / s


def pulse_source(s: Complex, duration: float) -> Complex:
    """(1 - exp(-s T))/s: a unit pulse of duration T [s]."""
    value: Complex = -np.expm1(-s * duration) / s
    return value


def first_type(s: Complex, distance: float, zone: StreamZone) -> Complex:
    """C/C0 below an inlet of prescribed concentration; multiply by the transform of C0."""
    return zone.attenuation(s, distance)


def third_type(s: Complex, distance: float, zone: StreamZone) -> Complex:
    """C/C0 below an inlet of prescribed mass flux Q C0, 2U/(U + w) times the attenuation."""
    u = zone.velocity
    return 2.0 * u / (u + zone.wave_velocity(s)) * zone.attenuation(s, distance)


def infinite_slug(s: Complex, distance: float, zone: StreamZone) -> Complex:
    """C per mass [1/m3 times s] of a slug released at x = 0 into an endless reach, any x.

    exp((U -+ w) x/(2 D))/(A w), upper sign downstream.
    """
    w = zone.wave_velocity(s)
    if distance >= 0.0:
        return zone.attenuation(s, distance) / (zone.area * w)
    upstream: Complex = np.exp((zone.velocity + w) * distance / (2.0 * zone.dispersion_coefficient))
    return upstream / (zone.area * w)


def two_zones(
    s: Complex, distance: float, upper: StreamZone, upper_length: float, lower: StreamZone
) -> Complex:
    """C/C0 below a first-type inlet of a stretch that is followed by an endless other stretch.

    At the interface C and the mass flux Q C - A D dC/dx are continuous; the discharge Q = U A must
    be the same in both. Growing exponentials are scaled to the far end of the upper stretch.

    Parameters
    ----------
    s : (...) Laplace variable [1/s]
    distance : x >= 0 from the inlet [m]
    upper, lower : the two stretches
    upper_length : length of the upper stretch [m]

    Raises
    ------
    ValueError
        The discharges U A of the stretches differ.
    """
    flow_upper, flow_lower = upper.velocity * upper.area, lower.velocity * lower.area
    if abs(flow_upper - flow_lower) > 1e-9 * flow_upper:
        raise ValueError(f"discharge changes at the interface: {flow_upper} to {flow_lower} m3/s")
    w = upper.wave_velocity(s)
    falling_flux = 0.5 * upper.area * (upper.velocity + w)
    rising_flux = 0.5 * upper.area * (upper.velocity - w)
    lower_flux = 0.5 * lower.area * (lower.velocity + lower.wave_velocity(s))
    # rising amplitude at the interface per falling amplitude there
    reflection = (falling_flux - lower_flux) / (lower_flux - rising_flux)
    growth = (upper.velocity + w) / (2.0 * upper.dispersion_coefficient)
    through = upper.attenuation(s, upper_length)
    falling = 1.0 / (1.0 + through * reflection * np.exp(-growth * upper_length))
    if distance <= upper_length:
        back = np.exp(growth * (distance - upper_length))
        return falling * (upper.attenuation(s, distance) + through * reflection * back)
    at_interface = falling * through * (1.0 + reflection)
    return at_interface * lower.attenuation(s, distance - upper_length)
