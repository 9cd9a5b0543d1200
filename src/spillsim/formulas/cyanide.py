"""Free cyanide in water: how much of it is hydrogen cyanide, and how it stands with the air."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .constants import ZERO_CELSIUS, Array, as_array

GAS_CONSTANT = 0.082057366
"""Molar gas constant [L atm/(mol K)]."""

HENRY_RANGE = (287.0 - ZERO_CELSIUS, 311.0 - ZERO_CELSIUS)
"""Temperatures at which Henry's constant of hydrogen cyanide was measured [degC]."""


def hydrogen_cyanide_pka(temperature: ArrayLike) -> Array:
    """Acid constant pKa = 1.3440 + 2347.2 / T of hydrogen cyanide [-].

    Izatt et al. (1962), Inorg. Chem. 1, 828-831, as a line through their values; coefficients
    recalled, checked against published 9.63 at 10, 9.34 at 20, 9.09 at 30 and 8.72 at 45 degC.

    Parameters
    ----------
    temperature : (...) of the water, 10 to 45 [degC]
    """
    found: Array = 1.3440 + 2347.2 / (as_array(temperature) + ZERO_CELSIUS)
    return found


def hydrogen_cyanide_share(ph: ArrayLike, temperature: ArrayLike) -> Array:
    """Share of free cyanide that is hydrogen cyanide, 1 / (1 + 10^(pH - pKa)) [-].

    Parameters
    ----------
    ph : (...) [-]
    temperature : (...) of the water [degC]
    """
    found: Array = 1.0 / (1.0 + 10.0 ** (as_array(ph) - hydrogen_cyanide_pka(temperature)))
    return found


def hydrogen_cyanide_solubility(temperature: ArrayLike) -> Array:
    """Henry's solubility of hydrogen cyanide, ln K_H = 8205.7 / T - 25.323 [mol/(L atm)].

    Ma et al. (2010), Environ. Sci. Technol. 44, 3028-3034, measured from 287 to 311 K (14 to 38
    degC). Below that it is an extrapolation, and a steep one: other compilations have a slope of
    4200 to 5000 K in place of 8206 K, with which cold water gives off up to twice as much.

    Parameters
    ----------
    temperature : (...) of the water [degC]
    """
    found: Array = np.exp(8205.7 / (as_array(temperature) + ZERO_CELSIUS) - 25.323)
    return found


def hydrogen_cyanide_henry(temperature: ArrayLike) -> Array:
    """Concentration in air over that in water at equilibrium, H = 1 / (K_H R T) [-].

    Parameters
    ----------
    temperature : (...) of the water; range as in ``hydrogen_cyanide_solubility`` [degC]
    """
    kelvin = as_array(temperature) + ZERO_CELSIUS
    found: Array = 1.0 / (hydrogen_cyanide_solubility(temperature) * GAS_CONSTANT * kelvin)
    return found
