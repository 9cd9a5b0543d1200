"""How fast grains and flocs settle in water, alone and in a crowd."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from .constants import GRAVITY, Array, as_array
from .water import kinematic_viscosity, water_density

GRAIN_SHAPES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"natural": (18.0, 1.0), "spheres": (18.0, 0.4), "angular": (24.0, 1.2)}
)
"""Constants C1 and C2 of Ferguson & Church (2004): natural grains by sieve size, smooth spheres,
and the limit for very angular grains."""

HINDERED_EXPONENT = 4.65
"""Exponent of Richardson & Zaki (1954) where viscosity rules (Reynolds number below 0.2)."""


def ferguson_church_2004(
    diameter: ArrayLike,
    specific_gravity: ArrayLike,
    viscosity: ArrayLike,
    shape: str = "natural",
) -> Array:
    """Settling velocity w = R g D^2 / (C1 nu + sqrt(0.75 C2 R g D^3)) [m/s].

    Ferguson & Church (2004), J. Sediment. Res. 74, eq. 4: Stokes' law for fine grains, constant
    drag for coarse ones. Single grains, not flocs.

    Parameters
    ----------
    diameter : (...) D >= 0 [m]
    specific_gravity : (...) R = (rho_s - rho) / rho >= 0, submerged [-]
    viscosity : (...) kinematic nu [m2/s]
    shape : one of ``GRAIN_SHAPES``

    Raises
    ------
    ValueError
        There is no such shape.
    """
    if shape not in GRAIN_SHAPES:
        raise ValueError(f"grain shape {shape!r} is not one of {', '.join(GRAIN_SHAPES)}")
    c1, c2 = GRAIN_SHAPES[shape]
    d, nu = as_array(diameter), as_array(viscosity)
    pull = as_array(specific_gravity) * GRAVITY
    found: Array = pull * d**2 / (c1 * nu + np.sqrt(0.75 * c2 * pull * d**3))
    return found


def settling_velocity(
    diameter: ArrayLike, density: ArrayLike, temperature: ArrayLike, shape: str = "natural"
) -> Array:
    """Settling velocity of a grain in water of a temperature by ``ferguson_church_2004`` [m/s].

    Parameters
    ----------
    diameter : (...) [m]
    density : (...) of the grain, at least that of water [kg/m3]
    temperature : (...) of the water, 0 to 40 [degC]
    shape : one of ``GRAIN_SHAPES``

    Raises
    ------
    ValueError
        There is no such shape, or a grain is lighter than the water.
    """
    water = water_density(temperature)
    specific = as_array(density) / water - 1.0
    if not bool(np.all(specific >= 0.0)):
        raise ValueError("grains must not be lighter than the water: they would not settle")
    return ferguson_church_2004(diameter, specific, kinematic_viscosity(temperature), shape)


def hindered_factor(
    concentration: ArrayLike,
    gelling_concentration: ArrayLike,
    exponent: ArrayLike = HINDERED_EXPONENT,
) -> Array:
    """Share of the settling velocity that is left in a crowd, (1 - c / c_gel)^n, 0 from c_gel on.

    Form of Richardson & Zaki (1954), Trans. Inst. Chem. Eng. 32, with the concentration at which
    grains touch in place of the volume concentration one.

    Parameters
    ----------
    concentration : (...) of all grains c >= 0 [kg/m3]
    gelling_concentration : (...) c_gel > 0, inf for no hindrance [kg/m3]
    exponent : (...) n > 0; 4.65 where viscosity rules down to 2.39 in turbulent settling [-]
    """
    free = 1.0 - as_array(concentration) / as_array(gelling_concentration)
    found: Array = np.where(free > 0.0, free, 0.0) ** as_array(exponent)
    return found


def richardson_zaki_exponent(reynolds_number: ArrayLike) -> Array:
    """Exponent of hindered settling by the grain's Reynolds number w D / nu [-].

    Richardson & Zaki (1954) for a wide vessel: 4.65 below 0.2, 4.35 Re^-0.03 to 1, 4.45 Re^-0.1
    to 500, 2.39 above.

    Parameters
    ----------
    reynolds_number : (...) Re >= 0 [-]
    """
    re = as_array(reynolds_number)
    safe = np.where(re > 0.0, re, 1.0)  # a power of zero is not wanted below 0.2 anyway
    middle = np.where(re < 1.0, 4.35 * safe**-0.03, 4.45 * safe**-0.1)
    found: Array = np.where(re < 0.2, HINDERED_EXPONENT, np.where(re < 500.0, middle, 2.39))
    return found


def floc_settling_velocity(
    concentration: ArrayLike,
    coefficient: ArrayLike,
    exponent: ArrayLike,
    smallest: ArrayLike,
    largest: ArrayLike,
) -> Array:
    """Settling velocity of flocs w = k c^m, not below ``smallest`` nor above ``largest`` [m/s].

    The usual power law of estuaries (m about 1 to 2; k, m and the bounds belong to the material
    and must be measured or taken from a like one).

    Parameters
    ----------
    concentration : (...) of the grains that form flocs, c >= 0 [kg/m3]
    coefficient : (...) k, settling velocity at 1 kg/m3 [m/s]
    exponent : (...) m >= 0 [-]
    smallest, largest : (...) bounds [m/s]
    """
    free = as_array(coefficient) * as_array(concentration) ** as_array(exponent)
    found: Array = np.minimum(np.maximum(free, as_array(smallest)), as_array(largest))
    return found
