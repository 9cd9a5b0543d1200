"""Transverse mixing: how far below a release the cross-section is well mixed."""

from __future__ import annotations

from numpy.typing import ArrayLike

from .constants import Array, as_array

TRANSVERSE_STRAIGHT = 0.15
"""e_y/(H u*) in straight uniform channels; read [-]."""
TRANSVERSE_NATURAL = 0.6
"""e_y/(H u*) in natural rivers, Missouri River (USGS Water-Supply Paper 1899-G); read [-]."""
MIXING_CENTRELINE = 0.1
"""k in L = k U W^2/e_y for a release in mid-stream (Fischer et al. 1979); read [-]."""
MIXING_BANK = 0.4
"""k in L = k U W^2/e_y for a release at a bank (Fischer et al. 1979); read [-]."""


def transverse_mixing_coefficient(
    depth: ArrayLike, shear_velocity: ArrayLike, coefficient: ArrayLike = TRANSVERSE_NATURAL
) -> Array:
    """Transverse mixing coefficient e_y = c H u* [m2/s]; within about +-50 % (recalled).

    Parameters
    ----------
    depth : (...) H [m]
    shear_velocity : (...) u* [m/s]
    coefficient : (...) c, 0.15 straight channel, 0.6 natural river [-]
    """
    return as_array(coefficient) * as_array(depth) * as_array(shear_velocity)


def complete_mixing_length(
    velocity: ArrayLike,
    width: ArrayLike,
    transverse_mixing: ArrayLike,
    coefficient: ArrayLike = MIXING_BANK,
) -> Array:
    """Length after which the section is well mixed, L = k U W^2/e_y (Fischer et al. 1979) [m].

    One-dimensional results closer to the release than L are not representative of the section.

    Parameters
    ----------
    velocity : (...) U [m/s]
    width : (...) W [m]
    transverse_mixing : (...) e_y [m2/s]
    coefficient : (...) k, 0.1 release in mid-stream, 0.4 release at a bank [-]
    """
    return (
        as_array(coefficient)
        * as_array(velocity)
        * as_array(width) ** 2
        / as_array(transverse_mixing)
    )
