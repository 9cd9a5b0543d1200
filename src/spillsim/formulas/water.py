"""Density and viscosity of river water by temperature."""

from __future__ import annotations

from numpy.typing import ArrayLike

from .constants import ZERO_CELSIUS, Array, as_array

_DENSITY = (999.842594, 6.793952e-2, -9.095290e-3, 1.001685e-4, -1.120083e-6, 6.536332e-9)
_VISCOSITY = ((280.68, -1.9), (511.45, -7.7), (61.131, -19.6), (0.45903, -40.0))


def water_density(temperature: ArrayLike) -> Array:
    """Density of pure water at one atmosphere [kg/m3].

    Polynomial of the equation of state of 1980 (UNESCO 1981, Tech. Pap. Mar. Sci. 36), 0 to 40
    degC, salinity 0; its own check values are 999.96675 at 5 and 997.04796 at 25 degC.

    Parameters
    ----------
    temperature : (...) T [degC]
    """
    t = as_array(temperature)
    found: Array = as_array(0.0) * t
    for coefficient in reversed(_DENSITY):
        found = found * t + coefficient
    return found


def dynamic_viscosity(temperature: ArrayLike) -> Array:
    """Dynamic viscosity of water at 0.1 MPa, mu = 1e-6 sum a_i (T / 300 K)^b_i [Pa s].

    Patek et al. (2009), J. Phys. Chem. Ref. Data 38, 21-29 (also IAPWS SR6-08); -20 to 110 degC.

    Parameters
    ----------
    temperature : (...) T [degC]
    """
    reduced = (as_array(temperature) + ZERO_CELSIUS) / 300.0
    found: Array = as_array(0.0) * reduced
    for factor, exponent in _VISCOSITY:
        found = found + factor * reduced**exponent
    return 1e-6 * found


def kinematic_viscosity(temperature: ArrayLike) -> Array:
    """Kinematic viscosity of water nu = mu / rho, 0 to 40 degC [m2/s].

    Parameters
    ----------
    temperature : (...) T [degC]
    """
    found: Array = dynamic_viscosity(temperature) / water_density(temperature)
    return found
