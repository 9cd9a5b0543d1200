"""Sorption by a linear isotherm: what is dissolved at equilibrium, and how fast it gets there."""

from __future__ import annotations

from numpy.typing import ArrayLike

from .constants import Array, as_array


def dissolved_share(distribution_coefficient: ArrayLike, suspended_matter: ArrayLike) -> Array:
    """Share of a substance that is dissolved at equilibrium, 1 / (1 + K_d m) [-].

    Parameters
    ----------
    distribution_coefficient : (...) K_d; 1 L/kg is 1e-3 m3/kg [m3/kg]
    suspended_matter : (...) mass of sorbing solids per volume of water m [kg/m3]
    """
    found: Array = 1.0 / (1.0 + as_array(distribution_coefficient) * as_array(suspended_matter))
    return found


def adsorption_rate(
    desorption_rate: ArrayLike,
    distribution_coefficient: ArrayLike,
    suspended_matter: ArrayLike,
) -> Array:
    """First-order rate from dissolved to bound, k_des K_d m, so that K_d rules at rest [1/s].

    dc/dt = -k_des (K_d m c - s) with c and s per volume of water.

    Parameters
    ----------
    desorption_rate : (...) k_des from bound to dissolved [1/s]
    distribution_coefficient : (...) K_d [m3/kg]
    suspended_matter : (...) m, or accessible bed sediment per volume of water [kg/m3]
    """
    uptake = as_array(distribution_coefficient) * as_array(suspended_matter)
    return as_array(desorption_rate) * uptake


def retardation(distribution_coefficient: ArrayLike, bed_sediment: ArrayLike) -> Array:
    """How many times slower a substance travels that sorbs to a bed at rest, 1 + K_d m [-].

    Parameters
    ----------
    distribution_coefficient : (...) K_d [m3/kg]
    bed_sediment : (...) accessible bed sediment per volume of water m [kg/m3]
    """
    found: Array = 1.0 + as_array(distribution_coefficient) * as_array(bed_sediment)
    return found
