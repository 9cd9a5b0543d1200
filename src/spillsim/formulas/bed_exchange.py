"""Settling onto the bed and erosion from it: rates by bed shear stress."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .constants import GRAVITY, WATER_DENSITY, Array, as_array, positive_part
from .water import kinematic_viscosity, water_density


def bed_shear_stress(shear_velocity: ArrayLike, density: ArrayLike = WATER_DENSITY) -> Array:
    """Bed shear stress tau = rho u*^2 [Pa].

    Parameters
    ----------
    shear_velocity : (...) u* = sqrt(g R S) [m/s]
    density : (...) of the water rho [kg/m3]
    """
    found: Array = as_array(density) * as_array(shear_velocity) ** 2
    return found


def krone_deposition_rate(
    settling_velocity: ArrayLike,
    depth: ArrayLike,
    shear_stress: ArrayLike,
    critical_deposition_stress: ArrayLike,
) -> Array:
    """Rate at which suspended grains reach the bed, w (1 - tau / tau_cd)+ / h [1/s].

    Krone (1962), Flume studies of the transport of sediment in estuarial shoaling processes; the
    flux w C (1 - tau / tau_cd) over the depth of a mixed water column. Fine, cohesive grains.

    Parameters
    ----------
    settling_velocity : (...) w >= 0 [m/s]
    depth : (...) h > 0 [m]
    shear_stress : (...) tau >= 0 [Pa]
    critical_deposition_stress : (...) tau_cd > 0, inf for deposition at any stress [Pa]
    """
    share = positive_part(1.0 - as_array(shear_stress) / as_array(critical_deposition_stress))
    return deposition_rate(settling_velocity, depth) * share


def deposition_rate(settling_velocity: ArrayLike, depth: ArrayLike) -> Array:
    """Rate at which grains of a mixed water column reach the bed whatever the stress, w / h [1/s].

    Parameters
    ----------
    settling_velocity : (...) w >= 0 [m/s]
    depth : (...) h > 0 [m]
    """
    found: Array = as_array(settling_velocity) / as_array(depth)
    return found


def partheniades_erosion(
    erosion_rate: ArrayLike,
    shear_stress: ArrayLike,
    critical_erosion_stress: ArrayLike,
    exponent: ArrayLike = 1.0,
) -> Array:
    """Erosion of a bed as long as something lies there, M ((tau / tau_ce - 1)+)^n [kg/(m2 s)].

    Partheniades (1965), J. Hydraul. Div. ASCE 91, in the form of Ariathurai & Arulanandan (1978).

    Parameters
    ----------
    erosion_rate : (...) M at twice the critical stress; 1e-5 to 1e-3 is usual (recalled)
        [kg/(m2 s)]
    shear_stress : (...) tau >= 0 [Pa]
    critical_erosion_stress : (...) tau_ce > 0; 0.1 to 1 Pa is usual (recalled) [Pa]
    exponent : (...) n > 0, about 1 [-]
    """
    excess = positive_part(as_array(shear_stress) / as_array(critical_erosion_stress) - 1.0)
    found: Array = as_array(erosion_rate) * excess ** as_array(exponent)
    return found


def resuspension_rate(
    rate: ArrayLike, shear_stress: ArrayLike, critical_erosion_stress: ArrayLike
) -> Array:
    """Share of what lies loose on the bed that comes back per time, r (tau / tau_ce - 1)+ [1/s].

    First-order form of van Kessel et al. (2011), Cont. Shelf Res. 31, for a thin layer that does
    not cover the bed; also the first-order resuspension of Delft3D-WAQ.

    Parameters
    ----------
    rate : (...) r at twice the critical stress [1/s]
    shear_stress : (...) tau >= 0 [Pa]
    critical_erosion_stress : (...) tau_ce > 0 [Pa]
    """
    excess = positive_part(as_array(shear_stress) / as_array(critical_erosion_stress) - 1.0)
    return as_array(rate) * excess


def soulsby_1997_threshold(
    diameter: ArrayLike, density: ArrayLike, temperature: ArrayLike
) -> Array:
    """Bed shear stress at which clean grains of a size begin to move [Pa].

    tau_cr = theta_cr (rho_s - rho) g D, theta_cr = 0.30 / (1 + 1.2 D*) + 0.055 (1 - exp(-0.020 D*))
    with D* = D (g (rho_s / rho - 1) / nu^2)^(1/3): Soulsby (1997), Dynamics of Marine Sands, eqs
    75 and 77. Sand and gravel without cohesion; a bed of fine tailings that has settled for days
    stands more.

    Parameters
    ----------
    diameter : (...) D > 0 [m]
    density : (...) of the grains rho_s, more than that of water [kg/m3]
    temperature : (...) of the water, 0 to 40 [degC]
    """
    d, water = as_array(diameter), water_density(temperature)
    specific = as_array(density) / water - 1.0
    nu = kinematic_viscosity(temperature)
    size = d * (GRAVITY * specific / nu**2) ** (1.0 / 3.0)
    shields = 0.30 / (1.0 + 1.2 * size) + 0.055 * (1.0 - np.exp(-0.020 * size))
    found: Array = shields * water * specific * GRAVITY * d
    return found
