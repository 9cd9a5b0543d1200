"""Volatilisation from rivers: two films, the water side stirred by the stream and the wind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from .constants import ZERO_CELSIUS, Array, as_array
from .cyanide import HENRY_RANGE, hydrogen_cyanide_henry, hydrogen_cyanide_share
from .water import dynamic_viscosity, kinematic_viscosity

_REFERENCE = 25.0  # degC of tabulated diffusivities


@dataclass(frozen=True, slots=True)
class VolatileCompound:
    """What the two-film model needs to know of a compound."""

    name: str
    """Name in scenarios."""
    diffusivity_in_water: float
    """At 25 degC [m2/s]."""
    diffusivity_in_air: float
    """At 25 degC [m2/s]."""
    henry: Callable[[ArrayLike], Array]
    """Concentration in air over that in water at equilibrium, by temperature [degC]."""
    volatile_share: Callable[[ArrayLike, ArrayLike], Array]
    """Share of the dissolved substance that can leave, by pH and temperature [degC]."""
    henry_range: tuple[float, float]
    """Temperatures between which Henry's constant was measured [degC]."""
    source: str
    """Where the numbers are from."""


VOLATILE_COMPOUNDS: Mapping[str, VolatileCompound] = MappingProxyType(
    {
        "hydrogen_cyanide": VolatileCompound(
            "hydrogen_cyanide",
            1.68e-9,
            1.678e-5,
            hydrogen_cyanide_henry,
            hydrogen_cyanide_share,
            HENRY_RANGE,
            "diffusivities: US EPA vapour intrusion table (secondary copy); Henry's constant: "
            "Ma et al. (2010); acid constant: Izatt et al. (1962)",
        )
    }
)
"""Compounds whose volatilisation can be computed, by name."""


def two_film_velocity(water_side: ArrayLike, air_side: ArrayLike, henry: ArrayLike) -> Array:
    """Transfer velocity through both films, K_L = 1 / (1 / k_w + 1 / (H k_a)) [m/s].

    Whitman (1923), Liss & Slater (1974), Nature 247.

    Parameters
    ----------
    water_side, air_side : (...) k_w and k_a of the films; 0 closes the surface [m/s]
    henry : (...) H, concentration in air over that in water at equilibrium [-]
    """
    kw, ka = as_array(water_side), as_array(henry) * as_array(air_side)
    both = kw + ka
    found: Array = kw * ka / np.where(both > 0.0, both, 1.0)
    return found


def oconnor_dobbins_1958(diffusivity: ArrayLike, velocity: ArrayLike, depth: ArrayLike) -> Array:
    """Water-side velocity of a stream's own turbulence, k_w = sqrt(D U / h) [m/s].

    O'Connor & Dobbins (1958), Trans. ASCE 123: renewal of the surface at the rate U / h. With
    oxygen's diffusivity it is their reaeration 3.93 U^0.5 / h^1.5 per day; k_w of another gas
    differs by the square root of the diffusivities. Depths of 0.3 to 9 m, velocities of 0.15 to
    0.5 m/s (range recalled); shallow, steep streams exchange more.

    Parameters
    ----------
    diffusivity : (...) D of the gas in water [m2/s]
    velocity : (...) U >= 0 [m/s]
    depth : (...) h > 0 [m]
    """
    found: Array = np.sqrt(as_array(diffusivity) * as_array(velocity) / as_array(depth))
    return found


def wind_friction_velocity(wind_speed: ArrayLike) -> Array:
    """Friction velocity of the wind, u* = 0.01 U10 sqrt(6.1 + 0.63 U10), Smith (1980) [m/s].

    Parameters
    ----------
    wind_speed : (...) U10 at 10 m >= 0 [m/s]
    """
    u = as_array(wind_speed)
    found: Array = 0.01 * u * np.sqrt(6.1 + 0.63 * u)
    return found


def mackay_yeun_water_side(wind_speed: ArrayLike, schmidt_number: ArrayLike) -> Array:
    """Water-side velocity by wind, Mackay & Yeun (1983), Environ. Sci. Technol. 17 [m/s].

    k_w = 1e-6 + 34.1e-4 u* Sc^-0.5 where u* > 0.3 m/s, else 1e-6 + 144e-4 u*^2.2 Sc^-0.5.

    Parameters
    ----------
    wind_speed : (...) U10 at 10 m >= 0 [m/s]
    schmidt_number : (...) nu / D in water [-]
    """
    friction = wind_friction_velocity(wind_speed)
    slope = np.where(friction > 0.3, 34.1e-4 * friction, 144e-4 * friction**2.2)
    found: Array = 1e-6 + slope / np.sqrt(as_array(schmidt_number))
    return found


