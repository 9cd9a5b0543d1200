"""How far tailings run out and what they cover; what of them comes to the river."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .methods import Method, chosen
from .spread import Array, LogMixture

METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method(
            "rico_2008", "D = 1.61 (H V_F)^0.66 (km, m, 10^6 m3)",
            "Rico, Benito & Diez-Herrero (2008); r2 = 0.57 read, coefficients recalled",
            0.5, "derived from r2 like that of the released volume", quality="recalled",
        ),
        Method(
            "concha_larrauri_lall_2018",
            "D = 3.04 H_f^0.545, H_f = H (V_F / V_T) V_F (km, m, 10^6 m3)",
            "Concha Larrauri & Lall (2018); coefficients recalled", 0.5,
            "assumed to be like that of rico_2008", quality="recalled",
        ),
    )
}  # fmt: skip
DEFAULT_METHODS = tuple(METHODS)
KM = 1000.0


def rico_2008_run_out(released: Array, dam_height: float) -> Array:
    """Run-out distance D = 1.61 (H V_F)^0.66, in km and 10^6 m3, of Rico et al. (2008) [m].

    The coefficients are recalled.

    released : [m3]
    """
    return np.asarray(KM * 1.61 * (dam_height * released / 1e6) ** 0.66)


def rico_2008_envelope(released: Array, dam_height: float) -> Array:
    """Envelope D = 112.61 (H V_F)^0.81, in km and 10^6 m3, of Rico et al. (2008) [m].

    The coefficients are recalled.

    released : [m3]
    """
    return np.asarray(KM * 112.61 * (dam_height * released / 1e6) ** 0.81)


def concha_larrauri_lall_2018_run_out(released: Array, stored: float, dam_height: float) -> Array:
    """Run-out distance D = 3.04 H_f^0.545 of Concha Larrauri & Lall (2018) [m].

    H_f = H (V_F / V_T) V_F in m and 10^6 m3, D in km; the coefficients are recalled.

    released, stored : [m3]
    """
    factor = dam_height * (released / stored) * released / 1e6
    return np.asarray(KM * 3.04 * factor**0.545)


def distribution(
    names: Sequence[str], released: Array, stored: float, dam_height: float
) -> LogMixture:
    """The run-out distance as an equally weighted mixture [m].

    released : (S,) what flows out [m3]
    """
    methods = chosen(METHODS, names)
    found = {
        "rico_2008": rico_2008_run_out(released, dam_height),
        "concha_larrauri_lall_2018": concha_larrauri_lall_2018_run_out(
            released, stored, dam_height
        ),
    }
    centre = np.array([np.log10(found[one.name]) for one in methods])
    return LogMixture(centre, np.array([one.deviation for one in methods]))


def share_beyond(run_out: Array, distance: float) -> Array:
    """Share of the tailings that runs farther than a distance.

    (1 - L / D)^2 below the run-out distance D, else nothing: the deposit is taken as a wedge whose
    thickness falls evenly from the dam to its end (own rule, documented; no source).

    run_out : (S,) D [m]
    distance : L from the dam to the river [m]
    """
    if distance <= 0.0:
        return np.ones_like(run_out)
    left = np.maximum(1.0 - distance / run_out, 0.0)  # beyond its end there is no deposit
    return np.asarray(left**2)


def covered_area(released: Array, coefficient: float = 80.0) -> Array:
    """Area that the main deposit covers, A = c V^(2/3) of Ghahramani et al. (2020) [m2].

    The exponent was read; c = 80 for tailings is recalled.

    released : [m3]
    """
    return np.asarray(coefficient * released ** (2.0 / 3.0))
