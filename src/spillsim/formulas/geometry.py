"""Hydraulic geometry: width, depth and velocity as powers of discharge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .constants import Array, as_array

AT_A_STATION_WIDTH_EXPONENT = 0.26
"""Leopold & Maddock (1953, USGS Professional Paper 252), mean of many stations; read [-]."""
AT_A_STATION_DEPTH_EXPONENT = 0.40
"""Leopold & Maddock (1953, USGS Professional Paper 252), mean of many stations; read [-]."""
BANKFULL_WIDTH_COEFFICIENT = 7.2
"""Moody & Troutman (2002), W = 7.2 Q^0.50 (exponent +-0.02); read [SI]."""
BANKFULL_WIDTH_EXPONENT = 0.50
"""Moody & Troutman (2002); read [-]."""
BANKFULL_DEPTH_COEFFICIENT = 0.27
"""Moody & Troutman (2002), H = 0.27 Q^0.30 (exponent +-0.01); read [SI]."""
BANKFULL_DEPTH_EXPONENT = 0.30
"""Moody & Troutman (2002); read [-]."""


@dataclass(frozen=True, slots=True)
class ChannelGeometry:
    """Mean flow geometry; arrays of one common shape (...)."""

    width: Array
    """(...) water surface width [m]."""
    depth: Array
    """(...) mean depth [m]."""
    area: Array
    """(...) width * depth [m2]."""
    velocity: Array
    """(...) discharge / area [m/s]."""


def _geometry(discharge: Array, width: Array, depth: Array) -> ChannelGeometry:
    q, w, d = np.broadcast_arrays(discharge, width, depth)
    area = w * d
    return ChannelGeometry(w.copy(), d.copy(), area, q / area)


def at_a_station_geometry(
    discharge: ArrayLike,
    width_coefficient: ArrayLike,
    width_exponent: ArrayLike,
    depth_coefficient: ArrayLike,
    depth_exponent: ArrayLike,
) -> ChannelGeometry:
    """At-a-station hydraulic geometry w = a Q^b, d = c Q^f, U = Q/(w d) (Leopold & Maddock 1953).

    Valid between low flow and bankfull of the station where the coefficients were fitted.

    Parameters
    ----------
    discharge : (...) Q > 0 [m3/s]
    width_coefficient, depth_coefficient : (...) a and c, width and depth at 1 m3/s [m]
    width_exponent, depth_exponent : (...) b and f [-]
    """
    q = as_array(discharge)
    return _geometry(
        q,
        as_array(width_coefficient) * q ** as_array(width_exponent),
        as_array(depth_coefficient) * q ** as_array(depth_exponent),
    )


def bankfull_geometry(bankfull_discharge: ArrayLike) -> ChannelGeometry:
    """Bankfull width and depth W = 7.2 Q^0.50, H = 0.27 Q^0.30 (Moody & Troutman 2002).

    Coefficients read as used by Andreadis et al. (2013) with the two-year flood as bankfull
    discharge. Other rivers scatter widely: 95 % range of the coefficients 2.6 to 20.2 and 0.12 to
    0.63 (recalled).

    Parameters
    ----------
    bankfull_discharge : (...) Q > 0 [m3/s]
    """
    q = as_array(bankfull_discharge)
    return _geometry(
        q,
        BANKFULL_WIDTH_COEFFICIENT * q**BANKFULL_WIDTH_EXPONENT,
        BANKFULL_DEPTH_COEFFICIENT * q**BANKFULL_DEPTH_EXPONENT,
    )


def downstream_geometry(discharge: ArrayLike, bankfull_discharge: ArrayLike) -> ChannelGeometry:
    """Width and depth at the discharge at hand, scaled down from bankfull.

    Bankfull by Moody & Troutman (2002); from there w = W (Q/Qb)^0.26 and d = H (Q/Qb)^0.40 with the
    at-a-station exponents of Leopold & Maddock (1953). Meant for Q <= Qb; above it the river is out
    of its banks.

    Parameters
    ----------
    discharge : (...) Q > 0 [m3/s]
    bankfull_discharge : (...) Qb > 0, about the two-year flood [m3/s]
    """
    q, q_bankfull = as_array(discharge), as_array(bankfull_discharge)
    bankfull = bankfull_geometry(q_bankfull)
    share = q / q_bankfull
    return _geometry(
        q,
        bankfull.width * share**AT_A_STATION_WIDTH_EXPONENT,
        bankfull.depth * share**AT_A_STATION_DEPTH_EXPONENT,
    )
