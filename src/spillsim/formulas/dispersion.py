"""Longitudinal dispersion coefficient of a river reach: the published formulas and a register.

Every function takes ``width`` W [m], ``depth`` H [m], ``velocity`` U [m/s] and
``shear_velocity`` u* [m/s], as scalars or arrays that broadcast, and returns K [m2/s].
Each docstring says whether the coefficients were *read* in a stored source (the code of the WATUM
water-quality model, unless named otherwise) or are *recalled* from general knowledge.
All these formulas are regressions or scalings with large scatter: against field data the better
ones have a root-mean-square error of a factor of 2 to 3.5.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from .constants import GRAVITY, Array, as_array

DispersionFunction = Callable[[ArrayLike, ArrayLike, ArrayLike, ArrayLike], Array]


def _arrays(*values: ArrayLike) -> tuple[Array, ...]:
    return tuple(as_array(value) for value in values)


def elder_1959(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 5.93 H u* (Elder 1959), for infinitely wide plane flow; coefficient read.

    Counts only the vertical shear: about 100 times too small in natural rivers, where the
    differences of velocity across the width prevail. ``width`` and ``velocity`` only broadcast.
    """
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return np.broadcast_arrays(5.93 * h * s, w, u)[0].copy()


def mcquivey_keefer_1974(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 0.058 Q/(S W) = 0.058 U H/S (McQuivey & Keefer 1974), Froude number < 0.5; read.

    The slope is taken from the shear velocity as S = u*^2/(g H) (wide channel).
    """
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 0.058 * u * h * GRAVITY * h / s**2 + 0.0 * w


def fischer_1979(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 0.011 U^2 W^2/(H u*) (Fischer et al. 1979); read. A factor of 4 is claimed (recalled)."""
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 0.011 * (u * w) ** 2 / (h * s)


def liu_1977(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 0.18 (u*/U)^1.5 U^2 W^2/(H u*) (Liu 1977); read."""
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 0.18 * (s / u) ** 1.5 * (u * w) ** 2 / (h * s)


def iwasa_aya_1991(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 2.0 (W/H)^1.5 H u* (Iwasa & Aya 1991); read. ``velocity`` only broadcasts."""
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 2.0 * (w / h) ** 1.5 * h * s + 0.0 * u


def koussis_rodriguez_mirasol_1998(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 0.6 u* W^2/H (Koussis & Rodriguez-Mirasol 1998); read. ``velocity`` only broadcasts."""
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 0.6 * s * w**2 / h + 0.0 * u


def seo_cheong_1998(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 5.915 (W/H)^0.620 (U/u*)^1.428 H u* (Seo & Cheong 1998); read.

    The leading coefficient is 5.915; 5.195, found in some program codes, is a misprint.
    """
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 5.915 * (w / h) ** 0.620 * (u / s) ** 1.428 * h * s


def li_1998(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 0.2 (W/H)^1.3 (U/u*)^1.2 H u* (Li et al. 1998); read."""
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 0.2 * (w / h) ** 1.3 * (u / s) ** 1.2 * h * s


def deng_2001(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 0.15/(8 e) (W/H)^(5/3) (U/u*)^2 H u* (Deng, Singh & Bengtsson 2001); read.

    e = 0.145 + (1/3520) (U/u*) (W/H)^1.38 is the transverse mixing coefficient over H u*.
    Meant for W/H > 10 (recalled).
    """
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    transverse = 0.145 + (u / s) * (w / h) ** 1.38 / 3520.0
    return 0.15 / (8.0 * transverse) * (w / h) ** (5.0 / 3.0) * (u / s) ** 2 * h * s


def kashefipour_falconer_2002(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """Two-range formula of Kashefipour & Falconer (2002); read.

    W/H >= 50: K = 10.612 H U (U/u*);
    W/H < 50: K = [7.428 + 1.775 (W/H)^0.62 (u*/U)^0.572] H U (U/u*).
    """
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    narrow = 7.428 + 1.775 * (w / h) ** 0.62 * (s / u) ** 0.572
    return np.where(w / h < 50.0, narrow, 10.612) * h * u * (u / s)


def sahay_dutta_2009(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 2 (W/H)^0.96 (U/u*)^1.25 H u* (Sahay & Dutta 2009); read."""
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 2.0 * (w / h) ** 0.96 * (u / s) ** 1.25 * h * s


def etemad_shahidi_taghipour_2012(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """Two-range model tree of Etemad-Shahidi & Taghipour (2012); read.

    W/H <= 30.6: K = 15.49 (W/H)^0.78 (U/u*)^0.11 H u*;
    W/H > 30.6: K = 14.12 (W/H)^0.61 (U/u*)^0.85 H u*.
    """
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    narrow = 15.49 * (w / h) ** 0.78 * (u / s) ** 0.11
    wide = 14.12 * (w / h) ** 0.61 * (u / s) ** 0.85
    return np.where(w / h <= 30.6, narrow, wide) * h * s


def zeng_huai_2014(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 5.4 (W/H)^0.7 (U/u*)^0.13 H U (Zeng & Huai 2014); read.

    The last factor is H U; a program code with H u* is refuted by the field data.
    """
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 5.4 * (w / h) ** 0.7 * (u / s) ** 0.13 * h * u


def disley_2015(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 3.563 Fr^-0.4117 (W/H)^0.6776 (U/u*)^1.0132 H u* (Disley et al. 2015); read.

    Fr = U/sqrt(g H).
    """
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    froude = u / np.sqrt(GRAVITY * h)
    return 3.563 * froude**-0.4117 * (w / h) ** 0.6776 * (u / s) ** 1.0132 * h * s


def wang_huai_2016(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = 17.648 (W/H)^0.3619 (U/u*)^1.16 H u* (Wang & Huai 2016); coefficients RECALLED."""
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return 17.648 * (w / h) ** 0.3619 * (u / s) ** 1.16 * h * s


def wang_2017(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = (0.718 + 47.9 H/W) U W (Wang et al. 2017); coefficients RECALLED.

    ``shear_velocity`` only broadcasts.
    """
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return (0.718 + 47.9 * h / w) * u * w + 0.0 * s


def noori_2017(
    width: ArrayLike, depth: ArrayLike, velocity: ArrayLike, shear_velocity: ArrayLike
) -> Array:
    """K = (W/H) (U/u*)^1.125 H u* (Noori et al. 2017); read. Low by 2 on the field data here."""
    w, h, u, s = _arrays(width, depth, velocity, shear_velocity)
    return (w / h) * (u / s) ** 1.125 * h * s


@dataclass(frozen=True, slots=True)
class DispersionFormula:
    """One published formula for the longitudinal dispersion coefficient."""

    name: str
    """Name in the register, e.g. ``"fischer_1979"``."""
    function: DispersionFunction
    """(width [m], depth [m], velocity [m/s], shear velocity [m/s]) -> K [m2/s]."""
    reference: str
    """Authors and year, with the status of the coefficients (read or recalled)."""
    valid_range: str
    """Stated or tested range, in words."""
    width_to_depth: tuple[float, float]
    """Range of W/H inside which no warning is due; (inf, inf) asks for one always [-]."""


_TESTED = (
    "tested on 71 field reaches with W/H 14 to 157, U/u* 1.3 to 20, W 12 to 711 m, H 0.2 to 20 m"
)
_FIELD_RANGE = (13.8, 156.6)


def _entry(
    function: DispersionFunction,
    reference: str,
    valid_range: str = _TESTED,
    width_to_depth: tuple[float, float] = _FIELD_RANGE,
) -> DispersionFormula:
    name = str(getattr(function, "__name__", ""))
    return DispersionFormula(name, function, reference, valid_range, width_to_depth)


_FORMULAS = (
    _entry(
        elder_1959,
        "Elder (1959), read",
        "plane flow of infinite width; not for natural rivers (about 100 times low)",
        (float("inf"), float("inf")),
    ),
    _entry(
        mcquivey_keefer_1974, "McQuivey & Keefer (1974), read", "Froude number < 0.5; " + _TESTED
    ),
    _entry(fischer_1979, "Fischer et al. (1979), read"),
    _entry(liu_1977, "Liu (1977), read"),
    _entry(iwasa_aya_1991, "Iwasa & Aya (1991), read"),
    _entry(koussis_rodriguez_mirasol_1998, "Koussis & Rodriguez-Mirasol (1998), read"),
    _entry(seo_cheong_1998, "Seo & Cheong (1998), read"),
    _entry(li_1998, "Li et al. (1998), read"),
    _entry(
        deng_2001,
        "Deng, Singh & Bengtsson (2001), read",
        "W/H > 10 (recalled); " + _TESTED,
        (10.0, 156.6),
    ),
    _entry(kashefipour_falconer_2002, "Kashefipour & Falconer (2002), read"),
    _entry(sahay_dutta_2009, "Sahay & Dutta (2009), read"),
    _entry(etemad_shahidi_taghipour_2012, "Etemad-Shahidi & Taghipour (2012), read"),
    _entry(zeng_huai_2014, "Zeng & Huai (2014), read, last factor decided by the field data"),
    _entry(disley_2015, "Disley et al. (2015), read"),
    _entry(wang_huai_2016, "Wang & Huai (2016), recalled"),
    _entry(wang_2017, "Wang et al. (2017), recalled"),
    _entry(noori_2017, "Noori et al. (2017), read"),
)

DISPERSION_FORMULAS: Mapping[str, DispersionFormula] = MappingProxyType(
    {formula.name: formula for formula in _FORMULAS}
)
"""Register of all formulas by name."""

DEFAULT_DISPERSION_FORMULA = "disley_2015"
"""Formula used where the scenario names none.

Root mean square of log10(predicted/measured), recomputed for this project: Disley has the lowest
of 17 formulas on the 71 reaches of Tayfur & Singh (0.320) and on the 96 reaches of Toprak et al.
(0.369). On the 149 rows of Etemad-Shahidi & Taghipour (K down to 0.2 m2/s, with duplicates) it has
0.539 and is only fifth; Etemad-Shahidi & Taghipour themselves are best there (0.442), Iwasa & Aya
(0.512), Zeng & Huai (0.518) and Sahay & Dutta (0.528) follow. The tables overlap and parts of them
served to fit several of the formulas, so none of these numbers is an independent test.

On 60 dye curves computed with the speed of the reach given (``spillsim validate --only
dispersion_formulas``) Disley is eighth: peaks 32 % too low in the median, root mean square of
log10 of the peak 0.221 against 0.159 of Noori et al., who are low by half on the tables. No formula
is better than Disley on all tables and on the curves, so it stays.
"""


def dispersion_coefficient(
    name: str,
    width: ArrayLike,
    depth: ArrayLike,
    velocity: ArrayLike,
    shear_velocity: ArrayLike,
) -> Array:
    """Longitudinal dispersion coefficient by the formula called ``name``.

    Parameters
    ----------
    name : key of :data:`DISPERSION_FORMULAS`
    width : (...) water surface width [m]
    depth : (...) mean depth [m]
    velocity : (...) mean velocity [m/s]
    shear_velocity : (...) shear velocity [m/s]

    Returns
    -------
    (...) dispersion coefficient [m2/s]

    Raises
    ------
    ValueError
        The name is unknown (the message gives the nearest ones), or an argument is not a positive
        finite number.
    """
    if name not in DISPERSION_FORMULAS:
        near = difflib.get_close_matches(name.lower(), DISPERSION_FORMULAS, n=3, cutoff=0.4)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise ValueError(
            f'unknown dispersion formula "{name}"{hint}; known: {", ".join(DISPERSION_FORMULAS)}'
        )
    arguments = {
        "width": as_array(width),
        "depth": as_array(depth),
        "velocity": as_array(velocity),
        "shear_velocity": as_array(shear_velocity),
    }
    for label, value in arguments.items():
        if not bool(np.all(np.isfinite(value) & (value > 0.0))):
            raise ValueError(f"{label} must be positive and finite for {name}")
    return DISPERSION_FORMULAS[name].function(*arguments.values())
