"""Uniform flow under an ice cover: composite roughness, and what a cover does to a wide channel."""

from __future__ import annotations

from numpy.typing import ArrayLike

from .constants import Array, as_array


def composite_roughness(bed_n: ArrayLike, ice_n: ArrayLike) -> Array:
    """Manning's n of bed and ice together, n = ((n_b^1.5 + n_i^1.5) / 2)^(2/3).

    Belokon and Sabaneev, after Ashton (1986), for flow whose upper part is held back by the ice
    and whose lower part by the bed, both at the mean velocity, over equal wetted perimeters.

    Parameters
    ----------
    bed_n : (...) Manning's n of bed and banks, > 0 [s/m^(1/3)]
    ice_n : (...) Manning's n of the underside of the ice, > 0 [s/m^(1/3)]
    """
    bed, ice = as_array(bed_n), as_array(ice_n)
    found: Array = (0.5 * (bed**1.5 + ice**1.5)) ** (2.0 / 3.0)
    return found


def ice_depth_factor(bed_n: ArrayLike, ice_n: ArrayLike) -> Array:
    """Depth of flow under ice over that of open water, same discharge and slope, wide channel.

    The hydraulic radius is half the depth and the roughness the composite one, so that
    q = h^(5/3) S^(1/2) / n_b = h_i (h_i/2)^(2/3) S^(1/2) / n_c gives
    h_i / h = 2^(2/5) (n_c / n_b)^(3/5). The velocity falls by the same factor.

    Parameters
    ----------
    bed_n, ice_n : (...) as in ``composite_roughness``
    """
    ratio = composite_roughness(bed_n, ice_n) / as_array(bed_n)
    found: Array = 2.0**0.4 * ratio**0.6
    return found