def mackay_yeun_air_side(wind_speed: ArrayLike, schmidt_number: ArrayLike) -> Array:
    """Air-side velocity by wind, k_a = 1e-3 + 46.2e-3 u* Sc^-0.67, Mackay & Yeun (1983) [m/s].

    Parameters
    ----------
    wind_speed : (...) U10 at 10 m >= 0 [m/s]
    schmidt_number : (...) nu / D in air [-]
    """
    friction = wind_friction_velocity(wind_speed)
    found: Array = 1e-3 + 46.2e-3 * friction * as_array(schmidt_number) ** -0.67
    return found


def diffusivity_in_water(at_25: ArrayLike, temperature: ArrayLike) -> Array:
    """Diffusivity in water at a temperature, D ~ T / mu (Wilke & Chang 1955) [m2/s].

    Parameters
    ----------
    at_25 : (...) diffusivity at 25 degC [m2/s]
    temperature : (...) of the water [degC]
    """
    kelvin = (as_array(temperature) + ZERO_CELSIUS) / (_REFERENCE + ZERO_CELSIUS)
    thinner = dynamic_viscosity(_REFERENCE) / dynamic_viscosity(temperature)
    found: Array = as_array(at_25) * kelvin * thinner
    return found


def schmidt_number_in_air(at_25: ArrayLike, temperature: ArrayLike) -> Array:
    """Schmidt number nu / D in air at one atmosphere [-].

    D ~ T^1.75 (Fuller et al. 1966), mu = 1.458e-6 T^1.5 / (T + 110.4) (Sutherland), density of a
    perfect gas with 287.05 J/(kg K).

    Parameters
    ----------
    at_25 : (...) diffusivity of the gas in air at 25 degC [m2/s]
    temperature : (...) of the air, taken to be that of the water [degC]
    """
    kelvin = as_array(temperature) + ZERO_CELSIUS
    viscosity = 1.458e-6 * kelvin**1.5 / (kelvin + 110.4) * 287.05 * kelvin / 101325.0
    diffusivity = as_array(at_25) * (kelvin / (_REFERENCE + ZERO_CELSIUS)) ** 1.75
    found: Array = viscosity / diffusivity
    return found


def volatilisation_velocity(
    compound: VolatileCompound,
    velocity: ArrayLike,
    depth: ArrayLike,
    temperature: ArrayLike,
    wind_speed: ArrayLike,
) -> Array:
    """Two-film transfer velocity K_L of a compound from a river [m/s].

    The water side is ``oconnor_dobbins_1958`` plus ``mackay_yeun_water_side`` (stream and wind
    stir independently), the air side ``mackay_yeun_air_side``. Air and water are equally warm.

    Parameters
    ----------
    compound : what leaves, e.g. ``VOLATILE_COMPOUNDS["hydrogen_cyanide"]``
    velocity : (...) of the river [m/s]
    depth : (...) of the river [m]
    temperature : (...) of the water [degC]
    wind_speed : (...) at 10 m [m/s]
    """
    diffusivity = diffusivity_in_water(compound.diffusivity_in_water, temperature)
    schmidt = kinematic_viscosity(temperature) / diffusivity
    water_side = oconnor_dobbins_1958(diffusivity, velocity, depth)
    water_side = water_side + mackay_yeun_water_side(wind_speed, schmidt)
    in_air = schmidt_number_in_air(compound.diffusivity_in_air, temperature)
    air_side = mackay_yeun_air_side(wind_speed, in_air)
    return two_film_velocity(water_side, air_side, compound.henry(temperature))


def volatilisation_rate(
    compound: VolatileCompound,
    velocity: ArrayLike,
    depth: ArrayLike,
    temperature: ArrayLike,
    wind_speed: ArrayLike,
    ph: ArrayLike,
) -> Array:
    """First-order rate at which a dissolved compound leaves a mixed river, k = f K_L / h [1/s].

    f is the share that can leave. To clean air; the caller sets it to zero under ice.

    Parameters
    ----------
    compound, velocity, depth, temperature, wind_speed : as in ``volatilisation_velocity``
    ph : (...) of the water [-]
    """
    through = volatilisation_velocity(compound, velocity, depth, temperature, wind_speed)
    found: Array = compound.volatile_share(ph, temperature) * through / as_array(depth)
    return found
