"""First-order reaction rates."""

from __future__ import annotations

from numpy.typing import ArrayLike

from .constants import Array, as_array


def rate_at_temperature(
    rate: ArrayLike,
    temperature_coefficient: ArrayLike,
    temperature: ArrayLike,
    reference_temperature: ArrayLike = 20.0,
) -> Array:
    """First-order rate at a temperature, k(T) = k_ref theta^(T - T_ref) (Arrhenius, simplified).

    Usual in water-quality models between about 5 and 30 degC; theta = 1.047 doubles the rate in
    15 K, theta = 1 means no effect.

    Parameters
    ----------
    rate : (...) k_ref at the reference temperature [1/s]
    temperature_coefficient : (...) theta > 0 [-]
    temperature : (...) T [degC]
    reference_temperature : (...) T_ref [degC]

    Returns
    -------
    (...) rate [1/s]
    """
    exponent = as_array(temperature) - as_array(reference_temperature)
    return as_array(rate) * as_array(temperature_coefficient) ** exponent
