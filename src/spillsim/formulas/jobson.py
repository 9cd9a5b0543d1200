"""Travel time and peak of a solute by the regressions of Jobson (1996), equations 12 to 19.

H. E. Jobson (1996), "Prediction of traveltime and longitudinal dispersion in rivers and streams",
USGS Water-Resources Investigations Report 96-4013. Coefficients read in the program
USGS-WiM/TravelTimeService (as computed there, not as in its comments, which differ in equation 12).
Basis: dye studies in about 980 subreaches of about 90 rivers, mostly in the United States.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .constants import Array, as_array

JOBSON_GRAVITY = 9.8
"""Gravity as used to fit the regressions [m/s2]."""
LEADING_EDGE_SHARE = 0.890
"""Arrival of the leading edge over arrival of the peak (Jobson 1996, eq. 18) [-]."""


def dimensionless_drainage_area(drainage_area: ArrayLike, discharge: ArrayLike) -> Array:
    """D' = Da^1.25 sqrt(g)/Q (Jobson 1996), with the mean annual discharge or the one at hand [-].

    Parameters
    ----------
    drainage_area : (...) Da [m2]
    discharge : (...) Qa or Q [m3/s]
    """
    root_gravity = float(np.sqrt(JOBSON_GRAVITY))
    return as_array(drainage_area) ** 1.25 * root_gravity / as_array(discharge)


def peak_velocity_with_slope(
    discharge: ArrayLike,
    drainage_area: ArrayLike,
    mean_annual_discharge: ArrayLike,
    slope: ArrayLike,
    envelope: bool = False,
) -> Array:
    """Velocity of the peak with slope known (Jobson 1996, eqs 12 and 13) [m/s].

    Vp = 0.094 + 0.0143 D'a^0.919 Q'a^-0.469 S^0.159 Q/Da; the fastest probable (envelope, exceeded
    by about 1 % of the data) is 0.25 + 0.02 times the same group.

    Parameters
    ----------
    discharge : (...) Q at the time [m3/s]
    drainage_area : (...) Da [m2]
    mean_annual_discharge : (...) Qa [m3/s]
    slope : (...) reach slope S [-]
    envelope : true for the fastest probable velocity (eq. 13)
    """
    q, area, s = as_array(discharge), as_array(drainage_area), as_array(slope)
    mean = as_array(mean_annual_discharge)
    group = (
        dimensionless_drainage_area(area, mean) ** 0.919
        * (q / mean) ** -0.469
        * s**0.159
        * q
        / area
    )
    return 0.25 + 0.02 * group if envelope else 0.094 + 0.0143 * group


def peak_velocity_without_slope(
    discharge: ArrayLike,
    drainage_area: ArrayLike,
    mean_annual_discharge: ArrayLike,
    envelope: bool = False,
) -> Array:
    """Velocity of the peak with slope unknown (Jobson 1996, eqs 14 and 15) [m/s].

    Vp = 0.020 + 0.051 D'a^0.821 Q'a^-0.465 Q/Da; envelope 0.2 + 0.093 times the same group.

    Parameters
    ----------
    discharge : (...) Q at the time [m3/s]
    drainage_area : (...) Da [m2]
    mean_annual_discharge : (...) Qa [m3/s]
    envelope : true for the fastest probable velocity (eq. 15)
    """
    q, area, mean = as_array(discharge), as_array(drainage_area), as_array(mean_annual_discharge)
    group = dimensionless_drainage_area(area, mean) ** 0.821 * (q / mean) ** -0.465 * q / area
    return 0.2 + 0.093 * group if envelope else 0.020 + 0.051 * group


def peak_velocity_from_area(
    discharge: ArrayLike, drainage_area: ArrayLike, envelope: bool = False
) -> Array:
    """Velocity of the peak from drainage area and discharge only (Jobson 1996, eqs 16, 17) [m/s].

    Vp = 0.152 + 8.1 D''a^0.595 Q/Da with D''a = Da^1.25 sqrt(g)/Q; envelope 0.2 + 40 times the same
    group.

    Parameters
    ----------
    discharge : (...) Q at the time [m3/s]
    drainage_area : (...) Da [m2]
    envelope : true for the fastest probable velocity (eq. 17)
    """
    q, area = as_array(discharge), as_array(drainage_area)
    group = dimensionless_drainage_area(area, q) ** 0.595 * q / area
    return 0.2 + 40.0 * group if envelope else 0.152 + 8.1 * group


def peak_velocity(
    discharge: ArrayLike,
    drainage_area: ArrayLike,
    mean_annual_discharge: ArrayLike | None = None,
    slope: ArrayLike | None = None,
    envelope: bool = False,
) -> Array:
    """Velocity of the peak by the best of eqs 12 to 17 that the known quantities allow [m/s].

    The slope is used only together with the mean annual discharge, as in the report.

    Parameters
    ----------
    discharge : (...) Q at the time [m3/s]
    drainage_area : (...) Da [m2]
    mean_annual_discharge : (...) Qa [m3/s] or None
    slope : (...) reach slope S [-] or None
    envelope : true for the fastest probable velocity
    """
    if mean_annual_discharge is None:
        return peak_velocity_from_area(discharge, drainage_area, envelope)
    if slope is None:
        return peak_velocity_without_slope(
            discharge, drainage_area, mean_annual_discharge, envelope
        )
    return peak_velocity_with_slope(
        discharge, drainage_area, mean_annual_discharge, slope, envelope
    )


def leading_edge_time(peak_time: ArrayLike) -> Array:
    """Arrival of the leading edge, Tl = 0.890 Tp (Jobson 1996, eq. 18), in the unit of Tp."""
    return LEADING_EDGE_SHARE * as_array(peak_time)


def unit_peak_concentration(
    peak_time: ArrayLike,
    discharge: ArrayLike | None = None,
    mean_annual_discharge: ArrayLike | None = None,
) -> Array:
    """Unit peak concentration Cup = 1e6 C Q/M (Jobson 1996, eq. 7, or eq. 19 without Qa) [1e-6/s].

    Cup = 857 Tp^(-0.760 (Q/Qa)^-0.079), or Cup = 1025 Tp^-0.887 when Qa is unknown, with Tp in
    hours inside the equation.

    Parameters
    ----------
    peak_time : (...) travel time of the peak from a slug release [s]
    discharge, mean_annual_discharge : (...) Q and Qa [m3/s], both or neither

    Raises
    ------
    ValueError
        Only one of the discharges is given.
    """
    hours = as_array(peak_time) / 3600.0
    if discharge is None and mean_annual_discharge is None:
        return 1025.0 * hours**-0.887
    if discharge is None or mean_annual_discharge is None:
        raise ValueError("give both discharge and mean_annual_discharge, or neither")
    ratio = as_array(discharge) / as_array(mean_annual_discharge)
    return 857.0 * hours ** (-0.760 * ratio**-0.079)


def falling_limb_duration(unit_peak: ArrayLike) -> Array:
    """Time from leading edge to 10 % of the peak, Td10 = 2e6/Cup (Jobson 1996) [s].

    Parameters
    ----------
    unit_peak : (...) Cup [1e-6/s]
    """
    return 2.0e6 / as_array(unit_peak)


def peak_concentration(
    unit_peak: ArrayLike,
    released_mass: ArrayLike,
    discharge: ArrayLike,
    recovery_ratio: ArrayLike = 1.0,
) -> Array:
    """Peak concentration Cp = 1e-6 Cup Rr M/Q (Jobson 1996, eq. 4) [kg/m3].

    Parameters
    ----------
    unit_peak : (...) Cup [1e-6/s]
    released_mass : (...) M [kg]
    discharge : (...) Q at the place of interest [m3/s]
    recovery_ratio : (...) share Rr of the mass that arrives, 1 if conservative [-]
    """
    mass = as_array(released_mass) * as_array(recovery_ratio)
    return 1.0e-6 * as_array(unit_peak) * mass / as_array(discharge)
