"""Uniform flow in a prismatic open channel: section geometry, Manning, shear velocity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .constants import GRAVITY, Array, as_array


@dataclass(frozen=True, slots=True)
class SectionGeometry:
    """Geometry of a wetted cross-section; arrays of one common shape (...)."""

    area: Array
    """(...) flow area [m2]."""
    wetted_perimeter: Array
    """(...) length of wetted bed and banks [m]."""
    hydraulic_radius: Array
    """(...) area / wetted perimeter [m]."""
    top_width: Array
    """(...) width of the water surface [m]."""


def trapezoid_section(
    bottom_width: ArrayLike, side_slope: ArrayLike, depth: ArrayLike, cover: ArrayLike = 0.0
) -> SectionGeometry:
    """Geometry of a trapezoidal section: A = (b + z y) y, P = b + 2 y sqrt(1 + z^2), T = b + 2 z y.

    Under ice P grows by the width of the surface, P + T.

    Parameters
    ----------
    bottom_width : (...) b, 0 gives a triangle [m]
    side_slope : (...) z, horizontal per vertical, 0 gives a rectangle [-]
    depth : (...) y > 0 [m]
    cover : (...) share of the surface under ice, 0 to 1 [-]
    """
    b, z, y, c = np.broadcast_arrays(
        as_array(bottom_width), as_array(side_slope), as_array(depth), as_array(cover)
    )
    area = (b + z * y) * y
    top = b + 2.0 * z * y
    perimeter = b + 2.0 * y * np.sqrt(1.0 + z * z) + c * top
    return SectionGeometry(area, perimeter, area / perimeter, top)


def manning_velocity(hydraulic_radius: ArrayLike, slope: ArrayLike, manning_n: ArrayLike) -> Array:
    """Mean velocity V = R^(2/3) S^(1/2) / n (Manning 1891, SI units) [m/s].

    Parameters
    ----------
    hydraulic_radius : (...) R [m]
    slope : (...) energy slope S [-]
    manning_n : (...) roughness coefficient n [s/m^(1/3)]
    """
    radius, s, n = as_array(hydraulic_radius), as_array(slope), as_array(manning_n)
    return radius ** (2.0 / 3.0) * np.sqrt(s) / n


def manning_slope(velocity: ArrayLike, hydraulic_radius: ArrayLike, manning_n: ArrayLike) -> Array:
    """Energy slope S = (n V)^2 / R^(4/3) at which the flow has the given velocity [-].

    Parameters
    ----------
    velocity : (...) V [m/s]
    hydraulic_radius : (...) R [m]
    manning_n : (...) roughness coefficient n [s/m^(1/3)]
    """
    v, radius, n = as_array(velocity), as_array(hydraulic_radius), as_array(manning_n)
    return (n * v) ** 2 / radius ** (4.0 / 3.0)


def shear_velocity(hydraulic_radius: ArrayLike, slope: ArrayLike) -> Array:
    """Shear velocity u* = sqrt(g R S) of uniform flow [m/s].

    Parameters
    ----------
    hydraulic_radius : (...) R [m]
    slope : (...) energy slope S [-]
    """
    return np.sqrt(GRAVITY * as_array(hydraulic_radius) * as_array(slope))


def _log_conveyance_gap(
    log_depth: Array, bottom_width: Array, side_slope: Array, cover: Array, log_target: Array
) -> tuple[Array, Array]:
    """ln(A^(5/3)/P^(2/3)) minus target, and its derivative with respect to ln(depth)."""
    depth = np.exp(log_depth)
    section = trapezoid_section(bottom_width, side_slope, depth, cover)
    gap = (5.0 * np.log(section.area) - 2.0 * np.log(section.wetted_perimeter)) / 3.0 - log_target
    both_sides = 2.0 * depth * (np.sqrt(1.0 + side_slope**2) + cover * side_slope)
    perimeter_growth = both_sides / section.wetted_perimeter
    return gap, (5.0 * depth * section.top_width / section.area - 2.0 * perimeter_growth) / 3.0


def manning_normal_depth(
    discharge: ArrayLike,
    bottom_width: ArrayLike,
    side_slope: ArrayLike,
    slope: ArrayLike,
    manning_n: ArrayLike,
    cover: ArrayLike = 0.0,
) -> Array:
    """Depth of uniform flow in a trapezoidal channel, Q = (1/n) A^(5/3) P^(-2/3) S^(1/2).

    Solved in logarithms, where the slope d ln(conveyance)/d ln(depth) lies between 1 (deep
    rectangle) and 8/3 (triangle). That bound gives a certain bracket of the root around any first
    guess; Newton steps are taken inside it and bisection where a step would leave it.

    Parameters
    ----------
    discharge : (...) Q > 0 [m3/s]
    bottom_width : (...) b >= 0 [m]
    side_slope : (...) z >= 0, horizontal per vertical; b and z not both 0 [-]
    slope : (...) bed slope S > 0 [-]
    manning_n : (...) roughness coefficient n > 0, under ice of bed and ice together [s/m^(1/3)]
    cover : (...) share of the surface under ice, which is part of the wetted perimeter [-]

    Returns
    -------
    (...) normal depth, relative accuracy about 1e-14 [m]

    Raises
    ------
    ValueError
        An argument is not finite or outside the ranges above.
    """
    q, b, z, s, n, c = np.broadcast_arrays(
        *(as_array(v) for v in (discharge, bottom_width, side_slope, slope, manning_n, cover))
    )
    for label, value in (("discharge", q), ("slope", s), ("manning_n", n)):
        if not bool(np.all(np.isfinite(value) & (value > 0.0))):
            raise ValueError(f"{label} must be positive and finite")
    for label, value in (("bottom_width", b), ("side_slope", z), ("cover", c)):
        if not bool(np.all(np.isfinite(value) & (value >= 0.0))):
            raise ValueError(f"{label} must be finite and not negative")
    if bool(np.any((b == 0.0) & (z == 0.0))):
        raise ValueError("bottom_width and side_slope must not both be zero")
    log_target: Array = np.log(q) + np.log(n) - 0.5 * np.log(s)

    log_depth = np.zeros_like(log_target)
    gap, _ = _log_conveyance_gap(log_depth, b, z, c, log_target)
    # The slope in logarithms is at least 1 and at most 8/3, so the root lies between these two.
    one_end, other_end = log_depth - 1.001 * gap, log_depth - 0.374 * gap
    low, high = np.minimum(one_end, other_end) - 1e-9, np.maximum(one_end, other_end) + 1e-9
    log_depth = 0.5 * (low + high)
    for _ in range(200):
        gap, growth = _log_conveyance_gap(log_depth, b, z, c, log_target)
        high = np.where(gap > 0.0, log_depth, high)
        low = np.where(gap < 0.0, log_depth, low)
        step = -gap / growth
        trial = log_depth + step
        inside = (trial >= low) & (trial <= high)
        following = np.where(inside, trial, 0.5 * (low + high))
        settled = bool(np.all(np.abs(following - log_depth) <= 4e-16 * (1.0 + np.abs(log_depth))))
        log_depth = following
        if settled or not bool(np.any(gap)):
            break
    normal_depth: Array = np.exp(log_depth)
    return normal_depth
